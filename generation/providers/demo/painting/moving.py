"""Sheets in motion: each knows where it is at any share of the round, and is back where it began when the round ends.

Moving by parts of a pixel is what makes slow motion smooth and is what costs time, so a sheet that only slides is kept
in four copies, a quarter of a pixel apart, and a frame merely chooses one.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from PIL import Image, ImageChops

from .stage import Layer

Paint = Callable[[Image.Image, float, float], None]
"""Draws a sheet on a frame, in place: the frame, the share of the round, the slide of the nearest sheet in pixels."""
STEPS = 4


def swell(turn: float) -> float:
    """0 at the ends of the round, 1 in its middle, without a corner anywhere."""
    return (1 - math.cos(2 * math.pi * turn)) / 2


def _wave(turn: float, rounds: int, phase: float = 0.0) -> float:
    """A swing that is 0 at both ends of the round."""
    return math.sin(2 * math.pi * (turn * rounds + phase)) - math.sin(2 * math.pi * phase)


def _widened(layer: Layer, width: int, more: int) -> tuple[Image.Image, tuple[int, int]]:
    """The sheet continued past the frame's edges where it touches them, so that sliding bares nothing."""
    image, (x, y) = layer.image, layer.at
    left, right = x <= 0, x + image.width >= width
    if not (left or right) or image.width < more * 2:
        return image, (x, y)
    wide = Image.new(image.mode, (image.width + more * (left + right), image.height))
    shift = more if left else 0
    wide.paste(image, (shift, 0))
    if left:
        wide.paste(image.crop((0, 0, more, image.height)).transpose(Image.Transpose.FLIP_LEFT_RIGHT), (0, 0))
    if right:
        edge = image.crop((image.width - more, 0, image.width, image.height)).transpose(Image.Transpose.FLIP_LEFT_RIGHT)
        wide.paste(edge, (shift + image.width, 0))
    return wide, (x - shift, y)


def _put(frame: Image.Image, image: Image.Image, x: int, y: int) -> None:
    frame.paste(image, (x, y), image if image.mode == "RGBA" else None)


def _quarters(image: Image.Image, dx: float = 1.0, dy: float = 0.0) -> list[Image.Image]:
    """The sheet, and three copies moved right (or down) by a quarter of a pixel more each."""

    def by(share: float) -> Image.Image:
        data = (1, 0, -share * dx, 0, 1, -share * dy)
        return image.transform(image.size, Image.Transform.AFFINE, data, Image.Resampling.BILINEAR)

    return [image, *(by(k / STEPS) for k in range(1, STEPS))]


def _split(slide: float) -> tuple[int, int]:
    steps = round(slide * STEPS)
    return steps // STEPS, steps % STEPS


def sliding(layer: Layer, width: int, more: int) -> Paint:
    """A sheet that only slides with the eye."""
    image, (x, y) = _widened(layer, width, more)
    copies = _quarters(image)

    def draw(frame: Image.Image, turn: float, slide: float) -> None:
        whole, part = _split(slide * layer.depth)
        _put(frame, copies[part], x + whole, y)

    return draw


def drifting(layer: Layer, width: int, more: int, reach: float) -> Paint:
    """Mist or cloud that flows one way for ever: as one copy thins out the next has come up behind it."""
    image, (x, y) = _widened(layer, width, more)
    copies = _quarters(image)

    def draw(frame: Image.Image, turn: float, slide: float) -> None:
        a, pa = _split(slide * layer.depth + reach * turn)
        b, pb = _split(slide * layer.depth + reach * (turn - 1))
        first = copies[pa]
        if turn <= 0:
            _put(frame, first, x + a, y)
            return
        second = ImageChops.offset(copies[pb], 0, 0).crop((a - b, 0, a - b + image.width, image.height))
        _put(frame, Image.blend(first, second, turn), x + a, y)

    return draw


def rippling(layer: Layer, width: int, more: int, px: int) -> Paint:
    """Water: each row slides by itself, more so toward the reader."""
    image, (x, y) = _widened(layer, width, more)
    stack = np.stack([np.asarray(q.convert("RGBA")).view(np.uint32)[:, :, 0] for q in _quarters(image)])
    rows = np.arange(image.height)
    near = rows / max(1, image.height)
    size = px * (0.0006 + 0.0034 * near)
    phase = 9 * np.log(1.0 + 9 * near)
    columns = np.arange(image.width)

    def draw(frame: Image.Image, turn: float, slide: float) -> None:
        move = size * (np.sin(phase + 2 * math.pi * turn) - np.sin(phase)) + slide * layer.depth
        steps = np.round(move * STEPS).astype(int)
        whole, part = steps // STEPS, steps % STEPS
        source = np.clip(columns[None, :] - whole[:, None], 0, image.width - 1)
        picked = stack[part[:, None], rows[:, None], source]
        made = Image.frombuffer("RGBA", image.size, np.ascontiguousarray(picked).tobytes(), "raw", "RGBA", 0, 1)
        _put(frame, made, x, y)

    return draw


def glinting(layer: Layer, rng: np.random.Generator) -> Paint:
    """Stars and sparkles that come and go, each at its own time."""
    alpha = np.asarray(layer.image.getchannel("A"), dtype=np.uint16)
    cells = rng.integers(0, 6, (layer.image.height // 5 + 1, layer.image.width // 14 + 1))
    which = np.asarray(Image.fromarray(cells.astype(np.uint8)).resize(layer.image.size, Image.Resampling.NEAREST))
    rgb = layer.image.convert("RGB")

    def draw(frame: Image.Image, turn: float, slide: float) -> None:
        lives = np.array([256 - 190 * swell(turn * (1 + k % 3)) * (0.5 + k / 10) for k in range(6)]).astype(np.uint16)
        mask = Image.fromarray((alpha * lives[which] >> 8).astype(np.uint8))
        whole, _ = _split(slide * layer.depth)
        frame.paste(rgb, (layer.at[0] + whole, layer.at[1]), mask)

    return draw


def bobbing(layer: Layer, px: int) -> Paint:
    """What floats: a wide sheet of it only rises and falls, which is cheap to show in quarters of a pixel."""
    room = Image.new("RGBA", (layer.image.width, layer.image.height + 2))
    room.paste(layer.image, (0, 1))
    copies = _quarters(room, 0.0, 1.0)
    x, y = layer.at
    phase = (x * 0.0013 + y * 0.0021) % 1.0

    def draw(frame: Image.Image, turn: float, slide: float) -> None:
        whole, part = _split(0.0036 * px * _wave(turn, 1, phase))
        _put(frame, copies[part], x + round(slide * layer.depth), y - 1 + whole)

    return draw


def bending(layer: Layer, width: int, more: int, px: int) -> Paint:
    """What sways, bobs or breathes about its foot."""
    image, (x, y) = layer.image, layer.at
    pad = max(3, int(0.012 * px))
    room = Image.new("RGBA", (image.width + 2 * pad, image.height + 2 * pad))
    room.paste(image, (pad, pad))
    phase = (x * 0.0013 + y * 0.0021) % 1.0
    height = max(1, image.height)

    def draw(frame: Image.Image, turn: float, slide: float) -> None:
        dx, dy, lean, stretch = slide * layer.depth, 0.0, 0.0, 1.0
        if layer.motion == "bob":
            dy = 0.0034 * px * _wave(turn, 1, phase)
            lean = 0.004 * _wave(turn, 1, phase + 0.2)
        elif layer.motion == "sway":
            lean = 0.0065 * px / height * _wave(turn, 1, phase) * 0.6
        elif layer.motion == "flame":
            stretch = 1 + 0.10 * _wave(turn, 5, phase) + 0.05 * _wave(turn, 8)
            lean = 0.06 * _wave(turn, 3)
        else:
            stretch = 1 + 0.0045 * _wave(turn, 2)
            lean = 0.004 * _wave(turn, 1)
        foot = pad + height
        # the inverse map that Pillow wants: where in the sheet a pixel of the frame comes from
        data = (1, lean, -dx - lean * foot, 0, 1 / stretch, foot - foot / stretch - dy)
        moved = room.transform(room.size, Image.Transform.AFFINE, data, Image.Resampling.BILINEAR)
        _put(frame, moved, x - pad, y - pad)

    return draw


def shining(layer: Layer, seed: int) -> Paint:
    """Light that is screened over what lies below; the light of a lamp flickers a little."""
    glow = Image.new("RGB", layer.image.size)
    glow.paste(layer.image.convert("RGB"), (0, 0), layer.image.getchannel("A"))
    x, y = layer.at
    # the breath of a small far window is not seen, and costs as much
    live = layer.motion == "flicker" and layer.image.width > 90
    phase = (seed % 97) / 97

    def draw(frame: Image.Image, turn: float, slide: float) -> None:
        light = glow
        if live:
            by = 1 + 0.055 * _wave(turn, 3, phase) + 0.04 * _wave(turn, 7, phase * 3) + 0.03 * _wave(turn, 2)
            light = glow.point([min(255, int(v * by)) for v in range(256)] * 3)
        whole, _ = _split(slide * layer.depth)
        # a light reaches past the frame, its sheet does not: it stays where the frame's edge cut it
        if x <= 0 or x + glow.width >= frame.width:
            whole = 0
        box = (x + whole, y, x + whole + glow.width, y + glow.height)
        frame.paste(ImageChops.screen(frame.crop(box), light), box)

    return draw


def _merged(group: list[Layer], size: tuple[int, int]) -> Layer:
    """Several resting sheets of about one depth as one."""
    if len(group) == 1:
        return group[0]
    board = Image.new("RGBA", size)
    for layer in group:
        board.alpha_composite(layer.image.convert("RGBA"), layer.at)
    box = board.getbbox() or (0, 0, 1, 1)
    depth = sum(layer.depth for layer in group) / len(group)
    return Layer(board.crop(box), (box[0], box[1]), depth, "land")


def moved(layers: list[Layer], size: tuple[int, int], seed: int) -> list[Paint]:
    """Every sheet with its motion, far to near. Resting sheets of about one depth are joined first."""
    rng = np.random.default_rng(seed)
    width, px = size
    more = max(8, int(0.03 * width))
    made: list[Paint] = []
    resting: list[Layer] = []

    def settle() -> None:
        if resting:
            made.append(sliding(_merged(resting, size), width, more))
            resting.clear()

    for k, layer in enumerate(layers):
        area = layer.image.width * layer.image.height / (width * px)
        moves = layer.motion
        if moves in ("sway", "breathe") and area > 0.16:
            moves = "still"
        if layer.kind == "light":
            settle()
            made.append(shining(layer, seed + k))
        elif moves == "drift":
            settle()
            made.append(drifting(layer, width, more, width * (0.006 + 0.016 * layer.depth)))
        elif moves == "ripple":
            settle()
            made.append(rippling(layer, width, more, px))
        elif moves == "glint":
            settle()
            made.append(glinting(layer, rng))
        elif moves == "bob" and area > 0.03:
            settle()
            made.append(bobbing(layer, px))
        elif moves in ("sway", "bob", "breathe", "flame"):
            settle()
            made.append(bending(layer, width, more, px))
        else:
            if resting and abs(resting[0].depth - layer.depth) > 0.14:
                settle()
            resting.append(layer)
    settle()
    return made
