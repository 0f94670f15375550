"""Between bought and stored: the file is here, and storage does not have it yet. Every function is called under the job's
tenant scope and raises `LostClaim` where the fence is no longer this worker's; then nothing was written."""

from __future__ import annotations

from typing import Any

from django.conf import settings

from generation import policy, spool
from generation.clock import after
from generation.jobs.transitions import LostClaim, move, write
from generation.models import Job, Status
from generation.providers.contract import Replay

STORAGE = "storage"
"""Error class of a job whose file waits for storage."""


def spooled(job: Job, *, replay: Replay) -> None:
    """What was bought lies finished in this machine's spool. From here on the time that buying may take is over, and that of
    storing begins; and for a while nobody else decides that it was lost."""
    held = _spool_hold(job, replay)
    if not write(job, seen=False, spool_id=spool.own_id(), spooled_until=held, deadline_at=after(_store_seconds())):
        raise LostClaim(str(job.id))


def waits_for_storage(job: Job, *, replay: Replay, waited_seconds: float) -> None:
    """Storage did not take it. The job is parked where it is and holds its place; it comes up again at this machine, soon at
    first and then every minute. No worker, no thread and no slot is kept by it meanwhile."""
    is_known = job.spool_id == spool.own_id()
    move(
        job,
        Status.PARKED,
        seen=job.error_class != STORAGE,
        lease_until=None,
        due_at=after(policy.store_again(waited_seconds)),
        spool_id=spool.own_id(),
        spooled_until=_spool_hold(job, replay),
        error_class=STORAGE,
        error_detail="storage does not take it",
        **({} if is_known else {"deadline_at": after(_store_seconds())}),
    )


def _store_seconds() -> float:
    return float(settings.GENERATION["STORE_SECONDS"])


def _spool_hold(job: Job, replay: Replay) -> Any:
    most = float(settings.GENERATION["SPOOL_HOLD_SECONDS"])
    return after(policy.spool_hold(has_id=bool(job.provider_job_id), replay=replay, most_seconds=most))
