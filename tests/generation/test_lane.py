"""Work that burns a core, in real child processes."""

from __future__ import annotations

import io
import json
import os
import signal
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from generation.lane import Lanes, receive, send
from generation.providers.contract import Handle, Kind, Request
from generation.providers.errors import Refused, Transient

PAINT = Request(Kind.IMAGE, "painter", "A brass key on a quay", aspect_ratio="2:3", style="paper-cut", seed=7)


@pytest.fixture
def faults(tmp_path: Path) -> Any:
    file = tmp_path / "faults.json"

    def put(**given: str) -> Path:
        file.write_text(json.dumps(given))
        return file

    return put


@pytest.fixture
def lanes(faults: Any) -> Iterator[Lanes]:
    made = Lanes(1, {"demo": {"faults_file": str(faults())}})
    yield made
    made.close()


def paint(lanes: Lanes, key: str = "job", told: list[float] | None = None) -> Any:
    return lanes.call(key, "start", "demo", PAINT, (told if told is not None else []).append)


def painting(lanes: Lanes) -> tuple[threading.Thread, list[Exception]]:
    """A call in a thread of its own, as a worker makes it, and what it raised."""
    raised: list[Exception] = []

    def call() -> None:
        try:
            paint(lanes)
        except Exception as error:
            raised.append(error)

    thread = threading.Thread(target=call, daemon=True)
    thread.start()
    return thread, raised


def child_of(lanes: Lanes) -> int:
    """The process that is kept for the next call."""
    child = lanes._free.get()
    lanes._free.put(child)
    assert child is not None
    return child.process.pid


def lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def eventually(holds: Any, seconds: float = 10) -> bool:
    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        if holds():
            return True
        time.sleep(0.02)
    return False


def test_a_picture_comes_back_with_its_progress_and_the_child_stays(lanes: Lanes, faults: Any) -> None:
    told: list[float] = []
    done = paint(lanes, told=told)
    with Image.open(io.BytesIO(done.data)) as picture:
        assert picture.size == (done.width, done.height) == (480, 720)
    assert (told == sorted(told), told[-1], len(told) > 2) == (True, 1.0, True)
    kept = child_of(lanes)

    faults(image="refuse")
    with pytest.raises(Refused, match="told to refuse"):  # the adapter's own error, not a broken pipe
        paint(lanes)
    faults(image="fail:1")
    with pytest.raises(Transient) as busy:
        paint(lanes)
    assert busy.value.retry_after_seconds == 0.2
    faults()
    with pytest.raises(RuntimeError, match=r"^KeyError: '5:4'$"):  # a bug there is an error here
        lanes.call("job", "start", "demo", Request(Kind.IMAGE, "painter", "x", aspect_ratio="5:4"), print)
    with pytest.raises(Exception, match="not known"):
        lanes.call("job", "check", "demo", Handle("nonsense", "", PAINT), print)
    assert child_of(lanes) == kept


def test_a_child_killed_in_the_middle_is_a_passing_fault_and_the_next_call_works(lanes: Lanes, faults: Any) -> None:
    faults(image="hang")
    for kill in (lambda pid: os.kill(pid, signal.SIGKILL), lambda _: lanes.abandon("job")):
        thread, raised = painting(lanes)
        assert eventually(lambda: "job" in lanes._busy)
        pid = lanes._busy["job"].process.pid
        lanes.abandon("another")  # the control: this one is left alone
        time.sleep(0.2)
        assert thread.is_alive()
        kill(pid)
        thread.join(10)
        assert [(type(error), str(error)) for error in raised] == [(Transient, "the painting process ended")]
        assert not lives(pid)
    faults()
    assert paint(lanes).width == 480


def test_closing_leaves_no_process(lanes: Lanes, faults: Any) -> None:
    paint(lanes)
    idle = child_of(lanes)
    faults(image="hang")
    thread, _ = painting(lanes)
    assert eventually(lambda: "job" in lanes._busy)
    busy = lanes._busy["job"].process.pid
    assert busy == idle
    lanes.close()
    thread.join(10)
    assert (thread.is_alive(), lives(busy)) == (False, False)


def test_a_child_ends_with_its_parents_pipe(lanes: Lanes) -> None:
    """A worker that dies, by whatever signal, closes it."""
    paint(lanes)
    child = lanes._free.get()
    assert child is not None
    assert child.process.stdin is not None
    child.process.stdin.close()
    assert child.process.wait(10) == 0
    lanes._free.put(child)
    assert paint(lanes).width == 480  # and the next call starts another


def test_messages_are_whole_or_the_end() -> None:
    pipe = io.BytesIO()
    send(pipe, {"a": 1})
    send(pipe, b"x" * 100_000)
    whole = pipe.getvalue()
    pipe.seek(0)
    assert (receive(pipe), receive(pipe)) == ({"a": 1}, b"x" * 100_000)
    for cut in (0, 3, 8, 9, len(whole) - 1):
        half = io.BytesIO(whole[:cut])
        with pytest.raises(EOFError):
            while True:
                receive(half)
