"""A text as an eye reads it: one form for the many ways of writing the same word. Pure."""

from __future__ import annotations

import re
import unicodedata

LOOKALIKES = str.maketrans(
    # Cyrillic, then Greek; after casefolding, so small letters only.
    "авеёкмнорстухіјѕԁһԛԝγορταικνυχεηβ",
    "abeekmhopctyxijsdhqwyoptaiknuxenb",
)
LEET = {"0": "o", "1": "i", "3": "e", "4": "a", "5": "s", "7": "t", "@": "a", "$": "s"}
_MARKS = re.compile("[\u0300-\u036f]")
_FOREIGN = re.compile("[\u0370-\u03ff\u0400-\u052f]")
_LATIN = re.compile("[a-z]")
_WORD = re.compile(r"\w+")
_DISGUISE = re.compile(r"[013457@$]+")
_SPACED = re.compile(r"(?<!\w)(?:\w[ .\-*·]){2,}\w(?!\w)")


def fold(text: str) -> str:
    """Compatibility forms and case folded, accents, invisible signs and underscores gone, Cyrillic and Greek letters that
    look like Latin ones read as those wherever Latin is written, white space single."""
    text = unicodedata.normalize("NFKC", text).casefold()
    text = "".join(sign for sign in text if unicodedata.category(sign) != "Cf")
    text = _MARKS.sub("", unicodedata.normalize("NFKD", text)).replace("_", " ")
    text = unicodedata.normalize("NFC", text)
    text = text.replace("’", "'").replace("‘", "'")
    return " ".join(_latin(text).split())


def readings(text: str) -> tuple[str, ...]:
    """All that a text may be read as: as it stands, with digits for letters, and with the letters of a word pulled apart."""
    found = [fold(text)]
    joined = _SPACED.sub(_joined, found[0])
    if joined != found[0]:
        found.append(joined)
    for reading in tuple(found):
        found += [_undisguised(reading, one) for one in "il"]
    return tuple(dict.fromkeys(found))


def _joined(match: re.Match[str]) -> str:
    """The letters of a word that stood apart; “a” and “i” before them are words."""
    letters = re.split(r"[ .\-*·]", match.group())
    alone = 1 if letters[0] in ("a", "i") and len(letters) > 3 else 0
    return " ".join([*letters[:alone], "".join(letters[alone:])])


def _latin(text: str) -> str:
    foreign = len(_FOREIGN.findall(text))
    if not foreign:
        return text
    if len(_LATIN.findall(text)) > foreign:  # a text in Latin letters: what looks like one is meant as one
        return text.translate(LOOKALIKES)

    def mixed(match: re.Match[str]) -> str:
        word = match.group()
        return word.translate(LOOKALIKES) if _LATIN.search(word) and _FOREIGN.search(word) else word

    return _WORD.sub(mixed, text)


def _undisguised(text: str, one: str) -> str:
    """Digits and signs beside letters as the letters that they stand for; a 1 is read as `one`. Each row of them is looked at
    once, so that a text takes as long as it is."""
    letters = str.maketrans({**LEET, "1": one})

    def read(match: re.Match[str]) -> str:
        beside = text[max(match.start() - 1, 0) : match.start()] + text[match.end() : match.end() + 1]
        return match.group().translate(letters) if _LATIN.search(beside) else match.group()

    return _DISGUISE.sub(read, text)
