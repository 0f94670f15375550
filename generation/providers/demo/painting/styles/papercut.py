"""Paper-cut: coloured papers laid over each other in a box, lit from behind and from above, each with its own shadow."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from PIL import Image

from ..grain import Field, blurred, cloudy, relief, smoothstep, tooth
from ..stage import Layer, Stage
from ..surface import Surface


class PaperCut:
    """Cuts sheets from paper."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        rng = np.random.default_rng(stage.scene.chance ^ 0x99)
        size = stage.size
        rough = tooth(size, rng, 700)
        fibre = cloudy(size, 60, rng, 2, stretch=0.25)
        self.texture = (relief(rough, 0.030) + relief(fibre, 0.13) + 0.007 * rough).astype(np.float32)
        self.light = blurred(stage.light_field(), 0.02 * size[1])
        self.glow = np.asarray(stage.pal.lamp, dtype=np.float32)
        self.wave = cloudy(size, 4, rng, 2)
        self.surface = Surface(np.zeros((size[1], size[0]), dtype=np.float32), shade=self._frame(rng))

    def _frame(self, rng: np.random.Generator) -> Field:
        width, height = self.stage.size
        ys, xs = np.mgrid[0:height, 0:width].astype(np.float32) / np.float32(height)
        edge = np.minimum(np.minimum(xs, self.stage.w - xs), np.minimum(ys * 0.85, 1 - ys))
        return np.asarray(0.74 + 0.26 * smoothstep(-0.01, 0.075, edge), dtype=np.float32)

    def leaf(self, layer: Layer) -> Layer:
        """One sheet as cut paper with the shadow it throws on the sheets behind."""
        if layer.kind == "sky":
            return self._sky(layer)
        if layer.kind in ("light", "spark", "shadow", "beam"):
            return layer
        px = self.stage.size[1]
        pad = int(0.035 * px)
        w, h = layer.image.size
        x, y = layer.at
        # the shadow needs room around the shape
        x0, y0 = max(0, x - pad), max(0, y - pad)
        x1, y1 = min(self.stage.size[0], x + w + pad), min(self.stage.size[1], y + h + pad)
        canvas = Image.new("RGBA", (x1 - x0, y1 - y0), (0, 0, 0, 0))
        canvas.paste(layer.image, (x - x0, y - y0))
        rgba = np.asarray(canvas, dtype=np.float32) * np.float32(1 / 255)
        rgb, alpha = rgba[:, :, :3], rgba[:, :, 3]
        part = (slice(y0, y1), slice(x0, x1))
        if layer.kind == "mist":
            alpha = 0.85 * smoothstep(0.30, 0.33, alpha) * 0.7 + alpha * 0.2
        light = self.light[part][:, :, None]
        out = rgb + (self.glow - rgb) * light * np.float32(0.30 * (1 - 0.6 * layer.depth))
        out = out + self.texture[part][:, :, None] * np.float32(0.9)
        lit = np.zeros_like(alpha)
        lit[1:, 1:] = np.clip(alpha[1:, 1:] - alpha[:-1, :-1], 0, 1)
        out = out + lit[:, :, None] * np.float32(0.16)
        reach = (0.0055 + 0.009 * layer.depth) * (0.6 if layer.kind == "figure" else 1)
        drop = int(reach * px * 0.9)
        cast = blurred(
            np.pad(alpha, ((drop, 0), (drop // 2, 0)))[: alpha.shape[0], : alpha.shape[1]], max(1.0, reach * px)
        )
        shade = np.clip(cast * 0.52, 0, 1) * (0.45 if layer.kind in ("mist", "cloud") else 1)
        total = alpha + shade * (1 - alpha)
        deep = np.asarray(self.stage.pal.dark, dtype=np.float32) * np.float32(0.55)
        share = (alpha / np.maximum(total, 1e-4))[:, :, None]
        made = np.concatenate([np.clip(out * share + deep * (1 - share), 0, 1), total[:, :, None]], axis=2)
        return replace(layer, image=Image.fromarray((made * 255 + 0.5).astype(np.uint8)), at=(x0, y0))

    def _sky(self, layer: Layer) -> Layer:
        """The sky as rings of paper round its light, each ring a little nearer."""
        px = self.stage.size[1]
        rgb = np.asarray(layer.image.convert("RGB"), dtype=np.float32) * np.float32(1 / 255)
        sx, sy, _ = self.stage.spots.get("sun", (self.stage.w / 2, 0.4, 0.0))
        height, width = rgb.shape[:2]
        ys, xs = np.mgrid[0:height, 0:width].astype(np.float32) / np.float32(px)
        d = np.hypot(xs - sx, (ys - sy) * 1.12) + 0.20 * (self.wave - 0.5)
        out = rgb
        deep = np.asarray(self.stage.pal.top, dtype=np.float32)
        for k, radius in enumerate((0.20, 0.36, 0.56, 0.82, 1.15)):
            ring = smoothstep(radius - 0.0012, radius + 0.0012, d)
            # the ring is cut out nearer to us: it shades the paper inside its hole
            inside = np.exp(-np.maximum(0, radius - d) / 0.016) * (1 - ring)
            out = out * (1 - 0.17 * inside[:, :, None])
            step = np.float32(0.085 + 0.015 * k)
            out = out + (deep - out) * ring[:, :, None] * step
            edge = np.exp(-(((d - radius - 0.0016) / 0.0014) ** 2))
            out = out + edge[:, :, None] * np.float32(0.05)
        out = out + self.texture[:, :, None]
        image = Image.fromarray((np.clip(out, 0, 1) * 255 + 0.5).astype(np.uint8))
        image.putalpha(255)
        return replace(layer, image=image)

    def finish(self, picture: Image.Image) -> Image.Image:
        """The box around it shades the margins."""
        return self.surface.over(picture)
