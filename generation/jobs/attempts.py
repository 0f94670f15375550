"""Buying once more under the next attempt, with a hold of its own."""

from __future__ import annotations

from typing import Any

from accounts import ledger
from generation import policy
from generation.clock import after
from generation.jobs.asking import deadline_seconds as deadline_of
from generation.jobs.asking import payer_of, request_and_changes
from generation.jobs.counting import counts_of
from generation.jobs.ending import RESTORED, end_badly
from generation.jobs.transitions import NOT_SPOOLED, move
from generation.models import Job, Status
from generation.providers.contract import Kind


def new_attempt(job: Job, *, wait_seconds: float, **changes: Any) -> None:
    """Queue the job anew under the next attempt. Where no money is left for it, or that attempt may have been made before a
    backup was put back, the job fails and says so."""
    if job.restored_at is not None:
        message = f"{policy.NOUNS[Kind(job.kind)]} did not come to anything. {policy.RESTORED}"
        end_badly(job, Status.FAILED, book=False, error_class=RESTORED, message=message)
        return
    attempt = job.attempt + 1
    try:
        ledger.reserve(
            payer=payer_of(job.run), job_id=job.id, attempt=attempt, amount_micros=job.hold_micros,
            counts=counts_of(job, request_and_changes(job)[0]),
        )  # fmt: skip
    except ledger.OverBudget as over:
        end_badly(job, Status.FAILED, book=False, error_class="budget", message=str(over))
        return
    move(
        job,
        Status.QUEUED,
        seen=False,
        attempt=attempt,
        tries=0,
        progress=None,
        sent_at=None,
        provider_job_id="",
        poll_url="",
        asset=None,
        cost_micros=None,
        lease_until=None,
        due_at=after(wait_seconds),
        deadline_at=after(deadline_of(job)),
        **NOT_SPOOLED,
        **{"request": job.request, **changes},
    )
