"""A provider's answer, whole, and what its status means where the provider's own words say nothing more exact."""

from __future__ import annotations

import datetime
import email.utils
import json
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, BinaryIO

from generation.providers.budget import BUDGET
from generation.providers.errors import Damaged, Denied, ProviderError, Rejected, Transient

LARGE = 256 * 1024
"""Bytes above which a body is kept in a file, and its decoding counts against the budget."""
UNPACKED = 3
"""A base64 body exists as text, as parsed text and as bytes at one moment."""
DETAIL = 500


@dataclass(slots=True)
class Answer:
    """`status`, `headers` (lower-case names) and the body. `safe` where the call may simply be repeated."""

    status: int
    headers: Mapping[str, str]
    file: BinaryIO
    size: int
    safe: bool
    scrub: Callable[[str], str]

    @property
    def is_good(self) -> bool:
        return 200 <= self.status < 300

    @property
    def body(self) -> bytes:
        if self.size > LARGE:
            BUDGET.take(self.size)
        return self._read()

    @property
    def media_type(self) -> str:
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()

    def json(self) -> dict[str, Any]:
        """The JSON object of the body. Raises `Damaged` (`Transient` for a call that may be repeated) where it is none."""
        if self.size > LARGE:
            BUDGET.take(self.size * UNPACKED)
        try:
            value = json.loads(self._read())
        except (ValueError, RecursionError) as error:
            raise self.damaged(f"no JSON but {self.media_type or 'nothing known'}: {self.told()}") from error
        if not isinstance(value, dict):
            raise self.damaged(f"no JSON object: {self.told()}")
        return value

    def rough_json(self) -> dict[str, Any]:
        """The body as far as it is a JSON object (the first one of a list); else empty. For reading error answers."""
        if self.size > LARGE:
            return {}
        try:
            value = json.loads(self._read())
        except (ValueError, RecursionError):
            return {}
        if isinstance(value, list) and value:
            value = value[0]
        return value if isinstance(value, dict) else {}

    def told(self) -> str:
        """The beginning of the body, without keys, for staff."""
        self.file.seek(0)
        # Read further than is told: a key that the cut went through could not be found any more.
        return self.scrub(self.file.read(4 * DETAIL).decode("utf-8", "replace"))[:DETAIL]

    def _read(self) -> bytes:
        self.file.seek(0)
        return self.file.read()

    def damaged(self, detail: str) -> ProviderError:
        """The answer cannot be used: asked again where that is harmless."""
        return Transient(detail) if self.safe else Damaged(detail)


def by_status(answer: Answer, detail: str = "", *, field: str = "") -> ProviderError:
    """The error that the status alone tells. `detail` is the provider's own sentence, for staff."""
    status = answer.status
    said = f"{status}: {answer.scrub(detail)[:DETAIL] if detail else answer.told()}"
    told_to = answer.headers.get("x-should-retry", "")
    passing = status in (408, 409, 425, 429) or status >= 500
    if told_to == "true" or (passing and told_to != "false"):
        return Transient(said, retry_after_seconds=retry_after(answer.headers))
    if status in (401, 402, 403, 429):
        return Denied(said)
    if 300 <= status < 400:
        return Rejected(f"{status}: a redirect, which is not followed")
    if status == 404:
        return Rejected(said, field=field or "model")
    if 400 <= status < 600:
        return Rejected(said, field=field)
    return answer.damaged(said)


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds to wait: `retry-after-ms`, or `retry-after` as seconds (also with a fraction) or as a date."""
    try:
        return _sane(float(headers["retry-after-ms"]) / 1000)
    except (KeyError, ValueError):
        pass
    value = headers.get("retry-after", "")
    try:
        return _sane(float(value))
    except ValueError:
        pass
    try:
        moment = email.utils.parsedate_to_datetime(value)
    except (TypeError, ValueError):
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=datetime.UTC)
    return _sane((moment - datetime.datetime.now(datetime.UTC)).total_seconds())


def _sane(seconds: float) -> float | None:
    return max(seconds, 0.0) if math.isfinite(seconds) else None
