"""Animals: heads, ears and tails for a hero in clothes, whole bodies for the others, and small animals as company."""

from __future__ import annotations

# Outlines are read as rows of points, not one number to a line.
# fmt: off
from .palette import RGB, lighter, mix
from .pen import Pen

NIGHT: RGB = (0.13, 0.11, 0.13)
CREAM: RGB = (0.95, 0.90, 0.82)


def ears_and_tail(pen: Pen, kind: str, fur: RGB, behind: bool) -> None:
    """An animal's tail (behind the coat) or its head turned three quarters away (over the coat)."""
    if behind:
        _tail(pen, kind, fur)
    else:
        _animal_head(pen, kind, fur)


def _tail(pen: Pen, kind: str, fur: RGB) -> None:
    if kind == "fox":
        pen.smooth([(-0.05, 0.27), (-0.22, 0.16), (-0.38, 0.20), (-0.47, 0.38), (-0.44, 0.52), (-0.36, 0.44),
            (-0.28, 0.34),
                    (-0.12, 0.34)], fur, form=0.8)
        pen.smooth([(-0.465, 0.40), (-0.44, 0.53), (-0.385, 0.46), (-0.40, 0.39)], CREAM, form=0.5)
    elif kind in ("cat", "mouse"):
        thick = 0.045 if kind == "cat" else 0.018
        pen.line([(-0.08, 0.24), (-0.26, 0.16), (-0.36, 0.28), (-0.34, 0.46), (-0.42, 0.56)],
            [thick, thick, thick * 0.6], fur, form=0.4)
    elif kind == "dog":
        pen.smooth([(-0.08, 0.30), (-0.24, 0.36), (-0.34, 0.50), (-0.31, 0.53), (-0.20, 0.43), (-0.08, 0.37)], fur)
    elif kind == "otter":
        pen.smooth([(-0.05, 0.26), (-0.22, 0.10), (-0.44, 0.02), (-0.46, 0.045), (-0.26, 0.18), (-0.08, 0.33)], fur)
    elif kind == "rabbit":
        pen.oval(-0.19, 0.27, 0.06, 0.055, CREAM)


def _animal_head(pen: Pen, kind: str, fur: RGB) -> None:
    y = 0.80
    pale = mix(fur, CREAM, 0.75)
    deep = lighter(fur, -0.09)
    inner = mix(fur, (0.92, 0.66, 0.62), 0.5)
    if kind == "rabbit":
        for x, tip in ((-0.065, -0.11), (0.045, 0.055)):
            pen.smooth([(x - 0.045, y + 0.07), (tip - 0.055, y + 0.27), (tip, y + 0.40), (tip + 0.05, y + 0.27),
                        (x + 0.045, y + 0.07)], fur, form=0.7)
            pen.smooth([(x - 0.012, y + 0.11), (tip - 0.02, y + 0.27), (tip + 0.004, y + 0.34), (tip + 0.022, y + 0.26),
                        (x + 0.022, y + 0.11)], inner, form=0.2, alpha=0.8)
    elif kind in ("fox", "cat"):
        h = 0.155 if kind == "fox" else 0.125
        for x in (-0.095, 0.06):
            pen.smooth([(x - 0.06, y + 0.05), (x - 0.035, y + 0.12), (x - 0.01, y + 0.09 + h), (x + 0.035, y + 0.13),
                        (x + 0.06, y + 0.06)], fur, form=0.6)
            pen.smooth([(x - 0.025, y + 0.09), (x - 0.006, y + 0.05 + h), (x + 0.025, y + 0.10)], deep, form=0)
    elif kind in ("bear", "mouse", "otter"):
        r = {"bear": 0.052, "mouse": 0.098, "otter": 0.034}[kind]
        for x in (-0.115, 0.085):
            pen.oval(x, y + 0.115 + r * 0.35, r, r, fur)
            pen.oval(x + 0.006, y + 0.112 + r * 0.35, r * 0.66, r * 0.66, inner, form=0.2)
    wide = {"bear": 0.152, "mouse": 0.122, "otter": 0.132}.get(kind, 0.138)
    snout = {"fox": 0.255, "dog": 0.235, "mouse": 0.215, "bear": 0.205, "cat": 0.175, "rabbit": 0.18}.get(kind, 0.185)
    pen.smooth([(-wide, y + 0.01), (-wide * 0.8, y + 0.105), (0, y + 0.142), (wide * 0.78, y + 0.10),
        (wide * 1.02, y + 0.02),
                (snout, y - 0.035), (snout + 0.004, y - 0.062), (wide * 0.9, y - 0.10), (0.02, y - 0.13),
                (-wide * 0.75, y - 0.105)],
               fur, form=0.75)
    if kind in ("fox", "cat", "dog", "otter", "mouse", "rabbit", "bear"):
        pen.smooth([(wide * 0.7, y - 0.03), (snout - 0.01, y - 0.045), (snout - 0.01, y - 0.065),
            (wide * 0.8, y - 0.102),
                    (0.03, y - 0.122), (0.05, y - 0.08)], pale, form=0.3)
    pen.oval(snout, y - 0.042, 0.020, 0.017, NIGHT, form=0.2)
    pen.oval(wide * 0.62, y + 0.022, 0.0135, 0.019, NIGHT, form=0)
    pen.oval(wide * 0.62 + 0.005, y + 0.030, 0.004, 0.005, (1, 1, 1), form=0)
    if kind == "dog":
        pen.smooth([(-0.10, y + 0.11), (-0.01, y + 0.10), (0.0, y - 0.02), (-0.04, y - 0.11), (-0.10, y - 0.10),
            (-0.125, y)],
                   deep, form=0.7)
    if kind in ("mouse", "cat", "otter"):
        for dy in (-0.015, 0.0, 0.015):
            pen.line([(snout - 0.04, y - 0.06), (snout + 0.06, y - 0.06 + dy * 2.6)], 0.0035, mix(NIGHT, fur, 0.3),
                alpha=0.7)


def bird(pen: Pen, fur: RGB, cloth: RGB, scarf: RGB) -> None:
    """A round bird on thin legs, in a scarf the colour of the hero's coat."""
    for x in (-0.06, 0.06):
        pen.line([(x, 0.20), (x + 0.005, 0.02)], 0.020, (0.72, 0.50, 0.25))
        pen.line([(x - 0.03, 0.0), (x + 0.005, 0.03), (x + 0.06, 0.0)], 0.018, (0.72, 0.50, 0.25), smooth=False)
    pen.smooth([(-0.16, 0.30), (-0.42, 0.16), (-0.46, 0.22), (-0.24, 0.46)], lighter(fur, -0.08))
    pen.smooth([(0.0, 0.12), (0.20, 0.20), (0.27, 0.42), (0.22, 0.62), (0.20, 0.82), (0.06, 0.98), (-0.12, 0.93),
        (-0.19, 0.72),
                (-0.26, 0.45), (-0.18, 0.20)], fur, form=0.85)
    pen.smooth([(0.06, 0.16), (0.20, 0.26), (0.24, 0.44), (0.16, 0.56), (0.05, 0.40)], mix(fur, CREAM, 0.6), form=0.4)
    pen.smooth([(0.06, 0.55), (-0.06, 0.26), (-0.30, 0.22), (-0.24, 0.44), (-0.14, 0.60)], lighter(fur, -0.09),
        form=0.7)
    for k in range(3):
        pen.line([(-0.20 + k * 0.06, 0.30 + k * 0.02), (-0.10 + k * 0.05, 0.40 + k * 0.04)], 0.010,
            lighter(fur, -0.17), alpha=0.7)
    pen.smooth([(0.16, 0.86), (0.33, 0.80), (0.17, 0.765)], (0.84, 0.60, 0.26), form=0.5)
    pen.oval(0.105, 0.855, 0.020, 0.024, NIGHT, form=0)
    pen.oval(0.112, 0.866, 0.006, 0.007, (1, 1, 1), form=0)
    pen.smooth([(-0.18, 0.70), (0, 0.66), (0.21, 0.69), (0.22, 0.60), (0, 0.55), (-0.21, 0.60)], cloth, form=0.7)
    pen.smooth([(-0.10, 0.64), (-0.34, 0.56), (-0.40, 0.44), (-0.31, 0.43), (-0.12, 0.55)], lighter(cloth, -0.05),
        form=0.6)


def dragon(pen: Pen, fur: RGB, cloth: RGB) -> None:
    """A small stout dragon that sits upright, in a scarf the colour of the hero's coat."""
    deep, pale = lighter(fur, -0.08), mix(fur, (0.96, 0.90, 0.66), 0.6)
    pen.smooth([(-0.08, 0.05), (-0.30, 0.02), (-0.50, 0.10), (-0.58, 0.28), (-0.66, 0.40), (-0.53, 0.42), (-0.47, 0.22),
                (-0.28, 0.20), (-0.10, 0.26)], fur, form=0.7)
    pen.smooth([(-0.12, 0.62), (-0.34, 0.92), (-0.62, 0.96), (-0.54, 0.80), (-0.60, 0.68), (-0.46, 0.62), (-0.44, 0.48),
                (-0.28, 0.50), (-0.12, 0.46)], mix(fur, (0.85, 0.55, 0.35), 0.4), form=0.7)
    for tip in ((-0.60, 0.95), (-0.58, 0.69), (-0.43, 0.50)):
        pen.line([(-0.14, 0.60), ((tip[0] - 0.1) / 2, (tip[1] + 0.72) / 2), tip], [0.018, 0.008], deep)
    pen.smooth([(0.0, 0.0), (0.16, 0.01), (0.24, 0.12), (0.22, 0.34), (0.14, 0.54), (0.06, 0.66), (-0.10, 0.64),
        (-0.20, 0.42),
                (-0.25, 0.18), (-0.16, 0.01)], fur, form=0.85)
    pen.smooth([(0.05, 0.06), (0.19, 0.12), (0.19, 0.32), (0.10, 0.54), (0.03, 0.40)], pale, form=0.4)
    for k in range(5):
        pen.line([(0.05, 0.12 + k * 0.08), (0.18 - k * 0.012, 0.13 + k * 0.08)], 0.008, mix(pale, fur, 0.5), alpha=0.8)
    for x in (-0.11, 0.13):
        pen.smooth([(x - 0.08, 0.12), (x + 0.05, 0.13), (x + 0.12, 0.03), (x + 0.10, -0.01), (x - 0.08, -0.005)], deep)
    pen.smooth([(0.10, 0.48), (0.22, 0.42), (0.31, 0.40), (0.31, 0.35), (0.20, 0.35), (0.08, 0.40)],
        lighter(fur, 0.02), form=0.6)
    for x0, x1 in ((-0.10, -0.17), (0.0, -0.04)):
        pen.smooth([(x0 - 0.02, 0.88), (x1 - 0.03, 1.02), (x1 + 0.01, 1.01), (x0 + 0.05, 0.90)], pale, form=0.5)
    for k, (x, y) in enumerate(((-0.16, 0.80), (-0.185, 0.68), (-0.21, 0.54), (-0.245, 0.40), (-0.27, 0.26))):
        s = 0.05 - k * 0.003
        pen.smooth([(x + 0.02, y - s), (x - s * 1.3, y + s * 0.2), (x + 0.03, y + s)],
            mix(fur, (0.90, 0.55, 0.30), 0.55), form=0.4)
    pen.smooth([(-0.15, 0.74), (-0.10, 0.90), (0.04, 0.935), (0.13, 0.86), (0.28, 0.80), (0.33, 0.74), (0.28, 0.685),
        (0.10, 0.665),
                (-0.08, 0.645)], fur, form=0.8)
    pen.oval(0.285, 0.775, 0.012, 0.010, deep, form=0)
    pen.oval(0.085, 0.815, 0.026, 0.032, (0.97, 0.95, 0.86), form=0)
    pen.oval(0.095, 0.812, 0.015, 0.024, NIGHT, form=0)
    pen.line([(0.30, 0.715), (0.20, 0.700), (0.13, 0.725)], 0.008, deep)
    pen.smooth([(-0.15, 0.655), (0, 0.62), (0.13, 0.645), (0.14, 0.575), (0, 0.53), (-0.17, 0.575)], cloth, form=0.7)
    pen.smooth([(-0.08, 0.60), (-0.24, 0.54), (-0.30, 0.40), (-0.21, 0.39), (-0.10, 0.52)], lighter(cloth, -0.05),
        form=0.6)


def robot(pen: Pen, metal: RGB, cloth: RGB, lamp: RGB) -> None:
    """A tin robot with a painted body and one warm eye."""
    deep = lighter(metal, -0.16)
    for x in (-0.10, 0.10):
        pen.box(x - 0.03, 0.04, x + 0.03, 0.28, deep)
        pen.smooth([(x - 0.07, 0.0), (x + 0.09, 0.0), (x + 0.08, 0.06), (x, 0.085), (x - 0.06, 0.06)], metal)
    pen.line([(-0.17, 0.56), (-0.27, 0.46), (-0.26, 0.32)], 0.05, deep, form=0.5)
    pen.line([(0.17, 0.56), (0.27, 0.48), (0.30, 0.38)], 0.05, deep, form=0.5)
    pen.smooth([(-0.19, 0.26), (0.19, 0.26), (0.215, 0.45), (0.18, 0.63), (-0.18, 0.63), (-0.215, 0.45)], cloth,
        form=0.85)
    pen.box(-0.09, 0.36, 0.09, 0.50, lighter(cloth, -0.08))
    for k in range(3):
        pen.oval(-0.05 + k * 0.05, 0.43, 0.014, 0.014, mix(lamp, metal, k * 0.3), form=0.4)
    pen.box(-0.05, 0.62, 0.05, 0.68, deep)
    pen.smooth([(-0.16, 0.68), (0.16, 0.68), (0.19, 0.80), (0.14, 0.92), (-0.14, 0.92), (-0.19, 0.80)], metal,
        form=0.85)
    pen.line([(0, 0.92), (0.01, 1.0)], 0.016, deep)
    pen.oval(0.01, 1.01, 0.03, 0.03, lamp, form=0.3)
    pen.oval(0.09, 0.80, 0.05, 0.05, deep, form=0)
    pen.oval(0.095, 0.80, 0.034, 0.034, lamp, form=0)
    pen.oval(-0.25, 0.30, 0.035, 0.035, metal)
    pen.oval(0.31, 0.36, 0.035, 0.035, metal)


def sitting(pen: Pen, kind: str, fur: RGB) -> None:
    """A cat, fox, dog or rabbit that sits and watches, seen from the side and behind."""
    deep = lighter(fur, -0.08)
    if kind == "fox":
        pen.smooth([(-0.10, 0.06), (-0.40, 0.0), (-0.62, 0.08), (-0.70, 0.22), (-0.58, 0.24), (-0.36, 0.18),
            (-0.12, 0.20)], fur)
        pen.smooth([(-0.60, 0.07), (-0.71, 0.23), (-0.58, 0.24), (-0.52, 0.12)], CREAM, form=0.4)
    elif kind in ("cat", "dog"):
        pen.line([(-0.18, 0.06), (-0.42, 0.04), (-0.50, 0.16), (-0.44, 0.26)], [0.07, 0.06, 0.04], fur, form=0.5)
    pen.smooth([(-0.24, 0.0), (0.20, 0.0), (0.22, 0.10), (0.17, 0.34), (0.15, 0.56), (0.0, 0.62), (-0.12, 0.52),
        (-0.24, 0.34),
                (-0.30, 0.14)], fur, form=0.85)
    pen.smooth([(0.08, 0.0), (0.20, 0.0), (0.19, 0.26), (0.16, 0.46), (0.09, 0.40)], mix(fur, CREAM, 0.5), form=0.4)
    pen.smooth([(-0.26, 0.02), (-0.04, 0.0), (0.0, 0.14), (-0.08, 0.28), (-0.22, 0.24)], deep, form=0.5, alpha=0.6)
    head = pen.at(0.04, -0.22, 1.12)
    _animal_head(head, kind, fur)


def flying(pen: Pen, colour: RGB) -> None:
    """A gull or swallow in the air, wings raised."""
    pen.smooth([(0.0, 0.02), (-0.22, 0.16), (-0.52, 0.14), (-0.26, 0.22), (-0.04, 0.12), (0.05, 0.11), (0.24, 0.26),
        (0.54, 0.22),
                (0.26, 0.16), (0.06, 0.0)], colour, form=0.3)
    pen.smooth([(-0.10, 0.0), (0.0, -0.03), (0.12, 0.03), (0.14, 0.07), (0.04, 0.10), (-0.06, 0.06)], colour, form=0.3)
