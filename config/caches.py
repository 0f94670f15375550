"""The cache that all processes share in Redis, and that each has for itself while Redis is gone.

Where Redis cannot be reached, hangs, or answers that it cannot serve now, what was asked of it is done in this process's
memory, and Redis is left alone for some seconds, so that nobody but the first waits for it; then it is tried again, by a
thread of its own. The log says once that it went and once that it is back. Meanwhile rates are counted by each process for
itself. What was written meanwhile is not carried over: nothing that has to be remembered, or forgotten, may stand in the
cache alone.

What it keeps is numbers and what JSON knows. Whoever can write into Redis can thereby not run code here.
"""

from __future__ import annotations

import json
import logging
import math
import threading
import time
from collections.abc import Callable
from typing import Any, ClassVar

from django.core.cache.backends.base import DEFAULT_TIMEOUT, BaseCache
from django.core.cache.backends.locmem import LocMemCache
from django.core.cache.backends.redis import RedisCache, RedisCacheClient
from redis import ConnectionPool
from redis.backoff import NoBackoff
from redis.exceptions import DataError, RedisError
from redis.retry import Retry

from config.shared import CACHE_SECONDS

log = logging.getLogger(__name__)

REST_SECONDS = 5.0
"""How long Redis is left alone after it did not serve."""
COUNT = "if redis.call('exists', KEYS[1]) == 1 then return redis.call('incrby', KEYS[1], ARGV[1]) end return false"


class PlainSerializer:
    """Numbers as Redis counts them, all else as JSON."""

    def dumps(self, value: Any) -> int | bytes:
        return value if type(value) is int else json.dumps(value).encode()

    def loads(self, data: bytes) -> Any:
        try:
            return int(data)
        except ValueError:
            return json.loads(data)


class _Client(RedisCacheClient):
    """Django's client with one pool for the process. Django makes a backend for each thread, and under ASGI for each request:
    each would connect anew."""

    _shared: ClassVar[dict[str, ConnectionPool]] = {}
    _lock: ClassVar[threading.Lock] = threading.Lock()

    def __init__(self, servers: list[str], **options: Any) -> None:
        super().__init__(servers, **options)
        self._url = servers[0]

    def _get_connection_pool(self, write: bool) -> ConnectionPool:
        url = self._url
        with self._lock:
            if url not in self._shared:
                self._shared[url] = ConnectionPool.from_url(
                    url, protocol=2, socket_timeout=CACHE_SECONDS, socket_connect_timeout=CACHE_SECONDS,
                    retry=Retry(NoBackoff(), 0),
                )  # fmt: skip
            return self._shared[url]

    def incr(self, key: Any, delta: int) -> int:
        """In one step: between two, the key could end, and be counted on without an end."""
        found: int | None = self.get_client(key, write=True).eval(COUNT, 1, key, delta)
        if found is None:
            raise ValueError(f"Key “{key}” not found.")
        return found


class _Redis(RedisCache):
    def __init__(self, server: str, params: dict[str, Any]) -> None:
        super().__init__([server], {**params, "OPTIONS": {"serializer": PlainSerializer()}})
        self._class = _Client

    def clear(self) -> None:
        """What is ours, and not all that the server has."""
        client = self._cache.get_client(None, write=True)
        for key in client.scan_iter(match=f"{self.key_prefix}:*", count=1000):
            client.delete(key)


class Link:
    """What this process knows of a Redis: whether it is left alone now. `probe` writes something there, and raises where that
    cannot be done; `forget` takes away what an earlier absence left behind."""

    def __init__(self, probe: Callable[[], Any], forget: Callable[[], Any]) -> None:
        self._probe, self._forget = probe, forget
        self._lock = threading.Lock()
        self._rests_until = 0.0
        self.is_away = False

    def may_ask(self) -> bool:
        """Whether to ask Redis now. After a rest a thread tries, and nobody waits for it: that may take as long as it takes to
        find out that a name leads nowhere."""
        if not self.is_away:
            return True
        with self._lock:
            if time.monotonic() < self._rests_until:
                return False
            self._rests_until = math.inf
        try:
            threading.Thread(target=self._try, name="redis-probe", daemon=True).start()
        except RuntimeError:  # the process is ending
            self._rests_until = 0.0
        return False

    def failed(self, error: Exception) -> None:
        with self._lock:
            if self.is_away:
                return
            self._forget()
            self._rests_until = time.monotonic() + REST_SECONDS
            self.is_away = True
        log.warning(
            "Redis does not serve the cache (%s: %s). Each process counts for itself.", type(error).__name__, error
        )

    def _try(self) -> None:
        try:
            self._probe()
        except Exception:  # whatever it is: it is tried again
            self._rests_until = time.monotonic() + REST_SECONDS
            return
        self.is_away = False
        log.warning("Redis serves the cache again.")


class RedisOrMemory(BaseCache):
    """LOCATION is the address of Redis; OPTIONS are those of the memory."""

    _links: ClassVar[dict[str, Link]] = {}

    def __init__(self, server: str, params: dict[str, Any]) -> None:
        super().__init__(params)
        self._redis = _Redis(server, params)
        self._memory = LocMemCache(f"while {server} is gone", params)
        self.link = self._links.setdefault(server, Link(self._can_write, self._memory.clear))

    def _can_write(self) -> None:
        self._redis.set("probe", 1, timeout=1)

    def _ask(self, verb: str, *args: Any, **kwargs: Any) -> Any:
        if self.link.may_ask():
            try:
                return getattr(self._redis, verb)(*args, **kwargs)
            except DataError:
                raise  # the question is wrong, not Redis
            except (RedisError, OSError) as error:
                self.link.failed(error)
        return getattr(self._memory, verb)(*args, **kwargs)

    def add(self, key: str, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> Any:
        return self._ask("add", key, value, timeout=timeout, version=version)

    def get(self, key: str, default: Any = None, version: int | None = None) -> Any:
        return self._ask("get", key, default, version=version)

    def set(self, key: str, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> Any:
        return self._ask("set", key, value, timeout=timeout, version=version)

    def touch(self, key: str, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> Any:
        return self._ask("touch", key, timeout=timeout, version=version)

    def delete(self, key: str, version: int | None = None) -> Any:
        return self._ask("delete", key, version=version)

    def get_many(self, keys: Any, version: int | None = None) -> Any:
        return self._ask("get_many", list(keys), version=version)

    def has_key(self, key: str, version: int | None = None) -> Any:
        return self._ask("has_key", key, version=version)

    def incr(self, key: str, delta: int = 1, version: int | None = None) -> Any:
        return self._ask("incr", key, delta, version=version)

    def set_many(self, data: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> Any:
        return self._ask("set_many", dict(data), timeout=timeout, version=version)

    def delete_many(self, keys: Any, version: int | None = None) -> Any:
        return self._ask("delete_many", list(keys), version=version)

    def clear(self) -> Any:
        self._memory.clear()
        return self._ask("clear")
