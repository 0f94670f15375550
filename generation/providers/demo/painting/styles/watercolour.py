"""Watercolour: transparent pigment that pools at its edges and settles in the paper's tooth, with a ragged border."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from PIL import Image

from ..grain import Field, blurred, cloudy, relief, smoothstep, tooth
from ..stage import Layer, Stage
from ..surface import Surface


class Watercolour:
    """Paints sheets as washes."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        size = stage.size
        rng = np.random.default_rng(stage.scene.chance ^ 0x77)
        self.paper = np.asarray(stage.pal.paper, dtype=np.float32)
        self.wash = cloudy(size, 5, rng, 4)
        flow = cloudy(size, 7, rng, 3)
        # where a wet wash crept back into a drying one, a thin line is left
        self.bloom = np.exp(-(((flow - 0.5) / 0.012) ** 2)).astype(np.float32) * smoothstep(0.5, 0.66, self.wash)
        self.tooth = tooth(size, rng)
        self.light = stage.light_field()
        self.surface = Surface(
            (relief(self.tooth, 0.022) + self.tooth * 0.008).astype(np.float32), stage.pal.paper, self._border(rng)
        )

    def _border(self, rng: np.random.Generator) -> Field:
        width, height = self.stage.size
        ys, xs = np.mgrid[0:height, 0:width].astype(np.float32) / np.float32(height)
        edge = np.minimum(np.minimum(xs, self.stage.w - xs), np.minimum(ys, 1 - ys))
        ragged = edge - 0.009 - 0.020 * (cloudy(self.stage.size, 8, rng, 2) - 0.35) - 0.0016 * self.tooth
        return smoothstep(-0.0030, 0.0034, ragged)

    def leaf(self, layer: Layer) -> Layer:
        """One sheet as a wash."""
        if layer.kind in ("light", "mist", "beam", "spark", "shadow"):
            return layer
        x, y = layer.at
        w, h = layer.image.size
        part = (slice(y, y + h), slice(x, x + w))
        px = self.stage.size[1]
        rgba = np.asarray(layer.image, dtype=np.float32) * np.float32(1 / 255)
        rgb, alpha = rgba[:, :, :3], rgba[:, :, 3]
        wash = self.wash[part] - 0.5
        small = layer.kind == "figure"
        density = 1 + wash * (0.30 if small else 0.95) + self.tooth[part] * 0.075
        if layer.kind != "sky":
            pad = np.pad(alpha, 8, mode="edge")
            soft = blurred(pad, (0.005 if small else 0.0075) * px)[8:-8, 8:-8]
            density += np.clip(alpha - soft, 0, 1) * (0.75 if small else 1.25)
            if not small:
                # pigment sinks: a wash is a little thinner at its top
                density += self.bloom[part] * 0.16
        else:
            density += self.bloom[part] * 0.05
        density = np.clip(density, 0.45, 2.2)[:, :, None]
        # more pigment takes more light away, and most from what the pigment already absorbs
        dark = 1 - rgb
        out = rgb + dark * (1 - density) * rgb * 0.62 + (1 - density) * dark * 0.10
        lift = 0.10 if small else 0.16
        out = out + (self.paper - out) * (lift * (1 - dark.mean(axis=2, keepdims=True)))
        if layer.kind not in ("figure", "sky"):
            alpha = alpha * np.clip(0.985 - 0.10 * np.clip(wash, -0.3, 0.3), 0, 1)
        made = np.concatenate([np.clip(out, 0, 1), alpha[:, :, None]], axis=2)
        return replace(layer, image=Image.fromarray((made * 255 + 0.5).astype(np.uint8)))

    def finish(self, picture: Image.Image) -> Image.Image:
        """The paper shows through, and round the edge it stays white."""
        return self.surface.over(picture)
