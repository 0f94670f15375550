"""The worker loop: one process holds many purchases, because each of them is only waiting.

The main thread owns the one database connection. It claims due jobs, hands each to a thread, writes outcomes as they
come, renews leases and shows its heartbeat. It leaves when nothing is held or soon due, after ten minutes (ringing for a
successor), or when it is told to stop; then what was not sent returns to the queue and what has an id is parked.
"""

from __future__ import annotations

import contextlib
import logging
import os
import queue
import time
import uuid
from functools import cache
from pathlib import Path

from django.conf import settings
from django.db import DatabaseError

from accounts.tenancy import scope
from generation import policy, purchases, slots, switches
from generation.adapters import account_of, adapter, options_of, scrubbed
from generation.breakers import Word, word_of
from generation.crash import crash_point
from generation.jobs import asking, claiming, ending, outcomes
from generation.jobs.breaking import Ears
from generation.jobs.transitions import LostClaim
from generation.keys import BUILT_IN, NoKey
from generation.lane import Lanes
from generation.marking import DigitalSource
from generation.models import Asset, Beat, Job, Lane, Status
from generation.policy import Recovery, Verdict
from generation.providers.contract import Done, Kind, Pending, Replay
from generation.providers.errors import ProviderError
from generation.purchases import Held, Outbox, Outcome, Progress, Stopped, Words
from generation.tallies import Counting

log = logging.getLogger(__name__)

LOOK_SECONDS = 0.1
BEAT_SECONDS = 1.0
NOTE_SECONDS = 0.3
MAX_SAID = 60_000
"""Characters of a text that are shown while it is written; a scene has a fifth of them."""
LIFE_SECONDS = 600.0
SOON_SECONDS = 60.0
STOP_ENV = "FABLEWRIGHT_STOP_FILE"
BASES = ("source", "first_frame", "last_frame")
"""Inputs of which something is to be seen in the result, as it was."""


@cache
def lanes() -> Lanes:
    """This process's painting children; they stay between drains, because starting one costs half a second."""
    options = {name: options_of(name) for name in BUILT_IN}
    return Lanes(settings.GENERATION["LANES"] or os.cpu_count() or 1, options)


def told_to_stop() -> bool:
    """Whether the supervisor asked this group to end."""
    flag = os.environ.get(STOP_ENV)
    return bool(flag) and Path(flag or "").exists()


class Drain:
    """One run of the loop. `linger_seconds` is how long it stays with nothing to do."""

    def __init__(self, worker: str, *, linger_seconds: float = 30.0) -> None:
        self.worker = worker
        self.linger_seconds = linger_seconds
        self.held: dict[uuid.UUID, Held] = {}
        self.stopping: set[uuid.UUID] = set()
        """Cancelled jobs whose provider is being told; if that is lost with this worker, their holds are booked."""
        self.outbox: Outbox = queue.SimpleQueue()
        self.lanes = lanes()
        self.lease_seconds = settings.GENERATION["LEASE_SECONDS"]
        self.ears = Ears()
        self.counting = Counting()

    def run(self, slot: Beat | None = None) -> None:
        """Work until there is nothing left to do."""
        started = idle_since = renewed = beaten = time.monotonic()
        try:
            while True:
                self._take_in(LOOK_SECONDS)
                moment = time.monotonic()
                if moment - beaten >= BEAT_SECONDS:
                    beaten = moment
                    self._tell_to_stop()
                    self.counting.write()
                    if slot is not None and not slots.beat(slot, len(self.held)):
                        return
                if moment - renewed >= self.lease_seconds / 4:
                    renewed = moment
                    self._renew()
                self._give_up_late(moment)
                old = moment - started > LIFE_SECONDS
                stop = told_to_stop()
                if not old and not stop and self._claim():
                    idle_since = moment
                if self.held:
                    idle_since = moment
                if stop:
                    self._stop()
                    return
                if not self.held and (old or self._may_leave(moment - idle_since)):
                    if old:
                        asking.ring()
                    return
        finally:
            if slot is not None:
                slots.leave(slot)
            with contextlib.suppress(DatabaseError):  # figures for people keep nobody from ending
                self.counting.write(at_once=True)

    def _may_leave(self, idle_seconds: float) -> bool:
        if idle_seconds < self.linger_seconds or self.stopping:
            return False
        return not claiming.anything_due_within(SOON_SECONDS)

    def _claim(self) -> bool:
        busy = {lane: sum(held.job.lane == lane for held in self.held.values()) for lane in Lane}
        room = {
            Lane.WAIT: settings.GENERATION["HELD_MAX"] - busy[Lane.WAIT],
            Lane.CORE: self.lanes.count - busy[Lane.CORE],
        }
        if max(room.values()) <= 0 or not claiming.anything_due():
            return False
        claimed = claiming.claim(worker=self.worker, room=room)
        crash_point("after_claim")
        for job in claimed:
            with scope(job.tenant_id):
                try:
                    self._take_up(job)
                except LostClaim:
                    log.info("lost job %s before it was begun", job.id)
        return bool(claimed)

    def _take_up(self, job: Job) -> None:
        """Go on where the row says the job stands."""
        able = adapter(job.provider)
        fresh = job.claimed_from == Status.QUEUED  # type: ignore[attr-defined]
        recovery = policy.after_crash(
            stored=job.status == Status.STORED,
            has_id=bool(job.provider_job_id),
            sent=job.sent_at is not None and not fresh,
            replay=able.replay,
        )
        if recovery is Recovery.FINISH:
            outcomes.finished(job)
        elif recovery is Recovery.SEND and not fresh and switches.covers(job):
            outcomes.handed_back(job)  # it was not sent, or costs nothing to begin anew: it waits with the others
        elif recovery is Recovery.UNKNOWN:
            kind = Kind(job.kind)
            outcomes.decided(job, policy.unknown_fate(kind=kind, replay=able.replay, attempt=job.attempt))
        else:
            self._begin(job, {Recovery.SEND: "start", Recovery.POLL: "check", Recovery.FIND: "find"}[recovery])

    def _begin(self, job: Job, verb: str) -> None:
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
            return
        if verb == "start":
            outcomes.sent(job)
        held = purchases.hold(job, verb, able, files=files, seconds=asking.deadline_seconds(job), bases=bases)
        self.held[job.id] = held
        purchases.begin(held, self.lanes, self.outbox)
        crash_point("after_sent")

    def _tell_to_stop(self) -> None:
        """Ask providers to stop working on what was cancelled."""
        for job in claiming.cancelled_elsewhere():
            with scope(job.tenant_id):
                try:
                    purchases.tell_to_stop(job, account_of(job, buys=False), self.outbox)
                    self.stopping.add(job.id)
                except NoKey as error:
                    log.info("%s could not be told to stop job %s: %s", job.provider, job.id, error)

    def _take_in(self, wait_seconds: float) -> None:
        """Write what came back; wait for the first of it at most `wait_seconds`. What was there at the beginning is taken
        and no more, so that makers who tell every word keep nothing else waiting."""
        try:
            self._take(self.outbox.get(timeout=wait_seconds))
            for _ in range(self.outbox.qsize()):
                self._take(self.outbox.get_nowait())
        except queue.Empty:
            pass
        self._note()

    def _take(self, item: Progress | Words | Outcome | Stopped) -> None:
        if isinstance(item, Stopped):
            self.stopping.discard(item.job.id)
            with scope(item.job.tenant_id):
                ending.close_cancelled(item.job, item.charged)
            return
        held = item.held
        if self.held.get(held.job.id) is not held:
            if isinstance(item, Outcome):
                with scope(held.job.tenant_id):
                    outcomes.unwanted(held.job, item.kept)
            return  # given up already: what comes late is not written
        if isinstance(item, Progress):
            held.share = max(held.share, item.share)
        elif isinstance(item, Words):
            self._hear(held, item.piece)
        else:
            del self.held[held.job.id]
            with scope(held.job.tenant_id):
                try:
                    self._write_outcome(item)
                except LostClaim:
                    outcomes.unwanted(held.job, item.kept)
                    self._drop(held)

    def _hear(self, held: Held, piece: str) -> None:
        """Keep a piece of text in mind, where the job is a text that may be shown before it is whole."""
        room = MAX_SAID - held.said_length
        if room <= 0 or held.job.kind != Kind.TEXT:
            return
        if not held.job.run.streams_text:
            return
        held.said.append(purchases.keepable(piece[:room]))
        held.said_length += len(held.said[-1])

    def _write_outcome(self, outcome: Outcome) -> None:
        job, value = outcome.held.job, outcome.value
        is_shut = self._hear_of(outcome)
        if outcome.error is not None:
            self._decide(job, scrubbed(outcome.held.able, outcome.error), is_shut=is_shut)
        elif isinstance(value, Pending):
            crash_point("before_parked")
            outcomes.parked(job, value)
            crash_point("after_parked")
        elif isinstance(value, Done):
            crash_point("before_stored")
            outcomes.stored(job, value, outcome.kept)
            crash_point("after_stored")
            outcomes.finished(job)
        elif switches.covers(job):  # asked by our reference, and the provider never took it
            outcomes.handed_back(job)
        else:
            self._begin(job, "start")

    def _hear_of(self, outcome: Outcome) -> bool:
        """Note how the call went, for whoever looks at the provider's health, and for its breakers; whether one is open."""
        job, error = outcome.held.job, outcome.error
        name = type(error).__name__.lower() if error is not None else ""
        took = (
            outcome.at - outcome.held.began_at
            if isinstance(outcome.value, Done) and outcome.held.verb == "start"
            else None
        )
        self.counting.note(job.provider, error=name, seconds=took)
        return self.ears.hear(job, word_of(error), because=name, is_first=job.tries == 0)

    def _decide(self, job: Job, error: ProviderError, *, is_shut: bool = False) -> None:
        decision = policy.after_error(
            error,
            kind=Kind(job.kind),
            replay=adapter(job.provider).replay,
            tries=job.tries + 1,
            attempt=job.attempt,
            has_id=bool(job.provider_job_id),
        )
        log.info("job %s: %s, so %s", job.id, error, decision.verdict)
        if is_shut and decision.verdict is Verdict.RETRY and not job.provider_job_id and outcomes.elsewhere(job, error):
            return
        outcomes.decided(job, decision, error)

    def _note(self) -> None:
        """Write progress and words of whoever has news, as often as an eye can follow, in one write each."""
        moment = time.monotonic()
        for held in list(self.held.values()):
            has_words, has_share = held.said_length > held.noted_length, held.share > held.noted_share
            if not (has_words or has_share) or moment - held.noted_at < NOTE_SECONDS:
                continue
            held.noted_at, held.noted_share, held.noted_length = moment, held.share, held.said_length
            with scope(held.job.tenant_id):
                try:
                    if has_words:
                        held.said = ["".join(held.said)]
                        outcomes.wrote(held.job, held.said[0], held.share if has_share else None)
                    else:
                        outcomes.progressed(held.job, held.share)
                except LostClaim:
                    self._drop(held)

    def _renew(self) -> None:
        lost = claiming.renew(worker=self.worker, held={job_id: held.job.fence for job_id, held in self.held.items()})
        for job_id in lost:
            self._drop(self.held[job_id])

    def _give_up_late(self, moment: float) -> None:
        for held in [held for held in self.held.values() if held.gives_up_at <= moment]:
            self._drop(held)
            decision = policy.past_deadline(
                kind=Kind(held.job.kind), sent=held.verb == "start" or bool(held.job.sent_at),
                replay=adapter(held.job.provider).replay,
            )  # fmt: skip
            self.counting.note(held.job.provider, error="deadline")
            with scope(held.job.tenant_id):
                self.ears.hear(held.job, Word.FAILED, because="deadline")
                try:
                    outcomes.decided(held.job, decision)
                except LostClaim:
                    continue

    def _drop(self, held: Held) -> None:
        self.held.pop(held.job.id, None)
        self.lanes.abandon(held.job.id)

    def _stop(self) -> None:
        """Wait a stated grace for what is on its way, park what has an id. What was sent and has none keeps its lease: the
        next worker decides by its replay class."""
        ends = time.monotonic() + settings.GENERATION["STOP_GRACE_SECONDS"]
        for held in list(self.held.values()):
            if adapter(held.job.provider).replay is Replay.FREE:
                self._hand_back(held)  # it costs nothing to begin it anew, so nobody waits for it
        while self.held and time.monotonic() < ends:
            self._take_in(LOOK_SECONDS)
        for held in list(self.held.values()):
            if held.job.provider_job_id:
                self._hand_back(held)
            else:
                self._drop(held)
        claiming.give_back(worker=self.worker)

    def _hand_back(self, held: Held) -> None:
        self._drop(held)
        with scope(held.job.tenant_id):
            try:
                outcomes.handed_back(held.job)
            except LostClaim:
                return


def drain_here(*, linger_seconds: float = 0.0) -> None:
    """Drain in this process until nothing is due: what a test or a one-off command calls."""
    Drain(f"{slots.group()}:{uuid.uuid4().hex[:6]}", linger_seconds=linger_seconds).run()
