"""The hub: one thread per web process that tells its sockets, and whoever waits for an answer, how far jobs are.

The thread has a database connection of its own. It looks at the `version` of the jobs that are followed here, every quarter
of a second; on SQLite it looks whenever the file was changed by anybody, which a counter tells for a few microseconds, so
that a reader sees an answer some tens of milliseconds after it was written. What it tells is a hint: all of it can be had
from the JSON routes.
"""

from __future__ import annotations

import logging
import threading
import time
import uuid
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.db import close_old_connections, connection
from django.db.models import Q

from accounts.tenancy import scope
from generation import steps
from generation.jobs import public
from generation.models import Job, Run

log = logging.getLogger(__name__)

LOOK_SECONDS = 0.25
SQLITE_LOOK_SECONDS = 0.02
MAX_FOLLOWERS = 2000


@dataclass(eq=False, slots=True)
class Follower:
    """A socket, and what it follows: a job, a run, or everything about a topic (a story) of one tenant."""

    tenant_id: uuid.UUID
    target: uuid.UUID
    tell: Callable[[dict[str, Any]], None]
    versions: dict[uuid.UUID, int] = field(default_factory=dict)
    who: str = ""
    """Whose socket it is: a user's id, or a stranger's address."""


class Hub:
    """Follows for all sockets of this process. The thread runs while somebody listens."""

    def __init__(self) -> None:
        self._followers: set[Follower] = set()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._wake = threading.Event()

    def follow(self, follower: Follower) -> None:
        with self._lock:
            self._followers.add(follower)
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._run, name="live-hub", daemon=True)
                self._thread.start()
        self._wake.set()

    def leave(self, follower: Follower) -> None:
        with self._lock:
            self._followers.discard(follower)

    def __len__(self) -> int:
        return len(self._followers)

    def count_of(self, who: str) -> int:
        """How many sockets somebody has open."""
        with self._lock:
            return sum(1 for follower in self._followers if follower.who == who)

    def _run(self) -> None:
        seen_change: Any = None
        looked = 0.0
        while True:
            with self._lock:
                followers = list(self._followers)
                if not followers:
                    self._thread = None
                    break
            try:
                change = _change_counter()
                news = change is None or change != seen_change or self._wake.is_set()
                if news or time.monotonic() - looked >= LOOK_SECONDS:
                    self._wake.clear()
                    seen_change, looked = change, time.monotonic()
                    _look(followers)
            except Exception:
                log.exception("the live hub could not look")
                close_old_connections()
                time.sleep(1)
            self._wake.wait(LOOK_SECONDS if connection.vendor != "sqlite" else SQLITE_LOOK_SECONDS)
        connection.close()


def _change_counter() -> int | None:
    """A number that changes when another connection writes to the file; None on servers that have none."""
    if connection.vendor != "sqlite":
        return None
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA data_version")
        return int(cursor.fetchone()[0])


def _look(followers: list[Follower]) -> None:
    """Tell every follower of the jobs whose version grew since it was last told. Each tenant's rows are asked for under its
    own scope."""
    of_tenant: defaultdict[uuid.UUID, list[Follower]] = defaultdict(list)
    for follower in followers:
        of_tenant[follower.tenant_id].append(follower)
    for tenant_id, own in of_tenant.items():
        with scope(tenant_id):
            _look_for(own)


def _look_for(followers: list[Follower]) -> None:
    """The same for followers of the tenant that is active."""
    of_target: defaultdict[uuid.UUID, list[Follower]] = defaultdict(list)
    for follower in followers:
        of_target[follower.target].append(follower)
    targets = list(of_target)
    # Runs first: of a condition over both tables a server reads all of one of them, however few are followed.
    topics = dict(Run.objects.filter(Q(id__in=targets) | Q(topic_id__in=targets)).values_list("id", "topic_id"))
    followed = Q(id__in=targets) | Q(run_id__in=list(topics))
    behind: defaultdict[uuid.UUID, list[Follower]] = defaultdict(list)
    for job_id, run_id, version in Job.objects.filter(followed).values_list("id", "run_id", "version"):
        for target in {job_id, run_id, topics.get(run_id)} & of_target.keys():
            for follower in of_target[target]:
                if follower.versions.get(job_id) != version:
                    behind[job_id].append(follower)
    if not behind:
        return
    jobs = list(
        Job.objects.filter(id__in=list(behind)).select_related("run__tier", "model", "asset").order_by("created_at")
    )
    hidden = steps.hidden(jobs)
    waits = steps.waiting([job for job in jobs if job.id in hidden]) if hidden else set()
    for job in jobs:
        for follower in behind[job.id]:
            follower.versions[job.id] = job.version
        if job.id in hidden - waits:
            continue  # nobody is told of it: staff, too, have pages for that
        said = {"type": "progress", "data": public.live(job, waits=job.id in waits)}
        for follower in behind[job.id]:
            follower.tell(said)


hub = Hub()
