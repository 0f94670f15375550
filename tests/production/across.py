"""What only several machines can show. Run by `python -m tests.production`, across a running town; not part of the suite."""

from __future__ import annotations

import os
import re
import signal
import uuid
from collections.abc import Iterator
from typing import Any

import httpx
import psycopg
import pytest

from tests.installs import until
from tests.production.town import running
from tests.production.visiting import TownInstall, TownPlay

PLAN: dict[str, Any] = running() or {}
MARKED = "A lamplighter who is afraid of the dark"


@pytest.fixture(scope="module")
def town() -> TownInstall:
    return TownInstall(PLAN)


def at(port: int | None = None) -> httpx.Client:
    """A browser at the proxy, or straight at one process."""
    address = PLAN["address"] if port is None else f"http://127.0.0.1:{port}"
    return httpx.Client(base_url=address, timeout=30, follow_redirects=False)


def hidden(page: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]+)"', page)
    assert found is not None, page[:2000]
    return found[1]


def sign_in(browser: httpx.Client, town: TownInstall, name: str) -> None:
    page = browser.get("/sign-in/").text
    given = {
        "email": f"{name}@example.com",
        "password": TownPlay(PLAN, town.home).text.split()[5],
        "csrfmiddlewaretoken": hidden(page, "csrfmiddlewaretoken"),
    }
    assert browser.post("/sign-in/", data=given).status_code == 302


def begin(browser: httpx.Client) -> str:
    """Begin a story; the address of its first page."""
    page = browser.get("/kids/").text
    given = {
        "prompt": MARKED, "length": "short", "nonce": hidden(page, "nonce"),
        "csrfmiddlewaretoken": hidden(page, "csrfmiddlewaretoken"),
    }  # fmt: skip
    sent = browser.post("/kids/story/start", data=given)
    assert sent.status_code == 303, sent.text[:2000]
    return sent.headers["location"]


def has_choices(browser: httpx.Client, address: str) -> bool:
    answer = browser.get(address)
    assert answer.status_code == 200
    return 'class="choice' in answer.text


@pytest.fixture
def reader(town: TownInstall) -> Iterator[httpx.Client]:
    with at() as browser:
        sign_in(browser, town, "reader")
        yield browser


def test_a_session_is_good_at_every_process(town: TownInstall) -> None:
    first, second = PLAN["ports"]["web-1"], PLAN["ports"]["web-2"]
    with at(first) as here, at(second) as there, at(PLAN["ports"]["sockets"]) as third:
        sign_in(here, town, "reader")
        said = []
        for browser in (there, third):
            browser.cookies = here.cookies
            said.append("Signed in as" in browser.get("/").text)
    assert said == [True, True]


def test_a_story_is_told_while_machines_die(town: TownInstall, reader: httpx.Client) -> None:
    address = begin(reader)
    for victim in ("web-1", "workers-1"):
        os.killpg(PLAN["processes"][victim], signal.SIGKILL)
        # Whoever asks meanwhile gets a page, from whom is left.
        assert [reader.get(address).status_code for _ in range(4)] == [200] * 4
    until(lambda: has_choices(reader, address), 90, "the choices of a story whose worker died")
    scene = address.rstrip("/").rsplit("/", 1)[1]
    story = f"SELECT story_id FROM stories_scene WHERE id = '{scene}'"
    texts = town.rows(
        f"SELECT count(*) FROM generation_job j JOIN generation_run r ON r.id = j.run_id "
        f"WHERE j.kind = 'text' AND r.topic_id = ({story})"
    )
    assert texts == [(1,)]


def test_pictures_come_from_the_object_store(town: TownInstall, reader: httpx.Client) -> None:
    address = begin(reader)
    found: list[str] = []

    def painted() -> bool:
        found[:] = re.findall(r'<img[^>]+src="(/kids/story/[^"]+)"', reader.get(address).text)
        return bool(found) and reader.get(found[0]).status_code == 302

    until(painted, 90, "a picture that is kept")
    led = reader.get(found[0])
    store = led.headers["location"]
    assert store.startswith(PLAN["environment"]["S3_ENDPOINT"] + "/" + PLAN["environment"]["S3_BUCKET"] + "/t/")
    assert "X-Amz-Signature=" in store
    assert httpx.get(store).content[8:12] == b"WEBP"
    unsigned = httpx.get(store.split("?")[0])
    assert (unsigned.status_code, "Signature" in unsigned.text) in ((403, False), (200, False))
    with at() as stranger:
        assert stranger.get(found[0]).status_code == 404
    here = [path for path in (town.home.parent).rglob("t/*") if path.is_file()]
    assert here == []  # on no machine's disk


def test_an_answer_that_waits_comes_through_the_proxy(town: TownInstall) -> None:
    password = TownPlay(PLAN, town.home).text.split()[5]
    with at() as program:
        access = program.post("/auth/login", json={"email": "author@example.com", "password": password}).json()[
            "access"
        ]
        headers = {"Authorization": f"Bearer {access}"}
        made = program.post("/generate/text", json={"prompt": "A short tale of a key."}, headers=headers)
        told = program.get(made.json()["status_url"], headers=headers) if "status_url" in made.json() else made
    assert (made.status_code, made.json().get("status"), bool(made.json().get("text")), told.status_code) == (
        200, "completed", True, 200,
    ), made.text  # fmt: skip


def test_rows_of_tenants_are_closed_to_whom_no_tenant_is_told(town: TownInstall) -> None:
    """The web's role, asked without a tenant, sees no story of anybody."""
    with psycopg.connect(PLAN["databases"]["web"]) as database:
        seen = database.execute("SELECT count(*) FROM stories_story").fetchone()
    assert (seen, town.rows("SELECT count(*) > 0 FROM stories_story")) == ((0,), [(1,)])


def test_a_key_of_a_process_is_everybodys(town: TownInstall) -> None:
    """A form that one process gave is taken by the other: the token against forgery is signed with one key."""
    with at(PLAN["ports"]["web-1"]) as here, at(PLAN["ports"]["web-2"]) as there:
        page = here.get("/sign-in/").text
        there.cookies = here.cookies
        given = {
            "email": "nobody@example.com", "password": str(uuid.uuid4()),
            "csrfmiddlewaretoken": hidden(page, "csrfmiddlewaretoken"),
        }  # fmt: skip
        assert there.post("/sign-in/", data=given).status_code == 422  # refused for its password, not for its token
