"""What programs send: a JSON object, no larger and no deeper than can be read here, of characters that can be kept."""

from __future__ import annotations

import json
import math
from collections.abc import Collection, Mapping
from typing import IO, Any, NoReturn

from rest_framework.exceptions import APIException, ParseError
from rest_framework.parsers import BaseParser
from rest_framework.request import Request

from accounts.requests import NO_OBJECT, shown
from generation.studio.errors import WrongWish
from generation.studio.fields import UNKEEPABLE

MAX_BYTES = 32 * 1024**2
"""A picture of the largest that are taken, in base64, and what is said beside it."""
MAX_DEPTH = 32
UNSAFE = "disable_safe_prompt_adjust"
"""Other services have a switch of this name. Here nobody turns the checks off from outside, so it is refused by name."""


class TooLarge(APIException):
    """413: more than is read."""

    status_code = 413

    def __init__(self, most: int, remedy: str) -> None:
        super().__init__(f"The body is larger than {most // 1024**2} MB. {remedy}")


class Json(BaseParser):
    """JSON as the standard has it. No `JSONParser`: DRF hands those no more than `DATA_UPLOAD_MAX_MEMORY_SIZE`."""

    media_type = "application/json"

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        raw = stream.read(MAX_BYTES + 1)
        if len(raw) > MAX_BYTES:
            raise TooLarge(MAX_BYTES, "Upload large pictures first, and name them by their ids.")
        try:
            found = json.loads(raw.decode(), parse_constant=_no_number, parse_float=_finite)
        except json.JSONDecodeError as error:
            raise ParseError(f"This is no JSON: look at line {error.lineno}, column {error.colno}.") from error
        except (ValueError, RecursionError) as error:
            raise ParseError("This is no JSON that can be read here.") from error
        _refuse_unkeepable(found)
        return found


def of(request: Request, known: Collection[str] | None = None) -> dict[str, Any]:
    """The body of a request, an object. With `known`, other fields are refused by name. Raises `WrongWish`."""
    data = request.data
    if not isinstance(data, dict):
        raise WrongWish(NO_OBJECT)
    _refuse_unsafe(data)
    return only(data, known) if known is not None else dict(data)


def only(given: Mapping[str, Any], known: Collection[str], path: str = "") -> dict[str, Any]:
    """The fields that were given, where all of them are known. `path` stands before a field's name: "settings.image."."""
    for name in given:
        if name not in known:
            called = f"{path}{shown(name)}"
            raise WrongWish(f"{called} is not known here. There is: {', '.join(known)}.", field=called)
    return {name: value for name, value in given.items() if value is not None}


def _refuse_unsafe(value: Any, path: str = "") -> None:
    inner: Any = ()
    if isinstance(value, dict):
        if UNSAFE in value:
            raise WrongWish(f"{path}{UNSAFE} is not taken: nobody turns the checks off from outside. Leave it out.",
                            field=f"{path}{UNSAFE}")  # fmt: skip
        inner = ((f"{path}{shown(name)}.", part) for name, part in value.items())
    elif isinstance(value, list):
        inner = ((f"{path[:-1]}[{place}].", part) for place, part in enumerate(value))
    for name, part in inner:
        _refuse_unsafe(part, name)


def _refuse_unkeepable(value: Any, path: str = "", depth: int = 0) -> None:
    """Raise where a text anywhere in the body has a character that no database keeps, or where it is nested too deep."""
    if depth > MAX_DEPTH:
        raise ParseError(f"This is nested deeper than {MAX_DEPTH} levels. Make it flatter.")
    if isinstance(value, str):
        # Half a letter is never ASCII; most long texts are, and need no closer look.
        if "\x00" in value or (not value.isascii() and UNKEEPABLE.search(value)):
            raise ParseError(f"{path or 'The body'} holds a character that cannot be kept. Take it out.")
    elif isinstance(value, dict):
        for name, part in value.items():
            if UNKEEPABLE.search(name):
                raise ParseError(f"{shown(name)} has a name with a character that cannot be kept. Take it out.")
            _refuse_unkeepable(part, f"{path}.{shown(name)}" if path else shown(name), depth + 1)
    elif isinstance(value, list):
        for place, part in enumerate(value):
            _refuse_unkeepable(part, f"{path}[{place}]", depth + 1)


def _no_number(name: str) -> NoReturn:
    raise ValueError(name)


def _finite(text: str) -> float:
    found = float(text)
    if not math.isfinite(found):
        raise ValueError(text)
    return found
