"""A receiver on loopback that the egress client may reach, endpoints there, and workers that do not linger."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from generation import providers
from generation.models import Event, WebhookEndpoint
from generation.providers.webhook import Webhook
from generation.webhooks import endpoints
from tests.generation.webhooks.receiver import Receiver

Make = Callable[..., WebhookEndpoint]


@pytest.fixture
def receiver(monkeypatch: pytest.MonkeyPatch) -> Iterator[Receiver]:
    """It is plain http and private, which no endpoint may be: so the adapter trusts this one origin, and no other."""
    with Receiver() as running:

        class Trusting(Webhook):
            def __init__(self, **options: Any) -> None:
                is_it = options.get("base_url", "").startswith(f"{running.origin}/")
                super().__init__(**{**options, "trusted": is_it})

        monkeypatch.setitem(providers.PROVIDERS, "webhook", Trusting)
        yield running


@pytest.fixture
def endpoint(in_tenant: Any, receiver: Receiver) -> Make:
    """Makes an endpoint of the default tenant's at the receiver, told of everything."""

    def make(path: str = "", **fields: Any) -> WebhookEndpoint:
        given = {"url": receiver.url + path, "events": list(Event), "secret": endpoints.new_secret(), **fields}
        return WebhookEndpoint.objects.create(**given)

    return make
