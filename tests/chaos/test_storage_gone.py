"""Storage is gone while real workers finish what they bought, and one of them is killed over it. The short form, with its
controls, is `tests/generation/test_storage_gone.py`."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests import s3
from tests.chaos.test_kills import CLEAN, Storm, kept
from tests.installs import an_install

pytestmark = [pytest.mark.processes, pytest.mark.long, pytest.mark.timeout(600)]
STORIES = 3


def test_nothing_is_bought_again_and_all_ends_well(tmp_path: Path) -> None:
    mark = tmp_path / "mark"
    with s3.running() as store, an_install(tmp_path / "home") as install:
        store.forget()
        storm = Storm(
            install, tmp_path / "books", **store.environment, CRASH_AT="after_left_in_spool", CRASH_MARK=str(mark)
        )
        for command in (("manage.py", "migrate", "-v0"), ("manage.py", "seed", "-v0")):
            storm.run(*command)
        storm.run("-m", "tests.chaos.orders", str(STORIES))
        store.stop()
        with storm.workers():
            waiting = storm.wait_until(lambda found: found["statuses"].get("parked") == STORIES and mark.exists(), 120)
            assert (waiting["statuses"].get("parked"), mark.exists(), waiting["audit"]) == (STORIES, True, [])
            assert store.objects() == {}
            store.start()
            found = storm.wait_until(lambda found: not found["not ended"], 180)
    assert kept(found) == CLEAN
    assert (found["statuses"], found["purchases"], len(store.objects())) == ({"done": 3 * STORIES}, 3 * STORIES, 2)
    # Pictures and films of the test's provider are the same bytes each time, so two objects hold them all.
