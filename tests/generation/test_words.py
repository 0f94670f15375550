"""Text that is told while it is written: what of it stands in the row, where, and for how long."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Tier
from generation import arrivals
from generation.adapters import all_adapters
from generation.drain import Drain
from generation.models import Job, Rule, Status
from generation.providers import PROVIDERS
from generation.providers.contract import Done, Emit, Kind, Pending, Request
from generation.providers.errors import ProviderError, Refused, Transient
from generation.purchases import Held, Progress, Words
from tests import factories
from tests.generation.test_drain import abandon
from tests.providers.toll import Toll

pytestmark = pytest.mark.django_db
PIECES = ['{"title": "At the quay", ', '"text": "The key ', "lay in the fish"]


class Talker(Toll):
    """Tells `pieces`, then waits to be let go; then answers, or fails with `error`."""

    def __init__(self) -> None:
        super().__init__()
        self.pieces = list(PIECES)
        self.error: ProviderError | None = None
        self.has_told = threading.Event()

    def start(self, request: Request, emit: Emit) -> Done | Pending:
        for piece in self.pieces:
            emit.text(piece)
        emit.progress(0.5)
        self.has_told.set()
        self._go.wait(60)
        if self.error is not None:
            raise self.error
        return super().start(request, emit)


@pytest.fixture
def talker(toll: Toll, in_tenant: Any, step: Any) -> Talker:
    """In the place of the provider with books, on a tier that shows text while it is written."""
    made = Talker()
    all_adapters()["toll"] = made
    PROVIDERS["toll"] = lambda **_: made
    streams(True)
    Rule.objects.all().delete()  # words that a rule could keep out are not shown while they are written
    return made


@pytest.fixture
def ask(in_tenant: Any) -> Callable[[], Job]:
    # The tier as it stands then: what it says of words is written down with what is asked for.
    return lambda: factories.job(in_tenant.user("reader"), Tier.objects.get(slug="kids"), kind=Kind.TEXT)


@pytest.fixture
def drain() -> Drain:
    return Drain("w:1", linger_seconds=0)


def streams(does: bool) -> None:
    Tier.objects.filter(slug="kids").update(streams_text=does)


def fresh(job: Job) -> Job:
    return Job.objects.get(id=job.id)


def row(job: Job) -> tuple[str, float | None, str]:
    found = fresh(job)
    return found.partial, found.progress, found.status


def until(drain: Drain, is_so: Callable[[], bool]) -> None:
    """Let the loop take in what comes until something is so."""
    ends = time.monotonic() + 20
    while not is_so():
        assert time.monotonic() < ends, "it never was"
        drain._take_in(0.05)


def begun(drain: Drain, talker: Talker, job: Job) -> Held:
    """The job in this worker's hands, when its maker has told what it tells."""
    assert drain._claim()
    assert talker.has_told.wait(20)
    return drain.held[job.id]


def test_what_was_written_so_far_stands_in_the_row_until_it_is_whole(
    drain: Drain, talker: Talker, ask: Callable[[], Job]
) -> None:
    job = ask()
    begun(drain, talker, job)
    version = fresh(job).version
    until(drain, lambda: row(job) == ("".join(PIECES), 0.5, Status.RUNNING))
    assert fresh(job).version > version
    talker.let_go()
    until(drain, lambda: not drain.held)
    assert row(job) == ("", 1.0, Status.DONE)


def test_a_tier_that_checks_its_texts_shows_nothing_of_them(
    drain: Drain, talker: Talker, ask: Callable[[], Job]
) -> None:
    streams(False)
    job = ask()
    held = begun(drain, talker, job)
    until(drain, lambda: row(job) == ("", 0.5, Status.RUNNING))  # the progress came after all words
    assert (held.said, held.said_length) == ([], 0)
    talker.let_go()
    until(drain, lambda: not drain.held)
    assert row(job) == ("", 1.0, Status.DONE)


@pytest.mark.parametrize(
    ("error", "status"),
    [(Transient("busy"), Status.QUEUED), (Refused("no"), Status.REFUSED)],
    ids=["tried-again", "ended"],
)
def test_half_a_text_goes_with_its_attempt(
    drain: Drain, talker: Talker, ask: Callable[[], Job], error: ProviderError, status: Status
) -> None:
    talker.error = error
    job = ask()
    begun(drain, talker, job)
    until(drain, lambda: row(job)[0] == "".join(PIECES))
    talker.let_go()
    until(drain, lambda: not drain.held)
    assert (row(job)[0], row(job)[2]) == ("", status)


def test_what_a_dead_worker_left_is_gone_when_it_is_begun_anew(
    drain: Drain, talker: Talker, ask: Callable[[], Job]
) -> None:
    talker.pieces = []
    job = ask()
    abandon(job, partial="half a te")
    begun(drain, talker, job)
    assert row(job)[0] == ""
    talker.let_go()
    until(drain, lambda: not drain.held)


class TestAStorm:
    @pytest.fixture
    def held(self, drain: Drain, talker: Talker, ask: Callable[[], Job]) -> Held:
        """A text of which nothing has been told yet, and the row says so."""
        talker.pieces = []
        held = begun(drain, talker, ask())
        until(drain, lambda: held.noted_share == 0.5)
        held.job.run.tier  # noqa: B018 -- asked once a purchase; what is counted here is asked of every note
        return held

    @pytest.fixture(autouse=True)
    def over(self, talker: Talker, drain: Drain, held: Held) -> Any:
        yield
        talker.let_go()
        until(drain, lambda: not drain.held)

    def test_is_one_write(self, drain: Drain, held: Held) -> None:
        for number in range(3000):
            drain.outbox.put(Words(held, f"{number} "))
            drain.outbox.put(Progress(held, 0.5 + number / 10_000))
        held.noted_at = 0.0
        with CaptureQueriesContext(connection) as queries:
            drain._take_in(0)
        assert [query["sql"].split()[0] for query in queries] == ["UPDATE"]
        assert row(held.job) == (" ".join(map(str, range(3000))) + " ", 0.7999, Status.RUNNING)

    def test_waits_for_its_turn(self, drain: Drain, held: Held) -> None:
        drain.outbox.put(Words(held, "The key"))
        held.noted_at = time.monotonic() + 60
        drain._take_in(0)
        assert row(held.job)[0] == ""
        held.noted_at = 0.0
        with pytest.raises(queue.Empty):
            drain.outbox.get_nowait()
        drain._take_in(0)  # nothing new came, and what came before is written all the same
        assert row(held.job)[0] == "The key"

    def test_without_end_keeps_nothing_waiting(self, drain: Drain, held: Held) -> None:
        class Endless(queue.SimpleQueue):  # type: ignore[type-arg]
            """Another piece for every one that is taken."""

            def get_nowait(self) -> Any:
                self.put(Words(held, "more "))
                return super().get_nowait()

        held.noted_at = time.monotonic() + 60
        ordinary, drain.outbox = drain.outbox, Endless()
        for _ in range(3):
            drain.outbox.put(Words(held, "word "))
        drain._take_in(0)
        drain.outbox = ordinary
        assert "".join(held.said) == "word word word "

    def test_is_kept_up_to_a_length(self, drain: Drain, held: Held, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(arrivals, "MAX_SAID", 12)
        held.noted_at = 0.0
        for piece in ("The key lay ", "in the fish", "."):
            drain.outbox.put(Words(held, piece))
        drain._take_in(0)
        assert row(held.job)[0] == "The key lay "
        held.noted_at = 0.0
        drain.outbox.put(Words(held, "and more"))
        with CaptureQueriesContext(connection) as queries:
            drain._take_in(0)
        assert len(queries) == 0

    def test_of_what_no_column_keeps_is_marked(self, drain: Drain, held: Held) -> None:
        held.noted_at = 0.0
        drain.outbox.put(Words(held, "half \ud83d and \x00 nothing"))
        drain._take_in(0)
        assert row(held.job)[0] == "half \ufffd and \ufffd nothing"
