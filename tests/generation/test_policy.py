"""The engine's whole judgement, as tables."""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest
from django.conf import settings
from hypothesis import given
from hypothesis import strategies as st

from generation import policy
from generation.policy import (
    DELIVERY_WAITS,
    LONGEST_WAIT_SECONDS,
    MAX_ATTEMPTS,
    MAX_TRIES,
    Money,
    Recovery,
    Verdict,
    after_crash,
    after_error,
    backoff,
    delivery_wait,
    most_tries,
    past_deadline,
    unknown_fate,
)
from generation.providers.contract import Kind, Replay
from generation.providers.errors import Damaged, Denied, Lost, ProviderError, Refused, Rejected, Transient, Unknown

NEVER, LOOKUP, FREE = Replay.NEVER, Replay.LOOKUP, Replay.FREE


def decide(error: ProviderError, **given: Any) -> tuple[Verdict, Money]:
    asked = {"kind": Kind.IMAGE, "replay": NEVER, "tries": 1, "attempt": 1, **given}
    found = after_error(error, **asked)
    return found.verdict, found.money


@pytest.mark.parametrize(("kind", "replay", "attempt"), list(product(Kind, Replay, (1, 2, 3))))
def test_errors_before_the_provider_took_it(kind: Kind, replay: Replay, attempt: int) -> None:
    """What the provider said no to is the same whatever was asked, and never bought again."""
    given = {"kind": kind, "replay": replay, "attempt": attempt}
    assert {
        "busy": decide(Transient("x"), **given),
        "busy to the last": decide(Transient("x"), **given, tries=most_tries(kind)),
        "refused": decide(Refused("x"), **given),
        "refused and billed": decide(Refused("x", billed=True), **given),
        "rejected": decide(Rejected("x"), **given),
        "denied": decide(Denied("x"), **given),
    } == {
        "busy": (Verdict.RETRY, Money.KEEP),
        "busy to the last": (Verdict.FAIL, Money.RELEASE),
        "refused": (Verdict.REFUSE, Money.RELEASE),
        "refused and billed": (Verdict.REFUSE, Money.BOOK),
        "rejected": (Verdict.FAIL, Money.RELEASE),
        "denied": (Verdict.FAIL, Money.RELEASE),
    }


B, R, K = Money.BOOK, Money.RELEASE, Money.KEEP
AGAIN, UNKNOWN, FAIL = Verdict.BUY_AGAIN, Verdict.UNKNOWN, Verdict.FAIL
LOST_ANSWERS = {
    # (film?, replay, billed): what follows in the first, second and third attempt
    (False, NEVER, None): [(AGAIN, B), (UNKNOWN, B), (UNKNOWN, B)],
    (False, NEVER, True): [(AGAIN, B), (UNKNOWN, B), (UNKNOWN, B)],
    (False, NEVER, False): [(AGAIN, R), (AGAIN, R), (FAIL, R)],
    (False, LOOKUP, None): [(AGAIN, B), (UNKNOWN, B), (UNKNOWN, B)],
    (False, LOOKUP, True): [(AGAIN, B), (UNKNOWN, B), (UNKNOWN, B)],
    (False, LOOKUP, False): [(AGAIN, R), (AGAIN, R), (FAIL, R)],
    (False, FREE, None): [(AGAIN, R), (AGAIN, R), (FAIL, R)],
    (False, FREE, True): [(AGAIN, R), (AGAIN, R), (FAIL, R)],
    (False, FREE, False): [(AGAIN, R), (AGAIN, R), (FAIL, R)],
    (True, NEVER, None): [(UNKNOWN, B)] * 3,
    (True, NEVER, True): [(UNKNOWN, B)] * 3,
    (True, NEVER, False): [(AGAIN, R), (AGAIN, R), (FAIL, R)],
    (True, LOOKUP, None): [(UNKNOWN, B)] * 3,
    (True, LOOKUP, True): [(UNKNOWN, B)] * 3,
    (True, LOOKUP, False): [(AGAIN, R), (AGAIN, R), (FAIL, R)],
    (True, FREE, None): [(AGAIN, R), (AGAIN, R), (FAIL, R)],
    (True, FREE, True): [(AGAIN, R), (AGAIN, R), (FAIL, R)],
    (True, FREE, False): [(AGAIN, R), (AGAIN, R), (FAIL, R)],
}


@pytest.mark.parametrize("error", [Damaged, Lost, Unknown])
@pytest.mark.parametrize("kind", Kind)
@pytest.mark.parametrize("has_id", [False, True])
def test_answers_that_were_lost(error: Any, kind: Kind, has_id: bool) -> None:
    found = {
        (film, replay, billed): [
            decide(error("x", billed=billed), kind=kind, replay=replay, attempt=attempt, has_id=has_id)
            for attempt in (1, 2, MAX_ATTEMPTS)
        ]
        for film, replay, billed in LOST_ANSWERS
        if film == (kind is Kind.VIDEO)
    }
    assert found == {key: value for key, value in LOST_ANSWERS.items() if key[0] == (kind is Kind.VIDEO)}


@pytest.mark.parametrize("error", [Transient("x"), Rejected("x"), Denied("x")], ids=["busy", "rejected", "denied"])
@pytest.mark.parametrize("tries", [1, MAX_TRIES, 50])
def test_what_the_provider_has_is_asked_after_until_its_time_is_over(error: ProviderError, tries: int) -> None:
    """A provider that cannot be asked for a minute has not lost the film that is being paid for."""
    decision = after_error(error, kind=Kind.VIDEO, replay=NEVER, tries=tries, attempt=1, has_id=True)
    assert (decision.verdict, decision.money, decision.pause_credential) == (
        Verdict.RETRY, Money.KEEP, isinstance(error, Denied),
    )  # fmt: skip
    assert 0 < decision.wait_seconds <= LONGEST_WAIT_SECONDS
    # The control: refused by its content policy it is over, with or without an id.
    assert decide(Refused("x"), has_id=True) == (Verdict.REFUSE, Money.RELEASE)


def test_a_job_that_ended_because_of_what_it_was_given_is_not_asked_after_again() -> None:
    assert decide(Rejected("no picture", field="inputs"), has_id=True) == (Verdict.FAIL, Money.RELEASE)


def test_a_refusal_of_which_nobody_says_whether_it_was_charged_is_booked() -> None:
    assert decide(Refused("x", billed=None)) == (Verdict.REFUSE, Money.BOOK)


def test_every_verdict_says_what_it_cost() -> None:
    """Where something ends, the sentence tells of the money, and never of the provider's words."""
    errors = [
        Transient("secret"), Refused("secret"), Refused("secret", billed=True), Rejected("secret"), Denied("secret"),
        Damaged("secret"), Damaged("secret", billed=False), Lost("secret"), Unknown("secret"),
    ]  # fmt: skip
    for error, kind, replay, attempt, tries in product(
        errors, Kind, Replay, (1, 2, 3), (1, MAX_TRIES, most_tries(Kind.DELIVER))
    ):
        decision = after_error(error, kind=kind, replay=replay, tries=tries, attempt=attempt)
        if decision.verdict in (Verdict.RETRY, Verdict.BUY_AGAIN):
            assert decision.message == ""
            continue
        charged = policy.MAY_BE_CHARGED if decision.money is Money.BOOK else policy.NOTHING_CHARGED
        assert charged in decision.message
        assert "secret" not in decision.message
        assert decision.message.startswith(policy.NOUNS[kind])
        assert len(decision.message) <= 300


def test_only_a_denied_key_pauses_its_account() -> None:
    errors = [Transient("x"), Refused("x"), Rejected("x"), Denied("x"), Damaged("x"), Lost("x"), Unknown("x")]
    paused = [
        type(error).__name__ for error in errors
        if after_error(error, kind=Kind.TEXT, replay=NEVER, tries=1, attempt=1).pause_credential
    ]  # fmt: skip
    assert paused == ["Denied"]


CRASHES = {
    # (stored, has an id, sent): what happens for each replay class
    (False, False, False): (Recovery.SEND, Recovery.SEND, Recovery.SEND),
    (False, False, True): (Recovery.UNKNOWN, Recovery.FIND, Recovery.SEND),
    (False, True, False): (Recovery.POLL,) * 3,
    (False, True, True): (Recovery.POLL,) * 3,
    (True, False, False): (Recovery.FINISH,) * 3,
    (True, False, True): (Recovery.FINISH,) * 3,
    (True, True, False): (Recovery.FINISH,) * 3,
    (True, True, True): (Recovery.FINISH,) * 3,
}


@pytest.mark.parametrize(("stored", "has_id", "sent"), CRASHES)
def test_after_a_crash(stored: bool, has_id: bool, sent: bool) -> None:
    found = tuple(after_crash(stored=stored, has_id=has_id, sent=sent, replay=r) for r in (NEVER, LOOKUP, FREE))
    assert found == CRASHES[stored, has_id, sent]


@pytest.mark.parametrize(("has_id", "sent", "replay"), list(product((False, True), (False, True), Replay)))
def test_what_lies_in_the_spool_is_only_put_away(has_id: bool, sent: bool, replay: Replay) -> None:
    assert after_crash(stored=False, has_id=has_id, sent=sent, replay=replay, spooled=True) is Recovery.KEEP
    assert after_crash(stored=True, has_id=has_id, sent=sent, replay=replay, spooled=True) is Recovery.FINISH


@pytest.mark.parametrize("kind", Kind)
def test_an_unknown_fate_is_a_lost_answer(kind: Kind) -> None:
    for replay, attempt in product(Replay, (1, 2, 3)):
        found = unknown_fate(kind=kind, replay=replay, attempt=attempt)
        assert (found.verdict, found.money) == decide(Unknown("x"), kind=kind, replay=replay, attempt=attempt)


@pytest.mark.parametrize(
    ("sent", "replay", "verdict", "money"),
    [
        (False, NEVER, Verdict.FAIL, Money.RELEASE),
        (False, FREE, Verdict.FAIL, Money.RELEASE),
        (True, FREE, Verdict.FAIL, Money.RELEASE),
        (True, LOOKUP, Verdict.UNKNOWN, Money.BOOK),
        (True, NEVER, Verdict.UNKNOWN, Money.BOOK),
    ],
)
def test_past_the_deadline(sent: bool, replay: Replay, verdict: Verdict, money: Money) -> None:
    for kind in Kind:
        found = past_deadline(kind=kind, sent=sent, replay=replay)
        assert (found.verdict, found.money, "took too long" in found.message) == (verdict, money, True)


@given(st.integers(1, 1000))
def test_backoff_doubles_and_has_a_ceiling(tries: int) -> None:
    base = min(0.5 * 2 ** (tries - 1), 8.0)
    assert base <= backoff(tries) <= base * 1.25


@given(st.integers(1, 100), st.floats(allow_nan=False))
def test_what_the_provider_said_is_kept_within_reason(tries: int, said: float) -> None:
    assert backoff(tries, said) == min(max(said, 0.1), LONGEST_WAIT_SECONDS)


def test_a_delivery_is_tried_for_most_of_a_day() -> None:
    """Seven more tries, each later than the last; with all their jitter they end before its deadline does."""
    waits, tries = [], 1
    while (found := after_error(Transient("x"), kind=Kind.DELIVER, replay=FREE, tries=tries, attempt=1)).verdict is (
        Verdict.RETRY
    ):
        waits.append(found.wait_seconds)
        tries += 1
    assert (tries, len(waits), sorted(waits)) == (most_tries(Kind.DELIVER), 7, waits)
    assert [DELIVERY_WAITS[n] <= wait <= DELIVERY_WAITS[n] * 1.25 for n, wait in enumerate(waits)] == [True] * 7
    assert sum(DELIVERY_WAITS) * 1.25 + most_tries(Kind.DELIVER) * 10 < settings.GENERATION["DEADLINES"]["deliver"]
    assert (found.verdict, found.money, found.message) == (
        Verdict.FAIL, Money.RELEASE, "The delivery was given up: its receiver did not take it. Nothing was charged.",
    )  # fmt: skip


@given(st.integers(1, 100), st.none() | st.floats(allow_nan=False))
def test_a_receiver_may_ask_for_later_and_not_for_sooner(tries: int, said: float | None) -> None:
    usual = DELIVERY_WAITS[min(tries, len(DELIVERY_WAITS)) - 1]
    wait = delivery_wait(tries, said)
    assert usual <= wait <= DELIVERY_WAITS[-1] * 1.25
    assert wait >= min(said or 0.0, DELIVERY_WAITS[-1])


def test_what_a_receiver_turned_down_is_over() -> None:
    found = after_error(Rejected("x"), kind=Kind.DELIVER, replay=FREE, tries=1, attempt=1)
    assert (found.verdict, found.message) == (
        Verdict.FAIL, "The delivery was turned down by its receiver. Nothing was charged.",
    )  # fmt: skip
