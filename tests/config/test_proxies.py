"""Who the client is, where proxies stand before us: nobody chooses an address of their own."""

from __future__ import annotations

import asyncio
import ipaddress
from typing import Any

import pytest

from config.environment import networks
from config.proxies import before_asgi, before_wsgi, client_of

TRUSTED = (ipaddress.ip_network("10.0.0.0/8"), ipaddress.ip_network("fd00::/8"))


@pytest.mark.parametrize(
    ("peer", "forwarded", "client"),
    [
        ("198.51.100.7", "203.0.113.9", "198.51.100.7"),  # no proxy of ours: what it says is its own business
        ("10.0.0.2", "203.0.113.9", "203.0.113.9"),
        ("10.0.0.2", "192.0.2.66, 203.0.113.9", "203.0.113.9"),  # the first was made up by the client
        ("10.0.0.2", "192.0.2.66, 203.0.113.9, 10.0.0.3", "203.0.113.9"),  # two proxies of ours
        ("10.0.0.2", "", "10.0.0.2"),
        ("10.0.0.2", "10.0.0.9", "10.0.0.9"),  # asked from within
        ("10.0.0.2", "203.0.113.9, nonsense", "10.0.0.2"),
        ("10.0.0.2", "203.0.113.9:4711", "203.0.113.9"),
        ("fd00::1", "[2001:db8::7]:443", "2001:db8::7"),
        ("::ffff:10.0.0.2", "203.0.113.9", "203.0.113.9"),
        ("", "203.0.113.9", ""),
    ],
)
def test_the_client_is_the_last_that_is_no_proxy_of_ours(peer: str, forwarded: str, client: str) -> None:
    assert client_of(peer, forwarded, TRUSTED) == client


def seen_by_wsgi(environ: dict[str, str], trusted: Any = TRUSTED) -> dict[str, Any]:
    seen: dict[str, Any] = {}
    before_wsgi(lambda given, start: seen.update(given), trusted)(environ, None)
    return seen


def test_wsgi_is_told_and_believes_no_stranger() -> None:
    said = {"HTTP_X_FORWARDED_FOR": "203.0.113.9", "HTTP_X_FORWARDED_PROTO": "https", "HTTP_HOST": "a.example"}
    assert seen_by_wsgi({**said, "REMOTE_ADDR": "10.0.0.2"}) == {**said, "REMOTE_ADDR": "203.0.113.9"}
    assert seen_by_wsgi({**said, "REMOTE_ADDR": "198.51.100.7"}) == {
        "REMOTE_ADDR": "198.51.100.7",
        "HTTP_HOST": "a.example",
    }
    # Without proxies of ours nothing is touched.
    assert seen_by_wsgi({**said, "REMOTE_ADDR": "10.0.0.2"}, ()) == {**said, "REMOTE_ADDR": "10.0.0.2"}


@pytest.mark.parametrize("kind", ["http", "websocket"])
def test_asgi_is_told_and_believes_no_stranger(kind: str) -> None:
    seen: list[Any] = []

    async def application(scope: Any, receive: Any, send: Any) -> None:
        seen.append((scope["client"], scope["headers"]))

    headers = [(b"host", b"a.example"), (b"X-Forwarded-For", b"192.0.2.66"), (b"x-forwarded-for", b"203.0.113.9")]
    told = before_asgi(application, TRUSTED)
    for peer in ("10.0.0.2", "198.51.100.7"):
        asyncio.run(told({"type": kind, "client": (peer, 1), "headers": headers}, None, None))
    assert seen == [
        (("203.0.113.9", 0), headers),
        (("198.51.100.7", 1), [(b"host", b"a.example")]),
    ]


def test_networks_that_cannot_be_read_are_named() -> None:
    assert networks("10.1.0.0/16, ::1, 10.0.0.1/8,here") == (
        (ipaddress.ip_network("10.1.0.0/16"), ipaddress.ip_network("::1")),
        [
            "TRUSTED_PROXIES names “10.0.0.1/8”, which is no network. Write one like 10.1.2.0/24 or 10.1.2.3.",
            "TRUSTED_PROXIES names “here”, which is no network. Write one like 10.1.2.0/24 or 10.1.2.3.",
        ],
    )
