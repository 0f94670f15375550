"""Every route asks the database as often as docs/query-counts.md says, and as often with ten times as much in the library."""

from __future__ import annotations

import os
from typing import Any

import pytest

from accounts import api_keys
from accounts.models import Membership
from accounts.scopes import Scope
from accounts.tenancy import scope
from config import metrics
from generation.jobs import queueing
from generation.models import Job
from generation.studio.models import Piece, Upload
from stories.models import Scene, Story
from tests import crowds
from tests.conftest import World
from tests.guards import query_counts
from tests.guards.matrix import people
from tests.guards.matrix.things import things_of
from tests.guards.query_counts import PAGE, TIER, Counter

REMEDY = "Look at what changed, and then: python -m tests.guards.count_queries"
FEW, MANY = 3, 30
GROWS = {"POST /account/data/archive"}
"""Streams all that somebody has, one story or piece after the other, so that it takes no more memory than one of them."""
pytestmark = [pytest.mark.django_db, pytest.mark.timeout(300)]


@pytest.fixture
def counter(world: World, media: Any, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Counter:
    """Who asks, and a library with a few of everything."""
    monkeypatch.setattr(metrics, "KEPT_SECONDS", 0.0)  # how the work stands is asked for each time
    settings.GENERATION = {**settings.GENERATION, "WAIT_SECONDS": 0.0}
    names = ("guest", "F reader", "F author")
    asking = [person for person in people.everybody(world) if person.name in names]
    things = things_of(world.tenant, tier=TIER, reader=world.user("reader"), author=world.user("author"))
    made = Counter(asking, people.tenants(world), things)
    grow(world, made, FEW - 1)
    return made


def grow(world: World, counter: Counter, more: int) -> None:
    """So many more of what the reader and the author have, and of what the shelf shows."""
    named = counter.things.named
    with scope(world.tenant):
        story = Story.objects.get(id=named["story_id"])
        page = Scene.objects.filter(story=story, depth=2).select_related("job__run", "parent").first()
        assert page is not None
        crowds.siblings(page, more)
        # The latest, so that the first page of every list holds words, pictures and films.
        crowds.stories(story, more, finished_at=None)
        crowds.stories(story, more, visibility="published")
        crowds.pieces(Piece.objects.get(id=Job.objects.get(id=named["studio_job"]).run.topic_id), more)
        author = world.user("author")
        brought = Upload.objects.get(id=named["upload_id"])
        for number in range(more):
            crowds.copied(brought, asset=crowds.copied(brought.asset))
            api_keys.issue(
                membership=Membership.objects.get(user=author), name=f"key {more}-{number}", scopes=[Scope.READ]
            )
    queueing.forget()


def differs(few: tuple[str, ...], many: tuple[str, ...]) -> bool:
    """Whether anybody was answered with another status, or anybody's count differs by more than one: what a process remembers
    for some seconds (a place in the queue, a price) is asked for again now and then."""
    for before, then in zip(few, many, strict=True):
        (count, _, said), (count_then, _, said_then) = before.partition(" "), then.partition(" ")
        if said != said_then or count.isdigit() != count_then.isdigit():
            return True
        if count.isdigit() and abs(int(count) - int(count_then)) > 1:
            return True
    return False


def test_every_route_asks_as_often_as_written_however_much_there_is(world: World, counter: Counter) -> None:
    counter.warm()
    few = counter.found()
    grow(world, counter, MANY - FEW)
    many = counter.found()
    grown = {title: (few[title], cells) for title, cells in many.items() if differs(few[title], cells)}
    assert set(grown) == GROWS, grown
    if os.environ.get("WRITE_QUERY_COUNTS"):
        PAGE.write_text(query_counts.written(few, counter.asking))
    written = query_counts.read(PAGE.read_text())
    assert written.keys() == few.keys(), REMEDY
    assert {title: cells for title, cells in few.items() if differs(written[title], cells)} == {}, REMEDY


def test_control_a_query_for_each_story_is_found(
    world: World, counter: Counter, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A gallery that looks up the reader of each story anew."""
    from gallery import shelves

    real = shelves.stories_for
    monkeypatch.setattr(shelves, "stories_for", lambda *given: real(*given).select_related(None))
    way = next(way for way in query_counts.asked_ways() if way.name == "gallery")
    counter.cell(way, counter.asking[1])
    few = counter.cell(way, counter.asking[1])
    grow(world, counter, 2)
    assert counter.cell(way, counter.asking[1]) != few
