"""Plain HTTP under ASGI, one visit to a thread for each request."""

from __future__ import annotations

import asyncio
import contextvars
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from types import ModuleType
from typing import Any

import pytest
from asgiref.testing import ApplicationCommunicator
from django.core import signals
from django.db import connections
from django.http import HttpRequest, HttpResponse, JsonResponse, StreamingHttpResponse
from django.urls import path

from config import threaded
from config.threaded import ThreadedHandler

where: list[tuple[str, str]] = []
meeting = threading.Barrier(2, timeout=10)
closed, going = threading.Event(), threading.Event()
mark: contextvars.ContextVar[str] = contextvars.ContextVar("mark", default="none")


def note(what: str) -> None:
    where.append((what, threading.current_thread().name))


class Noting:
    """A middleware as ours are: sync, with a look at the view."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        note("before")
        answer = self.get_response(request)
        note("after")
        return answer

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> None:
        note("view is known")


def said(request: HttpRequest) -> JsonResponse:
    note("view")
    return JsonResponse({"method": request.method, "path": request.path, "body": request.body.decode()})


def met(request: HttpRequest) -> HttpResponse:
    meeting.wait()
    return HttpResponse("met")


def broken(request: HttpRequest) -> HttpResponse:
    raise RuntimeError("a secret of the house")


def flowing(request: HttpRequest) -> StreamingHttpResponse:
    def pieces() -> Iterator[bytes]:
        token = mark.set("flowing")
        for number in range(3):
            yield f"{number} {mark.get()};".encode()
        mark.reset(token)  # raises where another piece came in another context

    return StreamingHttpResponse(pieces())


def async_flowing(request: HttpRequest) -> StreamingHttpResponse:
    async def pieces() -> AsyncIterator[bytes]:
        for number in range(3):
            await asyncio.sleep(0)
            yield f"{number};".encode()

    return StreamingHttpResponse(pieces())


def endless(request: HttpRequest) -> StreamingHttpResponse:
    def pieces() -> Iterator[bytes]:
        try:
            yield b"."
            while True:
                going.wait(0.3)  # it is in the middle of a piece when somebody goes
                yield b"."
        finally:
            closed.set()

    return StreamingHttpResponse(pieces())


@pytest.fixture
def handler(settings: Any) -> ThreadedHandler:
    views = {"said": said, "met": met, "broken": broken, "flowing": flowing, "async": async_flowing, "endless": endless}
    urlconf = ModuleType("threaded_routes")
    urlconf.urlpatterns = [path(name, view) for name, view in views.items()]  # type: ignore[attr-defined]
    settings.ROOT_URLCONF = urlconf
    settings.MIDDLEWARE = ["tests.config.test_threaded.Noting"]
    settings.DEBUG = False
    where.clear()
    closed.clear()
    return ThreadedHandler()


def begin(handler: ThreadedHandler, name: str, body: bytes = b"") -> ApplicationCommunicator:
    return ApplicationCommunicator(
        handler,
        {"type": "http", "http_version": "1.1", "method": "POST" if body else "GET", "path": f"/{name}",
         "query_string": b"", "headers": [(b"host", b"localhost"), (b"content-length", str(len(body)).encode())]},
    )  # fmt: skip


async def ask(handler: ThreadedHandler, name: str, body: bytes = b"") -> tuple[int, list[bytes]]:
    """Status and pieces of the answer."""
    asked = begin(handler, name, body)
    await asked.send_input({"type": "http.request", "body": body})
    start = await asked.receive_output(10)
    pieces = []
    while True:
        piece = await asked.receive_output(10)
        pieces.append(piece.get("body", b""))
        if not piece.get("more_body"):
            break
    await asked.wait(10)
    return start["status"], pieces


@pytest.mark.asyncio
async def test_all_of_a_request_is_one_visit(handler: ThreadedHandler) -> None:
    def started(**_: Any) -> None:
        note("started")

    def finished(**_: Any) -> None:
        note("finished")

    signals.request_started.connect(started)
    signals.request_finished.connect(finished)
    try:
        answer = await ask(handler, "said", b"hello")
    finally:
        signals.request_started.disconnect(started)
        signals.request_finished.disconnect(finished)
    assert answer == (200, [b'{"method": "POST", "path": "/said", "body": "hello"}'])
    assert [what for what, _ in where] == ["started", "before", "view is known", "view", "after", "finished"]
    assert len({thread for _, thread in where}) == 1
    assert where[0][1].startswith("http")


@pytest.mark.asyncio
async def test_one_that_waits_keeps_nobody_from_another(handler: ThreadedHandler) -> None:
    assert await asyncio.gather(ask(handler, "met"), ask(handler, "met")) == [(200, [b"met"])] * 2


@pytest.mark.asyncio
async def test_what_breaks_is_told_without_its_words(handler: ThreadedHandler, monkeypatch: pytest.MonkeyPatch) -> None:
    status, pieces = await ask(handler, "broken")
    assert (status, b"secret" in b"".join(pieces)) == (500, False)


@pytest.mark.asyncio
async def test_pieces_come_one_by_one_in_one_context(handler: ThreadedHandler) -> None:
    assert await ask(handler, "flowing") == (200, [b"0 flowing;", b"1 flowing;", b"2 flowing;", b""])
    assert await ask(handler, "async") == (200, [b"0;", b"1;", b"2;", b""])


@pytest.mark.asyncio
async def test_whoever_goes_away_ends_the_stream(handler: ThreadedHandler) -> None:
    asked = begin(handler, "endless")
    await asked.send_input({"type": "http.request"})
    assert (await asked.receive_output(10))["status"] == 200
    assert (await asked.receive_output(10))["body"] == b"."
    await asked.send_input({"type": "http.disconnect"})
    await asked.wait(10)
    assert closed.is_set()


@pytest.mark.asyncio
async def test_whoever_goes_before_all_was_said_is_not_answered(handler: ThreadedHandler) -> None:
    asked = begin(handler, "said", b"hello")
    await asked.send_input({"type": "http.request", "body": b"hel", "more_body": True})
    await asked.send_input({"type": "http.disconnect"})
    await asked.wait(10)
    assert (await asked.receive_nothing(), where) == (True, [])


@pytest.mark.asyncio
async def test_it_answers_http_only(handler: ThreadedHandler) -> None:
    asked = ApplicationCommunicator(handler, {"type": "websocket", "path": "/"})
    with pytest.raises(ValueError, match="plain HTTP only"):
        await asked.wait(10)


@pytest.mark.parametrize(
    ("found", "kept"),
    [
        ({"CONN_MAX_AGE": 0}, (60, True)),
        ({"CONN_MAX_AGE": 5}, (5, False)),
        ({"CONN_MAX_AGE": 0, "OPTIONS": {"pool": True}}, (0, False)),  # Django keeps those itself
        ({"CONN_MAX_AGE": 0, "ENGINE": "config.postgresql"}, (0, True)),  # a server has a pool
    ],
)
def test_threads_that_stay_keep_their_connections(
    monkeypatch: pytest.MonkeyPatch, settings: Any, found: dict[str, Any], kept: tuple[int, bool]
) -> None:
    known = {"default": {**connections.settings["default"], "CONN_HEALTH_CHECKS": False, "OPTIONS": {}, **found}}
    monkeypatch.setattr(connections, "settings", known)
    threaded.get_application()
    assert (known["default"]["CONN_MAX_AGE"], known["default"]["CONN_HEALTH_CHECKS"]) == kept
