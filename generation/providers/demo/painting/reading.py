"""Words to a scene: whatever is written, a complete and reproducible order for a picture comes out.

Text models write freely, so this reader knows many words for few things, forgives plurals, listens for "no" and
"without", and lets a hash of the words decide all that was not said.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from .leaving_out import left, named, plain
from .palette import CLOTHES, FAMILIES, RGB, hue_of
from .words import HOURS, KINDS, MOODS, OBJECTS, PLACES, VIEWS, WEATHERS, Lexicon

T = TypeVar("T")

INDOORS = frozenset({"library", "kitchen", "workshop", "theatre", "observatory", "room", "cabin"})


@dataclass(frozen=True, slots=True)
class Hero:
    """Who is seen in every picture of a story."""

    kind: str
    age: str
    cloth: RGB
    hat: str
    scarf: bool
    scarf_colour: RGB
    hair: RGB
    skin: RGB
    fur: RGB
    stout: float
    """Width of the body against the usual, near 1."""
    long_hair: bool


@dataclass(frozen=True, slots=True)
class Scene:
    """All that the painter must know."""

    place: str
    also: tuple[str, ...]
    hour: str
    weather: str
    view: str
    """wide, middle, close, study, above or silhouette."""
    hero: Hero
    peopled: bool
    carried: str | None
    objects: tuple[str, ...]
    family: int
    chance: int
    """Seeds everything that the words left open."""
    story: int
    quiet: bool
    colours: tuple[tuple[str, RGB], ...]
    """Colours that the words gave to things: ("umbrella", red)."""
    said: frozenset[str]
    """The single words of the prompt, for details that need no vocabulary."""
    absent: frozenset[str] = frozenset()
    """What must not be seen: names of things, "person", "sun", "star", "cloud", "fog" ..."""

    def colour_of(self, thing: str, otherwise: RGB) -> RGB:
        """The colour a thing was given in words, or another."""
        return dict(self.colours).get(thing, otherwise)


def number(*parts: object) -> int:
    """A stable 63-bit number for the given values."""
    digest = hashlib.blake2b("\x1f".join(str(p) for p in parts).encode("utf-8", "replace"), digest_size=8).digest()
    return int.from_bytes(digest, "big") >> 1


def _pick(options: Sequence[T], *key: object) -> T:
    return options[number(*key) % len(options)]


_HAIR: tuple[RGB, ...] = (
    (0.16, 0.11, 0.10),
    (0.33, 0.19, 0.11),
    (0.55, 0.31, 0.14),
    (0.80, 0.58, 0.30),
    (0.62, 0.24, 0.12),
)
_SKIN: tuple[RGB, ...] = (
    (0.95, 0.78, 0.66),
    (0.87, 0.66, 0.50),
    (0.70, 0.48, 0.34),
    (0.50, 0.33, 0.24),
    (0.38, 0.25, 0.19),
)
_FUR: dict[str, tuple[RGB, ...]] = {
    "fox": ((0.80, 0.41, 0.17), (0.74, 0.36, 0.18)),
    "cat": ((0.30, 0.28, 0.30), (0.66, 0.52, 0.40), (0.82, 0.78, 0.72)),
    "dog": ((0.62, 0.45, 0.30), (0.84, 0.74, 0.60), (0.36, 0.27, 0.22)),
    "bear": ((0.42, 0.29, 0.20), (0.88, 0.85, 0.80)),
    "rabbit": ((0.74, 0.66, 0.58), (0.88, 0.84, 0.78), (0.52, 0.42, 0.36)),
    "otter": ((0.45, 0.33, 0.25),),
    "mouse": ((0.62, 0.57, 0.54), (0.55, 0.44, 0.36)),
    "bird": ((0.38, 0.46, 0.58), (0.76, 0.62, 0.40), (0.52, 0.36, 0.32)),
    "robot": ((0.66, 0.69, 0.70), (0.72, 0.60, 0.42)),
    "dragon": ((0.36, 0.56, 0.36), (0.30, 0.52, 0.54), (0.60, 0.36, 0.38)),
}
_CLOTH_NAMES = ("red", "mustard", "teal", "coral", "blue", "crimson", "orange", "green", "plum", "yellow")
_HATS = ("none", "hood", "bobble", "brim", "cap", "none", "beret")
_GARMENTS = re.compile(
    r"\b(" + "|".join(CLOTHES) + r")\s+(?:\w+\s+)?"
    r"(rain\s?coat|coat|cloak|cape|jacket|dress|scarf|hat|cap|jumper|sweater|hood|beret|uniform|shirt|smock|apron|gown|robe|"
    r"waistcoat|vest|mantle|mac|oilskin)s?\b"
)
_HOLDS = re.compile(
    r"\b(?:hold(?:s|ing)?|carr(?:y|ies|ying)|clutch(?:es|ing)?|grip(?:s|ping)?|lift(?:s|ing)?|rais(?:es|ing)|bear(?:s|ing)|"
    r"with|keep(?:s|ing)?|reading|reads|swing(?:s|ing)?|hug(?:s|ging)?|bring(?:s|ing)?|take[sn]?|plays?|playing)\b"
    r"((?:\s+(?!and\b|in\b|on\b|at\b|by\b|near\b)[\w'-]+){1,6})"
)
_NOT = re.compile(r"\b(?:no|without|not|never)\s+(?:an?\s+|the\s+|any\s+)?[\w'-]+")


def look(story: int) -> Hero:
    """The hero that a story's seed decides, before any words are heard."""
    cool = FAMILIES[story_family(story)][0]
    # a coat of the sky's own hue would vanish into it
    from_sky = [n for n in _CLOTH_NAMES if abs((hue_of(CLOTHES[n]) - cool + 180) % 360 - 180) > 60]
    cloth = _pick(from_sky, story, "cloth")
    scarf = _pick([n for n in ("cream", "mustard", "red", "teal", "white") if n != cloth], story, "scarf")
    kind = _pick(("person", "person", "person", "fox", "cat", "rabbit", "bear", "mouse"), story, "kind")
    return Hero(
        kind=kind,
        age=_pick(("child", "child", "child", "woman", "man"), story, "age"),
        cloth=CLOTHES[cloth],
        hat=_pick(_HATS, story, "hat"),
        scarf=number(story, "scarfed") % 3 != 0,
        scarf_colour=CLOTHES[scarf],
        hair=_pick(_HAIR, story, "hair"),
        skin=_pick(_SKIN, story, "skin"),
        fur=_pick(_FUR.get(kind, _FUR["fox"]), story, "fur"),
        stout=0.92 + (number(story, "stout") % 100) / 100 * 0.24,
        long_hair=number(story, "long") % 2 == 0,
    )


def story_family(story: int) -> int:
    """The palette family of a story."""
    return number(story, "family") % len(FAMILIES)


def _heard(text: str, lexicon: Lexicon) -> list[str]:
    """The meanings of a lexicon that occur in a text, in the order they are said, each once."""
    found: list[str] = []
    for match in lexicon.pattern.finditer(text):
        meaning = lexicon.meaning(match.group(0))
        if meaning not in found:
            found.append(meaning)
    return found


def _dressed(text: str, hero: Hero) -> Hero:
    for colour, garment in _GARMENTS.findall(text):
        if garment == "scarf":
            hero = replace(hero, scarf=True, scarf_colour=CLOTHES[colour])
        elif garment in ("hat", "cap", "beret", "hood"):
            hero = replace(hero, hat={"hat": "brim"}.get(garment, garment))
        else:
            hero = replace(hero, cloth=CLOTHES[colour])
            if garment in ("raincoat", "rain coat", "cloak", "mac", "oilskin"):
                hero = replace(hero, hat="hood")
    return hero


def _hero(text: str, story: int) -> tuple[Hero, bool, str | None]:
    """The hero as worded, whether anyone was named at all, and the animal word that named them."""
    hero = look(story)
    for match in KINDS.pattern.finditer(text):
        meaning = KINDS.meaning(match.group(0))
        if re.match(r"\s+(?:of|shop|house|key|clock|box|book|boat|kite|mask)\b", text[match.end() :]):
            continue
        kind, _, age = meaning.partition(":")
        hero = replace(hero, kind=kind, age=age or hero.age)
        if age:
            hero = replace(
                hero, long_hair=match.group(0).startswith(("girl", "woman", "lady", "queen", "princess", "post"))
            )
        if kind in _FUR:
            fur = _pick(_FUR[kind], story, "fur")
            said = re.search(r"\b(" + "|".join(CLOTHES) + r")(?:\s+\w+)?\s*$", text[: match.start()])
            hero = replace(hero, fur=CLOTHES[said.group(1)] if said else fur)
        if age == "old":
            hero = replace(hero, hair=(0.86, 0.84, 0.82))
        return _dressed(text, hero), True, kind
    named = bool(re.search(r"\b(?:he|she|they|you|hero|heroine|figure|someone|somebody|traveller|we|i)\b", text))
    return _dressed(text, hero), named, None


def _view(text: str, place: str | None, objects: list[str], peopled: bool, chance: int) -> str:
    heard = _heard(text, VIEWS)
    if "study" in heard and objects:
        return "study"
    for view in heard:
        if view == "interior":
            continue
        if view == "close" and objects and not peopled:
            return "study"
        if view != "study":
            return view
    if place is None and objects and not peopled:
        return "study"
    return ("wide", "wide", "middle")[chance % 3]


def _left_to_chance(absent: frozenset[str]) -> tuple[str, ...]:
    """The hours for a prompt that names none."""
    usual = ("day", "dusk", "dawn", "night", "dusk")
    return tuple(hour for hour in usual if hour not in absent) or usual


def read(prompt: str, seed: int, without: str = "") -> Scene:
    """The scene that a prompt orders within the story of a seed, `without` what a negative prompt names."""
    text = plain(prompt)
    chance = number(seed, text)
    absent = named(without)
    text = left(_NOT.sub(" ", text), absent)
    places = _heard(text, PLACES)
    hero, peopled, animal = _hero(text, seed)
    objects = [o for o in _heard(re.sub(r"\bstars\b", " ", text), OBJECTS) if o != animal]
    carried: str | None = None
    for match in _HOLDS.finditer(text):
        near = [o for o in _heard(match.group(1), OBJECTS) if o != animal]
        if near and near[0] not in ("boat", "moon", "bee", "cat", "dog", "fox") and "stars" not in match.group(1):
            carried = near[0]
            break
    objects = [o for o in objects if o not in absent]
    place = next(iter(places), None)
    view = _view(text, place, objects, peopled, chance // 7)
    hours, weathers, moods = (
        [heard for heard in _heard(text, lexicon) if heard not in absent] for lexicon in (HOURS, WEATHERS, MOODS)
    )
    hour = hours[0] if hours else (moods[0] if moods else _pick(_left_to_chance(absent), chance, "hour"))
    weather = weathers[0] if weathers else ("snow" if place == "snowfield" and "snow" not in absent else "clear")
    if "interior" in _heard(text, VIEWS) and (place is None or place not in INDOORS):
        place = {"ship": "cabin", "cave": "cave", "station": "station", "castle": "room"}.get(place or "", "room")
    if place is None:
        options = ("sea", "forest", "mountain", "street", "river", "garden", "castle", "harbour", "rooftops", "desert")
        place = _pick(options, chance, "place")
    colours: list[tuple[str, RGB]] = []
    for match in OBJECTS.pattern.finditer(text):
        before = text[: match.start()].split()[-2:]
        said = [w for w in before if w in CLOTHES]
        if said:
            colours.append((OBJECTS.meaning(match.group(0)), CLOTHES[said[-1]]))
    return Scene(
        place=place,
        also=tuple(p for p in places if p != place),
        hour=hour,
        weather=weather,
        view=view,
        hero=hero,
        # a figure gives scale even where the words name none
        peopled=(peopled or (view != "study" and chance % 5 != 0)) and not absent & {"person", hero.kind},
        carried=carried if view != "study" and carried not in absent else None,
        objects=tuple(o for o in objects if view == "study" or o != carried),
        family=story_family(seed),
        chance=chance,
        story=seed,
        quiet=bool(re.search(r"\b(?:hush|quiet|calm|still|silent|gentle|peace)", text)),
        colours=tuple(colours),
        said=frozenset(re.findall(r"[a-z]+", text)),
        absent=absent,
    )
