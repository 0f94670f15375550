"""Do the things beside the database answer? Asked for the operations page: at most once every few seconds by a process, and
never waited for long, however dead they are."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from django.conf import settings
from django.core.files.storage import default_storage

log = logging.getLogger(__name__)
WAIT_SECONDS = 2.0
FRESH_SECONDS = 5.0
NOBODY = "operations/is-anybody-there"


@dataclass(frozen=True, slots=True)
class Answer:
    """`answers` is None where the thing is not used by this install."""

    name: str
    answers: bool | None
    millis: int | None = None

    @property
    def words(self) -> str:
        if self.answers is None:
            return "not used here"
        return f"answers, after {self.millis} ms" if self.answers else f"does not answer within {WAIT_SECONDS:g} s"


@dataclass(slots=True)
class _Asked:
    """One thing, and the last time it was asked."""

    name: str
    question: Callable[[], object]
    answer: Answer | None = None
    at: float = 0.0
    thread: threading.Thread | None = None
    lock: threading.Lock = field(default_factory=threading.Lock)

    def ask(self) -> Answer:
        with self.lock:
            if self.answer is not None and time.monotonic() - self.at < FRESH_SECONDS:
                return self.answer
            if self.thread is None or not self.thread.is_alive():  # who hangs is not asked twice at once
                found: list[int] = []
                began = time.monotonic()
                self.thread = threading.Thread(target=self._run, args=(found, began), daemon=True)
                self.thread.start()
                self.thread.join(WAIT_SECONDS)
                self.answer = Answer(self.name, bool(found), found[0] if found else None)
            else:
                self.answer = Answer(self.name, False)
            self.at = time.monotonic()
            return self.answer

    def _run(self, found: list[int], began: float) -> None:
        try:
            self.question()
        except Exception as error:  # whatever a driver raises: it does not answer
            log.info("%s does not answer: %s", self.name, type(error).__name__)
        else:
            found.append(round((time.monotonic() - began) * 1000))


def _storage() -> None:
    default_storage.exists(NOBODY)


def _redis() -> None:
    import redis

    asked = redis.Redis.from_url(address(), socket_timeout=1, socket_connect_timeout=1)
    try:
        asked.ping()
    finally:
        asked.close()


_things = {"Storage": _Asked("Storage", _storage), "Redis": _Asked("Redis", _redis)}


def everything() -> list[Answer]:
    """Storage, and Redis where the install has one."""
    return [_things["Storage"].ask(), _things["Redis"].ask() if address() else Answer("Redis", None)]


def address() -> str:
    """Of Redis; empty where this install has none."""
    return str(getattr(settings, "REDIS_URL", "") or "")


def forget() -> None:
    """Ask anew the next time."""
    for thing in _things.values():
        thing.answer = None
