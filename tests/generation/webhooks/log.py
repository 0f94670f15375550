"""Queueing deliveries, and reading what became of them."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from accounts.models import LedgerEntry
from generation.models import Job, WebhookDelivery, WebhookEndpoint
from generation.webhooks import deliveries, events


def tell(*to: WebhookEndpoint) -> list[WebhookDelivery]:
    """Queue a test event for endpoints."""
    with transaction.atomic():
        return deliveries.send(events.test(at=timezone.now()), to)


def row(delivery: WebhookDelivery) -> WebhookDelivery:
    return WebhookDelivery.objects.select_related("job", "endpoint").get(id=delivery.id)


def log_of(delivery: WebhookDelivery) -> tuple[str, int | None, str]:
    found = row(delivery)
    return found.job.status, found.status_code, found.said


def books(job: Job) -> list[tuple[int, str, int]]:
    return list(LedgerEntry.objects.filter(job_id=job.id).values_list("attempt", "kind", "amount_micros"))
