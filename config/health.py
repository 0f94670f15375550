"""`GET /healthz`: for whoever watches the install. Says what fails by name, tells nothing of any tenant, never raises."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any, TypeVar

from django.conf import settings
from django.db import connection
from django.db.models import Case, F, Min, When
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.access import Door, admits
from accounts.tenancy import across_tenants
from generation import clock, restored
from generation.jobs import claiming
from generation.models import Beat, BeatKind, Job, Status

BEAT_FRESH_SECONDS = 15.0
QUEUE_LATE_SECONDS = 30.0

log = logging.getLogger(__name__)
Answer = TypeVar("Answer")


@admits(Door.MACHINE)
@never_cache
@require_safe
def healthz(request: HttpRequest) -> JsonResponse:
    """200 where all is well; 503 with what fails: the database, the workers, a backup that was put back and not settled, or the
    queue that nobody empties."""
    database = _ask(database_answers)
    workers = _ask(workers_alive) if database else None
    late = _ask(oldest_due_job_seconds) if database else None
    is_unsettled = _ask(restored.is_unsettled) if database else None
    failing = [
        name
        for name, fails in (
            ("database", not database),
            # What could not be asked is not known to fail: then the database is what fails.
            ("workers", workers == 0),
            # A backup was put back: nothing is bought until `manage.py after_restore` was run.
            ("restored", is_unsettled),
            ("queue", late is not None and late > QUEUE_LATE_SECONDS),
        )
        if fails
    ]
    if database and workers is None:
        failing.append("database")  # it answers, and has not our tables
    report: dict[str, Any] = {
        "status": "failing" if failing else "ok",
        "version": settings.VERSION,
        "database": "failing" if "database" in failing else "ok",
        "oldest_due_job_seconds": late,
        "workers": workers or 0,
    }
    if failing:
        report["failing"] = failing
    return JsonResponse(report, status=503 if failing else 200)


def database_answers() -> bool:
    """Whether the database answers at all."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        return cursor.fetchone() == (1,)


def workers_alive() -> int:
    """Worker groups through whose queue a task went lately."""
    return Beat.objects.filter(kind=BeatKind.GROUP, beat_at__gte=clock.after(-BEAT_FRESH_SECONDS)).count()


def oldest_due_job_seconds() -> float | None:
    """How long the job that waits longest could have been taken and was not; None where nothing waits."""
    takable_since = Case(When(status__in=[Status.QUEUED, Status.PARKED], then=F("due_at")), default=F("lease_until"))
    with across_tenants("health looks at all tenants' jobs"):
        oldest = Job.objects.filter(claiming.due()).aggregate(since=Min(takable_since))["since"]
    return None if oldest is None else round(max(0.0, (clock.read() - oldest).total_seconds()), 3)


def _ask(question: Callable[[], Answer]) -> Answer | None:
    """The answer; None, and a line in the log, where it could not be had."""
    try:
        return question()
    except Exception:  # whatever a driver or a pool raises: a watcher gets JSON, not a traceback
        log.exception("The health check could not ask %s.", question.__name__)
        return None
