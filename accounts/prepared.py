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
from functools import cache, lru_cache
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections, models
from django.db.backends.sqlite3.base import SQLiteCursorWrapper
from django.db.models import QuerySet
from django.db.models.base import ModelState
from django.db.models.fields.related_descriptors import ForeignKeyDeferredAttribute
from django.db.models.query_utils import DeferredAttribute
from django.db.models.signals import post_init, pre_init

from accounts.tenancy import NoTenant, TenantRow, current, parents_of, scope

Value = uuid.UUID | str | int | datetime.date
PLAIN = (DeferredAttribute, ForeignKeyDeferredAttribute)
"""What a column is on its model where a row holds its value as it is."""
Converters = dict[int, tuple[tuple[Any, ...], Any, bool]]
"""Of a column: what makes the database's value Python's, the expression it belongs to, and whether None stays None."""


@dataclass(frozen=True, slots=True)
class _Compiled:
    sql: str
    params: tuple[Any, ...]
    places: tuple[tuple[int, str], ...]
    """Which parameter is which value; "" is the tenant."""
    converters: Converters
    for_sqlite: str
    """The same SQL with SQLite's marks for parameters; empty elsewhere."""


@dataclass(frozen=True, slots=True)
class Found:
    """A row as the database gave it. Its values are made what they are for Python when they are looked at."""

    raw: Any
    converters: Converters
    connection: Any

    def __getitem__(self, place: int) -> Any:
        known = self.converters.get(place)
        return self.raw[place] if known is None else self._converted(self.raw[place], known)

    def values(self) -> tuple[Any, ...]:
        """All of them, as the queryset would give them."""
        found = list(self.raw)
        for place, (
            ways,
            what,
            keeps_none,
        ) in self.converters.items():  # in one loop: there are thirty in a status answer
            value = found[place]
            if value is not None or not keeps_none:
                for convert in ways:
                    value = convert(value, what, self.connection)
                found[place] = value
        return tuple(found)

    def _converted(self, value: Any, known: tuple[tuple[Any, ...], Any, bool]) -> Any:
        for convert in known[0]:
            value = convert(value, known[1], self.connection)
        return value


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
        connection: Any = connections[
            DEFAULT_DB_ALIAS
        ]  # looked up once: Django's proxy does for each of its attributes
        known = self._compiled.get(connection.vendor)
        if known is None:
            known = self._compiled[connection.vendor] = self._compile(connection)
        params = list(known.params)
        for place, name in known.places:
            params[place] = as_param(given[name] if name else tenant, connection)
        with connection.cursor() as cursor:
            if known.for_sqlite:
                # Django looks for its own marks in the whole text, each time it is asked.
                cursor.cursor.convert_query = lambda query, **_: known.for_sqlite
            cursor.execute(known.sql, params)
            found = cursor.fetchall()
        return [Found(row, known.converters, connection) for row in found]

    def first(self, **given: Value) -> Found | None:
        return next(iter(self.rows(**given)), None)

    def _compile(self, connection: Any) -> _Compiled:
        tenant = uuid.uuid4()
        samples = {name: sample(kind) for name, kind in self._values.items()}
        with scope(tenant):
            compiler = self._build(**samples).query.get_compiler(connection=connection)
            sql, params = compiler.as_sql()
        names = {as_param(value, connection): name for name, value in samples.items()}
        if not self._is_shared:
            names[as_param(tenant, connection)] = ""
        places = tuple((place, names[param]) for place, param in enumerate(params) if param in names)
        if {name for _, name in places} != set(names.values()):
            raise ValueError("A prepared query uses each of its values, and is of one tenant.")
        converters = compiler.get_converters([column[0] for column in compiler.select])
        # Only SQLite has them: the others' drivers know ids and moments by themselves.
        as_id = getattr(connection.ops, "convert_uuidfield_value", None)
        as_moment = getattr(connection.ops, "convert_datetimefield_value", None)
        quicker = {as_id: _remembered_id, as_moment: _moment} if connection.vendor == "sqlite" else {}
        known: Converters = {}
        for place, (how, what) in converters.items():
            told = None
            for convert in how:
                told = convert(told, what, connection)
            ways = tuple(quicker.get(convert, convert) for convert in how)
            known[place] = (ways, what, told is None)
        cursors: Any = SQLiteCursorWrapper
        for_sqlite = cursors.convert_query(None, sql) if connection.vendor == "sqlite" else ""
        return _Compiled(sql, tuple(params), places, known, for_sqlite)


def as_param(value: Any, connection: Any) -> Any:
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


_uuid = lru_cache(4096)(uuid.UUID)


def _remembered_id(value: str | None, *_: Any) -> uuid.UUID | None:
    """SQLite's text as an id. The same few come with every request: the tenant's, the asker's, a run's."""
    return None if value is None else _uuid(value)


def _moment(value: datetime.datetime | None, _: Any, connection: Any) -> datetime.datetime | None:
    """What SQLite's driver made of its text, in the zone that Django keeps moments in there. Django's converter asks whether
    each of them has one already; none that comes from a column does."""
    return None if value is None else value.replace(tzinfo=connection.timezone)


def columns(model: type[models.Model], path: str = "") -> tuple[str, ...]:
    """All columns of `model`, its primary key first, for the `values_list` of what leads to it by `path`."""
    names = [field.attname for field in model._meta.concrete_fields]
    names.sort(key=lambda name: name != model._meta.pk.attname)
    return tuple(f"{path}{name}" for name in names)


def loaded(model: type[models.Model], names: tuple[str, ...], values: tuple[Any, ...], /, **rows: Any) -> Any:
    """A row of `model` with these of its columns; None where its primary key, which comes first, is null. What else is asked
    of it is looked up then, as with `only`. `rows` are those that it points at, as with `select_related`."""
    if values[0] is None:
        return None
    at = dict(zip(names, values, strict=True))
    parents = _parents(model)
    if parents is None:
        known = [field.attname for field in model._meta.concrete_fields if field.attname in at]
        made = model.from_db(DEFAULT_DB_ALIAS, known, [at[name] for name in known])
        made._state.fields_cache.update(rows)
        return made
    # The same without Django's initializer, which asks two signals and a descriptor for each column.
    row: Any = model.__new__(model)
    state = ModelState()
    state.adding, state.db, state.fields_cache = False, DEFAULT_DB_ALIAS, rows
    row.__dict__.update(at, _state=state)
    if issubclass(model, TenantRow):
        row.__dict__["_loaded"] = {name: at[name] for name in parents if name in at}
    return row


@cache
def _parents(model: type[models.Model]) -> tuple[str, ...] | None:
    """The columns that point at other rows. None where making a row of `model` is more than writing down its columns."""
    makers = (models.Model.from_db.__func__, TenantRow.from_db.__func__)  # type: ignore[attr-defined]
    is_plain = (
        model.__init__ is models.Model.__init__
        and model.from_db.__func__ in makers  # type: ignore[attr-defined]
        and all(type(getattr(model, field.attname)) in PLAIN for field in model._meta.concrete_fields)
        and not (pre_init.has_listeners(model) or post_init.has_listeners(model))
    )
    return tuple(parents_of(model)) if is_plain else None
