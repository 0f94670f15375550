"""Signing up: by a letter, never told to anybody else, never twice, never at another library."""

from __future__ import annotations

import datetime
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts import mail_allowance, mailed_links
from accounts.models import MailedLink, MailTally, Membership, Role, Tenant, User
from accounts.tenancy import across_tenants, scope
from config.seeding.planting import demo_password
from generation.models import Job
from stories.models import Story
from tests.accounts.mailbox import letters, page_of, press

pytestmark = pytest.mark.django_db
PASSWORD = "a lantern in the fog"
HARBOUR = "harbour.localhost"


def sign_up(browser: Client, email: str = "ada@example.org", **more: str) -> Any:
    return browser.post("/sign-up/", {"email": email, "name": "Ada", "password": PASSWORD, **more})


def sign_in(browser: Client, email: str, password: str = PASSWORD) -> bool:
    return browser.post("/sign-in/", {"email": email, "password": password}).status_code == 302


def roles(tenant: Tenant, email: str) -> list[str]:
    with scope(tenant):
        return list(Membership.objects.filter(user__email=email).values_list("role", flat=True))


@pytest.fixture
def both(world: Any) -> Any:
    """Both libraries take readers."""
    Tenant.objects.update(allows_sign_up=True)
    return world


def test_from_the_form_to_a_reader(world: Any, client_for: Any) -> None:
    browser = client_for()
    assert b'href="/sign-up/?next=/kids/"' in browser.get("/sign-in/?next=/kids/").content
    assert sign_up(browser, " Ada@Example.ORG ", next="/kids/").status_code == 200
    assert not User.objects.filter(email="ada@example.org").exists()
    assert not sign_in(browser, "ada@example.org")
    (mail,) = letters(world.tenant)
    assert (mail.to, mail.subject) == ("ada@example.org", "Confirm your address for Fablewright")
    # Whatever somebody calls themselves stands in no letter to an address that is not proven.
    assert "Ada" not in mail.text
    answer = press(browser, mail)
    assert (answer.status_code, answer["Location"]) == (302, "/sign-in/?next=%2Fkids%2F")
    user = User.objects.get(email="ada@example.org")
    assert (user.display_name, user.is_guest, user.is_superuser) == ("Ada", False, False)
    assert (roles(world.tenant, user.email), roles(world.harbour, user.email)) == ([Role.READER], [])
    assert not browser.get("/").context["actor"].is_member  # the sign-in page lets in, and nothing else
    assert sign_in(browser, "ada@example.org")
    with across_tenants("what is left"):
        assert MailedLink.objects.count() == 0


def test_a_look_at_the_link_uses_nothing_up(world: Any, client_for: Any) -> None:
    """Mail programs look at links before their people do."""
    sign_up(client_for())
    (mail,) = letters(world.tenant)
    for _ in range(3):
        assert client_for().get(mail.path).status_code == 200
        assert client_for().head(mail.path).status_code == 405
    assert not User.objects.filter(email="ada@example.org").exists()
    answer = client_for().get(mail.path)
    assert (answer["Referrer-Policy"], answer["X-Robots-Tag"], "no-store" in answer["Cache-Control"]) == (
        "strict-origin", "noindex", True,
    )  # fmt: skip
    press(client_for(), mail)
    assert [client_for().get(mail.path).status_code for _ in range(2)] == [404, 404]
    assert client_for().post("/sign-up/confirm", {"token": mail.token}).status_code == 404
    assert User.objects.filter(email="ada@example.org").count() == 1


def test_who_has_an_account_is_told_by_nobody_but_the_mailbox(both: Any, client_for: Any) -> None:
    User.objects.filter(email="author@example.com").update(is_active=False)
    cases = {
        "ada@example.org": ("Confirm your address for Fablewright", "sign-up/confirm"),
        "reader@example.com": ("You have an account at Fablewright", "sign-in/"),
        "harbour-owner@example.com": ("Join Fablewright", "sign-up/join"),
        "author@example.com": ("You have an account at Fablewright", "sign-in/"),
    }
    pages = {}
    for email in cases:
        answer = sign_up(client_for(), email)
        assert answer.status_code == 200
        pages[email] = page_of(answer).replace(email, "…")
    assert len(set(pages.values())) == 1
    told = {mail.to: (mail.subject, mail.path.partition("?")[0].strip("/")) for mail in letters(both.tenant)}
    assert told == {email: (subject, path.strip("/")) for email, (subject, path) in cases.items()}
    # What stands in the database of those who are there already is as it was.
    assert User.objects.get(email="reader@example.com").check_password(demo_password())


def test_hashing_comes_before_looking(world: Any, client_for: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """So that an address that is taken is answered no sooner."""
    from accounts import joining

    hashed: list[str] = []
    real = joining.make_password
    monkeypatch.setattr(joining, "make_password", lambda password: hashed.append(password) or real(password))
    for email in ("ada@example.org", "reader@example.com", "harbour-owner@example.com"):
        sign_up(client_for(), email)
    assert hashed == [PASSWORD] * 3


@pytest.mark.parametrize(
    ("given", "wrong"),
    [
        ({"email": ""}, {"email": "Enter your email address."}),
        ({"email": "no address"}, {"email": "This is no email address. Write one like ada@example.com."}),
        ({"email": "ada@example.org\r\nBcc: eve@example.org"},
         {"email": "This is no email address. Write one like ada@example.com."}),
        ({"name": " "}, {"name": "Enter the name that others see."}),
        ({"name": "x" * 81}, {"name": "Choose a name of at most 80 characters."}),
        ({"name": "Ada\u2028Eve"}, {"name": "A name is one line of letters. Write it without line ends."}),
        ({"password": ""}, {"password": "Choose a password."}),
        ({"password": "short"}, {"password": "This password is too short. It must contain at least 10 characters."}),
        ({"password": "1234567890"}, {"password": "This password is too common."}),
        ({"password": "ada@example.org"}, {"password": "The password is too similar to the email."}),
        ({"email": "x", "name": "", "password": ""},
         {"email": "This is no email address. Write one like ada@example.com.", "name": "Enter the name that others see.",
          "password": "Choose a password."}),
    ],
)  # fmt: skip
def test_what_is_wrong_stands_beside_its_field(
    world: Any, client_for: Any, given: dict[str, str], wrong: dict[str, str]
) -> None:
    answer = sign_up(client_for(), **{"email": "ada@example.org", **given})
    assert (answer.status_code, {name: errors[0] for name, errors in answer.context["form"].errors.items()}) == (
        422,
        wrong,
    )
    page = answer.content.decode()
    assert [f'id="{name}-wrong"' in page for name in wrong] == [True] * len(wrong)
    assert PASSWORD not in page
    assert letters(world.tenant) == []


class TestLinks:
    @pytest.fixture
    def mail(self, both: Any, client_for: Any) -> Any:
        sign_up(client_for())
        return letters(both.tenant)[0]

    def test_at_another_library_it_is_nothing(self, both: Any, mail: Any, client_for: Any) -> None:
        there = client_for(host=HARBOUR)
        assert there.get(mail.path).status_code == 404
        assert there.post("/sign-up/confirm", {"token": mail.token}).status_code == 404
        assert press(client_for(), mail).status_code == 302  # and is unused

    def test_for_another_thing_it_is_nothing(self, mail: Any, client_for: Any) -> None:
        paths = ("/sign-up/join", "/sign-in/new-password", "/account/email/confirm")
        told = [
            answer.status_code
            for path in paths
            for answer in (
                client_for().get(path, {"token": mail.token}), client_for().post(path, {"token": mail.token}),
            )
        ]  # fmt: skip
        assert told == [404] * 6

    def test_when_it_is_too_old(self, both: Any, mail: Any, client_for: Any) -> None:
        with scope(both.tenant):
            MailedLink.objects.update(expires_at=timezone.now())
        assert client_for().get(mail.path).status_code == 404
        assert client_for().post("/sign-up/confirm", {"token": mail.token}).status_code == 404
        assert mailed_links.forget_old() == 1
        assert not User.objects.filter(email="ada@example.org").exists()

    def test_when_something_is_wrong_with_it(self, mail: Any, client_for: Any) -> None:
        token = mail.token
        tampered = [token[:-1], token + "A", token.swapcase(), "", "\x00", "é" * 200, token[1:] + token[0]]
        assert [client_for().post("/sign-up/confirm", {"token": one}).status_code for one in tampered] == [404] * 7
        assert [client_for().get("/sign-up/confirm", {"token": one}).status_code for one in tampered] == [404] * 7

    def test_when_the_library_closed_its_door(self, both: Any, mail: Any, client_for: Any) -> None:
        tenant = Tenant.objects.get(slug="fablewright")
        tenant.allows_sign_up = False
        tenant.save()
        told = [
            client_for().get("/sign-up/"), sign_up(client_for()), client_for().get(mail.path),
            client_for().post("/sign-up/confirm", {"token": mail.token}),
        ]  # fmt: skip
        assert [answer.status_code for answer in told] == [404] * 4
        assert b"/sign-up/" not in client_for().get("/sign-in/").content

    def test_when_the_address_got_an_account_meanwhile(self, both: Any, mail: Any, client_for: Any) -> None:
        """The account that is there joins, with its own password and name."""
        User.objects.create_user("ada@example.org", "another password", display_name="Countess")
        assert press(client_for(), mail).status_code == 302
        user = User.objects.get(email="ada@example.org")
        assert (user.display_name, user.check_password("another password")) == ("Countess", True)
        assert roles(both.tenant, user.email) == [Role.READER]

    def test_what_was_asked_twice_is_decided_once(self, both: Any, mail: Any, client_for: Any) -> None:
        """Each letter has its own name and password; the one that is used counts."""
        sign_up(client_for(), name="Eve", password="an entirely other one")
        press(client_for(), mail)
        user = User.objects.get(email="ada@example.org")
        assert (user.display_name, user.check_password(PASSWORD)) == ("Ada", True)
        assert client_for().get(letters(both.tenant)[1].path).status_code == 404

    def test_a_link_in_a_row_is_no_token(self, both: Any, mail: Any) -> None:
        with scope(both.tenant):
            row = MailedLink.objects.get()
        assert mail.token not in str({field.name: getattr(row, field.name) for field in row._meta.concrete_fields})
        assert row.password.startswith("md5$")


class TestJoining:
    """Users are global: an account of another library is good here too, when its owner says so."""

    def test_with_a_button_and_not_silently(self, both: Any, client_for: Any) -> None:
        sign_up(client_for(host=HARBOUR), "reader@example.com", next="/tales/")
        assert roles(both.harbour, "reader@example.com") == []
        (mail,) = letters(both.harbour)
        assert mail.links[0].startswith("http://harbour.localhost/sign-up/join?token=")
        browser = client_for(host=HARBOUR)
        assert roles(both.harbour, "reader@example.com") == []
        answer = press(browser, mail)
        assert answer["Location"] == "/sign-in/?next=%2Ftales%2F"
        assert roles(both.harbour, "reader@example.com") == [Role.READER]
        assert sign_in(browser, "reader@example.com", demo_password())  # the password that they had
        assert browser.get(mail.path).status_code == 404

    def test_a_role_that_is_there_stays(self, both: Any, client_for: Any) -> None:
        sign_up(client_for(host=HARBOUR), "author@example.com")
        with scope(both.harbour):
            Membership.objects.create(user=both.user("author"), role=Role.STAFF)
        press(client_for(host=HARBOUR), letters(both.harbour)[0])
        assert roles(both.harbour, "author@example.com") == [Role.STAFF]

    def test_a_link_ends_with_a_new_password(self, both: Any, client_for: Any) -> None:
        sign_up(client_for(host=HARBOUR), "reader@example.com")
        user = both.user("reader")
        user.set_password("something else now")
        user.save()
        assert client_for(host=HARBOUR).get(letters(both.harbour)[0].path).status_code == 404


def test_a_guest_keeps_what_they_began(world: Any, client_for: Any) -> None:
    browser = client_for()
    browser.post("/kids/story/start", {"prompt": "A key in a fish"})
    sign_up(browser)
    press(client_for(), letters(world.tenant)[0])  # read on another device
    with scope(world.tenant):
        assert list(Story.objects.values_list("reader__email", flat=True)) == ["ada@example.org"]
        assert set(Job.objects.exclude(kind="deliver").values_list("run__user__email", flat=True)) == {
            "ada@example.org"
        }


ONWARD = {"/kids/": "/kids/", "https://evil.example.com/": "/", "//evil.example.com": "/", "javascript:alert(1)": "/"}


@pytest.mark.parametrize("onward", ONWARD)
def test_it_leads_on_within_this_house_only(world: Any, client_for: Any, onward: str) -> None:
    from urllib.parse import parse_qs, urlsplit

    assert client_for().get("/sign-up/", {"next": onward}).context["next"] == ONWARD[onward]
    sign_up(client_for(), next=onward)
    answer = press(client_for(), letters(world.tenant)[0])
    assert parse_qs(urlsplit(answer["Location"]).query)["next"] == [ONWARD[onward]]


class TestTooOften:
    def test_five_letters_to_an_address_and_nobody_is_told(self, both: Any, client_for: Any) -> None:
        for email in ("ada@example.org", "reader@example.com", "harbour-owner@example.com"):
            pages = {page_of(sign_up(client_for(), email)) for _ in range(8)}
            assert len(pages) == 1
            assert len(letters(both.tenant, email)) == mail_allowance.PER_ADDRESS == 5
        # Another address, and another library, have their own.
        sign_up(client_for(), "eve@example.org")
        sign_up(client_for(host=HARBOUR), "ada@example.org")
        assert (len(letters(both.tenant, "eve@example.org")), len(letters(both.harbour))) == (1, 1)

    def test_an_hour_later_again(self, both: Any, client_for: Any) -> None:
        for _ in range(6):
            sign_up(client_for())
        with scope(both.tenant):
            for tally in MailTally.objects.all():
                tally.hour -= datetime.timedelta(hours=1)
                tally.save()
        sign_up(client_for())
        assert len(letters(both.tenant)) == 6

    def test_from_one_place(self, both: Any, client_for: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(mail_allowance, "PER_PLACE", 3)
        for number in range(6):
            sign_up(client_for(), f"ada-{number}@example.org")
        assert len(letters(both.tenant)) == 3
        browser = client_for()
        browser.defaults["REMOTE_ADDR"] = "192.0.2.7"
        sign_up(browser, "eve@example.org")
        assert len(letters(both.tenant)) == 4

    def test_whom_it_was_is_not_kept(self, both: Any, client_for: Any) -> None:
        sign_up(client_for())
        with scope(both.tenant):
            kept = str(list(MailTally.objects.values()))
        assert ("ada" in kept, "127.0.0.1" in kept) == (False, False)


def test_links_name_the_librarys_own_host(both: Any, client_for: Any) -> None:
    """A request that came by a loopback name does not lead a letter's reader to their own machine."""
    from accounts.models import Domain

    Domain.objects.create(tenant=both.tenant, host="stories.example")
    sign_up(client_for(host="localhost:8000"))
    sign_up(client_for(host="stories.example"), "eve@example.org")
    assert [mail.links[0].partition("/sign-up")[0] for mail in letters(both.tenant)] == [
        "http://stories.example:8000", "http://stories.example",
    ]  # fmt: skip


def test_behind_a_proxy_links_are_encrypted(both: Any, client_for: Any, settings: Any) -> None:
    settings.HTTPS = True
    sign_up(client_for(host="harbour.localhost:8123"))
    assert letters(both.harbour)[0].links[0].startswith("https://harbour.localhost/sign-up/confirm?token=")
