"""Cancelling: the hold goes back at once, or is closed by what the provider says that it charged."""

from __future__ import annotations

from typing import Any

import pytest

from accounts.models import LedgerEntry
from config.invariants import disagreements
from generation.clock import after
from generation.drain import Drain
from generation.jobs import asking, claiming, ending, outcomes, retrying
from generation.models import Job, Lane, Status
from generation.providers.contract import Handle, Kind, Pending
from generation.providers.errors import Transient
from tests import factories
from tests.factories import TOLL_PRICE

pytestmark = pytest.mark.django_db


class Telling:
    """Makes the paid provider one that can be stopped and says what it charged: an amount, None, or an error."""

    def __init__(self, toll: Any, says: Any) -> None:
        self.says, self.heard = says, []
        toll.cancel, toll.charged = self.cancel, self.charged

    def cancel(self, handle: Handle) -> None:
        self.heard.append(handle.id)

    def charged(self, handle: Handle) -> int | None:
        if isinstance(self.says, Exception):
            raise self.says
        return self.says


@pytest.fixture
def parked(in_tenant: Any, toll: Any, step: Any) -> Job:
    """A film that the provider has."""
    job = factories.job(in_tenant.user("reader"), in_tenant.kids, kind=Kind.VIDEO)
    held = claiming.claim(worker="a:1", room={Lane.WAIT: 1})[0]
    outcomes.sent(held)
    outcomes.parked(held, Pending("film-1", check_after_seconds=60))
    return Job.objects.get(id=job.id)


def closed(job: Job) -> list[tuple[str, int]]:
    rows = LedgerEntry.objects.filter(job_id=job.id).exclude(kind="reserve").order_by("attempt")
    return list(rows.values_list("kind", "amount_micros"))


def told() -> None:
    """What a worker does about what was cancelled, until the provider has answered."""
    drain = Drain("a:2")
    drain._tell_to_stop()
    while drain.stopping:
        drain._take_in(5)


def fresh(job: Job) -> Job:
    return Job.objects.get(id=job.id)


@pytest.mark.parametrize(
    ("says", "entry", "cost", "message"),
    [
        (0, ("release", 0), None, "Cancelled. Nothing was charged."),
        (300, ("settle", 300), 300, "Cancelled. What was made of it by then was charged."),
        (None, ("unknown", TOLL_PRICE), None, "Cancelled. It may have been charged."),
        (Transient("away"), ("unknown", TOLL_PRICE), None, "Cancelled. It may have been charged."),
    ],
    ids=["nothing", "less", "does-not-say", "cannot-be-asked"],
)
def test_what_the_provider_says_it_charged_is_settled(
    parked: Job, toll: Any, says: Any, entry: tuple[str, int], cost: int | None, message: str
) -> None:
    telling = Telling(toll, says)
    asking.cancel(parked)
    assert (fresh(parked).status, closed(parked), disagreements()) == (Status.CANCELLED, [], [])
    told()
    ended = fresh(parked)
    assert (telling.heard, closed(parked)) == (["film-1"], [entry])
    assert (ended.status, ended.cost_micros, ended.message, ended.deadline_at) == ("cancelled", cost, message, None)
    assert disagreements() == []


def test_a_provider_that_never_tells_is_booked_at_once(parked: Job) -> None:
    asking.cancel(parked)
    assert (closed(parked), fresh(parked).deadline_at) == ([("unknown", TOLL_PRICE)], None)


def test_where_the_worker_dies_over_it_the_hold_is_booked_by_the_sweep(parked: Job, toll: Any) -> None:
    Telling(toll, 0)
    asking.cancel(parked)
    assert [job.id for job in claiming.cancelled_elsewhere()] == [parked.id]  # and then it died
    ending.expire()
    assert closed(parked) == [], "it still has time"
    Job.objects.filter(id=parked.id).update(deadline_at=after(-1))
    ending.expire()
    assert (closed(parked), disagreements()) == ([("unknown", TOLL_PRICE)], [])
    ending.close_cancelled(fresh(parked), 0)  # too late
    assert closed(parked) == [("unknown", TOLL_PRICE)]


def test_tried_again_meanwhile_the_first_hold_is_booked_and_the_word_comes_too_late(parked: Job, toll: Any) -> None:
    Telling(toll, 0)
    cancelled = asking.cancel(parked)
    retrying.retry(cancelled)
    ending.close_cancelled(cancelled, 0)
    assert closed(parked) == [("unknown", TOLL_PRICE)]
    assert (fresh(parked).status, fresh(parked).attempt) == (Status.QUEUED, 2)
    assert disagreements() == []
