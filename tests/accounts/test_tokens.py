"""Access and refresh tokens: rotation, theft, sign-out, and what ends them."""

from __future__ import annotations

import datetime
from typing import Any

import pytest
from django.contrib import admin
from django.test import Client
from django.utils import timezone
from rest_framework_simplejwt.token_blacklist.models import BlacklistedToken, OutstandingToken
from rest_framework_simplejwt.tokens import AccessToken, RefreshToken

from accounts import tokens
from accounts.models import Membership, User
from accounts.tenancy import scope
from config.seeding.planting import demo_password
from tests.accounts.test_api import error, login, said

pytestmark = pytest.mark.django_db
JOB = "/api/v1/jobs/00000000-0000-0000-0000-000000000001"


def send(path: str, refresh: Any, *, host: str = "localhost", **more: Any) -> Any:
    return Client(HTTP_HOST=host).post(path, {"refresh": refresh}, content_type="application/json", **more)


def renew(refresh: Any, **more: Any) -> Any:
    return send("/auth/refresh", refresh, **more)


def opens(access: str, *, host: str = "localhost") -> bool:
    """Whether somebody is known by it; there is no such job."""
    return Client(HTTP_HOST=host).get(JOB, HTTP_AUTHORIZATION=f"Bearer {access}").status_code == 404


USED_UP = error(tokens.USED_UP, 401)
INVALID = error("This token is not valid or has run out. Sign in again.", 401)


class TestRenewing:
    def test_gives_a_new_pair(self, world: Any) -> None:
        first = login().json()
        answer = renew(first["refresh"])
        assert (answer.status_code, set(answer.json())) == (200, {"access", "refresh"})
        second = answer.json()
        assert (opens(first["access"]), opens(second["access"])) == (True, True)
        assert len({*first.values(), *second.values()}) == 4
        lives = AccessToken(second["access"])
        assert lives["exp"] - lives["iat"] == 15 * 60
        assert renew(second["refresh"]).status_code == 200

    def test_a_second_time_ends_all_that_came_of_it(self, world: Any) -> None:
        first, other = login().json()["refresh"], login().json()["refresh"]
        second = renew(first).json()["refresh"]
        third = renew(second).json()["refresh"]
        assert said(renew(first)) == USED_UP
        assert said(renew(third)) == USED_UP  # the thief's, or the owner's: nobody can tell
        # The control: what began with another sign-in stays.
        assert renew(other).status_code == 200

    def test_only_at_its_own_host(self, world: Any) -> None:
        with scope(world.harbour):
            Membership.objects.create(user=world.user("reader"))
        refresh = login().json()["refresh"]
        assert said(renew(refresh, host="harbour.localhost")) == error(tokens.ELSEWHERE, 401)
        assert renew(refresh).status_code == 200  # and was not used up by that

    def test_not_when_the_membership_is_gone(self, world: Any) -> None:
        refresh, operators = login().json()["refresh"], login("operator@example.com").json()["refresh"]
        with scope(world.tenant):
            membership = Membership.objects.get(user=world.user("reader"))
            membership.delete()
        assert said(renew(refresh)) == error(tokens.NO_MEMBER, 401)
        assert renew(operators).status_code == 200  # an operator needs none
        with scope(world.tenant):
            membership.save(force_insert=True)
        assert renew(refresh).status_code == 200  # nothing was used up

    def test_not_when_the_user_may_not_sign_in(self, world: Any) -> None:
        refresh = login().json()["refresh"]
        User.objects.filter(email="reader@example.com").update(is_active=False)
        assert said(renew(refresh)) == INVALID

    def test_not_what_is_no_refresh_token_of_ours(self, world: Any) -> None:
        pair = login().json()
        old = RefreshToken(pair["refresh"])
        old.set_exp(lifetime=datetime.timedelta(seconds=-1))
        head, body, _ = pair["refresh"].split(".")
        bare = RefreshToken.for_user(world.user("reader"))  # of no family
        bare[tokens.TENANT_CLAIM] = str(world.tenant.id)
        for text in (pair["access"], str(old), f"{head}.{body}.AAAA", "x", "fw_a_b", str(bare)):
            assert said(renew(text)) == INVALID

    def test_what_is_wrong_in_form_is_named(self, world: Any) -> None:
        cases: list[tuple[Any, str]] = [
            ("", "refresh: This field may not be blank."),
            (None, "refresh: This field may not be null."),
            ({"a": 1}, "refresh: Not a valid string."),
            ("a\x00", "refresh: Null characters are not allowed."),
            ("x" * 4097, "refresh: Ensure this field has no more than 4096 characters."),
        ]
        for path in ("/auth/refresh", "/auth/logout"):
            for given, sentence in cases:
                assert said(send(path, given)) == error(sentence, 400)
            answer = Client(HTTP_HOST="localhost").post(path, [1], content_type="application/json")
            assert (answer.status_code, answer.json()["code"]) == (400, 400)

    def test_too_often_is_a_429_and_counted_apart_from_signing_in(self, world: Any, still: Any) -> None:
        assert [renew("x").status_code for _ in range(21)] == [401] * 20 + [429]
        assert send("/auth/logout", "x").status_code == 429
        assert login().status_code == 200


class TestSigningOut:
    def test_ends_the_token_and_all_that_came_of_it(self, world: Any) -> None:
        first, other = login().json()["refresh"], login().json()["refresh"]
        second = renew(first).json()["refresh"]
        answer = send("/auth/logout", first)
        assert (answer.status_code, answer.content) == (204, b"")
        assert said(renew(second)) == USED_UP
        assert send("/auth/logout", first).status_code == 204  # twice is no error
        assert renew(other).status_code == 200

    def test_is_refused_for_anothers_token(self, world: Any) -> None:
        refresh = login().json()["refresh"]
        assert said(send("/auth/logout", refresh, host="harbour.localhost")) == error(tokens.ELSEWHERE, 401)
        assert said(send("/auth/logout", "x")) == INVALID
        assert renew(refresh).status_code == 200


def test_a_changed_password_ends_all_tokens(world: Any) -> None:
    pair, others = login().json(), login("author@example.com").json()
    reader = world.user("reader")
    reader.set_password("a lantern in fog")
    reader.save()
    asked = Client(HTTP_HOST="localhost").get(JOB, HTTP_AUTHORIZATION=f"Bearer {pair['access']}")
    assert said(asked) == error(tokens.OLD_PASSWORD, 401)
    assert said(renew(pair["refresh"])) == error(tokens.OLD_PASSWORD, 401)
    assert (opens(others["access"]), renew(others["refresh"]).status_code) == (True, 200)
    assert opens(login(password="a lantern in fog").json()["access"])


def test_no_token_is_kept(world: Any) -> None:
    renew(login().json()["refresh"])
    assert list(OutstandingToken.objects.values_list("token", flat=True)) == ["", ""]
    assert not {OutstandingToken, BlacklistedToken} & set(admin.site._registry)


def test_what_has_run_out_is_forgotten(world: Any) -> None:
    refresh = login().json()["refresh"]
    renew(refresh)
    login()
    now = timezone.now()
    OutstandingToken.objects.filter(jti__endswith=".1").update(expires_at=now - datetime.timedelta(seconds=1))
    OutstandingToken.objects.filter(blacklistedtoken__isnull=False).update(expires_at=now)
    assert tokens.forget_expired() == 3  # two tokens, and that one of them was used up
    assert (OutstandingToken.objects.count(), BlacklistedToken.objects.count(), tokens.forget_expired()) == (1, 0, 0)


def test_the_demo_password_is_what_signs_in(world: Any) -> None:
    """The control of the refusals above."""
    assert login(password=demo_password()).status_code == 200
