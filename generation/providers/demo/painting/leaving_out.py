"""What is not to be painted: the words of a negative prompt, and all words of a prompt that mean the same."""

from __future__ import annotations

import re

from .words import HOURS, KINDS, OBJECTS, WEATHERS, Lexicon

SIGHTS = Lexicon(
    {
        "person": "people, person, human, figure, character, anybody, anyone, crowd, face, hero",
        "sun": "sun, sun disc, solar disc",
        "moon": "moon, full moon, crescent",
        "star": "star, starlight",
        "cloud": "cloud, cloudy, overcast",
        "bird": "bird, flock, gull, seagull",
        "tree": "tree, pine, oak, birch, conifer",
        "boat": "boat, sailboat, sailing boat",
        "light": "window light, lit window, glow, glare, lens flare",
    }
)
_TIMES = {"night": "night, midnight, nighttime", "dusk": "dusk, sunset, twilight, evening", "dawn": "dawn, sunrise, morning",
          "day": "day, daylight, noon, midday", "storm": "storm, stormy, thunder"}  # fmt: skip
_HOURS = Lexicon(_TIMES)
"""Without what else the reader takes for an hour: whoever wants no moon may well want the night."""
_LEXICONS = (SIGHTS, OBJECTS, WEATHERS, KINDS, _HOURS)


def plain(text: str) -> str:
    """A prompt as the reader sees it: small letters, single blanks, no hyphens."""
    return re.sub(r"\s+", " ", text.lower().replace("’", "'").replace("-", " ")).strip()


def named(negative: str) -> frozenset[str]:
    """The meanings in a negative prompt that the painter can leave out."""
    text = plain(negative)
    found: set[str] = set()
    for lexicon in _LEXICONS:
        found |= {lexicon.meaning(match.group(0)).partition(":")[0] for match in lexicon.pattern.finditer(text)}
    return frozenset(found)


def left(text: str, absent: frozenset[str]) -> str:
    """`text` without the words for what is absent."""
    if not absent:
        return text
    for lexicon in (*_LEXICONS, HOURS):

        def kept(match: re.Match[str], known: Lexicon = lexicon) -> str:
            return " " if known.meaning(match.group(0)).partition(":")[0] in absent else match.group(0)

        text = lexicon.pattern.sub(kept, text)
    return text
