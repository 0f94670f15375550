"""Guessing at passwords: when it has to stop, who else is not stopped by it, and what is told."""

from __future__ import annotations

import datetime
from typing import Any

import pytest
from axes.models import AccessAttempt
from django.test import Client
from django.utils import timezone

from accounts import guessing
from accounts.models import User
from config.seeding.planting import demo_password

pytestmark = pytest.mark.django_db
WRONG = "Email or password is wrong. Check both and try again."
WAIT = "That was wrong too often. Wait 15 minutes, then try again."
READER = "reader@example.com"
HERE, THERE = "192.0.2.1", "198.51.100.7"


def page(email: str = READER, password: str = "wrong", *, address: str = HERE, **more: str) -> Any:
    browser = Client(HTTP_HOST="localhost", REMOTE_ADDR=address)
    return browser.post("/sign-in/", {"email": email, "password": password}, headers=more or None)


def program(email: str = READER, password: str = "wrong", *, address: str = HERE, host: str = "localhost") -> Any:
    given = {"email": email, "password": password}
    return Client(HTTP_HOST=host, REMOTE_ADDR=address).post("/auth/login", given, content_type="application/json")


def told(answers: list[Any]) -> list[int]:
    return [answer.status_code for answer in answers]


@pytest.fixture(autouse=True)
def seeded(world: Any) -> None:
    """The people of the seed."""


def test_the_eighth_wrong_password_is_the_last_for_a_while(settings: Any) -> None:
    assert told([page() for _ in range(10)]) == [422] * 7 + [429] * 3
    # The right one does not help now, in neither way of coming in.
    late = [page(password=demo_password()), program(password=demo_password())]
    assert told(late) == [429, 429]
    assert WAIT in late[0].content.decode()
    assert late[1].json() == {"success": False, "data": None, "error": WAIT, "code": 429}
    for answer in late:
        assert 880 < int(answer["Retry-After"]) <= 900
        assert "no-store" in answer["Cache-Control"]
        assert "fablewright_session" not in answer.cookies
    # Neither the account nor the address is shut by itself.
    assert page(password=demo_password(), address=THERE).status_code == 302
    assert page("author@example.com", demo_password()).status_code == 302


def test_both_ways_in_and_every_host_count_together(world: Any) -> None:
    told_so_far = told([page() for _ in range(3)] + [program() for _ in range(3)])
    told_so_far += told([program(host="harbour.localhost") for _ in range(3)])
    assert told_so_far == [422] * 3 + [401] * 3 + [401, 429, 429]


def test_an_account_that_is_not_there_is_shut_like_one_that_is() -> None:
    """Also one whose password is right and who is no member here: trying on does not tell them from a stranger."""
    cases = {
        "wrong": (READER, "wrong"),
        "nobody": ("nobody@example.com", "wrong"),
        "another tenant's": ("harbour-owner@example.com", demo_password()),
    }
    for way in (page, program):
        AccessAttempt.objects.all().delete()
        answers = {name: [way(*given) for _ in range(9)] for name, given in cases.items()}
        assert {name: told(found) for name, found in answers.items()} == dict.fromkeys(
            cases, [422 if way is page else 401] * 7 + [429] * 2
        )
        first = {name: found[0].context["form"].non_field_errors() if way is page else found[0].json()
                 for name, found in answers.items()}  # fmt: skip
        assert first["nobody"] == first["wrong"] == first["another tenant's"]


def test_capitals_and_spaces_are_the_same_account() -> None:
    spelt = [READER, READER.upper(), f" {READER} ", "Reader@Example.com"] * 2
    assert told([page(email) for email in spelt]) == [422] * 7 + [429]


def test_a_new_header_is_no_new_address_and_a_new_browser_none_either() -> None:
    answers = [
        page(**{"X-Forwarded-For": f"203.0.113.{number}", "User-Agent": f"Browser {number}"}) for number in range(9)
    ]
    assert told(answers) == [422] * 7 + [429] * 2


def test_one_address_over_many_accounts(settings: Any) -> None:
    settings.ADDRESS_FAILURE_LIMIT = 20
    answers = [page(f"nobody-{number}@example.com") for number in range(22)]
    assert told(answers) == [422] * 19 + [429] * 3
    assert page(password=demo_password()).status_code == 429  # a right one from there waits too
    assert page(password=demo_password(), address=THERE).status_code == 302


def test_getting_in_clears_ones_own_count_alone(settings: Any) -> None:
    """A guesser with an account of their own must not clear what they did to others."""
    settings.ADDRESS_FAILURE_LIMIT = 12
    for way, right in ((page, 302), (program, 200)):
        AccessAttempt.objects.all().delete()
        for _ in range(5):
            way()
            way("author@example.com")
        assert way(password=demo_password()).status_code == right
        counted = AccessAttempt.objects.values_list("username", "failures_since_start")
        assert list(counted) == [("author@example.com", 5)]
        assert told([way() for _ in range(6)])[-1] != 429  # begun anew


def test_the_wait_is_over_after_its_time_and_trying_does_not_make_it_longer() -> None:
    for _ in range(8):
        page()
    AccessAttempt.objects.update(attempt_time=timezone.now() - datetime.timedelta(minutes=14))
    again = page(password=demo_password())
    assert (again.status_code, 0 < int(again["Retry-After"]) <= 60) == (429, True)
    assert "Wait 1 minute, then" in again.content.decode()
    AccessAttempt.objects.update(attempt_time=timezone.now() - datetime.timedelta(minutes=16))
    assert page(password=demo_password()).status_code == 302


def test_nobody_is_signed_out_by_it(client_for: Any) -> None:
    browser = client_for("reader")
    browser.defaults["REMOTE_ADDR"] = HERE
    for _ in range(9):
        page()
    assert browser.post("/sign-in/", {"email": READER, "password": "wrong"}).status_code == 429
    assert browser.get("/").context["actor"].is_member


def test_nothing_that_was_typed_is_kept() -> None:
    page(password="a secret word")
    program(password="a secret word")
    kept = [str(vars(attempt)) for attempt in AccessAttempt.objects.all()]
    assert len(kept) == 1
    assert "a secret word" not in kept[0]


def test_a_request_without_an_address_is_counted_too() -> None:
    """Over a Unix socket there is none, and "unknown" is no address that PostgreSQL takes."""
    assert told([page(address="") for _ in range(9)]) == [422] * 7 + [429] * 2
    assert page(address=THERE).status_code == 422


def test_a_guest_who_begins_clears_nothing(client_for: Any) -> None:
    page(address="127.0.0.1")
    client_for().post("/kids/story/start", {"prompt": "A key in a fish"})
    assert AccessAttempt.objects.count() == 1


def test_the_protection_is_what_stops_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """The control: with nothing counted, nobody is stopped, and the right password goes after any number of wrong ones."""
    monkeypatch.setattr(guessing.Guesses, "get_failures", lambda *_: 0)
    assert told([page() for _ in range(12)]) == [422] * 12
    assert page(password=demo_password()).status_code == 302


def test_a_locked_account_of_somebody_who_was_deactivated_says_the_same() -> None:
    User.objects.filter(email=READER).update(is_active=False)
    assert told([page(password=demo_password()) for _ in range(9)]) == [422] * 7 + [429] * 2


def test_operators_see_who_has_to_wait_and_let_them_in(client_for: Any) -> None:
    for _ in range(8):
        page(password="a secret word")
    assert {name: client_for(name).get("/admin/axes/accessattempt/").status_code for name in ("operator", "owner")} == {
        "operator": 200, "owner": 404,
    }  # fmt: skip
    operator = client_for("operator")
    shown = operator.get("/admin/axes/accessattempt/").content.decode()
    assert ("reader@example.com" in shown, "a secret word" in shown) == (True, False)
    chosen = {"action": "let_in_again", "_selected_action": [AccessAttempt.objects.get().pk]}
    operator.post("/admin/axes/accessattempt/", chosen)
    assert page(password=demo_password()).status_code == 302
