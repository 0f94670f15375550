"""Live progress: the websocket consumer that follows jobs through the process's hub (`generation.hub`). A socket is a hint:
all it says can be had from the JSON routes.
"""

from __future__ import annotations

import asyncio
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from types import SimpleNamespace
from typing import Any
from urllib.parse import parse_qs

from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncJsonWebsocketConsumer
from django.conf import settings
from django.contrib.auth import get_user
from django.contrib.auth.models import AnonymousUser
from django.db.models import Q

from accounts import tickets, viewing
from accounts.access import Actor, Verb, allows
from accounts.hosts import tenant_at
from accounts.middleware import actor_for
from accounts.models import Tenant
from accounts.tenancy import scope
from generation import numbers, steps, telemetry
from generation.hub import MAX_FOLLOWERS, Follower, hub
from generation.models import Job, Run

RECHECK_SECONDS = 20.0


class ProgressConsumer(AsyncJsonWebsocketConsumer):
    """`/ws/progress/{job or run}`: messages `{"type": "progress", "data": ...}`; the present state comes first."""

    channel_layer_alias = "none"
    """A socket listens to the hub alone. With a layer it would listen to Redis too, and end with it."""

    async def connect(self) -> None:
        self.follower: Follower | None = None
        self._watch: asyncio.Task[None] | None = None
        target = self.scope["url_route"]["kwargs"]["target"]
        admit = database_sync_to_async(self._admit)
        tenant_id = await admit(target, at_the_door=True) if self._same_origin() else None
        if tenant_id is None or len(hub) >= MAX_FOLLOWERS:
            await self.close(code=4404)
            return
        if hub.count_of(self.who) >= settings.SOCKETS_PER_PERSON:
            await self.close(code=4429)
            return
        loop = asyncio.get_running_loop()
        self._news: asyncio.Queue[dict[str, Any]] = asyncio.Queue(maxsize=1000)
        self.follower = Follower(tenant_id, target, lambda said: _post(loop, self._news, said), who=self.who)
        hub.follow(self.follower)  # before anything is waited for: of several at once, each is counted
        numbers.quietly(numbers.SOCKETS.inc)
        await self.accept()
        self._watch = asyncio.create_task(self._pass_on(target))

    async def disconnect(self, code: int) -> None:
        if self.follower is not None:
            hub.leave(self.follower)
            numbers.quietly(numbers.SOCKETS.dec)
        if self._watch is not None:
            self._watch.cancel()

    async def receive_json(self, content: Any, **_: Any) -> None:
        """Browsers say nothing here."""

    async def _pass_on(self, target: uuid.UUID) -> None:
        """Send what the hub tells, and ask now and then whether this reader may still listen: a sign-out, a lost
        membership, a revoked key or a hidden story ends the socket."""
        checked = time.monotonic()
        while True:
            try:
                said = await asyncio.wait_for(self._news.get(), timeout=RECHECK_SECONDS)
            except TimeoutError:
                said = None
            if time.monotonic() - checked >= RECHECK_SECONDS:
                checked = time.monotonic()
                if await database_sync_to_async(self._admit)(target) is None:
                    await self.close(code=4403)
                    return
            if said is not None:
                await self.send_json(said)

    def _same_origin(self) -> bool:
        """A page of another site may not open a socket with this reader's cookie."""
        headers = dict(self.scope["headers"])
        origin = headers.get(b"origin", b"").decode("latin-1")
        host = headers.get(b"host", b"").decode("latin-1")
        return not origin or origin.split("://", 1)[-1] == host

    def _admit(self, target: uuid.UUID, *, at_the_door: bool = False) -> uuid.UUID | None:
        """The tenant's id if this reader may follow `target`, else None. Where no session says who it is, a ticket does."""
        host = dict(self.scope["headers"]).get(b"host", b"").decode("latin-1")
        tenant = tenant_at(host)
        if tenant is None or not tenant.is_open:
            return None
        with scope(tenant):
            user = _fresh_user(self.scope, tenant)
            if at_the_door:
                self.came_by_ticket = not user.is_authenticated
            if self.came_by_ticket:
                shown = tickets.open_(self._ticket(), tenant=tenant, target=target, at_the_door=at_the_door)
                user = shown or AnonymousUser()
            actor = actor_for(user, tenant)
            self.who = str(actor.user_id or (self.scope.get("client") or ["unknown"])[0])
            telemetry.seen(self.scope, tenant_id=tenant.id, actor_id=actor.user_id or "")
            return tenant.id if self.may_follow(actor, target) else None

    def _ticket(self) -> str:
        """From the address, which no token may stand in: a ticket is good for a minute and for this socket alone."""
        asked = parse_qs(self.scope.get("query_string", b"").decode("latin-1"))
        return asked.get("ticket", [""])[0]

    def may_follow(self, actor: Actor, target: uuid.UUID) -> bool:
        return may_follow_work(actor, target)


def may_follow_work(actor: Actor, target: uuid.UUID) -> bool:
    """Whether `target` is a job, a run or a piece of the studio that this actor may see. A story's topic has a socket of its
    own, because a story can be hidden from whoever asked for it; so can what one of its jobs made, and then there is nothing
    to follow."""
    asked = Q(id=target) | Q(jobs=target) | Q(topic_id=target, tier=None)
    run = Run.objects.filter(asked).first()
    if run is None or not allows(actor, Verb.READ, Asked(run)):
        return False
    if actor.is_staff or run.tier_id is None:
        return True
    jobs = list(Job.objects.filter(Q(id=target) | Q(run_id=target)).defer("request", "result", "partial"))
    hidden = steps.hidden(jobs)
    return not jobs or bool(
        {job.id for job in jobs} - hidden | steps.waiting([job for job in jobs if job.id in hidden])
    )


MayFollow = Callable[[Actor, uuid.UUID], bool]
_sockets: dict[str, MayFollow] = {"/ws/progress/": may_follow_work}


def register_socket(prefix: str, may_follow: MayFollow) -> None:
    """Make a room's sockets known: they live at `prefix` with the id of what they follow behind it."""
    _sockets[prefix] = may_follow


def socket_for(actor: Actor, target: uuid.UUID) -> str | None:
    """The path of the socket that tells this actor about `target`; None where they may see no such thing."""
    return next((f"{prefix}{target}" for prefix, may_follow in _sockets.items() if may_follow(actor, target)), None)


@dataclass(frozen=True, slots=True)
class Asked:
    """A run, as access sees it: the asker's own."""

    run: Run

    @property
    def tenant_id(self) -> uuid.UUID:
        return self.run.tenant_id

    @property
    def owner_id(self) -> uuid.UUID | None:
        return self.run.user_id

    @property
    def visibility(self) -> str:
        return "private"


def _post(loop: asyncio.AbstractEventLoop, news: asyncio.Queue[dict[str, Any]], said: dict[str, Any]) -> None:
    """From the hub's thread into the socket's loop. A socket that does not read loses hints, not truth."""

    def put() -> None:
        if not news.full():
            news.put_nowait(said)

    try:
        loop.call_soon_threadsafe(put)
    except RuntimeError:
        return  # the loop is closed: the process is ending


def _fresh_user(asgi_scope: dict[str, Any], tenant: Tenant) -> Any:
    """The user that the session names now, not when the socket was opened; where staff view as somebody else, that one."""
    key = getattr(asgi_scope.get("session"), "session_key", None)
    if key is None:
        return AnonymousUser()
    store = import_module(settings.SESSION_ENGINE).SessionStore(key)
    user = get_user(SimpleNamespace(session=store))  # type: ignore[arg-type]
    return viewing.through(store, user, tenant) or AnonymousUser()
