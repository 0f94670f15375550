"""A server with the say over every byte, one thread a connection: what an HTTP library would never send, some provider will."""

from __future__ import annotations

import contextlib
import socket
import struct
import threading
from collections.abc import Callable, Iterable, Iterator

Answer = Callable[[socket.socket], None]
BLOCK = 64 * 1024


class Raw:
    """Each connection is given to the next of `answers` (the last one again and again) when its request was read, or at
    once where `reads` is off. `heads` are the requests' first lines and headers, `sizes` the lengths of their bodies."""

    def __init__(self, *answers: Answer, reads: bool = True, address: str = "127.0.0.1", port: int = 0) -> None:
        self._answers = answers
        self._reads = reads
        self._door = socket.create_server((address, port))
        self._open: list[socket.socket] = []
        self._ending = False
        self.connections = 0
        self.heads: list[str] = []
        self.sizes: list[int] = []
        self.port: int = self._door.getsockname()[1]
        self.url = f"http://{address}:{self.port}"

    def __enter__(self) -> Raw:
        self._thread = threading.Thread(target=self._accept, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ending = True
        with contextlib.suppress(OSError):
            self._door.shutdown(socket.SHUT_RDWR)
        self._door.close()
        for one in self._open:
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
        self._thread.join(10)

    def _accept(self) -> None:
        while not self._ending:
            try:
                connection, _ = self._door.accept()
            except OSError:
                return
            answer = self._answers[min(self.connections, len(self._answers) - 1)]
            self.connections += 1
            self._open.append(connection)
            threading.Thread(target=self._serve, args=(connection, answer), daemon=True).start()

    def _serve(self, connection: socket.socket, answer: Answer) -> None:
        with connection, contextlib.suppress(OSError):
            connection.settimeout(60)
            if self._reads:
                self._read(connection)
            answer(connection)

    def _read(self, connection: socket.socket) -> None:
        """The head is kept; of the body only the length, so that a hundred large ones weigh nothing here."""
        head = b""
        while b"\r\n\r\n" not in head:
            block = connection.recv(BLOCK)
            if not block:
                raise OSError("the client hung up")
            head += block
        head, _, rest = head.partition(b"\r\n\r\n")
        text = head.decode("latin-1")
        length = next(
            (int(line.partition(":")[2]) for line in text.split("\r\n") if line.lower().startswith("content-length:")),
            0,
        )
        size = len(rest)
        while size < length:
            size += len(connection.recv(min(BLOCK, length - size)) or b"") or _hung_up()
        self.heads.append(text)
        self.sizes.append(size)


def _hung_up() -> int:
    raise OSError("the client hung up")


def reply(body: bytes = b"{}", status: str = "200 OK", **headers: str) -> bytes:
    """A whole answer that ends its connection. Header names are given with underscores."""
    named = {"content-type": "application/json", "content-length": str(len(body)), "connection": "close"}
    named |= {name.replace("_", "-"): value for name, value in headers.items()}
    lines = [f"HTTP/1.1 {status}", *(f"{name}: {value}" for name, value in named.items() if value), "", ""]
    return "\r\n".join(lines).encode() + body


def says(*pieces: bytes) -> Answer:
    """Send the pieces and hang up."""

    def answer(connection: socket.socket) -> None:
        for piece in pieces:
            connection.sendall(piece)

    return answer


def drips(whole: bytes, start: int, *, gap: float = 0.1, most: int = 200) -> Answer:
    """Send `whole` up to `start` at once, then `most` bytes one by one, then the rest: it ends, but not soon."""

    def answer(connection: socket.socket) -> None:
        pause = threading.Event()
        connection.sendall(whole[:start])
        for byte in whole[start : start + most]:
            connection.sendall(bytes([byte]))
            pause.wait(gap)
        connection.sendall(whole[start + most :])

    return answer


def endless(head: bytes, block: bytes, times: int, sent: list[int] | None = None) -> Answer:
    """Send `head` and then `block` again and again; how often it got through is counted in `sent`."""

    def answer(connection: socket.socket) -> None:
        connection.sendall(head)
        for _ in range(times):
            connection.sendall(block)
            if sent is not None:
                sent.append(len(block))

    return answer


def resets(before: bytes = b"") -> Answer:
    """Send something and reset the connection."""

    def answer(connection: socket.socket) -> None:
        connection.sendall(before)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    return answer


def silent(connection: socket.socket) -> None:
    """Say nothing until the client gives up or the server ends."""
    with contextlib.suppress(OSError):
        while connection.recv(1):
            pass


def closed_port() -> int:
    """A port that nobody listens at."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return int(taken.getsockname()[1])


def chunked(parts: Iterable[bytes]) -> Iterator[bytes]:
    """The parts in chunked coding."""
    for part in parts:
        yield f"{len(part):x}\r\n".encode() + part + b"\r\n"
    yield b"0\r\n\r\n"
