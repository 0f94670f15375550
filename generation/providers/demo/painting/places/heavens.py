"""The sky: a gradient with its light, clouds with lit edges, stars, and veils of mist."""

from __future__ import annotations

import math

import numpy as np
from PIL import Image

from ..grain import cloudy
from ..palette import RGB, lighter, mix
from ..sheet import curve
from ..stage import Layer, Stage


def sky(stage: Stage, horizon: float, at: tuple[float, float] | None = None, disc: float = 0.0) -> tuple[float, float]:
    """Paint the whole background as a sky down to the horizon and beyond. Says where its light stands."""
    pal, scene = stage.pal, stage.scene
    night = scene.hour == "night"
    if at is None:
        low = horizon - 0.06 if scene.hour in ("dusk", "dawn") else stage.any(0.16, 0.30) * (1.3 if stage.tall else 1)
        at = (stage.x(stage.any(0.20, 0.36)), low)
    lx, ly = at
    width, height = max(16, stage.size[0] // 4), max(16, stage.size[1] // 4)
    ys, xs = np.mgrid[0:height, 0:width].astype(np.float32) / np.float32(height)
    t = np.clip(ys / np.float32(max(0.2, horizon)), 0, 1)
    sway = cloudy((width, height), 3, stage.rng, 2, stretch=2.5)
    t = np.clip(t + (sway - 0.5) * 0.16, 0, 1)[:, :, None]
    top, low_, mid = (np.asarray(c, dtype=np.float32) for c in (pal.top, pal.low, mix(pal.top, pal.low, 0.45)))
    rgb = np.where(t < 0.55, top + (mid - top) * (t / 0.55), mid + (low_ - mid) * ((t - 0.55) / 0.45))
    d = np.hypot((xs - lx) * 0.8, ys - ly)
    bright = np.asarray(mix(pal.low, pal.lamp, 0.6) if not night else mix(pal.low, pal.lamp, 0.30), dtype=np.float32)
    halo = (0.75 * np.exp(-((d / 0.34) ** 2)) + 0.25 * np.exp(-((d / 0.75) ** 2)))[:, :, None]
    strength = {"storm": 0.35, "day": 0.45, "night": 0.42}.get(scene.hour, 0.8)
    rgb = rgb + (bright - rgb) * np.clip(halo * strength, 0, 1)
    picture = Image.fromarray((np.clip(rgb, 0, 1) * 255 + 0.5).astype(np.uint8)).resize(
        stage.size, Image.Resampling.BICUBIC
    )
    picture.putalpha(255)
    stage.layers.append(Layer(picture, (0, 0), 0.0, "sky", "still", 0.0))
    if night and scene.weather == "clear":
        stars(stage, horizon)
    veiled = scene.weather in ("fog", "snow", "rain")
    if disc <= 0 and not (scene.hour == "day" and stage.one_in(2)) and scene.hour != "storm":
        disc = stage.any(0.034, 0.058) * stage.u
    if disc > 0:
        sun = stage.sheet(pal.lamp)
        face = mix(pal.lamp, (1, 0.985, 0.93), 0.62)
        shines = ("moon" if night else "sun") not in scene.absent
        if shines:
            stage.glow(lx, ly, disc * 6 + 0.1, 0.55, mix(pal.lamp, (1, 1, 1), 0.2), lamp=False, depth=0.02)
        sun.oval(lx, ly, disc, disc, face, soft=0.004 if veiled else 0.0008, alpha=0.75 if veiled else 1.0)
        if night and not veiled:
            for dx, dy, r in ((-0.3, -0.2, 0.24), (0.25, 0.1, 0.18), (-0.1, 0.4, 0.20), (0.3, -0.45, 0.1)):
                sun.oval(lx + dx * disc, ly + dy * disc, r * disc, r * disc, lighter(face, -0.045), soft=0.003)
        if shines:  # it is drawn in any case: what chance gives to all that follows must not hang on it
            stage.lay(sun, 0.02, "sun")
    stage.spots["sun"] = (lx, ly, disc)
    return at


def stars(stage: Stage, horizon: float, count: int = 150) -> None:
    """Stars of several sizes, denser upward."""
    sheet = stage.sheet(stage.pal.lamp)
    for _ in range(count):
        x, y = stage.any(0, stage.w), horizon * stage.any(0, 1) ** 1.4
        r = 0.0010 + 0.0022 * stage.any(0, 1) ** 4
        sheet.oval(x, y, r, r, mix((1, 1, 1), stage.pal.lamp, stage.any(0, 0.8)), alpha=stage.any(0.45, 1), wobble=0)
    if "star" not in stage.scene.absent:
        stage.lay(sheet, 0.01, "spark", "glint")


def _heap(stage: Stage, x: float, y: float, width: float, height: float) -> list[tuple[float, float]]:
    """The outline of one cloud: bulges above, a flat foot."""
    bumps = int(stage.rng.integers(4, 7))
    points: list[tuple[float, float]] = [(x - width / 2, y)]
    for k in range(bumps):
        t = (k + 0.5) / bumps
        top = height * math.sin(math.pi * t) ** 0.7 * stage.any(0.75, 1.15)
        for a in np.linspace(math.pi * 0.92, math.pi * 0.08, 5):
            r = width / bumps * 0.62
            points.append((x - width / 2 + width * t + r * math.cos(a), y - top * 0.72 - r * 0.7 * math.sin(a)))
    points.append((x + width / 2, y))
    points += [(x + width * s, y + 0.012 * math.sin(9 * s)) for s in (0.3, 0.1, -0.1, -0.3)]
    return points


def clouds(stage: Stage, horizon: float, count: int = 4) -> None:
    """Heaped clouds with lit tops, and long thin ones toward the horizon."""
    pal = stage.pal
    if stage.scene.weather == "fog" or "cloud" in stage.scene.absent:
        count = 0
    light: RGB = mix(pal.low, (1, 1, 1), 0.35) if stage.scene.hour != "night" else mix(pal.low, pal.far, 0.35)
    shade = mix(pal.top, pal.low, 0.42 if stage.scene.hour != "storm" else 0.05)
    sheet = stage.sheet(light)
    for _ in range(5):
        y = horizon * stage.any(0.52, 0.92)
        x, width = stage.any(-0.1, 1.1) * stage.w, stage.any(0.22, 0.75)
        line = [
            (x - width / 2, y),
            (x - width * 0.2, y - 0.006),
            (x + width * 0.2, y + 0.003),
            (x + width / 2, y - 0.004),
        ]
        sheet.stroke(
            line, [0.0, stage.any(0.010, 0.024), 0.004, 0.0], mix(light, pal.lamp, 0.25), alpha=0.62, soft=0.0035
        )
    if "cloud" not in stage.scene.absent:
        stage.lay(sheet, 0.03, "cloud", "drift")
    sheet = stage.sheet(light)
    for k in range(count):
        far = k / max(1, count)
        y = horizon * (0.70 - 0.52 * far) * stage.any(0.85, 1.15)
        x = stage.w * ((k * 0.618 + stage.any(0, 0.3)) % 1.1 - 0.05)
        width = stage.any(0.26, 0.46) * (0.7 + 0.7 * far) * max(0.7, stage.u)
        outline = curve(_heap(stage, x, y, width, width * stage.any(0.22, 0.34)), steps=3)
        sheet.fill(outline, light, to=mix(light, shade, 0.85), form=0.55, alpha=0.9, soft=0.002)
    if count:
        stage.lay(sheet, 0.05, "cloud", "drift")


def mist(stage: Stage, y: float, thick: float, depth: float, amount: float = 0.5) -> None:
    """A veil of mist along a height. It drifts."""
    heavy = {"fog": 1.5, "rain": 1.1, "snow": 1.1}.get(stage.scene.weather, 0.8)
    amount = min(0.92, amount * heavy)
    width, height = max(8, stage.size[0] // 6), max(8, stage.size[1] // 6)
    ys = (np.arange(height, dtype=np.float32) / height)[:, None]
    band = np.exp(-(((ys - y) / thick) ** 2))
    wisps = cloudy((width, height), 4, stage.rng, 3, stretch=3.2)
    alpha = np.clip(band * (0.35 + 1.3 * (wisps - 0.22)), 0, 1) * amount
    top, bottom = max(0.0, y - thick * 2.6), min(1.0, y + thick * 2.6)
    a, b = int(top * stage.size[1]), int(bottom * stage.size[1])
    if b - a < 2 or "fog" in stage.scene.absent:
        return
    veil = (
        Image.fromarray((alpha * 255).astype(np.uint8))
        .resize(stage.size, Image.Resampling.BICUBIC)
        .crop((0, a, stage.size[0], b))
    )
    image = Image.new(
        "RGB", veil.size, tuple(int(c * 255) for c in lighter(mix(stage.pal.haze, stage.pal.low, 0.35), 0.01))
    )
    image.putalpha(veil)
    stage.layers.append(Layer(image, (0, a), depth, "mist", "drift"))
