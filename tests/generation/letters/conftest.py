"""A mail server on loopback, and workers that do not linger."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from config.mail import Post
from generation.providers.mailing import Server
from tests.generation.letters.postbox import Postbox


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
