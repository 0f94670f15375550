"""Twenty processes begin a story each, at 0.10, where 0.50 is left: five are told, and the provider is called five times."""

from __future__ import annotations

import datetime
import json
from collections import Counter as Tally
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from accounts.models import Cap, Counter, LedgerEntry
from accounts.models.ledger import Period, Pool
from accounts.tenancy import scope
from config.invariants import disagreements
from generation import adapters
from generation.drain import drain_here
from generation.models import AiModel, Job, ModelGrant, Price, Run, Unit
from generation.providers.contract import Kind
from stories.models import Scene, Story
from tests.accounts.racers import Racers, racing
from tests.conftest import World, need

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]
READERS, PRICE, BUDGET = 20, 100_000, 500_000
REFUSED = "402 The budget for today is used up. Nothing was charged."


@pytest.fixture(autouse=True)
def on_postgres(db: None) -> None:
    need(connection.vendor == "postgresql", "this race shows on PostgreSQL alone: python -m tests.on_postgres")


@pytest.fixture
def racers(world: World) -> Iterator[Racers]:
    with racing(database=str(connection.settings_dict["NAME"]), count=READERS) as running:
        yield running


@pytest.fixture
def calls(settings: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """The demo provider's own books."""
    settings.DEMO = {**settings.DEMO, "log_file": str(tmp_path / "calls")}
    monkeypatch.setattr(adapters, "_keyless", {})
    return tmp_path / "calls"


@pytest.fixture
def dear(world: World) -> None:
    """A teller of stories at 0.10 a page, and a budget of five."""
    with scope(world.tenant):
        ModelGrant.objects.filter(tier=world.kids).update(is_default=False)
        Cap.objects.all().delete()
        model = AiModel.objects.create(key="dear", name="Dear", provider="demo", remote_name="storyteller", kind="text")
        Price.objects.create(model=model, unit=Unit.CALL, amount_micros=PRICE, effective_from=datetime.date(2026, 1, 1))
        ModelGrant.objects.create(tier=world.kids, model=model, is_default=True)
        Cap.objects.create(pool=Pool.TENANT, subject_id=world.tenant.id, period=Period.DAY, limit=BUDGET)


def begun(world: World, racers: Racers, *, lock: bool = True) -> Tally[str]:
    one = {"tenant": str(world.tenant.id), "tier": str(world.kids.id), "story": True, "lock": lock}
    readers = [str(world.user(name).id) for name in ("reader", "author", "staff", "owner")]
    return Tally(racers.race([{**one, "user": readers[number % len(readers)]} for number in range(READERS)]))


def sold(calls: Path) -> int:
    lines = [json.loads(line) for line in calls.read_text().splitlines()] if calls.exists() else []
    return sum(line["verb"] in ("start", "submit") for line in lines)


def books(world: World) -> tuple[int, int]:
    """What is held and what is spent today by the library."""
    counter = Counter.objects.get(pool=Pool.TENANT, period=Period.DAY)
    return counter.held_micros, counter.spent_micros


def test_five_stories_five_calls(world: World, dear: None, racers: Racers, calls: Path) -> None:
    assert begun(world, racers) == {"begun": 5, REFUSED: 15}
    with scope(world.tenant):
        runs, jobs = (
            Run.objects.filter(purpose="scene"),
            Job.objects.exclude(kind=Kind.DELIVER),
        )  # letters tell of the budget
        made = (Story.objects.count(), Scene.objects.count(), runs.count(), jobs.count())
        assert (made, books(world), sold(calls)) == ((5, 5, 5, 5), (BUDGET, 0), 0)
        drain_here()
        assert (sold(calls), books(world)) == (5, (0, BUDGET))
        assert list(jobs.values_list("status", "cost_micros")) == [("done", PRICE)] * 5
        entries = LedgerEntry.objects.exclude(user_id=None).values_list("kind", "amount_micros")
        assert Tally(entries) == {("reserve", PRICE): 5, ("settle", PRICE): 5}
    assert disagreements() == []
    # Nothing is left, so nobody begins anything and nobody is called.
    assert begun(world, racers) == {REFUSED: READERS}
    with scope(world.tenant):
        drain_here()
    assert (sold(calls), disagreements()) == (5, [])


def test_control_without_the_lock_all_twenty_are_sold(world: World, dear: None, racers: Racers, calls: Path) -> None:
    with scope(world.tenant):
        Cap.objects.update(limit=2 * BUDGET)
    assert begun(world, racers) == {"begun": 10, "402 The budget for today is used up. Nothing was charged.": 10}
    with scope(world.tenant):
        Cap.objects.update(limit=2 * BUDGET + 5 * PRICE)
    assert begun(world, racers, lock=False) == {"begun": READERS}  # where five could be
    with scope(world.tenant):
        drain_here()
        assert (sold(calls), books(world)) == (10 + READERS, (0, (10 + READERS) * PRICE))
