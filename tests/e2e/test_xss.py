"""Two hundred and more ways of having one's words run in another's browser, in every field that reaches a page: none does.

What is looked at: whether anything ran (`boo`, which the payloads call), opened a dialog or asked another host; whether the
policy had to stop anything, which it had not, because everything was written out as text; whether an element stands in the
page that no template of ours writes; and whether the words are there to be read, as they were sent.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import escape
from typing import Any
from urllib.parse import quote

import pytest
from playwright.sync_api import Browser, Page

from tests.e2e.conftest import Playing
from tests.e2e.test_content_policy import listened
from tests.e2e.xss_rows import handfuls, payloads

pytestmark = [pytest.mark.browser, pytest.mark.processes, pytest.mark.timeout(400)]
TRIPWIRE = """(() => {
    const ran = (window.ran ??= []);
    window.boo = () => (window.top.ran ??= ran).push(window.name || location.pathname);
})()"""
INTRUDERS = """(inAdmin) => Array.from(document.querySelectorAll("*")).flatMap((one) => {
    const names = one.getAttributeNames();
    const found = names.filter((name) => name.startsWith("on") || name === "srcdoc" || name === "formaction");
    for (const name of ["href", "src", "action", "xlink:href", "data", "srcset", "poster", "background"]) {
        const said = one.getAttribute(name);
        if (said !== null && !/^(\\/(?!\\/)|\\?|#|$|http:\\/\\/127\\.0\\.0\\.1)/.test(said)) found.push(`${name}=${said}`);
    }
    if (!inAdmin && names.includes("style")) found.push("style");
    if (["IFRAME", "OBJECT", "EMBED", "BASE", "MARQUEE", "MATH", "XMP", "LISTING"].includes(one.tagName)) found.push("");
    if (one.tagName === "SCRIPT" && !one.src && one.type !== "application/json") found.push("inline");
    if (one.tagName === "STYLE" && !inAdmin) found.push("inline");
    if (one.tagName === "META" && one.httpEquiv) found.push("http-equiv");
    return found.map((what) => `${one.tagName.toLowerCase()} ${what}`.slice(0, 120));
})"""
"""What stands in the page and in none of our templates."""
READABLE = """() => {
    const values = Array.from(document.querySelectorAll("*")).flatMap((one) =>
        [...one.getAttributeNames().map((name) => one.getAttribute(name)), one.value ?? ""]);
    return [document.title, document.body.textContent, ...values].join(" ¦ ").replace(/\\s+/g, " ");
}"""
SKELETON = """async ([address, given]) => {
    const body = given && new URLSearchParams({ csrfmiddlewaretoken: window.token, ...given });
    const answer = await fetch(address, { method: given ? "POST" : "GET", body });
    const text = await answer.text();
    const page = new DOMParser().parseFromString(text, "text/html");
    const shape = Array.from(page.querySelectorAll("*"), (one) => [one.tagName, ...one.getAttributeNames()].join(" "));
    return [answer.status, shape.join("\\n")];
}"""


@dataclass
class Watched:
    """A page, and everything that must not happen in it."""

    page: Page
    heard: list[str]
    dialogs: list[str] = field(default_factory=list)
    foreign: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.context.add_init_script(TRIPWIRE)
        self.page.on("dialog", self._dialog)
        # Reached only by what the policy lets out of the browser.
        self.page.context.route(re.compile(r"^\w+://elsewhere\.example/"), self._request)

    def _dialog(self, dialog: Any) -> None:
        self.dialogs.append(dialog.message)
        dialog.dismiss()

    def _request(self, route: Any) -> None:
        self.foreign.append(route.request.url)
        route.abort()

    def harm(self) -> dict[str, Any]:
        ran = self.page.evaluate("window.ran")
        return {"ran": ran, "dialogs": self.dialogs, "foreign": self.foreign, "stopped": self.heard}


UNHARMED: dict[str, Any] = {"ran": [], "dialogs": [], "foreign": [], "stopped": []}


@pytest.fixture(scope="module")
def rows(playing: Playing) -> dict[str, str]:
    done = playing.install.command(
        "shell", "-c", "from tests.e2e.xss_rows import write; write()", DJANGO_SETTINGS_MODULE="config.settings"
    )
    assert done.returncode == 0, done.stderr
    found: dict[str, str] = json.loads(done.stdout.splitlines()[-1])
    return found


@pytest.fixture
def watched(browser: Browser, playing: Playing) -> Iterator[Any]:
    contexts = []
    password = re.search(r"password (\S+) as", playing.play.text)
    assert password is not None

    def open_(name: str | None) -> Watched:
        context = browser.new_context(base_url=playing.address)
        contexts.append(context)
        made = Watched(context.new_page(), listened(context))
        if name is not None:
            made.page.goto("/sign-in/?next=/sign-in/")
            made.page.fill("#id_email", f"{name}@example.com")
            made.page.fill("#id_password", password[1])
            made.page.click("main button[type=submit]")
            made.page.wait_for_selector("form[action='/sign-out/']")
        return made

    yield open_
    for context in contexts:
        context.close()


def plain(words: str) -> str:
    return re.sub(r"\s+", " ", words).strip()


def unread(page: Page, words: list[str]) -> list[str]:
    """Which of the words do not stand in the page as they were sent."""
    shown = page.evaluate(READABLE)
    return [one for one in words if plain(one) not in shown]


def test_there_are_enough() -> None:
    assert len(payloads()) == len(set(payloads())) >= 200


def test_pages_for_readers_and_authors(watched: Any, rows: dict[str, str]) -> None:
    author = watched("author")
    page, every = author.page, payloads()
    addresses = {
        "/": every, "/kids/": every, "/kids/gallery/": every, f"/kids/gallery/{rows['story']}/": every,
        f"/kids/story/scene/{rows['root']}": every, f"/kids/story/tree?story={rows['story']}": every, "/studio/": [],
        "/studio/pieces/": handfuls()[-20:], f"/studio/pieces/{rows['piece']}/": every, "/account/api-keys/": every,
        "/studio/image/?prompt=" + "%22%3E%3Cscript%3Eboo()%3C/script%3E": ['"><script>boo()</script>'],
    }  # fmt: skip
    told = {}
    for address, words in addresses.items():
        answer = page.goto(address)
        assert answer is not None
        told[address] = (answer.status, page.evaluate(INTRUDERS, False), unread(page, words), author.harm())
    assert told == dict.fromkeys(addresses, (200, [], [], UNHARMED))


STAFF_PAGES = (
    "accounts/tier", "accounts/user", "accounts/apikey", "generation/job", "generation/webhookendpoint", "stories/story",
    "stories/scene", "studio/piece", "generation/webhookdelivery", "generation/providerkey", "generation/credential",
)  # fmt: skip


@pytest.mark.long
def test_the_staff_rooms(watched: Any, rows: dict[str, str]) -> None:
    """The lists, and the page of the first row of each; Alpine and htmx, which read attributes, are at work there."""
    operator = watched("operator")
    page, told = operator.page, {}
    for address in ("/admin/", *(f"/admin/{name}/" for name in STAFF_PAGES)):
        answer = page.goto(address)
        assert answer is not None
        told[address] = (answer.status, page.evaluate(INTRUDERS, True), operator.harm())
        first = page.locator("#result_list a[href*='/change/']")
        if first.count():
            page.goto(first.first.get_attribute("href") or "")
            told[f"{address}#"] = (200, page.evaluate(INTRUDERS, True), operator.harm())
    assert told == dict.fromkeys(told, (200, [], UNHARMED))
    assert len([address for address in told if address.endswith("#")]) >= 8
    for name in ("accounts/tier", "accounts/user"):  # the control: the words are there
        page.goto(f"/admin/{name}/")
        assert unread(page, payloads()) == []


@pytest.mark.long
def test_what_is_sent_and_comes_back(watched: Any, rows: dict[str, str]) -> None:
    """Addresses, searches and forms that come back with mistakes. The page that answers has the same elements with the same
    attributes as the one that answers a harmless word."""
    operator = watched("operator")
    page, told = operator.page, {}
    # Asked from a page of the same part of the house: what is read there is parsed under that page's policy.
    for begin_at, asked, statuses in (
        ("/kids/", asked_of_pages, {"path": 404, "next": 200, "prefilled": 200, "start": 400, "sign-in": 422}),
        ("/admin/", asked_of_staff_rooms, {"search": 200, "filter": 200}),
    ):
        page.goto(begin_at)
        page.evaluate("window.token = document.querySelector('[name=csrfmiddlewaretoken]').value")
        usual = {name: page.evaluate(SKELETON, list(how)) for name, how in asked("harmless").items()}
        assert {name: status for name, (status, _) in usual.items()} == statuses
        told |= {
            (name, words): True
            for words in handfuls()
            for name, how in asked(words).items()
            if page.evaluate(SKELETON, list(how)) != usual[name]
        }
        assert (told, operator.harm()) == ({}, UNHARMED)


Asked = dict[str, tuple[str, dict[str, str] | None]]


def asked_of_pages(words: str) -> Asked:
    sent = quote(words, safe="")
    return {
        "path": (f"/kids/{sent}", None),
        "next": (f"/sign-in/?next=%2F{sent}", None),
        "prefilled": (f"/studio/image/?prompt={sent}", None),
        "start": ("/kids/story/start", {"prompt": words, "length": words, "art_style": words, "nonce": words}),
        "sign-in": ("/sign-in/", {"email": f"{words} no address", "password": "", "next": f"/{words}"}),
    }


def asked_of_staff_rooms(words: str) -> Asked:
    sent = quote(words, safe="")
    return {
        "search": (f"/admin/stories/story/?q={sent}-none-of-these", None),
        "filter": (f"/admin/stories/story/?{sent}={sent}", None),
    }


def careless_page() -> str:
    """What a page would be that writes words out as they came: each in a frame of its own, in the places where words stand."""
    frames = []
    for number, words in enumerate(payloads()):
        inside = (
            f"<div>{words}</div></noscript></textarea></select></style></template>-->"
            f'<img alt="{words}"><img alt=\'{words}\'><img alt={words}><a href="{words}">x</a>'
            f"<script>var said = \"{words}\";</script><script>var said = '{words}';</script>"
            "<script>for (const one of document.querySelectorAll('a')) if (/^\\s*java/i.test(one.href)) one.click()</script>"
        )
        frames.append(f'<iframe name="{number}" srcdoc="{escape(inside)}"></iframe>')
    return f"<!doctype html><meta charset=utf-8><title>careless</title>{''.join(frames)}"


def careless(watched: Watched, policy: str | None) -> None:
    headers = {"content-type": "text/html; charset=utf-8"}
    if policy is not None:
        headers["content-security-policy"] = policy
    body = careless_page()
    watched.page.route("**/careless", lambda route: route.fulfill(body=body, headers=headers))
    watched.page.goto("/careless")
    watched.page.wait_for_timeout(1500)


def test_the_tripwire_is_one(watched: Any, rows: dict[str, str]) -> None:
    """The control: the same words on a page that does not escape them run, open dialogs and ask elsewhere, and are noticed."""
    guest = watched(None)
    careless(guest, None)
    harm = guest.harm()
    harmful = {int(name) for name in harm["ran"] if name.isdecimal()}
    assert len(harmful) > 100
    assert harm["dialogs"]
    assert len(set(harm["foreign"])) > 10


def test_the_policy_alone_would_stop_them(watched: Any, rows: dict[str, str]) -> None:
    """The second wall, if a template ever forgets: the careless page under the policy of our pages."""
    guest = watched(None)
    answer = guest.page.goto("/")
    careless(guest, answer.headers["content-security-policy"])
    harm = guest.harm()
    assert {name: harm[name] for name in ("ran", "dialogs", "foreign")} == {"ran": [], "dialogs": [], "foreign": []}
    assert len(harm["stopped"]) > 100
