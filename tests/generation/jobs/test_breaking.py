"""Breakers before real purchases: what opens them, who waits, who is the probe, and what askers are told."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import LedgerEntry
from generation.breakers import FAILURES, Word
from generation.clock import after, now
from generation.jobs import breaking, claiming, outcomes, queueing
from generation.models import AiModel, Breaker, Job, Lane, SafetyPolicy, Status, Tally
from generation.providers.contract import Kind, Pending
from generation.providers.errors import ProviderError, Refused, Rejected, Transient, Unknown
from tests import factories

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("step")]
Work = Callable[[], None]


def ask(world: Any, times: int, kind: Kind = Kind.IMAGE) -> list[Job]:
    return [factories.job(world.user("reader"), world.kids, kind=kind) for _ in range(times)]


def broken(world: Any, toll: Any, work: Work, error: ProviderError, times: int = FAILURES) -> None:
    """So many jobs fail by `error` when they are sent."""
    toll.script[Kind.IMAGE] = [error] * times
    ask(world, times)
    work()


def states() -> dict[str | None, bool]:
    """model -> whether its breaker is closed; None is the account."""
    rows = Breaker.objects.select_related("model")
    return {row.model.key if row.model else None: row.open_until is None for row in rows}


def pass_pause() -> None:
    Breaker.objects.filter(open_until__isnull=False).update(open_until=after(-1))


def sent(toll: Any) -> int:
    return len(toll.books)


@pytest.mark.parametrize("error", [Transient("busy"), Unknown("gone")], ids=["transient", "unknown"])
def test_enough_failures_open_the_models_breaker_and_others_wait(
    in_tenant: Any, toll: Any, work: Work, error: ProviderError
) -> None:
    broken(in_tenant, toll, work, error)
    assert states() == {None: True, "toll-paint": False}
    Job.objects.update(due_at=after(-1))
    behind, words = ask(in_tenant, 1)[0], ask(in_tenant, 1, Kind.TEXT)[0]
    before = sent(toll)
    work()
    behind.refresh_from_db()
    words.refresh_from_db()
    # Another model of the account is bought from as before; nothing of this one is sent, and nothing has failed.
    assert (behind.status, words.status, sent(toll) - before) == (Status.QUEUED, Status.DONE, 1)
    assert queueing.outlook(behind).words == "What makes it does not answer at the moment; it is tried again by itself."


@pytest.mark.parametrize("error", [Refused("no"), Rejected("what")], ids=["refused", "rejected"])
def test_what_is_no_fault_of_the_providers_counts_nothing(
    in_tenant: Any, toll: Any, work: Work, error: ProviderError
) -> None:
    broken(in_tenant, toll, work, error, FAILURES * 2)
    assert states() == {}


def test_two_failing_models_open_the_account(in_tenant: Any, toll: Any, work: Work) -> None:
    toll.script[Kind.TEXT] = [Transient("busy")] * 2
    ask(in_tenant, 2, Kind.TEXT)
    broken(in_tenant, toll, work, Transient("busy"))
    assert states() == {None: False, "toll-paint": False, "toll-words": True}
    words = ask(in_tenant, 1, Kind.TEXT)[0]
    assert claiming.claim(worker="w:1", room={Lane.WAIT: 10}) == []
    words.refresh_from_db()
    assert words.status == Status.QUEUED


def test_one_probe_goes_out_and_closes_it(in_tenant: Any, toll: Any, work: Work) -> None:
    broken(in_tenant, toll, work, Transient("busy"))
    Job.objects.update(due_at=after(-1))
    pass_pause()
    probes = claiming.claim(worker="w:1", room={Lane.WAIT: 10})
    assert len(probes) == 1 and claiming.claim(worker="w:2", room={Lane.WAIT: 10}) == []
    Job.objects.filter(id=probes[0].id).update(status=Status.QUEUED)
    Breaker.objects.update(probe=None, probe_until=None)
    work()
    assert states() == {None: True, "toll-paint": True}
    assert set(Job.objects.values_list("status", flat=True)) == {Status.DONE}


def test_a_probe_whose_worker_dies_is_followed_by_another_at_once(in_tenant: Any, toll: Any, work: Work) -> None:
    broken(in_tenant, toll, work, Transient("busy"))
    Job.objects.update(due_at=after(-1))
    pass_pause()
    (probe,) = claiming.claim(worker="w:1", room={Lane.WAIT: 10})
    Job.objects.filter(id=probe.id).update(sent_at=now(), lease_until=after(-1))
    work()
    assert states()["toll-paint"]


def test_a_probe_that_is_handed_back_is_followed_by_another_at_once(in_tenant: Any, toll: Any, work: Work) -> None:
    broken(in_tenant, toll, work, Transient("busy"))
    Job.objects.update(due_at=after(-1))
    pass_pause()
    (probe,) = claiming.claim(worker="w:1", room={Lane.WAIT: 10})
    outcomes.handed_back(probe)
    work()
    assert states()["toll-paint"]


def test_workers_that_die_take_along_nothing_of_what_went_well(in_tenant: Any, toll: Any, work: Work) -> None:
    """Each of them is a worker of its own, who remembers nothing of the one before. A third of all calls fails."""
    for _ in range(FAILURES):
        toll.script[Kind.IMAGE] = [Transient("busy")]
        ask(in_tenant, 1)
        work()
        # What failed is tried again in no other's place.
        Job.objects.filter(status=Status.QUEUED).update(due_at=after(600))
        ask(in_tenant, 2)
        work()
    assert states() == {None: True, "toll-paint": True}
    paint = Breaker.objects.get(model__key="toll-paint")
    assert (paint.failures, paint.calls) == (FAILURES, 3 * FAILURES)


def test_a_probe_that_fails_makes_the_pause_longer(in_tenant: Any, toll: Any, work: Work) -> None:
    broken(in_tenant, toll, work, Transient("busy"))
    toll.script[Kind.IMAGE] = [Transient("busy")]
    Job.objects.update(due_at=after(-1))
    pass_pause()
    before = sent(toll)
    work()
    row = Breaker.objects.get(model__key="toll-paint")
    assert (sent(toll) - before, row.pauses, states()["toll-paint"]) == (1, 2, False)


def test_a_provider_that_takes_the_work_has_answered(in_tenant: Any, toll: Any, work: Work) -> None:
    broken(in_tenant, toll, work, Transient("busy"))
    toll.script[Kind.IMAGE] = [Pending(id="there", check_after_seconds=600)]
    Job.objects.update(due_at=after(-1))
    Job.objects.filter(id__in=Job.objects.values("id")[1:]).update(due_at=after(600))
    pass_pause()
    work()
    assert states()["toll-paint"]


def test_what_goes_well_asks_nothing_more_of_the_database(in_tenant: Any, toll: Any, work: Work) -> None:
    """Breakers are looked at inside queries that are made anyway; a failure makes queries of its own."""

    def asked() -> int:
        ask(in_tenant, 1)
        with CaptureQueriesContext(connection) as seen:
            work()
        own = ('SELECT "generation_breaker', 'INSERT INTO "generation_breaker', 'UPDATE "generation_breaker')
        own += ('INSERT OR IGNORE INTO "generation_breaker',)
        return sum(query["sql"].startswith(own) for query in seen)

    assert (asked(), Tally.objects.get().calls) == (0, 1)
    toll.script[Kind.IMAGE] = [Transient("busy")]
    assert asked() == 5  # look, insert, look again, and write the account's and the model's
    toll.script[Kind.IMAGE] = [Transient("busy")]
    assert asked() == 3


@pytest.mark.parametrize("names_one", [True, False], ids=["named", "control"])
def test_what_failed_is_asked_of_the_fallback_that_the_tier_names(
    in_tenant: Any, toll: Any, work: Work, names_one: bool
) -> None:
    painter = AiModel.objects.get(key="demo-painter")
    SafetyPolicy.objects.filter(tier=in_tenant.kids).update(fallback_image_model=painter if names_one else None)
    broken(in_tenant, toll, work, Transient("busy"))
    moved = Job.objects.filter(instead_of="toll-paint")
    found = [(job.model, job.attempt, job.status) for job in moved.select_related("model")]
    assert found == ([(painter, 2, Status.DONE)] if names_one else [])
    for job in moved:
        kinds = (
            LedgerEntry.objects.filter(job_id=job.id).order_by("attempt", "created_at").values_list("kind", flat=True)
        )
        assert list(kinds) == ["reserve", "release", "reserve", "settle"]


def test_answers_in_between_keep_it_closed_and_those_of_before_do_not(in_tenant: Any, toll: Any) -> None:
    """Many that went well say nothing of a provider that fails from now on."""
    ears, job = breaking.Ears(), ask(in_tenant, 1)[0]
    for _ in range(FAILURES):
        for word in (Word.FAILED, Word.ANSWERED, Word.ANSWERED):
            ears.hear(job, word)
    assert states() == {None: True, "toll-paint": True}
    Breaker.objects.update(began_at=after(-3600))
    for word in [Word.ANSWERED] * 50 + [Word.FAILED] * FAILURES:
        ears.hear(job, word)
    assert states() == {None: True, "toll-paint": False}


def test_an_account_that_was_deleted_meanwhile_has_no_breaker(in_tenant: Any, toll: Any) -> None:
    job = ask(in_tenant, 1)[0]
    Job.objects.filter(id=job.id).update(credential=None)
    job.credential.delete()
    assert (breaking.Ears().hear(job, Word.FAILED), Breaker.objects.count()) == (False, 0)
