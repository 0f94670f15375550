"""Programs that speak the form of the OpenAI API, and a worker that works while they wait."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from accounts import tokens
from generation import waiting
from generation.drain import drain_here
from generation.models import Run


class Program:
    """Somebody's program with an access token."""

    def __init__(self, user: Any, tenant: Any, host: str) -> None:
        self.user = user
        self.client = Client(HTTP_HOST=host, HTTP_AUTHORIZATION=f"Bearer {tokens.begin(user, tenant)['access']}")

    def post(self, path: str, body: Any, **headers: str) -> Any:
        sent = body if isinstance(body, str | bytes) else json.dumps(body)
        return self.client.post(path, sent, content_type="application/json", headers=headers)

    def get(self, path: str, **headers: str) -> Any:
        return self.client.get(path, headers=headers)


@pytest.fixture
def program(world: Any, media: Any) -> Callable[..., Program]:
    def make(name: str = "author") -> Program:
        if name.startswith("harbour"):
            return Program(world.user(name), world.harbour, "harbour.localhost")
        return Program(world.user(name), world.tenant, "localhost")

    return make


@pytest.fixture
def caller(program: Callable[..., Program]) -> Program:
    """The author's program."""
    return program()


@pytest.fixture
def worker(monkeypatch: pytest.MonkeyPatch) -> None:
    """While somebody waits, a worker of this process does what is due."""

    def work(run: Run, *, seconds: float) -> bool:
        if seconds:
            drain_here()
        return waiting.is_over(run.id)

    monkeypatch.setattr(waiting, "wait_for", work)
