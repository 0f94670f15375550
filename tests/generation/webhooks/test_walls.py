"""What deliveries must not do: show their secret, reach what is private, or keep purchases waiting."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from typing import Any

import pytest

from accounts.tenancy import scope
from generation import adapters, keys
from generation.jobs import claiming
from generation.models import Credential, Event, Job, Lane, Status, WebhookDelivery, WebhookEndpoint
from generation.providers.contract import Kind
from generation.webhooks import endpoints
from tests import factories
from tests.generation.webhooks.conftest import Make
from tests.generation.webhooks.log import log_of, row, tell
from tests.generation.webhooks.receiver import Receiver

pytestmark = pytest.mark.django_db
Work = Callable[[], None]


class TestSecret:
    def test_it_stands_in_no_row_and_no_log(
        self, endpoint: Make, receiver: Receiver, later: Work, caplog: pytest.LogCaptureFixture
    ) -> None:
        caplog.set_level(logging.DEBUG)
        to = endpoint()
        secret = to.secret.reveal()
        receiver.answers = [(503, {}), (302, {"Location": "https://example.com/"})]
        (delivery,) = tell(to)
        later()
        later()
        assert [arrived.is_signed_with(secret) for arrived in receiver.arrived] == [True, True]
        kept = json.dumps(
            [Job.objects.filter(id=delivery.id).values().get(), WebhookDelivery.objects.filter(id=delivery.id).values().get(),
             WebhookEndpoint.objects.filter(id=to.id).values().get()],
            default=str,
        )  # fmt: skip
        found = row(delivery)
        assert secret not in kept + found.payload + caplog.text
        assert secret.startswith("whsec_")
        assert len(secret) > 40

    def test_a_new_one_signs_what_waits_too(self, endpoint: Make, receiver: Receiver, later: Work) -> None:
        to = endpoint()
        old = to.secret.reveal()
        receiver.answers = [(503, {})]
        tell(to)
        later()
        endpoints.rotate(to)
        later()
        first, second = receiver.arrived
        new = WebhookEndpoint.objects.get(id=to.id).secret.reveal()
        assert [(one.is_signed_with(old), one.is_signed_with(new)) for one in (first, second)] == [
            (True, False), (False, True),
        ]  # fmt: skip

    def test_one_that_cannot_be_opened(self, endpoint: Make, receiver: Receiver, work: Work, settings: Any) -> None:
        (delivery,) = tell(endpoint())
        settings.SEALING_KEYS = ["another key"]
        work()
        assert (row(delivery).job.message, receiver.arrived) == (
            "The delivery could not be made: its signing secret cannot be used. Rotate it. Nothing was charged.", [],
        )  # fmt: skip


def test_an_endpoint_is_never_trusted(endpoint: Make, work: Work, receiver: Receiver, monkeypatch: Any) -> None:
    """The adapter as the install makes it, without the trust that the tests' receiver needs."""
    from generation import providers
    from generation.providers.webhook import Webhook

    monkeypatch.setitem(providers.PROVIDERS, "webhook", "generation.providers.webhook:Webhook")
    plain, private = endpoint(), endpoint(url=receiver.url.replace("http:", "https:"))
    sent = tell(plain, private)
    assert [type(adapters.account_of(row(one).job)) for one in sent] == [Webhook, Webhook]
    work()
    assert [log_of(one) for one in sent] == [
        (Status.FAILED, None, "http://127.0.0.1 is not reached: only https is, unless an operator set it"),
        (Status.FAILED, None, "127.0.0.1 has an address that is not public"),
    ]
    assert receiver.arrived == []


class TestPlaces:
    def test_deliveries_go_after_everything_else(
        self, endpoint: Make, in_tenant: Any, toll: Any, step: Any, receiver: Receiver
    ) -> None:
        to = endpoint()
        for _ in range(3):
            tell(to)
        reader, kids = in_tenant.user("reader"), in_tenant.kids
        bought = [factories.job(reader, kids, kind=kind) for kind in (Kind.VIDEO, Kind.IMAGE, Kind.TEXT)]
        claimed = claiming.claim(worker="w:1", room={Lane.WAIT: 4})
        assert [job.kind for job in claimed] == ["text", "image", "video", "deliver"]
        assert {job.id for job in claimed[:3]} == {job.id for job in bought}

    def test_slow_receivers_take_no_more_places_than_theirs(
        self, endpoint: Make, in_tenant: Any, toll: Any, step: Any
    ) -> None:
        to = endpoint()
        for _ in range(30):
            tell(to)
        assert len(claiming.claim(worker="w:1", room={Lane.WAIT: 128})) == keys.DELIVERIES_AT_ONCE == 16
        assert claiming.claim(worker="w:2", room={Lane.WAIT: 128}) == []
        # A purchase that comes now has its place at once.
        job = factories.job(in_tenant.user("reader"), in_tenant.kids)
        assert [one.id for one in claiming.claim(worker="w:2", room={Lane.WAIT: 128})] == [job.id]

    def test_a_tenant_with_many_keeps_no_other_waiting(
        self, endpoint: Make, in_tenant: Any, receiver: Receiver
    ) -> None:
        to = endpoint()
        for _ in range(30):
            tell(to)
        with scope(in_tenant.harbour):
            theirs = WebhookEndpoint.objects.create(url=receiver.url, events=[Event.FINISHED], secret="whsec_h")
            tell(theirs)
        claimed = claiming.claim(worker="w:1", room={Lane.WAIT: 2})
        assert {job.tenant_id for job in claimed} == {in_tenant.tenant.id, in_tenant.harbour.id}

    def test_an_operator_stops_them_all(self, endpoint: Make, receiver: Receiver, work: Work) -> None:
        (delivery,) = tell(endpoint())
        Credential.objects.filter(provider="webhook").update(is_enabled=False)
        assert claiming.claim(worker="w:1", room={Lane.WAIT: 5}) == []
        Credential.objects.filter(provider="webhook").update(is_enabled=True)
        work()
        assert row(delivery).job.status == Status.DONE
