"""The egress client's connections: httpx requests carried by pools that connect to checked addresses only.

Apart from `wire.py`, nothing imports this module, and that one only when the first call is made: loading an HTTP client
takes longer than loading all adapters.
"""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from functools import cache
from typing import cast

import httpcore
import httpx

from generation.providers.addresses import Checked


@cache
def certificates() -> ssl.SSLContext:
    """One context for all: each costs a megabyte and some milliseconds."""
    return httpx.create_ssl_context(trust_env=False)


class Body(httpx.SyncByteStream):
    def __init__(self, core: httpcore.Response) -> None:
        self._core = core

    def __iter__(self) -> Iterator[bytes]:
        yield from self._core.iter_stream()

    def close(self) -> None:
        self._core.close()


class Transport(httpx.BaseTransport):
    """`keeps` connections for the next call, or opens one for each. A purchase is sent over a connection of its own: one
    that the server closed while it lay idle would break in the middle of a POST, and nobody could tell whether it was
    bought. Asking after a purchase may be repeated, so it may use an old one."""

    def __init__(self, *, trusted: set[tuple[str, int]], keeps: bool) -> None:
        self._pool = httpcore.ConnectionPool(
            ssl_context=certificates(),
            max_connections=None,
            max_keepalive_connections=20 if keeps else 0,
            keepalive_expiry=15.0,
            network_backend=Checked(trusted),
        )

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        url = request.url
        core = self._pool.handle_request(
            httpcore.Request(
                method=request.method,
                url=httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path),
                headers=request.headers.raw,
                content=cast(httpx.SyncByteStream, request.stream),
                extensions=request.extensions,
            )
        )
        return httpx.Response(core.status, headers=core.headers, stream=Body(core), request=request)

    def close(self) -> None:
        self._pool.close()
