"""Waiting for a run to end, for answers that hold what was made. Whoever waits holds a thread and nothing else; giving up
changes nothing about the run."""

from __future__ import annotations

import threading
import time
import uuid

from django.conf import settings
from django.db import connection

from generation import numbers
from generation.hub import Follower, hub
from generation.models import ACTIVE, Job, Run

LOOK_SECONDS = 2.0
_places = threading.BoundedSemaphore(settings.GENERATION["WAITING_MAX"])
"""Requests of one process that may wait at once; each holds a thread."""


def wait_for(run: Run | uuid.UUID, *, seconds: float) -> bool:
    """Wait until every job of the run has ended, at most `seconds`. False where some have not, and at once where too many
    wait already. Runs under the tenant's scope, outside of any transaction."""
    run_id = run if isinstance(run, uuid.UUID) else run.id
    if is_over(run_id):
        return True
    if seconds <= 0 or not _places.acquire(blocking=False):
        return False
    news = threading.Event()
    tenant_id = (
        run.tenant_id if isinstance(run, Run) else Run.objects.values_list("tenant_id", flat=True).get(id=run_id)
    )
    follower = Follower(tenant_id, run_id, lambda _: news.set())
    hub.follow(follower)
    numbers.quietly(numbers.WAITING.inc)
    ends = time.monotonic() + seconds
    try:
        while (left := ends - time.monotonic()) > 0:
            if not connection.in_atomic_block:
                connection.close()  # a pool has better use for it than to wait along
            news.wait(min(left, LOOK_SECONDS))
            news.clear()
            if is_over(run_id):
                return True
        return False
    finally:
        hub.leave(follower)
        numbers.quietly(numbers.WAITING.dec)
        _places.release()


def is_over(run_id: uuid.UUID) -> bool:
    """Whether no job of the run is under way."""
    return not Job.objects.filter(run_id=run_id, status__in=ACTIVE).exists()
