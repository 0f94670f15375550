"""Watching over the workers: deadlines, leases of the dead, the doorbell, heartbeats. Called by the supervisor."""

from __future__ import annotations

import datetime
import os
import socket

from django_q.models import OrmQ
from django_q.tasks import async_task

from generation import chores, clock, crash, restored
from generation.clock import after, now
from generation.jobs import asking, claiming, ending
from generation.models import Beat, BeatKind
from generation.slots import GROUP_ENV, STALE_SECONDS, lives

__all__ = ["GROUP_ENV", "forget_group", "last_beat", "ring_beat", "sweep", "write_beat"]

FORGET_SECONDS = 600.0
PASS_ON_SECONDS = 5.0
MOST_LYING = 5


def sweep(group: str, *, trusts_beats: bool = True) -> None:
    """End jobs past their deadline, free the jobs of drains that are gone, and ring where something is due and no drain
    of this group is awake to see it. Without `trusts_beats` an old beat is no sign of death: nobody could write one. Nothing of
    that in a database that was put back from a backup and is not settled."""
    try:
        restored.refuse()
    except restored.Restored as reason:
        restored.say(reason)
        return
    ending.expire()
    chores.run_due()
    if trusts_beats:
        for dead in Beat.objects.filter(kind=BeatKind.DRAIN, beat_at__lt=after(-STALE_SECONDS)):
            _bury(dead)
    for drain in Beat.objects.filter(kind=BeatKind.DRAIN, group=group):
        if not lives(drain.pid) and drain.holder.startswith(f"{socket.gethostname()}:"):
            _bury(drain)
    Beat.objects.filter(kind=BeatKind.GROUP, beat_at__lt=after(-FORGET_SECONDS)).delete()
    awake = Beat.objects.filter(kind=BeatKind.DRAIN, group=group).exists()
    # What a message says cannot be seen from outside, and among the free ones there is often a beat: so one more doorbell is
    # rung as long as few lie there. A doorbell too many costs nothing; where nobody takes any, they do not pile up.
    lying = OrmQ.objects.filter(lock__lte=now()).count()
    if not awake and lying < MOST_LYING and claiming.anything_due():
        asking.ring()


def ring_beat(group: str, until: float | None = None) -> None:
    """Send a beat through the queue; `write_beat` runs at its other end. `until` is the time (seconds since the epoch, by the
    database's clock) up to which other groups pass it on."""
    async_task("generation.tasks.beat", group, moment() + PASS_ON_SECONDS if until is None else until)


def moment() -> float:
    """Seconds since the epoch, by the clock that all groups share."""
    return clock.read().timestamp()


def write_beat(group: str) -> None:
    """Write the group's heartbeat row."""
    Beat.objects.update_or_create(
        group=group,
        kind=BeatKind.GROUP,
        slot=0,
        defaults={"holder": f"{socket.gethostname()}:{os.getpid()}", "pid": os.getpid(), "beat_at": now()},
        create_defaults={
            "holder": f"{socket.gethostname()}:{os.getpid()}",
            "pid": os.getpid(),
            "beat_at": now(),
            "started_at": now(),
        },
    )


def last_beat(group: str) -> datetime.datetime | None:
    """When a task last went through the group's queue."""
    return Beat.objects.filter(group=group, kind=BeatKind.GROUP).values_list("beat_at", flat=True).first()


def forget_group(group: str) -> None:
    """The group's processes are known to be dead: give back its drains' jobs at once and delete its beats."""
    for drain in Beat.objects.filter(group=group, kind=BeatKind.DRAIN):
        _bury(drain)
    Beat.objects.filter(group=group).delete()


def _bury(drain: Beat) -> None:
    """Delete the slot if it still is the dead one's, and give its jobs back. A holder that only slept finds its fence
    gone when it writes."""
    # Not “equal”: SQLite keeps the database's clock in milliseconds and compares text, Python writes microseconds.
    deleted, _ = Beat.objects.filter(pk=drain.pk, holder=drain.holder, beat_at__lte=drain.beat_at).delete()
    if deleted:
        crash.point("after_buried")
        claiming.give_back(worker=drain.holder)
