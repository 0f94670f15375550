"""Giving kept files out: a short-lived link where an object store holds them, byte ranges where this machine does.

Access was decided before: whoever calls `serve` has asked `accounts.access`.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.core import signing
from django.core.files.storage import default_storage
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, StreamingHttpResponse

from generation import steps
from generation.models import Asset, Job

log = logging.getLogger(__name__)

CHUNK = 256 * 1024
MAX_PART = 4 * 1024 * 1024
"""The most that one answer to a range holds. Players ask for the rest when they get there; a range may be answered in part
(RFC 9110, 15.3.7), and what fits in memory needs no streaming, which costs ASGI a thread hop for every chunk."""
RANGE = re.compile(r"^bytes=([0-9]{0,18})-([0-9]{0,18})$")


LINK_SECONDS = 300
"""How long a link that needs no signing in is good for: as long as one of an object store."""
LINK_SALT = "generation.media.link"


def link(asset: Asset) -> str:
    """The path of an address that anybody may open for a few minutes, for programs that hand it on. Whoever asks for it has
    been let in by `accounts.access`."""
    return f"/media/{signing.dumps(str(asset.id), salt=LINK_SALT)}"


def linked(token: str) -> Asset:
    """The asset that a link of this tenant leads to; 404 for one that was changed, is over, or whose file is gone or hidden:
    links that were given before die with that."""
    try:
        asset_id = signing.loads(token, salt=LINK_SALT, max_age=LINK_SECONDS)
    except signing.BadSignature as bad:
        raise Http404("This link is over. Ask for a new one.") from bad
    asset = Asset.objects.filter(id=asset_id).first()
    if asset is None or not is_open(asset):
        raise Http404("There is nothing here.")
    return asset


def is_open(asset: Asset) -> bool:
    """Whether links lead to this asset. They do not where staff have hidden what made it, or have not looked at it yet. A row
    that no job made is a copy that somebody took of a file: it is open as long as one of the jobs that made that file is."""
    made = list(Job.objects.filter(asset__sha256=asset.sha256).defer("request", "result", "partial"))
    own = [job for job in made if job.asset_id == asset.id]
    asked = own or made
    return not asked or len(steps.hidden(asked)) < len(asked)


def serve(
    request: HttpRequest, asset: Asset, *, save_as: str = ""
) -> HttpResponse | StreamingHttpResponse | HttpResponseRedirect:
    """The asset's bytes: 200 whole, 206 for a range, 304 where the browser has it, 416 for a range outside. With `save_as`,
    a file's name in plain letters, browsers are led to one that they keep instead of showing it."""
    try:
        path = Path(default_storage.path(asset.storage_name))
    except NotImplementedError:
        # Signed here: it asks the store nothing. The store knows no types, so the link says which one to answer with.
        said = {"ResponseContentType": asset.media_type, "ResponseCacheControl": "private, no-cache"}
        if save_as:  # what this answer says of itself counts for no other address
            said["ResponseContentDisposition"] = f'attachment; filename="{save_as}"'
        store: Any = default_storage
        return HttpResponseRedirect(store.url(asset.storage_name, parameters=said))
    etag = f'"{asset.sha256}"'
    if request.headers.get("If-None-Match") == etag and "Range" not in request.headers:
        return _with_headers(HttpResponse(status=304), asset, etag)
    start, end = 0, asset.size_bytes - 1
    status = 200
    asked = request.headers.get("Range")
    condition = request.headers.get("If-Range")
    if asked and (condition is None or condition == etag):
        try:
            found = parse_range(asked, asset.size_bytes)
        except Outside:
            refused = HttpResponse(status=416)
            refused["Content-Range"] = f"bytes */{asset.size_bytes}"
            return refused
        if found is not None:
            # Also where the range is the whole file: Safari plays no film that answers a range with 200.
            start, end, status = found[0], min(found[1], found[0] + MAX_PART - 1), 206
    length = end - start + 1
    if request.method == "HEAD":
        response: HttpResponse | StreamingHttpResponse = HttpResponse(status=status)
    elif length <= MAX_PART:
        try:
            with path.open("rb") as kept:
                kept.seek(start)
                response = HttpResponse(kept.read(length), status=status)
        except FileNotFoundError as lost:
            log.exception("asset %s has no file at %s", asset.id, asset.storage_name)
            raise Http404("This file is gone.") from lost
    else:
        response = StreamingHttpResponse(_chunks(path, start, length), status=status)
    response["Content-Length"] = str(length)
    if status == 206:
        response["Content-Range"] = f"bytes {start}-{end}/{asset.size_bytes}"
    return _with_headers(response, asset, etag)


class Outside(Exception):
    """The range lies outside the file."""


def parse_range(header: str, size: int) -> tuple[int, int] | None:
    """First and last byte of a single range; None for a form that is not served (several ranges, a last byte before the
    first) and may be ignored. Raises `Outside`."""
    match = RANGE.match(header.strip())
    if match is None or match.groups() == ("", ""):
        return None
    first, last = match.groups()
    if not first:
        wanted = int(last)
        if not wanted:
            raise Outside
        return max(0, size - wanted), size - 1
    if last and int(last) < int(first):
        return None
    start = int(first)
    if start >= size:
        raise Outside
    return start, min(int(last), size - 1) if last else size - 1


def _with_headers(
    response: HttpResponse | StreamingHttpResponse, asset: Asset, etag: str
) -> HttpResponse | StreamingHttpResponse:
    response["Content-Type"] = asset.media_type
    response["ETag"] = etag
    response["Accept-Ranges"] = "bytes"
    # Private, and asked for anew each time: what staff hide is gone with the next request.
    response["Cache-Control"] = "private, no-cache"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


def _chunks(path: Path, start: int, length: int) -> Iterator[bytes]:
    with path.open("rb") as kept:
        kept.seek(start)
        while length > 0:
            chunk = kept.read(min(CHUNK, length))
            if not chunk:
                return
            length -= len(chunk)
            yield chunk
