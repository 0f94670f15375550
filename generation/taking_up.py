"""A claimed job is taken up where its row says it stands: it is sent, asked after, fetched from the spool, finished, or ended,
as `policy.after_crash` decides. Every function is called under the job's tenant scope and raises `LostClaim` where the fence is
no longer this worker's."""

from __future__ import annotations

import logging

from django.conf import settings

from generation import crash, numbers, policy, purchases, spool, switches
from generation.adapters import account_of, adapter
from generation.jobs import asking, breaking, finishing, outcomes
from generation.keys import NoKey
from generation.marking import DigitalSource
from generation.models import Asset, Job, Status
from generation.policy import Recovery
from generation.providers.contract import Kind, Replay
from generation.purchases import Held
from generation.storage import MAX_BYTES
from generation.telemetry import span

log = logging.getLogger(__name__)

ROOM_SECONDS = 15.0
"""How long a purchase is put off that would bring a file, while the spool is full of files that wait for storage."""
BASES = ("source", "first_frame", "last_frame")
"""Inputs of which something is to be seen in the result, as it was."""
NO_CALL = (Recovery.FINISH, Recovery.UNKNOWN)
VERBS = {Recovery.SEND: "start", Recovery.POLL: "check", Recovery.FIND: "find"}


def take_up(job: Job) -> Held | None:
    """What is to be done by a thread; None where the row was all there was to write."""
    able = adapter(job.provider)
    brings_file = Kind(job.kind) in MAX_BYTES
    fresh = job.claimed_from == Status.QUEUED  # type: ignore[attr-defined]
    recovery = policy.after_crash(
        stored=job.status == Status.STORED,
        has_id=bool(job.provider_job_id),
        sent=job.sent_at is not None and not fresh,
        replay=able.replay,
        spooled=brings_file and spool.find(job.id, job.attempt) is not None,
    )
    numbers.recovered(job, recovery)
    if recovery in NO_CALL and getattr(job, "is_guarded", False):
        breaking.give_back_probe(job)  # it was the probe of somebody who died; what it had to say is not heard any more
    if recovery is Recovery.FINISH:
        finish(job)
    elif recovery is Recovery.KEEP:
        return purchases.hold_spooled(job, able, seconds=settings.GENERATION["STORE_SECONDS"])
    elif recovery is Recovery.SEND and not fresh and switches.covers(job):
        outcomes.handed_back(job)  # it was not sent, or costs nothing to begin anew: it waits with the others
    elif recovery is Recovery.SEND and brings_file and not spool.has_room(MAX_BYTES[Kind(job.kind)]):
        log.warning("the spool is full of what waits for storage, so job %s is put off", job.id)
        outcomes.put_off(job, ROOM_SECONDS)
    elif recovery is Recovery.UNKNOWN:
        outcomes.decided(job, policy.unknown_fate(kind=Kind(job.kind), replay=able.replay, attempt=job.attempt))
    else:
        return begin(job, VERBS[recovery])
    return None


def begin(job: Job, verb: str) -> Held | None:
    """The job with all that its thread needs; what buys is noted as sent before it is. None where its account has no key."""
    files: dict[str, str] = {}
    bases: set[DigitalSource | None] = set()
    for given in job.request.get("inputs", []):
        kept = Asset.objects.get(id=given["asset"])
        files[given["asset"]] = kept.storage_name
        given["media_type"] = kept.media_type
        if given["role"] in BASES:
            bases.add(kept.source)
    try:
        able = account_of(job, buys=verb == "start")
    except NoKey as error:
        log.info("job %s: %s", job.id, error)
        is_charged = job.sent_at is not None and adapter(job.provider).replay is not Replay.FREE
        decision = policy.without_key(kind=Kind(job.kind), is_charged=is_charged, told=error.told)
        outcomes.decided(job, decision, error)
        return None
    if verb == "start":
        outcomes.sent(job)
        crash.point("before_submit")
    return purchases.hold(job, verb, able, files=files, seconds=asking.deadline_seconds(job), bases=bases)


def finish(job: Job) -> None:
    """The step that the stored result belongs to goes on."""
    with span("step", job):
        finishing.finished(job)
