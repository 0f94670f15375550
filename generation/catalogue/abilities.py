"""What a model takes, and requests brought into its terms."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from generation.adapters import adapter
from generation.errors import CannotBuy, UnknownModel
from generation.models import AiModel
from generation.providers.capabilities import Capabilities, Sizes, refuse_unsupported
from generation.providers.contract import Kind, Request
from generation.providers.fitting import Adjusted
from generation.providers.fitting import fit as fit_shape


def capabilities(model: AiModel, kind: Kind | None = None) -> Capabilities | None:
    """What the model takes, or None where no adapter of this install speaks to it. `kind` is what is asked of it where
    that is not what it makes: an EDIT of an image model."""
    try:
        able = adapter(model.provider)
    except KeyError:
        return None
    found = able.capabilities(model.remote_name, kind or Kind(model.kind), model.options)
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
    able = capabilities(model, request.kind)
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
    able = capabilities(model, request.kind)
    if able is None:
        raise UnknownModel(f"“{model.name}” cannot be reached from here.", field="model", status=503)
    wrong = refuse_unsupported(request, able)
    if wrong:
        field, remedy = wrong[0]
        raise CannotBuy(f"The {field.replace('_', ' ')} {remedy}.", field=field)
