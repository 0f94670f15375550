"""Deliveries through the real engine to a real receiver, which checks each signature by itself."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.utils import timezone

from accounts import auditing
from generation import policy
from generation.errors import NotRetryable
from generation.jobs import asking, retrying
from generation.models import Job, Status, WebhookDelivery
from generation.providers.contract import Kind
from generation.webhooks import deliveries, endpoints
from tests import factories
from tests.generation.webhooks.conftest import Make
from tests.generation.webhooks.log import books, log_of, row, tell
from tests.generation.webhooks.receiver import Receiver

pytestmark = pytest.mark.django_db
Work = Callable[[], None]


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
    assert auditing.audit() == []


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
    assert auditing.audit() == []


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
        assert auditing.audit() == []


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
        assert auditing.audit() == []

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
                retrying.retry(Job.objects.get(id=job.id), **options)

    def test_the_ordinary_retry_leaves_what_was_taken(self, endpoint: Make, receiver: Receiver, work: Work) -> None:
        (delivery,) = tell(endpoint())
        work()
        with pytest.raises(NotRetryable):
            retrying.retry(row(delivery).job)
