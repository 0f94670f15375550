"""Programs: clients that hold a bearer, and what they are told."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from config.seeding.planting import demo_password
from stories.models import Scene
from tests.stories import worker

LONG = "A page of the book, with enough words in it to be one."


class Program:
    """A program that is signed in. Every answer is its status and its JSON."""

    def __init__(self, name: str, host: str = "localhost") -> None:
        self.client = Client(HTTP_HOST=host)
        given = {"email": f"{name}@example.com", "password": demo_password()}
        access = self.client.post("/auth/login", given, content_type="application/json").json()["access"]
        self.client.defaults["HTTP_AUTHORIZATION"] = f"Bearer {access}"

    def get(self, address: str, **headers: str) -> tuple[int, Any]:
        answer = self.client.get(address, headers=headers)
        return answer.status_code, answer.json() if answer.content else None

    def post(self, address: str, body: Any = None, **headers: str) -> tuple[int, Any]:
        answer = self.client.post(address, {} if body is None else body, "application/json", headers=headers)
        return answer.status_code, answer.json()

    def send(self, address: str, raw: bytes) -> tuple[int, Any]:
        """A body as it comes."""
        answer = self.client.post(address, raw, "application/json")
        return answer.status_code, answer.json()


def refused(code: int, sentence: str) -> tuple[int, dict[str, Any]]:
    return code, {"success": False, "data": None, "error": sentence, "code": code}


NOTHING = refused(404, "There is nothing here.")


@pytest.fixture
def program(world: Any) -> Callable[..., Program]:
    return Program


@pytest.fixture
def reads(program: Any) -> Program:
    """The program of the seeded reader."""
    found: Program = program("reader")
    return found


@pytest.fixture
def opened(in_tenant: Any) -> Scene:
    """The first scene of the reader's short story, written, with its picture."""
    said = {"title": "The Key", "text": LONG, "alt": "A brass key", "choices": ["Turn it", "Hide it"]}
    return worker.opened(in_tenant.user("reader"), in_tenant.kids, said=said)
