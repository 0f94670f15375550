"""Deliveries through the real engine to a real receiver, which checks each signature by itself."""

from __future__ import annotations

import json
import logging
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone

from accounts import ledger
from accounts.models import LedgerEntry
from accounts.tenancy import scope
from generation import adapters, drain, keys, policy
from generation.drain import Drain
from generation.errors import NotRetryable
from generation.jobs import asking, claiming
from generation.models import Credential, Event, Job, Lane, Status, WebhookDelivery, WebhookEndpoint
from generation.providers.contract import Kind
from generation.webhooks import deliveries, endpoints, events
from tests import factories
from tests.generation.mortal_workers import Killed, run_out
from tests.generation.webhooks.conftest import Make
from tests.generation.webhooks.receiver import Receiver

pytestmark = pytest.mark.django_db
Work = Callable[[], None]


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


def test_the_end_of_a_story_of_one_job(
    endpoint: Make, receiver: Receiver, work: Work, in_tenant: Any, toll: Any, step: Any
) -> None:
    """A picture is bought, and the same worker takes the news of it to the receiver."""
    to = endpoint()
    job = factories.job(in_tenant.user("reader"), in_tenant.kids)
    work()
    (arrived,) = receiver.arrived
    assert arrived.is_signed_with(to.secret.reveal())
    assert (arrived.told["type"], arrived.told["data"]["id"], arrived.told["data"]["status"]) == (
        "job.finished", str(job.id), "completed",
    )  # fmt: skip
    (delivery,) = WebhookDelivery.objects.select_related("job")
    assert (arrived.delivery, arrived.body.decode()) == (str(delivery.id), delivery.payload)
    assert log_of(delivery) == (Status.DONE, 204, "The receiver took it with 204.")
    assert delivery.milliseconds is not None
    assert books(delivery.job) == [(1, "reserve", 0), (1, "settle", 0)]
    assert ledger.audit() == []


def test_a_receiver_that_is_down_is_tried_by_the_schedule(
    endpoint: Make, receiver: Receiver, work: Work, later: Work
) -> None:
    receiver.answers = [(503, {})] * 3 + [(200, {})]
    (delivery,) = tell(endpoint())
    waits = []
    work()
    for tries in range(1, 4):
        found = row(delivery)
        assert (log_of(delivery), found.job.tries) == ((Status.QUEUED, 503, "The receiver answered 503."), tries)
        waits.append((found.job.due_at - timezone.now()).total_seconds())
        later()
    assert [
        policy.DELIVERY_WAITS[n] * 0.9 < wait <= policy.DELIVERY_WAITS[n] * 1.25 for n, wait in enumerate(waits)
    ] == [True] * 3
    assert log_of(delivery) == (Status.DONE, 200, "The receiver took it with 200.")
    assert len({(arrived.delivery, arrived.body) for arrived in receiver.arrived}) == 1
    assert len(receiver.arrived) == 4
    assert books(row(delivery).job) == [(1, "reserve", 0), (1, "settle", 0)]


def test_a_receiver_may_ask_for_later(endpoint: Make, receiver: Receiver, work: Work) -> None:
    receiver.answers = [(429, {"Retry-After": "3600"})]
    (delivery,) = tell(endpoint())
    work()
    wait = (row(delivery).job.due_at - timezone.now()).total_seconds()
    assert 3500 < wait <= 3600


def test_after_the_last_try_it_is_given_up(endpoint: Make, receiver: Receiver, later: Work) -> None:
    receiver.answers = [(500, {})] * 20
    (delivery,) = tell(endpoint())
    for _ in range(12):
        later()
    found = row(delivery)
    assert len(receiver.arrived) == policy.most_tries(Kind.DELIVER) == 8
    assert (found.job.status, found.job.message) == (
        Status.FAILED, "The delivery was given up: its receiver did not take it. Nothing was charged.",
    )  # fmt: skip
    assert (found.endpoint.failed_in_a_row, found.endpoint.is_enabled) == (1, True)
    assert ledger.audit() == []


def test_what_is_turned_down_is_not_tried_again(endpoint: Make, receiver: Receiver, later: Work) -> None:
    receiver.answers = [(422, {})]
    (delivery,) = tell(endpoint())
    later()
    later()
    assert log_of(delivery) == (Status.FAILED, 422, "The receiver answered 422.")
    assert len(receiver.arrived) == 1


class TestGivenUp:
    def test_a_receiver_that_is_gone(self, endpoint: Make, receiver: Receiver, work: Work) -> None:
        to = endpoint()
        receiver.answers = [(410, {})]
        (delivery,) = tell(to)
        work()
        to.refresh_from_db()
        assert (to.is_enabled, to.disabled_because) == (
            False,
            "The receiver answered 410: it wants no more deliveries.",
        )
        assert log_of(delivery) == (Status.FAILED, 410, "The receiver answered 410.")

    def test_twenty_in_a_row(self, endpoint: Make, receiver: Receiver, work: Work) -> None:
        to, other = endpoint(), endpoint("&other=1")
        receiver.answers = [(400, {})] * 19
        for _ in range(19):
            tell(to)
            work()
        to.refresh_from_db()
        assert (to.failed_in_a_row, to.is_enabled) == (19, True)
        receiver.answers = [(400, {})]
        tell(to)
        work()
        to.refresh_from_db()
        other.refresh_from_db()
        assert (to.is_enabled, to.disabled_because) == (
            False, "20 deliveries in a row were given up. See why in the deliveries.",
        )  # fmt: skip
        assert (other.is_enabled, other.failed_in_a_row) == (True, 0)

    def test_one_that_is_taken_begins_the_row_anew(self, endpoint: Make, receiver: Receiver, work: Work) -> None:
        to = endpoint()
        for answers in ([(400, {})] * 19, [(200, {})], [(400, {})] * 19):
            receiver.answers = list(answers)
            for _ in answers:
                tell(to)
                work()
        to.refresh_from_db()
        assert (to.failed_in_a_row, to.is_enabled) == (19, True)

    def test_what_waited_ends_and_is_no_fault_of_the_receiver(
        self, endpoint: Make, receiver: Receiver, work: Work
    ) -> None:
        to = endpoint()
        (delivery,) = tell(to)
        endpoints.switch_off(to.id, "by hand")
        work()
        to.refresh_from_db()
        assert (log_of(delivery), receiver.arrived, to.failed_in_a_row) == (
            (Status.FAILED, None, "the endpoint is switched off"), [], 0,
        )  # fmt: skip
        told = "The delivery could not be made: its endpoint is switched off. Nothing was charged."
        assert row(delivery).job.message == told

    def test_an_endpoint_that_was_deleted(self, endpoint: Make, receiver: Receiver, work: Work) -> None:
        to = endpoint()
        (delivery,) = tell(to)
        to.delete()
        work()
        job = Job.objects.get(id=delivery.id)
        assert (job.status, job.message, receiver.arrived) == (
            Status.FAILED, "The delivery could not be made: its endpoint is gone. Nothing was charged.", [],
        )  # fmt: skip

    def test_what_staff_cancelled_is_no_fault_of_the_receiver(self, endpoint: Make) -> None:
        to = endpoint()
        (delivery,) = tell(to)
        asking.cancel(row(delivery).job)
        to.refresh_from_db()
        assert (row(delivery).job.status, to.failed_in_a_row) == (Status.CANCELLED, 0)
        assert ledger.audit() == []


class TestAgain:
    def test_what_was_taken_may_be_sent_once_more(self, endpoint: Make, receiver: Receiver, work: Work) -> None:
        (delivery,) = tell(endpoint())
        work()
        deliveries.redeliver(row(delivery))
        assert row(delivery).job.status == Status.QUEUED
        work()
        first, second = receiver.arrived
        assert (first.delivery, first.body) == (second.delivery, second.body)
        assert (row(delivery).job.attempt, log_of(delivery)[0]) == (2, Status.DONE)
        assert books(row(delivery).job) == [
            (1, "reserve", 0), (1, "settle", 0), (2, "reserve", 0), (2, "settle", 0),
        ]  # fmt: skip
        assert ledger.audit() == []

    def test_what_failed_gets_all_its_tries_anew(self, endpoint: Make, receiver: Receiver, later: Work) -> None:
        receiver.answers = [(400, {}), (503, {}), (200, {})]
        (delivery,) = tell(endpoint())
        later()
        deliveries.redeliver(row(delivery))
        later()
        assert (row(delivery).job.tries, row(delivery).job.attempt) == (1, 2)
        later()
        assert log_of(delivery)[:2] == (Status.DONE, 200)

    def test_what_is_under_way_stays_as_it_is(self, endpoint: Make, receiver: Receiver, work: Work) -> None:
        (delivery,) = tell(endpoint())
        for _ in range(3):
            deliveries.redeliver(row(delivery))
        assert row(delivery).job.attempt == 1
        work()
        assert len(receiver.arrived) == 1

    def test_only_deliveries_are_sent_once_more(self, in_tenant: Any, toll: Any, step: Any, work: Work) -> None:
        job = factories.job(in_tenant.user("reader"), in_tenant.kids)
        work()
        for options in ({}, {"delivers_again": True}):
            with pytest.raises(NotRetryable):
                asking.retry(Job.objects.get(id=job.id), **options)

    def test_the_ordinary_retry_leaves_what_was_taken(self, endpoint: Make, receiver: Receiver, work: Work) -> None:
        (delivery,) = tell(endpoint())
        work()
        with pytest.raises(NotRetryable):
            asking.retry(row(delivery).job)


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


DEATHS = {
    # where the worker dies: how often the receiver hears of it in the end
    "after_claim": 1,
    "after_sent": 2,
    "before_stored": 2,
    "after_stored": 1,
}


@pytest.mark.parametrize("point", DEATHS)
def test_a_dead_worker_loses_no_delivery(
    point: str, endpoint: Make, receiver: Receiver, work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It arrives once at least, twice where nobody can know whether it did, under the same id; and the log is right."""
    to = endpoint()
    (delivery,) = tell(to)
    seen: Counter[str] = Counter()

    def die(name: str) -> None:
        seen[name] += 1
        if name == point and seen[name] == 1:
            raise Killed(name)

    with monkeypatch.context() as patched:
        patched.setattr(drain, "crash_point", die)
        with pytest.raises(Killed):
            Drain("worker:dies", linger_seconds=0.0).run()
    run_out(row(delivery).job)
    claiming.give_back(worker="worker:dies")
    work()
    assert len(receiver.arrived) == DEATHS[point]
    assert len({(arrived.delivery, arrived.body) for arrived in receiver.arrived}) == 1
    assert all(arrived.is_signed_with(to.secret.reveal()) for arrived in receiver.arrived)
    assert log_of(delivery) == (Status.DONE, 204, "The receiver took it with 204.")
    assert books(row(delivery).job) == [(1, "reserve", 0), (1, "settle", 0)]
    assert (WebhookDelivery.objects.count(), Job.objects.filter(kind="deliver").count(), ledger.audit()) == (1, 1, [])


@pytest.mark.parametrize("point", ["before_stored", "after_stored"])
def test_a_worker_that_dies_at_the_end_of_a_purchase_tells_of_it_once(
    point: str, endpoint: Make, receiver: Receiver, work: Work, in_tenant: Any, toll: Any, step: Any, monkeypatch: Any
) -> None:
    endpoint()
    job = factories.job(in_tenant.user("reader"), in_tenant.kids)

    def die(name: str) -> None:
        if name == point:
            raise Killed(name)

    with monkeypatch.context() as patched:
        patched.setattr(drain, "crash_point", die)
        with pytest.raises(Killed):
            Drain("worker:dies", linger_seconds=0.0).run()
    run_out(job)
    claiming.give_back(worker="worker:dies")
    for _ in range(3):
        Job.objects.filter(status=Status.QUEUED).update(due_at=timezone.now())
        work()
    told = Counter((arrived.told["type"], arrived.told["data"]["id"]) for arrived in receiver.arrived)
    assert told == {("job.finished", str(job.id)): 1}
    assert Job.objects.get(id=job.id).status == Status.DONE
