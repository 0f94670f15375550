"""From what somebody asks for to what would be bought: the model, its request, the price; or a refusal that names the field.

Nothing is written and nothing is fetched here, so a form can show a price with it and every door checks alike.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from accounts.models import User
from generation import catalogue
from generation.jobs import asking
from generation.models import AiModel, Job
from generation.providers.capabilities import Capabilities, refuse_unsupported
from generation.providers.contract import Kind
from generation.studio import fields, policy, previews
from generation.studio.errors import NotSupported, WrongWish
from generation.studio.models import StudioPolicy

STEP = "studio-take"
CHECK_STEP = "studio-check"
ROLES = ("source", "mask", "reference", "first_frame", "last_frame")
FRAMES = frozenset({"first_frame", "last_frame"})


@dataclass(frozen=True, slots=True)
class Brought:
    """A picture that comes along: its role, where it is from (an asset of the asker's own, an upload, a data or https
    address; see `generation.studio.bringing`), and the field it was given in."""

    role: str
    source: Any
    field: str


@dataclass(frozen=True, slots=True)
class Wish:
    """Something that can be bought as it stands. `kind` is what comes of it, `job_kind` what is bought (EDIT where a picture
    is changed); `settings` are the asked-for values by public name; `price_micros` is what all of it holds at most. One that
    `reuses` is answered by what its person made of the same wish before, where there is such a thing; a seed that was not
    said is no part of that. `preview_of` are the fields that a preview has otherwise, as they were."""

    kind: Kind
    job_kind: Kind
    chosen: catalogue.Chosen
    request: Mapping[str, Any]
    brought: tuple[Brought, ...]
    count: int
    settings: Mapping[str, Any]
    check: AiModel | None
    price_micros: int
    reuses: bool = False
    seed_is_said: bool = False
    preview_of: Mapping[str, Any] | None = None

    @property
    def model(self) -> AiModel:
        return self.chosen.model


def read(
    kind: Kind,
    given: Mapping[str, Any],
    *,
    rules: StudioPolicy,
    user: User,
    brought: Sequence[Brought] = (),
    settings: Mapping[str, Any] | None = None,
) -> Wish:
    """Read and check a wish for a thing of `kind`: TEXT, IMAGE, VIDEO or SPEECH. `given` holds public names, `brought` the
    pictures, `settings` what else is remembered of what was asked. Raises `CannotBuy` naming the field as it was given."""
    said = fields.read(kind, given)
    request = dict(said.request)
    prompt = request.pop("prompt", "")
    if not prompt:
        raise WrongWish("prompt is missing: say what to make.", field=said.names.get("prompt", "prompt"))
    policy.refuse_words(rules, prompt)
    if "negative_prompt" not in request and "system" in request and kind is Kind.TEXT:
        policy.refuse_words(rules, str(request["system"]), field=said.names["system"])
    name = str(request.pop("model", ""))
    count = int(request.pop("count", 1))
    is_preview = bool(request.pop("preview", False))
    seed_is_said = "seed" in request
    reuses = bool(request.pop("reuse", seed_is_said and kind is not Kind.TEXT))
    roles = [one.role for one in brought]
    job_kind = Kind.EDIT if kind is Kind.IMAGE and "source" in roles else kind
    chosen = _choose(kind, job_kind, name, roles, user=user)
    for field in fields.NOWHERE & set(request):
        raise WrongWish(f"{said.names[field]} is not taken by this model: leave it out.", field=said.names[field])
    able = catalogue.capabilities(chosen.model, job_kind)
    if "seed" not in request and able is not None and "seed" in able.takes and kind is not Kind.TEXT:
        request["seed"] = secrets.randbelow(2**31)  # a model that is given none may paint the same picture each time
    request |= _in_house(kind, prompt, request, rules)
    if roles:
        request["inputs"] = [{"role": one.role, "asset": f"#{place}"} for place, one in enumerate(brought)]
    wish = Wish(
        kind, job_kind, chosen, request, tuple(brought), count, {**said.settings, **(settings or {})},
        rules.check_model, 0, reuses, seed_is_said,
    )  # fmt: skip
    _refuse(wish, said.names)
    if is_preview and able is not None:
        wish = as_preview(wish, able)  # after what was asked for was found good: the final one is to be bought as well
        _refuse(wish, said.names)
    return replace(wish, price_micros=price(wish))


def price(wish: Wish) -> int:
    """What the wish holds at most, in micro-units: the price on the button."""
    total = wish.count * asking.quote(_job(wish.model, wish.job_kind, wish.request, STEP))
    if wish.check is not None:
        total += asking.quote(_job(wish.check, Kind.MODERATE, {"prompt": wish.request["prompt"]}, CHECK_STEP))
    return total


def as_preview(wish: Wish, able: Capabilities) -> Wish:
    """The wish as small, short and simple as its model makes it."""
    shapes = {"aspect_ratio", "width", "height", "resolution"}
    if wish.job_kind is Kind.EDIT and not shapes & set(wish.request):
        able = replace(able, sizes=None, fixed_sizes=(), resolutions=())  # it keeps the shape of its source
    changes = previews.smaller(wish.request, able)
    return replace(
        wish, request=previews.changed(wish.request, changes), preview_of=previews.before(wish.request, changes)
    )


def changed(wish: Wish, **fields_: Any) -> Wish:
    """The wish with some fields of its request replaced."""
    return replace(wish, request={**wish.request, **fields_})


def _job(model: AiModel, kind: Kind, request: Mapping[str, Any], step: str) -> Job:
    return Job(model=model, kind=kind, provider=model.provider, request=dict(request), step=step)


def _in_house(kind: Kind, prompt: str, request: Mapping[str, Any], rules: StudioPolicy) -> dict[str, Any]:
    """The prompt under the house's rules: guidelines go before what was asked of a text, a style along with a picture."""
    if kind is Kind.TEXT:
        system = "\n\n".join(part for part in (rules.guidelines.strip(), str(request.get("system", ""))) if part)
        return {"prompt": prompt, **({"system": system} if system else {})}
    if kind in (Kind.IMAGE, Kind.VIDEO) and rules.picture_style:
        return {"prompt": f"{prompt}\n\nStyle: {rules.picture_style}"}
    return {"prompt": prompt}


def _choose(kind: Kind, job_kind: Kind, name: str, roles: Sequence[str], *, user: User) -> catalogue.Chosen:
    """The model that was named; else the usual one, or, where that cannot take the pictures, the first that can."""
    chosen = catalogue.resolve(None, kind, name, user=user)
    if name or _takes(chosen.model, job_kind, roles):
        return chosen
    for offer in catalogue.of_kind(catalogue.offers(None, user), kind):
        if _takes(offer.model, job_kind, roles):
            return catalogue.Chosen(offer.model)
    return chosen


def _takes(model: AiModel, job_kind: Kind, roles: Sequence[str]) -> bool:
    able = catalogue.capabilities(model, job_kind)
    return able is not None and takes_roles(able, roles)


def takes_roles(able: Capabilities, roles: Sequence[str]) -> bool:
    """Whether a model takes pictures in these roles, and has all that it needs with them."""
    needs = able.needs_one_of
    return all(roles.count(role) <= able.inputs.get(role, 0) for role in roles) and (
        not needs or any(role in roles for role in needs)
    )


def _refuse(wish: Wish, names: Mapping[str, str]) -> None:
    """Raise for the first thing that the model cannot take, by the name it was given."""
    able = catalogue.capabilities(wish.model, wish.job_kind)
    if able is None:
        if wish.job_kind is Kind.EDIT:
            raise NotSupported(
                f"“{wish.model.name}” makes pictures and changes none. Choose another model.", field="model"
            )
        raise WrongWish(f"“{wish.model.name}” cannot be reached from here. Choose another model.", field="model")
    roles = [one.role for one in wish.brought]
    for one in wish.brought:
        most = able.inputs.get(one.role, 0)
        if not most and one.role in FRAMES:
            raise NotSupported(
                f"“{wish.model.name}” takes no {one.role.replace('_', ' ')}. Choose another model or mode.",
                field=one.field,
            )
        if roles.count(one.role) > most:
            told = f"takes {most} at most" if most else "is not taken by this model: leave it out"
            raise WrongWish(f"{one.field} {told}.", field=one.field)
    fitted = asking.request_of(_job(wish.model, wish.job_kind, wish.request, STEP))
    wrong = refuse_unsupported(fitted, able)
    if wrong:
        field, remedy = wrong[0]
        called = names.get(field, {"inputs": "reference_images"}.get(field, field))
        raise WrongWish(f"{called} {remedy}.", field=called)
