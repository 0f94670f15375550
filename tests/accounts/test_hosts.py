"""Which tenant answers where, asked once in a few seconds."""

from __future__ import annotations

from typing import Any

import pytest

from accounts import hosts
from accounts.hosts import tenant_at
from accounts.models import Domain, Tenant

pytestmark = pytest.mark.django_db


def names(*asked: str) -> list[str | None]:
    return [getattr(tenant_at(host), "slug", None) for host in asked]


def test_a_known_host_is_looked_up_once(world: Any, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(3):  # a domain; and for loopback no domain, so the default
        assert names("harbour.localhost", "localhost") == ["harbour", "fablewright"]
    with django_assert_num_queries(0):
        again = names("HARBOUR.localhost:8000", "harbour.localhost.", "localhost:80")
        assert again == ["harbour", "harbour", "fablewright"]


def test_an_unknown_host_is_not_remembered(world: Any, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(2):
        assert names("evil.example.com", "evil.example.com") == [None, None]
    assert hosts._known == {}


def test_localhost_with_a_dot_is_no_loopback_name(world: Any) -> None:
    assert names("localhost", "localhost.", "localhost") == ["fablewright", None, "fablewright"]


def test_a_change_here_counts_at_once(world: Any) -> None:
    assert names("localhost", "books.example") == ["fablewright", None]
    tenant = Tenant.objects.get(slug="fablewright")
    tenant.is_open = False
    tenant.save()
    found = tenant_at("localhost")
    assert found is not None and not found.is_open
    domain = Domain.objects.create(tenant=world.harbour, host="books.example")
    assert names("books.example") == ["harbour"]
    domain.tenant = tenant
    domain.save()
    assert names("books.example") == ["fablewright"]
    domain.delete()
    assert names("books.example") == [None]


def test_a_change_elsewhere_counts_after_seconds(world: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """An update tells no signal, as another process tells none."""
    now = [1000.0]
    monkeypatch.setattr(hosts.time, "monotonic", lambda: now[0])
    assert names("harbour.localhost") == ["harbour"]
    Domain.objects.update(tenant=world.tenant)
    now[0] += hosts.LIFE_SECONDS - 0.1
    assert names("harbour.localhost") == ["harbour"]
    now[0] += 0.1
    assert names("harbour.localhost") == ["fablewright"]


def test_what_was_looked_up_before_a_change_is_not_remembered_after_it(
    world: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = hosts._look_up

    def slow(bare: str, is_loopback: bool) -> Tenant | None:
        found = real(bare, is_loopback)
        hosts.forget()  # somebody saved a tenant meanwhile
        return found

    monkeypatch.setattr(hosts, "_look_up", slow)
    assert names("harbour.localhost") == ["harbour"]
    assert hosts._known == {}


def test_each_asker_has_a_row_of_their_own(world: Any) -> None:
    first, second = tenant_at("localhost"), tenant_at("localhost")
    assert first is not None and first is not second and first == second
    first.name = "Scribbled over"
    assert getattr(tenant_at("localhost"), "name", "") == "Fablewright"
