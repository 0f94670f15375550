"""Giving due jobs to workers: fair between tenants and then people, within each account's limit, one short transaction, a new
fence."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Collection
from functools import cache
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Count, F, OuterRef, Q, Subquery, Window
from django.db.models.functions import Coalesce, RowNumber

from accounts.prepared_writes import PreparedUpdate
from accounts.tenancy import across_tenants, scope
from generation import restored, spool, switches, wakes
from generation.clock import after, microseconds, now
from generation.jobs import breaking
from generation.jobs.transitions import ONE_MORE
from generation.models import Credential, Job, Lane, Status, Turn

WHY = "a worker works for all tenants"
PERSON = Coalesce("run__person_id", "run__user_id", "run_id")
"""Who asked for a job, as turns are counted; what nobody asked for counts by itself."""

IN_ORDER = """
SELECT j.id FROM (
  SELECT j.id, j.tenant_id, j.priority, j.due_at, j.created_at, ROW_NUMBER() OVER (
    PARTITION BY j.tenant_id, j.priority ORDER BY j.person_turn, COALESCE(p.taken_at, 0), j.due_at, j.created_at
  ) AS turn
  FROM ([due]) AS j LEFT JOIN [turn] AS p ON p.tenant_id = j.tenant_id AND p.person_id = j.person
) AS j LEFT JOIN [turn] AS t ON t.tenant_id = j.tenant_id AND t.person_id = j.tenant_id
ORDER BY j.priority, j.turn, COALESCE(t.taken_at, 0), j.due_at, j.created_at LIMIT %s
"""
"""The order in which due jobs go, given those jobs with their person's turns, and the table of who was served when."""


def due(lane: Lane | None = None) -> Q:
    """Jobs that a worker could take now: queued or parked and due, or held by a worker whose lease ran out. What is queued
    waits for an account that is paused, a breaker that is open, and for what is switched off."""
    found = _by_itself(_usable())
    return found & Q(lane=lane) if lane else found


def _usable() -> Q:
    """Jobs that may be sent now, as far as their account, their breakers and switches go."""
    account = Q(credential=None) | (
        Q(credential__is_enabled=True) & (Q(credential__paused_until=None) | Q(credential__paused_until__lte=now()))
    )
    return account & ~breaking.shut() & ~switches.off()


def _by_itself(usable: Q, own_spool: uuid.UUID | None = None) -> Q:
    """The same by the job's own columns, but for `usable`, which is asked of queued ones besides. `own_spool` is this machine's
    unless it is given."""
    reach = _in_reach(own_spool)
    return (
        (Q(status=Status.QUEUED, due_at__lte=now()) & usable)
        | (Q(status=Status.PARKED, due_at__lte=now()) & reach)
        | (Q(status=Status.RUNNING, lease_until__lte=now()) & reach)
        | Q(status=Status.STORED, lease_until__lte=now())
    )


def _in_reach(own_spool: uuid.UUID | None = None) -> Q:
    """Not what lies finished on another machine: a worker who cannot see it would take it for lost, and buy it again. For a
    while only; a machine that is gone for good keeps nobody waiting for ever."""
    return Q(spool_id=None) | Q(spool_id=own_spool or spool.own_id()) | Q(spooled_until__lte=now())


def anything_due() -> bool:
    """A cheap look without a transaction, which a worker takes all the time."""
    with across_tenants(WHY), connection.cursor() as cursor:
        cursor.execute(*_due_sql(connection.vendor, spool.own_id()))
        return cursor.fetchone() is not None


def anything_due_within(seconds: float) -> bool:
    """Whether a job comes due soon, so that it is worth staying. For what may not be sent nobody stays: the sweep rings when
    that is over."""
    with across_tenants(WHY):
        soon = (
            (Q(status=Status.QUEUED, due_at__lte=after(seconds)) & _usable())
            | (Q(status=Status.PARKED, due_at__lte=after(seconds)) & _in_reach())
            | Q(status=Status.STORED, lease_until__lte=after(min(seconds, 10.0)))
        )
        return Job.objects.filter(soon).exists()


def claim(*, worker: str, room: dict[Lane, int]) -> list[Job]:
    """Take up to `room` jobs of each lane. Each comes back with its new fence and as it was before (`claimed_from`). Raises
    `generation.restored.Restored` where what stands in the database may have been sent already."""
    claimed: list[Job] = []
    with across_tenants(WHY), transaction.atomic():
        restored.refuse()
        for lane, places in room.items():
            if places > 0:
                claimed += _claim_lane(worker, lane, places)
    return claimed


def _claim_lane(worker: str, lane: Lane, places: int) -> list[Job]:
    order = in_turn(lane, places * 4)
    columns = ("id", "tenant", "credential", "model", "kind", "lane", "status", "fence")
    rows = Job.objects.filter(id__in=order).only(*columns)
    rows = rows.annotate(is_guarded=breaking.not_closed(), is_watched=breaking.failed_lately())
    candidates = sorted(rows, key=lambda job: order.index(job.id))
    free = _free_places([job.credential_id for job in candidates if job.credential_id])
    taken: list[Job] = []
    for job in candidates:
        if len(taken) == places:
            break
        starts = job.status == Status.QUEUED
        if starts and job.credential_id and free[job.credential_id] <= 0:
            continue
        is_probe = starts and job.is_guarded and breaking.is_counted(job)
        if is_probe and not breaking.take_probe(job):
            continue
        if _take(job, worker):
            taken.append(job)
            if starts and job.credential_id:
                free[job.credential_id] -= 1
        elif is_probe:
            breaking.give_back_probe(job)
    whole = _whole(taken, "model", "run", "asset")
    for job in whole:
        if job.claimed_from == Status.QUEUED:  # type: ignore[attr-defined]
            wakes.moved(job)
    if whole:
        _note_turns(whole)
    return whole


SEEN = ("claimed_from", "is_guarded", "is_watched")
"""What the claim found out about a job and its row does not say."""


def _whole(looked_at: list[Job], *related: str) -> list[Job]:
    """All of the rows that were looked at, each tenant's under its own scope: across tenants a worker sees of a job what it is
    claimed by, and nothing of what it is about."""
    found: dict[uuid.UUID, Job] = {}
    for tenant_id in dict.fromkeys(job.tenant_id for job in looked_at):
        with scope(tenant_id):
            theirs = [job.id for job in looked_at if job.tenant_id == tenant_id]
            found |= {job.id: job for job in Job.objects.filter(id__in=theirs).select_related(*related)}
    for job in looked_at:
        for seen in SEEN:
            if job.id in found and hasattr(job, seen):
                setattr(found[job.id], seen, getattr(job, seen))
    return [found[job.id] for job in looked_at if job.id in found]


def in_turn(lane: Lane, most: int, *, with_full: bool = False) -> list[uuid.UUID]:
    """Ids of due jobs in the order in which they go: text before pictures before film; within that each tenant's first before
    any tenant's second, and within a tenant each person's first before anybody's second; of those whose turn it is, whoever
    was served longest ago. So neither a tenant nor a reader who asks for a hundred things keeps another waiting for more than
    one, also where places come free one at a time. What waits for an account that can start nothing is left out, unless
    `with_full`: so a queue is shown.

    A tenant's turns are counted over its persons' turns, and Django's queries count only one level: the outer ones are
    written here. It is about all tenants, whatever the scope.
    """
    sql, params = _order_sql(connection.vendor, spool.own_id(), lane, with_full)
    with across_tenants(WHY), connection.cursor() as cursor:
        cursor.execute(sql, [*params, most])
        return [found if isinstance(found, uuid.UUID) else uuid.UUID(found) for (found,) in cursor.fetchall()]


@cache
def _due_sql(vendor: str, mine: uuid.UUID) -> tuple[str, tuple[Any, ...]]:
    """What is due, compiled once for a spool of ours: that takes longer than the answer, and its moments are the database's."""
    with across_tenants(WHY):
        return Job.objects.filter(due()).order_by().values("id")[:1].query.sql_with_params()


@cache
def _order_sql(vendor: str, mine: uuid.UUID, lane: Lane, with_full: bool) -> tuple[str, tuple[Any, ...]]:
    """The order of what is due, compiled once; its last value is how many."""
    same: list[F | Coalesce] = [F("tenant_id"), F("priority"), PERSON]
    rows = Job.objects.filter(due(lane))
    inner = (
        (rows if with_full else rows.exclude(status=Status.QUEUED, credential__in=full()))
        .annotate(
            person=PERSON,
            person_turn=Window(RowNumber(), partition_by=same, order_by=[F("due_at"), F("created_at")]),
        )
        .order_by()
        .values("id", "tenant_id", "priority", "due_at", "created_at", "person", "person_turn")
    )
    with across_tenants(WHY):
        sql, params = inner.query.sql_with_params()
    return IN_ORDER.replace("[due]", sql).replace("[turn]", Turn._meta.db_table), tuple(params)


def _note_turns(taken: list[Job]) -> None:
    """Remember whose jobs were taken, in one write, in one order for all workers."""
    served = {(job.tenant_id, job.tenant_id) for job in taken}
    served |= {(job.tenant_id, person) for job in taken if (person := job.run.person_id or job.run.user_id) is not None}
    moment = microseconds()
    Turn.objects.bulk_create(
        [Turn(tenant_id=tenant, person_id=person, taken_at=moment) for tenant, person in sorted(served)],
        update_conflicts=True, unique_fields=["tenant", "person_id"], update_fields=["taken_at"],
    )  # fmt: skip


def forget_turns(*, older_seconds: float = 86_400.0) -> int:
    """Delete what nobody remembers a turn by; how many that were."""
    with across_tenants(WHY):
        return Turn.objects.filter(taken_at__lt=microseconds() - int(older_seconds * 1_000_000)).delete()[0]


def full() -> Any:
    """Accounts that can start nothing now. What waits for them is left out before the turns are counted, so that however
    much it is, it keeps what goes elsewhere from no turn."""
    busy = Job.objects.filter(credential_id=OuterRef("pk"), status__in=[Status.RUNNING, Status.PARKED])
    count = busy.order_by().values("credential_id").annotate(n=Count("id")).values("n")
    return Credential.objects.annotate(busy=Subquery(count)).filter(busy__gte=F("max_concurrent")).values("id")


def _free_places(credential_ids: Collection[int]) -> Counter[int]:
    """Purchases that each account may still start. Locks the accounts, so that two workers do not both take the last."""
    free: Counter[int] = Counter()
    if not credential_ids:
        return free
    for credential in Credential.objects.select_for_update().filter(id__in=set(credential_ids)).order_by("id"):
        free[credential.id] = credential.max_concurrent
    busy = (
        Job.objects.filter(credential_id__in=list(free), status__in=[Status.RUNNING, Status.PARKED])
        .order_by()
        .values("credential_id")
        .annotate(n=Count("id"))
    )
    for row in busy:
        free[row["credential_id"]] -= row["n"]
    return free


def _take(job: Job, worker: str) -> bool:
    """The conditional update: whoever raises the fence has the job. A stored job keeps its state."""
    status = Status.STORED if job.status == Status.STORED else Status.RUNNING
    seen = job.status == Status.QUEUED
    changes = {
        "status": status,
        "fence": ONE_FENCE_MORE,
        "worker": worker,
        "lease_until": after(settings.GENERATION["LEASE_SECONDS"]),
    }
    if seen:
        changes["version"] = ONE_MORE
    own = spool.own_id()
    if not _takeable.write(changes, job_id=job.id, fence=job.fence, status=job.status, own_spool=own):
        return False
    job.claimed_from = job.status  # type: ignore[attr-defined]
    job.status, job.fence, job.worker = status, job.fence + 1, worker
    return True


ONE_FENCE_MORE = F("fence") + 1
# No other table here: with one, the conditions become a subselect, and PostgreSQL does not look at that again after it has
# waited for whoever cancelled the job meanwhile.
_takeable = PreparedUpdate(
    lambda job_id, fence, status, own_spool: Job.objects.filter(
        _by_itself(Q(), own_spool), id=job_id, fence=fence, status=status
    ),
    job_id=uuid.UUID, fence=int, status=str, own_spool=uuid.UUID,
)  # fmt: skip


def cancelled_elsewhere() -> list[Job]:
    """Cancelled jobs whose provider has not been told yet; each is answered once."""
    with across_tenants(WHY):
        found = Job.objects.filter(status=Status.CANCELLED, stops_provider=True).only("id", "tenant").order_by()[:20]
        mine = [job for job in found if Job.objects.filter(id=job.id, stops_provider=True).update(stops_provider=False)]
    return _whole(mine, "model")


def renew(*, worker: str, held: dict[uuid.UUID, int]) -> set[uuid.UUID]:
    """Lengthen the leases of `held` (job -> fence); answers the jobs that are no longer this worker's."""
    if not held:
        return set()
    mine = Q(id__in=list(held), worker=worker, status__in=[Status.RUNNING, Status.STORED])
    with across_tenants(WHY):
        Job.objects.filter(mine).update(lease_until=after(settings.GENERATION["LEASE_SECONDS"]))
        kept = dict(Job.objects.filter(mine).values_list("id", "fence"))
    return {job_id for job_id, fence in held.items() if kept.get(job_id) != fence}


def still_mine(*, worker: str, held: dict[uuid.UUID, int]) -> dict[uuid.UUID, Job]:
    """The rows of `held` (job -> fence) that this worker still has to write, as they stand now."""
    with across_tenants(WHY):
        rows = Job.objects.filter(id__in=list(held), worker=worker, status__in=[Status.RUNNING, Status.STORED])
        return {job.id: job for job in rows.select_related("model", "run", "asset") if job.fence == held[job.id]}


def give_back(*, worker: str, but: Collection[uuid.UUID] = ()) -> int:
    """End the leases of a worker that is known to be gone, or that has only the jobs of `but` in hand, so that the others are
    taken at once."""
    with across_tenants(WHY):
        mine = Job.objects.filter(worker=worker, status__in=[Status.RUNNING, Status.STORED])
        return (mine.exclude(id__in=list(but)) if but else mine).update(lease_until=after(-1), due_at=now())
