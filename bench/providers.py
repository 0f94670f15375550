"""`make bench`: what a purchase costs beside what the provider takes.

Against the fake providers of the tests, which run in a process of their own, it measures

1. one purchase by an adapter, p50, as a ratio to the same bytes sent by a bare httpx client in the same run;
2. a hundred purchases that one worker process holds at once while the provider takes its time: their wall time and
   memory as ratios to those of a single one, and the wall time as a ratio to a hundred bare requests from as many
   threads.

Absolute times differ from machine to machine; the ratios are what to compare.
"""

from __future__ import annotations

import base64
import json
import os
import queue
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
TIMES = 200
CROWD = 100
SLOW_SECONDS = 2.0
PROVIDER = "openai"
BOUGHT = {"image": "gpt-image-2", "speech": "gpt-4o-mini-tts"}


class Server:
    """The fake providers in a process of their own; it is told what to do in lines of JSON."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process
        self.told = self._read()

    def tell(self, **what: Any) -> dict[str, Any]:
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(what) + "\n")
        self._process.stdin.flush()
        return self._read()

    def _read(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise SystemExit("the fake providers ended")
        found: dict[str, Any] = json.loads(line)
        return found


def serve() -> None:
    """Be that process, until the other end of the input is gone."""
    from tests.providers.fake import FakeProviders
    from tests.providers.fake.faults import Slow

    with FakeProviders() as fake:
        print(json.dumps({"url": fake.base_url(PROVIDER), "key": fake.key(PROVIDER)}), flush=True)
        for line in sys.stdin:
            told = json.loads(line)
            seen = fake.captured[-1] if fake.captured else None
            fake.reset()
            if told.get("slow"):
                fake.script(PROVIDER, "*", *[Slow(SLOW_SECONDS)] * told["slow"])
            said = (
                {"path": seen.path, "type": seen.headers["content-type"], "raw": base64.b64encode(seen.raw).decode()}
                if seen
                else {}
            )
            print(json.dumps(said), flush=True)


@contextmanager
def serving() -> Iterator[Server]:
    process = subprocess.Popen(
        [sys.executable, __file__, "--serve"], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    try:
        yield Server(process)
    finally:
        assert process.stdin is not None
        process.stdin.close()
        process.wait(30)


def p50(act: Callable[[], Any], other: Callable[[], Any]) -> tuple[float, float]:
    """Medians in seconds, the two taken in turns, so that what else the machine does meets both."""
    took: tuple[list[float], list[float]] = ([], [])
    act(), other()
    for _ in range(TIMES):
        for what, seconds in zip((act, other), took, strict=True):
            began = time.perf_counter()
            what()
            seconds.append(time.perf_counter() - began)
    return statistics.median(took[0]), statistics.median(took[1])


def resident() -> float:
    """Megabytes."""
    status = Path("/proc/self/status")
    if not status.exists():
        return float("nan")
    lines = dict(line.split(":", 1) for line in status.read_text().splitlines() if ":" in line)
    return int(lines["VmRSS"].split()[0]) / 1024


def request_of(kind: str) -> Any:
    from generation.providers.contract import Kind, Request

    more: dict[str, Any] = {"image": {"width": 1280, "height": 720}, "speech": {"voice": "marin"}}[kind]
    return Request(Kind(kind), BOUGHT[kind], "A brass key on a step.", reference="bench:1", **more)


def bare(server: Server, client: httpx.Client, seen: dict[str, Any]) -> Callable[[], bytes]:
    """Sends the bytes that the adapter sent."""
    url = server.told["url"] + seen["path"].removeprefix("/v1")
    headers = {"authorization": f"Bearer {server.told['key']}", "content-type": seen["type"]}
    raw = base64.b64decode(seen["raw"])

    def send() -> bytes:
        return client.post(url, content=raw, headers=headers).raise_for_status().content

    return send


def one_purchase(server: Server, able: Any, client: httpx.Client, kind: str) -> Callable[[], bytes]:
    from generation.providers.contract import Emit

    request = request_of(kind)
    able.start(request, Emit())
    send = bare(server, client, server.tell())
    ours, theirs = p50(lambda: able.start(request, Emit()), send)
    print(
        f"{'bought: ' + kind:24} n={TIMES:3}  p50 {ours * 1000:6.2f} ms, bare {theirs * 1000:6.2f} ms"
        f"  ({ours / theirs:4.2f} x)"
    )
    return send


def hold(able: Any, count: int) -> tuple[float, float]:
    """Seconds that `count` purchases take which one process holds at once, and its megabytes half way."""
    from generation import purchases
    from generation.models import AiModel, Job
    from generation.providers.contract import Kind

    outbox: purchases.Outbox = queue.SimpleQueue()
    model = AiModel(provider=PROVIDER, remote_name=BOUGHT["image"], kind=Kind.IMAGE)
    began = time.perf_counter()
    for _ in range(count):
        job = Job(
            id=uuid.uuid4(), tenant_id=uuid.UUID(int=1), provider=PROVIDER, kind=Kind.IMAGE, model=model,
            request={"prompt": "A brass key on a step.", "width": 1280, "height": 720},
        )  # fmt: skip
        held = purchases.hold(job, "start", able, files={}, seconds=60)
        purchases.begin(held, None, outbox)  # type: ignore[arg-type]
    time.sleep(max(began + SLOW_SECONDS / 2 - time.perf_counter(), 0))
    memory, left = resident(), count
    while left:
        item = outbox.get(timeout=60)
        if isinstance(item, purchases.Outcome):
            assert item.error is None, item.error
            left -= 1
    return time.perf_counter() - began, memory


def crowd(send: Callable[[], bytes], count: int) -> float:
    """Seconds that as many bare requests take, each from a thread of its own."""
    threads = [threading.Thread(target=send) for _ in range(count)]
    began = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return time.perf_counter() - began


def many_at_once(server: Server, able: Any, send: Callable[[], bytes]) -> None:
    server.tell(slow=1)
    one, memory_of_one = hold(able, 1)
    server.tell(slow=CROWD)
    many, memory = hold(able, CROWD)
    server.tell(slow=CROWD)
    least = crowd(send, CROWD)
    print(
        f"{f'{CROWD} held at once':24} wall {many:5.2f} s, 1: {one:5.2f} s ({many / one:4.2f} x), "
        f"bare: {least:5.2f} s ({many / least:4.2f} x); memory {memory:3.0f} MB, 1: {memory_of_one:3.0f} MB "
        f"({memory / memory_of_one:4.2f} x)"
    )


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="fablewright-bench-") as folder:
        os.environ |= {"FABLEWRIGHT_HOME": folder, "DJANGO_SETTINGS_MODULE": "config.settings"}
        import django

        django.setup()
        from generation import providers

        limits = httpx.Limits(max_connections=None)
        with serving() as server, httpx.Client(trust_env=False, timeout=60, limits=limits) as client:
            able = providers.make(PROVIDER, key=server.told["key"], base_url=server.told["url"], trusted=True)
            one_purchase(server, able, client, "speech")
            send = one_purchase(server, able, client, "image")
            many_at_once(server, able, send)


if __name__ == "__main__":
    if sys.argv[1:] == ["--serve"]:
        serve()
    else:
        main()
