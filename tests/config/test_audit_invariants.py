"""`manage.py audit_invariants`: each of its sentences, said because the one thing it is about was broken by hand."""

from __future__ import annotations

import contextlib
import io
import itertools
import uuid
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.db.models import F

from accounts import ledger
from accounts.models import Counter, LedgerEntry, Tenant
from accounts.models.ledger import Measure
from accounts.tenancy import across_tenants, scope
from config.invariants import disagreements
from generation import policy
from generation.clock import now
from generation.jobs import asking, finishing, outcomes, transitions
from generation.models import Job, Status
from generation.providers.contract import Done, Kind, Replay
from generation.providers.errors import Refused
from tests import factories
from tests.factories import TOLL_PRICE
from tests.generation.conftest import step

pytestmark = pytest.mark.django_db
__all__ = ["step"]  # a fixture, asked for by name
STATES = ("queued", "done", "cancelled", "refused", "unknown", "tried again")


def taken(job: Job) -> Job:
    transitions.move(job, Status.RUNNING, fence=F("fence") + 1, sent_at=now())
    job.fence += 1
    return job


@pytest.fixture
def jobs(in_tenant: Any, toll: Any, step: Any) -> dict[str, Job]:
    """A job of each fate."""
    made = {name: factories.job(in_tenant.user("reader"), in_tenant.kids) for name in STATES}
    done = taken(made["done"])
    outcomes.stored(done, Done(media_type="image/png", cost_micros=TOLL_PRICE // 2), None)
    finishing.finished(done)
    asking.cancel(made["cancelled"])
    film = factories.job(in_tenant.user("reader"), in_tenant.kids, kind=Kind.VIDEO, seconds=4)
    made["unknown"] = taken(film)
    outcomes.decided(film, policy.unknown_fate(kind=Kind.VIDEO, replay=Replay.NEVER, attempt=1))
    refused = taken(made["refused"])
    error = Refused("no")
    outcomes.decided(
        refused, policy.after_error(error, kind=Kind.IMAGE, replay=Replay.NEVER, tries=1, attempt=1), error
    )
    outcomes.decided(taken(made["tried again"]), policy.unknown_fate(kind=Kind.IMAGE, replay=Replay.NEVER, attempt=1))
    assert disagreements() == []
    found = {name: Job.objects.get(id=job.id) for name, job in made.items()}
    assert [(name, job.status, job.attempt) for name, job in found.items()] == [
        ("queued", "queued", 1), ("done", "done", 1), ("cancelled", "cancelled", 1), ("refused", "refused", 1),
        ("unknown", "unknown", 1), ("tried again", "queued", 2),
    ]  # fmt: skip
    return found


def entries(job: Job) -> Any:
    return LedgerEntry.objects.filter(job_id=job.id)


def change(job: Job, **changes: Any) -> None:
    Job.objects.filter(id=job.id).update(**changes)


def reserve_for(job: Job, attempt: int) -> None:
    with transaction.atomic():
        payer = asking.payer_of(job.run)
        ledger.reserve(payer=payer, job_id=job.id, attempt=attempt, amount_micros=5)


def unheld(job: Job) -> None:
    """Closed behind its back, with the counters agreeing."""
    ledger.release(job_id=job.id, attempt=job.attempt)


def unclosed(job: Job) -> None:
    """Its close is gone, and the counters agree."""
    spent = entries(job).exclude(kind="reserve").get()
    held = entries(job).get(kind="reserve", attempt=spent.attempt)
    pools = [subject for _, subject in ledger.payer_of(held).pools()]
    changes: dict[str, Any] = {"held_micros": F("held_micros") + held.amount_micros}
    changes |= {"spent_micros": F("spent_micros") - spent.amount_micros}
    changes |= {"held_pictures": F("held_pictures") + held.pictures}
    changes |= {"spent_pictures": F("spent_pictures") - spent.pictures}
    changes |= {"held_film_seconds": F("held_film_seconds") + held.film_seconds}
    Counter.objects.filter(subject_id__in=pools).update(**changes)
    spent.delete()


BROKEN: dict[str, tuple[str, Callable[[Job], object], list[str]]] = {
    # what is broken: the job, how, and what is said of it
    "an ended job that holds": ("cancelled", unclosed, ["is cancelled and still holds money for attempt 1"]),
    "a refused job that holds": ("refused", unclosed, ["is refused and still holds money for attempt 1"]),
    "an attempt left open": (
        "tried again", unclosed, ["is queued and still holds money for attempt 1"],
    ),
    "a running job that holds nothing": ("queued", unheld, ["is queued and holds nothing any more for attempt 1"]),
    "a hold of another size": (
        "queued", lambda job: change(job, hold_micros=7),
        [f"is queued and says that it holds 7, and the ledger holds {TOLL_PRICE}"],
    ),
    "a hold for later": (
        "queued", lambda job: reserve_for(job, 2),
        ["is queued and holds money for attempt 2, which it has not come to"],
    ),
    "a job without a hold": (
        "queued", lambda job: change(job, attempt=2),
        ["is queued and never held money for attempt 2", "is queued and still holds money for attempt 1"],
    ),
    "a cost that was not settled": (
        "done", lambda job: change(job, cost_micros=3),
        [f"is done and says that it cost 3, and the ledger settled {TOLL_PRICE // 2}"],
    ),
    "a result that nobody paid": (
        "cancelled", lambda job: change(job, status="done"), ["is done and was not settled for attempt 1"],
    ),
    "an unknown fate that nobody booked": (
        "cancelled", lambda job: change(job, status="unknown"),
        ["is unknown and was not booked as unknown for attempt 1"],
    ),
}  # fmt: skip


@contextlib.contextmanager
def undone() -> Iterator[None]:
    """What is broken inside is whole again behind it."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def test_a_job_and_its_money(jobs: dict[str, Job], subtests: Any) -> None:
    for name, (which, break_it, said) in BROKEN.items():
        with subtests.test(name), undone():
            job = Job.objects.select_related("run").get(id=jobs[which].id)
            break_it(job)
            assert disagreements() == [f"fablewright: job {job.id} {sentence}" for sentence in said]
    assert disagreements() == []


def without_constraint(name: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"DROP INDEX {name}")


def test_an_attempt_that_was_closed_twice(jobs: dict[str, Job]) -> None:
    """The database refuses it; the command would see it all the same."""
    without_constraint("one_close_per_attempt")
    job = jobs["cancelled"]
    again = entries(job).get(kind="release")
    again.pk, again.kind, again._state.adding = None, "unknown", True
    again.save(force_insert=True)
    assert disagreements() == [
        f"fablewright: attempt 1 of job {job.id} was closed twice",
        f"fablewright: job {job.id} is cancelled and was closed 2 times for attempt 1",
    ]


def test_a_count_without_a_result(jobs: dict[str, Job]) -> None:
    entries(jobs["cancelled"]).filter(kind="release").update(pictures=1)
    found = disagreements()
    assert f"fablewright: attempt 1 of job {jobs['cancelled'].id} came to nothing and was counted" in found
    # And the counters, which were not told, do not agree: the library's, the tier's, the person's and the reader's.
    assert len(found) == 1 + 4 * 2


def test_each_counter(jobs: dict[str, Job], subtests: Any) -> None:
    counter = Counter.objects.get(pool="tier", period="day")
    for measure, what in itertools.product(Measure.values, ("held", "spent")):
        with subtests.test(f"{what} {measure}"), undone():
            pair = (counter.held(measure), counter.spent(measure))
            Counter.objects.filter(id=counter.id).update(**{f"{what}_{measure}": F(f"{what}_{measure}") + 1})
            wrong = (pair[0] + (what == "held"), pair[1] + (what == "spent"))
            assert disagreements() == [
                f"fablewright: counter tier day of {counter.starts_on}, {measure}: (held, spent) {wrong}, entries say "
                f"{pair}"
            ]


def test_an_entry_about_another_tenants_job(jobs: dict[str, Job], in_tenant: Any) -> None:
    harbour = Tenant.objects.get(slug="harbour")
    job = jobs["queued"]
    with scope(harbour):
        fields = {"attempt": 1, "amount_micros": 0, "booked_on": entries_day(), "tenant_id": harbour.id}
        LedgerEntry.objects.create(job_id=job.id, kind="reserve", **fields)
        # An entry of a job that is gone is none of that: people and their jobs are deleted, what was spent was spent.
        LedgerEntry.objects.create(job_id=uuid.uuid4(), kind="reserve", **fields)
    assert disagreements() == [f"harbour: the ledger has entries of job {job.id}, which is another tenant's"]


def entries_day() -> Any:
    with across_tenants("any entry's day will do"):
        return LedgerEntry.objects.values_list("booked_on", flat=True)[0]


def test_the_command(jobs: dict[str, Job]) -> None:
    out, err = io.StringIO(), io.StringIO()
    call_command("audit_invariants", stdout=out, stderr=err)
    assert (out.getvalue(), err.getvalue()) == ("All invariants hold.\n", "")
    Counter.objects.filter(pool="tier", period="day").update(spent_micros=1)
    with pytest.raises(CommandError, match="1 invariants do not hold"):
        call_command("audit_invariants", stdout=out, stderr=err)
    assert err.getvalue().startswith("fablewright: counter tier day of ")
