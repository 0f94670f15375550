"""Jobs that do not go on, and why: one expression for the operators' page, the tenants' list and the command."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from django.conf import settings
from django.db.models import Case, CharField, Q, Value, When

from generation import switches
from generation.clock import after, now
from generation.jobs import breaking, claiming
from generation.models import ACTIVE, Status

LATE_SECONDS = 30.0
"""A job that could be taken for so long, and was not, is late."""
LEASE_GRACE_SECONDS = 10.0
SLOW_SHARE = 0.5
"""Of the time that a job of its kind has: after so much of it, its provider is slow."""
NEED_SECONDS = 3600.0


class Why(StrEnum):
    """Why a job does not go on, the most telling first."""

    OVERDUE = "overdue"
    LEASE = "lease"
    OFF = "off"
    PAUSED = "paused"
    BREAKER = "breaker"
    FULL = "full"
    WORKER = "worker"
    SLOW = "slow"
    NEED = "need"


WORDS: dict[str, str] = {
    Why.OVERDUE: "Past its deadline: nothing sweeps",
    Why.LEASE: "Its worker is gone",
    Why.OFF: "Switched off",
    Why.PAUSED: "The account is paused or off",
    Why.BREAKER: "The breaker is open",
    Why.FULL: "The account is full",
    Why.WORKER: "No worker took it yet",
    Why.SLOW: "The provider is slow",
    Why.NEED: "Waits for another job",
}


def annotated(jobs: Any) -> Any:
    """The jobs of a query that do not go on, each with its `why`. By scheduling columns alone."""
    late = Q(status=Status.QUEUED, due_at__lte=after(-LATE_SECONDS))
    works = Q(status__in=[Status.RUNNING, Status.PARKED])
    slow = Q(pk__in=[])
    for kind, seconds in settings.GENERATION["DEADLINES"].items():
        slow |= Q(kind=kind, sent_at__lte=after(-seconds * SLOW_SHARE))
    paused = Q(credential__is_enabled=False) | Q(credential__paused_until__gt=now())
    reasons = (
        (~Q(status=Status.STORED) & Q(deadline_at__lte=after(-LEASE_GRACE_SECONDS)), Why.OVERDUE),
        (
            Q(status__in=[Status.RUNNING, Status.STORED], lease_until__lte=after(-LEASE_GRACE_SECONDS)),
            Why.LEASE,
        ),
        (late & switches.off(), Why.OFF),
        (late & paused, Why.PAUSED),
        (late & breaking.shut(), Why.BREAKER),
        (late & Q(credential__in=claiming.full()), Why.FULL),
        (late | Q(status=Status.PARKED, due_at__lte=after(-LATE_SECONDS)), Why.WORKER),
        (works & slow, Why.SLOW),
        (Q(status=Status.WAITING, created_at__lte=after(-NEED_SECONDS)), Why.NEED),
    )
    why = Case(
        *(When(condition, then=Value(str(name))) for condition, name in reasons),
        default=Value(""),
        output_field=CharField(),
    )
    return jobs.filter(status__in=ACTIVE).annotate(why=why).exclude(why="")
