"""Tickets: a minute, one tenant, one thing; and what ends them before."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from django.core import signing

from accounts import api_keys, tickets
from accounts.models import ApiKey, Membership, Role, User
from accounts.tenancy import scope

pytestmark = pytest.mark.django_db
TARGET = uuid.UUID(int=7)


@pytest.fixture
def key(in_tenant: Any) -> ApiKey:
    mine = Membership.objects.get(user=in_tenant.user("author"))
    return api_keys.issue(membership=mine, name="Covers", scopes=["read"])[0]


def made(world: Any, name: str = "author", **changes: Any) -> str:
    return tickets.make(**{"user": world.user(name), "tenant": world.tenant, "target": TARGET, **changes})


def holder(world: Any, ticket: str, **changes: Any) -> User | None:
    return tickets.open_(ticket, **{"tenant": world.tenant, "target": TARGET, **changes})


def later(monkeypatch: pytest.MonkeyPatch, seconds: float) -> None:
    real = signing.time.time
    monkeypatch.setattr(signing.time, "time", lambda: real() + seconds)


def test_it_opens_what_it_was_made_for(in_tenant: Any, key: ApiKey) -> None:
    for name in ("author", "operator"):
        assert holder(in_tenant, made(in_tenant, name)) == in_tenant.user(name)
    assert holder(in_tenant, made(in_tenant, key=key)) == in_tenant.user("author")


def test_another_target_or_tenant_or_a_forged_one(in_tenant: Any, key: ApiKey) -> None:
    for ticket in (made(in_tenant), made(in_tenant, key=key)):
        assert holder(in_tenant, ticket, target=uuid.UUID(int=8)) is None
        assert holder(in_tenant, ticket, tenant=in_tenant.harbour) is None
        body, rest = ticket.split(":", 1)
        forged = [ticket[:-1], body, f"{body[:-1]}:{rest}", "", "x", ":", "::", "a:b:c", "\x00", "é", "x" * 5000]
        forged.append(signing.dumps({"tenant": str(in_tenant.tenant.id), "target": str(TARGET), "user": "x"}))
        assert [holder(in_tenant, one) for one in forged] == [None] * len(forged)


def test_a_member_of_both_has_tickets_of_each(in_tenant: Any) -> None:
    with scope(in_tenant.harbour):
        Membership.objects.create(user=in_tenant.user("author"), role=Role.AUTHOR)
    there = made(in_tenant, tenant=in_tenant.harbour)
    assert holder(in_tenant, there, tenant=in_tenant.harbour) == in_tenant.user("author")
    assert holder(in_tenant, there) is None


@pytest.mark.parametrize("by_key", [False, True], ids=["token", "key"])
def test_it_runs_out_at_the_door_and_not_inside(
    by_key: bool, in_tenant: Any, key: ApiKey, monkeypatch: pytest.MonkeyPatch
) -> None:
    ticket, author = made(in_tenant, key=key if by_key else None), in_tenant.user("author")
    later(monkeypatch, 59)
    assert holder(in_tenant, ticket) == author
    later(monkeypatch, 2)
    assert (holder(in_tenant, ticket), holder(in_tenant, ticket, at_the_door=False)) == (None, author)


def test_what_ends_it(in_tenant: Any, key: ApiKey) -> None:
    def told() -> tuple[bool, bool]:
        return tuple(holder(in_tenant, one, at_the_door=False) is not None for one in shown)  # type: ignore[return-value]

    shown = made(in_tenant), made(in_tenant, key=key)
    assert told() == (True, True)
    author = in_tenant.user("author")
    User.objects.filter(pk=author.pk).update(is_active=False)
    assert told() == (False, False)
    User.objects.filter(pk=author.pk).update(is_active=True)
    author.set_password("a lantern in fog")
    author.save()
    assert told() == (False, True)  # a key outlives a password
    shown = made(in_tenant), shown[1]
    api_keys.revoke(key)
    assert told() == (True, False)
    ApiKey.objects.update(revoked_at=None)
    Membership.objects.filter(user=author).delete()
    assert told() == (False, False)


def test_it_tells_nothing_but_ids(in_tenant: Any, key: ApiKey) -> None:
    said = signing.loads(made(in_tenant, key=key), salt="accounts.tickets")
    assert said == {"tenant": str(in_tenant.tenant.id), "target": str(TARGET), "key": str(key.id)}
    author = in_tenant.user("author")
    said = signing.loads(made(in_tenant), salt="accounts.tickets")
    assert (said["user"], author.password in said["password"], len(said["password"])) == (str(author.id), False, 32)
