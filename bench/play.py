"""`make bench`: what a reader waits for that is ours and not the provider's.

Starts a real `play` in a folder that is thrown away and measures

1. the time from a provider's answer to the message on the reader's socket, p50 and p99, with 1 reader, with 50 who turn
   their pages as people do (spread over some seconds), and with 50 who all press at the same moment; and as a ratio to
   the least it could be on this machine: one commit to SQLite and one message over a bare websocket;
2. the share of a scene's wall time (text, picture and film) that is ours and not the provider's.

Absolute times differ from machine to machine; the ratios and the share are what to compare.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
import signal
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import websockets

ROOT = Path(__file__).resolve().parents[1]
TEXT_SECONDS = 1.0
ONE_READER_TIMES = 20
CROWD = 50
SPREAD_SECONDS = 15.0


@contextmanager
def playing(home: Path, log: Path) -> Iterator[str]:
    """A started play; gives its address."""
    environment = {
        **os.environ, "FABLEWRIGHT_HOME": str(home), "OPEN": "0", "PORT": "0", "DEMO_LOG_FILE": str(log),
        "DEMO_TEXT_SECONDS": str(TEXT_SECONDS), "PYTHONUNBUFFERED": "1",
    }  # fmt: skip
    process = subprocess.Popen(
        [sys.executable, "manage.py", "play"], cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    try:
        for line in process.stdout:
            if line.startswith("Ready: "):
                yield line.split()[1].rstrip("/")
                break
        else:
            raise SystemExit("play did not start")
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(30)


def words_only(home: Path, on: bool) -> None:
    """Take the pictures and films away from the shelves, or give them back: painting on the same two cores would be
    measured along with us."""
    database = sqlite3.connect(home / "fablewright.sqlite3", timeout=20)
    with database:
        database.execute("UPDATE generation_aimodel SET is_enabled = ? WHERE kind != 'text'", (not on,))
    database.close()


async def begin(address: str, *, film: bool = False) -> tuple[httpx.AsyncClient, str, str, float]:
    """A guest begins a story; the client, the story's socket, the scene's status address, and when the form was
    sent."""
    client = httpx.AsyncClient(base_url=address, follow_redirects=True, timeout=60)
    page = (await client.get("/kids/")).text
    form = dict(re.findall(r'name="(csrfmiddlewaretoken|nonce)" value="([^"]+)"', page))
    form |= {"prompt": "A fishwife finds a brass key in a fish", "length": "short"} | (
        {"video_mode": "on"} if film else {}
    )
    sent_at = time.time()
    scene = await client.post("/kids/story/start", data=form)
    scene.raise_for_status()
    socket = re.search(r'data-socket="([^"]+)"', scene.text)
    status = re.search(r'data-status="([^"]+)"', scene.text)
    assert socket and status
    return client, socket[1], status[1], sent_at


async def first_words(address: str, wait_seconds: float = 0.0) -> tuple[str, float, float]:
    """Begin a story and wait for its text on the socket: (job, seconds from the form to the words, when they came)."""
    await asyncio.sleep(wait_seconds)
    client, path, _, sent_at = await begin(address)
    cookies = "; ".join(f"{cookie.name}={cookie.value}" for cookie in client.cookies.jar)
    async with websockets.connect(
        address.replace("http", "ws") + path, additional_headers={"Cookie": cookies}, open_timeout=60
    ) as socket:
        async with asyncio.timeout(120):
            while True:
                said = json.loads(await socket.recv())["data"]
                if said["kind"] == "text" and said["status"] == "complete":
                    came_at = time.time()
                    break
    await client.aclose()
    return said["job"], came_at - sent_at, came_at


def answered(log: Path) -> dict[str, float]:
    """When the provider gave each answer, by job."""
    lines = [json.loads(line) for line in log.read_text().splitlines()]
    return {line["reference"].split(":")[0]: line["at"] for line in lines if line["verb"] == "answer"}


async def floor(folder: Path, times: int = 200) -> float:
    """The least it takes on this machine: a commit to SQLite, then a message over a bare websocket, in seconds."""
    database = sqlite3.connect(folder / "floor.sqlite3", isolation_level=None)
    database.execute("PRAGMA journal_mode=WAL")
    database.execute("PRAGMA synchronous=NORMAL")
    database.execute("CREATE TABLE t (x)")
    took = []

    async def serve(connection: Any) -> None:
        async for _ in connection:
            database.execute("INSERT INTO t VALUES (1)")
            await connection.send("x")

    async with websockets.serve(serve, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        async with websockets.connect(f"ws://127.0.0.1:{port}") as client:
            for _ in range(times):
                began = time.perf_counter()
                await client.send("x")
                await client.recv()
                took.append(time.perf_counter() - began)
    database.close()
    return statistics.median(took)


def shown(name: str, lags: list[float], least: float) -> None:
    ordered = sorted(lags)
    p50, p99 = statistics.median(ordered), ordered[min(len(ordered) - 1, int(len(ordered) * 0.99))]
    print(
        f"{name:24} n={len(lags):3}  p50 {p50 * 1000:6.1f} ms ({p50 / least:5.1f} x the floor)"
        f"   p99 {p99 * 1000:6.1f} ms ({p99 / least:5.1f} x)"
    )


async def whole_scene(address: str, log: Path) -> None:
    """A scene with picture and film: its wall time, and how much of it the provider was not working on it."""
    before = len(log.read_text().splitlines())
    client, _, status, sent_at = await begin(address, film=True)
    while True:
        parts = (await client.get(status)).json()
        if all(part["status"] in {"complete", "failed"} for part in parts.values()):
            break
        await asyncio.sleep(0.02)
    wall = time.time() - sent_at
    await client.aclose()
    assert {part["status"] for part in parts.values()} == {"complete"}, parts
    lines = [json.loads(line) for line in log.read_text().splitlines()[before:]]
    began = {line["reference"]: line["at"] for line in lines if line["verb"] == "start"}
    theirs = sum(line["at"] - began[line["reference"]] for line in lines if line["verb"] == "answer")
    print(
        f"{'a scene with film':24} wall {wall:5.2f} s, the provider's {theirs:5.2f} s, ours {(wall - theirs) / wall:6.1%}"
    )


async def measure(address: str, home: Path, log: Path) -> None:
    words_only(home, True)
    least = await floor(home)
    print(f"{'the floor':24} {least * 1000:.2f} ms: a commit to SQLite and a message over a bare websocket")
    await first_words(address)  # a warm-up
    alone = [await first_words(address) for _ in range(ONE_READER_TIMES)]
    steady = await asyncio.gather(*(first_words(address, SPREAD_SECONDS * n / CROWD) for n in range(CROWD)))
    burst = await asyncio.gather(*(first_words(address) for _ in range(CROWD)))
    at = answered(log)
    shown("answer to socket, 1", [came - at[job] for job, _, came in alone], least)
    shown(f"answer to socket, {CROWD}", [came - at[job] for job, _, came in steady], least)
    shown(f"  {CROWD} at one moment", [came - at[job] for job, _, came in burst], least)
    wall = statistics.median(seconds for _, seconds, _ in alone)
    ours = (wall - TEXT_SECONDS) / wall
    print(f"{'a scene of words':24} wall {wall:5.2f} s, the provider's {TEXT_SECONDS:5.2f} s, ours {ours:6.1%}")
    words_only(home, False)
    await whole_scene(address, log)


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="fablewright-bench-") as folder:
        home, log = Path(folder) / "home", Path(folder) / "books.jsonl"
        with playing(home, log) as address:
            asyncio.run(measure(address, home, log))


if __name__ == "__main__":
    main()
