"""A double click, two tabs, sixteen threads: on PostgreSQL, where writers do not queue up, one thing comes of them.

Each test has its control: the same threads with the protection taken away.
"""

from __future__ import annotations

import datetime
import threading
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import IntegrityError, connection

from accounts import auditing
from accounts.models import Cap, LedgerEntry
from accounts.models.ledger import Period, Pool
from accounts.tenancy import scope
from generation.drain import drain_here
from generation.errors import CannotBuy
from generation.models import AiModel, Job, ModelGrant, Price, Unit
from generation.providers.contract import Kind
from generation.studio import making, policy, public, wishes
from generation.studio.models import Piece, Source, Take
from tests.conftest import need

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]
THREADS = 16
PRICE = 40_000


@pytest.fixture(autouse=True)
def on_postgres(db: None) -> None:
    need(connection.vendor == "postgresql", "this race shows on PostgreSQL alone: python -m tests.on_postgres")


@pytest.fixture
def dear(world: Any, media: Any) -> AiModel:
    """The studio's painter at 0.04 a picture, under a budget of eight pictures."""
    with scope(world.tenant):
        ModelGrant.objects.filter(tier=None, kind="image").delete()
        model = AiModel.objects.create(key="dear", name="Dear", provider="demo", remote_name="painter", kind="image")
        Price.objects.create(
            model=model, unit=Unit.IMAGE, amount_micros=PRICE, effective_from=datetime.date(2026, 1, 1)
        )
        ModelGrant.objects.create(model=model, is_default=True)
        Cap.objects.create(pool=Pool.TENANT, subject_id=world.tenant.id, period=Period.DAY, limit=8 * PRICE)
        return model


def at_once(world: Any, act: Callable[[int], Any]) -> list[Any]:
    """What the threads, let go together, answered or were refused with."""
    gate = threading.Barrier(THREADS)

    def one(number: int) -> Any:
        try:
            with scope(world.tenant):
                gate.wait(20)
                return act(number)
        except CannotBuy as refused:
            return refused.status
        except IntegrityError:
            return "clash"
        finally:
            connection.close()

    with ThreadPoolExecutor(THREADS) as threads:
        return list(threads.map(one, range(THREADS)))


def make(world: Any, nonce: uuid.UUID) -> Piece:
    author, rules = world.user("author"), policy.current()
    wish = wishes.read(Kind.IMAGE, {"prompt": "a brass key"}, rules=rules, user=author)
    return making.make(user=author, rules=rules, wish=wish, source=Source.API, nonce=nonce)


@pytest.mark.parametrize(("same", "made"), [(True, 1), (False, 8)], ids=["one-form", "control-own-forms"])
def test_one_form_is_one_piece_and_the_budget_holds(world: Any, dear: AiModel, same: bool, made: int) -> None:
    """Each with a form of its own, exactly as many are made as the budget holds."""
    nonce = uuid.uuid4()
    told = at_once(world, lambda _: make(world, nonce if same else uuid.uuid4()).id)
    pieces = {one for one in told if isinstance(one, uuid.UUID)}
    assert len(pieces) == made
    assert [one for one in told if not isinstance(one, uuid.UUID)] == [402] * (0 if same else THREADS - made)
    with scope(world.tenant):
        # Letters that tell of the budget are jobs too, of nobody's.
        assert (Piece.objects.count(), Job.objects.exclude(run__user=None).count()) == (made, made)
        assert LedgerEntry.objects.filter(kind="reserve").exclude(user_id=None).count() == made
        assert auditing.audit() == []


@pytest.fixture
def finished(world: Any, media: Any) -> tuple[Piece, Take]:
    with scope(world.tenant):
        piece = make(world, uuid.uuid4())
        drain_here()
        return piece, public.takes_of(piece)[0]


def again(world: Any, finished: tuple[Piece, Take], nonce: uuid.UUID) -> uuid.UUID:
    piece, take = finished
    return making.again(piece=piece, take=take, rules=policy.current(), nonce=nonce).id


@pytest.mark.parametrize(("same", "made"), [(True, 1), (False, THREADS)], ids=["one-click", "control-own-clicks"])
def test_one_click_is_one_take_and_no_number_is_taken_twice(
    world: Any, finished: tuple[Piece, Take], same: bool, made: int
) -> None:
    nonce = uuid.uuid4()
    told = at_once(world, lambda _: again(world, finished, nonce if same else uuid.uuid4()))
    assert len(set(told)) == made
    with scope(world.tenant):
        assert list(Take.objects.values_list("number", flat=True)) == list(range(1, made + 2))


def test_control_without_the_lock_numbers_clash(
    world: Any, finished: tuple[Piece, Take], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(making, "_lock", lambda piece: None)
    gate = threading.Barrier(THREADS)
    real = making._next_number

    def all_look_before_any_writes(piece: Piece, count: int) -> int:
        found = real(piece, count)
        gate.wait(20)
        return found

    monkeypatch.setattr(making, "_next_number", all_look_before_any_writes)
    told = at_once(world, lambda _: again(world, finished, uuid.uuid4()))
    assert len({one for one in told if isinstance(one, uuid.UUID)}) == 1
