"""Reserve, settle, release, unknown: what may be spent, and what was.

Every purchase opens with `reserve` and is closed once, by `settle` (it was delivered), `release` (nothing was charged)
or `book_unknown` (it may have been charged: the hold counts as spent). Entries are never changed; the counters that limits
are checked against change in the same transaction, and `audit` proves that both agree. A job is a plain id here. When money
comes to a share of a limit, that is announced (`accounts.signals.budget_reached`).

Beside money a purchase may count: scenes, pictures, seconds of film, spoken characters. A job counts once, however many
attempts it takes: whoever has to buy a page again is not asked for a second one. What may have been charged and came to
nothing costs money and counts nothing.

Amounts are integer micro-units of the tenant's currency. All functions take part in the caller's transaction and must be
called inside one, under the tenant's scope.
"""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.db.models import F, Q, Sum

from accounts import limits
from accounts.limits import Limit
from accounts.models.ledger import COUNTS, Counter, EntryKind, LedgerEntry, Measure, Period, Pool
from accounts.prepared import Prepared, columns, loaded
from accounts.prepared_writes import insert
from accounts.quotas import Payer
from accounts.signals import budget_reached

SHARES = (50, 80, 100)
"""Percent of a limit on money at which it is announced."""
NOTHING: Mapping[Measure, int] = {}


class OverBudget(Exception):
    """The purchase may not be made. `reason` is "no_cap" or "cap" where it is about money, "count" where the person, the
    tier or the library has had its scenes, pictures, seconds or characters; the text is fit for a reader."""

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason

    @property
    def status(self) -> int:
        """The HTTP status that says it."""
        return 429 if self.reason == "count" else 402


def reserve(
    *, payer: Payer, job_id: uuid.UUID, attempt: int, amount_micros: int, counts: Mapping[Measure, int] = NOTHING
) -> None:
    """Hold `amount_micros` and `counts` for an attempt. Raises `OverBudget` and holds nothing where a limit would be passed,
    or where something that costs money has none. Holding twice for one attempt is an IntegrityError."""
    _require_transaction()
    counted = {measure: count for measure, count in counts.items() if count}
    if amount_micros < 0 or any(count < 0 for count in counted.values()):
        raise ValueError("A hold cannot be negative.")
    if counted and attempt > 1 and _has_counted(job_id):
        counted = {}
    today = limits.today()
    amounts = {Measure.MONEY: amount_micros, **counted} if amount_micros else counted
    reached: list[Reached] = []
    if amounts:
        counters = _lock(payer, today)
        found = limits.applying(payer)
        if amount_micros:
            _refuse_without_limit(payer, found)
        for limit in found:
            counter = counters[limit.pool, limit.subject_id, limit.period]
            if limit.measure in amounts and counter.used(limit.measure) + amounts[limit.measure] > limit.limit:
                raise OverBudget("cap" if limit.measure is Measure.MONEY else "count", limit.used_up)
        reached = _reached(counters, found, amount_micros)
        _add(counters, {f"held_{measure.value}": amount for measure, amount in amounts.items()})
    LedgerEntry.objects.create(
        tenant_id=payer.tenant_id,
        job_id=job_id,
        attempt=attempt,
        kind=EntryKind.RESERVE,
        amount_micros=amount_micros,
        tier_id=payer.tier_id,
        user_id=payer.user_id,
        person_id=payer.person,
        is_guest=payer.is_guest,
        booked_on=today,
        **{measure.value: count for measure, count in counted.items()},
    )
    _announce(reached)


def settle(
    *, job_id: uuid.UUID, attempt: int, amount_micros: int, counts: Mapping[Measure, int] | None = None
) -> None:  # fmt: skip
    """Close an attempt at its real cost, which may lie above the hold: it is booked all the same and counts. Of `counts` no
    more is taken than was held; without them, all of that."""
    _close(job_id, attempt, EntryKind.SETTLE, amount_micros, counts)


def release(*, job_id: uuid.UUID, attempt: int) -> None:
    """Close an attempt that was not charged."""
    _close(job_id, attempt, EntryKind.RELEASE, 0, NOTHING)


def book_unknown(*, job_id: uuid.UUID, attempt: int) -> None:
    """Close an attempt that may have been charged: the whole hold of money is booked as spent. What it was to be counts as
    nothing, because nobody got it."""
    _close(job_id, attempt, EntryKind.UNKNOWN, None, NOTHING)


def is_open(*, job_id: uuid.UUID, attempt: int) -> bool:
    """Whether the attempt holds something now."""
    kinds = set(LedgerEntry.objects.filter(job_id=job_id, attempt=attempt).values_list("kind", flat=True))
    return kinds == {EntryKind.RESERVE}


def spent_today(tenant_id: uuid.UUID) -> int:
    """What the tenant spent today, in micro-units."""
    row = Counter.objects.filter(
        pool=Pool.TENANT, subject_id=tenant_id, period=Period.DAY, starts_on=limits.today()
    )  # fmt: skip
    return row.aggregate(total=Sum("spent_micros"))["total"] or 0


def payer_of(entry: LedgerEntry) -> Payer:
    """Who paid for what an entry is about."""
    return Payer(entry.tenant_id, entry.tier_id, entry.user_id, entry.is_guest, entry.person_id)


Counters = dict[tuple[Pool, uuid.UUID, Period], Counter]
Reached = dict[str, Any]


def _close(
    job_id: uuid.UUID, attempt: int, kind: EntryKind, amount_micros: int | None, counts: Mapping[Measure, int] | None
) -> None:
    _require_transaction()
    found = _reserves.first(job_id=job_id, attempt=attempt)
    if found is None:
        raise LedgerEntry.DoesNotExist(f"Job {job_id} never held anything for attempt {attempt}.")
    opened: LedgerEntry = loaded(LedgerEntry, ENTRY, found.values())
    held = {measure: getattr(opened, measure.value) for measure in COUNTS}
    taken = {
        measure: min(held[measure], held[measure] if counts is None else counts.get(measure, 0)) for measure in COUNTS
    }
    amount = opened.amount_micros if amount_micros is None else amount_micros
    reached: list[Reached] = []
    if opened.amount_micros or amount or any(held.values()):
        payer = payer_of(opened)
        counters = _lock(payer, opened.booked_on)
        # Only a cost above its hold can reach a limit here, which is rare: so they are asked for then and not always.
        more = amount - opened.amount_micros
        if more > 0 and budget_reached.has_listeners():
            reached = _reached(counters, limits.applying(payer), more)
        changes = {"held_micros": -opened.amount_micros, "spent_micros": amount}
        for measure in COUNTS:
            changes |= {f"held_{measure.value}": -held[measure], f"spent_{measure.value}": taken[measure]}
        _add(counters, changes)
    closing = LedgerEntry(
        tenant_id=opened.tenant_id,
        job_id=job_id,
        attempt=attempt,
        kind=kind,
        amount_micros=amount,
        tier_id=opened.tier_id,
        user_id=opened.user_id,
        person_id=opened.person_id,
        is_guest=opened.is_guest,
        booked_on=opened.booked_on,
        **{measure.value: count for measure, count in taken.items()},
    )
    insert(closing)
    _announce(reached)


ENTRY = columns(LedgerEntry)
_reserves = Prepared(
    lambda job_id, attempt: (
        LedgerEntry.objects.filter(job_id=job_id, attempt=attempt, kind=EntryKind.RESERVE).order_by().values_list(*ENTRY)
    ),
    job_id=uuid.UUID, attempt=int,
)  # fmt: skip


def _has_counted(job_id: uuid.UUID) -> bool:
    """Whether an earlier attempt of the job was counted as one that was delivered."""
    some = Q()
    for measure in COUNTS:
        some |= Q(**{f"{measure.value}__gt": 0})
    return LedgerEntry.objects.filter(some, job_id=job_id).exclude(kind=EntryKind.RESERVE).exists()


def _refuse_without_limit(payer: Payer, found: list[Limit]) -> None:
    """Somebody has to have said how much the library may spend, and how much of it its guests may."""
    limited = {limit.pool for limit in found if limit.measure is Measure.MONEY}
    needed = {Pool.TENANT} | ({Pool.GUESTS} if payer.is_guest and payer.tier_id is not None else set())
    if needed - limited:
        raise OverBudget("no_cap", "Nothing that costs money can be made here until staff set a budget.")


def _reached(counters: Counters, found: list[Limit], more: int) -> list[Reached]:
    """The shares of limits on money that `more` micro-units come to, from below; of each counter the tightest limit's."""
    tightest: dict[tuple[Pool, uuid.UUID, Period], int] = {}
    for limit in found:
        if limit.measure is Measure.MONEY:
            key = (limit.pool, limit.subject_id, limit.period)
            tightest[key] = min(limit.limit, tightest.get(key, limit.limit))
    return [
        {
            "share": share, "tenant_id": counter.tenant_id, "pool": counter.pool, "subject_id": counter.subject_id,
            "period": counter.period, "starts_on": counter.starts_on, "limit_micros": most,
            "used_micros": counter.used(Measure.MONEY) + more,
        }
        for key, most in sorted(tightest.items())
        if (counter := counters.get(key)) is not None
        for share in SHARES
        if counter.used(Measure.MONEY) * 100 < most * share <= (counter.used(Measure.MONEY) + more) * 100
    ]  # fmt: skip


def _announce(reached: list[Reached]) -> None:
    for one in reached:
        budget_reached.send(None, **one)


def _lock(payer: Payer, day: datetime.date) -> Counters:
    """The payer's counters, made where they are missing and locked, in one order for everybody: so two that need the same
    wait for each other and never in a circle. Whoever makes some holds no lock on the others yet: somebody else may be
    making the same, and wait for one of those."""
    pools = payer.pools()
    expected = sorted((pool, subject, period) for pool, subject in pools for period in Period)
    there = Counter.objects.filter(limits.at(pools, day)).values_list("pool", "subject_id", "period")
    found = {(Pool(pool), subject, Period(period)) for pool, subject, period in there}
    if len(found) < len(expected):
        Counter.objects.bulk_create(
            [
                Counter(
                    tenant_id=payer.tenant_id, pool=pool, subject_id=subject, period=period,
                    starts_on=limits.starts_on(period, day),
                )
                for pool, subject, period in expected
                if (pool, subject, period) not in found
            ],
            ignore_conflicts=True,
        )  # fmt: skip
    return _locked(pools, day)


def _locked(pools: list[tuple[Pool, uuid.UUID]], day: datetime.date) -> Counters:
    rows = Counter.objects.select_for_update().filter(limits.at(pools, day)).order_by("pool", "subject_id", "period")
    return {(Pool(row.pool), row.subject_id, Period(row.period)): row for row in rows}


def _add(counters: Counters, changes: Mapping[str, int]) -> None:
    """The same change to all of them, in one write. They are locked, so nobody else's change is lost."""
    added = {name: F(name) + change for name, change in changes.items() if change}
    if added:
        Counter.objects.filter(id__in=[counter.id for counter in counters.values()]).update(**added)


def _require_transaction() -> None:
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("The ledger is written inside the transaction of what it pays for.")
