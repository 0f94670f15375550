"""Cancelling, while a worker takes the job or brings what it bought: on PostgreSQL, where both write at once, one of them
wins, and the hold is closed once, in the winner's way. The control takes the fence away."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import Q

from accounts import auditing
from accounts.models import LedgerEntry
from accounts.tenancy import scope
from generation.errors import NotRetryable
from generation.jobs import asking, claiming, outcomes, transitions
from generation.jobs.transitions import LostClaim
from generation.models import Job, Lane, Status
from generation.providers.contract import Done, Kind
from tests import factories
from tests.conftest import need

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]
JOBS = 12


@pytest.fixture(autouse=True)
def on_postgres(db: None) -> None:
    need(connection.vendor == "postgresql", "this race shows on PostgreSQL alone: python -m tests.on_postgres")


@pytest.fixture
def jobs(world: Any, toll: Any, step: Any) -> list[Job]:
    with scope(world.tenant):
        return [factories.job(world.user("reader"), world.kids, kind=Kind.TEXT) for _ in range(JOBS)]


def against_each_other(world: Any, *acts: Callable[[], Any]) -> list[Any]:
    """What the acts, let go together, answered or were refused with."""
    gate = threading.Barrier(len(acts))

    def one(act: Callable[[], Any]) -> Any:
        try:
            with scope(world.tenant):
                gate.wait(20)
                return act()
        except (LostClaim, NotRetryable) as lost:
            return type(lost)
        finally:
            connection.close()

    with ThreadPoolExecutor(len(acts)) as threads:
        return list(threads.map(one, acts))


def closings(job: Job) -> list[str]:
    return list(LedgerEntry.objects.filter(job_id=job.id).exclude(kind="reserve").values_list("kind", flat=True))


def test_cancelled_while_the_answer_is_written(world: Any, jobs: list[Job]) -> None:
    with scope(world.tenant):
        held = claiming.claim(worker="a:1", room={Lane.WAIT: JOBS})
        for job in held:
            outcomes.sent(job)
    for job in held:
        against_each_other(
            world, lambda job=job: outcomes.stored(job, Done(text="x"), None), lambda job=job: asking.cancel(job)
        )
    with scope(world.tenant):
        ends = [(Job.objects.get(id=job.id).status, closings(job)) for job in held]
        assert all(end in [(Status.STORED, ["settle"]), (Status.CANCELLED, ["unknown"])] for end in ends), ends
        assert auditing.audit() == []


def test_cancelled_while_a_worker_takes_it_and_sends_it(world: Any, jobs: list[Job]) -> None:
    sent: list[bool] = []

    def work() -> None:
        for job in claiming.claim(worker="a:1", room={Lane.WAIT: 1}):
            try:
                outcomes.sent(job)
                sent.append(True)
            except LostClaim:
                sent.append(False)

    def cancel() -> None:
        for job in jobs:
            asking.cancel(Job.objects.get(id=job.id))

    against_each_other(world, cancel, *[work] * 6)
    with scope(world.tenant):
        ended = list(Job.objects.all())
        # What went out before it was cancelled may be charged; what did not go out is not.
        told = [(job.status, closings(job)) for job in ended]
        due = [(Status.CANCELLED, ["unknown" if job.sent_at is not None else "release"]) for job in ended]
        assert told == due
        assert sent.count(True) == sum(job.sent_at is not None for job in ended)
        assert auditing.audit() == []


def test_control_without_the_fence_only_the_ledger_stands_between(
    world: Any, jobs: list[Job], monkeypatch: pytest.MonkeyPatch
) -> None:
    def anybody(job: Job, *, seen: bool = True, **changes: Any) -> bool:
        return bool(Job.objects.filter(id=job.id).update(**changes))

    with scope(world.tenant):
        (held,) = claiming.claim(worker="a:1", room={Lane.WAIT: 1})
        outcomes.sent(held)
        asking.cancel(Job.objects.get(id=held.id))
        with pytest.raises(LostClaim):
            outcomes.stored(held, Done(text="x"), None)
        monkeypatch.setattr(transitions, "write", anybody)
        with pytest.raises(IntegrityError, match="one_close_per_attempt"):
            outcomes.stored(held, Done(text="x"), None)


@pytest.mark.parametrize(
    ("usable", "taken"),
    [(Q(), 0), (Q(credential__is_enabled=True), 1)],
    ids=["by-its-own-columns", "control-through-another-table"],
)
def test_a_worker_that_waited_for_a_cancellation_does_not_take_the_job(
    world: Any, jobs: list[Job], monkeypatch: pytest.MonkeyPatch, usable: Q, taken: int
) -> None:
    """The worker has read the job as queued, and waits for its row until the cancellation is committed."""
    with scope(world.tenant):
        Job.objects.exclude(id=jobs[0].id).update(status=Status.DONE)
    if usable:  # the control composes the conditional update, which is compiled once as it is

        class Composed:
            def write(self, changes: Any, *, own_spool: Any, job_id: Any, **which: Any) -> int:
                mine = Job.objects.filter(claiming._by_itself(usable, own_spool), id=job_id, **which)
                return mine.update(**changes)

        monkeypatch.setattr(claiming, "_takeable", Composed())
    found: list[Job] = []

    def work() -> None:
        try:
            found.extend(claiming.claim(worker="a:1", room={Lane.WAIT: 1}))
        finally:
            connection.close()

    worker = threading.Thread(target=work)
    with scope(world.tenant), transaction.atomic():
        asking.cancel(jobs[0])
        worker.start()
        for _ in range(200):
            with connection.cursor() as cursor:
                cursor.execute(
                    "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
                )
                if cursor.fetchone()[0]:
                    break
            time.sleep(0.05)
    worker.join(20)
    with scope(world.tenant):
        assert len(found) == taken
        assert Job.objects.get(id=jobs[0].id).status == (Status.RUNNING if taken else Status.CANCELLED)
