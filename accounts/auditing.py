"""Do the counters agree with the entries that they are sums of? What `manage.py audit_invariants` asks of the ledger."""

from __future__ import annotations

import datetime
import uuid
from collections import Counter as Tally
from collections import defaultdict

from accounts import limits
from accounts.ledger import payer_of
from accounts.models.ledger import COUNTS, Counter, EntryKind, LedgerEntry, Measure, Period

Key = tuple[str, uuid.UUID, str, datetime.date]


def audit() -> list[str]:
    """Sentences about what does not agree in the active tenant. Empty if all is well. Reads the entries one after the other,
    so that a long ledger fits."""
    due: defaultdict[Key, Tally[str]] = defaultdict(Tally)
    opened: set[tuple[uuid.UUID, int]] = set()
    closed: set[tuple[uuid.UUID, int]] = set()
    wrong: list[str] = []
    for entry in LedgerEntry.objects.order_by().iterator(chunk_size=2_000):
        key = (entry.job_id, entry.attempt)
        if entry.kind == EntryKind.RESERVE:
            opened.add(key)
            continue
        if key in closed:
            wrong.append(f"attempt {entry.attempt} of job {entry.job_id} was closed twice")
        closed.add(key)
        if entry.kind != EntryKind.SETTLE and any(getattr(entry, measure.value) for measure in COUNTS):
            wrong.append(f"attempt {entry.attempt} of job {entry.job_id} came to nothing and was counted")
        for pool, subject in payer_of(entry).pools():
            for period in Period:
                sums = due[pool.value, subject, period.value, limits.starts_on(period, entry.booked_on)]
                for measure in Measure:
                    sums[f"spent_{measure.value}"] += _amount(entry, measure)
    wrong += [f"attempt {attempt} of job {job} was closed and never opened" for job, attempt in sorted(closed - opened)]
    _add_what_is_held(due, closed)
    found = {(c.pool, c.subject_id, c.period, c.starts_on): c for c in Counter.objects.all()}
    for place in due.keys() | found.keys():
        counter = found.get(place)
        for measure in Measure:
            is_there = (counter.held(measure), counter.spent(measure)) if counter is not None else (0, 0)
            should = (due[place][f"held_{measure.value}"], due[place][f"spent_{measure.value}"])
            if is_there != should:
                wrong.append(
                    f"counter {place[0]} {place[2]} of {place[3]}, {measure.value}: (held, spent) {is_there}, entries say "
                    f"{should}"
                )
    return sorted(wrong)


def _add_what_is_held(due: defaultdict[Key, Tally[str]], closed: set[tuple[uuid.UUID, int]]) -> None:
    """What was reserved by attempts that nothing has closed."""
    for entry in LedgerEntry.objects.filter(kind=EntryKind.RESERVE).order_by().iterator(chunk_size=2_000):
        if (entry.job_id, entry.attempt) in closed:
            continue
        for pool, subject in payer_of(entry).pools():
            for period in Period:
                sums = due[pool.value, subject, period.value, limits.starts_on(period, entry.booked_on)]
                for measure in Measure:
                    sums[f"held_{measure.value}"] += _amount(entry, measure)


def _amount(entry: LedgerEntry, measure: Measure) -> int:
    found: int = entry.amount_micros if measure is Measure.MONEY else getattr(entry, measure.value)
    return found
