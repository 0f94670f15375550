"""The access matrix is what stands in docs/access-matrix.md, and in none of its answers one library tells of the other."""

from __future__ import annotations

import os
from typing import Any

import pytest

from tests.conftest import World
from tests.guards.matrix import finding, page, people, things, ways
from tests.guards.matrix.finding import Finder, Table

REMEDY = "Look at what changed, and then: python -m tests.guards.matrix"
pytestmark = [pytest.mark.django_db, pytest.mark.timeout(900)]


@pytest.fixture
def finder(world: World, media: Any, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Finder:
    from generation import live

    # The hub's thread would look at a database of its own, and channels would close the one this test is in.
    monkeypatch.setattr(live.hub, "follow", lambda follower: None)
    monkeypatch.setattr("channels.db.close_old_connections", lambda: None)
    monkeypatch.setattr("generation.media.LINK_SECONDS", 3600)  # asking all of it may take longer than a link lives
    settings.GENERATION = {**settings.GENERATION, "WAIT_SECONDS": 0.0}
    everybody = people.everybody(world)
    there = people.tenants(world)
    by_name = {person.name: person.user for person in everybody}
    about = {
        slug: things.things_of(
            tenant, tier=people.TIERS[slug], reader=by_name[f"{letter} reader"], author=by_name[f"{letter} author"]
        )
        for (slug, tenant), letter in zip(there.items(), "FH", strict=True)
    }
    return Finder(everybody, there, about)


def found(finder: Finder, *, with_staff_rooms: bool) -> str:
    """The page as it is found now; nothing that was asked may have changed anything."""
    before = [finding.rows_of(tenant) for tenant in finder.there.values()]
    tables = finder.tables(with_staff_rooms=with_staff_rooms)
    assert [sentence for table in tables for sentence in table.wrong] == []
    assert [finding.rows_of(tenant) for tenant in finder.there.values()] == before
    return page.written(tables, finder.people)


def test_everything_but_the_staff_rooms_is_as_written(finder: Finder) -> None:
    text = found(finder, with_staff_rooms=False)
    if os.environ.get("WRITE_ACCESS_MATRIX") == "quick":
        page.PAGE.write_text(text)
    kept = {name: rows for name, rows in page.read(page.PAGE.read_text()).items() if not name.endswith("Staff rooms")}
    assert page.read(text) == kept, REMEDY


def test_every_staff_room_has_its_line() -> None:
    """What they answer is asked in the long run; that somebody looked at each, here."""
    rows = page.read(page.PAGE.read_text())
    titles = {f"`{way.title}`" for way in ways.routes() if way.is_staffs}
    own = {name for name in rows if "its own" in name and name.endswith("Staff rooms")}
    assert ({name: rows[name].keys() for name in own}, len(own)) == (dict.fromkeys(own, titles), 2), REMEDY


@pytest.mark.long
def test_the_whole_matrix_is_as_written(finder: Finder) -> None:
    text = found(finder, with_staff_rooms=True)
    if os.environ.get("WRITE_ACCESS_MATRIX"):
        page.PAGE.write_text(text)
    assert text.splitlines() == page.PAGE.read_text().splitlines(), REMEDY


def test_control_a_leak_is_found(finder: Finder, monkeypatch: pytest.MonkeyPatch) -> None:
    """One library's mark in one answer of the other's host."""
    way = next(way for way in ways.routes() if way.name == "landing")
    real = ways.Way.ask
    mark = finder.things["harbour"].mark
    monkeypatch.setattr(ways.Way, "ask", lambda *given: (*real(*given)[:2], f"... {mark} ..."))
    table = Table("fablewright", "fablewright")
    assert finder._undone(finder._route, table, way, finder.people[0]) == "200"
    assert table.wrong == ["at fablewright: GET /, asked by guest, told of harbour"]
