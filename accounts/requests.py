"""What programs send: a JSON object whose fields are known by name and have the type they should have.

Serializers of request bodies derive from `Strict`. A field that it does not know is refused by name, before anything is
done. The fields here take a JSON value for what it is: no number becomes a text, and no word a truth.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from typing import IO, Any, ClassVar, NoReturn

from django.conf import settings
from rest_framework import serializers
from rest_framework.exceptions import APIException, ParseError
from rest_framework.parsers import JSONParser

NO_OBJECT = "Send a JSON object, its fields by their names."


class TooLarge(APIException):
    status_code = 413

    def __init__(self, limit: int) -> None:
        super().__init__(f"That is larger than {limit // 1024:,} KiB. Send less.")


class StrictJson(JSONParser):
    """JSON as the standard has it, no larger and no deeper than this process can take."""

    most_bytes: ClassVar[int | None] = None
    """Where bodies of another size than usual are taken."""

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        limit = self.most_bytes or settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        raw = stream.read(limit + 1)
        if len(raw) > limit:
            raise TooLarge(limit)
        try:
            return json.loads(raw.decode(), parse_constant=_no_number)
        except json.JSONDecodeError as error:
            raise ParseError(f"This is no JSON: look at line {error.lineno}, column {error.colno}.") from error
        except (ValueError, RecursionError) as error:
            raise ParseError("This is no JSON that can be read here.") from error


def _no_number(name: str) -> NoReturn:
    raise ValueError(name)


class Strict(serializers.Serializer[Any]):
    """A request's fields. Unknown ones are refused by name."""

    default_error_messages = {"invalid": NO_OBJECT}
    rules: ClassVar[dict[str, Any]] = {}
    """What JSON schema says of fields that depend on each other, for the OpenAPI document. `validate` enforces it."""

    @classmethod
    def read(cls, data: Any) -> dict[str, Any]:
        """The checked fields of a body or of a query. Raises DRF's `ValidationError`."""
        if data is None:  # which DRF takes for a serializer without data
            raise serializers.ValidationError([NO_OBJECT])
        given = cls(data=data)
        given.is_valid(raise_exception=True)
        return dict(given.validated_data)

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, Mapping):
            known = [name for name, field in self.fields.items() if not field.read_only]
            for name in data:
                if name not in known:
                    raise serializers.ValidationError({shown(name): [_unknown(known)]})
        return super().to_internal_value(data)


def shown(name: Any) -> str:
    """A name that somebody else wrote, fit for a sentence."""
    return "".join(letter for letter in str(name) if letter.isprintable())[:60] or "A field without a name"


def _unknown(known: list[str]) -> str:
    if len(known) < 2:
        return f"is not known here; the one field is {known[0]}." if known else "is not known here; nothing is."
    return f"is not known here; the fields are {', '.join(known[:-1])} and {known[-1]}."


class Text(serializers.CharField):
    """A text that can be kept: no null characters, no halves of letters."""

    default_error_messages = {"halves": "Half of a letter stands there. Send whole ones."}

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        try:
            data.encode()
        except UnicodeEncodeError:
            self.fail("halves")
        return super().to_internal_value(data)


class Flag(serializers.BooleanField):
    """true or false, and no word for it."""

    def to_internal_value(self, data: Any) -> bool:
        if not isinstance(data, bool):
            self.fail("invalid")
        return data


class Whole(serializers.IntegerField):
    """A whole number that is written as one. Give it `min_value` and `max_value`."""

    def to_internal_value(self, data: Any) -> int:
        if not isinstance(data, int) or isinstance(data, bool):
            self.fail("invalid")
        return data


class Id(serializers.UUIDField):
    """The id of something, as answers give it."""

    default_error_messages = {"invalid": "This is no id. Take one from an answer."}

    def to_internal_value(self, data: Any) -> uuid.UUID:
        if not isinstance(data, str):
            self.fail("invalid")
        found: uuid.UUID = super().to_internal_value(data)
        return found
