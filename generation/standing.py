"""How the work stands, over all tenants: what waits, what is stuck, what is held, who works. The one place that asks for
it, with a few queries along the index of what is due; a tenant is in none of the answers.

On a server whose roles see one tenant's rows only, this is for the workers' role (`config.metrics`).
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import Any

from django.db.models import Case, Count, F, Min, Q, Sum, When
from django.utils import timezone

from accounts.tenancy import across_tenants
from generation.clock import after
from generation.jobs import claiming
from generation.models import Beat, BeatKind, Credential, Job, Status

WHY = "how the work stands is counted over all tenants"
AT_WORK = (Status.QUEUED, Status.PARKED, Status.RUNNING, Status.STORED)
"""What has something to do. What waits for another job is not counted: it is no queue, and no index leads to it."""
STUCK_SECONDS = 10.0
"""After its lease or its deadline a job is somebody's again, or ended, within seconds."""
BEAT_FRESH_SECONDS = 15.0


@dataclass(frozen=True, slots=True)
class Standing:
    """`jobs` and `oldest_due_seconds` by (kind, provider), the first by state before; `held_micros` by (provider, currency)."""

    jobs: dict[tuple[str, str, str], int]
    oldest_due_seconds: dict[tuple[str, str], float]
    stuck: int
    held_micros: dict[tuple[str, str], int]
    groups: int
    drains: int
    purchases: int
    """Purchases in the hands of drains."""
    accounts_paused: dict[str, int]


def standing() -> Standing:
    """As it is now."""
    moment = timezone.now()
    with across_tenants(WHY):
        work = Job.objects.filter(status__in=AT_WORK).order_by()
        jobs = work.values_list("status", "kind", "provider").annotate(Count("id"))
        since = Case(When(status__in=[Status.QUEUED, Status.PARKED], then=F("due_at")), default=F("lease_until"))
        due = Job.objects.filter(claiming.due()).order_by().values_list("kind", "provider").annotate(since=Min(since))
        held = (
            work.filter(hold_micros__gt=0).values_list("provider", "tenant__currency").annotate(held=Sum("hold_micros"))
        )
        late = Q(deadline_at__lt=after(-STUCK_SECONDS)) & ~Q(status=Status.STORED)
        left = Q(status__in=[Status.RUNNING, Status.STORED], lease_until__lt=after(-STUCK_SECONDS))
        found: dict[str, Any] = {
            "jobs": {(status, kind, provider): count for status, kind, provider, count in jobs},
            "oldest_due_seconds": {
                (kind, provider): max(0.0, (moment - oldest).total_seconds()) for kind, provider, oldest in due
            },
            "stuck": work.filter(late | left).count(),
            "held_micros": {(provider, currency): int(micros) for provider, currency, micros in held},
        }
    beats = Beat.objects.filter(beat_at__gte=moment - datetime.timedelta(seconds=BEAT_FRESH_SECONDS))
    drains = beats.filter(kind=BeatKind.DRAIN).aggregate(count=Count("id"), held=Sum("held"))
    paused = Credential.objects.filter(paused_until__gt=moment).order_by().values_list("provider").annotate(Count("id"))
    return Standing(
        **found,
        groups=beats.filter(kind=BeatKind.GROUP).count(),
        drains=drains["count"],
        purchases=drains["held"] or 0,
        accounts_paused=dict(paused),
    )
