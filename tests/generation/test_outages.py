"""A write to the database broke off. Whether it came through or not, the purchase is neither lost nor made twice."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import OperationalError

from accounts.models import LedgerEntry
from generation import away, drain
from generation.drain import drain_here
from generation.jobs import claiming, finishing, outcomes
from generation.models import Asset, Job, Lane, Status
from generation.providers.contract import Kind, Pending
from generation.providers.errors import Transient
from tests import factories
from tests.factories import TOLL_PRICE

pytestmark = pytest.mark.django_db


@pytest.fixture
def ask(in_tenant: Any, toll: Any, step: Any) -> Any:
    """Queues a purchase of the reader on the kids tier."""
    reader = in_tenant.user("reader")
    return lambda kind=Kind.IMAGE: factories.job(reader, in_tenant.kids, kind=kind)


@pytest.fixture(autouse=True)
def brief(monkeypatch: pytest.MonkeyPatch) -> None:
    """The test's own connection stays: it holds the test's transaction."""
    monkeypatch.setattr(drain, "AWAY_SECONDS", 0.0)
    monkeypatch.setattr(away, "close", lambda: None)


def breaks_off(
    monkeypatch: pytest.MonkeyPatch, room: Any, name: str, *, came_through: bool, times: int = 1
) -> list[str]:
    """Let the first calls of a function of `room` end in an error, with or without having done their work."""
    real, broken = getattr(room, name), []

    def flaky(*args: Any, **how: Any) -> Any:
        if len(broken) == times:
            return real(*args, **how)
        broken.append(name)
        if came_through:
            real(*args, **how)
        raise OperationalError("server closed the connection unexpectedly")

    monkeypatch.setattr(room, name, flaky)
    return broken


ONCE = (Status.DONE, 1, 1, [("reserve", TOLL_PRICE), ("settle", TOLL_PRICE)], 1)


def fate(job: Job, toll: Any) -> tuple[str, int, int, list[tuple[str, int]], int]:
    """Status, attempt, purchases, entries of the ledger and kept files."""
    found = Job.objects.get(id=job.id)
    entries = sorted(LedgerEntry.objects.filter(job_id=job.id).values_list("kind", "amount_micros"))
    return (found.status, found.attempt, len(toll.books), entries, Asset.objects.count())


@pytest.mark.parametrize("came_through", [True, False], ids=["came through", "did not"])
@pytest.mark.parametrize(("room", "verb"), [(outcomes, "sent"), (outcomes, "stored"), (finishing, "finished")])
def test_a_picture(
    room: Any, verb: str, came_through: bool, ask: Any, toll: Any, step: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = ask()
    broken = breaks_off(monkeypatch, room, verb, came_through=came_through, times=1 if came_through else 3)
    drain_here()
    assert (broken[0], fate(job, toll)) == (verb, ONCE)


@pytest.mark.parametrize("came_through", [True, False], ids=["came through", "did not"])
def test_a_film_that_is_asked_after(
    came_through: bool, ask: Any, toll: Any, step: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    toll.script[Kind.VIDEO] = [Pending("film-7", check_after_seconds=0.1)]
    job = ask(Kind.VIDEO)
    broken = breaks_off(monkeypatch, outcomes, "parked", came_through=came_through)
    drain_here()
    assert (broken, fate(job, toll), toll.asked_after) == (["parked"], ONCE, ["film-7"])


@pytest.mark.parametrize("came_through", [True, False], ids=["came through", "did not"])
def test_what_is_tried_again(
    came_through: bool, ask: Any, toll: Any, step: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    toll.script[Kind.IMAGE] = [Transient("busy", retry_after_seconds=0.1)]
    job = ask()
    broken = breaks_off(monkeypatch, outcomes, "decided", came_through=came_through)
    drain_here()
    found = Job.objects.get(id=job.id)
    assert (broken, found.status, found.attempt, len(toll.books)) == (["decided"], Status.DONE, 1, 2)


@pytest.mark.parametrize("came_through", [True, False], ids=["came through", "did not"])
def test_a_claim(came_through: bool, ask: Any, toll: Any, step: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Claimed by somebody who does not know it: it is free at once, and not only when its lease is over."""
    job = ask()
    breaks_off(monkeypatch, claiming, "claim", came_through=came_through)
    drain_here()
    assert fate(job, toll) == ONCE


def test_another_has_it_by_then(ask: Any, toll: Any, step: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """While the database was away for this worker, it was there for another."""
    job = ask()
    real = outcomes.stored

    def taken_over(*args: Any) -> None:
        monkeypatch.setattr(outcomes, "stored", real)
        Job.objects.filter(id=job.id).update(fence=99, worker="other:1")
        raise OperationalError("server closed the connection unexpectedly")

    monkeypatch.setattr(outcomes, "stored", taken_over)
    drain_here()
    found = Job.objects.get(id=job.id)
    assert (found.status, found.fence, found.worker, Asset.objects.count()) == (Status.RUNNING, 99, "other:1", 0)


def test_an_error_that_never_ends_ends_the_drain(ask: Any, toll: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    ask()
    broken = breaks_off(monkeypatch, claiming, "claim", came_through=False, times=10_000)
    with pytest.raises(OperationalError):
        drain_here()
    assert len(broken) == drain.MOST_TROUBLES
    monkeypatch.undo()
    assert len(claiming.claim(worker="w:1", room={Lane.WAIT: 5})) == 1
