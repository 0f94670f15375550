"""Which limits bind whom, and that the tightest wins. The books are proved after every test."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from accounts import auditing, ledger, limits, spending
from accounts.ledger import OverBudget
from accounts.limits import Left, Limit
from accounts.models import Cap, Counter, Role
from accounts.models.ledger import Measure, Period, Pool
from accounts.quotas import Payer, reader_of
from accounts.tenancy import scope

pytestmark = pytest.mark.django_db
ONE_SCENE = {Measure.SCENES: 1}
PERSON = uuid.UUID(int=77)


@pytest.fixture
def books(in_tenant: Any) -> Iterator[Any]:
    Cap.objects.all().delete()
    yield in_tenant
    assert auditing.audit() == []


def payer(world: Any, name: str = "reader", *, guest: bool = False, tier: str = "kids") -> Payer:
    tier_id = getattr(world, tier).id if tier else None
    return Payer(world.tenant.id, tier_id, world.user(name).id, guest, PERSON if guest else None)


def cap(pool: Pool, subject: uuid.UUID, limit: int, measure: Measure = Measure.SCENES, **more: Any) -> Cap:
    return Cap.objects.create(pool=pool, subject_id=subject, measure=measure, limit=limit, **more)


def take(
    who: Payer, micros: int = 0, counts: Any = ONE_SCENE, *, job: uuid.UUID | None = None, attempt: int = 1
) -> uuid.UUID:
    job = job or uuid.uuid4()
    with transaction.atomic():
        ledger.reserve(payer=who, job_id=job, attempt=attempt, amount_micros=micros, counts=counts)
    return job


def counted(pool: Pool, subject: uuid.UUID, measure: Measure = Measure.SCENES) -> tuple[int, int]:
    row = Counter.objects.get(pool=pool, subject_id=subject, period=Period.DAY)
    return row.held(measure), row.spent(measure)


class TestCounts:
    def test_they_are_held_taken_and_given_back_without_money(self, books: Any) -> None:
        who, tenant = payer(books), books.tenant.id
        first, second, third = (take(who) for _ in range(3))
        assert counted(Pool.TENANT, tenant) == (3, 0)
        with transaction.atomic():
            ledger.settle(job_id=first, attempt=1, amount_micros=0)
            ledger.release(job_id=second, attempt=1)
            ledger.book_unknown(job_id=third, attempt=1)  # nobody got it
        for pool, subject in who.pools():
            assert counted(pool, subject) == (0, 1)

    def test_the_limit_is_kept_to_the_last_one(self, books: Any) -> None:
        cap(Pool.READER, books.kids.id, 2)
        who = payer(books)
        take(who)
        freed = take(who)
        with pytest.raises(OverBudget, match=r"^Today's 2 scenes are read. The book opens again tomorrow.$") as over:
            take(who)
        assert (over.value.reason, over.value.status) == ("count", 429)
        with transaction.atomic():
            ledger.release(job_id=freed, attempt=1)
        take(who)

    def test_more_than_one_at_a_time(self, books: Any) -> None:
        cap(Pool.TENANT, books.tenant.id, 10, Measure.FILM_SECONDS, period=Period.MONTH)
        take(payer(books), counts={Measure.FILM_SECONDS: 6})
        with pytest.raises(
            OverBudget, match=r"^This month's 10 seconds of film are used up. There are new ones next month."
        ):
            take(payer(books), counts={Measure.FILM_SECONDS: 5})
        take(payer(books), counts={Measure.FILM_SECONDS: 4})

    def test_a_job_counts_once_however_often_it_is_bought(self, books: Any) -> None:
        cap(Pool.READER, books.kids.id, 1)
        who = payer(books)
        job = take(who)
        with transaction.atomic():
            ledger.settle(job_id=job, attempt=1, amount_micros=0)
        take(who, job=job, attempt=2)  # asked again: the page is still the one page
        assert counted(Pool.PERSON, who.user_id) == (0, 1)
        with transaction.atomic():
            ledger.settle(job_id=job, attempt=2, amount_micros=0)
        # The control: what was given back counts anew.
        Cap.objects.all().delete()
        other = take(who)
        with transaction.atomic():
            ledger.release(job_id=other, attempt=1)
        take(who, job=other, attempt=2)
        assert counted(Pool.PERSON, who.user_id) == (1, 1)

    def test_no_more_is_taken_than_was_held(self, books: Any) -> None:
        job = take(payer(books), counts={Measure.CHARACTERS: 100})
        with transaction.atomic():
            ledger.settle(job_id=job, attempt=1, amount_micros=0, counts={Measure.CHARACTERS: 60})
        longer = take(payer(books), counts={Measure.CHARACTERS: 100})
        with transaction.atomic():
            ledger.settle(job_id=longer, attempt=1, amount_micros=0, counts={Measure.CHARACTERS: 300})
        assert counted(Pool.TENANT, books.tenant.id, Measure.CHARACTERS) == (0, 160)


WHOSE = {
    "the whole library": lambda world: (Pool.TENANT, world.tenant.id, {}),
    "the tier": lambda world: (Pool.TIER, world.kids.id, {}),
    "each reader of the tier": lambda world: (Pool.READER, world.kids.id, {}),
    "each person of a role": lambda world: (Pool.PERSON, world.tenant.id, {"role": Role.READER}),
    "one person": lambda world: (Pool.PERSON, world.user("reader").id, {}),
    "a person, by themselves": lambda world: (Pool.PERSON, world.user("reader").id, {"is_own": True}),
}
BOUND = {  # who is stopped after the reader took one scene in the kids' tier: another reader there, the reader elsewhere
    "the whole library": {"other": True, "elsewhere": True},
    "the tier": {"other": True, "elsewhere": False},
    "each reader of the tier": {"other": False, "elsewhere": False},
    "each person of a role": {"other": False, "elsewhere": True},
    "one person": {"other": False, "elsewhere": True},
    "a person, by themselves": {"other": False, "elsewhere": True},
}


class TestWhoIsBound:
    @pytest.mark.parametrize("whose", WHOSE)
    def test_each_limit_binds_whom_it_says(self, books: Any, whose: str) -> None:
        pool, subject, more = WHOSE[whose](books)
        cap(pool, subject, 1, **more)
        take(payer(books))
        found = {}
        with pytest.raises(OverBudget):
            take(payer(books))
        for who, other in (("other", payer(books, "author")), ("elsewhere", payer(books, tier="classics"))):
            try:
                take(other)
                found[who] = False
            except OverBudget:
                found[who] = True
        assert found == BOUND[whose]

    @pytest.mark.parametrize("tightest", WHOSE)
    def test_the_tightest_wins(self, books: Any, tightest: str) -> None:
        for whose, of in WHOSE.items():
            pool, subject, more = of(books)
            cap(pool, subject, 2 if whose == tightest else 5, **more)
        if tightest == "each person of a role":  # what staff say of one person stands in its place
            Cap.objects.filter(pool=Pool.PERSON, role="", is_own=False).delete()
        for _ in range(2):
            take(payer(books))
        with pytest.raises(OverBudget, match="Today's 2 scenes"):
            take(payer(books))

    def test_staff_may_give_one_person_more_than_the_role_has(self, books: Any) -> None:
        cap(Pool.PERSON, books.tenant.id, 1, role=Role.READER)
        cap(Pool.PERSON, books.user("reader").id, 3)
        for _ in range(3):
            take(payer(books))
        with pytest.raises(OverBudget, match="Today's 3 scenes"):
            take(payer(books))
        # For another measure and another period the role's default still holds.
        cap(Pool.PERSON, books.tenant.id, 3, role=Role.READER, period=Period.MONTH)
        with pytest.raises(OverBudget):
            take(payer(books))

    def test_ones_own_limit_lowers_and_never_raises(self, books: Any) -> None:
        mine = {"tenant_id": books.tenant.id, "user_id": books.user("reader").id}
        cap(Pool.PERSON, books.user("reader").id, 2)
        limits.set_own(**mine, measure=Measure.SCENES, period=Period.DAY, limit=1)
        take(payer(books))
        with pytest.raises(OverBudget, match="Today's 1 scenes"):
            take(payer(books))
        limits.set_own(**mine, measure=Measure.SCENES, period=Period.DAY, limit=100)
        take(payer(books))
        with pytest.raises(OverBudget, match="Today's 2 scenes"):
            take(payer(books))
        limits.set_own(**mine, measure=Measure.SCENES, period=Period.DAY, limit=None)
        assert not Cap.objects.filter(is_own=True).exists()

    def test_guests_of_one_address_share(self, books: Any) -> None:
        cap(Pool.PERSON, books.tenant.id, 1, role=Role.GUEST)
        take(payer(books, guest=True))
        with pytest.raises(OverBudget):
            take(payer(books, "author", guest=True))  # another guest, behind the same address
        take(payer(books))  # the control: a member

    def test_another_tenants_limits_bind_nobody_here(self, books: Any) -> None:
        with scope(books.harbour):
            cap(Pool.TENANT, books.harbour.id, 0)
            cap(Pool.PERSON, books.harbour.id, 0, role=Role.READER)
        take(payer(books))

    def test_money_needs_the_librarys_word_whatever_else_is_said(self, books: Any) -> None:
        for pool, subject in ((Pool.TIER, books.kids.id), (Pool.PERSON, books.user("reader").id)):
            cap(pool, subject, 100, Measure.MONEY)
        cap(Pool.TENANT, books.tenant.id, 100)
        with pytest.raises(OverBudget, match="until staff set a budget"):
            take(payer(books), 1)
        cap(Pool.TENANT, books.tenant.id, 1000, Measure.MONEY)
        take(payer(books), 100)
        with pytest.raises(OverBudget, match=r"^The budget for today is used up. Nothing was charged.$") as over:
            take(payer(books), 1)
        assert over.value.status == 402
        Cap.objects.filter(pool=Pool.TIER).delete()
        with pytest.raises(OverBudget, match=r"^Your budget for today is used up"):
            take(payer(books), 1)

    def test_a_changed_limit_holds_from_the_next_purchase(self, books: Any) -> None:
        row = cap(Pool.TENANT, books.tenant.id, 1)
        take(payer(books))
        Cap.objects.filter(id=row.id).update(limit=2)
        take(payer(books))
        Cap.objects.filter(id=row.id).update(limit=0)
        with pytest.raises(OverBudget):
            take(payer(books))


class TestWhatIsLeft:
    def test_of_each_limit_the_tightest_first(self, books: Any) -> None:
        who = payer(books)
        assert limits.left(who) == []
        cap(Pool.TENANT, books.tenant.id, 1000, Measure.MONEY, period=Period.MONTH)
        cap(Pool.TIER, books.kids.id, 500, Measure.MONEY)
        cap(Pool.READER, books.kids.id, 3)
        job = take(who, 300)
        with transaction.atomic():
            ledger.settle(job_id=job, attempt=1, amount_micros=250)
        take(who, 100)
        assert [(row.limit.pool, row.limit.measure, row.used, row.amount, row.share) for row in limits.left(who)] == [
            (Pool.TIER, Measure.MONEY, 350, 150, 30), (Pool.TENANT, Measure.MONEY, 350, 650, 65),
            (Pool.READER, Measure.SCENES, 2, 1, 33),
        ]  # fmt: skip
        assert limits.tightest(who, Measure.SCENES) == Left(
            Limit(Pool.READER, reader_of(books.kids.id, who.user_id), Measure.SCENES, Period.DAY, 3), 2
        )
        assert limits.tightest(who, Measure.PICTURES) is None

    def test_it_is_never_less_than_nothing(self, books: Any) -> None:
        cap(Pool.TENANT, books.tenant.id, 100, Measure.MONEY)
        job = take(payer(books), 100)
        with transaction.atomic():
            ledger.settle(job_id=job, attempt=1, amount_micros=150)
        (row,) = limits.left(payer(books))
        assert (row.used, row.amount, row.share) == (150, 0, 0)

    def test_it_asks_two_queries(self, books: Any) -> None:
        cap(Pool.TENANT, books.tenant.id, 100, Measure.MONEY)
        who = payer(books)
        with CaptureQueriesContext(connection) as asked:
            limits.left(who)
        assert len(asked) == 2


def test_a_purchase_moves_its_counters_in_five_queries(books: Any) -> None:
    """Counters looked for, locked and written, limits, the entry: however many pools pay."""
    cap(Pool.TENANT, books.tenant.id, 10**6, Measure.MONEY)
    who = payer(books)
    take(who, 1)
    job = uuid.uuid4()
    with transaction.atomic(), CaptureQueriesContext(connection) as asked:
        ledger.reserve(payer=who, job_id=job, attempt=1, amount_micros=1, counts=ONE_SCENE)
    with transaction.atomic(), CaptureQueriesContext(connection) as closing:
        ledger.settle(job_id=job, attempt=1, amount_micros=1)
    assert (len(asked), len(closing)) == (5, 5)


def test_what_one_user_spent_lately(books: Any) -> None:
    cap(Pool.TENANT, books.tenant.id, 10_000, Measure.MONEY)
    reader, today = books.user("reader").id, limits.today()
    assert spending.by_day_and_month(reader, today) == spending.Lately(0, 0)
    with transaction.atomic():
        ledger.settle(job_id=take(payer(books), 300), attempt=1, amount_micros=200)
        ledger.release(job_id=take(payer(books), 50), attempt=1)
        ledger.book_unknown(job_id=take(payer(books), 40), attempt=1)
    take(payer(books), 7)  # under way: not spent yet
    assert spending.by_day_and_month(reader, today) == spending.Lately(240, 240)
    assert spending.by_day_and_month(books.user("author").id, today) == spending.Lately(0, 0)
