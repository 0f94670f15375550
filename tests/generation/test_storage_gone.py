"""Storage is gone while a purchase finishes: what was paid for waits on the machine that bought it, and is bought once."""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from django.db.models import Q
from django.utils import timezone

from accounts.ledger import is_open
from config.invariants import disagreements
from generation import chores, crash, intake, policy, spool, storage, tidying
from generation.clock import after
from generation.drain import Drain
from generation.jobs import asking, claiming, ending, public
from generation.jobs.storing import STORAGE
from generation.marking import vocabulary
from generation.models import Job, Status
from generation.providers.contract import Done, Kind, Pending, Replay
from tests import factories
from tests.generation.mortal_workers import Killed, entries, fresh, hurry, run_out
from tests.generation.test_intake import picture
from tests.providers.toll import film

pytestmark = pytest.mark.django_db

BOUGHT = ((1, "reserve", 1000), (1, "settle", 1000))
LOST = ((1, "reserve", 1000), (1, "unknown", 1000))
AGAIN = (*LOST, (2, "reserve", 1000), (2, "settle", 1000))


@pytest.fixture
def ask(in_tenant: Any, toll: Any, step: Any) -> Callable[..., Job]:
    def make(kind: Kind = Kind.IMAGE, **request: Any) -> Job:
        return factories.job(in_tenant.user("reader"), in_tenant.kids, kind=kind, **request)

    return make


def told(job: Job) -> tuple[Any, ...]:
    found = fresh(job)
    return found.status, found.attempt, entries(job), disagreements()


def time_passes(job: Job) -> None:
    """What a dead worker held is free, and what is due later is due."""
    run_out(job)
    Job.objects.filter(id=job.id, status__in=[Status.RUNNING, Status.STORED]).update(lease_until=after(-1))
    hurry(job)


@pytest.mark.parametrize("how", ["", "AccessDenied", "SlowDown", "InternalError"])
def test_it_waits_and_is_kept_when_storage_is_back(
    how: str, s3: Any, toll: Any, ask: Callable[..., Job], work: Any
) -> None:
    job = ask()
    if how:
        s3.refuses = how
    else:
        s3.stop()
    work()
    found = fresh(job)
    assert (found.status, found.spool_id, found.error_class) == (Status.PARKED, spool.own_id(), STORAGE)
    assert public.in_story(found) == {
        "status": "generating",
        "outlook": "It is made, and is being put away. That takes longer than usual at the moment; it goes on by itself.",
    }
    assert (len(spool.entries()), is_open(job_id=job.id, attempt=1), s3.objects()) == (1, True, {})
    hurry(job)
    work()
    assert (fresh(job).status, len(spool.entries())) == (Status.PARKED, 1), "it is tried again, and waits on"
    s3.refuses = ""
    s3.start()
    for _ in range(5):  # a busy machine's server answers late, and a file that could not be put waits on
        hurry(job)
        work()
        ended = fresh(job)
        if ended.asset is not None:
            break
    assert ended.asset is not None
    assert told(job) == (Status.DONE, 1, BOUGHT, [])
    assert (ended.spool_id, ended.error_class, ended.error_detail, spool.entries()) == (None, "", "", [])
    assert list(s3.objects()) == [ended.asset.storage_name]
    assert len(toll.books) == 1


def test_what_lies_in_the_spool_is_marked_already(s3: Any, ask: Callable[..., Job], work: Any) -> None:
    job = ask()
    s3.stop()
    work()
    (entry,) = spool.entries()
    assert (entry.job_id, entry.attempt, entry.done.model, entry.kept.media_type) == (job.id, 1, "paint", "image/png")
    assert vocabulary.SCHEME.encode() in entry.path.read_bytes()
    assert (entry.path.stat().st_size, entry.name) == (
        entry.kept.size_bytes, storage.name_of(job.tenant_id, entry.kept.sha256),
    )  # fmt: skip


class Mortal:
    """Workers that die at a point, each with its own name."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.monkeypatch = monkeypatch

    def die_at(self, point: str) -> None:
        def die(name: str) -> None:
            if name == point:
                raise Killed(name)

        with self.monkeypatch.context() as patched:
            patched.setattr(crash, "point", die)
            with pytest.raises(Killed):
                Drain(f"worker:{uuid.uuid4().hex[:6]}", linger_seconds=0.0).run()


POINTS = ("after_spooled", "after_spool_noted", "after_left_in_spool")


@pytest.mark.parametrize("point", POINTS)
@pytest.mark.parametrize("kind", [Kind.IMAGE, Kind.VIDEO])
def test_a_worker_that_dies_meanwhile_costs_nothing(
    point: str, kind: Kind, s3: Any, toll: Any, ask: Callable[..., Job], work: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = ask(kind, **({"seconds": 4.0} if kind is Kind.VIDEO else {}))
    s3.stop()
    Mortal(monkeypatch).die_at(point)
    time_passes(job)
    work()
    assert (fresh(job).status, len(toll.books)) == (Status.PARKED, 1), "storage is gone for the next worker too"
    s3.start()
    time_passes(job)
    work()
    assert (told(job), len(toll.books), spool.entries()) == ((Status.DONE, 1, BOUGHT, []), 1, [])


@pytest.mark.parametrize("point", POINTS)
def test_control_without_the_spool_it_is_bought_again(
    point: str, s3: Any, toll: Any, ask: Callable[..., Job], work: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = ask()
    s3.stop()
    Mortal(monkeypatch).die_at(point)
    s3.start()
    monkeypatch.setattr(spool, "find", lambda *_: None)
    for _ in range(2):
        time_passes(job)
        work()
    assert (told(job), len(toll.books)) == ((Status.DONE, 2, AGAIN, []), 2)


class Anybody:
    """In the place of the compiled update: whoever has the fence takes the job, wherever its file lies."""

    def write(self, changes: Any, *, job_id: Any, fence: int, status: str, own_spool: Any) -> int:
        return Job.objects.filter(id=job_id, fence=fence, status=status).update(**changes)


class TestAnotherMachine:
    @pytest.fixture
    def left(self, s3: Any, ask: Callable[..., Job], work: Any, settings: Any, tmp_path: Path) -> Job:
        """A picture in the first machine's spool. From here on we are another one, and storage is back."""
        job = ask()
        s3.stop()
        work()
        settings.SPOOL = str(tmp_path / "elsewhere")
        s3.start()
        return fresh(job)

    def test_does_not_decide_what_the_first_can_still_answer(
        self, left: Job, toll: Any, work: Any, settings: Any, tmp_path: Path
    ) -> None:
        assert left.spooled_until is not None
        assert left.spooled_until > timezone.now() + datetime.timedelta(minutes=25)
        hurry(left)
        work()
        assert (fresh(left).status, fresh(left).fence, len(toll.books)) == (Status.PARKED, left.fence, 1)
        settings.SPOOL = str(tmp_path / "spool")
        work()
        assert (told(left), len(toll.books)) == ((Status.DONE, 1, BOUGHT, []), 1)

    def test_waits_too_where_the_first_died_in_the_middle(self, left: Job, toll: Any, work: Any) -> None:
        Job.objects.filter(id=left.id).update(status=Status.RUNNING, lease_until=after(-1))
        work()
        assert (fresh(left).status, fresh(left).fence, len(toll.books)) == (Status.RUNNING, left.fence, 1)

    def test_goes_on_by_the_usual_rules_when_the_first_stays_away(self, left: Job, toll: Any, work: Any) -> None:
        Job.objects.filter(id=left.id).update(spooled_until=after(-1))
        hurry(left)
        work()
        time_passes(left)
        work()
        assert (told(left), len(toll.books), fresh(left).spool_id) == ((Status.DONE, 2, AGAIN, []), 2, None)

    def test_control_that_does_not_wait_buys_again(
        self, left: Job, toll: Any, work: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(claiming, "_in_reach", lambda *_: Q())
        compiled = (claiming._due_sql, claiming._order_sql)
        monkeypatch.setattr(claiming, "_due_sql", cache(compiled[0].__wrapped__))
        monkeypatch.setattr(claiming, "_order_sql", cache(compiled[1].__wrapped__))
        monkeypatch.setattr(claiming, "_takeable", Anybody())
        for _ in range(2):
            time_passes(left)
            work()
        assert (told(left), len(toll.books)) == ((Status.DONE, 2, AGAIN, []), 2)

    def test_asks_the_provider_where_there_is_an_id(
        self, s3: Any, toll: Any, ask: Callable[..., Job], work: Any, settings: Any, tmp_path: Path
    ) -> None:
        toll.script[Kind.VIDEO] = [Pending("film-1", check_after_seconds=0.0)]
        toll.checks = [Done(data=film(), media_type="video/mp4", model="reel")] * 2
        job = ask(Kind.VIDEO, seconds=4.0)
        s3.stop()
        for _ in range(2):
            work()
            hurry(job)
        left = fresh(job)
        assert left.spooled_until is not None
        assert left.spooled_until < timezone.now() + datetime.timedelta(seconds=policy.HARMLESS_HOLD_SECONDS)
        settings.SPOOL = str(tmp_path / "elsewhere")
        s3.start()
        Job.objects.filter(id=job.id).update(spooled_until=after(-1))
        work()
        assert (told(job), len(toll.books), toll.asked_after) == ((Status.DONE, 1, BOUGHT, []), 1, ["film-1", "film-1"])


class TestItsTime:
    def test_to_be_stored_is_not_that_to_be_bought(self, s3: Any, ask: Callable[..., Job], work: Any) -> None:
        job = ask()
        Job.objects.filter(id=job.id).update(deadline_at=after(30))
        s3.stop()
        work()
        deadline = fresh(job).deadline_at
        assert deadline is not None
        assert deadline > timezone.now() + datetime.timedelta(days=2)
        hurry(job)
        work()
        assert (fresh(job).deadline_at, ending.expire()) == (deadline, 0), "and it does not grow with every try"

    def test_ends_booked_and_says_so(self, s3: Any, toll: Any, ask: Callable[..., Job], work: Any) -> None:
        job = ask()
        s3.stop()
        work()
        Job.objects.filter(id=job.id).update(deadline_at=after(-1))
        assert ending.expire() == 1
        assert told(job) == (Status.UNKNOWN, 1, LOST, [])
        assert fresh(job).message == "The picture came and could not be kept. It was charged."

    def test_what_is_cancelled_is_booked_and_tidied_away(
        self, s3: Any, toll: Any, ask: Callable[..., Job], work: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        kept, thrown = ask(), ask(prompt="a tin key")
        s3.stop()
        work()
        asking.cancel(fresh(thrown))
        assert told(thrown) == (Status.CANCELLED, 1, LOST, [])
        assert (tidying.empty_spool(), len(spool.entries())) == (0, 2), "not while a worker may be at it"
        monkeypatch.setattr(tidying, "SPOOL_SECONDS", -1.0)
        assert (tidying.empty_spool(), [entry.job_id for entry in spool.entries()]) == (2, [kept.id])
        assert "empty the spool" in chores.names()


def test_a_full_spool_begins_nothing_more_that_would_lie_there(
    s3: Any, toll: Any, ask: Callable[..., Job], work: Any, settings: Any
) -> None:
    settings.GENERATION = {**settings.GENERATION, "SPOOL_MAX_BYTES": 0}
    spool._size.cache_clear()
    picture, text = ask(), ask(Kind.TEXT)
    work()
    assert (fresh(picture).status, fresh(picture).sent_at, fresh(text).status) == (Status.QUEUED, None, Status.DONE)
    assert [request.kind for request in toll.books] == [Kind.TEXT]


def test_the_files_that_a_purchase_needs_are_waited_for_too(
    s3: Any, toll: Any, in_tenant: Any, ask: Callable[..., Job], work: Any
) -> None:
    asset = intake.keep_picture(picture("PNG"), tenant_id=in_tenant.tenant.id, field="file")
    toll.script[Kind.VIDEO] = [lambda request: (request.inputs[0].read(), toll._good(request))[1]]
    job = ask(Kind.VIDEO, seconds=4.0, inputs=[{"role": "first_frame", "asset": str(asset.id)}])
    s3.stop()
    work()
    found = fresh(job)
    assert (found.status, found.error_class, found.tries, is_open(job_id=job.id, attempt=1)) == (
        Status.QUEUED, "transient", 1, True,
    )  # fmt: skip
    s3.start()
    hurry(job)
    work()
    assert told(job) == (Status.DONE, 1, BOUGHT, [])


def test_storage_is_tried_soon_and_then_every_minute() -> None:
    for waited, least in ((0, 2), (3, 2), (20, 10), (60, 30), (3600, 60)):
        assert least <= policy.store_again(waited) <= least * 1.25
    assert policy.spool_hold(has_id=False, replay=Replay.NEVER, most_seconds=1800) == 1800
    assert policy.spool_hold(has_id=True, replay=Replay.NEVER, most_seconds=1800) == 180
    assert policy.spool_hold(has_id=False, replay=Replay.FREE, most_seconds=60) == 60
