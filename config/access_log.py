"""One line and one count for each request: what was asked for by the route's name, by whom, how it was answered, how long
it took.

Never the path, whose parts may be tokens, nor the query. Stands before all other middleware, so that it sees every answer,
and gives each its `X-Request-Id`.
"""

from __future__ import annotations

import logging
import time
import uuid
from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from structlog.contextvars import bind_contextvars, reset_contextvars, unbind_contextvars

from config import numbers, tracing
from config.logs import route_of
from config.request_headers import ID, ID_HEADER

WATCHED = frozenset({"healthz", "metrics"})
"""Asked for every few seconds: while all is well that is not worth a line."""
Next = Callable[[HttpRequest], HttpResponse]

log = logging.getLogger(__name__)


class AccessLog:
    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        began = time.perf_counter()
        request_id = request.META.get(ID) or getattr(request, "scope", {}).get(ID) or uuid.uuid4().hex
        request.id = request_id  # type: ignore[attr-defined]
        bound = bind_contextvars(request_id=request_id)
        numbers.begun()
        try:
            response = self._traced(request) if tracing.is_on() else self.get_response(request)
            response.headers.setdefault(ID_HEADER, request_id)  # some say their job's, as clients of that form expect
            note(
                request.method or "",
                route_of(request),
                response.status_code,
                time.perf_counter() - began,
                **_who(request),
            )
        finally:
            numbers.over()
            reset_contextvars(**bound)
        if response.streaming:
            # What is still to be made of it is made later, in this context and outside of this function.
            bind_contextvars(request_id=request_id)
            response._resource_closers.append(lambda: unbind_contextvars("request_id"))  # type: ignore[attr-defined]
        return response

    def _traced(self, request: HttpRequest) -> HttpResponse:
        with tracing.request(request) as told:
            response = self.get_response(request)
            told(route_of(request), response.status_code)
        return response


def _who(request: Any) -> dict[str, str]:
    """The tenant that answered and whoever asked, where that was found out: nothing is asked of the database here."""
    found = {}
    tenant = getattr(request, "tenant", None)
    if tenant is not None:
        found["tenant_id"] = str(tenant.pk)
    user = getattr(request, "_cached_user", None)
    if user is not None and user.pk is not None:
        found["actor_id"] = str(user.pk)
    return found


def note(method: str, route: str, status: int, seconds: float, *, tenant_id: str = "", actor_id: str = "") -> None:
    """Count an answer, and write its line."""
    numbers.answered(method, route, status, seconds)
    level = logging.DEBUG if route in WATCHED and status < 400 else logging.INFO
    if not log.isEnabledFor(level):
        return
    about = {"method": method, "route": route, "status": status, "seconds": round(seconds, 4)}
    about |= {"actor_id": actor_id} if actor_id else {}
    about |= {"tenant_id": tenant_id} if tenant_id else {}
    log.log(level, "%s %s %s", method, route, status, extra=about)
