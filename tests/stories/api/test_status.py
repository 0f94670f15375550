"""The status routes: one form of answer, one form of error."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from django.test import Client

from accounts.authentication import FROM_ELSEWHERE
from accounts.models import Cap
from accounts.tenancy import scope
from generation.drain import drain_here
from generation.models import Job, Status
from stories.models import Image, Scene, Story
from tests import factories
from tests.stories import worker

pytestmark = pytest.mark.django_db


@pytest.fixture
def page(world: Any) -> Scene:
    """A page with a film, nothing of it made yet."""
    with scope(world.tenant):
        return factories.story(world.user("reader"), world.kids, film=True)


@pytest.fixture
def browser(client_for: Any) -> Client:
    return client_for("reader")


def error(sentence: str, code: int) -> dict[str, Any]:
    return {"success": False, "data": None, "error": sentence, "code": code}


def said(browser: Client, scene: Scene) -> dict[str, Any]:
    """What the three status routes say; they agree with each other."""
    whole = browser.get(f"/kids/story/status/{scene.id}").json()
    for part in ("image", "video"):
        assert browser.get(f"/kids/story/{part}/{scene.id}").json() == whole[part]
    return whole


def put(world: Any, kind: str, **changes: Any) -> None:
    with scope(world.tenant):
        Job.objects.filter(kind=kind).update(**changes)


def test_every_state_has_a_word(browser: Client, world: Any, page: Scene) -> None:
    pending, failed = {"status": "pending"}, {"status": "failed", "message": "A sentence."}
    generating = {"status": "generating", "progress": 41}
    words: dict[Status, dict[str, Any]] = {
        Status.WAITING: pending, Status.QUEUED: pending, Status.RUNNING: generating, Status.PARKED: generating,
        Status.STORED: generating, Status.DONE: {"status": "complete"}, Status.FAILED: failed, Status.REFUSED: failed,
        Status.CANCELLED: failed, Status.UNKNOWN: failed,
    }  # fmt: skip
    told = {}
    for status in Status:
        for kind in ("text", "image", "video"):
            put(world, kind, status=status, progress=0.412, message="A sentence.", error_detail="secret", sent_at=None)
        told[status] = said(browser, page)
    expected = {status: dict.fromkeys(("text", "image", "video"), word) for status, word in words.items()}
    expected[Status.QUEUED] |= {"text": {**pending, "place": 1, "outlook": "It is next."}}  # the others are not due
    assert told == expected


def test_progress_that_is_not_told_is_left_out(browser: Client, world: Any, page: Scene) -> None:
    put(world, "image", status=Status.RUNNING, progress=None)
    assert said(browser, page)["image"] == {"status": "generating"}
    put(world, "image", status=Status.RUNNING, progress=0.0)
    assert said(browser, page)["image"] == {"status": "generating", "progress": 0}


def test_a_page_without_film_has_none(browser: Client, world: Any) -> None:
    with scope(world.tenant):
        page = factories.story(world.user("reader"), world.kids)
    assert said(browser, page) == {
        "text": {"status": "pending", "place": 1, "outlook": "It is next."}, "image": {"status": "pending"},
        "video": {"status": "none"},
    }  # fmt: skip
    answer = browser.post(f"/kids/story/video/{page.id}/retry")
    assert (answer.status_code, answer.json()) == (404, error("This page has none to try again.", 404))


def test_what_is_made_has_an_address_that_gives_its_bytes(
    browser: Client, client_for: Any, world: Any, toll: Any
) -> None:
    with scope(world.tenant):
        page = factories.story(world.user("reader"), world.kids, film=True)
        drain_here()
    told = said(browser, page)
    assert {part: told[part]["status"] for part in told} == dict.fromkeys(("text", "image", "video"), "complete")
    for part, media_type, start in (("image", "image/png", b"\x89PNG"), ("video", "video/mp4", b"\x00\x00\x00")):
        address = told[part]["url"]
        assert address.startswith(f"/kids/story/{part}/{page.id}/file?v=")
        answer = browser.get(address)
        assert (answer.status_code, answer["Content-Type"], answer.content[: len(start)]) == (200, media_type, start)
        assert answer["Cache-Control"] == "private, no-cache"
        some = browser.get(address, HTTP_RANGE="bytes=1-3")
        assert (some.status_code, some.content) == (206, answer.content[1:4])
        assert client_for("author").get(address).status_code == 404
        assert client_for().get(address).status_code == 404


def test_a_file_that_is_not_made_yet_is_a_404(browser: Client, page: Scene) -> None:
    for part in ("image", "video"):
        assert browser.get(f"/kids/story/{part}/{page.id}/file").status_code == 404


class TestRetry:
    def test_a_failed_picture(self, browser: Client, world: Any, page: Scene) -> None:
        with scope(world.tenant):
            worker.work()
        put(world, "image", status=Status.FAILED)
        answer = browser.post(f"/kids/story/image/{page.id}/retry")
        assert (answer.status_code, answer.json()) == (200, {"status": "pending"})
        again = browser.post(f"/kids/story/image/{page.id}/retry")  # a double click
        assert (again.status_code, again.json()) == (200, {"status": "pending"})
        with scope(world.tenant):
            assert Image.objects.get(scene=page).job.attempt == 2

    def test_a_film_whose_picture_failed_is_begun_with_it(self, browser: Client, world: Any, page: Scene) -> None:
        with scope(world.tenant):
            worker.work()
        put(world, "image", status=Status.FAILED)
        put(world, "video", status=Status.FAILED, error_class="need")
        assert browser.post(f"/kids/story/video/{page.id}/retry").json() == {"status": "pending"}
        assert said(browser, page)["image"] == {"status": "pending", "place": 1, "outlook": "It is next."}

    def test_what_is_done_is_a_409(self, browser: Client, world: Any, page: Scene) -> None:
        with scope(world.tenant):
            worker.work()
        answer = browser.post(f"/kids/story/image/{page.id}/retry")
        assert (answer.status_code, answer.json()) == (
            409, error("This is done already; there is nothing to try again.", 409),
        )  # fmt: skip

    def test_without_money_is_a_402(self, browser: Client, world: Any, toll: Any) -> None:
        with scope(world.tenant):
            page = factories.story(world.user("reader"), world.kids)
            worker.work()
            Cap.objects.filter(measure="micros").update(limit=0)
        put(world, "image", status=Status.FAILED)
        answer = browser.post(f"/kids/story/image/{page.id}/retry")
        assert (answer.status_code, answer.json()) == (
            402, error("The budget for today is used up. Nothing was charged.", 402),
        )  # fmt: skip

    def test_a_published_story_is_not_tried_again_by_its_readers(
        self, client_for: Any, world: Any, page: Scene
    ) -> None:
        put(world, "image", status=Status.FAILED)
        with scope(world.tenant):
            Story.objects.update(visibility="published")
        other = client_for("author")
        assert other.get(f"/kids/story/image/{page.id}").status_code == 200
        answer = other.post(f"/kids/story/image/{page.id}/retry")
        assert (answer.status_code, answer.json()) == (404, error("There is nothing here.", 404))


class TestErrors:
    def test_one_form_for_all(self, client_for: Any, world: Any, page: Scene) -> None:
        reader, strict = client_for("reader"), client_for("reader", csrf=True)
        harbour = client_for(host="harbour.localhost")
        address = f"/kids/story/image/{page.id}"
        nothing = error("There is nothing here.", 404)
        assert {
            "strange id": reader.get(f"/kids/story/image/{uuid.uuid4()}").json(),
            "another tier": reader.get(address.replace("kids", "classics")).json(),
            "method": reader.put(address).json(),
            "no token": strict.post(f"{address}/retry").json(),
            "members only": harbour.get(f"/tales/story/image/{page.id}").json(),
        } == {
            "strange id": nothing,
            "another tier": nothing,
            "method": error('Method "PUT" not allowed.', 405),
            "no token": error(FROM_ELSEWHERE, 403),
            "members only": error("Sign in first.", 401),
        }

    def test_a_tier_that_is_not_there(self, client_for: Any, page: Scene) -> None:
        answer = client_for("reader").get(f"/nowhere/story/image/{page.id}", HTTP_ACCEPT="application/json")
        assert (answer.status_code, answer.json()) == (404, error("There is nothing here.", 404))

    def test_a_broken_token(self, client_for: Any, page: Scene) -> None:
        answer = client_for().get(f"/kids/story/image/{page.id}", HTTP_AUTHORIZATION="Bearer x.y.z")
        assert (answer.status_code, answer.json()) == (
            401, error("This token is not valid or has run out. Sign in again.", 401),
        )  # fmt: skip

    def test_a_bug_is_no_traceback(self, client_for: Any, page: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
        from stories import pages

        def broken(*_: Any) -> None:
            raise RuntimeError("secret detail")

        monkeypatch.setattr(pages, "status_of", broken)
        answer = client_for("reader").get(f"/kids/story/image/{page.id}")
        assert (answer.status_code, "secret" in answer.content.decode()) == (500, False)
        assert answer.json()["success"] is False
