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

from accounts.models.ledger import COUNTS, EntryKind, LedgerEntry, Measure

SPENT = (EntryKind.SETTLE, EntryKind.UNKNOWN)


@dataclass(frozen=True, slots=True)
class Spent:
    """Money, how many purchases it was paid for, and what was counted beside it."""

    micros: int = 0
    purchases: int = 0
    scenes: int = 0
    pictures: int = 0
    film_seconds: int = 0
    characters: int = 0

    def of(self, measure: Measure) -> int:
        found: int = getattr(self, measure.value)
        return found


SUMS = {
    "micros_sum": Sum("amount_micros", default=0),
    "purchases_sum": Count("id"),
    **{f"{measure.value}_sum": Sum(measure.value, default=0) for measure in COUNTS},
}
"""In the order of `Spent`. No sum is called as the column is that it is of."""


def entries(user_id: uuid.UUID | None, first: datetime.date, last: datetime.date) -> QuerySet[LedgerEntry]:
    """What was paid for purchases of the days from `first` to `last`: one user's, or (None) everybody's."""
    rows: QuerySet[LedgerEntry] = LedgerEntry.objects.filter(kind__in=SPENT, booked_on__range=(first, last))
    return rows if user_id is None else rows.filter(user_id=user_id)


def total(rows: QuerySet[LedgerEntry]) -> Spent:
    return Spent(*rows.order_by().aggregate(**SUMS).values())


def by(rows: QuerySet[LedgerEntry], *names: str) -> list[tuple[Any, Spent]]:
    """The same for each value of a column (or an annotation), in its order."""
    found = rows.order_by(*names).values_list(*names).annotate(**SUMS)
    many = len(names)
    return [(row[0] if many == 1 else row[:many], Spent(*row[many:])) for row in found]


def held(user_id: uuid.UUID | None) -> Spent:
    """What purchases that are under way hold."""
    closing = LedgerEntry.objects.filter(job_id=OuterRef("job_id"), attempt=OuterRef("attempt")).exclude(
        kind=EntryKind.RESERVE
    )
    rows = LedgerEntry.objects.filter(~Exists(closing), kind=EntryKind.RESERVE)
    return total(rows if user_id is None else rows.filter(user_id=user_id))


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
