"""What staff, owners and operators do with people, tiers, budgets and the platform's rows."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from accounts.models import Domain, Membership, Role, Tenant, Tier, User
from accounts.tenancy import scope
from generation.models import AiModel, Credential, ModelGrant
from stories.models import Story
from tests.admin_rows import MAKERS, address, member_of, problems, sentences

Clients = Callable[..., Client]

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


@pytest.mark.parametrize(
    ("who", "answer"), [("owner", 302), ("operator", 302), ("staff", 404), ("reader", 404), ("harbour-owner", 302)]
)
def test_an_owner_says_whether_readers_sign_up(in_tenant: Any, client_for: Clients, who: str, answer: int) -> None:
    client, listed = client_for(who), address(Membership, "changelist")
    is_ruled = who in ("owner", "operator")
    found = []
    for verb, button in (("close", "Stop sign-up"), ("open", "Let readers sign up"), ("close", "Stop sign-up")):
        path = f"{listed}{verb}_sign_up/"
        if is_ruled:
            assert button in client.get(listed).content.decode()
        assert client.get(path).status_code == (200 if is_ruled else answer)
        before = Tenant.objects.get(slug="fablewright").allows_sign_up
        response = client.post(path, {"_form_submitted": "on"})
        assert response.status_code == answer
        found.append((before, Tenant.objects.get(slug="fablewright").allows_sign_up))
        assert Tenant.objects.get(slug="harbour").allows_sign_up is False
    expected = [(True, False), (False, True), (True, False)] if is_ruled else [(True, True)] * 3
    assert found == expected


# Tiers

TIER = {
    "name": "Attic", "slug": "attic", "audience": "general", "theme": "library", "position": "3", "is_open": "on",
    "streams_text": "on",
}  # fmt: skip


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
    grant = MAKERS[ModelGrant]("pebble")
    assert client.post(address(Tier, "delete", grant.tier_id), {"post": "yes"}).status_code == 302
    assert not Tier.objects.filter(pk=grant.tier_id).exists()
    story = MAKERS[Story]("pebble")
    response = client.post(address(Tier, "delete", story.tier_id), {"post": "yes"})
    assert (response.status_code, len(response.context["protected"])) == (200, 1)
    assert Tier.objects.filter(pk=story.tier_id).exists()


def test_what_staff_changed_is_kept_with_their_name(in_tenant: Any, client_for: Clients) -> None:
    client = client_for("staff")
    attic = Tier.objects.create(slug="attic", name="Attic", position=3)
    client.post(address(Tier, "change", attic.pk), {**TIER, "name": "Loft"})
    history = client_for("owner").get(address(Tier, "history", attic.pk), follow=True)
    (event,) = history.context["cl"].result_list
    assert (event.actor_email, event.detail["changes"]["name"]) == ("staff@example.com", ["Attic", "Loft"])


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
    for model in (Tenant, Domain, User, AiModel, Credential):
        row = MAKERS[model]("pebble")
        found[model] = client.post(address(model, "delete", row.pk), {"post": "yes"}).status_code
    assert found == {Tenant: 404, Domain: 302, User: 404, AiModel: 404, Credential: 404}


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
