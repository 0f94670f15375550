"""How many queries each route asks: found by asking every one of them, as a guest, as a reader and as an author, about the
reader's story and the author's piece.

`python -m tests.guards.count_queries` writes what is found into docs/query-counts.md.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from django.core.cache import cache
from django.db import connection, transaction
from django.test.client import ClientHandler
from django.test.utils import CaptureQueriesContext

from accounts.access import Door
from accounts.models import Tenant
from tests.guards.matrix import people, ways
from tests.guards.matrix.people import Person
from tests.guards.matrix.things import Things

PAGE = Path(__file__).resolve().parents[2] / "docs" / "query-counts.md"
HOST, TIER = "fablewright", "kids"
HEAD = """# What each route asks of the database

Queries of one answer, found by asking, written by `python -m tests.guards.count_queries`, and compared by
`tests/guards/test_query_counts.py`: change nothing by hand. What is asked about is a reader's story and an author's
piece; a guest and a reader of the same library ask, and an author where readers may not come in (a dash: not asked).
The test also asks with ten times as many stories, pages, pieces, jobs and files there, and fails where any number is
another: a number that grows is a bug. One route grows, and says there why: the archive of somebody's data. Lists of
the admin have a guard of their own, `tests/guards/test_admin_queries.py`.

A number in brackets is the status of an answer that is no 200. Savepoints count. People come with a session, programs
with an access token (an API key costs the same); what a process remembers is known already.
"""
WISH = {"prompt": "A fishwife finds a brass key", "length": "short", "art_style": "watercolour"}
FORMS: dict[str, dict[str, str]] = {"story-start": WISH, "custom-choice": {"text": "She swims."}, "studio-edit": {}}
"""What people send, beside the ids that all forms have here."""
BODIES: dict[str, dict[str, Any]] = {
    "api-stories": {"tier": TIER, **WISH},
    "api-scene-choose": {"text": "She swims."},
    "api-generate-text": {"prompt": "A key"},
    "api-generate-image": {"prompt": "A key"},
}
"""What programs send; the empty object where a route has no line, and where an answer would be waited for."""
NOT_ASKED = "–"
NONCE = "0e2c34b6-5f11-4b0a-9c5e-0a8f6a4f3d51"
Counts = dict[str, tuple[str, ...]]
"""By title of the way: a cell for each who asks."""


def asked_ways() -> Iterator[ways.Way]:
    """Every route, with each method that it has."""
    for way in ways.routes():
        if way.is_staffs:
            continue
        view = getattr(way.pattern.callback, "cls", None)
        found = [name.upper() for name in ("get", "post", "put", "patch", "delete") if hasattr(view, name)]
        for method in found or [way.method]:
            yield ways.Way(way.name, method, way.door, way.route, way.pattern, way.is_about)


def _is_for(door: Door | None, person: Person) -> bool:
    if person.user is None:
        return door in (Door.PUBLIC, Door.TIER)
    return (door is Door.AUTHOR) == ("author" in person.name)


class Counter:
    """Asks, counts, and takes back whatever was changed."""

    def __init__(self, asking: list[Person], there: dict[str, Tenant], things: Things) -> None:
        self.asking, self.things = asking, things
        self.handler = ClientHandler(enforce_csrf_checks=False)
        self.sessions = {person.name: people.session_of(person) for person in asking}
        self.bearers = {person.name: people.bearer(person, HOST, there) for person in asking}

    def found(self) -> Counts:
        """What is kept in memory has to be there already; `warm` sees to it."""
        return {way.title: tuple(self.cell(way, person) for person in self.asking) for way in asked_ways()}

    def warm(self) -> None:
        self.found()

    def cell(self, way: ways.Way, person: Person) -> str:
        """How often one route asks for one person; nothing where they are turned away at its door, which is asked elsewhere."""
        if not _is_for(way.door, person):
            return NOT_ASKED
        status, queries = self._undone(way, person)
        return str(queries) if status == 200 else f"{queries} ({status})"

    def _undone(self, way: ways.Way, person: Person) -> tuple[int, int]:
        cache.clear()
        with transaction.atomic():
            try:
                with CaptureQueriesContext(connection) as seen:
                    status = self._ask(way, person)
                return status, len(seen)
            finally:
                transaction.set_rollback(True)

    def _ask(self, way: ways.Way, person: Person) -> int:
        if way.is_for_programs:
            client = people.program(self.bearers[person.name], HOST)
        else:
            client = people.browser(self.sessions[person.name], HOST)
        client.handler = self.handler
        more: dict[str, Any] = {}
        if way.method != "GET" and way.is_for_programs:
            more = {"data": json.dumps(BODIES.get(way.name, {})), "content_type": "application/json"}
        elif way.method != "GET":
            ids = {"scene": self.things.named["scene_id"], "story": self.things.named["story_id"]}
            form = {**ids, "part": "image", "nonce": NONCE, **FORMS.get(way.name, {})}
            more = {"data": urlencode(form), "content_type": "application/x-www-form-urlencoded"}
        answer = client.generic(way.method, way.address(self.things, TIER), **more)
        if answer.streaming:
            b"".join(answer.streaming_content)
        status: int = answer.status_code
        return status


def written(counts: Counts, asking: list[Person]) -> str:
    names = [person.name.removeprefix("F ") for person in asking]
    lines = [f"| | {' | '.join(names)} |", "|---|" + "---:|" * len(names)]
    lines += [f"| `{title}` | {' | '.join(cells)} |" for title, cells in counts.items()]
    return f"{HEAD}\n" + "\n".join(lines) + "\n"


def read(text: str) -> Counts:
    rows = [line.strip("|").split(" | ") for line in text.splitlines() if line.startswith("| `")]
    return {title.strip(" `"): tuple(cell.strip(" |") for cell in cells) for title, *cells in rows}
