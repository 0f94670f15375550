"""Indoors: rooms about one window (library, kitchen, workshop, observatory, bedroom, train cabin), theatre, cave."""

from __future__ import annotations

# Outlines are read as rows of points, not one number to a line.
# fmt: off
import math

from ..palette import RGB, lighter, mix, oklch
from ..sheet import curve
from ..stage import Stage
from ..things import thing
from .ground import land, pine, put_hero, put_thing, ridge
from .heavens import mist, sky

SPINES: tuple[RGB, ...] = (oklch(0.50, 0.11, 25), oklch(0.55, 0.07, 200), oklch(0.68, 0.09, 82),
    oklch(0.48, 0.07, 145), oklch(0.42, 0.08, 290),
                           oklch(0.60, 0.08, 50), oklch(0.76, 0.04, 85), oklch(0.36, 0.05, 250))


def room(stage: Stage) -> None:
    """A room with a tall window, furnished for its use, lit by a lamp or a fire."""
    pal = stage.pal
    stage.spots["sheltered"] = (0.0, 0.0, 1.0)
    place = stage.scene.place
    wx = stage.x(0.50 if place in ("library", "cabin") else 0.42)
    half, top, sill = 0.17 * max(0.85, stage.u), 0.14, 0.60
    if stage.scene.weather in ("rain", "snow"):
        stage.spots["rain"] = (0.0, 0.0, 0.0)
    sky(stage, 0.62, at=(wx + half * 0.35 * stage.flip, 0.30), disc=0.038)
    stage.lay(land(stage, ridge(stage, 0.56, 0.14, 0.5, 5), 0.16), 0.16, "land", "still", 30.0)
    view = land(stage, ridge(stage, 0.60, 0.05, 0.3, 5), 0.34)
    for k in range(7):
        pine(stage, view, wx + half * (k / 3 - 1) * 1.2, 0.61, stage.any(0.06, 0.14), pal.tone(0.4))
    stage.lay(view, 0.34, "land", "still", 60.0)
    mist(stage, 0.56, 0.05, 0.35, 0.4)
    lamplit = pal.hour in ("night", "dusk", "storm") or stage.scene.weather != "clear"
    # a wall of the story's own warm or cool colour, never the grey between them
    hue = pal.warm if stage.scene.story % 2 else pal.cool
    wall = mix(oklch(0.40 if lamplit else 0.70, 0.062, hue), pal.near, 0.12)
    _wall(stage, wall, wx, half, top, sill)
    stage.glow(wx, 0.40, 0.50, 0.30 if lamplit else 0.5, mix(pal.low, (1, 1, 1), 0.2), lamp=False, depth=0.45)
    if place == "library":
        _shelves(stage, wall, wx, half)
    elif place == "kitchen":
        _hearth(stage, wall)
    elif place == "workshop":
        _tools(stage, wall)
    elif place == "observatory":
        _charts(stage, wall)
    elif place == "cabin":
        _seats(stage, wall)
    else:
        _pictures(stage, wall)
    _floor(stage, wall, wx, half)
    _table(stage, wall, place)
    put_hero(stage, stage.x(0.36), 0.93, 0.44 * max(0.75, stage.u), stage.flip, depth=0.84)


def _wall(stage: Stage, wall: RGB, wx: float, half: float, top: float, sill: float) -> None:
    sheet = stage.sheet(wall)
    arch = [(wx - half, sill), (wx - half, top + half * 0.7)] + [(wx - half * math.cos(a),
        top + half * 0.7 - half * 0.7 * math.sin(a)) for a in [math.pi * j / 14 for j in range(15)]] + [(wx + half,
        top + half * 0.7), (wx + half, sill)]
    hole = [(x, y) for x, y in arch]
    # the wall goes round the window: one outline, cut from below the sill
    left = [(-0.05, -0.05), (stage.w + 0.05, -0.05), (stage.w + 0.05, 0.86), (wx, 0.86), (wx, sill), (wx + half, sill)]
    outline = [*left, *hole[::-1], (wx - half, sill), (wx, sill), (wx, 0.86), (-0.05, 0.86)]
    sheet.fill(outline, lighter(wall, -0.01), to=lighter(wall, -0.05), wobble=0)
    for _ in range(26):
        x, y = stage.any(0, stage.w), stage.any(0.02, 0.8)
        if abs(x - wx) > half + 0.04:
            sheet.oval(x, y, stage.any(0.03, 0.12), stage.any(0.02, 0.06), lighter(wall, stage.any(-0.025, 0.03)),
                alpha=0.5, soft=0.012)
    stage.lay(sheet, 0.45, "land", "still", 86.0)
    frame = stage.sheet(wall)
    wood = mix(wall, stage.pal.lit((0.93, 0.86, 0.74)), 0.42)
    frame.stroke(arch, 0.020, wood, smooth=False)
    for t in (-0.34, 0.34):
        frame.stroke([(wx + half * t, sill), (wx + half * t, top + 0.02)], 0.008, wood, smooth=False)
    for y in (top + half * 0.75, top + half * 0.75 + (sill - top - half * 0.75) / 2):
        frame.stroke([(wx - half, y), (wx + half, y)], 0.008, wood, smooth=False)
    frame.fill([(wx - half * 1.18, sill - 0.005), (wx + half * 1.18, sill - 0.005), (wx + half * 1.24, sill + 0.026),
        (wx - half * 1.24, sill + 0.026)], lighter(wood, 0.03), form=0.4)
    stage.lay(frame, 0.47, "land", "still", 80.0)
    for side in (-1, 1):
        cloth = mix(mix(stage.pal.accent, stage.pal.near, 0.55), wall, 0.25)
        drape = stage.sheet(cloth)
        x = wx + side * half * 1.12
        drape.fill(curve([(x - side * half * 0.30, top - 0.05), (x + side * half * 0.42, top - 0.05),
            (x + side * half * 0.48, 0.45), (x + side * half * 0.40, 0.80), (x - side * half * 0.02, 0.80),
            (x + side * half * 0.06, 0.56), (x - side * half * 0.12, 0.36)]), cloth, form=0.6, to=lighter(cloth, -0.06))
        for t in (0.0, 0.14, 0.28):
            drape.stroke([(x + side * half * (t - 0.1), top - 0.03), (x + side * half * (t + 0.05), 0.4),
                (x + side * half * (t + 0.08), 0.79)], [0.004, 0.012, 0.008], lighter(cloth, -0.07), alpha=0.7)
        stage.lay(drape, 0.5, "land", "sway", 86.0)


def _shelves(stage: Stage, wall: RGB, wx: float, half: float) -> None:
    wood = stage.pal.lit(mix(oklch(0.40, 0.06, 50), stage.pal.near, 0.3))
    for x0, x1 in ((-0.03, wx - half * 1.75), (wx + half * 1.75, stage.w + 0.03)):
        if x1 - x0 < 0.06:
            continue
        sheet = stage.sheet(wood)
        sheet.box_shape(x0, -0.03, x1, 0.85, lighter(wood, -0.12))
        rows = 6
        for r in range(rows):
            y = 0.85 * (r + 1) / rows - 0.01
            x = x0 + 0.015
            while x < x1 - 0.03:
                w, h = stage.any(0.011, 0.030), stage.any(0.075, 0.118)
                c = mix(stage.pal.lit(SPINES[int(stage.rng.integers(0, len(SPINES)))]), wood, 0.28)
                lean = 0.012 if stage.one_in(9) else 0.0
                sheet.fill([(x, y), (x + lean, y - h), (x + lean + w, y - h), (x + w, y)], c,
                    form=0.4 if w > 0.016 else 0)
                if w > 0.018:
                    sheet.stroke([(x + 0.003, y - h * 0.78), (x + w - 0.003, y - h * 0.78)], 0.004,
                        mix(c, stage.pal.lamp, 0.6), smooth=False)
                x += w + 0.002 + lean + (0.04 if stage.one_in(16) else 0)
            sheet.box_shape(x0, y, x1, y + 0.022, lighter(wood, 0.06), form=0.3)
        for x in (x0, x1):
            sheet.box_shape(x - 0.016, -0.03, x + 0.016, 0.86, lighter(wood, 0.03), form=0.5)
        stage.lay(sheet, 0.55, "land", "still", 88.0)
    rail = stage.sheet(wood)
    lx = stage.x(0.84)
    for d in (-0.045, 0.045):
        rail.stroke([(lx + d * 1.3, 0.90), (lx + d + 0.05, 0.12)], 0.012, lighter(wood, 0.14), smooth=False)
    for k in range(8):
        y = 0.84 - 0.088 * k
        rail.stroke([(lx - 0.05 + 0.006 * k, y), (lx + 0.06 + 0.005 * k, y)], 0.009, lighter(wood, 0.12), smooth=False)
    stage.lay(rail, 0.60, "land", "still", 80.0)


def _hearth(stage: Stage, wall: RGB) -> None:
    stone = mix(wall, stage.pal.lit((0.62, 0.56, 0.52)), 0.35)
    x = stage.x(0.82)
    sheet = stage.sheet(stone)
    sheet.fill([(x - 0.22, 0.86), (x - 0.22, 0.42), (x - 0.14, 0.36), (x - 0.11, -0.05), (x + 0.11, -0.05),
        (x + 0.14, 0.36), (x + 0.22, 0.42), (x + 0.22, 0.86)], stone, form=0.45)
    for _ in range(46):
        bx, by = x + stage.any(-0.19, 0.17), stage.any(0.02, 0.84)
        if abs(bx - x) < (0.20 if by > 0.42 else 0.09):
            sheet.fill(curve([(bx, by), (bx + 0.05, by - 0.004), (bx + 0.053, by + 0.026), (bx + 0.002, by + 0.028)],
                steps=4), lighter(stone, stage.any(-0.05, 0.04)), form=0.4)
    sheet.box_shape(x - 0.25, 0.40, x + 0.25, 0.435, stage.pal.lit(oklch(0.46, 0.06, 50)), form=0.5)
    sheet.fill(curve([(x - 0.13, 0.86), (x - 0.13, 0.62), (x - 0.09, 0.53), (x, 0.50), (x + 0.09, 0.53),
        (x + 0.13, 0.62), (x + 0.13, 0.86)], steps=5), (0.13, 0.08, 0.09))
    for name, dx in (("cup", -0.17), ("clock", 0.0), ("bottle", 0.16)):
        thing(stage, stage.pen(sheet, x + dx, 0.402, 0.085), name)
    stage.lay(sheet, 0.55, "land", "still", 84.0)
    stage.glow(x, 0.78, 0.55, 0.8, depth=0.56)
    fire = stage.sheet((1.0, 0.7, 0.3))
    for dx, h, c in ((-0.05, 0.13, (0.93, 0.45, 0.16)), (0.05, 0.15, (0.93, 0.45, 0.16)),
        (0.0, 0.21, (0.97, 0.55, 0.18)), (-0.02, 0.14, (1.0, 0.76, 0.32)), (0.025, 0.10, (1.0, 0.93, 0.66))):
        fire.fill(curve([(x + dx - 0.035, 0.84), (x + dx - 0.03, 0.84 - h * 0.5), (x + dx + 0.005, 0.84 - h),
            (x + dx + 0.022, 0.84 - h * 0.55), (x + dx + 0.036, 0.84)]), c, soft=0.002)
    for dx in (-0.05, 0.03):
        fire.stroke([(x + dx - 0.06, 0.852), (x + dx + 0.07, 0.838)], 0.026, (0.30, 0.19, 0.14), form=0.4)
    stage.lay(fire, 0.57, "figure", "flame", 80.0)
    rack = stage.sheet(wall)
    for k in range(5):
        px = stage.x(0.10) + stage.flip * k * 0.052
        rack.stroke([(px, 0.16), (px, 0.20)], 0.004, stage.pal.dark, smooth=False)
        rack.oval(px, 0.235, 0.021, 0.034, stage.pal.lit((oklch(0.62, 0.10, 48), oklch(0.5, 0.02, 250), oklch(0.74,
            0.10, 84))[k % 3]), form=0.8)
    rack.stroke([(stage.x(0.08), 0.16), (stage.x(0.08) + stage.flip * 0.25, 0.16)], 0.009, stage.pal.dark, smooth=False)
    stage.lay(rack, 0.53, "land", "sway", 70.0)


def _tools(stage: Stage, wall: RGB) -> None:
    wood = stage.pal.lit(oklch(0.46, 0.06, 55))
    sheet = stage.sheet(wood)
    brass = stage.pal.lit(oklch(0.74, 0.10, 84))
    for k in range(9):
        x, y = stage.x(0.70) + stage.flip * (k % 3) * 0.155, 0.16 + 0.185 * (k // 3)
        if not 0.02 < x < stage.w - 0.02:
            continue
        r = (0.058, 0.046, 0.070)[k % 3] * stage.any(0.85, 1.1)
        sheet.oval(x, y, r, r, (wood, brass, lighter(wood, -0.08))[k % 3], form=0.8)
        sheet.oval(x, y, r * 0.78, r * 0.78, stage.pal.lit((0.95, 0.91, 0.81)), form=0.3)
        for h in range(12):
            a = h * math.pi / 6
            sheet.stroke([(x + r * 0.60 * math.sin(a), y - r * 0.60 * math.cos(a)),
                (x + r * 0.70 * math.sin(a), y - r * 0.70 * math.cos(a))], r * 0.06, stage.pal.dark, smooth=False)
        a = stage.any(0, 6.28)
        sheet.stroke([(x, y), (x + r * 0.55 * math.sin(a), y - r * 0.55 * math.cos(a))], r * 0.07, stage.pal.dark,
            smooth=False)
        sheet.stroke([(x, y), (x + r * 0.36 * math.sin(a * 3), y - r * 0.36 * math.cos(a * 3))], r * 0.10,
            stage.pal.dark, smooth=False)
        if k % 3 == 0:
            sheet.stroke([(x, y + r), (x, y + r * 2.0)], r * 0.05, brass, smooth=False)
            sheet.oval(x, y + r * 2.1, r * 0.2, r * 0.2, brass, form=0.7)
    for k in range(3):
        x, y, r = stage.x(0.13) + stage.flip * 0.06 * k, 0.22 + 0.11 * k, 0.05 - 0.006 * k
        teeth = [(x + r * (1.0 if j % 4 < 2 else 0.82) * math.cos(j * math.pi / 20),
            y + r * (1.0 if j % 4 < 2 else 0.82) * math.sin(j * math.pi / 20)) for j in range(40)]
        sheet.fill(teeth, lighter(brass, -0.04 * k), form=0.7)
        sheet.oval(x, y, r * 0.3, r * 0.3, lighter(wall, -0.05))
    stage.lay(sheet, 0.53, "land", "still", 70.0)


def _charts(stage: Stage, wall: RGB) -> None:
    sheet = stage.sheet(wall)
    x = stage.x(0.80)
    for r in (0.20, 0.15, 0.10, 0.05):
        ringed = [(x + r * math.cos(a), 0.32 + r * math.sin(a)) for a in [math.pi * j / 20 for j in range(41)]]
        sheet.stroke(ringed, 0.006, mix(wall, stage.pal.lamp, 0.6))
        a = stage.any(0, 6.28)
        sheet.oval(x + r * math.cos(a), 0.32 + r * math.sin(a), 0.014, 0.014,
            mix(stage.pal.lamp, stage.pal.accent, r * 4), form=0.7)
    sheet.oval(x, 0.32, 0.025, 0.025, stage.pal.lamp)
    stage.lay(sheet, 0.53, "land", "still", 60.0)
    put_thing(stage, "telescope", stage.x(0.62), 0.90, 0.52 * max(0.75, stage.u), 0.74, -stage.flip)


def _seats(stage: Stage, wall: RGB) -> None:
    for side, t in ((1, 0.10), (-1, 0.90)):
        cloth = mix(stage.pal.accent, stage.pal.near, 0.5)
        sheet = stage.sheet(cloth)
        pen = stage.pen(sheet, stage.w * t, 0.90, 0.55, side)
        pen.smooth([(-0.30, 0), (0.30, 0), (0.34, 0.28), (0.05, 0.34), (0.0, 0.86), (-0.10, 0.95), (-0.32, 0.95)],
            cloth, form=0.8)
        for k in range(3):
            pen.line([(-0.25 + 0.1 * k, 0.85), (-0.22 + 0.1 * k, 0.40)], 0.012, lighter(cloth, -0.08))
        stage.lay(sheet, 0.66, "land", "still", 80.0)
        stage.glow(stage.w * t + side * 0.05, 0.22, 0.24, 0.6, depth=0.5)


def _pictures(stage: Stage, wall: RGB) -> None:
    sheet = stage.sheet(wall)
    gold = stage.pal.lit(oklch(0.70, 0.09, 82))
    for k in range(4):
        x, y = stage.x(0.74 + 0.13 * (k % 2)), 0.18 + 0.21 * (k // 2)
        w, h = stage.any(0.05, 0.075), stage.any(0.06, 0.085)
        sheet.box_shape(x - w, y - h, x + w, y + h, gold, form=0.5)
        sheet.box_shape(x - w * 0.8, y - h * 0.84, x + w * 0.8, y + h * 0.84, mix(stage.pal.low, stage.pal.far, 0.3),
            to=stage.pal.mid)
        sheet.oval(x + w * 0.2, y - h * 0.2, w * 0.2, w * 0.2, stage.pal.lamp)
        sheet.fill([(x - w * 0.8, y + h * 0.84), (x - w * 0.3, y + h * 0.1), (x + w * 0.1, y + h * 0.5),
            (x + w * 0.8, y + h * 0.2), (x + w * 0.8, y + h * 0.84)], stage.pal.near)
    stage.lay(sheet, 0.53, "land", "still", 70.0)
    if "door" in " ".join(stage.scene.said):
        door = stage.sheet(wall)
        pen = stage.pen(door, stage.x(0.13), 0.87, 0.56)
        wood = mix(stage.pal.accent, stage.pal.near, 0.35)
        pen.box(-0.24, 0, 0.24, 1.0, lighter(wall, 0.08), form=0.4)
        pen.box(-0.20, 0, 0.20, 0.97, wood, form=0.4)
        for y0, y1 in ((0.08, 0.42), (0.50, 0.90)):
            for x0 in (-0.16, 0.02):
                pen.box(x0, y0, x0 + 0.14, y1, lighter(wood, -0.05), form=0.3)
        pen.oval(0.15, 0.46, 0.025, 0.025, gold)
        stage.lay(door, 0.54, "land", "still", 86.0)


def _floor(stage: Stage, wall: RGB, wx: float, half: float) -> None:
    wood = mix(stage.pal.lit(oklch(0.50, 0.055, 55)), mix(wall, stage.pal.near, 0.5), 0.5)
    sheet = stage.sheet(wood)
    sheet.box_shape(-0.05, 0.845, stage.w + 0.05, 1.03, lighter(wood, 0.03), to=lighter(wood, -0.07))
    for k in range(15):
        x = stage.w * (k - 1) / 13
        sheet.stroke([(stage.w / 2 + (x - stage.w / 2) * 0.9, 0.85), (stage.w / 2 + (x - stage.w / 2) * 1.35, 1.03)],
            0.004, lighter(wood, -0.09), smooth=False)
    sheet.box_shape(-0.05, 0.828, stage.w + 0.05, 0.85, lighter(wood, 0.07), form=0.3)
    beam = mix(stage.pal.low, stage.pal.lamp, 0.4)
    skew = 0.12 * stage.flip
    for t0, t1 in ((-0.9, -0.38), (-0.28, 0.28), (0.38, 0.9)):
        sheet.fill([(wx + half * t0 + skew * 0.4, 0.87), (wx + half * t1 + skew * 0.4, 0.87),
            (wx + half * t1 * 1.5 + skew * 1.5, 0.99), (wx + half * t0 * 1.5 + skew * 1.5, 0.99)], beam, alpha=0.30,
            soft=0.006)
    stage.lay(sheet, 0.62, "land", "still", 0.0)
    rug = stage.sheet(stage.pal.accent)
    c = mix(stage.pal.accent, stage.pal.near, 0.45)
    rug.oval(stage.x(0.42), 0.945, 0.36 * max(0.7, stage.u), 0.040, c)
    rug.oval(stage.x(0.42), 0.945, 0.31 * max(0.7, stage.u), 0.032, mix(c, stage.pal.lamp, 0.3))
    rug.oval(stage.x(0.42), 0.945, 0.27 * max(0.7, stage.u), 0.027, c)
    stage.lay(rug, 0.64, "land", "still", 0.0)


def _table(stage: Stage, wall: RGB, place: str) -> None:
    wood = stage.pal.lit(mix(oklch(0.50, 0.065, 52), stage.pal.near, 0.22))
    x, y, half = stage.x(0.13 if place == "kitchen" else 0.72), 0.715, 0.25 * max(0.7, stage.u)
    sheet = stage.sheet(wood)
    for dx in (-0.88, 0.88):
        sheet.fill([(x + half * dx - 0.016, y), (x + half * dx + 0.016, y), (x + half * dx + 0.011, 0.955),
            (x + half * dx - 0.011, 0.955)], lighter(wood, -0.07), form=0.6)
    sheet.box_shape(x - half * 0.95, y + 0.02, x + half * 0.95, y + 0.065, lighter(wood, -0.05), form=0.3)
    sheet.fill([(x - half * 0.98, y - 0.022), (x + half * 0.98, y - 0.022), (x + half * 1.08, y + 0.012),
        (x - half * 1.08, y + 0.012)], lighter(wood, 0.06), form=0.2)
    sheet.box_shape(x - half * 1.08, y + 0.010, x + half * 1.08, y + 0.030, wood, form=0.4)
    stage.lay(sheet, 0.68, "land", "still", 4.0)
    said = [o for o in stage.scene.objects if o not in ("bee", "star", "moon")][:3]
    usual = {"library": ["book", "lantern", "letter"], "kitchen": ["cup", "lantern", "bottle"],
        "workshop": ["clock", "lantern", "musicbox"],
             "observatory": ["map", "lantern", "compass"], "cabin": ["cup", "lantern", "letter"]}.get(place,
                 ["cup", "lantern", "book"])
    names = (said + [n for n in usual if n not in said])[:3]
    if "lantern" not in names and stage.scene.carried != "lantern":
        names = [*names[:2], "lantern"]
    for k, name in enumerate(names):
        size = {"lantern": 0.20, "clock": 0.16, "telescope": 0.26, "book": 0.10, "violin": 0.26, "map": 0.12,
            "cat": 0.20, "dog": 0.2}.get(name, 0.125) * max(0.8, stage.u)
        put_thing(stage, name, x + half * (-0.62 + 0.60 * k), y - 0.006, size, 0.70)
