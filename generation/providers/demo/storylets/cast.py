"""Who and what a story has from its first scene to its last: drawn from the premise and the seed, the same every time."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from . import premise
from .people import (
    ALLIES,
    ANIMALS,
    BOYS,
    CHILD_WORDS,
    COLOURS,
    CREATURES,
    FORMS,
    GIRLS,
    GIVEN,
    MACHINES,
    MEN,
    OLD_WORDS,
    RIVALS,
    ROBOTS,
    WOMEN,
    WONDERS,
)
from .phrases import is_being, singular
from .premise import Premise
from .prose import PLACES
from .shapes import Place
from .voice import habits
from .weave import chance, tidy

_PAINTED = frozenset(["fox", "cat", "dog", "bird", "bear", "rabbit", "otter", "mouse"])
_LIKE = {
    "hare": "rabbit", "rat": "mouse", "owl": "bird", "crow": "bird", "raven": "bird", "wolf": "dog", "badger": "bear",
    "puppy": "dog", "kitten": "cat", "cub": "bear", "duck": "bird", "goose": "bird", "heron": "bird", "gull": "bird",
    "parrot": "bird", "pigeon": "bird", "sparrow": "bird", "robin": "bird", "penguin": "bird", "magpie": "bird",
    "jackdaw": "bird", "weasel": "otter", "stoat": "otter", "ferret": "otter", "beaver": "otter", "hamster": "mouse",
    "lion": "cat", "tiger": "cat", "panda": "bear", "mole": "mouse",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Cast:
    """The fixed facts of one story."""

    told: Premise
    place: Place
    town: str
    full: str
    name: str
    pronoun: str
    kind: str
    look: str
    """The hero for the painter, the same in every picture."""
    thing: str
    short: str
    invented: bool
    """Whether the thing carried was ours, not the reader's."""
    title: str
    slots: dict[str, str]


def gather(document_premise: object, seed: int) -> Cast:
    """The cast for this premise and seed."""
    return _gather(document_premise if isinstance(document_premise, str) else "", seed)


@lru_cache(maxsize=256)  # asked for again with every scene of a story; nobody may change what comes back
def _gather(document_premise: str, seed: int) -> Cast:
    told = premise.read(document_premise)
    rng = chance("cast", seed, told.quote, told.full, told.object)
    place = _place(told, seed)
    full, kind = told.full, told.kind
    if not kind:
        full = rng.choice(place.heroes)
        kind = full.split()[-1]
        if not is_being(kind):
            kind = next((word for word in full.split() if is_being(word)), "child")
    pronoun = told.pronoun or premise._pronoun(kind, "") or rng.choice(("she", "he"))
    name = told.name
    if not name and pronoun not in ("you", "they"):
        name = _name(kind, pronoun, rng.random(), seed)
    thing = told.object or rng.choice(place.objects)
    short = thing.split()[-1]
    town = rng.choice(place.towns)
    look = tidy(_look(kind, pronoun, chance("look", seed, kind).choice(COLOURS), told))
    look = look[:1].lower() + look[1:]
    slots = _slots(told, full, name, pronoun, kind, thing, short, town, seed)
    for key, values in place.slots.items():
        slots[key] = chance("colour", seed, key).choice(values)
    title = _title(told, name, kind, thing, town, seed, pronoun)
    return Cast(told, place, town, full, name, pronoun, kind, look, thing, short, not told.object, title, slots)


def _place(told: Premise, seed: int) -> Place:
    best, most = None, 0
    for place in PLACES.values():
        count = 0
        for word in place.words:
            if word in told.words or f"{word}s" in told.words:
                count += 1 if is_being(word) else 2  # where a fox goes says more than that it is a fox
        if count > most:
            best, most = place, count
    return best or chance("place", seed).choice(list(PLACES.values()))


def _name(kind: str, pronoun: str, luck: float, seed: int) -> str:
    if kind in ROBOTS:
        pool = MACHINES
    elif kind in ANIMALS or kind in WONDERS:
        pool = CREATURES
    elif kind in CHILD_WORDS or luck < 0.25:
        pool = GIVEN["she" if pronoun == "she" else "he"]
    else:
        pool = WOMEN if pronoun == "she" else MEN
    return chance("name", seed, kind).choice(pool)


def _look(kind: str, pronoun: str, colour: str, told: Premise) -> str:
    if pronoun == "they":
        if kind in PLURAL_ANIMALS:
            return f"two {PLURAL_ANIMALS[kind]} in {colour} scarves"
        if kind in CHILD_WORDS:
            who = (
                "girls"
                if kind in ("sister", "girl", "princess")
                else "boys"
                if kind in ("brother", "boy", "prince")
                else "children"
            )
            return f"two {who} in {colour} coats"
        return f"two people in {colour} coats"
    if kind in _PAINTED or kind in _LIKE or kind in ANIMALS:
        like = _LIKE.get(kind, "")
        shown = f"{kind}, a small {like}," if like and like != kind else kind
        return f"a {shown} in a {colour} scarf" if not like else f"a {kind} in a {colour} scarf"
    if kind in ROBOTS:
        return f"a small robot in a {colour} scarf"
    if kind in WONDERS:
        return f"a {kind} in a {colour} scarf"
    if kind in OLD_WORDS or told.words & {"old", "elderly"}:
        return f"an old {'woman' if pronoun == 'she' else 'man'} in a {colour} coat"
    if kind in CHILD_WORDS:
        who = "girl" if pronoun == "she" else "boy" if pronoun == "he" else "child"
        return f"a {who} in a {colour} coat"
    return f"a {'woman' if pronoun == 'she' else 'man'} in a {colour} coat"


PLURAL_ANIMALS = {"fox": "foxes", "mouse": "mice", "cat": "cats", "dog": "dogs", "bird": "birds", "bear": "bears",
                  "rabbit": "rabbits", "otter": "otters", "robot": "robots", "dragon": "dragons"}  # fmt: skip


def _slots(
    told: Premise, full: str, name: str, pronoun: str, kind: str, thing: str, short: str, town: str, seed: int
) -> dict[str, str]:
    he, him, his, hers, himself, was = FORMS[pronoun]
    if pronoun == "you":
        hero, owns = "you", "your"
    else:
        hero = name or "the " + full.split(" ", 1)[-1].split()[-1]
        owns = f"{hero}'" if hero.endswith("s") and not name else f"{hero}'s"
    rng = chance("people", seed)
    women = rng.random() < 0.5
    ally = rng.choice([who for who in (WOMEN if women else MEN) if who != name])
    rival = rng.choice([who for who in (MEN if women else WOMEN) if who not in (name, ally)])
    animal = kind in ANIMALS or kind in WONDERS
    plural = pronoun == "they"
    hand = "paw" if animal else "hand"
    plural_thing = short.endswith("s") and not short.endswith("ss") and short not in ("compass", "chess")
    slots = {
        "h": hero, "hs": owns, "he": he, "him": him, "his": his, "hers": hers, "himself": himself, "was": was,
        "was_he": f"{was} {he}", "full": full, "kind": kind, "hand": f"{hand}s" if plural else hand, "hands": f"{hand}s",
        "pocket": "bags" if plural else "satchel" if animal or kind in ROBOTS else "pocket",
        "obj": thing, "o": short, "owas": "were" if plural_thing else "was", "oit": "them" if plural_thing else "it",
        "a_obj": f"some {thing}" if plural_thing else f"a {thing}", "town": town, "goal": told.goal or "see it through",
        "ally": ally, "rival": rival, "clause": told.clause, "quote": told.quote,
        "rival_trade": rng.choice(RIVALS),
    }  # fmt: skip
    for role, she in (("ally", women), ("rival", not women)):
        forms = FORMS["she" if she else "he"]
        slots |= {f"{role}_he": forms[0], f"{role}_him": forms[1], f"{role}_his": forms[2], f"{role}_himself": forms[4]}
    slots["habits"] = habits(chance("habits", seed))
    slots["ally_trade"] = f"the {told.companion}" if told.companion else rng.choice(ALLIES)
    return slots


def locals_of(cast: Cast, key: str, seed: int) -> dict[str, str]:
    """The slots for one scene: the cast's, with the people and the local colour that belong to `key`."""
    first, _, second = key.partition(".")
    if first in ("open", "ending"):  # all scenes of one central question share their people
        key = second
    elif second in ("turn", "climax"):
        key = first
    rng = chance("locals", seed, key)
    taken = {cast.name, cast.slots["ally"], cast.slots["rival"]}
    slots = dict(cast.slots)
    slots["f"] = rng.choice([who for who in WOMEN if who not in taken])
    slots["m"] = rng.choice([who for who in MEN if who not in taken])
    slots["child"] = rng.choice([who for who in (*GIRLS, *BOYS) if who not in taken])
    slots["day"] = rng.choice(("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"))
    slots["count"] = rng.choice(("four", "five", "six", "seven", "eight", "nine", "eleven", "twelve", "thirteen"))
    slots["years"] = rng.choice(
        ("nine", "eleven", "fourteen", "sixteen", "nineteen", "twenty-two", "thirty", "forty-one")
    )
    for name, values in cast.place.slots.items():
        slots[name] = rng.choice(values)
    beast = slots.get("beast", "a dog")
    slots["the_beast"] = "the " + beast.split(" ", 1)[-1]
    return slots


def _title(told: Premise, name: str, kind: str, thing: str, town: str, seed: int, pronoun: str) -> str:
    rng = chance("title", seed, thing)
    noun = thing.title().replace("'S", "'s")
    who = name or ("" if pronoun == "you" else "The " + told.full.split(" ", 1)[-1].split()[-1].title())
    shapes = [
        f"The {noun} of {town}",
        f"The {noun}",
        f"A {noun} for {town}",
        f"What the {noun} Knew",
        f"One {noun}, Carried Far",
    ]
    if who:
        shapes += [f"{who} and the {noun}", f"{who} of {town}", f"The {noun} and {who}"]
    if told.goal and len(told.goal) < 34:
        wish = re.sub(
            r"\b(The|A|An|Of|In|On|To|And|His|Her|Your)\b", lambda match: match.group().lower(), told.goal.title()
        )
        shapes = [f"How to {wish}", f"{who} and the {noun}" if who else f"The {noun}", f"To {wish}"]
    return tidy(rng.choice(shapes))[:80]


__all__ = ["Cast", "gather", "locals_of", "singular"]
