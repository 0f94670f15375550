"""Queries that are compiled once: the rows of the queryset, in the tenant of the moment."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Membership, Role, SecondFactor, Tier, User
from accounts.prepared import Prepared, columns, loaded
from accounts.tenancy import NoTenant, across_tenants, scope

pytestmark = pytest.mark.django_db
NAMES = ("id", "tenant_id", "slug", "is_open")


def by_slug() -> Prepared:
    return Prepared(lambda slug: Tier.objects.filter(slug=slug).values_list(*NAMES), slug=str)


def test_the_rows_of_the_queryset(world: Any) -> None:
    asked = by_slug()
    with scope(world.tenant):
        for slug in ("kids", "classics", "kids", "nowhere"):
            plain = list(Tier.objects.filter(slug=slug).values_list(*NAMES))
            assert [row.values() for row in asked.rows(slug=slug)] == plain
        found = asked.first(slug="kids")
        assert found is not None
        assert (found[0], found[3], asked.first(slug="nowhere")) == (world.kids.id, True, None)


def test_the_tenant_is_that_of_the_moment(world: Any) -> None:
    """Compiled in one tenant, asked in the other: the other's rows, and only those."""
    asked = by_slug()
    with scope(world.tenant):
        assert (len(asked.rows(slug="kids")), asked.rows(slug="tales")) == (1, [])
    with scope(world.harbour):
        assert (asked.rows(slug="kids"), len(asked.rows(slug="tales"))) == ([], 1)


def test_without_a_tenant_it_raises(world: Any) -> None:
    asked = by_slug()
    with pytest.raises(NoTenant):
        asked.rows(slug="kids")
    with across_tenants("a test looks"), pytest.raises(NoTenant):
        asked.rows(slug="kids")


def test_one_query_with_its_values_apart(world: Any) -> None:
    asked = by_slug()
    with scope(world.tenant), CaptureQueriesContext(connection) as caught:
        assert asked.rows(slug="kids' OR 1=1 --") == []
    assert len(caught) == 1


def test_several_values_and_a_joined_row(world: Any) -> None:
    member, user = columns(Membership), columns(User)
    asked = Prepared(
        lambda user_id, role: Membership.objects.filter(user_id=user_id, role=role).values_list(
            *member, *columns(User, "user__")
        ),
        user_id=uuid.UUID, role=str,
    )  # fmt: skip
    reader = world.user("reader")
    with scope(world.tenant):
        plain = Membership.objects.select_related("user").get(user=reader)
        assert asked.rows(user_id=reader.id, role=Role.OWNER) == []
        row = asked.rows(user_id=reader.id, role=Role.READER)[0].values()
        with CaptureQueriesContext(connection) as caught:
            found = loaded(Membership, member, row[: len(member)])
            found.user = loaded(User, user, row[len(member) :])
            for model, one, other in ((Membership, found, plain), (User, found.user, plain.user)):
                for name in columns(model):
                    assert getattr(one, name) == getattr(other, name), name
        assert len(caught) == 0
        found.role = Role.AUTHOR
        found.save()  # it is a row like any other, with its walls
        assert Membership.objects.get(user=reader).role == Role.AUTHOR


def test_a_column_that_was_left_out_is_looked_up(world: Any) -> None:
    with scope(world.tenant):
        tier = loaded(Tier, ("id", "tenant_id", "slug"), (world.kids.id, world.tenant.id, "kids"))
        assert (tier, tier.slug, tier.name) == (world.kids, "kids", world.kids.name)
        assert loaded(Tier, ("id", "tenant_id", "slug"), (None, None, None)) is None


def test_a_query_of_no_tenant_and_a_value_without_a_place_are_refused(world: Any) -> None:
    with scope(world.tenant):
        with pytest.raises(ValueError, match="of one tenant"):
            Prepared(lambda email: User.objects.filter(email=email).values_list("id"), email=str).rows(email="x")
        with pytest.raises(ValueError, match="each of its values"):
            Prepared(lambda slug: Tier.objects.values_list("id"), slug=str).rows(slug="kids")


@pytest.mark.parametrize("model", [Membership, SecondFactor, Tier, User])
def test_a_row_is_what_django_makes_of_it(world: Any, model: Any) -> None:
    """Also of a model with columns that are more than what the database holds, which are left to Django."""
    factor = SecondFactor.objects.create(user=world.user("staff"), secret="KVKFKRCPNZQUYMLXOVYDSQKJKZDTSRLD")
    with scope(world.tenant):
        plain = factor if model is SecondFactor else model.objects.first()
        plain = type(plain)._base_manager.get(pk=plain.pk)
        names = columns(model)
        made = loaded(model, names, tuple(getattr(plain, name) for name in names))
        told = [dict(vars(row)) for row in (made, plain)]
        states = [vars(state.pop("_state")) for state in told]
    assert told[0] == told[1]
    assert [(state["adding"], state["db"]) for state in states] == [(False, "default")] * 2


def test_rows_that_it_points_at_come_along(world: Any) -> None:
    with scope(world.tenant):
        plain = Membership.objects.select_related("user").first()
        assert plain is not None
        names = columns(Membership)
        values = tuple(getattr(plain, name) for name in names)
        with CaptureQueriesContext(connection) as caught:
            assert loaded(Membership, names, values, user=plain.user).user is plain.user
    assert len(caught) == 0
