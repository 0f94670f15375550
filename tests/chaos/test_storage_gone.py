"""The object store is gone while real workers finish what they bought, and one of them is killed over it. The short form, with
its controls, is `tests/generation/test_storage_gone.py`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests import s3
from tests.chaos.crew import Crew
from tests.chaos.storm import Storm, all_ended
from tests.chaos.verdict import wrong
from tests.installs import an_install

pytestmark = [pytest.mark.processes, pytest.mark.long, pytest.mark.timeout(600)]
STORIES = 3


def taken(books: Path) -> list[str]:
    events = [json.loads(line) for line in books.read_text().splitlines()]
    return [event["reference"] for event in events if event["event"] == "taken"]


def test_what_lies_in_the_spool_is_not_bought_again(crew_on_sqlite: Crew, tmp_path: Path) -> None:
    marks, books = tmp_path / "marks", tmp_path / "books"
    marks.mkdir()

    def all_wait(found: dict[str, Any]) -> bool:
        return found["statuses"].get("parked") == STORIES and any(marks.iterdir())

    with s3.running() as store, an_install(tmp_path / "home") as install:
        store.forget()
        told = {"CRASH_AT": "after_left_in_spool", "CRASH_MARK": str(marks), "FERRY_FAULTS": "0"}
        storm = Storm(install, books, **store.environment, **told)
        storm.build(crew_on_sqlite)
        storm.run("-m", "tests.chaos.orders", str(STORIES))
        store.stop()
        with storm.workers():
            found = storm.wait_until(all_wait, 180)
            assert (found["statuses"].get("parked"), found["audit"]) == (STORIES, [])
            assert [mark.name for mark in marks.iterdir()] == ["after_left_in_spool.1"]
            assert store.objects() == {}
            waiting = {path.parent.name for path in (install.home / "spool").rglob("*.json")}
            assert len(waiting) == STORIES
            before = [reference for reference in taken(books) if reference.partition(":")[0] in waiting]
            store.start()
            found = storm.wait_until(all_ended, 240)
    assert wrong(found) == {}
    assert found["statuses"] == {"done": 3 * STORIES}
    assert [reference for reference in taken(books) if reference.partition(":")[0] in waiting] == before
    # No two pictures of the ferry are the same, and all of its films are.
    assert len(store.objects()) == STORIES + 1
