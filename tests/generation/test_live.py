"""The hub: every follower is told of every change once, and of nothing that belongs to another tenant."""

from __future__ import annotations

import asyncio
import time
import uuid
from collections import defaultdict
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.tenancy import scope
from generation import hub as hubs
from generation import live
from generation.hub import Follower, Hub
from generation.jobs import public
from generation.models import Job
from generation.wakes import Moved
from tests import factories

pytestmark = pytest.mark.django_db


class Ear:
    """A follower that remembers."""

    def __init__(self, tenant_id: uuid.UUID, target: uuid.UUID) -> None:
        self.heard: list[dict[str, Any]] = []
        self.follower = Follower(tenant_id, target, self.heard.append)

    @property
    def parts(self) -> list[tuple[str, int, str]]:
        """(kind, version, status) of what was heard."""
        return [(said["data"]["kind"], said["data"]["version"], said["data"]["status"]) for said in self.heard]


@pytest.fixture
def made(world: Any) -> Any:
    """A story's first scene of either tenant, nothing of it made yet."""
    with scope(world.tenant):
        here = factories.story(world.user("reader"), world.kids)
    with scope(world.harbour):
        there = factories.story(world.user("harbour-owner"), world.tales)
    return here, there


def grow(world: Any, job_id: uuid.UUID, **changes: Any) -> None:
    with scope(world.tenant):
        job = Job.objects.get(id=job_id)
        Job.objects.filter(id=job_id).update(version=job.version + 1, **changes)


def look(*ears: Ear) -> None:
    hubs._look([ear.follower for ear in ears])


def test_the_present_state_comes_first_and_each_change_once(world: Any, made: Any) -> None:
    here, _ = made
    story = Ear(world.tenant.id, here.story_id)
    look(story)
    assert sorted(story.parts) == [("image", 1, "pending"), ("text", 1, "pending")]
    look(story)
    assert len(story.heard) == 2
    grow(world, here.job_id, status="running", progress=0.5)
    look(story)
    look(story)
    assert story.parts[2:] == [("text", 2, "generating")]
    with scope(world.tenant):
        job = Job.objects.select_related("run__tier", "model", "asset").get(id=here.job_id)
        assert story.heard[-1] == {"type": "progress", "data": public.live(job)}


def test_a_job_a_run_or_a_story_may_be_followed(world: Any, made: Any) -> None:
    here, _ = made
    job = Ear(world.tenant.id, here.job_id)
    run = Ear(world.tenant.id, here.job.run_id)
    nothing = Ear(world.tenant.id, uuid.uuid4())
    look(job, run, nothing)
    assert ([part[0] for part in job.parts], sorted(part[0] for part in run.parts), nothing.parts) == (
        ["text"], ["image", "text"], [],
    )  # fmt: skip


def test_another_tenants_follower_hears_nothing(world: Any, made: Any) -> None:
    """Even with the right id: whoever lets it follow has made a mistake, and the hub does not make it worse."""
    here, there = made
    thief, owner = Ear(world.harbour.id, here.story_id), Ear(world.harbour.id, there.story_id)
    friend = Ear(world.tenant.id, here.story_id)
    look(thief, owner, friend)
    assert (thief.heard, len(owner.heard), len(friend.heard)) == ([], 2, 2)
    assert {said["data"]["run"] for said in owner.heard} == {str(there.job.run_id)}


def test_followers_of_one_story_are_each_told(world: Any, made: Any) -> None:
    here, _ = made
    early = Ear(world.tenant.id, here.story_id)
    look(early)
    late = Ear(world.tenant.id, here.story_id)
    look(early, late)
    assert (len(early.heard), len(late.heard)) == (2, 2)


def test_looking_costs_the_same_for_all(world: Any, made: Any) -> None:
    here, there = made
    ears = [Ear(world.tenant.id, here.story_id) for _ in range(40)] + [Ear(world.harbour.id, there.story_id)]
    look(Ear(world.tenant.id, here.story_id))  # the queue is known from now on
    with CaptureQueriesContext(connection) as queries:
        look(*ears)
    # For either tenant: which runs and jobs there are, those with news, and of each of their two steps what is hidden.
    assert len(queries) == 10
    with CaptureQueriesContext(connection) as queries:
        look(*ears)
    assert len(queries) == 4


class TestTheThread:
    """The hub's own loop, with what it looks at taken out: that is tested above."""

    def test_it_runs_while_somebody_listens_and_outlives_a_fault(
        self, world: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        looks: defaultdict[int, int] = defaultdict(int)

        def looked(followers: list[Follower]) -> None:
            looks[len(followers)] += 1
            if sum(looks.values()) == 1:
                raise RuntimeError("the database was away")

        monkeypatch.setattr(hubs, "_look", looked)
        monkeypatch.setattr(hubs, "_change_counter", lambda: None)
        monkeypatch.setattr(hubs, "close_old_connections", lambda: None)
        monkeypatch.setattr(hubs.time, "sleep", lambda _: None)
        hub, ears = Hub(), [Ear(world.tenant.id, uuid.uuid4()) for _ in range(2)]
        for ear in ears:
            hub.follow(ear.follower)
        assert until(lambda: looks[2] >= 3)
        hub.leave(ears[0].follower)
        assert until(lambda: looks[1] >= 2)
        hub.leave(ears[1].follower)
        assert until(lambda: hub._thread is None)
        assert len(hub) == 0
        before = dict(looks)
        hub.follow(ears[0].follower)  # and begins again for the next one
        assert until(lambda: looks[1] > before[1])
        hub.leave(ears[0].follower)
        assert until(lambda: hub._thread is None)

    def test_a_wake_has_it_look_at_whom_it_means(self, world: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        looks: list[set[uuid.UUID]] = []
        monkeypatch.setattr(hubs, "_look", lambda followers: looks.append({one.target for one in followers}))
        monkeypatch.setattr(hubs, "_change_counter", lambda: None)
        monkeypatch.setattr(hubs, "LOOK_SECONDS", 600.0)
        hub, ears = Hub(), [Ear(world.tenant.id, uuid.uuid4()) for _ in range(3)]
        one, two, late = (ear.follower.target for ear in ears)
        hub.follow(ears[0].follower)
        hub.follow(ears[1].follower)
        assert until(lambda: set().union(*looks) == {one, two})
        looks.clear()
        hub.hear([Moved(world.tenant.id, uuid.uuid4(), two, None), Moved(world.harbour.id, one, one, one)])
        assert until(lambda: looks) and looks == [{two}]
        hub.follow(ears[2].follower)
        assert until(lambda: len(looks) == 2) and looks[1] == {late}
        hub.hear(None)
        assert until(lambda: len(looks) == 3) and looks[2] == {one, two, late}
        for ear in ears:
            hub.leave(ear.follower)
        assert until(lambda: hub._thread is None)


def until(holds: Any, seconds: float = 10) -> bool:
    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        if holds():
            return True
        time.sleep(0.01)
    return False


def test_a_socket_that_does_not_read_loses_hints_and_nothing_else() -> None:
    async def flood() -> tuple[int, int]:
        loop, news = asyncio.get_running_loop(), asyncio.Queue[dict[str, Any]](maxsize=2)
        for number in range(5):
            live._post(loop, news, {"number": number})
        await asyncio.sleep(0)
        return news.qsize(), (await news.get())["number"]

    assert asyncio.run(flood()) == (2, 0)
    closed = asyncio.new_event_loop()
    closed.close()
    live._post(closed, asyncio.Queue(), {})  # the process is ending; nobody is told and nothing breaks
