"""A guest who signs in keeps what they began."""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from accounts.models import User
from accounts.tenancy import scope
from config.seeding.planting import demo_password
from generation.models import Run
from stories.models import Reading, Story
from tests import factories

pytestmark = pytest.mark.django_db


def sign_in(browser: Any, name: str = "reader") -> Any:
    return browser.post("/sign-in/", {"email": f"{name}@example.com", "password": demo_password(), "next": "/kids/"})


def owners(world: Any) -> dict[str, list[User]]:
    with scope(world.tenant):
        rows = {"stories": Story, "readings": Reading}
        found = {name: [row.reader for row in model.objects.order_by("id")] for name, model in rows.items()}
        return {**found, "runs": [run.user for run in Run.objects.order_by("id")]}


def test_the_story_the_place_and_the_runs_go_over(client_for: Any, world: Any) -> None:
    browser, other = client_for(), client_for()
    page = browser.post("/kids/story/start", {"prompt": "A key in a fish"})["Location"]
    other.post("/kids/story/start", {"prompt": "Somebody else's"})
    guest = User.objects.get(id=browser.session["_auth_user_id"])
    bystander = User.objects.get(id=other.session["_auth_user_id"])
    answer = sign_in(browser)
    assert (answer.status_code, answer["Location"]) == (302, "/kids/")
    reader = world.user("reader")
    found = owners(world)
    assert {name: set(people) for name, people in found.items()} == {
        name: {reader, bystander} for name in ("stories", "readings", "runs")
    }
    assert guest.is_guest
    assert browser.get(page).status_code == 200
    assert browser.get("/kids/story/resume")["Location"] == page
    # The control: the guest's session is over, and another guest's story stays theirs.
    assert client_for("author").get(page).status_code == 404


def test_a_wrong_password_hands_nothing_over(client_for: Any, world: Any) -> None:
    browser = client_for()
    browser.post("/kids/story/start", {"prompt": "A key in a fish"})
    before = owners(world)
    assert browser.post("/sign-in/", {"email": "reader@example.com", "password": "no"}).status_code == 422
    assert owners(world) == before


def test_a_member_who_signs_in_as_another_hands_nothing_over(client_for: Any, world: Any) -> None:
    browser = client_for("author")
    browser.post("/kids/story/start", {"prompt": "The author's"})
    sign_in(browser)
    assert owners(world)["stories"] == [world.user("author")]


def test_the_same_form_sent_as_both_leaves_two_stories(client_for: Any, world: Any) -> None:
    """The reader signed out, went back to the old form and sent it again as a guest."""
    nonce = uuid.uuid4()
    with scope(world.tenant):
        factories.story(world.user("reader"), world.kids, nonce=nonce)
    browser = client_for()
    browser.post("/kids/story/start", {"prompt": "A key in a fish", "nonce": str(nonce)})
    assert sign_in(browser).status_code == 302
    assert owners(world)["stories"] == [world.user("reader")] * 2


def test_stories_of_another_tenant_stay_there(client_for: Any, world: Any) -> None:
    """A guest row is global; only what it began at this host goes over."""
    browser = client_for()
    browser.post("/kids/story/start", {"prompt": "A key in a fish"})
    guest = User.objects.get(is_guest=True)
    with scope(world.harbour):
        elsewhere = factories.story(guest, world.tales).story
    sign_in(browser)
    with scope(world.harbour):
        assert Story.objects.get(id=elsewhere.id).reader == guest
