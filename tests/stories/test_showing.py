"""Showing a story to others: who may, and that finishing alone never does."""

from __future__ import annotations

import uuid
from html import unescape
from typing import Any

import pytest
from django.test import Client

from accounts.models import Membership, Role, User
from accounts.tenancy import scope
from stories.models import Story
from tests.stories import worker

pytestmark = pytest.mark.django_db


def story_of(world: Any, name: str) -> uuid.UUID:
    with scope(world.tenant):
        return worker.finished(world.user(name), world.kids).story_id


def visibility(world: Any, story: uuid.UUID) -> str:
    with scope(world.tenant):
        return Story.objects.get(id=story).visibility


def act(browser: Client, story: uuid.UUID, action: str = "publish") -> Any:
    return browser.post(f"/kids/gallery/{story}/publication", {"action": action})


@pytest.mark.parametrize(
    ("owner", "actor", "status", "left"),
    [
        ("author", "author", 302, "published"),
        ("author", "staff", 302, "published"),
        ("reader", "staff", 302, "published"),
        ("reader", "owner", 302, "published"),
        ("reader", "operator", 302, "published"),
        ("reader", "reader", 403, "private"),
        ("reader", "author", 404, "private"),
        ("author", "reader", 404, "private"),
        ("reader", "harbour-owner", 404, "private"),
        ("reader", None, 404, "private"),
    ],
)
def test_who_publishes(client_for: Any, world: Any, owner: str, actor: str | None, status: int, left: str) -> None:
    story = story_of(world, owner)
    answer = act(client_for(actor), story)
    assert (answer.status_code, visibility(world, story)) == (status, left)
    if status == 403:
        assert "Publishing is for authors and staff." in answer.content.decode()


def test_who_takes_it_back(client_for: Any, world: Any) -> None:
    story = story_of(world, "author")
    act(client_for("author"), story)
    answer = act(client_for("reader"), story, "withdraw")
    assert (answer.status_code, visibility(world, story)) == (403, "published")
    assert act(client_for("author"), story, "withdraw").status_code == 302
    assert visibility(world, story) == "private"
    assert client_for("reader").get(f"/kids/gallery/{story}/").status_code == 404


def test_an_unfinished_story_is_not_published(client_for: Any, world: Any) -> None:
    with scope(world.tenant):
        story = worker.opened(world.user("author"), world.kids).story_id
    answer = act(client_for("author"), story)
    assert (answer.status_code, visibility(world, story)) == (409, "private")
    assert "Only a finished story can stand in the gallery." in answer.content.decode()


def test_what_staff_hid_is_not_published_again(client_for: Any, world: Any) -> None:
    story = story_of(world, "author")
    with scope(world.tenant):
        Story.objects.update(visibility="hidden")
    assert [act(client_for(name), story).status_code for name in ("author", "staff")] == [404, 409]
    assert visibility(world, story) == "hidden"


def test_publishing_twice_and_other_words(client_for: Any, world: Any) -> None:
    author, story = client_for("author"), story_of(world, "author")
    assert [act(author, story).status_code for _ in range(2)] == [302, 302]
    answer = act(author, story, "burn")
    assert (answer.status_code, visibility(world, story)) == (400, "published")
    assert "The field “action” is “publish” or “withdraw”." in unescape(answer.content.decode())


def test_without_a_token_nothing_is_published(client_for: Any, world: Any) -> None:
    story = story_of(world, "author")
    assert act(client_for("author", csrf=True), story).status_code == 403
    assert visibility(world, story) == "private"


def test_a_role_is_good_where_its_membership_is(client_for: Any, world: Any) -> None:
    """The reader is staff of the harbour; that makes them nobody's publisher here."""
    story = story_of(world, "reader")
    with scope(world.harbour):
        Membership.objects.create(user=world.user("reader"), role=Role.STAFF)
    assert act(client_for("reader"), story).status_code == 403
    with scope(world.tenant):
        Membership.objects.filter(user=world.user("reader")).update(role=Role.AUTHOR)
    assert act(client_for("reader"), story).status_code == 302


def test_a_guest_reads_to_an_ending_and_nobody_else_sees_it(client_for: Any, world: Any) -> None:
    guest = client_for()
    guest.post("/kids/story/start", {"prompt": "A key in a fish", "length": "short"})
    with scope(world.tenant):
        worker.work()
        made = User.objects.get(is_guest=True)
        scene = worker.fresh(Story.objects.get(reader=made).scenes.get())
        while not scene.is_ending:
            scene = worker.take(made, scene)
    listed = [
        len(b.get("/kids/gallery/").context["page"].object_list) for b in (guest, client_for(), client_for("staff"))
    ]
    assert (visibility(world, scene.story_id), listed) == ("private", [1, 0, 0])
    assert act(guest, scene.story_id).status_code == 403
