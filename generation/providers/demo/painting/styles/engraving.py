"""Engraving: lines cut for an ink on warm paper, which swell with the shade and bend over the form; one spot colour."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
from PIL import Image

from ..grain import Field, blurred, cloudy, relief, smoothstep, tooth
from ..stage import Layer, Stage
from ..surface import Surface


class Engraving:
    """Cuts sheets in lines."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.size = stage.size
        rng = np.random.default_rng(stage.scene.chance ^ 0x33)
        self.paper = np.asarray(stage.pal.paper, dtype=np.float32) * np.asarray([0.985, 0.965, 0.92], dtype=np.float32)
        self.ink = np.asarray(stage.pal.ink, dtype=np.float32)
        self.spot = np.asarray(stage.scene.hero.cloth, dtype=np.float32)
        self.light = stage.light_field()
        self.drift = (cloudy(stage.size, 3, rng, 2) - 0.5).astype(np.float32)
        self.hand = (cloudy(stage.size, 90, rng, 2) - 0.5).astype(np.float32)
        self.tooth = tooth(stage.size, rng)
        height, width = stage.size[1], stage.size[0]
        self.ys, self.xs = np.mgrid[0:height, 0:width].astype(np.float32) / np.float32(height)
        # lines five pixels apart on a full plate, and as many on a small one, so that a film begins as its picture
        # a tall plate is a cover: it is seen small, and wants the bolder line of a woodcut
        self.period = 1 / 104 if stage.tall else 1 / 132
        paper = (float(self.paper[0]), float(self.paper[1]), float(self.paper[2]))
        self.surface = Surface((self.tooth * 0.008 + relief(self.tooth, 0.01)).astype(np.float32), paper, self._frame())

    def _frame(self) -> Field:
        edge = (
            np.minimum(np.minimum(self.xs, self.stage.w - self.xs), np.minimum(self.ys, 1 - self.ys))
            + 0.002 * self.hand
        )
        return smoothstep(0.019, 0.022, edge)

    def _cut(
        self, part: tuple[slice, slice], degrees: float, bend: Field | float, width: Field, period: float
    ) -> Field:
        """Ink of one set of lines: `width` from 0 to 1 is the share of the period that is black."""
        turn = math.radians(degrees)
        across = self.ys[part] * np.float32(math.cos(turn)) + self.xs[part] * np.float32(math.sin(turn)) + bend
        phase = across / np.float32(period)
        off = np.abs(phase - np.floor(phase) - 0.5) * np.float32(2)
        # off: 0 on the line's heart, 1 between lines; one pixel of softness keeps it from flickering
        soft = np.float32(1.6 / (period * self.size[1]))
        return np.clip((width - off) / soft + 0.5, 0, 1) * np.clip(width * 9, 0, 1)

    def leaf(self, layer: Layer) -> Layer:
        """One sheet as ink lines on opaque paper."""
        if layer.kind in ("light", "shadow", "beam", "mist", "spark"):
            return self._air(layer)
        x, y = layer.at
        w, h = layer.image.size
        part = (slice(y, y + h), slice(x, x + w))
        rgba = np.asarray(layer.image, dtype=np.float32) * np.float32(1 / 255)
        rgb, alpha = rgba[:, :, :3], rgba[:, :, 3]
        lum = rgb @ np.asarray([0.30, 0.56, 0.14], dtype=np.float32)
        tone = 1 - lum
        light = self.light[part]
        hour = {"night": 0.86, "dusk": 1.06, "storm": 1.06}.get(self.stage.scene.hour, 1.30)
        tone = np.clip((tone - 0.07) * hour, 0, 1) * (1 - 0.60 * light)
        if layer.kind == "sky":
            tone = tone * 0.78
        elif layer.kind not in ("figure",):
            tone = tone * (0.66 + 0.50 * layer.depth)
        tone = np.clip(tone + self.hand[part] * 0.05, 0, 1)
        small = layer.kind == "figure" or max(w, h) < self.size[1] * 0.3
        period = self.period * (0.78 if small else 1.0)
        period = max(period, 1 / 172)
        if layer.kind == "sky":
            bend: Field | float = self.drift[part] * 0.05
        else:
            r = max(3.0, 0.045 * self.size[1] * (0.5 if small else 1.0))
            mound = blurred(np.clip(alpha * 0.55 + tone * 0.45, 0, 1), r)
            bend = mound * np.float32(0.055 if not small else 0.030) + self.drift[part] * 0.03
        bend = bend + self.hand[part] * np.float32(0.0022)
        first = self._cut(
            part, layer.hatch, bend, 0.06 * smoothstep(0.03, 0.08, tone) + 0.84 * smoothstep(0.05, 0.88, tone), period
        )
        second = self._cut(part, layer.hatch + 58, bend, 0.62 * smoothstep(0.38, 0.92, tone), period)
        ink = np.maximum(first, second)
        if layer.kind not in ("sky",):
            third = self._cut(part, layer.hatch - 52, bend, 0.55 * smoothstep(0.60, 0.98, tone), period)
            ink = np.maximum(ink, third)
            ink = np.maximum(ink, self._outline(lum, alpha, layer.depth, small))
        ground: Field = np.broadcast_to(self.paper, rgb.shape)
        if layer.kind == "figure":
            # the one spot colour lies under the lines, where the cloth is
            away = np.sqrt(
                (
                    (
                        rgb / np.maximum(lum, 0.12)[:, :, None]
                        - self.spot / max(0.12, float(self.spot @ [0.30, 0.56, 0.14]))
                    )
                    ** 2
                ).sum(axis=2)
            )
            cloth = np.clip(1.25 - away * 1.25, 0, 1).astype(np.float32)[:, :, None]
            ground = ground + (self.spot - ground) * cloth * np.float32(0.86)
            ink = ink * (1 - 0.25 * cloth[:, :, 0])
        warm = np.clip((rgb[:, :, 0] - rgb[:, :, 2]) * 1.6 - 0.42, 0, 1) * smoothstep(0.62, 0.85, lum)
        lamp = np.asarray(self.stage.pal.lamp, dtype=np.float32)
        if layer.kind != "sky":
            ground = np.asarray(ground + (lamp - ground) * warm[:, :, None] * np.float32(0.75), dtype=np.float32)
        out = ground + (self.ink - ground) * (ink * 0.95)[:, :, None]
        made = np.concatenate([np.clip(out, 0, 1), alpha[:, :, None]], axis=2)
        return replace(layer, image=Image.fromarray((made * 255 + 0.5).astype(np.uint8)))

    def _outline(self, lum: Field, alpha: Field, depth: float, small: bool) -> Field:
        """A line at the edge of the shape, and a finer one where tones meet within it."""
        px = self.size[1] / 684
        pad = np.pad(alpha, 6)
        soft = blurred(pad, (0.9 + 0.9 * depth) * px)[6:-6, 6:-6]
        edge = np.clip((alpha - soft) * 3.4, 0, 1) * (0.35 + 0.65 * depth)
        inner = np.zeros_like(lum)
        inner[1:-1, 1:-1] = np.abs(lum[2:, 1:-1] - lum[:-2, 1:-1]) + np.abs(lum[1:-1, 2:] - lum[1:-1, :-2])
        inner = smoothstep(0.10, 0.34, inner) * alpha * (0.85 if small else 0.55)
        return np.asarray(np.maximum(edge, inner), dtype=np.float32)

    def _air(self, layer: Layer) -> Layer:
        """Light becomes bare or faintly tinted paper, mist bare paper, shadow a few strokes."""
        x, y = layer.at
        w, h = layer.image.size
        part = (slice(y, y + h), slice(x, x + w))
        alpha = np.asarray(layer.image.getchannel("A"), dtype=np.float32) * np.float32(1 / 255)
        if layer.kind == "shadow":
            ink = self._cut(part, 0.0, 0.0, np.clip(alpha * 1.5, 0, 0.8), self.period * 0.8)
            made = np.concatenate([np.broadcast_to(self.ink, (h, w, 3)), ink[:, :, None]], axis=2)
        else:
            lamp = np.asarray(self.stage.pal.lamp, dtype=np.float32)
            tint = self.paper + (lamp - self.paper) * np.float32(
                0.55 if layer.kind in ("light", "beam", "spark") else 0.0
            )
            share = {"mist": 0.9, "light": 0.55, "beam": 0.9}.get(layer.kind, 0.9)
            made = np.concatenate([np.broadcast_to(tint, (h, w, 3)), (alpha * share)[:, :, None]], axis=2)
        kind = "beam" if layer.kind == "light" else layer.kind
        return replace(layer, image=Image.fromarray((np.clip(made, 0, 1) * 255 + 0.5).astype(np.uint8)), kind=kind)

    def finish(self, picture: Image.Image) -> Image.Image:
        """A margin of bare paper with the plate's edge, and the paper's tooth."""
        return self.surface.over(picture)
