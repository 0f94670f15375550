"""Light and colour of a whole picture, changed in OKLab so that no colour turns to mud. Arrays of float32, 0 to 1."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from generation.providers.demo.painting.palette import to_lab

Field = NDArray[np.float32]
Grade = Callable[[Field], Field]
"""OKLab in, OKLab out; both of shape (height, width, 3)."""

_TO_LMS = np.array(
    [[0.4122214708, 0.5363325363, 0.0514459929], [0.2119034982, 0.6806995451, 0.1073969566],
     [0.0883024619, 0.2817188376, 0.6299787005]], dtype=np.float32)  # fmt: skip
_TO_LAB = np.array(
    [[0.2104542553, 0.7936177850, -0.0040720468], [1.9779984951, -2.4285922050, 0.4505937099],
     [0.0259040371, 0.7827717662, -0.8086757660]], dtype=np.float32)  # fmt: skip
_FROM_LAB, _FROM_LMS = np.linalg.inv(_TO_LAB).astype(np.float32), np.linalg.inv(_TO_LMS).astype(np.float32)
_LINEAR = np.array(
    [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in np.arange(256) / 255], dtype=np.float32
)


def lab_of(image: Image.Image) -> Field:
    """A picture in OKLab."""
    linear = _LINEAR[np.asarray(image.convert("RGB"))]
    return np.asarray(np.cbrt(linear @ _TO_LMS.T) @ _TO_LAB.T, dtype=np.float32)


def image_of(lab: Field) -> Image.Image:
    """OKLab as a picture."""
    lms = lab @ _FROM_LAB.T
    linear = np.clip((lms * lms * lms) @ _FROM_LMS.T, 0, 1)
    rgb = np.where(linear <= 0.0031308, linear * 12.92, 1.055 * np.power(linear, np.float32(1 / 2.4)) - 0.055)
    return Image.fromarray((np.clip(rgb, 0, 1) * 255 + 0.5).astype(np.uint8))


def graded(image: Image.Image, grade: Grade) -> Image.Image:
    """The picture under a grade."""
    return image_of(grade(lab_of(image)))


def toned(
    lab: Field, *, light: float = 0.0, gain: float = 1.0, around: float = 0.55, colour: float = 1.0,
    high: tuple[float, float] = (0.0, 0.0), low: tuple[float, float] = (0.0, 0.0),
) -> Field:  # fmt: skip
    """The general grade: lightness added and stretched around a middle, colourfulness, and a push of (a, b) for the lights
    and another for the shades."""
    out = np.empty_like(lab)
    bright = np.clip(lab[:, :, 0], 0, 1)
    out[:, :, 0] = np.clip((lab[:, :, 0] - around) * gain + around + light, 0, 1)
    for k in (0, 1):
        out[:, :, k + 1] = lab[:, :, k + 1] * colour + high[k] * bright + low[k] * (1 - bright)
    return out


def greyed(lab: Field) -> Field:
    """Without colour, with a little more contrast to make up for it."""
    return toned(lab, colour=0.0, gain=1.08)


def aged(lab: Field) -> Field:
    """As an old brown photograph."""
    return toned(lab, colour=0.12, gain=0.94, light=0.01, high=(0.012, 0.055), low=(0.018, 0.045))


def tinted(lab: Field, colour: tuple[float, float, float]) -> Field:
    """Drawn toward one colour."""
    _, a, b = to_lab(colour)
    out = toned(lab, colour=0.45)
    out[:, :, 1] += a * 0.7
    out[:, :, 2] += b * 0.7
    return out


def leaves_turned(lab: Field, hue: float, *, reach: float = 62.0, share: float = 0.95) -> Field:
    """Greens (and what is near them) turned to another hue in degrees; the rest stays."""
    own = np.degrees(np.arctan2(lab[:, :, 2], lab[:, :, 1])) % 360
    chroma = np.hypot(lab[:, :, 1], lab[:, :, 2])
    near = np.clip(1.35 - np.abs((own - 148 + 180) % 360 - 180) / reach, 0, 1) * np.clip(chroma / 0.03, 0, 1) * share
    turn = np.radians(np.float32(hue) + (own - 148) * 0.35)
    strong = np.maximum(chroma * 1.35, 0.055)
    out = lab.copy()
    out[:, :, 1] += (strong * np.cos(turn) - lab[:, :, 1]) * near
    out[:, :, 2] += (strong * np.sin(turn) - lab[:, :, 2]) * near
    out[:, :, 0] += 0.03 * near
    return out


def in_colours_of(image: Image.Image, references: Sequence[Image.Image], share: float) -> Image.Image:
    """The picture in the colours of the references: their mean and their spread, and half of their light."""
    small = [lab_of(fit(one)).reshape(-1, 3) for one in references]
    theirs = np.concatenate(small)
    lab = lab_of(image)
    ours = lab_of(fit(image)).reshape(-1, 3)
    stretch = np.clip(theirs.std(axis=0) / np.maximum(ours.std(axis=0), 0.004), (0.75, 0.35, 0.35), (1.3, 2.6, 2.6))
    weight = np.array([0.5, 1.0, 1.0], dtype=np.float32) * share
    moved = (lab - ours.mean(axis=0)) * stretch + theirs.mean(axis=0)
    return image_of((lab + (moved - lab) * weight).astype(np.float32))


def fit(image: Image.Image, side: int = 96) -> Image.Image:
    """A small copy that has the colours of the whole."""
    return image.convert("RGB").resize((side, side), Image.Resampling.BOX)
