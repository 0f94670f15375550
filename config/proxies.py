"""Who asks, where proxies stand before this process: the one place that believes a forwarded header.

A proxy of ours (`TRUSTED_PROXIES`) writes the address of whoever spoke to it behind what stands in `X-Forwarded-For`
already, so the list is read from its end: the first that is no proxy of ours is the client, and what stands before it may be
anything that the client made up. From anybody else forwarded headers are taken away, so that nothing behind this wall can
believe them. Without trusted proxies nothing is changed: the peer is the client.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Iterable, MutableMapping
from typing import Any

from config.environment import Network, is_in

FORWARDED = ("x-forwarded-for", "x-forwarded-proto", "x-forwarded-host", "x-forwarded-port", "x-real-ip", "forwarded")


def client_of(peer: str, forwarded: str, trusted: Iterable[Network]) -> str:
    """The client's address: `peer` where it is no trusted proxy, else the last in `forwarded` that is none."""
    networks, client = tuple(trusted), peer
    for said in reversed([part.strip() for part in forwarded.split(",")]):
        if not is_in(client, networks):
            return client
        bare = _bare(said)
        if bare is None:
            return client  # nonsense: whoever wrote it is the last that is known
        client = bare
    return client


def _bare(said: str) -> str | None:
    """An address as it may be written in the header, without its port."""
    if said.startswith("["):
        said = said[1:].partition("]")[0]
    elif said.count(":") == 1:
        said = said.partition(":")[0]
    try:
        return str(ipaddress.ip_address(said))
    except ValueError:
        return None


def before_wsgi(application: Callable[..., Any], trusted: tuple[Network, ...]) -> Callable[..., Any]:
    """The WSGI application, told who the client is."""
    if not trusted:
        return application

    def told(environ: dict[str, Any], start_response: Any) -> Any:
        peer = environ.get("REMOTE_ADDR", "")
        if is_in(peer, trusted):
            environ["REMOTE_ADDR"] = client_of(peer, environ.get("HTTP_X_FORWARDED_FOR", ""), trusted)
        else:
            for name in FORWARDED:
                environ.pop(f"HTTP_{name.upper().replace('-', '_')}", None)
        return application(environ, start_response)

    return told


def before_asgi(application: Any, trusted: tuple[Network, ...]) -> Any:
    """The ASGI application, told who the client is, for requests and sockets alike."""
    if not trusted:
        return application

    async def told(scope: MutableMapping[str, Any], receive: Any, send: Any) -> None:
        if scope["type"] in ("http", "websocket"):
            peer = (scope.get("client") or ("", 0))[0]
            if is_in(peer, trusted):
                said = ",".join(v.decode("latin-1") for k, v in scope["headers"] if k.lower() == b"x-forwarded-for")
                scope = {**scope, "client": (client_of(peer, said, trusted), 0)}
            else:
                kept = [(k, v) for k, v in scope["headers"] if k.decode("latin-1").lower() not in FORWARDED]
                scope = {**scope, "headers": kept}
        await application(scope, receive, send)

    return told
