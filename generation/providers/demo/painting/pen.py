"""A pen that draws in a thing's own measure: origin at its foot, y up, one unit its height; it can turn and mirror."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from .palette import RGB
from .sheet import Pairs, Points, Sheet, curve, ring


class Pen:
    """Draws on a sheet at a place, in a size, facing left (-1) or right (1), tilted by degrees."""

    def __init__(self, sheet: Sheet, x: float, y: float, size: float, facing: int = 1, tilt: float = 0.0) -> None:
        self.sheet, self.x, self.y, self.size, self.facing = sheet, x, y, size, facing
        self.cos, self.sin = math.cos(math.radians(tilt)), math.sin(math.radians(tilt))

    def place(self, points: Pairs) -> Points:
        """Own points on the sheet."""
        p = np.asarray(points, dtype=np.float64)
        x, y = p[:, 0], p[:, 1]
        x, y = x * self.cos + y * self.sin, y * self.cos - x * self.sin
        return np.stack([self.x + x * self.size * self.facing, self.y - y * self.size], 1)

    def spot(self, x: float, y: float) -> tuple[float, float]:
        """One own point on the sheet."""
        p = self.place([(x, y)])[0]
        return float(p[0]), float(p[1])

    def at(self, x: float, y: float, size: float, tilt: float = 0.0, mirror: bool = False) -> Pen:
        """A pen for a part, placed and sized in this pen's measure."""
        sx, sy = self.spot(x, y)
        own = math.degrees(math.atan2(self.sin, self.cos))
        return Pen(self.sheet, sx, sy, size * self.size, -self.facing if mirror else self.facing, own + tilt)

    def shape(self, points: Pairs, colour: RGB, *, form: float = 0.45, to: RGB | None = None, alpha: float = 1.0,
              soft: float = 0.0) -> None:  # fmt: skip
        """A shape with corners."""
        self.sheet.fill(
            self.place(points), colour, form=form, to=to, alpha=alpha, soft=soft * self.size, wobble=self._shake()
        )

    def smooth(self, points: Pairs, colour: RGB, *, form: float = 0.6, to: RGB | None = None, alpha: float = 1.0,
               soft: float = 0.0) -> None:  # fmt: skip
        """A shape without corners."""
        line = self.place(curve(points))
        self.sheet.fill(line, colour, form=form, to=to, alpha=alpha, soft=soft * self.size, wobble=self._shake())

    def oval(self, x: float, y: float, rx: float, ry: float, colour: RGB, *, form: float = 0.6, alpha: float = 1.0,
             soft: float = 0.0) -> None:  # fmt: skip
        """An ellipse."""
        line = self.place(ring(x, y, rx, ry))
        self.sheet.fill(line, colour, form=form, alpha=alpha, soft=soft * self.size, wobble=self._shake())

    def box(self, x0: float, y0: float, x1: float, y1: float, colour: RGB, *, form: float = 0.3, alpha: float = 1.0,
            to: RGB | None = None) -> None:  # fmt: skip
        """A rectangle."""
        self.shape([(x0, y1), (x1, y1), (x1, y0), (x0, y0)], colour, form=form, alpha=alpha, to=to)

    def line(self, points: Pairs, widths: Sequence[float] | float, colour: RGB, *, smooth: bool = True,
             form: float = 0.0, alpha: float = 1.0, soft: float = 0.0) -> None:  # fmt: skip
        """A line that may swell and thin."""
        own = curve(points, closed=False) if smooth and len(points) > 2 else np.asarray(points, dtype=np.float64)
        scaled = widths * self.size if isinstance(widths, int | float) else [w * self.size for w in widths]
        self.sheet.stroke(self.place(own), scaled, colour, smooth=False, form=form, alpha=alpha, soft=soft * self.size)

    def _shake(self) -> float:
        # small things keep their shape: the tremble of a hand does not grow with the size of what it draws
        return self.sheet.wobble * min(1.0, self.size * 2.2)
