"""Answers in the forms that most dialects use, and the small readings that they share."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

from tests.providers.fake.books import Captured
from tests.providers.fake.faults import RateLimited
from tests.providers.fake.listener import Reply


def as_json(document: Any, status: int = 200, **headers: str) -> Reply:
    """A JSON answer. Header names are given with underscores."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Reply(status, json.dumps(document).encode(), {"content-type": "application/json", **named})


def as_events(parts: list[str], **headers: str) -> Reply:
    """Server-sent events; each part is sent as one chunk."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Reply(
        200,
        headers={"content-type": "text/event-stream; charset=utf-8", "cache-control": "no-cache", **named},
        parts=[part.encode() for part in parts],
        gap_seconds=0.002,
    )


def wait_headers(fault: RateLimited) -> dict[str, str]:
    """The headers of one form of wait."""
    headers: dict[str, str] = {}
    if fault.should_retry is not None:
        headers["x-should-retry"] = "true" if fault.should_retry else "false"
    if fault.form == "seconds":
        headers["retry-after"] = str(max(1, round(fault.seconds)))
    elif fault.form == "float":
        headers["retry-after"] = f"{fault.seconds:g}"
    elif fault.form == "ms":
        headers["retry-after-ms"] = f"{fault.seconds * 1_000:g}"
    elif fault.form == "date":
        headers["retry-after"] = format_datetime(datetime.now(UTC) + timedelta(seconds=fault.seconds), usegmt=True)
    return headers


def names(text: str) -> frozenset[str]:
    """The words of `text`: a set that is easier read as prose."""
    return frozenset(text.split())


def bearer(request: Captured) -> str | None:
    """The bearer token, or None."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return token if scheme == "Bearer" and token else None


def tokens(text: str) -> int:
    """About how many tokens a text has. Exact numbers matter to nobody, equal ones to the tests."""
    return max(1, len(text) // 4)
