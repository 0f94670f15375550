"""How much memory a worker process needs: a hundred purchases that wait, and many large answers at once."""

from __future__ import annotations

import base64
import io
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from generation.providers.budget import TOTAL_BYTES
from tests.conftest import need
from tests.generation.swallowing import Swallower, swallowing
from tests.providers.fake import media

pytestmark = pytest.mark.processes

ROOT = Path(__file__).parents[2]
SECONDS = 120
REFERENCES = 3
MANY = 100
ANSWERS = 24
BUDGET_MB = TOTAL_BYTES / 1024**2
BESIDE_MB = 16
"""Beside the budget: threads, sockets, and the first quarter of a megabyte of each answer, which goes into no file."""
PROVIDERS = {"openai": "gpt-image-2", "xai": "grok-imagine-image-2.0"}
"""Pictures in a form of several parts, and in base64 in a document."""


def answer_with(picture: bytes) -> bytes:
    return json.dumps({"data": [{"b64_json": base64.b64encode(picture).decode()}], "usage": {}}).encode()


def large_picture() -> bytes:
    """Eight megabytes that no format makes smaller."""
    out = io.BytesIO()
    Image.frombytes("RGB", (1640, 1640), os.urandom(1640 * 1640 * 3)).save(out, "PNG", compress_level=0)
    return out.getvalue()


class Worker:
    """A process that has begun purchases at a provider which does not answer yet."""

    def __init__(self, process: subprocess.Popen[str], server: Swallower) -> None:
        self._process, self._server = process, server

    def said(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        assert line, "the worker ended"
        found: dict[str, Any] = json.loads(line)
        return found

    def waiting(self) -> dict[str, Any]:
        """Its memory while all purchases wait, in megabytes: now, and at most since the first began."""
        self._go_on()
        return self.said()

    def answered(self) -> dict[str, Any]:
        """Let the provider answer all at once: the memory then, now and at most since."""
        self._server.go.set()
        self._go_on()
        return self.said()

    def _go_on(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write("\n")
        self._process.stdin.flush()


@contextmanager
def worker(
    provider: str, home: Path, *, count: int, references: int, answer: bytes, is_careful: bool = True
) -> Iterator[Worker]:
    need(Path("/proc/self/clear_refs").exists(), "memory is read from /proc, which this system lacks")
    with swallowing(answer) as server:
        manner = "careful" if is_careful else "careless"
        command = [provider, PROVIDERS[provider], f"{server.origin}/v1", str(count), str(references), manner]
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.generation.waiting", *command],
            cwd=ROOT,
            env={**os.environ, "FABLEWRIGHT_HOME": str(home)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        try:
            found = Worker(process, server)
            assert found.said() == {"begun": count}
            server.wait_for(count, SECONDS)
            assert min(server.sizes) > references * 3_000_000
            yield found
        finally:
            process.kill()
            process.communicate()


def held(provider: str, home: Path, count: int, *, is_careful: bool = True) -> dict[str, Any]:
    small = answer_with(media.picture("png", 64, 36))
    with worker(provider, home, count=count, references=REFERENCES, answer=small, is_careful=is_careful) as found:
        waiting = found.waiting()
        assert found.answered()["errors"] == []
        return waiting


@pytest.mark.parametrize(
    "provider", ["openai", *(pytest.param(name, marks=pytest.mark.long) for name in PROVIDERS if name != "openai")]
)
def test_a_hundred_waiting_purchases_need_less_than_twice_the_memory_of_one(provider: str, tmp_path: Path) -> None:
    one, many = held(provider, tmp_path, 1), held(provider, tmp_path, MANY)
    assert many["now"] < 2 * one["now"]
    assert many["peak"] < 2 * one["peak"]


@pytest.mark.long
def test_control_without_care_they_need_more(tmp_path: Path) -> None:
    one, many = held("openai", tmp_path, 1), held("openai", tmp_path, MANY, is_careful=False)
    assert many["peak"] > 2 * one["peak"]


def unpacked(home: Path, *, is_careful: bool) -> float:
    """How many megabytes a process grows by while it takes in many large answers that come at one moment."""
    with worker(
        "openai", home, count=ANSWERS, references=0, answer=answer_with(large_picture()), is_careful=is_careful
    ) as found:
        before, after = found.waiting(), found.answered()
        assert after["errors"] == []
        growth: float = after["peak"] - before["now"]
        return growth


def test_decoding_shares_a_budget(tmp_path: Path) -> None:
    assert unpacked(tmp_path, is_careful=True) < BUDGET_MB + BESIDE_MB


def test_control_without_the_budget_it_is_exceeded(tmp_path: Path) -> None:
    assert unpacked(tmp_path, is_careful=False) > 2 * (BUDGET_MB + BESIDE_MB)
