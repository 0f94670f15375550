"""Housekeeping that comes round: a room registers a chore when its app is ready, and the sweep runs those that are due.

A chore looks across tenants by name where it has to, takes little at a time, and is harmless when two machines run it at
once or when it was cut short.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass

log = logging.getLogger(__name__)


@dataclass(slots=True)
class Chore:
    name: str
    every_seconds: float
    run: Callable[[], object]
    due_at: float = 0.0


_chores: dict[str, Chore] = {}


def register(name: str, *, every_seconds: float, run: Callable[[], object]) -> None:
    """Have `run` called about every so many seconds, in the process that watches over the workers."""
    _chores[name] = Chore(name, every_seconds, run)


def run_due() -> None:
    """Run what is due. A chore that fails is logged and comes round again; it keeps no other from its turn."""
    for chore in _chores.values():
        if time.monotonic() < chore.due_at:
            continue
        chore.due_at = time.monotonic() + chore.every_seconds
        try:
            chore.run()
        except Exception:
            log.exception("the chore %s failed; it comes round again", chore.name)


def names() -> list[str]:
    """What is registered."""
    return sorted(_chores)
