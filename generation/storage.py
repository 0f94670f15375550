"""Keeping bytes: cap, sniff, hash, write to a temporary name, rename. No database; called from the purchase's thread.

Names are `t/<tenant>/<sha256>`, so the same bytes are kept once per tenant and a repeated write is harmless.
"""

from __future__ import annotations

import hashlib
import io
import os
import secrets
import uuid
from dataclasses import dataclass
from pathlib import Path

import av
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from PIL import Image, UnidentifiedImageError

from generation.providers.contract import Kind
from generation.providers.errors import Damaged

MAX_BYTES = {Kind.IMAGE: 32 * 1024**2, Kind.EDIT: 32 * 1024**2, Kind.VIDEO: 512 * 1024**2, Kind.SPEECH: 64 * 1024**2}
PICTURES = {"PNG": "image/png", "JPEG": "image/jpeg", "WEBP": "image/webp"}
MAX_PIXELS = 64_000_000


@dataclass(frozen=True, slots=True)
class Kept:
    """What lies in storage now. Sizes in pixels, duration in seconds."""

    sha256: str
    media_type: str
    size_bytes: int
    width: int | None = None
    height: int | None = None
    seconds: float | None = None


def keep(*, tenant_id: uuid.UUID, kind: Kind, data: bytes) -> Kept:
    """Check that `data` is what was bought and keep it. Raises `Damaged` where it is not."""
    if not data:
        raise Damaged("an empty file")
    if len(data) > MAX_BYTES[kind]:
        raise Damaged(f"a file of {len(data)} bytes, more than {MAX_BYTES[kind]}")
    kept = _sniff(kind, data)
    _write(f"t/{tenant_id}/{kept.sha256}", data)
    return kept


def read(name: str) -> bytes:
    """All bytes of a kept file."""
    with default_storage.open(name, "rb") as kept:
        return bytes(kept.read())


def _sniff(kind: Kind, data: bytes) -> Kept:
    digest = hashlib.sha256(data).hexdigest()
    if kind in (Kind.IMAGE, Kind.EDIT):
        try:
            with Image.open(io.BytesIO(data)) as picture:
                media_type = PICTURES.get(picture.format or "")
                if media_type is None or picture.width * picture.height > MAX_PIXELS:
                    raise Damaged(f"a picture as {picture.format} of {picture.size}")
                picture.load()
                return Kept(digest, media_type, len(data), picture.width, picture.height)
        except (UnidentifiedImageError, Image.DecompressionBombError, OSError, ValueError, SyntaxError) as error:
            raise Damaged(f"no picture: {error}") from error
    try:
        # The container is named, not guessed: a picture is no film, and a playlist would have other files opened.
        with av.open(io.BytesIO(data), "r", format="mp4" if kind is Kind.VIDEO else None) as media:
            seconds = media.duration / av.time_base if media.duration else None
            if kind is Kind.VIDEO:
                stream = media.streams.video[0]
                next(media.decode(stream))
                return Kept(digest, "video/mp4", len(data), stream.width, stream.height, seconds)
            next(media.decode(media.streams.audio[0]))
            return Kept(digest, "audio/mpeg" if "mp3" in media.format.name else "audio/mp4", len(data), seconds=seconds)
    except (av.error.FFmpegError, IndexError, StopIteration, ValueError) as error:
        raise Damaged(f"no {kind}: {error}") from error


def _write(name: str, data: bytes) -> None:
    if default_storage.exists(name):
        return
    try:
        path = Path(default_storage.path(name))
    except NotImplementedError:
        default_storage.save(name, ContentFile(data))  # an object store shows an object whole or not at all
        return
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    unfinished = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        with unfinished.open("wb") as out:
            out.write(data)
            out.flush()
            os.fsync(out.fileno())
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)
