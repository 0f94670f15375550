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


def beat(group: str, until: float = 0.0) -> None:
    """Show that a task went the whole way through the queue. Groups share one queue: what another group was meant to
    prove proves this one, and is passed on until it is too late to count."""
    mine = slots.group()
    watch.write_beat(mine)
    if group != mine and watch.moment() < until:
        watch.ring_beat(group, until)


def sweep() -> None:
    """End what is overdue and wake what is due."""
    watch.sweep(slots.group())
