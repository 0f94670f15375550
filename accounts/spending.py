"""What was spent, what is held and what is left, read from the ledger. Runs under the tenant's scope.

A purchase belongs to the day of its reserve, as it does for the caps. What was spent is what was settled or booked as unknown.
Amounts are integer micro-units of the tenant's currency.
"""

from __future__ import annotations

import datetime
import uuid
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Exists, OuterRef, QuerySet, Sum
from django.utils import timezone

from accounts.models.ledger import Cap, Counter, EntryKind, LedgerEntry, Period, Pool

SPENT = (EntryKind.SETTLE, EntryKind.UNKNOWN)


@dataclass(frozen=True, slots=True)
class Spent:
    micros: int
    purchases: int


@dataclass(frozen=True, slots=True)
class Left:
    """Under the cap that ends first: what it still lets through in its period."""

    micros: int
    limit_micros: int
    period: Period


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


def left(tenant_id: uuid.UUID) -> Left | None:
    """What the whole tenant may still spend under its tightest cap; None where it has no cap, and so buys nothing that costs
    money."""
    today = timezone.now().date()
    starts = {Period.DAY: today, Period.MONTH: today.replace(day=1)}
    used = {
        (counter.period, counter.starts_on): counter.held_micros + counter.spent_micros
        for counter in Counter.objects.filter(pool=Pool.TENANT, subject_id=tenant_id, starts_on__in=starts.values())
    }
    caps = [
        Left(
            cap.limit_micros - used.get((cap.period, starts[Period(cap.period)]), 0),
            cap.limit_micros,
            Period(cap.period),
        )
        for cap in Cap.objects.filter(pool=Pool.TENANT, subject_id=tenant_id)
    ]
    return min(caps, key=lambda cap: cap.micros, default=None)
