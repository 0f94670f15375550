"""Inland water: a river that winds to the hills, a bridge, a marsh, and a boat with the hero in it."""

from __future__ import annotations

# Outlines are read as rows of points, not one number to a line.
# fmt: off
import math

from ..palette import lighter, mix, oklch
from ..sheet import curve
from ..stage import Stage
from .ground import bush, company, grass, land, pine, put_hero, ridge, tree, water
from .heavens import clouds, mist, sky

WOOD = oklch(0.46, 0.06, 55)


def river(stage: Stage) -> None:
    """A river that winds to the hills, with a bridge, reeds, or a boat with the hero in it."""
    names = {stage.scene.place, *stage.scene.also}
    horizon = stage.any(0.42, 0.48)
    sun = sky(stage, horizon)
    clouds(stage, horizon, 3)
    stage.lay(land(stage, ridge(stage, horizon, 0.20, 0.5, 4), 0.14), 0.14, "land", "still", 35.0)
    mist(stage, horizon, 0.05, 0.2, 0.6)
    row = land(stage, ridge(stage, horizon + 0.02, 0.06, 0.3, 5), 0.38)
    for _ in range(16):
        (pine if stage.scene.family % 2 else tree)(stage, row, stage.any(0, stage.w), horizon + 0.02,
        stage.any(0.07, 0.14), *((stage.haze(stage.pal.tone(0.5), 0.4),
        ) if stage.scene.family % 2 else (stage.haze(stage.pal.near, 0.4), stage.haze(stage.pal.leaf, 0.4))))
    stage.lay(row, 0.38, "land", "still", 75.0)
    water(stage, horizon + 0.02, lights=[(sun[0], mix(stage.pal.lamp, stage.pal.low, 0.3), 0.05)], dark=0.35)
    mist(stage, horizon + 0.05, 0.04, 0.5, 0.6)
    if "bridge" in names:
        _bridge(stage, horizon + 0.17)
        if stage.scene.peopled:
            put_hero(stage, stage.x(0.50), horizon + 0.052, 0.20 * stage.u, stage.flip, depth=0.63)
    reed = mix(stage.pal.near, stage.pal.leaf, 0.35)
    for side, depth, y in ((0.0, 0.66, 0.80), (1.0, 0.72, 0.88)):
        sheet = stage.sheet(reed)
        x0 = stage.x(side)
        inward = 1 if x0 < stage.w / 2 else -1
        bank = [(x0 - 0.04 * inward, y - 0.10), (x0 + 0.12 * inward, y - 0.08),
            (x0 + 0.34 * inward * stage.w / 1.78, y + 0.02), (x0 + 0.52 * inward * stage.w / 1.78, y + 0.12),
            (x0 + 0.55 * inward * stage.w / 1.78, 1.03), (x0 - 0.04 * inward, 1.03)]
        sheet.fill(curve(bank), lighter(reed, -0.02), form=0.3, to=lighter(reed, -0.08))
        for _ in range(4):
            bush(stage, sheet, x0 + inward * stage.any(0.0, 0.22), y + stage.any(-0.06, 0.08), stage.any(0.05, 0.10),
                mix(reed, stage.pal.leaf, 0.3))
        grass(stage, sheet, min(x0, x0 + 0.42 * inward * stage.w / 1.78),
            max(x0, x0 + 0.42 * inward * stage.w / 1.78), y + 0.10, 0.20 if "marsh" in names else 0.12, reed, 70)
        stage.lay(sheet, depth, "land", "sway", 80.0)
    if "bridge" not in names:
        x, y = stage.x(0.54), 0.78
        punt(stage, x, y, 0.36 * stage.u)
    company(stage, stage.x(0.16), 0.90, 0.3 * stage.u, ("boat",))
    if "marsh" in names or stage.one_in(2):
        front = stage.sheet(stage.pal.dark)
        for k in range(14):
            x = stage.x(0.92) + stage.any(-0.16, 0.16)
            h = stage.any(0.25, 0.5)
            front.stroke([(x, 1.02), (x + 0.01, 1.0 - h * 0.5), (x + 0.03 * stage.flip, 1.0 - h)],
                [0.008, 0.005, 0.003], stage.pal.dark)
            if k % 2 == 0:
                front.oval(x + 0.03 * stage.flip, 1.0 - h, 0.008, 0.030, lighter(stage.pal.dark, 0.05))
        stage.lay(front, 0.95, "land", "sway", 85.0)


def punt(stage: Stage, x: float, y: float, h: float) -> None:
    """A rowing boat on still water, with the hero standing in it."""
    wood = mix(stage.pal.lit(WOOD), stage.pal.near, 0.3)
    back = stage.sheet(wood)
    pen = stage.pen(back, x, y, h, stage.flip)
    pen.smooth([(-0.78, 0.17), (-0.3, 0.11), (0.4, 0.12), (0.88, 0.22), (0.4, 0.06), (-0.4, 0.05)],
        lighter(wood, -0.12), form=0.2)
    pen.line([(-0.62, 0.0), (-0.50, 0.6), (-0.36, 1.25)], 0.022, lighter(wood, 0.05))
    stage.lay(back, 0.60, "land", "bob", 10.0)
    put_hero(stage, x - 0.05 * h, y - 0.05 * h, h, stage.flip, depth=0.61)
    hull = stage.sheet(wood)
    pen = stage.pen(hull, x, y, h, stage.flip)
    pen.smooth([(-0.82, 0.20), (-0.66, 0.0), (-0.3, -0.07), (0.3, -0.07), (0.68, 0.01), (0.94, 0.26), (0.5, 0.115),
        (0.0, 0.075), (-0.45, 0.09)], wood, form=0.7)
    pen.line([(-0.80, 0.19), (-0.45, 0.09), (0.0, 0.075), (0.5, 0.115), (0.92, 0.25)], 0.035, lighter(wood, 0.10))
    for j in range(6):
        pen.line([(-0.66 + 0.05 * j, -0.08 - 0.055 * j), (0.66 - 0.06 * j, -0.08 - 0.055 * j)], [0, 0.035, 0],
            stage.pal.near, alpha=0.55 - 0.08 * j)
    stage.lay(hull, 0.62, "land", "bob", 10.0)


def _bridge(stage: Stage, y: float) -> None:
    stone = mix(stage.pal.tone(0.62), stage.pal.lit((0.66, 0.58, 0.50)), 0.32)
    sheet = stage.sheet(stone)
    w = stage.w
    top = [(-0.05, y - 0.10), (w * 0.25, y - 0.145), (w * 0.5, y - 0.16), (w * 0.75, y - 0.145), (w + 0.05, y - 0.10)]
    deck = curve(top, closed=False)
    bottom: list[tuple[float, float]] = []
    arches = 3 if not stage.tall else 2
    for k in range(arches):
        x0, x1 = w * (0.06 + 0.88 * k / arches), w * (0.06 + 0.88 * (k + 1) / arches)
        pier = (x1 - x0) * 0.09
        r = (x1 - x0) / 2 - pier
        bottom += [(x0, y + 0.05), (x0 + pier, y + 0.05)]
        for j in range(13):
            a = math.pi - math.pi * j / 12
            bottom.append(((x0 + x1) / 2 + r * math.cos(a), y + 0.04 - min(0.125, r) * math.sin(a)))
        bottom += [(x1 - pier, y + 0.05)]
    bottom = [(-0.05, y + 0.05), *bottom, (w + 0.05, y + 0.05)]
    outline = [*[(float(a), float(b)) for a, b in deck], *bottom[::-1]]
    sheet.fill(outline, stone, form=0.4)
    sheet.stroke(top, 0.018, lighter(stone, 0.09))
    for _ in range(60):
        x, yy = stage.any(0, w), stage.any(y - 0.12, y - 0.09)
        sheet.stroke([(x, yy), (x + 0.025, yy)], 0.010, lighter(stone, stage.any(-0.07, 0.05)), alpha=0.6)
    for j in range(5):
        sheet.stroke([(0, y + 0.06 + j * 0.018), (w * 0.5, y + 0.058 + j * 0.018), (w, y + 0.06 + j * 0.018)],
            [0.004, 0.006, 0.004], lighter(stone, -0.08), alpha=0.4 - 0.07 * j)
    stage.lay(sheet, 0.62, "land", "still", 5.0)
