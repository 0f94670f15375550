"""Installs for the tests of how the house is started and kept."""

from __future__ import annotations

import shutil
import signal
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.installs import Install, an_install


@pytest.fixture
def fresh_install(tmp_path: Path) -> Iterator[Install]:
    """A folder in which nothing was ever started."""
    with an_install(tmp_path / "home", is_new=True) as made:
        yield made


@pytest.fixture(scope="session")
def played_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which `play` was started and stopped once."""
    with an_install(tmp_path_factory.mktemp("played") / "home") as made:
        play = made.play()
        play.ready()
        play.signal(signal.SIGTERM)
        assert play.end() == 0
        made.nothing_is_left()
    return made.home


@pytest.fixture
def install(played_home: Path, tmp_path: Path) -> Iterator[Install]:
    """A folder that was played in before; a copy, so that each test has its own."""
    shutil.copytree(played_home, tmp_path / "home")
    with an_install(tmp_path / "home") as made:
        yield made


@pytest.fixture
def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
