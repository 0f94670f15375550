"""Small pictures for contact sheets, and posters for films: made when they are asked for, and kept by the browser."""

from __future__ import annotations

import io
import logging
import threading

import av
from django.http import Http404, HttpRequest, HttpResponse
from PIL import Image, ImageOps

from generation import storage
from generation.errors import StorageAway
from generation.models import Asset
from generation.sniffing import PICTURES

log = logging.getLogger(__name__)

SIDE = 640
QUALITY = 82
FILMS = {"video/mp4": "mp4", "video/webm": "matroska"}
_at_once = threading.Semaphore(2)  # a decoded picture is large, and a page asks for a dozen


def serve(request: HttpRequest, asset: Asset) -> HttpResponse:
    """A JPEG of the picture, or of the film's first frame, at most `SIDE` pixels wide or high; 304 where the browser has
    it; 404 where there is none to be made, 503 where storage does not answer. Access was decided before."""
    etag = f'"{asset.sha256[:32]}-{SIDE}"'
    if request.headers.get("If-None-Match") == etag:
        response = HttpResponse(status=304)
    else:
        try:
            response = HttpResponse(_small(asset), content_type="image/jpeg")
        except StorageAway as away:
            response = HttpResponse(status=away.status, headers={"Retry-After": str(away.wait)})
            response["Cache-Control"] = "no-store"
            return response
    response["ETag"] = etag
    response["Cache-Control"] = "private, no-cache"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


def _small(asset: Asset) -> bytes:
    try:
        with _at_once, storage.opened(asset.storage_name) as kept:
            picture = _first_frame(kept, FILMS[asset.media_type]) if asset.media_type in FILMS else _picture(kept)
            return _jpeg(picture)
    except FileNotFoundError as lost:
        raise Http404("This file is gone.") from lost
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError, av.FFmpegError, StopIteration) as damaged:
        log.warning("no small picture can be made of asset %s: %s", asset.id, type(damaged).__name__)
        raise Http404("There is no picture of this.") from damaged


def _picture(kept: object) -> Image.Image:
    picture = Image.open(kept, formats=list(PICTURES))  # type: ignore[arg-type]
    picture.draft("RGB", (SIDE, SIDE))
    return ImageOps.exif_transpose(picture)


def _first_frame(kept: object, container: str) -> Image.Image:
    # The container is named, not guessed: a guess would take a playlist for a film and open the files it names.
    with av.open(kept, "r", format=container) as film:
        return next(film.decode(video=0)).to_image()  # type: ignore[no-untyped-call]


def _jpeg(picture: Image.Image) -> bytes:
    picture.thumbnail((SIDE, SIDE))
    if picture.mode != "RGB":
        flat = Image.new("RGB", picture.size, (255, 255, 255))
        with_alpha = picture.convert("RGBA")
        flat.paste(with_alpha, mask=with_alpha)
        picture = flat
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=QUALITY)
    return out.getvalue()
