"""What the prose files are made of: frozen values, no behaviour beyond construction.

Prose strings use two marks, expanded by `weave`: `[one|another]` picks one, `{slot}` fills in a word of the story
(`{h}` the hero, `{he} {him} {his} {was}`, `{o}` the thing carried, `{ally}`, `{rival}`, `{town}`, `{f}` and `{m}` a
local woman and man whose names are the same whenever this storylet is remembered).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Stance = Literal["kind", "bold", "sly", "wary"]
Fate = Literal["", "returned", "kept", "used", "told", "traded", "released"]


@dataclass(frozen=True, slots=True)
class Choice:
    """One thing the hero may do, and all that follows from it."""

    text: str
    stance: Stance
    uptake: str
    """The first paragraph of the next scene: what came of it."""
    mark: str = ""
    """A noun phrase by which the story remembers this later: "the coin that {h} would not give {m}"."""
    gain: str = ""
    """A thing carried from now on, with its article: "a tin whistle"."""
    promise: str = ""
    """What was promised, as an infinitive without "to": "bring {f} news of her brother"."""
    owes: str = ""
    """To whom something is owed from now on, and what: "{m} two days' work"."""
    fate: Fate = ""
    """At the climax: what becomes of the thing carried."""


@dataclass(frozen=True, slots=True)
class Storylet:
    """One scene of the middle: where it may stand, its prose and its choices."""

    key: str
    titles: tuple[str, ...]
    scene: tuple[str, ...]
    """Two paragraphs or so; each may hold alternatives."""
    draw: str
    """What is seen, after the hero's description: "leaning on the counter of a crowded shop"."""
    moves: str
    """One sentence for the film."""
    choices: tuple[Choice, ...]
    view: Literal["wide", "close", "interior", "object", "above"] = "wide"
    spot: str = ""
    """A word for the painter where this scene stands somewhere particular: "library"."""
    barter: bool = False
    """Something carried may be offered here instead."""


@dataclass(frozen=True, slots=True)
class Place:
    """A kind of country: the painter's word for it, what is found there, and the scenes that belong to it."""

    key: str
    paint: str
    towns: tuple[str, ...]
    words: tuple[str, ...]
    """Words of a premise that point here."""
    slots: dict[str, tuple[str, ...]]
    """Local colour for the scenes that can stand anywhere: lane, shelter, height, smell, sound, folk, beast, far."""
    objects: tuple[str, ...]
    heroes: tuple[str, ...]
    """Who might live here, for a premise that names nobody."""
    openings: tuple[str, ...]
    closings: tuple[str, ...]
    storylets: tuple[Storylet, ...]


@dataclass(frozen=True, slots=True)
class Arc:
    """A central question, from the moment it is asked to its answers."""

    key: str
    question: str
    """A noun clause: "whose the {o} was"."""
    hooks: tuple[str, ...]
    first: tuple[Choice, ...]
    turn: Storylet
    climax: Storylet
    answers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Ending:
    """A kind of ending: its names, and the paragraph that says what became of the thing carried."""

    key: str
    names: tuple[str, ...]
    paragraphs: tuple[str, ...]
    draw: str
