"""Enclosed places without a window: a theatre and a cave."""

from __future__ import annotations

# Outlines are read as rows of points, not one number to a line.
# fmt: off
import math

from ..palette import lighter, mix, oklch
from ..sheet import Sheet, curve
from ..stage import Stage
from .ground import company, land, put_hero, ridge
from .heavens import mist, sky


def theatre(stage: Stage) -> None:
    """A stage between curtains, one light from above, the hero before painted waves."""
    pal = stage.pal
    stage.spots["sheltered"] = (0.0, 0.0, 1.0)
    cx = stage.w / 2
    sky(stage, 0.70, at=(cx + 0.2 * stage.flip, 0.34), disc=0.07)
    for k in range(3):
        sheet = stage.sheet(pal.mid)
        y = 0.60 + 0.07 * k
        colour = mix(pal.tone(0.4 + 0.15 * k), pal.top, 0.4)
        line = [(t * stage.w, y - 0.03 * abs(math.sin(t * stage.w * 7 + k)) ** 0.8)
                for t in [j / 120 - 0.01 for j in range(124)]]
        sheet.fill([*line, (stage.w, 0.9), (0, 0.9)], colour, to=lighter(colour, -0.05))
        sheet.stroke(line, 0.005, mix(pal.low, colour, 0.4), smooth=False)
        stage.lay(sheet, 0.3 + 0.1 * k, "land", "bob", 0.0)
    beam = stage.sheet(pal.lamp)
    beam.fill([(cx - 0.03, -0.05), (cx + 0.03, -0.05), (cx + 0.30, 0.88), (cx - 0.30, 0.88)], pal.lamp, alpha=0.30,
        soft=0.02)
    stage.lay(beam, 0.55, "beam", "flicker")
    boards = stage.sheet(pal.near)
    wood = pal.lit(oklch(0.52, 0.065, 55))
    boards.box_shape(-0.05, 0.80, stage.w + 0.05, 0.94, lighter(wood, 0.02), to=lighter(wood, -0.08))
    for k in range(17):
        x = (k - 8) / 8 * stage.w * 0.6
        boards.stroke([(cx + x * 0.8, 0.80), (cx + x * 1.2, 0.94)], 0.004, lighter(wood, -0.1), smooth=False)
    boards.oval(cx, 0.868, 0.34, 0.040, mix(pal.lamp, wood, 0.3), alpha=0.6, soft=0.012)
    stage.lay(boards, 0.6, "land", "still", 0.0)
    put_hero(stage, cx - 0.05 * stage.flip, 0.885, 0.36 * max(0.75, stage.u), stage.flip, depth=0.70)
    company(stage, cx - 0.05 * stage.flip, 0.89, 0.36 * stage.u)
    stage.glow(cx, 0.6, 0.5, 0.35, depth=0.7)
    red = mix(pal.lit(oklch(0.42, 0.14, 22)) if stage.scene.family % 2 else mix(pal.accent, pal.near, 0.3), pal.dark,
        0.15)
    drapes = stage.sheet(red)
    for side in (-1, 1):
        x0 = 0.0 if side < 0 else stage.w
        for k in range(6):
            a = x0 - side * (0.02 + 0.052 * k) * (stage.w / 1.78 + 0.25)
            fold = [(a + side * 0.04, -0.03), (a - side * 0.035, -0.03), (a - side * (0.03 + 0.010 * k), 0.40),
                (a + side * 0.015 * k - side * 0.02, 0.97), (a + side * 0.015 * k + side * 0.05, 0.97)]
            drapes.fill(curve(fold, steps=5), lighter(red, 0.025 * (k % 2)), form=0.9)
    for k in range(9):
        x = stage.w * (k + 0.5) / 9
        drapes.fill(curve([(x - stage.w / 14, -0.04), (x + stage.w / 14, -0.04), (x + stage.w / 18, 0.10), (x, 0.155),
            (x - stage.w / 18, 0.10)]), lighter(red, 0.03 * (k % 2)), form=0.9)
        drapes.stroke([(x - stage.w / 18, 0.108), (x, 0.156), (x + stage.w / 18, 0.108)], 0.010,
            pal.lit(oklch(0.76, 0.10, 84)))
    stage.lay(drapes, 0.85, "land", "sway", 88.0)
    rail = stage.sheet(pal.dark)
    rail.box_shape(-0.05, 0.935, stage.w + 0.05, 1.03, pal.dark)
    for k in range(11):
        x = stage.w * (k + 0.5) / 11
        rail.fill(curve([(x - 0.03, 0.945), (x - 0.02, 0.92), (x, 0.912), (x + 0.02, 0.92), (x + 0.03, 0.945)]),
            mix(pal.lamp, pal.dark, 0.15))
    stage.lay(rail, 0.9, "land", "still", 0.0)


def cave(stage: Stage) -> None:
    """Looking out of a dark cave to the light, or into it, by the hero's lantern; crystals and still water."""
    pal = stage.pal
    cx, cy = stage.x(0.54), 0.46
    stage.spots["sheltered"] = (0.0, 0.0, 1.0)
    sky(stage, 0.60, at=(cx, 0.40), disc=0.03)
    stage.lay(land(stage, ridge(stage, 0.58, 0.20, 0.7, 4), 0.14), 0.14, "land", "still", 30.0)
    mist(stage, 0.56, 0.07, 0.2, 0.6)
    stage.lay(land(stage, ridge(stage, 0.64, 0.06, 0.3, 4), 0.32), 0.32, "land", "still", -25.0)
    stage.glow(cx, cy, 0.70, 0.45, mix(pal.low, pal.lamp, 0.5), lamp=False, depth=0.4)
    pool = stage.sheet(pal.mid)
    pool.box_shape(-0.05, 0.70, stage.w + 0.05, 1.03, mix(pal.low, pal.mid, 0.45), to=mix(pal.top, pal.near, 0.6))
    for k in range(26):
        y = 0.71 + 0.28 * (k / 26) ** 1.4
        x = cx + stage.any(-0.35, 0.35)
        pool.stroke([(x - 0.10, y), (x, y - 0.002), (x + 0.10, y)], [0, 0.006, 0], mix(pal.low, pal.lamp, 0.3),
            alpha=0.5)
    stage.lay(pool, 0.42, "water", "ripple", 0.0)
    for k in range(4):
        t = k / 3
        depth = 0.45 + 0.17 * k
        rock = mix(pal.tone(0.5 + 0.17 * k), pal.dark, 0.25)
        rx, ry = (0.30 + 0.17 * k) * (stage.w / 1.78 * 0.7 + 0.30), 0.36 + 0.07 * k
        sheet = stage.sheet(rock)
        inner = []
        for j in range(40):
            a = 2 * math.pi * j / 40
            bump = 1 + 0.075 * math.sin(5 * a + k * 1.7) + 0.045 * math.sin(11 * a + k) + 0.02 * stage.any(-1, 1)
            y = cy + ry * bump * math.sin(a)
            if math.sin(a) > 0.55:
                y = cy + ry * (0.62 + 0.10 * t) * (1 + 0.04 * math.sin(9 * a + k))
            inner.append((cx + rx * bump * math.cos(a), y))
        ring = [(float(p[0]), float(p[1])) for p in curve(inner, steps=3)]
        outer = [(-0.06, cy), (-0.06, -0.06), (stage.w + 0.06, -0.06), (stage.w + 0.06, 1.06), (-0.06, 1.06),
            (-0.06, cy)]
        start = min(range(len(ring)), key=lambda i: ring[i][0])
        loop = ring[start:] + ring[: start + 1]
        sheet.fill([*outer, *loop[::-1]] if False else [*outer, *loop], rock, wobble=0)
        for _ in range(34):
            i = int(stage.rng.integers(0, len(ring)))
            px, py = ring[i]
            ox, oy = px + (px - cx) * stage.any(0.05, 0.5), py + (py - cy) * stage.any(0.05, 0.5)
            s = 0.05 + 0.05 * t
            sheet.fill([(ox - s, oy + s * 0.4), (ox - s * 0.5, oy - s * 0.5), (ox + s * 0.6, oy - s * 0.4),
                (ox + s, oy + s * 0.5), (ox, oy + s * 0.7)], lighter(rock, stage.any(-0.03, 0.05)), form=0.5,
                alpha=0.55)
        rim = mix(rock, pal.low, 0.45 - 0.1 * k)
        sheet.stroke([*ring, ring[0]], 0.008, rim, smooth=False, alpha=0.55, soft=0.003)
        stage.lay(sheet, depth, "land", "still", 40.0 if k % 2 else -40.0)
        if k == 1:
            _crystals(stage, cx, cy)
        if k == 2:
            put_hero(stage, stage.x(0.45), 0.875, 0.30 * stage.u, stage.flip, depth=0.80)
            company(stage, stage.x(0.40), 0.88, 0.30 * stage.u)
        if k < 2:
            mist(stage, 0.72, 0.05, depth + 0.02, 0.35)


def _crystals(stage: Stage, cx: float, cy: float) -> None:
    sheet: Sheet = stage.sheet(stage.pal.lamp)
    tint = mix(stage.pal.lamp, oklch(0.75, 0.11, stage.pal.cool), 0.65)
    for x, y, n in ((cx + 0.36 * stage.flip * stage.w / 1.78, 0.80, 5),
        (cx - 0.40 * stage.flip * stage.w / 1.78, 0.77, 4)):
        stage.glow(x, y - 0.05, 0.22, 0.5, tint, depth=0.6)
        for k in range(n):
            lean = (k - n / 2) * 0.028
            h, w = stage.any(0.07, 0.15), 0.013
            sheet.fill([(x + lean - w, y), (x + lean * 2 - w, y - h * 0.75), (x + lean * 2.2, y - h),
                (x + lean * 2 + w, y - h * 0.75), (x + lean + w, y)], mix(tint, stage.pal.mid, 0.2 * (k % 2)), form=0.7)
            sheet.fill([(x + lean, y), (x + lean * 2, y - h * 0.72), (x + lean * 2.2, y - h),
                (x + lean * 2 + w, y - h * 0.75), (x + lean + w, y)], lighter(tint, 0.05), alpha=0.6)
    stage.lay(sheet, 0.64, "figure", "still", 80.0)
