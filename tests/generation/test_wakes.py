"""Wakes: every grown version is told once it is committed, to this process and over the layer to others; a layer that is gone,
hangs or is flooded costs whoever moved a job nothing."""

from __future__ import annotations

import asyncio
import logging
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import transaction

from config import shared
from generation import wakes
from generation.hub import Follower, _meant
from generation.jobs import asking, claiming, ending, transitions
from generation.models import Job, Lane, Run, Status
from generation.wakes import Moved
from tests import factories
from tests.installs import until
from tests.servers import RedisServer, a_redis

Heard = list[set[Moved] | None]


@pytest.fixture
def on_a_server(monkeypatch: pytest.MonkeyPatch) -> None:
    """On SQLite nobody is told, because nobody needs it."""
    monkeypatch.setattr(wakes, "connection", SimpleNamespace(vendor="postgresql"))


@pytest.fixture
def heard(on_a_server: None) -> Iterator[Heard]:
    """What this process's hub would hear."""
    found: Heard = []
    ear = wakes.Ear(lambda hints: found.append(None if hints is None else set(hints)))
    yield found
    ear.close()


@pytest.mark.django_db(transaction=True)
class TestWhatIsTold:
    def test_each_way_a_version_grows(self, in_tenant: Any, step: Any, heard: Heard) -> None:
        topic = uuid.uuid4()
        job = factories.job(in_tenant.user("reader"), in_tenant.kids)
        Run.objects.update(topic_id=topic)
        mine = Moved(in_tenant.tenant.id, job.id, job.run_id, topic)

        def told(change: Callable[[], Any]) -> tuple[bool, set[Any]]:
            """Whether the version grew, and who was told to be moved."""
            heard.clear()
            before = Job.objects.get(id=job.id).version
            change()
            return Job.objects.get(id=job.id).version > before, set().union(*(one or set() for one in heard))

        def fresh() -> Job:
            return Job.objects.select_related("run").get(id=job.id)

        assert told(lambda: claiming.claim(worker="w", room=dict.fromkeys(Lane, 5))) == (True, {mine})
        assert fresh().status == Status.RUNNING
        Job.objects.update(status=Status.DONE)
        assert told(lambda: transitions.stir(run__topic_id=topic)) == (True, {mine})
        assert told(lambda: ending.forget(fresh())) == (True, {mine})
        Job.objects.update(status=Status.QUEUED)
        assert told(lambda: transitions.write(fresh(), progress=0.5)) == (True, {mine})
        assert told(lambda: transitions.write(fresh(), seen=False, tries=1)) == (False, set())
        assert told(lambda: asking.cancel(fresh())) == (True, {mine})
        without_run = Job.objects.get(id=job.id)
        Job.objects.update(status=Status.QUEUED)
        without_run.status = Status.QUEUED
        assert told(lambda: transitions.write(without_run, progress=0.6)) == (True, {mine._replace(topic_id=None)})

    def test_what_was_rolled_back_is_not_told(self, in_tenant: Any, step: Any, heard: Heard) -> None:
        job = factories.job(in_tenant.user("reader"), in_tenant.kids)
        with pytest.raises(RuntimeError), transaction.atomic():
            transitions.write(job, progress=0.5)
            assert heard == []
            raise RuntimeError
        assert heard == []
        with transaction.atomic():
            transitions.write(Job.objects.get(id=job.id), progress=0.5)
            assert heard == []
        assert [len(one or ()) for one in heard] == [1]

    def test_a_layer_that_fails_fails_nobody(
        self, in_tenant: Any, step: Any, heard: Heard, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def broken() -> bool:
            raise RuntimeError("no layer")

        monkeypatch.setattr(wakes, "is_shared", broken)
        job = factories.job(in_tenant.user("reader"), in_tenant.kids)
        assert (transitions.write(job, progress=0.5), len(heard)) == (True, 1)

    def test_on_sqlite_nothing_is(
        self, in_tenant: Any, step: Any, heard: Heard, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(wakes, "connection", SimpleNamespace(vendor="sqlite"))
        job = factories.job(in_tenant.user("reader"), in_tenant.kids)
        transitions.write(job, progress=0.5)
        transitions.stir(id=job.id)
        assert heard == []


def test_who_is_meant() -> None:
    ours, theirs = uuid.uuid4(), uuid.uuid4()
    job, run, topic, old = (uuid.uuid4() for _ in range(4))
    followers = {
        name: Follower(tenant, target, lambda said: None, versions)
        for name, tenant, target, versions in (
            ("its job", ours, job, {}), ("its run", ours, run, {}), ("its topic", ours, topic, {}),
            ("one who knows it", ours, uuid.uuid4(), {job: 3}), ("another", ours, uuid.uuid4(), {old: 1}),
            ("a stranger", theirs, job, {job: 3}),
        )
    }  # fmt: skip
    meant = _meant(list(followers.values()), {Moved(ours, job, run, topic)})
    assert {name for name, follower in followers.items() if follower in meant} == {
        "its job", "its run", "its topic", "one who knows it",
    }  # fmt: skip
    assert _meant(list(followers.values()), set()) == set()


# Over a real layer.


def a_hint() -> Moved:
    return Moved(uuid.uuid4(), uuid.uuid4(), uuid.uuid4(), None)


class TestOverRedis:
    @pytest.fixture
    def server(self, tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[RedisServer]:
        for name, seconds in (("ECHO_SECONDS", 0.2), ("DEAF_SECONDS", 1.0), ("STEP_SECONDS", 0.05)):
            monkeypatch.setattr(wakes, name, seconds)
        for name in ("FIRST_PAUSE", "LONGEST_PAUSE"):
            monkeypatch.setattr(wakes, name, 0.1)
        with a_redis(tmp_path) as server:
            settings.CHANNEL_LAYERS = shared.channel_layers(server.url)
            yield server

    @pytest.fixture
    def listening(self, server: RedisServer) -> Iterator[tuple[wakes.Ear, Heard]]:
        found: Heard = []
        ear = wakes.Ear(lambda hints: found.append(None if hints is None else set(hints)))
        until(lambda: ear.hears, 10, "a listener that hears itself")
        yield ear, found
        ear.close()
        until(lambda: not [one for one in wakes.threading.enumerate() if one.name == "wakes-in"], 10, "its end")

    @pytest.fixture
    def elsewhere(self, monkeypatch: pytest.MonkeyPatch) -> Iterator[wakes.Outbox]:
        """The outbox of another process."""
        real = wakes._send

        async def send(hints: set[Moved] | None, **more: str) -> None:
            await real(hints, **{"origin": "elsewhere", **more})

        monkeypatch.setattr(wakes, "_send", send)
        return wakes.Outbox()

    def test_others_hear_and_whoever_said_it_does_not(
        self, listening: Any, elsewhere: wakes.Outbox, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        _, found = listening
        assert found == [None]  # what was said before it listened is lost
        hints = {a_hint(), a_hint()._replace(topic_id=uuid.uuid4())}
        elsewhere.put(hints)
        until(lambda: found[1:] == [hints], 10, "the hints")
        asyncio.run(wakes._send({a_hint()}, origin=wakes._origin))
        elsewhere.put(a_hint() for _ in range(wakes.MOST + 1))
        until(lambda: found[2:] == [None], 10, "that there was too much to say")

    @pytest.mark.parametrize("manner", ["killed", "held"])
    def test_it_goes_and_comes_back(
        self,
        server: RedisServer,
        listening: Any,
        elsewhere: wakes.Outbox,
        manner: str,
        caplog: pytest.LogCaptureFixture,
    ) -> None:
        ear, found = listening
        with caplog.at_level(logging.WARNING):
            (server.kill if manner == "killed" else server.hold)()
            lost = a_hint()
            elsewhere.put([lost])
            until(lambda: not ear.hears, 10, "that the listener hears nothing")
            until(lambda: elsewhere._pause, 10, "that nothing can be sent")
            for _ in range(3):
                time.sleep(0.15)
                elsewhere.put([a_hint()])
            (server.start if manner == "killed" else server.let_go)()
            until(lambda: ear.hears, 15, "that it hears again")

            def flows() -> bool:
                new = a_hint()
                elsewhere.put([new])
                time.sleep(0.1)
                return {new} in found

            until(flows, 15, "hints")
        assert None in found[1:]  # so that its hub looks at everything
        told = sorted({record.getMessage().split(" (")[0] for record in caplog.records})
        assert told == [
            "Hints are heard again.", "Hints to other processes are sent again.", "Hints to other processes cannot be sent",
            "No hints are heard",
        ]  # fmt: skip
        assert len(caplog.records) == 4  # once each, however long it took

    def test_without_a_shared_layer_nobody_sends(self, settings: Any, on_a_server: None) -> None:
        settings.CHANNEL_LAYERS = shared.channel_layers("")
        before = wakes._outbox._thread
        wakes._say([a_hint()])
        assert (wakes.is_shared(), wakes._outbox._thread) == (False, before)
