"""Limits in the admin: whose, of what, for how long; what is used of them; and that a change counts at once."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.db import transaction
from django.test import Client

from accounts import ledger, limits
from accounts.ledger import OverBudget
from accounts.models import Cap, Role
from accounts.models.ledger import Measure, Period, Pool
from accounts.quotas import Payer
from accounts.tenancy import scope
from tests.admin_rows import address, problems

pytestmark = pytest.mark.django_db
Clients = Callable[..., Client]
ADD = address(Cap, "add")
DAILY = {"whose": "tenant", "measure": "micros", "period": "day", "amount": "1"}


@pytest.fixture
def staff(in_tenant: Any, client_for: Clients) -> Client:
    Cap.objects.all().delete()
    return client_for("staff")


def test_one_of_each(staff: Client, in_tenant: Any) -> None:
    kids, reader = in_tenant.kids, in_tenant.user("reader")
    given: list[dict[str, str]] = [
        {"whose": "tenant", "measure": "micros", "period": "day", "amount": "12.5"},
        {"whose": "tier", "tier": str(kids.id), "measure": "film_seconds", "period": "month", "amount": "600"},
        {"whose": "guests", "tier": str(kids.id), "measure": "micros", "period": "day", "amount": "0.000001"},
        {"whose": "reader", "tier": str(kids.id), "measure": "scenes", "period": "day", "amount": "40"},
        {"whose": "role", "of_role": "reader", "measure": "pictures", "period": "day", "amount": "0"},
        {
            "whose": "person",
            "person": "Reader@Example.com",
            "measure": "characters",
            "period": "month",
            "amount": "5000",
        },
    ]
    assert [staff.post(ADD, one).status_code for one in given] == [302] * 6
    rows = Cap.objects.values_list("pool", "subject_id", "role", "measure", "period", "limit", "is_own")
    here = in_tenant.tenant.id
    assert set(rows) == {
        (Pool.TENANT, here, "", Measure.MONEY, Period.DAY, 12_500_000, False),
        (Pool.TIER, kids.id, "", Measure.FILM_SECONDS, Period.MONTH, 600, False),
        (Pool.GUESTS, kids.id, "", Measure.MONEY, Period.DAY, 1, False),
        (Pool.READER, kids.id, "", Measure.SCENES, Period.DAY, 40, False),
        (Pool.PERSON, here, Role.READER, Measure.PICTURES, Period.DAY, 0, False),
        (Pool.PERSON, reader.id, "", Measure.CHARACTERS, Period.MONTH, 5000, False),
    }
    # Each page shows what was entered, and sent again as it is it changes nothing.
    for one in given:
        cap = Cap.objects.get(
            measure=one["measure"], limit=int(float(one["amount"]) * (10**6 if one["measure"] == "micros" else 1))
        )
        page = staff.get(address(Cap, "change", cap.pk))
        form = page.context["adminform"].form
        shown = {name: form.get_initial_for_field(form.fields[name], name) for name in form.fields}
        assert {name: str(shown[name]).lower() for name in one if name != "amount"} == {
            name: value.lower() for name, value in one.items() if name != "amount"
        }
        assert float(shown["amount"]) == float(one["amount"])
        assert staff.post(address(Cap, "change", cap.pk), one).status_code == 302
        assert Cap.objects.get(pk=cap.pk).limit == cap.limit
    assert Cap.objects.count() == 6


def test_what_makes_no_sense_is_a_sentence(staff: Client, in_tenant: Any) -> None:
    kids = str(in_tenant.kids.id)
    staff.post(ADD, DAILY)
    assert [
        problems(staff.post(ADD, given))
        for given in (
            DAILY,
            {**DAILY, "whose": "guests"},
            {**DAILY, "whose": "role"},
            {**DAILY, "whose": "person"},
            {**DAILY, "whose": "person", "person": "harbour-owner@example.com"},
            {**DAILY, "period": "month", "tier": kids},
            {**DAILY, "period": "month", "amount": "-1"},
            {**DAILY, "measure": "scenes", "amount": "2.5"},
        )
    ] == [
        {"period": ["There is a limit for this already. Change that one."]},
        {"tier": ["Choose the tier that this limit is for."]},
        {"of_role": ["Choose the role that this limit is for."]},
        {"person": ["Say whom this limit is for, by the address they sign in with."]},
        {"person": ["Nobody with this address is a member here."]},
        {"tier": ["“The whole library” needs none. Leave this empty."]},
        {"amount": ["Ensure this value is greater than or equal to 0."]},
        {"amount": ["Scenes are counted whole. Write a number such as 3."]},
    ]
    assert Cap.objects.count() == 1


def test_a_change_counts_from_the_next_purchase(staff: Client, in_tenant: Any) -> None:
    reader = in_tenant.user("reader")
    payer = Payer(in_tenant.tenant.id, in_tenant.kids.id, reader.id, False)

    def buy() -> bool:
        try:
            with transaction.atomic():
                ledger.reserve(payer=payer, job_id=uuid.uuid4(), attempt=1, amount_micros=600_000)
        except OverBudget:
            return False
        return True

    staff.post(ADD, DAILY)
    cap = Cap.objects.get()
    bought = [buy(), buy()]
    staff.post(address(Cap, "change", cap.pk), {**DAILY, "amount": "1.2"})
    bought += [buy(), buy()]
    staff.post(address(Cap, "change", cap.pk), {**DAILY, "amount": "9"})
    staff.post(ADD, {**DAILY, "whose": "role", "of_role": "reader", "amount": "1.8"})
    bought += [buy(), buy()]
    assert bought == [True, False, True, False, True, False]


def test_the_list_says_what_is_used_and_left(staff: Client, in_tenant: Any) -> None:
    """Of the row's own measure and period, and of nobody else's; what people set for themselves stands elsewhere."""
    reader = in_tenant.user("reader")
    for given in (
        {**DAILY, "amount": "2"},
        {**DAILY, "whose": "person", "person": "reader@example.com", "measure": "pictures", "amount": "5"},
        {**DAILY, "whose": "reader", "tier": str(in_tenant.kids.id), "measure": "scenes", "amount": "7"},
    ):
        staff.post(ADD, given)
    limits.set_own(tenant_id=in_tenant.tenant.id, user_id=reader.id, measure=Measure.SCENES, period=Period.DAY, limit=3)
    own = Cap.objects.get(is_own=True)
    for user in (reader, in_tenant.user("author")):
        with transaction.atomic():
            payer = Payer(in_tenant.tenant.id, in_tenant.kids.id, user.id, False)
            counts = {Measure.PICTURES: 2, Measure.SCENES: 1}
            ledger.reserve(payer=payer, job_id=uuid.uuid4(), attempt=1, amount_micros=300_000, counts=counts)
    with scope(in_tenant.harbour):
        Cap.objects.create(pool=Pool.TENANT, subject_id=in_tenant.harbour.id, limit=77_000_000)
    page = staff.get(address(Cap, "changelist"))
    listed = page.context["cl"].model_admin
    assert [
        (listed.whom(cap), listed.most(cap), listed.used(cap), listed.left(cap))
        for cap in page.context["cl"].result_list
    ] == [
        ("reader@example.com", "5", "2", "3"),
        ("Each reader of The Small Shelf", "7", "each alone", "each alone"),
        ("The whole library", "2.00 USD", "0.60 USD", "1.40 USD"),
    ]
    html = page.content.decode()
    assert {word: word in html for word in ("2.00 USD", "2000000", "77.00")} == {
        "2.00 USD": True, "2000000": False, "77.00": False,
    }  # fmt: skip
    assert staff.get(address(Cap, "change", own.pk)).status_code == 404
