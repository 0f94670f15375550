"""What is bought and stored goes on: its step runs, and what waited for it is made ready. Called under the job's tenant scope;
raises `LostClaim` where the fence is no longer this worker's, and then nothing was written."""

from __future__ import annotations

import logging

from django.db import OperationalError, transaction

from generation import away, crash, policy, steps
from generation.clock import after, now
from generation.discarding import discard
from generation.errors import AgainstRules, CannotBuy
from generation.jobs import checking
from generation.jobs.asking import make_ready, quote
from generation.jobs.attempts import new_attempt
from generation.jobs.ending import end_badly, waiting_for
from generation.jobs.transitions import LostClaim, move
from generation.models import Job, Status
from generation.providers.contract import Kind
from generation.safety import verdicts
from generation.signals import job_ended

log = logging.getLogger(__name__)
STEP_TRIES = 3


def finished(job: Job) -> None:
    """Run the job's step and say done, then make ready what waited for it: one transaction, so a crash repeats it whole.
    A step that asks again gets a new attempt with a hold of its own; a step that fails loses nothing bought."""
    try:
        with transaction.atomic():
            found = checking.look(job)
            if found is not None:
                _keep_back(job, found)
                return
            answer = steps.find(job.step).finish(job)
            if isinstance(answer, steps.AskAgain):
                _ask_again(job, answer)
                return
            move(job, Status.DONE, progress=1.0, finished_at=now(), lease_until=None, error_class="", message="")
            job_ended.send(Job, job=job)
            for dependent in waiting_for(job):
                _make_ready(dependent)
            crash.point("in_finished")
    except LostClaim:
        raise
    except Exception as error:
        if (
            away.is_broken()
        ):  # not the step failed, but the database went away under it: it runs again when that is back
            raise OperationalError(f"the database went away under step {job.step}") from error
        log.exception("the step %s of job %s failed", job.step, job.id)
        _step_failed(job, error)


def _keep_back(job: Job, found: checking.Unfit | checking.Held | checking.Unchecked) -> None:
    """What came back waits, or never shows. What is refused is asked once of the tier's fallback model."""
    if isinstance(found, checking.Held):
        return
    message = checking.told(job, found)
    if isinstance(found, checking.Unchecked):
        end_badly(
            job, Status.FAILED, book=False, error_class=verdicts.UNCHECKED, error_detail=found.why, message=message
        )
        return
    asset, changes = job.asset, checking.instead(job)
    checking.note_refusal(job, found, is_final=changes is None)
    if changes is not None:
        new_attempt(job, wait_seconds=0, **changes)
    else:
        detail = f"kept out by {found.by} {found.name}"
        end_badly(
            job, Status.REFUSED, book=False, error_class=verdicts.UNFIT, error_detail=detail, message=message,
            result={}, asset=None,
        )  # fmt: skip
    if asset is not None:
        discard(asset)


def _make_ready(job: Job) -> None:
    """Make a waiting job ready. What goes wrong here is its own trouble and must not undo the job it waited for."""
    try:
        with transaction.atomic():
            make_ready(job)
    except AgainstRules as refused:
        end_badly(job, Status.REFUSED, book=False, error_class=verdicts.BARRED, message=str(refused))
    except CannotBuy as refused:
        end_badly(job, Status.FAILED, book=False, error_class="rejected", message=str(refused))
    except Exception as error:
        log.exception("the step %s could not prepare job %s", job.step, job.id)
        noun = policy.NOUNS[Kind(job.kind)]
        end_badly(
            job, Status.FAILED, book=False, error_class="prepare", error_detail=repr(error),
            message=f"{noun} could not be asked for. Staff have been told. {policy.NOTHING_CHARGED}",
        )  # fmt: skip


def _ask_again(job: Job, answer: steps.AskAgain) -> None:
    if job.asks >= policy.MAX_ASKS:
        noun = policy.NOUNS[Kind(job.kind)]
        end_badly(
            job, Status.FAILED, book=False, error_class="unusable", error_detail=answer.why,
            message=f"{noun} came back in a form that cannot be used, twice. Try again.",
        )  # fmt: skip
        return
    job.request = {**job.request, **answer.request}
    try:
        job.hold_micros = quote(job)  # what is asked now may be longer
    except CannotBuy as refused:
        end_badly(job, Status.FAILED, book=False, error_class="rejected", message=str(refused))
        return
    new_attempt(
        job, wait_seconds=0, asks=job.asks + 1, error_class="unusable", error_detail=answer.why,
        hold_micros=job.hold_micros,
    )  # fmt: skip


def _step_failed(job: Job, error: Exception) -> None:
    """Keep what was bought; run the step again soon, and give up after a few times with the purchase still kept."""
    tries = job.tries + 1
    with transaction.atomic():
        if tries < STEP_TRIES:
            move(
                job,
                Status.STORED,
                seen=False,
                tries=tries,
                lease_until=after(policy.backoff(tries)),
                error_detail=repr(error),
            )
            return
        end_badly(
            job, Status.FAILED, book=False, error_class="step", error_detail=repr(error),
            message="This was made and kept, but could not be put on the page. Try again; nothing is bought anew.",
        )  # fmt: skip
