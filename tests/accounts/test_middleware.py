"""Host to tenant, session to actor, path to tier."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.test import Client

from accounts.access import Actor
from accounts.hosts import tenant_at
from accounts.middleware import actor_for
from accounts.models import Domain, Membership, Role, Tenant, Tier, User
from accounts.tenancy import current, scope

pytestmark = pytest.mark.django_db


HOSTS = {
    "localhost": "fablewright",
    "localhost:8000": "fablewright",
    " LocalHost:80 ": "fablewright",
    "127.0.0.1": "fablewright",
    "[::1]": "fablewright",
    "[::1]:8000": "fablewright",
    "harbour.localhost": "harbour",
    "HARBOUR.localhost:8000": "harbour",
    "harbour.localhost.": "harbour",
    "foo.localhost": None,
    "x.harbour.localhost": None,
    "example.com": None,
    "127.0.0.2": None,
    "": None,
    ":8000": None,
}


def test_the_tenant_at_a_host(world: Any) -> None:
    assert {host: getattr(tenant_at(host), "slug", None) for host in HOSTS} == HOSTS


def test_a_domain_takes_a_loopback_name_before_the_default(world: Any) -> None:
    Domain.objects.create(tenant=world.harbour, host="127.0.0.1")
    assert [getattr(tenant_at(host), "slug", None) for host in ("127.0.0.1", "localhost")] == ["harbour", "fablewright"]


def test_without_a_default_tenant_loopback_is_nobodys(world: Any) -> None:
    Tenant.objects.update(is_default=False)
    assert tenant_at("localhost") is None
    assert Client(HTTP_HOST="localhost").get("/").status_code == 400


class TestActors:
    def test_whoever_has_a_membership_here(self, world: Any) -> None:
        roles = {
            "reader": Role.READER, "author": Role.AUTHOR, "staff": Role.STAFF, "owner": Role.OWNER,
        }  # fmt: skip
        with scope(world.tenant):
            for name, role in roles.items():
                user = world.user(name)
                assert actor_for(user, world.tenant) == Actor(world.tenant.id, user.id, role)
            operator = world.user("operator")
            assert actor_for(operator, world.tenant) == Actor(world.tenant.id, operator.id, None, is_operator=True)

    def test_whoever_has_none_is_a_stranger(self, world: Any) -> None:
        stranger = Actor(world.tenant.id)
        with scope(world.tenant):
            assert actor_for(AnonymousUser(), world.tenant) == stranger
            assert actor_for(world.user("harbour-owner"), world.tenant) == stranger
            assert actor_for(world.user("reader"), None) == Actor(None)
            Membership.objects.filter(user=world.user("reader")).delete()
            assert actor_for(world.user("reader"), world.tenant) == stranger
            User.objects.filter(email__startswith="o").update(is_active=False)
            assert actor_for(world.user("owner"), world.tenant) == stranger
            assert actor_for(world.user("operator"), world.tenant) == stranger

    def test_a_role_of_one_tenant_is_none_of_another(self, world: Any) -> None:
        with scope(world.harbour):
            Membership.objects.create(user=world.user("reader"), role=Role.OWNER)
            assert actor_for(world.user("reader"), world.harbour).role == Role.OWNER
        with scope(world.tenant):
            assert actor_for(world.user("reader"), world.tenant).role == Role.READER

    def test_a_lost_membership_counts_at_once(self, world: Any, client_for: Any) -> None:
        reader = client_for("reader")
        assert reader.get("/").context["actor"].is_member
        with scope(world.tenant):
            Membership.objects.filter(user=world.user("reader")).delete()
        assert not reader.get("/").context["actor"].is_member
        User.objects.filter(email="author@example.com").update(is_active=False)
        assert not client_for("author").get("/").context["actor"].is_member


class TestTiers:
    def test_a_slug_is_the_tenants_own(self, world: Any, client_for: Any) -> None:
        with scope(world.harbour):
            Tier.objects.create(slug="kids", name="Harbour kids", guests_may_play=True)
        here, there = (
            client_for(host=host).get("/kids/").context["tier"] for host in ("localhost", "harbour.localhost")
        )
        assert (here.name, there.name) == ("The Small Shelf", "Harbour kids")
        assert client_for().get("/tales/").status_code == 404
        assert client_for().get("/Kids/").status_code == 404

    def test_the_scope_ends_with_the_request(self, world: Any, client_for: Any) -> None:
        client_for().get("/kids/")
        client_for().get("/nowhere/")
        assert current() is None


def test_a_page_wears_the_tenant_and_tier_it_belongs_to(world: Any, client_for: Any) -> None:
    page = client_for("reader").get("/kids/").context
    assert (page["tenant"], page["tier"], page["actor"].user_id) == (
        world.tenant, world.kids, world.user("reader").id,
    )  # fmt: skip
