"""Gouache: opaque strokes of flat colour laid side by side, broad in the sky and fine in the near things."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from ..grain import Field, cloudy, relief, tooth
from ..stage import Layer, Stage
from ..surface import Surface


class Gouache:
    """Lays sheets down in strokes."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        rng = np.random.default_rng(stage.scene.chance ^ 0x55)
        self.size = stage.size
        self.flow = cloudy((64, 64), 3, rng, 2)
        self.broad = self._strokes(rng, 1500, 0.085, 0.024)
        self.fine = self._strokes(rng, 4200, 0.036, 0.0105)
        self.dry = cloudy(stage.size, 26, rng, 3, stretch=4.0) - 0.5
        self.tooth = tooth(stage.size, rng, 800)
        self.surface = Surface((self.tooth * 0.007).astype(np.float32))

    def _strokes(
        self, rng: np.random.Generator, count: int, length: float, width: float
    ) -> tuple[NDArray[np.int32], Field]:
        """For each pixel the pixel whose colour its stroke was loaded with, and the ridges that the bristles left."""
        pw, ph = self.size
        full = (pw, ph)
        ids = Image.new("I", full, 0)
        draw = ImageDraw.Draw(ids)
        aspect = self.stage.w
        xs, ys = rng.uniform(-0.02, aspect + 0.02, count), rng.uniform(-0.02, 1.02, count)
        jitter = rng.normal(0, 0.30, count)
        for k in range(count):
            x, y = float(xs[k]), float(ys[k])
            fx, fy = min(63, max(0, int(x / aspect * 63))), min(63, max(0, int(y * 63)))
            turn = (float(self.flow[fy, fx]) - 0.5) * 3.0 + float(jitter[k])
            dx, dy = math.cos(turn) * length / 2, math.sin(turn) * length / 2
            bend = 0.12 * length
            line = [
                ((x - dx) * full[1], (y - dy) * full[1]),
                ((x + dy * bend / length) * full[1], (y - dx * bend / length) * full[1]),
                ((x + dx) * full[1], (y + dy) * full[1]),
            ]
            draw.line(line, fill=k + 1, width=max(1, round(width * full[1])), joint="curve")
        index = np.asarray(ids.resize(self.size, Image.Resampling.NEAREST), dtype=np.int32)
        cx = np.concatenate([[0], np.clip(xs / aspect * (pw - 1), 0, pw - 1)]).astype(np.int32)
        cy = np.concatenate([[0], np.clip(ys * (ph - 1), 0, ph - 1)]).astype(np.int32)
        here = np.arange(pw * ph, dtype=np.int32).reshape(ph, pw)
        source = np.where(index > 0, cy[index] * pw + cx[index], here)
        tone = np.concatenate([[0], rng.normal(0, 1, count)]).astype(np.float32)[index]
        return source.astype(np.int32), tone

    def leaf(self, layer: Layer) -> Layer:
        """One sheet in strokes: its colours are those at the heart of each stroke, its outline keeps."""
        if layer.kind in ("light", "spark", "shadow", "mist", "beam"):
            return layer
        x, y = layer.at
        w, h = layer.image.size
        part = (slice(y, y + h), slice(x, x + w))
        rgba = np.asarray(layer.image, dtype=np.uint8)
        broad = layer.kind in ("sky",) or (layer.kind in ("water",) and w > self.size[0] * 0.8)
        source, tone = self.broad if broad else self.fine
        src = source[part]
        sy, sx = src // self.size[0] - y, src % self.size[0] - x
        inside = (sy >= 0) & (sy < h) & (sx >= 0) & (sx < w)
        sy, sx = np.clip(sy, 0, h - 1), np.clip(sx, 0, w - 1)
        loaded = rgba[sy, sx]
        use = (inside & (loaded[:, :, 3] > 250)).astype(np.float32)[:, :, None]
        use *= np.float32({"figure": 0.22, "sky": 0.92, "cloud": 0.7}.get(layer.kind, 0.5))
        rgb = rgba[:, :, :3].astype(np.float32)
        out = rgb + (loaded[:, :, :3].astype(np.float32) - rgb) * use
        vary = 3.4 if layer.kind in ("sky", "figure") else 5.6
        out = out + (tone[part] * np.float32(vary) + self.dry[part] * np.float32(16))[:, :, None]
        # a ridge of paint where two strokes meet
        out = out + relief(tone[part], 1.2)[:, :, None]
        made = np.concatenate([np.clip(out, 0, 255).astype(np.uint8), rgba[:, :, 3:]], axis=2)
        return replace(layer, image=Image.fromarray(made))

    def finish(self, picture: Image.Image) -> Image.Image:
        """A matt surface."""
        return self.surface.over(picture)
