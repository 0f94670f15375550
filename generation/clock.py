"""The database's clock. Leases and due times are compared where they are written, so that a worker whose own clock is
off neither loses its jobs nor steals another's."""

from __future__ import annotations

import datetime
from typing import Any

from django.db.models import DateTimeField, ExpressionWrapper, Value
from django.db.models.functions import Now


def now() -> Now:
    """The database's present moment, as an expression."""
    return Now()


def after(seconds: float) -> Any:
    """The database's moment `seconds` from now (negative: ago), as an expression."""
    return ExpressionWrapper(Now() + Value(datetime.timedelta(seconds=seconds)), output_field=DateTimeField())
