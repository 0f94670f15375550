"""The changes that an instruction can name: each takes a picture and gives the changed one, of the same size."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np
from PIL import Image, ImageOps

from generation.providers.demo.painting.grain import blurred
from generation.providers.demo.painting.layers import compose
from generation.providers.demo.painting.reading import read
from generation.providers.demo.painting.stage import Layer, Stage
from generation.providers.demo.painting.styles import style_named

from . import air
from .tones import Field, aged, fit, graded, greyed, leaves_turned, toned

Change = Callable[[Image.Image, int], Image.Image]
"""Takes the picture and the seed."""
_STYLED_PIXELS = 2_400_000


def sunset(image: Image.Image, seed: int) -> Image.Image:
    sky = air.sky_of(image)
    low = air.horizon_of(sky)
    out = graded(image, partial(toned, light=-0.07, gain=1.05, high=(0.030, 0.055), low=(0.030, -0.020)))
    wide = image.width / image.height
    out = air.veiled(out, (0.42, 0.24, 0.42), sky * _upward(image, low) * 0.62)
    out = air.veiled(out, (0.98, 0.52, 0.24), sky * air.band(image.size, low, 0.20) * 0.66)
    out = air.screened(
        out, (1.0, 0.62, 0.28), air.round_light(image.size, wide * 0.64, low, 0.42) * (0.25 + 0.45 * sky)
    )
    return air.screened(out, (1.0, 0.86, 0.58), air.round_light(image.size, wide * 0.64, low - 0.02, 0.075) * sky)


def dawn(image: Image.Image, seed: int) -> Image.Image:
    sky = air.sky_of(image)
    low = air.horizon_of(sky)
    out = graded(image, partial(toned, light=0.045, gain=0.90, high=(0.026, 0.016), low=(0.006, -0.016)))
    out = air.veiled(out, (0.72, 0.78, 0.92), sky * _upward(image, low) * 0.45)
    out = air.veiled(out, (1.0, 0.80, 0.70), sky * air.band(image.size, low, 0.22) * 0.60)
    wide = image.width / image.height
    out = air.screened(out, (1.0, 0.84, 0.62), air.round_light(image.size, wide * 0.34, low, 0.38) * (0.2 + 0.35 * sky))
    return air.veiled(out, (0.95, 0.90, 0.90), air.band(image.size, low + 0.08, 0.06) * 0.28)


def night(image: Image.Image, seed: int) -> Image.Image:
    sky = air.sky_of(image)
    out = graded(image, partial(toned, light=-0.29, gain=0.66, colour=0.60, high=(-0.006, -0.050), low=(0.004, -0.030)))
    out = air.veiled(out, (0.06, 0.08, 0.20), sky * _upward(image, air.horizon_of(sky)) * 0.55)
    lamps = _lamps(image) * (1 - sky)
    out = air.screened(out, (1.0, 0.74, 0.36), lamps)
    out = air.starred(out, seed, sky)
    return moon(out, seed)


def moon(image: Image.Image, seed: int) -> Image.Image:
    """A full moon with its light in the air."""
    wide = image.width / image.height
    x, y, r = wide * (0.76 if seed % 2 else 0.24), 0.17, 0.045 * min(1.0, wide)
    out = air.screened(image, (0.80, 0.86, 1.0), air.round_light(image.size, x, y, r * 4.2) * 0.34)
    disc = air.round_light(image.size, x, y, 1.0)
    edge = (r**2) * 2.6  # the exponent of the light at the moon's rim
    inside = (disc - 2.718281828**-edge) * image.height * 0.22 / max(r, 0.01)
    out = air.veiled(out, (0.98, 0.96, 0.88), inside.clip(0, 1) * 0.96)
    for dx, dy, s in ((-0.3, -0.2, 0.30), (0.28, 0.12, 0.22), (-0.08, 0.42, 0.24)):
        out = air.veiled(out, (0.86, 0.85, 0.80), air.round_light(image.size, x + dx * r, y + dy * r, s * r) * 0.5)
    return out


def day(image: Image.Image, seed: int) -> Image.Image:
    sky = air.sky_of(image)
    dim = max(0.0, 0.62 - float(np.asarray(fit(image).convert("L")).mean()) / 255)
    out = graded(image, partial(toned, light=0.04 + 0.62 * dim, gain=1.06, colour=1.12, high=(-0.002, 0.010)))
    return air.veiled(out, (0.62, 0.80, 0.95), sky * _upward(image, air.horizon_of(sky)) * 0.62)


def storm(image: Image.Image, seed: int) -> Image.Image:
    sky = air.sky_of(image)
    out = graded(image, partial(toned, light=-0.14, gain=1.12, colour=0.52, high=(-0.006, -0.012)))
    out = air.veiled(out, (0.16, 0.18, 0.23), sky * _upward(image, air.horizon_of(sky) + 0.1) * 0.72)
    return air.fallen(out, "rain", seed, 260, (0.84, 0.88, 0.92), 0.28)


def snow(image: Image.Image, seed: int) -> Image.Image:
    sky = air.sky_of(image)
    out = graded(image, partial(toned, light=0.03, gain=0.92, colour=0.58, high=(-0.004, -0.012)))
    out = air.snowed_under(out, sky)
    out = air.veiled(out, (0.86, 0.89, 0.94), air.band(image.size, air.horizon_of(sky), 0.2) * 0.28)
    return air.fallen(out, "snow", seed, 330, (1.0, 1.0, 1.0))


def rain(image: Image.Image, seed: int) -> Image.Image:
    out = graded(image, partial(toned, light=-0.075, gain=0.94, colour=0.62, high=(-0.008, -0.014)))
    out = air.misted(out, seed, 0.5, (0.60, 0.65, 0.70)) if seed % 2 else out
    out = Image.blend(
        graded(image, partial(toned, light=-0.085, gain=0.94, colour=0.60, high=(-0.008, -0.014))), out, 0.35
    )
    return air.fallen(out, "rain", seed, 300, (0.90, 0.94, 0.97), 0.12)


def fog(image: Image.Image, seed: int) -> Image.Image:
    sky = air.sky_of(image)
    mean = [float(v) / 255 for v in np.asarray(fit(image)).mean(axis=(0, 1))]
    lift = 0.35 + 0.5 * (sum(mean) / 3)
    colour = tuple(min(1.0, 0.30 * channel + 0.70 * lift + 0.04) for channel in mean)
    out = graded(image, partial(toned, gain=0.82, colour=0.70))
    return air.misted(out, seed, air.horizon_of(sky), (colour[0], colour[1], colour[2]))


def autumn(image: Image.Image, seed: int) -> Image.Image:
    out = graded(image, partial(leaves_turned, hue=58.0))
    out = graded(out, partial(toned, light=-0.01, gain=1.03, colour=1.06, high=(0.014, 0.030), low=(0.010, 0.004)))
    return air.scattered(out, seed, ((0.82, 0.42, 0.14), (0.90, 0.62, 0.20), (0.66, 0.24, 0.14)), 46)


def spring(image: Image.Image, seed: int) -> Image.Image:
    out = graded(image, partial(leaves_turned, hue=132.0))
    out = graded(out, partial(toned, light=0.045, gain=0.98, colour=1.14, high=(0.008, 0.008)))
    return air.scattered(out, seed, ((0.98, 0.82, 0.86), (1.0, 0.92, 0.93), (0.95, 0.72, 0.78)), 52)


def summer(image: Image.Image, seed: int) -> Image.Image:
    out = graded(image, partial(toned, light=0.045, gain=1.07, colour=1.28, high=(0.004, 0.020)))
    wide = image.width / image.height
    return air.screened(out, (1.0, 0.90, 0.62), air.round_light(image.size, wide * 0.85, 0.02, 0.75) * 0.38)


def soft(image: Image.Image, seed: int) -> Image.Image:
    out = air.bloomed(graded(image, partial(toned, light=0.015, gain=0.94, colour=1.05)), 0.75)
    return air.fallen(out, "motes", seed, 60, (1.0, 0.94, 0.76))


def unknown(image: Image.Image, seed: int) -> Image.Image:
    """For an instruction of which nothing is known: another light, by chance of its words."""
    side = (0.030, 0.034) if seed % 2 else (-0.026, -0.036)
    out = graded(image, partial(toned, gain=1.08, colour=1.12, high=side, low=(-side[0] * 0.6, -side[1] * 0.6)))
    wide = image.width / image.height
    at = wide * (0.2 + 0.6 * (seed % 97) / 97)
    out = air.screened(out, (1.0, 0.88, 0.66), air.round_light(image.size, at, 0.2, 0.6) * 0.34)
    return soft(out, seed)


def undo(image: Image.Image, what: tuple[str, ...]) -> Image.Image:
    """A weather taken back as far as light and colour can: clearer, stronger, warmer."""
    light = 0.16 if {"night", "dark"} & set(what) else -0.03
    return graded(image, partial(toned, light=light, gain=1.24, colour=1.32, high=(0.006, 0.012)))


def painted(image: Image.Image, seed: int, *, manner: str) -> Image.Image:
    """The whole picture as one sheet of a manner of painting."""
    scale = min(1.0, (_STYLED_PIXELS / (image.width * image.height)) ** 0.5)
    size = (max(32, round(image.width * scale)), max(32, round(image.height * scale)))
    stage = Stage(read("a quiet field by day", seed), size, manner)
    hand = style_named(manner, stage)
    sheet = image.resize(size, Image.Resampling.LANCZOS).convert("RGBA")
    made = hand.finish(compose([hand.leaf(Layer(sheet, (0, 0), 0.6, "land", "still", 20.0))], size))
    return made if size == image.size else made.resize(image.size, Image.Resampling.LANCZOS)


def _plain(**given: float | tuple[float, float]) -> Change:
    return lambda image, seed: graded(image, partial(toned, **given))  # type: ignore[arg-type]


CHANGES: dict[str, Change] = {
    "sunset": sunset,
    "dawn": dawn,
    "night": night,
    "day": day,
    "storm": storm,
    "snow": snow,
    "rain": rain,
    "fog": fog,
    "autumn": autumn,
    "spring": spring,
    "summer": summer,
    "soft": soft,
    "warm": _plain(high=(0.020, 0.048), low=(0.010, 0.016), light=0.01),
    "cold": _plain(high=(-0.014, -0.046), low=(-0.004, -0.022), colour=0.92),
    "bright": _plain(light=0.10, gain=0.98, colour=1.04),
    "dark": _plain(light=-0.14, gain=1.02),
    "contrast": _plain(gain=1.38, colour=1.12),
    "vivid": _plain(colour=1.6, gain=1.05),
    "muted": _plain(colour=0.52, gain=0.90, light=0.04),
    "grey": lambda image, seed: graded(image, greyed),
    "sepia": lambda image, seed: graded(image, aged),
    "mirror": lambda image, seed: ImageOps.mirror(image),
    **{name: partial(painted, manner=name) for name in ("watercolour", "engraving", "paper-cut", "gouache")},
}


def _upward(image: Image.Image, low: float) -> Field:
    """1 at the top of the picture, 0 at the horizon."""
    ys = (np.arange(image.height, dtype=np.float32) / image.height)[:, None]
    return np.broadcast_to(np.clip(1 - ys / max(0.1, low), 0, 1) ** 0.8, (image.height, image.width)).astype(np.float32)


def _lamps(image: Image.Image) -> Field:
    """Small warm bright places, which shine at night: windows and lanterns."""
    rgb = np.asarray(image, dtype=np.float32) / 255
    warm = np.clip((rgb[:, :, 0] - rgb[:, :, 2] - 0.16) * 3, 0, 1) * np.clip((rgb.mean(axis=2) - 0.58) * 5, 0, 1)
    around = blurred(warm, 0.07 * image.height)
    spots = np.clip(warm - 1.5 * around, 0, 1)
    return np.asarray(np.clip(spots * 0.8 + blurred(spots, 0.02 * image.height) * 0.9, 0, 1), dtype=np.float32)
