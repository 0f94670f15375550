"""Threads let go together, on PostgreSQL, where writers do not queue up: one thing comes of them.

Each test has its control: the same threads with the protection taken away.
"""

from __future__ import annotations

import base64
import threading
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone
from django_otp.oath import TOTP

from accounts import api_keys, second_factor, tokens
from accounts.models import ApiKey, Membership, SecondFactor, User
from accounts.tenancy import scope
from tests.accounts.test_idempotency import SHOP, Program, age, shop
from tests.conftest import need

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]
THREADS = 16
__all__ = ["shop"]  # a fixture, asked for by name


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
        refresh = self.first(world)
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
            self.exchanged(world, self.first(world))

    def first(self, world: Any) -> str:
        return tokens.begin(world.user("reader"), world.tenant)["refresh"]

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


@pytest.fixture
def no_constraint() -> Iterator[None]:
    """Idempotency keys without the constraint that keeps them single, until the test is over."""
    table, name = "accounts_idempotentcall", "one_call_per_idempotency_key"
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
    yield
    with connection.cursor() as cursor:
        cursor.execute(f"TRUNCATE {table}")
        cursor.execute(f"ALTER TABLE {table} ADD CONSTRAINT {name} UNIQUE (tenant_id, user_id, key)")


class TestOneIdempotencyKey:
    def test_is_one_run(self, world: Any) -> None:
        """Whoever comes while it runs is told to wait, whoever comes after it is answered again."""
        told = self.race(world)
        assert (len(SHOP.runs), SHOP.bought) == (1, 1)
        assert set(told) <= {(201, None), (201, "true"), (409, None)}
        assert (told[201, None], sum(told.values())) == (1, THREADS)

    def test_control_without_the_constraint(self, world: Any, no_constraint: None) -> None:
        assert self.race(world) == Counter({(201, None): THREADS})
        assert (len(SHOP.runs), SHOP.bought) == (THREADS, THREADS)

    def test_one_that_died_is_taken_over_once(self, world: Any) -> None:
        program = Program(world)
        real, SHOP.answer = SHOP.answer, lambda request, number: (_ for _ in ()).throw(SystemExit())
        with pytest.raises(SystemExit):
            program.send()
        SHOP.answer = real
        age(leased_until=timezone.now())
        told = self.race(world)
        assert (told[201, None], len(SHOP.runs), SHOP.bought) == (1, 2, 1)

    def race(self, world: Any) -> Counter[tuple[int, str | None]]:
        programs = [Program(world) for _ in range(THREADS)]

        def send(number: int) -> tuple[int, str | None]:
            answer = programs[number].send()
            return answer.status_code, answer.get("Idempotent-Replayed")

        return Counter(at_once(world, send))


class TestOneCode:
    """A code that is sent many times at once lets in once, whether the app showed it or it stood on paper."""

    def test_is_used_once(self, world: Any) -> None:
        staff, shown, paper = self.factor(world)
        assert self.passed(world, staff, shown) == 1
        assert self.passed(world, staff, paper) == 1

    def test_control_without_the_lock(self, world: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        """Without the lock on its owner several see that the app's code was not used yet."""
        staff, shown, _ = self.factor(world)
        gate = threading.Barrier(THREADS)
        real = second_factor._is_present

        def looked(factor: Any, code: str) -> bool:
            gate.wait(10)
            return real(factor, code)

        monkeypatch.setattr(second_factor, "_lock", lambda user: None)
        monkeypatch.setattr(second_factor, "_is_present", looked)
        assert self.passed(world, staff, shown) > 1

    def factor(self, world: Any) -> tuple[User, str, str]:
        """Somebody with a factor, the code that their app shows next, and one on paper."""
        staff = world.user("staff")
        secret = second_factor.begin(staff).secret.reveal()
        totp = TOTP(base64.b32decode(secret))
        paper = second_factor.confirm(staff, f"{totp.token():06}")[0]
        totp.drift = 1
        return staff, f"{totp.token():06}", paper

    def passed(self, world: Any, staff: User, code: str) -> int:
        """How many of the threads got in. Those that came after have to wait, or are wrong."""

        def one(_: int) -> bool:
            try:
                second_factor.check(staff, code)
            except (second_factor.WrongCode, second_factor.WaitFirst):
                return False
            return True

        told = at_once(world, one)
        SecondFactor.objects.update(throttling_failure_count=0, throttling_failure_timestamp=None)
        return sum(told)
