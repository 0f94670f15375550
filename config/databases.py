"""How a process holds its connections to the database.

A web process serves many at once, so on a server it has a pool; a worker has one connection, which the drain's main thread
owns, so it takes it plain.
"""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import connections

KEPT_SECONDS = 60
POOL_WAIT_SECONDS = 10.0
"""How long a request waits for a connection before it gives up."""
STATEMENT_SECONDS = 30
IDLE_IN_TRANSACTION_SECONDS = 60
CONNECT_SECONDS = 5


def for_web() -> None:
    """Keep connections between requests: in a pool of at most `DATABASE_POOL` on PostgreSQL, else one for each thread. Called
    before the first query of the process."""
    for alias in connections:
        found: dict[str, Any] = connections.settings[alias]
        options: dict[str, Any] = found.setdefault("OPTIONS", {})
        if options.get("pool"):
            continue  # somebody said already how
        if not is_server(found):
            found.update({} if found["CONN_MAX_AGE"] else {"CONN_MAX_AGE": KEPT_SECONDS, "CONN_HEALTH_CHECKS": True})
            continue
        options.setdefault(
            "options",
            f"-c statement_timeout={STATEMENT_SECONDS}s -c idle_in_transaction_session_timeout={IDLE_IN_TRANSACTION_SECONDS}s",
        )
        found["CONN_HEALTH_CHECKS"] = True  # a connection that the server dropped meanwhile is not handed out
        if settings.DATABASE_POOL:
            found["CONN_MAX_AGE"] = 0
            # Grows with what is asked at once, and shrinks again: an idle process keeps one.
            options["pool"] = {"min_size": 1, "max_size": settings.DATABASE_POOL, "timeout": POOL_WAIT_SECONDS}
        elif not found["CONN_MAX_AGE"]:
            found["CONN_MAX_AGE"] = KEPT_SECONDS


def is_server(database: dict[str, Any]) -> bool:
    """Whether other machines can reach this database too."""
    return not str(database["ENGINE"]).endswith("sqlite3")
