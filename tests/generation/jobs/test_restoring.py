"""Settling a database that was put back from a backup: the fate of every job under way, and of the money it held."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction
from django.db.models import F
from django_q.models import OrmQ

from accounts.models import LedgerEntry
from config.invariants import disagreements
from generation import restored, steps
from generation.clock import after, now
from generation.jobs import asking, claiming, finishing, outcomes, restoring, retrying, transitions
from generation.models import DatabasePlace, Job, Lane, Status
from generation.policy import RESTORED
from generation.providers.contract import Done, Kind, Pending
from tests import factories

pytestmark = pytest.mark.django_db


def taken(job: Job) -> Job:
    transitions.move(job, Status.RUNNING, fence=F("fence") + 1, sent_at=now())
    job.fence += 1
    return job


def ledger_of(job: Job) -> list[str]:
    return list(LedgerEntry.objects.filter(job_id=job.id).order_by("attempt", "kind").values_list("kind", flat=True))


def put_back() -> None:
    """Another place, as after a restore."""
    restored.begin()
    DatabasePlace.objects.update(place="elsewhere")


@pytest.fixture
def jobs(in_tenant: Any, toll: Any, step: Any) -> dict[str, Job]:
    """A job of each fate, in a database that was put back."""
    reader, kids = in_tenant.user("reader"), in_tenant.kids
    made = {name: factories.job(reader, kids) for name in ("queued", "sent", "parked", "stored", "done")}
    made["waiting"] = factories.job(reader, kids, kind=Kind.VIDEO, seconds=4, needs=(made["queued"],))
    made["waits for that"] = factories.job(reader, kids, needs=(made["waiting"],))
    made["waits for the parked"] = factories.job(reader, kids, needs=(made["parked"],))
    taken(made["sent"])
    outcomes.parked(taken(made["parked"]), Pending("reel-7", check_after_seconds=600))
    for name in ("stored", "done"):
        outcomes.stored(taken(made[name]), Done(media_type="image/png", cost_micros=5), None)
    finishing.finished(made["done"])
    with transaction.atomic():
        made["delivery"] = asking.deliver("{}")
    Job.objects.filter(id=made["parked"].id).update(deadline_at=after(-9))
    put_back()
    return made


def test_nothing_is_claimed_until_it_is_settled(jobs: dict[str, Job]) -> None:
    before = list(Job.objects.order_by("id").values())
    with pytest.raises(restored.Restored, match=r"8 jobs in it may have been sent .* run `manage.py after_restore`"):
        claiming.claim(worker="w", room={Lane.WAIT: 9})
    assert list(Job.objects.order_by("id").values()) == before
    assert restored.is_unsettled()


def test_each_job_has_its_fate(jobs: dict[str, Job]) -> None:
    fates = {"booked": 5, "asked after": 1, "finished": 1, "not told": 1}
    assert restoring.outlook() == fates
    assert restoring.settle() == fates
    found = {name: Job.objects.get(id=job.id) for name, job in jobs.items()}
    assert {name: (job.status, ledger_of(job)) for name, job in found.items()} == {
        "queued": ("unknown", ["reserve", "unknown"]),
        "sent": ("unknown", ["reserve", "unknown"]),
        "waiting": ("unknown", ["reserve", "unknown"]),
        "waits for that": ("unknown", ["reserve", "unknown"]),
        "waits for the parked": ("unknown", ["reserve", "unknown"]),
        "parked": ("parked", ["reserve"]),
        "stored": ("stored", ["reserve", "settle"]),
        "done": ("done", ["reserve", "settle"]),
        "delivery": ("unknown", ["reserve", "unknown"]),
    }
    assert found["queued"].message == f"The picture did not arrive. {RESTORED}"
    assert disagreements() == []
    assert not restored.is_unsettled()
    assert OrmQ.objects.count() == 1  # the doorbell that was rung at the end
    row = DatabasePlace.objects.get()
    assert (row.place, row.settled, row.settling_since) == (restored.here(), fates, None)


def test_what_was_bought_goes_on_and_is_not_bought_anew(jobs: dict[str, Job], work: Any, step: Any, toll: Any) -> None:
    step.answers = [steps.AskAgain(request={}, why="unusable")] * 2
    restoring.settle()
    work()
    assert toll.asked_after == ["reel-7"]
    assert toll.books == []
    ended = {name: Job.objects.get(id=jobs[name].id) for name in ("parked", "stored")}
    assert {name: (job.status, job.error_class, job.attempt) for name, job in ended.items()} == {
        "parked": ("failed", "restored", 1), "stored": ("failed", "restored", 1),
    }  # fmt: skip
    assert disagreements() == []


def test_whoever_asks_again_gets_it_with_what_waited_for_it(jobs: dict[str, Job], work: Any, toll: Any) -> None:
    restoring.settle()
    retrying.retry(Job.objects.get(id=jobs["queued"].id), with_dependents=True)
    work()
    names = ("queued", "waiting", "waits for that")
    assert {Job.objects.get(id=jobs[name].id).status for name in names} == {"done"}
    assert [request.reference for request in toll.books] == [f"{jobs[name].id}:2" for name in names]
    assert disagreements() == []


def test_a_settling_that_was_cut_short_goes_on(jobs: dict[str, Job], monkeypatch: pytest.MonkeyPatch) -> None:
    whole = restoring._settle
    seen: list[Job] = []

    def dies(job: Job) -> str:
        if len(seen) == 4:
            raise KeyboardInterrupt
        seen.append(job)
        return whole(job)

    monkeypatch.setattr(restoring, "_settle", dies)
    with pytest.raises(KeyboardInterrupt):
        restoring.settle()
    assert restored.is_unsettled()
    monkeypatch.setattr(restoring, "_settle", whole)
    assert restoring.settle() == {"booked": 5, "asked after": 1, "finished": 1, "not told": 1}
    assert disagreements() == []


def test_a_database_with_nothing_to_repeat_takes_its_place_by_itself(in_tenant: Any, step: Any) -> None:
    factories.job(in_tenant.user("reader"), in_tenant.kids)  # the demo's, which is free
    put_back()
    restored.refuse()
    assert (restored.differs(), DatabasePlace.objects.get().place) == ("", restored.here())


def test_a_database_that_is_behind_what_was_seen_of_it_was_put_back(db: None) -> None:
    restored.begin()
    restored.tick()
    restored.tick()
    assert restored.differs() == ""
    DatabasePlace.objects.update(ticks=1)
    assert restored.differs() == "this machine has seen a later state of it"
    with transaction.atomic():
        restored.stay()
    assert restored.differs() == ""


def test_force_needs_workers_that_rest(in_tenant: Any) -> None:
    from generation import watch

    watch.write_beat("somewhere")
    with pytest.raises(CommandError, match="Stop them on all machines"):
        call_command("after_restore", "--force")
