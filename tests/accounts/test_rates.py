"""Rates: exact headers, windows with edges, nobody's count but one's own, and no more at once than the quota."""

from __future__ import annotations

import json
import threading
import uuid
import zlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.core.cache import cache
from django.test import Client

from accounts import api_keys, rates, tokens
from accounts.models import Membership, Role
from accounts.rates import Asker, Meter, TooOften
from accounts.scopes import Scope
from accounts.tenancy import scope
from config import rates as written
from stories.models import Story

THREADS = 16
FORM = {"prompt": "A brass key", "length": "short", "art_style": "watercolour"}


def into(seconds: int, subject: str, still: Any, *, window: int = 60) -> None:
    """Set the clock to so many seconds after the subject's window began."""
    still.now = 1_800_000_000 // window * window - zlib.crc32(subject.encode()) % window + window + seconds + 0.5


def person(world: Any, name: str, tenant: Any = None) -> str:
    return f"{(tenant or world.tenant).id.hex}:{world.user(name).id.hex}"


def told(answer: Any) -> tuple[Any, ...]:
    return (answer.status_code, *(answer.get(name) for name in ("RateLimit-Policy", "RateLimit", "Retry-After")))


@pytest.fixture
def token(world: Any) -> Callable[..., Client]:
    """A program with an access token."""

    def make(name: str, tenant: Any = None, host: str = "localhost") -> Client:
        access = tokens.begin(world.user(name), tenant or world.tenant)["access"]
        return Client(HTTP_HOST=host, HTTP_AUTHORIZATION=f"Bearer {access}")

    return make


@pytest.fixture
def with_key(world: Any) -> Callable[..., Client]:
    """A program with an API key of its own."""

    def make(name: str) -> Client:
        with scope(world.tenant):
            member = Membership.objects.get(user=world.user(name))
            text = api_keys.issue(membership=member, name=uuid.uuid4().hex[:8], scopes=list(Scope))[1]
        return Client(HTTP_HOST="localhost", HTTP_AUTHORIZATION=f"Bearer {text}")

    return make


@pytest.mark.django_db
class TestHeaders:
    def test_on_every_answer_and_on_the_one_too_many(self, world: Any, token: Any, settings: Any, still: Any) -> None:
        settings.RATES = {**settings.RATES, "read": {"person": (2, 60), "tenant": (100, 60)}}
        into(18, person(world, "author"), still)
        program, policy = token("author"), '"read-person";q=2;w=60'
        assert [told(program.get(path)) for path in ("/api/v1/jobs", f"/api/v1/jobs/{uuid.uuid4()}")] == [
            (200, policy, '"read-person";r=1;t=42', None),
            (404, policy, '"read-person";r=0;t=42', None),
        ]
        refused = program.get("/api/v1/jobs")
        assert told(refused) == (429, policy, '"read-person";r=0;t=42', "42")
        sentence = "That was too often: 2 a minute is the most for one person. Go on in 42 seconds."
        assert refused.json() == {"success": False, "data": None, "error": sentence, "code": 429}

    def test_the_tightest_is_told(self, world: Any, with_key: Any, settings: Any, still: Any) -> None:
        program = with_key("author")
        names = {}
        for tight in ("key", "person", "tenant"):
            quotas = dict.fromkeys(("key", "person", "tenant"), (50, 60)) | {tight: (7, 60)}
            settings.RATES = {**settings.RATES, "read": quotas}
            cache.clear()
            names[tight] = program.get("/api/v1/jobs")["RateLimit"].partition(";t=")[0]
        assert names == {tight: f'"read-{tight}";r=6' for tight in names}

    def test_in_the_form_of_openai(self, world: Any, with_key: Any, settings: Any, still: Any) -> None:
        settings.RATES = {**settings.RATES, "generate": {"person": (1, 60)}}
        into(59, person(world, "author"), still)
        program = with_key("author")
        sent = {"data": json.dumps({"prompt": ""}), "content_type": "application/json"}
        first, second = (program.post("/v1/images/generations", **sent) for _ in range(2))
        policy = '"generate-person";q=1;w=60'
        assert told(first) == (400, policy, '"generate-person";r=0;t=1', None)
        assert told(second) == (429, policy, '"generate-person";r=0;t=1', "1")
        assert second.json() == {
            "error": {
                "message": "That was too often: 1 a minute is the most for one person. Go on in 1 second.",
                "type": "rate_limit_error", "param": None, "code": "rate_limit_exceeded",
            }
        }  # fmt: skip

    def test_on_a_page(self, world: Any, client_for: Any, settings: Any, still: Any) -> None:
        """A stranger's, who has no name yet, by the address; and nothing is begun."""
        settings.RATES = {**settings.RATES, "play": {"address": (1, 60)}}
        into(18, "127.0.0.1", still)
        browser, form = client_for(), {**FORM, "nonce": str(uuid.uuid4())}
        home = {"HTTP_REFERER": "http://localhost/kids/"}
        assert told(browser.get("/kids/"))[1:] == (None, None, None)
        begun = browser.post("/kids/story/start", form)
        assert told(begun) == (303, '"play-address";q=1;w=60', '"play-address";r=0;t=42', None)
        refused = browser.post("/kids/story/start", {**form, "nonce": str(uuid.uuid4())}, **home)
        assert told(refused) == (429, '"play-address";q=1;w=60', '"play-address";r=0;t=42', "42")
        page = refused.content.decode()
        assert "1 a minute is the most for one network address. Go on in 42 seconds." in page
        assert 'href="http://localhost/kids/"' in page
        elsewhere = browser.post("/kids/story/start", form, HTTP_REFERER="http://evil.example/kids/")
        assert (elsewhere.status_code, "evil.example" in elsewhere.content.decode()) == (429, False)
        with scope(world.tenant):
            assert Story.objects.count() == 1


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (1, "1 second"),
        (42, "42 seconds"),
        (119, "119 seconds"),
        (120, "2 minutes"),
        (121, "3 minutes"),
        (7200, "2 hours"),
    ],
)
def test_a_wait_in_words(seconds: int, words: str) -> None:
    refused = TooOften(rates.Verdict("play", "person", 5, 86400, 6, seconds))
    assert str(refused.detail) == f"That was too often: 5 a day is the most for one person. Go on in {words}."
    assert refused.wait == seconds


@pytest.mark.django_db
class TestWindows:
    def test_an_edge(self, world: Any, token: Any, settings: Any, still: Any) -> None:
        settings.RATES = {**settings.RATES, "read": {"person": (1, 60)}}
        program, seen = token("author"), []
        for second in (0, 59, 60, 119, 120):
            into(second, person(world, "author"), still)
            seen.append(told(program.get("/api/v1/jobs"))[0::2])
        assert seen == [
            (200, '"read-person";r=0;t=60'), (429, '"read-person";r=0;t=1'),
            (200, '"read-person";r=0;t=60'), (429, '"read-person";r=0;t=1'),
            (200, '"read-person";r=0;t=60'),
        ]  # fmt: skip

    def test_what_it_said_is_so(self, world: Any, token: Any, settings: Any, still: Any) -> None:
        """Whoever waits as long as `Retry-After` says comes in, and a second less is too early."""
        settings.RATES = {**settings.RATES, "read": {"person": (1, 60)}}
        into(33, person(world, "author"), still)
        program = token("author")
        program.get("/api/v1/jobs")
        wait = int(program.get("/api/v1/jobs")["Retry-After"])
        came, at = [], still.now
        for seconds in (wait - 1, wait):
            still.now = at + seconds
            came.append(program.get("/api/v1/jobs").status_code)
        assert (wait, came) == (27, [429, 200])


@pytest.mark.django_db
class TestIsolation:
    def test_nobody_elses(
        self, world: Any, token: Any, with_key: Any, client_for: Any, settings: Any, still: Any
    ) -> None:
        """One key is used up; the same person's other key is not, nor another person, nor the same person elsewhere."""
        settings.RATES = {**settings.RATES, "read": {"key": (2, 60), "person": (5, 60), "tenant": (100, 60)}}
        with scope(world.harbour):
            Membership.objects.create(user=world.user("author"), role=Role.AUTHOR)
        first, second, other = with_key("author"), with_key("author"), with_key("staff")
        elsewhere = token("author", world.harbour, "harbour.localhost")

        def ask(program: Client) -> int:
            return program.get("/api/v1/jobs").status_code

        assert [ask(first) for _ in range(50)] == [200] * 2 + [429] * 48
        # What was refused took nothing of the person's, and nothing of the library's.
        assert [ask(second) for _ in range(3)] == [200, 200, 429]
        assert [ask(other) for _ in range(2)] == [200, 200]
        browser = client_for("author")
        assert [ask(browser) for _ in range(2)] == [200, 429]  # the fifth of the person's, and one too many
        assert [ask(elsewhere) for _ in range(5)] == [200] * 5

    def test_a_librarys_own(self, world: Any, token: Any, settings: Any, still: Any) -> None:
        settings.RATES = {**settings.RATES, "read": {"tenant": (2, 60)}}
        here, there = token("author"), token("harbour-owner", world.harbour, "harbour.localhost")
        assert [here.get("/api/v1/jobs").status_code for _ in range(3)] == [200, 200, 429]
        assert token("reader").get("/api/v1/jobs").status_code == 429
        assert there.get("/api/v1/jobs").status_code == 200

    def test_policies_count_apart(self, world: Any, token: Any, settings: Any, still: Any) -> None:
        settings.RATES = {**settings.RATES, "generate": {"person": (1, 60)}}
        program = token("author")
        posts = [program.post("/generate/image", {}, content_type="application/json").status_code for _ in range(2)]
        assert (posts, program.get("/api/v1/jobs").status_code) == ([400, 429], 200)


@pytest.mark.django_db
def test_nobody_is_signed_out(world: Any, token: Any, client_for: Any, settings: Any, still: Any) -> None:
    settings.RATES = {**settings.RATES, "read": {"person": (1, 60)}, "play": {"person": (0, 60)}}
    into(10, person(world, "reader"), still)
    browser, program = client_for("reader"), token("reader")
    session = browser.session.session_key
    assert [one.get("/api/v1/jobs").status_code for one in (browser, program)] == [200, 429]
    refused = browser.post("/kids/story/start", {**FORM, "nonce": str(uuid.uuid4())})
    assert (refused.status_code, refused.cookies.get(django_settings.SESSION_COOKIE_NAME)) == (429, None)
    assert browser.get("/kids/").context["actor"].user_id == world.user("reader").id
    still.now += 60
    assert program.get("/api/v1/jobs").status_code == 200
    still.now += 60
    assert (browser.get("/api/v1/jobs").status_code, browser.session.session_key) == (200, session)


@pytest.mark.django_db
def test_a_refused_call_keeps_its_idempotency_key(world: Any, token: Any, settings: Any, still: Any) -> None:
    settings.RATES = {**settings.RATES, "play": {"person": (1, 60)}}
    into(0, person(world, "reader"), still)
    program = token("reader")

    def begin(key: str) -> Any:
        sent = json.dumps({"tier": "kids", "prompt": "A brass key", "length": "short"})
        return program.post("/api/v1/stories", sent, content_type="application/json", headers={"Idempotency-Key": key})

    assert [begin("a").status_code, begin("b").status_code] == [202, 429]
    still.now += 60
    assert begin("b").status_code == 202
    with scope(world.tenant):
        assert Story.objects.count() == 2


class TestTogether:
    """`THREADS` threads that take at the same moment."""

    def let_through(self, *, quota: int, each: int, settings: Any) -> int:
        settings.RATES = {**settings.RATES, "generate": {"tenant": (quota, 60)}}
        gate, tenant = threading.Barrier(THREADS), uuid.uuid4()

        def one(number: int) -> int:
            gate.wait(10)
            came = 0
            for _ in range(each):
                try:
                    Meter(Asker(tenant, uuid.uuid4())).take("generate")
                except TooOften:
                    continue
                came += 1
            return came

        with ThreadPoolExecutor(THREADS) as threads:
            return sum(threads.map(one, range(THREADS)))

    def test_no_more_than_the_quota_come_through(self, settings: Any, still: Any) -> None:
        assert [self.let_through(quota=quota, each=20, settings=settings) for quota in (1, 40, 319)] == [1, 40, 319]

    def test_the_control_looks_and_then_writes(self, settings: Any, still: Any, monkeypatch: Any) -> None:
        looked = threading.Barrier(THREADS)

        def get_then_set(store: Any, key: str, seconds: int) -> int:
            used = cache.get(key, 0)
            looked.wait(10)  # all have looked before the first writes
            cache.set(key, used + 1, timeout=seconds)
            return int(used) + 1

        monkeypatch.setattr(rates, "_next", get_then_set)
        assert self.let_through(quota=1, each=1, settings=settings) == THREADS


def test_a_cache_that_is_away_closes_nothing(settings: Any, monkeypatch: Any) -> None:
    def away(*_: Any) -> int:
        raise ConnectionError("nobody answers")

    monkeypatch.setattr(rates, "_next", away)
    meter = Meter(Asker(uuid.uuid4(), uuid.uuid4()))
    meter.take("generate")
    assert meter.headers() == {}


class TestAsWritten:
    def test_the_usual_ones_can_all_be_read(self) -> None:
        found, wrong = written.read({})
        assert (wrong, found["generate"]) == ([], {"key": (120, 60), "person": (120, 60), "tenant": (1200, 60)})
        assert {policy: set(quotas) for policy, quotas in found.items()} == {
            policy: set(quotas) for policy, quotas in written.USUAL.items()
        }

    def test_what_is_set(self) -> None:
        found, wrong = written.read(
            {"RATE_GENERATE_KEY": "5/s", "RATE_GENERATE_TENANT": "off", "RATE_TOKENS_PERSON": "9/day", "RATES": "1"}
        )
        assert (found["generate"], wrong) == ({"key": (5, 1), "person": (120, 60)}, [])
        assert found["tokens"] == {"address": (20, 60), "person": (9, 86400)}

    def test_what_is_wrong_is_said_and_the_usual_counts(self) -> None:
        found, wrong = written.read({"RATE_GENERATE_KEY": "many", "RATE_PLAY": "1/min"})
        assert found["generate"]["key"] == (120, 60)
        assert [sentence.partition(".")[0] for sentence in wrong] == [
            "RATE_GENERATE_KEY is “many”", "RATE_PLAY is no rate that is known here",
        ]  # fmt: skip


def test_every_view_names_a_policy_that_there_is() -> None:
    from django.urls import URLPattern, URLResolver, get_resolver

    def walk(patterns: Any) -> Any:
        for pattern in patterns:
            if isinstance(pattern, URLResolver):
                yield from walk(pattern.url_patterns)
            elif isinstance(pattern, URLPattern) and hasattr(pattern.callback, "cls"):
                yield pattern.callback.cls

    views = list(walk(get_resolver().url_patterns))
    # Wrong passwords are counted for themselves (`accounts.guessing`).
    assert [view.__name__ for view in views if list(view.throttle_classes) != [rates.Limited]] == ["Login"]
    named = {getattr(view, "rate", rates.CHANGE) for view in views} | {rates.READ}
    assert named == set(written.USUAL)
