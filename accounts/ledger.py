"""Reserve, settle, release, unknown: what may be spent, and what was.

Every purchase opens with `reserve` and is closed once, by `settle` (it was delivered), `release` (nothing was charged)
or `book_unknown` (it may have been charged: the hold counts as spent). Entries are never changed; the counters that limits
are checked against change in the same transaction, and `audit` proves that both agree. A job is a plain id here. When the
tenant comes to a share of its cap, that is announced (`accounts.signals.budget_reached`).

Amounts are integer micro-units of the tenant's currency. All functions take part in the caller's transaction and must be
called inside one, under the tenant's scope.
"""

from __future__ import annotations

import datetime
import uuid
from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import Q, Sum
from django.utils import timezone

from accounts.models.ledger import Cap, Counter, EntryKind, LedgerEntry, Period, Pool
from accounts.signals import budget_reached

SHARES = (50, 80, 100)
"""Percent of the tenant's cap at which it is announced."""


class OverBudget(Exception):
    """The purchase may not be made. `reason` is "no_cap" or "cap"; the text is fit for a reader."""

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Payer:
    """Whose money it is: the tenant's, and the guest pool's of a tier where a guest asks. Without a tier, the studio's."""

    tenant_id: uuid.UUID
    tier_id: uuid.UUID | None
    user_id: uuid.UUID | None
    is_guest: bool

    def pools(self) -> list[tuple[Pool, uuid.UUID]]:
        """The pools that pay, in the order in which their counters are locked."""
        pools = [(Pool.TENANT, self.tenant_id)]
        if self.is_guest and self.tier_id is not None:
            pools.append((Pool.GUESTS, self.tier_id))
        return pools


def reserve(*, payer: Payer, job_id: uuid.UUID, attempt: int, amount_micros: int) -> None:
    """Hold `amount_micros` for an attempt. Raises `OverBudget` and holds nothing where a cap would be passed, or where
    something that costs money has no cap. Holding twice for one attempt is an IntegrityError."""
    _require_transaction()
    if amount_micros < 0:
        raise ValueError("A hold cannot be negative.")
    today = timezone.now().date()
    reached: list[Reached] = []
    if amount_micros:
        counters = _lock(payer.tenant_id, payer.pools(), today)
        caps = {
            (cap.pool, cap.subject_id, cap.period): cap.limit_micros
            for cap in Cap.objects.filter(subject_id__in=[subject for _, subject in payer.pools()])
        }
        for pool, subject in payer.pools():
            if not any((pool, subject, period) in caps for period in Period):
                raise OverBudget("no_cap", "Nothing that costs money can be made here until staff set a budget.")
        for counter in counters:
            limit = caps.get((counter.pool, counter.subject_id, counter.period))
            if limit is not None and counter.held_micros + counter.spent_micros + amount_micros > limit:
                raise OverBudget("cap", f"The budget for {_when(counter.period)} is used up. Nothing was charged.")
        for counter in counters:
            reached += _reached(counter, amount_micros, caps.get((counter.pool, counter.subject_id, counter.period)))
            counter.held_micros += amount_micros
            counter.save(update_fields=["held_micros"])
    LedgerEntry.objects.create(
        tenant_id=payer.tenant_id,
        job_id=job_id,
        attempt=attempt,
        kind=EntryKind.RESERVE,
        amount_micros=amount_micros,
        tier_id=payer.tier_id,
        user_id=payer.user_id,
        is_guest=payer.is_guest,
        booked_on=today,
    )
    _announce(reached)


def settle(*, job_id: uuid.UUID, attempt: int, amount_micros: int) -> None:
    """Close an attempt at its real cost, which may lie above the hold: it is booked all the same and counts."""
    _close(job_id, attempt, EntryKind.SETTLE, amount_micros)


def release(*, job_id: uuid.UUID, attempt: int) -> None:
    """Close an attempt that was not charged."""
    _close(job_id, attempt, EntryKind.RELEASE, 0)


def book_unknown(*, job_id: uuid.UUID, attempt: int) -> None:
    """Close an attempt that may have been charged: the whole hold is booked as spent."""
    _close(job_id, attempt, EntryKind.UNKNOWN, None)


def is_open(*, job_id: uuid.UUID, attempt: int) -> bool:
    """Whether the attempt holds money now."""
    kinds = set(LedgerEntry.objects.filter(job_id=job_id, attempt=attempt).values_list("kind", flat=True))
    return kinds == {EntryKind.RESERVE}


def audit() -> list[str]:
    """Sentences about what does not agree in the active tenant: counters against entries. Empty if all is well."""
    held: defaultdict[tuple[str, uuid.UUID, str, datetime.date], int] = defaultdict(int)
    spent: defaultdict[tuple[str, uuid.UUID, str, datetime.date], int] = defaultdict(int)
    entries = list(LedgerEntry.objects.all())
    opened = {(e.job_id, e.attempt): e for e in entries if e.kind == EntryKind.RESERVE}
    closed = {(e.job_id, e.attempt): e for e in entries if e.kind != EntryKind.RESERVE}
    wrong = [
        f"attempt {attempt} of job {job} was closed and never opened" for job, attempt in closed.keys() - opened.keys()
    ]
    for key, entry in opened.items():
        payer = Payer(entry.tenant_id, entry.tier_id, entry.user_id, entry.is_guest)
        for pool, subject in payer.pools():
            for period in Period:
                counter_key = (pool.value, subject, period.value, _starts_on(period, entry.booked_on))
                if key in closed:
                    spent[counter_key] += closed[key].amount_micros
                else:
                    held[counter_key] += entry.amount_micros
    counters = {(c.pool, c.subject_id, c.period, c.starts_on): c for c in Counter.objects.all()}
    for counter_key in {k for k in [*held, *spent] if held[k] or spent[k]} | set(counters):
        counter = counters.get(counter_key)
        found = (counter.held_micros, counter.spent_micros) if counter else (0, 0)
        due = (held[counter_key], spent[counter_key])
        if found != due:
            wrong.append(
                f"counter {counter_key[0]} {counter_key[2]} of {counter_key[3]}: (held, spent) {found}, entries say {due}"
            )
    return sorted(wrong)


def spent_today(tenant_id: uuid.UUID) -> int:
    """What the tenant spent today, in micro-units."""
    today = timezone.now().date()
    row = Counter.objects.filter(pool=Pool.TENANT, subject_id=tenant_id, period=Period.DAY, starts_on=today)
    return row.aggregate(total=Sum("spent_micros"))["total"] or 0


@dataclass(frozen=True, slots=True)
class Spent:
    """What one user spent, in micro-units: what was settled, and what may have been charged."""

    today_micros: int
    month_micros: int


def spent_by(user_id: uuid.UUID) -> Spent:
    """What a user spent today and this month, by the day each purchase was asked for. In one query."""
    today = timezone.now().date()
    mine = LedgerEntry.objects.filter(user_id=user_id, booked_on__gte=today.replace(day=1)).exclude(
        kind=EntryKind.RESERVE
    )
    found = mine.aggregate(
        today=Sum("amount_micros", filter=Q(booked_on=today), default=0), month=Sum("amount_micros", default=0)
    )
    return Spent(found["today"], found["month"])


@dataclass(frozen=True, slots=True)
class Left:
    """What may still be spent in a period, in micro-units, and the limit that it is left of."""

    micros: int
    limit_micros: int
    period: Period


def left(payer: Payer) -> Left | None:
    """The least that any cap of the payer's pools leaves now, after what is spent and held; None where there is no cap. It
    asks two queries and locks nothing: a purchase may find less."""
    today = timezone.now().date()
    subjects = [subject for _, subject in payer.pools()]
    pools = {(pool.value, subject) for pool, subject in payer.pools()}
    used = {
        (counter.pool, counter.subject_id, counter.period): counter.held_micros + counter.spent_micros
        for counter in Counter.objects.filter(
            Q(period=Period.DAY, starts_on=today) | Q(period=Period.MONTH, starts_on=today.replace(day=1)),
            subject_id__in=subjects,
        )
    }
    found = [
        Left(
            max(0, cap.limit_micros - used.get((cap.pool, cap.subject_id, cap.period), 0)),
            cap.limit_micros,
            Period(cap.period),
        )
        for cap in Cap.objects.filter(subject_id__in=subjects)
        if (cap.pool, cap.subject_id) in pools
    ]
    return min(found, key=lambda one: one.micros, default=None)


def _close(job_id: uuid.UUID, attempt: int, kind: EntryKind, amount_micros: int | None) -> None:
    _require_transaction()
    opened = LedgerEntry.objects.get(job_id=job_id, attempt=attempt, kind=EntryKind.RESERVE)
    reached: list[Reached] = []
    amount = opened.amount_micros if amount_micros is None else amount_micros
    if opened.amount_micros or amount:
        payer = Payer(opened.tenant_id, opened.tier_id, opened.user_id, opened.is_guest)
        more = amount - opened.amount_micros
        # Only a cost above its hold can reach a cap here, which is rare: so the caps are asked for then and not always.
        caps = _caps(opened.tenant_id) if more > 0 and budget_reached.has_listeners() else {}
        for counter in _lock(opened.tenant_id, payer.pools(), opened.booked_on):
            reached += _reached(counter, more, caps.get((counter.pool, counter.subject_id, counter.period)))
            counter.held_micros -= opened.amount_micros
            counter.spent_micros += amount
            counter.save(update_fields=["held_micros", "spent_micros"])
    LedgerEntry.objects.create(
        tenant_id=opened.tenant_id,
        job_id=job_id,
        attempt=attempt,
        kind=kind,
        amount_micros=amount,
        tier_id=opened.tier_id,
        user_id=opened.user_id,
        is_guest=opened.is_guest,
        booked_on=opened.booked_on,
    )
    _announce(reached)


Caps = dict[tuple[str, uuid.UUID, str], int]
Reached = dict[str, Any]


def _caps(tenant_id: uuid.UUID) -> Caps:
    found = Cap.objects.filter(pool=Pool.TENANT, subject_id=tenant_id)
    return {(cap.pool, cap.subject_id, cap.period): cap.limit_micros for cap in found}


def _reached(counter: Counter, more: int, limit: int | None) -> list[Reached]:
    """The shares of the tenant's cap that `more` micro-units on the counter come to, from below."""
    if limit is None or counter.pool != Pool.TENANT:
        return []
    before = counter.held_micros + counter.spent_micros
    return [
        {
            "share": share, "tenant_id": counter.tenant_id, "pool": counter.pool, "period": counter.period,
            "starts_on": counter.starts_on, "limit_micros": limit, "used_micros": before + more,
        }
        for share in SHARES
        if before * 100 < limit * share <= (before + more) * 100
    ]  # fmt: skip


def _announce(reached: list[Reached]) -> None:
    for one in reached:
        budget_reached.send(None, **one)


def _lock(tenant_id: uuid.UUID, pools: list[tuple[Pool, uuid.UUID]], day: datetime.date) -> list[Counter]:
    """The counters of the pools, made where they are missing, locked in one order for everybody: pool, then period."""
    keys = [(pool, subject, period, _starts_on(period, day)) for pool, subject in pools for period in Period]
    Counter.objects.bulk_create(
        [
            Counter(tenant_id=tenant_id, pool=pool, subject_id=subject, period=period, starts_on=start)
            for pool, subject, period, start in keys
        ],
        ignore_conflicts=True,
    )
    return [
        Counter.objects.select_for_update().get(pool=pool, subject_id=subject, period=period, starts_on=start)
        for pool, subject, period, start in keys
    ]


def _starts_on(period: Period | str, day: datetime.date) -> datetime.date:
    return day.replace(day=1) if period == Period.MONTH else day


def _when(period: str) -> str:
    return "this month" if period == Period.MONTH else "today"


def _require_transaction() -> None:
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("The ledger is written inside the transaction of what it pays for.")
