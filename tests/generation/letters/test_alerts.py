"""Shares of a budget become letters: to whoever should know, once each, and never in the way of a purchase."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts import auditing, ledger, places
from accounts.models import Cap, Domain, Membership, Role, User
from accounts.signals import budget_reached
from accounts.tenancy import across_tenants, scope
from generation.letters import alerts
from generation.models import Letter
from tests.accounts.mailbox import letters
from tests.factories import TOLL_CAP

pytestmark = pytest.mark.django_db
OWNER, STAFF = "owner@example.com", "staff@example.com"


@pytest.fixture(autouse=True)
def another_library(world: Any) -> None:
    """Whose owner has nothing to do with it; and people here who are no longer active, or have no address."""
    with scope(world.tenant):
        gone = User.objects.create_user("gone@example.org", "x", is_active=False)
        Membership.objects.create(user=gone, role=Role.OWNER)
        Membership.objects.create(user=User.objects.create_guest(), role=Role.GUEST)


def spend(world: Any, share: float) -> uuid.UUID:
    job_id, amount = uuid.uuid4(), int(TOLL_CAP * share)
    payer = ledger.Payer(world.tenant.id, world.kids.id, world.user("reader").id, False)
    with transaction.atomic():
        ledger.reserve(payer=payer, job_id=job_id, attempt=1, amount_micros=amount)
    return job_id


def told(world: Any) -> list[tuple[str, str]]:
    return [(mail.to, mail.subject) for mail in letters(world.tenant)]


def test_what_it_says(in_tenant: Any, toll: Any) -> None:
    spend(in_tenant, 0.55)
    (mail,) = letters(in_tenant.tenant)
    today = timezone.now().date()
    assert (mail.to, mail.subject) == (OWNER, "Fablewright: 50 % of the budget is used")
    assert mail.text == (
        f"Library: Fablewright\nPeriod: {today.day} {today:%B %Y}\nUsed, with what is held: 0.55 USD\nLimit: 1.00 USD\n\n"
        "To change it, look in the staff rooms, under Limits.\n\n"
        "Whether you get these letters is set on your account page.\n\n-- \nFablewright\n"
    )
    with scope(in_tenant.harbour):
        assert Letter.objects.count() == 0


def test_each_share_once(in_tenant: Any, toll: Any) -> None:
    for _ in range(3):
        job_id = spend(in_tenant, 0.6)
        with transaction.atomic():
            ledger.release(job_id=job_id, attempt=1)
    assert told(in_tenant) == [(OWNER, "Fablewright: 50 % of the budget is used")]
    spend(in_tenant, 1.0)
    assert [subject for _, subject in told(in_tenant)] == [
        f"Fablewright: {share} % of the budget is used" for share in (50, 80, 100)
    ]
    assert "What costs money is refused from here on" in letters(in_tenant.tenant)[2].text
    assert auditing.audit() == []


def test_another_amount_is_another_budget(in_tenant: Any, toll: Any) -> None:
    spend(in_tenant, 0.6)
    Cap.objects.filter(pool="tenant").update(limit=TOLL_CAP * 2)
    spend(in_tenant, 0.5)
    assert [mail.text.partition("Limit: ")[2][:8] for mail in letters(in_tenant.tenant)] == ["1.00 USD", "2.00 USD"]


@pytest.mark.parametrize(
    ("wants", "expected"),
    [
        ({}, {OWNER}),
        ({OWNER: False}, set()),
        ({STAFF: True}, {OWNER, STAFF}),
        ({OWNER: False, STAFF: True}, {STAFF}),
        ({"author@example.com": True, "reader@example.com": True}, {OWNER}),  # once staff, no more
    ],
)
def test_who_wants_them(in_tenant: Any, toll: Any, wants: dict[str, bool], expected: set[str]) -> None:
    for email, wish in wants.items():
        Membership.objects.filter(user__email=email).update(wants_alerts=wish)
    spend(in_tenant, 0.5)
    assert {to for to, _ in told(in_tenant)} == expected
    found = {m.user.email for m in Membership.objects.select_related("user") if m.gets_alerts and m.user.is_active}
    assert found == expected


def reached(world: Any, **facts: Any) -> None:
    given = {
        "share": 80, "pool": "tenant", "period": "month", "starts_on": timezone.now().date().replace(day=1),
        "limit_micros": 2_000_000, "used_micros": 1_600_000, **facts,
    }  # fmt: skip
    with transaction.atomic():
        budget_reached.send(None, tenant_id=world.tenant.id, **given)


def test_a_persons_own_limit_is_their_own_business(in_tenant: Any) -> None:
    reader = in_tenant.user("reader")
    reached(in_tenant, pool="person", subject_id=reader.id, measure="money")
    reached(in_tenant, pool="person", subject_id=in_tenant.user("harbour-owner").id)  # no member here
    (mail,) = letters(in_tenant.tenant)
    assert (mail.to, mail.subject) == ("reader@example.com", "Fablewright: 80 % of your own limit is used")
    assert ("on your account page" in mail.text, "staff rooms" in mail.text) == (True, False)


@pytest.mark.parametrize(
    "facts", [{"measure": "scenes"}, {"pool": "tier"}, {"pool": "guests"}, {"pool": "person"}, {"pool": "new"}]
)
def test_what_is_nobodys_mail(in_tenant: Any, facts: dict[str, Any]) -> None:
    reached(in_tenant, **facts)
    assert told(in_tenant) == []


def test_with_an_address_the_letter_leads_there(in_tenant: Any, settings: Any) -> None:
    Domain.objects.create(tenant=in_tenant.tenant, host="stories.example")
    settings.HTTPS = True
    reached(in_tenant)
    assert letters(in_tenant.tenant)[0].links == ["https://stories.example/admin/accounts/cap/"]
    assert places.outside(in_tenant.harbour) == ""


def test_what_goes_wrong_undoes_no_purchase(
    in_tenant: Any, toll: Any, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: Any, **__: Any) -> None:
        raise RuntimeError("no letters today")

    monkeypatch.setattr(alerts.letters, "budget_reached", broken)
    spend(in_tenant, 0.6)
    assert (Letter.objects.count(), auditing.audit()) == (0, [])
    assert "50 % of a budget could not be told by mail" in caplog.text


def test_a_purchase_below_asks_nothing_more(in_tenant: Any, toll: Any) -> None:
    with CaptureQueriesContext(connection) as seen:
        spend(in_tenant, 0.1)
    assert not [one["sql"] for one in seen if "wants_alerts" in one["sql"] or "generation_letter" in one["sql"]]
    with across_tenants("a test looks at everything"):
        assert Letter.objects.count() == 0
