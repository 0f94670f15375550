"""Who stands behind a bearer, what that costs, and what an API key may do."""

from __future__ import annotations

import datetime
from typing import Any

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from rest_framework.response import Response
from rest_framework.views import APIView
from rest_framework_simplejwt.tokens import AccessToken

from accounts import api_keys, bearers, tokens
from accounts.access import Actor, Door, admits
from accounts.bearers import BadBearer, Bearer, known
from accounts.models import ApiKey, Membership, Role, Tenant, User
from accounts.scopes import ALL, Scope
from accounts.tenancy import scope
from generation.models import Job
from tests.accounts.test_api import ask, error, said
from tests.stories import worker

pytestmark = pytest.mark.django_db


@pytest.fixture
def job(world: Any) -> Job:
    with scope(world.tenant):
        scene = worker.opened(world.user("author"), world.kids)
        assert scene.job is not None
        return scene.job


def key_of(world: Any, name: str = "author", *scopes: Scope, tenant: Tenant | None = None) -> tuple[ApiKey, str]:
    with scope(tenant or world.tenant):
        membership = Membership.objects.get(user=world.user(name))
        return api_keys.issue(membership=membership, name="Nightly covers", scopes=scopes or list(Scope))


def access_of(user: User, tenant: Tenant) -> str:
    return tokens.begin(user, tenant)["access"]


def refused(text: str, tenant: Tenant) -> str:
    with pytest.raises(BadBearer) as bad:
        known(text, tenant)
    return str(bad.value)


class TestWho:
    def test_an_access_token_has_all_scopes(self, world: Any) -> None:
        author = world.user("author")
        found = known(access_of(author, world.tenant), world.tenant)
        assert found == Bearer(author, Actor(world.tenant.id, author.id, Role.AUTHOR), ALL, None)

    def test_an_operator_needs_no_membership(self, world: Any) -> None:
        operator = world.user("operator")
        found = known(access_of(operator, world.tenant), world.tenant)
        assert found.actor == Actor(world.tenant.id, operator.id, None, is_operator=True)

    def test_a_key_has_its_own(self, world: Any) -> None:
        key, text = key_of(world, "author", Scope.READ, Scope.PLAY)
        author = world.user("author")
        found = known(text, world.tenant)
        assert (found.user, found.actor) == (author, Actor(world.tenant.id, author.id, Role.AUTHOR))
        assert (found.scopes, found.key, found.key_id) == ({Scope.READ, Scope.PLAY}, key, key.id)

    def test_a_scope_that_is_gone_is_none(self, world: Any) -> None:
        key, text = key_of(world)
        with scope(world.tenant):
            ApiKey.objects.filter(id=key.id).update(scopes=["read", "fly"])
        assert known(text, world.tenant).scopes == {Scope.READ}

    def test_the_role_is_the_one_of_now(self, world: Any) -> None:
        _, text = key_of(world)
        with scope(world.tenant):
            Membership.objects.filter(user=world.user("author")).update(role=Role.READER)
        assert known(text, world.tenant).actor.role is Role.READER


class TestRefusedKeys:
    def test_unknown_and_malformed(self, world: Any) -> None:
        key, text = key_of(world)
        other, _ = key_of(world)
        secret = text.rsplit("_", 1)[1]
        wrong = [
            text[:-1], text + "a", text[:-1] + ("a" if text[-1] != "a" else "b"), f"fw_{other.prefix}_{secret}", "fw_",
            "fw__", f"fw_{key.prefix}_", f"fw_{key.prefix}_{key.digest}", "fw_\x00_\x00", text.upper(), text + "\n",
        ]  # fmt: skip
        asked = [text for text in wrong if text.startswith("fw_")]
        assert {refused(text, world.tenant) for text in asked} == {bearers.NO_KEY}
        assert {refused(text, world.tenant) for text in set(wrong) - set(asked)} == {tokens.INVALID}
        assert known(text, world.tenant).key == key  # the control

    def test_revoked(self, world: Any) -> None:
        key, text = key_of(world)
        with scope(world.tenant):
            assert (api_keys.revoke(key), api_keys.revoke(key)) == (True, False)
        assert refused(text, world.tenant) == bearers.REVOKED

    def test_another_tenants(self, world: Any) -> None:
        """Also of somebody who is a member at both."""
        with scope(world.harbour):
            Membership.objects.create(user=world.user("author"), role=Role.AUTHOR)
        _, here = key_of(world)
        _, there = key_of(world, tenant=world.harbour)
        assert (refused(here, world.harbour), refused(there, world.tenant)) == (bearers.NO_KEY, bearers.NO_KEY)
        assert (known(here, world.tenant).user, known(there, world.harbour).user) == (world.user("author"),) * 2

    def test_of_one_who_cannot_sign_in(self, world: Any) -> None:
        _, text = key_of(world)
        User.objects.filter(email="author@example.com").update(is_active=False)
        assert refused(text, world.tenant) == bearers.KEY_OF_NOBODY

    def test_goes_with_the_membership(self, world: Any) -> None:
        _, text = key_of(world)
        with scope(world.tenant):
            Membership.objects.filter(user=world.user("author")).delete()
            assert ApiKey.objects.count() == 0
        assert refused(text, world.tenant) == bearers.NO_KEY

    def test_outlives_a_changed_password(self, world: Any) -> None:
        """It is no password, and is revoked by itself."""
        _, text = key_of(world)
        author = world.user("author")
        author.set_password("a lantern in fog")
        author.save()
        assert known(text, world.tenant).user == author


class TestWhatItCosts:
    def test_one_query_for_a_token_and_one_for_a_key(self, world: Any, django_assert_num_queries: Any) -> None:
        token, (_, key) = access_of(world.user("author"), world.tenant), key_of(world)
        operators = access_of(world.user("operator"), world.tenant)
        known(key, world.tenant)  # writes down that it was used
        for text, queries in ((token, 1), (key, 1), (operators, 2)):
            with django_assert_num_queries(queries):
                known(text, world.tenant)

    def test_three_queries_for_a_status_in_all(self, world: Any, job: Job) -> None:
        told = {}
        for name, text in {"token": access_of(world.user("author"), world.tenant), "key": key_of(world)[1]}.items():
            ask(job, text)
            with CaptureQueriesContext(connection) as queries:
                assert ask(job, text).status_code == 200
            told[name] = len(queries)
        # Who asks, the job, and whether staff hid what it belongs to.
        assert told == {"token": 3, "key": 3}

    def test_the_session_is_not_read(self, world: Any, job: Job, client_for: Any) -> None:
        """Not even one that a browser sends along; the bearer decides who asks."""
        browser = client_for("reader")
        browser.get(f"/api/v1/jobs/{job.id}")
        with CaptureQueriesContext(connection) as queries:
            answer = browser.get(f"/api/v1/jobs/{job.id}", HTTP_AUTHORIZATION=f"Bearer {key_of(world)[1]}")
        assert answer.status_code == 200
        assert [query["sql"] for query in queries if "django_session" in query["sql"]] == []
        assert browser.get(f"/api/v1/jobs/{job.id}").status_code == 404  # the control: the reader sees no such job

    def test_a_use_is_written_down_once_an_hour(self, world: Any, django_assert_num_queries: Any) -> None:
        key, text = key_of(world)
        for queries, ago in ((2, None), (1, None), (1, 59), (2, 61), (1, None)):
            if ago is not None:
                then = timezone.now() - datetime.timedelta(minutes=ago)
                with scope(world.tenant):
                    ApiKey.objects.filter(id=key.id).update(last_used_at=then)
            with django_assert_num_queries(queries):
                known(text, world.tenant)
        with scope(world.tenant):
            used = ApiKey.objects.get(id=key.id).last_used_at
        assert used is not None and timezone.now() - used < datetime.timedelta(minutes=1)


class TestTheHeader:
    def test_how_it_is_written(self, world: Any, job: Job, client_for: Any) -> None:
        _, text = key_of(world)
        malformed = error("Send the token as “Authorization: Bearer”, a space, and the token alone.", 401)
        nobody = error("Sign in first.", 401)
        cases: dict[str, Any] = {
            f"Bearer {text}": 200, f"bearer {text}": 200, f"BEARER   {text} ": 200,
            "Bearer": malformed, "Bearer ": malformed, f"Bearer {text} x": malformed,
            f"Bearer x{text}": INVALID, text: nobody, f"Basic {text}": nobody, "": nobody, "Bearer \xe9": INVALID,
        }  # fmt: skip
        for header, expected in cases.items():
            answer = client_for().get(f"/api/v1/jobs/{job.id}", HTTP_AUTHORIZATION=header)
            assert (answer.status_code if expected == 200 else said(answer)) == expected, header
            if expected != 200:
                assert answer["WWW-Authenticate"] == 'Bearer realm="api"'

    def test_a_key_is_refused_with_a_sentence(self, world: Any, job: Job) -> None:
        key, text = key_of(world)
        assert said(ask(job, text, host="harbour.localhost")) == error(bearers.NO_KEY, 401)
        with scope(world.tenant):
            api_keys.revoke(key)
        assert said(ask(job, text)) == error(bearers.REVOKED, 401)


INVALID = error(tokens.INVALID, 401)


@admits(Door.MEMBER)
class Plain(APIView):
    def get(self, request: Any) -> Response:
        return Response({"by": str(request.user)})

    post = delete = get


@admits(Door.MEMBER)
class Makes(Plain):
    scope = Scope.GENERATE


@admits(Door.AUTHOR)
class ForAuthors(Makes):
    pass


class TestScopes:
    LACKS = "This API key lacks the scope “{}”, which this needs. Make a key that has it, or sign in for a token."
    NEVER = "No API key may do this, whatever its scopes. Sign in for an access token."

    def told(self, world: Any, view: Any, method: str, text: str) -> str:
        request: Any = RequestFactory().generic(method, "/", HTTP_AUTHORIZATION=f"Bearer {text}")
        request.tenant, request.actor = world.tenant, Actor(world.tenant.id)
        with scope(world.tenant):
            answer: HttpResponse | Any = view.as_view()(request)
        if answer.status_code == 200:
            return "yes"
        assert (answer.status_code, answer.data["code"]) == (403, 403)
        return answer.data["error"]

    def test_looking_needs_read_and_changing_what_the_view_says(self, world: Any) -> None:
        table = {
            (Plain, "GET"): ("yes", self.LACKS.format("read"), self.LACKS.format("read")),
            (Plain, "POST"): (self.NEVER,) * 3,
            (Plain, "DELETE"): (self.NEVER,) * 3,
            (Makes, "GET"): ("yes", self.LACKS.format("read"), self.LACKS.format("read")),
            (Makes, "POST"): (self.LACKS.format("generate"), "yes", self.LACKS.format("generate")),
            (Makes, "DELETE"): (self.LACKS.format("generate"), "yes", self.LACKS.format("generate")),
        }
        texts = [key_of(world, "author", only)[1] for only in (Scope.READ, Scope.GENERATE, Scope.PLAY)]
        found = {case: tuple(self.told(world, *case, text) for text in texts) for case in table}
        assert found == table

    def test_a_key_with_all_and_a_token_without_any(self, world: Any) -> None:
        token = access_of(world.user("author"), world.tenant)
        everything = key_of(world)[1]
        cases = [(view, method) for view in (Plain, Makes) for method in ("GET", "POST")]
        assert [self.told(world, *case, token) for case in cases] == ["yes"] * 4
        assert [self.told(world, *case, everything) for case in cases] == ["yes", self.NEVER, "yes", "yes"]

    def test_the_door_is_asked_as_well(self, world: Any) -> None:
        text = key_of(world)[1]
        assert self.told(world, ForAuthors, "POST", text) == "yes"
        with scope(world.tenant):
            Membership.objects.filter(user=world.user("author")).update(role=Role.READER)
        assert self.told(world, ForAuthors, "POST", text).startswith("This is for authors.")


def test_a_token_whose_user_is_no_user_opens_nothing(world: Any) -> None:
    for sub in ("x", "", str(world.tenant.id)):
        token = AccessToken()
        token["sub"], token[tokens.TENANT_CLAIM] = sub, str(world.tenant.id)
        assert refused(str(token), world.tenant) in {tokens.INVALID, tokens.NO_MEMBER}
