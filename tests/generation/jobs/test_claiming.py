"""Whose turn it is. A flood of one keeps nobody else waiting for more than a turn."""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from accounts.models import Cap, Tier, User
from accounts.models.ledger import Pool
from accounts.tenancy import scope
from generation.jobs import claiming
from generation.models import AiModel, Credential, Job, Lane, ModelGrant
from generation.providers.contract import Kind
from tests import factories

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("toll", "step")]


def ask(user: User, tier: Tier, times: int = 1, kind: Kind = Kind.TEXT) -> list[uuid.UUID]:
    return [factories.job(user, tier, kind=kind).id for _ in range(times)]


def turns(count: int) -> list[uuid.UUID]:
    """The next ids in the order in which they are taken, one at a time."""
    return [job.id for _ in range(count) for job in claiming.claim(worker="w:1", room={Lane.WAIT: 1})]


def elsewhere(world: Any) -> None:
    """The harbour buys from the same provider."""
    ModelGrant.objects.filter(tier=world.tales, kind="text").update(is_default=False)
    ModelGrant.objects.create(tier=world.tales, model=AiModel.objects.get(key="toll-words"), is_default=True)
    Cap.objects.create(pool=Pool.TENANT, subject_id=world.harbour.id, limit=10**6)


def test_people_of_a_tenant_take_turns(in_tenant: Any) -> None:
    flood = ask(in_tenant.user("reader"), in_tenant.kids, 5)
    (other,) = ask(in_tenant.user("author"), in_tenant.kids)
    third = ask(in_tenant.user("staff"), in_tenant.kids, 2)
    assert turns(8) == [flood[0], other, third[0], flood[1], third[1], *flood[2:]]


def test_guests_of_one_address_are_one_person(in_tenant: Any) -> None:
    guests = [User.objects.create_guest() for _ in range(3)]
    flood = [job for guest in guests for job in ask(guest, in_tenant.kids)]
    (reader,) = ask(in_tenant.user("reader"), in_tenant.kids)
    assert turns(4) == [flood[0], reader, *flood[1:]]


def test_tenants_take_turns_however_many_people_they_have(in_tenant: Any) -> None:
    """Twenty people of one tenant asked before the one person of the other: who comes second all the same."""
    people = [User.objects.create_user(f"crowd-{number}@example.org") for number in range(20)]
    crowd = [job for person in people for job in ask(person, in_tenant.kids, 2)]
    with scope(in_tenant.harbour):
        elsewhere(in_tenant)
        late = ask(in_tenant.user("harbour-owner"), in_tenant.tales, 2)
    found = turns(6)
    assert found == [crowd[0], late[0], crowd[2], late[1], crowd[4], crowd[6]]


def test_an_account_that_is_full_keeps_nothing_else_from_its_turn(in_tenant: Any) -> None:
    """Forty jobs wait for an account with one place: what goes to another account is still found behind them."""
    Credential.objects.filter(provider="toll").update(max_concurrent=1)
    reader = in_tenant.user("reader")
    waiting = ask(reader, in_tenant.kids, 40)
    assert turns(1) == waiting[:1]
    ModelGrant.objects.filter(tier=in_tenant.kids, kind="text").update(is_default=False)
    ModelGrant.objects.filter(tier=in_tenant.kids, model__key="demo-storyteller").update(is_default=True)
    (behind,) = ask(reader, in_tenant.kids)
    assert turns(2) == [behind]
    assert Job.objects.filter(status="queued").count() == 39
