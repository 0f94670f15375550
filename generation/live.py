"""Live progress: one hub per web process, and the websocket consumer that follows jobs through it.

The hub is a thread with a database connection of its own. It looks at the `version` of the jobs that its own sockets
follow, every quarter of a second; on SQLite it looks whenever the file was changed by anybody, which a counter tells for
a few microseconds, so that a reader sees an answer some tens of milliseconds after it was written. A socket is a hint: all
it says can be had from the JSON routes.
"""

from __future__ import annotations

import asyncio
import logging
import threading
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from importlib import import_module
from types import SimpleNamespace
from typing import Any
from urllib.parse import parse_qs

from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncJsonWebsocketConsumer
from django.conf import settings
from django.contrib.auth import get_user
from django.contrib.auth.models import AnonymousUser
from django.db import close_old_connections, connection
from django.db.models import Q

from accounts import tickets, viewing
from accounts.access import Actor, Verb, allows
from accounts.hosts import tenant_at
from accounts.middleware import actor_for
from accounts.models import Tenant
from accounts.tenancy import across_tenants, scope
from generation import numbers, steps, telemetry
from generation.jobs import public
from generation.models import Job, Run

log = logging.getLogger(__name__)

LOOK_SECONDS = 0.25
SQLITE_LOOK_SECONDS = 0.02
RECHECK_SECONDS = 20.0
MAX_FOLLOWERS = 2000


@dataclass(eq=False, slots=True)
class Follower:
    """A socket, and what it follows: a job, a run, or everything about a topic (a story) of one tenant."""

    tenant_id: uuid.UUID
    target: uuid.UUID
    tell: Callable[[dict[str, Any]], None]
    versions: dict[uuid.UUID, int] = field(default_factory=dict)
    who: str = ""
    """Whose socket it is: a user's id, or a stranger's address."""


class Hub:
    """Follows for all sockets of this process. The thread runs while somebody listens."""

    def __init__(self) -> None:
        self._followers: set[Follower] = set()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._wake = threading.Event()

    def follow(self, follower: Follower) -> None:
        with self._lock:
            self._followers.add(follower)
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._run, name="live-hub", daemon=True)
                self._thread.start()
        self._wake.set()

    def leave(self, follower: Follower) -> None:
        with self._lock:
            self._followers.discard(follower)

    def __len__(self) -> int:
        return len(self._followers)

    def count_of(self, who: str) -> int:
        """How many sockets somebody has open."""
        with self._lock:
            return sum(1 for follower in self._followers if follower.who == who)

    def _run(self) -> None:
        seen_change: Any = None
        looked = 0.0
        while True:
            with self._lock:
                followers = list(self._followers)
                if not followers:
                    self._thread = None
                    break
            try:
                change = _change_counter()
                news = change is None or change != seen_change or self._wake.is_set()
                if news or time.monotonic() - looked >= LOOK_SECONDS:
                    self._wake.clear()
                    seen_change, looked = change, time.monotonic()
                    _look(followers)
            except Exception:
                log.exception("the live hub could not look")
                close_old_connections()
                time.sleep(1)
            self._wake.wait(LOOK_SECONDS if connection.vendor != "sqlite" else SQLITE_LOOK_SECONDS)
        connection.close()


def _change_counter() -> int | None:
    """A number that changes when another connection writes to the file; None on servers that have none."""
    if connection.vendor != "sqlite":
        return None
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA data_version")
        return int(cursor.fetchone()[0])


def _look(followers: list[Follower]) -> None:
    """Tell every follower of the jobs whose version grew since it was last told."""
    targets = {follower.target for follower in followers}
    with across_tenants("one hub follows for the sockets of all tenants"):
        followed = Q(id__in=targets) | Q(run_id__in=targets) | Q(run__topic_id__in=targets)
        rows = Job.objects.filter(followed).values_list("id", "version", "tenant_id", "run_id", "run__topic_id")
        behind: dict[uuid.UUID, list[Follower]] = {}
        for job_id, version, tenant_id, run_id, topic_id in rows:
            for follower in followers:
                if follower.tenant_id != tenant_id or follower.target not in (job_id, run_id, topic_id):
                    continue
                if follower.versions.get(job_id) != version:
                    behind.setdefault(job_id, []).append(follower)
        jobs = list(
            Job.objects.filter(id__in=list(behind)).select_related("run__tier", "model", "asset").order_by("created_at")
        )
        hidden = steps.hidden(jobs)
        waits = steps.waiting([job for job in jobs if job.id in hidden]) if hidden else set()
    for job in jobs:
        for follower in behind[job.id]:
            follower.versions[job.id] = job.version
        if job.id in hidden - waits:
            continue  # nobody is told of it: staff, too, have pages for that
        with scope(job.tenant_id):
            said = {"type": "progress", "data": public.live(job, waits=job.id in waits)}
        for follower in behind[job.id]:
            follower.tell(said)


hub = Hub()


class ProgressConsumer(AsyncJsonWebsocketConsumer):
    """`/ws/progress/{job or run}`: messages `{"type": "progress", "data": ...}`; the present state comes first."""

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
