"""Who may enter the staff rooms, what each of them finds there, and that no other tenant's row is among it."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.auth.models import Group
from django.core.exceptions import ImproperlyConfigured
from django.test import Client
from django.urls import reverse
from django_q.models import Failure, OrmQ, Schedule, Success

from accounts.models import Cap, Counter, Domain, Membership, Role, Tenant, Tier, User
from accounts.models.ledger import Period, Pool
from accounts.tenancy import TenantRow, scope
from tests.admin_rows import MAKERS, member_of

TAG = "brinewhisper"
PAGES = {model._meta.label: model for model in admin.site._registry}
TENANT_PAGES = {label: model for label, model in PAGES.items() if issubclass(model, TenantRow)}
PLATFORM_PAGES = {
    "accounts.Tenant", "accounts.Domain", "accounts.User", "generation.AiModel", "generation.Credential",
}  # fmt: skip
Clients = Callable[..., Client]


def address(model: Any, view: str, *args: Any) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{view}", args=args)


def sentences(response: Any) -> list[str]:
    return [str(message) for message in response.context["messages"]]


def problems(response: Any) -> dict[str, list[str]]:
    """What the form says is wrong, by field."""
    assert response.status_code == 200, response.headers
    return {name: [str(e) for e in found] for name, found in response.context["adminform"].form.errors.items()}


def test_the_pages_are_those_of_this_house() -> None:
    assert {label for label in PAGES if label not in TENANT_PAGES} == PLATFORM_PAGES
    assert not {Group, OrmQ, Schedule, Success, Failure} & set(admin.site._registry)


def test_an_admin_that_does_not_say_who_may_see_it_is_refused() -> None:
    with pytest.raises(ImproperlyConfigured, match=r"accounts\.Counter does not say who may see its rows"):
        admin.site.register(Counter, admin.ModelAdmin)


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
        answer = tenant_rows if label in TENANT_PAGES else domains if label == "accounts.Domain" else platform_rows
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
    paths = ["/admin/", "/admin/accounts/", "/admin/password_change/", "/admin/jsi18n/"]
    assert {path: seen(client, path) for path in paths} == dict.fromkeys(paths, answer)


@pytest.mark.parametrize(
    ("who", "may_add"),
    [
        ("staff", {"accounts.Tier", "accounts.Cap", "generation.ModelGrant"}),
        ("owner", {"accounts.Tier", "accounts.Cap", "generation.ModelGrant", "accounts.Membership"}),
        (
            "operator",
            {"accounts.Tier", "accounts.Cap", "generation.ModelGrant", "accounts.Membership", *PLATFORM_PAGES},
        ),
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
        address(Cap, "add"), {"pool": "guests", "tier": str(tier.pk), "period": "month", "limit_micros": "1"}
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


# Memberships


@pytest.fixture
def staff_row(in_tenant: Any) -> Membership:
    return Membership.objects.get(user=in_tenant.user("staff"))


def test_staff_look_at_people_and_change_nothing(in_tenant: Any, staff_row: Membership, client_for: Clients) -> None:
    client = client_for("staff")
    assert "reader@example.com" in client.get(address(Membership, "changelist")).content.decode()
    assert client.post(address(Membership, "change", staff_row.pk), {"role": "owner"}).status_code == 404
    assert (
        client.post(address(Membership, "add"), {"email": "operator@example.com", "role": "owner"}).status_code == 404
    )
    assert client.post(address(Membership, "delete", staff_row.pk), {"post": "yes"}).status_code == 404
    assert {row.user.email: row.role for row in Membership.objects.select_related("user")} == {
        "reader@example.com": "reader", "author@example.com": "author", "staff@example.com": "staff",
        "owner@example.com": "owner",
    }  # fmt: skip


@pytest.mark.parametrize("who", ["owner", "operator"])
def test_an_owner_changes_a_role_and_nothing_of_the_person(
    who: str, staff_row: Membership, client_for: Clients
) -> None:
    before = User.objects.filter(pk=staff_row.user_id).values().get()
    response = client_for(who).post(
        address(Membership, "change", staff_row.pk),
        {
            "role": "author",
            "email": "mine@example.com",
            "password": "x",
            "new_password": "x",
            "user": str(uuid.uuid4()),
        },
    )
    assert response["Location"] == address(Membership, "changelist")
    after = Membership.objects.get(pk=staff_row.pk)
    assert (after.role, after.user_id) == ("author", staff_row.user_id)
    assert User.objects.filter(pk=staff_row.user_id).values().get() == before


LAST = "owner@example.com is the last owner here. Make somebody else an owner first."


def test_the_last_owner_stays(in_tenant: Any, client_for: Clients) -> None:
    client = client_for("owner")
    row = Membership.objects.get(user=in_tenant.user("owner"))
    assert problems(client.post(address(Membership, "change", row.pk), {"role": "reader"})) == {"role": [LAST]}
    response = client.post(address(Membership, "delete", row.pk), {"post": "yes"}, follow=True)
    assert (response.request["PATH_INFO"], sentences(response)) == (address(Membership, "change", row.pk), [LAST])
    assert Membership.objects.get(pk=row.pk).role == Role.OWNER
    # An owner who cannot sign in is none; one who can makes room.
    other = member_of(Role.OWNER)
    User.objects.filter(pk=other.pk).update(is_active=False)
    assert problems(client.post(address(Membership, "change", row.pk), {"role": "reader"})) == {"role": [LAST]}
    User.objects.filter(pk=other.pk).update(is_active=True)
    assert client.post(address(Membership, "delete", row.pk), {"post": "yes"}).status_code == 302
    assert not Membership.objects.filter(pk=row.pk).exists()


def test_an_owner_adds_an_existing_user_by_email(in_tenant: Any, client_for: Clients) -> None:
    client = client_for("owner")
    add = address(Membership, "add")
    client.post(add, {"email": " Harbour-Owner@example.com", "role": "author"})
    assert Membership.objects.get(user=in_tenant.user("harbour-owner")).role == Role.AUTHOR
    assert problems(client.post(add, {"email": "harbour-owner@example.com", "role": "owner"})) == {
        "email": ["harbour-owner@example.com is here already. Change their role instead."]
    }
    assert problems(client.post(add, {"email": "nobody@example.com", "role": "reader"})) == {
        "email": ["Nobody signs in with this address. Ask an operator to make them a user first."]
    }
    assert problems(client.post(add, {"email": "operator@example.com", "role": "guest"})) == {
        "role": ["Select a valid choice. guest is not one of the available choices."]
    }
    with scope(in_tenant.harbour):
        assert Membership.objects.get(user=in_tenant.user("harbour-owner")).role == Role.OWNER


def test_a_guest_gets_no_role_by_hand(in_tenant: Any, client_for: Clients) -> None:
    row = Membership.objects.create(user=User.objects.create_guest(), role=Role.GUEST)
    assert client_for("owner").post(address(Membership, "change", row.pk), {"role": "staff"}).status_code == 404
    assert Membership.objects.get(pk=row.pk).role == Role.GUEST


# Tiers and budgets

TIER = {"name": "Attic", "slug": "attic", "audience": "general", "theme": "library", "position": "3", "is_open": "on"}


def test_a_tier_is_made_for_the_tenant_at_this_host(in_tenant: Any, client_for: Clients) -> None:
    client = client_for("staff")
    assert client.post(address(Tier, "add"), TIER).status_code == 302
    assert Tier.objects.get(slug="attic").tenant_id == in_tenant.tenant.id
    # The same word at another host is another address.
    with scope(in_tenant.harbour):
        Tier.objects.create(slug="cellar", name="Cellar")
    assert client.post(address(Tier, "add"), {**TIER, "slug": "cellar"}).status_code == 302


def test_an_address_that_a_tier_cannot_have(in_tenant: Any, client_for: Clients) -> None:
    client = client_for("staff")
    assert problems(client.post(address(Tier, "add"), {**TIER, "slug": "studio"})) == {
        "slug": ["“studio” is the address of another page. Choose another word."]
    }
    assert problems(client.post(address(Tier, "add"), {**TIER, "slug": "kids"})) == {
        "slug": ["Another tier lives at this address. Choose another word."]
    }


def test_a_tier_goes_with_its_grants_and_stays_where_stories_need_it(in_tenant: Any, client_for: Clients) -> None:
    client = client_for("staff")
    grant = MAKERS[TENANT_PAGES["generation.ModelGrant"]]("pebble")
    assert client.post(address(Tier, "delete", grant.tier_id), {"post": "yes"}).status_code == 302
    assert not Tier.objects.filter(pk=grant.tier_id).exists()
    story = MAKERS[TENANT_PAGES["stories.Story"]]("pebble")
    response = client.post(address(Tier, "delete", story.tier_id), {"post": "yes"})
    assert (response.status_code, len(response.context["protected"])) == (200, 1)
    assert Tier.objects.filter(pk=story.tier_id).exists()


def test_what_staff_changed_is_kept_with_their_name(in_tenant: Any, client_for: Clients) -> None:
    client = client_for("staff")
    attic = Tier.objects.create(slug="attic", name="Attic", position=3)
    client.post(address(Tier, "change", attic.pk), {**TIER, "name": "Loft"})
    page = client.get(address(Tier, "history", attic.pk))
    assert [(log.user.email, log.get_change_message()) for log in page.context["action_list"]] == [
        ("staff@example.com", "Changed Name.")
    ]


def test_a_budget_for_the_tenant_and_one_for_guests(in_tenant: Any, client_for: Clients) -> None:
    client = client_for("staff")
    add = address(Cap, "add")
    assert client.post(add, {"pool": "tenant", "period": "day", "limit_micros": "12.5"}).status_code == 302
    guests = {"pool": "guests", "tier": str(in_tenant.kids.id), "period": "day", "limit_micros": "0.000001"}
    assert client.post(add, guests).status_code == 302
    assert set(Cap.objects.values_list("pool", "subject_id", "period", "limit_micros")) == {
        (Pool.TENANT, in_tenant.tenant.id, Period.DAY, 12_500_000),
        (Pool.GUESTS, in_tenant.kids.id, Period.DAY, 1),
    }
    cap = Cap.objects.get(pool=Pool.TENANT)
    assert 'value="12.50"' in client.get(address(Cap, "change", cap.pk)).content.decode()
    client.post(address(Cap, "change", cap.pk), {"pool": "tenant", "period": "month", "limit_micros": "30"})
    cap.refresh_from_db()
    assert (cap.period, cap.limit_micros, cap.subject_id) == (Period.MONTH, 30_000_000, in_tenant.tenant.id)


def test_a_budget_that_makes_no_sense_is_a_sentence(in_tenant: Any, client_for: Clients) -> None:
    client = client_for("staff")
    add = address(Cap, "add")
    whole_tenant = {"pool": "tenant", "period": "day", "limit_micros": "1"}
    client.post(add, whole_tenant)
    assert [
        problems(client.post(add, whole_tenant)),
        problems(client.post(add, {"pool": "guests", "period": "day", "limit_micros": "1"})),
        problems(client.post(add, {**whole_tenant, "period": "month", "tier": str(in_tenant.kids.id)})),
        problems(client.post(add, {**whole_tenant, "period": "month", "limit_micros": "-1"})),
    ] == [
        {"period": ["There is a budget for this already. Change that one."]},
        {"tier": ["Choose the tier whose guests this budget is for."]},
        {"tier": ["The whole tenant has one budget for all tiers. Leave this empty."]},
        {"limit_micros": ["Ensure this value is greater than or equal to 0."]},
    ]


# The platform


def test_an_operator_makes_a_user_and_changes_a_password(world: Any, client_for: Clients) -> None:
    client = client_for("operator")
    given = {"email": "New@Example.com", "display_name": "New", "is_active": "on"}
    assert problems(client.post(address(User, "add"), given)) == {"new_password": ["This field is required."]}
    assert "new_password" in problems(client.post(address(User, "add"), {**given, "new_password": "12345"}))
    client.post(address(User, "add"), {**given, "new_password": "a lantern in fog"})
    user = User.objects.get(email="new@example.com")
    assert (user.check_password("a lantern in fog"), user.is_superuser) == (True, False)
    client.post(address(User, "change", user.pk), {**given, "display_name": "Renamed"})
    user.refresh_from_db()
    assert (user.display_name, user.check_password("a lantern in fog")) == ("Renamed", True)


def test_an_operator_does_not_lock_themselves_out(world: Any, client_for: Clients) -> None:
    operator = world.user("operator")
    client_for("operator").post(address(User, "change", operator.pk), {"email": operator.email, "display_name": "Op"})
    operator.refresh_from_db()
    assert (operator.display_name, operator.is_active, operator.is_superuser) == ("Op", True, True)


def test_platform_rows_are_not_deleted(in_tenant: Any, client_for: Clients) -> None:
    client = client_for("operator")
    found = {}
    for label in PLATFORM_PAGES:
        row = MAKERS[PAGES[label]]("pebble")
        found[label] = client.post(address(PAGES[label], "delete", row.pk), {"post": "yes"}).status_code
    assert found == {**dict.fromkeys(PLATFORM_PAGES, 404), "accounts.Domain": 302}


def test_an_owner_sees_the_addresses_of_their_own_tenant_only(world: Any, client_for: Clients) -> None:
    with scope(world.tenant):
        here = Domain.objects.create(host="stories.example", tenant=world.tenant)
    client = client_for("owner")
    page = client.get(address(Domain, "changelist")).content.decode()
    assert ("stories.example" in page, "harbour.localhost" in page) == (True, False)
    theirs = Domain.objects.get(host="harbour.localhost")
    assert client.get(address(Domain, "change", theirs.pk)).status_code == 404
    assert client.post(address(Domain, "change", here.pk), {"host": "evil.example"}).status_code == 404
    here.refresh_from_db()
    assert here.host == "stories.example"


def test_a_second_default_tenant_is_a_sentence(world: Any, client_for: Clients) -> None:
    response = client_for("operator").post(
        address(Tenant, "change", world.harbour.pk),
        {"slug": "harbour", "name": "Harbour Press", "is_default": "on", "is_open": "on", "domains-TOTAL_FORMS": "0",
         "domains-INITIAL_FORMS": "0"},
    )  # fmt: skip
    assert problems(response) == {
        "is_default": ["Another tenant is the default already. Take the mark away there first."]
    }
