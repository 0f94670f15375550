"""Reports: who may, about what, once for each person and thing."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from django.test import Client

from accounts.quotas import person_of
from accounts.tenancy import scope
from gallery.models import Report
from stories.models import Image, Scene, Story
from tests.stories import worker

pytestmark = pytest.mark.django_db
WORDS = "The wolf eats the moon"


@pytest.fixture
def page(world: Any) -> Scene:
    with scope(world.tenant):
        scene = worker.opened(world.user("author"), world.kids)
        Story.objects.update(visibility="published")
        return scene


def send(browser: Client, page: Scene, **fields: str) -> Any:
    form = {"part": "picture", "reason": "frightening", "words": WORDS, **fields}
    return browser.post(f"/kids/report/{page.id}", form)


def kept(world: Any) -> list[tuple[Any, ...]]:
    with scope(world.tenant):
        return list(Report.objects.order_by("created_at").values_list("part", "subject_id", "reason", "words", "state"))


def test_from_the_page_by_guests_too_and_once(page: Scene, client_for: Any, world: Any) -> None:
    assert f'href="/kids/report/{page.id}"' in client_for().get(f"/kids/story/scene/{page.id}").content.decode()
    guest, reader = client_for(), client_for("reader")
    for browser in (guest, guest, client_for(), reader, reader):
        answer = send(browser, page)
        assert (answer.status_code, "Thank you" in answer.content.decode()) == (200, True)
    # Strangers of one address are one.
    assert kept(world) == [("picture", page.id, "frightening", WORDS, "open")] * 2
    for part, subject in (("story", page.story_id), ("scene", page.id)):
        send(reader, page, part=part, words="")
        assert kept(world)[-1] == (part, subject, "frightening", "", "open")
    with scope(world.tenant):
        rows = list(Report.objects.values_list("subject", "reporter__email").order_by("created_at"))
    assert (
        rows[0][0] == str(person_of(user_id=None, is_guest=True, address="127.0.0.1")),
        "127.0.0.1" in rows[0][0],
        rows[0][1],
    ) == (True, False, None)
    assert rows[1] == (str(world.user("reader").id), "reader@example.com")


def test_what_one_may_not_see_one_cannot_report(page: Scene, client_for: Any, world: Any) -> None:
    with scope(world.tenant):
        Image.objects.update(standing="hidden")
    html = client_for("reader").get(f"/kids/report/{page.id}").content.decode()
    assert ('value="picture"' in html, 'value="scene"' in html) == (False, True)
    assert send(client_for("reader"), page).status_code == 400
    with scope(world.tenant):
        Story.objects.update(visibility="private")
    told = [send(client_for(name, host=host), page).status_code for name, host in (
        ("reader", "localhost"), (None, "localhost"), ("harbour-owner", "harbour.localhost"),
    )]  # fmt: skip
    assert (told, kept(world)) == ([404, 404, 404], [])
    assert client_for("author").get(f"/classics/report/{page.id}").status_code == 404


def test_bad_input(page: Scene, client_for: Any, world: Any) -> None:
    reader = client_for("reader")
    cases: list[tuple[dict[str, str], str]] = [
        ({"part": "hero"}, "Choose what it is about."),
        ({"part": "film"}, "Choose what it is about."),
        ({"reason": ""}, "Choose what is wrong with it."),
        ({"words": "x" * 1001}, "That is longer than 1,000 characters."),
    ]
    for fields, sentence in cases:
        answer = send(reader, page, **fields)
        assert (answer.status_code, sentence in answer.content.decode()) == (400, True)
    assert kept(world) == []


def test_ten_in_an_hour(page: Scene, client_for: Any, world: Any) -> None:
    with scope(world.tenant):
        mine = {"story": page.story, "reason": "other", "subject": str(world.user("reader").id)}
        for _ in range(10):
            Report.objects.create(part="scene", subject_id=uuid.uuid4(), **mine)
    answer = send(client_for("reader"), page)
    assert (answer.status_code, answer["Retry-After"], len(kept(world))) == (429, "3600", 10)
    assert send(client_for("author"), page).status_code == 200


class TestForPrograms:
    def post(self, browser: Client, **body: Any) -> tuple[int, Any]:
        answer = browser.post("/api/v1/reports", body, "application/json")
        return answer.status_code, answer.json()

    def test_one_and_the_same_again_with_what_came_of_it(self, page: Scene, client_for: Any, world: Any) -> None:
        reader = client_for("reader")
        body = {"part": "picture", "id": str(page.id), "reason": "copied", "words": WORDS}
        first = self.post(reader, **body)
        with scope(world.tenant):
            row = Report.objects.get()
            expected = {
                "id": str(row.id), "part": "picture", "subject": str(page.id), "reason": "copied", "state": "open",
                "created_at": row.created_at.isoformat(),
            }  # fmt: skip
            Report.objects.update(state="acted")
        assert (first, self.post(reader, **body)) == ((201, expected), (200, {**expected, "state": "acted"}))

    def test_refusals(self, page: Scene, client_for: Any) -> None:
        reader = client_for("reader")
        good = {"part": "scene", "id": str(page.id), "reason": "other"}
        for change in ({"part": "hero"}, {"id": "x"}, {"reason": "bad"}, {"words": 1}, {"more": 1}):
            assert self.post(reader, **{**good, **change})[0] == 400
        assert self.post(reader, **{**good, "id": str(uuid.uuid4())})[0] == 404
        assert self.post(reader, **{**good, "part": "film"})[0] == 404
        assert self.post(client_for(), **good)[0] == 401
