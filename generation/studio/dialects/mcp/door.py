"""The ASGI door of `/mcp`: host, origin and bearer are checked before the protocol hears a word.

The SDK is loaded, and its session manager started, when the first assistant knocks: an install without one pays nothing.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from typing import Any

from channels.db import database_sync_to_async
from django.conf import settings

from accounts import bearers, rates
from accounts.access import Barred, Door, is_admitted
from accounts.hosts import tenant_at
from accounts.tenancy import scope as tenant_scope
from generation import telemetry
from generation.errors import CannotBuy
from generation.studio import policy

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
PATHS = frozenset({"/mcp", "/mcp/"})
MAX_BODY = 32 * 1024**2
"""A call may bring pictures along in base64."""


class TurnedAway(Exception):
    """An answer in place of the protocol's: the status and a sentence, and what its headers say besides."""

    def __init__(self, status: int, sentence: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(sentence)
        self.status = status
        self.headers = headers or {}


class McpDoor:
    """An ASGI application for the paths of `PATHS`; everything else goes on to `rest`."""

    def __init__(self, rest: Any) -> None:
        self.rest = rest
        self._manager: Any = None
        self._running: asyncio.Task[None] | None = None
        self._lock = asyncio.Lock()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] not in PATHS:
            await self.rest(scope, receive, send)
            return
        try:
            caller = await database_sync_to_async(_let_in, thread_sensitive=False)(scope)
        except TurnedAway as away:
            await _say(send, away)
            return
        telemetry.seen(scope, tenant_id=caller.tenant.id, actor_id=caller.bearer.user.pk)
        manager = await self._started()
        from generation.studio.dialects.mcp.server import CALLER

        async def send_counted(message: MutableMapping[str, Any]) -> None:
            """When the answer begins, the tool has run and what it took is known."""
            if message["type"] == "http.response.start":
                message = {**message, "headers": [*message["headers"], *_raw(caller.meter.headers())]}
            await send(message)

        await manager.handle_request({**scope, CALLER: caller}, receive, send_counted)

    async def _started(self) -> Any:
        """The session manager, running in this loop."""
        async with self._lock:
            loop_is_other = self._running is not None and self._running.get_loop() is not asyncio.get_running_loop()
            if self._running is None or self._running.done() or loop_is_other:
                ready = asyncio.Event()
                self._manager = _build()
                self._running = asyncio.create_task(self._run(ready), name="mcp")
                await ready.wait()
            return self._manager

    async def _run(self, ready: asyncio.Event) -> None:
        async with self._manager.run():
            ready.set()
            await asyncio.Event().wait()  # until the loop ends, which cancels this


def _build() -> Any:
    from mcp.server.streamable_http_manager import StreamableHTTPSessionManager

    from generation.studio.dialects.mcp import server

    return StreamableHTTPSessionManager(
        server.build(settings.VERSION), stateless=True, json_response=True, max_request_body_size=MAX_BODY
    )


def _let_in(scope: Scope) -> Any:
    """Who asks. Raises `TurnedAway`."""
    from generation.studio.dialects.mcp.tools import Caller

    headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
    host = headers.get("host", "")
    tenant = tenant_at(host)
    if tenant is None:
        raise TurnedAway(400, "No library answers at this address. Check the host name.")
    if not tenant.is_open:
        raise TurnedAway(404, "This library is closed.")
    origin = headers.get("origin", "")
    if origin and origin.split("://", 1)[-1] != host:
        # A page of another site, or of a name that was made to point here, may not speak for whoever looks at it.
        raise TurnedAway(403, "This came from another site.")
    kind, _, token = headers.get("authorization", "").partition(" ")
    if kind.lower() != "bearer" or not token.strip():
        raise TurnedAway(401, "Send an API key of yours as a bearer: Authorization: Bearer fw_…")
    try:
        bearer = bearers.known(token.strip(), tenant)
        meter = rates.Meter(rates.Asker(tenant.pk, bearer.user.pk, bearer.key_id))
        with tenant_scope(tenant):
            if not is_admitted(Door.AUTHOR, bearer.actor, None):
                raise TurnedAway(401, "Sign in first.")
            meter.take(rates.READ)
            policy.current()
    except bearers.BadBearer as bad:
        raise TurnedAway(401, str(bad)) from bad
    except Barred as barred:
        raise TurnedAway(403, str(barred)) from barred
    except CannotBuy as closed:
        raise TurnedAway(closed.status, str(closed), meter.headers()) from closed
    except rates.TooOften as often:
        raise TurnedAway(429, str(often.detail), meter.headers()) from often
    return Caller(bearer, tenant, f"{scope.get('scheme', 'http')}://{host}", meter)


def _raw(headers: Mapping[str, str]) -> list[tuple[bytes, bytes]]:
    return [(name.lower().encode(), value.encode()) for name, value in headers.items()]


async def _say(send: Send, away: TurnedAway) -> None:
    body = json.dumps({"success": False, "data": None, "error": str(away), "code": away.status}).encode()
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    if away.status == 401:
        headers.append((b"www-authenticate", b'Bearer realm="mcp"'))
    headers += _raw(away.headers)
    await send({"type": "http.response.start", "status": away.status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
