"""`python -m tests.config.restoring VERB ...`: an install with a paid provider, for tests that put back its backup. Says what
each verb came to, a line of JSON each."""

from __future__ import annotations

import io
import json
import sys
import time
from typing import Any

import django

django.setup()

from django.core.management import call_command  # noqa: E402

from accounts.tenancy import across_tenants  # noqa: E402
from generation import drain, restored, watch  # noqa: E402
from generation.clock import after  # noqa: E402
from generation.models import ACTIVE, Job, Status  # noqa: E402
from tests.chaos import orders, verdict  # noqa: E402

keeps_on = drain.told_to_stop


def begin() -> None:
    """Leave one film at its provider, and two stories that nobody has begun."""
    call_command("migrate", verbosity=0)
    call_command("seed", verbosity=0)
    orders.order(1)
    drain.told_to_stop = lambda: any_is(Status.PARKED)
    drain.drain_here()
    drain.told_to_stop = keeps_on
    orders.order(2)
    with across_tenants("a slow machine is no reason to give up"):
        Job.objects.filter(status__in=[Status.QUEUED, Status.PARKED]).update(deadline_at=after(3600))
    restored.begin()
    restored.tick()


def work() -> bool:
    """Watch and work until nothing is left to do; whether the database let it."""
    ends = time.monotonic() + 90
    while any_is(*ACTIVE) and time.monotonic() < ends and not restored.is_unsettled():
        watch.sweep("test")
        drain.drain_here()
    if restored.is_unsettled():
        watch.sweep("test")  # neither of the two does anything
        drain.drain_here()
        return False
    restored.tick()
    return True


def settle(*options: str) -> str:
    said = io.StringIO()
    call_command("after_restore", *options, stdout=said)
    return said.getvalue()


def judge() -> Any:
    found = verdict.verdict()
    return {name: found[name] for name in ("not ended", "submitted twice", "charged and not booked", "audit")}


def any_is(*statuses: str) -> bool:
    with across_tenants("a test looks at all"):
        return Job.objects.filter(status__in=statuses).exists()


VERBS = {
    "begin": begin,
    "work": work,
    "look": lambda: settle("--dry-run"),
    "settle": settle,
    "lie": lambda: settle("--nothing-lost"),
    "judge": judge,
}

if __name__ == "__main__":
    for verb in sys.argv[1:]:
        print(json.dumps(VERBS[verb]()))
