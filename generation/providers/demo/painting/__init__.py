"""Painted pictures from words: the same words, seed, style and size always give the same picture, without any network.

`paint` reads a prompt into a scene, builds the scene on a stage of transparent sheets, and lets a style put the sheets
on paper. The seed is the story's: palette, hero and carried object follow from it, the composition from the words.
"""

from __future__ import annotations

import io
import math
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
DETAIL = {"low": (0.5, 1_100_000), "medium": (1.0, 2_400_000), "high": (1.4, 4_200_000)}
"""How much larger than the picture it is painted, and with how many pixels at most, so that it takes seconds. What is
painted small is enlarged; what is painted large is reduced to finer lines."""
_PLATE_PIXELS = 1216 * 684


def sheets(
    prompt: str,
    seed: int,
    style: str,
    size: tuple[int, int],
    progress: Progress | None = None,
    without: str = "",
) -> tuple[Stage, Style, list[Layer]]:
    """A picture before it is put together: its stage, its style and the styled sheets, far to near."""
    tell = progress or (lambda _: None)
    stage = Stage(read(prompt, seed, without), size, style if style in STYLES else STYLES[0])
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
    quality: str = "medium",
    without: str = "",
    progress: Progress | None = None,
) -> Image.Image:
    """The picture of a prompt within the story of a seed, without what `without` names."""
    size = (max(32, width), max(32, height))
    larger, most = DETAIL[quality]
    larger = min(larger, math.sqrt(most / (size[0] * size[1])))
    worked = (max(32, round(size[0] * larger)), max(32, round(size[1] * larger)))
    stage, hand, layers = sheets(prompt, seed, style, worked, progress, without)
    picture = compose(layers, stage.size)
    falling(stage).draw(picture, 0.0)
    picture = hand.finish(picture)
    if worked != size:
        picture = picture.resize(size, Image.Resampling.LANCZOS)
    if progress is not None:
        progress(1.0)
    return picture


def encode(image: Image.Image) -> bytes:
    """A picture as the bytes that are kept (`MEDIA_TYPE`), below about 180 kB for a plate, and more for what is larger."""
    most = 180_000 * max(1.0, image.width * image.height / _PLATE_PIXELS)
    for quality in (84, 74, 62, 48, 36, 26, 18):
        out = io.BytesIO()
        image.save(out, "WEBP", quality=quality, method=4)
        if out.tell() < most:
            break
    return out.getvalue()
