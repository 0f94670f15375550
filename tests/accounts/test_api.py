"""Signing in for programs: tokens, and where they are good."""

from __future__ import annotations

import datetime
import uuid
from typing import Any

import pytest
from django.test import Client
from rest_framework_simplejwt.tokens import AccessToken

from accounts.authentication import TENANT_CLAIM
from accounts.models import Membership, User
from accounts.tenancy import scope
from config.seeding.planting import demo_password
from generation.models import Job
from tests.stories import worker

pytestmark = pytest.mark.django_db
WRONG = "Email or password is wrong. Check both and try again."


@pytest.fixture
def job(world: Any) -> Job:
    with scope(world.tenant):
        scene = worker.opened(world.user("reader"), world.kids)
        assert scene.job is not None
        return scene.job


def login(
    email: str = "reader@example.com", password: str | None = None, *, host: str = "localhost", **more: Any
) -> Any:
    given = {"email": email, "password": demo_password() if password is None else password}
    return Client(HTTP_HOST=host).post("/auth/login", given, content_type="application/json", **more)


def ask(job: Job, token: str, *, host: str = "localhost") -> Any:
    return Client(HTTP_HOST=host).get(f"/api/v1/jobs/{job.id}", HTTP_AUTHORIZATION=f"Bearer {token}")


def error(sentence: str, code: int) -> tuple[int, dict[str, Any]]:
    return code, {"success": False, "data": None, "error": sentence, "code": code}


def said(answer: Any) -> tuple[int, Any]:
    return answer.status_code, answer.json()


def test_a_token_is_good_here(world: Any, job: Job) -> None:
    answer = login()
    assert (answer.status_code, set(answer.json())) == (200, {"access", "refresh"})
    assert AccessToken(answer.json()["access"])[TENANT_CLAIM] == str(world.tenant.id)
    found = ask(job, answer.json()["access"])
    assert (found.status_code, found.json()["id"], found.json()["status"]) == (200, str(job.id), "completed")


def test_a_job_as_programs_see_it(job: Job) -> None:
    told = ask(job, login().json()["access"]).json()
    assert {**told, "created_at": "", "finished_at": ""} == {
        "id": str(job.id), "run": str(job.run_id), "kind": "text", "model": "demo-storyteller", "asked_model": None,
        "status": "completed",
        "progress": 100, "attempt": 1, "cost_micros": 0, "message": None, "created_at": "", "finished_at": "",
        "scene": str(job.subject_id), "part": "text",
    }  # fmt: skip


def test_whose_jobs_are_seen(world: Any, job: Job) -> None:
    tokens = {name: login(f"{name}@example.com").json()["access"] for name in ("reader", "author", "staff", "operator")}
    told = {name: ask(job, token).status_code for name, token in tokens.items()}
    assert told == {"reader": 200, "author": 404, "staff": 200, "operator": 200}
    assert said(ask(Job(id=uuid.uuid4()), tokens["staff"])) == error("There is no such job.", 404)


class TestATokenIsRefused:
    def test_at_the_other_tenants_host(self, world: Any, job: Job) -> None:
        """Also where the user is a member there: a token is for the tenant that gave it."""
        with scope(world.harbour):
            Membership.objects.create(user=world.user("reader"))
        token = login().json()["access"]
        sentence = "This token belongs to another address. Sign in here for one of its own."
        assert said(ask(job, token, host="harbour.localhost")) == error(sentence, 401)
        there = login(host="harbour.localhost").json()["access"]
        assert said(ask(job, there)) == error(sentence, 401)
        assert (
            ask(job, there, host="harbour.localhost").status_code == 404
        )  # the control: good there, where no such job is

    def test_of_one_who_is_no_member_any_more(self, world: Any, job: Job) -> None:
        token = login().json()["access"]
        with scope(world.tenant):
            Membership.objects.filter(user=world.user("reader")).delete()
        assert said(ask(job, token)) == error("This token's user is no longer a member here.", 401)

    def test_of_one_who_was_deactivated(self, world: Any, job: Job) -> None:
        token = login().json()["access"]
        User.objects.filter(email="reader@example.com").update(is_active=False)
        assert said(ask(job, token)) == error("This token is not valid or has run out. Sign in again.", 401)

    def test_that_was_not_made_here_or_has_run_out(self, world: Any, job: Job) -> None:
        answer = login().json()
        old = AccessToken.for_user(world.user("reader"))
        old[TENANT_CLAIM] = str(world.tenant.id)
        old.set_exp(lifetime=datetime.timedelta(seconds=-1))
        head, body, _ = answer["access"].split(".")
        bare = AccessToken.for_user(world.user("reader"))  # names no tenant
        tokens = {
            "old": str(old), "forged": f"{head}.{body}.AAAA", "refresh": answer["refresh"], "nonsense": "x", "bare": str(bare),
        }  # fmt: skip
        told = {name: ask(job, token).status_code for name, token in tokens.items()}
        assert told == dict.fromkeys(tokens, 401)


class TestSigningIn:
    def test_every_refusal_has_the_same_words(self, world: Any) -> None:
        User.objects.filter(email="author@example.com").update(is_active=False)
        told = {
            "wrong password": said(login(password="wrong")),
            "nobody": said(login("nobody@example.com")),
            "another tenant's": said(login("harbour-owner@example.com")),
            "ours at another tenant": said(login(host="harbour.localhost")),
            "deactivated": said(login("author@example.com")),
        }
        assert told == dict.fromkeys(told, error(WRONG, 401))

    def test_what_is_missing_is_named(self, world: Any) -> None:
        browser = Client(HTTP_HOST="localhost")
        cases: list[tuple[dict[str, str], str]] = [
            ({}, "email: This field is required."),
            ({"email": "x", "password": "y"}, "email: Enter a valid email address."),
            ({"email": "reader@example.com"}, "password: This field is required."),
            ({"email": "reader@example.com", "password": ""}, "password: This field may not be blank."),
            ({"email": "reader@example.com", "password": "a\x00"}, "password: Null characters are not allowed."),
        ]
        for given, sentence in cases:
            answer = browser.post("/auth/login", given, content_type="application/json")
            assert said(answer) == error(sentence, 400)

    def test_what_is_no_json_and_other_methods(self, world: Any) -> None:
        browser = Client(HTTP_HOST="localhost")
        broken = browser.post("/auth/login", "{", content_type="application/json")
        assert (broken.status_code, broken.json()["code"]) == (400, 400)
        assert said(browser.post("/auth/login", "x", content_type="text/plain")) == error(
            'Unsupported media type "text/plain" in request.', 415
        )
        assert said(browser.get("/auth/login")) == error('Method "GET" not allowed.', 405)
