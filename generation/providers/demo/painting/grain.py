"""Noise that is laid on a grid of fixed count, so that a small and a large plate of one scene carry the same marks."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

Field = NDArray[np.float32]
Size = tuple[int, int]


def field_of(image: Image.Image) -> Field:
    """A single-channel picture as numbers from 0 to 1."""
    return np.asarray(image, dtype=np.float32) * np.float32(1 / 255)


def image_of(field: Field) -> Image.Image:
    """Numbers from 0 to 1 as a single-channel picture."""
    return Image.fromarray((np.clip(field, 0, 1) * 255 + 0.5).astype(np.uint8))


def lattice(size: Size, across: int, rng: np.random.Generator, stretch: float = 1.0) -> Field:
    """Smooth noise from 0 to 1 with `across` cells over the width; `stretch` over 1 makes them long and flat."""
    width, height = size
    # the count must not hang on how a small size was rounded, or the same scene would grow otherwise in it
    down = max(2, round(across * round(height / width, 1) * stretch))
    small = rng.random((down + 1, max(2, across) + 1), dtype=np.float32)
    return np.asarray(Image.fromarray(small).resize(size, Image.Resampling.BICUBIC), dtype=np.float32)


def cloudy(size: Size, across: int, rng: np.random.Generator, octaves: int = 4, stretch: float = 1.0) -> Field:
    """Noise of several sizes, 0 to 1 with mean near 0.5. Computed at half size: no eye sees the difference."""
    width, height = size
    half = (max(2, width // 2), max(2, height // 2))
    rng = np.random.default_rng(int(rng.integers(1 << 62)))
    total = np.zeros((half[1], half[0]), dtype=np.float32)
    weight, full = 1.0, 0.0
    for octave in range(octaves):
        total += np.float32(weight) * lattice(half, across * 2**octave, rng, stretch)
        full += weight
        weight *= 0.52
    total *= np.float32(1 / full)
    return np.asarray(Image.fromarray(total).resize(size, Image.Resampling.BILINEAR), dtype=np.float32)


def tooth(size: Size, rng: np.random.Generator, cells: int = 900) -> Field:
    """The tooth of rough paper, mean 0, about -1 to 1."""
    fine = lattice(size, min(cells, size[0]), rng)
    coarse = lattice(size, min(cells // 3, size[0]), rng)
    both = 0.6 * fine + 0.4 * coarse
    return np.asarray((both - 0.5) * 2.6, dtype=np.float32)


def relief(field: Field, strength: float = 1.0) -> Field:
    """A height seen under light from the upper left: slopes, mean 0."""
    out = np.zeros_like(field)
    out[1:, 1:] = (field[1:, 1:] - field[:-1, :-1]) * np.float32(strength)
    return out


def blurred(field: Field, radius: float) -> Field:
    """A soft copy. Wide blurs are done small, which is quick and leaves no trace."""
    height, width = field.shape
    step = 1
    while radius / step > 5 and min(width, height) / step > 24:
        step *= 2
    image = image_of(field)
    if step > 1:
        image = image.resize((max(1, width // step), max(1, height // step)), Image.Resampling.BOX)
    image = image.filter(ImageFilter.GaussianBlur(radius / step))
    if step > 1:
        image = image.resize((width, height), Image.Resampling.BICUBIC)
    return field_of(image)


def smoothstep(low: float, high: float, x: Field) -> Field:
    """0 below `low`, 1 above `high`, soft between."""
    t = np.clip((x - np.float32(low)) / np.float32(high - low), 0, 1)
    return np.asarray(t * t * (3 - 2 * t), dtype=np.float32)
