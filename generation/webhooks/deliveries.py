"""What is on its way: an event becomes one delivery, with one job, for each endpoint that wants it."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.prepared import Prepared
from generation.jobs import asking, retrying
from generation.models import WebhookDelivery, WebhookEndpoint
from generation.webhooks import events
from generation.webhooks.events import Happened

_somebody = Prepared(lambda: WebhookEndpoint.objects.filter(is_enabled=True).order_by().values_list("id")[:1])


def wanted(type: str) -> list[WebhookEndpoint]:
    """The active tenant's endpoints that are told of such events. One query where there is none; it is compiled once, because
    the end of every job asks it."""
    if _somebody.first() is None:
        return []
    listening = WebhookEndpoint.objects.filter(is_enabled=True).select_related("tenant")
    return [endpoint for endpoint in listening if type in endpoint.events]


def send(happened: Happened, endpoints: Iterable[WebhookEndpoint]) -> list[WebhookDelivery]:
    """Write the deliveries of an event, and ring. Those that are written already are not written again, whoever wrote them.
    Takes part in the caller's transaction."""
    endpoints = list(endpoints)
    has_it = set(
        WebhookDelivery.objects.filter(event_id=happened.id, endpoint__in=endpoints).values_list("endpoint", flat=True)
    )
    written = [_write(happened, endpoint) for endpoint in endpoints if endpoint.id not in has_it]
    sent = [delivery for delivery in written if delivery is not None]
    if sent:
        asking.ring()
    return sent


def _write(happened: Happened, endpoint: WebhookEndpoint) -> WebhookDelivery | None:
    try:
        with transaction.atomic():
            job = asking.deliver(events.body(happened, tenant=endpoint.tenant.slug))
            # The job's id is the delivery's: it stands in the request's headers, and is the same in all its attempts.
            return WebhookDelivery.objects.create(
                id=job.id, endpoint=endpoint, event_id=happened.id, event=happened.type, job=job
            )
    except IntegrityError:
        return None  # another process heard of the same event at the same moment


def send_test(endpoint: WebhookEndpoint) -> WebhookDelivery:
    """Send an event of no meaning, whatever the endpoint asked to be told of."""
    with transaction.atomic():
        return send(events.test(at=timezone.now()), [endpoint])[0]


def redeliver(delivery: WebhookDelivery) -> None:
    """Send a delivery once more, under its id: a new attempt of its job, also where it was taken before. One that is under
    way stays as it is."""
    retrying.retry(delivery.job, delivers_again=True)
