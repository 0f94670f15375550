"""Money: what is held, what is spent, and that neither can be had twice. The books are proved after every test."""

from __future__ import annotations

import datetime
import threading
import uuid
from collections import Counter as Tally
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from accounts import auditing, ledger, limits
from accounts.ledger import OverBudget, Payer
from accounts.models import Cap, Counter, LedgerEntry
from accounts.models.ledger import Period, Pool
from accounts.tenancy import scope
from tests.conftest import need

pytestmark = pytest.mark.django_db
TODAY = datetime.date(2026, 3, 31)


@pytest.fixture(autouse=True)
def today(monkeypatch: pytest.MonkeyPatch) -> Any:
    """A clock that is set by the test; it begins on the last day of a month."""

    def set_to(day: datetime.date) -> None:
        noon = datetime.datetime.combine(day, datetime.time(12), datetime.UTC)
        monkeypatch.setattr(timezone, "now", lambda: noon)

    set_to(TODAY)
    return set_to


@pytest.fixture
def books(in_tenant: Any) -> Iterator[Any]:
    yield in_tenant
    assert auditing.audit() == []


def payer(world: Any, *, guest: bool = False) -> Payer:
    return Payer(world.tenant.id, world.kids.id, world.user("reader").id, guest)


def hold(world: Any, amount: int, *, guest: bool = False, job: uuid.UUID | None = None, attempt: int = 1) -> uuid.UUID:
    job = job or uuid.uuid4()
    with transaction.atomic():
        ledger.reserve(payer=payer(world, guest=guest), job_id=job, attempt=attempt, amount_micros=amount)
    return job


def cap(world: Any, limit: int, *, pool: Pool = Pool.TENANT, period: Period = Period.DAY) -> None:
    subject = world.tenant.id if pool is Pool.TENANT else world.kids.id
    Cap.objects.create(pool=pool, subject_id=subject, period=period, limit=limit)


def counters() -> dict[tuple[str, str, str], tuple[int, int]]:
    """(pool, period, start) -> (held, spent) of the library's money and its guests'."""
    shared = Counter.objects.filter(pool__in=[Pool.TENANT, Pool.GUESTS])
    return {(c.pool, c.period, str(c.starts_on)): (c.held_micros, c.spent_micros) for c in shared}


def entries() -> list[tuple[str, int]]:
    """(kind, amount), the holds first. Letters that tell of a budget have no user, and cost nothing."""
    bought = LedgerEntry.objects.exclude(user_id=None)
    return sorted(bought.values_list("kind", "amount_micros"), key=lambda entry: entry[0] != "reserve")


class TestHolding:
    def test_a_hold_counts_for_the_day_and_the_month(self, books: Any) -> None:
        cap(books, 100)
        hold(books, 30)
        assert counters() == {("tenant", "day", "2026-03-31"): (30, 0), ("tenant", "month", "2026-03-01"): (30, 0)}
        assert entries() == [("reserve", 30)]

    def test_to_the_last_unit_and_not_further(self, books: Any) -> None:
        cap(books, 100)
        hold(books, 60)
        hold(books, 40)
        before = (counters(), entries())
        with pytest.raises(OverBudget, match="The budget for today is used up") as over:
            hold(books, 1)
        assert (over.value.reason, (counters(), entries())) == ("cap", before)

    def test_without_a_cap_nothing_that_costs_money(self, books: Any) -> None:
        with pytest.raises(OverBudget, match="until staff set a budget") as over:
            hold(books, 1)
        assert (over.value.reason, entries()) == ("no_cap", [])
        # The control: what is free needs none, and counts nowhere.
        hold(books, 0)
        assert (entries(), counters()) == ([("reserve", 0)], {})

    def test_the_month_binds_too(self, books: Any, today: Any) -> None:
        cap(books, 100)
        cap(books, 150, period=Period.MONTH)
        today(datetime.date(2026, 3, 30))
        hold(books, 100)
        today(datetime.date(2026, 3, 31))
        with pytest.raises(OverBudget, match="The budget for this month is used up"):
            hold(books, 51)
        hold(books, 50)
        today(datetime.date(2026, 4, 1))
        hold(books, 100)
        assert counters() == {
            ("tenant", "day", "2026-03-30"): (100, 0), ("tenant", "day", "2026-03-31"): (50, 0),
            ("tenant", "month", "2026-03-01"): (150, 0), ("tenant", "day", "2026-04-01"): (100, 0),
            ("tenant", "month", "2026-04-01"): (100, 0),
        }  # fmt: skip

    def test_guests_pay_from_both_pools(self, books: Any) -> None:
        cap(books, 1000)
        with pytest.raises(OverBudget, match="until staff set a budget"):
            hold(books, 10, guest=True)
        cap(books, 50, pool=Pool.GUESTS)
        hold(books, 50, guest=True)
        with pytest.raises(OverBudget, match="used up"):
            hold(books, 1, guest=True)
        hold(books, 900)  # the control: members are not bound by the guests' cap
        with pytest.raises(OverBudget):
            hold(books, 51)  # and guests' money is the tenant's too
        assert {key[:2]: value for key, value in counters().items()} == {
            ("tenant", "day"): (950, 0), ("tenant", "month"): (950, 0), ("guests", "day"): (50, 0),
            ("guests", "month"): (50, 0),
        }  # fmt: skip

    def test_one_tenants_cap_is_not_anothers(self, books: Any) -> None:
        cap(books, 100)
        with scope(books.harbour), pytest.raises(OverBudget, match="until staff"), transaction.atomic():
            there = Payer(books.harbour.id, books.tales.id, None, is_guest=False)
            ledger.reserve(payer=there, job_id=uuid.uuid4(), attempt=1, amount_micros=1)

    def test_twice_for_one_attempt_is_refused(self, books: Any) -> None:
        cap(books, 100)
        job = hold(books, 10)
        with pytest.raises(IntegrityError):
            hold(books, 10, job=job)
        hold(books, 10, job=job, attempt=2)
        assert entries() == [("reserve", 10), ("reserve", 10)]

    def test_it_is_written_inside_a_transaction_and_is_never_negative(self, books: Any) -> None:
        with pytest.raises(ValueError, match="negative"):
            hold(books, -1)


@pytest.mark.django_db(transaction=True)
def test_outside_a_transaction_nothing_is_written(world: Any) -> None:
    with scope(world.tenant), pytest.raises(RuntimeError, match="inside the transaction"):
        ledger.reserve(payer=payer(world), job_id=uuid.uuid4(), attempt=1, amount_micros=1)
    with scope(world.tenant), pytest.raises(RuntimeError, match="inside the transaction"):
        ledger.release(job_id=uuid.uuid4(), attempt=1)


CLOSES = {
    "settle-as-held": (lambda job: ledger.settle(job_id=job, attempt=1, amount_micros=30), ("settle", 30)),
    "settle-below": (lambda job: ledger.settle(job_id=job, attempt=1, amount_micros=7), ("settle", 7)),
    "settle-above": (lambda job: ledger.settle(job_id=job, attempt=1, amount_micros=500), ("settle", 500)),
    "release": (lambda job: ledger.release(job_id=job, attempt=1), ("release", 0)),
    "unknown": (lambda job: ledger.book_unknown(job_id=job, attempt=1), ("unknown", 30)),
}


class TestClosing:
    @pytest.mark.parametrize("way", CLOSES)
    def test_it_frees_the_hold_and_books_the_cost(self, books: Any, way: str) -> None:
        close, entry = CLOSES[way]
        cap(books, 100)
        job = hold(books, 30)
        assert ledger.is_open(job_id=job, attempt=1)
        with transaction.atomic():
            close(job)
        assert not ledger.is_open(job_id=job, attempt=1)
        assert (entries(), counters()) == (
            [("reserve", 30), entry],
            {("tenant", "day", "2026-03-31"): (0, entry[1]), ("tenant", "month", "2026-03-01"): (0, entry[1])},
        )
        assert ledger.spent_today(books.tenant.id) == entry[1]

    @pytest.mark.parametrize("first", CLOSES)
    def test_it_happens_once(self, books: Any, first: str) -> None:
        cap(books, 1000)
        job = hold(books, 30)
        with transaction.atomic():
            CLOSES[first][0](job)
        before = (entries(), counters())
        for again, _ in CLOSES.values():
            with pytest.raises(IntegrityError), transaction.atomic():
                again(job)
            assert (entries(), counters()) == before

    def test_a_cost_above_the_hold_blocks_further_buying(self, books: Any) -> None:
        cap(books, 100)
        job = hold(books, 30)
        with transaction.atomic():
            ledger.settle(job_id=job, attempt=1, amount_micros=500)
        with pytest.raises(OverBudget, match="used up"):
            hold(books, 1)

    def test_what_is_released_can_be_held_again(self, books: Any) -> None:
        cap(books, 100)
        job = hold(books, 100)
        with transaction.atomic():
            ledger.release(job_id=job, attempt=1)
        hold(books, 100)

    def test_it_counts_for_the_day_of_the_hold(self, books: Any, today: Any) -> None:
        cap(books, 100)
        job = hold(books, 40)
        today(datetime.date(2026, 4, 1))
        with transaction.atomic():
            ledger.settle(job_id=job, attempt=1, amount_micros=40)
        assert counters() == {("tenant", "day", "2026-03-31"): (0, 40), ("tenant", "month", "2026-03-01"): (0, 40)}
        assert ledger.spent_today(books.tenant.id) == 0
        hold(books, 100)  # the new day has the whole of its budget

    def test_what_was_free_and_costs_after_all_is_booked(self, books: Any) -> None:
        job = hold(books, 0)
        with transaction.atomic():
            ledger.settle(job_id=job, attempt=1, amount_micros=9)
        assert counters()[("tenant", "day", "2026-03-31")] == (0, 9)

    def test_what_was_never_opened_is_not_closed(self, books: Any) -> None:
        with pytest.raises(LedgerEntry.DoesNotExist), transaction.atomic():
            ledger.release(job_id=uuid.uuid4(), attempt=1)

    def test_a_guests_purchase_closes_both_pools(self, books: Any) -> None:
        cap(books, 100)
        cap(books, 100, pool=Pool.GUESTS)
        job = hold(books, 30, guest=True)
        with transaction.atomic():
            ledger.settle(job_id=job, attempt=1, amount_micros=20)
        assert set(counters().values()) == {(0, 20)}


class TestAudit:
    @pytest.fixture
    def booked(self, in_tenant: Any) -> uuid.UUID:
        cap(in_tenant, 1000)
        job = hold(in_tenant, 30)
        with transaction.atomic():
            ledger.settle(job_id=job, attempt=1, amount_micros=20)
        hold(in_tenant, 5)
        assert auditing.audit() == []
        return job

    def test_a_counter_that_was_changed(self, booked: uuid.UUID) -> None:
        Counter.objects.filter(pool="tenant", period="day").update(spent_micros=1)
        assert auditing.audit() == [
            "counter tenant day of 2026-03-31, micros: (held, spent) (5, 1), entries say (5, 20)"
        ]

    def test_a_counter_that_is_gone(self, booked: uuid.UUID) -> None:
        Counter.objects.filter(pool="reader", period="month").delete()
        assert auditing.audit() == [
            "counter reader month of 2026-03-01, micros: (held, spent) (0, 0), entries say (5, 20)"
        ]

    def test_an_amount_that_was_changed(self, booked: uuid.UUID) -> None:
        LedgerEntry.objects.filter(kind="settle").update(amount_micros=2)
        assert auditing.audit() == [
            f"counter {pool} {period}, micros: (held, spent) (5, 20), entries say (5, 2)"
            for pool in ("person", "reader", "tenant", "tier")
            for period in ("day of 2026-03-31", "month of 2026-03-01")
        ]

    def test_a_close_without_its_hold(self, booked: uuid.UUID) -> None:
        LedgerEntry.objects.filter(job_id=booked, kind="reserve").delete()
        assert f"attempt 1 of job {booked} was closed and never opened" in auditing.audit()

    def test_another_tenants_books_are_its_own(self, booked: uuid.UUID, in_tenant: Any) -> None:
        Counter.objects.update(spent_micros=1)
        with scope(in_tenant.harbour):
            assert auditing.audit() == []


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
class TestSixteenAtOnce:
    THREADS, UNITS = 16, 10

    @pytest.fixture(autouse=True)
    def on_postgres(self, db: None) -> None:
        need(connection.vendor == "postgresql", "this race shows on PostgreSQL alone: python -m tests.on_postgres")

    def test_ten_units_are_granted_ten_times(self, world: Any) -> None:
        assert self.race(world) == Tally(granted=self.UNITS, refused=self.THREADS - self.UNITS)
        with scope(world.tenant):
            assert (counters()["tenant", "day", str(TODAY)], auditing.audit()) == ((self.UNITS, 0), [])

    def test_control_without_the_lock_more_are(self, world: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        gate = threading.Barrier(self.THREADS)
        with scope(world.tenant):
            cap(world, self.UNITS, period=Period.MONTH)
            hold(world, 1)  # makes the counters, and takes a unit

        def unlocked(pools: Any, day: datetime.date) -> Any:
            rows = Counter.objects.filter(limits.at(pools, day))
            found = {(Pool(row.pool), row.subject_id, Period(row.period)): row for row in rows}
            gate.wait(10)
            return found

        monkeypatch.setattr(ledger, "_locked", unlocked)
        assert self.race(world) == Tally(granted=self.THREADS)
        with scope(world.tenant):
            assert counters()["tenant", "day", str(TODAY)] == (self.THREADS + 1, 0)  # of ten

    def race(self, world: Any) -> Tally[str]:
        with scope(world.tenant):
            cap(world, self.UNITS)
        reader, gate = payer(world), threading.Barrier(self.THREADS)

        def one(_: int) -> str:
            try:
                with scope(world.tenant):
                    gate.wait(10)
                    with transaction.atomic():
                        ledger.reserve(payer=reader, job_id=uuid.uuid4(), attempt=1, amount_micros=1)
            except OverBudget:
                return "refused"
            finally:
                connection.close()
            return "granted"

        with ThreadPoolExecutor(self.THREADS) as threads:
            return Tally(threads.map(one, range(self.THREADS)))
