"""The surface of the finished plate: grain and border as ready-made images, so that a film lays them on in no time."""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageChops

from .grain import Field


class Surface:
    """Grain to add, paper to show round the edge, shade to multiply."""

    def __init__(self, grain: Field, paper: tuple[float, float, float] | None = None, border: Field | None = None,
                 shade: Field | None = None) -> None:  # fmt: skip
        """`grain` in shares of full white; `border` is 1 where there is paint; `shade` is 1 where nothing darkens."""
        size = (grain.shape[1], grain.shape[0])
        self.grain = Image.fromarray(np.clip(128.5 + grain * 255, 0, 255).astype(np.uint8)).convert("RGB")
        self.paper: Image.Image | None = None
        self.border: Image.Image | None = None
        self.shade: Image.Image | None = None
        if paper is not None and border is not None:
            self.paper = Image.new("RGB", size, tuple(int(c * 255) for c in paper))
            self.border = Image.fromarray((np.clip(border, 0, 1) * 255).astype(np.uint8))
        if shade is not None:
            self.shade = Image.fromarray((np.clip(shade, 0, 1) * 255).astype(np.uint8)).convert("RGB")

    def over(self, picture: Image.Image) -> Image.Image:
        """The picture on this surface."""
        if self.paper is not None and self.border is not None:
            picture = Image.composite(picture, self.paper, self.border)
        if self.shade is not None:
            picture = ImageChops.multiply(picture, self.shade)
        return ImageChops.add(picture, self.grain, 1.0, -128)
