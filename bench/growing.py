"""What a second process brings, on one machine: `python bench/growing.py` (ROUNDS=6, SECONDS=1, PURCHASES=200).

Pages: `manage.py serve http` with one process and with two, asked by the same client in turns for a status and for a page of a
story. Purchases: so many texts that the demo takes half a second for, by one process with the loop of a worker group and by
two at once. Each prints a ratio to one process in the same run. The client, the database and the others want the same cores, so
a ratio here is the least that a second machine brings. On SQLite, or on the database of DATABASE_URL, which must be empty.
"""

from __future__ import annotations

import contextlib
import os
import statistics
import sys
import tempfile
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from bench.children import child
from bench.client import client
from bench.pages import CONNECTIONS, of, orders
from bench.servers import serving

ROUNDS = int(os.environ.get("ROUNDS", "6"))
SECONDS = float(os.environ.get("SECONDS", "1"))
PURCHASES = int(os.environ.get("PURCHASES", "200"))
TEXT_SECONDS = "0.5"
ASKED = ("status by token", "page of a story")


def pages(home: Path) -> None:
    with contextlib.ExitStack() as running:
        with child(
            Path(__file__).with_name("library.py"), home=home, STORIES='{"kids": 20, "classics": 20}'
        ) as prepared:
            made = prepared.said
        driver = running.enter_context(client(home))
        servers = {
            number: running.enter_context(serving("granian", "ours", home=home, processes=number)) for number in (1, 2)
        }
        for name in ASKED:
            rates: dict[int, list[float]] = {number: [] for number in servers}
            for server in servers.values():
                driver.tell(**orders(made, server.port)[name], seconds=SECONDS)
            for _ in range(ROUNDS):
                for number, server in servers.items():
                    found = driver.tell(**orders(made, server.port)[name], seconds=SECONDS)
                    rates[number].append(found["count"] / found["seconds"])
            one, two = (statistics.median(rates[number]) for number in servers)
            print(f"{name}: {one:.0f} a second by one process, {two:.0f} by two ({of(rates[2], rates[1]):.2f} x)")
        print(f"({CONNECTIONS} connections, {ROUNDS} rounds)")


def purchases() -> None:
    took: dict[int, float] = {}
    program, slow = Path(__file__).with_name("purchases.py"), {"DEMO_TEXT_SECONDS": TEXT_SECONDS}
    for number in (1, 2):
        with tempfile.TemporaryDirectory(prefix="fablewright-bench-") as folder, contextlib.ExitStack() as running:
            home = Path(folder)
            with child(program, "--prepare", str(PURCHASES), home=home, **slow):
                pass
            workers: list[Any] = [
                running.enter_context(child(program, "--work", home=home, **slow)) for _ in range(number)
            ]
            took[number] = max(worker.said["wall"] for worker in workers)
    print(
        f"{PURCHASES} purchases of {TEXT_SECONDS} s: {took[1]:.2f} s by one worker process, {took[2]:.2f} s by two "
        f"({took[1] / took[2]:.2f} x as quick)"
    )


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="fablewright-bench-") as folder:
        pages(Path(folder))
    if "DATABASE_URL" not in os.environ:
        purchases()


if __name__ == "__main__":
    main()
