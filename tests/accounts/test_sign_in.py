"""Signing in and out, for people."""

from __future__ import annotations

from html import unescape
from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from config.seeding.planting import demo_password

pytestmark = pytest.mark.django_db
WRONG = "Email or password is wrong. Check both and try again."


def sign_in(browser: Client, email: str = "reader@example.com", password: str | None = None, **more: str) -> Any:
    given = demo_password() if password is None else password
    return browser.post("/sign-in/", {"email": email, "password": given, **more})


def signed_in(browser: Client) -> bool:
    return bool(browser.get("/").context["actor"].is_member)


def problems(answer: Any) -> list[str]:
    return list(answer.context["form"].non_field_errors())


def test_in_and_out_again(client_for: Any) -> None:
    browser = client_for()
    answer = sign_in(browser, next="/kids/gallery/")
    assert (answer.status_code, answer["Location"], signed_in(browser)) == (302, "/kids/gallery/", True)
    out = browser.post("/sign-out/")
    assert (out.status_code, out["Location"], signed_in(browser)) == (302, "/", False)


def test_an_email_is_the_same_in_capitals(client_for: Any) -> None:
    assert sign_in(client_for(), "Reader@Example.COM").status_code == 302


ONWARD = {
    "/kids/": "/kids/",
    "/kids/story/tree?story=1": "/kids/story/tree?story=1",
    "": "/",
    "https://evil.example.com/": "/",
    "//evil.example.com/": "/",
    "///evil.example.com/": "/",
    "/\\evil.example.com/": "/",
    "\\\\evil.example.com": "/",
    "http:evil.example.com": "/",
    "javascript:alert(1)": "/",
    "http://harbour.localhost/": "/",
    "\x01//evil.example.com": "/",
}


def test_it_leads_on_within_this_house_only(client_for: Any) -> None:
    browser = client_for()
    # Neither does the page itself carry another address.
    assert {onward: browser.get("/sign-in/", {"next": onward}).context["next"] for onward in ONWARD} == ONWARD | {
        "": ""
    }
    assert {onward: sign_in(browser, next=onward)["Location"] for onward in ONWARD} == ONWARD


@pytest.mark.parametrize(
    ("name", "host", "home"),
    [
        ("reader", "localhost", "/"),
        ("author", "localhost", "/studio/"),
        ("staff", "localhost", "/studio/"),
        ("operator", "localhost", "/studio/"),
        ("harbour-owner", "harbour.localhost", "/studio/"),
    ],
)
def test_who_came_from_nowhere_in_particular_begins_at_home(client_for: Any, name: str, host: str, home: str) -> None:
    assert sign_in(client_for(host=host), f"{name}@example.com")["Location"] == home
    assert sign_in(client_for(host=host), f"{name}@example.com", next="/kids/")["Location"] == "/kids/"
    assert sign_in(client_for(host=host), f"{name}@example.com", next="/")["Location"] == "/"


def test_the_way_to_the_studio_is_shown_to_authors(client_for: Any) -> None:
    shown = {
        name: b'href="/studio/"' in client_for(name).get("/").content for name in (None, "reader", "author", "staff")
    }
    assert shown == {None: False, "reader": False, "author": True, "staff": True}


def test_every_refusal_has_the_same_words(client_for: Any, world: Any) -> None:
    """Who has an account here, or elsewhere, is not told."""
    User.objects.filter(email="author@example.com").update(is_active=False)
    cases = {
        "wrong password": sign_in(client_for(), password="wrong"),
        "nobody": sign_in(client_for(), "nobody@example.com"),
        "another tenant's": sign_in(client_for(), "harbour-owner@example.com"),
        "ours at another tenant": sign_in(client_for(host="harbour.localhost")),
        "deactivated": sign_in(client_for(), "author@example.com"),
    }
    told = {name: (answer.status_code, problems(answer)) for name, answer in cases.items()}
    assert told == {name: (422, [WRONG]) for name in cases}
    # The control: the same people at home, and an operator anywhere.
    assert sign_in(client_for(host="harbour.localhost"), "harbour-owner@example.com").status_code == 302
    assert sign_in(client_for(host="harbour.localhost"), "operator@example.com").status_code == 302


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"email": "", "password": "x"}, "email"),
        ({"email": "no address", "password": "x"}, "email"),
        ({"email": "reader@example.com", "password": ""}, "password"),
        ({"email": "reader@example.com", "password": "x" * 300}, "password"),
        ({"email": "reader@example.com", "password": "a\x00b"}, "password"),
    ],
)
def test_a_form_that_says_too_little(client_for: Any, given: dict[str, str], field: str) -> None:
    answer = client_for().post("/sign-in/", given)
    assert (answer.status_code, list(answer.context["form"].errors)) == (422, [field])


def test_without_a_token_a_sentence(client_for: Any) -> None:
    browser = client_for(csrf=True)
    answer = sign_in(browser)
    assert (answer.status_code, signed_in(browser)) == (403, False)
    assert "This form is too old or came from another page. Open the page anew" in unescape(answer.content.decode())
    # The control: with the token of the page it goes.
    page = client_for(csrf=True)
    page.get("/sign-in/")
    assert sign_in(page, csrfmiddlewaretoken=page.cookies["csrftoken"].value).status_code == 302


def test_a_new_session_for_every_sign_in(client_for: Any) -> None:
    """A session that somebody else prepared is not the one that is signed in."""
    browser = client_for()
    browser.post("/kids/story/start", {"prompt": "A key in a fish"})
    before = browser.session.session_key
    sign_in(browser)
    assert browser.session.session_key != before


def test_the_session_is_good_at_its_own_tenant_only(client_for: Any) -> None:
    browser = client_for()
    sign_in(browser)
    there = Client(HTTP_HOST="harbour.localhost")
    there.cookies = browser.cookies
    assert (signed_in(browser), signed_in(there)) == (True, False)


def test_the_cookie_is_closed_to_scripts(client_for: Any) -> None:
    cookie = sign_in(client_for()).cookies["fablewright_session"]
    assert (cookie["httponly"], cookie["samesite"]) == (True, "Lax")
