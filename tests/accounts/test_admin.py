"""Who may enter the staff rooms, what each of them finds there, and that no other tenant's row is among it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.auth.models import Group
from django.core.exceptions import ImproperlyConfigured
from django.test import Client
from django_q.models import Failure, OrmQ, Schedule, Success

from accounts.models import Cap, Counter, Membership, Role
from accounts.tenancy import TenantRow, scope
from tests.admin_rows import MAKERS, address, problems

TAG = "brinewhisper"
PAGES = {model._meta.label: model for model in admin.site._registry}
TENANT_PAGES = {label: model for label, model in PAGES.items() if issubclass(model, TenantRow)}
PLATFORM_PAGES = {
    "accounts.Tenant", "accounts.Domain", "accounts.User", "generation.AiModel", "generation.Credential",
    "axes.AccessAttempt",
}  # fmt: skip
STAFFS_PAGES = {
    "accounts.Tier", "accounts.Cap", "generation.ModelGrant", "generation.WebhookEndpoint", "generation.SafetyPolicy",
    "generation.Rule",
}  # fmt: skip
OWNERS_PAGES = {"accounts.Membership", "generation.ProviderKey"}
Clients = Callable[..., Client]


def test_the_pages_are_those_of_this_house() -> None:
    assert {label for label in PAGES if label not in TENANT_PAGES} == PLATFORM_PAGES
    assert not {Group, OrmQ, Schedule, Success, Failure} & set(admin.site._registry)


def test_an_admin_that_does_not_say_who_may_see_it_is_refused() -> None:
    with pytest.raises(ImproperlyConfigured, match=r"accounts\.Counter does not say who may see its rows"):
        admin.site.register(Counter, admin.ModelAdmin)


OWNERS_SIGHT = {"accounts.Domain", "accounts.AuditEvent"}
"""What owners see and other staff do not."""

# Doors

SIGN_IN = "sign in"
"""A redirect to the one sign-in page, back to where somebody wanted to go."""


def seen(client: Client, path: str) -> int | str:
    response = client.get(path)
    if response.status_code == 302:
        assert response["Location"] == f"/sign-in/?next={path}"
        return SIGN_IN
    return response.status_code


@pytest.mark.parametrize(
    ("who", "tenant_rows", "domains", "platform_rows"),
    [
        (None, SIGN_IN, SIGN_IN, SIGN_IN),
        ("reader", 404, 404, 404),
        ("author", 404, 404, 404),
        ("harbour-owner", SIGN_IN, SIGN_IN, SIGN_IN),  # a stranger at this host
        ("staff", 200, 404, 404),
        ("owner", 200, 200, 404),
        ("operator", 200, 200, 200),
    ],
)
def test_every_list_and_every_row(
    who: str | None, tenant_rows: Any, domains: Any, platform_rows: Any, in_tenant: Any, client_for: Clients
) -> None:
    client = client_for(who)
    found, expected = {}, {}
    for label, model in PAGES.items():
        answer = domains if label in OWNERS_SIGHT else tenant_rows if label in TENANT_PAGES else platform_rows
        expected[label] = (answer, answer)
        row = MAKERS[model]("pebble")
        found[label] = (seen(client, address(model, "changelist")), seen(client, address(model, "change", row.pk)))
    assert found == expected


@pytest.mark.parametrize(
    ("who", "answer"),
    [(None, SIGN_IN), ("reader", 404), ("harbour-owner", SIGN_IN), ("staff", 200), ("owner", 200), ("operator", 200)],
)
def test_the_rooms_around_the_lists(who: str | None, answer: Any, client_for: Clients) -> None:
    client = client_for(who)
    paths = ["/admin/", "/admin/accounts/", "/admin/jsi18n/"]
    assert {path: seen(client, path) for path in paths} == dict.fromkeys(paths, answer)


def test_ones_own_password_has_one_page(client_for: Clients) -> None:
    for method in ("get", "post"):
        answer = getattr(client_for("staff"), method)("/admin/password_change/")
        assert (answer.status_code, answer["Location"]) == (302, "/account/")
    assert client_for("reader").get("/admin/password_change/").status_code == 404


@pytest.mark.parametrize(
    ("who", "may_add"),
    [
        ("staff", STAFFS_PAGES),
        ("owner", {*OWNERS_PAGES, *STAFFS_PAGES}),
        ("operator", {*OWNERS_PAGES, *PLATFORM_PAGES, *STAFFS_PAGES} - {"axes.AccessAttempt"}),
    ],
)
def test_who_may_add_what(who: str, may_add: set[str], client_for: Clients) -> None:
    client = client_for(who)
    found = {label: client.get(address(model, "add")).status_code for label, model in PAGES.items()}
    assert found == {label: 200 if label in may_add else 404 for label in PAGES}


def test_the_admin_has_no_sign_in_of_its_own(client_for: Clients) -> None:
    response = client_for(None).get("/admin/login/?next=/admin/accounts/tier/")
    assert (response.status_code, response["Location"]) == (302, "/sign-in/?next=/admin/accounts/tier/")
    response = client_for("staff").get("/admin/login/")
    assert (response.status_code, response["Location"]) == (302, "/admin/")
    assert client_for(None).post("/admin/login/", {"username": "x", "password": "y"}).status_code == 302


def test_signing_out_is_a_post_and_ends_the_session(client_for: Clients) -> None:
    client = client_for("staff")
    assert client.get("/admin/logout/").status_code == 405
    assert client.get("/admin/").status_code == 200
    assert client.post("/admin/logout/")["Location"] == "/"
    assert seen(client, "/admin/") == SIGN_IN


def test_the_search_over_all_pages_is_closed(client_for: Clients) -> None:
    assert client_for("operator").get("/admin/search/?s=tier").status_code == 404


def test_the_membership_is_asked_at_every_request(world: Any, client_for: Clients) -> None:
    """Who was staff and is not any more is a member like others from the next request on."""
    client = client_for("staff")
    assert client.get("/admin/").status_code == 200
    with scope(world.tenant):
        Membership.objects.filter(user=world.user("staff")).update(role=Role.READER)
    assert client.get("/admin/").status_code == 404


# Walls


@pytest.fixture
def theirs(world: Any) -> Iterator[dict[str, Any]]:
    """A row of everything in the other tenant, each with a word in it that nobody here may read."""
    with scope(world.harbour):
        yield {label: MAKERS[model](TAG) for label, model in TENANT_PAGES.items()}


def texts(client: Client, paths: list[str]) -> dict[str, str]:
    return {path: client.get(path).content.decode() for path in paths}


@pytest.mark.parametrize("who", ["staff", "owner", "operator"])
def test_no_page_shows_another_tenants_row(who: str, theirs: dict[str, Any], client_for: Clients) -> None:
    client = client_for(who)
    paths = ["/admin/", "/admin/accounts/", "/admin/generation/", "/admin/stories/"]
    for label, model in TENANT_PAGES.items():
        pk = theirs[label].pk
        paths += [address(model, "changelist"), address(model, "changelist") + f"?q={pk}", address(model, "add")]
        paths += [address(model, view, pk) for view in ("change", "delete", "history")]
    for part in ("retry", "cancel"):
        paths.append(f"/admin/generation/job/{theirs['generation.Job'].pk}/{part}/")
    for part in ("publish", "hide", "restore"):
        paths.append(f"/admin/stories/story/{theirs['stories.Story'].pk}/{part}/")
    shown = {path for path, text in texts(client, paths).items() if TAG in text}
    assert shown == set()
    # The word is there for those whose it is: what is asserted above is not true of any word.
    at_home = client_for("harbour-owner", host="harbour.localhost")
    lists = [address(model, "changelist") for model in TENANT_PAGES.values() if model._meta.label != "generation.Job"]
    assert {path for path, text in texts(at_home, lists).items() if TAG in text} == set(lists)


@pytest.mark.parametrize("who", ["staff", "owner", "operator"])
def test_another_tenants_row_is_not_found_by_its_id(who: str, theirs: dict[str, Any], client_for: Clients) -> None:
    client = client_for(who)
    found = {
        (label, view): (client.get(path).status_code, client.post(path, {"post": "yes"}).status_code)
        for label, model in TENANT_PAGES.items()
        for view in ("change", "delete", "history")
        if (path := address(model, view, theirs[label].pk))
    }
    assert found == dict.fromkeys(found, (404, 404))


@pytest.mark.parametrize("who", ["staff", "owner", "operator"])
def test_actions_with_another_tenants_ids_change_nothing(
    who: str, theirs: dict[str, Any], client_for: Clients, world: Any
) -> None:
    client = client_for(who)
    before = whole(theirs)
    for label, model in TENANT_PAGES.items():
        page = admin.site._registry[model]
        for action in ["delete_selected", *(page.actions or [])]:
            client.post(
                address(model, "changelist"),
                {"action": action, "_selected_action": [str(theirs[label].pk)], "post": "yes", "select_across": "1"},
            )
    with scope(world.harbour):
        assert whole(theirs) == before


def whole(rows: dict[str, Any]) -> dict[str, Any]:
    return {label: type(row)._base_manager.filter(pk=row.pk).values().get() for label, row in rows.items()}


def test_autocompletes_find_nothing_of_another_tenant(theirs: dict[str, Any], client_for: Clients) -> None:
    client = client_for("owner")
    answers = {}
    for label, model in PAGES.items():
        for field in model._meta.concrete_fields:
            if field.is_relation:
                asked = {"app_label": model._meta.app_label, "model_name": model._meta.model_name, "term": ""}
                response = client.get("/admin/autocomplete/", {**asked, "field_name": field.name})
                answers[f"{label}.{field.name}"] = response
    assert {name for name, response in answers.items() if TAG in response.content.decode()} == set()
    # Users are everybody's, so nobody but an operator looks through them.
    assert {answers[name].status_code for name in ("accounts.Membership.user", "stories.Story.reader")} == {404}
    tiers = [found["text"] for found in answers["stories.Story.tier"].json()["results"]]
    assert tiers == ["The Small Shelf", "The Long Room"]


def test_a_choice_of_another_tenants_tier_is_none(theirs: dict[str, Any], client_for: Clients) -> None:
    client = client_for("owner")
    tier = theirs["accounts.Tier"]
    response = client.post(
        address(Cap, "add"),
        {"whose": "guests", "tier": str(tier.pk), "measure": "micros", "period": "month", "amount": "1"},
    )
    assert problems(response) == {"tier": ["Select a valid choice. That choice is not one of the available choices."]}
    grant = TENANT_PAGES["generation.ModelGrant"]
    response = client.post(
        address(grant, "add"), {"tier": str(tier.pk), "model": str(theirs["generation.ModelGrant"].model_id)}
    )
    assert problems(response) == {"tier": ["Select a valid choice. That choice is not one of the available choices."]}


@pytest.mark.parametrize(
    "lookup", ["?user__password__startswith=md5", "?tenant__slug=harbour", "?user__is_superuser=1"]
)
def test_a_list_is_not_an_oracle(lookup: str, client_for: Clients) -> None:
    assert client_for("owner").get(address(Membership, "changelist") + lookup).status_code == 400
