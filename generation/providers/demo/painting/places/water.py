"""Places by the water: harbour, lighthouse, island, ship, open shore; river, bridge and marsh."""

from __future__ import annotations

# Outlines are read as rows of points, not one number to a line.
# fmt: off
import math

from ..palette import lighter, mix, oklch
from ..sheet import curve
from ..stage import Stage
from ..things import thing
from .ground import birds, company, grass, house, land, pine, put_hero, ridge, under, water, windows_glow
from .heavens import clouds, mist, sky
from .river import WOOD


def _boats(stage: Stage, horizon: float, count: int) -> None:
    sheet = stage.sheet(stage.pal.mid)
    hull = stage.haze(stage.pal.tone(0.8), 0.6)
    for k in range(count):
        t = (k + 0.5) / count
        x = stage.w * ((0.18 + 0.66 * t + stage.any(-0.05, 0.05)) % 1)
        y = horizon + 0.025 + 0.11 * stage.any(0.1, 1)
        size = (0.055 + (y - horizon) * 0.75) * max(0.75, stage.u)
        sheet.fill(curve([(x - size, y - size * 0.28), (x - size * 0.7, y), (x, y + size * 0.06), (x + size * 0.8, y),
            (x + size * 1.1, y - size * 0.34), (x, y - size * 0.2)]), hull, form=0.5)
        sheet.stroke([(x - size, y - size * 0.27), (x, y - size * 0.2), (x + size * 1.08, y - size * 0.33)],
            size * 0.07, lighter(hull, 0.14))
        sheet.stroke([(x, y - size * 0.2), (x + size * 0.02, y - size * 2.0)], size * 0.06, hull, smooth=False)
        sheet.stroke([(x, y - size * 1.9), (x + size * 1.0, y - size * 0.32)], size * 0.018, hull, smooth=False)
        sheet.stroke([(x, y - size * 1.9), (x - size * 0.9, y - size * 0.28)], size * 0.018, hull, smooth=False)
        if k % 2 == 0:
            sheet.fill(curve([(x + size * 0.06, y - size * 1.8), (x + size * 0.55, y - size * 1.0),
                (x + size * 0.75, y - size * 0.46), (x + size * 0.06, y - size * 0.5)], steps=4),
                       stage.haze(mix(stage.pal.lit((0.94, 0.88, 0.78)), stage.pal.accent, 0.25 if k else 0.6), 0.7),
                           form=0.4)
        else:
            sheet.stroke([(x + size * 0.03, y - size * 0.9), (x + size * 0.85, y - size * 0.62)], size * 0.13,
                stage.haze(stage.pal.accent, 0.5))
        # its shade on the water
        for j in range(4):
            sheet.stroke([(x - size * (0.8 - j * 0.15), y + size * (0.12 + 0.13 * j)),
                (x + size * (0.7 - 0.12 * j), y + size * (0.12 + 0.13 * j))], [0, size * 0.06, 0], hull,
                alpha=0.5 - 0.1 * j)
    if "boat" not in stage.scene.absent:
        stage.lay(sheet, 0.55, "land", "bob", 20.0)


def _quay(stage: Stage, y: float, hero_at: float) -> None:
    """A stone quay in front, with posts and a rope."""
    stone = mix(stage.pal.near, stage.pal.lit((0.62, 0.55, 0.50)), 0.28)
    edge = stage.x(0.30)
    end = stage.x(1.06)
    sheet = stage.sheet(stone)
    sheet.fill([(edge, y), (end, y - 0.008), (end, 1.03), (edge + 0.03 * stage.flip, 1.03)], lighter(stone, -0.05),
        to=lighter(stone, -0.12))
    sheet.fill([(edge, y), (end, y - 0.008), (end, y + 0.045), (edge + 0.012 * stage.flip, y + 0.042)],
        lighter(stone, 0.07), form=0.2)
    for row in range(4):
        for k in range(11):
            x = edge + (end - edge) * ((k + 0.5 * (row % 2)) / 10.5)
            yy = y + 0.06 + row * 0.065
            w = (end - edge) / 10.5 * 0.9
            sheet.fill([(x, yy), (x + w, yy), (x + w, yy + 0.055), (x, yy + 0.055)],
                lighter(stone, stage.any(-0.11, -0.03)), form=0.25)
    for t in (0.10, 0.74):
        x = edge + (end - edge) * t
        sheet.fill(curve([(x - 0.018, y + 0.02), (x - 0.016, y - 0.06), (x - 0.026, y - 0.075), (x, y - 0.092),
            (x + 0.026, y - 0.075), (x + 0.016, y - 0.06), (x + 0.018, y + 0.02)], steps=5), stage.pal.dark, form=0.6)
    a, b = edge + (end - edge) * 0.10, edge + (end - edge) * 0.74
    sheet.stroke([(a, y - 0.05), ((a + b) / 2, y - 0.005), (b, y - 0.05)], 0.008,
        mix(stage.pal.dark, stage.pal.lit((0.8, 0.7, 0.5)), 0.4))
    stage.lay(sheet, 0.70, "land", "still", 0.0)


def _town(stage: Stage, y: float) -> list[tuple[float, float]]:
    found: list[tuple[float, float]] = []
    for row in range(3):
        depth = 0.30 + 0.13 * row
        sheet = stage.sheet(stage.pal.tone(depth))
        x = stage.w * (0.32 if stage.flip > 0 else -0.05) + row * 0.03
        stop = x + stage.w * 0.72
        while x < stop:
            w, h = stage.any(0.045, 0.085) * stage.u, stage.any(0.06, 0.125) * stage.u
            wall = stage.haze(mix(stage.pal.tone(depth), mix(stage.pal.low, stage.pal.accent, 0.25),
                0.22 * stage.any(0.3, 1)), depth + 0.25)
            roof = stage.haze(mix(stage.pal.tone(depth + 0.2), stage.pal.accent, 0.16), depth + 0.25)
            base = y - (2 - row) * 0.042 * stage.u + stage.any(0, 0.004)
            lit = 0.35 if stage.scene.hour in ("night", "dusk", "storm") else 0.06
            found += house(stage, sheet, x, base, w, h, wall, roof, lit, gable=stage.one_in(2))
            x += w * stage.any(0.85, 1.15)
        sheet.fade_down(y - 0.12, y + 0.01, stage.pal.haze, 0.5)
        stage.lay(sheet, depth, "land", "still", 60.0)
    return found


def harbour(stage: Stage) -> None:
    """Boats at anchor before a stacked town; the hero on the quay."""
    horizon = stage.any(0.50, 0.56)
    sun = sky(stage, horizon)
    clouds(stage, horizon, 3)
    stage.lay(land(stage, ridge(stage, horizon, 0.15, 0.35, 3), 0.18), 0.18, "land", "still", 30.0)
    mist(stage, horizon - 0.03, 0.06, 0.2, 0.5)
    found = _town(stage, horizon + 0.004)
    windows_glow(stage, found[::3], 0.05, 7)
    lights = [(sun[0], mix(stage.pal.lamp, stage.pal.low, 0.4), 0.05), *[(x, stage.pal.lamp, 0.01) for x, _ in found[::2]][:9]]
    water(stage, horizon, lights=lights)
    mist(stage, horizon + 0.02, 0.035, 0.5, 0.55)
    _boats(stage, horizon, 4)
    y = 0.86
    _quay(stage, y, 0.7)
    x = stage.x(0.62)
    put_hero(stage, x, y + 0.022, 0.34 * stage.u, -stage.flip)
    company(stage, x, y + 0.024, 0.34 * stage.u, ("boat",))
    birds(stage, 0.26, 5, stage.haze(stage.pal.near, 0.5))


def lighthouse_tower(stage: Stage, x: float, y: float, height: float, depth: float = 0.6) -> None:
    """A striped lighthouse with its beam."""
    pal = stage.pal
    lamp_y = y - height * 0.90
    beam = stage.sheet(pal.lamp)
    dark_hour = stage.scene.hour in ("night", "dusk", "storm") or stage.scene.weather == "fog"
    for side, far in ((-1, 1.6), (1, 1.2)):
        strength = 0.42 if dark_hour else 0.14
        for spread, a in ((0.17, 0.45), (0.10, 0.6)):
            beam.fill([(x, lamp_y), (x + side * far, lamp_y - spread - 0.05),
                (x + side * far, lamp_y + spread - 0.05)], mix(pal.lamp, (1, 1, 1), 0.3), alpha=strength * a,
                soft=0.012)
    stage.lay(beam, depth - 0.01, "beam", "flicker")
    stage.glow(x, lamp_y, height * 0.42, 0.8, depth=depth - 0.01)
    white = stage.haze(pal.lit((0.95, 0.92, 0.86)), depth)
    stripe = stage.haze(pal.lit(oklch(0.55, 0.15, 27)) if stage.scene.family % 2 else mix(pal.accent, pal.mid, 0.25),
        depth)
    sheet = stage.sheet(white)
    pen = stage.pen(sheet, x, y, height)
    pen.shape([(-0.115, 0), (0.115, 0), (0.066, 0.80), (-0.066, 0.80)], white, form=0.9)
    for k in range(3):
        t0, t1 = 0.10 + 0.25 * k, 0.22 + 0.25 * k
        a, b = 0.115 - 0.061 * t0, 0.115 - 0.061 * t1
        pen.shape([(-a, t0), (0, t0 - 0.012), (a, t0), (b, t1), (0, t1 - 0.012), (-b, t1)], stripe, form=0.8)
    for yy in (0.30, 0.56):
        pen.box(-0.012, yy, 0.014, yy + 0.04, pal.lamp if dark_hour else pal.dark, form=0)
    pen.shape([(-0.095, 0.79), (0.095, 0.79), (0.095, 0.82), (-0.095, 0.82)], pal.dark, form=0.3)
    for k in range(7):
        pen.line([(-0.09 + k * 0.03, 0.82), (-0.09 + k * 0.03, 0.86)], 0.006, pal.dark)
    pen.line([(-0.095, 0.86), (0.095, 0.86)], 0.008, pal.dark)
    pen.box(-0.05, 0.82, 0.05, 0.93, mix(pal.lamp, (1, 1, 1), 0.35), form=0)
    for xx in (-0.05, -0.017, 0.017, 0.05):
        pen.line([(xx, 0.82), (xx, 0.93)], 0.008, pal.dark)
    pen.smooth([(-0.068, 0.925), (0.068, 0.925), (0.045, 0.97), (0, 1.0), (-0.045, 0.97)], stripe, form=0.8)
    pen.line([(0, 0.99), (0, 1.05)], 0.008, pal.dark)
    pen.smooth([(-0.03, 0), (0.03, 0), (0.03, 0.07), (0, 0.095), (-0.03, 0.07)], pal.dark, form=0.2)
    stage.lay(sheet, depth, "land", "still", 85.0)


def _rocks(stage: Stage, x: float, y: float, width: float, height: float, depth: float) -> None:
    colour = stage.haze(stage.pal.tone(0.85), depth)
    sheet = stage.sheet(colour)
    for k in range(7):
        t = k / 6 - 0.5
        w, h = width * stage.any(0.16, 0.28), height * (1 - 1.5 * abs(t)) * stage.any(0.75, 1.15) + 0.015
        cx = x + t * width
        sheet.fill([(cx - w, y + 0.02), (cx - w * 0.8, y - h * 0.5), (cx - w * 0.25, y - h),
            (cx + w * 0.35, y - h * 0.9), (cx + w * 0.85, y - h * 0.4), (cx + w, y + 0.02)],
                   lighter(colour, stage.any(-0.03, 0.03)), form=0.75)
    sheet.fade_down(y - height * 0.4, y + 0.02, stage.pal.haze, 0.4)
    for _ in range(5):
        cx = x + stage.any(-0.6, 0.6) * width
        sheet.stroke([(cx - 0.06, y + 0.012), (cx, y + 0.004), (cx + 0.07, y + 0.014)], [0, 0.008, 0],
            mix(stage.pal.low, (1, 1, 1), 0.4), alpha=0.75)
    stage.lay(sheet, depth, "land", "still", 60.0)


def _shore(stage: Stage, y: float) -> None:
    sand = mix(stage.pal.near, stage.pal.lit((0.80, 0.70, 0.54)), 0.42)
    line = [(t * stage.w, y + 0.07 * math.sin(2.4 * t * stage.flip + 1.0) - 0.02 * math.sin(7 * t))
            for t in [k / 24 - 0.02 for k in range(26)]]
    sheet = stage.sheet(sand)
    sheet.fill(under(line), sand, to=lighter(sand, -0.10))
    for _k in range(26):
        x = stage.any(0, stage.w)
        yy = stage.any(y + 0.05, 1.0)
        sheet.stroke([(x - 0.05, yy), (x, yy - 0.004), (x + 0.06, yy + 0.002)], [0, 0.004, 0],
            lighter(sand, stage.any(-0.07, 0.05)), alpha=0.7)
    sheet.stroke([(a, b - 0.004) for a, b in line], 0.013, mix(stage.pal.low, (1, 1, 1), 0.5), alpha=0.85)
    sheet.stroke([(a, b + 0.018) for a, b in line], 0.006, mix(sand, (1, 1, 1), 0.4), alpha=0.5)
    grass(stage, sheet, stage.x(0.0), stage.x(0.22), 1.0, 0.16, mix(stage.pal.near, stage.pal.leaf, 0.4), 46)
    stage.lay(sheet, 0.7, "land", "still", 10.0)


def _waves(stage: Stage, horizon: float) -> None:
    """Rows of waves that lean and break, foam on their crests."""
    rough = 1.55 if stage.scene.hour == "storm" else 1.0
    foam = mix(stage.pal.low, (1, 1, 1), 0.45)
    for k, y in enumerate((0.655, 0.755, 0.865)):
        colour = mix(mix(stage.pal.top, stage.pal.mid, 0.55), stage.pal.dark, 0.10 + 0.10 * k)
        sheet = stage.sheet(colour)
        line: list[tuple[float, float]] = []
        crests: list[tuple[float, float, float]] = []
        x = -0.15 - stage.any(0, 0.2)
        while x < stage.w + 0.3:
            length, height = stage.any(0.20, 0.34) * (0.8 + 0.3 * k), stage.any(0.022, 0.042) * rough * (0.8 + 0.35 * k)
            for t, lift in ((0.0, 0.0), (0.2, 0.1), (0.4, 0.36), (0.55, 0.74), (0.64, 0.97), (0.7, 1.0), (0.8, 0.5),
                (0.92, 0.08)):
                line.append((x + length * t, y + 0.012 - height * lift))
            crests.append((x + length * 0.68, y + 0.012 - height, length))
            x += length
        smooth = [(float(a), float(b)) for a, b in curve(line, closed=False, steps=4)]
        if stage.flip < 0:
            smooth = [(stage.w - a, b) for a, b in smooth][::-1]
        sheet.fill(under(smooth), lighter(colour, 0.05), to=lighter(colour, -0.06))
        for cx, cy, length in crests:
            px = cx if stage.flip > 0 else stage.w - cx
            d = stage.flip
            sheet.stroke([(px - d * length * 0.24, cy + 0.016), (px - d * length * 0.05, cy + 0.001),
                (px + d * length * 0.03, cy + 0.004), (px + d * length * 0.10, cy + 0.024)], [0, 0.007, 0.011, 0.002],
                foam, alpha=0.9)
            for j in range(5):
                yy = cy + 0.03 + 0.022 * j
                xx = px - d * length * stage.any(0.0, 0.3)
                sheet.stroke([(xx - d * length * 0.16, yy + 0.006), (xx, yy), (xx + d * length * 0.18, yy + 0.008)],
                    [0, 0.0045, 0], mix(colour, foam, stage.any(0.15, 0.5)), alpha=0.7)
            for _ in range(4):
                sheet.oval(px + d * stage.any(-0.02, 0.05), cy - stage.any(0.0, 0.022) * rough, 0.0028, 0.0028, foam,
                    alpha=0.8, wobble=0)
        stage.lay(sheet, 0.5 + 0.1 * k, "water", "ripple", 0.0)


def sea(stage: Stage) -> None:
    """The open shore; a lighthouse or an island where the words name one."""
    names = {stage.scene.place, *stage.scene.also}
    horizon = stage.any(0.50, 0.58)
    sun = sky(stage, horizon)
    clouds(stage, horizon, 5)
    if stage.one_in(2) or "mountain" in names:
        stage.lay(land(stage, ridge(stage, horizon, 0.09, 0.3, 2), 0.12), 0.12, "land", "still", 20.0)
    water(stage, horizon, lights=[(sun[0], mix(stage.pal.lamp, stage.pal.low, 0.3), 0.06)])
    mist(stage, horizon, 0.04, 0.4, 0.5)
    if "lighthouse" in names:
        base = horizon + 0.075
        x = stage.x(0.70)
        _rocks(stage, x, base + 0.06, 0.34 * stage.u + 0.05, 0.13, 0.60)
        lighthouse_tower(stage, x, base - 0.03, 0.52 * max(0.8, stage.u), 0.61)
    if "island" in names:
        _island(stage, stage.x(0.66), horizon + 0.035, 0.30 * stage.u + 0.05)
    if "boat" in stage.scene.objects or "ship" in names:
        _sail(stage, stage.x(0.45), horizon + 0.05, 0.26 * stage.u)
    if stage.scene.hour == "storm":
        _waves(stage, horizon)
    _shore(stage, 0.80)
    x = stage.x(0.34)
    put_hero(stage, x, 0.92, 0.33 * stage.u)
    company(stage, x, 0.93, 0.33 * stage.u, ("boat",))
    birds(stage, 0.24, 6, stage.haze(stage.pal.near, 0.5))


def _island(stage: Stage, x: float, y: float, r: float) -> None:
    colour = stage.haze(stage.pal.tone(0.6), 0.5)
    sheet = stage.sheet(colour)
    sheet.fill(curve([(x - r, y), (x - r * 0.7, y - r * 0.18), (x - r * 0.2, y - r * 0.46),
        (x + r * 0.15, y - r * 0.50), (x + r * 0.6, y - r * 0.2), (x + r, y), (x, y + 0.015)]), colour, form=0.6)
    for _k in range(9):
        px = x + stage.any(-0.6, 0.6) * r
        pine(stage, sheet, px, y - r * 0.12 - max(0, 0.30 - abs(px - x) * 1.2) * r, r * stage.any(0.25, 0.45),
            lighter(colour, -0.06))
    found = house(stage, sheet, x - r * 0.1, y - r * 0.42, r * 0.22, r * 0.16,
        stage.haze(stage.pal.lit((0.93, 0.88, 0.8)), 0.6), stage.haze(stage.pal.accent, 0.7), 1.0)
    stage.lay(sheet, 0.52, "land", "still", 40.0)
    windows_glow(stage, found, 0.07)


def _sail(stage: Stage, x: float, y: float, size: float) -> None:
    sheet = stage.sheet(stage.pal.mid)
    thing(stage, stage.pen(sheet, x, y, size, stage.flip), "boat")
    for j in range(5):
        sheet.stroke([(x - size * (0.4 - j * 0.06), y + 0.012 * (j + 0.5)),
            (x + size * (0.42 - 0.07 * j), y + 0.012 * (j + 0.5))], [0, 0.007, 0], stage.pal.near,
            alpha=0.45 - 0.07 * j)
    stage.lay(sheet, 0.56, "figure", "bob", 60.0)


def ship(stage: Stage) -> None:
    """A tall ship under sail upon waves."""
    horizon = 0.62
    sun = sky(stage, horizon)
    clouds(stage, horizon, 5)
    water(stage, horizon, lights=[(sun[0], mix(stage.pal.lamp, stage.pal.low, 0.3), 0.06)])
    s = 0.62 * max(0.8, stage.u)
    sheet = stage.sheet(stage.pal.near)
    pen = stage.pen(sheet, stage.x(0.56), 0.715, s, stage.flip)
    wood = stage.haze(mix(stage.pal.lit(WOOD), stage.pal.near, 0.35), 0.85)
    canvas = stage.haze(stage.pal.lit((0.95, 0.89, 0.78)), 0.8)
    for mx, mh in ((-0.34, 0.86), (0.02, 1.06), (0.36, 0.84)):
        pen.line([(mx, 0.12), (mx, mh)], 0.018, lighter(wood, -0.05))
        for k, (w, h) in enumerate(((0.17, 0.22), (0.145, 0.20), (0.11, 0.15))):
            top = mh - 0.07 - (2 - k) * 0 - sum((0.22, 0.20, 0.15)[j] + 0.02 for j in range(k + 1, 3)) * (mh / 1.06)
            hh = h * mh / 1.06
            pen.smooth([(mx - w, top), (mx + w, top), (mx + w * 1.12, top - hh * 0.6), (mx + w * 1.06, top - hh),
                (mx, top - hh * 0.90), (mx - w * 0.96, top - hh), (mx - w * 0.86, top - hh * 0.5)],
                lighter(canvas, -0.02 * k), form=0.85)
            pen.line([(mx - w * 1.06, top), (mx + w * 1.06, top)], 0.012, wood)
        pen.smooth([(mx, mh), (mx - 0.12, mh + 0.015), (mx - 0.13, mh - 0.02), (mx, mh - 0.035)], stage.pal.accent,
            form=0.4)
    pen.line([(0.55, 0.2), (0.86, 0.40)], 0.016, wood)
    pen.shape([(0.82, 0.37), (0.40, 0.60), (0.46, 0.24)], canvas, form=0.5, alpha=0.95)
    for a, b in (((-0.34, 0.84), (-0.62, 0.26)), ((0.02, 1.04), (0.34, 0.14)), ((0.36, 0.82), (0.84, 0.39)),
        ((-0.34, 0.84), (0.02, 0.6))):
        pen.line([a, b], 0.005, wood, alpha=0.8)
    pen.smooth([(-0.64, 0.31), (-0.60, 0.10), (-0.50, -0.03), (0.0, -0.06), (0.42, -0.03), (0.58, 0.10), (0.70, 0.25),
        (0.50, 0.20), (0.1, 0.15), (-0.35, 0.17), (-0.5, 0.29)], wood, form=0.8)
    pen.line([(-0.58, 0.20), (-0.3, 0.12), (0.1, 0.10), (0.6, 0.17)], 0.022, lighter(wood, 0.12))
    for k in range(5):
        pen.box(-0.50 + k * 0.20, 0.045, -0.455 + k * 0.20, 0.085, stage.pal.lamp if k % 2 == 0 else stage.pal.dark,
            form=0)
    stage.lay(sheet, 0.6, "land", "bob", 70.0)
    if stage.scene.peopled:
        put_hero(stage, stage.x(0.56) + stage.flip * 0.30 * s, 0.715 - 0.145 * s, 0.19 * s, stage.flip, depth=0.61)
    windows_glow(stage, [pen.spot(-0.48, 0.065), pen.spot(-0.08, 0.065), pen.spot(0.32, 0.065)], 0.07)
    _waves(stage, horizon)
    mist(stage, 0.80, 0.04, 0.8, 0.4)
    birds(stage, 0.2, 5, stage.haze(stage.pal.near, 0.5))
