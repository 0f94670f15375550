"""The hero: one body in the story's clothes, with a person's or an animal's head, the same in every picture.

Figures are seen from behind or from the side, looking into the picture: the reader looks with them.
"""

from __future__ import annotations

# Outlines are read as rows of points, not one number to a line.
# fmt: off
from .beasts import bird, dragon, ears_and_tail, robot
from .palette import RGB, lighter, mix
from .pen import Pen
from .reading import Hero
from .stage import Stage
from .things import thing

DARK: RGB = (0.16, 0.13, 0.15)


def hero(stage: Stage, pen: Pen, carried: str | None = None, wind: float = 0.3) -> tuple[float, float] | None:
    """Draw the story's hero standing on the pen's origin, one unit tall. Says where a carried light shines."""
    who = stage.scene.hero
    lit = stage.pal.lit
    if who.kind == "bird":
        bird(pen, lit(who.fur), lit(who.cloth), lit(who.scarf_colour))
        return _hold(stage, pen, carried, (0.20, 0.36))
    if who.kind == "dragon":
        dragon(pen, lit(who.fur), lit(who.cloth))
        return _hold(stage, pen, carried, (0.30, 0.36))
    if who.kind == "robot":
        robot(pen, lit(who.fur), lit(who.cloth), stage.pal.lamp)
        return _hold(stage, pen, carried, (0.30, 0.34))
    animal = who.kind != "person"
    child = animal or who.age == "child"
    fur = lit(who.fur)
    if animal:
        ears_and_tail(pen, who.kind, fur, behind=True)
    _legs(pen, lit(mix(DARK, who.hair, 0.25)), child)
    hand = _coat(pen, who, lit(who.cloth), fur if animal else lit(who.skin), child, carried is not None)
    if animal:
        ears_and_tail(pen, who.kind, fur, behind=False)
    else:
        _head(pen, who, lit(who.skin), lit(who.hair), lit(who.cloth), lit(who.scarf_colour), child)
    if who.scarf:
        _scarf(pen, lit(who.scarf_colour), child, wind)
    return _hold(stage, pen, carried, hand)


def _hold(stage: Stage, pen: Pen, carried: str | None, hand: tuple[float, float]) -> tuple[float, float] | None:
    if carried is None:
        return None
    big = {"umbrella": 0.95, "kite": 0.55, "balloon": 0.85, "map": 0.34, "telescope": 0.40, "violin": 0.42, "key": 0.30,
           "lantern": 0.34, "flower": 0.34, "box": 0.28, "bird": 0.26, "letter": 0.24, "feather": 0.34, "book": 0.28}
    size = big.get(carried, 0.26)
    x, y = hand
    if carried in ("umbrella", "balloon"):
        thing(stage, pen.at(x - 0.01, y - 0.06, size), carried, held=True)
    elif carried in ("lantern", "bell", "bottle", "box"):
        # hangs from the hand
        pen.line([(x, y), (x + 0.005, y - 0.05)], 0.012, DARK)
        thing(stage, pen.at(x, y - 0.03 - size, size), carried, held=True)
        if carried == "lantern":
            return pen.spot(x, y - 0.03 - size * 0.55)
    elif carried == "kite":
        pen.line([(x, y), (0.55, 0.95), (0.85, 1.55)], 0.006, DARK)
        thing(stage, pen.at(0.85, 1.5, size, tilt=24), carried, held=True)
    else:
        thing(stage, pen.at(x + 0.02, y - size * 0.40, size), carried, held=True)
        if carried == "star":
            return pen.spot(x + 0.02, y + size * 0.1)
    return None


def _legs(pen: Pen, boots: RGB, child: bool) -> None:
    for side in (-1, 1):
        x = 0.065 * side
        pen.smooth([(x - 0.045, 0.26), (x + 0.045, 0.26), (x + 0.042, 0.06), (x + 0.062 + 0.02 * (side > 0), 0.02),
                    (x + 0.05, -0.005), (x - 0.045, -0.005), (x - 0.05, 0.05)], boots, form=0.6)


def _coat(pen: Pen, who: Hero, cloth: RGB, skin: RGB, child: bool, holding: bool) -> tuple[float, float]:
    """The coat with its arms. Says where the leading hand is."""
    s = who.stout * (1.08 if child else 0.94)
    top = 0.665 if child else 0.765
    hem = 0.17 if who.age in ("child", "woman") or child else 0.20
    flare = 0.215 if child or who.age == "woman" else 0.175
    # far arm first, it is partly covered
    pen.smooth([(-0.085 * s, top - 0.03), (-0.15 * s, top - 0.09), (-0.185 * s, top - 0.24), (-0.165 * s, top - 0.33),
                (-0.115 * s, top - 0.325), (-0.10 * s, top - 0.2)], lighter(cloth, -0.045), form=0.7)
    pen.oval(-0.145 * s, top - 0.345, 0.026, 0.03, skin, form=0.5)
    pen.smooth([(-0.05 * s, top + 0.015), (0.05 * s, top + 0.015), (0.105 * s, top - 0.035), (0.125 * s, top - 0.16),
                (0.15 * s, top - 0.30), (flare * s, hem + 0.02), (0.10 * s, hem - 0.02), (0.0, hem - 0.03),
                (-0.10 * s, hem - 0.018), (-flare * s, hem + 0.02), (-0.15 * s, top - 0.30), (-0.125 * s, top - 0.16),
                (-0.105 * s, top - 0.035)], cloth, form=0.85)
    # folds, a seam and a belt: the eye believes in cloth that hangs
    fold = lighter(mix(cloth, (0.15, 0.12, 0.3), 0.22), -0.09)
    for x0, x1, w in ((0.0, 0.005, 0.010), (-0.07, -0.11, 0.013), (0.075, 0.115, 0.013), (0.03, 0.055, 0.008)):
        pen.line([(x0 * s, top - 0.24), ((x0 + x1) / 2 * s, (top - 0.24 + hem) / 2), (x1 * s, hem + 0.005)],
                 [0.002, w, w * 0.7], fold, alpha=0.75)
    pen.line([(-0.138 * s, top - 0.235), (0, top - 0.25), (0.138 * s, top - 0.235)], 0.022, lighter(cloth, -0.10),
        alpha=0.9)
    if holding:
        hand = (0.255 * s, top - 0.13)
        pen.smooth([(0.07 * s, top - 0.02), (0.11 * s, top - 0.045), (0.17 * s, top - 0.135), (0.235 * s, top - 0.155),
                    (0.25 * s, top - 0.115), (0.235 * s, top - 0.085), (0.17 * s, top - 0.055)], lighter(cloth, 0.02),
                    form=0.7)
    else:
        hand = (0.15 * s, top - 0.345)
        pen.smooth([(0.085 * s, top - 0.03), (0.14 * s, top - 0.09), (0.18 * s, top - 0.24), (0.17 * s, top - 0.33),
                    (0.12 * s, top - 0.33), (0.105 * s, top - 0.2)], lighter(cloth, 0.015), form=0.7)
    pen.oval(hand[0] + 0.008, hand[1] + 0.005, 0.028, 0.028, skin, form=0.5)
    return hand


def _head(pen: Pen, who: Hero, skin: RGB, hair: RGB, cloth: RGB, scarf: RGB, child: bool) -> None:
    """A head turned three quarters away: hair, a cheek, perhaps a hat."""
    y, r = (0.815, 0.128) if child else (0.872, 0.092)
    pen.shape([(-0.03, y - r * 1.35), (0.04, y - r * 1.35), (0.04, y - r * 0.6), (-0.03, y - r * 0.6)],
        lighter(skin, -0.05))
    if who.long_hair:
        pen.smooth([(-r * 0.9, y + r * 0.3), (-r * 1.12, y - r * 0.7), (-r * 0.95, y - r * 1.75),
            (-r * 0.25, y - r * 1.95),
                    (r * 0.35, y - r * 1.65), (r * 0.5, y - r * 0.5)], lighter(hair, -0.03), form=0.6)
    # the cheek with the hint of a nose
    pen.smooth([(r * 0.1, y + r * 0.6), (r * 0.78, y + r * 0.55), (r * 0.96, y + r * 0.05), (r * 1.07, y - r * 0.2),
                (r * 0.92, y - r * 0.32), (r * 0.86, y - r * 0.7), (r * 0.45, y - r * 0.98), (0.0, y - r * 0.8)],
                skin, form=0.5)
    pen.oval(r * 0.72, y - r * 0.02, r * 0.055, r * 0.085, (0.14, 0.11, 0.12), form=0)
    pen.oval(r * 0.70, y - r * 0.38, r * 0.17, r * 0.12, mix(skin, (0.86, 0.38, 0.33), 0.5), form=0, alpha=0.55,
        soft=0.01)
    pen.smooth([(r * 0.62, y + r * 0.72), (r * 0.42, y + r * 0.28), (r * 0.36, y - r * 0.35), (r * 0.1, y - r * 0.85),
                (-r * 0.5, y - r * 0.92), (-r * 0.98, y - r * 0.45), (-r * 1.05, y + r * 0.2), (-r * 0.7, y + r * 0.86),
                (0.0, y + r * 1.07)], hair, form=0.7)
    for k in (-0.55, -0.2, 0.12):
        pen.line([(k * r, y + r * 0.85), ((k - 0.22) * r, y), ((k - 0.12) * r, y - r * 0.75)], [0.002, 0.008, 0.002],
                 lighter(hair, 0.07), alpha=0.6)
    _hat(pen, who, cloth, scarf, y, r)


def _hat(pen: Pen, who: Hero, cloth: RGB, scarf: RGB, y: float, r: float) -> None:
    if who.hat == "hood":
        pen.smooth([(r * 0.72, y + r * 0.80), (r * 0.52, y - r * 0.1), (r * 0.30, y - r * 0.85),
            (r * 0.05, y - r * 1.25),
                    (-r * 0.85, y - r * 1.2), (-r * 1.25, y - r * 0.35), (-r * 1.2, y + r * 0.5),
                    (-r * 0.75, y + r * 1.15),
                    (-r * 0.05, y + r * 1.36)], cloth, form=0.85)
        pen.line([(r * 0.64, y + r * 0.82), (r * 0.46, y), (r * 0.26, y - r * 0.8)], [0.012, 0.02, 0.010],
            lighter(cloth, 0.07))
    elif who.hat == "bobble":
        pen.smooth([(r * 0.95, y + r * 0.42), (r * 0.75, y + r * 1.0), (0.0, y + r * 1.4), (-r * 0.85, y + r * 1.05),
                    (-r * 1.12, y + r * 0.25), (0.0, y + r * 0.30)], scarf, form=0.7)
        pen.line([(r * 1.0, y + r * 0.46), (0.0, y + r * 0.30), (-r * 1.14, y + r * 0.22)], r * 0.36,
            lighter(scarf, -0.06), form=0.4)
        pen.oval(-r * 0.05, y + r * 1.52, r * 0.3, r * 0.3, lighter(scarf, 0.06))
    elif who.hat == "brim":
        pen.smooth([(r * 0.8, y + r * 0.5), (r * 0.62, y + r * 1.25), (-r * 0.1, y + r * 1.45),
            (-r * 0.78, y + r * 1.2),
                    (-r * 0.95, y + r * 0.4)], lighter(scarf, -0.12), form=0.7)
        pen.smooth([(r * 1.75, y + r * 0.42), (r * 0.6, y + r * 0.66), (-r * 0.8, y + r * 0.6),
            (-r * 1.8, y + r * 0.26),
                    (-r * 0.7, y + r * 0.12), (r * 0.7, y + r * 0.2)], lighter(scarf, -0.10), form=0.6)
        pen.line([(r * 0.82, y + r * 0.66), (0, y + r * 0.58), (-r * 0.92, y + r * 0.6)], r * 0.16, cloth)
    elif who.hat == "cap":
        pen.smooth([(r * 1.0, y + r * 0.4), (r * 0.8, y + r * 1.0), (0.0, y + r * 1.28), (-r * 0.95, y + r * 0.95),
                    (-r * 1.1, y + r * 0.3), (0.0, y + r * 0.42)], lighter(scarf, -0.1), form=0.7)
        pen.smooth([(r * 0.7, y + r * 0.5), (r * 1.5, y + r * 0.36), (r * 1.45, y + r * 0.24), (r * 0.6, y + r * 0.26)],
                   lighter(scarf, -0.17), form=0.4)
    elif who.hat == "beret":
        pen.smooth([(r * 0.9, y + r * 0.62), (r * 0.5, y + r * 1.25), (-r * 0.5, y + r * 1.35),
            (-r * 1.35, y + r * 0.85),
                    (-r * 1.15, y + r * 0.42), (0.0, y + r * 0.55)], scarf, form=0.7)
        pen.line([(-r * 0.2, y + r * 1.32), (-r * 0.16, y + r * 1.52)], 0.012, scarf)


def _scarf(pen: Pen, colour: RGB, child: bool, wind: float) -> None:
    y = 0.685 if child else 0.782
    w = 0.115 if child else 0.088
    blow = 0.12 + 0.25 * wind
    pen.smooth([(-w * 0.5, y - 0.01), (-w - 0.06, y - 0.08 + 0.06 * wind), (-w - blow, y - 0.10 + 0.08 * wind),
                (-w - blow * 1.25, y - 0.17 + 0.10 * wind), (-w - blow * 1.02, y - 0.205 + 0.08 * wind),
                (-w - 0.05, y - 0.16), (-w * 0.4, y - 0.06)], lighter(colour, -0.035), form=0.7)
    pen.smooth([(-w, y + 0.022), (0, y + 0.008), (w, y + 0.026), (w * 1.06, y - 0.022), (0, y - 0.046),
        (-w * 1.06, y - 0.028)],
               colour, form=0.7)
