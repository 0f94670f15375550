"""A page whose words come while somebody looks on: a maker that takes its time, in a real browser."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from html import unescape
from typing import Any

import pytest
from playwright.sync_api import Page

from tests.e2e.conftest import TEXT_WAIT, Playing, start
from tests.e2e.test_reading import no_violations

pytestmark = [pytest.mark.browser, pytest.mark.processes, pytest.mark.timeout(400)]
SHOWN = "[data-words]:not([hidden]) p"
WITHOUT_SOCKETS = "WebSocket = class { static OPEN = 1; constructor() { throw new Error('no sockets here'); } };"
NOTING = """
window.noted = { words: [], tops: [], said: [] };
const note = (list, value) => { if (value !== undefined && value !== list.at(-1)) list.push(value); };
const plain = (element) => element?.textContent.trim().split(/\\s+/).join(" ");
const look = () => {
  const growing = document.querySelector("[data-words]:not([hidden])");
  if (growing) note(noted.words, Array.from(growing.children, plain).join(" "));
  const top = document.querySelector(".prose:not([hidden])")?.getBoundingClientRect().top;
  if (top !== undefined) note(noted.tops, Math.round(top));
  note(noted.said, plain(document.getElementById("said")) || undefined);
  requestAnimationFrame(look);
};
look();
"""
"""Notes at every frame what stands on the page: the growing words, how high they stand, and what is spoken."""


@pytest.fixture(scope="module")
def playing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Playing]:
    """An install whose maker writes for some seconds at each page; the settings of tests would let it hurry."""
    slow = {"DJANGO_SETTINGS_MODULE": "config.settings", "DEMO_TEXT_SECONDS": "6"}
    with start(tmp_path_factory.mktemp("e2e") / "home", **slow) as started:
        yield started


def begin(page: Page, tier: str, *scripts: str) -> None:
    """Begin a story, and note from then on what the page shows."""
    for script in (*scripts, NOTING):
        page.add_init_script(script)
    page.goto(f"/{tier}/")
    page.fill("#prompt", "A lamplighter hears the river count its bridges")
    page.click("button:has-text('Begin')")
    page.wait_for_url(re.compile(f"/{tier}/story/scene/"))


def words(page: Page) -> str:
    """The page's paragraphs, whether they grow or are whole."""
    return " ".join(" ".join(text.split()) for text in page.locator(".prose p").all_text_contents())


def whole(page: Page) -> str:
    page.wait_for_selector(".choices .choice", timeout=TEXT_WAIT)
    return words(page)


def noted(page: Page) -> dict[str, Any]:
    found: dict[str, Any] = page.evaluate("noted")
    return found


def test_words_grow_on_the_page_and_stay_where_they_are(open_page: Callable[..., Page], playing: Playing) -> None:
    page = open_page("/", viewport={"width": 1440, "height": 900})
    begin(page, "classics")
    page.wait_for_selector(SHOWN, timeout=TEXT_WAIT)
    assert page.locator(".choices, .you-chose:visible").count() == 0
    text = whole(page)
    seen = noted(page)
    assert len(seen["words"]) > 2
    assert [shown for shown in seen["words"] if not text.startswith(shown)] == []
    assert seen["words"] == sorted(set(seen["words"]), key=len)
    assert max(seen["tops"]) - min(seen["tops"]) <= 1
    # Spoken: that it begins, how far it is, that it is there. Never the words themselves.
    page.wait_for_function("noted.said.at(-1) === 'The page is here.'")
    said = noted(page)["said"]
    assert said[0] == "The words begin to appear. You will hear when the page is whole."
    assert set(said[1:]) <= {"The page is here."} | {f"The page: {share} percent." for share in (25, 50, 75)}
    assert page.evaluate("document.activeElement.id") == "scene-title"


def test_a_reload_in_the_middle_shows_what_is_there(open_page: Callable[..., Page]) -> None:
    page = open_page("/", reduced_motion="reduce")
    begin(page, "classics")
    page.wait_for_selector(SHOWN, timeout=TEXT_WAIT)
    assert page.eval_on_selector("[data-words] span", "piece => getComputedStyle(piece).animationDuration") == "0s"
    shown = words(page)
    served = page.request.get(page.url).text()
    found = re.search(r"data-words>(.*?)</div>", served, re.DOTALL)
    assert found is not None
    there = " ".join(unescape(re.sub("<[^>]+>", " ", found[1])).split())
    assert there.startswith(shown)
    page.reload()
    page.wait_for_selector(SHOWN, timeout=TEXT_WAIT)
    no_violations(page)
    text = whole(page)
    assert text.startswith(there)
    assert noted(page)["words"][0].startswith(there)


def test_without_sockets_the_words_come_too(open_page: Callable[..., Page]) -> None:
    page = open_page("/")
    begin(page, "classics", WITHOUT_SOCKETS)
    text = whole(page)
    seen = noted(page)["words"]
    assert len(seen) > 1
    assert [shown for shown in seen if not text.startswith(shown)] == []


def test_without_scripts_each_reload_shows_more(open_page: Callable[..., Page]) -> None:
    page = open_page("/", java_script_enabled=False)
    begin(page, "classics")
    page.wait_for_selector(SHOWN, timeout=TEXT_WAIT)
    shown = words(page)
    assert whole(page).startswith(shown)


def test_children_see_it_when_it_is_whole(open_page: Callable[..., Page], playing: Playing) -> None:
    page = open_page("/")
    begin(page, "kids")
    page.wait_for_selector(".thread[value]", timeout=TEXT_WAIT)  # it is being written, and says how far it is
    assert whole(page) != ""
    assert noted(page)["words"] == []
