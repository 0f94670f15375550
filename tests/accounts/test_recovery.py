"""A forgotten password: a letter, a new one, and the end of whatever the old one had opened."""

from __future__ import annotations

import json
import logging
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts import mail_allowance
from accounts.models import MailedLink, User
from accounts.tenancy import scope
from config.seeding.planting import demo_password
from tests.accounts.mailbox import letters, page_of

pytestmark = pytest.mark.django_db
NEW = "a lantern in the fog"
HARBOUR = "harbour.localhost"


def ask(browser: Client, email: str = "reader@example.com") -> Any:
    return browser.post("/sign-in/forgotten", {"email": email})


def choose(browser: Client, token: str, password: str = NEW) -> Any:
    return browser.post("/sign-in/new-password", {"token": token, "password": password})


def works(email: str, password: str, browser: Client) -> bool:
    return browser.post("/sign-in/", {"email": email, "password": password}).status_code == 302


def test_all_that_the_old_one_opened_ends(world: Any, client_for: Any) -> None:
    session = client_for("reader")
    bearer = client_for()
    given = json.dumps({"email": "reader@example.com", "password": demo_password()})
    tokens = bearer.post("/auth/login", given, content_type="application/json").json()
    headers = {"HTTP_AUTHORIZATION": f"Bearer {tokens['access']}"}
    assert bearer.get("/api/v1/jobs", **headers).status_code == 200
    browser = client_for()
    assert b'href="/sign-in/forgotten"' in browser.get("/sign-in/").content
    ask(browser, " Reader@Example.com")
    (mail,) = letters(world.tenant)
    assert (mail.to, mail.subject) == ("reader@example.com", "A new password for Fablewright")
    page = browser.get(mail.path)
    assert (page.status_code, page["Referrer-Policy"], "no-store" in page["Cache-Control"]) == (
        200,
        "strict-origin",
        True,
    )
    answer = choose(browser, page.context["token"])
    assert (answer.status_code, answer["Location"]) == (302, "/sign-in/")
    assert not session.get("/").context["actor"].is_member
    renewal = json.dumps({"refresh": tokens["refresh"]})
    assert bearer.post("/auth/refresh", renewal, content_type="application/json").status_code == 401
    assert bearer.get("/api/v1/jobs", **headers).status_code == 401
    assert not browser.get("/").context["actor"].is_member  # the sign-in page lets in, and nothing else
    assert [works("reader@example.com", one, client_for()) for one in (demo_password(), NEW)] == [False, True]
    told = letters(world.tenant)[1]
    assert (told.to, told.subject, "API keys" in told.text) == (
        "reader@example.com",
        "Your password was changed",
        False,
    )


def test_it_is_good_once(world: Any, client_for: Any) -> None:
    ask(client_for())
    mail = letters(world.tenant)[0]
    for _ in range(2):
        assert client_for().get(mail.path).status_code == 200  # looking uses nothing up
    assert choose(client_for(), mail.token).status_code == 302
    assert choose(client_for(), mail.token, "and once more, please").status_code == 404
    assert client_for().get(mail.path).status_code == 404
    assert works("reader@example.com", NEW, client_for())


def test_a_weak_one_leaves_the_link_good_and_out_of_the_log(
    world: Any, client_for: Any, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    ask(client_for())
    mail = letters(world.tenant)[0]
    client_for().get(mail.path)
    answer = choose(client_for(), mail.token, "reader@example.com")
    assert (answer.status_code, answer.context["form"].errors) == (
        422, {"password": ["The password is too similar to the email."]},
    )  # fmt: skip
    assert choose(client_for(), "x" + mail.token).status_code == 404
    assert choose(client_for(), mail.token).status_code == 302
    assert mail.token not in caplog.text


def test_who_has_an_account_is_told_by_nobody_but_the_mailbox(world: Any, client_for: Any) -> None:
    User.objects.filter(email="author@example.com").update(is_active=False)
    cases = {
        "reader@example.com": 1, "nobody@example.com": 0, "harbour-owner@example.com": 0, "author@example.com": 0,
        "operator@example.com": 1,
    }  # fmt: skip
    pages = {page_of(answer).replace(email, "…") for email in cases for answer in [ask(client_for(), email)]}
    assert len(pages) == 1
    assert {email: len(letters(world.tenant, email)) for email in cases} == cases


ENDS = ["password", "email", "inactive", "left", "old", "newer"]


@pytest.mark.parametrize("what", ENDS)
def test_it_ends_with(world: Any, client_for: Any, what: str) -> None:
    ask(client_for())
    token = letters(world.tenant)[0].token
    user = world.user("reader")
    if what == "password":
        user.set_password("set by somebody else")
        user.save()
    elif what == "email":
        User.objects.filter(pk=user.pk).update(email="rada@example.org")
    elif what == "inactive":
        User.objects.filter(pk=user.pk).update(is_active=False)
    elif what == "newer":
        ask(client_for())
    with scope(world.tenant):
        from accounts.models import Membership

        if what == "left":
            Membership.objects.filter(user=user).delete()
        if what == "old":
            MailedLink.objects.update(expires_at=timezone.now())
    before = User.objects.get(pk=user.pk).password
    assert choose(client_for(), token).status_code == 404
    assert User.objects.get(pk=user.pk).password == before


def test_at_another_library_it_is_nothing(world: Any, client_for: Any) -> None:
    """Also for somebody who is at home in both."""
    from accounts.models import Membership

    with scope(world.harbour):
        Membership.objects.create(user=world.user("reader"))
    ask(client_for())
    token = letters(world.tenant)[0].token
    assert choose(client_for(host=HARBOUR), token).status_code == 404
    assert works("reader@example.com", demo_password(), client_for())
    assert choose(client_for(), token).status_code == 302


def test_five_an_hour_and_nobody_is_told(world: Any, client_for: Any) -> None:
    pages = {page_of(ask(client_for())) for _ in range(8)}
    assert (len(pages), len(letters(world.tenant))) == (1, mail_allowance.PER_ADDRESS)


@pytest.mark.parametrize("email", ["", "no address"])
def test_an_address_that_is_none(client_for: Any, email: str) -> None:
    answer = ask(client_for(), email)
    assert (answer.status_code, list(answer.context["form"].errors)) == (422, ["email"])


def test_without_a_server_the_page_says_where_letters_are(client_for: Any, settings: Any, world: Any) -> None:
    from config.mail import Post
    from generation.providers.mailing import Server

    assert b"This install has no mail server." in ask(client_for()).content
    settings.MAIL = Post(Server("h", 25, "before"), "", "a@b.example")
    assert b"This install has no mail server." not in ask(client_for()).content


@pytest.mark.parametrize(("fallbacks", "is_good"), [(["before"], True), (["another"], False)])
def test_a_link_outlives_the_key_that_is_rotated(
    world: Any, client_for: Any, settings: Any, fallbacks: list[str], is_good: bool
) -> None:
    settings.SECRET_KEY = "before"
    browser = client_for()
    ask(browser)
    (mail,) = letters(world.tenant)
    token = browser.get(mail.path).context["token"]
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "after", fallbacks
    assert (choose(client_for(), token).status_code == 302) is is_good
    assert works("reader@example.com", NEW, client_for()) is is_good
