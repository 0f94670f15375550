"""From a name that somebody asked for to a model of the tier: our key, the provider's own name, a name that was retired,
or only the beginning of a name. Where the model is not the one that was named, the answer says so."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from django.db.models import Q
from django.utils import timezone

from accounts.models import Tier, User
from generation import keys, switches
from generation.catalogue.offering import Offer, default, line_of, of_kind, offers
from generation.errors import CannotBuy, NotGranted, UnknownModel, Unpriced
from generation.models import AiModel, ModelGrant, Switch
from generation.providers.contract import Kind

BEGINNINGS = (
    (("openai", "gpt-image", "dall-e", "sora"), "openai"),
    (("flux", "bfl"), "bfl"),
    (("sd", "stability", "stable-"), "stability"),
    (("google", "gemini", "imagen", "veo"), "google"),
    (("xai", "grok"), "xai"),
    (("anthropic", "claude"), "anthropic"),
    (("runway", "gen3", "gen4"), "runway"),
    (("openrouter",), "openrouter"),
    (("elevenlabs", "eleven_"), "elevenlabs"),
)
"""How names begin, and whose they are."""
WHOLE = {"core": "stability", "ultra": "stability"}
"""Names that are a provider's only when they stand alone."""
CHOOSE = "Choose one of the models offered."


class Why(StrEnum):
    """How a name led to a model."""

    UNASKED = "unasked"
    NAMED = "named"
    REPLACED = "replaced"
    BEGINNING = "beginning"


@dataclass(frozen=True, slots=True)
class Chosen:
    """A model, and what was `asked` for. `notice` is a sentence for who asked where it is not what they named."""

    model: AiModel
    asked: str = ""
    why: Why = Why.UNASKED
    notice: str = ""


def choose(tier: Tier | None, kind: Kind, key: str = "", *, field: str = "model", user: User | None = None) -> AiModel:
    """The model of `resolve`."""
    return resolve(tier, kind, key, field=field, user=user).model


def resolve(tier: Tier | None, kind: Kind, key: str = "", *, field: str = "model", user: User | None = None) -> Chosen:
    """The tier's (without one: the studio's) model of a kind: the one that `key` leads to, else the default.

    Raises `UnknownModel`, `NotGranted`, `Unpriced` or `switches.SwitchedOff`, each naming `field`.
    """
    found = [offer for offer in offers(tier, user) if offer.model.kind == kind]
    asked = key.strip()
    if not asked:
        usual = default(found, kind)
        if usual is None:
            refuse_off(tier, kind, field=field)
            raise UnknownModel(
                "No model is available here at the moment. Staff have to grant one.", field=field, status=503
            )
        return Chosen(usual.model)
    rows = list(
        AiModel.objects.filter(Q(key__iexact=asked) | Q(remote_name__iexact=asked), kind=kind).select_related(
            "replacement"
        )
    )
    # Our own key comes first; after it, of two providers that use the same name, the one that is offered.
    rows.sort(key=lambda row: (row.key.lower() != asked.lower(), row.name))
    offered = of_kind(found, kind)
    named = _named(offered, rows, asked)
    if named is not None:
        return named
    off = switches.every()
    replaced = _replaced(offered, rows, asked, off)
    if replaced is not None:
        return replaced
    for row in rows:
        shut = switches.covering(off, row)
        if shut is not None and ModelGrant.objects.filter(tier=tier, model=row).exists():
            others = [offer.model for offer in offered]
            raise switches.SwitchedOff(switches.sentence(row, shut, others), field=field)
    provider = provider_of(asked)
    if rows and not (provider and _is_gone(rows[0]) and rows[0].replacement is None):
        raise _why_not(found, rows, asked, field)
    if provider:
        instead = default([offer for offer in found if offer.model.provider == provider], kind)
        if instead is not None:
            return Chosen(instead.model, asked, Why.BEGINNING, f"For “{asked[:60]}”, {instead.model.name} was used.")
        raise NotGranted(
            f"“{asked[:60]}” is a name of {keys.title(provider)}, and no such model is available here. {CHOOSE}",
            field=field, status=403,
        )  # fmt: skip
    raise UnknownModel(f"There is no model called “{asked[:60]}”. {CHOOSE}", field=field)


def provider_of(name: str) -> str:
    """The provider whose names begin like this one; empty where none's do."""
    name = name.lower()
    if name in WHOLE:
        return WHOLE[name]
    return next((provider for starts, provider in BEGINNINGS if name.startswith(starts)), "")


def _named(offered: list[Offer], rows: list[AiModel], asked: str) -> Chosen | None:
    """The model that one of the rows is."""
    usable = {offer.model.id: offer.model for offer in offered}
    return next((Chosen(usable[row.id], asked, Why.NAMED) for row in rows if row.id in usable), None)


def _replaced(offered: list[Offer], rows: list[AiModel], asked: str, off: list[Switch]) -> Chosen | None:
    """The model that one of the rows leads to."""
    usable = {offer.model.id: offer.model for offer in offered}
    for row in rows:
        for other in line_of(row)[1:]:
            if other.id in usable:
                is_off = switches.covering(off, row) is not None
                why = "is switched off at the moment" if is_off else _gone(row)
                notice = f"“{asked[:60]}” {why}; {other.name} was used."
                return Chosen(usable[other.id], asked, Why.REPLACED, notice)
    return None


def refuse_off(tier: Tier | None, kind: Kind, *, field: str = "") -> None:
    """Raise `SwitchedOff` where there would be a model, if it were on."""
    grants = ModelGrant.objects.filter(tier=tier, kind=kind).select_related("model").order_by("-is_default")
    off = switches.every()
    for grant in grants if off else ():
        shut = switches.covering(off, grant.model)
        if shut is not None:
            raise switches.SwitchedOff(switches.sentence(grant.model, shut), field=field)


def _why_not(found: list[Offer], rows: list[AiModel], asked: str, field: str) -> CannotBuy:
    unpriced = {offer.model.id for offer in found if not offer.is_usable}
    for row in rows:
        for one in line_of(row):
            if one.id in unpriced:
                return Unpriced(f"“{one.name}” has no price yet. Choose another model.", field=field)
    line = line_of(rows[0])
    instead = f" {_gone(rows[0])}, and {line[-1].name}, which took its place," if len(line) > 1 else ""
    return NotGranted(f"“{asked[:60]}”{instead} is not available here. {CHOOSE}", field=field, status=403)


def _is_gone(row: AiModel) -> bool:
    return not row.is_enabled or (row.retires_on is not None and row.retires_on <= timezone.now().date())


def _gone(row: AiModel) -> str:
    return "was retired" if _is_gone(row) else "is not offered here"
