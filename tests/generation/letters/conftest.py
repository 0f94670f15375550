"""A mail server on loopback, and workers that do not linger."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from config.mail import Post
from generation import drain
from generation.drain import Drain
from generation.models import Job, Status
from generation.providers.mailing import Server
from tests.generation.letters.postbox import Postbox
from tests.generation.mortal_workers import hurry


@pytest.fixture
def postbox(settings: Any) -> Iterator[Postbox]:
    """The mail server of this install."""
    with Postbox() as box:
        settings.MAIL = Post(Server("127.0.0.1", box.port, "offered"), "", "stories@library.example")
        yield box


@pytest.fixture
def folder(settings: Any, tmp_path: Path) -> Path:
    """An install without a mail server: the folder of its letters."""
    settings.MAIL = Post(None, str(tmp_path / "mail"), "fablewright@localhost")
    return tmp_path / "mail"


@pytest.fixture
def work(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """One worker, until nothing is due now. What is due later is made due by `later`."""
    monkeypatch.setattr(drain, "SOON_SECONDS", 0.0)
    monkeypatch.setattr(drain, "LOOK_SECONDS", 0.01)

    def run() -> None:
        Drain(f"worker:{uuid.uuid4().hex[:6]}", linger_seconds=0.0).run()

    return run


@pytest.fixture
def later(work: Callable[[], None]) -> Callable[[], None]:
    """Time passes: what waits is due, and a worker comes."""

    def run() -> None:
        for job in Job.objects.filter(status=Status.QUEUED):
            hurry(job)
        work()

    return run
