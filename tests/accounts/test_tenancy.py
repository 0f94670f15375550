"""The second wall: what `accounts.tenancy` promises. Every test holds another tenant's row that could leak."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.apps import apps
from django.db.models import Count, Exists, OuterRef

from accounts.models import Membership, Tier
from accounts.tenancy import NoTenant, TenantManager, TenantRow, WrongTenant, across_tenants, current, scope

TENANT_MODELS = [model for model in apps.get_models() if issubclass(model, TenantRow)]

READS: dict[str, Callable[[], Any]] = {
    "list": lambda: list(Tier.objects.all()),
    "get": lambda: Tier.objects.get(slug="tales"),
    "first": lambda: Tier.objects.first(),
    "count": lambda: Tier.objects.count(),
    "exists": lambda: Tier.objects.exists(),
    "aggregate": lambda: Tier.objects.aggregate(n=Count("id")),
    "values": lambda: list(Tier.objects.values_list("slug", flat=True)),
    "in_bulk": lambda: Tier.objects.in_bulk(),
    "iterator": lambda: list(Tier.objects.iterator()),
    "update": lambda: Tier.objects.update(name="x"),
    "delete": lambda: Tier.objects.filter(slug="tales").delete(),
    "union": lambda: list(Tier.objects.order_by().union(Tier.objects.order_by())),
    "subquery": lambda: list(Membership.objects.filter(Exists(Tier.objects.filter(tenant=OuterRef("tenant"))))),
    "explain": lambda: Tier.objects.all().explain(),
    "create": lambda: Tier.objects.create(slug="new", name="New"),
    "bulk_create": lambda: Tier.objects.bulk_create([Tier(slug="new", name="New")]),
    "get_or_create": lambda: Tier.objects.get_or_create(slug="new"),
    "raw": lambda: list(Tier.objects.raw("SELECT * FROM accounts_tier")),
}


@pytest.mark.parametrize("name", READS)
def test_without_a_tenant_everything_raises(world: Any, name: str) -> None:
    with pytest.raises(NoTenant):
        READS[name]()


def test_a_queryset_built_outside_is_filtered_where_it_runs(world: Any) -> None:
    built = Tier.objects.order_by("slug")
    with scope(world.tenant):
        assert [tier.slug for tier in built.all()] == ["classics", "kids"]
    with scope(world.harbour):
        assert [tier.slug for tier in built.all()] == ["tales"]


def test_scopes_nest_and_end(world: Any) -> None:
    with scope(world.tenant):
        with scope(world.harbour):
            assert current() == world.harbour.id
        assert current() == world.tenant.id
    assert current() is None


def test_across_tenants_sees_all_and_needs_a_reason(world: Any) -> None:
    with across_tenants("a test counts"):
        assert sorted(Tier.objects.values_list("slug", flat=True)) == ["classics", "kids", "tales"]
    with pytest.raises(ValueError, match="Say why"), across_tenants(""):
        pass


def test_another_tenants_row_is_not_there(world: Any) -> None:
    with scope(world.tenant):
        assert not Tier.objects.filter(id=world.tales.id).exists()
        assert Tier.objects.filter(id=world.tales.id).update(name="stolen") == 0
        assert Tier.objects.filter(id=world.tales.id).delete() == (0, {})
    with scope(world.harbour):
        assert Tier.objects.get(id=world.tales.id).name == "Tales from the Harbour"


def test_another_tenants_row_is_not_written(world: Any) -> None:
    world.tales.name = "stolen"
    with scope(world.tenant):
        with pytest.raises(WrongTenant):
            world.tales.save()
        with pytest.raises(WrongTenant):
            world.tales.delete()
        with pytest.raises(WrongTenant):
            Tier.objects.bulk_create([Tier(tenant=world.harbour, slug="x", name="x")])
        with pytest.raises(WrongTenant):
            Tier.objects.bulk_update([world.tales], ["name"])
    with scope(world.harbour):
        assert Tier.objects.get(id=world.tales.id).name == "Tales from the Harbour"


def test_a_parent_of_another_tenant_is_refused(world: Any) -> None:
    from generation.models import Run

    with scope(world.tenant), pytest.raises(WrongTenant):
        Run.objects.create(tier=world.tales, purpose="x")
    with scope(world.tenant), pytest.raises(WrongTenant):
        Run.objects.create(tier_id=world.tales.id, purpose="x")
    with scope(world.tenant):
        run = Run.objects.create(tier=world.kids, purpose="x")
        run.tier_id = world.tales.id
        with pytest.raises(WrongTenant):
            run.save()
        run.refresh_from_db()
        assert run.tier_id == world.kids.id


def test_following_a_relation_stays_inside(world: Any) -> None:
    from generation.models import Run

    with scope(world.harbour):
        run = Run.objects.create(tier=world.tales, purpose="x")
    run = Run(id=run.id, tenant_id=world.harbour.id, tier_id=world.tales.id)
    with scope(world.tenant), pytest.raises(Tier.DoesNotExist):
        _ = run.tier


@pytest.mark.parametrize("model", TENANT_MODELS, ids=lambda model: model.__name__)
def test_every_tenant_model_uses_the_failing_closed_manager(model: Any) -> None:
    assert isinstance(model._default_manager, TenantManager)
    assert isinstance(model._base_manager, TenantManager)


@pytest.mark.parametrize("model", TENANT_MODELS, ids=lambda model: model.__name__)
def test_unique_constraints_of_tenant_models_begin_with_the_tenant(model: Any) -> None:
    starts = {
        constraint.name: constraint.fields[:1]
        for constraint in model._meta.constraints
        if hasattr(constraint, "fields")
    }
    assert starts == dict.fromkeys(starts, ("tenant",))


def test_models_without_a_tenant_are_named_here() -> None:
    """A new model that is no tenant row has to be added with its reason."""
    ours = {
        m.__name__
        for m in apps.get_models()
        if m.__module__.split(".")[0] in {"accounts", "generation", "stories", "gallery"}
    }
    reasons = {
        "Tenant": "the tenant itself",
        "Domain": "what a tenant is found by",
        "User": "people are global",
        "SecondFactor": "as the people are",
        "RecoveryCode": "as the people are",
        "AiModel": "the platform's",
        "Price": "the platform's",
        "Credential": "the platform's",
        "Beat": "a worker works for all",
        "Breaker": "an account's, or a model's there; both are the platform's",
        "Switch": "operators switch for all",
        "Tally": "how providers answered all",
        "Inspection": "the whole install is inspected",
        "DatabasePlace": "a backup is of all tenants",
        "TenantRemoval": "says which tenant's audit log may go, when the tenant does",
    }
    assert ours - {m.__name__ for m in TENANT_MODELS} == set(reasons)
