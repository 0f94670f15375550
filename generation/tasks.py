"""The doors that django-q2 opens. Messages carry no state: losing or repeating one changes nothing."""

from __future__ import annotations

import os
import socket

from generation import slots, watch
from generation.drain import Drain


def drain() -> None:
    """Hold purchases until none is due, if a slot of this group is free."""
    worker = f"{socket.gethostname()}:{os.getpid()}"
    slot = slots.take(worker)
    if slot is not None:
        Drain(worker).run(slot)


def beat(group: str) -> None:
    """Show that a task went the whole way through the queue of `group`."""
    watch.write_beat(group)


def sweep() -> None:
    """End what is overdue and wake what is due."""
    watch.sweep(slots.group())
