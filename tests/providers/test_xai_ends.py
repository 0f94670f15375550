"""How purchases at xAI end: films that are done and withheld, errors in two forms."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from generation.providers.contract import Done, Emit, Handle, Kind, Link, Pending, Request
from generation.providers.errors import Damaged, Denied, Lost, ProviderError, Refused, Rejected, Transient
from generation.providers.xai import XAI
from tests.providers.answering import answering
from tests.providers.fake import FakeProviders
from tests.providers.fake.faults import ErrorIn200, RateLimited, ServerError, UnknownStatus

PICTURE = Request(Kind.IMAGE, "grok-imagine-image", "A key.")
FILM = Request(Kind.VIDEO, "grok-imagine-video", "A key turns.", seconds=6)
TEXT = Request(Kind.TEXT, "grok-4.3", "Tell.")
HANDLE = Handle("req-1", "", FILM)


@pytest.fixture
def fake() -> Iterator[FakeProviders]:
    with FakeProviders() as running:
        yield running


def adapter(fake: FakeProviders) -> XAI:
    return XAI(key=fake.key("xai"), base_url=fake.base_url("xai"), trusted=True)


@pytest.mark.parametrize(("ticks", "billed"), [(200_000_000, True), (0, False), (None, True)])
def test_what_moderation_withholds_is_charged_unless_the_bill_says_otherwise(ticks: int | None, billed: bool) -> None:
    usage = {"cost_in_usd_ticks": ticks}
    picture = {"data": [{"url": "https://imgen.example/grey", "respect_moderation": False}], "usage": usage}
    film = {"status": "done", "video": {"url": "", "respect_moderation": False}, "usage": usage}

    with answering(XAI, 200, picture) as xai, pytest.raises(Refused) as of_picture:
        xai.start(PICTURE, Emit())
    with answering(XAI, 200, film) as xai, pytest.raises(Refused) as of_film:
        xai.check(HANDLE)

    assert (of_picture.value.billed, of_film.value.billed) == (billed, billed)


def test_a_film_is_taken_in_and_asked_after_until_it_is_there(fake: FakeProviders) -> None:
    fake.polls_needed = 3
    xai = adapter(fake)
    seen = [xai.start(FILM, Emit())]
    while isinstance(seen[-1], Pending) and len(seen) < 10:
        seen.append(xai.check(Handle(seen[-1].id, seen[-1].poll_url, FILM)))

    ((_, name),) = fake.jobs
    (path,) = fake.hosted
    assert seen == [
        Pending(name, check_after_seconds=5.0),
        Pending(name, check_after_seconds=5.0),
        Pending(name, progress=0.5, check_after_seconds=5.0),
        Pending(name, progress=0.75, check_after_seconds=5.0),
        Done(
            link=Link(f"{fake.elsewhere_url}{path}", with_key=False),
            media_type="video/mp4",
            model="grok-imagine-video",
            seconds=6.0,
            cost_micros=300_000,
            request_id=name,
        ),
    ]
    assert fake.submits("xai") == 1


def test_a_status_that_nobody_knows_means_that_it_goes_on(fake: FakeProviders) -> None:
    xai = adapter(fake)
    started = xai.start(FILM, Emit())
    assert isinstance(started, Pending)
    fake.script("xai", "video.poll", UnknownStatus())

    assert xai.check(Handle(started.id, "", FILM)) == started
    assert fake.unmet() == []


@pytest.mark.parametrize(
    ("status", "document", "expected"),
    [
        (202, {}, Pending("req-1", check_after_seconds=5.0)),
        (202, "accepted", Pending("req-1", check_after_seconds=5.0)),
        (200, {}, Pending("req-1", check_after_seconds=5.0)),
        (200, {"video": None, "progress": True}, Pending("req-1", check_after_seconds=5.0)),
        (202, {"status": "pending", "progress": 140}, Pending("req-1", progress=1.0, check_after_seconds=5.0)),
        (
            200,
            {"video": {"url": "https://vidgen.example/a"}},
            Done(
                link=Link("https://vidgen.example/a"),
                media_type="video/mp4",
                model="grok-imagine-video",
                request_id="req-1",
            ),
        ),
    ],
)
def test_a_film_counts_as_waiting_until_it_has_an_address(status: int, document: Any, expected: Done | Pending) -> None:
    with answering(XAI, status, document) as xai:
        assert xai.check(HANDLE) == expected


@pytest.mark.parametrize(
    ("status", "document", "expected", "billed"),
    [
        (200, {"status": "failed", "error": {"code": "internal_error", "message": "Sorry."}}, Damaged, None),
        (200, {"status": "failed", "usage": {"cost_in_usd_ticks": 0}}, Damaged, False),
        (
            200,
            {"status": "failed", "error": {"code": "content_moderated"}, "usage": {"cost_in_usd_ticks": 9}},
            Refused,
            True,
        ),
        (200, {"status": "done", "video": {"url": ""}, "usage": {"cost_in_usd_ticks": 9}}, Damaged, True),
        (200, {"status": "expired"}, Lost, None),
        (404, {"code": "Some requested entity was not found", "error": "No such request."}, Lost, None),
        (503, {"code": "unavailable", "error": "Sorry."}, Transient, False),
    ],
)
def test_a_film_that_ends_badly_tells_whether_it_was_charged(
    status: int, document: dict[str, Any], expected: type[ProviderError], billed: bool | None
) -> None:
    with answering(XAI, status, document) as xai, pytest.raises(ProviderError) as caught:
        xai.check(HANDLE)

    assert (type(caught.value), caught.value.billed) == (expected, billed)


@pytest.mark.parametrize(
    ("status", "document", "expected", "attributes"),
    [
        (400, {"code": "invalid", "error": "Incorrect API key provided: xa***ry."}, Denied, {}),
        (401, {"error": {"message": "No API key provided."}}, Denied, {}),
        (403, {"code": "permission", "error": "The team may not do this."}, Denied, {}),
        (403, {"code": "permission", "error": "Content violates usage guidelines."}, Refused, {"billed": None}),
        (
            400,
            {"code": "invalid", "error": "Generated image rejected by content moderation."},
            Refused,
            {"billed": None},
        ),
        (400, {"code": "invalid", "error": "Argument not supported: size"}, Rejected, {"field": ""}),
        (404, {"code": "not found", "error": "The model grok-2-image does not exist."}, Rejected, {"field": "model"}),
        (422, {"error": {"message": "Bad.", "param": "messages[0]"}}, Rejected, {"field": "prompt"}),
        (429, {"code": "exhausted", "error": "Too many requests."}, Transient, {"retry_after_seconds": None}),
        (429, {"code": "exhausted", "error": "The team has used all available credits."}, Denied, {}),
        (500, {"code": "internal", "error": "Sorry."}, Transient, {}),
    ],
)
@pytest.mark.parametrize("request_", [TEXT, PICTURE, FILM], ids=["text", "image", "video"])
def test_an_error_means_what_its_words_and_then_its_status_say(
    request_: Request, status: int, document: Any, expected: type[ProviderError], attributes: dict[str, Any]
) -> None:
    with answering(XAI, status, document) as xai, pytest.raises(ProviderError) as caught:
        xai.start(request_, Emit())

    assert type(caught.value) is expected
    assert {name: getattr(caught.value, name) for name in attributes} == attributes


@pytest.mark.parametrize("document", [{}, {"data": []}, {"data": [{}]}, {"data": 5}, {"request_id": 7}], ids=json.dumps)
@pytest.mark.parametrize("request_", [TEXT, PICTURE, FILM], ids=["text", "image", "video"])
def test_an_odd_answer_is_damaged(request_: Request, document: dict[str, Any]) -> None:
    with answering(XAI, 200, document) as xai, pytest.raises(Damaged) as caught:
        xai.start(request_, Emit())

    assert caught.value.billed is None


def test_the_wait_that_is_told_is_kept(fake: FakeProviders) -> None:
    fake.script("xai", "image.generate", RateLimited("float", 2.5), ServerError())
    waits = []
    for _ in range(2):
        with pytest.raises(Transient) as caught:
            adapter(fake).start(PICTURE, Emit())
        waits.append(caught.value.retry_after_seconds)

    assert waits == [2.5, None]


def test_an_error_in_the_middle_of_the_text_may_have_been_charged(fake: FakeProviders) -> None:
    fake.script("xai", "text.stream", ErrorIn200())

    with pytest.raises(Damaged) as caught:
        adapter(fake).start(TEXT, Emit())

    assert (str(caught.value), caught.value.billed) == ("Internal error.", None)
