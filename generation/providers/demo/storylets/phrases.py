"""Noun phrases: where one ends, whether it can be somebody, and what its singular is. Pure, no state."""

from __future__ import annotations

import re

from .lexicon import BOUNDARY, DETERMINERS, NOT_CARRIED, OBJECTS
from .people import ANIMALS, PEOPLE, ROBOTS, WONDERS
from .verbs import TENSED


def singular(word: str) -> str:
    """The singular of a noun as far as the lexicon of beings knows it."""
    irregular = {
        "mice": "mouse",
        "geese": "goose",
        "wolves": "wolf",
        "thieves": "thief",
        "wives": "wife",
        "foxes": "fox",
        "witches": "witch",
        "children": "child",
        "people": "person",
        "men": "man",
        "women": "woman",
        "fairies": "fairy",
        "puppies": "puppy",
        "ponies": "pony",
        "princesses": "princess",
    }
    if word in irregular:
        return irregular[word]
    return word[:-1] if word.endswith("s") and not word.endswith("ss") else word


def is_being(word: str) -> bool:
    """Whether a story can have `word` for a hero."""
    one = singular(word.lower())
    for lexicon in (PEOPLE, ANIMALS, WONDERS, ROBOTS):
        if word.lower() in lexicon or one in lexicon:
            return True
    if one in OBJECTS or one in NOT_CARRIED:
        return False
    return bool(
        re.search(r"(?:keeper|maker|master|man|woman|smith|wright|ologist|monger|herder|catcher|girl|boy)$", one)
    )


def phrase(tokens: list[str], start: int) -> tuple[int, list[str]]:
    """The noun phrase that starts at the determiner `tokens[start]`: where it ends, and its words."""
    at = start + 1
    words = [tokens[start]]
    while at < len(tokens) and len(words) < 8:
        word = tokens[at].lower()
        bare = word.strip(",.;:!?")
        if bare == "of" and words[-1].lower() in (
            "keeper",
            "king",
            "queen",
            "captain",
            "guardian",
            "mayor",
            "daughter",
            "son",
            "queen",
            "prince",
            "princess",
            "pair",
            "team",
            "family",
        ):
            words.append(bare)
            at += 1
            if at < len(tokens) and tokens[at].lower() in ("the", "a", "an"):
                words.append(tokens[at].lower())
                at += 1
            continue
        if not bare or bare in BOUNDARY or bare in DETERMINERS or bare == "of":
            break
        if bare in TENSED and len(words) > 1:
            break
        words.append(tokens[at].strip(",.;:!?"))
        at += 1
        if word != bare:
            break
    return at, words
