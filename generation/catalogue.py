"""Which models a tier may use now, under which names, and what one purchase costs.

What an adapter can send stands in code (`Capabilities`); what exists and what it costs stands in `AiModel` and `Price`;
what a tier may use stands in `ModelGrant`. A model is usable when it is enabled, not retired, granted, priced, and when
this install has an adapter that speaks to it.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.db.models import Prefetch, Q
from django.utils import timezone

from accounts.models import Tier
from generation.adapters import adapter
from generation.errors import CannotBuy, NotGranted, UnknownModel, Unpriced
from generation.models import AiModel, ModelGrant, Price, Unit
from generation.providers.capabilities import Capabilities, Sizes, refuse_unsupported
from generation.providers.contract import Kind, Request
from generation.providers.fitting import Adjusted
from generation.providers.fitting import fit as fit_shape


@dataclass(frozen=True, slots=True)
class Offer:
    """A model that a tier may use now."""

    model: AiModel
    is_default: bool
    price: Price | None

    @property
    def is_usable(self) -> bool:
        return self.price is not None


def offers(tier: Tier) -> list[Offer]:
    """The models of a tier, in one query and one for prices, default first."""
    today = timezone.now().date()
    prices = Price.objects.filter(effective_from__lte=today).order_by("-effective_from", "-id")
    grants = (
        ModelGrant.objects.filter(tier=tier, model__is_enabled=True)
        .filter(Q(model__retires_on=None) | Q(model__retires_on__gt=today))
        .select_related("model")
        .prefetch_related(Prefetch("model__prices", queryset=prices))
        .order_by("kind", "-is_default", "model__name")
    )
    return [
        Offer(grant.model, grant.is_default, next(iter(grant.model.prices.all()), None))
        for grant in grants
        if capabilities(grant.model) is not None
    ]


def of_kind(found: Iterable[Offer], kind: Kind) -> list[Offer]:
    """The usable offers of one kind."""
    return [offer for offer in found if offer.model.kind == kind and offer.is_usable]


def keep_or_replace(found: Iterable[Offer], model: AiModel | None) -> AiModel | None:
    """The model that a story began with, if the tier still offers it; else the tier's own choice of that kind, or None."""
    if model is None:
        return None
    usable = of_kind(found, Kind(model.kind))
    if any(offer.model.id == model.id for offer in usable):
        return model
    return usable[0].model if usable else None


def has(tier: Tier, kind: Kind) -> bool:
    """Whether the tier has a usable model of a kind."""
    return bool(of_kind(offers(tier), kind))


def choose(tier: Tier, kind: Kind, key: str = "", *, field: str = "model") -> AiModel:
    """The tier's model of a kind: the one named by `key`, else the default, else the first. Raises `UnknownModel`,
    `NotGranted` or `Unpriced`, each naming `field`."""
    found = [offer for offer in offers(tier) if offer.model.kind == kind]
    if key:
        for offer in found:
            if offer.model.key == key:
                if not offer.is_usable:
                    raise Unpriced(f"“{offer.model.name}” has no price yet. Choose another model.", field=field)
                return offer.model
        if AiModel.objects.filter(key=key, kind=kind).exists():
            raise NotGranted(
                f"“{key}” is not available here. Choose one of the models offered.", field=field, status=403
            )
        raise UnknownModel(f"There is no model called “{key[:60]}”. Choose one of the models offered.", field=field)
    usable = [offer for offer in found if offer.is_usable]
    if not usable:
        raise UnknownModel(
            "No model is available here at the moment. Staff have to grant one.", field=field, status=503
        )
    return usable[0].model


def capabilities(model: AiModel) -> Capabilities | None:
    """What the model takes, or None where no adapter of this install speaks to it."""
    try:
        able = adapter(model.provider)
    except KeyError:
        return None
    found = able.capabilities(model.remote_name, Kind(model.kind), model.options)
    return found and stated(found, model.capabilities)


def stated(able: Capabilities, said: Mapping[str, Any]) -> Capabilities:
    """What the adapter knows, with what the platform's staff wrote down about this model in its place."""
    return replace(able, **{name: as_value(name, value) for name, value in said.items()}) if said else able


def as_value(name: str, value: Any) -> Any:
    """A field of `Capabilities` from its JSON."""
    if name == "takes":
        return frozenset(value)
    if name == "sizes":
        return Sizes(**value) if value else None
    if isinstance(value, list):
        return tuple(tuple(part) if isinstance(part, list) else part for part in value)
    if isinstance(value, dict):
        return {key: tuple(part) if isinstance(part, list) else part for key, part in value.items()}
    return value


def fitted(model: AiModel, request: Request) -> tuple[Request, Adjusted]:
    """The request in the model's own terms, and what was changed on the way: what is quoted is what is sent."""
    able = capabilities(model)
    return fit_shape(request, able) if able is not None else (request, {})


def fit(model: AiModel, wishes: Mapping[str, Any]) -> dict[str, Any]:
    """The wishes that the model can take; the others are left out, so that a story may change its model."""
    able = capabilities(model)
    if able is None:
        return {}
    takes = {
        "aspect_ratio": bool(able.aspect_ratios or able.sizes or able.fixed_sizes),
        "style": wishes.get("style") in able.choices.get("style", ()),
        "seconds": able.seconds is not None,
        **{name: name in able.takes for name in ("seed", "schema", "negative_prompt", "audio")},
    }
    return {name: value for name, value in wishes.items() if takes.get(name, True)}


def refuse_wrong(model: AiModel, request: Request) -> None:
    """Raise `CannotBuy` naming the first field that the model cannot take."""
    able = capabilities(model)
    if able is None:
        raise UnknownModel(f"“{model.name}” cannot be reached from here.", field="model", status=503)
    wrong = refuse_unsupported(request, able)
    if wrong:
        field, remedy = wrong[0]
        raise CannotBuy(f"The {field.replace('_', ' ')} {remedy}.", field=field)


def price_of(model: AiModel) -> Price:
    """Today's price. Raises `Unpriced`."""
    today = timezone.now().date()
    price = model.prices.filter(effective_from__lte=today).order_by("-effective_from", "-id").first()
    if price is None:
        raise Unpriced(f"“{model.name}” has no price yet. Choose another model.", field="model")
    return price


def quote(price: Price, request: Request) -> int:
    """The most that the request may cost, in micro-units, rounded up: what is shown on the button and held."""
    if price.unit in (Unit.CALL, Unit.IMAGE):
        return price.amount_micros
    if price.unit == Unit.SECOND:
        return math.ceil(price.amount_micros * (request.seconds or 0))
    if price.unit == Unit.CHARACTER:
        return price.amount_micros * len(request.prompt)
    # A token is seldom shorter than a byte of the prompt's UTF-8, so this bound holds in every script.
    length = len(request.system.encode()) + len(request.prompt.encode())
    return price.amount_micros * (length + (request.max_tokens or 0))
