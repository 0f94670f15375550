"""One's own account: name, address, password. And nobody else's, whatever their role."""

from __future__ import annotations

import json
import uuid
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts import api_keys, mail_allowance
from accounts.models import Membership, Role, User
from accounts.scopes import Scope
from accounts.tenancy import scope
from config.seeding.planting import demo_password
from tests.accounts.mailbox import letters, page_of, press

pytestmark = pytest.mark.django_db
NEW = "a lantern in the fog"
HARBOUR = "harbour.localhost"


def errors(answer: Any, form: str) -> dict[str, list[str]]:
    assert answer.status_code == 422
    return {name: [str(e) for e in found] for name, found in answer.context[form].errors.items()}


def member(browser: Client) -> bool:
    return bool(browser.get("/").context["actor"].is_member)


def test_the_page(world: Any, client_for: Any) -> None:
    seen = {name: client_for(name).get("/account/") for name in ("reader", "author", "owner", "operator")}
    assert {name: page.status_code for name, page in seen.items()} == dict.fromkeys(seen, 200)
    shown = {
        name: (b'href="/account/api-keys/"' in page.content, page.context["is_told"]) for name, page in seen.items()
    }
    assert shown["reader"][1] is None
    assert {name: told for name, (_, told) in shown.items()} == {
        "reader": None, "author": None, "owner": True, "operator": None,
    }  # fmt: skip
    assert client_for().get("/account/")["Location"] == "/sign-in/?next=/account/"
    assert b'href="/account/"' in client_for("reader").get("/").content


def test_the_name(world: Any, client_for: Any) -> None:
    browser = client_for("reader")
    assert browser.post("/account/name", {"name": " Rada R. "})["Location"] == "/account/"
    assert world.user("reader").display_name == "Rada R."
    assert errors(browser.post("/account/name", {"name": ""}), "name") == {"name": ["Enter the name that others see."]}
    assert errors(browser.post("/account/name", {"name": "a\x0bb"}), "name") == {
        "name": ["A name is one line of letters. Write it without line ends."]
    }


class TestPassword:
    def change(self, browser: Client, current: str | None = None, password: str = NEW) -> Any:
        given = demo_password() if current is None else current
        return browser.post("/account/password", {"current": given, "password": password})

    def test_other_sessions_end_and_this_one_stays(self, world: Any, client_for: Any) -> None:
        here, elsewhere, other = client_for("reader"), client_for("reader"), client_for("author")
        given = json.dumps({"email": "reader@example.com", "password": demo_password()})
        tokens = client_for().post("/auth/login", given, content_type="application/json").json()
        assert self.change(here)["Location"] == "/account/"
        assert (member(here), member(elsewhere), member(other)) == (True, False, True)
        renewal = json.dumps({"refresh": tokens["refresh"]})
        assert client_for().post("/auth/refresh", renewal, content_type="application/json").status_code == 401
        (mail,) = letters(world.tenant)
        assert (mail.to, mail.subject) == ("reader@example.com", "Your password was changed")

    def test_api_keys_stay_and_the_letter_says_so(self, world: Any, client_for: Any) -> None:
        with scope(world.tenant):
            membership = Membership.objects.get(user=world.user("author"))
            _, text = api_keys.issue(membership=membership, name="mine", nonce=uuid.uuid4(), scopes=[Scope.READ])
        self.change(client_for("author"))
        assert client_for().get("/api/v1/jobs", HTTP_AUTHORIZATION=f"Bearer {text}").status_code == 200
        (mail,) = letters(world.tenant)
        assert mail.links[0] == "http://localhost/account/api-keys/"

    def test_what_is_wrong_is_said(self, world: Any, client_for: Any) -> None:
        browser = client_for("reader")
        wrong = {"current": ["This is not your password. Check it and try again."]}
        assert errors(self.change(browser, "wrong"), "password") == wrong
        assert errors(self.change(browser, ""), "password") == {"current": ["Enter the password that you have now."]}
        assert errors(self.change(browser, password="short"), "password") == {
            "password": ["This password is too short. It must contain at least 10 characters."]
        }
        assert (world.user("reader").check_password(demo_password()), member(browser)) == (True, True)
        assert letters(world.tenant) == []

    def test_somebody_elses_password_is_none(self, world: Any, client_for: Any) -> None:
        author = world.user("author")
        author.set_password("only the author has it")
        author.save()
        answer = self.change(client_for("reader"), "only the author has it")
        assert list(errors(answer, "password")) == ["current"]


class TestEmail:
    def ask(self, browser: Client, email: str = "rada@example.org", current: str | None = None) -> Any:
        given = demo_password() if current is None else current
        return browser.post("/account/email", {"email": email, "current": given})

    def test_by_a_link_that_went_to_the_new_one(self, world: Any, client_for: Any) -> None:
        browser = client_for("reader")
        assert self.ask(browser, " Rada@Example.org").status_code == 200
        assert world.user("reader").email == "reader@example.com"
        to_new, to_old = letters(world.tenant)
        assert [(mail.to, mail.subject) for mail in (to_new, to_old)] == [
            ("rada@example.org", "Confirm your new address"), ("reader@example.com", "Your address is about to change"),
        ]  # fmt: skip
        assert to_new.token not in to_old.text
        answer = press(client_for(), to_new)  # read where nobody is signed in
        assert answer["Location"] == "/sign-in/"
        assert User.objects.filter(email="rada@example.org").exists()
        assert not User.objects.filter(email="reader@example.com").exists()
        assert (letters(world.tenant)[2].to, letters(world.tenant)[2].subject) == (
            "reader@example.com", "Your address was changed",
        )  # fmt: skip
        assert client_for().get(to_new.path).status_code == 404
        assert member(browser)

    def test_an_address_that_is_taken_is_told_to_its_mailbox(self, world: Any, client_for: Any) -> None:
        free, taken = (
            page_of(self.ask(client_for("reader"), email)).replace(email, "…")
            for email in ("rada@example.org", "author@example.com")
        )
        assert free == taken
        (mail,) = letters(world.tenant, "author@example.com")
        assert (mail.subject, mail.links) == ("This address has an account", [])

    def test_one_that_was_taken_meanwhile(self, world: Any, client_for: Any) -> None:
        self.ask(client_for("reader"))
        mail = letters(world.tenant)[0]
        User.objects.create_user("rada@example.org", "x")
        assert client_for().post("/account/email/confirm", {"token": mail.token}).status_code == 404
        assert world.user("reader").email == "reader@example.com"

    def test_a_new_password_ends_the_link(self, world: Any, client_for: Any) -> None:
        """Which is what the notice to the old address advises."""
        self.ask(client_for("reader"))
        mail = letters(world.tenant)[0]
        reader = world.user("reader")
        reader.set_password(NEW)
        reader.save()
        assert client_for().post("/account/email/confirm", {"token": mail.token}).status_code == 404

    def test_at_another_library_it_is_nothing(self, world: Any, client_for: Any) -> None:
        self.ask(client_for("reader"))
        mail = letters(world.tenant)[0]
        assert client_for(host=HARBOUR).post("/account/email/confirm", {"token": mail.token}).status_code == 404

    def test_what_is_wrong_is_said(self, world: Any, client_for: Any) -> None:
        browser = client_for("reader")
        assert [
            errors(self.ask(browser, "no address"), "email"), errors(self.ask(browser, "Reader@example.com"), "email"),
            errors(self.ask(browser, current="wrong"), "email"), errors(self.ask(browser, current=""), "email"),
        ] == [
            {"email": ["This is no email address. Write one like ada@example.com."]},
            {"email": ["This is your address already."]},
            {"current": ["This is not your password. Check it and try again."]},
            {"current": ["Enter your password, so that nobody else changes your address."]},
        ]  # fmt: skip
        assert letters(world.tenant) == []

    def test_five_an_hour_and_nobody_is_told(self, world: Any, client_for: Any) -> None:
        browser = client_for("reader")
        pages = {
            page_of(self.ask(browser, f"rada-{number}@example.org")).replace(f"rada-{number}", "…")
            for number in range(8)
        }
        asked = [mail for mail in letters(world.tenant) if mail.subject == "Confirm your new address"]
        assert (len(pages), len(asked)) == (1, mail_allowance.PER_ADDRESS)


class TestAlerts:
    def test_who_may_want_them(self, world: Any, client_for: Any) -> None:
        told = {
            name: client_for(name).post("/account/alerts").status_code
            for name in ("reader", "author", "staff", "owner")
        }
        assert told == {"reader": 404, "author": 404, "staff": 302, "owner": 302}
        with scope(world.tenant):
            found = {m.user.email: m.gets_alerts for m in Membership.objects.select_related("user")}
            assert set(found.values()) == {False}
        client_for("staff").post("/account/alerts", {"wants": "1"})
        with scope(world.tenant):
            assert Membership.objects.get(user=world.user("staff")).gets_alerts


# Nobody changes another's.

KEPT = ("email", "password", "display_name", "is_active", "is_superuser")
ATTACKS = {"email": "mine@example.org", "password": "mine now, all mine", "new_password": "mine now, all mine",
           "password1": "mine now, all mine", "password2": "mine now, all mine", "display_name": "Mine", "role": "reader",
           "is_active": "", "is_superuser": "on", "user": "", "name": "Mine", "current": "wrong"}  # fmt: skip


@pytest.mark.parametrize("who", ["reader", "author", "staff", "owner", "harbour-owner"])
def test_nobody_but_an_operator_changes_another_persons_email_or_password(
    world: Any, client_for: Any, who: str
) -> None:
    """Every page of the admin and of the account that takes a form, with every field that could mean it."""
    victims = [world.user(name) for name in ("reader", "staff", "owner", "operator") if name != who]
    with scope(world.tenant):
        memberships = {m.user_id: m.pk for m in Membership.objects.all()}
    # Somebody who rules another library as well: being a member here gives this one's owner nothing over them.
    with scope(world.tenant):
        both = world.user("harbour-owner") if who != "harbour-owner" else world.user("author")
        if both.pk not in memberships:
            memberships[both.pk] = Membership.objects.create(user=both, role=Role.READER).pk
    victims.append(both)
    before = {user.pk: User.objects.filter(pk=user.pk).values(*KEPT).get() for user in victims}
    browser = client_for(who)
    answers = set()
    for user in victims:
        user_page = reverse("admin:accounts_user_change", args=[user.pk])
        for path in (user_page, f"{user_page}password/", reverse("admin:accounts_user_delete", args=[user.pk])):
            answers.add(browser.post(path, {**ATTACKS, "post": "yes"}).status_code)
        if user.pk in memberships:
            browser.post(
                reverse("admin:accounts_membership_change", args=[memberships[user.pk]]), {**ATTACKS, "user": user.pk}
            )
    answers.add(browser.post(reverse("admin:accounts_user_add"), ATTACKS).status_code)
    for path in ("/account/name", "/account/email", "/account/password"):
        for user in victims:
            browser.post(path, {**ATTACKS, "user": user.pk, "id": user.pk, "user_id": user.pk})
    browser.post(
        "/admin/password_change/", {**ATTACKS, "old_password": "wrong", "new_password1": NEW, "new_password2": NEW}
    )
    assert {pk: User.objects.filter(pk=pk).values(*KEPT).get() for pk in before} == before
    assert answers <= {302, 404}  # 302: to the sign-in page, for strangers here
    assert not User.objects.filter(email="mine@example.org").exists()


def test_an_operator_may(world: Any, client_for: Any) -> None:
    """The control: the same form, by somebody who may."""
    reader = world.user("reader")
    client_for("operator").post(
        reverse("admin:accounts_user_change", args=[reader.pk]),
        {"email": "mine@example.org", "display_name": "Mine", "is_active": "on", "new_password": NEW},
    )
    reader.refresh_from_db()
    assert (reader.email, reader.display_name, reader.check_password(NEW)) == ("mine@example.org", "Mine", True)
