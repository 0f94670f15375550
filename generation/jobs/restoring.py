"""Settling a database that was put back from a backup, so that nothing in it is bought, or told, a second time.

What has an id goes on being asked after, what was stored is finished. What could have been sent since the backup was taken is
not sent: its hold is booked as spent, and whoever asked for it is told and may ask again. What costs nothing and tells
nobody anything (`Replay.FREE`) simply goes on. What was asked for after the backup was taken is not in it, and unknown here.
"""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Callable

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone
from django_q.models import OrmQ

from accounts.models import Tenant
from accounts.tenancy import scope
from generation import policy, restored
from generation.clock import after, now
from generation.jobs import asking
from generation.jobs.ending import RESTORED, end_badly
from generation.jobs.transitions import LostClaim, move, write
from generation.models import ACTIVE, Beat, DatabasePlace, Job, JobNeed, Status
from generation.providers.contract import Kind

UNTOLD = "It is not known whether this was sent: the library was put back from a backup. It was not sent again."


def settle() -> dict[str, int]:
    """Settle all tenants' jobs, each in a transaction of its own; how many had which fate: `asked after`, `finished`, `begun
    anew`, `booked`, `not told`. Cut short, it is run again and goes on; then nothing is settled twice. Workers must be
    stopped."""
    restored.begin()
    with transaction.atomic():
        place = DatabasePlace.objects.select_for_update().get(pk=1)
        if place.settling_since is None:
            # What is told because of the settling is written from here on, and has to go out.
            place.settling_since, place.settled_at, place.settled = timezone.now(), None, {}
            place.save()
    fates = Counter(place.settled)
    for tenant in Tenant.objects.order_by("slug"):
        with scope(tenant):
            for job in _in_order(_before(place)):
                with transaction.atomic():
                    try:
                        fate = _settle(job)
                    except LostClaim:
                        continue
                    fates[fate] += 1
                    DatabasePlace.objects.filter(pk=1).update(settled=dict(fates))
    with transaction.atomic():
        OrmQ.objects.all().delete()  # doorbells that were rung before; what is due stands in the rows
        Beat.objects.all().delete()
        restored.stay()
        DatabasePlace.objects.filter(pk=1).update(
            settled=dict(fates), settled_at=now(), settling_since=None
        )  # fmt: skip
        asking.ring()
    return dict(fates)


def outlook() -> dict[str, int]:
    """What `settle` would come to. Changes nothing."""
    fates: Counter[str] = Counter()
    for tenant in Tenant.objects.order_by("slug"):
        with scope(tenant):
            may_repeat = set(restored.what_may_repeat().values_list("id", flat=True))
            jobs = Job.objects.filter(status__in=ACTIVE)
            fates.update(_fate(job, may_repeat=job.id in may_repeat)[0] for job in jobs)
    return dict(fates)


def _before(place: DatabasePlace) -> list[Job]:
    """The tenant's jobs that were under way when settling began and were not settled since."""
    rows = Job.objects.filter(
        Q(restored_at=None) | Q(restored_at__lt=place.settling_since),
        status__in=ACTIVE,
        created_at__lte=place.settling_since,
    )
    return list(rows.select_related("model", "run"))


def _in_order(jobs: list[Job]) -> list[Job]:
    """Whoever waits for a job before that job: ended after it, they would count as never sent."""
    known = {job.id: job for job in jobs}
    waiters: dict[uuid.UUID, list[Job]] = {}
    for need_id, job_id in JobNeed.objects.filter(need_id__in=known).values_list("need_id", "job_id"):
        if job_id in known:
            waiters.setdefault(need_id, []).append(known[job_id])
    ordered: dict[uuid.UUID, Job] = {}

    def visit(job: Job) -> None:
        for waiter in waiters.get(job.id, []):
            visit(waiter)
        ordered.setdefault(job.id, job)

    for job in jobs:
        visit(job)
    return list(ordered.values())


def _settle(job: Job) -> str:
    """Settle one job, in the caller's transaction; its fate."""
    fate, carry_out = _fate(job, may_repeat=restored.what_may_repeat().filter(id=job.id).exists())
    carry_out(job)
    return fate


def _fate(job: Job, *, may_repeat: bool) -> tuple[str, Callable[[Job], None]]:
    if job.status == Status.STORED:
        return "finished", _finish
    if job.kind == Kind.DELIVER:
        return "not told", _leave_untold
    # Parked, or in a machine's spool: somebody else has it, finished or not.
    if job.provider_job_id or job.status == Status.PARKED or job.spool_id is not None:
        return "asked after", _ask_after
    if not may_repeat:
        return "begun anew", _go_on
    return "booked", _book


def _finish(job: Job) -> None:
    _changed(write(job, restored_at=now(), lease_until=after(-1), fence=F("fence") + 1, worker=""))


def _ask_after(job: Job) -> None:
    changes = {
        "restored_at": now(), "due_at": now(), "deadline_at": after(asking.deadline_seconds(job)), "lease_until": None,
        "fence": F("fence") + 1, "worker": "",
    }  # fmt: skip
    if job.status == Status.PARKED:
        _changed(write(job, **changes))
    else:
        move(job, Status.PARKED, **changes)


def _go_on(job: Job) -> None:
    """It costs nothing to begin it anew. The time that lies between is not its fault."""
    if job.status == Status.WAITING:
        return
    changes = {"deadline_at": after(asking.deadline_seconds(job)), "due_at": now(), "fence": F("fence") + 1}
    if job.status == Status.RUNNING:
        move(job, Status.QUEUED, lease_until=None, sent_at=None, **changes)
    else:
        _changed(write(job, **changes))


def _book(job: Job) -> None:
    message = f"{policy.NOUNS[Kind(job.kind)]} did not arrive. {policy.RESTORED}"
    end_badly(job, Status.UNKNOWN, book=True, error_class=RESTORED, message=message, fence=F("fence") + 1)


def _leave_untold(job: Job) -> None:
    end_badly(job, Status.UNKNOWN, book=True, error_class=RESTORED, message=UNTOLD, fence=F("fence") + 1)


def _changed(written: bool) -> None:
    if not written:
        raise LostClaim
