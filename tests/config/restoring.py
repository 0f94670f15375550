"""`python -m tests.config.restoring begin|work`: an install with a paid provider, for tests that put back its backup.

`begin` leaves one film at its provider and two stories that nobody has begun; `work` drains until nothing is due."""

from __future__ import annotations

import sys
import time

import django

django.setup()

from django.core.management import call_command  # noqa: E402

from accounts.tenancy import across_tenants  # noqa: E402
from generation import drain, restored, watch  # noqa: E402
from generation.models import ACTIVE, Job, Status  # noqa: E402
from tests.chaos import orders  # noqa: E402


def begin() -> None:
    call_command("migrate", verbosity=0)
    call_command("seed", verbosity=0)
    orders.main(1)
    drain.told_to_stop = lambda: any_is(Status.PARKED)
    drain.drain_here()
    orders.main(2)
    restored.tick()


def work() -> None:
    ends = time.monotonic() + 60
    while any_is(*ACTIVE) and time.monotonic() < ends:
        watch.sweep("test")
        drain.drain_here()
        if restored.is_unsettled():
            break
    if not restored.is_unsettled():
        restored.tick()


def any_is(*statuses: str) -> bool:
    with across_tenants("a test looks at all"):
        return Job.objects.filter(status__in=statuses).exists()


if __name__ == "__main__":
    {"begin": begin, "work": work}[sys.argv[1]]()
