"""`make bench`: how many status requests a second one process answers, beside the least that Django can do for one.

The measure is a bare Django view in the same run: no middleware, one look at a row by its primary key, a `JsonResponse`
(`bench/bare.py`). Both stand behind the server and the handler that `play` has (uvicorn, one process), on one database,
and are asked by the same process of 64 connections in turns of a second, so that what else the machine does meets both.
Measured are

1. `GET /api/v1/jobs/{id}` of a job that is being made, known by an access token and by an API key: requests a second as
   a ratio to the bare view, p50 and p99;
2. the same with the `ETag` that matches: 304;
3. the queries that each asks; and, for comparison, the bare view behind Django's usual ASGI handler in the place of
   ours.

Absolute figures differ from machine to machine; the ratios are what to compare. `bench/README.md` has the last ones.
"""

from __future__ import annotations

import asyncio
import contextlib
import functools
import json
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
CONNECTIONS = 64
JOBS = 200
ROUNDS = int(os.environ.get("ROUNDS", "8"))
SLICE_SECONDS = 1.0
WARM_SECONDS = 1.0


# The processes: each is this file with another first argument, and ends when its input does.


class Child:
    """A process that is told things in lines of JSON and answers in such."""

    def __init__(self, *arguments: str, home: Path) -> None:
        # What asks here asks oftener than anybody may; it is counted all the same, because that is part of what is measured.
        unlimited = {f"RATE_READ_{whose}": "1000000000/min" for whose in ("KEY", "PERSON", "TENANT")}
        environment = {**os.environ, **unlimited, "FABLEWRIGHT_HOME": str(home)}
        self._process = subprocess.Popen(
            [sys.executable, __file__, *arguments], cwd=ROOT, env=environment, text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        )  # fmt: skip
        self.said = self._read()

    def tell(self, **what: Any) -> Any:
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(what) + "\n")
        self._process.stdin.flush()
        return self._read()

    def _read(self) -> Any:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise SystemExit(f"{self._process.args} ended")
        return json.loads(line)

    def end(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        try:
            self._process.wait(15)
        except subprocess.TimeoutExpired:
            self._process.kill()


@contextlib.contextmanager
def child(*arguments: str, home: Path) -> Iterator[Child]:
    started = Child(*arguments, home=home)
    try:
        yield started
    finally:
        started.end()


def say(what: Any) -> None:
    print(json.dumps(what), flush=True)


def prepare() -> None:
    """Make the database: the seeded library, an author with a token and an API key, and jobs of theirs that are under
    way."""
    import django

    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
    django.setup()
    from django.core.management import call_command
    from django.db import connection
    from django.db.models import F
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    call_command("migrate", verbosity=0)
    call_command("seed", verbosity=0)
    from accounts import api_keys, tokens
    from accounts.models import Membership, Tenant, User
    from accounts.scopes import Scope
    from accounts.tenancy import scope
    from generation import catalogue
    from generation.jobs import asking
    from generation.models import Job, Run, Status
    from generation.providers.contract import Kind

    tenant = Tenant.objects.get(is_default=True)
    with scope(tenant):
        author = User.objects.get(email="author@example.com")
        membership = Membership.objects.get(user=author)
        model = catalogue.choose(None, Kind.IMAGE)
        run = asking.open_run(tier=None, user=author, purpose="studio")
        common = {
            "run": run, "kind": Kind.IMAGE, "model": model, "provider": model.provider, "step": "studio-take",
            "request": {"prompt": "A brass key on a step."}, "status": Status.RUNNING, "progress": 0.4,
        }  # fmt: skip
        jobs = Job.objects.bulk_create([Job(**common) for _ in range(JOBS)])
        Job.objects.update(version=F("version") + 6)
        Run.objects.update(topic_id=run.id)
        key = api_keys.issue(membership=membership, name="bench", scopes=[Scope.READ])[1]
    access = tokens.begin(author, tenant)["access"]
    ask = Client(HTTP_HOST="localhost")
    address = f"/api/v1/jobs/{jobs[0].id}"
    found: dict[str, Any] = {}
    for name, bearer in (("token", access), ("key", key)):
        headers = {"HTTP_AUTHORIZATION": f"Bearer {bearer}"}
        etag = ask.get(address, **headers).headers.get("ETag", "none")
        for more, what in (({}, ""), ({"HTTP_IF_NONE_MATCH": etag}, ", 304")):
            with CaptureQueriesContext(connection) as caught:
                answer = ask.get(address, **headers, **more)
            found[name + what] = (answer.status_code, len(caught))
    say({"access": access, "key": key, "jobs": [str(job.id) for job in jobs], "etag": etag, "queries": found})


def serve(what: str) -> None:
    """Be a server, until the other end of the input is gone."""
    import threading

    import uvicorn

    sys.path.insert(0, str(Path(__file__).parent))
    if what == "ours":
        os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
        from config.asgi import application
    else:
        import bare  # noqa: F401 -- configures Django

        if what == "bare":
            from config.threaded import get_application as get
        else:
            from django.core.asgi import get_asgi_application as get
        application = get()
    taken = socket.create_server(("127.0.0.1", 0), backlog=256)
    server = uvicorn.Server(
        uvicorn.Config(
            application, log_config=None, access_log=False, lifespan="off", server_header=False, proxy_headers=False,
            timeout_graceful_shutdown=1,
        )
    )  # fmt: skip

    def watch() -> None:
        sys.stdin.read()
        server.should_exit = True

    threading.Thread(target=watch, daemon=True).start()
    say({"port": taken.getsockname()[1]})
    server.run(sockets=[taken])


# The client: so little is done for an answer that it is not what is measured.


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
            self.transport.close()
            self.done.set_result(None)

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
    for n in range(CONNECTIONS):
        make = functools.partial(Asking, requests, n, order["expected"], took, until)
        asked.append((await loop.create_connection(make, "127.0.0.1", order["port"]))[1])
    await asyncio.wait_for(asyncio.gather(*(one.done for one in asked)), order["seconds"] + 30)
    seconds = time.perf_counter() - began
    return {"count": len(took), "seconds": seconds, "took": took, "busy": (time.process_time() - cpu) / seconds}


def load() -> None:
    """Be the client, until the other end of the input is gone."""
    say("ready")
    for line in sys.stdin:
        say(asyncio.run(one_slice(json.loads(line))))


# What is measured, and what is said of it.


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="fablewright-bench-") as folder, contextlib.ExitStack() as children:
        home = Path(folder)
        with child("--prepare", home=home) as prepared:
            made = prepared.said
        ours = children.enter_context(child("--serve", "ours", home=home)).said["port"]
        bare = children.enter_context(child("--serve", "bare", home=home)).said["port"]
        usual = children.enter_context(child("--serve", "usual", home=home)).said["port"]
        client = children.enter_context(child("--load", home=home))
        status = [f"/api/v1/jobs/{job}" for job in made["jobs"]]
        token, key = ({"authorization": f"Bearer {made[name]}"} for name in ("access", "key"))
        know = {"if-none-match": made["etag"]}
        orders: dict[str, dict[str, Any]] = {
            "bare": {"port": bare, "paths": [f"/bare/{job}" for job in made["jobs"]], "headers": {}, "expected": 200},
            "bare, usual": {
                "port": usual,
                "paths": [f"/bare/{job}" for job in made["jobs"]],
                "headers": {},
                "expected": 200,
            },
            "token": {"port": ours, "paths": status, "headers": token, "expected": 200},
            "token, 304": {"port": ours, "paths": status, "headers": token | know, "expected": 304},
            "key": {"port": ours, "paths": status, "headers": key, "expected": 200},
            "key, 304": {"port": ours, "paths": status, "headers": key | know, "expected": 304},
        }
        if made["etag"] == "none":
            orders = {name: order for name, order in orders.items() if order["expected"] == 200}
        for order in orders.values():
            client.tell(**order, seconds=WARM_SECONDS)
        rates: dict[str, list[float]] = {name: [] for name in orders}
        took: dict[str, list[float]] = {name: [] for name in orders}
        busy = 0.0
        for _ in range(ROUNDS):
            for name, order in orders.items():
                found = client.tell(**order, seconds=SLICE_SECONDS)
                rates[name].append(found["count"] / found["seconds"])
                took[name] += found["took"]
                busy = max(busy, found["busy"])
    for name in orders:
        ratio = statistics.median(mine / least for mine, least in zip(rates[name], rates["bare"], strict=True))
        ordered = sorted(took[name])
        p50, p99 = (ordered[int(len(ordered) * share)] * 1000 for share in (0.5, 0.99))
        queries = f"  {made['queries'][name][1]} queries" if name in made["queries"] else ""
        print(
            f"status: {name:12} n={len(ordered):6}  {statistics.median(rates[name]):6.0f} a second"
            f" ({ratio:4.2f} x the bare view)  p50 {p50:5.1f} ms, p99 {p99:5.1f} ms, {CONNECTIONS} connections{queries}"
        )
    print(f"(the client was busy for {busy:.0%} of a core at most)")


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["--prepare"]:
            prepare()
        case ["--serve", what]:
            serve(what)
        case ["--load"]:
            load()
        case _:
            main()
