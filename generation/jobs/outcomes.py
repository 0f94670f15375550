"""Writing what became of a purchase. Every function is called under the job's tenant scope and raises `LostClaim` where
the fence is no longer this worker's; then nothing was written."""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from accounts import ledger
from generation import catalogue, crash, numbers, policy, steps
from generation.clock import after, now
from generation.errors import CannotBuy
from generation.jobs import breaking, checking, recording, storing
from generation.jobs.asking import request_and_changes
from generation.jobs.attempts import new_attempt
from generation.jobs.counting import counts_of
from generation.jobs.ending import end_badly
from generation.jobs.transitions import NOT_SPOOLED, LostClaim, move, write
from generation.models import Asset, Credential, DiscardedFile, Job, SafetyEvent, Status
from generation.policy import Decision, Money, Verdict
from generation.providers.contract import Done, Kind, Pending, Request
from generation.providers.errors import ProviderError
from generation.providers.fitting import Adjusted
from generation.safety import policies
from generation.storage import Kept

log = logging.getLogger(__name__)


def sent(job: Job) -> None:
    """Commit that the request is about to go out. Called just before it does."""
    # A worker that died may have left half a text behind.
    if not write(job, seen=False, sent_at=now(), partial="", **NOT_SPOOLED):
        raise LostClaim(str(job.id))
    job.sent_at = timezone.now()  # the row has the database's moment; here it counts that it was sent at all


def progressed(job: Job, share: float) -> None:
    """Note how far the purchase is."""
    if not write(job, progress=min(max(share, 0.0), 1.0)):
        raise LostClaim(str(job.id))


def wrote(job: Job, text: str, share: float | None = None) -> None:
    """Note what has been written so far, from the beginning; and how far that is, where it is told."""
    changes: dict[str, Any] = {} if share is None else {"progress": min(max(share, 0.0), 1.0)}
    if not write(job, partial=text, **changes):
        raise LostClaim(str(job.id))


def parked(job: Job, pending: Pending) -> None:
    """The provider has it. The id is kept before anybody asks after it."""
    moved = pending.progress is not None and pending.progress != job.progress
    move(
        job,
        Status.PARKED,
        seen=moved,
        provider_job_id=pending.id,
        poll_url=pending.poll_url,
        progress=pending.progress if pending.progress is not None else job.progress,
        tries=0,
        lease_until=None,
        due_at=after(pending.check_after_seconds),
        **NOT_SPOOLED,
    )


def put_off(job: Job, seconds: float) -> None:
    """What was not sent goes back to the queue, and comes up again later."""
    move(job, Status.QUEUED, seen=False, lease_until=None, due_at=after(seconds), sent_at=None)


def handed_back(job: Job) -> None:
    """This worker stops: what was not sent returns to the queue, what has an id is parked, to be taken up at once."""
    if job.provider_job_id:
        move(job, Status.PARKED, seen=False, lease_until=None, due_at=now())
    elif job.status == Status.RUNNING:
        move(job, Status.QUEUED, seen=False, lease_until=None, due_at=now(), sent_at=None)
        if getattr(job, "is_guarded", False):
            breaking.give_back_probe(job)


def stored(job: Job, done: Done, kept: Kept | None) -> None:
    """What was bought is kept: asset, cost and settlement in one transaction. From here on nothing is bought again."""
    with transaction.atomic():
        asset = None
        if kept is not None:
            asset = Asset.objects.create(
                tenant_id=job.tenant_id,
                sha256=kept.sha256,
                media_type=kept.media_type,
                size_bytes=kept.size_bytes,
                width=kept.width,
                height=kept.height,
                seconds=kept.seconds,
                model_name=done.model or (job.model.name if job.model else ""),
                digital_source=kept.digital_source,
            )
        request, changes = request_and_changes(job)
        cost = _cost(job, request, done, kept)
        move(
            job,
            Status.STORED,
            seen=False,
            asset=asset,
            cost_micros=cost,
            tries=0,
            **NOT_SPOOLED,
            **({"error_class": "", "error_detail": ""} if job.error_class == storing.STORAGE else {}),
            result={
                "text": done.text,
                "model": done.model or (job.model.remote_name if job.model else ""),
                "seed": done.seed,
                "prompt": done.prompt,
                "usage": dict(done.usage),
                **_more(changes, done),
            },
        )
        counts = counts_of(job, request)
        ledger.settle(job_id=job.id, attempt=job.attempt, amount_micros=cost, counts=counts)
        recording.called(job, "delivered", cost_micros=cost)
        crash.point("in_stored")


def unwanted(job: Job, kept: Kept | None) -> None:
    """What came in too late, for a job that was cancelled or is somebody else's by now: the file goes, unless another row
    wants the same bytes."""
    if kept is not None:
        DiscardedFile.objects.update_or_create(
            tenant_id=job.tenant_id, sha256=kept.sha256, defaults={"discarded_at": now()}
        )


def _cost(job: Job, request: Request, done: Done, kept: Kept | None) -> int:
    """What to settle. What the provider did not tell of the result's size is what was measured of it."""
    if done.cost_micros is not None or job.model is None:
        return job.hold_micros if done.cost_micros is None else done.cost_micros
    if kept is not None:
        seconds = next((told for told in (done.seconds, request.seconds, kept.seconds) if told is not None), None)
        done = replace(done, width=done.width or kept.width, height=done.height or kept.height, seconds=seconds)
    try:
        prices = catalogue.prices_of(job.model)
    except CannotBuy:
        return job.hold_micros
    cost = catalogue.cost_of(prices, request, done)
    return job.hold_micros if cost is None else cost


def _more(changes: Adjusted, done: Done) -> dict[str, Any]:
    """What only some answers have; `adjusted` is field -> (asked, used)."""
    found: dict[str, Any] = {}
    adjusted = {**changes, **done.adjusted}
    if adjusted:
        found["adjusted"] = {name: list(change) for name, change in adjusted.items()}
    if done.is_cut:
        found["is_cut"] = True
    if done.timings:
        found["timings"] = [[timing.word, timing.start, timing.end] for timing in done.timings]
    if done.verdict is not None:
        verdict = done.verdict
        found["verdict"] = {
            "flagged": verdict.flagged, "categories": list(verdict.categories), "scores": dict(verdict.scores),
        }  # fmt: skip
    if done.request_id:
        found["request_id"] = done.request_id[:200]
    return found


def _refused(job: Job, decision: Decision, detail: str) -> bool:
    """Note that the provider refused; True where the tier's fallback model is asked instead."""
    if job.kind in (Kind.MODERATE, Kind.DELIVER):
        return False
    changes = checking.instead(job)
    said = str(job.request.get("prompt", ""))
    found = checking.Unfit(SafetyEvent.By.PROVIDER, job.provider if changes is None else changes["instead_of"], said)
    checking.note_refusal(job, found, is_final=changes is None)
    if changes is None:
        return False
    close = ledger.book_unknown if decision.money is Money.BOOK else ledger.release
    close(job_id=job.id, attempt=job.attempt)
    numbers.spent(job, "unknown", job.hold_micros if decision.money is Money.BOOK else 0)
    new_attempt(job, wait_seconds=0, **{**changes, "error_detail": detail})
    return True


def elsewhere(job: Job, error: ProviderError) -> bool:
    """Ask the tier's fallback model instead of waiting for one that is left alone because it fails: nothing was charged, and
    the new attempt has a hold of its own. False where the tier names none, or it was asked already."""
    if job.kind in (Kind.MODERATE, Kind.DELIVER):
        return False
    if policies.fallback(policies.of(job.run.tier), Kind(job.kind)) is None:
        return False
    with transaction.atomic():
        recording.called(job, "not charged", cost_micros=0)  # before another model stands in its place
        changes = checking.instead(job)
        if changes is None:
            transaction.set_rollback(True)
            return False
        ledger.release(job_id=job.id, attempt=job.attempt)
        detail = f"{type(error).__name__}: {error}"
        new_attempt(job, wait_seconds=0, **{**changes, "error_detail": detail})
    return True


def decided(job: Job, decision: Decision, error: ProviderError | None = None) -> None:
    """Carry out what the policy decided about an error, a crash or a deadline."""
    detail = f"{type(error).__name__}: {error}" if error is not None else ""
    error_class = type(error).__name__.lower() if error is not None else str(decision.verdict)
    with transaction.atomic():
        numbers.decided(job, decision.verdict)
        if error is not None:
            steps.find(job.step).tried(job, error)
        if decision.pause_credential and job.credential_id:
            Credential.objects.filter(id=job.credential_id).update(
                paused_until=after(policy.PAUSE_SECONDS), paused_because=detail[:200]
            )
        if decision.verdict is Verdict.RETRY:
            again = Status.PARKED if job.provider_job_id else Status.QUEUED
            move(
                job, again, seen=False, tries=F("tries") + 1, due_at=after(decision.wait_seconds), lease_until=None,
                error_class=error_class, error_detail=detail,
                sent_at=job.sent_at if job.provider_job_id else None,
            )  # fmt: skip
            return
        if decision.verdict is Verdict.BUY_AGAIN:
            _buy_again(job, book=decision.money is Money.BOOK, wait_seconds=decision.wait_seconds, detail=detail)
            return
        if decision.verdict is Verdict.REFUSE and _refused(job, decision, detail):
            return
        status = {Verdict.FAIL: Status.FAILED, Verdict.REFUSE: Status.REFUSED, Verdict.UNKNOWN: Status.UNKNOWN}
        end_badly(
            job,
            status[decision.verdict],
            book=decision.money is Money.BOOK,
            error_class=error_class,
            message=decision.message,
            error_detail=detail,
        )


def _buy_again(job: Job, *, book: bool, wait_seconds: float, detail: str) -> None:
    close = ledger.book_unknown if book else ledger.release
    close(job_id=job.id, attempt=job.attempt)
    recording.called(job, "unknown" if book else "not charged", cost_micros=job.hold_micros if book else 0)
    new_attempt(job, wait_seconds=wait_seconds, error_class="again", error_detail=detail)
