"""What an instruction wishes to be changed: hours, weathers, seasons, tones, a manner of painting, things to add."""

from __future__ import annotations

import re
from dataclasses import dataclass

from generation.providers.demo.painting.leaving_out import SIGHTS, plain
from generation.providers.demo.painting.palette import CLOTHES
from generation.providers.demo.painting.words import KINDS, OBJECTS, Lexicon

CHANGES = Lexicon(
    {
        "sunset": "sunset, dusk, golden hour, twilight, evening, evening light, sundown, nightfall",
        "dawn": "dawn, sunrise, daybreak, morning, morning light, first light",
        "night": "night, midnight, moonlight, moonlit, nighttime, starlit, starry",
        "day": "daylight, noon, midday, sunny, sunlit, by day, sunshine, blue sky",
        "storm": "storm, stormy, thunder, thunderstorm, tempest",
        "snow": "snow, snowy, snowfall, snowing, winter, wintry, blizzard, frost, frosty, christmas",
        "rain": "rain, rainy, raining, drizzle, downpour, wet",
        "fog": "fog, foggy, mist, misty, haze, hazy, steam, smoke",
        "autumn": "autumn, autumnal, fall colours, fall colors, october, falling leaves",
        "spring": "spring, springtime, blossom, cherry blossom, april",
        "summer": "summer, summery, july",
        "warm": "warm, warmer, warmth, golden, cosy, cozy, candlelit",
        "cold": "cold, colder, cool, cooler, chilly, icy",
        "bright": "bright, brighter, brighten, lighter, lighten, more light, lighter colours",
        "dark": "dark, darker, darken, dim, dimmer, gloomy, moody, less light",
        "contrast": "contrast, more contrast, dramatic, stronger, crisper",
        "soft": "soft, softer, soften, dreamy, dreamlike, blurred, blurry, gentle, magical, magic, glow, glowing",
        "vivid": "vivid, colourful, colorful, saturated, vibrant, more colour, more color",
        "muted": "muted, pale, paler, faded, pastel, desaturated, washed out, less colour, less color",
        "grey": "black and white, monochrome, greyscale, grayscale, grey, gray, without colour, without color, no colour, "
        "no color, remove colour, remove color, remove the colour, remove the color, remove all colour, remove all color, "
        "colourless, colorless, desaturate",
        "sepia": "sepia, old photograph, old photo, vintage, antique, aged",
        "mirror": "mirrored, mirror it, mirror image, flip, flipped, flip it, flip horizontally, the other way round",
        "watercolour": "watercolour, watercolor, aquarelle",
        "engraving": "engraving, engraved, etching, woodcut, ink drawing",
        "paper-cut": "paper cut, papercut, paper cutout, cut paper",
        "gouache": "gouache, poster paint, tempera, oil painting, brush strokes",
    }
)
MANNERS = ("watercolour", "engraving", "paper-cut", "gouache")
_AWAY = re.compile(r"\b(?:remove|erase|delete|take away|take out|get rid of|without|no more|clear away|wipe out)\b")
_ADD = re.compile(r"\b(?:add|put|place|draw|paint|insert|include|give|with|hang|let there be|show|append)\b")
_DRESSED = re.compile(r"\b(?:in|into|of|to)\s+(?:[\w']+\s+){0,2}$")


@dataclass(frozen=True, slots=True)
class Wish:
    """`changes` in the order they are said; `things` to be added, as the painter calls them; the colour everything shall
    take on; whether something shall go away, and which changes shall be undone instead."""

    changes: tuple[str, ...] = ()
    things: tuple[str, ...] = ()
    tint: tuple[float, float, float] | None = None
    removes: bool = False
    undone: tuple[str, ...] = ()


def read(instruction: str) -> Wish:
    """What `instruction` wishes; an empty wish where nothing in it is known."""
    text = plain(instruction)
    grey = CHANGES.pattern
    away = _AWAY.search(text)
    found: list[str] = []
    undone: list[str] = []
    for match in grey.finditer(text):
        meaning = CHANGES.meaning(match.group(0))
        taken = (
            away is not None and match.start() > away.start() and meaning in ("snow", "rain", "fog", "night", "dark")
        )
        (undone if taken else found).append(meaning)
    removes = away is not None and not {"grey"} & set(found) and not undone
    things = () if removes else _things(text, adds=bool(_ADD.search(text)), changes=tuple(found))
    tint = None if things or found or removes else _tint(text)
    return Wish(tuple(dict.fromkeys(found)), things, tint, removes, tuple(dict.fromkeys(undone)))


def _things(text: str, *, adds: bool, changes: tuple[str, ...]) -> tuple[str, ...]:
    """What is to be added. Where nothing says "add", a thing counts only if no change is wished of the picture."""
    if not adds and changes:
        return ()
    found: list[str] = []
    for lexicon in (SIGHTS, OBJECTS, KINDS):
        for match in lexicon.pattern.finditer(text):
            meaning = lexicon.meaning(match.group(0)).partition(":")[0]
            if meaning not in found and meaning not in ("light", "bee"):
                found.append(meaning)
    return tuple(found[:4])


def _tint(text: str) -> tuple[float, float, float] | None:
    said = [word for word in re.findall(r"[a-z]+", text) if word in CLOTHES]
    return CLOTHES[said[0]] if said else None
