"""Falling snow and rain, motes and sparks: drawn afresh for every moment, and back where they began after one round."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from .palette import RGB, mix
from .stage import Stage


@dataclass(frozen=True)
class Falling:
    """Particles in the air of one scene."""

    kind: str
    seeds: NDArray[np.float64]
    colour: RGB
    slant: float

    def draw(self, picture: Image.Image, turn: float) -> None:
        """Draw them on a picture, in place, at a share of the round from 0 to 1."""
        if not len(self.seeds):
            return
        width, height = picture.size
        scale = 2 if height < 400 else 1
        sheet = Image.new("L", (width * scale, height * scale), 0)
        k = sheet.height / height
        draw = ImageDraw.Draw(sheet)
        px = sheet.height
        for x, y, near, phase in self.seeds.tolist():
            if self.kind == "rain":
                rounds = 5 + int(near * 4)
                yy = (y + turn * rounds) % 1.0 * 1.2 - 0.1
                length = 0.03 + 0.05 * near
                xx = x * width / height * 1.1 + (yy - 0.5) * self.slant
                draw.line(
                    [(xx * px, yy * px), ((xx + length * self.slant) * px, (yy + length) * px)],
                    fill=int(60 + 80 * near), width=max(1, round((0.0011 + 0.0011 * near) * px)),
                )  # fmt: skip
            elif self.kind == "snow":
                rounds = 1 + int(near > 0.6)
                yy = (y + turn * rounds) % 1.0 * 1.06 - 0.03
                xx = x * width / height + 0.018 * math.sin(2 * math.pi * (turn + phase))
                xx += 0.010 * math.sin(2 * math.pi * (2 * turn + phase * 3))
                r = (0.0013 + 0.0048 * near**3) * px
                draw.ellipse([xx * px - r, yy * px - r, xx * px + r, yy * px + r], fill=int(130 + 115 * near))
            else:
                xx = x * width / height + 0.02 * math.sin(2 * math.pi * (turn + phase))
                yy = y + 0.016 * math.cos(2 * math.pi * (turn + phase * 2))
                r = (0.0010 + 0.0018 * near) * px
                shine = 0.35 + 0.65 * (0.5 + 0.5 * math.sin(2 * math.pi * (turn * (1 + int(phase * 3)) + phase))) ** 2
                draw.ellipse([xx * px - r, yy * px - r, xx * px + r, yy * px + r], fill=int(150 * shine))
        mask = sheet if k == 1 else sheet.resize((width, height), Image.Resampling.BOX)
        picture.paste(tuple(int(c * 255) for c in self.colour), (0, 0, width, height), mask)


def falling(stage: Stage) -> Falling:
    """What falls or floats in a scene."""
    rng = np.random.default_rng(stage.scene.chance ^ 0xF11)
    weather = stage.scene.weather
    sheltered = bool(stage.spots.get("sheltered"))
    pal = stage.pal
    if weather == "snow" and not sheltered:
        return Falling("snow", rng.random((230, 4)), mix(pal.low, (1, 1, 1), 0.8), 0.0)
    if weather == "rain" and (not sheltered or "rain" in stage.spots):
        return Falling("rain", rng.random((170, 4)), mix(pal.low, (1, 1, 1), 0.55), 0.10 * stage.flip)
    count = 26 if "light" not in stage.scene.absent and (stage.scene.hour in ("night", "dusk") or sheltered) else 0
    return Falling("motes", rng.random((count, 4)), mix(pal.lamp, (1, 1, 1), 0.3), 0.0)
