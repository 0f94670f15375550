"""A call that is sent again: the same answer, one purchase, and what is not kept."""

from __future__ import annotations

import datetime
import json
import types
import uuid
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse, StreamingHttpResponse
from django.test import Client
from django.urls import path
from django.utils import timezone
from rest_framework.exceptions import NotFound
from rest_framework.response import Response

from accounts import idempotency, tokens
from accounts.access import Barred, Door, admits
from accounts.idempotency import Idempotent, keep_no_answer, nonce_of
from accounts.models import IdempotentCall, Membership
from accounts.tenancy import across_tenants, scope
from tests.accounts.test_api import error, said

pytestmark = pytest.mark.django_db
ANOTHER = "This Idempotency-Key was used for another call. Send a new key with a new call, and the same call with the same key."
UNDER_WAY = "The call with this Idempotency-Key is under way. Ask again in a moment."


class Shop:
    """What the view below bought: by nonce, as real verbs do."""

    def __init__(self) -> None:
        self.runs: list[uuid.UUID] = []
        self.answer: Any = lambda request, number: Response({"number": number}, status=201, headers={"ETag": '"a"'})

    @property
    def bought(self) -> int:
        return len(set(self.runs))


SHOP = Shop()


@admits(Door.MEMBER)
class Buy(Idempotent):
    def get(self, request: Any) -> Response:
        return Response({"runs": len(SHOP.runs)})

    def post(self, request: Any) -> Any:
        nonce = nonce_of(request)
        assert nonce_of(request) == nonce
        SHOP.runs.append(nonce)
        return SHOP.answer(request, len(SHOP.runs))


@admits(Door.PUBLIC)
class ForAnybody(Buy):
    pass


@pytest.fixture(autouse=True)
def shop(settings: Any) -> Shop:
    module = types.ModuleType("shop")
    module.urlpatterns = [  # type: ignore[attr-defined]
        path("buy", Buy.as_view()), path("other", Buy.as_view()), path("anybody", ForAnybody.as_view()),
    ]  # fmt: skip
    settings.ROOT_URLCONF = module
    SHOP.__init__()  # type: ignore[misc]
    return SHOP


class Program:
    """Sends calls as one user."""

    def __init__(self, world: Any, name: str = "author", host: str = "localhost") -> None:
        tenant = world.tenant if host == "localhost" else world.harbour
        self.client = Client(HTTP_HOST=host)
        self.client.defaults["HTTP_AUTHORIZATION"] = f"Bearer {tokens.begin(world.user(name), tenant)['access']}"

    def send(self, key: str | None = "a key", body: Any = None, *, to: str = "/buy", **more: Any) -> Any:
        headers = {} if key is None else {"HTTP_IDEMPOTENCY_KEY": key}
        data = body if isinstance(body, str) else json.dumps({"prompt": "a key"} if body is None else body)
        return self.client.post(to, data, **{"content_type": "application/json", **headers, **more})


@pytest.fixture
def program(world: Any) -> Program:
    return Program(world)


def age(**changes: Any) -> None:
    with across_tenants("a test makes time pass"):
        IdempotentCall.objects.update(**changes)


def calls() -> int:
    with across_tenants("a test counts"):
        return IdempotentCall.objects.count()


class TestTheSameCallAgain:
    def test_is_answered_again_and_done_once(self, program: Program, shop: Shop) -> None:
        first, second, third = (program.send() for _ in range(3))
        assert said(first) == said(second) == said(third) == (201, {"number": 1})
        told = [
            (answer.get("Idempotent-Replayed"), answer["ETag"], answer["Content-Type"]) for answer in (first, second)
        ]
        assert told == [(None, '"a"', "application/json"), ("true", '"a"', "application/json")]
        assert len(shop.runs) == 1

    def test_without_the_header_each_is_its_own(self, program: Program, shop: Shop) -> None:
        assert [said(program.send(None)) for _ in range(2)] == [(201, {"number": 1}), (201, {"number": 2})]
        assert (shop.bought, calls()) == (2, 0)

    def test_how_the_body_is_written_does_not_matter(self, program: Program, shop: Shop) -> None:
        for body in ('{"a": 1, "b": [1, {"c": 2, "d": 3}]}', ' {"b":[1,{"d":3,"c":2}],"a":1}\n'):
            assert said(program.send(body=body)) == (201, {"number": 1})

    def test_another_call_with_the_same_key_is_refused(self, program: Program, shop: Shop) -> None:
        program.send()
        others = [
            program.send(body={"prompt": "another"}), program.send(body=[]), program.send(to="/other"),
            program.send(to="/buy?fast=1"), program.send(body="prompt=a+key", content_type="application/x-www-form-urlencoded"),
        ]  # fmt: skip
        assert [said(answer) for answer in others] == [error(ANOTHER, 409)] * 5
        assert len(shop.runs) == 1
        assert said(program.send("another key", body={"prompt": "another"})) == (201, {"number": 2})

    def test_a_key_is_of_one_user_at_one_tenant(self, world: Any, program: Program, shop: Shop) -> None:
        with scope(world.harbour):
            Membership.objects.create(user=world.user("author"))
        others = [Program(world, "reader"), Program(world, "author", "harbour.localhost")]
        answers = [asker.send(body={"prompt": number}) for number, asker in enumerate([program, *others])]
        assert [said(answer) for answer in answers] == [(201, {"number": number}) for number in (1, 2, 3)]
        assert (shop.bought, calls()) == (3, 3)

    def test_files_count_by_what_is_in_them(self, program: Program, shop: Shop) -> None:
        def send(content: bytes, name: str = "a.png", **fields: str) -> Any:
            given = {"picture": SimpleUploadedFile(name, content, "image/png"), "prompt": "x", **fields}
            return program.client.post("/buy", given, HTTP_IDEMPOTENCY_KEY="k")

        def read(request: Any, number: int) -> Response:
            return Response({"number": number, "size": len(request.data["picture"].read())})

        shop.answer = read  # the file is still whole when the view reads it
        big = b"x" * 3_000_000
        assert said(send(big)) == said(send(big)) == (200, {"number": 1, "size": 3_000_000})
        told = [said(send(big[:-1] + b"y")), said(send(big, "b.png")), said(send(big, prompt="y"))]
        assert told == [error(ANOTHER, 409)] * 3

    def test_looking_needs_no_key(self, program: Program, shop: Shop) -> None:
        answers = [program.client.get("/buy", HTTP_IDEMPOTENCY_KEY=key) for key in ("k", "k", "")]
        assert ([answer.status_code for answer in answers], calls()) == ([200] * 3, 0)

    def test_a_method_that_there_is_not_uses_no_key_up(self, program: Program) -> None:
        assert program.client.delete("/buy", HTTP_IDEMPOTENCY_KEY="k").status_code == 405
        assert (calls(), program.send("k").status_code) == (0, 201)


class TestTheKey:
    def test_what_it_may_be(self, program: Program) -> None:
        sentence = "Idempotency-Key: Send 1 to 200 printable ASCII characters, or leave the header out."
        for key in ("", "x" * 201, "a\tb", "a\x00", "ключ", "é", "a\n"):
            assert said(program.send(key)) == error(sentence, 400), key
        for key in ("x", "x" * 200, "a key ~!", str(uuid.uuid4())):
            assert program.send(key).status_code == 201

    def test_is_for_those_who_are_signed_in(self, world: Any, shop: Shop) -> None:
        stranger = Client(HTTP_HOST="localhost")
        sentence = "Idempotency-Key: It counts for those who are signed in. Sign in, or leave it out."
        assert said(stranger.post("/anybody", {}, HTTP_IDEMPOTENCY_KEY="k")) == error(sentence, 400)
        assert stranger.post("/buy", {}, HTTP_IDEMPOTENCY_KEY="k").status_code == 401
        assert stranger.post("/anybody", {}).status_code == 201
        assert (len(shop.runs), calls()) == (1, 0)

    def test_a_body_that_cannot_be_read_uses_no_key_up(self, program: Program) -> None:
        assert [program.send(body="{").status_code, program.send(content_type="text/plain").status_code] == [400, 415]
        assert (calls(), program.send().status_code) == (0, 201)


class TestWhatIsKept:
    @pytest.mark.parametrize("status", [200, 202, 303, 400, 404, 409, 422])
    def test_answers_and_the_callers_mistakes(self, status: int, program: Program, shop: Shop) -> None:
        shop.answer = lambda request, number: Response({"number": number}, status=status)
        assert [said(program.send()) for _ in range(2)] == [(status, {"number": 1})] * 2

    def test_a_raised_error_too(self, program: Program, shop: Shop) -> None:
        def refuse(request: Any, number: int) -> Any:
            raise NotFound(f"There is no such model, said for the time {number}.")

        shop.answer = refuse
        answers = [said(program.send()) for _ in range(2)]
        assert answers == [error("There is no such model, said for the time 1.", 404)] * 2

    def test_an_empty_answer(self, program: Program, shop: Shop) -> None:
        shop.answer = lambda request, number: Response(status=204)
        assert [(a.status_code, a.content, a.get("Idempotent-Replayed")) for a in (program.send(), program.send())] == [
            (204, b"", None), (204, b"", "true"),
        ]  # fmt: skip
        assert len(shop.runs) == 1

    def test_chosen_headers_only(self, program: Program, shop: Shop) -> None:
        def answer(request: Any, number: int) -> Any:
            made = Response({}, headers={"Location": "/x", "X-Request": str(number)})
            made.set_cookie("who", "secret")
            return made

        shop.answer = answer
        program.send()
        again = program.send()
        assert (again["Location"], "X-Request" in again, len(again.cookies)) == ("/x", False, 0)

    @pytest.mark.parametrize("status", [500, 502, 503, 401, 403, 429])
    def test_not_what_may_be_better_next_time(self, status: int, program: Program, shop: Shop) -> None:
        shop.answer = lambda request, number: Response({"number": number}, status=status if number == 1 else 200)
        told = [(answer.status_code, answer.json()["number"]) for answer in (program.send() for _ in range(3))]
        assert told == [(status, 1), (200, 2), (200, 2)]
        assert shop.bought == 1  # the same nonce, so the verb buys nothing twice

    def test_not_what_broke(self, program: Program, shop: Shop) -> None:
        def crash(request: Any, number: int) -> Any:
            if number == 1:
                raise RuntimeError("the database was away")
            if number == 2:
                raise Barred("This is for authors.")
            return Response({"number": number})

        shop.answer = crash
        assert [program.send().status_code for _ in range(4)] == [500, 403, 200, 200]
        assert (len(shop.runs), shop.bought) == (3, 1)

    def test_after_that_the_key_may_stand_for_another_call(self, program: Program, shop: Shop) -> None:
        shop.answer = lambda request, number: Response({"number": number}, status=503 if number == 1 else 200)
        assert program.send(body={"a": 1}).status_code == 503
        assert said(program.send(body={"a": 2})) == (200, {"number": 2})
        assert said(program.send(body={"a": 1})) == error(ANOTHER, 409)
        assert shop.bought == 2  # what the first may have bought is not sold as the second

    def test_what_cannot_be_rendered_is_free_again(self, program: Program, shop: Shop) -> None:
        shop.answer = lambda request, number: Response({"number": object() if number == 1 else number})
        with pytest.raises(TypeError):
            program.send()
        assert said(program.send()) == (200, {"number": 2})

    ANSWERS: dict[str, Any] = {
        "stream": lambda request, number: StreamingHttpResponse(iter([b"a", b"b"]), content_type="text/event-stream"),
        "binary": lambda request, number: HttpResponse(b"\x89PNG", content_type="image/png"),
        "large": lambda request, number: Response({"data": "x" * (idempotency.BODY_MAX + 1)}),
        "promised to be gone": lambda request, number: keep_no_answer(request) or Response({"data": "private"}),
    }

    @pytest.mark.parametrize("what", ANSWERS)
    def test_streams_binaries_and_large_ones_are_made_again_with_the_same_nonce(
        self, what: str, program: Program, shop: Shop
    ) -> None:
        shop.answer = self.ANSWERS[what]
        answers = [program.send() for _ in range(2)]
        assert [answer.status_code for answer in answers] == [200, 200]
        assert [answer.get("Idempotent-Replayed") for answer in answers] == [None, None]
        assert (len(shop.runs), shop.bought) == (2, 1)
        assert said(program.send(body={"other": 1})) == error(ANOTHER, 409)
        with across_tenants("a test looks"):
            kept = IdempotentCall.objects.get()
        assert (bytes(kept.body), kept.status, kept.headers) == (b"", None, {})

    def test_the_largest_that_is_kept(self, program: Program, shop: Shop) -> None:
        text = "x" * (idempotency.BODY_MAX - len('{"data":""}'))
        shop.answer = lambda request, number: Response({"data": text})
        assert (program.send().json(), program.send().json(), len(shop.runs)) == ({"data": text}, {"data": text}, 1)


class TestUnderWay:
    def test_a_second_one_waits(self, program: Program, shop: Shop) -> None:
        inner: list[Any] = []

        def meanwhile(request: Any, number: int) -> Response:
            if not inner:
                inner.extend([program.send(), program.send(body={"other": 1})])
            return Response({"number": number})

        shop.answer = meanwhile
        assert said(program.send()) == (200, {"number": 1})
        assert [said(answer) for answer in inner] == [error(UNDER_WAY, 409), error(ANOTHER, 409)]
        assert [answer.get("Retry-After") for answer in inner] == ["1", None]
        assert (said(program.send()), len(shop.runs)) == ((200, {"number": 1}), 1)

    def test_one_that_died_is_taken_over(self, program: Program, shop: Shop) -> None:
        """Its process was killed, so nobody wrote down what came of it."""

        def die(request: Any, number: int) -> Response:
            if number == 1:
                raise SystemExit
            return Response({"number": number})

        shop.answer = die
        with pytest.raises(SystemExit):
            program.send()
        assert said(program.send()) == error(UNDER_WAY, 409)
        with across_tenants("a test looks"):
            lease = IdempotentCall.objects.get().leased_until
        assert lease is not None and 100 < (lease - timezone.now()).total_seconds() <= 120
        age(leased_until=timezone.now() - datetime.timedelta(seconds=1))
        assert said(program.send(body={"other": 1})) == error(ANOTHER, 409)
        assert said(program.send()) == said(program.send()) == (200, {"number": 2})
        assert (len(shop.runs), shop.bought) == (2, 1)

    def test_one_that_was_taken_over_writes_nothing_any_more(self, program: Program, shop: Shop) -> None:
        """It was slow, not dead. The one who took over has the last word."""

        def slow(request: Any, number: int) -> Response:
            if number == 1:
                age(leased_until=timezone.now() - datetime.timedelta(seconds=1))
                assert said(program.send()) == (200, {"number": 2})
            return Response({"number": number}, status=200 if number == 2 else 503)

        shop.answer = slow
        assert said(program.send()) == (503, {"number": 1})
        assert (said(program.send()), shop.bought) == ((200, {"number": 2}), 1)


class TestOneDay:
    def test_after_it_a_key_is_new(self, program: Program, shop: Shop) -> None:
        program.send()
        age(created_at=timezone.now() - idempotency.KEPT_FOR + datetime.timedelta(minutes=1))
        assert said(program.send()) == (201, {"number": 1})
        age(created_at=timezone.now() - idempotency.KEPT_FOR)
        assert said(program.send(body={"other": 1})) == (201, {"number": 2})
        assert (calls(), shop.bought) == (1, 2)

    def test_what_is_old_is_deleted_of_all_tenants(self, world: Any, program: Program, shop: Shop) -> None:
        """And what is new, or under way, stays."""
        there = Program(world, "harbour-owner", "harbour.localhost")
        for asker, key in ((program, "old"), (program, "slow"), (there, "old"), (there, "new")):
            asker.send(key)
        day = timezone.now() - idempotency.KEPT_FOR
        with across_tenants("a test makes time pass"):
            IdempotentCall.objects.exclude(key="new").update(created_at=day)
            IdempotentCall.objects.filter(key="slow").update(
                leased_until=timezone.now() + datetime.timedelta(minutes=1)
            )
        assert (idempotency.forget_old(), idempotency.forget_old()) == (2, 0)
        with across_tenants("a test looks"):
            assert set(IdempotentCall.objects.values_list("key", flat=True)) == {"slow", "new"}


def test_whoever_may_not_come_in_hears_no_answer_of_before(world: Any, program: Program) -> None:
    program.send()
    with scope(world.tenant):
        Membership.objects.filter(user=world.user("author")).delete()
    assert said(program.send()) == error(tokens.NO_MEMBER, 401)
