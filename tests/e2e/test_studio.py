"""The studio, in a real browser on a real play: each form, and what may be done with what came of it."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from tests.e2e.conftest import FILM_WAIT, TEXT_WAIT, Playing, start
from tests.e2e.test_reading import no_violations, tab_to

pytestmark = [pytest.mark.browser, pytest.mark.processes, pytest.mark.timeout(400)]
PIECE = re.compile(r"/studio/pieces/[0-9a-f-]{36}/$")
PRESS = """
import datetime
from accounts.models import Cap, Tenant
from accounts.tenancy import scope
from generation.models import AiModel, ModelGrant, Price
model = AiModel.objects.create(
    key="test-press", name="Test Press", provider="demo", remote_name="painter", kind="image",
    capabilities={"aspect_ratios": ["1:1", "2:3"], "resolutions": [], "choices": {}, "inputs": {}, "takes": ["seed"]},
)
Price.objects.create(model=model, unit="call", amount_micros=40_000, effective_from=datetime.date(2026, 1, 1))
tenant = Tenant.objects.get(slug="fablewright")
with scope(tenant):
    ModelGrant.objects.create(model=model, kind="image")
    Cap.objects.create(subject_id=tenant.id, limit=1_000_000)
"""
"""A second model for pictures, which takes less and costs something."""
SMALL = """() => Array.from(document.querySelectorAll(
    "main :is(a, button, select, input:not([type=hidden]), textarea, summary)"
)).filter((one) => one.offsetParent && !one.closest("p, .facts, h1") && one.getBoundingClientRect().height < 43.5)
  .map((one) => one.outerHTML.slice(0, 80))"""
"""What is too small to be touched."""
State = Any


@pytest.fixture(scope="module")
def playing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Playing]:
    """An install whose storyteller takes two seconds, so that its words are seen to grow."""
    with start(
        tmp_path_factory.mktemp("e2e") / "home", DEMO_TEXT_SECONDS="2", DJANGO_SETTINGS_MODULE="config.settings"
    ) as started:
        done = started.install.command("shell", "-c", PRESS)
        assert done.returncode == 0, done.stderr
        yield started


@pytest.fixture(scope="module")
def author(browser: Browser, playing: Playing) -> State:
    """The author's session; signing in without an errand leads to the studio."""
    found = re.search(r"password (\S+) as", playing.play.text)
    assert found is not None
    context = browser.new_context(base_url=playing.address)
    page = context.new_page()
    page.goto("/")
    page.click(".bar__tools >> text=Sign in")
    page.fill("#id_email", "author@example.com")
    page.fill("#id_password", found[1])
    page.click("main button[type=submit]")
    page.wait_for_url("**/studio/")
    state = context.storage_state()
    context.close()
    return state


@pytest.fixture
def studio(open_page: Callable[..., Page], author: State) -> Callable[..., Page]:
    def open_(path: str = "/studio/", **options: Any) -> Page:
        return open_page(path, storage_state=author, **options)

    return open_


def picture(width: int = 160, height: int = 90, colour: str = "teal") -> dict[str, Any]:
    out = io.BytesIO()
    Image.new("RGB", (width, height), colour).save(out, "PNG")
    return {"name": f"{colour}.png", "mimeType": "image/png", "buffer": out.getvalue()}


def send(page: Page) -> None:
    page.click(".button--go")
    page.wait_for_url(PIECE)


def is_done(page: Page, takes: int = 1) -> None:
    """Wait until all is made, on the page as it stands: nobody reloads it."""
    page.wait_for_function("() => document.getElementById('piece').dataset.state === 'completed'", timeout=FILM_WAIT)
    if takes > 1:
        expect(page.locator(".cell--completed")).to_have_count(takes)


def stays(page: Page) -> None:
    page.evaluate("window.isTheSamePage = true")


def stayed(page: Page) -> bool:
    return bool(page.evaluate("window.isTheSamePage === true"))


def test_a_text_with_the_keyboard_alone(studio: Callable[..., Page], playing: Playing) -> None:
    page = studio(reduced_motion="reduce")
    no_violations(page)
    tab_to(page, "a.door[href='/studio/text/']")
    page.keyboard.press("Enter")
    page.wait_for_url("**/studio/text/")
    no_violations(page)
    tab_to(page, "#field-prompt")
    page.keyboard.type("A letter from a lighthouse to the sea")
    expect(page.locator("[data-label]")).to_have_text("Write it – free")
    tab_to(page, "[data-label]")
    page.keyboard.press("Enter")
    page.wait_for_url(PIECE)
    stays(page)
    # The words grow, and the end comes without a reload.
    page.wait_for_function("() => (document.querySelector('[data-words]')?.textContent ?? '').length > 20")
    grown = page.text_content("[data-words]") or ""
    no_violations(page)
    page.wait_for_selector("#made-text", timeout=TEXT_WAIT)
    is_done(page)
    assert stayed(page)
    whole = " ".join((page.text_content("#made-text") or "").split())
    assert whole.startswith(" ".join(grown.split())[:20])
    expect(page.locator("#said")).to_have_text("The text is here.")
    # Once more: the earlier take stays.
    tab_to(page, "form[action$='/again'] button")
    page.keyboard.press("Enter")
    page.wait_for_selector(".cell--completed + .cell")
    is_done(page, takes=2)
    page.goto(page.url.split("?")[0] + "?take=1")
    assert " ".join((page.text_content("#made-text") or "").split()) == whole
    bought = playing.purchases("text")
    assert len(bought) == len(set(bought)) == 2


@pytest.mark.long
def test_a_picture_and_all_that_may_be_done_with_it(
    studio: Callable[..., Page], playing: Playing, tmp_path: Path
) -> None:
    page = studio("/studio/image/", reduced_motion="reduce")
    page.fill("#field-prompt", "An owl on a wall")
    page.check("input[name=aspect_ratio][value='1:1']", force=True)
    page.set_input_files("#field-reference_images", picture())
    expect(page.locator(".brought__list img")).to_have_count(1)  # it is kept at once
    page.fill("#field-count", "2")
    expect(page.locator("[data-label]")).to_have_text("Make 2 pictures – free")
    no_violations(page)
    send(page)
    page.reload()  # in the middle
    stays(page)
    is_done(page, takes=2)
    assert stayed(page)
    piece = page.url
    no_violations(page)
    sides = page.eval_on_selector(
        ".print__sheet img", "image => image.decode().then(() => [image.naturalWidth, image.naturalHeight])"
    )
    assert sides == [1024, 1024]
    expect(page.locator(".facts__brought img")).to_have_count(1)

    # The download is the very file.
    with page.expect_download() as waiting:
        page.click("text=Download")
    waiting.value.save_as(tmp_path / "kept.png")
    shown = page.request.get(page.get_attribute(".print__sheet img", "src") or "").body()
    assert ((tmp_path / "kept.png").read_bytes(), waiting.value.suggested_filename) == (
        shown,
        "an-owl-on-a-wall-1.webp",
    )

    # One that fails leaves the earlier standing, and says what it cost.
    playing.set_faults(image="refuse")
    page.click("text=Make another")
    page.wait_for_selector(".cell--failed", timeout=TEXT_WAIT)
    expect(page.locator(".print__sheet img")).to_be_visible()
    expect(page.locator(".cell--failed .cell__why")).to_contain_text("Nothing was charged")
    no_violations(page)
    playing.set_faults()

    # By instruction: another take of the same picture.
    page.fill("#instruction", "Add a sunset")
    page.click("text=Change it")
    page.wait_for_load_state()
    is_done(page, takes=3)
    expect(page.locator(".print__state q")).to_have_text("Add a sunset")
    edited = page.get_attribute("[data-main]", "data-main")

    # With all its settings again.
    page.click("text=Use these settings again")
    page.wait_for_url("**/studio/image/?from=*")
    said = {
        "prompt": page.input_value("#field-prompt"), "shape": page.input_value("input[name=aspect_ratio]:checked"),
        "count": page.input_value("#field-count"), "pictures": page.locator(".brought__list img").count(),
    }  # fmt: skip
    assert said == {"prompt": "An owl on a wall", "shape": "1:1", "count": "2", "pictures": 1}

    # A film of it, from the take that is looked at.
    page.goto(piece)
    page.click("text=Make a film of it")
    page.wait_for_url("**/studio/video/?picture=*")
    assert page.input_value("input[name=kept_first_frame]") == edited
    page.fill("#field-prompt", "The owl turns its head")
    page.fill("#field-duration", "2")
    page.check("input[name=resolution][value='360p']", force=True)
    send(page)
    stays(page)
    is_done(page)
    assert stayed(page)
    page.wait_for_function("() => document.querySelector('video[data-film]').duration > 1", timeout=FILM_WAIT)
    assert page.eval_on_selector("video", "film => [film.autoplay, film.paused, film.poster !== '']") == [
        False,
        True,
        True,
    ]
    no_violations(page)

    # Deleted is gone, from the shelf as well; the film of it is still there.
    film = page.url
    page.goto(piece)
    page.click("text=Delete …")
    no_violations(page)
    page.click("text=Delete it")
    page.wait_for_url("**/studio/")
    assert page.locator(f"a[href='{piece.split(playing.address)[1]}']").count() == 0
    assert (page.request.get(piece).status, page.request.get(film).status) == (404, 200)


def test_the_form_follows_the_model_and_says_its_price(studio: Callable[..., Page]) -> None:
    page = studio("/studio/image/")
    page.fill("#field-prompt", "A hare")
    page.click("summary")
    page.fill("#field-seed", "7")
    assert page.locator("input[name=style]").count() > 1
    page.focus("#field-model")
    page.select_option("#field-model", "test-press")
    expect(page.locator("input[name=style]")).to_have_count(0)
    expect(page.locator("#field-reference_images")).to_have_count(0)
    assert (page.input_value("#field-prompt"), page.input_value("#field-seed")) == ("A hare", "7")
    assert page.evaluate("document.activeElement.id") == "field-model"
    expect(page.locator("[data-label]")).to_have_text("Make 1 picture – 0.04 USD")
    page.fill("#field-count", "3")
    expect(page.locator("[data-label]")).to_have_text("Make 3 pictures – 0.12 USD")
    page.fill("#field-count", "0")
    expect(page.locator("[data-said]")).to_have_text("How many must lie between 1 and 8.")
    send_wrong = page.locator(".problems")
    page.click(".button--go")
    expect(send_wrong).to_contain_text("How many must lie between 1 and 8.")
    assert page.input_value("#field-prompt") == "A hare"
    no_violations(page)


@pytest.mark.long
def test_from_a_picture_to_a_picture(studio: Callable[..., Page]) -> None:
    page = studio("/studio/video/")
    page.check("input[name=mode][value=start_end]", force=True)
    page.wait_for_selector("#field-last_frame")
    page.fill("#field-prompt", "Dusk falls")
    page.click(".button--go")
    expect(page.locator(".problems")).to_contain_text("The first frame is missing: choose a picture.")
    page.set_input_files("#field-first_frame", picture(colour="orange"))
    expect(page.locator("input[name=kept_first_frame]")).to_have_count(1)
    page.set_input_files("#field-last_frame", picture(colour="navy"))
    expect(page.locator("input[name=kept_last_frame]")).to_have_count(1)
    page.fill("#field-duration", "2")
    page.check("input[name=resolution][value='360p']", force=True)
    no_violations(page)
    send(page)
    is_done(page)
    expect(page.locator(".facts__brought img")).to_have_count(2)


@pytest.mark.long
def test_scenes_are_read_through_before_they_are_sent(studio: Callable[..., Page], playing: Playing) -> None:
    page = studio("/studio/video/?mode=timeline", reduced_motion="reduce")
    expect(page.locator("[data-scene-row]")).to_have_count(2)
    page.fill("#field-prompt", "Two hares open a tea house")
    page.fill("#scene-1", "They hang the sign")
    page.click("text=Add a scene")
    page.click("[data-remove-scene] >> nth=2")
    expect(page.locator("[data-scene-row]")).to_have_count(2)
    page.fill("#scene-2", "The first guest is a fox")
    for number in ("1", "2"):
        page.fill(f"#scene-seconds-{number}", "1")
    page.fill("#field-instructions", "No words are spoken")
    page.check("input[name=resolution][value='360p']", force=True)
    no_violations(page)
    before = playing.install.rows("SELECT count(*) FROM generation_job")
    page.click("text=Read it through")
    narrative = page.locator("#field-narrative")
    expect(narrative).to_be_visible()
    shown = narrative.input_value()
    assert shown == (
        "Two hares open a tea house\n\nScene 1 (0–1 s): They hang the sign.\n\nScene 2 (1–2 s): The first guest is a fox."
        "\n\nThroughout: No words are spoken."
    )
    assert playing.install.rows("SELECT count(*) FROM generation_job") == before
    no_violations(page)
    page.get_by_role("button", name="Back to the scenes").click()
    assert page.input_value("#scene-2") == "The first guest is a fox"
    page.click("text=Read it through")
    page.fill("#field-narrative", shown + "\n\nIt rains.")
    expect(page.locator(".button--go")).to_have_text("Film it – free")
    send(page)
    [(request,)] = playing.install.rows("SELECT request FROM generation_job ORDER BY created_at DESC LIMIT 1")
    sent = json.loads(request)["prompt"]
    assert sent.startswith(shown + "\n\nIt rains.\n\nRules of this library")
    is_done(page)


def test_without_scripts(studio: Callable[..., Page]) -> None:
    page = studio("/studio/image/", java_script_enabled=False)
    page.fill("#field-prompt", "A hare")
    page.select_option("#field-model", "test-press")
    page.click("text=Show what this model takes")
    assert (page.locator("input[name=style]").count(), page.input_value("#field-prompt")) == (0, "A hare")
    expect(page.locator("[data-label]")).to_have_text("Make 1 picture – 0.04 USD")
    page.select_option("#field-model", "demo-painter")
    page.click("text=Show what this model takes")
    script = {"name": "a.svg", "mimeType": "image/svg+xml", "buffer": b"<svg xmlns='http://www.w3.org/2000/svg'/>"}
    page.set_input_files("#field-reference_images", [picture(), script])
    page.click(".button--go")
    expect(page.locator(".problems")).to_contain_text("Reference pictures is no picture that is taken here.")
    assert (page.input_value("#field-prompt"), page.locator(".brought__list img").count()) == ("A hare", 1)
    page.click("text=Remove")
    assert page.locator(".brought__list img").count() == 0
    assert studio("/studio/video/?mode=timeline", java_script_enabled=False).locator("[data-scene-row]").count() == 6

    page.goto("/studio/text/")
    page.fill("#field-prompt", "A letter to <b>nobody</b>")
    send(page)
    page.wait_for_selector("#made-text", timeout=TEXT_WAIT)  # the page reloads itself while it waits
    assert page.text_content("h1") == "A letter to <b>nobody</b>"
    page.click("text=Delete …")
    page.click("text=Delete it")
    page.wait_for_url("**/studio/")


def test_two_clicks_and_no_sockets(studio: Callable[..., Page], playing: Playing) -> None:
    page = studio("/studio/text/")
    page.add_init_script(
        "WebSocket = class { static OPEN = 1; constructor() { throw new Error('no sockets here'); } };"
    )
    page.reload()
    page.fill("#field-prompt", "A list of winds")
    before = len(playing.purchases("text"))
    page.dblclick(".button--go")
    page.wait_for_url(PIECE)
    page.wait_for_selector("#made-text", timeout=TEXT_WAIT)
    assert len(playing.purchases("text")) == before + 1


@pytest.mark.parametrize("width", [390, 820, 1440])
def test_nothing_scrolls_sideways(studio: Callable[..., Page], width: int) -> None:
    page = studio(viewport={"width": width, "height": 900}, reduced_motion="reduce")
    pages = ["/studio/", "/studio/text/", "/studio/image/", "/studio/video/?mode=timeline", "/studio/pieces/"]
    found = page.locator(".cell__link")
    pages += [str(found.first.get_attribute("href"))] if found.count() else []
    wide = {}
    for path in pages:
        page.goto(path)
        wide[path] = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        small = page.evaluate(SMALL)
        assert (path, small) == (path, [])
    assert {path: over for path, over in wide.items() if over > 0} == {}
    page.goto("/studio/pieces/")
    no_violations(page)
