"""From the landing page to an ending, in a real browser on a real play."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.e2e.conftest import FILM_WAIT, TEXT_WAIT, Playing

pytestmark = [pytest.mark.browser, pytest.mark.processes, pytest.mark.timeout(400)]
SCENE = re.compile(r"/kids/story/scene/")


def tab_to(page: Page, selector: str, most: int = 80) -> None:
    """Press Tab until the focus is on the element; fails where the keyboard does not get there."""
    for _ in range(most):
        page.keyboard.press("Tab")
        if page.evaluate("selector => document.activeElement?.matches(selector) ?? false", selector):
            return
    pytest.fail(f"{selector} cannot be reached by Tab")


def begin(page: Page, prompt: str, *, film: bool = False, length: str = "short") -> None:
    """Begin a story with the mouse, from the tier's page."""
    page.goto("/kids/")
    page.fill("#prompt", prompt)
    page.click("summary")
    page.check(f"input[name=length][value={length}]", force=True)
    if film:
        page.check("input[name=video_mode]", force=True)
    page.click("button:has-text('Begin')")
    page.wait_for_url(SCENE)


def choices_are_there(page: Page) -> None:
    page.wait_for_selector(".choices .choice", timeout=TEXT_WAIT)


def words(page: Page) -> str:
    """The page's text, without the template's white space."""
    return " ".join((page.text_content(".prose") or "").split())


def no_violations(page: Page) -> None:
    found = Axe().run(page).response["violations"]
    assert [(v["id"], [node["html"][:120] for node in v["nodes"]]) for v in found] == []


@pytest.mark.long
def test_with_the_keyboard_alone_to_an_ending_in_video_mode(open_page: Callable[..., Page], playing: Playing) -> None:
    page = open_page("/")
    tab_to(page, "a[href='/kids/']")
    page.keyboard.press("Enter")
    page.wait_for_url("**/kids/")
    tab_to(page, "#prompt")
    page.keyboard.type("A shy otter finds a brass bell under the pier")
    tab_to(page, "summary")
    page.keyboard.press("Enter")
    tab_to(page, "input[name=length]")
    page.keyboard.press("ArrowLeft")  # medium is chosen at first; one to the left is short
    assert page.eval_on_selector("input[name=length]:checked", "field => field.value") == "short"
    tab_to(page, "input[name=video_mode]")
    page.keyboard.press("Space")
    page.focus("#prompt")
    tab_to(page, "button[type=submit]")
    page.keyboard.press("Enter")
    page.wait_for_url(SCENE)

    seen = []
    for chapter in (1, 2):
        choices_are_there(page)
        seen.append(words(page))
        if chapter == 2:  # a reload in the middle shows the same page
            before = page.url
            page.reload()
            choices_are_there(page)
            assert (page.url, words(page)) == (before, seen[-1])
        page.keyboard.press(str(chapter))
        page.wait_for_url(lambda url, at=page.url: url != at)
    page.wait_for_selector(".ending__name", timeout=TEXT_WAIT)
    seen.append(words(page))
    assert len(set(seen)) == 3
    assert "otter" in seen[0].lower()
    assert "bell" in seen[0].lower()

    # The film follows the picture; it has frames and can be seeked.
    page.wait_for_selector("video[data-film]", timeout=FILM_WAIT)
    page.wait_for_function("() => document.querySelector('video[data-film]').duration > 1", timeout=FILM_WAIT)
    page.evaluate(
        "() => { const film = document.querySelector('video[data-film]'); film.currentTime = film.duration / 2 }"
    )
    page.wait_for_function(
        "() => { const f = document.querySelector('video[data-film]'); return !f.seeking && f.currentTime > 1 }",
        timeout=10_000,
    )

    # All media of the ending stand in the gallery, which is reached and read with the keyboard.
    tab_to(page, "a.button--main")
    page.keyboard.press("Enter")
    page.wait_for_url("**/kids/gallery/**")
    assert words(page) == seen[-1]
    page.wait_for_function("() => document.querySelector('video')?.duration > 1", timeout=FILM_WAIT)
    for text in (seen[1], seen[0]):
        page.keyboard.press("ArrowLeft")
        page.wait_for_function(
            "text => document.querySelector('.prose')?.textContent.trim().split(/\\s+/).join(' ') === text",
            arg=text,
            timeout=10_000,
        )
    page.goto("/kids/gallery/")
    expect(page.locator("main")).to_contain_text(re.compile("film", re.IGNORECASE))

    # Nothing was bought twice.
    for kind in ("text", "image", "video"):
        bought = playing.purchases(kind)
        assert len(bought) == len(set(bought)) == 3


def test_without_scripts_by_reload(open_page: Callable[..., Page]) -> None:
    page = open_page("/kids/", java_script_enabled=False)
    page.fill("#prompt", "A robot who cannot sleep borrows a pillow")
    page.click("button:has-text('Begin')")
    page.wait_for_url(SCENE)
    page.wait_for_selector(".choices .choice", timeout=TEXT_WAIT)  # the page reloads itself while it waits
    first = words(page)
    page.click(".choices .choice >> nth=1")
    page.wait_for_selector(".choices .choice", timeout=TEXT_WAIT)
    assert words(page) != first
    page.wait_for_selector("#plate img", timeout=TEXT_WAIT)


def test_two_tabs_and_a_double_click_give_one_scene(open_page: Callable[..., Page], playing: Playing) -> None:
    page = open_page("/kids/")
    begin(page, "A fox keeps a very small museum")
    choices_are_there(page)
    twin = page.context.new_page()
    twin.goto(page.url)
    choices_are_there(twin)
    page.dblclick(".choices .choice >> nth=0")
    twin.click(".choices .choice >> nth=0")
    page.wait_for_selector(".choices .choice", timeout=TEXT_WAIT)
    twin.wait_for_url(page.url, timeout=TEXT_WAIT)
    scene = page.url.rsplit("/", 1)[1].replace("-", "")
    story = f"SELECT story_id FROM stories_scene WHERE id = '{scene}'"
    scenes = playing.install.rows(f"SELECT count(*) FROM stories_scene WHERE story_id = ({story})")
    assert scenes == [(2,)]


def test_back_and_otherwise_keeps_both_branches(open_page: Callable[..., Page]) -> None:
    page = open_page("/kids/")
    begin(page, "A girl in a red coat opens the wrong umbrella")
    choices_are_there(page)
    root = page.url
    page.click(".choices .choice >> nth=0")
    page.wait_for_url(lambda url: url != root)
    choices_are_there(page)
    first = page.url
    page.goto(root)
    choices_are_there(page)
    page.click(".choices .choice >> nth=1")
    page.wait_for_url(lambda url: url not in (root, first))
    choices_are_there(page)
    page.click("a[href*='/story/tree']")
    page.wait_for_selector("svg")
    assert page.locator("form[action*='/story/navigate/']").count() >= 3


def test_a_failed_picture_says_so_and_can_be_tried_again(open_page: Callable[..., Page], playing: Playing) -> None:
    playing.set_faults(image="reject")  # a refusal would be final
    try:
        page = open_page("/kids/")
        begin(page, "A mouse paints the moon", film=True)
        choices_are_there(page)
        page.wait_for_selector("text=Nothing was charged", timeout=TEXT_WAIT)
        expect(page.locator(".choices .choice").first).to_be_enabled()  # the reader is not stuck
    finally:
        playing.set_faults()
    page.click("#plate >> text=Try again")
    page.wait_for_selector("video[data-film]", timeout=FILM_WAIT)


def test_typed_choices_and_markup_are_only_words(open_page: Callable[..., Page]) -> None:
    page = open_page("/kids/")
    begin(page, "A <b>bold</b> cat <script>window.broken = 1</script> finds a door")
    choices_are_there(page)
    page.fill("#own-way", "<img src=x onerror='window.broken=2'> knock twice")
    page.click("button:has-text('Go on')")
    page.wait_for_url(SCENE)
    choices_are_there(page)
    assert page.evaluate("() => window.broken") is None
    assert page.locator(".prose img, .prose script, .you-chose img").count() == 0


def test_every_page_passes_the_accessibility_rules(open_page: Callable[..., Page]) -> None:
    page = open_page("/", reduced_motion="reduce")  # what is still fading in has no contrast yet
    no_violations(page)
    page.goto("/sign-in/")
    no_violations(page)
    page.goto("/kids/")
    no_violations(page)
    begin(page, "A dragon learns the violin")
    no_violations(page)  # while it waits
    choices_are_there(page)
    page.wait_for_selector("#plate img", timeout=TEXT_WAIT)
    no_violations(page)
    page.click("a[href*='/story/tree']")
    page.wait_for_selector("svg")
    no_violations(page)
    page.goto("/kids/gallery/")
    no_violations(page)
    page.goto("/kids/story/scene/00000000-0000-0000-0000-000000000000")
    no_violations(page)


@pytest.mark.parametrize("width", [390, 820, 1440])
def test_nothing_scrolls_sideways(open_page: Callable[..., Page], width: int) -> None:
    page = open_page("/", viewport={"width": width, "height": 900})
    for path in ("/", "/kids/", "/kids/gallery/", "/sign-in/"):
        page.goto(path)
        assert page.evaluate("() => document.documentElement.scrollWidth <= window.innerWidth"), path
