"""A transparent sheet that shapes are drawn on: hand-wobbled outlines, rounded forms, soft edges, drawn large and reduced.

Coordinates: the height of the picture is 1, y runs down, x runs from 0 to the picture's aspect ratio.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter

from .palette import RGB, lighter, mix

Points = NDArray[np.float64]
Pairs = Sequence[tuple[float, float]] | Points
OVER = 2
"""How much larger than the picture shapes are drawn."""


def eight(colour: RGB) -> tuple[int, int, int]:
    """A colour in bytes."""
    return (int(colour[0] * 255 + 0.5), int(colour[1] * 255 + 0.5), int(colour[2] * 255 + 0.5))


def curve(points: Pairs, closed: bool = True, steps: int = 8) -> Points:
    """A smooth line through all points (Catmull-Rom)."""
    p = np.asarray(points, dtype=np.float64)
    if closed:
        a, b, c, d = np.roll(p, 1, 0), p, np.roll(p, -1, 0), np.roll(p, -2, 0)
    else:
        padded = np.vstack([2 * p[0] - p[1], p, 2 * p[-1] - p[-2]])
        a, b, c, d = padded[:-3], padded[1:-2], padded[2:-1], padded[3:]
    t = np.linspace(0, 1, steps, endpoint=False)[None, :, None]
    a, b, c, d = (x[:, None, :] for x in (a, b, c, d))
    out = 0.5 * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t**2 + (3 * b - a - 3 * c + d) * t**3)
    out = out.reshape(-1, 2)
    return np.asarray(out if closed else np.vstack([out, p[-1]]))


def ring(x: float, y: float, rx: float, ry: float, count: int = 28) -> Points:
    """Points of an ellipse."""
    t = np.linspace(0, 2 * math.pi, count, endpoint=False)
    return np.stack([x + rx * np.cos(t), y + ry * np.sin(t)], 1)


def ribbon(points: Pairs, widths: Sequence[float] | float) -> Points:
    """The outline of a line that swells and thins."""
    p = np.asarray(points, dtype=np.float64)
    along = np.gradient(p, axis=0)
    along /= np.maximum(1e-9, np.hypot(along[:, 0], along[:, 1]))[:, None]
    side = np.stack([-along[:, 1], along[:, 0]], 1)
    if isinstance(widths, int | float):
        half = np.full(len(p), widths / 2)
    else:
        half = np.interp(np.linspace(0, 1, len(p)), np.linspace(0, 1, len(widths)), widths) / 2
    return np.vstack([p + side * half[:, None], (p - side * half[:, None])[::-1]])


class Sheet:
    """One transparent sheet. `base` tints what is still transparent, so that no dark fringe shows at the edges."""

    def __init__(self, size: tuple[int, int], base: RGB, rng: np.random.Generator, wobble: float, sun: float) -> None:
        self.width, self.height = size
        self.px = size[1] * OVER
        self.image = Image.new("RGBA", (size[0] * OVER, size[1] * OVER), (*eight(base), 0))
        self.draw = ImageDraw.Draw(self.image)
        self.rng = rng
        self.wobble = wobble
        self.sun = sun
        """Where the light stands: -1 left, 1 right."""
        self.box: list[float] = [1e9, 1e9, -1e9, -1e9]

    def _shaken(self, points: Pairs, amount: float) -> Points:
        p = np.asarray(points, dtype=np.float64)
        if amount <= 0 or len(p) < 3:
            return p
        closed = np.vstack([p, p[:1]])
        lengths = np.hypot(*(np.diff(closed, axis=0).T))
        total = float(lengths.sum())
        if total <= 0:
            return p
        # a long straight edge needs points of its own before it can tremble
        count = int(min(420, max(len(p), total / 0.014)))
        at = np.concatenate([[0], np.cumsum(lengths)])
        where = np.union1d(np.linspace(0, total, count, endpoint=False), at[:-1])
        x, y = np.interp(where, at, closed[:, 0]), np.interp(where, at, closed[:, 1])
        turns = where / total * 2 * math.pi
        span = max(float(np.ptp(p[:, 0])), float(np.ptp(p[:, 1])))
        size = amount * min(1.0, span / 0.16)
        waves = max(2, int(total / 0.11))
        phases = self.rng.random(6) * 2 * math.pi
        dx = np.sin(turns * waves + phases[0]) + 0.6 * np.sin(turns * (waves * 2 + 1) + phases[1])
        dy = np.sin(turns * (waves + 1) + phases[2]) + 0.6 * np.sin(turns * (waves * 2 + 3) + phases[3])
        dx += 0.35 * np.sin(turns * (waves * 5 + 2) + phases[4])
        dy += 0.35 * np.sin(turns * (waves * 5 + 1) + phases[5])
        return np.stack([x + size * dx, y + size * dy], 1)

    def fill(
        self,
        points: Pairs,
        colour: RGB,
        *,
        form: float = 0.0,
        to: RGB | None = None,
        alpha: float = 1.0,
        soft: float = 0.0,
        wobble: float | None = None,
    ) -> None:
        """A filled shape. `form` rounds it with light and shade, `to` lets the colour run into another downward."""
        p = self._shaken(points, self.wobble if wobble is None else wobble) * self.px
        if len(p) < 3:
            return
        pad = 3 + soft * self.px * 3
        left, top = math.floor(max(0, p[:, 0].min() - pad)), math.floor(max(0, p[:, 1].min() - pad))
        right = math.ceil(min(self.image.width, p[:, 0].max() + pad))
        bottom = math.ceil(min(self.image.height, p[:, 1].max() + pad))
        if right - left < 1 or bottom - top < 1:
            return
        self.box = [min(self.box[0], left), min(self.box[1], top), max(self.box[2], right), max(self.box[3], bottom)]
        plain = form <= 0 and to is None
        if plain and alpha >= 1 and soft <= 0:
            self.draw.polygon(p.ravel().tolist(), fill=(*eight(colour), 255))
            return
        mask = Image.new("L", (right - left, bottom - top), 0)
        ImageDraw.Draw(mask).polygon((p - (left, top)).ravel().tolist(), fill=255)
        if soft > 0:
            mask = _softened(mask, soft * self.px)
        paint: Image.Image | tuple[int, int, int, int] = (*eight(colour), 255)
        if not plain and min(mask.size) >= 10:
            paint = self._shaded(mask, colour, to, form)
        if alpha < 1:
            mask = mask.point(_thinned(round(alpha, 3)))
        if isinstance(paint, Image.Image):
            self.image.paste(paint, (left, top), mask)
        else:
            self.image.paste(paint, (left, top, right, bottom), mask)

    def _shaded(self, mask: Image.Image, colour: RGB, to: RGB | None, form: float) -> Image.Image:
        """The colours of a rounded form: warm and light toward the sun, cool and deep away from it."""
        width, height = mask.size
        small = (max(4, width // 4), max(4, height // 4))
        down = np.linspace(0, 1, small[1], dtype=np.float32)[:, None, None]
        first = np.asarray(colour, dtype=np.float32)
        rgb = (
            first + (np.asarray(to, dtype=np.float32) - first) * down
            if to is not None
            else np.tile(first, (small[1], 1, 1))
        )
        rgb = np.broadcast_to(rgb, (small[1], small[0], 3)).astype(np.float32)
        if form > 0:
            reach = max(1.2, min(small) * 0.2)
            soft = mask.resize(small, Image.Resampling.BOX).filter(ImageFilter.GaussianBlur(reach))
            f = np.pad(np.asarray(soft, dtype=np.float32) / 255, int(reach) + 2, mode="edge")
            dx, dy = round(reach * 0.9 * self.sun), -round(reach * 0.75)
            o = int(reach) + 2
            sunward = f[o + dy : o + dy + small[1], o + dx : o + dx + small[0]]
            away = f[o - dy : o - dy + small[1], o - dx : o - dx + small[0]]
            k = np.clip((sunward - away) * 1.25, -1, 1)[:, :, None] * np.float32(form)
            deep = np.asarray(lighter(mix(colour, (0.16, 0.14, 0.30), 0.42), -0.13), dtype=np.float32)
            warm = np.asarray(lighter(mix(colour, (1.0, 0.93, 0.74), 0.36), 0.05), dtype=np.float32)
            rgb = rgb + np.maximum(k, 0) * (deep - rgb) + np.maximum(-k, 0) * (warm - rgb)
        picture = Image.fromarray((np.clip(rgb, 0, 1) * 255 + 0.5).astype(np.uint8))
        return picture.resize((width, height), Image.Resampling.BILINEAR).convert("RGBA")

    def oval(self, x: float, y: float, rx: float, ry: float, colour: RGB, *, form: float = 0.0, alpha: float = 1.0,
             soft: float = 0.0, wobble: float | None = None) -> None:  # fmt: skip
        """An ellipse."""
        self.fill(ring(x, y, rx, ry), colour, form=form, alpha=alpha, soft=soft, wobble=wobble)

    def box_shape(self, x0: float, y0: float, x1: float, y1: float, colour: RGB, *, form: float = 0.0,
                  to: RGB | None = None, alpha: float = 1.0, soft: float = 0.0) -> None:  # fmt: skip
        """A rectangle."""
        self.fill([(x0, y0), (x1, y0), (x1, y1), (x0, y1)], colour, form=form, to=to, alpha=alpha, soft=soft)

    def stroke(self, points: Pairs, widths: Sequence[float] | float, colour: RGB, *, smooth: bool = True,
               form: float = 0.0, alpha: float = 1.0, soft: float = 0.0) -> None:  # fmt: skip
        """A line that may swell and thin."""
        line = curve(points, closed=False) if smooth and len(points) > 2 else np.asarray(points, dtype=np.float64)
        self.fill(ribbon(line, widths), colour, form=form, alpha=alpha, soft=soft, wobble=0)

    def fade_down(self, y0: float, y1: float, colour: RGB, amount: float) -> None:
        """Let mist rise over what was drawn: from nothing at y0 to `amount` of a colour at y1 and below."""
        if self.box[2] < self.box[0]:
            return
        left, top, right, bottom = (int(v) for v in self.box)
        ys = (np.arange(top, bottom, dtype=np.float32) / self.px - y0) / max(1e-6, y1 - y0)
        t = np.clip(ys, 0, 1)
        ramp = (t * t * (3 - 2 * t) * amount * 255).astype(np.uint8)[:, None]
        mask = Image.fromarray(np.repeat(ramp, right - left, axis=1))
        region = self.image.crop((left, top, right, bottom))
        tinted = Image.new("RGB", region.size, eight(colour))
        rgb = Image.composite(tinted, region.convert("RGB"), mask)
        rgb.putalpha(region.getchannel("A"))
        self.image.paste(rgb, (left, top))

    def dissolve(self, y0: float, y1: float) -> None:
        """Let the sheet itself thin out from whole at y0 to nothing at y1."""
        if self.box[2] < self.box[0]:
            return
        left, top, right, bottom = (int(v) for v in self.box)
        ys = (np.arange(top, bottom, dtype=np.float32) / self.px - y0) / max(1e-6, y1 - y0)
        ramp = (255 * (1 - np.clip(ys, 0, 1))).astype(np.float32)[:, None] / 255
        region = self.image.crop((left, top, right, bottom))
        alpha = (np.asarray(region.getchannel("A"), dtype=np.float32) * ramp).astype(np.uint8)
        region.putalpha(Image.fromarray(alpha))
        self.image.paste(region, (left, top))

    def done(self) -> tuple[Image.Image, tuple[int, int]] | None:
        """The drawing reduced to the picture's size, with the place of its upper left corner; None if nothing shows."""
        if self.box[2] <= self.box[0]:
            return None
        left, top = int(self.box[0]) // OVER * OVER, int(self.box[1]) // OVER * OVER
        right = min(self.image.width, -(-int(self.box[2]) // OVER) * OVER)
        bottom = min(self.image.height, -(-int(self.box[3]) // OVER) * OVER)
        return self.image.crop((left, top, right, bottom)).reduce(OVER), (left // OVER, top // OVER)


@lru_cache(maxsize=512)
def _thinned(alpha: float) -> list[int]:
    return [int(v * alpha) for v in range(256)]


def _softened(mask: Image.Image, radius: float) -> Image.Image:
    step = 1
    while radius / step > 4:
        step *= 2
    if step == 1:
        return mask.filter(ImageFilter.GaussianBlur(radius))
    small = mask.resize((max(1, mask.width // step), max(1, mask.height // step)), Image.Resampling.BOX)
    return small.filter(ImageFilter.GaussianBlur(radius / step)).resize(mask.size, Image.Resampling.BICUBIC)
