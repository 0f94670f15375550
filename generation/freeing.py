"""What operators do about jobs that do not go on: cancel what waits, and give back what a dead worker holds. Each job is
written under the scope of its own tenant, whose record has it."""

from __future__ import annotations

import uuid

from django_q.tasks import async_task

from accounts import audit
from accounts.ledger import OverBudget
from accounts.tenancy import scope
from generation import overview
from generation.clock import after, now
from generation.errors import CannotBuy
from generation.jobs import asking
from generation.jobs.transitions import LostClaim
from generation.models import Job, Status, Switch

AT_ONCE = 200
"""As many jobs are cancelled by one press of the button."""


def cancel(job_id: uuid.UUID) -> bool:
    """Cancel one job, whosever it is; what was not sent gives its hold back. False where there is none, where it has ended,
    is bought already, or changed at this moment."""
    tenant_id = overview.tenant_of(job_id)
    if tenant_id is None:
        return False
    with scope(tenant_id):
        try:
            job = Job.objects.get(id=job_id)
            was_over = job.finished_at is not None
            ended = asking.cancel(job)
        except (Job.DoesNotExist, CannotBuy, OverBudget, LostClaim):
            return False
        if was_over or ended.status != Status.CANCELLED:
            return False
        audit.write("job.cancelled", subject=audit.of(ended), detail={"by": "operator"})
    return True


def cancel_waiting(switch: Switch) -> int:
    """Cancel what waits because of a switch and was never sent, so many at once; how many were."""
    return sum(cancel(job_id) for job_id in overview.waiting_for(switch, AT_ONCE))


def give_back(worker: str) -> int | None:
    """End the leases of a worker whose drain no longer beats, so that others take its jobs at once; how many those were. None
    where it beats: then its jobs are its own."""
    if overview.is_alive(worker):
        return None
    count = 0
    for tenant_id, job_ids in overview.held_by(worker).items():
        with scope(tenant_id):
            held = Job.objects.filter(id__in=job_ids, worker=worker, status__in=[Status.RUNNING, Status.STORED])
            count += held.update(lease_until=after(-1), due_at=now())
    asking.ring()
    return count


def ask_the_sweep() -> None:
    """Have a worker sweep now: deadlines, leases of the dead, chores."""
    async_task("generation.tasks.sweep")
