"""What was spent and what is held, read from the ledger. Runs under the tenant's scope.

A purchase belongs to the day of its reserve, as it does for the caps. What was spent is what was settled or booked as unknown.
Amounts are integer micro-units of the tenant's currency.
"""

from __future__ import annotations

import datetime
import uuid
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Sum

from accounts.models.ledger import EntryKind, LedgerEntry

SPENT = (EntryKind.SETTLE, EntryKind.UNKNOWN)


@dataclass(frozen=True, slots=True)
class Spent:
    micros: int
    purchases: int


def entries(user_id: uuid.UUID | None, first: datetime.date, last: datetime.date) -> QuerySet[LedgerEntry]:
    """What was paid for purchases of the days from `first` to `last`: one user's, or (None) everybody's."""
    rows: QuerySet[LedgerEntry] = LedgerEntry.objects.filter(kind__in=SPENT, booked_on__range=(first, last))
    return rows if user_id is None else rows.filter(user_id=user_id)


def total(rows: QuerySet[LedgerEntry]) -> Spent:
    found = rows.order_by().aggregate(micros=Sum("amount_micros"), purchases=Count("id"))
    return Spent(found["micros"] or 0, found["purchases"])


def by(rows: QuerySet[LedgerEntry], *names: str) -> list[tuple[Any, Spent]]:
    """The same for each value of a column (or an annotation), in its order."""
    found = rows.order_by(*names).values_list(*names).annotate(micros=Sum("amount_micros"), purchases=Count("id"))
    return [(row[0] if len(names) == 1 else row[: len(names)], Spent(row[-2], row[-1])) for row in found]


def held(user_id: uuid.UUID | None) -> int:
    """What purchases that are under way hold."""
    closing = LedgerEntry.objects.filter(job_id=OuterRef("job_id"), attempt=OuterRef("attempt")).exclude(
        kind=EntryKind.RESERVE
    )
    rows = LedgerEntry.objects.filter(~Exists(closing), kind=EntryKind.RESERVE)
    mine = rows if user_id is None else rows.filter(user_id=user_id)
    micros: int = mine.order_by().aggregate(micros=Sum("amount_micros"))["micros"] or 0
    return micros


@dataclass(frozen=True, slots=True)
class Lately:
    """What one user spent, in micro-units: what was settled, and what may have been charged."""

    today_micros: int
    month_micros: int


def by_day_and_month(user_id: uuid.UUID, today: datetime.date) -> Lately:
    """What a user spent today and this month, by the day each purchase was asked for. In one query."""
    found = entries(user_id, today.replace(day=1), today).aggregate(
        today=Sum("amount_micros", filter=Q(booked_on=today), default=0), month=Sum("amount_micros", default=0)
    )
    return Lately(found["today"], found["month"])
