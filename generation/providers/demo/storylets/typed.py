"""Takes up what a reader typed instead of choosing: the hero tries precisely that, or the story shrugs and goes on.

Promises that markup, commands to the machine and cruelty are never repeated on the page.
"""

from __future__ import annotations

import random
import re
from collections.abc import Mapping

from .manners import is_foul, is_hostile
from .premise import clean, is_latin
from .prose import typing
from .shapes import Stance
from .verbs import (
    BASES,
    FIGHTING,
    GIVING,
    LOOKING,
    MAKING,
    MOVING,
    RESTING,
    SPEAKING,
    TAKING,
)
from .weave import weave

_GROUPS: tuple[tuple[frozenset[str], str, Stance], ...] = (
    (FIGHTING, "fighting", "bold"), (SPEAKING, "speaking", "kind"), (GIVING, "giving", "kind"), (TAKING, "taking", "sly"),
    (LOOKING, "looking", "wary"), (MAKING, "making", "bold"), (RESTING, "resting", "wary"), (MOVING, "moving", "bold"),
)  # fmt: skip


def take_up(chosen: object, slots: Mapping[str, str], rng: random.Random) -> tuple[str, Stance, str]:
    """The paragraph that takes up `chosen`, the way it counts, and a noun phrase to remember it by ("" for nonsense)."""
    raw = chosen if isinstance(chosen, str) else ""
    text = clean(raw)
    if not _sensible(raw, text):
        return weave(rng.choice(typing.SHRUGS), slots, rng), "wary", ""
    if not is_latin(text):
        return weave(rng.choice(typing.FOREIGN), slots, rng), "kind", "the words that nobody else there had understood"
    deed = _deed(text, slots)
    if not deed:
        said = _short(text, 80)
        filled = {**slots, "said": said[:1].upper() + said[1:]}
        opening = rng.choice(typing.SAID)
        return (
            weave(f"{opening} {rng.choice(typing.AFTER['said'])}", filled, rng),
            "bold",
            "the thing {h} had said aloud",
        )
    verb = deed.split()[0]
    group, stance = next(((name, way) for verbs, name, way in _GROUPS if verb in verbs), ("anything", "bold"))
    filled = {**slots, "deed": deed}
    text = weave(f"{rng.choice(typing.TRIED)} {rng.choice(typing.AFTER[group])}", filled, rng)
    return text, stance, f"the time {{h}} had tried to {_short(deed, 48)}"


def _sensible(raw: str, text: str) -> bool:
    if len(text) < 2 or is_hostile(raw) or is_foul(text):
        return False
    letters = sum(sign.isalpha() or sign == " " for sign in text)
    if letters < 0.8 * len(text):
        return False
    words = text.split()
    if is_latin(text):
        if any(len(word) > 22 for word in words) or not re.search(r"[aeiouyáéíóúäöüàèìòùâêîôû]", text, re.I):
            return False
        if len(words) == 1 and words[0].lower().strip(".!?") not in BASES:
            return bool(re.fullmatch(r"[A-Za-z]{2,14}[.!?]?", text)) and not re.search(
                r"[^aeiouy\W]{5}|(.)\1\1", text, re.I
            )
    return not re.search(r"(.)\1{4}", text)


def _deed(text: str, slots: Mapping[str, str]) -> str:
    """ "I climb my tower" as a bare infinitive about the hero, or "" if it is no deed."""
    first = re.split(r"(?<=[.!?])\s", text)[0].rstrip(".!?,;: ")
    first = re.sub(
        r"(?i)^(?:(?:i|we|you)(?:'ll|'d| will| would| want to| try to| decide to| am going to| should| can)?|let's|let us|"
        r"try to|just|then|and|quickly|quietly|carefully|slowly|please|maybe|go and|try and)\s+",
        "",
        first,
    )
    first = re.sub(r"(?i)^(?:try to|just|then|carefully|quietly|quickly|slowly)\s+", "", first)
    words = first.split()
    if not words or words[0].lower() not in BASES or first.endswith("?") or text.rstrip().endswith("?"):
        return ""
    words[0] = words[0].lower()
    first = _short(" ".join(words), 76)
    for pattern, slot in ((r"\bmy\b|\bour\b|\byour\b", "his"), (r"\bme\b|\bus\b", "him"), (r"\bI\b|\bwe\b", "he"),
                          (r"\bmyself\b|\byourself\b|\bourselves\b", "himself")):  # fmt: skip
        first = re.sub(pattern, slots[slot], first, flags=0 if slot == "he" else re.I)
    return first


def _short(text: str, limit: int) -> str:
    """The first whole clause of `text` within `limit` characters."""
    text = re.split(r"(?<=[.!?])\s", text)[0].rstrip(".!?,;: ")
    if len(text) > limit:
        head = re.split(r"[,;:]\s|\s(?:and|but|so|because|then)\s", text)[0]
        text = head if 8 <= len(head) <= limit else text[:limit].rsplit(" ", 1)[0]
    return re.sub(r"(?i)\s+(?:and|or|the|a|an|of|to|with|in|on|at|but|for|his|her|my)$", "", text.rstrip(",;: "))
