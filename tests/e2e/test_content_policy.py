"""The content policy in a real browser: every kind of page works under it without one violation, and what it is there to
stop is stopped and heard of."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Error, Page

from tests.e2e.conftest import FILM_WAIT, TEXT_WAIT, Playing
from tests.e2e.test_reading import begin

pytestmark = [pytest.mark.browser, pytest.mark.processes, pytest.mark.timeout(400)]
EAR = """document.addEventListener("securitypolicyviolation", (event) =>
    console.error(`policy: ${event.effectiveDirective} ${event.blockedURI}`))"""
ID = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}|(?<=/)\d+(?=/)")
KINDS = {
    # What has to be among the pages that were walked, so that a walk that finds no links does not pass.
    "guest": {"/", "/kids/", "/kids/gallery/", "/sign-in/", "/kids/story/scene/#", "/no-such-shelf/"},
    "author": {
        "/studio/", "/studio/image/", "/studio/text/", "/studio/pieces/", "/studio/pieces/#/", "/kids/story/tree",
        "/kids/gallery/#/", "/account/api-keys/", "/account/second-factor/",
    },
    "staff": {"/admin/", "/admin/stories/story/", "/admin/generation/modelgrant/#/change/", "/admin/accounts/tier/#/change/"},
    "operator": {
        "/admin/", "/admin/generation/aimodel/#/change/", "/admin/accounts/tenant/add/", "/admin/accounts/user/#/change/",
        "/admin/accounts/membership/#/delete/", "/admin/operations/",
    },
}  # fmt: skip
Open = Callable[[str | None], tuple[Page, list[str]]]


@pytest.fixture
def password(playing: Playing) -> str:
    found = re.search(r"password (\S+) as", playing.play.text)
    assert found is not None
    return found[1]


@pytest.fixture
def open_as(browser: Browser, playing: Playing, password: str) -> Iterator[Open]:
    """A page of somebody who is signed in, or of a guest, and what the browser complained about in it."""
    contexts: list[BrowserContext] = []

    def open_(name: str | None) -> tuple[Page, list[str]]:
        context = browser.new_context(base_url=playing.address, reduced_motion="reduce")
        contexts.append(context)
        heard = listened(context)
        page = context.new_page()
        if name is None:
            page.goto("/")
        else:
            page.goto("/sign-in/?next=/kids/")
            page.fill("#id_email", f"{name}@example.com")
            page.fill("#id_password", password)
            page.click("main button[type=submit]")
            page.wait_for_url("**/kids/")
        return page, heard

    yield open_
    for context in contexts:
        context.close()


def listened(context: BrowserContext) -> list[str]:
    """What the policy stopped in any page of the context, and what else broke there."""
    heard: list[str] = []

    def hear(message: ConsoleMessage) -> None:
        if "policy: " in message.text or "Content Security Policy" in message.text:
            heard.append(f"{urlsplit(message.page.url if message.page else '').path} {message.text[:200]}")

    context.add_init_script(EAR)
    context.on("console", hear)
    context.on("weberror", lambda broken: heard.append(str(broken.error)))
    return heard


def walk(page: Page, begin_at: list[str], inside: tuple[str, ...]) -> set[str]:
    """Open one page of every kind that links lead to; the kinds."""
    seen: set[str] = set()
    todo = list(begin_at)
    while todo:
        path = todo.pop(0)
        kind = kind_of(path)
        if kind in seen:
            continue
        seen.add(kind)
        try:
            answer = page.goto(path)
        except Error as no_page:
            assert "Download is starting" in str(no_page)  # a file is no page
            continue
        assert answer is not None
        assert answer.headers["content-security-policy"], path
        links = page.eval_on_selector_all("a[href]", "links => links.filter((a) => !a.download).map((a) => a.href)")
        todo += [
            f"{parts.path}?{parts.query}".rstrip("?")
            for parts in map(urlsplit, links)
            if parts.netloc == urlsplit(page.url).netloc
            and parts.path.startswith(inside)
            and not parts.path.endswith(("/file", "/logout/"))
        ]
    return seen


def kind_of(path: str) -> str:
    return ID.sub("#", path.partition("?")[0])


def test_a_guest_plays(open_as: Open) -> None:
    page, heard = open_as(None)
    begin(page, "A lamp that is afraid of the dark", film=True)
    page.wait_for_selector(".choices .choice", timeout=TEXT_WAIT)
    page.wait_for_selector("[data-plate] video", timeout=FILM_WAIT)  # the socket was open meanwhile
    page.click(".choices button >> nth=0")
    page.wait_for_selector(".choices .choice, .ending", timeout=TEXT_WAIT)
    page.click("button[popovertarget=reading]")
    page.check("input[name=size] >> nth=-1", force=True)
    scene = urlsplit(page.url).path
    seen = walk(page, [scene, "/", "/sign-in/", "/no-such-shelf/"], ("/kids/", "/sign"))
    page.goto("/api/docs")
    page.locator("#operations-Jobs-jobs_show button").first.click()
    page.get_by_text("With an ETag").wait_for(timeout=30_000)
    assert (heard, KINDS["guest"] - seen) == ([], set())


@pytest.mark.long
def test_an_author_reads_and_makes(open_as: Open, password: str) -> None:
    page, heard = open_as("author")
    begin(page, "A bell that only foxes hear")
    while not page.query_selector(".ending"):
        page.wait_for_selector(".choices .choice, .ending", timeout=TEXT_WAIT)
        if page.query_selector(".choices .choice"):
            before = page.url
            page.click(".choices button >> nth=0")
            page.wait_for_function("before => location.href !== before", arg=before)
    page.goto("/studio/image/")
    page.fill("#field-prompt", "An owl on a wall")
    page.click(".button--go")
    page.wait_for_selector(".print__sheet img", timeout=FILM_WAIT)
    inside = ("/kids/", "/studio/", "/account/")
    seen = walk(page, ["/studio/", "/kids/", "/account/api-keys/", "/account/second-factor/"], inside)
    assert (heard, KINDS["author"] - seen) == ([], set())
    # The code for an app's camera is drawn into the page, and is large enough to be read.
    page.goto("/account/second-factor/")
    page.fill("#id_password", password)
    page.click("main button[type=submit]")
    box = page.locator(".qr").bounding_box()
    assert box is not None
    assert (box["width"] == box["height"], box["width"] > 180, heard) == (True, True, [])


@pytest.mark.long
@pytest.mark.parametrize("name", ["staff", "operator"])
def test_the_staff_rooms(open_as: Open, name: str) -> None:
    page, heard = open_as(name)
    seen = walk(page, ["/admin/"], ("/admin/",))
    assert (heard, KINDS[name] - seen) == ([], set())
    # What Alpine makes of its expressions works: the theme is switched.
    page.goto("/admin/accounts/tier/")
    page.evaluate("document.querySelector('[x-on\\\\:click*=\"switchTheme(\\'dark\\')\"]').click()")
    page.wait_for_function("document.documentElement.classList.contains('dark')")
    assert heard == []


ATTEMPTS = """() => {
    const place = document.body;
    const script = document.createElement("script");
    script.textContent = "(window.ran ??= []).push('script')";
    place.append(script);
    const holder = document.createElement("div");
    holder.innerHTML = `<img src="/static/none" onerror="(window.ran ??= []).push('handler')">
        <a href="javascript:void (window.ran ??= []).push('link')">x</a>`;
    place.append(holder);
    holder.querySelector("a").click();
    const frame = document.createElement("iframe");
    frame.src = "https://elsewhere.example/";
    place.append(frame);
    const base = document.createElement("base");
    base.href = "https://elsewhere.example/";
    document.head.append(base);
    new Image().src = "https://elsewhere.example/told";
    const form = document.createElement("form");
    form.action = "https://elsewhere.example/";
    form.target = "elsewhere";
    place.append(form);
    form.submit();
    fetch("https://elsewhere.example/").catch(() => {});
}"""
"""What an intruder would try with a foothold in the page."""
STOPPED = {
    "script-src-elem inline", "script-src-attr inline", "frame-src https://elsewhere.example",
    "base-uri https://elsewhere.example/", "img-src https://elsewhere.example/told",
    "form-action https://elsewhere.example/?", "connect-src https://elsewhere.example/",
}  # fmt: skip


def stopped_in(page: Page, heard: list[str], expected: set[str]) -> set[str]:
    """What was heard of by the time that all of it was, or after a while."""
    for _ in range(100):
        found = {entry.split("policy: ")[1] for entry in heard if "policy: " in entry}
        if found >= expected:
            break
        page.wait_for_timeout(100)
    return found


def asked_elsewhere(page: Page) -> list[str]:
    """The requests that the browser would have sent to another host."""
    asked: list[str] = []

    def elsewhere(route: Any) -> None:
        asked.append(route.request.url)
        route.abort()

    page.context.route("https://elsewhere.example/**", elsewhere)
    return asked


@pytest.mark.parametrize(("name", "path"), [(None, "/kids/"), ("staff", "/admin/"), (None, "/api/docs")])
def test_what_is_stopped_is_heard_of(open_as: Open, name: str | None, path: str) -> None:
    """The control of all the above: the same ears, and attempts that the policy is there for."""
    page, heard = open_as(name)
    page.goto(path)
    asked = asked_elsewhere(page)
    page.evaluate(ATTEMPTS)
    assert stopped_in(page, heard, STOPPED) == STOPPED
    assert (page.evaluate("window.ran ?? null"), asked) == (None, [])


def test_without_the_policy_the_same_attempts_go(open_as: Open) -> None:
    """And the control of that: it is the policy which stops them, not the browser."""
    page, heard = open_as(None)

    def without(route: Any) -> None:
        answer = route.fetch()
        headers = {name: value for name, value in answer.headers.items() if name != "content-security-policy"}
        route.fulfill(response=answer, headers=headers)

    asked = asked_elsewhere(page)
    page.route("**/kids/", without)
    page.goto("/kids/")
    page.evaluate(ATTEMPTS.replace("document.head.append(base);", ""))
    page.wait_for_function("window.ran?.length === 3")
    assert (sorted(page.evaluate("window.ran")), heard) == (["handler", "link", "script"], [])
    assert set(asked) >= {"https://elsewhere.example/", "https://elsewhere.example/told"}
