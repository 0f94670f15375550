"""A provider that takes any number of large requests and keeps nothing of them, and answers when it is told to."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nconnection: close\r\ncontent-length: %d\r\n\r\n"


class Swallower:
    """`answer` is the body of every answer. `taken` counts the requests that have come in whole, `sizes` are their bodies'
    bytes; answers go out once `go` is set."""

    def __init__(self, answer: bytes) -> None:
        self.answer = answer
        self.sizes: list[int] = []
        self.go = threading.Event()
        self.broken: list[str] = []
        self._changed = threading.Condition()
        self._socket = socket.create_server(("127.0.0.1", 0), backlog=256)
        self.origin = f"http://127.0.0.1:{self._socket.getsockname()[1]}"

    def wait_for(self, count: int, seconds: float) -> None:
        """Until `count` requests came in whole."""
        with self._changed:
            found = self._changed.wait_for(lambda: len(self.sizes) >= count or self.broken, seconds)
        assert found, f"only {len(self.sizes)} of {count} requests came in {seconds} seconds"
        assert not self.broken, self.broken

    def serve(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            threading.Thread(target=self._answer, args=(connection,), daemon=True).start()

    def close(self) -> None:
        self.go.set()
        # An accept that waits is not woken by a close.
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()

    def _answer(self, connection: socket.socket) -> None:
        with connection:
            connection.settimeout(120)
            try:
                size = self._swallow(connection)
                with self._changed:
                    self.sizes.append(size)
                    self._changed.notify_all()
                self.go.wait(120)
                connection.sendall(HEAD % len(self.answer) + self.answer)
            except OSError as error:
                with self._changed:
                    self.broken.append(repr(error))
                    self._changed.notify_all()

    def _swallow(self, connection: socket.socket) -> int:
        head = b""
        while b"\r\n\r\n" not in head:
            read = connection.recv(65536)
            if not read:
                raise ConnectionError("closed in the middle of a head")
            head += read
        head, _, begun = head.partition(b"\r\n\r\n")
        lengths = [line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")]
        size = int(lengths[0].partition(b":")[2])
        left, room = size - len(begun), bytearray(1 << 20)
        while left > 0:
            read_bytes = connection.recv_into(room, min(left, len(room)))
            if not read_bytes:
                raise ConnectionError("closed in the middle of a body")
            left -= read_bytes
        return size


@contextmanager
def swallowing(answer: bytes) -> Iterator[Swallower]:
    found = Swallower(answer)
    threading.Thread(target=found.serve, daemon=True).start()
    try:
        yield found
    finally:
        found.close()
