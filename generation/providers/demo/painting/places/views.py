"""Pictures that are made by the way of looking: still life, from above, against the light, over the shoulder; and space."""

from __future__ import annotations

# Outlines are read as rows of points, not one number to a line.
# fmt: off
import math

from ..figures import hero
from ..palette import lighter, mix, oklch
from ..sheet import Sheet, curve
from ..stage import Stage
from ..things import thing
from .ground import birds, grass, height_at, land, pine, put_hero, put_thing, ridge, tree, under
from .heavens import clouds, mist, sky, stars
from .tended import keep
from .water import lighthouse_tower


def study(stage: Stage) -> None:
    """One thing, large, on a table in the light of one lamp or window."""
    pal = stage.pal
    stage.spots["sheltered"] = (0.0, 0.0, 1.0)
    names = [*stage.scene.objects] or ["lantern"]
    names = [n for n in names if n not in ("bee",)] or ["flower"]
    main = names[0]
    dim = pal.hour in ("night", "dusk", "storm")
    lx = stage.x(0.16)
    back = mix(pal.near if dim else pal.mid, oklch(0.42 if dim else 0.66, 0.06, pal.cool), 0.75)
    sky(stage, 1.4, at=(lx, 0.18), disc=0.0001)
    wall = stage.sheet(back)
    wall.box_shape(-0.05, -0.05, stage.w + 0.05, 0.78, lighter(back, -0.03), to=lighter(back, 0.02))
    cloth = mix(back, pal.accent, 0.16)
    for k in range(7):
        x = stage.w * (k + 0.5) / 7
        wall.fill(curve([(x - 0.07, -0.05), (x + 0.05, -0.05), (x + 0.09, 0.4), (x + 0.05, 0.80), (x - 0.08, 0.80),
            (x - 0.02, 0.4)]), lighter(cloth, stage.any(-0.05, 0.0)), alpha=0.5, soft=0.018)
    stage.lay(wall, 0.2, "land", "still", 84.0)
    stage.glow(lx, 0.16, 0.95, 0.62, lamp=True, depth=0.25)
    wood = pal.lit(mix(oklch(0.48, 0.065, 50), pal.near, 0.2))
    table = stage.sheet(wood)
    ty = 0.70
    table.fill([(-0.05, ty), (stage.w + 0.05, ty), (stage.w + 0.05, 1.03), (-0.05, 1.03)], lighter(wood, 0.05),
        to=lighter(wood, -0.08))
    for k in range(30):
        y = ty + 0.02 + (1 - ty) * (k / 30) ** 1.2
        x = stage.any(0, stage.w)
        table.stroke([(x - 0.25, y), (x, y + stage.any(-0.006, 0.006)), (x + 0.25, y)], [0, 0.004, 0],
            lighter(wood, stage.any(-0.08, 0.03)), alpha=0.55)
    table.stroke([(-0.05, ty), (stage.w / 2, ty - 0.001), (stage.w + 0.05, ty)], 0.008, lighter(wood, 0.12))
    stage.lay(table, 0.5, "land", "still", 0.0)
    others = names[1:3] or {"key": ["book"], "map": ["compass"], "lantern": ["book", "letter"],
        "letter": ["feather", "bottle"], "book": ["cup"],
                            "egg": ["feather"], "clock": ["letter"], "compass": ["map"]}.get(main, ["book", "letter"])
    size = {"key": 0.46, "map": 0.44, "book": 0.38, "letter": 0.36, "box": 0.44, "umbrella": 0.5, "lantern": 0.58,
        "coin": 0.36, "shell": 0.38,
            "cup": 0.36, "crown": 0.36, "egg": 0.44, "bell": 0.46, "violin": 0.62, "telescope": 0.58,
                "boat": 0.52}.get(main, 0.48)
    size *= 1.22 * max(0.8, stage.u)
    cx = stage.x(0.50)
    away = 1 if cx > lx else -1
    for k, name in enumerate(others[:2]):
        put_thing(stage, name, stage.x(0.26 if k else 0.76), ty + 0.045 + 0.02 * k,
            size * (0.62 if name not in ("book", "letter", "map") else 0.5), 0.58, stage.flip)
    if main in ("key", "feather", "umbrella"):
        # tall thin things lean upon a pile of books
        prop = stage.sheet(wood)
        for j in range(3):
            thing(stage, stage.pen(prop, cx + stage.any(-0.02, 0.02) + 0.09 * away, ty + 0.085 - 0.075 * j,
                0.155, 1 if j % 2 else -1), "book")
        stage.lay(prop, 0.60, "land", "still", 10.0)
    shade = stage.sheet(pal.dark)
    shade.fill(curve([(cx - size * 0.36, ty + 0.10), (cx + away * size * 0.3, ty + 0.055),
        (cx + away * size * 1.15, ty + 0.075), (cx + away * size * 1.2, ty + 0.10),
        (cx + away * size * 0.4, ty + 0.135), (cx - size * 0.2, ty + 0.125)]), mix(pal.dark, wood, 0.2), alpha=0.55,
        soft=0.010)
    stage.lay(shade, 0.62, "shadow")
    sheet = stage.sheet(pal.mid)
    sheet.sun = -float(away)
    thing(stage, stage.pen(sheet, cx, ty + 0.11, size, 1, tilt={"key": 14.0, "feather": 8.0, "violin": 10.0}.get(main,
        0.0) * away), main)
    stage.lay(sheet, 0.7, "figure", "still", 55.0)
    stage.spots["hero"] = (cx, ty + 0.1, size)
    if main in ("lantern", "star"):
        stage.glow(cx, ty + 0.11 - size * 0.42, size * 1.5, 0.75, depth=0.7)
    mist(stage, 0.70, 0.03, 0.75, 0.10)


def above(stage: Stage) -> None:
    """Straight down from the air: fields, a river, roofs like small boxes, the hero with a long shadow."""
    pal = stage.pal
    stage.spots["sun"] = (stage.x(0.1), -0.2, 0.0)
    town = stage.scene.place in ("street", "rooftops", "market", "harbour", "station", "castle")
    wet = stage.scene.place in ("sea", "harbour", "island", "lighthouse", "ship")
    snowy = stage.scene.weather == "snow"
    field = mix(pal.tone(0.45), mix(pal.leaf, (0.95, 0.96, 1.0), 0.7 if snowy else 0.0), 0.6)
    base = stage.sheet(field)
    base.box_shape(-0.05, -0.05, stage.w + 0.05, 1.05, lighter(field, 0.02), to=lighter(field, -0.04))
    stage.lay(base, 0.1, "land", "still", 20.0)
    fields = stage.sheet(field)
    for gx in range(-1, 7):
        for gy in range(-1, 5):
            x, y = gx * 0.30 + stage.any(-0.04, 0.04) + 0.15 * (gy % 2), gy * 0.25 + stage.any(-0.03, 0.03)
            c = mix(field, (pal.lamp, pal.near, pal.low, pal.leaf)[int(stage.rng.integers(0, 4))],
                stage.any(0.10, 0.32))
            fields.fill(curve([(x, y), (x + 0.28, y + 0.02), (x + 0.29, y + 0.23), (x + 0.01, y + 0.22)], steps=4), c,
                form=0.2)
            turn = stage.any(-0.3, 0.3)
            for k in range(7):
                t = k / 7
                fields.stroke([(x + 0.03, y + 0.02 + 0.19 * t), (x + 0.26, y + 0.03 + 0.18 * t + turn * 0.02)], 0.003,
                    lighter(c, -0.05), alpha=0.6)
    stage.lay(fields, 0.15, "land", "still", 35.0)
    river = mix(pal.low, pal.top, 0.45)
    sheet = stage.sheet(river)
    bend = [(stage.x(0.86), -0.06), (stage.x(0.72), 0.20), (stage.x(0.80), 0.46), (stage.x(0.62), 0.70),
        (stage.x(0.70), 1.06)]
    wide = 0.62 if wet else 0.13
    sheet.stroke(bend, wide + 0.03, lighter(field, -0.06))
    sheet.stroke(bend, [wide, wide * 0.8, wide, wide * 0.9, wide * 1.2], river)
    for _ in range(22):
        t = stage.any(0, 1)
        i = min(3, int(t * 4))
        px = bend[i][0] + (bend[i + 1][0] - bend[i][0]) * (t * 4 - i) + stage.any(-0.4, 0.4) * wide
        py = bend[i][1] + (bend[i + 1][1] - bend[i][1]) * (t * 4 - i)
        sheet.stroke([(px - 0.03, py), (px, py - 0.006), (px + 0.03, py)], [0, 0.006, 0], lighter(river, 0.08),
            alpha=0.7)
    stage.lay(sheet, 0.25, "water", "ripple", 0.0)
    way = stage.sheet(pal.low)
    way.stroke([(stage.x(-0.03), 0.86), (stage.x(0.22), 0.70), (stage.x(0.44), 0.66), (stage.x(0.60), 0.40),
        (stage.x(1.03), 0.30)], 0.050, mix(field, pal.lit((0.86, 0.76, 0.60)), 0.62))
    stage.lay(way, 0.3, "land", "still", 0.0)
    shade, tops = stage.sheet(pal.dark), stage.sheet(pal.leaf)
    ddx, ddy = 0.030 * -stage.sun, 0.024
    for _ in range(64):
        x, y, r = stage.any(0, stage.w), stage.any(0, 1), stage.any(0.018, 0.045)
        if math.hypot(x - stage.x(0.42), (y - 0.66) * 1.3) < 0.15:
            continue
        shade.oval(x + ddx, y + ddy, r, r * 0.9, pal.dark, alpha=0.45, soft=0.004)
        c = mix(mix(pal.leaf, pal.near, stage.any(0.1, 0.5)), (0.95, 0.96, 1), 0.55 if snowy else 0.0)
        points = [(x + r * stage.any(0.85, 1.12) * math.cos(a), y + r * stage.any(0.85,
            1.12) * math.sin(a)) for a in [2 * math.pi * j / 9 for j in range(9)]]
        tops.fill(curve(points, steps=4), c, form=0.85)
        tops.oval(x + stage.sun * r * 0.28, y - r * 0.28, r * 0.42, r * 0.40, lighter(c, 0.05), form=0.5, alpha=0.7)
    for _ in range(26 if town else 7):
        x, y, w, h = stage.any(0, stage.w), stage.any(0, 1), stage.any(0.045, 0.085), stage.any(0.035, 0.06)
        if math.hypot(x - stage.x(0.42), y - 0.66) < 0.18:
            continue
        shade.box_shape(x - w + ddx, y - h + ddy, x + w + ddx, y + h + ddy, pal.dark, alpha=0.42, soft=0.004)
        roof = mix(pal.lit(oklch(0.58, 0.10, 35)), mix(pal.accent, pal.near, 0.5), stage.any(0, 0.7))
        tops.fill([(x - w, y - h), (x + w, y - h), (x + w, y), (x - w, y)], lighter(roof, 0.04), form=0.2)
        tops.fill([(x - w, y), (x + w, y), (x + w, y + h), (x - w, y + h)], lighter(roof, -0.06), form=0.2)
        tops.box_shape(x + w * 0.3, y - h * 0.6, x + w * 0.5, y - h * 0.2, pal.near)
    stage.lay(shade, 0.4, "shadow")
    stage.lay(tops, 0.5, "land", "sway", 45.0)
    if stage.scene.peopled:
        x, y, h = stage.x(0.42), 0.70, 0.20 * max(0.8, stage.u)
        long = stage.sheet(pal.dark)
        long.fill(curve([(x - 0.025, y), (x + 0.025, y + 0.004), (x + ddx * 9 + 0.02, y + ddy * 4.2),
            (x + ddx * 10, y + ddy * 5.2), (x + ddx * 8.6, y + ddy * 4.9)]), pal.dark, alpha=0.5, soft=0.004)
        stage.lay(long, 0.59, "shadow")
        put_hero(stage, x, y, h, stage.flip, depth=0.62)
    for k, name in enumerate(stage.scene.objects[:2]):
        if name not in ("bee", "star"):
            put_thing(stage, {"balloon": "airship"}.get(name, name), stage.x(0.56 + 0.16 * k), 0.60, 0.16, 0.63)
    clouds(stage, 0.55, 2)
    mist(stage, 0.1, 0.12, 0.9, 0.55)
    mist(stage, 0.95, 0.10, 0.9, 0.45)


def silhouette(stage: Stage) -> None:
    """A great low sun or moon, a hill before it, and the hero dark against the light."""
    pal = stage.pal
    cx = stage.x(0.56)
    r = 0.24 * max(0.72, stage.u)
    sky(stage, 0.80, at=(cx, 0.50), disc=r)
    clouds(stage, 0.62, 2)
    stage.lay(land_line(stage, 0.70, 0.16, 0.16, 0.7), 0.16, "land", "still", 30.0)
    mist(stage, 0.70, 0.06, 0.2, 0.6)
    second = ridge(stage, 0.76, 0.08, 0.4, 4)
    sheet = stage.sheet(pal.tone(0.36))
    sheet.fill(under(second), pal.tone(0.36))
    for _ in range(26):
        x = stage.any(0, stage.w)
        pine(stage, sheet, x, height_at(second, x) + 0.01, stage.any(0.04, 0.09), pal.tone(0.40))
    sheet.fade_down(0.72, 0.84, pal.haze, 0.6)
    names = {stage.scene.place, *stage.scene.also}
    if names & {"castle", "tower"}:
        keep(stage, sheet, stage.x(0.22), height_at(second, stage.x(0.22)) + 0.03, 0.24)
    stage.lay(sheet, 0.36, "land", "still", -25.0)
    if "lighthouse" in names:
        lighthouse_tower(stage, stage.x(0.20), 0.76, 0.36, 0.4)
    mist(stage, 0.80, 0.05, 0.4, 0.6)
    hill = [(-0.1, 0.95), (cx - 0.60, 0.885), (cx - 0.24, 0.80), (cx, 0.775), (cx + 0.24, 0.805), (cx + 0.6, 0.90),
        (stage.w + 0.2, 0.97)]
    hill = sorted(p for p in hill)
    slope = [(float(a), float(b)) for a, b in curve(hill, closed=False)]
    ink = mix(pal.dark, pal.near, 0.25)
    front = stage.sheet(ink)
    front.fill(under(slope), lighter(ink, 0.03), to=lighter(ink, -0.04))
    grass(stage, front, 0, stage.w, 0.9, 0.045, ink, 190, slope)
    tx = stage.x(0.13)
    tree(stage, front, tx, height_at(slope, tx) + 0.02, 0.62, ink, None)
    stage.lay(front, 0.7, "land", "sway", 18.0)
    put_hero(stage, cx - 0.03 * stage.flip, 0.79, 0.34 * max(0.75, stage.u), stage.flip, depth=0.74, shadow=pal.dark)
    for k, name in enumerate(stage.scene.objects[:2]):
        if name in ("balloon", "kite", "bird"):
            high = stage.sheet(ink)
            thing(stage, stage.pen(high, cx + stage.flip * (0.34 + 0.2 * k), 0.40, 0.20),
                {"balloon": "airship"}.get(name, name))
            stage.lay(high, 0.3, "figure", "bob", 60.0)
        elif name not in ("bee", "star", "moon"):
            put_thing(stage, name, cx - stage.flip * (0.22 + 0.14 * k), 0.805 + 0.01 * k, 0.13, 0.75, stage.flip)
    birds(stage, 0.30, 7, ink)


def land_line(stage: Stage, y: float, height: float, depth: float, misty: float) -> Sheet:
    """A far ridge in its mist."""
    return land(stage, ridge(stage, y, height, 0.5, 4), depth, misty=misty)


def over_shoulder(stage: Stage) -> None:
    """The hero large and near, seen from behind, looking into the place that was built before."""
    if not stage.scene.peopled:
        return
    sheet = stage.sheet(stage.scene.hero.cloth)
    h = 1.34 * max(0.66, stage.u)
    x, y = stage.x(0.29), 1.0 + h * 0.46
    lamp = hero(stage, stage.pen(sheet, x, y, h, stage.flip), stage.scene.carried, wind=0.35)
    if lamp is not None:
        stage.glow(lamp[0], lamp[1], 0.75, 0.7, depth=0.9)
    stage.lay(sheet, 0.93, "figure", "breathe", 70.0)
    if lamp is not None:
        stage.glow(lamp[0], lamp[1], 0.30, 0.5, depth=0.94)
    stage.spots["hero"] = (x, 0.7, 0.5)


def space(stage: Stage) -> None:
    """The ground of a small moon under a sky of stars, planets and a river of light."""
    pal = stage.pal
    at = sky(stage, 1.1, at=(stage.x(0.74), 0.28), disc=0.0001)
    stars(stage, 0.80, 260)
    milky = stage.sheet(pal.low)
    for k in range(30):
        t = k / 29
        x, y = stage.w * t, 0.62 - 0.5 * (t if stage.flip > 0 else 1 - t) + stage.any(-0.03, 0.03)
        milky.oval(x, y, stage.any(0.06, 0.15), stage.any(0.02, 0.05), mix(pal.low, pal.lamp, stage.any(0, 0.5)),
            alpha=0.16, soft=0.03)
    stage.lay(milky, 0.02, "cloud", "drift")
    r = 0.17 * max(0.8, stage.u)
    stage.glow(at[0], at[1], r * 2.4, 0.5, lamp=False, depth=0.05)
    planet = stage.sheet(pal.far)
    ball = mix(pal.lamp, pal.accent, 0.42)
    planet.oval(at[0], at[1], r, r, ball, form=1.0)
    for k in range(6):
        y = at[1] + r * (-0.7 + 0.27 * k)
        half = math.sqrt(max(0.0, 1 - ((y - at[1]) / r) ** 2)) * r * 0.96
        planet.stroke([(at[0] - half, y), (at[0], y + r * 0.07), (at[0] + half, y)], [r * 0.02, r * 0.10, r * 0.02],
            lighter(ball, 0.05 if k % 2 else -0.07), alpha=0.55)
    ringed = [(at[0] + r * 1.75 * math.cos(a),
        at[1] + r * 0.42 * math.sin(a) - r * 0.25 * math.cos(a))
              for a in [math.pi * (-0.13 + 1.26 * j / 40) for j in range(41)]]
    planet.stroke(ringed, [0.004, 0.016, 0.020, 0.016, 0.004], mix(pal.lamp, (1, 1, 1), 0.4), alpha=0.85)
    stage.lay(planet, 0.12, "land", "still", 20.0)
    small = stage.sheet(pal.low)
    small.oval(stage.x(0.22), 0.24, 0.05, 0.05, mix(pal.low, pal.leaf, 0.5), form=1.0)
    small.oval(stage.x(0.45), 0.12, 0.022, 0.022, mix(pal.low, pal.accent, 0.3), form=1.0)
    stage.lay(small, 0.14, "land", "still", 40.0)
    for k in range(3):
        depth = 0.35 + 0.22 * k
        y = 0.70 + 0.09 * k
        c = mix(mix(pal.tone(0.35 + 0.2 * k), pal.lamp, 0.22 - 0.05 * k), pal.far, 0.2)
        line = ridge(stage, y, 0.08, 0.5 - 0.2 * k, 3)
        sheet = stage.sheet(c)
        sheet.fill(under(line), lighter(c, 0.03), to=lighter(c, -0.07))
        for _ in range(9):
            x = stage.any(0, stage.w)
            yy = height_at(line, x) + stage.any(0.03, 0.12)
            s = stage.any(0.02, 0.065) * (0.7 + 0.3 * k)
            sheet.oval(x, yy, s, s * 0.30, lighter(c, -0.09), alpha=0.9)
            sheet.stroke([(x - s, yy), (x, yy + s * 0.30), (x + s, yy)], [0.002, 0.008, 0.002], lighter(c, 0.09))
        stage.lay(sheet, depth, "land", "still", 10.0)
    put_hero(stage, stage.x(0.38), 0.905, 0.32 * stage.u, stage.flip, depth=0.84)
    for k, name in enumerate(n for n in stage.scene.objects if n not in ("moon", "bee")):
        if k < 2:
            put_thing(stage, {"balloon": "airship"}.get(name, name), stage.x(0.18 + 0.42 * k), 0.90, 0.16, 0.83,
                stage.flip)
