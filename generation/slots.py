"""The slots of a worker group: how many drains run at once, and their heartbeats. The row is the slot."""

from __future__ import annotations

import os
import socket

from django.conf import settings
from django.db import IntegrityError, transaction

from generation.clock import after, now
from generation.models import Beat, BeatKind

GROUP_ENV = "FABLEWRIGHT_GROUP"
STALE_SECONDS = 10.0


def group() -> str:
    """The worker group this process belongs to; a process started by hand is one of its own."""
    return os.environ.get(GROUP_ENV) or f"{socket.gethostname()}:{os.getpid()}"


def take(worker: str) -> Beat | None:
    """A free slot of the group, or one whose holder is dead and stopped beating; None where all are taken. One worker stays
    free for short tasks, so there is a slot fewer than workers. A holder that lives may only have found no database to write
    its beat to; if it hangs, the sweep takes its slot from it."""
    for slot in range(settings.WORKERS - 1):
        place = {"group": group(), "kind": BeatKind.DRAIN, "slot": slot}
        try:
            with transaction.atomic():
                return Beat.objects.create(**place, holder=worker, pid=os.getpid(), started_at=now(), beat_at=now())
        except IntegrityError:
            stale = Beat.objects.filter(**place, beat_at__lt=after(-STALE_SECONDS))
            if any(lives(pid) for pid in stale.values_list("pid", flat=True)):
                continue
            if stale.update(holder=worker, pid=os.getpid(), held=0, started_at=now(), beat_at=now()):
                return Beat.objects.get(**place)
    return None


def beat(slot: Beat, held: int) -> bool:
    """Show that the drain lives; False where another took its slot."""
    return bool(Beat.objects.filter(pk=slot.pk, holder=slot.holder).update(beat_at=now(), held=held))


def leave(slot: Beat) -> None:
    """Give the slot back."""
    Beat.objects.filter(pk=slot.pk, holder=slot.holder).delete()


def lives(pid: int) -> bool:
    """Whether a process of this machine is there."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
