"""Films without any network: a painted picture whose sheets move apart, whose mist drifts and whose lamps flicker.

The first frame is the picture that `painting.paint` gives for the same words, seed and style, and the last frame leads
back to it, so a film can go round for ever. A picture that was painted elsewhere is given drifting light and mist. What is
told in several scenes is shown in several, and a last frame is where a film ends.
"""

from __future__ import annotations

import io
import math
from collections.abc import Callable, Iterator, Mapping

import numpy as np
from PIL import Image, ImageOps

from . import ambience, timelines
from .filing import encoded
from .painting import STYLES, sheets
from .painting.grain import cloudy
from .painting.moving import Paint, drifting, moved, shining, swell
from .painting.palette import mix
from .painting.reading import number
from .painting.stage import Layer
from .painting.weather import Falling, falling

MEDIA_TYPE = "video/mp4"
FPS = 24
Progress = Callable[[float], None]
_CLOSE = 11.0
"""Mean difference of tiny copies, in 255ths, up to which a given first frame counts as our own picture."""


def film(
    prompt: str,
    *,
    seed: int,
    style: str,
    width: int = 960,
    height: int = 540,
    seconds: float = 4.0,
    first_frame: bytes | None = None,
    last_frame: bytes | None = None,
    audio: bool = False,
    progress: Progress | None = None,
) -> bytes:
    """An MP4 of the prompt's picture in motion; of its scenes one after another, where it is a timeline; going over to
    `last_frame`, where one is given. With `audio` it has the sound of the place, else none."""
    done = {"painted": 0.0, "filed": 0.0}

    def tell(what: str, share: float) -> None:
        done[what] = max(done[what], share)
        if done["filed"] >= 1:
            done["painted"] = 1.0
        if progress is not None:
            progress(0.3 * done["painted"] + 0.7 * done["filed"])

    size = (max(64, width // 2 * 2), max(64, height // 2 * 2))
    count = max(2, round(seconds * FPS))
    style = style if style in STYLES else STYLES[0]
    first, last = opened(first_frame, size), opened(last_frame, size)
    parts = timelines.parts(prompt, count)

    def scene(k: int) -> timelines.Scene:
        def moving(frames: int) -> Iterator[Image.Image]:
            given = first if k == 0 else None
            return moved_frames(parts[k].words, seed, style, size, frames, given, painted)

        def painted(share: float) -> None:
            tell("painted", (k + share) / len(parts))

        return timelines.Scene(parts[k].frames, moving)

    frames = timelines.joined([scene(k) for k in range(len(parts))])
    if last is not None:
        # What it leads to moves too, and comes to rest as the given picture.
        frames = timelines.gone_over(frames, rested_frames(last, parts[-1].words, seed, size, count), count)
    sound = ambience.sound([(part.words, part.frames / FPS) for part in parts], seed) if audio else None
    return encoded(frames, size, count, FPS, lambda share: tell("filed", share), sound)


def moved_frames(
    prompt: str, seed: int, style: str, size: tuple[int, int], count: int, given: Image.Image | None, tell: Progress
) -> Iterator[Image.Image]:
    """The frames of one round of the prompt's picture, or of a given one that is not ours."""
    stage, hand, layers = sheets(prompt, seed, style, size, tell)
    air = falling(stage)
    paints = moved(layers, size, stage.scene.chance)
    # fine lines shimmer when they grow: an engraving moves half as far
    push = 0.5 if style == "engraving" else 1.0
    lean = stage.spots.get("hero", (stage.w / 2, 0.55, 0.3))
    frames = _frames(paints, air, size, count, (lean[0] / stage.w, lean[1] - lean[2] / 2), hand.finish, push)
    if given is not None:
        own = next(_frames(paints, air, size, count, (0.5, 0.5), hand.finish, push))
        if _apart(own, given) > _CLOSE:
            return rested_frames(given, prompt, seed, size, count)
    return frames


def rested_frames(
    picture: Image.Image, prompt: str, seed: int, size: tuple[int, int], count: int
) -> Iterator[Image.Image]:
    """The frames of one round of a picture that cannot be taken apart."""
    paints, air = _about(picture, prompt, seed)
    return _frames(paints, air, size, count, (0.5, 0.5), lambda frame: frame, 1.0)


def shape_of(data: bytes | None, known: Mapping[str, tuple[int, int]]) -> str | None:
    """The known shape nearest to that of a picture; None where there is none that can be read."""
    try:
        with Image.open(io.BytesIO(data or b"")) as image:
            ratio = image.width / image.height
    except (OSError, ValueError, Image.DecompressionBombError):
        return None
    return min(known, key=lambda name: abs(math.log(known[name][0] / known[name][1] / ratio)))


def opened(data: bytes | None, size: tuple[int, int]) -> Image.Image | None:
    """The given picture at the film's size, or None where there is none that can be read."""
    if not data:
        return None
    try:
        with Image.open(io.BytesIO(data)) as image:
            return ImageOps.fit(image.convert("RGB"), size, Image.Resampling.LANCZOS)
    except (OSError, ValueError, Image.DecompressionBombError):
        return None


def _apart(a: Image.Image, b: Image.Image) -> float:
    small = [np.asarray(x.resize((48, 27), Image.Resampling.BOX), dtype=np.float32) for x in (a, b)]
    return float(np.abs(small[0] - small[1]).mean())


def _about(picture: Image.Image, prompt: str, seed: int) -> tuple[list[Paint], Falling]:
    """Motion for a picture that cannot be taken apart: light that wanders over it, mist that passes, motes."""
    width, height = picture.size
    rng = np.random.default_rng(number(seed, prompt, "given"))
    pixels = np.asarray(picture.resize((64, 36), Image.Resampling.BOX), dtype=np.float32) / 255
    bright = pixels.sum(axis=2)
    where = np.unravel_index(int(bright.argmax()), bright.shape)
    lamp = tuple(float(c) for c in pixels[where])
    warm = mix((lamp[0], lamp[1], lamp[2]), (1.0, 0.86, 0.62), 0.5)
    x, y = int(where[1] / 64 * width), int(where[0] / 36 * height)
    r = height // 2
    ys, xs = np.mgrid[-r:r, -r:r].astype(np.float32) / r
    fall = np.clip(np.exp(-3.2 * (xs * xs + ys * ys)) - 0.04, 0, 1) * 0.22
    halo = Image.new("RGB", (2 * r, 2 * r), tuple(int(c * 255) for c in warm))
    halo.putalpha(Image.fromarray((fall * 255).astype(np.uint8)))
    box = (max(0, r - x), max(0, r - y), min(2 * r, r + width - x), min(2 * r, r + height - y))
    light = Layer(halo.crop(box), (max(0, x - r), max(0, y - r)), 0.3, "light", "flicker")
    pale = tuple(float(c) for c in pixels.reshape(-1, 3).mean(axis=0))
    paints: list[Paint] = [_still(picture), shining(light, seed)]
    for band, amount in ((0.72, 0.34), (0.50, 0.20)):
        wisps = cloudy((width, height), 4, rng, 3, stretch=3.0)
        across = np.exp(-(((np.arange(height, dtype=np.float32)[:, None] / height - band) / 0.17) ** 2))
        veil = Image.new(
            "RGB", (width, height), tuple(int(255 * c) for c in mix((pale[0], pale[1], pale[2]), (1, 1, 1), 0.55))
        )
        veil.putalpha(Image.fromarray((np.clip((wisps - 0.38) * 2, 0, 1) * across * amount * 255).astype(np.uint8)))
        paints.append(drifting(Layer(veil, (0, 0), 0.5, "mist", "drift"), width, width // 20, width * 0.04))
    return paints, Falling("motes", rng.random((34, 4)), warm, 0.0)


def _still(picture: Image.Image) -> Paint:
    def draw(frame: Image.Image, turn: float, slide: float) -> None:
        frame.paste(picture)

    return draw


def _frames(paints: list[Paint], air: Falling, size: tuple[int, int], count: int, lean: tuple[float, float],
            finish: Callable[[Image.Image], Image.Image], push: float) -> Iterator[Image.Image]:  # fmt: skip
    """The frames of one round: the sheets slide apart while the eye draws nearer, and return.

    Between two frames nothing moves by half a pixel, so each second frame is the mean of its neighbours; only what falls,
    which is quick, is drawn for every one.
    """
    width, height = size

    def composed(turn: float) -> Image.Image:
        near = swell(turn)
        frame = Image.new("RGB", size)
        slide = 0.0105 * width * near * push
        for paint in paints:
            paint(frame, turn, slide)
        # also the first frame is a hair nearer than the picture: else it alone would be sharper, and the round would blink
        zoom = 1.002 + 0.034 * push * near
        w, h = width / zoom, height / zoom
        left, top = (width - w) * min(0.85, max(0.15, lean[0])), (height - h) * min(0.85, max(0.15, lean[1]))
        return frame.resize(size, Image.Resampling.BILINEAR, box=(left, top, left + w, top + h))

    ahead = composed(0.0)
    first = ahead
    for k in range(0, count, 2):
        here, ahead = ahead, composed((k + 2) / count) if k + 2 < count else first
        between = Image.blend(here, ahead, 0.5) if k + 1 < count else None
        for m, frame in ((k, here.copy()), (k + 1, between)):
            if frame is not None:
                air.draw(frame, m / count)
                yield finish(frame)
