"""Objects of the stories, drawn in their own measure: one unit high, foot at the origin. Good in a hand and as a still life.

Metals and cloths take the story's colours, so a lantern is the same lantern in each picture of one story.
"""

from __future__ import annotations

# Outlines are read as rows of points, not one number to a line.
# fmt: off
import math
from collections.abc import Callable

from .beasts import CREAM, bird, dragon, robot, sitting
from .palette import RGB, lighter, mix, oklch
from .pen import Pen
from .reading import number
from .stage import Stage
from .wares import (
    INK,
    airship,
    balloon,
    bottle,
    box,
    coin,
    crown,
    cup,
    egg,
    feather,
    flower,
    kite,
    mirror,
    moon,
    musicbox,
    shell,
    star,
    telescope,
    umbrella,
    violin,
)

Draw = Callable[[Stage, Pen, RGB, RGB], None]
"""Takes the stage, a pen, the thing's first colour and its second."""


def own_colours(stage: Stage, name: str) -> tuple[RGB, RGB]:
    """The two colours that a thing has all through one story."""
    metals = (oklch(0.72, 0.105, 84), oklch(0.62, 0.100, 48), oklch(0.70, 0.020, 230), oklch(0.52, 0.055, 190))
    cloths = (oklch(0.55, 0.150, 26), oklch(0.58, 0.085, 200), oklch(0.74, 0.120, 84), oklch(0.48, 0.100, 300),
        oklch(0.60, 0.100, 145))
    key = number(stage.scene.story, name)
    metal = name in ("lantern", "key", "clock", "compass", "bell", "telescope", "coin", "crown", "musicbox", "mirror")
    first = metals[key % len(metals)] if metal else cloths[key % len(cloths)]
    second = cloths[(key >> 8) % len(cloths)]
    return stage.pal.lit(stage.scene.colour_of(name, first)), stage.pal.lit(second)


def thing(stage: Stage, pen: Pen, name: str, held: bool = False) -> None:
    """Draw one thing. Unknown names become a small box with a ribbon: everything can be carried in a box."""
    first, second = own_colours(stage, name)
    THINGS.get(name, box)(stage, pen, first, second)
    if name in ("lantern", "star") and not held:
        x, y = pen.spot(0, 0.45)
        stage.spots["lamp"] = (x, y, pen.size)


def lantern(stage: Stage, pen: Pen, metal: RGB, other: RGB) -> None:
    """A storm lantern with a flame."""
    deep = lighter(metal, -0.16)
    pen.line([(-0.15, 0.80), (-0.16, 0.96), (0, 1.02), (0.16, 0.96), (0.15, 0.80)], 0.028, deep)
    pen.smooth([(-0.20, 0.18), (-0.19, 0.66), (0.19, 0.66), (0.20, 0.18)], mix(stage.pal.lamp, (1, 0.83, 0.45), 0.4),
        form=0.15)
    pen.oval(0, 0.40, 0.13, 0.20, (1.0, 0.95, 0.72), form=0, soft=0.04)
    pen.smooth([(0, 0.60), (0.055, 0.42), (0.045, 0.32), (0, 0.28), (-0.045, 0.32), (-0.05, 0.42)], (1.0, 0.80, 0.35),
        form=0)
    pen.smooth([(0, 0.50), (0.025, 0.39), (0, 0.32), (-0.025, 0.39)], (1.0, 0.98, 0.86), form=0)
    for x in (-0.205, -0.075, 0.075, 0.205):
        pen.line([(x, 0.16), (x * 0.98, 0.70)], 0.024, deep, form=0.3)
    pen.shape([(-0.25, 0.0), (0.25, 0.0), (0.23, 0.11), (0.21, 0.19), (-0.21, 0.19), (-0.23, 0.11)], metal, form=0.7)
    pen.shape([(-0.26, 0.66), (0.26, 0.66), (0.14, 0.80), (0.08, 0.88), (-0.08, 0.88), (-0.14, 0.80)], metal, form=0.7)
    pen.line([(-0.25, 0.67), (0.25, 0.67)], 0.03, lighter(metal, 0.1))


def key(stage: Stage, pen: Pen, metal: RGB, other: RGB) -> None:
    """A big old key, standing on its bit."""
    hole = mix(metal, INK, 0.75)
    for dx, dy in ((-0.12, 0.82), (0.12, 0.82), (0, 0.93)):
        pen.oval(dx, dy, 0.125, 0.105, metal, form=0.8)
    for dx, dy in ((-0.12, 0.82), (0.12, 0.82), (0, 0.93)):
        pen.oval(dx, dy, 0.058, 0.048, hole, form=0)
    pen.shape([(-0.035, 0.0), (0.035, 0.0), (0.035, 0.74), (-0.035, 0.74)], metal, form=0.8)
    for y in (0.70, 0.62):
        pen.shape([(-0.07, y), (0.07, y), (0.07, y + 0.04), (-0.07, y + 0.04)], lighter(metal, 0.04), form=0.7)
    pen.shape([(0.03, 0.03), (0.20, 0.03), (0.20, 0.11), (0.13, 0.11), (0.13, 0.15), (0.20, 0.15), (0.20, 0.25),
        (0.03, 0.25)], metal, form=0.6)


def map_(stage: Stage, pen: Pen, first: RGB, other: RGB) -> None:
    """An unrolled map with a coast, a dotted way and a cross."""
    paper = stage.pal.lit(oklch(0.90, 0.045, 85))
    deep = lighter(paper, -0.13)
    pen.smooth([(-0.58, 0.10), (-0.56, 0.45), (-0.60, 0.80), (-0.30, 0.86), (0.0, 0.80), (0.32, 0.87), (0.58, 0.80),
        (0.56, 0.45),
                (0.60, 0.08), (0.30, 0.02), (0.0, 0.09), (-0.30, 0.02)], paper, form=0.4)
    pen.smooth([(-0.38, 0.30), (-0.30, 0.58), (-0.08, 0.66), (0.06, 0.56), (0.24, 0.64), (0.36, 0.48), (0.22, 0.30),
        (0.02, 0.36),
                (-0.16, 0.22)], mix(paper, other, 0.38), form=0.2)
    pen.smooth([(0.34, 0.22), (0.42, 0.30), (0.48, 0.22), (0.42, 0.15)], mix(paper, other, 0.38), form=0.2)
    for k in range(9):
        t = k / 8
        pen.oval(-0.26 + 0.48 * t, 0.38 + 0.10 * math.sin(t * 5), 0.012, 0.012, (0.62, 0.22, 0.18), form=0)
    pen.line([(0.22, 0.44), (0.30, 0.54)], 0.022, (0.62, 0.22, 0.18))
    pen.line([(0.30, 0.44), (0.22, 0.54)], 0.022, (0.62, 0.22, 0.18))
    for x in (-0.19, 0.19):
        pen.line([(x, 0.07), (x * 1.02, 0.82)], 0.010, deep, alpha=0.7)
    pen.smooth([(-0.66, 0.06), (-0.56, 0.06), (-0.54, 0.45), (-0.56, 0.84), (-0.66, 0.84), (-0.68, 0.45)], deep,
        form=0.8)
    pen.smooth([(0.66, 0.06), (0.56, 0.06), (0.54, 0.45), (0.56, 0.84), (0.66, 0.84), (0.68, 0.45)], deep, form=0.8)


def boat(stage: Stage, pen: Pen, first: RGB, other: RGB) -> None:
    """A small boat with a sail."""
    wood = stage.pal.lit(oklch(0.52, 0.07, 55))
    pen.line([(0.0, 0.2), (0.0, 1.0)], 0.024, lighter(wood, -0.12))
    pen.smooth([(0.03, 0.97), (0.26, 0.66), (0.40, 0.34), (0.20, 0.30), (0.03, 0.32)],
        mix(CREAM, stage.pal.haze, 0.3), form=0.5)
    pen.smooth([(-0.03, 0.88), (-0.20, 0.60), (-0.32, 0.36), (-0.14, 0.33), (-0.03, 0.34)], mix(CREAM, first, 0.65),
        form=0.5)
    pen.smooth([(-0.50, 0.27), (-0.36, 0.04), (-0.10, -0.02), (0.22, 0.0), (0.44, 0.10), (0.58, 0.30), (0.30, 0.225),
        (-0.20, 0.215)], wood, form=0.7)
    pen.line([(-0.50, 0.26), (-0.2, 0.21), (0.3, 0.22), (0.57, 0.29)], 0.030, lighter(wood, 0.10))
    pen.line([(-0.43, 0.15), (0.0, 0.09), (0.52, 0.19)], 0.012, lighter(wood, -0.12))


def clock(stage: Stage, pen: Pen, metal: RGB, other: RGB) -> None:
    """A round clock on feet, with an arch of bells."""
    for x in (-0.24, 0.24):
        pen.shape([(x - 0.04, 0.10), (x + 0.04, 0.10), (x * 1.3 + 0.03, 0.0), (x * 1.3 - 0.03, 0.0)],
            lighter(metal, -0.12))
    pen.line([(-0.12, 0.88), (0, 1.0), (0.12, 0.88)], 0.04, lighter(metal, -0.1))
    pen.oval(0, 0.48, 0.44, 0.43, metal, form=0.9)
    pen.oval(0, 0.48, 0.365, 0.355, lighter(metal, -0.2), form=0.2)
    pen.oval(0, 0.48, 0.345, 0.335, stage.pal.lit((0.96, 0.92, 0.82)), form=0.35)
    for k in range(12):
        a = k * math.pi / 6
        r0 = 0.25 if k % 3 else 0.22
        pen.line([(r0 * math.sin(a), 0.48 + r0 * math.cos(a)), (0.30 * math.sin(a), 0.48 + 0.30 * math.cos(a))],
            0.022, INK)
    pen.line([(0, 0.48), (-0.12, 0.62)], [0.04, 0.02], INK)
    pen.line([(0, 0.48), (0.11, 0.72)], [0.03, 0.012], INK)
    pen.oval(0, 0.48, 0.03, 0.03, stage.pal.lit((0.68, 0.25, 0.2)))


def letter(stage: Stage, pen: Pen, first: RGB, other: RGB) -> None:
    """An envelope with a wax seal."""
    paper = stage.pal.lit((0.95, 0.91, 0.82))
    pen.shape([(-0.52, 0.08), (0.50, 0.0), (0.54, 0.62), (-0.48, 0.70)], paper, form=0.5)
    pen.line([(-0.52, 0.08), (-0.06, 0.42), (0.50, 0.0)], 0.012, lighter(paper, -0.14), smooth=False)
    pen.shape([(-0.48, 0.70), (0.54, 0.62), (0.03, 0.24)], lighter(paper, -0.035), form=0.4)
    pen.oval(0.03, 0.30, 0.095, 0.09, stage.pal.lit((0.68, 0.17, 0.15)), form=0.8)
    pen.oval(0.03, 0.30, 0.055, 0.052, stage.pal.lit((0.56, 0.11, 0.11)), form=0.5)


def compass(stage: Stage, pen: Pen, metal: RGB, other: RGB) -> None:
    """A pocket compass, open."""
    pen.oval(0, 0.94, 0.06, 0.06, metal)
    pen.oval(0, 0.45, 0.46, 0.45, metal, form=0.9)
    pen.oval(0, 0.45, 0.385, 0.375, lighter(metal, -0.22), form=0)
    pen.oval(0, 0.45, 0.37, 0.36, stage.pal.lit((0.95, 0.92, 0.83)), form=0.35)
    for k in range(16):
        a = k * math.pi / 8
        r = 0.29 if k % 4 else 0.24
        pen.line([(r * math.sin(a), 0.45 + r * math.cos(a)), (0.335 * math.sin(a), 0.45 + 0.335 * math.cos(a))],
            0.014, INK)
    pen.shape([(0.15, 0.68), (-0.06, 0.49), (0.045, 0.415)], stage.pal.lit((0.72, 0.20, 0.17)), form=0.4)
    pen.shape([(-0.15, 0.22), (-0.06, 0.49), (0.045, 0.415)], stage.pal.lit((0.26, 0.32, 0.42)), form=0.4)
    pen.oval(0, 0.45, 0.03, 0.03, metal)


def book(stage: Stage, pen: Pen, first: RGB, other: RGB) -> None:
    """A thick closed book, lying, with a ribbon."""
    paper = stage.pal.lit((0.93, 0.88, 0.76))
    pen.shape([(-0.55, 0.02), (0.50, 0.0), (0.62, 0.10), (0.60, 0.34), (-0.50, 0.36), (-0.58, 0.26)],
        lighter(first, -0.08), form=0.5)
    pen.shape([(-0.50, 0.07), (0.53, 0.05), (0.575, 0.11), (0.565, 0.30), (-0.50, 0.32)], paper, form=0.3)
    for k in range(4):
        pen.line([(-0.49, 0.11 + k * 0.05), (0.56, 0.09 + k * 0.05)], 0.007, lighter(paper, -0.12), alpha=0.8)
    pen.shape([(-0.56, 0.34), (0.60, 0.32), (0.40, 0.66), (-0.40, 0.68)], first, form=0.5)
    pen.shape([(-0.42, 0.39), (0.44, 0.375), (0.30, 0.60), (-0.30, 0.62)], lighter(first, 0.05), form=0.2)
    pen.oval(0.0, 0.50, 0.11, 0.06, stage.pal.lit(oklch(0.78, 0.10, 85)), form=0.5)
    pen.smooth([(0.28, 0.07), (0.34, 0.06), (0.36, -0.10), (0.32, -0.07), (0.28, -0.11)], other, form=0.3)


def bell(stage: Stage, pen: Pen, metal: RGB, other: RGB) -> None:
    """A hand bell."""
    wood = stage.pal.lit((0.45, 0.29, 0.19))
    pen.oval(0, 0.03, 0.08, 0.07, lighter(metal, -0.2))
    pen.smooth([(-0.09, 0.66), (0.09, 0.66), (0.20, 0.52), (0.24, 0.28), (0.38, 0.09), (0.30, 0.05), (0, 0.035),
        (-0.30, 0.05),
                (-0.38, 0.09), (-0.24, 0.28), (-0.20, 0.52)], metal, form=0.95)
    pen.line([(-0.33, 0.11), (0, 0.08), (0.33, 0.11)], 0.03, lighter(metal, -0.12))
    pen.smooth([(-0.05, 0.64), (0.05, 0.64), (0.075, 0.80), (0.05, 0.97), (-0.05, 0.97), (-0.075, 0.80)], wood,
        form=0.8)


def _sat(kind: str) -> Draw:
    def draw(stage: Stage, pen: Pen, first: RGB, other: RGB) -> None:
        furs = {"cat": (0.32, 0.30, 0.33), "fox": (0.78, 0.40, 0.17), "dog": (0.60, 0.44, 0.30),
            "rabbit": (0.74, 0.66, 0.58)}
        sitting(pen, kind, stage.pal.lit(stage.scene.colour_of(kind, furs[kind])))

    return draw


def bird_(stage: Stage, pen: Pen, first: RGB, other: RGB) -> None:
    """A bird that looks on."""
    bird(pen, mix(first, stage.pal.lit((0.45, 0.42, 0.44)), 0.5), other, other)


def dragon_(stage: Stage, pen: Pen, first: RGB, other: RGB) -> None:
    """A small dragon."""
    dragon(pen, stage.pal.lit(stage.scene.colour_of("dragon", oklch(0.58, 0.10, 150))), other)


def robot_(stage: Stage, pen: Pen, first: RGB, other: RGB) -> None:
    """A tin robot."""
    robot(pen, stage.pal.lit((0.66, 0.69, 0.70)), first, stage.pal.lamp)


THINGS: dict[str, Draw] = {
    "lantern": lantern, "key": key, "map": map_, "boat": boat, "clock": clock, "letter": letter, "compass": compass,
    "book": book, "bell": bell, "umbrella": umbrella, "balloon": balloon, "airship": airship, "kite": kite,
    "feather": feather, "mirror": mirror, "musicbox": musicbox, "egg": egg, "cup": cup, "coin": coin, "violin": violin,
    "telescope": telescope, "box": box, "crown": crown, "flower": flower, "star": star, "bottle": bottle,
        "shell": shell,
    "moon": moon, "cat": _sat("cat"), "fox": _sat("fox"), "dog": _sat("dog"), "rabbit": _sat("rabbit"), "bird": bird_,
    "dragon": dragon_, "robot": robot_,
}
