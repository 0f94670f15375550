"""Hearing of what happened. The signals come inside the transaction of what they tell of, so a delivery is written if and
only if that happened. What goes wrong here is undone and logged, and undoes nothing else: what was bought is worth more than
the news of it."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Callable
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts.models.ledger import Pool
from accounts.signals import budget_reached
from generation.jobs import public
from generation.models import Event, Job, WebhookEndpoint
from generation.providers.contract import Kind
from generation.signals import job_ended
from generation.webhooks import deliveries, events

log = logging.getLogger(__name__)


def connect() -> None:
    """Listen from now on. Called once, when the app is ready."""
    job_ended.connect(_job_ended, dispatch_uid="webhooks")
    budget_reached.connect(_budget_reached, dispatch_uid="webhooks")


def _job_ended(sender: Any, job: Job, **_: Any) -> None:
    if job.kind == Kind.DELIVER:
        return  # news of news would never end
    endpoints = deliveries.wanted(events.TOLD_AS[job.status])
    if endpoints:
        _apart(f"the end of job {job.id}", lambda: deliveries.send(_end_of(job), endpoints))


def _end_of(job: Job) -> events.Happened:
    # As it stands in the database: moments there are the database's, and the row in hand does not know them.
    ended = Job.objects.select_related("model", "run__tier", "asset").get(id=job.id)
    return events.job_ended(
        job_id=ended.id, attempt=ended.attempt, ended=ended.status, at=ended.finished_at or timezone.now(),
        said=public.for_programs(ended),
    )  # fmt: skip


def _budget_reached(sender: Any, tenant_id: uuid.UUID, share: int, **facts: Any) -> None:
    facts.pop("signal", None)
    if facts["pool"] not in (Pool.TENANT, Pool.TIER, Pool.GUESTS):
        return  # what a person may spend is between them and the staff
    endpoints = deliveries.wanted(Event.BUDGET)
    if not endpoints:
        return

    def tell() -> object:
        happened = events.budget_reached(
            tenant_id=tenant_id, share=share, currency=_currency(endpoints), at=timezone.now(), **facts
        )
        return deliveries.send(happened, endpoints)

    _apart(f"{share} % of a budget", tell)


def _currency(endpoints: list[WebhookEndpoint]) -> str:
    return str(endpoints[0].tenant.currency)


def _apart(what: str, tell: Callable[[], object]) -> None:
    try:
        with transaction.atomic():
            tell()
    except Exception:
        log.exception("%s could not be told to webhooks", what)
