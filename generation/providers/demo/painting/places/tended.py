"""Land that people keep: a walled garden, and a castle, a tower or a tall old house on a hill."""

from __future__ import annotations

# Outlines are read as rows of points, not one number to a line.
# fmt: off
import math

from ..palette import lighter, mix, oklch
from ..sheet import Sheet, curve
from ..stage import Stage
from .ground import (
    birds,
    bush,
    company,
    grass,
    height_at,
    land,
    pine,
    put_hero,
    ridge,
    tree,
    under,
    windows_glow,
)
from .heavens import clouds, mist, sky
from .land import path


def garden(stage: Stage) -> None:
    """Beds and bushes about a path, a wall with a gate, trees with fruit; hives where the words name them."""
    pal = stage.pal
    horizon = 0.50
    sky(stage, horizon)
    clouds(stage, horizon, 4)
    stage.lay(land(stage, ridge(stage, horizon + 0.02, 0.12, 0.2, 3), 0.16), 0.16, "land", "still", 20.0)
    back = stage.sheet(pal.mid)
    for k in range(9):
        x = stage.w * (k + 0.5) / 9 + stage.any(-0.05, 0.05)
        depth_colour = stage.haze(mix(pal.leaf, pal.mid, 0.3), 0.5)
        tree(stage, back, x, horizon + 0.10, stage.any(0.24, 0.40), stage.haze(pal.near, 0.5), depth_colour)
    stage.lay(back, 0.34, "land", "sway", 70.0)
    mist(stage, horizon + 0.06, 0.05, 0.35, 0.4)
    brick = stage.haze(mix(pal.tone(0.6), pal.lit((0.66, 0.44, 0.36)), 0.42), 0.7)
    wall = stage.sheet(brick)
    top, foot, gate = horizon + 0.015, horizon + 0.19, stage.x(0.56)
    wall.fill([(-0.05, top), (stage.w + 0.05, top), (stage.w + 0.05, foot), (-0.05, foot)], brick,
        to=lighter(brick, -0.06))
    for _ in range(150):
        x, y = stage.any(0, stage.w), top + 0.022 * int(stage.any(0, 7.9)) + 0.012
        wall.stroke([(x, y), (x + 0.032, y)], 0.013, lighter(brick, stage.any(-0.05, 0.05)), alpha=0.75)
    wall.stroke([(-0.05, top), (stage.w * 0.5, top - 0.004), (stage.w + 0.05, top)], 0.016, lighter(brick, 0.06))
    r = 0.055 * max(0.8, stage.u)
    arch = [(gate - r, foot), (gate - r, top + 0.04)] + [(gate - r * math.cos(a),
        top + 0.04 - r * math.sin(a)) for a in [math.pi * j / 10 for j in range(11)]] + [(gate + r, foot)]
    wall.fill([(gate + (x - gate) * 1.22, y - 0.012 if y < foot else y) for x, y in arch], lighter(brick, 0.08),
        form=0.4)
    wall.fill(arch, mix(pal.lamp, pal.low, 0.35))
    for j in range(5):
        wall.stroke([(gate - r + 2 * r * j / 4, foot), (gate - r + 2 * r * j / 4, top)], 0.005, pal.dark, smooth=False)
    stage.lay(wall, 0.42, "land", "still", 0.0)
    stage.glow(gate, top + 0.10, 0.16, 0.5, depth=0.43)
    lawn = mix(pal.tone(0.6), pal.leaf, 0.55)
    sheet = stage.sheet(lawn)
    sheet.fill(under(ridge(stage, foot + 0.004, 0.012, 0.1, 2)), lighter(lawn, 0.03), to=mix(lawn, pal.near, 0.5))
    stage.lay(sheet, 0.45, "land", "still", 6.0)
    path(stage, stage.x(0.44), gate, foot + 0.006, 0.40, mix(pal.tone(0.5), pal.lit((0.84, 0.72, 0.56)), 0.5), 0.46)
    blooms = [pal.lit(c) for c in (oklch(0.72, 0.13, 12), oklch(0.86, 0.10, 90), oklch(0.92, 0.02, 90),
        oklch(0.66, 0.11, 310))]
    for row in range(3):
        sheet = stage.sheet(pal.leaf)
        y = foot + 0.04 + 0.105 * row
        for side in (-1, 1):
            for k in range(6):
                x = gate + (stage.x(0.44) - gate) * (0.25 + 0.3 * row)
                x += side * (0.10 + 0.09 * row + 0.14 * k * (1 + 0.25 * row))
                if -0.1 < x < stage.w + 0.1:
                    s = stage.any(0.040, 0.070) * (1 + 0.38 * row)
                    bush(stage, sheet, x, y + stage.any(-0.01, 0.02), s,
                        mix(lighter(pal.leaf, stage.any(-0.06, 0.03)), pal.near, 0.16 * row),
                        blooms[int(stage.rng.integers(0, 4))] if stage.any(0, 1) < 0.75 else None)
        grass(stage, sheet, 0, stage.w * 0.3, y + 0.04, 0.05, lighter(lawn, -0.03), 22)
        grass(stage, sheet, stage.w * 0.72, stage.w, y + 0.04, 0.05, lighter(lawn, -0.03), 22)
        stage.lay(sheet, 0.5 + 0.1 * row, "land", "sway", 50.0)
        if row == 1:
            if {"bee", "dragon"} & {*stage.scene.objects, stage.scene.hero.kind} or "hive" in str(stage.scene.also):
                _hives(stage, y + 0.02)
            put_hero(stage, stage.x(0.46), 0.885, 0.31 * stage.u, stage.flip, depth=0.66)
            company(stage, stage.x(0.46), 0.89, 0.31 * stage.u, ("bee",))


def _hives(stage: Stage, y: float) -> None:
    straw = stage.pal.lit(oklch(0.78, 0.10, 82))
    for k, t in enumerate((0.66, 0.76, 0.87)):
        sheet = stage.sheet(straw)
        pen = stage.pen(sheet, stage.x(t), y + 0.03 * (k % 2), 0.15 * stage.u + 0.02)
        pen.box(-0.42, -0.16, 0.42, -0.04, stage.pal.lit((0.5, 0.36, 0.25)))
        for j in range(6):
            w = 0.40 * math.cos(j / 6 * 1.35)
            pen.smooth([(-w, j * 0.15 - 0.03), (0, j * 0.15 - 0.06), (w, j * 0.15 - 0.03),
                (w * 0.98, j * 0.15 + 0.13), (0, j * 0.15 + 0.14), (-w * 0.98, j * 0.15 + 0.13)],
                lighter(straw, -0.02 * (j % 2)), form=0.8)
        pen.oval(0, 0.10, 0.09, 0.08, stage.pal.dark, form=0)
        for j in range(7):
            a = j * 2.1 + k
            bx, by = 0.2 + 0.6 * math.cos(a), 0.8 + 0.42 * math.sin(a * 1.3)
            pen.oval(bx, by, 0.035, 0.025, stage.pal.lit((0.92, 0.72, 0.2)), form=0)
            pen.oval(bx - 0.01, by + 0.03, 0.022, 0.018, (1, 1, 1), form=0, alpha=0.8)
            pen.oval(bx + 0.015, by, 0.010, 0.024, stage.pal.dark, form=0)
        stage.lay(sheet, 0.60, "figure", "still", 30.0)


def castle(stage: Stage) -> None:
    """A castle, a tower or a tall old house on a hill, with one lit window and a way that winds up to it."""
    pal = stage.pal
    sky(stage, 0.70, at=(stage.x(0.30), 0.30 if pal.hour in ("night", "day", "storm") else 0.50))
    clouds(stage, 0.62, 4)
    stage.lay(land(stage, ridge(stage, 0.66, 0.22, 0.7, 3), 0.14), 0.14, "land", "still", 30.0)
    mist(stage, 0.64, 0.07, 0.2, 0.6)
    stage.lay(land(stage, ridge(stage, 0.72, 0.08, 0.3, 4), 0.32), 0.32, "land", "still", -25.0)
    mist(stage, 0.70, 0.05, 0.34, 0.5)
    cx, top = stage.x(0.60), 0.53
    k = stage.w / 1.78
    hill_line = [(-0.1, 0.90), (cx - 0.62 * k - 0.1, 0.83), (cx - 0.30 * k - 0.04, 0.66), (cx - 0.14, top + 0.01),
        (cx, top), (cx + 0.14, top + 0.015), (cx + 0.34 * k + 0.04, 0.67), (cx + 0.62 * k + 0.1, 0.80),
        (stage.w + 0.1, 0.86)]
    hill_line.sort()
    slope = [(float(a), float(b)) for a, b in curve(hill_line, closed=False)]
    s = 0.46 * max(0.78, stage.u)
    build = stage.sheet(pal.near)
    windows = keep(stage, build, cx, top + 0.03, s)
    stage.lay(build, 0.50, "land", "still", 78.0)
    windows_glow(stage, windows, 0.11, 4)
    hill = stage.sheet(pal.tone(0.6))
    green = mix(pal.tone(0.64), pal.leaf, 0.28)
    hill.fill(under(slope), lighter(green, 0.03), to=lighter(green, -0.07), form=0.3)
    for _ in range(20):
        x = stage.any(0, stage.w)
        if abs(x - cx) > 0.16:
            pine(stage, hill, x, height_at(slope, x) + 0.03, stage.any(0.06, 0.12), lighter(green, -0.06))
    way = [(stage.x(0.34), 1.03), (stage.x(0.48), 0.88), (cx + 0.10 * stage.flip, 0.78),
        (cx - 0.07 * stage.flip, 0.69), (cx + 0.03 * stage.flip, 0.62), (cx, top + 0.012)]
    hill.stroke(way, [0.16, 0.075, 0.045, 0.028, 0.018, 0.010], mix(green, pal.lit((0.86, 0.76, 0.60)), 0.5))
    grass(stage, hill, 0, stage.w, 0.95, 0.03, lighter(green, -0.03), 120, [(a, b + 0.16) for a, b in slope])
    stage.lay(hill, 0.56, "land", "still", 24.0)
    put_hero(stage, stage.x(0.37), 0.93, 0.27 * stage.u, stage.flip, depth=0.74)
    company(stage, stage.x(0.30), 0.935, 0.27 * stage.u)
    front = stage.sheet(pal.dark)
    tree(stage, front, stage.x(0.05), 1.05, 0.95, pal.dark, None)
    grass(stage, front, 0, stage.w, 1.02, 0.09, pal.dark, 70)
    stage.lay(front, 0.95, "land", "sway", 80.0)
    birds(stage, 0.24, 5, stage.haze(pal.near, 0.4))


def keep(stage: Stage, sheet: Sheet, x: float, y: float, s: float) -> list[tuple[float,
    float]]:
    pal = stage.pal
    names = {stage.scene.place, *stage.scene.also}
    stone = stage.haze(mix(pal.tone(0.72), pal.lit((0.60, 0.54, 0.52)), 0.25), 0.72)
    roof = stage.haze(mix(pal.tone(0.85), pal.accent, 0.28), 0.75)
    pen = stage.pen(sheet, x, y, s)
    lit: list[tuple[float, float]] = []

    def turret(cx: float, w: float, h: float, cone: float) -> None:
        pen.shape([(cx - w, 0), (cx + w, 0), (cx + w * 0.94, h), (cx - w * 0.94, h)], stone, form=0.85)
        pen.shape([(cx - w * 1.18, h - 0.03), (cx + w * 1.18, h - 0.03), (cx + w * 1.18, h + 0.015),
            (cx - w * 1.18, h + 0.015)], lighter(stone, 0.03), form=0.3)
        pen.shape([(cx - w * 1.3, h + 0.01), (cx, h + cone), (cx + w * 1.3, h + 0.01)], roof, form=0.8)
        pen.line([(cx, h + cone), (cx, h + cone + 0.06)], 0.008, pal.dark)
        pen.smooth([(cx, h + cone + 0.06), (cx + 0.05, h + cone + 0.05), (cx + 0.08, h + cone + 0.035),
            (cx, h + cone + 0.028)], pal.accent, form=0)

    def window(cx: float, cy: float, w: float, on: bool) -> None:
        pen.smooth([(cx - w, cy - w * 1.5), (cx + w, cy - w * 1.5), (cx + w, cy + w * 0.6), (cx, cy + w * 1.7),
            (cx - w, cy + w * 0.6)], pal.lamp if on else lighter(stone, -0.14), form=0)
        if on:
            lit.append(pen.spot(cx, cy))

    if "tower" in names:
        turret(0.0, 0.115, 0.92, 0.34)
        for k in range(4):
            window(0.02 * (-1) ** k, 0.20 + 0.19 * k, 0.022, k == 3 or k == 1)
        return lit
    if stage.scene.place == "castle" and "house" in _words(stage):
        wood = stage.haze(mix(pal.tone(0.8), pal.lit((0.50, 0.40, 0.36)), 0.3), 0.8)
        pen.shape([(-0.24, 0), (0.24, 0), (0.23, 0.62), (-0.23, 0.62)], wood, form=0.6)
        pen.shape([(0.20, 0), (0.42, 0), (0.41, 0.36), (0.20, 0.36)], lighter(wood, -0.03), form=0.5)
        pen.shape([(0.17, 0.35), (0.31, 0.52), (0.46, 0.35)], roof, form=0.6)
        pen.shape([(-0.29, 0.60), (-0.16, 0.88), (0.16, 0.88), (0.29, 0.60)], roof, form=0.6)
        pen.shape([(-0.11, 0.68), (-0.11, 0.98), (0.11, 0.98), (0.11, 0.68)], wood, form=0.5)
        pen.shape([(-0.15, 0.97), (0, 1.16), (0.15, 0.97)], roof, form=0.6)
        for cx in (-0.20, 0.19):
            pen.box(cx - 0.035, 0.84, cx + 0.035, 1.02, lighter(wood, -0.07))
        for r in range(3):
            for cx in (-0.14, 0.0, 0.14):
                if not (r == 0 and cx == 0.0):
                    window(cx, 0.14 + 0.19 * r, 0.030, r == 2 and cx > 0)
        window(0.0, 0.83, 0.035, True)
        pen.smooth([(-0.05, 0), (0.05, 0), (0.05, 0.12), (0, 0.16), (-0.05, 0.12)], pal.dark, form=0)
        return lit
    turret(-0.34, 0.085, 0.52, 0.24)
    turret(0.36, 0.080, 0.46, 0.22)
    pen.shape([(-0.34, 0), (0.34, 0), (0.34, 0.34), (-0.34, 0.34)], stone, form=0.4)
    for k in range(9):
        pen.box(-0.33 + k * 0.075, 0.33, -0.29 + k * 0.075, 0.38, stone)
    turret(-0.12, 0.10, 0.70, 0.28)
    turret(0.15, 0.07, 0.86, 0.26)
    pen.smooth([(-0.07, 0), (0.09, 0), (0.09, 0.14), (0.01, 0.21), (-0.07, 0.14)], pal.dark, form=0)
    for cx, cy, on in ((-0.12, 0.56, True), (0.15, 0.72, True), (0.15, 0.52, False), (-0.34, 0.40, False),
        (0.36, 0.34, True), (-0.20, 0.22, False), (0.24, 0.22, False)):
        window(cx, cy, 0.022, on)
    return lit


def _words(stage: Stage) -> str:
    return " ".join(stage.scene.said)
