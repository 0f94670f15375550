"""What the web processes count. Labels are methods, the names of our own routes and classes of statuses."""

from __future__ import annotations

import time
from functools import cache

from django.db import connections
from prometheus_client import Counter, Gauge, Histogram

from accounts.numbers import quietly

SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0, 60.0)
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "WS"})
POOL_EVERY_SECONDS = 5.0

REQUESTS = Counter("fablewright_requests", "Requests that were answered.", ["method", "route", "status"])
REQUEST_SECONDS = Histogram(
    "fablewright_request_seconds",
    "How long an answer took to begin; of a socket, how long it was open.",
    ["route"],
    buckets=SECONDS,
)
UNDER_WAY = Gauge("fablewright_requests_under_way", "Requests that are being answered.", multiprocess_mode="livesum")
POOL = Gauge(
    "fablewright_database_pool_connections",
    "Connections of the web processes' pools: open, idle, and requests that wait for one.",
    ["state"],
    multiprocess_mode="livesum",
)
_pool_looked_at = 0.0


def begun() -> None:
    """A request is being answered from now on."""
    quietly(UNDER_WAY.inc)


def over() -> None:
    """It is answered."""
    quietly(UNDER_WAY.dec)


def answered(method: str, route: str, status: int, seconds: float) -> None:
    """Count an answer. A method that nobody knows is one of many that somebody made up."""
    quietly(lambda: _answered(method if method in METHODS else "other", route, f"{status // 100}xx", seconds))


def _answered(method: str, route: str, status: str, seconds: float) -> None:
    counter, histogram = _of(method, route, status)
    counter.inc()
    histogram.observe(seconds)
    _look_at_pool()


@cache
def _of(method: str, route: str, status: str) -> tuple[Counter, Histogram]:
    """As few as there are routes, methods and classes of statuses, and asked for with each request."""
    return REQUESTS.labels(method, route, status), REQUEST_SECONDS.labels(route)


def _look_at_pool() -> None:
    """Now and then, whoever comes by: each process can only tell of its own pool."""
    global _pool_looked_at
    now = time.monotonic()
    if now - _pool_looked_at < POOL_EVERY_SECONDS:
        return
    _pool_looked_at = now
    connection = connections["default"]
    if not connection.settings_dict.get("OPTIONS", {}).get("pool"):
        return
    found = connection.pool.get_stats()  # type: ignore[attr-defined]
    for state, name in (("open", "pool_size"), ("idle", "pool_available"), ("wanted", "requests_waiting")):
        POOL.labels(state).set(found.get(name, 0))
