"""Requests of programs go by the middleware of pages, and nobody else's do."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings
from django.test import Client, RequestFactory
from django.urls import URLPattern, URLResolver, get_resolver

from accounts import tokens
from accounts.authentication import TenantTokenAuthentication
from accounts.programs import PREFIX, is_programs

pytestmark = pytest.mark.django_db


def views(patterns: Any, before: str = "") -> Iterator[Any]:
    """The views of all routes under /api/v1/."""
    for pattern in patterns:
        route = f"{before}{pattern.pattern}"
        if isinstance(pattern, URLResolver):
            yield from views(pattern.url_patterns, route)
        elif isinstance(pattern, URLPattern) and f"/{route}".startswith(PREFIX):
            yield pattern.callback


def test_every_view_there_asks_for_the_bearer_first() -> None:
    """So no session, whose forms would have to be proved, can open one where a bearer is sent along."""
    found = list(views(get_resolver().url_patterns))
    assert len(found) > 20
    assert {view.cls.authentication_classes[0] for view in found} == {TenantTokenAuthentication}


@pytest.mark.parametrize(
    ("path", "said", "expected"),
    [
        ("/api/v1/jobs", "Bearer abc", True),
        ("/api/v1/jobs", "bearer abc", True),
        ("/api/v1/jobs", "Basic abc", False),
        ("/api/v1/jobs", "Bearer", False),
        ("/api/v1/jobs", "", False),
        ("/kids/", "Bearer abc", False),
        ("/api/docs", "Bearer abc", False),
        ("/generate/text", "Bearer abc", False),
    ],
)
def test_whose_request_it_is(path: str, said: str, expected: bool) -> None:
    assert is_programs(RequestFactory().get(path, HTTP_AUTHORIZATION=said)) is expected


def test_a_bearer_decides_beside_a_session_and_what_is_no_bearer_is_proved(world: Any) -> None:
    reader, staff = world.user("reader"), world.user("staff")
    browser = Client(HTTP_HOST="localhost", enforce_csrf_checks=True)
    browser.force_login(staff)
    good = f"Bearer {tokens.begin(reader, world.tenant)['access']}"
    asked = "/api/v1/jobs?scope=tenant"  # for staff alone
    answers = [
        (
            browser.get(asked, HTTP_AUTHORIZATION=said).status_code,
            browser.post("/api/v1/tickets", HTTP_AUTHORIZATION=said),
        )
        for said in (good, "Bearer wrong", "Bearer", "")
    ]
    assert [(looked, sent.status_code) for looked, sent in answers] == [(403, 400), (401, 401), (401, 401), (200, 403)]
    assert settings.CSRF_COOKIE_NAME not in answers[0][1].cookies
