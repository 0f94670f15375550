"""Colours of one story: a family of hues chosen by the seed, lit by the hour and weather of the scene.

Every colour is made and mixed in OKLab, so that a mixture of two clear colours stays clear and never turns to mud.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise

RGB = tuple[float, float, float]
"""Red, green and blue from 0 to 1, sRGB."""


def _linear(c: float) -> float:
    return c / 12.92 if c <= 0.04045 else float(((c + 0.055) / 1.055) ** 2.4)


def _gamma(c: float) -> float:
    c = min(1.0, max(0.0, c))
    return c * 12.92 if c <= 0.0031308 else float(1.055 * c ** (1 / 2.4) - 0.055)


def to_lab(colour: RGB) -> tuple[float, float, float]:
    """OKLab of an sRGB colour."""
    r, g, b = (_linear(c) for c in colour)
    l_ = (0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b) ** (1 / 3)
    m_ = (0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b) ** (1 / 3)
    s_ = (0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b) ** (1 / 3)
    return (
        0.2104542553 * l_ + 0.7936177850 * m_ - 0.0040720468 * s_,
        1.9779984951 * l_ - 2.4285922050 * m_ + 0.4505937099 * s_,
        0.0259040371 * l_ + 0.7827717662 * m_ - 0.8086757660 * s_,
    )


def from_lab(light: float, a: float, b: float) -> RGB:
    """The sRGB colour nearest to an OKLab one."""
    l_ = (light + 0.3963377774 * a + 0.2158037573 * b) ** 3
    m_ = (light - 0.1055613458 * a - 0.0638541728 * b) ** 3
    s_ = (light - 0.0894841775 * a - 1.2914855480 * b) ** 3
    return (
        _gamma(4.0767416621 * l_ - 3.3077115913 * m_ + 0.2309699292 * s_),
        _gamma(-1.2684380046 * l_ + 2.6097574011 * m_ - 0.3413193965 * s_),
        _gamma(-0.0041960863 * l_ - 0.7034186147 * m_ + 1.7076147010 * s_),
    )


def oklch(light: float, chroma: float, hue: float) -> RGB:
    """A colour by lightness, colourfulness and hue in degrees."""
    turn = math.radians(hue)
    return from_lab(light, chroma * math.cos(turn), chroma * math.sin(turn))


def mix(a: RGB, b: RGB, share: float) -> RGB:
    """`a` with `share` of `b` in it."""
    x, y = to_lab(a), to_lab(b)
    return from_lab(*(p + (q - p) * share for p, q in zip(x, y, strict=True)))


def lighter(colour: RGB, by: float) -> RGB:
    """The same hue, lighter (or darker where `by` is negative)."""
    light, a, b = to_lab(colour)
    return from_lab(min(0.98, max(0.05, light + by)), a, b)


def hue_of(colour: RGB) -> float:
    """Hue in degrees."""
    _, a, b = to_lab(colour)
    return math.degrees(math.atan2(b, a)) % 360


FAMILIES: tuple[tuple[float, float, float, float, float], ...] = (
    # cool hue, warm hue, land hue, leaf hue, chroma: one line is one kind of book
    (242, 72, 215, 165, 1.00),  # harbour blue and amber
    (308, 58, 325, 150, 0.90),  # plum and apricot
    (192, 35, 178, 140, 0.95),  # sea green and rose
    (272, 84, 262, 190, 1.00),  # indigo and gold
    (168, 86, 138, 128, 0.85),  # moss and honey
    (228, 42, 240, 155, 0.80),  # slate and coral
    (208, 64, 62, 118, 0.85),  # turquoise and umber
    (288, 92, 205, 148, 0.85),  # lilac and lemon
)

_HOURS: dict[str, dict[str, tuple[float, float, str]]] = {
    # lightness, chroma, and which of the family's hues
    "dawn": {
        "top": (0.76, 0.062, "cool"),
        "low": (0.93, 0.075, "warm"),
        "haze": (0.89, 0.045, "warm"),
        "far": (0.74, 0.050, "cool"),
        "mid": (0.57, 0.060, "land"),
        "near": (0.41, 0.060, "land"),
        "dark": (0.27, 0.045, "cool"),
        "lamp": (0.90, 0.120, "warm"),
        "leaf": (0.58, 0.085, "leaf"),
    },
    "day": {
        "top": (0.76, 0.080, "cool"),
        "low": (0.955, 0.030, "warm"),
        "haze": (0.93, 0.026, "cool"),
        "far": (0.77, 0.055, "cool"),
        "mid": (0.64, 0.078, "land"),
        "near": (0.47, 0.078, "land"),
        "dark": (0.30, 0.050, "cool"),
        "lamp": (0.90, 0.110, "warm"),
        "leaf": (0.62, 0.105, "leaf"),
    },
    "dusk": {
        "top": (0.44, 0.090, "cool"),
        "low": (0.85, 0.120, "warm"),
        "haze": (0.74, 0.070, "dusk"),
        "far": (0.56, 0.075, "dusk"),
        "mid": (0.41, 0.070, "cool"),
        "near": (0.29, 0.058, "land"),
        "dark": (0.19, 0.042, "cool"),
        "lamp": (0.87, 0.135, "warm"),
        "leaf": (0.42, 0.070, "leaf"),
    },
    "night": {
        "top": (0.25, 0.075, "cool"),
        "low": (0.50, 0.080, "cool"),
        "haze": (0.50, 0.065, "cool"),
        "far": (0.41, 0.068, "cool"),
        "mid": (0.31, 0.060, "land"),
        "near": (0.225, 0.048, "land"),
        "dark": (0.145, 0.036, "cool"),
        "lamp": (0.87, 0.135, "warm"),
        "leaf": (0.33, 0.060, "leaf"),
    },
    "storm": {
        "top": (0.38, 0.045, "cool"),
        "low": (0.74, 0.060, "warm"),
        "haze": (0.66, 0.035, "cool"),
        "far": (0.55, 0.040, "cool"),
        "mid": (0.42, 0.045, "land"),
        "near": (0.30, 0.042, "land"),
        "dark": (0.20, 0.032, "cool"),
        "lamp": (0.88, 0.120, "warm"),
        "leaf": (0.42, 0.060, "leaf"),
    },
}

CLOTHES: dict[str, RGB] = {
    "red": oklch(0.56, 0.175, 27),
    "scarlet": oklch(0.58, 0.185, 29),
    "crimson": oklch(0.48, 0.165, 18),
    "orange": oklch(0.69, 0.150, 55),
    "yellow": oklch(0.82, 0.145, 88),
    "golden": oklch(0.78, 0.130, 82),
    "gold": oklch(0.78, 0.130, 82),
    "mustard": oklch(0.73, 0.125, 84),
    "green": oklch(0.56, 0.105, 148),
    "olive": oklch(0.56, 0.085, 115),
    "teal": oklch(0.55, 0.085, 195),
    "turquoise": oklch(0.70, 0.090, 195),
    "blue": oklch(0.52, 0.115, 252),
    "navy": oklch(0.37, 0.085, 262),
    "indigo": oklch(0.42, 0.115, 280),
    "purple": oklch(0.48, 0.120, 305),
    "violet": oklch(0.52, 0.125, 298),
    "plum": oklch(0.44, 0.105, 335),
    "pink": oklch(0.75, 0.115, 5),
    "rose": oklch(0.66, 0.130, 12),
    "coral": oklch(0.69, 0.140, 32),
    "brown": oklch(0.46, 0.065, 55),
    "tan": oklch(0.70, 0.060, 75),
    "grey": oklch(0.60, 0.015, 250),
    "gray": oklch(0.60, 0.015, 250),
    "silver": oklch(0.80, 0.010, 250),
    "black": oklch(0.27, 0.020, 270),
    "white": oklch(0.93, 0.015, 85),
    "cream": oklch(0.91, 0.035, 88),
    "emerald": oklch(0.58, 0.125, 155),
    "brass": oklch(0.74, 0.110, 85),
    "copper": oklch(0.62, 0.105, 48),
}


@dataclass(frozen=True, slots=True)
class Palette:
    """The colours of one picture, named by their work."""

    top: RGB
    low: RGB
    haze: RGB
    far: RGB
    mid: RGB
    near: RGB
    dark: RGB
    lamp: RGB
    leaf: RGB
    paper: RGB
    ink: RGB
    accent: RGB
    cool: float
    warm: float
    hour: str

    def tone(self, depth: float) -> RGB:
        """The colour of land at a depth, from the hazy distance (0) to the dark foreground (1)."""
        stops = ((0.0, self.far), (0.5, self.mid), (0.82, self.near), (1.0, self.dark))
        for (d0, c0), (d1, c1) in pairwise(stops):
            if depth <= d1:
                return mix(c0, c1, max(0.0, (depth - d0) / (d1 - d0)))
        return self.dark

    def lit(self, colour: RGB) -> RGB:
        """A thing's own colour as this hour shows it: dimmer and cooler at night, but the same hue."""
        dim, share = {"night": (-0.10, 0.20), "dusk": (-0.045, 0.12), "storm": (-0.04, 0.10)}.get(
            self.hour, (0.0, 0.03)
        )
        return lighter(mix(colour, self.mid, share), dim)


def _between(a: float, b: float, share: float) -> float:
    return (a + ((b - a + 180) % 360 - 180) * share) % 360


def palette(family: int, hour: str, weather: str, accent: RGB) -> Palette:
    """The palette of a story's family at an hour, in a weather."""
    cool, warm, land, leaf, chroma = FAMILIES[family % len(FAMILIES)]
    hues = {"cool": cool, "warm": warm, "land": land, "leaf": leaf, "dusk": _between(cool, warm, 0.22)}
    made: dict[str, RGB] = {}
    for role, (light, colourful, hue) in _HOURS[hour].items():
        made[role] = oklch(light, colourful * chroma, hues[hue])
    if weather in ("fog", "rain", "snow"):
        # wet and white air greys the distance and lifts it toward the haze, but leaves the lamp alone
        pale = 0.34 if weather == "fog" else 0.18
        veil = lighter(made["haze"], 0.02)
        for role, share in (("top", 0.75), ("low", 0.55), ("far", 1.5), ("mid", 0.8), ("near", 0.25)):
            made[role] = mix(made[role], veil, min(0.7, pale * share))
    return Palette(
        **made,
        paper=oklch(0.955, 0.018, _between(85, warm, 0.3)),
        ink=oklch(0.24, 0.035, _between(cool, 60, 0.12)),
        accent=accent,
        cool=cool,
        warm=warm,
        hour=hour,
    )
