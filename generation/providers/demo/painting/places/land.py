"""Places on land: forest, mountains, desert, snow, garden, castle and tower on a hill."""

from __future__ import annotations

# Outlines are read as rows of points, not one number to a line.
# fmt: off
import math

from ..palette import RGB, lighter, mix, oklch
from ..sheet import Sheet, curve
from ..stage import Stage
from .ground import (
    Line,
    birds,
    bush,
    company,
    grass,
    height_at,
    house,
    land,
    pine,
    put_hero,
    ridge,
    tree,
    under,
    windows_glow,
)
from .heavens import clouds, mist, sky


def path(stage: Stage, x0: float, x1: float, top: float, width: float, colour: RGB, depth: float) -> None:
    """A way that winds from the reader's feet toward a far point."""
    sheet = stage.sheet(colour)
    left, right = [], []
    for k in range(14):
        t = k / 13
        y = 1.02 + (top - 1.02) * t
        w = width * (1 - t) ** 1.6 + 0.006
        x = x0 + (x1 - x0) * t + 0.10 * math.sin(t * 5.2) * (1 - t) * stage.flip
        left.append((x - w / 2, y))
        right.append((x + w / 2, y))
    sheet.fill([*left, *right[::-1]], mix(colour, stage.pal.haze, 0.25), to=colour)
    for k in range(22):
        t = (k / 22) ** 1.3
        y = 1.0 + (top - 1.0) * (1 - t)
        x = x0 + (x1 - x0) * (1 - t) + stage.any(-0.3, 0.3) * width * t**1.6
        sheet.stroke([(x - 0.03 * t, y), (x, y - 0.002), (x + 0.03 * t, y)], [0, 0.005 * t + 0.001, 0],
            lighter(colour, stage.any(-0.06, 0.05)), alpha=0.7)
    stage.lay(sheet, depth, "land", "still", 0.0)


def forest(stage: Stage) -> None:
    """Trunks in rows that pale into the light at the end of the wood."""
    pal = stage.pal
    sun = sky(stage, 0.75, at=(stage.x(0.52), 0.40), disc=0.0001)
    stage.glow(sun[0], sun[1], 0.75, 0.55, mix(pal.low, pal.lamp, 0.5), lamp=False, depth=0.05)
    leafy = stage.scene.weather != "snow" and stage.scene.family % 3 != 1
    conifer = stage.scene.family % 3 == 1 or stage.scene.weather == "snow"
    for row in range(5):
        t = row / 4
        depth = 0.12 + 0.20 * row
        ground = 0.66 + 0.065 * row
        colour = pal.tone(depth)
        sheet = stage.sheet(colour)
        line = ridge(stage, ground, 0.035, 0.2, 3)
        sheet.fill(under(line), lighter(mix(colour, pal.leaf, 0.25), 0.02 * (1 - t)), to=colour)
        count = (20, 15, 11, 7, 4)[row]
        for k in range(count):
            x = stage.w * ((k + stage.any(0.1, 0.9)) / count)
            gap = abs(x - stage.x(0.52))
            if gap < (0.10 + 0.11 * t) * stage.w / 1.78:
                continue  # a clearing leads the eye to the light
            y = height_at(line, x) + 0.01
            bark = lighter(colour, -0.02 - 0.05 * t)
            if conifer and row < 4:
                pine(stage, sheet, x, y, stage.any(0.30, 0.52) * (0.75 + 0.75 * t),
                    lighter(colour, stage.any(-0.03, 0.02)))
            elif row < 3 and leafy:
                tree(stage, sheet, x, y, stage.any(0.42, 0.62) * (0.8 + 0.6 * t), bark,
                    stage.haze(mix(pal.leaf, colour, 0.35), depth + 0.2))
            else:
                _trunk(stage, sheet, x, y, (0.010 + 0.034 * t) * stage.any(0.8, 1.3), bark)
        sheet.fade_down(ground - 0.16, ground + 0.06, pal.haze, 0.55 * (1 - t))
        grass(stage, sheet, 0, stage.w, ground, 0.02 + 0.05 * t, mix(colour, pal.leaf, 0.35), 40 + 14 * row, line)
        stage.lay(sheet, depth, "land", "still" if row < 3 else "sway", 84.0 if row else 60.0)
        if row in (0, 1, 2):
            mist(stage, ground - 0.02, 0.06, depth + 0.01, 0.55 - 0.1 * row)
        if row == 0:
            _rays(stage, sun)
        if row == 2:
            path(stage, stage.x(0.42), stage.x(0.52), 0.755, 0.42, mix(pal.near, pal.lit((0.72, 0.60, 0.44)), 0.42),
                0.53)
        if row == 3:
            put_hero(stage, stage.x(0.50), 0.91, 0.30 * stage.u, stage.flip, depth=0.74)
            company(stage, stage.x(0.50), 0.915, 0.30 * stage.u)
    if leafy:
        canopy = stage.sheet(pal.dark)
        for k in range(34):
            x = stage.w * k / 33
            edge = 0.05 + 0.16 * abs(2 * k / 33 - 1) ** 1.6
            for _ in range(3):
                bush(stage, canopy, x + stage.any(-0.04, 0.04), edge * stage.any(0.0, 0.95), 0.05,
                    mix(pal.dark, pal.leaf, stage.any(0.12, 0.42)))
        stage.lay(canopy, 0.97, "land", "sway", 30.0)


def _trunk(stage: Stage, sheet: Sheet, x: float, y: float, w: float, bark: RGB) -> None:
    lean = stage.any(-0.04, 0.04)
    sheet.fill(curve([(x - w * 2.2, y + 0.012), (x - w * 1.05, y - 0.05), (x - w * 0.8 + lean * 0.5, y - 0.4),
        (x - w * 0.7 + lean, -0.05), (x + w * 0.7 + lean, -0.05), (x + w * 0.8 + lean * 0.5, y - 0.4),
        (x + w * 1.05, y - 0.05), (x + w * 2.3, y + 0.012)]), bark, form=0.85)
    for _ in range(7):
        yy = stage.any(0.05, y - 0.05)
        xx = x + stage.any(-0.6, 0.6) * w + lean * (y - yy)
        sheet.stroke([(xx, yy), (xx + w * 0.1, yy + 0.03), (xx - w * 0.1, yy + 0.07)], [0, w * 0.16, 0],
            lighter(bark, -0.06), alpha=0.7)
    side = 1 if stage.one_in(2) else -1
    by = stage.any(0.14, 0.34)
    sheet.stroke([(x + lean * 0.6, by), (x + side * 0.10, by - 0.06), (x + side * 0.19, by - 0.15)],
        [w * 0.9, w * 0.5, w * 0.15], bark, form=0.4)


def _rays(stage: Stage, sun: tuple[float, float]) -> None:
    if stage.scene.hour == "night" and stage.scene.weather != "clear":
        return
    sheet = stage.sheet(stage.pal.lamp)
    for k in range(5):
        a = math.radians(60 + 15 * k + stage.any(-4, 4))
        spread = math.radians(stage.any(1.4, 3.0))
        far = 0.75
        sheet.fill([sun, (sun[0] + far * math.cos(a - spread), sun[1] + far * math.sin(a - spread)),
            (sun[0] + far * math.cos(a + spread), sun[1] + far * math.sin(a + spread))],
            mix(stage.pal.lamp, stage.pal.low, 0.4), alpha=0.15, soft=0.008)
    stage.lay(sheet, 0.2, "beam", "flicker")


def mountain(stage: Stage) -> None:
    """Ridge behind ridge, the hero on a spur looking out."""
    pal = stage.pal
    horizon = 0.66
    sky(stage, horizon)
    clouds(stage, 0.5, 3)
    snowy = stage.scene.weather == "snow" or stage.scene.family % 2 == 0
    for k in range(5):
        t = k / 4
        depth = 0.10 + 0.62 * t
        y = 0.56 + 0.27 * t**1.2
        line = ridge(stage, y, 0.46 * (1 - 0.62 * t), 0.95 - 0.35 * t, 3 + k)
        colour = pal.tone(depth * 0.9)
        sheet = land(stage, line, depth, colour, misty=0.85)
        if k < 3:
            _faces(stage, sheet, line, y, colour, snowy)
        sheet.fade_down(y - 0.14, y + 0.12, mix(pal.haze, pal.low, 0.3), 0.75 * (1 - 0.6 * t))
        if k >= 2:
            for _ in range(26 if k == 2 else 16):
                x = stage.any(0, stage.w)
                pine(stage, sheet, x, height_at(line, x) + 0.014, stage.any(0.03, 0.06) * (1 + 1.1 * (k - 2)),
                    lighter(colour, -0.045))
        stage.lay(sheet, depth, "land", "still", 35.0 if k % 2 else -35.0)
        if k < 4:
            mist(stage, y + 0.02, 0.055, depth + 0.02, 0.6)
    spur = [(stage.x(-0.05), 0.80), (stage.x(0.12), 0.795), (stage.x(0.30), 0.815), (stage.x(0.42), 0.835),
        (stage.x(0.50), 0.89), (stage.x(0.62), 1.03), (stage.x(-0.05), 1.03)]
    rock = pal.tone(0.92)
    sheet = stage.sheet(rock)
    sheet.fill(curve(spur), rock, form=0.6)
    for _ in range(18):
        x, yy = stage.x(stage.any(0, 0.5)), stage.any(0.85, 1.0)
        sheet.fill([(x - 0.04, yy + 0.03), (x - 0.02, yy - 0.01), (x + 0.03, yy - 0.015), (x + 0.05, yy + 0.03)],
            lighter(rock, stage.any(-0.03, 0.045)), form=0.5, alpha=0.8)
    grass(stage, sheet, min(stage.x(0), stage.x(0.40)), max(stage.x(0), stage.x(0.40)), 0.815, 0.035,
        mix(rock, pal.leaf, 0.4), 46)
    stage.lay(sheet, 0.80, "land", "still", 20.0)
    x = stage.x(0.30)
    put_hero(stage, x, 0.832, 0.27 * stage.u, stage.flip, depth=0.82)
    company(stage, stage.x(0.20), 0.826, 0.27 * stage.u)
    birds(stage, 0.3, 4, stage.haze(pal.near, 0.5))


def _faces(stage: Stage, sheet: Sheet, line: Line, foot: float, colour: RGB, snowy: bool) -> None:
    """The lit and shaded sides of each peak, with snow above."""
    ys = [p[1] for p in line]
    tops = [k for k in range(3, len(line) - 3) if ys[k] == min(ys[k - 3 : k + 4]) and foot - ys[k] > 0.10]
    shade, lit = lighter(mix(colour, stage.pal.top, 0.3), -0.06), mix(lighter(colour, 0.05), stage.pal.low, 0.28)
    snow = mix(mix(stage.pal.low, (1, 1, 1), 0.5), colour, 0.25)
    for k in tops:
        x, y = line[k]
        drop = (foot - y) * 0.85
        for side, tint in ((-stage.sun, shade), (stage.sun, lit)):
            edge = [(x, y)]
            zig = [(x, y + 0.004)]
            for j in range(1, 7):
                t = j / 6
                ex = x + side * drop * 0.62 * t
                edge.append((ex, max(height_at(line, ex) + 0.002, y + drop * 0.15 * t)))
                zig.append((x + side * drop * (0.10 * t + (0.06 if j % 2 else -0.02)), y + drop * t))
            sheet.fill([*edge, *zig[::-1]], tint, alpha=0.55)
        if snowy:
            cap = drop * 0.40
            points = [(x, y - 0.001)]
            for j in range(1, 6):
                ex = x + cap * 0.42 * j / 5
                points.append((ex, max(y, height_at(line, ex) - 0.001)))
            for j in range(9):
                t = j / 8
                points.append((x + cap * (0.42 - 0.84 * t),
                    y + cap * (0.55 + (0.28 if j % 2 else -0.06)) * (1 - 0.7 * abs(1 - 2 * t) ** 2) + 0.01))
            for j in range(5, 0, -1):
                ex = x - cap * 0.42 * j / 5
                points.append((ex, max(y, height_at(line, ex) - 0.001)))
            sheet.fill(points, snow, alpha=0.88)


def desert(stage: Stage) -> None:
    """Dunes with sharp crests, shaded on one side."""
    pal = stage.pal
    horizon = 0.56
    sky(stage, horizon)
    clouds(stage, horizon, 1)
    sand = pal.lit(oklch(0.78, 0.085, 68))
    stage.lay(land(stage, ridge(stage, horizon, 0.10, 0.8, 3), 0.12), 0.12, "land", "still", 30.0)
    for k in range(5):
        t = k / 4
        y = 0.55 + 0.105 * k
        colour = mix(mix(pal.haze, sand, 0.35 + 0.5 * t), pal.near, 0.06 + 0.16 * t)
        line = ridge(stage, y, 0.06 + 0.05 * t, 0.0, 2)
        sheet = stage.sheet(colour)
        sheet.fill(under(line), lighter(colour, 0.03), to=lighter(colour, -0.05))
        ys = [p[1] for p in line]
        for j in range(4, len(line) - 4):
            if ys[j] == min(ys[j - 4 : j + 5]):
                x, yy = line[j]
                lee = [(x, yy)]
                for m in range(1, 12):
                    ex = x - stage.sun * 0.05 * m * (0.8 + t)
                    lee.append((ex, height_at(line, ex)))
                back = [(x - stage.sun * 0.30 * (0.8 + t), yy + 0.16), (x - stage.sun * 0.10, yy + 0.15),
                    (x + stage.sun * 0.035, yy + 0.09), (x - stage.sun * 0.012, yy + 0.04)]
                sheet.fill([*lee, *back], mix(lighter(colour, -0.10), pal.top, 0.25), alpha=0.62, soft=0.002)
        for _ in range(10 + 9 * k):
            x = stage.any(0, stage.w)
            yy = height_at(line, x) + stage.any(0.015, 0.09)
            sheet.stroke([(x - 0.06, yy + 0.006), (x, yy), (x + 0.07, yy + 0.004)], [0, 0.0016 + 0.002 * t, 0],
                lighter(colour, -0.05), alpha=0.55)
        stage.lay(sheet, 0.2 + 0.15 * k, "land", "still", 8.0 - 4 * k)
        if k == 1:
            mist(stage, y, 0.05, 0.4, 0.35)
            _camels(stage, y)
    put_hero(stage, stage.x(0.40), 0.90, 0.27 * stage.u, stage.flip, depth=0.84)
    company(stage, stage.x(0.40), 0.905, 0.27 * stage.u)


def _camels(stage: Stage, y: float) -> None:
    sheet = stage.sheet(stage.pal.mid)
    pen = stage.pen(sheet, stage.x(0.72), y - 0.035, 0.11, stage.flip)
    c = stage.haze(stage.pal.near, 0.4)
    pen.box(-0.9, 0, -0.3, 0.32, c)
    pen.smooth([(-0.75, 0.30), (-0.72, 0.5), (-0.6, 0.60), (-0.48, 0.5), (-0.45, 0.30)], c)
    pen.shape([(0.4, 0), (0.62, 0), (0.58, 0.85), (0.44, 0.85)], c)
    pen.smooth([(0.41, 0.84), (0.43, 0.97), (0.51, 1.1), (0.59, 0.97), (0.61, 0.84)], c)
    stage.lay(sheet, 0.4, "land", "still", 60.0)


def snowfield(stage: Stage) -> None:
    """White slopes with blue shadows, pines, a small lit house."""
    pal = stage.pal
    horizon = 0.50
    sky(stage, horizon)
    clouds(stage, horizon, 2)
    white = mix(mix(pal.low, pal.haze, 0.4), (0.97, 0.97, 1.0), 0.45 if pal.hour != "night" else 0.16)
    blue = mix(white, pal.top, 0.42)
    stage.lay(land(stage, ridge(stage, horizon + 0.02, 0.22, 0.9, 3), 0.12, mix(pal.far, white, 0.3), 0.9), 0.12,
        "land", "still", 35.0)
    mist(stage, horizon, 0.05, 0.2, 0.5)
    found: list[tuple[float, float]] = []
    for k in range(4):
        t = k / 3
        y = 0.56 + 0.125 * k
        line = ridge(stage, y, 0.06, 0.05, 2)
        colour = mix(white, blue, 0.45 - 0.35 * t)
        sheet = stage.sheet(colour)
        if k in (0, 1, 2):
            for _ in range((22, 11, 5)[k]):
                x = stage.any(0, stage.w)
                if abs(x - stage.x(0.38)) < 0.12 * k:
                    continue
                h = stage.any(0.08, 0.15) * (1 + 0.8 * k)
                green = stage.haze(mix(pal.tone(0.62 + 0.1 * k), pal.leaf, 0.2), 0.3 + 0.25 * k)
                pine(stage, sheet, x, height_at(line, x) + 0.02, h, green)
                for j in range(3):
                    yy = height_at(line, x) + 0.02 - h * (0.30 + 0.22 * j)
                    sheet.stroke([(x - h * (0.13 - 0.03 * j), yy + h * 0.06), (x, yy),
                        (x + h * (0.12 - 0.03 * j), yy + h * 0.05)], [0, h * 0.05, 0], white, alpha=0.9)
        sheet.fill(under(line), lighter(colour, 0.015), to=mix(colour, blue, 0.55))
        for _ in range(12):
            x = stage.any(0, stage.w)
            yy = height_at(line, x) + stage.any(0.02, 0.10)
            sheet.stroke([(x - 0.12, yy + 0.008), (x, yy), (x + 0.14, yy + 0.006)], [0, 0.012, 0], blue, alpha=0.35,
                soft=0.003)
        stage.lay(sheet, 0.25 + 0.15 * k, "land", "still", 4.0)
        if k == 0:
            cottage = stage.sheet(pal.mid)
            x = stage.x(0.66)
            found = house(stage, cottage, x, height_at(line, x) + 0.028, 0.12 * stage.u, 0.065 * stage.u,
                stage.haze(pal.lit((0.50, 0.36, 0.28)), 0.6), white, 1.0)
            stage.lay(cottage, 0.3, "land", "still", 70.0)
            windows_glow(stage, found, 0.10)
    steps = stage.sheet(blue)
    for k in range(11):
        t = k / 10
        steps.oval(stage.x(0.42 + 0.10 * math.sin(t * 2.5)) + (0.012 if k % 2 else -0.012), 0.99 - 0.11 * t,
            0.014 * (1 - 0.5 * t), 0.006 * (1 - 0.4 * t), blue, alpha=0.8)
    stage.lay(steps, 0.78, "shadow")
    put_hero(stage, stage.x(0.48), 0.885, 0.30 * stage.u, stage.flip, depth=0.80, shadow=mix(blue, pal.dark, 0.4))
    company(stage, stage.x(0.48), 0.89, 0.30 * stage.u)
