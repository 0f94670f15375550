"""Which server plain HTTP stands behind: `python bench/serving.py`.

granian and gunicorn (gthread) serve WSGI, uvicorn serves ASGI through `config/threaded.py`; one process each, with the
same number of threads, on one database, asked by the same client in turns. Measured are

1. a bare view, a status request and a page of a story, requests a second and p99, as a ratio to uvicorn in the same
   round;
2. resident memory, at rest and at the end;
3. what a quick client gets beside slow ones, which send half a request's head, or half its body, and then nothing.

`ROUNDS`, `SECONDS`, `THREADS` and `SLOW` (how many slow clients) change what is asked. `bench/README.md` has the last
figures.
"""

from __future__ import annotations

import contextlib
import json
import os
import socket
import statistics
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from bench.children import child
from bench.client import client
from bench.servers import Server, serving

NAMES = ("granian", "gunicorn", "uvicorn")
CONNECTIONS = 32
ROUNDS = int(os.environ.get("ROUNDS", "5"))
SECONDS = float(os.environ.get("SECONDS", "1"))
THREADS = int(os.environ.get("THREADS", "8"))
PATIENCE = 5.0
SLOW = int(os.environ.get("SLOW", "128"))


def orders(made: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """What is asked of our application."""
    reads = {"connections": CONNECTIONS, "expected": 200}
    return {
        "status": {
            **reads, "paths": [f"/api/v1/jobs/{job}" for job in made["jobs"]],
            "headers": {"authorization": f"Bearer {made['access']}"},
        },
        "scene page": {
            **reads, "paths": [f"/kids/story/scene/{made['scene']}"], "headers": {"cookie": made["sessions"]["reader"]},
        },
    }  # fmt: skip


HEAD = b"POST /auth/login HTTP/1.1\r\nHost: localhost\r\ncontent-type: application/json\r\n"
HALVES = {"half a head": HEAD, "half a body": HEAD + b"content-length: 1000\r\n\r\n{"}


@contextlib.contextmanager
def slow_clients(server: Server, number: int, sent: bytes) -> Iterator[None]:
    """Connections that send this much, and no more."""
    with contextlib.ExitStack() as open_ones:
        for _ in range(number):
            one = open_ones.enter_context(socket.create_connection(("127.0.0.1", server.port), timeout=5))
            one.sendall(sent)
        yield


def beside(driver: Any, server: Server, order: dict[str, Any], sent: bytes) -> str:
    """What one quick client finds beside slow ones."""
    one = {**order, "connections": 1, "seconds": SECONDS, "port": server.port, "patience": PATIENCE}
    with slow_clients(server, SLOW, sent):
        found = driver.tell(**one)
    if "error" in found:
        return f"not answered within {PATIENCE:.0f} s"
    return f"{found['count'] / found['seconds']:5.0f} a second, p99 {p99(found['took']):4.0f} ms"


def p99(took: list[float]) -> float:
    """In milliseconds."""
    ordered = sorted(took)
    return ordered[min(len(ordered) - 1, int(len(ordered) * 0.99))] * 1000


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="fablewright-bench-") as folder, contextlib.ExitStack() as running:
        home = Path(folder)
        with child(Path(__file__).with_name("library.py"), home=home, STORIES=json.dumps({"classics": 20})) as prepared:
            made = prepared.said
        driver = running.enter_context(client(home))
        bare = {
            "connections": CONNECTIONS, "expected": 200, "paths": [f"/bare/{job}" for job in made["jobs"]], "headers": {},
        }  # fmt: skip
        asked = {"bare view": bare, **orders(made)}
        rates: dict[tuple[str, str], list[float]] = {}
        took: dict[tuple[str, str], list[float]] = {}
        memory: dict[str, tuple[float, float]] = {}
        busy = 0.0
        for what in asked:
            # One kind of application at a time, so that what rests takes no memory from what is asked.
            application = "bare" if what == "bare view" else "ours"
            with contextlib.ExitStack() as there:
                servers = {
                    name: there.enter_context(serving(name, application, home=home, threads=THREADS)) for name in NAMES
                }
                at_rest = {name: server.mebibytes() for name, server in servers.items()}
                for server in servers.values():
                    driver.tell(**asked[what], port=server.port, seconds=SECONDS)
                for _ in range(ROUNDS):
                    for name, server in servers.items():
                        found = driver.tell(**asked[what], port=server.port, seconds=SECONDS)
                        rates.setdefault((what, name), []).append(found["count"] / found["seconds"])
                        took.setdefault((what, name), []).extend(found["took"])
                        busy = max(busy, found["busy"])
                if what == "status":
                    for half, sent in HALVES.items():
                        for name, server in servers.items():
                            found = beside(driver, server, asked[what], sent)
                            print(f"beside {SLOW} clients that sent {half}: {name:9} {found}")
                memory |= {f"{what} {name}": (at_rest[name], server.mebibytes()) for name, server in servers.items()}
        for (what, name), mine in rates.items():
            pairs = zip(mine, rates[what, "uvicorn"], strict=True)
            ratio = statistics.median(one / other for one, other in pairs)
            at_rest_, after = memory[f"{what} {name}"]
            print(
                f"{what:11} {name:9} {statistics.median(mine):6.0f} a second ({ratio:4.2f} x uvicorn)"
                f"  p50 {statistics.median(took[what, name]) * 1000:5.1f} ms  p99 {p99(took[what, name]):6.1f} ms"
                f"  {at_rest_:4.0f} MB at rest, {after:4.0f} MB after"
            )
        print(
            f"({CONNECTIONS} connections, {THREADS} threads under WSGI; the client was busy for {busy:.0%} of a core at most)"
        )


if __name__ == "__main__":
    main()
