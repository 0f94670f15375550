"""Pictures that people bring along: checked, encoded anew, stripped of everything but the pixels, and kept.

What is refused, with a sentence that says what to do: what is too large, what is no PNG, JPEG or WebP (an SVG is a document,
not a picture), what is not of the type it was said to be, and what goes on after the picture ends, since such a file is
also something else.
"""

from __future__ import annotations

import base64
import binascii
import io
import re
import struct
import uuid
import warnings
from collections.abc import Iterable
from urllib.parse import urlsplit

from PIL import Image, ImageOps, UnidentifiedImageError

from generation import storage
from generation.errors import CannotBuy
from generation.models import Asset
from generation.providers.contract import Kind
from generation.providers.errors import ProviderError
from generation.providers.wire import Wire
from generation.sniffing import PICTURES

MAX_BYTES = 20 * 1024**2
MAX_PIXELS = 40_000_000
FETCH_SECONDS = 20.0
DATA_URL = re.compile(r"^data:(image/[a-z0-9.+-]+);base64,", re.IGNORECASE)
SAME = {"image/jpg": "image/jpeg", "image/pjpeg": "image/jpeg", "image/x-png": "image/png"}


class BadPicture(CannotBuy):
    """A picture that is not taken. `field` is where it was given."""


def keep_picture(data: bytes, *, tenant_id: uuid.UUID, field: str, claimed: str = "") -> Asset:
    """Check a picture, write it out anew and keep it; `claimed` is the type that whoever sent it said it has. Runs under the
    tenant's scope. Raises `BadPicture`."""
    media_type, clean = cleaned(data, field=field, claimed=claimed)
    kept = storage.keep(tenant_id=tenant_id, kind=Kind.IMAGE, data=clean, media_type=media_type)
    return Asset.objects.create(
        sha256=kept.sha256,
        media_type=kept.media_type,
        size_bytes=kept.size_bytes,
        width=kept.width,
        height=kept.height,
    )


def cleaned(data: bytes, *, field: str, claimed: str = "") -> tuple[str, bytes]:
    """The picture's type and its pixels in a file of our own making: turned upright, without metadata, one frame."""
    if not data:
        raise BadPicture(f"{field} is an empty file. Choose a picture.", field=field)
    if len(data) > MAX_BYTES:
        raise BadPicture(
            f"{field} is larger than {MAX_BYTES // 1024**2} MB. Send a smaller picture.", field=field, status=413
        )
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            picture = Image.open(io.BytesIO(data), formats=list(PICTURES))
            media_type = PICTURES[picture.format or ""]
            _refuse(data, picture.size, media_type, claimed, field)
            picture.load()
            bare = _pixels(picture, media_type)
    except BadPicture:
        raise
    except (UnidentifiedImageError, Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise BadPicture(f"{field} is no picture that is taken here. Send a PNG, JPEG or WebP.", field=field) from error
    except (OSError, ValueError, SyntaxError, struct.error, IndexError) as error:
        raise BadPicture(f"{field} is damaged and cannot be read. Save it anew and send that.", field=field) from error
    out = io.BytesIO()
    if media_type == "image/png":
        bare.save(out, "PNG")
    else:
        bare.save(out, "JPEG" if media_type == "image/jpeg" else "WEBP", quality=92)
    return media_type, out.getvalue()


def _refuse(data: bytes, size: tuple[int, int], media_type: str, claimed: str, field: str) -> None:
    if size[0] * size[1] > MAX_PIXELS:
        most = MAX_PIXELS // 1_000_000
        raise BadPicture(f"{field} has more than {most} million pixels. Send a smaller picture.", field=field)
    claimed = SAME.get(claimed.lower(), claimed.lower())
    if claimed and claimed not in ("application/octet-stream", media_type):
        raise BadPicture(f"{field} was sent as {claimed[:40]} and is {media_type}. Send it as what it is.", field=field)
    if _end(data, media_type) < len(data):
        raise BadPicture(
            f"{field} holds more than a picture: something else follows where it ends. Save it anew and send that.",
            field=field,
        )


def _pixels(picture: Image.Image, media_type: str) -> Image.Image:
    """A picture made of the pixels alone, upright: what else the file said, such as where it was taken, stays behind."""
    upright = ImageOps.exif_transpose(picture)
    has_alpha = upright.mode in ("RGBA", "LA", "PA") or "transparency" in upright.info
    pixels = upright.convert("RGBA" if has_alpha and media_type != "image/jpeg" else "RGB")
    bare = Image.new(pixels.mode, pixels.size)
    bare.paste(pixels)
    return bare


def from_data_url(text: str, *, field: str) -> tuple[bytes, str]:
    """The bytes of a `data:image/...;base64,` address, and the type that it claims. Raises `BadPicture`."""
    match = DATA_URL.match(text)
    if match is None:
        raise BadPicture(f"{field} must be a data address of a picture in base64.", field=field)
    packed = text[match.end() :]
    if len(packed) > MAX_BYTES * 4 // 3 + 4:
        raise BadPicture(
            f"{field} is larger than {MAX_BYTES // 1024**2} MB. Send a smaller picture.", field=field, status=413
        )
    try:
        return base64.b64decode(packed, validate=True), match[1].lower()
    except (binascii.Error, ValueError) as error:
        raise BadPicture(f"{field} is no base64. Encode the picture anew.", field=field) from error


def fetch(url: str, *, field: str, seconds: float = FETCH_SECONDS, trusted: tuple[str, ...] = ()) -> tuple[bytes, str]:
    """The picture at a public https address, under the rules of the one egress client: addresses are checked before a
    connection is made, no redirects, a cap and a deadline. `trusted` are origins that tests may reach. Raises `BadPicture`."""
    try:
        if not trusted:
            _refuse_odd(url)
        wire = Wire(url, trusted=bool(trusted), result_origins=trusted)
        with wire.download(url, seconds=seconds, cap=MAX_BYTES) as found:
            return _joined(found.chunks()), found.media_type
    except (ProviderError, ValueError) as error:
        raise BadPicture(
            f"{field} cannot be fetched from there. Only pictures at public https addresses are, of at most "
            f"{MAX_BYTES // 1024**2} MB and without a redirect. Upload the picture instead.",
            field=field,
        ) from error


def _refuse_odd(url: str) -> None:
    """A picture lies at the usual port and needs no password: whoever names another port wants to know what answers there."""
    parts = urlsplit(url)
    if parts.username is not None or parts.password is not None or parts.port not in (None, 443):
        raise ValueError("a port or a password in an address")


def _joined(chunks: Iterable[bytes]) -> bytes:
    return b"".join(chunks)


def _end(data: bytes, media_type: str) -> int:
    """Where the picture ends in its file."""
    if media_type == "image/png":
        at = 8
        while at + 12 <= len(data):
            length, name = struct.unpack(">I4s", data[at : at + 8])
            at += 12 + length
            if name == b"IEND":
                return at
        raise ValueError("a PNG without an end")
    if media_type == "image/webp":
        return 8 + struct.unpack("<I", data[4:8])[0]
    return _jpeg_end(data)


def _jpeg_end(data: bytes) -> int:
    at = 2
    while at + 4 <= len(data):
        if data[at] != 0xFF:
            raise ValueError("a JPEG out of step")
        marker = data[at + 1]
        if marker == 0xFF:
            at += 1
        elif marker == 0xD9:
            return at + 2
        elif marker == 0x01 or 0xD0 <= marker <= 0xD7:
            at += 2
        else:
            at += 2 + struct.unpack(">H", data[at + 2 : at + 4])[0]
            if marker == 0xDA:
                at = _after_scan(data, at)
    if data[at : at + 2] == b"\xff\xd9":
        return at + 2
    raise ValueError("a JPEG without an end")


def _after_scan(data: bytes, at: int) -> int:
    """The next marker behind entropy-coded data, in which 0xFF is followed by a zero or a restart mark."""
    while True:
        at = data.index(b"\xff", at)
        if at + 1 >= len(data):
            raise ValueError("a JPEG that breaks off")
        if data[at + 1] == 0 or 0xD0 <= data[at + 1] <= 0xD7:
            at += 2
        else:
            return at
