"""Parts that many places share: ridges, trees, grass, houses with lit windows, water with reflections, the hero."""

from __future__ import annotations

# Outlines are read as rows of points, not one number to a line.
# fmt: off
import math

import numpy as np

from ..figures import hero
from ..palette import RGB, lighter, mix
from ..sheet import Sheet, curve
from ..stage import Stage
from ..things import thing

Line = list[tuple[float, float]]


def ridge(stage: Stage, y: float, height: float, rough: float = 0.5, peaks: int = 5) -> Line:
    """A skyline from edge to edge: rolling where `rough` is 0, craggy where it is 1."""
    n = 90
    xs = np.linspace(-0.03 * stage.w, 1.03 * stage.w, n)
    ys = np.zeros(n)
    for octave in range(5):
        count = peaks * 2**octave + 2
        knots = stage.rng.uniform(-1, 1, count)
        at = np.linspace(xs[0], xs[-1], count)
        layer = np.interp(xs, at, knots)
        if rough < 0.6:
            s = (np.arange(n) / (n - 1)) * (count - 1)
            k = np.clip(s.astype(int), 0, count - 2)
            t = s - k
            t = t * t * (3 - 2 * t)
            layer = knots[k] * (1 - t) + knots[k + 1] * t
        ys += layer * 0.5**octave * (1.0 if octave == 0 else 0.35 + 0.65 * rough)
    return [(float(a), float(y - height * (0.5 + 0.5 * b))) for a, b in zip(xs, ys, strict=True)]


def under(line: Line, bottom: float = 1.02) -> Line:
    """A skyline closed to an area below it."""
    return [*line, (line[-1][0], bottom), (line[0][0], bottom)]


def height_at(line: Line, x: float) -> float:
    """The y of a skyline at an x."""
    return float(np.interp(x, [p[0] for p in line], [p[1] for p in line]))


def land(stage: Stage, line: Line, depth: float, colour: RGB | None = None, misty: float = 0.5,
    form: float = 0.0) -> Sheet:
    """A sheet with land under a skyline, paler toward its foot where the air lies."""
    colour = colour or stage.pal.tone(depth)
    sheet = stage.sheet(colour)
    top = min(p[1] for p in line)
    sheet.fill(under(line), colour, form=form, to=None)
    sheet.fade_down(top + 0.02, min(1.0, top + 0.40), mix(colour, stage.pal.haze, 0.9), misty * (1.1 - depth))
    return sheet


def pine(stage: Stage, sheet: Sheet, x: float, y: float, height: float, colour: RGB) -> None:
    """A conifer with drooping tiers."""
    if "tree" in stage.scene.absent:
        return
    tiers = 6
    left: Line = []
    right: Line = []
    lean = stage.any(-0.03, 0.03) * height
    for k in range(tiers):
        t = k / tiers
        w = height * (0.025 + 0.185 * t ** 0.9) * stage.any(0.85, 1.15)
        ty = y - height * (1 - t * 0.93)
        left += [(x + lean * (1 - t) - w * 0.42, ty + height * 0.055), (x + lean * (1 - t) - w, ty + height * 0.155)]
        right += [(x + lean * (1 - t) + w * 0.42, ty + height * 0.055),
            (x + lean * (1 - t) + w, ty + height * 0.155 * stage.any(0.92, 1.06))]
    outline = [(x + lean, y - height), *right, (x + height * 0.02, y - height * 0.05), (x + height * 0.022, y),
               (x - height * 0.022, y), (x - height * 0.02, y - height * 0.05), *left[::-1]]
    sheet.fill(outline, colour, form=0.55, to=lighter(colour, -0.03))


def tree(stage: Stage, sheet: Sheet, x: float, y: float, height: float, bark: RGB, leaf: RGB | None) -> None:
    """A broad tree; bare where it has no leaf colour."""
    if "tree" in stage.scene.absent:
        return
    lean = stage.any(-0.08, 0.08) * height
    w = height * 0.055
    sheet.fill(curve([(x - w * 1.6, y), (x - w * 0.55, y - height * 0.16), (x - w * 0.4 + lean * 0.5, y - height * 0.5),
                      (x + lean, y - height * 0.74), (x + w * 0.4 + lean * 0.5, y - height * 0.5),
                      (x + w * 0.6, y - height * 0.16),
                      (x + w * 1.7, y)]), bark, form=0.6)
    for side, up, reach in ((-1, 0.44, 0.30), (1, 0.50, 0.30), (-1, 0.60, 0.22), (1, 0.64, 0.22)):
        bx, by = x + lean * up, y - height * up
        ex, ey = bx + side * height * reach * stage.any(0.8, 1.2), by - height * 0.22
        sheet.stroke([(bx, by), ((bx + ex) / 2, by - height * 0.07), (ex, ey)], [w * 0.7, w * 0.4, w * 0.12], bark)
        if leaf is None:
            for k in range(3):
                t = 0.45 + 0.22 * k
                px, py = bx + (ex - bx) * t, by + (ey - by) * t + height * 0.04 * math.sin(math.pi * t)
                sheet.stroke([(px, py), (px + side * height * 0.05, py - height * 0.06),
                    (px + side * height * 0.06, py - height * 0.12)],
                             [w * 0.22, w * 0.12, w * 0.04], bark)
    if leaf is None:
        return
    for k in range(9):
        a = k * 2.4
        r = 0.09 + 0.21 * (k / 8)
        cx = x + lean + math.cos(a) * height * r * 1.1
        cy = y - height * 0.74 + math.sin(a) * height * r * 0.66
        _leaves(stage, sheet, cx, cy, height * stage.any(0.13, 0.19), lighter(leaf, 0.035 * math.sin(a + 2)))


def _leaves(stage: Stage, sheet: Sheet, x: float, y: float, r: float, colour: RGB) -> None:
    n = 11
    points = [(x + r * stage.any(0.82, 1.18) * math.cos(a), y + r * 0.82 * stage.any(0.82, 1.18) * math.sin(a))
              for a in np.linspace(0, 2 * math.pi, n, endpoint=False)]
    sheet.fill(curve(points, steps=4), colour, form=0.75)


def bush(stage: Stage, sheet: Sheet, x: float, y: float, size: float, colour: RGB, bloom: RGB | None = None) -> None:
    """A rounded bush, perhaps with flowers."""
    for dx, dy, r in ((-0.5, -0.18, 0.42), (0.45, -0.2, 0.44), (0.0, -0.38, 0.52), (-0.15, -0.1, 0.4)):
        _leaves(stage, sheet, x + dx * size, y + dy * size, r * size, lighter(colour, stage.any(-0.02, 0.03)))
    if bloom is not None:
        for _ in range(9):
            px, py, r = x + stage.any(-0.75, 0.75) * size, y - stage.any(0.05, 0.75) * size, size * stage.any(0.05,
                0.09)
            for k in range(5):
                a = k * 1.257
                sheet.oval(px + r * 0.6 * math.cos(a), py + r * 0.6 * math.sin(a), r * 0.55, r * 0.5, bloom, wobble=0)
            sheet.oval(px, py, r * 0.35, r * 0.35, stage.pal.lamp, wobble=0)


def grass(stage: Stage, sheet: Sheet, x0: float, x1: float, y: float, height: float, colour: RGB, count: int = 60,
          on: Line | None = None) -> None:
    """Blades of grass that lean with the wind."""
    for _ in range(count):
        x = stage.any(x0, x1)
        # feet in one row would draw a line across the bank
        foot = height_at(on, x) + 0.012 if on else y + stage.any(-0.02, 0.09)
        h = height * stage.any(0.45, 1.1)
        lean = h * (0.18 + stage.any(-0.30, 0.45)) * stage.flip
        sheet.fill([(x - h * 0.035, foot), (x + lean * 0.4 - h * 0.02, foot - h * 0.6), (x + lean, foot - h),
                    (x + lean * 0.4 + h * 0.022, foot - h * 0.58), (x + h * 0.04, foot)],
                    lighter(colour, stage.any(-0.03, 0.04)), wobble=0)


def house(stage: Stage, sheet: Sheet, x: float, y: float, width: float, height: float, wall: RGB, roof: RGB,
    lit: float = 0.5,
          gable: bool = False) -> list[tuple[float, float]]:
    """A small house. Says where its lit windows are."""
    peak = height * (0.55 if gable else 0.36)
    sheet.fill([(x, y), (x, y - height), (x + width, y - height), (x + width, y)], wall, to=lighter(wall, -0.045),
        form=0.25)
    over = width * 0.07
    if gable:
        sheet.fill([(x - over, y - height), (x + width / 2, y - height - peak), (x + width + over, y - height)], roof,
            form=0.4)
    else:
        sheet.fill([(x - over, y - height + 0.004), (x + width * 0.12, y - height - peak),
            (x + width * 0.88, y - height - peak),
                    (x + width + over, y - height + 0.004)], roof, form=0.4)
    cx = x + width * stage.any(0.18, 0.75)
    sheet.box_shape(cx, y - height - peak * 1.25, cx + width * 0.11, y - height - peak * 0.4, lighter(roof, -0.06),
        form=0.4)
    found: list[tuple[float, float]] = []
    columns, rows = max(1, int(width / (height * 0.36))), max(1, round(height / max(0.05, width * 0.55)))
    for c in range(columns):
        for r in range(rows):
            wx = x + width * (c + 0.5) / columns
            wy = y - height + height * (r + 0.5) / rows
            ww, wh = min(width / columns * 0.24, 0.02), min(height / rows * 0.30, 0.03)
            if stage.any(0, 1) < lit:
                sheet.box_shape(wx - ww, wy - wh, wx + ww, wy + wh, stage.pal.lamp)
                found.append((wx, wy))
            else:
                sheet.box_shape(wx - ww, wy - wh, wx + ww, wy + wh, lighter(mix(wall, stage.pal.top, 0.35), -0.10))
            if ww > 0.007:
                sheet.stroke([(wx, wy - wh), (wx, wy + wh)], 0.0022, lighter(wall, -0.12), smooth=False)
                sheet.stroke([(wx - ww, wy), (wx + ww, wy)], 0.0022, lighter(wall, -0.12), smooth=False)
    return found


def windows_glow(stage: Stage, found: list[tuple[float, float]], reach: float = 0.06, limit: int = 5) -> None:
    """Warm air before lit windows."""
    if "light" in stage.scene.absent:
        return
    for x, y in found[:limit]:
        stage.glow(x, y, reach, 0.55, depth=0.5)


def water(stage: Stage, top: float, bottom: float = 1.02, lights: list[tuple[float, RGB, float]] | None = None,
          dark: float = 0.5) -> None:
    """Water from a shore line down, with broken reflections under the given lights (x, colour, width)."""
    pal = stage.pal
    near = mix(mix(pal.top, pal.low, 0.30), pal.mid, dark)
    far = mix(pal.low, pal.haze, 0.35)
    sheet = stage.sheet(near)
    sheet.fill([(-0.05, top), (stage.w + 0.05, top), (stage.w + 0.05, bottom), (-0.05, bottom)], mix(far, near, 0.25),
        to=near)
    count = 46
    for k in range(count):
        t = (k + stage.any(0, 1)) / count
        y = top + 0.004 + (bottom - top) * t**1.7
        x, length = stage.any(-0.1, 1.1) * stage.w, (0.05 + 0.30 * t) * stage.any(0.5, 1.5)
        tint = mix(near, far, stage.any(0.35, 0.75)) if stage.one_in(2) else lighter(near, -0.035)
        sheet.stroke([(x - length / 2, y), (x - length * 0.15, y - 0.003), (x + length * 0.2, y + 0.002),
            (x + length / 2, y)],
                     [0, 0.002 + 0.009 * t, 0.001 + 0.004 * t, 0], tint, alpha=0.7)
    stage.lay(sheet, 0.45, "water", "ripple", 0.0)
    glint = stage.sheet(pal.lamp)
    for x, colour, width in lights or []:
        for k in range(16):
            t = k / 16
            y = top + 0.006 + (min(bottom, 1.0) - top) * (t**1.5) * 0.9
            w = width * (0.35 + 1.1 * t) * stage.any(0.45, 1.1)
            dx = stage.any(-0.5, 0.5) * width * (0.4 + t)
            glint.stroke([(x + dx - w, y), (x + dx, y - 0.002), (x + dx + w, y)], [0, 0.0035 + 0.008 * t, 0], colour,
                alpha=0.85 * (1 - 0.75 * t))
    stage.lay(glint, 0.46, "spark", "glint")


def put_hero(stage: Stage, x: float, y: float, height: float, facing: int | None = None, depth: float = 0.72,
             shadow: RGB | None = None, carried: bool = True) -> None:
    """The hero on a ground, with a soft shadow at the feet and light from what is carried."""
    if not stage.scene.peopled:
        return
    facing = facing if facing is not None else stage.flip
    cast = stage.sheet(stage.pal.dark)
    away = -stage.sun
    cast.oval(x + away * height * 0.20, y + 0.004, height * 0.36, height * 0.045, shadow or stage.pal.dark,
        alpha=0.42, soft=0.006)
    stage.lay(cast, depth - 0.001, "shadow")
    what = stage.scene.carried if carried else None
    sheet = stage.sheet(stage.scene.hero.cloth)
    lamp = hero(stage, stage.pen(sheet, x, y, height, facing), what, wind=0.2 if stage.scene.quiet else 0.55)
    if lamp is not None:
        stage.glow(lamp[0], lamp[1], height * 0.95, 0.75, depth=depth - 0.0005)
    stage.lay(sheet, depth, "figure", "breathe", 70.0)
    stage.spots["hero"] = (x, y, height)
    if lamp is not None:
        stage.glow(lamp[0], lamp[1], height * 0.30, 0.55, depth=depth)


def put_thing(stage: Stage, name: str, x: float, y: float, size: float, depth: float = 0.74, facing: int = 1) -> None:
    """A thing standing in the scene."""
    if name in stage.scene.absent:
        return
    cast = stage.sheet(stage.pal.dark)
    cast.oval(x - stage.sun * size * 0.15, y + 0.003, size * 0.42, size * 0.06, stage.pal.dark, alpha=0.4, soft=0.005)
    stage.lay(cast, depth - 0.001, "shadow")
    sheet = stage.sheet(stage.pal.mid)
    thing(stage, stage.pen(sheet, x, y, size, facing), name)
    stage.lay(sheet, depth, "figure", "still", 60.0)
    if name in ("lantern", "star"):
        stage.glow(x, y - size * 0.45, size * 1.6, 0.7, depth=depth)


def company(stage: Stage, x: float, y: float, height: float, skip: tuple[str, ...] = ()) -> None:
    """The other things that the words name, set near the hero; birds, balloons and kites go to the sky."""
    aloft = {"balloon": "airship", "kite": "kite", "moon": ""}
    side = -stage.flip
    for k, name in enumerate(n for n in stage.scene.objects if n not in skip):
        if k > 2 or name == "star" or name == "bee":
            continue
        if name in aloft:
            if aloft[name]:
                sheet = stage.sheet(stage.pal.mid)
                thing(stage, stage.pen(sheet, stage.x(0.70 + 0.12 * k), 0.38 + 0.08 * k, 0.24 * stage.u), aloft[name])
                stage.lay(sheet, 0.3, "figure", "bob", 60.0)
            continue
        scale = {"cat": 0.42, "fox": 0.5, "dog": 0.5, "bird": 0.36, "boat": 0.7, "dragon": 0.8, "robot": 0.8,
            "telescope": 0.7,
                 "umbrella": 0.5, "box": 0.34, "rabbit": 0.36}.get(name, 0.26)
        put_thing(stage, name, x + side * height * (0.55 + 0.48 * k), y + 0.006 * (k + 1), height * scale, 0.73,
            stage.flip)


def birds(stage: Stage, y: float, count: int, colour: RGB, size: float = 0.022) -> None:
    """A loose flock in the distance."""
    sheet = stage.sheet(colour)
    cx = stage.any(0.25, 0.75) * stage.w
    for _ in range(count):
        x, yy, s = cx + stage.any(-0.28, 0.28), y + stage.any(-0.07, 0.07), size * stage.any(0.6, 1.3)
        for side in (-1, 1):
            sheet.stroke([(x, yy), (x + side * s * 0.45, yy - s * 0.38), (x + side * s, yy - s * 0.12)],
                [s * 0.16, s * 0.12, 0], colour)
    if "bird" not in stage.scene.absent:
        stage.lay(sheet, 0.25, "figure", "bob")
