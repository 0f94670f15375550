"""Workers die while a reader waits: it costs a wait, and no second purchase of what had an id."""

from __future__ import annotations

import os
import signal
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser

from tests.e2e.conftest import FILM_WAIT, TEXT_WAIT, start
from tests.e2e.test_reading import begin, choices_are_there

# Its short form: `TestKills` in tests/config/test_supervision.py, and the crash points in tests/generation.
pytestmark = [pytest.mark.browser, pytest.mark.processes, pytest.mark.long, pytest.mark.timeout(400)]


def test_a_killed_worker_costs_a_wait_and_no_second_purchase(browser: Browser, tmp_path: Path) -> None:
    environment: dict[str, Any] = {"DEMO_REPLAY": "never"}  # as a paid provider: what was sent may have been charged
    with start(tmp_path / "home", **environment) as playing:
        context = browser.new_context(base_url=playing.address)
        page = context.new_page()
        begin(page, "A lighthouse keeper's daughter finds a brass key", film=True)
        choices_are_there(page)
        install = playing.install
        install.wait_for(
            lambda: install.rows("SELECT 1 FROM generation_job WHERE kind = 'video' AND provider_job_id != ''"),
            60,
            "a film with an id",
        )
        for pid in install.workers():
            os.kill(pid, signal.SIGKILL)
        page.wait_for_selector("video[data-film]", timeout=FILM_WAIT)
        assert len(playing.purchases("video")) == 1
        holds = install.rows("SELECT kind, count(*) FROM accounts_ledgerentry GROUP BY kind ORDER BY kind")
        assert holds == [("reserve", 3), ("settle", 3)]
        page.keyboard.press("1")  # and the story goes on
        page.wait_for_url(lambda url, at=page.url: url != at)
        page.wait_for_selector(".choices .choice", timeout=TEXT_WAIT + 30_000)
        audited = install.command("audit_invariants")
        assert (audited.returncode, audited.stdout) == (0, "All invariants hold.\n")
        context.close()
