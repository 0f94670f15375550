"""The second listener: the host where results lie, where redirects lead, and where a bad poll url points.

It is handed no key and takes none: a request for a result that carries an `Authorization` is refused, as signed urls are.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from tests.providers.fake import media
from tests.providers.fake.faults import (
    Drip,
    Expired,
    GzipBomb,
    Html,
    Redirect,
    ResetBefore,
    ServerError,
    Slow,
    Status,
    Truncated,
    WrongType,
)
from tests.providers.fake.listener import Incoming, Manner, Reply

if TYPE_CHECKING:
    from tests.providers.fake.server import FakeProviders

RESULT_FAULTS = (
    Drip,
    Expired,
    GzipBomb,
    Html,
    Redirect,
    ResetBefore,
    ServerError,
    Slow,
    Status,
    Truncated,
    WrongType,
)
"""What a download elsewhere can meet. `Status` has no provider's form here: the code counts, its `error` does not."""


class Elsewhere:
    """Serves what `FakeProviders.host` laid down, and keeps every request in `captured_elsewhere`."""

    def __init__(self, fake: FakeProviders) -> None:
        self._fake = fake

    def answer(self, incoming: Incoming) -> Reply:
        from tests.providers.fake.server import capture, shape

        path = unquote(urlsplit(incoming.target).path)
        provider = path.removeprefix("/").partition("/")[0]
        operation = "result" if "/results/" in path else ""
        self._fake.captured_elsewhere.append(capture(incoming, provider, operation, path)[0])
        if not operation:
            return Reply(200, b'{"you": "should not be here"}', {"content-type": "application/json"})
        if incoming.method not in ("GET", "HEAD"):
            return _plain(405, "only GET")
        if "authorization" in incoming.headers:
            return _plain(400, "only one way of signing a request is allowed")
        if path not in self._fake.hosted:
            return _plain(404, "no such result")
        data, content_type = self._fake.hosted[path]
        fault = self._fake.next_fault(provider, operation)
        if isinstance(fault, ResetBefore):
            return Reply(manner=Manner.RESET)
        if isinstance(fault, Status):
            return _plain(fault.code, fault.error)
        if isinstance(fault, ServerError):
            return _plain(500, "internal error")
        if isinstance(fault, Expired):
            return _plain(403, "the signature has expired")
        if isinstance(fault, Html):
            return Reply(200, b"<!doctype html><title>Sign in</title>", {"content-type": "text/html"})
        if isinstance(fault, Redirect):
            return Reply(302, b"", {"location": f"{self._fake.origin}/{provider}/led-here"})
        if isinstance(fault, WrongType):
            data = _other(data, content_type, fault)
        return shape(Reply(200, data, {"content-type": content_type}), fault)


def _other(data: bytes, content_type: str, fault: WrongType) -> bytes:
    if fault.really == "text" or (not fault.really and not content_type.startswith("image/")):
        return media.WORDS
    return media.picture("jpeg" if content_type == "image/png" else "png")


def _plain(status: int, words: str) -> Reply:
    return Reply(status, words.encode(), {"content-type": "text/plain"})
