"""Regular expressions of staff: only such as end in time, whatever they are held against. Pure.

Python's engine backtracks and cannot be stopped, so an expression is measured before it is let in: in how many ways it can
match from one place, times the steps of one way. What repeats without end, looks around or refers back is not let in. So
the longest search grows with the text and never faster.
"""

from __future__ import annotations

import re
from functools import lru_cache
from re import _constants as signs  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any

MOST_REPEATS = 40
MOST_STEPS = 2_000
_SINGLE = (signs.LITERAL, signs.NOT_LITERAL, signs.ANY, signs.IN, signs.CATEGORY, signs.AT)


class NotAPattern(ValueError):
    """Not let in; the sentence says why, for the staff who wrote it."""


def checked(text: str) -> re.Pattern[str]:
    """The compiled expression, which ignores case. Raises `NotAPattern`."""
    try:
        tree = parser.parse(text, re.IGNORECASE)
    except (re.error, OverflowError, RecursionError) as wrong:
        raise NotAPattern(f"This is no regular expression: {wrong}.") from wrong
    ways, steps = _measure(tree)
    if ways * steps > MOST_STEPS:
        raise NotAPattern("This can be matched in too many ways, which takes too long. Make it shorter or more exact.")
    found = _compiled(text)
    if found.match(""):
        raise NotAPattern("This is found in every text, because it may be empty. Say what has to be there.")
    return found


@lru_cache(maxsize=1024)
def _compiled(text: str) -> re.Pattern[str]:
    return re.compile(text, re.IGNORECASE)


def compiled(text: str) -> re.Pattern[str]:
    """An expression that was checked when it was written down."""
    return _compiled(text)


def _measure(tree: Any) -> tuple[int, int]:
    """In how many ways the parts can match one after the other, and the steps of the longest way. Both stop growing once
    they are too many."""
    ways, steps = 1, 1
    for sign, value in tree:
        more_ways, more_steps = _part(sign, value)
        ways, steps = min(ways * more_ways, MOST_STEPS + 1), min(steps + more_steps, MOST_STEPS + 1)
    return ways, steps


def _part(sign: Any, value: Any) -> tuple[int, int]:
    if sign in _SINGLE:
        return 1, 1
    if sign is signs.SUBPATTERN:
        return _measure(value[-1])
    if sign is signs.BRANCH:
        found = [_measure(one) for one in value[1]]
        return min(sum(ways for ways, _ in found), MOST_STEPS + 1), max(steps for _, steps in found)
    if sign in (signs.MAX_REPEAT, signs.MIN_REPEAT):
        least, most, inner = value
        if most > MOST_REPEATS:
            raise NotAPattern(
                f"Repeats need an end of at most {MOST_REPEATS}: write “{{0,20}}” in place of “*”, “{{1,20}}” in place of “+”."
            )
        ways, steps = _measure(inner)
        total = 0
        for count in range(int(least), int(most) + 1):
            total = min(total + min(ways, MOST_STEPS + 1) ** count, MOST_STEPS + 1)
        return total, min(steps * int(most), MOST_STEPS + 1)
    raise NotAPattern("Looking around and referring back are not taken here. Say it with letters, classes and choices.")
