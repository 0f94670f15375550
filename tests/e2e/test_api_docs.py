"""The page of the API's document, in a browser: it shows the operations and asks nobody else anything."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Browser

from tests.e2e.conftest import Playing

pytestmark = [pytest.mark.browser, pytest.mark.processes]


def test_it_loads_from_its_own_house_alone(browser: Browser, playing: Playing) -> None:
    context = browser.new_context(base_url=playing.address)
    page = context.new_page()
    asked: list[str] = []
    wrong: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("requestfailed", lambda request: wrong.append(request.url))
    page.on("response", lambda answer: wrong.append(f"{answer.status} {answer.url}") if answer.status >= 400 else None)
    page.on("pageerror", lambda error: wrong.append(str(error)))

    def heard(message: Any) -> None:
        if message.type in ("error", "warning"):
            wrong.append(message.text)

    page.on("console", heard)
    page.goto("/api/docs")
    operation = page.locator("#operations-Jobs-jobs_show")
    operation.wait_for(timeout=30_000)
    operation.locator("button").first.click()
    operation.get_by_text("With an ETag").wait_for(timeout=10_000)
    elsewhere = [url for url in asked if not url.startswith((playing.address, "data:", "blob:"))]
    assert (elsewhere, wrong) == ([], [])
    assert f"{playing.address}/api/schema" in asked
    context.close()
