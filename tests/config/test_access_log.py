"""Each request has an id, a line and a count, and its line tells no path."""

from __future__ import annotations

import json
import types
from collections.abc import Iterator
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from asgiref.testing import ApplicationCommunicator
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.test import Client
from django.urls import path
from structlog.contextvars import get_contextvars

from config import logs, numbers, request_ids
from config.request_headers import ID
from tests.logbook import book

pytestmark = pytest.mark.django_db
CANARY = "cAnArYq7Zx9Kw3Lm"
GOOD = "edge-7f3a.0001"
PROXY = "10.9.8.7"


@pytest.fixture
def house(settings: Any) -> None:
    """A few addresses that break, each in its own way."""

    def broken(request: HttpRequest, token: str) -> HttpResponse:
        raise RuntimeError(f"password={token}")

    def flowing(request: HttpRequest, token: str) -> StreamingHttpResponse:
        return StreamingHttpResponse(iter([b"a", b"b"]))

    module: Any = types.ModuleType("house")
    module.urlpatterns = [
        path("broken/<str:token>", broken, name="broken"),
        path("flowing/<str:token>", flowing, name="flowing"),
    ]
    settings.ROOT_URLCONF = module


def line(method: str, route: str, status: int, **more: str) -> dict[str, Any]:
    return {
        "level": "info", "logger": "config.access_log", "event": f"{method} {route} {status}", "method": method,
        "route": route, "status": status, "process": logs.process_kind(), **more,
    }  # fmt: skip


def test_the_line_of_a_request_names_its_route_and_who_asked(world: Any, client_for: Any) -> None:
    reader = world.user("reader")
    browser = client_for("reader")
    with book() as kept:
        answers = [
            browser.get(f"/account/?token={CANARY}"),
            Client(HTTP_HOST="localhost").get("/"),
            Client(HTTP_HOST="localhost").get(f"/media/{CANARY}"),
            Client(HTTP_HOST="evil.example.com").get(f"/{CANARY}"),
            browser.post("/account/name", HTTP_ACCEPT="application/json"),
            Client(HTTP_HOST="localhost").get("/static/css/tokens.css"),
            Client(HTTP_HOST="localhost").get("/admin/login/"),
        ]
        quiet = [Client(HTTP_HOST="localhost").get("/metrics", REMOTE_ADDR=peer) for peer in ("127.0.0.1", "6.6.6.6")]
        answers += quiet[1:]  # that somebody may read them all day long is not worth a line
    tenant = {"tenant_id": str(world.tenant.id)}
    assert kept.told("config.access_log") == [
        line("GET", "account", 200, **tenant, actor_id=str(reader.id)),
        line("GET", "landing", 200, **tenant),
        line("GET", "media-link", 404, **tenant),
        line("GET", "none", 400),
        line("POST", "account-name", 422, **tenant, actor_id=str(reader.id)),
        line("GET", "static", 200),
        line("GET", "admin", 302, **tenant),
        line("GET", "metrics", 404),
    ]
    assert [one["request_id"] for one in kept.lines("config.access_log")] == [
        answer["X-Request-Id"] for answer in answers
    ]
    assert len({answer["X-Request-Id"] for answer in answers}) == 8
    text = "\n".join(kept.text)
    assert (CANARY in text, "reader@example.com" in text) == (False, False)


def test_what_breaks_has_its_id_and_its_traceback_without_the_path(house: None, world: Any) -> None:
    browser = Client(HTTP_HOST="localhost", raise_request_exception=False)
    with book() as kept:
        broken = browser.get(f"/broken/{CANARY}")
        flowing = browser.get(f"/flowing/{CANARY}")
        assert b"".join(flowing.streaming_content) == b"ab"
    assert get_contextvars() == {}
    assert [broken.status_code, flowing.status_code] == [500, 200]
    [told] = [one for one in kept.lines() if one["logger"] == "django.request"]
    assert (told["event"], told["request_id"]) == ("Internal Server Error: broken", broken["X-Request-Id"])
    assert "RuntimeError: password=[removed]" in told["exception"]
    assert CANARY not in "\n".join(kept.text)
    assert {one["route"] for one in kept.lines("config.access_log")} == {"broken", "flowing"}


def test_answers_are_counted_by_route_and_class_of_status(world: Any) -> None:
    def counted(*labels: str) -> float:
        return float(numbers.REQUESTS.labels(*labels)._value.get())

    before = counted("GET", "media-link", "4xx"), counted("other", "media-link", "4xx")
    Client(HTTP_HOST="localhost").get("/media/x")
    Client(HTTP_HOST="localhost").generic("BREW", "/media/x")
    after = counted("GET", "media-link", "4xx"), counted("other", "media-link", "4xx")
    assert [new - old for old, new in zip(before, after, strict=True)] == [1, 1]
    assert numbers.UNDER_WAY._value.get() == 0


# Where the id comes from


def networks(*names: str) -> Any:
    import ipaddress

    return tuple(map(ipaddress.ip_network, names))


@pytest.mark.parametrize(
    ("peer", "said", "is_taken"),
    [
        (PROXY, GOOD, True),
        (f"::ffff:{PROXY}", GOOD, True),
        ("10.9.9.9", GOOD, False),
        ("", GOOD, False),
        (PROXY, "short", False),
        (PROXY, "x" * 65, False),
        (PROXY, "has space in it", False),
        (PROXY, "line\nend-of-it", False),
        (PROXY, "$(reboot)-00", False),
    ],
)
def test_an_id_is_taken_from_a_proxy_of_ours_if_it_looks_like_one(
    settings: Any, peer: str, said: str, is_taken: bool
) -> None:
    settings.TRUSTED_PROXIES = networks(f"{PROXY}/32")
    found = request_ids.chosen(said, peer)
    assert (found == said) is is_taken
    assert is_taken or len(found) == 32


def test_without_proxies_nobody_is_believed() -> None:
    assert request_ids.chosen(GOOD, "127.0.0.1") != GOOD


def test_under_wsgi_the_id_goes_through(settings: Any, world: Any) -> None:
    settings.TRUSTED_PROXIES = networks(f"{PROXY}/32")
    seen: dict[str, Any] = {}

    def application(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        seen.update(environ)
        return []

    told = request_ids.before_wsgi(application)
    told({"REMOTE_ADDR": PROXY, "HTTP_X_REQUEST_ID": GOOD, "HTTP_TRACEPARENT": "t"}, None)
    assert seen == {"REMOTE_ADDR": PROXY, ID: GOOD, "HTTP_TRACEPARENT": "t"}
    seen.clear()
    told({"REMOTE_ADDR": "6.6.6.6", "HTTP_X_REQUEST_ID": GOOD, "HTTP_TRACEPARENT": "t"}, None)
    assert seen == {"REMOTE_ADDR": "6.6.6.6", ID: seen[ID]}
    assert Client(HTTP_HOST="localhost").get("/sign-in/", **{ID: GOOD})["X-Request-Id"] == GOOD


def ask(application: Any, scope: dict[str, Any], first: dict[str, Any]) -> list[dict[str, Any]]:
    async def exchange() -> list[dict[str, Any]]:
        there = ApplicationCommunicator(application, scope)
        await there.send_input(first)
        said = [await there.receive_output(10)]
        if said[0]["type"] == "http.response.start":
            said.append(await there.receive_output(10))
        await there.wait(10)
        return said

    return async_to_sync(exchange)()


@pytest.fixture
def headers() -> Iterator[list[tuple[bytes, bytes]]]:
    yield [(b"host", b"localhost"), (b"x-request-id", GOOD.encode())]


def test_under_asgi_what_django_never_sees_has_its_id_and_its_line(settings: Any, headers: Any) -> None:
    settings.TRUSTED_PROXIES = networks(f"{PROXY}/32")

    async def application(scope: Any, receive: Any, send: Any) -> None:
        assert b"x-request-id" not in dict(scope["headers"])
        if scope["type"] == "websocket":
            request_ids.SEEN in scope and scope[request_ids.SEEN].update(tenant_id="t-1", actor_id="a-1")
            await send({"type": "websocket.close", "code": 4404})
            return
        await send({"type": "http.response.start", "status": 401, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    told = request_ids.before_asgi(application)
    common = {"headers": headers, "client": (PROXY, 1), "query_string": f"ticket={CANARY}".encode()}
    with book() as kept:
        http = ask(told, {"type": "http", "method": "POST", "path": "/mcp", **common}, {"type": "http.request"})
        ask(told, {"type": "websocket", "path": f"/ws/story/{CANARY}", **common}, {"type": "websocket.connect"})
    assert http[0]["headers"] == [(b"x-request-id", GOOD.encode())]
    assert kept.told("config.access_log") == [
        line("POST", "mcp", 401),
        line("WS", "ws-story", 403, tenant_id="t-1", actor_id="a-1"),
    ]
    assert [one["request_id"] for one in kept.lines()] == [GOOD, GOOD]
    assert CANARY not in json.dumps(kept.lines())
