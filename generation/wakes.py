"""Waking the hubs: when a job's version has grown and that is committed, every web process hears which job it was.

`moved` is called where a version grows. What it says goes to the hub of this process at once, and from a thread in the
background over the channel layer to those of all others, where processes share one. It is a hint and nothing hangs on it: a
hub looks by itself too, only later. So hints are thrown away where there are too many, or where the layer does not take them;
whoever moved a job never waits for that and never hears of it.

On SQLite nobody says anything: its hubs see the file change.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import threading
import time
import uuid
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from channels.layers import InMemoryChannelLayer, get_channel_layer
from django.db import connection, transaction
from django.db.models import QuerySet

from generation.models import Job

log = logging.getLogger(__name__)
# It tells of a lost server once a second, with a traceback each time. We tell once.
logging.getLogger("channels_redis").setLevel(logging.CRITICAL)

GROUP = "hubs"
TOGETHER_SECONDS = 0.005
"""What comes within this time goes in one message."""
MOST = 1000
"""Hints that wait to be sent. Where there are more, what is said is: look at everything."""
FIRST_PAUSE, LONGEST_PAUSE = 1.0, 15.0
ECHO_SECONDS = 2.0
"""How often a listener says something to itself, to know that it would hear."""
DEAF_SECONDS = 5.0
STEP_SECONDS = 0.5
"""How soon a listener sees that it is to end."""
_origin = uuid.uuid4().hex


class Moved(NamedTuple):
    """A job of which there is news, and by what else it may be followed."""

    tenant_id: uuid.UUID
    job_id: uuid.UUID
    run_id: uuid.UUID
    topic_id: uuid.UUID | None


Hear = Callable[[Iterable[Moved] | None], None]
"""Takes hints; None says that anything may have moved."""


def moved(job: Job) -> None:
    """Say, once the transaction is committed, that there is news of this job. Asks no query: where the run is not known
    yet, whoever follows its topic learns of it by looking."""
    if connection.vendor == "sqlite":
        return
    run: Any = Job.run.field.get_cached_value(job, default=None)
    _once_committed([Moved(job.tenant_id, job.id, job.run_id, run.topic_id if run is not None else None)])


def all_moved(jobs: QuerySet[Job]) -> None:
    """The same for all these jobs."""
    if connection.vendor == "sqlite":
        return
    found = jobs.order_by().values_list("tenant_id", "id", "run_id", "run__topic_id")[: MOST + 1]
    _once_committed([Moved(*row) for row in found])


def _once_committed(hints: list[Moved]) -> None:
    def say() -> None:  # no partial: where one fails, Django fails over its missing name
        _say(hints)

    transaction.on_commit(say, robust=True)


def _say(hints: list[Moved]) -> None:
    for ear in list(_ears):
        ear.hear(hints)
    if is_shared():
        _outbox.put(hints)


def is_shared() -> bool:
    """Whether the channel layer reaches other processes."""
    layer = get_channel_layer()
    return layer is not None and not isinstance(layer, InMemoryChannelLayer)


class Outbox:
    """Hints on their way out: at most `MOST`, sent by one thread of this process."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._news = threading.Event()
        self._waiting: set[Moved] = set()
        self._too_many = False
        self._thread: threading.Thread | None = None
        self._rests_until = 0.0
        self._pause = 0.0

    def put(self, hints: Iterable[Moved]) -> None:
        """Never waits for the layer; where that did not work a moment ago, forgets them."""
        if time.monotonic() < self._rests_until:
            return
        with self._lock:
            self._waiting.update(hints)
            if len(self._waiting) > MOST:
                self._waiting.clear()
                self._too_many = True
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._run, name="wakes-out", daemon=True)
                self._thread.start()
        self._news.set()

    def _run(self) -> None:
        with asyncio.Runner() as runner:
            while True:
                self._news.wait()
                time.sleep(TOGETHER_SECONDS)
                with self._lock:
                    self._news.clear()
                    hints, too_many = self._waiting, self._too_many
                    self._waiting, self._too_many = set(), False
                try:
                    runner.run(_send(None if too_many else hints))
                except Exception as error:
                    self._failed(error)
                else:
                    self._went()

    def _failed(self, error: Exception) -> None:
        if not self._pause:
            log.warning("Hints to other processes cannot be sent (%s). Their hubs look by themselves.", _named(error))
        self._pause = min(2 * self._pause or FIRST_PAUSE, LONGEST_PAUSE)
        self._rests_until = time.monotonic() + self._pause

    def _went(self) -> None:
        if self._pause:
            log.warning("Hints to other processes are sent again.")
        self._pause = 0.0


async def _send(hints: set[Moved] | None, *, origin: str | None = None) -> None:
    layer: Any = get_channel_layer()
    said = None if hints is None else [[one.hex if one is not None else "" for one in hint] for hint in hints]
    await layer.group_send(GROUP, {"type": "jobs.moved", "from": origin or _origin, "moved": said})


class Ear:
    """A listener in a thread and a loop of its own, until it is closed. Where it hears nothing any more it begins anew, after
    pauses that grow."""

    def __init__(self, hear: Hear) -> None:
        self.hear = hear
        self._closed = threading.Event()
        self._heard_at: float | None = None
        self._pause = 0.0
        _ears.add(self)
        if is_shared():
            threading.Thread(target=self._run, name="wakes-in", daemon=True).start()

    @property
    def hears(self) -> bool:
        """Whether it heard itself lately, so that it would hear of others."""
        heard_at = self._heard_at
        return heard_at is not None and time.monotonic() - heard_at < DEAF_SECONDS

    def close(self) -> None:
        """Have it end. Does not wait for that."""
        _ears.discard(self)
        self._closed.set()

    def _run(self) -> None:
        while not self._closed.is_set():
            try:
                asyncio.run(self._listen())  # a loop for each try, so that nothing is left of the one before
            except Exception as error:
                if not self._pause:
                    log.warning("No hints are heard (%s). The hub looks by itself.", _named(error))
                self._pause = min(2 * self._pause or FIRST_PAUSE, LONGEST_PAUSE)
            self._heard_at = None
            self._closed.wait(self._pause)

    async def _listen(self) -> None:
        """Hear until this is closed. Raises where there is nothing to hear any more."""
        layer: Any = get_channel_layer()
        channel: str = await layer.new_channel("wakes.")
        await layer.group_add(GROUP, channel)
        began, asked, echo = time.monotonic(), 0.0, ""
        coming: asyncio.Future[Any] = asyncio.ensure_future(layer.receive(channel))
        try:
            while not self._closed.is_set():
                moment = time.monotonic()
                if moment - (self._heard_at or began) > DEAF_SECONDS:
                    raise TimeoutError("an echo did not come")
                if moment - asked >= ECHO_SECONDS:
                    asked, echo = moment, uuid.uuid4().hex
                    await layer.send(channel, {"type": "echo", "echo": echo})
                done, _ = await asyncio.wait({coming}, timeout=STEP_SECONDS)
                if done:
                    self._take(coming.result(), echo)
                    coming = asyncio.ensure_future(layer.receive(channel))
        finally:
            coming.cancel()
            with contextlib.suppress(asyncio.CancelledError, Exception):
                await coming

    def _take(self, message: dict[str, Any], echo: str) -> None:
        if message.get("type") == "echo":
            if message.get("echo") != echo:
                return
            if self._heard_at is None:
                if self._pause:
                    log.warning("Hints are heard again.")
                self._pause = 0.0
                self.hear(None)  # what was said before is lost
            self._heard_at = time.monotonic()
        elif message.get("from") != _origin:
            said = message.get("moved")
            self.hear(None if said is None else [_read(*hint) for hint in said])


def _read(tenant: str, job: str, run: str, topic: str) -> Moved:
    return Moved(uuid.UUID(tenant), uuid.UUID(job), uuid.UUID(run), uuid.UUID(topic) if topic else None)


def _named(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"


_ears: set[Ear] = set()
_outbox = Outbox()


def _begin_anew() -> None:
    """In a forked process none of its parent's threads run, and what they held is held for ever."""
    global _origin, _outbox
    _origin, _outbox = uuid.uuid4().hex, Outbox()
    _ears.clear()


os.register_at_fork(after_in_child=_begin_anew)
