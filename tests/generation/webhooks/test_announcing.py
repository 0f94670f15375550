"""What happens becomes deliveries in the same transaction, once for each endpoint that wants it, and for nobody else."""

from __future__ import annotations

import datetime
import json
import uuid
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django_q.models import OrmQ

from accounts import auditing
from accounts.tenancy import across_tenants, scope
from generation.drain import drain_here
from generation.jobs import asking, ending, public, retrying
from generation.models import Event, Job, Status, WebhookDelivery
from generation.providers.contract import Kind
from generation.providers.errors import Refused, Rejected, Unknown
from generation.signals import job_ended
from generation.webhooks import deliveries, events
from tests import factories
from tests.factories import TOLL_PRICE
from tests.generation.webhooks.listening import listen, told

pytestmark = pytest.mark.django_db


@pytest.fixture
def ask(in_tenant: Any, toll: Any, step: Any) -> Any:
    reader = in_tenant.user("reader")
    return lambda kind=Kind.IMAGE, **more: factories.job(reader, in_tenant.kids, kind=kind, **more)


@pytest.fixture
def buy(ask: Any, toll: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Buys something that ends as the provider's answers say; deliveries are not sent."""
    from generation import drain

    monkeypatch.setattr(drain, "SOON_SECONDS", 0.0)
    monkeypatch.setattr(asking, "deliver", _held(asking.deliver))

    def make(*answers: Any, kind: Kind = Kind.IMAGE) -> Job:
        if answers:
            toll.script[kind] = list(answers)
        job = ask(kind)
        drain_here()
        return Job.objects.get(id=job.id)

    return make


def _held(deliver: Any) -> Any:
    """So that a worker of the test leaves the deliveries where they are."""

    def held(body: str) -> Job:
        job: Job = deliver(body)
        Job.objects.filter(id=job.id).update(due_at=timezone.now() + datetime.timedelta(days=1))
        return job

    return held


def test_a_job_that_is_done_is_told_in_the_words_for_programs(buy: Any, in_tenant: Any) -> None:
    endpoint = listen()
    job = buy()
    (delivery,) = WebhookDelivery.objects.select_related("job__run")
    body = json.loads(delivery.payload)
    assert body == {
        "id": str(events.id_of(Event.FINISHED, job.id, 1)), "type": "job.finished",
        "created": job.finished_at.isoformat(), "tenant": "fablewright",
        "data": {**public.for_programs(job), "ended": "done"},
    }  # fmt: skip
    assert (body["data"]["status"], body["data"]["cost_micros"]) == ("completed", TOLL_PRICE)
    sent = delivery.job
    assert (delivery.endpoint_id, delivery.id, str(delivery.event_id)) == (endpoint.id, sent.id, body["id"])
    assert (sent.kind, sent.status, sent.model_id, sent.hold_micros, sent.step) == (
        "deliver", "queued", None, 0, "deliver",
    )  # fmt: skip
    assert (sent.run.tier_id, sent.run.user_id, sent.run.purpose) == (None, None, "webhook")
    assert auditing.audit() == []


ENDS = {
    "rejected": (Rejected("no"), Event.FAILED, "failed"),
    "refused": (Refused("no"), Event.REFUSED, "refused"),
    "unknown": (Unknown("?"), Event.FAILED, "unknown"),
}


@pytest.mark.parametrize("name", ENDS)
def test_what_ended_badly_is_told_with_the_word_for_it(name: str, buy: Any) -> None:
    listen()
    error, event, word = ENDS[name]
    job = buy(error, error, error, kind=Kind.VIDEO)
    assert [(kind, data["ended"], data["status"], data["message"]) for kind, data in told()] == [
        (event, word, "failed", job.message)
    ]


def test_what_was_cancelled_and_what_needed_it_are_told(ask: Any) -> None:
    listen()
    first = ask()
    second = ask(needs=(first,))
    asking.cancel(first)
    assert [(kind, data["id"], data["ended"]) for kind, data in told()] == [
        ("job.failed", str(first.id), "cancelled"), ("job.failed", str(second.id), "failed"),
    ]  # fmt: skip
    assert OrmQ.objects.count() > 0, "somebody is told that there is work"


def test_what_is_overdue_is_told(ask: Any) -> None:
    listen()
    job = ask()
    Job.objects.filter(id=job.id).update(deadline_at=timezone.now() - datetime.timedelta(seconds=1))
    ending.expire()
    assert [(kind, data["ended"]) for kind, data in told()] == [("job.failed", "failed")]


def test_a_job_that_is_tried_again_ends_again(buy: Any, toll: Any) -> None:
    listen()
    job = buy(Rejected("no"))
    retrying.retry(job)
    drain_here()
    assert [(kind, data["attempt"]) for kind, data in told()] == [("job.failed", 1), ("job.finished", 2)]


def test_an_endpoint_is_told_of_what_it_asked_for(buy: Any) -> None:
    a = listen(Event.FINISHED, Event.BUDGET, url="https://a.example.com/")
    b = listen(Event.FAILED, url="https://b.example.com/")
    c = listen(Event.FAILED, Event.FINISHED, url="https://c.example.com/")
    listen(url="https://off.example.com/", is_enabled=False)
    buy()
    buy(Rejected("no"))
    found = {(d.endpoint_id, d.event) for d in WebhookDelivery.objects.all()}
    assert found == {(a.id, "job.finished"), (b.id, "job.failed"), (c.id, "job.failed"), (c.id, "job.finished")}


def test_nothing_is_told_to_another_tenant(buy: Any, world: Any) -> None:
    with scope(world.harbour):
        theirs = listen(url="https://brinewhisper.example.com/")
    ours = listen()
    buy()
    with across_tenants("a test looks at everything"):
        found = [(d.tenant_id, d.endpoint_id, "brinewhisper" in d.payload) for d in WebhookDelivery.objects.all()]
        assert found == [(world.tenant.id, ours.id, False)]
        assert WebhookDelivery.objects.filter(endpoint=theirs).count() == 0
        assert set(Job.objects.filter(kind="deliver").values_list("tenant", flat=True)) == {world.tenant.id}


def test_without_an_endpoint_an_end_costs_one_look(ask: Any) -> None:
    job = ask()
    Job.objects.filter(id=job.id).update(status=Status.FAILED, finished_at=timezone.now())
    job.refresh_from_db()
    with CaptureQueriesContext(connection) as seen:
        job_ended.send(Job, job=job)
    assert [query["sql"].split(" FROM ")[0][:6] for query in seen] == ["SELECT"]
    assert "generation_webhookendpoint" in seen[0]["sql"]


def test_a_delivery_tells_of_no_delivery(in_tenant: Any) -> None:
    listen()
    with transaction.atomic():
        job = asking.deliver('{"type":"test"}')
    with CaptureQueriesContext(connection) as seen:
        for status in (Status.DONE, Status.FAILED):
            job.status = status
            job_ended.send(Job, job=job)
    assert (len(seen), told()) == (0, [])


class TestOnce:
    def announce(self, job: Job) -> None:
        job_ended.send(Job, job=job)

    def test_an_event_goes_out_once_however_often_it_is_announced(self, buy: Any) -> None:
        listen(url="https://a.example.com/")
        listen(url="https://b.example.com/")
        job = buy()
        for _ in range(3):
            self.announce(job)
        assert WebhookDelivery.objects.count() == Job.objects.filter(kind="deliver").count() == 2

    def test_an_endpoint_that_came_later_is_told_what_is_announced_again(self, buy: Any) -> None:
        listen(url="https://a.example.com/")
        job = buy()
        late = listen(url="https://late.example.com/")
        self.announce(job)
        assert WebhookDelivery.objects.filter(endpoint=late).count() == 1
        assert WebhookDelivery.objects.count() == 2

    def test_two_processes_that_both_saw_nothing_write_one(self, buy: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        """The look before is for speed; what holds is the constraint. The loser's job goes with its delivery."""
        endpoint = listen()
        job = buy()
        happened = self.happened(job)
        assert deliveries._write(happened, endpoint) is None
        assert WebhookDelivery.objects.count() == Job.objects.filter(kind="deliver").count() == 1
        assert auditing.audit() == []

    def test_control_under_ids_by_chance_more_go_out(self, buy: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        listen()
        monkeypatch.setattr(events, "id_of", lambda *_: uuid.uuid4())
        job = buy()
        for _ in range(3):
            self.announce(job)
        assert WebhookDelivery.objects.count() == 4

    def happened(self, job: Job) -> events.Happened:
        return events.job_ended(
            job_id=job.id, attempt=job.attempt, ended=job.status, at=timezone.now(), said=public.for_programs(job)
        )


class TestTogether:
    def test_an_end_that_is_rolled_back_was_told_to_nobody(self, ask: Any) -> None:
        listen()
        job = ask()
        with pytest.raises(RuntimeError), transaction.atomic():
            asking.cancel(job)
            assert WebhookDelivery.objects.count() == 1
            raise RuntimeError
        assert (Job.objects.get(id=job.id).status, WebhookDelivery.objects.count()) == (Status.QUEUED, 0)
        assert Job.objects.filter(kind="deliver").count() == 0

    def test_what_goes_wrong_with_the_news_undoes_nothing_else(
        self, buy: Any, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
    ) -> None:
        listen(url="https://a.example.com/")
        listen(url="https://b.example.com/")
        whole, calls = deliveries._write, []

        def breaks(*given: Any) -> Any:
            calls.append(given)
            if len(calls) == 2:
                raise RuntimeError("the disk is full")
            return whole(*given)

        monkeypatch.setattr(deliveries, "_write", breaks)
        assert buy().status == Status.DONE
        assert (len(calls), WebhookDelivery.objects.count()) == (2, 0)
        assert "could not be told to webhooks" in caplog.text
