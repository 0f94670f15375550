"""What chaos changes in a process: `UNPROTECTED` takes protections out, for the controls; `CLOCK_OFF_SECONDS` sets its clock
wrong. Applied when the process starts (`apps.py`), or after it was forked (`crew.py`)."""

from __future__ import annotations

import datetime
import os
import time
from collections.abc import Callable
from typing import Any

from django.db import OperationalError
from django.db.models import Value
from django.utils import timezone


def apply() -> None:
    """Do what this process's environment says."""
    if off := float(os.environ.get("CLOCK_OFF_SECONDS", "0")):
        _set_clocks_off(off)
    for name in filter(None, os.environ.get("UNPROTECTED", "").split(",")):
        TAKEN_OUT[name]()


def _set_clocks_off(seconds: float) -> None:
    """All of Python's wall clocks that this project reads. The database's is another machine's, and stays."""
    real_time, real_ns, real_now = time.time, time.time_ns, timezone.now
    time.time = lambda: real_time() + seconds
    time.time_ns = lambda: real_ns() + int(seconds * 1e9)
    timezone.now = lambda: real_now() + datetime.timedelta(seconds=seconds)


def _recovery() -> None:
    """Whoever takes over sends again, whatever was committed before."""
    from generation import policy

    def careless(*, stored: bool, **_: Any) -> policy.Recovery:
        return policy.Recovery.FINISH if stored else policy.Recovery.SEND

    policy.after_crash = careless  # type: ignore[assignment]


def _fence() -> None:
    """Writes name the job, and not the claim they were made under; nor does who renews its leases look whether they are its."""
    from generation.jobs import claiming, outcomes, transitions
    from generation.models import Job

    def anyhow(job: Job, *, seen: bool = True, **changes: Any) -> bool:
        return bool(Job.objects.filter(id=job.id).update(**changes))

    transitions.write = outcomes.write = anyhow  # type: ignore[assignment]
    claiming.renew = lambda **_: set()  # type: ignore[assignment]


def _leases() -> None:
    """Leases and due times go by the clock of whoever writes or reads them."""
    from generation.jobs import claiming

    def after(seconds: float) -> Any:
        return Value(timezone.now() + datetime.timedelta(seconds=seconds))

    claiming.after, claiming.now = after, lambda: after(0)  # type: ignore[assignment]


def _waiting() -> None:
    """A drain that cannot reach its database ends, as anything else in a queue does."""
    from generation.drain import Drain

    def give_up(drain: Drain) -> None:
        raise OperationalError("the database is away")

    Drain._wait_for_database = give_up  # type: ignore[method-assign]


def _parents() -> None:
    """What a group forks outlives whoever forked it."""
    from config.supervision import orphans

    orphans.forks_die_with_their_parent = lambda: None


TAKEN_OUT: dict[str, Callable[[], None]] = {
    "recovery": _recovery, "fence": _fence, "leases": _leases, "waiting": _waiting, "parents": _parents,
}  # fmt: skip
