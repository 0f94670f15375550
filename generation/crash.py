"""Named points at which a process can be told to die, so that tests can prove what a crash costs.

`CRASH_AT=after_sent` kills the first process that comes by, as by `kill -9`; `CRASH_AT=after_claim,after_sent:3` the first at
the one and the first three at the other. `CRASH_MARK` names a folder that remembers each death, in a file of its own
(`after_sent.1`). A name that is not listed here is refused when the process starts: a test that waits for a death nobody can
die proves nothing.
"""

from __future__ import annotations

import os
import signal
from functools import lru_cache
from pathlib import Path

POINTS = {
    "doorbell_taken": "the pusher has a message that nobody else will see for minutes: the rows are the truth, not it",
    "after_claim": "jobs have a holder and nothing was sent: they are sent by the next, once",
    "before_submit": "it is committed that a request goes out, and none went: it counts as sent, and is booked",
    "after_sent": "the request is on its way: it is booked, never sent again under the same reference",
    "after_submit": "the provider took it and answered, and only a thread knows: booked as what may have been charged",
    "after_kept": "a file is in the spool and only a thread knows: the next worker of this machine stores it",
    "after_spooled": "the worker knows of the file in its spool and no row says so: the same",
    "after_spool_noted": "the row says whose spool has the file: nobody else decides about it, and it is stored",
    "after_left_in_spool": "storage was away and the file waits: it is stored when storage is back, and bought once",
    "before_parked": "the provider's id came, and is not committed: booked, and a film asks its person",
    "after_parked": "the id is committed: it is asked after, and never bought again",
    "before_stored": "all of it is here and nothing is written: with an id it is fetched again, else it is booked",
    "in_stored": "asset, cost and settlement are written and not committed: all of it or nothing",
    "after_stored": "it is paid for and kept: its step runs, and nothing is bought",
    "in_finished": "the step's rows are written and not committed: it runs again as if it never had",
    "after_finished": "all is written: nothing is left to do",
    "in_sweep": "an end for being late is written and not committed: the next sweep writes it, once",
    "after_buried": "a dead drain's slot is gone and its jobs are not given back: their leases end by themselves",
    "while_stopping": "the group was asked to end, and dies over it: leases end, and what has an id is asked after",
}
"""Each point, and what a death there proves."""


class UnknownPoint(ValueError):
    """`CRASH_AT` names a point that does not exist, or asks for no number of deaths."""


@lru_cache(maxsize=8)
def plan(told: str) -> dict[str, int]:
    """How many processes shall die at each point, as `CRASH_AT` says it."""
    found: dict[str, int] = {}
    for one in filter(None, (part.strip() for part in told.split(","))):
        name, _, times = one.partition(":")
        if name not in POINTS:
            raise UnknownPoint(f"CRASH_AT: there is no point {name!r}. There are: {', '.join(POINTS)}.")
        if times and not (times.isdecimal() and int(times) > 0):
            raise UnknownPoint(f"CRASH_AT: {one!r} asks for no number of deaths; write {name}:2 for two.")
        found[name] = int(times or 1)
    return found


def check() -> None:
    """Refuse an environment that asks for what cannot happen. Called when a process starts."""
    if plan(os.environ.get("CRASH_AT", "")) and not os.environ.get("CRASH_MARK"):
        raise UnknownPoint("CRASH_AT needs CRASH_MARK: the folder in which each death is remembered.")


def point(name: str) -> None:
    """Die here, as by `kill -9`, if the environment says so. Costs one look-up otherwise."""
    told = os.environ.get("CRASH_AT")
    if not told:
        return
    for number in range(1, plan(told).get(name, 0) + 1):
        try:
            (Path(os.environ["CRASH_MARK"]) / f"{name}.{number}").touch(exist_ok=False)
        except FileExistsError:
            continue
        os.kill(os.getpid(), signal.SIGKILL)
