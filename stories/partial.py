"""What can be read of a scene while it is still being written. Pure.

A model writes one JSON document, and the page shows its prose before the document ends. What is shown once stays as it is
in the finished page: a word is held back until it is whole, a title until it is closed. No other field comes out of here.
"""

from __future__ import annotations

import json
import re
import unicodedata
from dataclasses import dataclass

from stories import drafts

OPENING = re.compile(r"\s*(?:```(?:json)?\s*)?\{[ \t\r\n]*")
BETWEEN = re.compile(r"[ \t\r\n]*([,:}]?)[ \t\r\n]*")
HALF_CODE = re.compile("u[0-9a-fA-F]{0,3}$")
SHOWN = ("title", "text")
_decoder = json.JSONDecoder()


@dataclass(frozen=True, slots=True)
class SoFar:
    """Both may be empty; `prose` has its paragraphs divided by empty lines, like a finished scene."""

    title: str
    prose: str


def read(answer: str) -> SoFar:
    """The title and the prose so far in an answer that may end anywhere. What is no JSON document has neither."""
    whole: dict[str, str] = {}
    growing = ""
    opening = OPENING.match(answer)
    at = opening.end() if opening else len(answer)
    while at < len(answer):
        try:
            key, at = _value(answer, at)
            at = _past(answer, at, ":")
            if key == "text" and answer.startswith('"', at):
                growing = answer[at + 1 :]
            value, at = _value(answer, at)
            growing = ""
            if key in SHOWN and isinstance(value, str):
                whole[key] = value
            at = _past(answer, at, ",")
        except (ValueError, RecursionError):
            break
    prose = drafts.clean(whole.get("text", ""), keep_lines=True) if not growing else _settled(_unescaped(growing))
    return SoFar(drafts.clean(whole.get("title", ""))[:120], prose[: drafts.MAX_TEXT])


def _value(answer: str, at: int) -> tuple[object, int]:
    """The whole value that begins at `at`, and where it ends. ValueError where it is not whole."""
    return _decoder.raw_decode(answer, at)


def _past(answer: str, at: int, sign: str) -> int:
    """Where the next token begins, after `sign`. ValueError where it does not stand there."""
    found = BETWEEN.match(answer, at)
    if found is None or found.group(1) != sign:
        raise ValueError(sign)
    return found.end()


def _unescaped(written: str) -> str:
    """What a JSON string means that is not closed yet: as far as it is whole, and nothing where it is no such string."""
    half = HALF_CODE.search(written[-4:])
    for end in (len(written), len(written) - len(half.group()) if half else 0):
        before = written[:end]
        if (end - len(before.rstrip("\\"))) % 2:  # the last backslash is no letter itself: it begins an escape
            written = before[:-1]
            break
    try:
        meant = json.loads(f'"{written}"')
    except ValueError:
        return ""
    return meant if isinstance(meant, str) else ""


def _settled(text: str) -> str:
    """The beginning of `text` that no further letter can change: up to the last white space, or the last letter of a
    script that writes without."""
    stripped = drafts.stripped(text)
    for at in range(len(stripped) - 1, -1, -1):
        if _begins_anew(stripped[at]):
            return drafts.clean(stripped[:at], keep_lines=True)
    return ""


def _begins_anew(letter: str) -> bool:
    """Whether a letter never joins the one before it."""
    if letter.isspace():
        return True
    return unicodedata.category(letter) == "Lo" and unicodedata.east_asian_width(letter) == "W"
