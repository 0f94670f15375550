"""Usage on pages: one's own, with limits of one's own; and the library's for staff, with its CSV."""

from __future__ import annotations

import csv
import datetime
import io
import re
import uuid
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts import hosts, ledger
from accounts.ledger import OverBudget
from accounts.models import Cap, Membership, Role, User
from accounts.models.ledger import Measure, Pool
from accounts.quotas import Payer
from accounts.spending import Spent
from accounts.tenancy import scope
from generation import charts
from generation.admin import usage as staffs
from generation.models import AiModel
from tests import factories

pytestmark = pytest.mark.django_db
Clients = Callable[..., Client]
MARK = "quillon-usage"
OWN, SET = "/account/usage/", "/account/usage/limit"


@pytest.fixture
def here(in_tenant: Any) -> Iterator[Any]:
    """A budget of 10 USD a day, and nothing else; the harbour spent 9,999 on behalf of the same reader."""
    Cap.objects.all().delete()
    Cap.objects.create(subject_id=in_tenant.tenant.id, limit=10_000_000)
    with scope(in_tenant.harbour):
        Cap.objects.create(subject_id=in_tenant.harbour.id, limit=10**12)
        Membership.objects.create(user=in_tenant.user("reader"), role=Role.READER)
        spend(in_tenant.harbour, in_tenant.user("reader"), 9_999_000_000)
    yield in_tenant


def spend(tenant: Any, user: Any, micros: int, *, fate: str = "settle", job_id: Any = None, **counts: int) -> None:
    payer = Payer(tenant.id, None, user.id, user.is_guest)
    job_id = job_id or uuid.uuid4()
    given = {Measure(name): count for name, count in counts.items()}
    with transaction.atomic():
        ledger.reserve(payer=payer, job_id=job_id, attempt=1, amount_micros=micros, counts=given)
        if fate == "settle":
            ledger.settle(job_id=job_id, attempt=1, amount_micros=micros)


def limit(client: Client, **given: str) -> Any:
    return client.post(SET, {"action": "set", "measure": "micros", "period": "day", **given})


def own() -> set[tuple[Any, ...]]:
    return set(Cap.objects.filter(is_own=True).values_list("subject_id", "measure", "period", "limit"))


class TestOnesOwn:
    def test_what_was_spent_and_what_is_left(self, here: Any, client_for: Clients) -> None:
        reader = here.user("reader")
        spend(here.tenant, reader, 1_250_000, pictures=2)
        spend(here.tenant, reader, 500_000, fate="open", pictures=1)
        spend(here.tenant, here.user("author"), 3_000_000, pictures=9)
        page = client_for("reader").get(OWN)
        said = {one["name"]: {row["label"]: row["value"] for row in one["figures"]} for one in page.context["periods"]}
        none = {"Scenes": "0", "Seconds of film": "0", "Characters spoken": "0"}
        spent = {"Money": "1.25 USD", "Pictures": "2", **none}
        assert said == {
            "Today": spent, "This month": spent, "Held now": {"Money": "0.50 USD", "Pictures": "1", **none},
        }  # fmt: skip
        assert [(row["what"], row["left"], row["limit"]) for row in page.context["limits"]] == [
            ("Money today", "5.25 USD", "10.00 USD")
        ]
        html = page.content.decode()
        assert "9,999" not in html
        assert "9999" not in html
        assert re.findall(r"<script(?![^>]*\bsrc=)|\bstyle=|\bon[a-z]+=", html) == []

    def test_the_tightest_limit_comes_first(self, here: Any, client_for: Clients) -> None:
        reader = here.user("reader")
        Cap.objects.create(pool=Pool.PERSON, subject_id=here.tenant.id, role=Role.READER, measure="pictures", limit=4)
        Cap.objects.create(pool=Pool.READER, subject_id=here.kids.id, measure="scenes", limit=10)
        Cap.objects.create(pool=Pool.PERSON, subject_id=here.user("author").id, measure="characters", limit=1)
        spend(here.tenant, reader, 1_000_000, pictures=3)
        rows = client_for("reader").get(OWN).context["limits"]
        assert [(row["what"], row["whose"], row["left"]) for row in rows] == [
            ("Pictures today", "You", "1"),
            ("Money today", "The whole library", "9.00 USD"),
            ("Scenes today", "You, in The Small Shelf", "10"),
        ]

    def test_a_lower_limit_is_set_changed_and_removed(self, here: Any, client_for: Clients) -> None:
        client, reader = client_for("reader"), here.user("reader")
        assert limit(client, amount="2.5")["Location"] == OWN
        assert limit(client, measure="scenes", period="month", amount="30").status_code == 303
        assert limit(client, amount="2").status_code == 303
        mine = (reader.id, "scenes", "month", 30)
        assert own() == {(reader.id, "micros", "day", 2_000_000), mine}
        spend(here.tenant, reader, 1_900_000)
        with pytest.raises(OverBudget, match="The budget that you set yourself for today is used up"):
            spend(here.tenant, reader, 200_000)
        spend(here.tenant, here.user("author"), 200_000)  # it binds nobody else
        assert client.post(SET, {"action": "remove", "measure": "micros", "period": "day"}).status_code == 303
        assert own() == {mine}
        spend(here.tenant, reader, 200_000)

    def test_it_can_never_raise_what_staff_set(self, here: Any, client_for: Clients) -> None:
        client, reader = client_for("reader"), here.user("reader")
        Cap.objects.create(pool=Pool.PERSON, subject_id=reader.id, limit=1_000_000)
        refused = limit(client, amount="5")
        assert (refused.status_code, refused.context["form"].errors["amount"]) == (
            422, ["The staff here allow 1.00 USD already. Write less than that."],
        )  # fmt: skip
        # And where one stands that is higher, because staff lowered theirs since, it changes nothing.
        Cap.objects.filter(pool=Pool.PERSON).update(limit=9_000_000)
        assert limit(client, amount="5").status_code == 303
        Cap.objects.filter(pool=Pool.PERSON, is_own=False).update(limit=1_000_000)
        with pytest.raises(OverBudget, match="Your budget for today is used up"):
            spend(here.tenant, reader, 2_000_000)
        # Nobody removes what staff set, nor another's own.
        with scope(here.tenant):
            client_for("author").post(SET, {"action": "remove", "measure": "micros", "period": "day"})
            client.post(SET, {"action": "remove", "measure": "micros", "period": "day"})
            client.post(SET, {"action": "remove", "measure": "micros", "period": "day"})
        assert set(Cap.objects.values_list("pool", "limit")) == {("tenant", 10_000_000), ("person", 1_000_000)}

    @pytest.mark.parametrize(
        ("given", "field"),
        [
            ({"amount": ""}, "amount"), ({"amount": "much"}, "amount"), ({"amount": "-1"}, "amount"),
            ({"amount": "2.5", "measure": "scenes"}, "amount"), ({"amount": "1", "measure": "gold"}, "measure"),
            ({"amount": "1", "period": "year"}, "period"), ({"amount": "1e400"}, "amount"),
        ],
    )  # fmt: skip
    def test_what_is_no_limit(self, here: Any, client_for: Clients, given: dict[str, str], field: str) -> None:
        refused = limit(client_for("reader"), **given)
        assert (refused.status_code, list(refused.context["form"].errors), own()) == (422, [field], set())

    def test_days_that_make_no_sense_are_said(self, here: Any, client_for: Clients) -> None:
        client = client_for("reader")
        said = {
            query: [problem[0] for problem in client.get(f"{OWN}?{query}").context["range_problems"].values()]
            for query in ("first=2026-02-02&last=2026-02-01", "first=2020-01-01&last=2026-01-01", "first=soon", "")
        }
        assert said == {
            "first=2026-02-02&last=2026-02-01": ["The first day has to come before the last. Turn them around."],
            "first=2020-01-01&last=2026-01-01": ["Ask for 366 days at most."],
            "first=soon": ["Enter a valid date."],
            "": [],
        }

    def test_more_purchases_ask_no_more(self, here: Any, client_for: Clients, monkeypatch: Any) -> None:
        monkeypatch.setattr(hosts, "LIFE_SECONDS", 3600.0)  # on a slow machine a host is looked up anew meanwhile
        client, asked = client_for("reader"), []
        client.get(OWN)
        for count in (1, 5):
            for _ in range(count):
                spend(here.tenant, here.user("reader"), 1000)
            with CaptureQueriesContext(connection) as caught:
                client.get(OWN)
            asked.append(len(caught))
        assert asked[0] == asked[1]


class TestStaffs:
    @pytest.fixture
    def bought(self, here: Any, step: Any) -> Any:
        """What three people and two guests bought, one of whom has a name that a spreadsheet would obey."""
        clever = User.objects.create_user("=cmd@example.com", "a-long-password", display_name="=1+1")
        Membership.objects.create(user=clever, role=Role.READER)
        spend(here.tenant, here.user("reader"), 2_000_000, pictures=1)
        spend(here.tenant, here.user("author"), 3_000_000, scenes=1)
        spend(here.tenant, clever, 500_000)
        for _ in range(2):
            guest = User.objects.create_guest()
            with transaction.atomic():
                Cap.objects.get_or_create(pool=Pool.GUESTS, subject_id=here.kids.id, limit=10**9)
                payer, job_id = Payer(here.tenant.id, here.kids.id, guest.id, True), uuid.uuid4()
                ledger.reserve(payer=payer, job_id=job_id, attempt=1, amount_micros=100_000)
                ledger.book_unknown(job_id=job_id, attempt=1)
        with scope(here.harbour):
            User.objects.filter(pk=here.user("harbour-owner").pk).update(display_name=MARK)
            spend(here.harbour, here.user("harbour-owner"), 7_000_000)
        return here

    def test_who_spent_what(self, bought: Any, client_for: Clients) -> None:
        page = client_for("staff").get("/admin/usage/")
        assert [(row["name"], row["amount"], row["purchases"]) for row in page.context["people"]] == [
            ("author@example.com", "3.00 USD", 1), ("reader@example.com", "2.00 USD", 1),
            ("=cmd@example.com", "0.50 USD", 1), ("Guests", "0.20 USD", 2),
        ]  # fmt: skip
        assert (page.context["total"]["amount"], page.context["total"]["counts"]) == ("5.70 USD", [1, 1, 0, 0])
        html = page.content.decode()
        assert {word: word in html for word in (MARK, "harbour-owner", "9999.00", "7.00 USD")} == dict.fromkeys(
            (MARK, "harbour-owner", "9999.00", "7.00 USD"), False
        )
        assert (html.count("<rect"), 'aria-label="Money by day' in html) == (1, True)

    def test_csv_is_the_same_and_obeys_nobody(self, bought: Any, client_for: Clients, monkeypatch: Any) -> None:
        monkeypatch.setattr("generation.usage.CHUNK", 2)
        answer = client_for("staff").get("/admin/usage.csv")
        today = timezone.now().date()
        assert answer["Content-Type"] == "text/csv; charset=utf-8"
        assert answer["Content-Disposition"] == (
            f'attachment; filename="usage-fablewright-{today.replace(day=1)}-{today}.csv"'
        )
        text = b"".join(answer.streaming_content).decode()
        rows = list(csv.DictReader(io.StringIO(text)))
        assert [(row["person"], row["state"], row["amount"]) for row in rows] == [
            ("reader@example.com", "settled", "2.00"), ("author@example.com", "settled", "3.00"),
            ("'=cmd@example.com", "settled", "0.50"), ("Guests", "may have been charged", "0.10"),
            ("Guests", "may have been charged", "0.10"),
        ]  # fmt: skip
        assert (MARK in text, {row["day"] for row in rows}) == (False, {str(today)})

    @pytest.mark.parametrize("said", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "  =1"])
    def test_a_cell_is_a_text(self, said: str) -> None:
        assert (staffs.cell(said), staffs.cell("plain = text")) == (f"'{said}", "plain = text")

    def test_the_days_that_are_asked_for(self, bought: Any, client_for: Clients) -> None:
        client = client_for("owner")
        page = client.get("/admin/usage/?first=2026-01-01&last=2026-01-31")
        lines = b"".join(client.get("/admin/usage.csv?first=2026-01-01&last=2026-01-31").streaming_content)
        assert (page.context["days"], lines.decode().count("\n")) == ([], 1)

    @pytest.mark.parametrize(
        ("who", "status"), [(None, 302), ("reader", 404), ("author", 404), ("harbour-owner", 302), ("operator", 200)]
    )
    def test_it_is_for_staff(self, here: Any, client_for: Clients, who: str | None, status: int) -> None:
        client = client_for(who)
        assert [client.get(path).status_code for path in ("/admin/usage/", "/admin/usage.csv")] == [status] * 2


def test_a_model_has_a_name(here: Any, client_for: Clients, step: Any) -> None:
    job = factories.job(here.user("reader"), here.kids)
    AiModel.objects.filter(pk=job.model_id).update(name="The <b>Painter</b>")
    with transaction.atomic():
        ledger.settle(job_id=job.id, attempt=1, amount_micros=40)
    page = client_for("reader").get(OWN)
    assert [(row["name"], row["amount"]) for row in page.context["models"]] == [("The <b>Painter</b>", "0.00004 USD")]
    assert "The &lt;b&gt;Painter&lt;/b&gt;" in page.content.decode()


class TestChart:
    FIRST = datetime.date(2026, 11, 1)

    def test_a_bar_stands_where_its_day_is(self) -> None:
        by_day = [(self.FIRST, Spent(10, 1)), (self.FIRST + datetime.timedelta(3), Spent(40, 2))]
        chart = charts.of_days(by_day, self.FIRST, self.FIRST + datetime.timedelta(3))
        assert chart is not None
        assert [(bar.x, bar.y, bar.width, bar.height, bar.value) for bar in chart.bars] == [
            (22.5, 135.0, 135.0, 45.0, 10), (562.5, 0.0, 135.0, 180.0, 40),
        ]  # fmt: skip

    def test_where_nothing_cost_anything_it_counts_purchases(self) -> None:
        chart = charts.of_days([(self.FIRST, Spent(0, 3))], self.FIRST, self.FIRST)
        assert chart is not None
        assert (chart.is_money, chart.highest) == (False, 3)
        assert charts.of_days([], self.FIRST, self.FIRST) is None
        assert charts.of_days([(self.FIRST, Spent())], self.FIRST, self.FIRST) is None
