"""The worker loop against a provider with books: what is bought, how often, and what the ledger says of it."""

from __future__ import annotations

import os
import threading
import time
from typing import Any

import pytest
from django.db.models import F
from django_q.models import OrmQ

from accounts import auditing, ledger
from accounts.models import LedgerEntry
from accounts.tenancy import scope
from generation import watch
from generation.clock import after, now
from generation.drain import drain_here
from generation.errors import NotRetryable
from generation.jobs import asking, claiming, outcomes, retrying
from generation.jobs.transitions import LostClaim
from generation.models import Asset, Beat, BeatKind, Credential, Job, Lane, Status
from generation.providers.contract import Done, Kind, Pending, Replay
from generation.providers.errors import Damaged, Denied, Lost, Refused, Rejected, Transient, Unknown
from generation.steps import AskAgain
from tests import factories
from tests.factories import TOLL_PRICE

pytestmark = pytest.mark.django_db


@pytest.fixture
def ask(in_tenant: Any, toll: Any, step: Any) -> Any:
    """Queues a purchase of the reader on the kids tier."""
    reader = in_tenant.user("reader")
    return lambda kind=Kind.IMAGE, **more: factories.job(reader, in_tenant.kids, kind=kind, **more)


def entries(job: Job) -> list[tuple[int, str, int]]:
    """(attempt, kind, amount) of a job in the ledger."""
    found = LedgerEntry.objects.filter(job_id=job.id).values_list("attempt", "kind", "amount_micros")
    return sorted(found, key=lambda entry: (entry[0], entry[1] != "reserve"))


def fresh(job: Job) -> Job:
    return Job.objects.select_related("asset").get(id=job.id)


def abandon(job: Job, **changes: Any) -> None:
    """Leave the job as a worker that died would: running, its lease over."""
    Job.objects.filter(id=job.id).update(
        status=Status.RUNNING, worker="dead:1", fence=F("fence") + 1, lease_until=after(-1), **changes
    )


def test_a_purchase_is_made_kept_settled_and_finished_once(ask: Any, toll: Any, step: Any) -> None:
    job = ask()
    drain_here()
    done = fresh(job)
    assert (done.status, done.attempt, done.cost_micros, done.message) == (Status.DONE, 1, TOLL_PRICE, "")
    assert done.asset is not None
    assert (done.asset.media_type, done.asset.width, done.asset.height) == ("image/png", 64, 36)
    assert [request.reference for request in toll.books] == [f"{job.id}:1"]
    assert [finished.id for finished in step.finished] == [job.id]
    assert entries(job) == [(1, "reserve", TOLL_PRICE), (1, "settle", TOLL_PRICE)]
    assert auditing.audit() == []


def test_a_cost_above_the_hold_is_booked(ask: Any, toll: Any) -> None:
    toll.script[Kind.TEXT] = [Done(text="x", cost_micros=5 * TOLL_PRICE)]
    job = ask(Kind.TEXT)
    drain_here()
    assert fresh(job).cost_micros == 5 * TOLL_PRICE
    assert entries(job) == [(1, "reserve", TOLL_PRICE), (1, "settle", 5 * TOLL_PRICE)]
    assert auditing.audit() == []


def test_passing_faults_are_tried_again_within_one_attempt(ask: Any, toll: Any) -> None:
    toll.script[Kind.IMAGE] = [Transient("busy", retry_after_seconds=0.1)] * 2
    job = ask()
    drain_here()
    assert (fresh(job).status, fresh(job).attempt, len(toll.books)) == (Status.DONE, 1, 3)
    assert entries(job) == [(1, "reserve", TOLL_PRICE), (1, "settle", TOLL_PRICE)]


def test_faults_that_do_not_pass_end_it_and_cost_nothing(ask: Any, toll: Any, step: Any) -> None:
    toll.script[Kind.IMAGE] = [Transient("busy", retry_after_seconds=0.1)] * 9
    job = ask()
    drain_here()
    ended = fresh(job)
    assert (ended.status, len(toll.books)) == (Status.FAILED, 5)
    assert ended.message == "The picture could not be made: the maker is too busy. Nothing was charged."
    assert entries(job) == [(1, "reserve", TOLL_PRICE), (1, "release", 0)]
    assert [failed.id for failed in step.ended_badly] == [job.id]


@pytest.mark.parametrize(
    ("error", "status", "close", "message"),
    [
        (
            Refused("no"),
            "refused",
            ("release", 0),
            "The picture could not be made as asked. Try other words. Nothing was charged.",
        ),
        (
            Refused("no", billed=True),
            "refused",
            ("unknown", TOLL_PRICE),
            "The picture could not be made as asked. Try other words. It may have been charged.",
        ),
        (
            Rejected("bad size", field="size"),
            "failed",
            ("release", 0),
            "The picture could not be asked for. Staff have been told. Nothing was charged.",
        ),
        (
            Denied("bad key sk-secret"),
            "failed",
            ("release", 0),
            "The picture cannot be made at the moment. Staff have been told. Nothing was charged.",
        ),
    ],
    ids=["refused", "refused-billed", "rejected", "denied"],
)
def test_final_errors(ask: Any, toll: Any, error: Any, status: str, close: Any, message: str) -> None:
    toll.script[Kind.IMAGE] = [error]
    job = ask()
    drain_here()
    ended = fresh(job)
    assert (ended.status, ended.message, len(toll.books)) == (status, message, 1)
    assert entries(job) == [(1, "reserve", TOLL_PRICE), (1, *close)]


def test_a_denied_key_pauses_its_account(ask: Any, toll: Any) -> None:
    toll.script[Kind.IMAGE] = [Denied("no credit")]
    ask()
    drain_here()
    later = ask()
    assert claiming.claim(worker="w:1", room={Lane.WAIT: 5}) == []
    Credential.objects.filter(provider="toll").update(paused_until=None)
    assert [job.id for job in claiming.claim(worker="w:1", room={Lane.WAIT: 5})] == [later.id]


@pytest.mark.parametrize("error", [Damaged("half"), Unknown("cut off"), Lost("gone")])
def test_a_lost_answer_is_booked_and_bought_once_more(ask: Any, toll: Any, error: Any) -> None:
    toll.script[Kind.IMAGE] = [error]
    job = ask()
    drain_here()
    assert (fresh(job).status, fresh(job).attempt) == (Status.DONE, 2)
    assert [request.reference for request in toll.books] == [f"{job.id}:1", f"{job.id}:2"]
    assert entries(job) == [
        (1, "reserve", TOLL_PRICE), (1, "unknown", TOLL_PRICE), (2, "reserve", TOLL_PRICE), (2, "settle", TOLL_PRICE),
    ]  # fmt: skip
    assert auditing.audit() == []


def test_bytes_that_are_no_picture_count_as_damaged(ask: Any, toll: Any) -> None:
    toll.script[Kind.IMAGE] = [Done(data=b"<html>not a picture</html>", media_type="image/png")]
    job = ask()
    drain_here()
    assert (fresh(job).status, fresh(job).attempt) == (Status.DONE, 2)


def test_a_lost_film_asks_the_person(ask: Any, toll: Any) -> None:
    toll.script[Kind.VIDEO] = [Unknown("cut off")]
    job = ask(Kind.VIDEO)
    drain_here()
    assert (fresh(job).status, len(toll.books)) == (Status.UNKNOWN, 1)
    assert fresh(job).message.startswith("The film did not arrive. It may have been charged.")
    retrying.retry(fresh(job))
    drain_here()
    assert (fresh(job).status, fresh(job).attempt, len(toll.books)) == (Status.DONE, 2, 2)
    assert entries(job) == [
        (1, "reserve", TOLL_PRICE), (1, "unknown", TOLL_PRICE), (2, "reserve", TOLL_PRICE), (2, "settle", TOLL_PRICE),
    ]  # fmt: skip


def test_a_pending_purchase_is_asked_after_and_not_sent_again(ask: Any, toll: Any) -> None:
    toll.script[Kind.VIDEO] = [Pending("film-7", progress=0.1, check_after_seconds=0.1)]
    toll.checks = [Pending("film-7", progress=0.6, check_after_seconds=0.1), Transient("busy", retry_after_seconds=0.1)]
    job = ask(Kind.VIDEO)
    drain_here()
    assert (fresh(job).status, fresh(job).attempt, len(toll.books)) == (Status.DONE, 1, 1)
    assert toll.asked_after == ["film-7"] * 3
    assert entries(job) == [(1, "reserve", TOLL_PRICE), (1, "settle", TOLL_PRICE)]


class TestCrashes:
    """A worker died; its lease is over. What the next one does hangs on what was committed before."""

    def test_claimed_and_not_sent_is_sent(self, ask: Any, toll: Any) -> None:
        job = ask()
        abandon(job)
        drain_here()
        assert (fresh(job).status, fresh(job).attempt, len(toll.books)) == (Status.DONE, 1, 1)

    def test_an_id_is_polled_and_never_submitted_again(self, ask: Any, toll: Any) -> None:
        job = ask(Kind.VIDEO)
        abandon(job, sent_at=now(), provider_job_id="film-9", poll_url="https://toll.test/9")
        drain_here()
        assert (fresh(job).status, toll.books, toll.asked_after) == (Status.DONE, [], ["film-9"])

    def test_sent_without_id_never_is_booked_and_bought_again(self, ask: Any, toll: Any) -> None:
        job = ask()
        abandon(job, sent_at=now())
        drain_here()
        assert (fresh(job).status, fresh(job).attempt) == (Status.DONE, 2)
        assert [request.reference for request in toll.books] == [f"{job.id}:2"]
        assert entries(job)[:2] == [(1, "reserve", TOLL_PRICE), (1, "unknown", TOLL_PRICE)]

    def test_sent_without_id_film_asks_the_person(self, ask: Any, toll: Any) -> None:
        job = ask(Kind.VIDEO)
        abandon(job, sent_at=now())
        drain_here()
        assert (fresh(job).status, toll.books) == (Status.UNKNOWN, [])

    def test_sent_without_id_free_is_sent_again(self, ask: Any, toll: Any) -> None:
        toll.replay = Replay.FREE
        job = ask()
        abandon(job, sent_at=now())
        drain_here()
        assert (fresh(job).status, fresh(job).attempt, len(toll.books)) == (Status.DONE, 1, 1)

    def test_sent_without_id_lookup_finds_it(self, ask: Any, toll: Any) -> None:
        toll.replay = Replay.LOOKUP
        toll.finds = [Pending("found-1", check_after_seconds=0.1)]
        job = ask(Kind.VIDEO)
        abandon(job, sent_at=now())
        drain_here()
        assert (fresh(job).status, toll.books) == (Status.DONE, [])
        assert (toll.looked_up, toll.asked_after) == ([f"{job.id}:1"], ["found-1"])

    def test_sent_without_id_lookup_finds_nothing_and_sends(self, ask: Any, toll: Any) -> None:
        toll.replay = Replay.LOOKUP
        job = ask()
        abandon(job, sent_at=now())
        drain_here()
        assert (fresh(job).status, fresh(job).attempt, len(toll.books)) == (Status.DONE, 1, 1)

    def test_stored_is_finished_and_not_bought(self, ask: Any, toll: Any, step: Any) -> None:
        job = ask(Kind.TEXT)
        claimed = claiming.claim(worker="dead:1", room={Lane.WAIT: 1})[0]
        outcomes.sent(claimed)
        outcomes.stored(claimed, Done(text="kept"), None)
        claiming.give_back(worker="dead:1")
        drain_here()
        assert (fresh(job).status, toll.books, [j.id for j in step.finished]) == (Status.DONE, [], [job.id])
        assert entries(job) == [(1, "reserve", TOLL_PRICE), (1, "settle", TOLL_PRICE)]

    def test_a_late_writer_writes_nothing(self, ask: Any) -> None:
        job = ask(Kind.TEXT)
        slow = claiming.claim(worker="slow:1", room={Lane.WAIT: 1})[0]
        outcomes.sent(slow)
        claiming.give_back(worker="slow:1")
        quick = claiming.claim(worker="quick:1", room={Lane.WAIT: 1})[0]
        with pytest.raises(LostClaim):
            outcomes.stored(slow, Done(text="late"), None)
        assert entries(job) == [(1, "reserve", TOLL_PRICE)]
        # The control: with the fence of the one who holds it, the same write goes through.
        slow.fence = quick.fence
        outcomes.stored(slow, Done(text="late"), None)
        assert fresh(job).result["text"] == "late"

    def test_the_leases_of_a_dead_drain_are_given_back_by_the_sweep(self, ask: Any) -> None:

        job = ask()
        claiming.claim(worker="gone:1", room={Lane.WAIT: 1})
        assert claiming.claim(worker="next:1", room={Lane.WAIT: 1}) == []  # the control: a living lease is respected
        Beat.objects.create(
            group="g", kind=BeatKind.DRAIN, slot=0, holder="gone:1", pid=1, started_at=after(-60), beat_at=after(-60)
        )
        watch.sweep("other")
        assert [taken.id for taken in claiming.claim(worker="next:1", room={Lane.WAIT: 1})] == [job.id]

    def test_the_leases_of_a_drain_whose_process_is_gone_are_given_back_at_once(self, ask: Any) -> None:
        import socket

        job = ask()
        gone = f"{socket.gethostname()}:4194305"  # above the highest process id there is
        claiming.claim(worker=gone, room={Lane.WAIT: 1})
        Beat.objects.create(
            group="g", kind=BeatKind.DRAIN, slot=0, holder=gone, pid=4194305, started_at=now(), beat_at=now()
        )
        watch.sweep("g")
        assert Beat.objects.filter(kind=BeatKind.DRAIN).count() == 0
        assert [taken.id for taken in claiming.claim(worker="next:1", room={Lane.WAIT: 1})] == [job.id]


class TestSteps:
    def test_an_unusable_answer_is_asked_for_again_with_a_hold_of_its_own(self, ask: Any, toll: Any, step: Any) -> None:
        step.answers = [AskAgain("choices are missing", {"prompt": '{"must_end": true}'})]
        job = ask(Kind.TEXT)
        drain_here()
        assert (fresh(job).status, fresh(job).attempt) == (Status.DONE, 2)
        assert [request.prompt for request in toll.books] == ['{"must_end": false}', '{"must_end": true}']
        assert entries(job) == [
            (1, "reserve", TOLL_PRICE), (1, "settle", TOLL_PRICE), (2, "reserve", TOLL_PRICE), (2, "settle", TOLL_PRICE),
        ]  # fmt: skip

    def test_twice_unusable_fails_cleanly(self, ask: Any, toll: Any, step: Any) -> None:
        step.answers = [AskAgain("bad", {}), AskAgain("bad", {})]
        job = ask(Kind.TEXT)
        drain_here()
        assert (fresh(job).status, fresh(job).error_class, len(toll.books)) == (Status.FAILED, "unusable", 2)
        assert fresh(job).message == "The words came back in a form that cannot be used, twice. Try again."

    def test_a_step_that_breaks_loses_nothing_bought(self, ask: Any, toll: Any, step: Any) -> None:
        step.answers = [RuntimeError("a bug"), None]
        job = ask()
        drain_here()
        assert (fresh(job).status, len(toll.books), len(step.finished)) == (Status.DONE, 1, 2)

    def test_a_step_that_stays_broken_can_be_run_again_without_buying(self, ask: Any, toll: Any, step: Any) -> None:
        step.answers = [RuntimeError("a bug")] * 3
        job = ask()
        drain_here()
        assert (fresh(job).status, fresh(job).error_class, Asset.objects.count()) == (Status.FAILED, "step", 1)
        retrying.retry(fresh(job))
        drain_here()
        assert (fresh(job).status, len(toll.books)) == (Status.DONE, 1)
        assert entries(job) == [(1, "reserve", TOLL_PRICE), (1, "settle", TOLL_PRICE)]

    def test_what_waits_is_made_ready_and_what_cannot_be_ends_with_its_need(self, ask: Any, toll: Any) -> None:
        picture = ask()
        film = ask(Kind.VIDEO, needs=(picture,))
        assert fresh(film).status == Status.WAITING
        drain_here()
        assert [fresh(job).status for job in (picture, film)] == [Status.DONE, Status.DONE]
        toll.script[Kind.IMAGE] = [Rejected("no")]
        picture = ask()
        film = ask(Kind.VIDEO, needs=(picture,))
        drain_here()
        assert [fresh(job).status for job in (picture, film)] == [Status.FAILED, Status.FAILED]
        assert fresh(film).message == "The film could not be begun, because it needs the picture. Nothing was charged."
        assert entries(film) == [(1, "reserve", TOLL_PRICE), (1, "release", 0)]
        retrying.retry(fresh(film))
        drain_here()
        assert [(fresh(job).status, fresh(job).attempt) for job in (picture, film)] == [
            (Status.DONE, 2),
            (Status.DONE, 2),
        ]


class TestDeadlines:
    def test_a_provider_that_never_answers_is_given_up(self, ask: Any, toll: Any, settings: Any) -> None:
        settings.GENERATION = {**settings.GENERATION, "DEADLINES": {"image": 0.5}}
        toll.script[Kind.IMAGE] = [toll.hang]
        job = ask()
        drain_here()
        ended = fresh(job)
        assert (ended.status, ended.message) == (
            Status.UNKNOWN, "The picture took too long. It may have been charged.",
        )  # fmt: skip
        assert entries(job) == [(1, "reserve", TOLL_PRICE), (1, "unknown", TOLL_PRICE)]

    def test_the_sweep_ends_what_nobody_holds(self, ask: Any) -> None:
        job = ask()
        Job.objects.filter(id=job.id).update(deadline_at=after(-1))
        watch.sweep("g")
        assert (fresh(job).status, fresh(job).message) == (
            Status.FAILED,
            "The picture took too long. Nothing was charged.",
        )
        assert entries(job) == [(1, "reserve", TOLL_PRICE), (1, "release", 0)]

    def test_an_answer_after_the_deadline_is_not_written(self, ask: Any) -> None:
        job = ask(Kind.TEXT)
        slow = claiming.claim(worker="slow:1", room={Lane.WAIT: 1})[0]
        Job.objects.filter(id=job.id).update(deadline_at=after(-1))
        watch.sweep("g")
        with pytest.raises(LostClaim):
            outcomes.stored(slow, Done(text="late"), None)
        assert (fresh(job).status, fresh(job).result) == (Status.FAILED, {})


class TestClaiming:
    def test_one_process_holds_a_hundred_purchases(self, ask: Any, toll: Any) -> None:
        toll.delay_seconds = 2.0
        jobs = [ask(Kind.TEXT) for _ in range(100)]
        drain_here()
        assert {fresh(job).status for job in jobs} == {Status.DONE}
        assert (toll.most_at_once, len(toll.books)) == (100, 100)
        assert auditing.audit() == []

    @pytest.mark.parametrize(("limit", "most"), [(3, 3), (12, 12)])
    def test_an_account_takes_no_more_than_its_limit(self, ask: Any, toll: Any, limit: int, most: int) -> None:
        """12 jobs: a limit of 3 is kept; the control, a limit that does not bind, lets all go at once."""
        Credential.objects.filter(provider="toll").update(max_concurrent=limit)
        toll.delay_seconds = 0.3
        for _ in range(12):
            ask(Kind.TEXT)
        drain_here()
        assert (toll.most_at_once, len(toll.books)) == (most, 12)

    def test_tenants_take_turns(self, ask: Any, world: Any, toll: Any) -> None:
        for _ in range(10):
            ask(Kind.TEXT)
        with scope(world.harbour):
            from accounts.models import Cap
            from generation.models import AiModel, ModelGrant

            ModelGrant.objects.filter(tier=world.tales, kind="text").update(is_default=False)
            ModelGrant.objects.create(tier=world.tales, model=AiModel.objects.get(key="toll-words"), is_default=True)
            Cap.objects.create(subject_id=world.harbour.id, limit=10**6)
            late = factories.job(world.user("harbour-owner"), world.tales, kind=Kind.TEXT)
        taken = claiming.claim(worker="w:1", room={Lane.WAIT: 2})
        assert len(taken) == 2
        assert late.id in {job.id for job in taken}

    def test_text_goes_before_pictures_before_film(self, ask: Any) -> None:
        order = [ask(Kind.VIDEO).id, ask(Kind.IMAGE).id, ask(Kind.TEXT).id]
        taken = [job.id for _ in range(3) for job in claiming.claim(worker="w:1", room={Lane.WAIT: 1})]
        assert taken == order[::-1]

    def test_a_claimed_job_is_not_claimed_again(self, ask: Any) -> None:
        ask()
        assert len(claiming.claim(worker="a:1", room={Lane.WAIT: 5})) == 1
        assert claiming.claim(worker="b:1", room={Lane.WAIT: 5}) == []

    def test_renewing_tells_what_was_lost(self, ask: Any) -> None:
        ask()
        job = claiming.claim(worker="a:1", room={Lane.WAIT: 1})[0]
        assert claiming.renew(worker="a:1", held={job.id: job.fence}) == set()
        claiming.give_back(worker="a:1")
        claiming.claim(worker="b:1", room={Lane.WAIT: 1})
        assert claiming.renew(worker="a:1", held={job.id: job.fence}) == {job.id}


class TestAsking:
    def test_over_budget_leaves_nothing(self, ask: Any, in_tenant: Any) -> None:
        from accounts.models import Cap

        Cap.objects.filter(measure="micros").update(limit=TOLL_PRICE)
        ask()
        with pytest.raises(ledger.OverBudget, match="used up"):
            ask()
        # Letters that tell of the budget are jobs too.
        bought = Job.objects.exclude(kind=Kind.DELIVER)
        assert (bought.count(), LedgerEntry.objects.filter(job_id__in=bought.values("id")).count()) == (1, 1)

    def test_no_cap_no_purchase(self, ask: Any) -> None:
        from accounts.models import Cap

        Cap.objects.all().delete()
        with pytest.raises(ledger.OverBudget, match="until staff set a budget"):
            ask()
        assert Job.objects.count() == 0

    def test_trying_again_twice_is_one_attempt(self, ask: Any, toll: Any) -> None:
        toll.script[Kind.IMAGE] = [Rejected("no")]
        job = ask()
        drain_here()
        ended = fresh(job)
        retrying.retry(ended)
        retrying.retry(ended)
        assert (fresh(job).attempt, fresh(job).status) == (2, Status.QUEUED)
        assert entries(job) == [(1, "reserve", TOLL_PRICE), (1, "release", 0), (2, "reserve", TOLL_PRICE)]

    def test_what_is_done_is_not_tried_again(self, ask: Any) -> None:
        job = ask()
        drain_here()
        with pytest.raises(NotRetryable):
            retrying.retry(fresh(job))

    def test_cancel_before_sending_costs_nothing(self, ask: Any, toll: Any) -> None:
        job = ask()
        asking.cancel(job)
        drain_here()
        assert (fresh(job).status, toll.books) == (Status.CANCELLED, [])
        assert entries(job) == [(1, "reserve", TOLL_PRICE), (1, "release", 0)]

    def test_cancel_after_sending_books_what_may_be_charged(self, ask: Any, toll: Any) -> None:
        toll.script[Kind.VIDEO] = [Pending("film-1", check_after_seconds=60)]
        job = ask(Kind.VIDEO)
        drainer = claiming.claim(worker="a:1", room={Lane.WAIT: 1})[0]
        outcomes.sent(drainer)
        outcomes.parked(drainer, Pending("film-1", check_after_seconds=60))
        asking.cancel(fresh(job))
        assert (fresh(job).status, fresh(job).message) == (Status.CANCELLED, "Cancelled. It may have been charged.")
        assert entries(job) == [(1, "reserve", TOLL_PRICE), (1, "unknown", TOLL_PRICE)]


def test_a_stopping_drain_parks_what_has_an_id_and_requeues_the_rest(
    ask: Any, toll: Any, settings: Any, tmp_path: Any, monkeypatch: Any
) -> None:
    settings.GENERATION = {**settings.GENERATION, "STOP_GRACE_SECONDS": 0.3}
    toll.replay = Replay.FREE
    toll.script[Kind.IMAGE] = [toll.hang]
    job = ask()
    flag = tmp_path / "stop"
    monkeypatch.setenv("FABLEWRIGHT_STOP_FILE", str(flag))
    threading.Timer(0.5, flag.touch).start()
    began = time.monotonic()
    drain_here()
    assert time.monotonic() - began < 5
    assert (fresh(job).status, fresh(job).sent_at) == (Status.QUEUED, None)


class TestTheDoorbell:
    """The sweep rings where something is due and nobody is awake to see it."""

    @pytest.fixture(autouse=True)
    def _silent(self, ask: Any) -> None:
        ask(Kind.TEXT)
        OrmQ.objects.all().delete()

    def rung(self) -> list[str]:
        return [message.func() for message in OrmQ.objects.order_by("id")]

    def test_it_is_rung_though_a_beat_lies_there(self) -> None:
        watch.ring_beat("g")
        watch.sweep("g")
        assert self.rung() == ["generation.tasks.beat", "generation.tasks.drain"]

    def test_where_nobody_takes_any_they_do_not_pile_up(self) -> None:
        for _ in range(20):
            watch.sweep("g")
        assert self.rung() == ["generation.tasks.drain"] * watch.MOST_LYING

    def test_it_is_not_rung_where_a_drain_is_awake(self) -> None:
        Beat.objects.create(
            group="g", kind=BeatKind.DRAIN, holder="far:1", pid=os.getpid(), started_at=after(0), beat_at=after(0)
        )
        watch.sweep("g")
        assert self.rung() == []
