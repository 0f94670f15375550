"""How often something may be asked for: the one place that counts, refuses, and says so in headers.

A *policy* ("read", "generate", ...) has a quota for each *partition* that it counts: the API key that asks, the person, the
network address of who is no member, and the library (`config/rates.py`). A request is counted in each of them, the narrowest
first, and is let through while none is used up; where one is, the wider ones are not counted, so that a key that does not
stop uses up nothing of anybody else's.

Windows are fixed: a counter counts for so many seconds, and the next one begins at nothing. One atomic `incr` of the cache
decides, so that of any number at once no more than the quota come through, and what the headers say is exact. Between two
windows there may be twice the quota within a moment; what must never be passed is money, and that is the ledger's. Each
subject's windows begin at a moment of its own, so that not everybody comes back in the same second.

Nothing here looks at a session or a token, let alone ends one. Where the cache is away everybody is let through.
"""

from __future__ import annotations

import logging
import math
import time
import uuid
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import wraps
from typing import Any

from django.conf import settings
from django.core.cache import DEFAULT_CACHE_ALIAS, caches
from django.core.cache.backends.base import BaseCache
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme
from rest_framework.exceptions import APIException
from rest_framework.permissions import SAFE_METHODS
from rest_framework.throttling import BaseThrottle

from accounts import numbers
from accounts.bearers import Bearer
from accounts.guests import address_of

log = logging.getLogger(__name__)
clock = time.time

READ, CHANGE = "read", "change"
"""What a JSON route takes where it says nothing else: the first for safe methods, the second for the others."""
WHOSE = {
    "key": "for an API key",
    "person": "for one person",
    "address": "for one network address",
    "tenant": "for this library",
}
UNITS = {1: "a second", 60: "a minute", 3600: "an hour", 86400: "a day"}


@dataclass(frozen=True, slots=True)
class Asker:
    """Who is counted. `address` is None for members, who are counted wherever they sit."""

    tenant_id: uuid.UUID
    user_id: uuid.UUID | None = None
    key_id: uuid.UUID | None = None
    address: str | None = None

    def subjects(self) -> Iterator[tuple[str, str]]:
        """The partitions, the narrowest first. An address is the same machine at whichever library it knocks."""
        if self.key_id is not None:
            yield "key", self.key_id.hex
        if self.user_id is not None:
            yield "person", f"{self.tenant_id.hex}:{self.user_id.hex}"
        if self.address is not None:
            yield "address", self.address
        yield "tenant", self.tenant_id.hex


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is left of one quota after a request: `resets` is in how many seconds its next window begins, rounded up."""

    policy: str
    partition: str
    limit: int
    seconds: int
    used: int
    resets: int

    @property
    def left(self) -> int:
        return max(self.limit - self.used, 0)

    @property
    def name(self) -> str:
        return f"{self.policy}-{self.partition}"


class TooOften(APIException):
    """429. `wait` is in how many seconds to come back."""

    status_code = 429

    def __init__(self, verdict: Verdict) -> None:
        unit = UNITS.get(verdict.seconds, f"in {verdict.seconds} seconds")
        super().__init__(
            f"That was too often: {verdict.limit} {unit} is the most {WHOSE[verdict.partition]}. "
            f"Go on in {_words(verdict.resets)}."
        )
        self.wait = verdict.resets


def _words(seconds: int) -> str:
    """A wait as people say it, rounded up; `Retry-After` has it exactly."""
    for size, word in ((3600, "hour"), (60, "minute")):
        if seconds >= 2 * size:
            return f"{math.ceil(seconds / size)} {word}s"
    return f"{seconds} second{'' if seconds == 1 else 's'}"


@dataclass(slots=True)
class Meter:
    """What one request takes, and what its answer's headers say of that."""

    asker: Asker
    verdicts: list[Verdict] = field(default_factory=list)
    refused: Verdict | None = None

    def take(self, policy: str) -> None:
        """Count a request. Raises `TooOften`."""
        quotas, store = settings.RATES[policy], caches[DEFAULT_CACHE_ALIAS]
        for partition, subject in self.asker.subjects():
            if partition not in quotas:
                continue
            verdict = _counted(store, policy, partition, subject, *quotas[partition])
            if verdict is None:
                continue
            self.verdicts.append(verdict)
            if verdict.used > verdict.limit:
                self.refused = verdict
                numbers.quietly(numbers.REFUSED.labels(policy, partition).inc)
                raise TooOften(verdict)

    def headers(self) -> dict[str, str]:
        """Of draft-ietf-httpapi-ratelimit-headers-10, for the quota that will end first; `Retry-After` where one has."""
        tightest = self.refused or min(self.verdicts, key=lambda one: (one.left, -one.resets), default=None)
        if tightest is None:
            return {}
        said = {
            "RateLimit-Policy": f'"{tightest.name}";q={tightest.limit};w={tightest.seconds}',
            "RateLimit": f'"{tightest.name}";r={tightest.left};t={tightest.resets}',
        }
        return said | ({"Retry-After": str(self.refused.resets)} if self.refused else {})


def _counted(store: BaseCache, policy: str, partition: str, subject: str, limit: int, seconds: int) -> Verdict | None:
    """One more in the window that is now; None where the cache cannot count."""
    moment = math.floor(clock()) + zlib.crc32(subject.encode()) % seconds
    window, gone = divmod(moment, seconds)
    try:
        used = _next(store, f"rate:{policy}:{partition}:{subject}:{window}", seconds)
    except Exception:  # whatever its backend raises: a cache that is away must not close the house
        log.exception("the cache could not count")
        return None
    return Verdict(policy, partition, limit, seconds, used, seconds - gone)


def _next(store: BaseCache, key: str, seconds: int) -> int:
    """Count one more. Atomic: `add` lets one of several make the counter, and `incr` gives each its own number."""
    try:
        return store.incr(key)
    except ValueError:  # there is none yet
        pass
    if store.add(key, 1, timeout=2 * seconds):
        return 1
    return store.incr(key)


def meter_of(request: Any) -> Meter:
    """The meter of a request of Django's, or of one of DRF's that wraps it: one for the whole of it. Asks no query."""
    http: Any = getattr(request, "_request", request)
    meter: Meter | None = getattr(http, "meter", None)
    if meter is None:
        user, bearer = getattr(request, "user", None), getattr(request, "auth", None)
        is_known = user is not None and user.is_authenticated
        meter = http.meter = Meter(
            Asker(
                http.tenant.pk,
                user.pk if is_known and user is not None else None,
                bearer.key_id if isinstance(bearer, Bearer) else None,
                None if is_known and not getattr(user, "is_guest", False) else address_of(http),
            )
        )
    return meter


class Limited(BaseThrottle):
    """The throttle of every JSON route. A view names its policy as `rate`; what only looks is counted as that."""

    def allow_request(self, request: Any, view: Any) -> bool:
        meter_of(request).take(READ if request.method in SAFE_METHODS else getattr(view, "rate", CHANGE))
        return True


View = Callable[..., Any]


def limited(policy: str, *, when: Callable[[HttpRequest], bool] = lambda request: True) -> Callable[[View], View]:
    """For views of pages: count what is sent (and is meant by `when`); too often is a page that says so. Stands behind the
    door, so that only who was let in is counted."""

    def mark(view: View) -> View:
        @wraps(view)
        def counted(request: Any, *args: Any, **kwargs: Any) -> Any:
            if request.method in SAFE_METHODS or not when(request):
                return view(request, *args, **kwargs)
            try:
                meter_of(request).take(policy)
            except TooOften as refused:
                said = {"sentence": str(refused.detail), "code": 429, "back": _came_from(request)}
                return render(request, "error.html", said, status=429)
            return view(request, *args, **kwargs)

        return counted

    return mark


def _came_from(request: HttpRequest) -> str:
    """The page of ours that the form stood on; "" where nobody said."""
    told = request.headers.get("Referer", "")
    return told if url_has_allowed_host_and_scheme(told, {request.get_host()}) else ""


class RateMiddleware:
    """Writes the headers on whatever answer a counted request gets."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        meter: Meter | None = getattr(request, "meter", None)
        if meter is not None:
            for name, value in meter.headers().items():
                response[name] = value
        return response
