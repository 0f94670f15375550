"""What follows an error or a crash. Pure: no database, no clock; the whole of the engine's judgement in one place."""

from __future__ import annotations

import random
from dataclasses import dataclass
from enum import StrEnum

from generation.providers.contract import Kind, Replay
from generation.providers.errors import Damaged, Denied, Lost, ProviderError, Refused, Rejected, Transient, Unknown

MAX_TRIES = 5
"""Passing faults of one attempt."""
MAX_ATTEMPTS = 3
"""Purchases of one job that the engine makes of its own accord, each with a hold of its own."""
MAX_ASKS = 1
"""Times a step may ask again for a usable answer."""
LONGEST_WAIT_SECONDS = 120.0
PAUSE_SECONDS = 600.0
SPOOL_WAITS = (2.0, 60.0)
HARMLESS_HOLD_SECONDS = 180.0
"""Longer than the longest wait between two tries, so that whoever has the file comes first."""


class Verdict(StrEnum):
    RETRY = "retry"
    """Send the same attempt again later; nothing was charged."""
    BUY_AGAIN = "buy_again"
    """Book what may have been charged, then a new attempt with a hold of its own."""
    FAIL = "fail"
    REFUSE = "refuse"
    UNKNOWN = "unknown"
    """Book the hold as spent and ask the person."""


class Money(StrEnum):
    RELEASE = "release"
    BOOK = "book"
    KEEP = "keep"
    """The attempt goes on, so its hold stays."""


@dataclass(frozen=True, slots=True)
class Decision:
    verdict: Verdict
    money: Money
    message: str = ""
    wait_seconds: float = 0.0
    pause_credential: bool = False


NOTHING_CHARGED = "Nothing was charged."
MAY_BE_CHARGED = "It may have been charged."
RESTORED = (
    "The library was put back from a backup, and what was bought since then is not known to it. Ask for it again if you want "
    "to buy it once more."
)
NOT_ASKED = "could not be asked for. Staff have been told."
TOO_BUSY = "could not be made: the maker is too busy"
NOUNS = {
    Kind.TEXT: "The words",
    Kind.IMAGE: "The picture",
    Kind.EDIT: "The picture",
    Kind.VIDEO: "The film",
    Kind.SPEECH: "The voice",
    Kind.MODERATE: "The check",
    Kind.DELIVER: "The delivery",
}
DELIVERY_WAITS = (10.0, 60.0, 300.0, 1800.0, 7200.0, 18000.0, 36000.0)
"""Seconds before each further try of a delivery. With their jitter they end within its deadline of a day."""


def after_error(
    error: ProviderError, *, kind: Kind, replay: Replay, tries: int, attempt: int, has_id: bool = False
) -> Decision:
    """What follows `error`, raised by the `tries`-th call (from 1) of attempt number `attempt` (from 1). With `has_id` the
    provider has the work and was only asked after it."""
    noun = NOUNS[kind]
    # A job that ended because of what it was given names the field. Any other complaint is about the asking.
    ended = isinstance(error, Rejected) and error.field not in ("", "model")
    if has_id and isinstance(error, (Transient, Rejected, Denied)) and not ended:
        return _not_answered(error, tries)
    if isinstance(error, Transient):
        if tries < most_tries(kind):
            wait = delivery_wait if kind is Kind.DELIVER else backoff
            return Decision(Verdict.RETRY, Money.KEEP, wait_seconds=wait(tries, error.retry_after_seconds))
        told = "was given up: its receiver did not take it" if kind is Kind.DELIVER else TOO_BUSY
        return Decision(Verdict.FAIL, Money.RELEASE, f"{noun} {told}. {NOTHING_CHARGED}")
    if isinstance(error, Refused):
        # Where nobody says whether a refusal was charged, the ledger takes it that it was.
        money = Money.RELEASE if error.billed is False else Money.BOOK
        told = NOTHING_CHARGED if error.billed is False else MAY_BE_CHARGED
        return Decision(Verdict.REFUSE, money, f"{noun} could not be made as asked. Try other words. {told}")
    if isinstance(error, Rejected):
        told = "was turned down by its receiver." if kind is Kind.DELIVER else NOT_ASKED
        return Decision(Verdict.FAIL, Money.RELEASE, f"{noun} {told} {NOTHING_CHARGED}")
    if isinstance(error, Denied):
        return Decision(
            Verdict.FAIL,
            Money.RELEASE,
            f"{noun} cannot be made at the moment. Staff have been told. {NOTHING_CHARGED}",
            pause_credential=True,
        )
    if isinstance(error, Damaged):
        return _lost_answer(
            kind=kind, replay=replay, attempt=attempt, billed=error.billed, what=f"{noun} arrived damaged."
        )
    if isinstance(error, Lost):
        return _lost_answer(kind=kind, replay=replay, attempt=attempt, billed=error.billed, what=f"{noun} got lost.")
    assert isinstance(error, Unknown)
    return _lost_answer(kind=kind, replay=replay, attempt=attempt, billed=error.billed, what=f"{noun} did not arrive.")


class Recovery(StrEnum):
    """What a worker does with a job whose holder is gone."""

    SEND = "send"
    KEEP = "keep"
    """It came and lies in this machine's spool: only storage is still to get it."""
    POLL = "poll"
    FIND = "find"
    FINISH = "finish"
    UNKNOWN = "unknown"


def after_crash(*, stored: bool, has_id: bool, sent: bool, replay: Replay, spooled: bool = False) -> Recovery:
    """How a job whose lease ran out goes on. What lies in the spool is kept, an id is polled, and neither is submitted
    again."""
    if stored:
        return Recovery.FINISH
    if spooled:
        return Recovery.KEEP
    if has_id:
        return Recovery.POLL
    if not sent or replay is Replay.FREE:
        return Recovery.SEND
    return Recovery.FIND if replay is Replay.LOOKUP else Recovery.UNKNOWN


def unknown_fate(*, kind: Kind, replay: Replay, attempt: int) -> Decision:
    """Sent, no id, nobody to ask: the hold is spent. Text, picture and speech are bought once more; film asks."""
    return _lost_answer(kind=kind, replay=replay, attempt=attempt, billed=None, what=f"{NOUNS[kind]} did not arrive.")


def past_deadline(*, kind: Kind, sent: bool, replay: Replay) -> Decision:
    """The job's time is over."""
    if sent and replay is not Replay.FREE:
        return Decision(Verdict.UNKNOWN, Money.BOOK, f"{NOUNS[kind]} took too long. {MAY_BE_CHARGED}")
    return Decision(Verdict.FAIL, Money.RELEASE, f"{NOUNS[kind]} took too long. {NOTHING_CHARGED}")


def store_again(waited_seconds: float) -> float:
    """Seconds until storage is tried again for what waits in the spool, by how long it has waited: soon at first, then every
    minute."""
    wait = min(max(waited_seconds / 2, SPOOL_WAITS[0]), SPOOL_WAITS[1])
    return wait * (1 + random.random() / 4)  # noqa: S311 -- jitter, nothing secret


def spool_hold(*, has_id: bool, replay: Replay, most_seconds: float) -> float:
    """Seconds for which only workers who see the spool may go on with what lies there. Where asking again costs nothing, as
    there is an id, or a reference, or no charge, that is short; else as long as a machine may take to come back."""
    is_harmless = has_id or replay is not Replay.NEVER
    return min(HARMLESS_HOLD_SECONDS, most_seconds) if is_harmless else most_seconds


def never_stored(*, kind: Kind, replay: Replay) -> Decision:
    """It was bought, it came, and storage did not take it in all that time."""
    if replay is Replay.FREE:
        return Decision(Verdict.FAIL, Money.RELEASE, f"{NOUNS[kind]} came and could not be kept. {NOTHING_CHARGED}")
    return Decision(Verdict.UNKNOWN, Money.BOOK, f"{NOUNS[kind]} came and could not be kept. It was charged.")


def without_key(*, kind: Kind, is_charged: bool, told: str) -> Decision:
    """The key that buys is gone, off, or shut; `told` says so. Nobody else's account is to blame, so none is paused."""
    if is_charged:
        return Decision(Verdict.UNKNOWN, Money.BOOK, f"{NOUNS[kind]} did not arrive: {told} {MAY_BE_CHARGED}")
    return Decision(Verdict.FAIL, Money.RELEASE, f"{NOUNS[kind]} could not be made: {told} {NOTHING_CHARGED}")


def backoff(tries: int, retry_after_seconds: float | None = None) -> float:
    """Seconds until the next try: what the provider said, else half a second doubled each time, with up to a quarter of
    jitter so that a crowd does not come back at once."""
    if retry_after_seconds is not None:
        return min(max(retry_after_seconds, 0.1), LONGEST_WAIT_SECONDS)
    wait = min(0.5 * 2 ** (tries - 1), 8.0)
    return wait * (1 + random.random() / 4)  # noqa: S311 -- jitter, nothing secret


def most_tries(kind: Kind) -> int:
    """How often one attempt is sent while the other side has passing faults."""
    return len(DELIVERY_WAITS) + 1 if kind is Kind.DELIVER else MAX_TRIES


def delivery_wait(tries: int, retry_after_seconds: float | None = None) -> float:
    """Seconds until a delivery is tried again: by the schedule, with up to a quarter of jitter, or later where the receiver
    asked for it; never longer than the schedule's last step."""
    usual = DELIVERY_WAITS[min(tries, len(DELIVERY_WAITS)) - 1] * (1 + random.random() / 4)  # noqa: S311 -- jitter
    return max(usual, min(retry_after_seconds or 0.0, DELIVERY_WAITS[-1]))


def _not_answered(error: ProviderError, tries: int) -> Decision:
    """The provider has the work, and asking after it failed. What is on its way is neither given up nor bought again: it is
    asked after until its time is over, and then booked."""
    if isinstance(error, Transient):
        return Decision(Verdict.RETRY, Money.KEEP, wait_seconds=backoff(tries, error.retry_after_seconds))
    return Decision(
        Verdict.RETRY, Money.KEEP, wait_seconds=LONGEST_WAIT_SECONDS, pause_credential=isinstance(error, Denied)
    )


def _lost_answer(*, kind: Kind, replay: Replay, attempt: int, billed: bool | None, what: str) -> Decision:
    free = replay is Replay.FREE or billed is False
    money = Money.RELEASE if free else Money.BOOK
    told = NOTHING_CHARGED if free else MAY_BE_CHARGED
    if attempt >= MAX_ATTEMPTS or (attempt >= 2 and not free):
        return Decision(Verdict.FAIL if free else Verdict.UNKNOWN, money, f"{what} {told}")
    if kind is Kind.VIDEO and not free:
        return Decision(Verdict.UNKNOWN, money, f"{what} {told} Ask for it again if you want to buy it once more.")
    return Decision(Verdict.BUY_AGAIN, money, wait_seconds=backoff(attempt))
