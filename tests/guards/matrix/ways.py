"""The ways in: every route of the resolver, every socket and every tool, each with how it is asked."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.test import Client
from django.urls import URLPattern, reverse

from accounts.access import Door
from tests.guards.matrix.things import Things
from tests.guards.test_routes import ROUTES, STAFF_ROOMS, body, door_of, leaves
from tests.guards.test_studio_routes import ROUTES as STUDIO_ROUTES

PROGRAMS = ("api/", "v1/", "v1", "generate/", "image/", "video/", "auth/")
"""Where programs come in, with a token; everywhere else people do, with a session."""
GIVEN = {"key": "demo-painter", "name": "demo-painter", "kind": "image"}
BY_CONVERTER: dict[str, Any] = {"UUIDConverter": uuid.UUID(int=0), "IntConverter": 1}
NAMELESS = "admin:"


@dataclass(frozen=True)
class Way:
    """A route and a method. `is_about` says whether its address names a thing."""

    name: str
    method: str
    door: Door | None
    route: str
    pattern: URLPattern
    is_about: bool

    @property
    def is_for_programs(self) -> bool:
        return self.route.startswith(PROGRAMS)

    @property
    def is_staffs(self) -> bool:
        return self.route.startswith(STAFF_ROOMS)

    @property
    def title(self) -> str:
        return f"{self.method} /{self.route.replace('<path:object_id>', '<id>')}"

    def address(self, things: Things, tier: str) -> str:
        if self.is_staffs:
            return self._admin_address(things)
        known = {**GIVEN, **things.named, "tier": tier}
        values = {
            name: known.get(name, BY_CONVERTER.get(type(converter).__name__, "x"))
            for name, converter in self.pattern.pattern.converters.items()
        }
        found = reverse(self.pattern.name or "", kwargs=values)
        return f"{found}?story={things.named['story_id']}" if self.name == "tree" else found

    def _admin_address(self, things: Things) -> str:
        found = "/" + self.route
        if "<path:object_id>" in found:
            row = next((row for label, row in things.rows.items() if _is_of(self.route, label)), None)
            found = found.replace("<path:object_id>", str(row.pk) if row is not None else str(uuid.UUID(int=0)))
        for name, converter in self.pattern.pattern.converters.items():
            value = things.named.get(name, BY_CONVERTER.get(type(converter).__name__, 1))
            for written in (f"<{kind}:{name}>" for kind in ("path", "int", "uuid", "str", "slug")):
                found = found.replace(written, str(value))
        return found

    def ask(self, client: Client, things: Things, tier: str) -> tuple[int, str, str]:
        """Status, where to, and everything that was said."""
        more: dict[str, Any] = {}
        if self.method != "GET":
            fields = {"scene": str(things.named["scene_id"]), "story": str(things.named["story_id"]), "part": "image"}
            if self.is_for_programs:
                more = {"data": json.dumps({}), "content_type": "application/json"}
            else:
                more = {"data": urlencode(fields), "content_type": "application/x-www-form-urlencoded"}
        answer = client.generic(self.method, self.address(things, tier), **more)
        return answer.status_code, answer.headers.get("Location", ""), body(answer)


def _is_of(route: str, label: str) -> bool:
    app, model = label.split(".")
    return route.startswith(f"{STAFF_ROOMS}{app}/{model}/")


def routes() -> Iterator[Way]:
    """In the order of their addresses. The method is that of the routes' own tables; the admin is looked at."""
    methods = {name: method for name, (method, _, _) in (ROUTES | STUDIO_ROUTES).items()}
    for route, pattern in sorted(leaves(), key=lambda leaf: leaf[0]):
        if "(?P" in route:
            continue  # the admin's answer to everything else
        staffs = route.startswith(STAFF_ROOMS)
        name = NAMELESS + route if staffs else str(pattern.name)
        is_about = "<" in route.replace("<slug:tier>", "").replace("<str:key>", "").replace("<str:kind>", "")
        door = door_of(pattern.callback)
        yield Way(name, "GET" if staffs else methods.get(name, "GET"), door, route, pattern, is_about)
