"""Workers that die with a delivery in hand, or with the purchase that it tells of."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from django.utils import timezone

from accounts import auditing
from generation import crash
from generation.drain import Drain
from generation.jobs import claiming
from generation.models import Job, Status, WebhookDelivery
from tests import factories
from tests.generation.mortal_workers import Killed, run_out
from tests.generation.webhooks.conftest import Make
from tests.generation.webhooks.log import books, log_of, row, tell
from tests.generation.webhooks.receiver import Receiver

pytestmark = pytest.mark.django_db
Work = Callable[[], None]


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
        patched.setattr(crash, "point", die)
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
    assert (WebhookDelivery.objects.count(), Job.objects.filter(kind="deliver").count(), auditing.audit()) == (1, 1, [])


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
        patched.setattr(crash, "point", die)
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
