"""The socket that `play` listens on."""

from __future__ import annotations

import asyncio
import socket

import pytest

from config.supervision.listening import listen


async def nodelay_of(sock: socket.socket) -> int:
    """Whether a connection that asyncio takes from a listening socket sends at once."""
    found: asyncio.Future[int] = asyncio.get_running_loop().create_future()

    def taken(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        found.set_result(writer.get_extra_info("socket").getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))
        writer.close()

    async with await asyncio.start_server(taken, sock=sock):
        _, writer = await asyncio.open_connection(*sock.getsockname())
        try:
            return await asyncio.wait_for(found, 10)
        finally:
            writer.close()


@pytest.mark.asyncio
async def test_answers_are_sent_at_once() -> None:
    assert await nodelay_of(listen(0)) == 1


@pytest.mark.asyncio
async def test_control_a_socket_that_does_not_name_its_protocol() -> None:
    unnamed = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    unnamed.bind(("127.0.0.1", 0))
    unnamed.listen()
    assert await nodelay_of(unnamed) == 0
