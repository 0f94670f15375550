"""Whether what a long run holds stays what it is: the verdict of `bench/soak.py`. Pure, so that it can be tested."""

from __future__ import annotations

import itertools
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

LEAST = 8
"""Fewer samples than this say nothing."""


@dataclass(frozen=True, slots=True)
class Tolerance:
    """How much more there may be at the end: a share of what there was, and so much besides."""

    share: float
    more: float


TOLERANCES = {
    "MB": Tolerance(0.10, 12),
    "files": Tolerance(0.10, 10),
    "threads": Tolerance(0.10, 6),
    "connections": Tolerance(0.0, 4),
    "queue rows": Tolerance(0.0, 10),
    "temporary files": Tolerance(0.0, 5),
}
"""By what is counted, which is the last part of a series' name: `workers: MB`."""


@dataclass(frozen=True, slots=True)
class Found:
    """`quarters` are the medians of the run's four; the second and the last are compared."""

    name: str
    quarters: tuple[float, ...]
    is_flat: bool

    def __str__(self) -> str:
        told = " ".join(f"{one:8.1f}" for one in self.quarters)
        return f"{self.name:28} {told}  {'flat' if self.is_flat else 'GROWS'}"


def verdict(series: Mapping[str, Sequence[float]]) -> list[Found]:
    """Each series judged by the medians of its second and of its last quarter. The first quarter is for getting warm,
    and one high moment is no growth. Raises `ValueError` for a series that is too short to judge, and for one with no
    tolerance."""
    return [_judged(name, values) for name, values in series.items()]


def _judged(name: str, values: Sequence[float]) -> Found:
    allowed = TOLERANCES.get(name.rsplit(": ", 1)[-1])
    if allowed is None:
        raise ValueError(f"“{name}” has no tolerance; there are: {', '.join(TOLERANCES)}.")
    if len(values) < LEAST:
        raise ValueError(f"“{name}” has {len(values)} samples, and {LEAST} are the least. Let it run longer.")
    quarter = len(values) // 4
    cuts = (0, quarter, 2 * quarter, len(values) - quarter, len(values))
    quarters = tuple(statistics.median(values[one:other]) for one, other in itertools.pairwise(cuts))
    return Found(name, quarters, quarters[3] <= quarters[1] * (1 + allowed.share) + allowed.more)
