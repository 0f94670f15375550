"""Asking everybody's questions, and what came of each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.core.cache import cache
from django.db import transaction
from django.test.client import ClientHandler

from accounts.models import Tenant
from accounts.tenancy import scope
from config.sockets import websocket_urlpatterns
from generation.studio.dialects.mcp import door as mcp_door
from generation.studio.dialects.mcp import server
from tests.guards.matrix import ways
from tests.guards.matrix.people import HOSTS, TIERS, Person, bearer, browser, program, session_of
from tests.guards.matrix.things import Things, leaked
from tests.guards.test_routes import follows

TOLD = "**{}**"
"""How an answer is written that holds what the thing holds."""
SIGN_IN = ("/sign-in/", "/admin/login/")


@dataclass
class Table:
    """One host asked about one library's things: rows by kind of way, each with its cells in the order of the people."""

    host: str
    about: str
    rows: dict[str, dict[str, list[str]]] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)
    """What must not be, in sentences."""


class Finder:
    def __init__(self, people: list[Person], there: dict[str, Tenant], things: dict[str, Things]) -> None:
        self.people, self.there, self.things = people, there, things
        # Each client would make the middleware anew, which takes longer than most answers.
        self.handler = ClientHandler(enforce_csrf_checks=False)
        self.sessions = {person.name: session_of(person) for person in people}
        self.bearers = {(host, person.name): bearer(person, host, there) for host in HOSTS for person in people}

    def table(self, host: str, about: str, *, with_staff_rooms: bool = True) -> Table:
        """Of another library's things only those ways are asked whose address names one."""
        table = Table(host, about)
        for way in ways.routes():
            if (host == about or way.is_about) and (with_staff_rooms or not way.is_staffs):
                room = "Staff rooms" if way.is_staffs else "Programs" if way.is_for_programs else "People"
                cells = table.rows.setdefault(room, {})
                cells[way.title] = [self._undone(self._route, table, way, person) for person in self.people]
        for pattern in websocket_urlpatterns:
            for target in ("job", "run", "story") if "progress" in str(pattern.pattern) else ("story",):
                address = f"/{pattern.pattern}".replace("<uuid:target>", str(self.things[about].named[f"{target}_id"]))
                cells = [self._socket(table, address, person) for person in self.people]
                table.rows.setdefault("Sockets", {})[f"/{pattern.pattern} of a {target}"] = cells
        for name in sorted(server.TOOLS):
            cells = [self._undone(self._tool, table, name, person) for person in self.people]
            table.rows.setdefault("Tools of `/mcp`", {})[name] = cells
        return table

    def _undone(self, ask: Callable[..., str], *given: Any) -> str:
        """Ask, and take back whatever it changed."""
        cache.clear()
        with transaction.atomic():
            try:
                return ask(*given)
            finally:
                transaction.set_rollback(True)

    def _route(self, table: Table, way: ways.Way, person: Person) -> str:
        if way.is_for_programs:
            client = program(self.bearers[table.host, person.name], table.host)
        else:
            client = browser(self.sessions[person.name], table.host)
        client.handler = self.handler
        status, location, said = way.ask(client, self.things[table.about], TIERS[table.host])
        told = self._checked(table, f"{way.title}, asked by {person.name}", said)
        if status == 500:
            table.wrong.append(f"{table.host}: {way.title}, asked by {person.name}, answered {status}")
        if status == 302 and location.startswith(SIGN_IN):
            return "in"
        return TOLD.format(status) if told else str(status)

    def _socket(self, table: Table, address: str, person: Person) -> str:
        return "**open**" if follows(address, HOSTS[table.host], self.sessions[person.name]) else "shut"

    def _tool(self, table: Table, name: str, person: Person) -> str:
        headers = [(b"host", HOSTS[table.host].encode())]
        if said := self.bearers[table.host, person.name]:
            headers.append((b"authorization", said.encode()))
        asked = {"type": "http", "method": "POST", "path": "/mcp", "headers": headers, "scheme": "http",
                 "client": ("192.0.2.1", 1), "query_string": b""}  # fmt: skip
        try:
            caller = mcp_door._let_in(asked)
        except mcp_door.TurnedAway as away:
            return str(away.status)
        fields = server.TOOLS[name].takes.model_fields
        given: dict[str, Any] = {}
        if "job_id" in fields:
            given["job_id"] = str(self.things[table.about].named["studio_job"])
        if "prompt" in fields:
            given["prompt"] = "a brass key"
        answer = server.answer(caller, name, given)
        self._checked(table, f"{name}, asked by {person.name}", str(answer))
        return "no" if answer.is_error else "**yes**" if "job_id" in given else "yes"

    def _checked(self, table: Table, asked: str, said: str) -> bool:
        """Whether the answer holds what the thing holds. Of another library than the host's, nothing may ever."""
        found = leaked(said, self.things)
        for slug in sorted(found - {table.host}):
            table.wrong.append(f"at {table.host}: {asked}, told of {slug}")
        return table.about in found

    def tables(self, *, with_staff_rooms: bool) -> list[Table]:
        """Each host about each library's things, its own first."""
        return [
            self.table(host, about, with_staff_rooms=with_staff_rooms)
            for about in self.there
            for host in sorted(self.there, key=lambda slug: slug != about)
        ]


def rows_of(tenant: Tenant) -> dict[str, int]:
    """How many rows of everything there are."""
    from django.apps import apps

    with scope(tenant):
        return {model._meta.label: model._default_manager.count() for model in apps.get_models()}
