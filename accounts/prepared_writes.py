"""Writes that are made for every purchase: compiled once, bound to the active tenant each time.

The same thought as `accounts.prepared`: composing the SQL of an update takes Django several times as long as the database takes
to carry it out. What is written is what `QuerySet.update` and `Model.save` of a new row would write, no more and no less.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import connection, models, transaction
from django.db.models import QuerySet
from django.db.models.sql import UpdateQuery

from accounts.prepared import Value, as_param, sample
from accounts.standing import ACROSS, Standing, standing
from accounts.tenancy import NoTenant, TenantRow, across_tenants, scope

MOST = 500
"""As many forms of one update are remembered; moments that somebody reckons out make more."""
PLAIN = "plain"


@dataclass(frozen=True, slots=True)
class _Update:
    sql: str
    params: tuple[Any, ...]
    fields: tuple[models.Field[Any, Any], ...]
    """Of the changes that are plain values."""
    set_places: tuple[int, ...]
    """Which parameter each of those is."""
    places: tuple[tuple[int, str], ...]
    """Which parameter is which value; "" is the tenant."""


class PreparedUpdate:
    """`PreparedUpdate(lambda key: Row.objects.filter(key=key), key=str).write({"a": 1, "b": F("b") + 1}, key="x")`.

    `build` gets a placeholder for each value, and makes a queryset of one table. It is compiled for each form of the changes: a
    plain value, a null, or an expression, which is part of the form and best made once. Under `across_tenants` it writes across
    tenants, as a queryset does; where no tenant is active it raises `NoTenant`."""

    def __init__(self, build: Callable[..., QuerySet[Any, Any]], **values: type[Value]) -> None:
        self._build, self._values = build, values
        self._compiled: dict[Any, _Update] = {}

    def write(self, changes: Mapping[str, Any], **given: Value) -> int:
        """Carry it out; how many rows it met."""
        active = standing()
        if active is None:
            raise NoTenant("A prepared update is of a tenant: wrap the code in scope(tenant).")
        form = (
            connection.vendor, active == ACROSS,
            tuple((name, value if _is_expression(value) else value is None or PLAIN) for name, value in changes.items()),
        )  # fmt: skip
        known = self._compiled.get(form)
        if known is None:
            if len(self._compiled) >= MOST:
                self._compiled.clear()
            known = self._compiled[form] = self._compile(changes, active)
        params = list(known.params)
        for field, place in zip(known.fields, known.set_places, strict=True):
            params[place] = _saved(field, changes[field.name] if field.name in changes else changes[field.attname])
        for place, name in known.places:
            params[place] = as_param(given[name], connection) if name else as_param(active, connection)
        with transaction.mark_for_rollback_on_error(using=connection.alias), connection.cursor() as cursor:
            cursor.execute(known.sql, params)
            return int(cursor.rowcount)

    def _compile(self, changes: Mapping[str, Any], active: Standing) -> _Update:
        tenant = uuid.uuid4()
        samples = {name: sample(kind) for name, kind in self._values.items()}
        names = {as_param(sample, connection): name for name, sample in samples.items()}
        if active != ACROSS:
            names[as_param(tenant, connection)] = ""
        with across_tenants("a form of an update is compiled") if active == ACROSS else scope(tenant):
            query: Any = self._build(**samples).query.chain(UpdateQuery)
            query.add_update_values(dict(changes))
            query.clear_select_clause()
            compiler = query.get_compiler(connection=connection)
            sets, params, fields, set_places = _sets(compiler, query)
            if query.get_initial_alias() and query.count_active_tables() != 1:
                raise ValueError("A prepared update looks at one table.")
            where, where_params = compiler.compile(query.where)
        places = tuple((len(params) + place, names[one]) for place, one in enumerate(where_params) if one in names)
        if {name for _, name in places} != set(names.values()):
            raise ValueError("A prepared update uses each of its values, and is of one tenant.")
        table = connection.ops.quote_name(query.get_meta().db_table)
        sql = f"UPDATE {table} SET {', '.join(sets)} WHERE {where}"  # noqa: S608 -- names of columns, and what Django composed
        return _Update(sql, (*params, *where_params), tuple(fields), tuple(set_places), places)


def insert(row: TenantRow) -> None:
    """Save a new row that nobody listens to, in one statement: the same checks of its tenant and of its parents' as `save`
    makes, and no signals."""
    row.claim_for_tenant()
    fields = _fields(type(row))
    found = [_saved(field, field.pre_save(row, True)) for field in fields]
    with transaction.mark_for_rollback_on_error(using=connection.alias), connection.cursor() as cursor:
        cursor.execute(_insert_sql(type(row)), found)
    row._state.adding, row._state.db = False, connection.alias


def _fields(model: type[models.Model]) -> list[models.Field[Any, Any]]:
    return model._meta.concrete_fields  # type: ignore[return-value]


def _insert_sql(model: type[models.Model]) -> str:
    quote = connection.ops.quote_name
    columns = [quote(str(field.column)) for field in _fields(model)]
    values = ", ".join(["%s"] * len(columns))
    return f"INSERT INTO {quote(model._meta.db_table)} ({', '.join(columns)}) VALUES ({values})"  # noqa: S608 -- names alone


def _sets(compiler: Any, query: Any) -> tuple[list[str], list[Any], list[models.Field[Any, Any]], list[int]]:
    sets: list[str] = []
    params: list[Any] = []
    fields: list[models.Field[Any, Any]] = []
    places: list[int] = []
    for field, _, value in query.values:
        if hasattr(field, "get_placeholder"):
            raise ValueError(f"{field.name} is written by no prepared update.")
        if _is_expression(value):
            sql, more = compiler.compile(value.resolve_expression(query, allow_joins=False, for_save=True))
            params.extend(more)
        elif value is None:
            sql = "NULL"
        else:
            sql = "%s"
            fields.append(field)
            places.append(len(params))
            params.append(None)
        sets.append(f"{connection.ops.quote_name(field.column)} = {sql}")
    return sets, params, fields, places


def _saved(field: models.Field[Any, Any], value: Any) -> Any:
    if hasattr(value, "prepare_database_save"):
        value = value.prepare_database_save(field)
    return field.get_db_prep_save(value, connection=connection)


def _is_expression(value: Any) -> bool:
    return hasattr(value, "resolve_expression")
