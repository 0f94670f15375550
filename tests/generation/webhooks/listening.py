"""Endpoints that nothing reaches, and what would be sent to them."""

from __future__ import annotations

import json
from typing import Any

from generation.models import Event, WebhookDelivery, WebhookEndpoint


def listen(*told_of: str, url: str = "https://hooks.example.com/a", **fields: Any) -> WebhookEndpoint:
    """An endpoint that nothing reaches: here it only matters what would be sent."""
    return WebhookEndpoint.objects.create(url=url, events=list(told_of or Event), secret="whsec_x", **fields)


def told() -> list[tuple[str, Any]]:
    """(type, data) of all deliveries of the active tenant, in the order in which they were written."""
    found = WebhookDelivery.objects.select_related("job").order_by("created_at")
    return [(delivery.event, json.loads(delivery.payload)["data"]) for delivery in found]
