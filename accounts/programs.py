"""Requests of programs, and the middleware that has nothing to do for them.

Whoever brings a bearer to `/api/v1/` is known by it alone (`accounts.authentication`): there is no session to read or write, no
form of a page whose origin has to be proved, and nothing to tell on the next page. So these requests go by Django's middleware
for that, which was a tenth of what a status answer takes. Everything else goes through it as ever, and so does a request with
a bearer to any other address.
"""

from __future__ import annotations

from typing import Any

from django.contrib.auth.middleware import AuthenticationMiddleware
from django.contrib.auth.models import AnonymousUser
from django.contrib.messages.middleware import MessageMiddleware
from django.contrib.sessions.middleware import SessionMiddleware
from django.http import HttpRequest, HttpResponse

PREFIX = "/api/v1/"


def brings_bearer(request: HttpRequest) -> bool:
    """Whether there is a bearer, good or not."""
    said: str = request.META.get("HTTP_AUTHORIZATION", "")
    return said[:7].lower() == "bearer "


def is_programs(request: HttpRequest) -> bool:
    """Whether this request is known by its bearer alone. Every route there is a view of DRF that reads it."""
    return request.path_info.startswith(PREFIX) and brings_bearer(request)


class _ForPages:
    """Of a middleware: programs' requests go by."""

    get_response: Any

    def __call__(self, request: Any) -> HttpResponse:
        answer: HttpResponse = (
            self.get_response(request) if is_programs(request) else super().__call__(request)  # type: ignore[misc]
        )
        return answer


class Sessions(_ForPages, SessionMiddleware):
    pass


class SignedIn(_ForPages, AuthenticationMiddleware):
    """A program's user is nobody until its bearer was read."""

    def __call__(self, request: Any) -> HttpResponse:
        if is_programs(request):
            request.user = AnonymousUser()
        return super().__call__(request)


class Messages(_ForPages, MessageMiddleware):
    pass
