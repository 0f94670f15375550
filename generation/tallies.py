"""How calls of providers went, counted in a worker and written now and then, for the operations page. Nothing is booked on
it."""

from __future__ import annotations

import random
import time
from collections import Counter, defaultdict
from dataclasses import dataclass, field

from generation.clock import after, now
from generation.models import Tally

EVERY_SECONDS = 30.0
KEPT_SECONDS = 86_400.0
SAMPLES = 50
"""Durations that are kept of one worker's calls of a provider between two writes."""


@dataclass(slots=True)
class _Count:
    calls: int = 0
    errors: Counter[str] = field(default_factory=Counter)
    took: list[float] = field(default_factory=list)


class Counting:
    """One worker's counts since it last wrote."""

    def __init__(self) -> None:
        self._counts: defaultdict[str, _Count] = defaultdict(_Count)
        self._written = time.monotonic()

    def note(self, provider: str, *, error: str = "", seconds: float | None = None) -> None:
        """A call came to an end: with an error of that class, or well after so many seconds (None: nobody measured)."""
        count = self._counts[provider]
        count.calls += 1
        if error:
            count.errors[error] += 1
        elif seconds is not None:
            if len(count.took) < SAMPLES:
                count.took.append(round(seconds, 3))
            elif (place := random.randrange(count.calls)) < SAMPLES:  # noqa: S311 -- a sample, nothing secret
                count.took[place] = round(seconds, 3)

    def write(self, *, at_once: bool = False) -> None:
        """Write what there is, if it is time: one insert."""
        if not self._counts or not (at_once or time.monotonic() - self._written >= EVERY_SECONDS):
            return
        self._written = time.monotonic()
        counts, self._counts = self._counts, defaultdict(_Count)
        Tally.objects.bulk_create(
            Tally(provider=name, at=now(), calls=one.calls, errors=dict(one.errors), took=one.took)
            for name, one in counts.items()
        )


def forget_old() -> int:
    """Delete what is older than a day; how many rows that were."""
    return Tally.objects.filter(at__lt=after(-KEPT_SECONDS)).delete()[0]
