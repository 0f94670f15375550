"""Each story has a narrator with habits of speech: which of two interchangeable wordings comes first to them.

Applied to the written material before the story's own words are put in, so that nothing a reader typed is reworded.
"""

from __future__ import annotations

import random
import re
from functools import lru_cache

_SAFE = (
    ("somebody", "someone"), ("nobody", "no one"), ("everybody", "everyone"), ("anybody", "anyone"),
    ("until", "till"), ("perhaps", "maybe"), ("by and by", "after a while"),
    ("a good deal", "a great deal"), ("one could", "you could"), ("as if", "as though"), ("began to", "started to"),
    ("enormous", "huge"), ("did not", "didn't"), ("could not", "couldn't"),
    ("had not", "hadn't"), ("was not", "wasn't"), ("would not", "wouldn't"), ("far off", "a long way off"),
    ("by now", "by this time"), ("quietly", "softly"), ("big", "large"), ("all round", "all around"),
    ("beside", "next to"), ("among", "amongst"), ("the two of them", "the pair of them"), ("exactly", "precisely"),
    ("it is a", "it's a"), ("it was not", "it wasn't"), ("they had", "they'd"),
    ("a bit", "a little"), ("nearly", "almost"), ("looked like", "had the look of"),
    ("no more than", "not more than"), ("of course", "naturally"), ("it turned out", "it proved"),
    ("took out", "brought out"), ("afterwards", "later"), ("put down", "set down"), ("towards", "toward"),
)  # fmt: skip
"""Only pairs that may stand for one another in every sentence of the stock."""
_FORWARD = dict(_SAFE)
_BACK = {
    second: first for first, second in _SAFE if second not in {"on", "later", "almost", "large", "huge", "you could"}
}
_ALL = re.compile(
    r"(?<![\w’'{])(" + "|".join(sorted(map(re.escape, {*_FORWARD, *_BACK}), key=len, reverse=True)) + r")(?![\w’'}])",
    re.I,
)


def habits(rng: random.Random) -> str:
    """A narrator's habits, as a line that fits among a story's slots."""
    return "".join(rng.choice("01") for _ in _SAFE)


@lru_cache(maxsize=4096)
def speak(template: str, habit: str) -> str:
    """`template` in the words this narrator prefers."""
    if len(habit) != len(_SAFE):
        return template
    prefers = dict(zip(_SAFE, habit, strict=True))

    def say(match: re.Match[str]) -> str:
        found = match.group(1)
        low = found.lower()
        first = low if low in _FORWARD else _BACK[low]
        wanted = first if prefers[(first, _FORWARD[first])] == "0" else _FORWARD[first]
        return wanted[:1].upper() + wanted[1:] if found[:1].isupper() else wanted

    return _ALL.sub(say, template)
