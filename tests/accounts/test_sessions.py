"""How long a session is good for, what ends it, and what other sites and scripts can do with it."""

from __future__ import annotations

import datetime
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone

from accounts.models import User
from config.seeding.planting import demo_password

pytestmark = pytest.mark.django_db
HOURS = {"reader": 24 * 60, "author": 24 * 60, "staff": 12, "owner": 12, "operator": 12}


def signed_in(name: str) -> Client:
    browser = Client(HTTP_HOST="localhost")
    answer = browser.post("/sign-in/", {"email": f"{name}@example.com", "password": demo_password()})
    assert answer.status_code == 302
    return browser


def is_in(browser: Client) -> bool:
    return bool(browser.get("/").context["actor"].is_member)


def hours_left(browser: Client) -> int:
    kept = Session.objects.get(session_key=browser.session.session_key).expire_date - timezone.now()
    cookie = browser.cookies["fablewright_session"]
    assert abs(int(cookie["max-age"]) - kept.total_seconds()) < 60
    return round(kept.total_seconds() / 3600)


def test_staff_are_asked_for_their_password_sooner(world: Any) -> None:
    assert {name: hours_left(signed_in(name)) for name in HOURS} == HOURS


def test_the_session_of_staff_ends_whatever_they_do_meanwhile(world: Any) -> None:
    browser = signed_in("staff")
    session = browser.session
    session["something"] = "changed"  # saving it does not make it longer
    session.save()
    assert hours_left(browser) == 12
    session.set_expiry(timezone.now() - datetime.timedelta(seconds=1))
    session.save()
    assert not is_in(browser)


def test_it_ends_when_the_password_changes(world: Any) -> None:
    here, there, other = signed_in("reader"), signed_in("reader"), signed_in("author")
    reader = User.objects.get(email="reader@example.com")
    reader.set_password("a lantern in fog")
    reader.save()
    assert [is_in(browser) for browser in (here, there, other)] == [False, False, True]


def test_it_ends_with_the_account(world: Any) -> None:
    browser = signed_in("reader")
    User.objects.filter(email="reader@example.com").update(is_active=False)
    assert not is_in(browser)


def test_a_link_signs_nobody_out(world: Any) -> None:
    browser = signed_in("staff")
    told = [browser.get(path).status_code for path in ("/sign-out/", "/admin/logout/")]
    assert (told, is_in(browser)) == ([405, 405], True)
    # Neither does another site's form.
    strict = Client(HTTP_HOST="localhost", enforce_csrf_checks=True)
    strict.cookies = browser.cookies
    assert [strict.post(path).status_code for path in ("/sign-out/", "/admin/logout/")] == [403, 403]
    assert is_in(browser)


def test_scripts_read_neither_cookie(world: Any) -> None:
    browser = Client(HTTP_HOST="localhost")
    browser.get("/sign-in/")
    browser.post("/sign-in/", {"email": "reader@example.com", "password": demo_password()})
    told = {name: (bool(cookie["httponly"]), cookie["samesite"]) for name, cookie in browser.cookies.items()}
    assert told == {"csrftoken": (True, "Lax"), "fablewright_session": (True, "Lax")}


def test_the_token_of_forms_changes_with_signing_in(world: Any) -> None:
    browser = Client(HTTP_HOST="localhost", enforce_csrf_checks=True)
    token = str(browser.get("/sign-in/").context["csrf_token"])
    given = {"email": "reader@example.com", "password": demo_password(), "csrfmiddlewaretoken": token}
    assert browser.post("/sign-in/", given).status_code == 302
    assert browser.post("/sign-out/", {"csrfmiddlewaretoken": token}).status_code == 403
    fresh = str(browser.get("/").context["csrf_token"])
    assert browser.post("/sign-out/", {"csrfmiddlewaretoken": fresh}).status_code == 302


def test_the_page_for_passwords_is_neither_framed_nor_kept(world: Any) -> None:
    browser = Client(HTTP_HOST="localhost")
    pages = [browser.get("/sign-in/"), browser.post("/sign-in/", {"email": "x", "password": "y"})]
    for page in pages:
        assert page["X-Frame-Options"] == "DENY"
        assert "frame-ancestors 'none'" in page["Content-Security-Policy"]
        assert {"no-store", "private"} <= {word.strip() for word in page["Cache-Control"].split(",")}
    assert b"the-typed-one" not in browser.post("/sign-in/", {"email": "x", "password": "the-typed-one"}).content


@pytest.mark.parametrize(
    ("password", "said"),
    [
        ("short-one", "This password is too short. It must contain at least 10 characters."),
        ("password123", "This password is too common."),
        ("readingroom@example.com", "The password is too similar to the email."),
    ],
)
def test_no_place_takes_a_password_that_is_easily_guessed(client_for: Any, password: str, said: str) -> None:
    """The operators' page of a user; for one's own see `test_own_account`. The sentence stands beside the field."""
    given = {"email": "readingroom@example.com", "display_name": "R", "new_password": password}
    answer = client_for("operator").post("/admin/accounts/user/add/", given)
    assert answer.context["adminform"].form.errors["new_password"] == [said]
