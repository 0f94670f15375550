"""A film as one picture, for those who look at pictures: four moments of it, side by side. Called from a purchase's thread."""

from __future__ import annotations

import io
from typing import Any

import av
from PIL import Image

from generation import storage

SIDE = 384
"""Pixels of one moment's longer side."""
MOMENTS = (0.1, 0.4, 0.65, 0.9)
MEDIA_TYPE = "image/jpeg"


def sheet(name: str) -> bytes:
    """A JPEG of two by two moments of the film that lies in storage under `name`. Raises `ValueError` where it has no
    pictures."""
    try:
        with storage.opened(name) as kept, av.open(kept) as film:
            found = [picture for share in MOMENTS if (picture := _at(film, share)) is not None]
    except (av.FFmpegError, IndexError) as error:
        raise ValueError(str(error)) from error
    if not found:
        raise ValueError(f"{name} has no pictures")
    width, height = found[0].size
    whole = Image.new("RGB", (2 * width, 2 * height))
    for place, picture in enumerate(found):
        whole.paste(picture, (place % 2 * width, place // 2 * height))
    out = io.BytesIO()
    whole.save(out, "JPEG", quality=85)
    return out.getvalue()


def _at(film: Any, share: float) -> Image.Image | None:
    """The first picture at or after a share of the film, or the last there is."""
    at = share * float(film.duration or 0) / av.time_base
    film.seek(int(at * av.time_base))
    last = None
    for frame in film.decode(film.streams.video[0]):
        last = frame
        if frame.time is not None and frame.time >= at:
            break
    if last is None:
        return None
    picture: Image.Image = last.to_image()
    picture.thumbnail((SIDE, SIDE))
    return picture
