"""500 sockets that watch jobs: `python bench/sockets.py`.

One ASGI process (uvicorn, as `play` and `manage.py serve sockets` have it) holds 500 sockets of one person, each of
which follows one of 200 jobs. A second process writes news of all the jobs in one transaction, some times over.
Measured is how long it takes from that commit until a socket hears of it (p50, p99) and until all 500 have, and the
latter as a ratio to a bare server that says back one message on each of 500 sockets in the same run. Memory of both
processes stands beside it.

`SOCKETS` and `ROUNDS` change what is asked. How soon one reader sees an answer is measured elsewhere.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import websockets

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from bench.children import Child, child, say
from bench.servers import Server, serving

SOCKETS = int(os.environ.get("SOCKETS", "500"))
ROUNDS = int(os.environ.get("ROUNDS", "5"))
AT_ONCE = 20
"""Sockets that are opened at a time."""
REST_SECONDS = 1.0
PATIENCE = 60.0


def news() -> None:
    """Be who has news of the jobs: a little more of each is done, whenever a line comes in."""
    import django

    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
    django.setup()
    from django.db.models import F

    from accounts.models import Tenant
    from accounts.tenancy import scope
    from generation.models import Job, Status

    tenant = Tenant.objects.get(is_default=True)
    say("ready")
    for number, _ in enumerate(sys.stdin):
        with scope(tenant):
            Job.objects.filter(status=Status.RUNNING).update(version=F("version") + 1, progress=0.4 + number / 100)
        say(time.time())


async def opened(addresses: list[str], headers: dict[str, str]) -> list[Any]:
    """A socket for each address, all of them open."""
    gate = asyncio.Semaphore(AT_ONCE)

    async def one(address: str) -> Any:
        async with gate:
            return await websockets.connect(
                address, additional_headers=headers, open_timeout=PATIENCE, ping_interval=None, compression=None
            )

    return await asyncio.gather(*(one(address) for address in addresses))


async def hear(socket: Any) -> float:
    await asyncio.wait_for(socket.recv(), PATIENCE)
    return time.time()


async def ours(server: Server, made: dict[str, Any], teller: Child) -> tuple[list[float], list[float]]:
    """Seconds until each socket heard, and until all had, over the rounds."""
    jobs = [made["jobs"][number % len(made["jobs"])] for number in range(SOCKETS)]
    addresses = [f"ws://127.0.0.1:{server.port}/ws/progress/{job}" for job in jobs]
    sockets = await opened(addresses, {"cookie": made["sessions"]["author"]})
    try:
        await asyncio.gather(*(hear(socket) for socket in sockets))  # how each job stands
        each: list[float] = []
        all_: list[float] = []
        for _ in range(ROUNDS):
            await asyncio.sleep(REST_SECONDS)
            heard = [asyncio.ensure_future(hear(socket)) for socket in sockets]
            await asyncio.sleep(0)
            told_at = await asyncio.to_thread(teller.tell)
            took = [at - told_at for at in await asyncio.gather(*heard)]
            each += took
            all_.append(max(took))
        return each, all_
    finally:
        await asyncio.gather(*(socket.close() for socket in sockets), return_exceptions=True)


async def bare(server: Server) -> list[float]:
    """Seconds until all sockets were answered, over the rounds."""
    sockets = await opened([f"ws://127.0.0.1:{server.port}/"] * SOCKETS, {})
    message = json.dumps({"type": "progress", "data": {"status": "generating", "progress": 40, "job": "x" * 200}})
    try:
        all_ = []
        for _ in range(ROUNDS):
            await asyncio.sleep(REST_SECONDS)
            heard = [asyncio.ensure_future(hear(socket)) for socket in sockets]
            began = time.time()
            await asyncio.gather(*(socket.send(message) for socket in sockets))
            all_.append(max(await asyncio.gather(*heard)) - began)
        return all_
    finally:
        await asyncio.gather(*(socket.close() for socket in sockets), return_exceptions=True)


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="fablewright-bench-") as folder, contextlib.ExitStack() as running:
        home, more = Path(folder), {"SOCKETS_PER_PERSON": str(SOCKETS + 1)}
        with child(Path(__file__).with_name("library.py"), home=home) as prepared:
            made = prepared.said
        teller = running.enter_context(child(__file__, "--news", home=home))
        with serving("uvicorn", "echo", home=home) as server:
            least = asyncio.run(bare(server))
            least_megabytes = server.mebibytes()
        with serving("uvicorn", "ours", home=home, **more) as server:
            before = server.mebibytes()
            each, all_ = asyncio.run(ours(server, made, teller))
            megabytes = server.mebibytes()
    ordered = sorted(each)
    ratio = statistics.median(all_) / statistics.median(least)
    print(
        f"{SOCKETS} sockets: news heard p50 {statistics.median(ordered) * 1000:.0f} ms,"
        f" p99 {ordered[int(len(ordered) * 0.99)] * 1000:.0f} ms; by all after {statistics.median(all_) * 1000:.0f} ms,"
        f" {ratio:.2f} x the {statistics.median(least) * 1000:.0f} ms of a bare echo on as many;"
        f" {before:.0f} MB before, {megabytes:.0f} MB with them (bare: {least_megabytes:.0f} MB)"
    )


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["--news"]:
            news()
        case _:
            main()
