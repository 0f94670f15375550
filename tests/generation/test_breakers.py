"""The rules of breakers, whatever happens in whatever order."""

from __future__ import annotations

import datetime
import uuid

from hypothesis import given, settings
from hypothesis import strategies as st

from generation import breakers
from generation.breakers import FAILURES, PROBE_SECONDS, WINDOW_SECONDS, Circuit, State, Word
from generation.providers.errors import Damaged, Denied, Lost, Refused, Rejected, Transient, Unknown

START = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)
JOB, OTHER = uuid.UUID(int=1), uuid.UUID(int=2)


def at(seconds: float) -> datetime.datetime:
    return START + datetime.timedelta(seconds=seconds)


def failing(circuit: Circuit, times: int, *, of: tuple[int, ...] = (1,), answered: int = 0) -> Circuit:
    for number in range(times):
        circuit = breakers.heard(
            circuit, Word.FAILED, at=at(number), job=JOB, model=of[number % len(of)], answered_before=answered
        )
    return circuit


def test_only_faults_of_the_other_side_count() -> None:
    errors = [Transient(""), Unknown(""), Refused(""), Rejected(""), Denied(""), Damaged(""), Lost(""), None]
    assert [breakers.word_of(error).value for error in errors] == [
        "failed", "failed", "neither", "neither", "neither", "neither", "neither", "answered",
    ]  # fmt: skip


def test_it_opens_at_the_last_of_enough_failures() -> None:
    states = [failing(Circuit(), times).state(at(times)) for times in (FAILURES - 1, FAILURES)]
    assert states == [State.CLOSED, State.OPEN]


def test_failures_among_many_answers_open_nothing() -> None:
    """One answered for each that failed is half; two are not."""
    found = [failing(Circuit(), FAILURES * 2, answered=answered).state(at(FAILURES)) for answered in (1, 2)]
    assert found == [State.OPEN, State.CLOSED]


def test_what_is_answered_within_the_window_counts_and_after_it_does_not() -> None:
    failed = failing(Circuit(), 2)
    found = [
        breakers.heard(circuit, Word.ANSWERED, at=moment, job=JOB, answered_before=3).calls
        for circuit, moment in ((failed, at(5)), (failed, at(WINDOW_SECONDS + 5)), (Circuit(), at(5)))
    ]
    assert found == [5, 2, 0]


def test_failures_that_lie_apart_are_forgotten() -> None:
    circuit = failing(Circuit(), FAILURES - 1)
    later = at(WINDOW_SECONDS + FAILURES + 1)
    circuit = breakers.heard(circuit, Word.FAILED, at=later, job=JOB)
    assert (circuit.failures, circuit.state(later)) == (1, State.CLOSED)


def test_a_job_that_keeps_failing_counts_once() -> None:
    circuit = breakers.heard(failing(Circuit(), FAILURES - 1), Word.FAILED, at=at(5), job=JOB, is_first=False)
    assert circuit == failing(Circuit(), FAILURES - 1)


def test_one_bad_model_does_not_open_the_account() -> None:
    wide = Circuit(is_wide=True)
    found = [failing(wide, FAILURES, of=models).state(at(FAILURES)) for models in ((1,), (1, 2))]
    assert found == [State.CLOSED, State.OPEN]


def test_pauses_grow_to_a_bound() -> None:
    assert [breakers.pause_seconds(number) for number in (1, 2, 3, 4, 5, 6, 500)] == [15, 30, 60, 120, 240, 300, 300]


def test_a_probe_that_says_nothing_is_followed_by_another() -> None:
    opened = failing(Circuit(), FAILURES)
    over = at(FAILURES + 15)
    first = breakers.probing(opened, at=over, job=JOB)
    assert first is not None
    after = over + datetime.timedelta(seconds=PROBE_SECONDS)
    found = [breakers.probing(first, at=moment, job=OTHER) is not None for moment in (over, after)]
    assert found == [False, True]


EVENTS = st.lists(
    st.tuples(
        st.sampled_from(["failed", "answered", "neither", "probe"]), st.integers(1, 3), st.floats(0, 40), st.booleans()
    ),
    max_size=60,
)


@given(events=EVENTS, is_wide=st.booleans())
@settings(max_examples=200, deadline=None)
def test_whatever_happens(events: list[tuple[str, int, float, bool]], is_wide: bool) -> None:
    circuit, seconds = Circuit(is_wide=is_wide), 0.0
    for what, number, waits, is_first in events:
        seconds += waits
        moment, job, before = at(seconds), uuid.UUID(int=number), circuit
        state = before.state(moment)
        if what == "probe":
            taken = breakers.probing(before, at=moment, job=job)
            # One goes out, when the pause is over and no other is on its way.
            assert (taken is not None) == (state is State.HALF_OPEN and before.admits(moment))
            if taken is not None:
                assert not taken.admits(moment) and breakers.probing(taken, at=moment, job=JOB) is None
            circuit = taken or before
            continue
        circuit = breakers.heard(before, Word(what), at=moment, job=job, model=number, is_first=is_first)
        is_probe = state is not State.CLOSED and before.probe == job
        if state is not State.CLOSED and not is_probe:
            assert circuit == before  # who was on its way when it opened says nothing
        elif is_probe and what == "answered":
            assert circuit == Circuit(is_wide=is_wide)
        elif is_probe and what == "failed":
            assert (circuit.pauses, circuit.state(moment), circuit.probe) == (before.pauses + 1, State.OPEN, None)
        elif is_probe:
            assert circuit.pauses == before.pauses and circuit.admits(moment) == (state is State.HALF_OPEN)
        elif what != "failed":
            assert circuit == before
        elif circuit.state(moment) is State.OPEN:
            assert circuit.failures >= FAILURES and (circuit.is_spread or not is_wide)
