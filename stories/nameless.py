"""What children write goes to providers without their account's name and address. Pure.

Requests hold nothing of an account by themselves; a reader may still write it down. In a children's tier their own email
address and their own full name are replaced in what they wrote; what stands on the page stays as they wrote it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

PLACEHOLDER = "the reader"
SHORTEST = 3
"""A name of two letters is a word of too many languages to be taken out of every sentence."""


def without(text: str, names: Iterable[str]) -> str:
    """`text` with the placeholder for each of `names`: whole, in any case, however many spaces stand between its words."""
    found = [name.split() for name in names if len("".join(name.split())) >= SHORTEST]
    for words in sorted(found, key=lambda words: -len(" ".join(words))):
        pattern = r"(?<!\w)" + r"\s+".join(re.escape(word) for word in words) + r"(?!\w)"
        text = re.sub(pattern, PLACEHOLDER, text, flags=re.IGNORECASE)
    return text
