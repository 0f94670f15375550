"""When a provider is left alone for a while, and how it is tried again. Pure: no database, no clock.

    closed     calls go out. Enough of them fail within a window, and make up enough of all calls: it opens.
    open       nothing goes out until its pause is over; each pause in a row is longer than the one before.
    half-open  one call goes out, the probe. It is answered: closed. It fails: open again. It says neither, or nothing for
               long: the next one is the probe.

What counts as a failure is the other side's (`Transient`, `Unknown`). A refusal, a request of ours that was wrong, a bad key
or a broken answer is none; nor does a job count twice that keeps failing, because it may be its wish that is at fault.
"""

from __future__ import annotations

import datetime
import uuid
from dataclasses import dataclass, replace
from enum import StrEnum

from generation.providers.errors import ProviderError, Transient, Unknown

FAILURES = 5
"""Failed calls within a window that open a breaker, if they are enough of all calls."""
SHARE = 0.5
WINDOW_SECONDS = 60.0
FIRST_PAUSE_SECONDS = 15.0
LONGEST_PAUSE_SECONDS = 300.0
PROBE_SECONDS = 120.0
"""After so long without a word of its probe, another job may be it."""


class State(StrEnum):
    CLOSED = "closed"
    OPEN = "open"
    HALF_OPEN = "half-open"


class Word(StrEnum):
    """What a call says of the provider."""

    ANSWERED = "answered"
    FAILED = "failed"
    NEITHER = "neither"


@dataclass(frozen=True, slots=True)
class Circuit:
    """A breaker as it stands. With `is_wide` it stands before a whole account: one bad model does not open it, so its
    failures have to be of two models at least."""

    is_wide: bool = False
    calls: int = 0
    failures: int = 0
    began_at: datetime.datetime | None = None
    blamed: int | None = None
    is_spread: bool = False
    pauses: int = 0
    open_until: datetime.datetime | None = None
    probe: uuid.UUID | None = None
    probe_until: datetime.datetime | None = None

    def state(self, at: datetime.datetime) -> State:
        if self.open_until is None:
            return State.CLOSED
        return State.OPEN if self.open_until > at else State.HALF_OPEN

    def admits(self, at: datetime.datetime) -> bool:
        """Whether a call may go out. In the half-open state it has to become the probe first."""
        state = self.state(at)
        if state is State.HALF_OPEN:
            return self.probe_until is None or self.probe_until <= at
        return state is State.CLOSED


def word_of(error: ProviderError | None) -> Word:
    """What an error says of the provider; without one, it answered."""
    if error is None:
        return Word.ANSWERED
    return Word.FAILED if isinstance(error, (Transient, Unknown)) else Word.NEITHER


def pause_seconds(pauses: int) -> float:
    """How long the so-manieth pause in a row (from 1) is."""
    return float(min(FIRST_PAUSE_SECONDS * 2.0 ** min(pauses - 1, 30), LONGEST_PAUSE_SECONDS))


def probing(circuit: Circuit, *, at: datetime.datetime, job: uuid.UUID) -> Circuit | None:
    """With `job` as the probe; None where no probe may go out."""
    if circuit.state(at) is not State.HALF_OPEN or not circuit.admits(at):
        return None
    return replace(circuit, probe=job, probe_until=at + datetime.timedelta(seconds=PROBE_SECONDS))


def heard(
    circuit: Circuit, word: Word, *, at: datetime.datetime, job: uuid.UUID, model: int | None = None,
    is_first: bool = True, answered_before: int = 0,
) -> Circuit:  # fmt: skip
    """What a call of `job` said. `is_first` where it is the job's first failure in a row, `answered_before` how many calls were
    answered within the window that nobody has told yet, this one among them. While the breaker is not closed, only its probe
    is listened to: whatever was on its way when it opened says nothing new."""
    if circuit.state(at) is not State.CLOSED:
        return _of_probe(circuit, word, at) if circuit.probe == job else circuit
    is_over = circuit.began_at is None or (at - circuit.began_at).total_seconds() > WINDOW_SECONDS
    if word is Word.ANSWERED and circuit.failures and not is_over:
        return replace(circuit, calls=circuit.calls + answered_before)
    if word is not Word.FAILED or not is_first:
        return circuit
    if is_over:
        circuit = replace(circuit, calls=0, failures=0, began_at=at, blamed=model, is_spread=False)
        answered_before = 0  # what went well before says nothing of a provider that fails from now on
    circuit = replace(
        circuit,
        calls=circuit.calls + answered_before + 1,
        failures=circuit.failures + 1,
        is_spread=circuit.is_spread or model != circuit.blamed,
    )
    enough = circuit.failures >= FAILURES and circuit.failures >= SHARE * circuit.calls
    return _opened(circuit, at) if enough and (circuit.is_spread or not circuit.is_wide) else circuit


def _of_probe(circuit: Circuit, word: Word, at: datetime.datetime) -> Circuit:
    if word is Word.ANSWERED:
        return Circuit(is_wide=circuit.is_wide)
    if word is Word.FAILED:
        return _opened(circuit, at)
    return replace(circuit, probe=None, probe_until=None)


def _opened(circuit: Circuit, at: datetime.datetime) -> Circuit:
    pauses = circuit.pauses + 1
    until = at + datetime.timedelta(seconds=pause_seconds(pauses))
    return replace(circuit, pauses=pauses, open_until=until, probe=None, probe_until=None)
