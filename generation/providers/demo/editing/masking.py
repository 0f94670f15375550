"""Masks: where a picture may change, what fills a place from which something is taken, and pixels that stay as they were."""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageFilter

from generation.providers.errors import Rejected

from .adding import Room
from .tones import Field


def free_of(mask: Image.Image, size: tuple[int, int]) -> Field:
    """How far each pixel may change, from 0 (not at all) to 1: what is transparent in the mask, with a softer rim inside.
    Raises `Rejected` where the mask leaves nothing free."""
    alpha = mask.convert("RGBA").getchannel("A")
    if alpha.size != size:
        alpha = alpha.resize(size, Image.Resampling.NEAREST)
    free = 255 - np.asarray(alpha, dtype=np.int16)
    if not (free > 0).any():
        raise Rejected("the mask has no transparent pixels, so nothing may change", field="inputs")
    hard = Image.fromarray(free.astype(np.uint8))
    soft = np.asarray(hard.filter(ImageFilter.GaussianBlur(max(1.0, 0.004 * size[1]))), dtype=np.float32) / 255
    eased = np.clip((soft - 0.5) * 2, 0, 1) if (free == 255).mean() > 0.0005 else soft
    own = free.astype(np.float32) / 255
    return np.asarray(np.minimum(own, np.maximum(eased, 0.25 * own)), dtype=np.float32)


def room_in(free: Field) -> Room:
    """The room that a mask leaves for a thing."""
    height = free.shape[0]
    ys, xs = np.nonzero(free > 0.5)
    if not len(ys):
        ys, xs = np.nonzero(free > 0)
    top, bottom = np.percentile(ys, [2, 98]) / height
    wide = (np.percentile(xs, 98) - np.percentile(xs, 2)) / height
    tall = max(0.02, min((bottom - top) * 0.92, wide * 1.5))
    return Room(float(np.mean(xs)) / height, float((top + bottom) / 2 + tall / 2), float(tall))


def merged(source: Image.Image, changed: Image.Image, share: Field | float) -> Image.Image:
    """The source gone over to the changed picture by a share; where the share is 0, byte for byte the source."""
    weight = np.asarray(share, dtype=np.float32)
    weight = weight[:, :, None] if weight.ndim == 2 else weight
    before = np.asarray(source, dtype=np.float32)
    after = before + (np.asarray(changed, dtype=np.float32) - before) * weight
    return Image.fromarray((np.clip(after, 0, 255) + 0.5).astype(np.uint8))


def filled(image: Image.Image, free: Field, seed: int) -> Image.Image:
    """The free part painted over with what surrounds it, from coarse to fine, with a little of its grain."""
    known = (free <= 0).astype(np.float32)
    rgb = np.asarray(image, dtype=np.float32)
    levels = [(rgb * known[:, :, None], known)]
    while min(levels[-1][1].shape) > 2 and (levels[-1][1] <= 0).any():
        levels.append(_halved(*levels[-1]))
    colour, weight = levels[-1]
    full = colour / np.maximum(weight, 1e-4)[:, :, None]
    for colour, weight in reversed(levels[:-1]):
        size = (weight.shape[1], weight.shape[0])
        coarse = np.stack(
            [np.asarray(Image.fromarray(full[:, :, c]).resize(size, Image.Resampling.BILINEAR)) for c in range(3)],
            axis=2,
        )
        sure = np.clip(weight, 0, 1)[:, :, None]
        full = coarse * (1 - sure) + colour / np.maximum(weight, 1e-4)[:, :, None] * sure
    grain = np.random.default_rng(seed).normal(0, 2.2, free.shape).astype(np.float32)[:, :, None]
    return Image.fromarray(np.clip(full + grain * (free > 0)[:, :, None], 0, 255).astype(np.uint8))


def _halved(colour: Field, weight: Field) -> tuple[Field, Field]:
    height, width = -(-weight.shape[0] // 2) * 2, -(-weight.shape[1] // 2) * 2
    padding = ((0, height - weight.shape[0]), (0, width - weight.shape[1]))
    colour = np.pad(colour, (*padding, (0, 0)))
    weight = np.pad(weight, padding)
    both = colour.reshape(height // 2, 2, width // 2, 2, 3).sum(axis=(1, 3))
    sums = weight.reshape(height // 2, 2, width // 2, 2).sum(axis=(1, 3))
    # One known pixel of four is as good as four: its colour counts whole.
    return both / np.maximum(sums, 1)[:, :, None], np.minimum(sums, 1)
