"""What a page asks of the database, pinned: a number that grows with the rows behind it is a bug."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.tenancy import scope
from generation.drain import drain_here
from generation.models import Price
from stories.models import Length, Scene, Story
from tests import factories
from tests.stories import worker

pytestmark = pytest.mark.django_db


def asked(browser: Client, *addresses: str) -> list[int]:
    """Queries of each address, after a first visit that fills what is kept in memory."""
    counted = []
    for address in addresses:
        browser.get(address)
        with CaptureQueriesContext(connection) as queries:
            assert browser.get(address).status_code == 200, address
        counted.append(len(queries))
    return counted


@pytest.fixture
def reader(client_for: Any) -> Client:
    return client_for("reader")


def at(scene: Scene) -> str:
    return f"/kids/story/scene/{scene.id}"


def test_first_pages(client_for: Any, reader: Client) -> None:
    assert asked(client_for(), "/", "/kids/", "/kids/gallery/") == [2, 8, 2]
    assert asked(reader, "/", "/kids/", "/kids/gallery/") == [6, 12, 5]


def test_a_page_of_a_story(reader: Client, client_for: Any, world: Any, toll: Any) -> None:
    with scope(world.tenant):
        page = factories.story(world.user("reader"), world.kids, film=True)
    assert asked(reader, at(page)) == [7]
    with scope(world.tenant):
        drain_here()
    # Seven of them for the prices on the buttons: where nothing costs anything, one tells that.
    assert asked(reader, at(page)) == [15]
    with scope(world.tenant):
        Price.objects.update(amount_micros=0)
    assert asked(reader, at(page)) == [9]
    with scope(world.tenant):
        Story.objects.update(visibility="published")
    assert asked(client_for(), at(page)) == [5]


def test_the_status_routes(reader: Client, world: Any, toll: Any) -> None:
    with scope(world.tenant):
        page = factories.story(world.user("reader"), world.kids, film=True)
    routes = [f"/kids/story/{part}/{page.id}" for part in ("status", "image", "video")]
    assert asked(reader, *routes) == [7, 6, 6]
    with scope(world.tenant):
        drain_here()
    assert asked(reader, *routes) == [7, 6, 6]
    files = [f"/kids/story/{part}/{page.id}/file" for part in ("image", "video")]
    assert asked(reader, *files) == [6, 6]


@pytest.mark.parametrize("stories", [1, 24])
def test_the_gallery_whatever_stands_in_it(reader: Client, client_for: Any, world: Any, stories: int) -> None:
    with scope(world.tenant):
        ending = worker.finished(world.user("reader"), world.kids, film=True)
        for number in range(stories - 1):
            copy = Story.objects.get(id=ending.story_id)
            copy.pk, copy.nonce, copy.title = None, factories.uuid.uuid4(), f"Copy {number}"
            copy._state.adding = True
            copy.save()
        Story.objects.update(visibility="published")
    for browser, queries in ((reader, 6), (client_for(), 3)):
        answer = browser.get("/kids/gallery/")
        assert len(answer.context["page"].object_list) == stories
        assert asked(browser, "/kids/gallery/") == [queries]


@pytest.mark.parametrize("length", [Length.SHORT, Length.LONG])
def test_the_reader_whatever_the_length(reader: Client, world: Any, length: Length) -> None:
    with scope(world.tenant):
        ending = worker.finished(world.user("reader"), world.kids, length=length)
    book = f"/kids/gallery/{ending.story_id}/"
    assert asked(reader, book, f"{book}{ending.id}/") == [12, 12]


@pytest.mark.parametrize("scenes", [3, 15])
def test_the_map_whatever_stands_on_it(reader: Client, world: Any, scenes: int) -> None:
    with scope(world.tenant):
        first = worker.opened(world.user("reader"), world.kids)
        for number in range(scenes - 1):
            Scene.objects.create(story=first.story, parent=first, depth=2, title=f"Page {number}", text="x")
    address = f"/kids/story/tree?story={first.story_id}"
    assert len(reader.get(address).context["map"].nodes()) == scenes
    assert asked(reader, address) == [7]
    as_json = reader.get(address, HTTP_ACCEPT="application/json")
    assert len(as_json.json()["root"]["children"]) == scenes - 1
