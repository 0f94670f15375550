"""Queries that are asked for every request of a program: compiled once, bound to the active tenant each time they are asked.

Composing SQL takes Django several times as long as the database takes to answer it. What is asked here is the queryset that
`build` makes, no more and no less: its filter by tenant is that of every other query, and without an active tenant it raises
`NoTenant` like every other.
"""

from __future__ import annotations

import datetime
import secrets
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db import connection, models
from django.db.models import QuerySet

from accounts.tenancy import NoTenant, current, scope

Value = uuid.UUID | str | int | datetime.date


@dataclass(frozen=True, slots=True)
class _Compiled:
    sql: str
    params: tuple[Any, ...]
    places: tuple[tuple[int, str], ...]
    """Which parameter is which value; "" is the tenant."""
    converters: dict[int, tuple[tuple[Any, ...], Any]]


@dataclass(frozen=True, slots=True)
class Found:
    """A row as the database gave it. Its values are made what they are for Python when they are looked at."""

    raw: Any
    converters: dict[int, tuple[tuple[Any, ...], Any]]

    def __getitem__(self, place: int) -> Any:
        value = self.raw[place]
        known = self.converters.get(place)
        if known is not None:
            for convert in known[0]:
                value = convert(value, known[1], connection)
        return value

    def values(self) -> tuple[Any, ...]:
        """All of them, as the queryset would give them."""
        return tuple(self[place] for place in range(len(self.raw)))


class Prepared:
    """`Prepared(lambda key: Row.objects.filter(key=key).values_list("a", "b"), key=str).rows(key="x")`.

    `build` gets a placeholder for each value, and makes a queryset of `values_list`. Values are ids, texts, whole numbers of at
    most 31 bits and days. With `is_shared` it asks for what is no tenant's, like prices, and needs no active one."""

    def __init__(
        self, build: Callable[..., QuerySet[Any, Any]], *, is_shared: bool = False, **values: type[Value]
    ) -> None:  # fmt: skip
        self._build, self._values, self._is_shared = build, values, is_shared
        self._compiled: dict[str, _Compiled] = {}

    def rows(self, **given: Value) -> list[Found]:
        """The rows of the queryset."""
        tenant = current()
        if tenant is None and not self._is_shared:
            raise NoTenant("A prepared query asks for one tenant: wrap the code in scope(tenant).")
        known = self._compiled.get(connection.vendor)
        if known is None:
            known = self._compiled[connection.vendor] = self._compile()
        params = list(known.params)
        for place, name in known.places:
            params[place] = as_param(given[name] if name else tenant)
        with connection.cursor() as cursor:
            cursor.execute(known.sql, params)
            found = cursor.fetchall()
        return [Found(row, known.converters) for row in found]

    def first(self, **given: Value) -> Found | None:
        return next(iter(self.rows(**given)), None)

    def _compile(self) -> _Compiled:
        tenant = uuid.uuid4()
        samples = {name: sample(kind) for name, kind in self._values.items()}
        with scope(tenant):
            compiler = self._build(**samples).query.get_compiler(connection=connection)
            sql, params = compiler.as_sql()
        names = {as_param(value): name for name, value in samples.items()}
        if not self._is_shared:
            names[as_param(tenant)] = ""
        places = tuple((place, names[param]) for place, param in enumerate(params) if param in names)
        if {name for _, name in places} != set(names.values()):
            raise ValueError("A prepared query uses each of its values, and is of one tenant.")
        converters = compiler.get_converters([column[0] for column in compiler.select])
        return _Compiled(
            sql, tuple(params), places, {place: (tuple(how), what) for place, (how, what) in converters.items()}
        )


def as_param(value: Any) -> Any:
    """An id or a day as the database takes it; all else as it is."""
    if isinstance(value, uuid.UUID):
        return value if connection.features.has_native_uuid_field else value.hex
    return connection.ops.adapt_datefield_value(value) if isinstance(value, datetime.date) else value


def sample(kind: type[Value]) -> Value:
    """A value that stands in no query by itself, by which its place is found."""
    if kind is uuid.UUID:
        return uuid.uuid4()
    if kind is datetime.date:
        return datetime.date.fromordinal(1 + secrets.randbelow(300_000))
    return secrets.randbelow(1 << 29) + (1 << 29) if kind is int else uuid.uuid4().hex


def columns(model: type[models.Model], path: str = "") -> tuple[str, ...]:
    """All columns of `model`, its primary key first, for the `values_list` of what leads to it by `path`."""
    names = [field.attname for field in model._meta.concrete_fields]
    names.sort(key=lambda name: name != model._meta.pk.attname)
    return tuple(f"{path}{name}" for name in names)


def loaded(model: type[models.Model], names: tuple[str, ...], values: tuple[Any, ...]) -> Any:
    """A row of `model` with these of its columns; None where its primary key, which comes first, is null. What else is asked
    of it is looked up then, as with `only`."""
    if values[0] is None:
        return None
    at = dict(zip(names, values, strict=True))
    known = [field.attname for field in model._meta.concrete_fields if field.attname in at]
    return model.from_db(connection.alias, known, [at[name] for name in known])
