"""Where the sky of a given picture is, and what hangs or falls in its air: light, mist, snow, rain, leaves, stars."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageChops, ImageDraw, ImageFilter

from generation.providers.demo.painting.grain import blurred, cloudy, field_of
from generation.providers.demo.painting.palette import RGB
from generation.providers.demo.painting.sheet import eight
from generation.providers.demo.painting.weather import Falling

from .tones import Field, lab_of

_WORK = 240


def sky_of(image: Image.Image) -> Field:
    """How much each pixel counts as sky, 0 to 1: what is reached from above without crossing an edge, and beside it what
    has the sky's colour at that height or is brighter, as clouds are. A painted margin is passed over. Where no sky is
    found, the upper part of the picture counts."""
    width, height = image.size
    small = image.resize((_WORK, max(24, round(_WORK * height / width))), Image.Resampling.BOX)
    small = small.filter(ImageFilter.GaussianBlur(1.2))
    lab = lab_of(small)
    rows = np.linspace(0, 1, lab.shape[0], dtype=np.float32)[:, None]
    down = np.abs(np.diff(lab[:, :, 0], axis=0, prepend=lab[:1, :, 0]))
    down[: max(2, round(lab.shape[0] * 0.07))] = 0
    reached = np.maximum.accumulate(down, axis=0) < 0.026
    reached &= rows < 0.78
    if reached.mean() < 0.05:
        found = np.clip((0.42 - rows) / 0.3, 0, 1) * np.ones_like(down)
    else:
        found = _like_sky(lab, reached) * np.clip((0.80 - rows) / 0.06, 0, 1)
    eased = Image.fromarray((found * 255).astype(np.uint8)).filter(ImageFilter.MedianFilter(5))
    eased = eased.filter(ImageFilter.GaussianBlur(0.9)).resize(image.size, Image.Resampling.BICUBIC)
    return np.asarray(np.asarray(eased, dtype=np.float32) / 255, dtype=np.float32)


def _like_sky(lab: Field, reached: NDArray[np.bool_]) -> Field:
    """Each pixel's likeness to what was reached at its height, down to where a fair part of a row was reached."""
    found = np.zeros(reached.shape, dtype=np.float32)
    colour: Field | None = None
    for y in range(reached.shape[0]):
        if reached[y].sum() >= 0.08 * reached.shape[1]:
            here = np.median(lab[y][reached[y]], axis=0)
            if colour is None or float(np.abs(here - colour).max()) < 0.03:  # a sky changes slowly, a wood at once
                colour = here
        elif colour is None or y > 0.1 * reached.shape[0]:
            break
        away = lab[y] - colour
        apart = np.hypot(np.maximum(-away[:, 0], 0) / 0.075, np.hypot(away[:, 1], away[:, 2]) / 0.055)
        found[y] = np.clip(2.0 - apart, 0, 1)
    return found


def horizon_of(sky: Field) -> float:
    """The height at which the sky ends, as a share of the picture's height."""
    deep = (sky > 0.5).sum(axis=0) / sky.shape[0]
    return float(min(0.72, max(0.28, np.median(deep[deep > 0.05]) if (deep > 0.05).any() else 0.45)))


def screened(image: Image.Image, colour: RGB, amount: Field) -> Image.Image:
    """Light of a colour added where `amount` says; nothing burns out."""
    light = np.clip(amount, 0, 1)[:, :, None] * (np.asarray(colour, dtype=np.float32) * 255)
    return ImageChops.screen(image, Image.fromarray(light.astype(np.uint8)))


def veiled(image: Image.Image, colour: RGB, amount: Field) -> Image.Image:
    """A colour laid over where `amount` says."""
    mask = Image.fromarray((np.clip(amount, 0, 1) * 255).astype(np.uint8))
    return Image.composite(Image.new("RGB", image.size, eight(colour)), image, mask)


def round_light(size: tuple[int, int], x: float, y: float, reach: float) -> Field:
    """A soft round light: 1 at its heart; places and reach in shares of the height."""
    width, height = size
    ys, xs = np.mgrid[0:height, 0:width].astype(np.float32) / np.float32(height)
    d = np.hypot(xs - x, ys - y) / np.float32(reach)
    return np.asarray(np.exp(-2.6 * d * d), dtype=np.float32)


def band(size: tuple[int, int], y: float, thick: float) -> Field:
    """1 at a height, falling off above and below."""
    ys = (np.arange(size[1], dtype=np.float32) / size[1])[:, None]
    return np.broadcast_to(np.exp(-(((ys - y) / thick) ** 2)), (size[1], size[0])).astype(np.float32)


def misted(image: Image.Image, seed: int, horizon: float, colour: RGB) -> Image.Image:
    """Fog: thick along the horizon, in wisps everywhere, thinner at the reader's feet."""
    rng = np.random.default_rng(seed ^ 0xF06)
    size = image.size
    wisps = cloudy(size, 4, rng, 4, stretch=3.0)
    ys = (np.arange(size[1], dtype=np.float32) / size[1])[:, None]
    depth = 0.24 + 0.38 * band(size, min(0.75, horizon + 0.08), 0.22) - 0.20 * np.clip((ys - 0.72) / 0.28, 0, 1)
    return veiled(image, colour, np.clip(depth + 0.75 * (wisps - 0.5), 0.04, 0.80))


def fallen(image: Image.Image, kind: str, seed: int, count: int, colour: RGB, slant: float = 0.0) -> Image.Image:
    """Snow, rain or motes in the air."""
    out = image.copy()
    Falling(kind, np.random.default_rng(seed ^ 0xFA11).random((count, 4)), colour, slant).draw(out, 0.0)
    return out


def scattered(image: Image.Image, seed: int, colours: tuple[RGB, ...], count: int) -> Image.Image:
    """Leaves or petals that fly: small turned ovals, larger when near."""
    rng = np.random.default_rng(seed ^ 0x1EAF)
    sheet = Image.new("RGBA", (image.width * 2, image.height * 2))
    draw = ImageDraw.Draw(sheet)
    for _ in range(count):
        x, y, near, turn = rng.random(4)
        r = (0.004 + 0.011 * near**2) * sheet.height
        angle = turn * math.tau
        line = []
        for k in range(14):
            t = k / 14 * math.tau
            u, v = r * math.cos(t), r * 0.42 * math.sin(t) * (1 - 0.35 * math.cos(t))
            line.append((x * sheet.width + u * math.cos(angle) - v * math.sin(angle),
                         y * sheet.height + u * math.sin(angle) + v * math.cos(angle)))  # fmt: skip
        draw.polygon(line, fill=(*eight(colours[int(turn * 97) % len(colours)]), int(170 + 80 * near)))
    small = sheet.resize(image.size, Image.Resampling.BOX)
    out = image.copy()
    out.paste(small, (0, 0), small)
    return out


def starred(image: Image.Image, seed: int, sky: Field) -> Image.Image:
    """Stars where the sky is."""
    rng = np.random.default_rng(seed ^ 0x57A2)
    sheet = Image.new("L", (image.width * 2, image.height * 2), 0)
    draw = ImageDraw.Draw(sheet)
    for _ in range(190):
        x, y, r, light = rng.random(4)
        y *= 0.75
        radius = max(0.9, (0.0009 + 0.0022 * r**4) * sheet.height)
        cx, cy = x * sheet.width, y * sheet.height
        draw.ellipse([cx - radius, cy - radius, cx + radius, cy + radius], fill=int(120 + 135 * light))
    spots = np.asarray(sheet.resize(image.size, Image.Resampling.BOX), dtype=np.float32) / 255
    return screened(image, (1.0, 0.97, 0.88), spots * np.clip((sky - 0.4) * 2.5, 0, 1))


def snowed_under(image: Image.Image, sky: Field) -> Image.Image:
    """Snow that lies: on the ground, and on whatever has an upper edge."""
    grey = field_of(image.convert("L"))
    px = max(2.0, 0.004 * image.height)
    soft = blurred(grey, px)
    step = max(1, round(px * 1.4))
    above = np.roll(soft, step, axis=0)
    above[:step] = soft[:1]
    edge: Field = np.asarray(
        np.clip((above - soft - 0.025) * 6.5, 0, 1), dtype=np.float32
    )  # lighter above, darker below: a roof, a bough, a wall
    ys = (np.arange(image.height, dtype=np.float32) / image.height)[:, None]
    ground = np.clip((ys - 0.45) / 0.5, 0, 1) * (0.20 + 0.50 * grey)
    lies = np.clip(ground + 0.85 * blurred(edge, px * 0.8), 0, 0.88) * (1 - np.clip(sky * 1.2, 0, 1))
    return veiled(image, (0.95, 0.965, 0.99), lies)


def bloomed(image: Image.Image, amount: float) -> Image.Image:
    """What is bright shines over its edges."""
    glow = image.filter(ImageFilter.GaussianBlur(max(2.0, 0.018 * image.height)))
    return Image.blend(image, ImageChops.screen(image, glow.point([int(v * v / 255) for v in range(256)] * 3)), amount)
