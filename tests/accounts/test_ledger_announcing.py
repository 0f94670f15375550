"""What the ledger announces: the shares of the tenant's caps that are reached, and nothing else; and what that costs."""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts import auditing, ledger, limits
from accounts.ledger import SHARES, OverBudget, Payer
from accounts.models import Cap, Counter, LedgerEntry
from accounts.models.ledger import Measure, Period, Pool
from accounts.signals import budget_reached

pytestmark = pytest.mark.django_db
LIMITS = {Period.DAY: 100, Period.MONTH: 170}

Heard = list[dict[str, Any]]


@pytest.fixture
def heard(in_tenant: Any) -> Iterator[Heard]:
    """What is announced, to this listener alone."""
    found: Heard = []

    def hear(sender: Any, signal: Any, **facts: Any) -> None:
        assert connection.in_atomic_block
        found.append(facts)

    others, budget_reached.receivers = budget_reached.receivers, []
    budget_reached.connect(hear)
    yield found
    budget_reached.receivers = others
    budget_reached.sender_receivers_cache.clear()
    assert auditing.audit() == []


def payer(world: Any, *, guest: bool = False) -> Payer:
    return Payer(world.tenant.id, world.kids.id, world.user("reader").id, guest)


def reserve(world: Any, amount: int, **who: Any) -> uuid.UUID:
    job_id = uuid.uuid4()
    with transaction.atomic():
        ledger.reserve(payer=payer(world, **who), job_id=job_id, attempt=1, amount_micros=amount)
    return job_id


def settle(job_id: uuid.UUID, amount: int) -> None:
    with transaction.atomic():
        ledger.settle(job_id=job_id, attempt=1, amount_micros=amount)


def caps(world: Any, limits: dict[Period, int]) -> None:
    for period, limit in limits.items():
        Cap.objects.create(pool=Pool.TENANT, subject_id=world.tenant.id, period=period, limit=limit)


def shares(heard: Heard) -> list[tuple[str, int]]:
    return [(one["period"], one["share"]) for one in heard]


def test_what_is_announced(in_tenant: Any, heard: Heard) -> None:
    caps(in_tenant, LIMITS)
    reserve(in_tenant, 49)
    assert heard == []
    reserve(in_tenant, 1)
    counter = Counter.objects.get(pool=Pool.TENANT, period=Period.DAY)
    assert heard == [
        {"tenant_id": in_tenant.tenant.id, "share": 50, "pool": Pool.TENANT, "period": Period.DAY,
         "subject_id": in_tenant.tenant.id, "starts_on": counter.starts_on, "limit_micros": 100, "used_micros": 50},
    ]  # fmt: skip


def test_a_cost_above_its_hold_comes_to_a_share_too(in_tenant: Any, heard: Heard) -> None:
    caps(in_tenant, LIMITS)
    job_id = reserve(in_tenant, 10)
    settle(job_id, 100)
    assert shares(heard) == [("day", 50), ("day", 80), ("day", 100), ("month", 50)]
    assert {one["used_micros"] for one in heard} == {100}


def test_a_purchase_that_is_refused_announces_nothing(in_tenant: Any, heard: Heard) -> None:
    caps(in_tenant, LIMITS)
    with pytest.raises(OverBudget):
        reserve(in_tenant, 101)
    assert heard == []


def test_each_pool_is_announced_as_what_it_is(in_tenant: Any, heard: Heard) -> None:
    """Of a person's limits the tightest, whoever set it; what is counted and not paid is no budget."""
    reader = in_tenant.user("reader").id
    for pool, subject, limit in (
        (Pool.TENANT, in_tenant.tenant.id, 1000), (Pool.TIER, in_tenant.kids.id, 100), (Pool.PERSON, reader, 60),
    ):  # fmt: skip
        Cap.objects.create(pool=pool, subject_id=subject, period=Period.DAY, limit=limit)
    limits.set_own(
        tenant_id=in_tenant.tenant.id, user_id=reader, measure=Measure.MONEY, period=Period.DAY, limit=50
    )  # fmt: skip
    Cap.objects.create(
        pool=Pool.TENANT, subject_id=in_tenant.tenant.id, measure=Measure.SCENES, period=Period.DAY, limit=50
    )  # fmt: skip
    reserve(in_tenant, 50)
    assert [(one["pool"], one["subject_id"], one["limit_micros"], one["share"]) for one in heard] == [
        ("person", reader, 50, 50), ("person", reader, 50, 80), ("person", reader, 50, 100),
        ("tier", in_tenant.kids.id, 100, 50),
    ]  # fmt: skip


@pytest.mark.parametrize("limit", [0, 1])
def test_a_cap_of_nothing_is_never_reached(limit: int, in_tenant: Any, heard: Heard) -> None:
    caps(in_tenant, {Period.DAY: limit})
    reserve(in_tenant, 0)
    assert heard == []


def test_moving_money_asks_no_more_than_it_did(in_tenant: Any, heard: Heard) -> None:
    """With a listener: a hold, a release and a cost within its hold ask as often as without one. Only a cost above its hold,
    which is rare, looks for the caps."""
    caps(in_tenant, {Period.DAY: 10**6})
    reserve(in_tenant, 1)  # makes the counters

    def asked() -> dict[str, int]:
        found: dict[str, int] = {}

        def counting(name: str, job_id: uuid.UUID | None, verb: Any, **more: Any) -> uuid.UUID:
            job = job_id or uuid.uuid4()
            with CaptureQueriesContext(connection) as seen, transaction.atomic():
                verb(job_id=job, attempt=1, **more)
            found[name] = len(seen)
            return job

        for name, amount in (("settle within", 10), ("settle above", 11)):
            job = counting("reserve", None, ledger.reserve, payer=payer_, amount_micros=10)
            counting(name, job, ledger.settle, amount_micros=amount)
        counting("release", counting("reserve", None, ledger.reserve, payer=payer_, amount_micros=10), ledger.release)
        return found

    payer_ = payer(in_tenant)
    heard_by, budget_reached.receivers = budget_reached.receivers, []
    budget_reached.sender_receivers_cache.clear()
    alone = asked()
    budget_reached.receivers = heard_by
    budget_reached.sender_receivers_cache.clear()
    assert asked() == {**alone, "settle above": alone["settle above"] + 1}


MOVES = st.lists(
    st.tuples(st.sampled_from(["reserve", "settle", "release", "unknown"]), st.integers(0, 60), st.integers(0, 200)),
    max_size=12,
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(MOVES)
def test_what_is_announced_is_what_was_ever_reached(
    in_tenant: Any, heard: Heard, moves: list[tuple[str, int, int]]
) -> None:
    """Whatever is held, settled (also above its hold), released and booked, in whatever order: the shares that were ever
    reached, by a reckoning of our own, are the shares that were announced; each when it was come to from below."""
    for rows in (LedgerEntry, Counter, Cap):
        rows.objects.all().delete()
    heard.clear()
    caps(in_tenant, LIMITS)
    held: list[tuple[uuid.UUID, int]] = []
    used, crossed = 0, []

    def go_to(now: int) -> None:
        nonlocal used
        for period, limit in LIMITS.items():
            crossed.extend((period.value, share) for share in SHARES if used / limit < share / 100 <= now / limit)
        used = now

    for verb, pick, amount in moves:
        if verb == "reserve":
            try:
                held.append((reserve(in_tenant, amount), amount))
            except OverBudget:
                continue
            go_to(used + amount)
        elif held:
            job_id, hold = held.pop(pick % len(held))
            if verb == "settle":
                settle(job_id, amount)
                go_to(used + amount - hold)
                continue
            with transaction.atomic():
                (ledger.release if verb == "release" else ledger.book_unknown)(job_id=job_id, attempt=1)
            go_to(used - hold if verb == "release" else used)
    assert sorted(shares(heard)) == sorted(crossed)
    assert {one["starts_on"] for one in heard if one["period"] == "month"} <= {_first_of_the_month()}
    assert auditing.audit() == []


def _first_of_the_month() -> datetime.date:
    return Counter.objects.filter(period=Period.MONTH).values_list("starts_on", flat=True).first() or datetime.date.min
