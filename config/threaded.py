"""Plain HTTP under ASGI: each request is one visit to a thread, which keeps its connection to the database.

Django's own handler goes from the loop to a thread and back for every middleware that has something to say, makes a thread for
each request, and with it a connection. Here all of a request that is not waiting for the network happens in one go, as it would
under WSGI, in one of a few threads that stay. Nothing here is async but the sockets, so nothing is lost by that.
"""

from __future__ import annotations

import asyncio
import contextlib
import contextvars
import functools
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

import django
from django.core import signals
from django.core.exceptions import RequestAborted
from django.core.handlers.asgi import ASGIHandler, get_script_prefix
from django.core.handlers.base import BaseHandler
from django.db import connections
from django.http import FileResponse
from django.urls import set_script_prefix

THREADS = 64
"""More than may wait for a purchase at once (`generation.waiting.MAX_WAITING`), so that there is always one for a page."""
CONNECTION_SECONDS = 60
Found = TypeVar("Found")
END = object()


class ThreadedHandler(ASGIHandler):
    """Django for ASGI, with its middleware and views called one after the other in a thread of the pool."""

    def __init__(self) -> None:
        BaseHandler.__init__(self)
        self.load_middleware(is_async=False)
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="http")

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            raise ValueError(f"This answers plain HTTP only, not {scope['type']}.")
        try:
            body = await self.read_body(receive)
        except RequestAborted:
            return
        # One context for all that belongs to the request: what it sets in one thread is there, and can be reset, in the next.
        visit = functools.partial(self._visit, contextvars.copy_context())
        try:
            response = await visit(self._answer, scope, body)
            if not response.streaming:
                await self.send_response(response, send)
                return
            flowing: Any = _Flowing(response, visit)
            try:
                await self._until_gone(self.send_response(flowing, send), receive)
            finally:
                await visit(response.close)
        finally:
            body.close()

    async def _visit(self, context: contextvars.Context, call: Callable[..., Found], *args: Any) -> Found:
        return await asyncio.get_running_loop().run_in_executor(
            self._threads, functools.partial(context.run, call, *args)
        )

    def _answer(self, scope: Any, body: Any) -> Any:
        """The response; one that is whole is closed already, so that nothing is left to do in a thread."""
        set_script_prefix(get_script_prefix(scope))
        signals.request_started.send(sender=self.__class__, scope=scope)
        request, refused = self.create_request(scope, body)
        response: Any = refused if request is None else self.get_response(request)
        response._handler_class = self.__class__
        if isinstance(response, FileResponse):
            response.block_size = self.chunk_size
        if not response.streaming:
            response.close()
        return response

    async def _until_gone(self, sending: Any, receive: Any) -> None:
        """Send until all is sent, or whoever asked has gone."""
        tasks = [asyncio.ensure_future(sending), asyncio.ensure_future(receive())]
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in tasks[::-1]:
                if not task.done():
                    task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await tasks[0]


class _Flowing:
    """A streaming response whose pieces come one by one, each from a visit to a thread, where Django would collect all of
    them first. One that is async by itself goes as it is."""

    streaming = True

    def __init__(self, response: Any, visit: Callable[..., Any]) -> None:
        self._response, self._visit = response, visit

    def __getattr__(self, name: str) -> Any:
        return getattr(self._response, name)

    async def __aiter__(self) -> AsyncIterator[bytes]:
        if self._response.is_async:
            async for piece in self._response:
                yield piece
            return
        pieces: Iterator[bytes] = iter(self._response)
        while (piece := await self._next(pieces)) is not END:
            yield piece

    async def _next(self, pieces: Iterator[bytes]) -> Any:
        """The next piece. Where nobody waits for it any more it is waited for all the same: what makes the pieces can be
        closed only between two of them."""
        coming = asyncio.ensure_future(self._visit(next, pieces, END))
        try:
            return await asyncio.shield(coming)
        except asyncio.CancelledError:
            await asyncio.wait([coming])
            raise


def get_application() -> ThreadedHandler:
    """The handler, in a process that keeps its connections to the database: its threads stay."""
    django.setup(set_prefix=False)
    keep_connections()
    return ThreadedHandler()


def keep_connections() -> None:
    """Threads that stay keep their connections to the database, where no pool does; here and under WSGI."""
    for alias in connections:
        found: dict[str, Any] = connections.settings[alias]
        if not found["CONN_MAX_AGE"] and not found.get("OPTIONS", {}).get("pool"):
            found |= {"CONN_MAX_AGE": CONNECTION_SECONDS, "CONN_HEALTH_CHECKS": True}
