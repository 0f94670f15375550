"""What providers may be told about people, and are not: fields and headers that their documents have for naming an end user."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tests.providers.fake.books import Captured

FIELDS = frozenset(
    {
        "user", "user_id", "userid", "end_user", "enduser", "end_user_id", "email", "name_of_user", "safety_identifier",
        "prompt_cache_key", "metadata", "customer", "customer_id", "account", "account_id", "tenant", "tenant_id", "labels",
        "client_info", "session_id", "organization_id",
    }
)  # fmt: skip
HEADERS = frozenset({"cookie", "referer", "http-referer", "from", "x-user-id", "x-forwarded-for", "forwarded"})

PROGRAM = "Fablewright"
"""What OpenRouter's x-title says: the program's name, which is no library's."""


def said(captured: list[Captured]) -> list[str]:
    """The names of such fields and headers in what was sent."""
    found = []
    for one in captured:
        names = {name.lower() for name in (*_names(one.json), *one.fields, *one.query)}
        found += [f"{one.operation}: {name}" for name in sorted(names & FIELDS)]
        found += [f"{one.operation}: {name}" for name in sorted(set(one.headers) & HEADERS)]
        if one.headers.get("x-title", PROGRAM) != PROGRAM:
            found.append(f"{one.operation}: x-title")
    return found


def _names(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for name, inner in value.items():
            yield name
            yield from _names(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _names(inner)
