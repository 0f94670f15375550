"""Giving due jobs to workers: fair between tenants, within each account's limit, one short transaction, a new fence."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Collection

from django.conf import settings
from django.db import transaction
from django.db.models import Count, F, Q, Window
from django.db.models.functions import RowNumber

from accounts.tenancy import across_tenants
from generation.clock import after, now
from generation.models import Credential, Job, Lane, Status

WHY = "a worker works for all tenants"


def due(lane: Lane | None = None) -> Q:
    """Jobs that a worker could take now: queued or parked and due, or held by a worker whose lease ran out."""
    usable = Q(credential=None) | (
        Q(credential__is_enabled=True) & (Q(credential__paused_until=None) | Q(credential__paused_until__lte=now()))
    )
    found = _by_itself(usable)
    return found & Q(lane=lane) if lane else found


def _by_itself(usable: Q) -> Q:
    """The same by the job's own columns, but for `usable`, which is asked of queued ones besides."""
    return (
        (Q(status=Status.QUEUED, due_at__lte=now()) & usable)
        | Q(status=Status.PARKED, due_at__lte=now())
        | Q(status__in=[Status.RUNNING, Status.STORED], lease_until__lte=now())
    )


def anything_due() -> bool:
    """A cheap look without a transaction."""
    with across_tenants(WHY):
        return Job.objects.filter(due()).exists()


def anything_due_within(seconds: float) -> bool:
    """Whether a job comes due soon, so that it is worth staying."""
    with across_tenants(WHY):
        soon = Q(status__in=[Status.QUEUED, Status.PARKED], due_at__lte=after(seconds)) | Q(
            status=Status.STORED, lease_until__lte=after(min(seconds, 10.0))
        )
        return Job.objects.filter(soon).exists()


def claim(*, worker: str, room: dict[Lane, int]) -> list[Job]:
    """Take up to `room` jobs of each lane. Each comes back with its new fence and as it was before (`claimed_from`)."""
    claimed: list[Job] = []
    with across_tenants(WHY), transaction.atomic():
        for lane, places in room.items():
            if places > 0:
                claimed += _claim_lane(worker, lane, places)
    return claimed


def _claim_lane(worker: str, lane: Lane, places: int) -> list[Job]:
    # Text before pictures before film; within that, each tenant's first job before any tenant's second.
    candidates = list(
        Job.objects.filter(due(lane))
        .annotate(
            turn=Window(
                RowNumber(), partition_by=[F("tenant_id"), F("priority")], order_by=[F("due_at"), F("created_at")]
            )
        )
        .select_related("model", "run", "asset")
        .order_by("priority", "turn", "due_at")[: places * 4]
    )
    free = _free_places([job.credential_id for job in candidates if job.credential_id])
    taken: list[Job] = []
    for job in candidates:
        if len(taken) == places:
            break
        starts = job.status == Status.QUEUED
        if starts and job.credential_id and free[job.credential_id] <= 0:
            continue
        if _take(job, worker):
            taken.append(job)
            if starts and job.credential_id:
                free[job.credential_id] -= 1
    return taken


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
        "fence": F("fence") + 1,
        "worker": worker,
        "lease_until": after(settings.GENERATION["LEASE_SECONDS"]),
    }
    if seen:
        changes["version"] = F("version") + 1
    # No other table here: with one, the conditions become a subselect, and PostgreSQL does not look at that again after it has
    # waited for whoever cancelled the job meanwhile.
    mine = Job.objects.filter(id=job.id, fence=job.fence, status=job.status)
    if not mine.filter(_by_itself(Q())).update(**changes):
        return False
    job.claimed_from = job.status  # type: ignore[attr-defined]
    job.status, job.fence, job.worker = status, job.fence + 1, worker
    return True


def cancelled_elsewhere() -> list[Job]:
    """Cancelled jobs whose provider has not been told yet; each is answered once."""
    with across_tenants(WHY):
        found = Job.objects.filter(status=Status.CANCELLED, stops_provider=True).select_related("model")[:20]
        return [job for job in found if Job.objects.filter(id=job.id, stops_provider=True).update(stops_provider=False)]


def renew(*, worker: str, held: dict[uuid.UUID, int]) -> set[uuid.UUID]:
    """Lengthen the leases of `held` (job -> fence); answers the jobs that are no longer this worker's."""
    if not held:
        return set()
    mine = Q(id__in=list(held), worker=worker, status__in=[Status.RUNNING, Status.STORED])
    with across_tenants(WHY):
        Job.objects.filter(mine).update(lease_until=after(settings.GENERATION["LEASE_SECONDS"]))
        kept = dict(Job.objects.filter(mine).values_list("id", "fence"))
    return {job_id for job_id, fence in held.items() if kept.get(job_id) != fence}


def give_back(*, worker: str) -> int:
    """End the leases of a worker that is known to be gone, so that its jobs are taken at once."""
    with across_tenants(WHY):
        return Job.objects.filter(worker=worker, status__in=[Status.RUNNING, Status.STORED]).update(
            lease_until=after(-1), due_at=now()
        )
