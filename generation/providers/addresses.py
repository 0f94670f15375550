"""Where the egress client may connect to: names are resolved once, every address is checked, and the connection goes to
the address that was checked, so that a name cannot point elsewhere between the check and the call.
"""

from __future__ import annotations

import ipaddress
import socket
import threading
import time
from collections.abc import Collection, Iterable
from typing import Any

import httpcore

from generation.providers.errors import Rejected

_local = threading.local()
NAT64 = ipaddress.ip_network("64:ff9b::/96")


class Deadline:
    """The moment by which a call must be over, whatever trickles in. Kept for the thread that makes the call, since the
    client does all reading and writing in it."""

    def __init__(self, seconds: float) -> None:
        self.ends_at = time.monotonic() + seconds

    def __enter__(self) -> Deadline:
        self._outer = getattr(_local, "ends_at", None)
        _local.ends_at = self.ends_at
        return self

    def __exit__(self, *_: object) -> None:
        _local.ends_at = self._outer


def left(timeout: float | None) -> float | None:
    """`timeout`, or what is left of the thread's deadline if that is less."""
    ends_at: float | None = getattr(_local, "ends_at", None)
    if ends_at is None:
        return timeout
    remaining = max(ends_at - time.monotonic(), 0.0)
    return remaining if timeout is None else min(timeout, remaining)


def is_public(address: str) -> bool:
    """Whether an address is one of the open internet, also where it carries an IPv4 address inside."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        if ip.ipv4_mapped or ip in NAT64:
            return is_public(str(ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)))
        inner = ip.sixtofour or (ip.teredo[1] if ip.teredo else None)
        if ip.is_site_local or (inner is not None and not is_public(str(inner))):
            return False
    return ip.is_global and not ip.is_multicast and not ip.is_reserved


def resolve(host: str, port: int) -> list[str]:
    """All addresses of a name, in the order in which to try them."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


class Checked(httpcore.NetworkBackend):
    """Connects to checked addresses only, and keeps the thread's deadline on every read and write. `trusted` are
    the (host, port) that an operator set by hand and that may be private."""

    def __init__(self, trusted: Collection[tuple[str, int]] = ()) -> None:
        self._trusted = trusted
        self._plain = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        try:
            addresses = resolve(host, port)
        except (OSError, UnicodeError) as error:
            raise httpcore.ConnectError(f"the name {host} cannot be resolved") from error
        if (host, port) not in self._trusted:
            for address in addresses:
                if not is_public(address):
                    raise Rejected(f"{host} has an address that is not public")
        last: Exception = httpcore.ConnectError(f"the name {host} has no address")
        for address in addresses:
            try:
                stream = self._plain.connect_tcp(address, port, left(timeout), local_address, socket_options)
                return Timed(stream)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                last = error
        raise last

    def connect_unix_socket(self, path: str, *_: Any, **__: Any) -> httpcore.NetworkStream:
        raise Rejected("sockets of this machine are not reached")

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds)


class Timed(httpcore.NetworkStream):
    """A stream that ends with the thread's deadline. A server that sends a byte a second never meets a read timeout."""

    def __init__(self, stream: httpcore.NetworkStream) -> None:
        self._stream = stream

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        timeout = left(timeout)
        if timeout == 0:
            raise httpcore.ReadTimeout("the deadline of the call is over")
        return self._stream.read(max_bytes, timeout)

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        timeout = left(timeout)
        if timeout == 0:
            raise httpcore.WriteTimeout("the deadline of the call is over")
        self._stream.write(buffer, timeout)

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: Any, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        return Timed(self._stream.start_tls(ssl_context, server_hostname, left(timeout)))

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)
