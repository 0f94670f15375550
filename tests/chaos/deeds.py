"""What a process of the crew can be told to do."""

from __future__ import annotations

import time
from typing import Any

from django.core.management import call_command
from django_q.brokers import get_broker

from accounts.tenancy import across_tenants
from generation import slots, tasks, watch
from generation.clock import after
from generation.drain import Drain, drain_here
from generation.jobs import asking, claiming
from generation.models import ACTIVE, Beat, Job, Turn
from tests.chaos.orders import order
from tests.chaos.verdict import verdict as judged


def build() -> None:
    call_command("migrate", verbosity=0)
    call_command("seed", verbosity=0)


def orders(count: int = 1) -> None:
    order(count)


def drain(linger_seconds: float = 0.0) -> None:
    """Work until nothing is due."""
    drain_here(linger_seconds=linger_seconds)


def task() -> None:
    """What a worker does when the doorbell rang: a drain with a slot and a beat. It stays for a second."""
    worker = f"{tasks.socket.gethostname()}:{tasks.os.getpid()}"
    slot = slots.take(worker)
    if slot is not None:
        Drain(worker, linger_seconds=1.0).run(slot)


def sweep(trusts_beats: bool = True) -> None:
    watch.sweep(slots.group(), trusts_beats=trusts_beats)


def push(seconds: float = 3.0) -> int:
    """What the pusher does: take messages. How many it could take."""
    broker, ends, taken = get_broker(), time.monotonic() + seconds, 0
    while time.monotonic() < ends and not taken:
        taken += len(broker.dequeue() or [])
    return taken


def ring() -> None:
    asking.ring()


def latest_turn_ago() -> float:
    """Seconds since anybody had a turn."""
    with across_tenants("a test"):
        return time.time() - max(Turn.objects.values_list("taken_at", flat=True)) / 1e6


def due() -> int:
    """How many jobs could be taken now."""
    with across_tenants("a test"):
        return Job.objects.filter(claiming.due()).count()


def age_beats() -> None:
    """As after a minute in which nobody could write one."""
    Beat.objects.update(beat_at=after(-60))


def be_late() -> None:
    """The time of all open jobs is over."""
    with across_tenants("a test"):
        Job.objects.filter(status__in=ACTIVE).update(deadline_at=after(-1))


def verdict() -> dict[str, Any]:
    return judged()


def jobs() -> list[dict[str, Any]]:
    """The rows as they stand, text first."""
    with across_tenants("a test"):
        rows = Job.objects.order_by("priority", "created_at").values(
            "kind", "status", "attempt", "fence", "asset_id", "cost_micros", "version", "progress"
        )
        return [{**row, "asset_id": row["asset_id"] and str(row["asset_id"])} for row in rows]
