"""The processes of a bench: each is told things in lines of JSON and answers in such, and ends when its input does."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
UNLIMITED = {
    f"RATE_{policy}_{whose}": "1000000000/min"
    for policy in ("READ", "CHANGE", "GENERATE", "PLAY")
    for whose in ("KEY", "PERSON", "ADDRESS", "TENANT")
}
"""What asks here asks oftener than anybody may; it is counted all the same, because that is part of what is
measured."""


def environment(home: Path, **more: str) -> dict[str, str]:
    """That of a process which belongs to an install in `home`, with no rate that a bench would reach."""
    return {**os.environ, **UNLIMITED, "FABLEWRIGHT_HOME": str(home), "PYTHONPATH": str(ROOT), **more}


class Child:
    """`python <program> <arguments>`; `said` is the first line that it says."""

    def __init__(self, program: str | Path, *arguments: str, home: Path, **more: str) -> None:
        self._process = subprocess.Popen(
            [sys.executable, str(program), *arguments], cwd=ROOT, env=environment(home, **more), text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        )  # fmt: skip
        self.pid = self._process.pid
        self.said = self.heard()

    def tell(self, **what: Any) -> Any:
        """What it answers."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(what) + "\n")
        self._process.stdin.flush()
        return self.heard()

    def heard(self) -> Any:
        """The next line that it says."""
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
            self._process.wait()


@contextlib.contextmanager
def child(program: str | Path, *arguments: str, home: Path, **more: str) -> Iterator[Child]:
    started = Child(program, *arguments, home=home, **more)
    try:
        yield started
    finally:
        started.end()


def say(what: Any) -> None:
    """The child's side: one line."""
    print(json.dumps(what), flush=True)
