"""The client of the benches, a process of its own: many kept connections, each of which asks again as soon as it was
answered. So little is done for an answer that the client is not what is measured; it says how busy it was.

An order is a line of JSON: `port`, `paths` (asked in turns), `headers`, `expected` (the status), `connections`,
`seconds`, and `patience`, how long after that the last answers are waited for. The answer has `count`, `seconds`,
`took` (each answer's seconds) and `busy` (the share of a core); or `error`, where not all was answered.
"""

from __future__ import annotations

import asyncio
import functools
import json
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from bench.children import Child, child, say


class Asking(asyncio.Protocol):
    """One connection that asks again as soon as it was answered."""

    def __init__(self, requests: list[bytes], at: int, expected: int, took: list[float], until: float) -> None:
        self.requests, self.at, self.took, self.until = requests, at, took, until
        self.expected = f"HTTP/1.1 {expected} ".encode()
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.buffer = b""

    def connection_made(self, transport: Any) -> None:
        self.transport = transport
        self.ask()

    def ask(self) -> None:
        self.began = time.perf_counter()
        self.transport.write(self.requests[self.at % len(self.requests)])
        self.at += 1

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        head = self.buffer.find(b"\r\n\r\n")
        if head < 0:
            return
        if not self.buffer.startswith(self.expected):
            self.fail(self.buffer[:300].decode("latin-1"))
            return
        said = self.buffer[: head + 2].lower()
        at = said.find(b"content-length: ")
        if at >= 0:
            is_whole = len(self.buffer) >= head + 4 + int(said[at + 16 : said.index(b"\r\n", at)])
        else:
            is_whole = b"transfer-encoding: chunked" not in said or self.buffer.endswith(b"\r\n0\r\n\r\n")
        if not is_whole:
            return
        self.buffer = b""
        now = time.perf_counter()
        self.took.append(now - self.began)
        if now < self.until:
            self.ask()
        elif not self.done.done():
            self.done.set_result(None)
            self.transport.close()

    def connection_lost(self, error: Exception | None) -> None:
        self.fail(f"the connection ended: {error}")

    def fail(self, why: str) -> None:
        if not self.done.done():
            self.done.set_exception(RuntimeError(why))


async def one_slice(order: dict[str, Any]) -> dict[str, Any]:
    headers = "".join(f"{name}: {value}\r\n" for name, value in order["headers"].items())
    requests = [f"GET {path} HTTP/1.1\r\nHost: localhost\r\n{headers}\r\n".encode() for path in order["paths"]]
    took: list[float] = []
    loop = asyncio.get_running_loop()
    began, cpu = time.perf_counter(), time.process_time()
    until = began + order["seconds"]
    asked = []
    for n in range(order["connections"]):
        make = functools.partial(Asking, requests, n, order["expected"], took, until)
        asked.append((await loop.create_connection(make, "127.0.0.1", order["port"]))[1])
    try:
        await asyncio.wait_for(
            asyncio.gather(*(one.done for one in asked)), order["seconds"] + order.get("patience", 30)
        )
    except TimeoutError:
        for one in asked:
            one.transport.abort()
        return {"error": "no answer in time"}
    seconds = time.perf_counter() - began
    return {"count": len(took), "seconds": seconds, "took": took, "busy": (time.process_time() - cpu) / seconds}


@contextmanager
def client(home: Path) -> Iterator[Child]:
    """A started client, to be told orders."""
    with child(__file__, home=home) as started:
        yield started


if __name__ == "__main__":
    say("ready")
    for line in sys.stdin:
        say(asyncio.run(one_slice(json.loads(line))))
