"""Threads let go together, on PostgreSQL, where writers do not queue up: one thing comes of them.

Each test has its control: the same threads with the protection taken away.
"""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection

from accounts import api_keys, tokens
from accounts.models import ApiKey, Membership, User
from accounts.tenancy import scope
from tests.accounts.test_api import login
from tests.conftest import need

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]
THREADS = 16


@pytest.fixture(autouse=True)
def on_postgres(db: None) -> None:
    need(connection.vendor == "postgresql", "this race shows on PostgreSQL alone: python -m tests.on_postgres")


def at_once(world: Any, act: Callable[[int], Any]) -> list[Any]:
    """What the threads answered, or the errors that they met."""
    gate = threading.Barrier(THREADS)

    def one(number: int) -> Any:
        try:
            with scope(world.tenant):
                gate.wait(10)
                return act(number)
        except (tokens.BadToken, api_keys.CannotIssue) as refused:
            return refused
        finally:
            connection.close()

    with ThreadPoolExecutor(THREADS) as threads:
        return list(threads.map(one, range(THREADS)))


class TestOneRefreshToken:
    def test_is_exchanged_once_and_the_others_end_its_family(self, world: Any) -> None:
        refresh = login().json()["refresh"]
        won = [pair for pair in self.exchanged(world, refresh) if isinstance(pair, dict)]
        assert len(won) == 1
        with scope(world.tenant), pytest.raises(tokens.BadToken, match="used before"):
            tokens.exchange(won[0]["refresh"], world.tenant)

    def test_control_without_the_lock(self, world: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        """Without the lock on its owner the others do not see that it is used, and meet the database's refusal instead."""
        gate = threading.Barrier(THREADS)
        real = tokens._is_used_up

        def looked(token: Any) -> bool:
            found = real(token)
            gate.wait(10)
            return found

        monkeypatch.setattr(tokens, "_holder", lambda token: User.objects.get(pk=tokens.user_id_of(token)))
        monkeypatch.setattr(tokens, "_is_used_up", looked)
        with pytest.raises(Exception, match="duplicate key"):
            self.exchanged(world, login().json()["refresh"])

    def exchanged(self, world: Any, refresh: str) -> list[Any]:
        return at_once(world, lambda _: tokens.exchange(refresh, world.tenant))


@pytest.mark.parametrize(("same", "made"), [(True, 1), (False, THREADS)], ids=["same-form", "control-own-forms"])
def test_one_form_makes_one_api_key(world: Any, same: bool, made: int) -> None:
    nonce = uuid.uuid4()
    with scope(world.tenant):
        membership = Membership.objects.get(user=world.user("author"))

    def issue(_: int) -> Any:
        given = {"membership": membership, "name": "Covers", "scopes": ["read"]}
        return api_keys.issue(**given, nonce=nonce if same else uuid.uuid4())

    shown = [answer for answer in at_once(world, issue) if isinstance(answer, tuple)]
    with scope(world.tenant):
        assert (len(shown), ApiKey.objects.count()) == (made, made)
