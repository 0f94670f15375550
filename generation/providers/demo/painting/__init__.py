"""Painted pictures from words: the same words, seed, style and size always give the same picture, without any network.

`paint` reads a prompt into a scene, builds the scene on a stage of transparent sheets, and lets a style put the sheets
on paper. The seed is the story's: palette, hero and carried object follow from it, the composition from the words.
"""

from __future__ import annotations

import io
from collections.abc import Callable

from PIL import Image

from .layers import compose
from .places import build
from .reading import read
from .stage import Layer, Stage
from .styles import Style, style_named
from .weather import falling

STYLES: tuple[str, ...] = ("watercolour", "engraving", "paper-cut", "gouache")
MEDIA_TYPE = "image/webp"
Progress = Callable[[float], None]


def sheets(
    prompt: str, seed: int, style: str, size: tuple[int, int], progress: Progress | None = None
) -> tuple[Stage, Style, list[Layer]]:
    """A picture before it is put together: its stage, its style and the styled sheets, far to near."""
    tell = progress or (lambda _: None)
    stage = Stage(read(prompt, seed), size, style if style in STYLES else STYLES[0])
    tell(0.05)
    build(stage)
    tell(0.45)
    hand = style_named(stage.style, stage)
    tell(0.55)
    done: list[Layer] = []
    for k, layer in enumerate(stage.layers):
        done.append(hand.leaf(layer))
        tell(0.55 + 0.38 * (k + 1) / len(stage.layers))
    return stage, hand, done


def paint(
    prompt: str,
    *,
    seed: int,
    style: str = "watercolour",
    width: int = 1216,
    height: int = 684,
    progress: Progress | None = None,
) -> Image.Image:
    """The picture of a prompt within the story of a seed."""
    stage, hand, layers = sheets(prompt, seed, style, (max(32, width), max(32, height)), progress)
    picture = compose(layers, stage.size)
    falling(stage).draw(picture, 0.0)
    picture = hand.finish(picture)
    if progress is not None:
        progress(1.0)
    return picture


def encode(image: Image.Image) -> bytes:
    """A picture as the bytes that are kept (`MEDIA_TYPE`), below about 180 kB at full size."""
    for quality in (84, 74, 62, 48, 36, 26, 18):
        out = io.BytesIO()
        image.save(out, "WEBP", quality=quality, method=4)
        if out.tell() < 180_000:
            break
    return out.getvalue()
