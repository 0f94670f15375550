"""Each request's id: who asks can name it, whoever reads the logs finds its lines, and every answer says it in
`X-Request-Id`.

The id of the request is taken from the same header where a proxy of ours (`TRUSTED_PROXIES`) sent it and it looks like one;
else it is made here. So these wrappers stand outermost, where the peer is still the peer. They bind the id for all that
happens for the request, in whatever thread that is; what is no request of Django's (sockets, `/mcp`) has its access line
from here too.
"""

from __future__ import annotations

import re
import time
import uuid
from collections.abc import Callable, MutableMapping
from typing import Any

from django.conf import settings
from structlog.contextvars import bound_contextvars

from config import access_log
from config.environment import is_in
from config.request_headers import ID, TRACE_HEADERS
from generation.studio.dialects.mcp.door import PATHS as MCP_PATHS
from generation.telemetry import SEEN

SHAPE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{7,63}")


def chosen(said: str, peer: str) -> str:
    """The id that a trusted peer said, if it looks like one; else a new one."""
    if said and is_trusted(peer) and SHAPE.fullmatch(said):
        return said
    return uuid.uuid4().hex


def is_trusted(peer: str) -> bool:
    """Whether a proxy of ours has this address."""
    return is_in(peer, settings.TRUSTED_PROXIES)


def before_wsgi(application: Callable[..., Any]) -> Callable[..., Any]:
    """The WSGI application, told the request's id."""

    def told(environ: dict[str, Any], start_response: Any) -> Any:
        peer = environ.get("REMOTE_ADDR", "")
        environ[ID] = chosen(environ.pop("HTTP_X_REQUEST_ID", ""), peer)
        if not is_trusted(peer):
            for name in TRACE_HEADERS:
                environ.pop(f"HTTP_{name.upper()}", None)
        return application(environ, start_response)

    return told


def before_asgi(application: Any) -> Any:
    """The ASGI application, told the request's id, for requests and sockets alike."""

    async def told(scope: MutableMapping[str, Any], receive: Any, send: Any) -> None:
        if scope["type"] not in ("http", "websocket"):
            await application(scope, receive, send)
            return
        peer = (scope.get("client") or ("", 0))[0]
        said = next((v.decode("latin-1") for k, v in scope["headers"] if k.lower() == b"x-request-id"), "")
        request_id = chosen(said, peer)
        dropped = {b"x-request-id", *(() if is_trusted(peer) else (name.encode() for name in TRACE_HEADERS))}
        seen: dict[str, str] = {}
        scope = {
            **scope, ID: request_id, SEEN: seen,
            "headers": [(name, value) for name, value in scope["headers"] if name.lower() not in dropped],
        }  # fmt: skip
        began, status = time.perf_counter(), 0

        async def answer(message: MutableMapping[str, Any]) -> None:
            nonlocal status
            if message["type"] in ("http.response.start", "websocket.accept"):
                status = message.get("status", 101)
                given = list(message.get("headers") or [])
                if all(name.lower() != b"x-request-id" for name, _ in given):
                    message = {**message, "headers": [*given, (b"x-request-id", request_id.encode())]}
            elif message["type"] == "websocket.close" and not status:
                status = 403  # closed before it was opened
            await send(message)

        with bound_contextvars(request_id=request_id):
            try:
                await application(scope, receive, answer)
            finally:
                route = _route(scope)
                if route:
                    method = scope.get("method", "WS")
                    access_log.note(method, route, status or 500, time.perf_counter() - began, **seen)

    return told


def _route(scope: MutableMapping[str, Any]) -> str:
    """What has no line from Django: `mcp`, or a socket by the first part of its path behind /ws/."""
    if scope["type"] == "http":
        return "mcp" if scope["path"] in MCP_PATHS else ""
    kind = scope["path"].removeprefix("/ws/").partition("/")[0]
    return f"ws-{kind}" if kind in ("progress", "story") else "ws"
