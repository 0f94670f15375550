"""What is never repeated on a page: commands to a machine, markup, and words no reader should be met with."""

from __future__ import annotations

import re

_HOSTILE = re.compile(
    r"(?i)<\s*/?\s*[a-z!]|&lt;|\bignore\b.{0,40}\b(?:instruction|previous|above|rule|prompt)|"
    r"\b(?:system prompt|prompt|jailbreak|"
    r"developer mode|as an ai|language model|instructions?|api.?key|password)\b|javascript:|https?:|"
    r"\bselect\b.+\bfrom\b|drop table|"
    r"\{\{|\$\{|\bsudo\b|\brm -"
)
_FOUL = re.compile(
    r"(?i)\b(?:fuck\w*|shit\w*|cunt\w*|bitch\w*|nigg\w*|rape[sd]?|rapist\w*|sex\w*|porn\w*|naked|"
    r"nude|suicid\w*|tortur\w*|nazi\w*|"
    r"behead\w*|slaughter\w*|kill\w*|murder\w*|stab\w*|shoot\w*|blood\w*|dead|die[sd]?|dying|death|"
    r"guns?|bombs?|bombing|knife|gore|"
    r"corpse\w*|poison\w*|hang(?:s|ed|ing)? (?:him|her|them|my|your)\w*|graves?|funeral)\b"
)


def is_hostile(text: str) -> bool:
    """Whether `text` speaks to the machine instead of the story."""
    return bool(_HOSTILE.search(text))


def is_foul(text: str) -> bool:
    """Whether `text` holds words that are not read back to anybody."""
    return bool(_FOUL.search(text))
