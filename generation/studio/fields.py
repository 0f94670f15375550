"""The public names of what can be asked for, what each means to the engine, and the form its value has. Pure.

Several doors use several names for one thing (`duration`, `duration_seconds`); all lead to one field of the engine's
`Request`. Values come as JSON has them; a form cleans its strings into that before.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from generation.providers.contract import Kind
from generation.studio.errors import WrongWish

MAX_TEXT = 100_000
MAX_COUNT = 8
LARGEST = 1e12
"""What no number that is asked for reaches; JSON knows larger ones, and one that is no number."""
SIZE = re.compile(r"^([1-9][0-9]{1,4})[xX×]([1-9][0-9]{1,4})$")
RATIO = re.compile(r"^[1-9][0-9]{0,3}(\.[0-9]{1,3})?:[1-9][0-9]{0,3}(\.[0-9]{1,3})?$")
UNKEEPABLE = re.compile("[\x00\ud800-\udfff]")


class Wrong(ValueError):
    """A value that is not of its field's form; the text goes on from the field's name: "must be ..."."""


@dataclass(frozen=True, slots=True)
class Parse:
    """Turns a value into fields of the engine's request (or of the studio's own reading: `count`). Raises `Wrong`. `form` is
    what JSON schema says of the values that are taken."""

    read: Callable[[Any], dict[str, Any]]
    form: Mapping[str, Any]

    def __call__(self, value: Any) -> dict[str, Any]:
        return self.read(value)


@dataclass(frozen=True, slots=True)
class Field:
    """`name` is the canonical public name."""

    name: str
    parse: Parse


def text(into: str, most: int = MAX_TEXT) -> Parse:
    def parse(value: Any) -> dict[str, Any]:
        if not isinstance(value, str):
            raise Wrong("must be text.")
        if UNKEEPABLE.search(value):
            raise Wrong("holds a character that cannot be kept. Take it out.")
        if len(value) > most:
            raise Wrong(f"is longer than {most:,} characters. Shorten it.")
        return {into: value.strip()}

    return Parse(parse, {"type": "string", "maxLength": most})


def whole(into: str, low: int, high: int) -> Parse:
    def parse(value: Any) -> dict[str, Any]:
        if isinstance(value, bool) or not (isinstance(value, int) or (isinstance(value, float) and value.is_integer())):
            raise Wrong("must be a whole number.")
        if not low <= value <= high:
            raise Wrong(f"must lie between {low} and {high}.")
        return {into: int(value)}

    return Parse(parse, {"type": "integer", "minimum": low, "maximum": high})


def number(into: str) -> Parse:
    def parse(value: Any) -> dict[str, Any]:
        if isinstance(value, bool) or not isinstance(value, int | float) or not -LARGEST < value < LARGEST:
            raise Wrong("must be a number, and no boundless one.")
        return {into: value}

    bounds = {"minimum": -LARGEST, "exclusiveMinimum": True, "maximum": LARGEST, "exclusiveMaximum": True}
    return Parse(parse, {"type": "number", **bounds})


def truth(into: str) -> Parse:
    def parse(value: Any) -> dict[str, Any]:
        if not isinstance(value, bool):
            raise Wrong("must be true or false.")
        return {into: value}

    return Parse(parse, {"type": "boolean"})


def _size(value: Any) -> dict[str, Any]:
    """ "1024x768", or "auto" for what the model thinks best."""
    if value == "auto":
        return {}
    match = SIZE.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        raise Wrong("must be a width and a height like “1024x768”, or “auto”.")
    return {"width": int(match[1]), "height": int(match[2])}


def _ratio(value: Any) -> dict[str, Any]:
    if value == "auto":
        return {}
    if not isinstance(value, str) or not RATIO.fullmatch(value):
        raise Wrong("must be a width to a height like “16:9”.")
    return {"aspect_ratio": value}


def _schema(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise Wrong("must be a JSON schema: an object.")
    return {"schema": value}


def _or_auto(pattern: re.Pattern[str]) -> dict[str, Any]:
    return {"type": "string", "pattern": f"^auto$|{pattern.pattern}"}


size, ratio = Parse(_size, _or_auto(SIZE)), Parse(_ratio, _or_auto(RATIO))
schema = Parse(_schema, {"type": "object"})


def _fields(*entries: tuple[tuple[str, ...], Parse]) -> dict[str, Field]:
    return {name: Field(names[0], parse) for names, parse in entries for name in names}


SEED = (("seed",), whole("seed", 0, 2**32 - 1))
REUSE = (("reuse",), truth("reuse"))
PREVIEW = (("preview",), truth("preview"))
COMMON = ((("prompt",), text("prompt")), (("model",), text("model", 120)), REUSE)
LOOK = (
    PREVIEW,
    (("aspect_ratio",), ratio),
    (("resolution", "image_size"), text("resolution", 20)),
    (("style",), text("style", 60)),
    (("negative_prompt",), text("negative_prompt", 10_000)),
    (("enhance_prompt", "prompt_upsampling"), truth("prompt_upsampling")),
    SEED,
)
FIELDS: Mapping[Kind, Mapping[str, Field]] = {
    Kind.TEXT: _fields(
        *COMMON,
        (("system",), text("system")),
        (("max_tokens", "max_completion_tokens"), whole("max_tokens", 1, 1_000_000)),
        (("schema",), schema),
        SEED,
    ),
    Kind.IMAGE: _fields(
        *COMMON,
        *LOOK,
        (("size",), size),
        (("width",), whole("width", 16, 16_384)),
        (("height",), whole("height", 16, 16_384)),
        (("n", "count"), whole("count", 1, MAX_COUNT)),
        (("quality",), text("quality", 20)),
        (("background",), text("background", 20)),
        (("output_format", "file_extension"), text("output_format", 10)),
        (("output_compression", "compression_quality"), whole("output_compression", 0, 100)),
        (("steps",), whole("steps", 1, 1_000)),
        (("guidance",), number("guidance")),
        (("cfg_scale",), number("cfg_scale")),
        (("strength",), number("strength")),
        (("safety_tolerance",), whole("safety_tolerance", 0, 100)),
        (("fidelity", "input_fidelity"), text("fidelity", 20)),
    ),
    Kind.VIDEO: _fields(
        *COMMON,
        *LOOK,
        (("size",), size),
        (("width",), whole("width", 16, 16_384)),
        (("height",), whole("height", 16, 16_384)),
        (("n", "count", "number_of_videos"), whole("count", 1, MAX_COUNT)),
        (("duration", "duration_seconds", "seconds"), number("seconds")),
        (("quality",), text("quality", 20)),
        (("generate_audio", "audio"), truth("audio")),
        (("fps",), whole("fps", 1, 240)),
        (("person_generation",), text("person_generation", 40)),
        (("output_format", "file_extension"), text("output_format", 10)),
        (("output_compression", "compression_quality"), text("output_compression", 20)),
        (("guidance",), number("guidance")),
        (("cfg_scale",), number("cfg_scale")),
    ),
    Kind.SPEECH: _fields(
        (("prompt", "input", "text"), text("prompt")),
        (("model",), text("model", 120)),
        REUSE,
        (("instructions", "system"), text("system", 10_000)),
        (("voice",), text("voice", 80)),
        (("language",), text("language", 20)),
        (("speed",), number("speed")),
        (("output_format", "response_format"), text("output_format", 20)),
        SEED,
    ),
}
NOWHERE = frozenset({"fps", "person_generation"})
"""Known names for which no provider of today has a parameter: refused like any other that the model does not take."""


@dataclass(frozen=True, slots=True)
class Read:
    """What was asked for: `request` in the engine's fields, `settings` by canonical public name, `names` the name that each
    of the engine's fields was given by."""

    request: dict[str, Any]
    settings: dict[str, Any]
    names: dict[str, str]


def read(kind: Kind, given: Mapping[str, Any]) -> Read:
    """Read what was given for a thing of `kind`. What is None, or a text that is empty, was not given. Raises `WrongWish`."""
    known = FIELDS[kind]
    request: dict[str, Any] = {}
    settings: dict[str, Any] = {}
    names: dict[str, str] = {}
    by: dict[str, str] = {}
    for name, value in given.items():
        field = known.get(name)
        if value is None or (value == "" and (field is None or field.parse.form["type"] == "string")):
            continue
        if field is None:
            called = str(name)[:60] or "“”"
            raise WrongWish(f"{called} is not known here. There is: {', '.join(known)}.", field=called)
        if field.name in by and settings[field.name] != value:
            raise WrongWish(f"{name} and {by[field.name]} are two names of one thing. Give one of them.", field=name)
        try:
            parsed = field.parse(value)
        except Wrong as wrong:
            raise WrongWish(f"{name} {wrong}", field=name) from None
        by[field.name], settings[field.name] = name, value
        request |= parsed
        names |= dict.fromkeys(parsed, name)
    if ("width" in request) != ("height" in request):
        lacking = "height" if "width" in request else "width"
        raise WrongWish(f"{lacking} is missing: a size has both, or neither.", field=lacking)
    if "size" in settings and ("width" in settings or "height" in settings):
        raise WrongWish("size says it already: leave width and height out.", field="size")
    return Read(request, settings, names)
