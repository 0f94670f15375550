"""Keeps one worker group at work: starts it, proves it, replaces it, sweeps behind it.

The proof is a beat that goes the whole way through the queue, because a group can look alive and never take a task again.
A group found silent gets the same grace as one that is stopped, while its successor already works: one of its drains may
hold purchases that are paid for.
"""

from __future__ import annotations

import logging
import secrets
import socket
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.conf import settings
from django.db import close_old_connections
from django_q.models import OrmQ

from config.supervision import groups, telling
from config.supervision.child import Child, Ending
from config.supervision.host import KILL_MARGIN_SECONDS, STOP_FILE_ENV
from config.supervision.silence import RING_SECONDS, Silence
from generation import watch
from generation.clock import now as database_now
from generation.slots import STALE_SECONDS

TICK_SECONDS = 0.2
SWEEP_SECONDS = 2.0
UNSEEN_SECONDS = 5.0
"""Longer between two sweeps than this, and whatever kept this process from sweeping may have kept drains from beating."""
BACKOFF_SECONDS = (0.0, 0.5, 1.0, 2.0, 5.0, 10.0)
"""Before the next start of a group that died without a single beat, by how many did so in a row."""

log = logging.getLogger(__name__)


class Group:
    """A worker group, seen from its supervisor."""

    def __init__(self, name: str) -> None:
        self.name = name
        groups.stop_file(name).unlink(missing_ok=True)
        self.child = Child(
            ["-m", "config.supervision.host", name],
            environment={watch.GROUP_ENV: name, STOP_FILE_ENV: str(groups.stop_file(name))},
            # The supervisor's standard output is a conversation with whoever started it.
            stdout=sys.stderr.fileno(),
        )
        self.silence = Silence.begins(time.monotonic())
        self.kill_at = 0.0

    def retire(self) -> None:
        """Ask it to end, and say when it must have."""
        self.child.ask_to_end()
        self.kill_at = time.monotonic() + settings.GENERATION["STOP_GRACE_SECONDS"] + KILL_MARGIN_SECONDS + 1

    def is_over(self) -> bool:
        """Whether a retired group is gone; kills it where its time is up."""
        if self.child.exit_code is None and time.monotonic() < self.kill_at:
            return False
        self.bury()
        return True

    def bury(self) -> None:
        """Kill what is left of it. Its rows are given back by `reap`, once its last process is dead."""
        self.child.kill()
        groups.wait_until_gone(self.name, 2)


class Supervisor:
    def __init__(self, ending: Ending, on_ready: Callable[[str], None]) -> None:
        self._ending = ending
        self._on_ready = on_ready
        self._name = f"{socket.gethostname()[:30]}-{secrets.token_hex(4)}"
        self._count = 0
        self._group: Group | None = None
        self._retiring: list[Group] = []
        self._mute = 0
        """How many groups in a row died without a beat."""
        self._start_at = 0.0
        self._due: dict[str, float] = {}
        self._abandoned: dict[str, float] = {}
        self._is_ready = False
        self._swept_at = time.monotonic()
        self._trusts_beats_at = 0.0

    def run(self) -> None:
        """Until asked to end; then nothing of it is left."""
        mark = groups.Mark.of_supervisor(self._name)
        mark.hold()
        telling.begin()
        try:
            while not self._ending.is_asked:
                self.look()
                self._ending.wait(TICK_SECONDS)
        finally:
            self._end()
            mark.forget()

    def look(self) -> None:
        """One turn: is the group there, does it answer, is there something to sweep?"""
        self._keep_a_group()
        if groups.Mark.of_migration().is_held():
            if self._group is not None:
                self._group.silence.unknown(time.monotonic())
            return
        self._retiring = [group for group in self._retiring if not group.is_over()]
        if self._group is not None:
            if self._is_due("ring", RING_SECONDS):
                with _guarded("ring a beat"):
                    watch.ring_beat(self._group.name)
            self._listen(self._group)
        if self._is_due("sweep", SWEEP_SECONDS):
            with _guarded("sweep"):
                self._sweep()
            self._reap()

    def _sweep(self) -> None:
        """Sweep. Where nothing could be swept for long, because the database was away or the machine slept, the living could
        not write their beats either: until they had the time to, an old beat is no sign that its drain is gone."""
        watch.moment()  # it answers, from here on
        asked_at = time.monotonic()
        if asked_at - self._swept_at > UNSEEN_SECONDS:
            self._trusts_beats_at = asked_at + STALE_SECONDS
        watch.sweep(self._group.name if self._group else "", trusts_beats=asked_at >= self._trusts_beats_at)
        self._swept_at = time.monotonic()

    def _keep_a_group(self) -> None:
        group = self._group
        if group is not None and group.child.exit_code is not None:
            log.error("Worker group %s died (exit code %s); starting another.", group.name, group.child.exit_code)
            group.bury()
            self._mute = 0 if group.silence.has_spoken else self._mute + 1
            self._start_at = time.monotonic() + BACKOFF_SECONDS[min(self._mute, len(BACKOFF_SECONDS) - 1)]
            self._group = None
            self._due.pop("sweep", None)
        if self._group is None and time.monotonic() >= self._start_at:
            self._count += 1
            self._group = Group(f"{self._name}-{self._count}")
            self._due.pop("ring", None)

    def _listen(self, group: Group) -> None:
        # While it starts, at every turn: somebody waits for the first beat. Later twice a second is enough.
        if group.silence.has_spoken and not self._is_due("listen", 0.5):
            return
        beat, answered = None, False
        with _guarded("read the last beat"):
            beat = watch.last_beat(group.name)
            answered = True
        if not answered:
            group.silence.unknown(time.monotonic())
            return
        group.silence.look(beat, time.monotonic())
        if group.silence.has_spoken and not self._is_ready:
            self._is_ready = True
            self._on_ready(group.name)
        if group.silence.is_too_long:
            log.error("Worker group %s took no task for too long; starting another.", group.name)
            group.retire()
            self._retiring.append(group)
            self._group = None
            self._start_at = 0.0
            give_back_messages()

    def _reap(self) -> None:
        """Give back what dead groups held, also those of a supervisor that was killed; kill those that hang without one."""
        for mark in groups.dead_groups():
            with _guarded("forget a dead group"):
                watch.forget_group(mark.name)
                give_back_messages()
                groups.stop_file(mark.name).unlink(missing_ok=True)
                mark.forget()
        for mark in groups.marks("supervisor"):
            if not mark.is_held():
                mark.forget()
        now = time.monotonic()
        patience = settings.GENERATION["STOP_GRACE_SECONDS"] + KILL_MARGIN_SECONDS + 2
        abandoned = {mark.name: mark for mark in groups.abandoned_groups()}
        self._abandoned = {name: self._abandoned.get(name, now) for name in abandoned}
        for name, seen_at in self._abandoned.items():
            if now - seen_at > patience:
                log.error("Worker group %s hangs and its supervisor is dead; killing it.", name)
                abandoned[name].kill()

    def _end(self) -> None:
        """Stop every group within the grace; kill at once where somebody asked twice."""
        leaving = [*self._retiring, *([self._group] if self._group else [])]
        if self._group is not None:
            self._group.retire()
        while leaving := [group for group in leaving if not group.is_over()]:
            self._ending.wait(0.05)
            if self._ending.is_urgent:
                for group in leaving:
                    group.kill_at = 0.0
        self._reap()

    def _is_due(self, what: str, every_seconds: float) -> bool:
        now = time.monotonic()
        if now < self._due.get(what, 0.0):
            return False
        self._due[what] = now + every_seconds
        return True


def give_back_messages() -> None:
    """Free the messages that somebody took, because a dead group's would stay locked for many minutes. A living group may
    get one of its own a second time; a message is a doorbell, so that changes nothing."""
    with _guarded("give back messages"):
        OrmQ.objects.filter(lock__gt=database_now()).update(lock=database_now())


@contextmanager
def _guarded(what: str) -> Iterator[None]:
    """A database that is away for a while is no reason to stop watching processes."""
    close_old_connections()
    try:
        yield
    except Exception:
        log.exception("The supervisor could not %s; it tries again.", what)
    finally:
        close_old_connections()
