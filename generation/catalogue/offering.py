"""What a tier is offered: its granted models that can be bought from now, by kind and by provider."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Q
from django.utils import timezone

from accounts.models import Tier, User
from generation import keys, pricing, switches
from generation.catalogue.abilities import capabilities
from generation.models import AiModel, ModelGrant, Price
from generation.providers.contract import Kind

FIRST_CHOICE = {Kind.IMAGE: ("openai", "gpt-image-2")}
"""What is taken where the tier has no default of a kind, if it is offered."""


@dataclass(frozen=True, slots=True)
class Offer:
    """A model that a tier may use now, with today's prices."""

    model: AiModel
    is_default: bool
    prices: tuple[Price, ...]

    @property
    def is_usable(self) -> bool:
        return bool(self.prices)

    @property
    def price(self) -> str:
        """Its price in words."""
        return pricing.words(self.prices)


@dataclass(frozen=True, slots=True)
class Sheet:
    """A provider's models among the offers."""

    provider: str
    title: str
    offers: tuple[Offer, ...]


def offers(tier: Tier | None, user: User | None = None) -> list[Offer]:
    """The models of a tier (without one: of the studio), default first: those that can be reached, with a key of the
    platform's, the tenant's or the `user`'s own, and are not switched off. In a fixed number of queries."""
    today = timezone.now().date()
    grants = (
        ModelGrant.objects.filter(tier=tier, model__is_enabled=True)
        .filter(Q(model__retires_on=None) | Q(model__retires_on__gt=today))
        .exclude(switches.off_models())
        .select_related("model__account")
        .prefetch_related(pricing.begun("model__prices"))
        .order_by("kind", "-is_default", "model__name")
    )
    usable = keys.usable_providers(user, among={grant.model.provider for grant in grants})
    return [
        Offer(grant.model, grant.is_default, tuple(pricing.in_force(grant.model.prices.all())))
        for grant in grants
        if _has_key(grant.model, usable, user) and capabilities(grant.model) is not None
    ]


def of_kind(found: Iterable[Offer], kind: Kind) -> list[Offer]:
    """The usable offers of one kind."""
    return [offer for offer in found if offer.model.kind == kind and offer.is_usable]


def default(found: Iterable[Offer], kind: Kind) -> Offer | None:
    """What is taken where nobody chose: the tier's default of the kind, else the platform's first choice, else the first."""
    usable = of_kind(found, kind)
    first = FIRST_CHOICE.get(kind)
    preferred = [offer for offer in usable if offer.is_default] or [
        offer for offer in usable if (offer.model.provider, offer.model.remote_name) == first
    ]
    return next(iter(preferred or usable), None)


def sheet(found: Iterable[Offer], kind: Kind) -> list[Sheet]:
    """The usable offers of a kind by provider, the provider of the default first, each under the name people know."""
    by_provider: dict[str, list[Offer]] = {}
    for offer in of_kind(found, kind):
        by_provider.setdefault(offer.model.provider, []).append(offer)
    return [Sheet(name, keys.title(name), tuple(offers)) for name, offers in by_provider.items()]


def keep_or_replace(found: Iterable[Offer], model: AiModel | None) -> AiModel | None:
    """The model that a story began with, if the tier still offers it; else the first of its replacements that is offered,
    else the tier's own choice of that kind, or None."""
    if model is None:
        return None
    found = list(found)
    offered = {offer.model.id: offer.model for offer in of_kind(found, Kind(model.kind))}
    for one in line_of(model):
        if one.id in offered:
            return offered[one.id]
    instead = default(found, Kind(model.kind))
    return instead.model if instead is not None else None


def line_of(model: AiModel) -> list[AiModel]:
    """The model, its replacement, the replacement's replacement and so on; each once, however the rows point."""
    line: list[AiModel] = []
    at: AiModel | None = model
    while at is not None and at not in line:
        line.append(at)
        at = at.replacement
    return line


def has(tier: Tier | None, kind: Kind, user: User | None = None) -> bool:
    """Whether the tier has a usable model of a kind."""
    return bool(of_kind(offers(tier, user), kind))


def _has_key(model: AiModel, usable: set[str], user: User | None) -> bool:
    if model.account_id is not None:
        return keys.choose(model=model, user=user) is not None
    return model.provider in usable
