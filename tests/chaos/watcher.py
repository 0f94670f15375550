"""`python -m tests.chaos.watcher`: looks at all jobs four times a second until its standard input says something, and then
says as JSON for how long any of them lay about.

A job lies about where somebody should work at it and nobody alive does: it is due and nobody has it, or its lease is over, or
whoever holds it is dead. That is counted from look to look, without the time in which there was no worker at all: then there
is nobody who could have taken it. A job that is claimed, asked after or ended does not lie about any more.
"""

from __future__ import annotations

import json
import os
import select
import sys
import time
from pathlib import Path
from typing import Any

import django

if __name__ == "__main__":
    django.setup()

from django.conf import settings
from django.db.models import Case, F, When

from accounts.tenancy import across_tenants
from generation import away
from generation.clock import now
from generation.models import Job, Status
from generation.slots import lives
from tests.chaos.storm import Roles
from tests.installs import Install

LOOK_SECONDS = 0.25


def lying() -> dict[tuple[str, int, str], str]:
    """The jobs that lie about: (id, fence, status) -> why."""
    since = Case(When(status__in=[Status.QUEUED, Status.PARKED], then=F("due_at")), default=F("lease_until"))
    open_states = [Status.QUEUED, Status.PARKED, Status.RUNNING, Status.STORED]
    with across_tenants("a watcher looks at all tenants' jobs"):
        rows = Job.objects.filter(status__in=open_states).annotate(since=since, moment=now())
        found = {}
        for job in rows.only("id", "fence", "status", "worker"):
            key = (str(job.id), job.fence, job.status)
            is_held = job.status in (Status.RUNNING, Status.STORED)
            if job.since is not None and job.since <= job.moment:
                found[key] = "lease over" if is_held else "due"
            elif is_held and job.worker and not lives(int(job.worker.rpartition(":")[2])):
                found[key] = "holder dead"
        return found


def watch() -> dict[str, Any]:
    install, roles = Install(Path(settings.HOME.path)), Roles()
    lain: dict[tuple[str, int, str], float] = {}
    longest: dict[str, Any] = {"seconds": 0.0, "how": ""}
    looks, looked_at = 0, time.monotonic()
    while not select.select([sys.stdin], [], [], LOOK_SECONDS)[0]:
        moment, gap = time.monotonic(), time.monotonic() - looked_at
        looked_at = moment
        is_anybody_there = bool(roles.look(install.processes())["worker"])
        try:
            found = lying()
        except away.AWAY:
            away.close()
            continue
        looks += 1
        lain = {key: lain.get(key, 0.0) + (gap if key in lain and is_anybody_there else 0.0) for key in found}
        for key, seconds in lain.items():
            if seconds > longest["seconds"]:
                longest = {"seconds": round(seconds, 2), "how": f"{key[2]}, {found[key]}"}
    return {"looks": looks, "longest": longest, "pid": os.getpid()}


if __name__ == "__main__":
    print(json.dumps(watch()))
