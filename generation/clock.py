"""The database's clock. Leases and due times are compared where they are written, so that a worker whose own clock is
off neither loses its jobs nor steals another's."""

from __future__ import annotations

import datetime
import time
from functools import cache, lru_cache
from typing import Any

from django.db import connection
from django.db.models import BigIntegerField, DateTimeField, ExpressionWrapper, Func, Value
from django.db.models.functions import Now


@cache
def now() -> Now:
    """The database's present moment, as an expression. One for all: what is compiled once knows it again."""
    return Now()


@lru_cache(maxsize=256)
def after(seconds: float) -> Any:
    """The database's moment `seconds` from now (negative: ago), as an expression."""
    return ExpressionWrapper(Now() + Value(datetime.timedelta(seconds=seconds)), output_field=DateTimeField())


def microseconds() -> Any:
    """The same moment as a whole number since 1970, as an expression. SQLite's clock is this machine's and tells no more than
    milliseconds, so there it is asked directly."""
    if connection.vendor != "postgresql":
        return Value(time.time_ns() // 1_000)
    return Func(
        template="(EXTRACT(EPOCH FROM STATEMENT_TIMESTAMP()) * 1000000)::bigint", output_field=BigIntegerField()
    )


def read() -> datetime.datetime:
    """The database's present moment. Costs a query."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SELECT CLOCK_TIMESTAMP()")
            told: datetime.datetime = cursor.fetchone()[0]
            return told
        cursor.execute("SELECT STRFTIME('%Y-%m-%dT%H:%M:%f+00:00', 'NOW')")
        return datetime.datetime.fromisoformat(cursor.fetchone()[0])
