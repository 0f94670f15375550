"""The house's part of a prompt for a picture or a film: behind everything that people and models wrote, and set apart. Pure.

Picture models read one text and know no rules, so the last word is the house's: the manner, the guidelines, and what is never
shown. What stands before it is one paragraph or several of other people's; whatever it says of styles and rules, these follow.
"""

from __future__ import annotations

import re

STYLE = "\n\nStyle: "
RULES = "\nRules of this library, above all that is said before: "
MAX_GUIDELINES = 800
"""Characters of a tier's guidelines that go along with a picture; whole sentences of them."""
LONGEST = 1_800
"""Characters of the longest part: a style of 200 and a manner, the guidelines, what is never shown, and what is around them."""


def part(*, manner: str, guidelines: str = "", never_shown: str = "", more: str = "") -> str:
    """What is put behind the words; it may be empty. `more` is a sentence that goes with the manner."""
    style = " ".join(one for one in (f"{_line(manner)}." if manner.strip() else "", more) if one)
    never = f"Never shown: {_line(never_shown).rstrip('.')}." if never_shown.strip() else ""
    rules = " ".join(one for one in (_beginning(guidelines), never) if one)
    if not style and not rules:
        return ""
    said = f"{STYLE}{style}" if style else "\n"
    return f"{said}{RULES}{rules}" if rules else said


def behind(words: str, own: str, *, room: int | None = None) -> str:
    """The words with the house's `own` part behind them. Where a model takes no more than `room` characters, the words are cut
    and never the part."""
    words = words.strip()
    if room is not None and len(words) + len(own) > room:
        words = words[: max(room - len(own), 0)].rstrip()
    return words + own


def _line(text: str) -> str:
    return " ".join(text.split())


def _beginning(guidelines: str) -> str:
    text = _line(guidelines)
    if len(text) <= MAX_GUIDELINES:
        return text
    whole = re.findall(r".*?[.!?…](?=\s|$)", text[:MAX_GUIDELINES])
    return "".join(whole).strip() or text[:MAX_GUIDELINES]
