"""The mark of a preview: the word across the picture, burned in before the file is kept, so that no other copy lies anywhere.

No Django here: a film is decoded and encoded anew for it, which burns a core, and that is done in a child process of
`generation.lane`.
"""

from __future__ import annotations

import math
import os
from collections.abc import Callable
from pathlib import Path

import av
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from generation.providers.budget import BUDGET
from generation.providers.errors import Damaged

WORD = "PREVIEW"
SLANT_DEGREES = 18
WIDE_SHARE = 0.78
"""How much of the picture's width the word takes."""
FILM_TYPE = "video/mp4"
QUALITY = "23"
"""The x264 rate factor of a marked film; what it was bought in is small already."""


def picture(path: Path) -> None:
    """Mark the picture that lies at `path`, in its own format. Raises `Damaged`."""
    try:
        with Image.open(path) as found:
            form = found.format or "PNG"
            BUDGET.take(found.width * found.height * 4 * 3)  # the picture, the mark, and both together
            marked = Image.alpha_composite(found.convert("RGBA"), mark(found.size))
            whole = marked if "A" in found.getbands() and form != "JPEG" else marked.convert("RGB")
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise Damaged(f"no picture that could be marked: {error}") from error
    _replace(path, lambda fresh: whole.save(fresh, form, quality=85))


def film(path: Path) -> None:
    """Mark every frame of the film at `path`, which is an MP4 afterwards; AAC sound goes along as it is, other sound is left
    out. Raises `Damaged`."""
    try:
        _replace(path, lambda fresh: _encode(path, fresh))
    except (av.error.FFmpegError, IndexError, ValueError, OSError) as error:
        raise Damaged(f"no film that could be marked: {error}") from error


def mark(size: tuple[int, int]) -> Image.Image:
    """The mark for a picture of that size: transparent but for the word, light with a dark edge, so that it shows on all."""
    width, height = size
    font = ImageFont.load_default(size=100)
    left, top, right, bottom = font.getbbox(WORD)
    slant = math.radians(SLANT_DEGREES)
    long, high = right - left, bottom - top
    across = long * math.cos(slant) + high * math.sin(slant)
    tall = long * math.sin(slant) + high * math.cos(slant)
    scale = min(WIDE_SHARE * width / across, WIDE_SHARE * height / tall)
    points = max(8, round(100 * scale))
    font = ImageFont.load_default(size=points)
    edge = max(1, points // 24)
    left, top, right, bottom = font.getbbox(WORD, stroke_width=edge)
    word = Image.new("RGBA", (math.ceil(right - left), math.ceil(bottom - top)))
    ImageDraw.Draw(word).text(
        (-left, -top), WORD, font=font, fill=(255, 255, 255, 150), stroke_width=edge, stroke_fill=(0, 0, 0, 120)
    )
    word = word.rotate(SLANT_DEGREES, Image.Resampling.BICUBIC, expand=True)
    found = Image.new("RGBA", size)
    found.alpha_composite(
        word if word.width <= width and word.height <= height else word.crop((0, 0, width, height)),
        (max(0, (width - word.width) // 2), max(0, (height - word.height) // 2)),
    )
    return found


def _encode(path: Path, fresh: Path) -> None:
    # The containers are named, as they were when the file was looked at: a guess could open what a playlist names.
    with path.open("rb") as file:
        container = "mp4" if file.read(8)[4:] == b"ftyp" else "matroska"
    with av.open(str(path), "r", format=container) as had, av.open(str(fresh), "w", format="mp4") as made:
        seen = had.streams.video[0]
        width, height = seen.width // 2 * 2, seen.height // 2 * 2
        over = mark((width, height))
        out = made.add_stream("libx264", rate=seen.average_rate or 24, options={"crf": QUALITY, "preset": "veryfast"})
        out.width, out.height, out.pix_fmt = width, height, "yuv420p"
        out.time_base = seen.time_base
        sounds = [one for one in had.streams.audio if one.codec_context.name == "aac"][:1]
        spoken = {one.index: made.add_stream_from_template(one) for one in sounds}
        # All streams are there before the first packet.
        for packet in had.demux([seen, *sounds]):
            if packet.stream.index in spoken:
                if packet.dts is not None:
                    packet.stream = spoken[packet.stream.index]
                    made.mux(packet)
                continue
            for frame in packet.decode():
                assert isinstance(frame, av.VideoFrame)
                still = Image.fromarray(frame.to_ndarray(format="rgb24")).convert("RGBA").crop((0, 0, width, height))
                drawn = _frame(Image.alpha_composite(still, over))
                drawn.pts, drawn.time_base = frame.pts, frame.time_base
                made.mux(out.encode(drawn))
        made.mux(out.encode(None))


def _frame(picture: Image.Image) -> av.VideoFrame:
    pixels = np.asarray(picture.convert("RGB"))
    return av.VideoFrame.from_ndarray(pixels, format="rgb24")


def _replace(path: Path, write: Callable[[Path], None]) -> None:
    """Write beside the file, then put that in its place: what was there before is kept nowhere."""
    fresh = path.with_name(path.name + "m")
    try:
        write(fresh)
        with fresh.open("rb+") as file:
            os.fsync(file.fileno())
        fresh.replace(path)
    finally:
        fresh.unlink(missing_ok=True)
