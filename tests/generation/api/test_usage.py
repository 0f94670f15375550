"""What was spent, as programs are told. The sums are the ledger's."""

from __future__ import annotations

import datetime
import uuid
from collections import defaultdict
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts import ledger, limits
from accounts.ledger import Payer
from accounts.models import Cap, LedgerEntry
from accounts.models.ledger import Counter, Measure, Period, Pool
from accounts.spending import Spent
from accounts.tenancy import scope
from generation import usage as reading
from generation.api.usage import usage
from generation.models import Job
from tests import factories
from tests.stories.api.conftest import refused

pytestmark = pytest.mark.django_db


@pytest.fixture
def job(in_tenant: Any, step: Any, toll: Any) -> Job:
    return factories.job(in_tenant.user("author"), in_tenant.kids)


@transaction.atomic
def settle(job: Job, micros: int) -> None:
    ledger.settle(job_id=job.id, attempt=1, amount_micros=micros)


def test_the_whole_answer(author: Any, job: Job, in_tenant: Any) -> None:
    other = factories.job(in_tenant.user("author"), in_tenant.kids)
    factories.job(in_tenant.user("reader"), in_tenant.kids)
    settle(job, 700)
    today = timezone.now().date()
    Cap.objects.filter(pool=Pool.READER).exclude(subject_id=in_tenant.kids.id).delete()
    limits.set_own(
        tenant_id=in_tenant.tenant.id, user_id=in_tenant.user("author").id, measure=Measure.PICTURES,
        period=Period.MONTH, limit=10,
    )  # fmt: skip
    counted = {"scenes": 0, "pictures": 1, "film_seconds": 0, "characters": 0}
    spent = {"spent_micros": 700, "purchases": 1, **counted}
    cap = {"pool": "tenant", "is_own": False, "tier": None, "measure": "micros", "period": "day"}
    own = {"pool": "person", "is_own": True, "tier": None, "measure": "pictures", "period": "month"}
    assert author.get("/api/v1/usage") == (200, {
        "scope": "own", "currency": "USD", "from": today.replace(day=1).isoformat(), "to": today.isoformat(),
        "range": spent, "today": spent, "month": spent, "held_micros": 1000, "held": counted,
        "limits": [
            {**own, "limit": 10, "used": 2, "left": 8},
            {
                "pool": "reader", "is_own": False, "tier": "kids", "measure": "scenes", "period": "day",
                "limit": 200, "used": 0, "left": 200,
            },
            {**cap, "limit": factories.TOLL_CAP, "used": 2700, "left": factories.TOLL_CAP - 2700},
        ],
        "left": {"micros": factories.TOLL_CAP - 700 - 2000, "limit_micros": factories.TOLL_CAP, "period": "day"},
        "by_model": [{"model": "toll-paint", **spent}], "by_day": [{"day": today.isoformat(), **spent}],
    })  # fmt: skip
    settle(other, 5)
    assert author.get("/api/v1/usage")[1]["by_model"] == [
        {"model": "toll-paint", **spent, "spent_micros": 705, "purchases": 2, "pictures": 2}
    ]


def test_nothing_was_spent_and_nothing_may_be(author: Any) -> None:
    counted = {"scenes": 0, "pictures": 0, "film_seconds": 0, "characters": 0}
    nothing = {"spent_micros": 0, "purchases": 0, **counted}
    told = author.get("/api/v1/usage")[1]
    assert {name: told[name] for name in ("range", "today", "month", "held_micros", "left", "by_model", "by_day")} == {
        "range": nothing, "today": nothing, "month": nothing, "held_micros": 0, "left": None, "by_model": [],
        "by_day": [],
    }  # fmt: skip


def test_the_tightest_cap_is_told(author: Any, job: Job, in_tenant: Any) -> None:
    Cap.objects.create(subject_id=in_tenant.tenant.id, period=Period.MONTH, limit=1500)
    assert author.get("/api/v1/usage")[1]["left"] == {"micros": 500, "limit_micros": 1500, "period": "month"}


def test_everybodys_is_for_staff(program: Any, job: Job, in_tenant: Any) -> None:
    settle(job, 700)
    theirs = factories.job(in_tenant.user("reader"), in_tenant.kids)
    settle(theirs, 40)
    with scope(in_tenant.harbour), transaction.atomic():
        tenant_id = in_tenant.harbour.id
        LedgerEntry.objects.create(
            job_id=uuid.uuid4(), attempt=1, kind="settle", amount_micros=9_999, booked_on=timezone.now().date(),
            tenant_id=tenant_id, user_id=in_tenant.user("author").id,
        )  # fmt: skip

    def spent(name: str, query: str = "") -> int:
        told: int = program(name).get(f"/api/v1/usage{query}")[1]["month"]["spent_micros"]
        return told

    assert [spent("author"), spent("reader"), spent("staff")] == [700, 40, 0]
    assert [spent("staff", "?scope=tenant"), spent("owner", "?scope=tenant")] == [740, 740]
    assert program("author").get("/api/v1/usage?scope=tenant") == refused(
        403, "Only staff see what all of this library asked for. Leave “scope” out."
    )


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("from=yesterday", "from: Write a day like 2026-11-01."),
        ("to=2026-13-01", "to: Write a day like 2026-11-21."),
        ("from=2026-02-02&to=2026-02-01", "from: This is after the last day. Turn them around."),
        ("from=2025-01-01&to=2026-11-01", "from: Ask for 366 days at most."),
        ("from=0001-01-01&to=0001-01-02", "from: Say a day from 2000-01-01 to 2999-12-31."),
        ("since=1", "since: is not known here; the fields are scope, to and from."),
    ],
)
def test_what_is_wrong_is_named(author: Any, query: str, sentence: str) -> None:
    assert author.get(f"/api/v1/usage?{query}") == refused(400, sentence)


def test_a_model_that_is_gone(author: Any, job: Job) -> None:
    settle(job, 700)
    Job.objects.update(model=None)
    assert author.get("/api/v1/usage")[1]["by_model"] == [
        {
            "model": None,
            "spent_micros": 700,
            "purchases": 1,
            "scenes": 0,
            "pictures": 1,
            "film_seconds": 0,
            "characters": 0,
        }
    ]


def test_more_purchases_ask_no_more(author: Any, job: Job, in_tenant: Any) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as caught:
            assert author.get("/api/v1/usage")[0] == 200
        return len(caught)

    few = queries()
    for _ in range(4):
        settle(factories.job(in_tenant.user("author"), in_tenant.kids), 3)
    assert (few, queries()) == (14, 14)  # five of them for the limits of two tiers and the studio


DAY = datetime.date(2026, 3, 1)
PURCHASES = st.lists(
    st.tuples(
        st.sampled_from(["author", "reader"]), st.integers(0, 40), st.integers(0, 5_000),
        st.sampled_from(["settle", "release", "unknown", "open"]), st.integers(0, 9_000), st.integers(0, 3),
    ),
    max_size=12,
)  # fmt: skip


@given(purchases=PURCHASES, first=st.integers(0, 40), days=st.integers(0, 40))
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_sums_are_the_ledgers(in_tenant: Any, purchases: Any, first: int, days: int) -> None:
    start, end = DAY + datetime.timedelta(first), DAY + datetime.timedelta(first + days)
    expected: defaultdict[str, int] = defaultdict(int)
    open_: defaultdict[str, int] = defaultdict(int)
    made: defaultdict[str, int] = defaultdict(int)
    LedgerEntry.objects.all().delete()
    Counter.objects.all().delete()
    Cap.objects.all().delete()
    Cap.objects.create(subject_id=in_tenant.tenant.id, limit=10**12)
    for name, day, hold, fate, cost, pictures in purchases:
        payer = Payer(in_tenant.tenant.id, None, in_tenant.user(name).id, False)
        job_id, on = uuid.uuid4(), DAY + datetime.timedelta(day)
        with transaction.atomic():
            counts = {Measure.PICTURES: pictures}
            ledger.reserve(payer=payer, job_id=job_id, attempt=1, amount_micros=hold, counts=counts)
            if fate == "settle":
                ledger.settle(job_id=job_id, attempt=1, amount_micros=cost)
            elif fate == "release":
                ledger.release(job_id=job_id, attempt=1)
            elif fate == "unknown":
                ledger.book_unknown(job_id=job_id, attempt=1)
            LedgerEntry.objects.filter(job_id=job_id).update(booked_on=on)
        if fate == "open":
            open_[name] += hold
        elif start <= on <= end:
            expected[name] += {"settle": cost, "release": 0, "unknown": hold}[fate]
            made[name] += pictures if fate == "settle" else 0
    told = {
        name: usage(in_tenant.tenant, in_tenant.user(name).id if name else None, start, end)
        for name in ("author", "reader", "")
    }
    expected[""], open_[""], made[""] = sum(expected.values()), sum(open_.values()), sum(made.values())
    for name, said in told.items():
        for parts in ("by_day", "by_model"):
            for what in ("spent_micros", "purchases", "pictures"):
                assert sum(part[what] for part in said[parts]) == said["range"][what]
        assert (said["range"]["spent_micros"], said["held_micros"]) == (expected[name], open_[name])
        assert said["range"]["pictures"] == made[name]
        assert [part["day"] for part in said["by_day"]] == sorted({part["day"] for part in said["by_day"]})
    people = dict(reading.by_person(start, end))
    assert sum(spent.purchases for spent in people.values()) == told[""]["range"]["purchases"]
    for name in ("author", "reader"):
        spent = people.get(f"{name}@example.com", Spent())
        assert (spent.micros, spent.pictures) == (expected[name], made[name])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(reading, "CHUNK", 3)  # the list is asked for in pieces, and none is lost between two
        lines = [one.entry for one in reading.purchases(in_tenant.tenant, start, end)]
    assert len({line.id for line in lines}) == len(lines) == told[""]["range"]["purchases"]
    assert (sum(line.amount_micros for line in lines), sum(line.pictures for line in lines)) == (
        expected[""], made[""],
    )  # fmt: skip
    left = limits.tightest(Payer(in_tenant.tenant.id, None, None, False), Measure.MONEY)
    counters = Counter.objects.filter(pool="tenant", period="day")
    assert left is not None
    assert left.limit.limit - left.amount == sum(c.held_micros + c.spent_micros for c in counters)
