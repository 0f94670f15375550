"""What pages and status requests cost beside the least that Django can do: `python bench/pages.py`.

One process under WSGI (granian, as `manage.py serve http` has it) and one under ASGI (uvicorn, as `play` has it), each
with our application and with a bare view (`bench/bare.py`: no middleware, one look at a row by its primary key), on one
database (SQLite, or that of DATABASE_URL, which must be empty). One client with 16 kept connections asks all of them in
turns; a ratio is the median of the rounds' ratios. What an answer took of a core stands beside it: where others use the
machine too, believe that. Measured are

1. `GET /api/v1/jobs/{id}` of a job under way, by access token and by API key, and the same with the `ETag` that
   matches. The aims are 0.5 of the bare view, and 0.6;
2. a page of a story, whose reader is signed in;
3. the gallery with 200 stories beside the gallery with 20. The aim is half the requests.

`ROUNDS`, `SECONDS` and `SERVERS` (granian,uvicorn) change what is asked. `bench/README.md` has the last figures.
"""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import statistics
import sys
import tempfile
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from bench.children import Child, child
from bench.client import client
from bench.servers import serving

CONNECTIONS = 16
ROUNDS = int(os.environ.get("ROUNDS", "6"))
SECONDS = float(os.environ.get("SECONDS", "1"))
SERVERS = os.environ.get("SERVERS", "granian,uvicorn").split(",")
SHELVES = {"kids": 20, "classics": 200}
AIMS = {"status by token": 0.5, "status by token, 304": 0.6, "status by key": 0.5, "status by key, 304": 0.6}
SHELF_AIM = 0.5


def orders(made: dict[str, Any], port: int) -> dict[str, dict[str, Any]]:
    """What is asked of our application, by what it is called."""
    status = [f"/api/v1/jobs/{job}" for job in made["jobs"]]
    found: dict[str, dict[str, Any]] = {}
    for name, bearer in (("token", made["access"]), ("key", made["key"])):
        headers = {"authorization": f"Bearer {bearer}"}
        found[f"status by {name}"] = {"paths": status, "headers": headers}
        tagged = {**headers, "if-none-match": etag(port, status[0], headers)}
        # One job: what is told of its place in the queue is part of the tag.
        found[f"status by {name}, 304"] = {"paths": status[:1], "headers": tagged, "expected": 304}
    signed_in = {"cookie": made["sessions"]["reader"]}
    found["page of a story"] = {"paths": [f"/kids/story/scene/{made['scene']}"], "headers": signed_in}
    for slug, number in SHELVES.items():
        found[f"gallery with {number}"] = {"paths": [f"/{slug}/gallery/"], "headers": signed_in}
    return {name: {"expected": 200, "connections": CONNECTIONS, "port": port, **order} for name, order in found.items()}


def etag(port: int, path: str, headers: dict[str, str]) -> str:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    try:
        connection.request("GET", path, headers={"host": "localhost", **headers})
        answer = connection.getresponse()
        answer.read()
        if answer.status != 200:
            raise SystemExit(f"{path} answered {answer.status}")
        return answer.headers["ETag"]
    finally:
        connection.close()


def measure(server: str, home: Path, made: dict[str, Any], driver: Child) -> None:
    with serving(server, "ours", home=home) as ours, serving(server, "bare", home=home) as least:
        bare = {
            "expected": 200, "connections": CONNECTIONS, "port": least.port, "headers": {},
            "paths": [f"/bare/{job}" for job in made["jobs"]],
        }  # fmt: skip
        asked = {"bare view": bare, **orders(made, ours.port)}
        for order in asked.values():
            driver.tell(**order, seconds=SECONDS / 2)
        rates: dict[str, list[float]] = {name: [] for name in asked}
        took: dict[str, list[float]] = {name: [] for name in asked}
        cpu: dict[str, float] = dict.fromkeys(asked, 0.0)
        busy = 0.0
        for _ in range(ROUNDS):
            for name, order in asked.items():
                server_asked = least if name == "bare view" else ours
                before = server_asked.cpu_seconds()
                found = driver.tell(**order, seconds=SECONDS)
                cpu[name] += server_asked.cpu_seconds() - before
                rates[name].append(found["count"] / found["seconds"])
                took[name] += found["took"]
                busy = max(busy, found["busy"])
    for name, mine in rates.items():
        ratio = of(mine, rates["bare view"])
        aim = f", aim {AIMS[name]}: {'met' if ratio >= AIMS[name] else 'MISSED'}" if name in AIMS else ""
        ordered = sorted(took[name])
        each = {kind: cpu[kind] / len(took[kind]) * 1000 for kind in (name, "bare view")}
        print(
            f"{server:8} {name:21} {statistics.median(mine):6.0f} a second ({ratio:4.2f} x bare{aim})"
            f"  {each[name]:5.2f} ms of a core ({each['bare view'] / each[name]:4.2f} by that)"
            f"  p50 {statistics.median(ordered) * 1000:6.1f} ms  p99 {ordered[int(len(ordered) * 0.99)] * 1000:6.1f} ms"
        )
    few, many = (rates[f"gallery with {number}"] for number in SHELVES.values())
    ratio = of(many, few)
    print(
        f"{server:8} gallery: 200 beside 20 {ratio:4.2f}, aim {SHELF_AIM}: {'met' if ratio >= SHELF_AIM else 'MISSED'}"
    )
    print(f"({CONNECTIONS} connections, {ROUNDS} rounds; the client was busy for {busy:.0%} of a core at most)")


def of(mine: list[float], others: list[float]) -> float:
    return statistics.median(one / other for one, other in zip(mine, others, strict=True))


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="fablewright-bench-") as folder, contextlib.ExitStack() as running:
        home = Path(folder)
        with child(Path(__file__).with_name("library.py"), home=home, STORIES=json.dumps(SHELVES)) as prepared:
            made = prepared.said
        driver = running.enter_context(client(home))
        for server in SERVERS:
            measure(server, home, made, driver)


if __name__ == "__main__":
    main()
