"""Tickets for programs, and the sockets that they open."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from asgiref.testing import ApplicationCommunicator
from channels.db import database_sync_to_async
from channels.routing import URLRouter
from django.test import Client

from accounts import api_keys, tokens
from accounts.models import ApiKey, Membership, Role, User
from accounts.scopes import Scope
from accounts.tenancy import scope
from config.sockets import websocket_urlpatterns
from generation import live
from tests.accounts.test_api import error, said
from tests.accounts.test_tickets import later
from tests.stories import worker

pytestmark = pytest.mark.django_db
NOTHING = error("There is no such job, run or story.", 404)


@dataclass
class Made:
    """The author's story, and how its author comes in."""

    job: uuid.UUID
    run: uuid.UUID
    story: uuid.UUID
    key: ApiKey
    text: str


@pytest.fixture
def made(world: Any, monkeypatch: pytest.MonkeyPatch) -> Made:
    # The hub's thread would look at a database of its own, and channels would close the one this test is in.
    monkeypatch.setattr(live.hub, "follow", lambda follower: None)
    monkeypatch.setattr("channels.db.close_old_connections", lambda: None)
    with scope(world.tenant):
        author = world.user("author")
        scene = worker.opened(author, world.kids)
        assert scene.job is not None
        key, text = api_keys.issue(membership=Membership.objects.get(user=author), name="Watcher", scopes=[Scope.READ])
        return Made(scene.job.id, scene.job.run_id, scene.story_id, key, text)


def ask(bearer: str, target: Any, *, host: str = "localhost") -> Any:
    client = Client(HTTP_HOST=host)
    given = {"target": str(target) if isinstance(target, uuid.UUID) else target}
    return client.post("/api/v1/tickets", given, content_type="application/json", HTTP_AUTHORIZATION=f"Bearer {bearer}")


def access_of(world: Any, name: str) -> str:
    return tokens.begin(world.user(name), world.tenant)["access"]


def asked(path: str, query: str, *, host: str = "localhost", session: Any = None) -> dict[str, Any]:
    return {
        "type": "websocket", "path": path, "headers": [(b"host", host.encode())], "query_string": query.encode(),
        "session": session,
    }  # fmt: skip


def opens(path: str, query: str, **more: Any) -> bool:
    """Whether the socket is taken."""

    async def knock() -> bool:
        socket = ApplicationCommunicator(URLRouter(websocket_urlpatterns), asked(path, query, **more))
        await socket.send_input({"type": "websocket.connect"})
        answer = await socket.receive_output(timeout=5)
        await socket.send_input({"type": "websocket.disconnect", "code": 1000})
        await socket.wait(timeout=5)
        return bool(answer["type"] == "websocket.accept")

    return async_to_sync(knock)()


def test_one_person_has_so_many_sockets_at_a_time(world: Any, made: Made, settings: Any, monkeypatch: Any) -> None:
    """What is counted is whose they are, over all that they follow; others open theirs meanwhile."""
    settings.SOCKETS_PER_PERSON = 2
    staff = world.user("staff").id
    for who in (made.key.membership.user_id, staff, staff):
        follower = live.Follower(world.tenant.id, made.job, lambda said: None, who=str(who))
        monkeypatch.setattr(live.hub, "_followers", live.hub._followers | {follower})
    path = f"/ws/progress/{made.job}"

    def ticket(name: str) -> str:
        return f"ticket={ask(access_of(world, name), made.job).json()['ticket']}"

    assert opens(path, ticket("author"))
    assert not opens(path, ticket("staff"))
    assert live.hub.count_of(str(staff)) == 2  # the one that was turned away is not counted
    settings.SOCKETS_PER_PERSON = 3
    assert opens(path, ticket("staff"))


class TestAsking:
    def test_for_a_job_a_run_and_a_story(self, world: Any, made: Made) -> None:
        for bearer in (made.text, access_of(world, "author")):
            for target, path in ((made.job, "progress"), (made.run, "progress"), (made.story, "story")):
                answer = ask(bearer, target)
                assert (answer.status_code, set(answer.json())) == (200, {"ticket", "expires_in", "path"})
                told = answer.json()
                assert (told["expires_in"], told["path"]) == (60, f"/ws/{path}/{target}")
                assert (answer["Cache-Control"], bearer in answer.content.decode()) == ("no-store", False)
                assert opens(told["path"], f"ticket={told['ticket']}")

    def test_for_what_one_may_not_see(self, world: Any, made: Made) -> None:
        strangers = {
            target: said(ask(access_of(world, "reader"), target)) for target in (made.job, made.run, made.story)
        }
        assert strangers == dict.fromkeys(strangers, NOTHING)
        assert said(ask(made.text, uuid.uuid4())) == NOTHING
        there = tokens.begin(world.user("harbour-owner"), world.harbour)["access"]
        assert said(ask(there, made.job, host="harbour.localhost")) == NOTHING
        assert ask(access_of(world, "staff"), made.job).status_code == 200  # staff see what is the tenant's

    def test_what_is_wrong_is_named(self, world: Any, made: Made) -> None:
        wrong = "target: This is no id. Take one from an answer."
        cases: dict[Any, str] = {
            "": wrong, "x": wrong, "a\x00": wrong, None: "target: This field may not be null.", 10**40: wrong, 1.5: wrong,
        }  # fmt: skip
        assert {given: said(ask(made.text, given)) for given in cases} == {
            given: error(sentence, 400) for given, sentence in cases.items()
        }

    def test_a_key_needs_the_scope_to_look(self, world: Any, made: Made) -> None:
        with scope(world.tenant):
            mine = Membership.objects.get(user=world.user("author"))
            _, text = api_keys.issue(membership=mine, name="x", scopes=[Scope.GENERATE, Scope.PLAY])
        answer = ask(text, made.job)
        assert (answer.status_code, "lacks the scope “read”" in answer.json()["error"]) == (403, True)


class TestTheSocket:
    def ticket(self, made: Made, target: uuid.UUID | None = None, bearer: str | None = None) -> str:
        return f"ticket={ask(bearer or made.text, target or made.job).json()['ticket']}"

    def test_for_another_target_it_opens_nothing(self, world: Any, made: Made) -> None:
        table = {
            (f"/ws/progress/{made.job}", made.job): True,
            (f"/ws/progress/{made.run}", made.run): True,
            (f"/ws/story/{made.story}", made.story): True,
            (f"/ws/progress/{made.run}", made.job): False,
            (f"/ws/progress/{made.job}", made.run): False,
            (f"/ws/story/{made.story}", made.job): False,
            (f"/ws/progress/{made.job}", made.story): False,
            (f"/ws/progress/{made.story}", made.story): False,
        }
        assert {case: opens(case[0], self.ticket(made, case[1])) for case in table} == table

    def test_run_out_or_of_another_tenant_or_no_ticket_at_all(
        self, world: Any, made: Made, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        path, ticket = f"/ws/progress/{made.job}", self.ticket(made)
        with scope(world.harbour):
            Membership.objects.create(user=world.user("author"), role=Role.OWNER)
        assert not opens(path, ticket, host="harbour.localhost")
        access = access_of(world, "author")
        for query in (
            "",
            "ticket=",
            "ticket=x",
            ticket[:-1],
            f"ticket={access}",
            f"ticket={made.text}",
            f"token={access}",
        ):
            assert not opens(path, query), query
        for name in ("access", "token", "key", "bearer", "authorization"):
            assert not opens(path, f"{name}={made.text}") and not opens(path, f"{name}=Bearer%20{access}")
        assert opens(path, ticket)  # the control
        later(monkeypatch, 61)
        assert not opens(path, ticket)

    def test_the_session_goes_before_the_ticket(self, world: Any, made: Made, client_for: Any) -> None:
        path, ticket = f"/ws/progress/{made.job}", self.ticket(made)
        told = {name: opens(path, ticket, session=client_for(name).session) for name in ("reader", "author")}
        assert told == {"reader": False, "author": True}

    ENDS: dict[str, Callable[[Any, Made], Any]] = {
        "revoked key": lambda world, made: api_keys.revoke(made.key),
        "no member": lambda world, made: Membership.objects.filter(user=world.user("author")).delete(),
        "no user": lambda world, made: User.objects.filter(id=world.user("author").id).update(is_active=False),
    }

    @pytest.mark.parametrize("why", ENDS)
    def test_what_ends_a_ticket_opens_nothing(self, why: str, world: Any, made: Made) -> None:
        ticket = self.ticket(made)
        with scope(world.tenant):
            self.ENDS[why](world, made)
        assert not opens(f"/ws/progress/{made.job}", ticket)

    @pytest.mark.parametrize("why", ENDS)
    def test_and_closes_what_is_open(self, why: str, world: Any, made: Made, monkeypatch: pytest.MonkeyPatch) -> None:
        """Its age does not: that matters at the door alone."""
        monkeypatch.setattr(live, "RECHECK_SECONDS", 0.05)
        admitted: list[bool] = []
        real = live.ProgressConsumer._admit

        def admit(self: Any, *args: Any, **kwargs: Any) -> Any:
            found = real(self, *args, **kwargs)
            admitted.append(found is not None)
            return found

        monkeypatch.setattr(live.ProgressConsumer, "_admit", admit)

        def end() -> None:
            with scope(world.tenant):
                self.ENDS[why](world, made)

        async def listen() -> dict[str, Any]:
            path, query = f"/ws/progress/{made.job}", ticket
            socket = ApplicationCommunicator(URLRouter(websocket_urlpatterns), asked(path, query))
            await socket.send_input({"type": "websocket.connect"})
            assert (await socket.receive_output(timeout=5))["type"] == "websocket.accept"
            later(monkeypatch, 3600)
            while len(admitted) < 3:  # it was asked again, an hour later, and stays
                await asyncio.sleep(0.01)
            await database_sync_to_async(end)()
            answer: dict[str, Any] = await socket.receive_output(timeout=5)
            await socket.send_input({"type": "websocket.disconnect", "code": 1000})
            await socket.wait(timeout=5)
            return answer

        ticket = self.ticket(made)
        assert async_to_sync(listen)() == {"type": "websocket.close", "code": 4403}
        assert (admitted[:3], admitted[-1]) == ([True] * 3, False)
