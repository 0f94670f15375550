"""Programs of several people, and a worker that works while somebody waits."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from accounts import tokens
from accounts.models import LedgerEntry, Membership, Role, User
from accounts.tenancy import across_tenants, scope
from generation import waiting
from generation.drain import drain_here
from generation.models import AiModel, Asset, Job, ModelGrant, Run
from generation.studio.models import Piece, Take, Upload
from tests.providers.toll import Toll


class Program:
    """Somebody's program: it sends JSON with a token."""

    def __init__(self, user: User, tenant: Any, host: str) -> None:
        self.client = Client(HTTP_HOST=host, HTTP_AUTHORIZATION=f"Bearer {tokens.begin(user, tenant)['access']}")
        self.user = user

    def post(self, path: str, body: Any, **headers: str) -> Any:
        sent = body if isinstance(body, str | bytes) else json.dumps(body)
        return self.client.post(path, sent, content_type="application/json", headers=headers)

    def get(self, path: str, **headers: str) -> Any:
        return self.client.get(path, headers=headers)


@pytest.fixture
def program(world: Any, media: Any) -> Callable[..., Program]:
    """A program of a seeded user, or of a second author; the harbour's people are at the harbour."""

    def make(name: str = "author") -> Program:
        tenant, host = (
            (world.harbour, "harbour.localhost") if name.startswith("harbour") else (world.tenant, "localhost")
        )
        if name == "second-author":
            with scope(tenant):
                second = User.objects.create_user("second-author@example.com", "a-long-password")
                Membership.objects.create(user=second, role=Role.AUTHOR)
        return Program(world.user(name), tenant, host)

    return make


@pytest.fixture
def caller(program: Callable[..., Program]) -> Program:
    """The author's program."""
    return program("author")


@pytest.fixture
def paid(toll: Toll, world: Any) -> Toll:
    """The studio's only models, at 1000 micros a call."""
    with scope(world.tenant):
        ModelGrant.objects.filter(tier=None).delete()
        for model in AiModel.objects.filter(provider="toll"):
            ModelGrant.objects.create(model=model, is_default=True)
    return toll


@pytest.fixture
def worker(monkeypatch: pytest.MonkeyPatch) -> None:
    """While somebody waits, a worker of this process does what is due."""

    def work(run: Run, *, seconds: float) -> bool:
        if seconds:
            drain_here()
        return waiting.is_over(run.id)

    monkeypatch.setattr(waiting, "wait_for", work)


def drained(world: Any) -> None:
    with scope(world.tenant):
        drain_here()


def rows() -> dict[str, int]:
    """What a refusal leaves as it was, the ledger first."""
    with across_tenants("a test counts all"):
        return {
            model.__name__: model._default_manager.count()
            for model in (LedgerEntry, Piece, Take, Job, Run, Asset, Upload)
        }


def error(sentence: str, code: int) -> tuple[int, dict[str, Any]]:
    """The one form of errors."""
    return code, {"success": False, "data": None, "error": sentence, "code": code}


def said(answer: Any) -> tuple[int, Any]:
    return answer.status_code, answer.json()
