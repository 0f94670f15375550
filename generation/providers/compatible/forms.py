"""What the requests to a server of one's own have in common."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from generation.providers.contract import Link, Request
from generation.providers.wire import Wire


def body(request: Request, named: Mapping[str, Any]) -> dict[str, Any]:
    """The fields that were asked for, and what staff laid over every request to this model (None takes one away)."""
    more = request.options.get("body")
    laid_over = {**named, **(more if isinstance(more, Mapping) else {})}
    return {name: value for name, value in laid_over.items() if value is not None}


def form(fields: Mapping[str, Any]) -> dict[str, str]:
    """Fields as a form has them: all text."""
    return {name: value if isinstance(value, str) else json.dumps(value) for name, value in fields.items()}


def size(request: Request) -> str | None:
    return f"{request.width}x{request.height}" if request.width and request.height else None


def link_to(wire: Wire, url: str) -> Link:
    """A result's address as the server named it, perhaps relative to its own. The key goes along to the server itself.
    Raises `Damaged` where it may not be fetched: an address elsewhere without https."""
    whole = wire.address(url, with_key=False)
    return Link(whole, with_key=wire.may_have_key(whole))
