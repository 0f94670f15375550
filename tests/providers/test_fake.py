"""The fake providers themselves: scripts, faults, and what goes over the wire. What adapters are proved with must hold."""

from __future__ import annotations

import base64
from collections.abc import Iterator

import httpx
import pytest

from tests.providers.fake import FakeProviders
from tests.providers.fake import faults as F
from tests.providers.fake.asking import (
    CHAT,
    DRAW,
    FILM,
    GROK,
    WIRE,
    events,
    film_url,
    headers,
    poll_path,
    said,
    send,
)
from tests.providers.fake.dialect import ERRORS_NEEDED
from tests.providers.fake.media import mp3
from tests.providers.fake.scene import SENTENCE
from tests.providers.fake.server import DIALECTS


@pytest.fixture(scope="module")
def running() -> Iterator[FakeProviders]:
    with FakeProviders() as fake:
        yield fake


@pytest.fixture
def fake(running: FakeProviders) -> FakeProviders:
    running.reset()
    return running


@pytest.mark.parametrize("name", sorted(DIALECTS))
def test_every_dialect_has_a_handler_for_each_route_and_a_form_for_each_common_error(
    name: str, fake: FakeProviders
) -> None:
    dialect = fake.dialects[name]
    assert [route for route in dialect.routes if not callable(getattr(dialect, route.handler, None))] == []
    assert [kind for kind in ERRORS_NEEDED if kind not in dialect.errors] == []
    assert set(dialect.moderations) == {one for one, known in dialect.expresses.items() if F.Moderated in known}


@pytest.mark.parametrize("provider", FILM)
def test_a_lost_job_stays_lost_and_an_unknown_word_passes(provider: str, fake: FakeProviders) -> None:
    path, body = FILM[provider]
    where = poll_path(provider, send(fake, provider, path, body).json())
    fake.script(provider, "video.poll", F.UnknownStatus(), F.JobLost())
    assert send(fake, provider, where).json()["status"] == "reticulating"
    status = 400 if provider == "google" else 404
    assert [send(fake, provider, where).status_code for _ in range(2)] == [status, status]


def test_a_polling_url_can_be_relative_or_lead_elsewhere(fake: FakeProviders) -> None:
    path, body = FILM["openrouter"]
    fake.script("openrouter", "video.submit", F.RelativePollUrl(), F.PollUrlElsewhere())
    relative = send(fake, "openrouter", path, body).json()["polling_url"]
    assert relative.startswith("/api/v1/videos/")
    assert send(fake, "openrouter", fake.origin + relative).json()["status"] == "pending"
    assert send(fake, "openrouter", path, body).json()["polling_url"].startswith(fake.elsewhere_url)


@pytest.mark.parametrize(
    ("fault", "charged", "raised"),
    [
        (F.ResetBefore(), 0, httpx.ReadError),
        (F.ResetAfterCharge(), 1, httpx.ReadError),
        (F.Truncated(), 1, httpx.RemoteProtocolError),
    ],
)
def test_a_broken_connection_is_one_on_the_wire(
    fault: F.Fault, charged: int, raised: type[Exception], fake: FakeProviders
) -> None:
    path, body = CHAT["openai"]
    fake.script("openai", "*", fault)
    with pytest.raises(raised):
        send(fake, "openai", path, body)
    assert (len(fake.books), fake.submits("openai"), len(fake.captured)) == (charged, charged, 1)
    assert send(fake, "openai", path, body).status_code == 200


def test_answers_of_somebody_else_and_in_pieces(fake: FakeProviders) -> None:
    path, body = CHAT["openai"]
    fake.script("openai", "text", F.Html(), F.Redirect(), F.Drip(0.0001), F.GzipBomb())
    page, moved, dripped = (send(fake, "openai", path, body) for _ in range(3))
    assert (page.status_code, page.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert (moved.status_code, moved.headers["location"]) == (302, f"{fake.elsewhere_url}/openai/led-here")
    assert said("openai", dripped.json()) == SENTENCE
    with httpx.stream("POST", fake.base_url("openai") + path, json=body, headers=headers(fake, "openai")) as bomb:
        packed = b"".join(bomb.iter_raw())
    assert bomb.headers["content-encoding"] == "gzip"
    assert 500_000 < len(packed) < 4_000_000
    assert (fake.submits("openai"), fake.unmet()) == (2, [])


@pytest.mark.parametrize(
    ("provider", "fault", "status", "named"),
    [
        ("openai", F.RateLimited("seconds", 2), 429, {"retry-after": "2"}),
        ("openai", F.RateLimited("float"), 429, {"retry-after": "1.5"}),
        ("openai", F.RateLimited("ms", should_retry=False), 429, {"retry-after-ms": "1500", "x-should-retry": "false"}),
        ("anthropic", F.RateLimited("float"), 429, {"retry-after": "1.5", "request-id": "req_011C"}),
        ("anthropic", F.Overloaded(), 529, {}),
        ("anthropic", F.Quota(), 400, {}),
        ("openai", F.Quota(), 429, {}),
        ("openrouter", F.Quota(), 402, {}),
        ("openrouter", F.Overloaded(), 503, {}),
        ("xai", F.ServerError(), 500, {}),
        ("google", F.Status(404, "unknown_model"), 404, {}),
    ],
)
def test_an_error_has_its_status_and_its_headers(
    provider: str, fault: F.Fault, status: int, named: dict[str, str], fake: FakeProviders
) -> None:
    path, body = CHAT[provider]
    fake.script(provider, "text", fault)
    answer = send(fake, provider, path, body)
    assert (answer.status_code, {name: answer.headers[name] for name in named}) == (status, named)
    assert fake.submits(provider) == 0


def test_error_bodies_are_the_providers_own(fake: FakeProviders) -> None:
    for provider, (_, _) in CHAT.items():
        fault = F.RateLimited("google_retry_info" if provider == "google" else "none", 37)
        fake.script(provider, "text", fault)
    bodies = {name: send(fake, name, *CHAT[name]).json() for name in CHAT}
    info = {"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "37s"}
    assert bodies == {
        "openai": {
            "error": {
                "message": "Rate limit reached.",
                "type": "requests",
                "param": None,
                "code": "rate_limit_exceeded",
            }
        },
        "openrouter": {
            "error": {"code": 429, "message": "Rate limit exceeded", "metadata": {"error_type": "rate_limit_exceeded"}},
            "user_id": "user_2b",
        },
        "xai": {"code": "Some resource has been exhausted", "error": "Too many requests."},
        "compatible": {"detail": "Too many requests."},
        "anthropic": {
            "type": "error",
            "error": {
                "type": "rate_limit_error",
                "message": "This request would exceed your organization's rate limit.",
            },
            "request_id": "req_011C",
        },
        "google": {
            "error": {
                "code": 429,
                "message": "Resource has been exhausted.",
                "status": "RESOURCE_EXHAUSTED",
                "details": [info],
            }
        },
    }


def test_moderation_shows_in_each_providers_own_place(fake: FakeProviders) -> None:
    for provider, operation in [("openai", "image.generate"), ("xai", "image.generate"), ("anthropic", "text")]:
        fake.script(provider, operation, F.Moderated())
    fake.script("google", "video.poll", F.Moderated())
    blocked = send(fake, "openai", "/images/generations", DRAW)
    assert (blocked.status_code, blocked.json()["error"]["code"]) == (400, "moderation_blocked")
    flagged = send(fake, "xai", "/images/generations", GROK).json()
    assert (flagged["data"][0]["respect_moderation"], flagged["data"][0]["url"]) == (False, "")
    assert send(fake, "anthropic", *CHAT["anthropic"]).json()["stop_reason"] == "refusal"
    where = poll_path("google", send(fake, "google", *FILM["google"]).json())
    ended = send(fake, "google", where).json()
    assert (ended["status"], [part["type"] for part in ended["steps"][1]["content"]]) == ("completed", ["text"])
    fake.script("openai", "moderate", F.Moderated())
    result = send(fake, "openai", "/moderations", {"input": "A knife."}).json()["results"][0]
    assert [name for name, hit in result["categories"].items() if hit] == ["violence"]


def test_a_result_can_lie_about_its_type(fake: FakeProviders) -> None:
    fake.script("openai", "image.generate", F.WrongType(), F.WrongType("text"))
    made = [
        base64.b64decode(send(fake, "openai", "/images/generations", DRAW).json()["data"][0]["b64_json"])[:4]
        for _ in range(2)
    ]
    assert made == [b"\xff\xd8\xff\xe0", b"Thes"]
    fake.script("xai", "result", F.WrongType(), F.Status(403))
    url = fake.host("xai", mp3(), "audio/mpeg")
    answers = [WIRE.get(url) for _ in range(3)]
    assert [(one.status_code, one.content[:5]) for one in answers[:2]] == [(200, b"These"), (403, b"bad_r")]
    assert answers[2].content == mp3()


def test_a_fault_without_a_form_is_refused_in_the_test(fake: FakeProviders) -> None:
    for provider, operation, fault in [
        ("openai", "text", F.JobLost()),
        ("openai", "video.submit", F.ServerError()),
        ("openai", "text", F.RateLimited("google_retry_info")),
        ("openai", "text", F.Moderated(how="job")),
        ("openai", "text", F.Status(400, "no such error")),
        ("anthropic", "*", F.WrongType()),
    ]:
        with pytest.raises(ValueError, match=provider):
            fake.script(provider, operation, fault)
    assert fake.unmet() == []


def test_a_scripted_fault_waits_for_an_operation_that_can_show_it(fake: FakeProviders) -> None:
    fake.script("openai", "*", F.WrongType())
    assert send(fake, "openai", *CHAT["openai"]).status_code == 200
    assert fake.unmet() == [("openai", "*", F.WrongType())]
    send(fake, "openai", "/images/generations", DRAW)
    assert fake.unmet() == []


def test_it_ends_at_once_though_an_answer_still_drips() -> None:
    with FakeProviders() as fake:
        fake.script("openai", "text", F.Drip(60))
        with pytest.raises(httpx.ReadTimeout):
            httpx.post(
                fake.base_url("openai") + "/chat/completions",
                json=CHAT["openai"][1],
                headers=headers(fake, "openai"),
                timeout=0.3,
            )
        base = fake.base_url("openai")
    with pytest.raises(httpx.ConnectError):
        httpx.get(base + "/models")


def test_a_fault_of_a_result_shows_at_the_poll_that_meets_it(fake: FakeProviders) -> None:
    where = poll_path("google", send(fake, "google", *FILM["google"]).json())
    fake.script("google", "video.poll", F.PollUrlElsewhere())
    assert film_url("google", send(fake, "google", where).json()).startswith(fake.elsewhere_url)


def test_a_stream_can_be_cut_and_can_carry_an_error(fake: FakeProviders) -> None:
    path, body = CHAT["anthropic"]
    fake.script("anthropic", "text.stream", F.Truncated(), F.ErrorIn200())
    with pytest.raises(httpx.RemoteProtocolError):
        send(fake, "anthropic", path, {**body, "stream": True})
    broken = events(send(fake, "anthropic", path, {**body, "stream": True}).text)
    assert broken[-1]["error"] == {"type": "overloaded_error", "message": "Overloaded"}
