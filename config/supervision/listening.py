"""The socket that `play` listens on: the wanted port where it is free, else the next one that is."""

from __future__ import annotations

import errno
import socket

HOST = "127.0.0.1"
TRIES = 100


class NoPort(Exception):
    """No port could be taken. The text says why."""


def wanted_port(text: str) -> int:
    """The port that PORT asks for."""
    try:
        port = int(text or "8000")
    except ValueError:
        port = -1
    if not 0 <= port <= 65535:
        raise NoPort(f"PORT is {text!r}; it must be a number from 0 to 65535 (0: any free one).")
    return port


def listen(port: int) -> socket.socket:
    """A listening socket on `port` or on the next free one above it."""
    for candidate in range(port, min(port + TRIES, 65536)):
        # The protocol is named because asyncio sets TCP_NODELAY only where it is. Without that, the second part of every answer
        # on a connection that is kept waits 40 ms for the first part's acknowledgement.
        sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            sock.bind((HOST, candidate))
            # At once: two sockets may be bound to one port as long as neither listens. Who comes early waits in line.
            sock.listen(128)
        except OSError as refused:
            sock.close()
            if refused.errno == errno.EADDRINUSE:
                continue
            if refused.errno == errno.EACCES:
                raise NoPort(
                    f"Port {candidate} is reserved by the system; say PORT=8000 or another above 1023."
                ) from refused
            raise
        return sock
    raise NoPort(f"No port from {port} to {port + TRIES - 1} is free; say PORT=... for another.")
