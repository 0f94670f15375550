"""A picture bought: its size, how finely it is painted, what it leaves out, whose colours it takes, and its file."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from PIL import Image, ImageOps

from generation.providers.contract import Done, Input, Request
from generation.providers.demo import painting
from generation.providers.demo.models import STYLES, picture_size
from generation.providers.errors import Rejected

MEDIA_TYPES = {"png": "image/png", "jpeg": "image/jpeg", "webp": "image/webp"}
MOST_GIVEN_PIXELS = 40_000_000
REFERENCE_SHARE = 0.85
"""How far a picture goes toward the colours of its references."""


def picture(request: Request, progress: Callable[[float], None]) -> Done:
    """The picture that `request` orders."""
    width, height = picture_size(request.aspect_ratio, request.resolution)
    # Only what was asked for: the rest is the painter's own.
    asked: dict[str, Any] = {"quality": request.quality, "without": request.negative_prompt}
    made = painting.paint(
        request.prompt,
        seed=request.seed or 0,
        style=request.style or STYLES[0],
        width=width,
        height=height,
        progress=progress,
        **{name: value for name, value in asked.items() if value is not None},
    )
    references = [opened(given).convert("RGB") for given in request.inputs if given.role == "reference"]
    if references:
        from generation.providers.demo.editing.tones import in_colours_of

        made = in_colours_of(made, references, REFERENCE_SHARE)
    data, media_type = packed(made, request.output_format)
    return Done(data=data, media_type=media_type, model="painter", seed=request.seed, width=width, height=height)


@dataclass(frozen=True, slots=True)
class Given:
    """A picture that came along, upright, and what file it was."""

    image: Image.Image
    format: str


def opened(given: Input) -> Image.Image:
    """The picture of an input, upright. Raises `Rejected` where it cannot be read."""
    return read(given).image


def read(given: Input) -> Given:
    """An input as a picture, with the format of its file. Raises `Rejected` where it cannot be read."""
    called = given.role.replace("_", " ")
    try:
        with Image.open(io.BytesIO(given.read())) as image:
            if image.width * image.height > MOST_GIVEN_PIXELS:
                raise Rejected(f"the {called} has more than 40 megapixels", field="inputs")
            form = (image.format or "").lower()
            image.load()
            return Given(ImageOps.exif_transpose(image), form)
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise Rejected(f"the {called} is no picture that can be read", field="inputs") from error


def packed(image: Image.Image, form: str | None, *, lossless: bool = False) -> tuple[bytes, str]:
    """A picture as a file of the wished format (WebP if none is wished), and its media type."""
    if form is None and not lossless and image.mode == "RGB":
        return painting.encode(image), painting.MEDIA_TYPE
    form = form or "webp"
    out = io.BytesIO()
    if form == "png":
        image.save(out, "PNG", compress_level=4)
    elif form == "jpeg":
        image.convert("RGB").save(out, "JPEG", quality=90, optimize=True, progressive=True)
    elif lossless:
        image.save(out, "WEBP", lossless=True, quality=30, method=2, exact=True)
    else:
        image.save(out, "WEBP", quality=88, method=4)
    return out.getvalue(), MEDIA_TYPES[form]
