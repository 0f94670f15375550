"""What all processes share beside the database: Redis, as the environment names it. Knows no Django, so settings can use it.

REDIS_URL is `redis://[user:password@]host[:port][/database]`, `rediss://...` (TLS) or `unix:///path/to/socket`; what a
password has of `@:/%` is percent-encoded. Its value may stand in a file that REDIS_URL_FILE names. Without either, each process
has a cache and a channel layer of its own. What is wrong is a sentence that names the variable and never the password.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

PREFIX = "fablewright"
CACHE_SECONDS = 0.25
"""The most that a question to the cache waits for a connection, and again for the answer: a page waits along."""
LAYER_SECONDS = 1.0
"""The same for the channel layer, which nobody's answer waits for."""
MAX_ENTRIES = 50_000
"""The usual 300 would forget the counters of `accounts.rates` while they count."""
MEMORY = {"BACKEND": "config.memory.Memory", "OPTIONS": {"MAX_ENTRIES": MAX_ENTRIES}}


def read(environment: Mapping[str, str]) -> tuple[str, list[str]]:
    """The address of Redis, "" where there is none; and what is wrong, in sentences. What is wrong counts as not set."""
    wrong: list[str] = []
    url, file = (environment.get(name, "").strip() for name in ("REDIS_URL", "REDIS_URL_FILE"))
    if url and file:
        wrong.append("Both REDIS_URL and REDIS_URL_FILE are set. Unset one of them.")
    elif file:
        try:
            url = Path(file).read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            reason = getattr(error, "strerror", None) or "it is no text"
            wrong.append(f"REDIS_URL_FILE names a file that cannot be read: {file} ({reason}).")
        else:
            if not url:
                wrong.append(f"REDIS_URL_FILE names a file that is empty: {file}.")
    if url and not _is_address(url):
        wrong.append("REDIS_URL is no address of Redis. Write one like redis://:password@redis.example.com:6379/0.")
    return ("" if wrong else url), wrong


def caches(url: str) -> dict[str, dict[str, Any]]:
    """Django's CACHES. "default" is shared where Redis is there; "process" is always the process's own."""
    own = {**MEMORY, "LOCATION": "process"}
    if not url:
        return {"default": MEMORY, "process": own}
    shared = {
        "BACKEND": "config.caches.RedisOrMemory",
        "LOCATION": url,
        "KEY_PREFIX": PREFIX,
        "OPTIONS": {"MAX_ENTRIES": MAX_ENTRIES},
    }
    return {"default": shared, "process": own}


def channel_layers(url: str) -> dict[str, dict[str, Any]]:
    """Django Channels' CHANNEL_LAYERS. What goes over them are hints (`generation.wakes`), so that one is lost costs nothing
    and Redis has nothing to keep: publishing and subscribing, and no lists."""
    if not url:
        return {"default": {"BACKEND": "channels.layers.InMemoryChannelLayer"}}
    from redis.asyncio.retry import Retry  # takes a while to import, and one process needs none of it
    from redis.backoff import NoBackoff

    host = {
        "address": url,
        "protocol": 2,
        "socket_timeout": LAYER_SECONDS,
        "socket_connect_timeout": LAYER_SECONDS,
        "retry": Retry(NoBackoff(), 0),  # whoever sends and listens there has a patience of their own
    }
    return {
        "default": {
            "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
            "CONFIG": {"hosts": [host], "prefix": PREFIX},
        }
    }


def _is_address(url: str) -> bool:
    from redis import ConnectionPool

    try:
        parts = urlsplit(url)
        host, port, database = parts.hostname, parts.port, parts.path.lstrip("/")
        ConnectionPool.from_url(url).make_connection()  # connects to nothing; says which options it does not know
    except (ValueError, TypeError):
        return False
    if parts.scheme == "unix":
        return not host and bool(database)
    return bool(host) and port != 0 and not parts.fragment and (not database or database.isdecimal())
