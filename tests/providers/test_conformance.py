"""What every adapter must do, bought from a server that speaks its provider's wire format.

Each case is bought once as it should go, with its request held against the provider's own schema. The faults of the
network and of the door are then met once for each way of asking (`submit`), and the provider's own where its case names
them: each has to become the error that says what the engine may do next.
"""

from __future__ import annotations

import uuid
from pathlib import Path
from typing import Any

import pytest

from generation import providers, storage
from generation.providers.capabilities import refuse_unsupported
from generation.providers.contract import Done, Emit, Handle, Pending
from generation.providers.errors import Damaged, ProviderError, Rejected, Transient, Unknown
from generation.providers.fitting import fit
from generation.providers.protocols import Cancels, Opens
from tests.providers import personal, specs
from tests.providers.cases import Case, Fails, all_cases
from tests.providers.fake import FakeProviders
from tests.providers.fake.faults import (
    Drip,
    Fault,
    GzipBomb,
    Html,
    Overloaded,
    RateLimited,
    Redirect,
    ResetAfterCharge,
    ResetBefore,
    ServerError,
    Truncated,
    UnknownStatus,
    WrongType,
)
from tests.providers.fake.server import DIALECTS

CASES = all_cases()
SUBMITS = list({(case.provider, case.submit): case for case in reversed(CASES)}.values())
POLLED = list({(case.provider, case.poll): case for case in reversed(CASES) if case.poll}.values())
FETCHED = list({(case.provider, case.result): case for case in reversed(CASES) if case.result}.values())
CANCELLED = list({(case.provider, case.cancel): case for case in reversed(CASES) if case.cancel}.values())
MOST_POLLS = 8


def own_faults(provider: str, operation: str) -> tuple[type[Fault], ...]:
    """The faults that an operation of the fake has beside those that all have."""
    return DIALECTS[provider].expresses.get(operation, ())


def adapter_for(case: Case, fake: FakeProviders, **more: Any) -> Any:
    found: Any = providers.make(
        case.provider,
        key=fake.key(case.provider),
        base_url=fake.base_url(case.provider),
        trusted=True,
        result_origins=(fake.elsewhere_url,),
        **more,
    )
    found.submit_seconds, found.poll_seconds = 10.0, 5.0
    return found


class Purchase:
    """One purchase step by step, as the engine makes it."""

    def __init__(self, case: Case, fake: FakeProviders) -> None:
        self.case, self.fake = case, fake
        self.able = adapter_for(case, fake)
        asked = case.request
        can = self.able.capabilities(asked.model, asked.kind, asked.options)
        assert can is not None
        self.request, self.adjusted = fit(asked, can)
        assert refuse_unsupported(self.request, can) == []
        self.told: list[str] = []
        self.shares: list[float] = []
        self.pendings: list[Pending] = []

    def start(self) -> Done | Pending:
        answer = self.able.start(self.request, Emit(self.shares.append, self.told.append))
        if isinstance(answer, Pending):
            self.pendings.append(answer)
        return answer

    @property
    def handle(self) -> Handle:
        # Some tell another address with each poll; the engine keeps the newest.
        return Handle(self.pendings[-1].id, self.pendings[-1].poll_url, self.request)

    def check(self) -> Done | Pending:
        answer = self.able.check(self.handle)
        if isinstance(answer, Pending):
            self.pendings.append(answer)
        return answer

    def finish(self, answer: Done | Pending) -> Done:
        for _ in range(MOST_POLLS):
            if isinstance(answer, Done):
                return answer
            answer = self.check()
        raise AssertionError(f"still pending after {MOST_POLLS} polls: {answer}")

    def keep(self, done: Done) -> storage.Kept:
        if done.data is not None:
            return storage.keep(
                tenant_id=uuid.UUID(int=1), kind=self.case.kind, data=done.data, media_type=done.media_type
            )
        assert done.link is not None
        assert isinstance(self.able, Opens)
        with self.able.open(done.link) as stream:
            return storage.keep(
                tenant_id=uuid.UUID(int=1),
                kind=self.case.kind,
                data=stream.chunks(),
                media_type=done.media_type or stream.media_type,
            )


def key_went_elsewhere(fake: FakeProviders, case: Case) -> bool:
    key = fake.key(case.provider)
    return any(
        key in str(seen.headers) + str(seen.query) or key.encode() in seen.raw for seen in fake.captured_elsewhere
    )


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_good_purchase(case: Case, fake: FakeProviders, media: Path) -> None:
    purchase = Purchase(case, fake)
    done = purchase.finish(purchase.start())
    assert personal.said(fake.captured) == [], "no provider is told who asks"
    assert {name: getattr(done, name) for name in case.expected} == dict(case.expected)
    assert [done.text is not None, done.data is not None, done.link is not None, done.verdict is not None].count(
        True
    ) == 1
    if case.media_type:
        assert purchase.keep(done).media_type == case.media_type
    if done.text is not None and purchase.told:
        assert "".join(purchase.told) == done.text
    assert fake.submits(case.provider) == 1
    assert (fake.broken, fake.unmet()) == ([], [])
    if case.poll:
        assert len(purchase.pendings) == 1 + fake.polls_needed
        assert {pending.id for pending in purchase.pendings} == {purchase.pendings[0].id}
        shares = [pending.progress for pending in purchase.pendings if pending.progress is not None]
        assert shares == sorted(shares)
        assert all(0 <= share <= 1 for share in shares)
    assert not key_went_elsewhere(fake, case)
    asked = [seen for seen in fake.captured if seen.operation == case.submit]
    assert len(asked) == 1
    if case.schema:
        seen = asked[0]
        specs.validate_captured(case.provider, seen.path, seen.json, seen.fields, seen.files)


def wait_of(fault: RateLimited) -> tuple[float, float] | None:
    """Least and most seconds that an adapter may read from it. A date has whole seconds and the clock goes on."""
    return {"none": None, "date": (0.0, fault.seconds + 1.0)}.get(fault.form, (fault.seconds, fault.seconds))


LEAST_WAIT = {"stability": 60.0, "cosmos": 15.0}
"""Seconds within which nobody is let back, or a film that is being made will not be done."""
LIMITS = [RateLimited(form) for form in ("seconds", "float", "date", "ms", "google_retry_info", "none")]


@pytest.mark.parametrize(
    ("case", "fault"),
    [(case, fault) for case in SUBMITS for fault in LIMITS if fault.form in DIALECTS[case.provider].waits],
    ids=lambda value: str(value) if isinstance(value, Case) else value.form,
)
def test_a_limit_says_when_to_come_back(case: Case, fault: RateLimited, fake: FakeProviders) -> None:
    fault = RateLimited(fault.form, seconds=2 if fault.form in ("seconds", "date") else 1.5)
    fake.script(case.provider, case.submit, fault)
    with pytest.raises(Transient) as raised:
        Purchase(case, fake).start()
    wait, told = raised.value.retry_after_seconds, wait_of(fault)
    least = LEAST_WAIT.get(case.provider)
    if told is None:
        assert wait == least
    elif wait is not None and wait != least:
        assert told[0] <= wait <= told[1]
    else:
        assert wait == least == max(told[1], least or 0.0)
    assert (fake.submits(case.provider), fake.unmet()) == (0, [])


AT_THE_DOOR: list[tuple[Fault, tuple[type[ProviderError], ...]]] = [
    (ServerError(), (Transient,)),
    (Overloaded(), (Transient,)),
    (ResetBefore(), (Unknown,)),
    (ResetAfterCharge(), (Unknown,)),
    (Truncated(), (Unknown, Damaged)),
    (Html(), (Damaged,)),
    (GzipBomb(), (Damaged,)),
    (Drip(0.8), (Unknown, Damaged)),
    (Redirect(), (Rejected,)),
]


@pytest.mark.parametrize(("fault", "errors"), AT_THE_DOOR, ids=lambda value: type(value).__name__)
@pytest.mark.parametrize("case", SUBMITS, ids=str)
def test_what_goes_wrong_with_a_submit(
    case: Case, fault: Fault, errors: tuple[type[ProviderError], ...], fake: FakeProviders
) -> None:
    fake.script(case.provider, case.submit, fault)
    purchase = Purchase(case, fake)
    purchase.able.submit_seconds = 0.5
    with pytest.raises(errors) as raised:
        purchase.start()
    assert type(raised.value) in errors
    assert fake.key(case.provider) not in f"{raised.value!r} {raised.value}"
    assert (fake.captured_elsewhere, fake.unmet()) == ([], [])


WHILE_ASKING = [
    ServerError(), RateLimited("none"), ResetBefore(), Truncated(), Html(), GzipBomb(), Drip(0.8),
]  # fmt: skip


@pytest.mark.parametrize("fault", WHILE_ASKING, ids=lambda fault: type(fault).__name__)
@pytest.mark.parametrize("case", POLLED, ids=str)
def test_what_goes_wrong_while_asking_after_it_buys_nothing_twice(
    case: Case, fault: Fault, fake: FakeProviders
) -> None:
    purchase = Purchase(case, fake)
    answer = purchase.start()
    fake.script(case.provider, case.poll, fault)
    purchase.able.poll_seconds = 0.5
    with pytest.raises(Transient):
        purchase.check()
    assert fake.unmet() == []
    purchase.able.poll_seconds = 5.0
    assert isinstance(purchase.finish(answer), Done)
    assert fake.submits(case.provider) == 1


@pytest.mark.parametrize(
    "case", [case for case in POLLED if UnknownStatus in own_faults(case.provider, case.poll)], ids=str
)
def test_a_status_that_nobody_knows_means_waiting(case: Case, fake: FakeProviders) -> None:
    purchase = Purchase(case, fake)
    purchase.start()
    fake.script(case.provider, case.poll, UnknownStatus())
    assert isinstance(purchase.check(), Pending)
    assert isinstance(purchase.finish(purchase.check()), Done)
    assert (fake.submits(case.provider), fake.unmet()) == (1, [])


@pytest.mark.parametrize("fault", [ServerError(), Truncated(), ResetBefore()], ids=lambda fault: type(fault).__name__)
@pytest.mark.parametrize("case", FETCHED, ids=str)
def test_a_result_that_cannot_be_fetched_now_can_be_fetched_later(
    case: Case, fault: Fault, fake: FakeProviders, media: Path
) -> None:
    purchase = Purchase(case, fake)
    done = purchase.finish(purchase.start())
    fake.script(case.provider, case.result, fault)
    with pytest.raises(Transient):
        purchase.keep(done)
    assert [path for path in media.rglob("*") if path.is_file()] == []
    assert purchase.keep(done).media_type == case.media_type


@pytest.mark.parametrize(
    ("case", "fails"), [(case, fails) for case in CASES for fails in case.fails],
    ids=lambda value: str(value) if isinstance(value, Case) else f"{value.operation}-{value.fault}",
)  # fmt: skip
def test_what_the_provider_has_of_its_own(case: Case, fails: Fails, fake: FakeProviders, media: Path) -> None:
    purchase = Purchase(case, fake)
    fake.script(case.provider, fails.operation, fails.fault)
    with pytest.raises(fails.error) as raised:
        purchase.keep(purchase.finish(purchase.start()))
    assert type(raised.value) is fails.error
    assert {name: getattr(raised.value, name) for name in fails.attributes} == dict(fails.attributes)
    assert fake.key(case.provider) not in f"{raised.value!r} {raised.value}"
    assert (fake.unmet(), key_went_elsewhere(fake, case)) == ([], False)


@pytest.mark.parametrize("case", CANCELLED, ids=str)
def test_a_cancelled_purchase_is_stopped(case: Case, fake: FakeProviders) -> None:
    purchase = Purchase(case, fake)
    purchase.start()
    assert isinstance(purchase.able, Cancels)
    purchase.able.cancel(purchase.handle)
    assert [seen.operation for seen in fake.captured].count(case.cancel) == 1
    with pytest.raises(ProviderError):
        purchase.finish(purchase.check())


# Providers whose wire says a type that could lie, and the operation that says it.
LYING = {
    case.provider: (case, operation)
    for case in reversed(CASES)
    for operation in (case.submit, case.poll)
    if case.media_type.startswith("image/") and WrongType in own_faults(case.provider, operation)
}


@pytest.mark.parametrize(("case", "operation"), list(LYING.values()), ids=str)
def test_a_picture_whose_type_lies_is_made_what_it_was_said_to_be(
    case: Case, operation: str, fake: FakeProviders, media: Path
) -> None:
    purchase = Purchase(case, fake)
    fake.script(case.provider, operation, WrongType())
    kept = purchase.keep(purchase.finish(purchase.start()))
    data = storage.read(f"t/{uuid.UUID(int=1)}/{kept.sha256}")
    magic = {"image/png": b"\x89PNG", "image/jpeg": b"\xff\xd8\xff", "image/webp": b"RIFF"}
    assert data.startswith(magic[kept.media_type])
    assert fake.unmet() == []
