"""A small HTTP/1.1 server on a loopback port, with the say over every byte that goes out.

h11 reads the requests and frames the answers. Answers can be sent whole, cut short, byte by byte, or not at all (the
connection is reset): what an application server does not let an application do.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct
import threading
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

import h11

MAX_BODY = 64 * 1024 * 1024


class Manner(Enum):
    """How an answer is sent."""

    WHOLE = "whole"
    TRUNCATED = "truncated"
    DRIP = "drip"
    RESET = "reset"


@dataclass
class Reply:
    """An answer. `parts` instead of `body` is sent in chunks, one part a chunk. Times in seconds."""

    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    parts: list[bytes] | None = None
    manner: Manner = Manner.WHOLE
    wait_seconds: float = 0.0
    gap_seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Incoming:
    """A request as read from the wire: header names in lower case, body complete."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes


Answer = Callable[[Incoming], Reply]


def bind() -> socket.socket:
    """A listening socket on a free loopback port."""
    # With the protocol named, asyncio sends small pieces at once.
    sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    sock.bind(("127.0.0.1", 0))
    sock.listen(128)
    sock.setblocking(False)
    return sock


class Loop:
    """The thread that serves some sockets. Answers are worked out one after another, sent side by side."""

    def __init__(self, doors: list[tuple[socket.socket, Answer]]) -> None:
        self._doors = doors
        self._loop = asyncio.new_event_loop()
        self._worker = ThreadPoolExecutor(1, thread_name_prefix="fake-providers-answer")
        self._ready = threading.Event()
        self._stop: asyncio.Event | None = None
        self._open: set[asyncio.Task[None]] = set()
        self._thread = threading.Thread(target=self._run, name="fake-providers", daemon=True)

    def start(self) -> None:
        self._thread.start()
        if not self._ready.wait(10):
            raise RuntimeError("the fake providers did not start within ten seconds")

    def stop(self) -> None:
        """Ends all connections at once, also those that drip or wait."""
        if self._stop is not None:
            self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(10)
        self._worker.shutdown(wait=False, cancel_futures=True)
        if self._thread.is_alive():
            raise RuntimeError("the fake providers did not stop within ten seconds")

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        try:
            self._loop.run_until_complete(self._serve())
        finally:
            self._loop.close()

    async def _serve(self) -> None:
        self._stop = asyncio.Event()
        servers = [await asyncio.start_server(self._door(answer), sock=sock) for sock, answer in self._doors]
        self._ready.set()
        await self._stop.wait()
        for server in servers:
            server.close()
        for task in list(self._open):
            task.cancel()
        await asyncio.gather(*self._open, return_exceptions=True)

    def _door(
        self, answer: Answer
    ) -> Callable[[asyncio.StreamReader, asyncio.StreamWriter], Coroutine[Any, Any, None]]:
        async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            task = asyncio.current_task()
            assert task is not None
            self._open.add(task)
            try:
                await self._talk(reader, writer, answer)
            except (ConnectionError, h11.ProtocolError, asyncio.CancelledError):
                pass  # the caller went away, or the fake stops: both are ordinary here
            finally:
                self._open.discard(task)
                writer.close()

        return connected

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, answer: Answer) -> None:
        wire = h11.Connection(h11.SERVER)
        while True:
            try:
                incoming = await _receive(wire, reader, writer)
            except h11.RemoteProtocolError as error:
                writer.write(f"HTTP/1.1 {error.error_status_hint} Bad Request\r\nContent-Length: 0\r\n\r\n".encode())
                await writer.drain()
                return
            if incoming is None:
                return
            reply = await asyncio.get_running_loop().run_in_executor(self._worker, answer, incoming)
            await asyncio.sleep(reply.wait_seconds)
            await _send(wire, writer, reply)
            if reply.manner in (Manner.RESET, Manner.TRUNCATED) or wire.our_state is not h11.DONE:
                return
            wire.start_next_cycle()


async def _receive(wire: h11.Connection, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> Incoming | None:
    request: h11.Request | None = None
    body = bytearray()
    while True:
        event = wire.next_event()
        if event is h11.NEED_DATA:
            if wire.they_are_waiting_for_100_continue:
                writer.write(wire.send(h11.InformationalResponse(status_code=100, headers=[])) or b"")
            wire.receive_data(await reader.read(65_536))
        elif isinstance(event, h11.Request):
            request = event
        elif isinstance(event, h11.Data):
            body += event.data
            if len(body) > MAX_BODY:
                raise h11.RemoteProtocolError("body too large", error_status_hint=413)
        elif isinstance(event, h11.EndOfMessage):
            assert request is not None
            headers = {name.decode().lower(): value.decode("latin-1") for name, value in request.headers}
            return Incoming(request.method.decode(), request.target.decode(), headers, bytes(body))
        else:
            return None


async def _send(wire: h11.Connection, writer: asyncio.StreamWriter, reply: Reply) -> None:
    if reply.manner is Manner.RESET:
        sock = writer.get_extra_info("socket")
        # Lingering for no time makes close() send RST in place of FIN.
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        writer.transport.abort()
        return
    parts = reply.parts if reply.parts is not None else [reply.body]
    headers = {name.lower(): value for name, value in reply.headers.items()}
    if reply.parts is not None:
        headers["transfer-encoding"] = "chunked"
    else:
        beyond = 1_000 if reply.manner is Manner.TRUNCATED else 0
        headers["content-length"] = str(len(reply.body) + beyond)
    out = [wire.send(h11.Response(status_code=reply.status, headers=list(headers.items()))) or b""]
    if reply.manner is Manner.TRUNCATED:
        parts = parts[: len(parts) // 2] if reply.parts is not None else [reply.body[: len(reply.body) // 2]]
        out += [wire.send(h11.Data(data=part)) or b"" for part in parts if part]
    elif reply.manner is Manner.DRIP:
        await _write(writer, out)
        out = []
        for byte in b"".join(parts):
            await _write(writer, [wire.send(h11.Data(data=bytes([byte]))) or b""])
            await asyncio.sleep(reply.gap_seconds)
        out = [wire.send(h11.EndOfMessage()) or b""]
    else:
        for part in parts:
            await _write(writer, [*out, wire.send(h11.Data(data=part)) or b""])
            out = []
            # A turn for the socket, so that parts leave as packets of their own.
            await asyncio.sleep(reply.gap_seconds)
        out = [*out, wire.send(h11.EndOfMessage()) or b""]
    await _write(writer, out)


async def _write(writer: asyncio.StreamWriter, pieces: list[bytes]) -> None:
    writer.write(b"".join(pieces))
    with contextlib.suppress(ConnectionResetError):
        await writer.drain()
    if writer.is_closing():
        raise ConnectionResetError("the caller hung up")
