"""From what somebody asks for to what would be bought: the model, its request, the price; or a refusal that names the field.

Nothing is fetched here, and nothing is written but the event of words that are kept out, so a form can show a price with it
and every door checks alike.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from accounts.models import User
from generation import catalogue
from generation.jobs import asking, checking
from generation.models import AiModel, Job, SafetyPolicy
from generation.providers.capabilities import Capabilities, refuse_unsupported
from generation.providers.contract import Kind
from generation.safety import entering, house, policies, verdicts
from generation.studio import fields, previews
from generation.studio.errors import NotSupported, WrongWish
from generation.studio.models import StudioPolicy

STEP = "studio-take"
RULES_FIRST = "Rules of this library, which stand above everything else: "
ASKED_WITHIN = "Asked for in general, within these rules: "
WORDS = ("prompt", "system", "negative_prompt")
"""Fields of a request that hold words of whoever asks. Their own words are kept beside them, as `said`: what is sent of them
has the house's part with it."""
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
    policy: SafetyPolicy
    price_micros: int
    reuses: bool = False
    seed_is_said: bool = False
    preview_of: Mapping[str, Any] | None = None
    hints: tuple[str, ...] = ()
    """What to tell whoever asks of the words that they chose."""

    @property
    def model(self) -> AiModel:
        return self.chosen.model

    @property
    def words(self) -> str:
        """All that whoever asks wrote, for the checks."""
        return "\n".join(str(text) for text in self.request.get("said", {}).values())


def read(
    kind: Kind,
    given: Mapping[str, Any],
    *,
    rules: StudioPolicy,
    user: User,
    brought: Sequence[Brought] = (),
    settings: Mapping[str, Any] | None = None,
    is_meant: bool = True,
) -> Wish:
    """Read and check a wish for a thing of `kind`: TEXT, IMAGE, VIDEO or SPEECH. `given` holds public names, `brought` the
    pictures, `settings` what else is remembered of what was asked; unless it `is_meant`, only the price is wanted. Raises
    `CannotBuy` naming the field as it was given."""
    said = fields.read(kind, given)
    request = dict(said.request)
    prompt = request.pop("prompt", "")
    if not prompt:
        raise WrongWish("prompt is missing: say what to make.", field=said.names.get("prompt", "prompt"))
    written = {"prompt": prompt, **{name: str(request[name]) for name in WORDS if name in request}}
    hints = refuse_words(written, user=user, names=said.names, is_meant=is_meant)
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
    policy = policies.of(None)
    request |= in_house(kind, written, rules, policy, able)
    if roles:
        request["inputs"] = [{"role": one.role, "asset": f"#{place}"} for place, one in enumerate(brought)]
    wish = Wish(
        kind, job_kind, chosen, request, tuple(brought), count, {**said.settings, **(settings or {})}, policy, 0, reuses,
        seed_is_said,
    )  # fmt: skip
    _refuse(wish, said.names)
    if is_preview and able is not None:
        wish = as_preview(wish, able)  # after what was asked for was found good: the final one is to be bought as well
        _refuse(wish, said.names)
    return replace(wish, price_micros=price(wish), hints=tuple(hints))


def price(wish: Wish) -> int:
    """What the wish holds at most, in micro-units: the price on the button."""
    total = wish.count * asking.quote(_job(wish.model, wish.job_kind, wish.request, STEP))
    for check in checking.wanted(wish.policy, wish.words, len(wish.brought)):
        assert wish.policy.check_model is not None
        total += asking.quote(_job(wish.policy.check_model, Kind.MODERATE, {"prompt": check["prompt"]}, verdicts.CHECK))
    return total


def refuse_words(said: Mapping[str, str], *, user: User, names: Mapping[str, str], is_meant: bool = True) -> list[str]:
    """Hold what whoever asks wrote against the studio's rules; answers what is to be told of it. Raises `AgainstRules`, naming
    the field as it was given."""
    told = {names.get(name, name): text for name, text in said.items()}
    return entering.refuse_words(tier=None, user_id=user.id, said=told, is_meant=is_meant)


def in_house(
    kind: Kind, said: Mapping[str, str], rules: StudioPolicy, policy: SafetyPolicy, able: Capabilities | None
) -> dict[str, Any]:
    """What was said under the house's rules: guidelines stand before what was asked of a text, and behind what was asked of a
    picture, with its style. What was said itself goes along as `said`, and is sent to nobody."""
    found: dict[str, Any] = {"prompt": said["prompt"], "said": dict(said)}
    if kind is Kind.TEXT:
        system = [f"{RULES_FIRST}{rules.guidelines.strip()}" if rules.guidelines.strip() else ""]
        if said.get("system"):
            system.append(f"{ASKED_WITHIN}{said['system']}" if system[0] else said["system"])
        if any(system):
            found["system"] = "\n\n".join(one for one in system if one)
    if kind in (Kind.IMAGE, Kind.VIDEO):
        own = house.part(manner=rules.picture_style, guidelines=rules.guidelines, never_shown=policy.never_shown)
        found["prompt"] = house.behind(said["prompt"], own)
        if able is not None and "negative_prompt" in able.takes and policy.never_shown:
            asked = said.get("negative_prompt", "").strip().rstrip(",.")
            found["negative_prompt"] = ", ".join(one for one in (asked, policy.never_shown) if one)
    return found


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
