"""Every adapter bought through the real engine from a server that keeps books: a worker dies at each point of a purchase,
and what the provider took, what the ledger says and what the reader gets must be what the adapter's replay class promises.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from generation import policy, providers, purchases, spool
from generation.clock import after
from generation.jobs import asking
from generation.models import Job, Status
from generation.policy import Recovery
from generation.providers.contract import Kind, Replay
from generation.providers.protocols import Cancels, TellsCharge
from generation.storage import MAX_BYTES
from tests.generation.mortal_workers import (
    CASES,
    CLASSES,
    FETCHED,
    POLLED,
    PRICE,
    Engine,
    Fate,
    Killed,
    answer_lost,
    bought,
    cost_of,
    fresh,
    replay_of,
    run_out,
)
from tests.providers.cases import Case, all_cases
from tests.providers.fake import FakeProviders
from tests.providers.fake.faults import Fault, PollUrlElsewhere, ServerError, Truncated
from tests.providers.fake.faults import Status as Told

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def server() -> Iterator[FakeProviders]:
    with FakeProviders() as found:
        yield found


@pytest.fixture
def fake(server: FakeProviders) -> FakeProviders:
    server.reset()
    server.polls_needed = 1
    return server


@pytest.fixture
def engine(
    in_tenant: Any, media: Path, step: Any, fake: FakeProviders, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> Engine:
    settings.PROVIDER_ACCOUNTS = {case.provider: {"result_origins": (fake.elsewhere_url,)} for case in CASES}
    return Engine(in_tenant, fake, monkeypatch)


def is_free_of_charge(case: Case) -> bool:
    """Whether the provider itself charges nothing, so that its books stay empty."""
    return case.kind is Kind.MODERATE or case.provider in ("comfyui", "cosmos")


def files_in(folder: Path) -> set[Path]:
    return {path for path in folder.rglob("*") if path.is_file()}


EDITS = [case for case in all_cases() if case.kind is Kind.EDIT]


@pytest.mark.parametrize("case", EDITS, ids=str)
def test_a_picture_is_changed_by_a_model_that_makes_pictures(case: Case, engine: Engine) -> None:
    job = engine.ask(case)
    engine.finish(job)
    assert engine.fate(job, case) == bought(case)
    ended = fresh(job)
    assert (ended.kind, ended.model.kind if ended.model else "", ended.asset is not None) == ("edit", "image", True)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_good_purchase_is_kept_settled_and_charged_once(case: Case, engine: Engine) -> None:
    job = engine.ask(case)
    engine.finish(job)
    assert engine.fate(job, case) == bought(case)
    ended = fresh(job)
    assert (ended.cost_micros, ended.error_detail) == (cost_of(case), "")
    assert (ended.asset.media_type if ended.asset else "") == case.media_type
    assert len(engine.fake.books) == (0 if is_free_of_charge(case) else 1)
    told = {name for name in ("model", "seed") if name in case.expected}
    assert {name: ended.result[name] for name in told} == {name: case.expected[name] for name in told}


@dataclass(frozen=True)
class Death:
    """Where a worker dies: as it comes to `point` (`generation.crash`) for the given time. `submits` is what the
    provider has taken by then; `is_known` says whether the row tells the next worker all it needs not to buy again."""

    name: str
    point: str
    time: int
    submits: int
    is_known: bool

    def __str__(self) -> str:
        return self.name


ALWAYS = (
    Death("before the send", "after_claim", 1, 0, True),
    Death("between the send and the answer", "after_sent", 1, 1, False),
)
STORED = Death("after it was stored", "after_stored", 1, 1, True)
AT_ONCE = (Death("before it is stored", "before_stored", 1, 1, False),)
SPOOLED = (
    # What came as a file is on the machine's disk by then, and the next worker there finds it.
    Death("when it lies in the spool", "after_spooled", 1, 1, True),
    Death("before the row of what is kept", "before_stored", 1, 1, True),
)
WITH_ID = (
    Death("between the id and its commit", "before_parked", 1, 1, False),
    Death("between the id and the first poll", "after_parked", 1, 1, True),
    Death("claimed for the first poll", "after_claim", 2, 1, True),
    Death("while it is asked after", "after_sent", 2, 1, True),
    Death("before it is stored", "before_stored", 1, 1, True),
)
FILES = tuple(MAX_BYTES)
"""Kinds of which files come."""


def after_the_send(case: Case) -> tuple[Death, ...]:
    if case.poll:
        return WITH_ID
    return SPOOLED if case.kind in FILES else AT_ONCE


DEATHS = [(case, death) for case in CASES for death in (*ALWAYS, *after_the_send(case))]
DEATHS += [(case, STORED) for case in CLASSES]


@pytest.mark.parametrize(("case", "death"), DEATHS, ids=str)
def test_what_a_dead_worker_costs(case: Case, death: Death, engine: Engine) -> None:
    job = engine.ask(case)
    engine.kill_at(job, death.point, time=death.time)
    left = fresh(job)
    assert engine.fake.submits(case.provider) == death.submits
    assert (left.sent_at is not None) == (death.submits > 0)
    is_there = (
        bool(left.provider_job_id) or left.status == Status.STORED or spool.find(left.id, left.attempt) is not None
    )
    assert is_there == (death.is_known and death.submits > 0)
    engine.finish(job)
    assert engine.fate(job, case) == (bought(case) if death.is_known else answer_lost(case))


@pytest.mark.parametrize("case", CLASSES, ids=str)
def test_what_was_about_to_be_sent_counts_as_sent(case: Case, engine: Engine) -> None:
    """Between the commit and the first byte: nothing can tell this from a request whose answer was lost."""

    def die(*_: Any) -> None:
        raise Killed

    job = engine.ask(case)
    with engine.monkeypatch.context() as patched:
        patched.setattr(purchases, "begin", die)
        with pytest.raises(Killed):
            engine.drain()
    Job.objects.filter(id=job.id).update(lease_until=after(-1))
    engine.finish(job)
    sent = answer_lost(case)
    assert engine.fate(job, case) == replace(sent, submits=sent.submits - 1)


def careless_once() -> Callable[..., Recovery]:
    """A policy that sends what it finds, whatever it was; from the second time on, the real one."""
    found = iter([Recovery.SEND])
    real = policy.after_crash
    return lambda **how: next(found, None) or real(**how)


@pytest.mark.parametrize(
    ("case", "point"),
    [(case, "after_parked") for case in POLLED]
    + [(case, "after_sent") for case in CASES if case.kind is Kind.VIDEO and replay_of(case) is Replay.NEVER],
    ids=str,
)
def test_control_a_careless_policy_buys_twice_unbooked(
    case: Case, point: str, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = engine.ask(case)
    engine.kill_at(job, point)
    monkeypatch.setattr(policy, "after_crash", careless_once())
    engine.finish(job)
    assert engine.fate(job, case) == bought(case, submits=2)
    assert engine.fate(job, case) != (bought(case) if point == "after_parked" else answer_lost(case))


@pytest.mark.parametrize(
    "fault", [ServerError(), Truncated(), Told(404, "not_found")], ids=lambda fault: type(fault).__name__
)
@pytest.mark.parametrize("case", FETCHED, ids=str)
def test_a_result_of_a_job_that_cannot_be_fetched_is_asked_for_again(
    case: Case, fault: Fault, engine: Engine, media: Path
) -> None:
    engine.fake.script(case.provider, case.result, fault, fault)
    job = engine.ask(case)
    before = files_in(media)
    engine.finish(job)
    assert engine.fate(job, case) == bought(case)
    asked = Counter(seen.operation for seen in (*engine.fake.captured, *engine.fake.captured_elsewhere))
    # One poll while it was being made, then one for each time the result was to be fetched.
    assert (asked[case.poll], asked[case.result], engine.fake.unmet()) == (1 + 3, 3, [])
    assert len(files_in(media) - before) == 1


def picture_at_an_address(provider: str, fake: FakeProviders) -> Case:
    """A purchase whose first answer is the address of the result, and that has no id."""
    if provider == "compatible":
        fake.flavour = "localai"
        case = next(case for case in CASES if (case.provider, case.submit) == (provider, "image.generate"))
        return replace(case, options={"body": {"response_format": "url"}}, result="result")
    fake.script(provider, "image.generate", PollUrlElsewhere())
    case = next(case for case in all_cases() if case.provider == provider and case.name == "image in chat")
    return replace(case, result="result")


@pytest.mark.parametrize("provider", ["compatible", "openrouter"])
def test_a_result_without_an_id_is_fetched_again_and_not_bought_again(provider: str, engine: Engine) -> None:
    case = picture_at_an_address(provider, engine.fake)
    engine.fake.script(provider, case.result, *[ServerError()] * (purchases.FETCH_TRIES - 1))
    job = engine.ask(case)
    engine.finish(job)
    assert (engine.fate(job, case), engine.fake.unmet()) == (bought(case), [])


@pytest.mark.parametrize("provider", ["compatible", "openrouter"])
def test_a_result_without_an_id_that_is_lost_is_booked_before_it_is_bought_again(provider: str, engine: Engine) -> None:
    case = picture_at_an_address(provider, engine.fake)
    engine.fake.script(provider, case.result, *[ServerError()] * purchases.FETCH_TRIES)
    job = engine.ask(case)
    engine.finish(job)
    lost = (1, "release", 0) if replay_of(case) is Replay.FREE else (1, "unknown", PRICE)
    assert engine.fate(job, case) == Fate(
        Status.DONE, 2, 2, ((1, "reserve", PRICE), lost, (2, "reserve", PRICE), (2, "settle", cost_of(case)))
    )
    assert engine.fake.unmet() == []


@pytest.mark.parametrize("case", POLLED, ids=str)
def test_cancelling_reaches_the_provider_where_it_can_be_told(case: Case, engine: Engine) -> None:
    job = engine.ask(case)
    engine.drain()
    assert fresh(job).status == Status.PARKED
    asking.cancel(fresh(job))
    engine.drain()
    run_out(job)
    engine.drain()
    told = [seen.operation for seen in engine.fake.captured if seen.operation != case.submit]
    reserved = (1, "reserve", PRICE)
    close = (1, "release", 0) if replay_of(case) is Replay.FREE else (1, "unknown", PRICE)
    assert engine.fate(job, case) == Fate(Status.CANCELLED, 1, 1, (reserved, close))
    assert isinstance(providers.make(case.provider, base_url=engine.fake.origin), Cancels) == bool(case.cancel)
    asked = [case.poll] if isinstance(providers.make(case.provider, base_url=engine.fake.origin), TellsCharge) else []
    assert [name for name in told if name in (case.cancel, case.poll)] == ([case.cancel, *asked] if case.cancel else [])
