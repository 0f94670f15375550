"""The shared cache: one number for all processes, and a cache of one's own while Redis is gone, hangs or cannot serve."""

from __future__ import annotations

import contextvars
import logging
import math
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import redis
from django.core.cache import CacheHandler
from django.core.cache.backends.base import BaseCache
from django.core.cache.backends.locmem import LocMemCache

from config import caches as house
from config import shared
from config.caches import RedisOrMemory
from tests.installs import until
from tests.servers import RedisServer, a_redis

AWAY = "Redis does not serve the cache"
BACK = "Redis serves the cache again."


@pytest.fixture(scope="module")
def standing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisServer]:
    with a_redis(tmp_path_factory.mktemp("redis")) as server:
        yield server


@pytest.fixture
def server(standing: RedisServer) -> Iterator[RedisServer]:
    """A Redis that answers and is empty, whatever the test before did with it."""
    redis.Redis(port=standing.port).flushall()
    yield standing
    if not standing.answers():
        standing.kill()
        standing.start()


@pytest.fixture
def cache(server: RedisServer) -> Iterator[RedisOrMemory]:
    made = a_cache(server.url)
    yield made
    made._memory.clear()
    RedisOrMemory._links.pop(server.url, None)


def a_cache(url: str) -> RedisOrMemory:
    params = {name: value for name, value in shared.caches(url)["default"].items() if name.isupper()}
    return RedisOrMemory(url, params)


def said(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.getMessage().split(" (")[0] for record in caplog.records if record.name == house.log.name]


def tried(cache: RedisOrMemory) -> bool:
    """Let the time pass for which Redis is left alone; whether it is asked again after a try."""
    cache.link._rests_until = time.monotonic()
    cache.link.may_ask()
    until(lambda: not cache.link.is_away or cache.link._rests_until < math.inf, 10, "the end of a try")
    return cache.link.may_ask()


def asked(cache: RedisOrMemory, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What Redis is asked from now on, whether it answers or not."""
    heard: list[str] = []

    def listen(verb: str) -> None:
        real = getattr(cache._redis, verb)
        monkeypatch.setattr(cache._redis, verb, lambda *args, **more: heard.append(verb) or real(*args, **more))

    for verb in ("add", "incr", "set"):
        listen(verb)
    return heard


def questions(cache: BaseCache) -> list[Any]:
    """What the house may ask of a cache, and what it is answered."""

    def refused(ask: Callable[[], Any]) -> str:
        try:
            return str(ask())
        except ValueError:
            return "ValueError"

    return [
        refused(lambda: cache.incr("n")), cache.add("n", 1, timeout=60), cache.add("n", 5, timeout=60), cache.incr("n"),
        cache.incr("n", 3), cache.decr("n"), cache.get("n"), cache.set("said", {"a": [1, None, "5"]}), cache.get("said"),
        cache.get("nothing", "else"), cache.has_key("said"), cache.touch("said", 90), cache.touch("nothing"),
        cache.set_many({"x": 1, "y": True}), cache.get_many(["x", "y", "z"]), cache.get_or_set("x", 9), cache.delete("x"),
        cache.delete("x"), cache.delete_many(["y"]), cache.get("y"), cache.set("gone", 1, timeout=0), cache.get("gone"),
        refused(lambda: cache.decr("gone")), "n" in cache, cache.clear() in (True, None), cache.get("n"),
    ]  # fmt: skip


def test_it_answers_as_a_memory_does(server: RedisServer, cache: RedisOrMemory) -> None:
    expected = questions(LocMemCache("apart", {}))
    assert questions(cache) == expected
    server.kill()
    assert questions(cache) == expected


def test_processes_count_together_and_apart_while_it_is_gone(
    server: RedisServer, cache: RedisOrMemory, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What another process is: another connection to the same number, and a memory of its own."""
    other = redis.Redis(port=server.port)
    cache.add("n", 1, timeout=60)
    assert (cache.incr("n"), other.incr("fablewright:1:n"), cache.incr("n")) == (2, 3, 4)
    heard = asked(cache, monkeypatch)
    with caplog.at_level(logging.WARNING):
        server.kill()
        assert [cache.add("n", 1, timeout=60), *(cache.incr("n") for _ in range(200))] == [True, *range(2, 202)]
        server.start()
        assert (cache.incr("n"), heard) == (202, ["add"])  # it is left alone
        assert tried(cache)
        assert (cache.add("n", 1, timeout=60), cache.incr("n"), other.get("fablewright:1:n")) == (True, 2, b"2")
    assert said(caplog) == [AWAY, BACK]
    server.kill()  # what was counted in the last absence is not counted on in the next
    assert (cache.add("n", 1), cache.incr("n")) == (True, 2)


def test_one_that_hangs_is_waited_for_once(
    server: RedisServer, cache: RedisOrMemory, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache.set("n", 1)
    heard = asked(cache, monkeypatch)
    server.hold()
    try:
        with caplog.at_level(logging.WARNING):
            cache.set("n", 1)
            assert [cache.incr("n") for _ in range(100)] == list(range(2, 102))
            cache.link._rests_until = time.monotonic()
            with ThreadPoolExecutor(8) as threads:
                assert sorted(threads.map(lambda _: cache.incr("n"), range(8))) == list(range(102, 110))
            until(lambda: cache.link._rests_until < math.inf, 10, "the end of a try")
    finally:
        server.let_go()
    assert (heard, said(caplog)) == (["set", "set"], [AWAY])  # the second by a thread of its own
    assert (tried(cache), cache.incr("n")) == (True, 2)


@pytest.mark.parametrize("order", ["REPLICAOF 127.0.0.1 1", "CONFIG SET maxmemory 1"])
def test_one_that_takes_no_writes_is_gone(server: RedisServer, cache: RedisOrMemory, order: str) -> None:
    cache.add("n", 1)
    owner = redis.Redis(port=server.port)
    owner.execute_command(*order.split())
    try:
        assert [cache.add("m", 1), cache.incr("m"), cache.link.is_away, tried(cache)] == [True, 2, True, False]
    finally:
        owner.execute_command("REPLICAOF", "NO", "ONE")
        owner.execute_command("CONFIG", "SET", "maxmemory", "0")
    assert (tried(cache), cache.incr("n")) == (True, 2)


def test_a_started_one_is_asked_again_by_old_connections(server: RedisServer, cache: RedisOrMemory) -> None:
    """Nobody asked while it was gone: what the pool holds is dead, and the first question is answered all the same."""
    with ThreadPoolExecutor(4) as threads:
        list(threads.map(lambda _: cache.set("n", 1), range(8)))
    server.kill()
    server.start()
    assert ([cache.get("n") for _ in range(6)], cache.link.is_away) == ([None] * 6, False)


def test_it_takes_away_only_what_is_ours(server: RedisServer, cache: RedisOrMemory) -> None:
    owner = redis.Redis(port=server.port)
    owner.set("another's", 1)
    cache.set("n", 1)
    cache.clear()
    assert owner.keys() == [b"another's"]


def test_what_stands_there_is_no_code(server: RedisServer, cache: RedisOrMemory) -> None:
    with pytest.raises(TypeError):
        cache.set("n", object())
    assert cache.link.is_away is False
    cache.set("said", "12")
    assert (redis.Redis(port=server.port).get("fablewright:1:said"), cache.get("said")) == (b'"12"', "12")


@pytest.mark.parametrize("backend", ["ours", "Django's"])
def test_one_pool_for_all_threads_and_requests(server: RedisServer, cache: RedisOrMemory, backend: str) -> None:
    """Django makes a cache for each context, and each request under ASGI has one of its own. Django's connects for each."""
    plain = {"default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": server.url}}
    owner, made = redis.Redis(port=server.port), []
    handler = CacheHandler(shared.caches(server.url) if backend == "ours" else plain)

    def visit() -> None:
        handler["default"].set("n", 1)
        made.append(handler["default"])

    before = len(owner.client_list())
    for _ in range(20):
        contextvars.Context().run(visit)
    more = len(owner.client_list()) - before
    assert (len({id(one) for one in made}), more <= 1, more == 20) == (20, backend == "ours", backend != "ours")
