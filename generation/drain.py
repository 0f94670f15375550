"""The worker loop: one process holds many purchases, because each of them is only waiting.

The main thread owns the one database connection. It claims due jobs, hands each to a thread, writes outcomes as they
come, renews leases and shows its heartbeat. It leaves when nothing is held or soon due, after ten minutes (ringing for a
successor), or when it is told to stop; then what was not sent returns to the queue and what has an id is parked. It stops
too where the database was put back from a backup (`generation.restored`).

A database that goes away meanwhile is waited for. What is on its way stays in hand, what comes back is written when it can
be, and the row says which of the writes that broke off came through.
"""

from __future__ import annotations

import contextlib
import logging
import os
import queue
import time
import uuid
from collections import deque
from functools import cache
from pathlib import Path

from django.conf import settings
from django.db import DatabaseError, OperationalError

from generation import away, crash, purchases, resuming, slots
from generation.adapters import account_of, adapter, options_of
from generation.arrivals import Arrivals
from generation.jobs import asking, claiming, ending, outcomes
from generation.jobs.transitions import LostClaim
from generation.keys import BUILT_IN, NoKey
from generation.lane import Lanes
from generation.models import Beat, Job, Lane
from generation.providers.contract import Replay
from generation.purchases import Held, Outbox, Outcome, Progress, Spooled, Stopped, Waits, Words
from generation.restored import Restored, say
from generation.taking_up import take_up
from generation.telemetry import at_work, span

log = logging.getLogger(__name__)

LOOK_SECONDS = 0.1
BEAT_SECONDS = 1.0
LIFE_SECONDS = 600.0
SOON_SECONDS = 60.0
AWAY_SECONDS = 0.5
MOST_TROUBLES = 20
"""Failures of the database in a row, each after it had answered, before this drain gives up: it is not that it was away."""
STOP_ENV = "FABLEWRIGHT_STOP_FILE"


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
        self.came: deque[Progress | Words | Spooled | Waits | Outcome | Stopped] = deque()
        """Out of the outbox and not yet written."""
        self.claimed: deque[Job] = deque()
        """This worker's, and not yet begun."""
        self.lanes = lanes()
        self.lease_seconds = settings.GENERATION["LEASE_SECONDS"]
        self.arrivals = Arrivals()
        self.looks_at = 0.0
        """When it is worth looking for work again, unless a place comes free before."""
        self.started = self.idle_since = self.renewed = self.beaten = time.monotonic()

    def run(self, slot: Beat | None = None) -> None:
        """Work until there is nothing left to do."""
        troubles = 0
        try:
            while True:
                try:
                    if self._is_over(slot):
                        return
                    troubles = 0
                except away.AWAY as error:
                    troubles += 1
                    if troubles >= MOST_TROUBLES:
                        raise
                    log.warning("%s: the database is away, %d purchases wait for it", error, len(self.held))
                    self._wait_for_database()
        finally:
            if slot is not None:
                with contextlib.suppress(*away.AWAY):
                    slots.leave(slot)
            with contextlib.suppress(DatabaseError):  # figures for people keep nobody from ending
                self.arrivals.counting.write(at_once=True)

    def _is_over(self, slot: Beat | None) -> bool:
        """One turn of the loop; whether it was the last."""
        had = len(self.held)
        self._take_in(LOOK_SECONDS)
        moment = time.monotonic()
        if len(self.held) < had:
            self.looks_at = moment
        if moment - self.beaten >= BEAT_SECONDS:
            self.beaten = moment
            self._tell_to_stop()
            self.arrivals.counting.write()
            if slot is not None and not slots.beat(slot, len(self.held)):
                return True
        if moment - self.renewed >= self.lease_seconds / 4:
            self.renewed = moment
            self._renew()
        self._give_up_late(moment)
        old = moment - self.started > LIFE_SECONDS
        stop = told_to_stop()
        try:
            if not old and not stop and (self.claimed or moment >= self.looks_at):
                if self._claim():
                    self.idle_since = moment
                else:  # words come a hundred times a second, and what waits for a full account is due all the while
                    self.looks_at = time.monotonic() + LOOK_SECONDS
        except Restored as reason:
            say(reason)
            self._stop()
            return True
        if self.held:
            self.idle_since = moment
        if stop:
            self._stop()
            return True
        if not self.held and (old or self._may_leave(moment - self.idle_since)):
            if old:
                asking.ring()
            return True
        return False

    def _wait_for_database(self) -> None:
        """Wait until it answers. Then leases are renewed before anything else, and what stands in the rows is looked up."""
        away.close()
        time.sleep(AWAY_SECONDS)
        while not away.is_back():
            if told_to_stop():
                raise OperationalError("told to stop while the database is away")
            time.sleep(AWAY_SECONDS)
        self.beaten, self.renewed = 0.0, time.monotonic()
        self._renew()
        done = [item.held for item in self.came if isinstance(item, Outcome)]
        for held in resuming.found_again(self.worker, held=self.held, done=done, claimed=self.claimed):
            self._drop(held)

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
        if not self.claimed and max(room.values()) > 0 and claiming.anything_due():
            self.claimed.extend(claiming.claim(worker=self.worker, room=room))
            crash.point("after_claim")
        has_any = bool(self.claimed)
        while self.claimed:
            job = self.claimed[0]
            with at_work(job), span("job.claim", job):
                try:
                    self._hold(take_up(job))
                except LostClaim:
                    log.info("lost job %s before it was begun", job.id)
            self.claimed.popleft()
        return has_any

    def _hold(self, held: Held | None) -> None:
        if held is None:
            return
        self.held[held.job.id] = held
        purchases.begin(held, self.lanes, self.outbox)
        crash.point("after_sent")

    def _tell_to_stop(self) -> None:
        """Ask providers to stop working on what was cancelled."""
        for job in claiming.cancelled_elsewhere():
            with at_work(job):
                try:
                    purchases.tell_to_stop(job, account_of(job, buys=False), self.outbox)
                    self.stopping.add(job.id)
                except NoKey as error:
                    log.info("%s could not be told to stop job %s: %s", job.provider, job.id, error)

    def _take_in(self, wait_seconds: float) -> None:
        """Write what came back; wait for the first of it at most `wait_seconds`. What was there at the beginning is taken
        and no more, so that makers who tell every word keep nothing else waiting."""
        try:
            if not self.came:
                self.came.append(self.outbox.get(timeout=wait_seconds))
            for _ in range(self.outbox.qsize()):
                self.came.append(self.outbox.get_nowait())
        except queue.Empty:
            pass
        while self.came:
            self._take(self.came[0])
            self.came.popleft()
        self._note()

    def _take(self, item: Progress | Words | Spooled | Waits | Outcome | Stopped) -> None:
        if isinstance(item, Stopped):
            self.stopping.discard(item.job.id)
            with at_work(item.job):
                ending.close_cancelled(item.job, item.charged)
            return
        held = item.held
        if self.held.get(held.job.id) is not held:
            if isinstance(item, Outcome):
                with at_work(held.job):
                    outcomes.unwanted(held.job, item.kept)
            return  # given up already: what comes late is not written
        if isinstance(item, Progress):
            held.share = max(held.share, item.share)
        elif isinstance(item, Words):
            self.arrivals.hear(held, item.piece)
        else:
            with at_work(held.job):
                try:
                    self._write(item)
                except LostClaim:
                    log.info("lost job %s as its result came", held.job.id)
                    if isinstance(item, Outcome):
                        outcomes.unwanted(held.job, item.kept)
                    self._drop(held)

    def _write(self, item: Spooled | Waits | Outcome) -> None:
        held = item.held
        if isinstance(item, Spooled):
            self.arrivals.spooled(held)
            return
        if isinstance(item, Waits):
            self.arrivals.waits(held, item.seconds)
        else:
            next_of_it = self.arrivals.outcome(item)
            if next_of_it is not None:
                self._hold(next_of_it)
                return
        self.held.pop(held.job.id, None)

    def _note(self) -> None:
        """Show words and progress of whoever has news."""
        moment = time.monotonic()
        for held in [held for held in self.held.values() if self.arrivals.has_news(held, moment)]:
            with at_work(held.job):
                try:
                    self.arrivals.note(held, moment)
                except LostClaim:
                    self._drop(held)

    def _renew(self) -> None:
        lost = claiming.renew(worker=self.worker, held={job_id: held.job.fence for job_id, held in self.held.items()})
        for job_id in lost:
            self._drop(self.held[job_id])

    def _give_up_late(self, moment: float) -> None:
        for held in [held for held in self.held.values() if held.gives_up_at <= moment]:
            self._drop(held)
            with at_work(held.job), contextlib.suppress(LostClaim):
                self.arrivals.late(held)

    def _drop(self, held: Held) -> None:
        self.held.pop(held.job.id, None)
        self.idle_since = time.monotonic()  # what it still brings is thrown away here, and by nobody else
        self.lanes.abandon(held.job.id)

    def _stop(self) -> None:
        """Wait a stated grace for what is on its way, park what has an id. What was sent and has none keeps its lease: the
        next worker decides by its replay class."""
        ends = time.monotonic() + settings.GENERATION["STOP_GRACE_SECONDS"]
        for held in list(self.held.values()):
            if adapter(held.job.provider).replay is Replay.FREE:
                self._hand_back(held)  # it costs nothing to begin it anew, so nobody waits for it
        crash.point("while_stopping")
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
        with at_work(held.job):
            try:
                outcomes.handed_back(held.job)
            except LostClaim:
                return


def drain_here(*, linger_seconds: float = 0.0) -> None:
    """Drain in this process until nothing is due: what a test or a one-off command calls."""
    Drain(f"{slots.group()}:{uuid.uuid4().hex[:6]}", linger_seconds=linger_seconds).run()
