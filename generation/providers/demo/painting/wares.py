"""More objects of the stories, the lighter ones: what flies, sounds, shines, or is drunk from."""

from __future__ import annotations

# Outlines are read as rows of points, not one number to a line.
# fmt: off
import math

from .beasts import CREAM
from .palette import RGB, lighter, mix, oklch
from .pen import Pen
from .stage import Stage

INK: RGB = (0.15, 0.12, 0.13)


def umbrella(stage: Stage, pen: Pen, first: RGB, other: RGB) -> None:
    """An open umbrella, held by its handle at the origin."""
    cloth = first
    pen.line([(0.07, 0.02), (0.05, -0.04), (0.0, -0.04), (0.0, 0.06), (0.0, 0.95)], 0.022, INK)
    pen.smooth([(-0.62, 0.48), (-0.55, 0.70), (-0.30, 0.90), (0, 0.97), (0.30, 0.90), (0.55, 0.70), (0.62, 0.48),
        (0.42, 0.545),
                (0.21, 0.485), (0.0, 0.55), (-0.21, 0.485), (-0.42, 0.545)], cloth, form=0.9)
    for x in (-0.42, 0.0, 0.42):
        pen.line([(0, 0.97), (x * 0.62, 0.80), (x, 0.55)], [0.004, 0.014, 0.008], lighter(cloth, -0.12), alpha=0.8)
    for x in (-0.21, 0.21):
        pen.smooth([(0, 0.96), (x * 0.3, 0.86), (x * 1.5, 0.53), (x, 0.49), (x * 0.5, 0.52)], lighter(cloth, 0.03),
            form=0.2, alpha=0.5)
    pen.line([(0, 0.96), (0, 1.03)], 0.022, INK)


def balloon(stage: Stage, pen: Pen, first: RGB, other: RGB) -> None:
    """A balloon on a string."""
    pen.line([(0, 0.02), (0.04, 0.25), (-0.02, 0.45)], 0.010, INK, alpha=0.8)
    pen.smooth([(0, 0.44), (0.16, 0.56), (0.245, 0.74), (0.19, 0.93), (0, 1.01), (-0.19, 0.93), (-0.245, 0.74),
        (-0.16, 0.56)], first, form=0.9)
    pen.shape([(-0.03, 0.43), (0.03, 0.43), (0, 0.47)], lighter(first, -0.1), form=0)
    pen.oval(-0.08, 0.86, 0.05, 0.07, mix(first, (1, 1, 1), 0.6), form=0, alpha=0.7, soft=0.015)


def airship(stage: Stage, pen: Pen, first: RGB, other: RGB) -> None:
    """A hot-air balloon with its basket."""
    wood = stage.pal.lit((0.50, 0.34, 0.20))
    pen.smooth([(-0.10, 0.24), (0.10, 0.24), (0.33, 0.52), (0.38, 0.74), (0.24, 0.95), (0, 1.02), (-0.24, 0.95),
        (-0.38, 0.74), (-0.33, 0.52)], first, form=0.95)
    for x in (-0.24, 0.0, 0.24):
        pen.smooth([(x * 0.36 - 0.02, 0.25), (x - 0.06, 0.60), (x * 0.8 - 0.03, 0.90), (x * 0.3, 1.0),
            (x * 0.8 + 0.05, 0.88), (x + 0.05, 0.6),
                    (x * 0.36 + 0.02, 0.25)], other, form=0.5, alpha=0.8)
    for x in (-0.08, 0.08):
        pen.line([(x, 0.25), (x * 0.8, 0.12)], 0.008, INK)
    pen.shape([(-0.085, 0.0), (0.085, 0.0), (0.10, 0.13), (-0.10, 0.13)], wood, form=0.7)


def kite(stage: Stage, pen: Pen, first: RGB, other: RGB) -> None:
    """A kite with a bowed tail."""
    pen.line([(0, 0.2), (-0.12, 0.02), (0.05, -0.15), (-0.08, -0.34)], 0.014, INK)
    for x, y in ((-0.10, 0.03), (0.03, -0.14), (-0.06, -0.30)):
        pen.smooth([(x, y), (x - 0.09, y + 0.05), (x - 0.09, y - 0.04), (x + 0.09, y + 0.04), (x + 0.09, y - 0.05)],
            other, form=0.3)
    pen.shape([(0, 1.0), (0.34, 0.66), (0, 0.16), (-0.34, 0.66)], first, form=0.5)
    pen.shape([(0, 1.0), (0.34, 0.66), (0, 0.66)], other, form=0.3)
    pen.shape([(0, 0.16), (-0.34, 0.66), (0, 0.66)], other, form=0.3)
    pen.line([(0, 1.0), (0, 0.16)], 0.014, INK)
    pen.line([(-0.34, 0.66), (0.34, 0.66)], 0.014, INK)


def feather(stage: Stage, pen: Pen, first: RGB, other: RGB) -> None:
    """A long feather leaning to one side."""
    pale = mix(first, CREAM, 0.45)
    pen.smooth([(-0.10, 0.18), (-0.12, 0.42), (0.02, 0.72), (0.26, 0.98), (0.33, 0.86), (0.30, 0.62), (0.16, 0.36),
        (0.0, 0.17)], pale, form=0.7)
    pen.smooth([(-0.04, 0.20), (0.06, 0.48), (0.27, 0.96), (0.32, 0.84), (0.29, 0.62), (0.15, 0.36)],
        mix(pale, first, 0.7), form=0.3)
    for t in (0.3, 0.48, 0.66, 0.8):
        pen.line([(-0.06 + 0.30 * t, 0.15 + 0.75 * t), (-0.13 + 0.42 * t, 0.26 + 0.68 * t)], 0.012,
            mix(stage.pal.haze, pale, 0.4))
    pen.line([(-0.16, 0.0), (-0.03, 0.24), (0.10, 0.55), (0.27, 0.95)], [0.026, 0.018, 0.006], lighter(pale, -0.2))


def mirror(stage: Stage, pen: Pen, metal: RGB, other: RGB) -> None:
    """A hand mirror that holds a bit of sky."""
    pen.smooth([(-0.05, 0.02), (0.05, 0.02), (0.04, 0.36), (-0.04, 0.36)], metal, form=0.8)
    pen.oval(0, 0.66, 0.30, 0.35, metal, form=0.9)
    pen.oval(0, 0.66, 0.235, 0.285, mix(stage.pal.top, stage.pal.low, 0.4), form=0.2)
    pen.smooth([(-0.17, 0.60), (0.02, 0.86), (0.10, 0.86), (-0.12, 0.50)], (1, 1, 1), form=0, alpha=0.5)


def musicbox(stage: Stage, pen: Pen, metal: RGB, other: RGB) -> None:
    """An open music box with a tiny dancer."""
    wood = stage.pal.lit(oklch(0.44, 0.075, 40))
    pen.shape([(-0.46, 0.42), (0.40, 0.42), (0.46, 0.88), (-0.40, 0.90)], lighter(wood, -0.06), form=0.5)
    pen.shape([(-0.38, 0.46), (0.34, 0.46), (0.38, 0.83), (-0.33, 0.84)], other, form=0.5)
    pen.smooth([(-0.01, 0.80), (0.03, 0.78), (0.02, 0.70), (0.10, 0.56), (-0.10, 0.56), (-0.03, 0.70)], CREAM, form=0.5)
    pen.oval(0.0, 0.815, 0.032, 0.036, CREAM, form=0.4)
    pen.line([(0, 0.58), (0, 0.44)], 0.014, metal)
    pen.shape([(-0.48, 0.0), (0.46, 0.0), (0.46, 0.40), (-0.48, 0.42)], wood, form=0.7)
    pen.shape([(-0.42, 0.06), (0.40, 0.06), (0.40, 0.34), (-0.42, 0.36)], lighter(wood, 0.05), form=0.3)
    pen.oval(0, 0.21, 0.08, 0.08, metal)
    pen.line([(0.46, 0.18), (0.58, 0.18), (0.58, 0.28)], 0.024, metal, smooth=False)
    pen.oval(0.58, 0.30, 0.03, 0.03, metal)


def egg(stage: Stage, pen: Pen, first: RGB, other: RGB) -> None:
    """A speckled egg in a little straw."""
    shell = mix(stage.pal.lit(CREAM), first, 0.25)
    for k in range(9):
        x = -0.42 + k * 0.105
        pen.line([(x - 0.14, 0.06 + 0.04 * (k % 2)), (x, 0.02), (x + 0.14, 0.09 - 0.04 * (k % 3))], 0.026,
            stage.pal.lit((0.74, 0.58, 0.32)))
    pen.smooth([(0, 0.02), (0.24, 0.12), (0.33, 0.38), (0.25, 0.72), (0.10, 0.94), (0, 0.97), (-0.10, 0.94),
        (-0.25, 0.72), (-0.33, 0.38),
                (-0.24, 0.12)], shell, form=0.95)
    for k in range(26):
        a, r = k * 2.4, 0.05 + 0.22 * ((k * 37) % 100) / 100
        pen.oval(r * math.cos(a), 0.45 + 1.5 * r * math.sin(a), 0.012 + 0.010 * (k % 3), 0.012,
            mix(shell, first, 0.75), form=0, alpha=0.8)
    pen.line([(-0.30, 0.03), (0, 0.09), (0.33, 0.04)], 0.030, stage.pal.lit((0.82, 0.66, 0.38)))


def cup(stage: Stage, pen: Pen, first: RGB, other: RGB) -> None:
    """A steaming cup on a saucer."""
    glaze = mix(first, CREAM, 0.35)
    pen.oval(0, 0.06, 0.52, 0.075, lighter(glaze, -0.04), form=0.7)
    pen.line([(0.30, 0.46), (0.46, 0.46), (0.46, 0.28), (0.26, 0.22)], 0.05, glaze, form=0.5)
    pen.smooth([(-0.35, 0.56), (-0.33, 0.32), (-0.20, 0.11), (0, 0.075), (0.20, 0.11), (0.33, 0.32), (0.35, 0.56)],
        glaze, form=0.9)
    pen.oval(0, 0.56, 0.35, 0.085, lighter(glaze, 0.05), form=0.3)
    pen.oval(0, 0.555, 0.30, 0.062, stage.pal.lit((0.42, 0.24, 0.14)), form=0.3)
    pen.line([(-0.33, 0.38), (0, 0.30), (0.33, 0.38)], 0.028, other)
    for x in (-0.08, 0.08):
        pen.line([(x, 0.60), (x + 0.06, 0.72), (x - 0.03, 0.84), (x + 0.05, 0.98)], [0.03, 0.05, 0.02], (1, 1, 1),
            alpha=0.35, soft=0.02)


def coin(stage: Stage, pen: Pen, metal: RGB, other: RGB) -> None:
    """A worn coin with a star, leaning."""
    pen.oval(0.04, 0.46, 0.44, 0.46, lighter(metal, -0.16), form=0.4)
    pen.oval(0, 0.46, 0.44, 0.46, metal, form=0.9)
    pen.oval(0, 0.46, 0.355, 0.375, lighter(metal, 0.03), form=0.5)
    pen.shape(_star(0, 0.46, 0.26, 0.11), lighter(metal, -0.14), form=0.6)


def violin(stage: Stage, pen: Pen, first: RGB, other: RGB) -> None:
    """A violin, upright."""
    wood = stage.pal.lit(oklch(0.55, 0.11, 48))
    pen.smooth([(0, 0.02), (0.17, 0.05), (0.20, 0.18), (0.115, 0.30), (0.15, 0.43), (0.10, 0.53), (0, 0.55),
        (-0.10, 0.53), (-0.15, 0.43),
                (-0.115, 0.30), (-0.20, 0.18), (-0.17, 0.05)], wood, form=0.95)
    pen.shape([(-0.024, 0.28), (0.024, 0.28), (0.018, 0.90), (-0.018, 0.90)], INK, form=0.3)
    pen.smooth([(-0.03, 0.88), (0.03, 0.88), (0.035, 0.97), (0, 1.0), (-0.035, 0.97)], wood)
    for x in (-0.085, 0.085):
        pen.line([(x, 0.34), (x * 0.8, 0.27), (x, 0.20)], 0.014, INK)
    pen.shape([(-0.05, 0.05), (0.05, 0.05), (0.03, 0.15), (-0.03, 0.15)], INK)
    for x in (-0.012, 0.0, 0.012):
        pen.line([(x, 0.12), (x, 0.92)], 0.004, (0.9, 0.88, 0.8))
    pen.line([(0.26, 0.02), (0.34, 0.95)], 0.014, lighter(wood, -0.12))


def telescope(stage: Stage, pen: Pen, metal: RGB, other: RGB) -> None:
    """A brass telescope on a tripod, pointing up."""
    for x in (-0.22, 0.0, 0.22):
        pen.line([(0, 0.55), (x, 0.0)], 0.032, stage.pal.lit((0.36, 0.24, 0.17)), form=0.4)
    tube = pen.at(0, 0.56, 1.0, tilt=-28)
    tube.shape([(-0.42, -0.045), (-0.12, -0.05), (-0.12, 0.05), (-0.42, 0.045)], lighter(metal, -0.1), form=0.8)
    tube.shape([(-0.15, -0.065), (0.18, -0.07), (0.18, 0.07), (-0.15, 0.065)], metal, form=0.9)
    tube.shape([(0.16, -0.09), (0.50, -0.095), (0.50, 0.095), (0.16, 0.09)], lighter(metal, -0.04), form=0.9)
    tube.oval(0.50, 0.0, 0.028, 0.095, mix(stage.pal.low, (1, 1, 1), 0.3), form=0.2)
    for x in (-0.13, 0.17, 0.45):
        tube.shape([(x, -0.1), (x + 0.03, -0.1), (x + 0.03, 0.1), (x, 0.1)], lighter(metal, 0.1), form=0.8)


def box(stage: Stage, pen: Pen, first: RGB, other: RGB) -> None:
    """A wooden chest with bands."""
    wood = stage.pal.lit(oklch(0.48, 0.075, 55))
    brass = stage.pal.lit(oklch(0.72, 0.10, 85))
    pen.shape([(-0.52, 0.0), (0.52, 0.0), (0.50, 0.46), (-0.50, 0.46)], wood, form=0.6)
    pen.smooth([(-0.53, 0.46), (-0.52, 0.62), (-0.36, 0.75), (0, 0.79), (0.36, 0.75), (0.52, 0.62), (0.53, 0.46)],
        lighter(wood, 0.03), form=0.8)
    for y in (0.16, 0.31):
        pen.line([(-0.51, y), (0.51, y)], 0.010, lighter(wood, -0.12))
    for x in (-0.34, 0.34):
        pen.shape([(x - 0.045, 0.0), (x + 0.045, 0.0), (x + 0.04, 0.74), (x - 0.04, 0.74)], mix(first, brass, 0.5),
            form=0.5)
    pen.line([(-0.53, 0.46), (0.53, 0.46)], 0.03, brass)
    pen.smooth([(-0.07, 0.52), (0.07, 0.52), (0.065, 0.36), (0, 0.32), (-0.065, 0.36)], brass, form=0.8)
    pen.oval(0, 0.43, 0.020, 0.024, INK, form=0)


def crown(stage: Stage, pen: Pen, metal: RGB, other: RGB) -> None:
    """A crown with stones."""
    pen.shape([(-0.42, 0.12), (-0.52, 0.66), (-0.26, 0.40), (0.0, 0.80), (0.26, 0.40), (0.52, 0.66), (0.42, 0.12)],
        metal, form=0.8)
    pen.smooth([(-0.44, 0.20), (0, 0.13), (0.44, 0.20), (0.43, 0.06), (0, 0.0), (-0.43, 0.06)], lighter(metal, -0.05),
        form=0.8)
    for x, y in ((-0.52, 0.68), (0, 0.83), (0.52, 0.68)):
        pen.oval(x, y, 0.05, 0.05, lighter(metal, 0.06), form=0.8)
    for x in (-0.26, 0.0, 0.26):
        pen.oval(x, 0.10, 0.048, 0.042, other if x else stage.pal.lit((0.68, 0.16, 0.2)), form=0.8)


def flower(stage: Stage, pen: Pen, first: RGB, other: RGB) -> None:
    """One open flower on its stem."""
    green = stage.pal.lit(oklch(0.55, 0.10, 140))
    pen.line([(0, 0.0), (0.05, 0.3), (0.0, 0.66)], 0.028, green, form=0.3)
    pen.smooth([(0.03, 0.22), (0.20, 0.30), (0.30, 0.46), (0.14, 0.44), (0.04, 0.33)], green)
    pen.smooth([(0.03, 0.14), (-0.14, 0.20), (-0.24, 0.36), (-0.09, 0.34)], lighter(green, -0.04))
    for k in range(7):
        a = k * 2 * math.pi / 7 + 0.2
        cx, cy = 0.15 * math.cos(a), 0.75 + 0.14 * math.sin(a)
        pen.oval(cx, cy, 0.115, 0.105, lighter(first, 0.03 * math.sin(a * 2)), form=0.7)
    pen.oval(0, 0.75, 0.088, 0.082, stage.pal.lit(oklch(0.78, 0.13, 82)), form=0.7)


def _star(x: float, y: float, outer: float, inner: float) -> list[tuple[float, float]]:
    return [
        (x + (outer if k % 2 == 0 else inner) * math.sin(k * math.pi / 5),
        y + (outer if k % 2 == 0 else inner) * math.cos(k * math.pi / 5))
        for k in range(10)
    ]


def star(stage: Stage, pen: Pen, first: RGB, other: RGB) -> None:
    """A glowing star."""
    gold = mix(stage.pal.lamp, (1.0, 0.86, 0.45), 0.5)
    pen.smooth(_star(0, 0.48, 0.50, 0.25), gold, form=0.35)
    pen.smooth(_star(0, 0.48, 0.30, 0.16), (1.0, 0.98, 0.86), form=0, soft=0.03)


def bottle(stage: Stage, pen: Pen, first: RGB, other: RGB) -> None:
    """A stoppered bottle with something bright inside."""
    glass = mix(first, stage.pal.haze, 0.35)
    pen.smooth([(-0.28, 0.03), (0.28, 0.03), (0.31, 0.36), (0.13, 0.60), (0.11, 0.84), (-0.11, 0.84), (-0.13, 0.60),
        (-0.31, 0.36)], glass, form=0.8)
    pen.smooth([(-0.25, 0.05), (0.25, 0.05), (0.28, 0.32), (0, 0.36), (-0.28, 0.32)], other, form=0.5)
    pen.line([(-0.20, 0.14), (-0.22, 0.36), (-0.10, 0.54)], 0.03, (1, 1, 1), alpha=0.55)
    pen.box(-0.09, 0.82, 0.09, 0.96, stage.pal.lit((0.62, 0.46, 0.32)), form=0.6)


def shell(stage: Stage, pen: Pen, first: RGB, other: RGB) -> None:
    """A scallop shell."""
    pink = mix(stage.pal.lit(CREAM), first, 0.35)
    pen.smooth([(-0.12, 0.02), (0.12, 0.02), (0.30, 0.22), (0.52, 0.50), (0.42, 0.72), (0.16, 0.84), (-0.16, 0.84),
        (-0.42, 0.72), (-0.52, 0.50),
                (-0.30, 0.22)], pink, form=0.8)
    for x in (-0.40, -0.22, 0.0, 0.22, 0.40):
        pen.line([(x * 0.12, 0.06), (x * 0.8, 0.48), (x, 0.76)], [0.01, 0.03, 0.02],
            lighter(mix(pink, first, 0.35), -0.06), alpha=0.8)


def moon(stage: Stage, pen: Pen, first: RGB, other: RGB) -> None:
    """A crescent moon."""
    pen.smooth([(0.10, 0.02), (0.38, 0.20), (0.48, 0.50), (0.38, 0.80), (0.10, 0.98), (0.24, 0.76), (0.29, 0.50),
        (0.24, 0.24)], stage.pal.lamp, form=0.5)
