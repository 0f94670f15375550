"""The stage on which a place is built: sheets from the far sky to the near ground, and the lights between them."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from PIL import Image

from .grain import Field
from .palette import RGB, Palette, mix, oklch, palette
from .pen import Pen
from .reading import Scene, number
from .sheet import Sheet


@dataclass(frozen=True, slots=True)
class Layer:
    """One sheet of the picture."""

    image: Image.Image
    at: tuple[int, int]
    depth: float
    """0 is the sky, 1 touches the reader's nose."""
    kind: str
    """sky, land, water, figure, mist, spark or light."""
    motion: str = "still"
    """still, drift, ripple, glint, bob, sway or flicker."""
    hatch: float = 0.0
    """Degrees in which an engraver would hatch it."""


@dataclass(frozen=True, slots=True)
class Light:
    """A source of warm or pale light: where, how far it reaches, its colour."""

    x: float
    y: float
    reach: float
    colour: RGB
    strength: float
    lamp: bool


@dataclass
class Stage:
    """What a place is built with."""

    scene: Scene
    size: tuple[int, int]
    style: str
    layers: list[Layer] = field(default_factory=list)
    lights: list[Light] = field(default_factory=list)
    spots: dict[str, tuple[float, float, float]] = field(default_factory=dict)
    """Where things of interest stand: name to x, y, height. "hero" is the one that the film leans toward."""

    def __post_init__(self) -> None:
        self.pal: Palette = palette(self.scene.family, self.scene.hour, self.scene.weather, self.scene.hero.cloth)
        self.rng = np.random.default_rng(self.scene.chance)
        self.w = self.size[0] / self.size[1]
        self.u = min(1.15, self.w**0.5 / 1.333 * (1.14 if self.w < 0.9 else 1.0))
        """Size of things against a landscape plate: smaller on a portrait one."""
        self.tall = self.w < 0.9
        self.flip = -1 if number(self.scene.chance, "flip") % 2 else 1
        self.sun = -self.flip
        self.wobble = {"paper-cut": 0.0006, "watercolour": 0.0017, "gouache": 0.0013}.get(self.style, 0.0010)

    def x(self, share: float) -> float:
        """A share of the width, mirrored where this picture is mirrored."""
        return self.w * (share if self.flip > 0 else 1 - share)

    def any(self, low: float, high: float) -> float:
        """A number left to chance."""
        return float(self.rng.uniform(min(low, high), max(low, high)))

    def one_in(self, n: int) -> bool:
        """True once in n times."""
        return bool(self.rng.integers(0, n) == 0)

    def sheet(self, base: RGB) -> Sheet:
        """An empty sheet."""
        return Sheet(self.size, base, self.rng, self.wobble, float(self.sun))

    def pen(self, sheet: Sheet, x: float, y: float, size: float, facing: int = 1, tilt: float = 0.0) -> Pen:
        """A pen on a sheet, for things that are drawn in their own measure."""
        return Pen(sheet, x, y, size, facing, tilt)

    def lay(self, sheet: Sheet, depth: float, kind: str = "land", motion: str = "still", hatch: float = 0.0) -> None:
        """Put a finished sheet on the stage, in front of all earlier ones."""
        done = sheet.done()
        if done is not None:
            self.layers.append(Layer(done[0], done[1], depth, kind, motion, hatch))

    def glow(self, x: float, y: float, reach: float, strength: float = 0.6, colour: RGB | None = None,
             lamp: bool = True, depth: float = 0.5) -> None:  # fmt: skip
        """Light in the air around a source. It lies over what is already there and under what comes later."""
        light = Light(
            x, y, reach, colour or mix(self.pal.lamp, oklch(0.72, 0.165, self.pal.warm - 8), 0.62), strength, lamp
        )
        self.lights.append(light)
        image, at = _halo(light, self.size)
        if image is not None:
            self.layers.append(Layer(image, at, depth, "light", "flicker" if lamp else "still"))

    def haze(self, colour: RGB, depth: float) -> RGB:
        """A colour seen through the air at a depth."""
        thick = 0.78 if self.scene.weather == "fog" else 0.55
        return mix(colour, self.pal.haze, max(0.0, (1 - depth) * thick))

    def light_field(self) -> Field:
        """How lit each pixel is, from 0 to 1, by all lights together. Made small and enlarged."""
        width, height = max(8, self.size[0] // 8), max(8, self.size[1] // 8)
        ys, xs = np.mgrid[0:height, 0:width].astype(np.float32) / np.float32(height)
        total = np.zeros((height, width), dtype=np.float32)
        for light in self.lights:
            distance = np.hypot(xs - light.x, ys - light.y) / light.reach
            total += np.float32(light.strength) * np.exp(-3.2 * distance * distance).astype(np.float32)
        big = Image.fromarray(np.clip(total, 0, 1)).resize(self.size, Image.Resampling.BICUBIC)
        return np.asarray(big, dtype=np.float32)


def _halo(light: Light, size: tuple[int, int]) -> tuple[Image.Image | None, tuple[int, int]]:
    px = size[1]
    reach = light.reach * 1.5
    left, top = max(0, int((light.x - reach) * px)), max(0, int((light.y - reach) * px))
    right, bottom = min(size[0], int((light.x + reach) * px) + 1), min(size[1], int((light.y + reach) * px) + 1)
    if right - left < 2 or bottom - top < 2:
        return None, (0, 0)
    ys, xs = np.mgrid[top:bottom:2, left:right:2].astype(np.float32) / np.float32(px)
    d = np.hypot(xs - light.x, ys - light.y) / np.float32(light.reach)
    fall = 0.62 * np.exp(-4.5 * d * d) + 0.38 * np.exp(-13 * d)
    fall *= np.clip((1.5 - d) / 0.5, 0, 1)
    alpha = Image.fromarray((np.clip(fall * light.strength, 0, 1) * 255).astype(np.uint8))
    alpha = alpha.resize((right - left, bottom - top), Image.Resampling.BILINEAR)
    image = Image.new("RGB", alpha.size, tuple(int(c * 255) for c in light.colour))
    image.putalpha(alpha)
    return image, (left, top)
