"""The hub: one thread per web process that tells its sockets, and whoever waits for an answer, how far jobs are.

The thread has a database connection of its own. It looks at the `version` of the jobs that are followed here, every quarter
of a second. On SQLite it looks whenever the file was changed by anybody, which a counter tells for a few microseconds. On a
server it is woken by whoever moves a job (`generation.wakes`), and looks at what is followed of that alone; while it is known
to hear of others so, it looks at everything once a second only. So a reader sees an answer some tens of milliseconds after it
was written. What it tells is a hint: all of it can be had from the JSON routes.
"""

from __future__ import annotations

import logging
import math
import threading
import time
import uuid
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db import close_old_connections, connection
from django.db.models import Q

from accounts.tenancy import scope
from generation import steps, wakes
from generation.jobs import public
from generation.models import Job, Run

log = logging.getLogger(__name__)

LOOK_SECONDS = 0.25
CALM_LOOK_SECONDS = 1.0
"""How often to look at everything while wakes are known to come."""
SHORTEST_SECONDS = 0.02
"""Between two looks, however many wakes come; and how often to ask whether SQLite's file was changed."""
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
        self._fresh: set[Follower] = set()
        self._moved: set[wakes.Moved] = set()
        self._anything = False

    def follow(self, follower: Follower) -> None:
        with self._lock:
            self._followers.add(follower)
            self._fresh.add(follower)
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._run, name="live-hub", daemon=True)
                self._thread.start()
        self._wake.set()

    def leave(self, follower: Follower) -> None:
        with self._lock:
            self._followers.discard(follower)
            self._fresh.discard(follower)

    def __len__(self) -> int:
        return len(self._followers)

    def count_of(self, who: str) -> int:
        """How many sockets somebody has open."""
        with self._lock:
            return sum(1 for follower in self._followers if follower.who == who)

    def hear(self, hints: Iterable[wakes.Moved] | None) -> None:
        """These jobs have moved; None: any may have. Called by whoever heard of it, in a thread of theirs."""
        with self._lock:
            if hints is None:
                self._anything = True
            else:
                self._moved.update(hints)
        self._wake.set()

    def _run(self) -> None:
        ear = wakes.Ear(self.hear)
        try:
            self._watch(ear)
        finally:
            connection.close()
            ear.close()

    def _watch(self, ear: wakes.Ear) -> None:
        """Look until nobody listens any more."""
        is_file = connection.vendor == "sqlite"
        seen_change: Any = None
        looked = -math.inf
        while True:
            self._wake.clear()
            with self._lock:
                followers = list(self._followers)
                if not followers:
                    self._thread = None
                    return
                fresh, moved, anything = self._fresh, self._moved, self._anything
                self._fresh, self._moved, self._anything = set(), set(), False
            patience = CALM_LOOK_SECONDS if ear.hears else LOOK_SECONDS
            try:
                change = _change_counter()
                if anything or change != seen_change or time.monotonic() - looked >= patience:
                    seen_change, looked = change, time.monotonic()
                    _look(followers)
                elif fresh or moved:
                    meant = _meant(followers, moved)
                    _look([follower for follower in followers if follower in fresh or follower in meant])
            except Exception:
                log.exception("the live hub could not look")
                close_old_connections()
                looked = -math.inf
                time.sleep(1)
            if not is_file:
                time.sleep(SHORTEST_SECONDS)
            self._wake.wait(SHORTEST_SECONDS if is_file else max(0.0, looked + patience - time.monotonic()))


def _meant(followers: list[Follower], moved: set[wakes.Moved]) -> set[Follower]:
    """Those who follow one of the jobs that moved: by its id, its run's or its topic's, or because it is known to them."""
    jobs: defaultdict[uuid.UUID, set[uuid.UUID]] = defaultdict(set)
    targets: defaultdict[uuid.UUID, set[uuid.UUID | None]] = defaultdict(set)
    for hint in moved:
        jobs[hint.tenant_id].add(hint.job_id)
        targets[hint.tenant_id].update(hint[1:])
    return {
        follower
        for follower in followers
        if follower.tenant_id in jobs
        and (
            follower.target in targets[follower.tenant_id]
            or not follower.versions.keys().isdisjoint(jobs[follower.tenant_id])
        )
    }


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
