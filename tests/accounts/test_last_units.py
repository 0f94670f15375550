"""Sixteen real processes race for the last units of a limit, round after round, on PostgreSQL: exactly the limit is granted,
whoever's it is and whatever it counts. The control takes the lock out and oversells in each round.
"""

from __future__ import annotations

import random
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection

from accounts import auditing, limits, quotas
from accounts.models import Cap, Counter, LedgerEntry
from accounts.models.ledger import Measure, Period, Pool
from accounts.models.membership import Role
from accounts.tenancy import scope
from tests.accounts.racers import Racers, racing
from tests.conftest import World, need

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]
RACERS, UNITS, WIDE = 16, 10, 10**6
KINDS = (
    "money of the library", "scenes of a tier", "money of a tier", "pictures of a person", "scenes of each reader",
    "money of guests", "an own limit", "the default of a role", "characters by the month", "of three the tightest",
)  # fmt: skip


@pytest.fixture(autouse=True)
def on_postgres(db: None) -> None:
    need(connection.vendor == "postgresql", "this race shows on PostgreSQL alone: python -m tests.on_postgres")


@pytest.fixture
def racers(world: World) -> Iterator[Racers]:
    with racing(database=str(connection.settings_dict["NAME"]), count=RACERS) as running:
        assert len(set(running.pids)) == RACERS
        yield running


class Race:
    """A round: the limit that binds is `UNITS`, all others are wide. `pools` are those whose counter must stand at it."""

    def __init__(self, world: World, kind: str) -> None:
        self.world, self.kind = world, kind
        self.reader = world.user("reader")
        self.period = Period.MONTH if "month" in kind else Period.DAY
        self.measure = Measure.MONEY
        for word, measure in (("scenes", Measure.SCENES), ("pictures", Measure.PICTURES),
                              ("characters", Measure.CHARACTERS)):  # fmt: skip
            if word in kind:
                self.measure = measure
        kids, person = world.kids.id, self.reader.id
        self.bound = {
            "money of the library": (Pool.TENANT, world.tenant.id, world.tenant.id),
            "characters by the month": (Pool.TENANT, world.tenant.id, world.tenant.id),
            "scenes of a tier": (Pool.TIER, kids, kids),
            "money of a tier": (Pool.TIER, kids, kids),
            "scenes of each reader": (Pool.READER, kids, quotas.reader_of(kids, person)),
            "money of guests": (Pool.GUESTS, kids, kids),
            "the default of a role": (Pool.PERSON, world.tenant.id, person),
        }.get(kind, (Pool.PERSON, person, person))

    def set_limits(self) -> None:
        Cap.objects.all().delete()
        Counter.objects.all().delete()
        LedgerEntry.objects.all().delete()
        pool, subject, _ = self.bound
        role = Role.READER if self.kind == "the default of a role" else ""
        wide = [(Pool.TENANT, self.world.tenant.id), (Pool.TIER, self.world.kids.id), (Pool.GUESTS, self.world.kids.id)]
        for wider, whose in wide:
            if (wider, whose) != (pool, subject) or self.measure is not Measure.MONEY:
                self._cap(wider, whose, UNITS + 1 if "tightest" in self.kind else WIDE, measure=Measure.MONEY)
        self._cap(
            pool, subject, UNITS, measure=self.measure, period=self.period, role=role, is_own="own" in self.kind
        )  # fmt: skip
        if "own" in self.kind:
            self._cap(pool, subject, UNITS + 2, measure=self.measure)

    def _cap(self, pool: Pool, subject: uuid.UUID, limit: int, **more: Any) -> None:
        Cap.objects.create(pool=pool, subject_id=subject, limit=limit, **{"period": Period.DAY, **more})

    def todo(self, **more: Any) -> list[dict[str, Any]]:
        """The same for each racer where one person's limit is at stake, and a person of its own where more share it."""
        shared = self.bound[0] in (Pool.TENANT, Pool.TIER, Pool.GUESTS)
        one: dict[str, Any] = {"tenant": str(self.world.tenant.id), "tier": str(self.world.kids.id), **more}
        if self.measure is Measure.MONEY:
            one["amount"] = 1
        else:
            one["counts"] = {self.measure.value: 1}
        if self.bound[0] is Pool.GUESTS:
            one["guest"] = True
        return [
            {**one, "user": str(uuid.uuid4() if shared and number % 2 else self.reader.id)} for number in range(RACERS)
        ]

    def run(self, racers: Racers, **more: Any) -> tuple[int, set[str], int]:
        """(units granted, what the refused were told, where the counter stands)."""
        with scope(self.world.tenant):
            self.set_limits()
            if more.get("lock") is False:
                self._make_counters()
        answers = racers.race(self.todo(**more))
        granted = [int(answer.split(",")[0]) for answer in answers]
        told = {answer.split(", then ")[1] for answer in answers if ", then " in answer}
        pool, _, subject = self.bound
        with scope(self.world.tenant):
            counter = Counter.objects.get(pool=pool, subject_id=subject, period=self.period)
            return sum(granted), told, counter.used(self.measure)

    def _make_counters(self) -> None:
        """So that in the control there is something to be read beforehand."""
        for one in self.todo():
            payer = quotas.Payer(
                self.world.tenant.id, self.world.kids.id, uuid.UUID(one["user"]), bool(one.get("guest"))
            )
            for pool, subject in payer.pools():
                for period in Period:
                    starts = limits.starts_on(period, limits.today())
                    Counter.objects.get_or_create(pool=pool, subject_id=subject, period=period, starts_on=starts)

    def refusal(self) -> str:
        with scope(self.world.tenant):
            (cap,) = Cap.objects.filter(limit=UNITS)
            bound = limits.Limit(
                Pool(cap.pool), cap.subject_id, Measure(cap.measure), Period(cap.period), UNITS, cap.is_own
            )
        return bound.used_up


def raced(world: World, racers: Racers, rounds: int) -> None:
    chance = random.Random(5)
    for number in range(rounds):
        kind = KINDS[number % len(KINDS)]
        race = Race(world, kind)
        # Some ask once; others as often as it takes to meet the limit many at a time.
        times = chance.choice((1, 1, 2, 5))
        granted, told, stands_at = race.run(racers, times=times)
        assert (kind, granted, told, stands_at) == (kind, UNITS, {race.refusal()}, UNITS)
        with scope(world.tenant):
            assert auditing.audit() == []


def test_ten_rounds(world: World, racers: Racers) -> None:
    raced(world, racers, 10)


@pytest.mark.long
def test_a_hundred_rounds(world: World, racers: Racers) -> None:
    raced(world, racers, 100)


def test_control_without_the_lock_all_are_oversold(world: World, racers: Racers) -> None:
    kinds = ("money of the library", "scenes of a tier", "pictures of a person", "money of guests")
    oversold = {kind: Race(world, kind).run(racers, lock=False) for kind in kinds}
    assert oversold == dict.fromkeys(kinds, (RACERS, set(), RACERS))
