"""Turns a prose string with marks into a clean English paragraph: picks alternatives, fills slots, mends the grammar.

Promises that nothing unfilled is left, that sentences start with a capital and that a/an agree with what follows.
"""

from __future__ import annotations

import hashlib
import random
import re
from collections.abc import Mapping

from .voice import speak

_CHOICE = re.compile(r"\[([^\[\]]*)\]")
_SLOT = re.compile(r"\{(\w+)\}")
_START = re.compile(r"(^|[.!?…]\s+|[.…]”\s+|[.!?]\s+“|^“|\n“|, “(?=\{cap\}))([a-z])", re.M)
_ARTICLE = re.compile(r"\b([Aa])(n?) (?=([“‘]?)([A-Za-z]+))")
_SOUNDS_LIKE_CONSONANT = re.compile(r"(?:one|once|use|usu|uni(?!n)|eu|ewe|ut[ei])", re.I)
_SOUNDS_LIKE_VOWEL = re.compile(r"(?:hour|honest|heir|honou?r)", re.I)


def chance(*parts: object) -> random.Random:
    """A source of chance that depends on nothing but `parts`, in any process."""
    text = "\x1f".join(str(part) for part in parts)
    return random.Random(int.from_bytes(hashlib.sha256(text.encode("utf-8", "replace")).digest()[:8], "big"))


def weave(template: str, slots: Mapping[str, str], rng: random.Random) -> str:
    """One clean paragraph out of `template`."""
    text = template
    while found := _CHOICE.search(text):
        text = text[: found.start()] + rng.choice(found.group(1).split("|")) + text[found.end() :]
    text = speak(text, slots.get("habits", ""))
    for _ in range(3):  # a slot's own words may name other slots
        text = _SLOT.sub(lambda match: slots.get(match.group(1), "something"), text)
    if slots.get("h") == "you":
        text = re.sub(r"\b(said|asked|called|repeated|murmured) you\b", r"you \1", text)
    text = re.sub(r"\b([Oo]ne|each|a|other) (hand|paw)s\b", r"\1 \2", text)
    if slots.get("was") == "were":
        text = re.sub(rf"\b({re.escape(slots['h'])}|they|you|{{he}}) (was|has|is)\b".replace("{he}", slots["he"]),
                      lambda match: f"{match.group(1)} {_PLURAL[match.group(2)]}", text, flags=re.I)  # fmt: skip
    return tidy(text)


_SMALL = frozenset(
    [
        "a",
        "an",
        "and",
        "as",
        "at",
        "but",
        "by",
        "for",
        "from",
        "in",
        "into",
        "of",
        "on",
        "or",
        "so",
        "than",
        "that",
        "the",
        "to",
        "with",
    ]
)


def headline(text: str) -> str:
    """`text` with the capitals of a chapter title."""
    words = text.split()
    return " ".join(word if at and word.lower() in _SMALL else capital(word) for at, word in enumerate(words))


_PLURAL = {"was": "were", "has": "have", "is": "are"}


def tidy(text: str) -> str:
    """Mend spacing, articles, quotes and capitals."""
    text = text.replace("'", "’")
    text = re.sub(r"[ \t]+", " ", text).strip()
    text = re.sub(r" +([,.;:!?])", r"\1", text)
    text = re.sub(r"([,;:])\1+", r"\1", text)
    text = re.sub(r"([!?])[.,]”", r"\1”", text)
    text = re.sub(r"\b(the|a|an|and|of|to|in) \1\b", r"\1", text, flags=re.I)
    text = _ARTICLE.sub(_article, text)
    return _START.sub(lambda match: match.group(1) + match.group(2).upper(), text)


def _article(match: re.Match[str]) -> str:
    word = match.group(4)
    sounds = word[0].lower() in "aeiou" or bool(_SOUNDS_LIKE_VOWEL.match(word))
    vowel = sounds and not _SOUNDS_LIKE_CONSONANT.match(word)
    return f"{match.group(1)}{'n' if vowel else ''} "


def capital(text: str) -> str:
    """`text` with its first letter raised."""
    for at, letter in enumerate(text):
        if letter.isalpha():
            return text[:at] + letter.upper() + text[at + 1 :]
    return text


def words_of(text: str) -> int:
    """How many words a reader would count."""
    return len(text.split())


def clip(text: str, limit: int) -> str:
    """`text` within `limit` characters, cut between words."""
    if len(text) <= limit:
        return text
    cut = text[: limit - 1].rsplit(" ", 1)[0].rstrip(" ,;:-")
    return f"{cut}…"
