"""Which tables are moved, in which order, and what a value of SQLite's becomes on PostgreSQL."""

from __future__ import annotations

import datetime
import decimal
import hashlib
import json
import re
import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.apps import apps
from django.db import models
from django.db.models.fields import Field

LEFT_BEHIND = frozenset(
    {
        "django_q_ormq",  # doorbells: what is due stands in the rows
        "generation_beat",  # heartbeats of workers that are stopped
        "generation_databaseplace",  # says where it lives, which is elsewhere from now on
    }
)
MADE_BY_MIGRATING = frozenset({"django_content_type", "auth_permission"})
"""Tables that an empty install has rows in. They are emptied and filled anew, so that what points at them keeps its number."""
INTEGERS = {
    "SmallIntegerField": 2**15, "PositiveSmallIntegerField": 2**15, "IntegerField": 2**31, "PositiveIntegerField": 2**31,
    "BigIntegerField": 2**63, "PositiveBigIntegerField": 2**63, "AutoField": 2**31, "BigAutoField": 2**63,
}  # fmt: skip
NULL_IN_JSON = re.compile(r"(?<!\\)(?:\\\\)*\\u0000")


class Unfit(ValueError):
    """PostgreSQL would not take the value; the text says why, and what to do."""


@dataclass(frozen=True)
class Table:
    """A table to be moved: its name, its primary key and its columns with the model's fields."""

    name: str
    key: str
    fields: tuple[tuple[str, Field[Any, Any]], ...] = field(repr=False)

    @property
    def columns(self) -> list[str]:
        return [column for column, _ in self.fields]


def to_move() -> list[Table]:
    """All tables of the install in an order in which a row comes after those that it points at, where there is one: rows that
    point at each other in a circle need constraints that are checked at the end."""
    managed = {
        model._meta.db_table: model
        for model in apps.get_models(include_auto_created=True)
        if model._meta.managed and not model._meta.proxy and model._meta.db_table not in LEFT_BEHIND
    }
    ordered: dict[str, Table] = {}
    under_way: set[str] = set()

    def visit(name: str) -> None:
        if name in ordered or name in under_way:
            return
        under_way.add(name)
        for _, one in _table(managed[name]).fields:
            target = one.related_model._meta.db_table if isinstance(one, models.ForeignKey) else None  # type: ignore[union-attr]
            if target in managed and target != name:
                visit(str(target))
        ordered[name] = _table(managed[name])

    for name in sorted(managed):
        visit(name)
    return list(ordered.values())


def _table(model: type[models.Model]) -> Table:
    fields = tuple((one.column, one) for one in model._meta.concrete_fields if one.column)
    return Table(model._meta.db_table, str(model._meta.pk.column), fields)  # type: ignore[union-attr]


def converted(value: Any, one: Field[Any, Any]) -> Any:
    """What `value`, as SQLite has it, is on PostgreSQL. Raises `Unfit`."""
    kind = _kind(one)
    if value is None:
        if not one.null:
            raise Unfit("it is empty and may not be. Give it a value.")
        return None
    if kind == "UUIDField":
        return _made(lambda: uuid.UUID(str(value)), "it is no UUID. Give the row one, or delete it.")
    if kind == "BooleanField":
        if value not in (0, 1):
            raise Unfit("it is neither true nor false. Set it to 1 or 0.")
        return bool(value)
    if kind == "DateTimeField":
        return _made(lambda: _moment(value), "it is no moment. Write it like 2026-11-21 20:15:00.")
    if kind == "DateField":
        read = datetime.date.fromisoformat
        return _made(lambda: value if isinstance(value, datetime.date) else read(value), "it is no date.")
    if kind == "DecimalField":
        return _made(lambda: _exact(value, one), "it is no number.")
    if kind == "JSONField":
        return _json(str(value))
    if kind in INTEGERS:
        bound = INTEGERS[kind]
        if not isinstance(value, int) or not -bound <= value < bound:
            raise Unfit(f"it is no whole number below {bound}. Set it to one.")
        return value
    if kind == "BinaryField":
        return bytes(value)
    if isinstance(value, str):
        return _text(value, one)
    return value


def _kind(one: Field[Any, Any]) -> str:
    """The kind of the column: a foreign key's is that of what it points at."""
    while isinstance(one, models.ForeignKey):
        one = one.target_field
    return one.get_internal_type()


def _made(make: Any, wrong: str) -> Any:
    try:
        return make()
    except (ValueError, TypeError, ArithmeticError):
        raise Unfit(wrong) from None


def _moment(value: Any) -> datetime.datetime:
    found = value if isinstance(value, datetime.datetime) else datetime.datetime.fromisoformat(str(value))
    return found if found.tzinfo else found.replace(tzinfo=datetime.UTC)


def _exact(value: Any, one: Any) -> decimal.Decimal:
    return decimal.Decimal(str(value)).quantize(decimal.Decimal(1).scaleb(-one.decimal_places))


def _json(text: str) -> str:
    """As it stands. PostgreSQL reads it itself, and takes less than Python does."""
    if NULL_IN_JSON.search(text):
        raise Unfit("there is a null character in it (\\u0000). Take it out.")
    try:
        json.dumps(json.loads(text, parse_constant=_no_number), ensure_ascii=False).encode()
    except UnicodeEncodeError:
        raise Unfit("there is half a character in it (a lone \\ud800 to \\udfff). Take it out.") from None
    except ValueError:
        raise Unfit("it is no JSON that PostgreSQL reads: NaN and Infinity are none. Set it to null.") from None
    return text


def _no_number(name: str) -> Any:
    raise ValueError(name)


def _text(value: str, one: Field[Any, Any]) -> str:
    if "\0" in value:
        raise Unfit("there is a null character in it. Take it out.")
    if any("\ud800" <= letter <= "\udfff" for letter in value):
        raise Unfit("it is no UTF-8. Write it anew.")
    if one.max_length is not None and _kind(one) != "TextField" and len(value) > one.max_length:
        raise Unfit(f"it has {len(value)} characters and may have {one.max_length}. Shorten it.")
    return value


class Digest:
    """What a table holds, as a number that does not depend on the order of its rows."""

    def __init__(self, kinds: Iterable[Field[Any, Any]]) -> None:
        self.rows = 0
        self._sum = 0
        self._json = [_kind(one) == "JSONField" for one in kinds]

    def add(self, row: Iterable[Any]) -> None:
        written = "\x1f".join(_canonical(value, is_json) for value, is_json in zip(row, self._json, strict=True))
        self.rows += 1
        self._sum = (self._sum + int.from_bytes(hashlib.sha256(written.encode()).digest(), "big")) % 2**256

    @property
    def value(self) -> str:
        return f"{self._sum:064x}"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Digest) and (other.rows, other.value) == (self.rows, self.value)

    __hash__ = None  # type: ignore[assignment]


def _canonical(value: Any, is_json: bool) -> str:
    if value is None:
        return "n"
    if is_json:
        return "j" + json.dumps(_plain(json.loads(value)), sort_keys=True)
    if isinstance(value, datetime.datetime):
        return f"t{value.astimezone(datetime.UTC).isoformat(timespec='microseconds')}"
    if isinstance(value, decimal.Decimal):
        return f"d{value.normalize():f}"
    if isinstance(value, bytes | memoryview):
        return f"b{bytes(value).hex()}"
    return f"{type(value).__name__[0]}{value}"


def _plain(value: Any) -> Any:
    """JSON's 1, 1.0 and 1e0 are one number to PostgreSQL's JSON."""
    if isinstance(value, dict):
        return {name: _plain(part) for name, part in value.items()}
    if isinstance(value, list):
        return [_plain(part) for part in value]
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value
