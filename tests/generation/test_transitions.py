"""The table of states, and the one write that goes by it."""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest

from generation.jobs.transitions import ALLOWED, LostClaim, is_active, move, write
from generation.models import ACTIVE, TERMINAL, Job, Status
from generation.providers.contract import Kind
from tests import factories

S = Status
pytestmark = pytest.mark.django_db
TABLE: dict[Status, set[Status]] = {
    S.WAITING: {S.QUEUED, S.FAILED, S.REFUSED, S.CANCELLED, S.UNKNOWN},  # to unknown: after a backup was put back
    S.QUEUED: {S.RUNNING, S.FAILED, S.CANCELLED, S.UNKNOWN},
    S.RUNNING: {S.RUNNING, S.QUEUED, S.PARKED, S.STORED, S.FAILED, S.REFUSED, S.UNKNOWN, S.CANCELLED},
    S.PARKED: {S.RUNNING, S.FAILED, S.UNKNOWN, S.CANCELLED},
    S.STORED: {S.STORED, S.DONE, S.QUEUED, S.FAILED, S.REFUSED},
    S.DONE: set(),
    S.FAILED: {S.QUEUED, S.WAITING, S.STORED},
    S.REFUSED: {S.QUEUED, S.WAITING},
    S.CANCELLED: {S.QUEUED, S.WAITING},
    S.UNKNOWN: {S.QUEUED, S.WAITING},
}


@pytest.fixture
def job(in_tenant: Any, step: Any) -> Job:
    return factories.job(in_tenant.user("reader"), in_tenant.kids)


def test_the_table() -> None:
    assert {source: set(targets) for source, targets in ALLOWED.items()} == TABLE
    assert set(ACTIVE) | set(TERMINAL) == set(Status)
    assert not set(ACTIVE) & set(TERMINAL)


def test_every_state_can_be_reached_and_what_is_bought_is_never_bought_again() -> None:
    assert set().union(*TABLE.values()) | {S.WAITING} == set(Status)
    assert TABLE[S.DONE] == set()
    # From what is kept there is no way to another purchase but by the step that asks again.
    assert S.RUNNING not in TABLE[S.STORED]


def test_each_move_is_made_or_refused_as_the_table_says(job: Job) -> None:
    made = set()
    for source, target in product(Status, Status):
        Job.objects.filter(id=job.id).update(status=source)
        job.refresh_from_db()
        try:
            move(job, target)
        except ValueError as refused:
            assert str(refused) == f"A job does not go from {source} to {target}."
            assert Job.objects.get(id=job.id).status == source
        else:
            assert (job.status, Job.objects.get(id=job.id).status) == (target, target)
            made.add((source, target))
    assert made == {(source, target) for source, targets in TABLE.items() for target in targets}


def test_what_was_delivered_may_be_sent_once_more_and_nothing_else(job: Job) -> None:
    made = set()
    for kind, target in product(Kind, Status):
        Job.objects.filter(id=job.id).update(status=S.DONE, kind=kind)
        job.refresh_from_db()
        try:
            move(job, target)
        except ValueError:
            continue
        made.add((kind, target))
    assert made == {(Kind.DELIVER, S.QUEUED)}


@pytest.mark.parametrize("changed", [{"fence": 9}, {"attempt": 9}, {"status": "cancelled"}])
def test_what_somebody_else_changed_is_not_overwritten(job: Job, changed: dict[str, Any]) -> None:
    stale = Job.objects.get(id=job.id)
    Job.objects.filter(id=job.id).update(**changed)
    with pytest.raises(LostClaim):
        move(stale, S.RUNNING, message="late")
    assert not write(stale, message="late")
    found = Job.objects.get(id=job.id)
    assert (found.message, found.version) == ("", job.version)
    # The control: whoever read it afterwards may.
    assert write(found, message="in time")


def test_the_version_grows_where_somebody_may_see_it(job: Job) -> None:
    before = job.version
    write(job, seen=False, error_detail="for staff")
    assert (job.version, Job.objects.get(id=job.id).version) == (before, before)
    move(job, S.RUNNING)
    assert (job.version, Job.objects.get(id=job.id).version) == (before + 1, before + 1)


def test_what_is_active(job: Job) -> None:
    assert {status for status in Status if is_active(Job(status=status))} == set(ACTIVE)
