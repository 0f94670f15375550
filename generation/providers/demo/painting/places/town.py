"""Places of people: street, market, rooftops, railway station."""

from __future__ import annotations

# Outlines are read as rows of points, not one number to a line.
# fmt: off
import math

from ..palette import RGB, lighter, mix, oklch
from ..sheet import Sheet, curve
from ..stage import Stage
from .ground import birds, company, house, land, put_hero, ridge, windows_glow
from .heavens import clouds, mist, sky


def _facade(stage: Stage, sheet: Sheet, x0: float, x1: float, top: float, foot0: float, foot1: float, slope: float,
    wall: RGB,
            roof: RGB, lit: float) -> list[tuple[float, float]]:
    """A house along a street that runs into the picture: its near edge is x0, its lines fall toward the far end."""
    t1 = top + slope
    sheet.fill([(x0, top), (x1, t1), (x1, foot1), (x0, foot0)], wall, to=lighter(wall, -0.05), form=0.15)
    peak = (x1 - x0) * 0.0 + 0.09
    sheet.fill([(x0 - (x1 - x0) * 0.05, top + 0.008), (x0 + (x1 - x0) * 0.30, top - peak * 0.8),
        (x0 + (x1 - x0) * 0.75, t1 - peak * 0.8), (x1 + (x1 - x0) * 0.04, t1 + 0.008)], roof, form=0.35)
    found = []
    rows = max(2, int((foot0 - top) / 0.16))
    for r in range(rows):
        for c in range(2):
            u0, u1 = 0.16 + 0.42 * c, 0.40 + 0.42 * c
            v0, v1 = (r + 0.22) / rows, (r + 0.72) / rows
            if r == rows - 1 and c == 1:
                v1 = 1.0
            quad = []
            for u, v in ((u0, v0), (u1, v0), (u1, v1), (u0, v1)):
                ya, yb = top + (foot0 - top) * v, t1 + (foot1 - t1) * v
                quad.append((x0 + (x1 - x0) * u, ya + (yb - ya) * u))
            on = stage.any(0, 1) < lit
            sheet.fill([(a + (0.006 if i in (1, 2) else -0.006) * (1 if x1 > x0 else -1),
                b + (0.006 if i > 1 else -0.006)) for i, (a, b) in enumerate(quad)], lighter(wall, 0.06))
            sheet.fill(quad, stage.pal.lamp if on else lighter(mix(wall, stage.pal.top, 0.4), -0.09))
            mx, my = (quad[0][0] + quad[1][0]) / 2, (quad[0][1] + quad[2][1]) / 2
            sheet.stroke([(mx, quad[0][1]), (mx, quad[2][1])], 0.003, lighter(wall, -0.10), smooth=False)
            sheet.stroke([(quad[0][0], my), (quad[1][0], my)], 0.003, lighter(wall, -0.10), smooth=False)
            if on:
                found.append((mx, my))
    return found


def street(stage: Stage) -> None:
    """A narrow street that runs to the light, lamps along it; stalls where it is a market."""
    pal = stage.pal
    vx, vy = stage.x(0.52), 0.60
    sun = sky(stage, 0.68, at=(vx + 0.03, 0.46))
    clouds(stage, 0.50, 3)
    stage.lay(land(stage, ridge(stage, 0.62, 0.12, 0.5, 3), 0.15), 0.15, "land", "still", 30.0)
    far = stage.sheet(pal.far)
    for k in range(7):
        house(stage, far, vx - 0.20 + k * 0.055, 0.645, 0.055, stage.any(0.06, 0.11), stage.haze(pal.tone(0.4), 0.4),
            stage.haze(pal.tone(0.6), 0.45), 0.3, gable=True)
    spire = stage.pen(far, vx + 0.05 * stage.flip, 0.62, 0.30)
    spire.shape([(-0.10, 0), (0.10, 0), (0.10, 0.5), (0, 1.0), (-0.10, 0.5)], stage.haze(pal.tone(0.5), 0.4), form=0.5)
    stage.lay(far, 0.25, "land", "still", 60.0)
    mist(stage, 0.62, 0.06, 0.3, 0.6)
    cobble = mix(pal.tone(0.62), pal.lit((0.62, 0.55, 0.52)), 0.2)
    road = stage.sheet(cobble)
    road.fill([(vx - 0.05, 0.64), (vx + 0.05, 0.64), (stage.w + 0.25, 1.05), (-0.25, 1.05)],
        mix(cobble, pal.low, 0.3), to=lighter(cobble, -0.06))
    for row in range(20):
        t = (row / 20) ** 1.7
        y = 0.66 + 0.36 * t
        half = 0.05 + (stage.w * 0.62) * t
        n = 12
        for k in range(n):
            x = vx + half * (2 * (k + 0.5 * (row % 2)) / n - 1) * 0.98
            r = half / n
            road.oval(x, y, r * 0.86, (0.006 + 0.016 * t) * 0.7, lighter(cobble, stage.any(-0.05, 0.06)), alpha=0.55,
                wobble=0)
    stage.lay(road, 0.4, "land", "still", 0.0)
    wet = stage.scene.weather == "rain"
    if wet or stage.scene.hour in ("dusk", "night"):
        shine = stage.sheet(pal.low)
        for k in range(12):
            y = 0.67 + 0.026 * k
            shine.stroke([(vx - 0.05 - 0.012 * k, y), (vx, y), (vx + 0.05 + 0.012 * k, y)], [0, 0.010, 0],
                mix(pal.low, pal.lamp, 0.5), alpha=(0.6 if wet else 0.3) * (1 - k / 14), soft=0.003)
        stage.lay(shine, 0.41, "spark", "glint")
    lit = {"night": 0.5, "dusk": 0.45, "storm": 0.35}.get(pal.hour, 0.10)
    paints = [oklch(0.72, 0.06, 60), oklch(0.70, 0.055, 25), oklch(0.70, 0.045, 200), oklch(0.78, 0.055, 88),
        oklch(0.64, 0.05, 300)]
    for k in range(4):
        depth = 0.42 + 0.13 * k
        t0, t1 = (0.10, 0.20, 0.38, 0.66)[k], (0.20, 0.38, 0.66, 1.10)[k]
        sheet = stage.sheet(pal.tone(depth))
        found = []
        for side, edge in ((-1, vx), (1, stage.w - vx)):
            x_near, x_far = vx + side * (0.06 + edge * t1 * 1.02), vx + side * (0.06 + edge * t0 * 1.02)
            height_near, height_far = 0.10 + 0.55 * t1 * stage.any(0.85, 1.15), 0
            foot_near, foot_far = 0.645 + 0.34 * t1, 0.645 + 0.34 * t0
            top = vy - height_near
            wall = stage.haze(mix(pal.lit(paints[int(stage.rng.integers(0, 5))]), pal.tone(depth + 0.18), 0.60),
                depth + 0.15)
            roof = mix(pal.tone(depth + 0.25), pal.accent, 0.12)
            slope = (vy - top) * (1 - (t0 + 0.12) / (t1 + 0.12)) * 0.8
            found += _facade(stage, sheet, x_near, x_far, top, foot_near, foot_far, slope, wall, roof, lit)
            del height_far
        stage.lay(sheet, depth, "land", "still", 88.0)
        windows_glow(stage, found, 0.05 + 0.03 * k, 3)
        if k < 3:
            mist(stage, 0.66 + 0.04 * k, 0.05, depth + 0.01, 0.42)
        if k == 1 or k == 2:
            _lamp(stage, vx + (1 if k == 1 else -1) * (0.11 + 0.16 * (k - 1)) * max(0.8, stage.u),
                0.70 + 0.075 * (k - 1), 0.22 + 0.13 * (k - 1), depth + 0.02)
    if stage.scene.place == "market" or "market" in stage.scene.also:
        _stalls(stage)
    x = vx - 0.03 * stage.flip
    put_hero(stage, x, 0.90, 0.31 * stage.u, stage.flip, depth=0.86)
    company(stage, x, 0.905, 0.31 * stage.u)
    del sun


def _lamp(stage: Stage, x: float, y: float, h: float, depth: float) -> None:
    on = stage.pal.hour in ("night", "dusk", "storm") or stage.scene.weather in ("fog", "snow", "rain")
    if on:
        stage.glow(x, y - h * 0.93, h * 0.7, 0.75, depth=depth - 0.01)
    sheet = stage.sheet(stage.pal.dark)
    pen = stage.pen(sheet, x, y, h)
    iron = stage.haze(stage.pal.dark, depth + 0.2)
    pen.shape([(-0.05, 0), (0.05, 0), (0.035, 0.05), (0.016, 0.08), (0.014, 0.84), (-0.014, 0.84), (-0.016, 0.08),
        (-0.035, 0.05)], iron)
    pen.line([(-0.07, 0.78), (0, 0.80), (0.07, 0.78)], 0.014, iron)
    pen.shape([(-0.045, 0.85), (0.045, 0.85), (0.065, 0.985), (-0.065, 0.985)],
        stage.pal.lamp if on else mix(stage.pal.low, iron, 0.3), form=0)
    pen.shape([(-0.08, 0.98), (0.08, 0.98), (0.02, 1.04), (-0.02, 1.04)], iron)
    pen.line([(-0.055, 0.85), (-0.068, 0.985)], 0.012, iron)
    pen.line([(0.055, 0.85), (0.068, 0.985)], 0.012, iron)
    stage.lay(sheet, depth, "land", "still", 90.0)


def _stalls(stage: Stage) -> None:
    pal = stage.pal
    for side, t in ((-1, 0.16), (1, 0.88)):
        sheet = stage.sheet(pal.accent)
        pen = stage.pen(sheet, stage.w * t, 0.90, 0.40 * max(0.8, stage.u), -side)
        wood = pal.lit((0.46, 0.33, 0.24))
        for px in (-0.5, 0.5):
            pen.line([(px, 0), (px, 0.85)], 0.03, wood)
        pen.box(-0.55, 0.0, 0.55, 0.34, wood)
        pen.box(-0.58, 0.32, 0.58, 0.38, lighter(wood, 0.08))
        fruit = [oklch(0.66, 0.15, 40), oklch(0.78, 0.13, 85), oklch(0.60, 0.11, 140), oklch(0.55, 0.15, 25)]
        for k in range(16):
            pen.oval(-0.48 + 0.064 * k, 0.40 + 0.035 * (k % 2), 0.042, 0.042, pal.lit(fruit[(k // 4) % 4]))
        for k in range(8):
            x0, x1 = -0.64 + 0.16 * k, -0.48 + 0.16 * k
            c = mix(pal.accent, pal.mid, 0.15) if k % 2 else pal.lit((0.95, 0.90, 0.80))
            pen.smooth([(x0 * 0.84, 1.02), (x1 * 0.84, 1.02), (x1, 0.82), ((x0 + x1) / 2, 0.77), (x0, 0.82)], c,
                form=0.4)
        pen.line([(0.2, 0.80), (0.2, 0.70)], 0.01, pal.dark)
        pen.oval(0.2, 0.66, 0.05, 0.06, pal.lamp, form=0)
        stage.lay(sheet, 0.82, "land", "still", 70.0)
        gx, gy = pen.spot(0.2, 0.66)
        stage.glow(gx, gy, 0.26, 0.6, depth=0.82)


def rooftops(stage: Stage) -> None:
    """A sea of roofs and chimneys under a wide sky; the hero sits above it all."""
    pal = stage.pal
    sky(stage, 0.60)
    clouds(stage, 0.55, 5)
    stage.lay(land(stage, ridge(stage, 0.56, 0.09, 0.3, 3), 0.12), 0.12, "land", "still", 30.0)
    lit = {"night": 0.5, "dusk": 0.42, "storm": 0.3}.get(pal.hour, 0.08)
    drowned = "water" in stage.scene.said or "drowned" in stage.scene.said or "flooded" in stage.scene.said
    for row in range(4):
        depth = 0.24 + 0.15 * row
        y = 0.60 + 0.085 * row
        sheet = stage.sheet(pal.tone(depth))
        found: list[tuple[float, float]] = []
        x = -0.05
        while x < stage.w + 0.02:
            w = stage.any(0.09, 0.15) * (0.8 + 0.45 * row) * max(0.7, stage.u)
            h = stage.any(0.05, 0.15) * (0.8 + 0.3 * row)
            roof = stage.haze(mix(pal.tone(depth + 0.22), mix(pal.accent, pal.lit((0.62, 0.40, 0.34)), 0.5),
                stage.any(0.12, 0.36)), depth + 0.2)
            wall = stage.haze(mix(pal.tone(depth + 0.05), pal.low, 0.15), depth + 0.2)
            found += house(stage, sheet, x, y + 0.10, w, h + 0.06, wall, roof, lit, gable=stage.one_in(2))
            if row == 1 and stage.one_in(4):
                pen = stage.pen(sheet, x + w / 2, y - h + 0.02, 0.20)
                pen.shape([(-0.12, 0), (0.12, 0), (0.12, 0.5), (0, 1.0), (-0.12, 0.5)], roof, form=0.5)
            x += w * stage.any(0.86, 1.02)
        sheet.fade_down(y - 0.05, y + 0.10, pal.haze, 0.62 * (1.0 - 0.22 * row))
        stage.lay(sheet, depth, "land", "still", 62.0 if row % 2 else -62.0)
        windows_glow(stage, found[:: 2 + row], 0.06 + 0.015 * row, 4)
        mist(stage, y + 0.06, 0.04, depth + 0.02, 0.5)
    birds(stage, 0.22, 7, stage.haze(pal.near, 0.5))
    if drowned:
        from .river import punt

        sea = stage.sheet(pal.mid)
        sea.box_shape(-0.05, 0.76, stage.w + 0.05, 1.03, mix(pal.low, pal.mid, 0.5), to=mix(pal.top, pal.near, 0.5))
        for k in range(40):
            t = k / 40
            yy = 0.77 + 0.24 * t**1.5
            xx = stage.any(0, stage.w)
            sea.stroke([(xx - 0.1 - 0.1 * t, yy), (xx, yy - 0.003), (xx + 0.1 + 0.1 * t, yy)],
                [0, 0.003 + 0.009 * t, 0], mix(pal.low, pal.mid, stage.any(0, 0.9)), alpha=0.6)
        stage.lay(sea, 0.8, "water", "ripple", 0.0)
        punt(stage, stage.x(0.46), 0.90, 0.34 * stage.u)
        return
    tile = mix(pal.tone(0.88), mix(pal.accent, pal.lit((0.52, 0.34, 0.30)), 0.6), 0.30)
    sheet = stage.sheet(tile)
    a, b = stage.x(-0.04), stage.x(0.66)
    sheet.fill([(a, 0.82), (b, 0.875), (stage.x(0.80), 1.03), (a, 1.03)], tile, to=lighter(tile, -0.06))
    for row in range(5):
        for k in range(20):
            t = k / 19
            x = a + (b - a) * t + 0.02 * row * stage.flip
            y = 0.835 + 0.055 * t + 0.042 * row
            r = abs(b - a) / 36
            sheet.fill(curve([(x - r, y - 0.016), (x + r, y - 0.014), (x + r * 0.9, y + 0.016), (x, y + 0.026),
                (x - r * 0.9, y + 0.014)], steps=4), lighter(tile, stage.any(-0.05, 0.05)), form=0.35)
    sheet.stroke([(a, 0.818), ((a + b) / 2, 0.842), (b, 0.872)], 0.022, lighter(tile, 0.07))
    cx = stage.x(0.10)
    brick = mix(tile, pal.lit((0.58, 0.40, 0.34)), 0.4)
    sheet.box_shape(cx - 0.05, 0.60, cx + 0.05, 0.88, brick, form=0.7)
    sheet.box_shape(cx - 0.062, 0.585, cx + 0.062, 0.615, lighter(brick, 0.06), form=0.4)
    for dx in (-0.026, 0.026):
        sheet.box_shape(cx + dx - 0.016, 0.53, cx + dx + 0.016, 0.59, lighter(brick, -0.04), form=0.7)
    stage.lay(sheet, 0.84, "land", "still", 12.0)
    put_hero(stage, stage.x(0.40), 0.858, 0.29 * stage.u, stage.flip, depth=0.86)
    company(stage, stage.x(0.36), 0.855, 0.29 * stage.u)


def station(stage: Stage) -> None:
    """A train at the platform, its windows lit, steam in the air."""
    pal = stage.pal
    sky(stage, 0.56)
    clouds(stage, 0.5, 3)
    stage.lay(land(stage, ridge(stage, 0.58, 0.16, 0.5, 4), 0.15), 0.15, "land", "still", 30.0)
    mist(stage, 0.58, 0.06, 0.2, 0.5)
    body = mix(pal.lit(oklch(0.42, 0.085, 165 if stage.scene.family % 2 else 20)), pal.near, 0.35)
    k = max(0.75, stage.u)
    y = 0.80
    front = stage.x(0.80)
    stage.glow(front + 0.03 * stage.flip, y - 0.20 * k, 0.34, 0.7, depth=0.4)
    sheet = stage.sheet(body)
    pen = stage.pen(sheet, front, y, k, stage.flip)
    for c in range(4):
        x0 = -0.52 - 0.56 * c
        pen.box(x0 - 0.52, 0.07, x0, 0.31, lighter(body, 0.02), form=0.5)
        pen.smooth([(x0 - 0.535, 0.30), (x0 - 0.50, 0.345), (x0 - 0.26, 0.355), (x0 - 0.02, 0.345),
            (x0 + 0.015, 0.30)], lighter(body, -0.09), form=0.5)
        pen.box(x0 - 0.52, 0.11, x0, 0.125, pal.lit(oklch(0.78, 0.10, 85)), form=0)
        for w in range(5):
            wx = x0 - 0.47 + 0.098 * w
            pen.shape([(wx - 0.032, 0.16), (wx + 0.032, 0.16), (wx + 0.032, 0.255), (wx - 0.032, 0.255)],
                mix(pal.lamp, (1, 1, 1), 0.12), form=0)
            pen.line([(wx - 0.036, 0.215), (wx + 0.036, 0.215)], 0.005, lighter(body, -0.08))
            if (w + c) % 3 == 0:
                pen.oval(wx, 0.185, 0.016, 0.022, lighter(body, -0.06), form=0)
        for wx in (-0.44, -0.36, -0.14, -0.06):
            pen.oval(x0 + wx, 0.04, 0.036, 0.036, pal.dark, form=0.3)
    pen.smooth([(-0.48, 0.10), (-0.02, 0.10), (0.02, 0.16), (0.02, 0.24), (-0.02, 0.29), (-0.48, 0.29)], body,
        form=0.95)
    pen.box(-0.50, 0.08, -0.30, 0.40, lighter(body, -0.03), form=0.5)
    pen.smooth([(-0.53, 0.39), (-0.50, 0.43), (-0.40, 0.445), (-0.30, 0.43), (-0.27, 0.39)], lighter(body, -0.1),
        form=0.4)
    pen.box(-0.45, 0.26, -0.36, 0.36, pal.lamp, form=0)
    pen.shape([(-0.10, 0.28), (-0.03, 0.28), (-0.02, 0.40), (-0.11, 0.40)], pal.dark, form=0.7)
    pen.smooth([(-0.23, 0.28), (-0.15, 0.28), (-0.16, 0.34), (-0.19, 0.355), (-0.22, 0.34)],
        pal.lit(oklch(0.74, 0.10, 84)), form=0.8)
    pen.oval(0.025, 0.255, 0.028, 0.030, mix(pal.lamp, (1, 1, 1), 0.4), form=0)
    for x, r in ((-0.42, 0.072), (-0.26, 0.072), (-0.10, 0.05)):
        pen.oval(x, r, r, r, pal.dark, form=0.3)
        pen.oval(x, r, r * 0.74, r * 0.74, pal.lit((0.60, 0.22, 0.2)), form=0.4)
        pen.oval(x, r, r * 0.24, r * 0.24, pal.dark, form=0)
    pen.line([(-0.42, 0.06), (-0.10, 0.055)], 0.014, pal.lit((0.7, 0.66, 0.6)))
    pen.shape([(-0.02, 0.10), (0.05, 0.10), (0.11, 0.01), (-0.02, 0.01)], pal.dark, form=0.4)
    stage.lay(sheet, 0.58, "land", "still", 6.0)
    sx, sy = pen.spot(-0.065, 0.42)
    steam = stage.sheet(pal.haze)
    for j in range(11):
        t = j / 10
        steam.oval(sx - stage.flip * (0.03 + 0.55 * t) + stage.any(-0.02, 0.02),
            sy - 0.02 - 0.20 * t**0.8 + stage.any(-0.02, 0.02), 0.03 + 0.075 * t, 0.025 + 0.055 * t,
            mix(pal.haze, pal.low, stage.any(0.2, 0.8)), form=0.5, alpha=0.75 * (1 - 0.65 * t), soft=0.006 + 0.012 * t)
    stage.lay(steam, 0.57, "cloud", "drift")
    for c in range(4):
        gx, gy = pen.spot(-0.78 - 0.56 * c, 0.21)
        stage.glow(gx, gy, 0.22, 0.34, depth=0.58)
    snowy = stage.scene.weather == "snow"
    stone = mix(pal.tone(0.75), (0.95, 0.95, 1.0), 0.45 if snowy and pal.hour != "night" else 0.24 if snowy else 0.06)
    plat = stage.sheet(stone)
    plat.fill([(-0.05, 0.835), (stage.w + 0.05, 0.835), (stage.w + 0.05, 1.03), (-0.05, 1.03)], lighter(stone, 0.04),
        to=lighter(stone, -0.06))
    plat.stroke([(-0.05, 0.838), (stage.w / 2, 0.834), (stage.w + 0.05, 0.838)], 0.016, lighter(stone, 0.12))
    for j in range(9):
        x = stage.w * (j + 0.5) / 9
        plat.stroke([(x, 0.85), (stage.w / 2 + (x - stage.w / 2) * 1.7, 1.03)], 0.003, lighter(stone, -0.08), alpha=0.7)
    for j in range(10):
        gx, _ = pen.spot(-0.12 * j * 1.6 - 0.5, 0)
        plat.fill([(gx - 0.03, 0.845), (gx + 0.03, 0.845), (gx + 0.045, 0.93), (gx - 0.05, 0.93)],
            mix(pal.lamp, stone, 0.3), alpha=0.4, soft=0.008)
    stage.lay(plat, 0.70, "land", "still", 0.0)
    _lamp(stage, stage.x(0.16), 0.90, 0.52 * k, 0.72)
    if not stage.tall:
        _clock_post(stage, stage.x(0.60), 0.86, 0.40 * k)
    mist(stage, 0.83, 0.035, 0.71, 0.4)
    put_hero(stage, stage.x(0.34), 0.93, 0.33 * stage.u, stage.flip, depth=0.80)
    company(stage, stage.x(0.34), 0.935, 0.33 * stage.u)


def _clock_post(stage: Stage, x: float, y: float, h: float) -> None:
    sheet = stage.sheet(stage.pal.dark)
    pen = stage.pen(sheet, x, y, h)
    iron = mix(stage.pal.dark, stage.pal.near, 0.3)
    pen.shape([(-0.03, 0), (0.03, 0), (0.015, 0.1), (0.015, 0.8), (-0.015, 0.8), (-0.015, 0.1)], iron)
    pen.oval(0, 0.88, 0.13, 0.13, iron, form=0.5)
    pen.oval(0, 0.88, 0.105, 0.105, mix(stage.pal.lamp, (1, 1, 1), 0.4), form=0)
    for j in range(12):
        a = j * math.pi / 6
        pen.line([(0.08 * math.sin(a), 0.88 + 0.08 * math.cos(a)), (0.095 * math.sin(a), 0.88 + 0.095 * math.cos(a))],
            0.010, iron)
    pen.line([(0, 0.88), (0, 0.955)], 0.012, iron)
    pen.line([(0, 0.88), (0.045, 0.90)], 0.014, iron)
    stage.lay(sheet, 0.715, "land", "still", 80.0)
