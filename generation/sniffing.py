"""What a file really is. Whoever sent it may be wrong about it, or lie."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import av
from PIL import Image, UnidentifiedImageError

from generation.providers.budget import BUDGET
from generation.providers.contract import Kind
from generation.providers.errors import Damaged

PICTURES = {"PNG": "image/png", "JPEG": "image/jpeg", "WEBP": "image/webp"}
FORMATS = {media_type: name for name, media_type in PICTURES.items()}
MAX_PIXELS = 64_000_000

# How a container begins, the name that opens it, and its type. The container is named, not guessed: a guess would take a
# playlist for a film and open the files it names.
FILMS = ((4, b"ftyp", "mp4", "video/mp4"), (0, b"\x1aE\xdf\xa3", "matroska", "video/webm"))
SOUNDS = (
    (0, b"ID3", "mp3", "audio/mpeg"), (0, b"\xff\xfb", "mp3", "audio/mpeg"), (0, b"\xff\xf3", "mp3", "audio/mpeg"),
    (0, b"\xff\xf2", "mp3", "audio/mpeg"), (0, b"OggS", "ogg", "audio/ogg"), (0, b"fLaC", "flac", "audio/flac"),
    (8, b"WAVE", "wav", "audio/wav"), (4, b"ftyp", "mp4", "audio/mp4"), (0, b"\xff\xf1", "aac", "audio/aac"),
    (0, b"\xff\xf9", "aac", "audio/aac"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Found:
    """Sizes in pixels, duration in seconds."""

    media_type: str
    width: int | None = None
    height: int | None = None
    seconds: float | None = None


def sniff(path: Path, kind: Kind) -> Found:
    """What lies at `path`, decoded as far as needed to know that it is whole. Raises `Damaged` where it is not of `kind`."""
    return _picture(path) if kind in (Kind.IMAGE, Kind.EDIT) else _media(path, kind)


def lies(found: Found, media_type: str) -> bool:
    """Whether a picture was said to be of another type than it is. What nobody claimed is no lie."""
    return media_type in FORMATS and found.media_type in FORMATS and found.media_type != media_type


def encode_anew(path: Path, media_type: str) -> None:
    """Make the picture what it was said to be."""
    again = path.with_name(path.name + "a")
    try:
        with Image.open(path) as picture:
            whole = picture.convert("RGB") if media_type == "image/jpeg" else picture
            whole.save(again, FORMATS[media_type], quality=95)
        again.replace(path)
    finally:
        again.unlink(missing_ok=True)


def _picture(path: Path) -> Found:
    try:
        with Image.open(path) as picture:
            media_type = PICTURES.get(picture.format or "")
            if media_type is None or picture.width * picture.height > MAX_PIXELS:
                raise Damaged(f"a picture as {picture.format} of {picture.size}")
            BUDGET.take(picture.width * picture.height * 4)
            picture.load()
            return Found(media_type, picture.width, picture.height)
    except (UnidentifiedImageError, Image.DecompressionBombError, OSError, ValueError, SyntaxError) as error:
        raise Damaged(f"no picture: {error}") from error


def _media(path: Path, kind: Kind) -> Found:
    with path.open("rb") as file:
        head = file.read(16)
    known = FILMS if kind is Kind.VIDEO else SOUNDS
    begins = (entry for entry in known if head[entry[0] : entry[0] + len(entry[1])] == entry[1])
    _, _, container, media_type = next(begins, (0, b"", "", ""))
    if not container:
        raise Damaged(f"no {kind}: it begins with {head!r}")
    try:
        with av.open(str(path), "r", format=container) as media:
            seconds = media.duration / av.time_base if media.duration else None
            if kind is Kind.VIDEO:
                stream = media.streams.video[0]
                next(media.decode(stream))
                return Found(media_type, stream.width, stream.height, seconds)
            next(media.decode(media.streams.audio[0]))
            return Found(media_type, seconds=seconds)
    except (av.error.FFmpegError, IndexError, StopIteration, ValueError) as error:
        raise Damaged(f"no {kind}: {error}") from error
