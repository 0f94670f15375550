"""What operators see of the whole install: the one module whose reads look across tenants for a page.

It reads columns of scheduling alone (which job, whose library, what kind, where it stands, what is held for it): no prompt, no
result, no person. All of it in a fixed number of queries, `QUERIES`. What a database hides from the web's role can be given to
this module by a view of just these columns.
"""

from __future__ import annotations

import datetime
import math
import uuid
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from django.db.models import Count, F, Min, OuterRef, Q, Subquery, Sum, Value
from django.db.models.functions import Coalesce
from django.utils import timezone

from accounts.limits import today
from accounts.models import Tenant
from accounts.models.ledger import EntryKind, LedgerEntry
from accounts.tenancy import across_tenants
from generation import keys, stuck, switches
from generation.breakers import State
from generation.clock import after
from generation.models import (
    ACTIVE,
    Beat,
    BeatKind,
    Breaker,
    Credential,
    Inspection,
    Job,
    Status,
    Switch,
    Tally,
)
from generation.slots import STALE_SECONDS
from generation.watched import AccountState, Health, Off, Overview, QueueLine, StuckJob, Worker

WHY = "operators watch over the work of all tenants, by its scheduling alone"
LISTED = 50
ACCOUNTS = 100
HOUR_SECONDS = 3600.0
QUERIES = 13


def look() -> Overview:
    """All of it, as it is now."""
    with across_tenants(WHY):
        waits = stuck.annotated(Job.objects.order_by())
        counts = {row["why"]: row["n"] for row in waits.values("why").annotate(n=Count("id"))}
        return Overview(
            at=timezone.now(),
            stuck=_stuck(waits),
            stuck_counts={why: counts[why] for why in stuck.Why if why in counts},
            queue=_queue(),
            workers=_workers(),
            providers=_providers(),
            off=_off(),
            inspections=list(Inspection.objects.order_by("name")),
        )


def tenant_of(job_id: uuid.UUID) -> uuid.UUID | None:
    """Whose a job is."""
    with across_tenants(WHY):
        found: uuid.UUID | None = Job.objects.filter(id=job_id).values_list("tenant_id", flat=True).first()
    return found


def waiting_for(switch: Switch, most: int) -> list[uuid.UUID]:
    """The first jobs that wait because of a switch and were never sent."""
    with across_tenants(WHY):
        rows = _waiting().filter(switches.concerns(switch)).order_by("created_at")
        return list(rows.values_list("id", flat=True)[:most])


def held_by(worker: str) -> dict[uuid.UUID, list[uuid.UUID]]:
    """The jobs that a worker holds, by tenant."""
    held: defaultdict[uuid.UUID, list[uuid.UUID]] = defaultdict(list)
    with across_tenants(WHY):
        mine = Job.objects.filter(worker=worker, status__in=[Status.RUNNING, Status.STORED])
        for tenant_id, job_id in mine.order_by().values_list("tenant_id", "id"):
            held[tenant_id].append(job_id)
    return dict(held)


def is_alive(worker: str) -> bool:
    """Whether the worker's drain beats."""
    return Beat.objects.filter(kind=BeatKind.DRAIN, holder=worker, beat_at__gte=after(-STALE_SECONDS)).exists()


def _waiting() -> Any:
    return Job.objects.filter(status__in=[Status.QUEUED, Status.WAITING])


def _stuck(waits: Any) -> list[StuckJob]:
    columns = (
        "id", "tenant__slug", "kind", "provider", "named", "status", "why", "created_at", "deadline_at", "worker",
        "hold_micros", "tenant__currency",
    )  # fmt: skip
    named = waits.annotate(named=Coalesce("model__name", Value("")))
    return [StuckJob(*row) for row in named.order_by("created_at").values_list(*columns)[:LISTED]]


def _queue() -> list[QueueLine]:
    rows = (
        Job.objects.filter(status__in=ACTIVE)
        .order_by("provider", "kind")
        .values("provider", "kind", "status")
        .annotate(n=Count("id"), oldest=Min("due_at", filter=Q(status=Status.QUEUED)))
    )
    lines: dict[tuple[str, str], QueueLine] = {}
    for row in rows:
        key = row["provider"], row["kind"]
        line = lines.get(key) or QueueLine(*key, {}, None)
        counts = {**line.counts, row["status"]: row["n"]}
        lines[key] = QueueLine(*key, counts, row["oldest"] or line.oldest_at)
    return list(lines.values())


def _workers() -> list[Worker]:
    holding = dict(
        Job.objects.filter(status__in=[Status.RUNNING, Status.STORED])
        .exclude(worker="")
        .order_by()
        .values_list("worker")
        .annotate(n=Count("id"))
    )
    fresh = timezone.now() - datetime.timedelta(seconds=STALE_SECONDS * 1.5)
    found = [
        Worker(
            beat.holder, beat.group, beat.kind, beat.beat_at, beat.beat_at >= fresh,
            holding.pop(beat.holder, 0) if beat.kind == BeatKind.DRAIN else 0,
        )
        for beat in Beat.objects.order_by("group", "-kind", "slot")
    ]  # fmt: skip
    lost = [Worker(name, "", BeatKind.DRAIN, None, False, count) for name, count in sorted(holding.items())]
    return found + lost


def _providers() -> list[Health]:
    moment = timezone.now()
    found: dict[str, Health] = {}

    def of(provider: str) -> Health:
        return found.setdefault(provider, Health(provider, keys.title(provider)))

    took: defaultdict[str, list[float]] = defaultdict(list)
    for tally in Tally.objects.filter(at__gte=after(-HOUR_SECONDS)).iterator(chunk_size=2_000):
        one = of(tally.provider)
        one.calls += tally.calls
        for name, count in tally.errors.items():
            one.errors[name] = one.errors.get(name, 0) + count
        took[tally.provider] += tally.took
    for provider, seconds in took.items():
        of(provider).p50, of(provider).p95 = percentile(seconds, 0.5), percentile(seconds, 0.95)
    busy = dict(
        Job.objects.filter(status__in=[Status.RUNNING, Status.PARKED], credential__isnull=False)
        .order_by()
        .values_list("credential_id")
        .annotate(n=Count("id"))
    )
    shut: defaultdict[int, list[str]] = defaultdict(list)
    for row in Breaker.objects.filter(open_until__isnull=False).select_related("model").order_by("id")[:ACCOUNTS]:
        shut[row.credential_id].append(breaker_words(row, moment))
    troubled = Q(id__in=list(shut)) | Q(paused_until__gt=moment)
    accounts = Credential.objects.filter(Q(is_brought=False) | troubled).order_by("is_brought", "provider", "label")
    for account in accounts[:ACCOUNTS]:
        of(account.provider).accounts.append(
            AccountState(
                account.id, "a key that was brought along" if account.is_brought else account.label,
                busy.get(account.id, 0), account.max_concurrent, account.is_enabled,
                account.paused_until if account.paused_until and account.paused_until > moment else None,
                account.paused_because, tuple(shut[account.id]),
            )
        )  # fmt: skip
    for provider, currency, micros in _money():
        of(provider).money[currency] = micros
    return sorted(found.values(), key=lambda one: one.title.casefold())


def breaker_words(row: Breaker, moment: datetime.datetime) -> str:
    """A breaker that is not closed: of what, how it stands, and what failed."""
    what = f"{row.model.name}: " if row.model is not None else ""
    state = row.circuit.state(moment)
    assert row.open_until is not None
    when = f"open until {row.open_until:%H:%M:%S} UTC" if state is State.OPEN else "half-open, tried with one job"
    return f"{what}{when} ({row.because})"


def _money() -> Iterable[tuple[str, str, int]]:
    """Spent today: (provider, currency, micro-units). The tenants are named, because the index begins with them."""
    job = Job.objects.filter(id=OuterRef("job_id")).order_by().values("provider")[:1]
    rows = (
        LedgerEntry.objects.filter(tenant_id__in=Tenant.objects.order_by().values("id"), booked_on=today())
        .filter(kind__in=[EntryKind.SETTLE, EntryKind.UNKNOWN])
        .order_by()
        .annotate(provider=Subquery(job), currency=F("tenant__currency"))
        .values("provider", "currency")
        .annotate(micros=Sum("amount_micros"))
    )
    return [(row["provider"] or "gone", row["currency"], row["micros"]) for row in rows]


def _off() -> list[Off]:
    known = switches.every()
    rows = list(_waiting().filter(switches.off()).order_by().values("model_id", "provider").annotate(n=Count("id")))
    return [
        Off(switch, switches.title(switch), sum(row["n"] for row in rows if _is_about(switch, row))) for switch in known
    ]


def _is_about(switch: Switch, row: dict[str, Any]) -> bool:
    if switch.model_id is not None:
        return bool(row["model_id"] == switch.model_id)
    return not switch.provider or bool(row["provider"] == switch.provider)


def percentile(values: Iterable[float], share: float) -> float | None:
    """The nearest rank; None of nothing."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)] if ordered else None
