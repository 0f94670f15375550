"""The films of OpenRouter: jobs whose addresses need the key, or must not get it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from generation.providers.contract import Done, Emit, Handle, Input, Kind, Link, Pending, Request
from generation.providers.errors import Damaged, Lost, ProviderError, Refused, Transient
from generation.providers.openrouter import OpenRouter
from tests.providers.answering import answering
from tests.providers.fake import FakeProviders, media
from tests.providers.fake.faults import (
    PollUrlElsewhere,
    RelativePollUrl,
    UnknownStatus,
)

PNG = media.picture()
FILM = Request(Kind.VIDEO, "google/gemini-omni-1.1-flash", "A key turns.", seconds=6)


@pytest.fixture
def fake() -> Iterator[FakeProviders]:
    with FakeProviders() as running:
        yield running


def adapter(fake: FakeProviders) -> OpenRouter:
    return OpenRouter(key=fake.key("openrouter"), base_url=fake.base_url("openrouter"), trusted=True)


def given(role: str) -> Input:
    return Input(role, "image/png", PNG)


def pending(started: Done | Pending) -> Pending:
    assert isinstance(started, Pending)
    return started


def finish(openrouter: OpenRouter, request: Request) -> Done:
    started = openrouter.start(request, Emit())
    for _ in range(10):
        if isinstance(started, Done):
            return started
        started = openrouter.check(Handle(started.id, started.poll_url, request))
    raise AssertionError("the film was not done after ten polls")


def test_a_film_is_asked_after_where_it_was_said_also_below_the_root(fake: FakeProviders) -> None:
    fake.script("openrouter", "video.submit", RelativePollUrl())
    openrouter = adapter(fake)

    started = pending(openrouter.start(FILM, Emit()))
    again = openrouter.check(Handle(started.id, started.poll_url, FILM))

    assert started == Pending(started.id, f"/api/v1/videos/{started.id}", check_after_seconds=15.0)
    assert again == started
    assert [(sent.method, sent.path) for sent in fake.captured] == [
        ("POST", "/api/v1/videos"),
        ("GET", f"/api/v1/videos/{started.id}"),
    ]


def test_a_film_is_asked_after_by_its_id_where_no_address_was_kept(fake: FakeProviders) -> None:
    openrouter = adapter(fake)
    started = pending(openrouter.start(FILM, Emit()))

    openrouter.check(Handle(started.id, "", FILM))

    assert fake.captured[-1].path == f"/api/v1/videos/{started.id}"


def test_an_address_to_ask_at_that_must_not_get_the_key_is_found_out_at_once(fake: FakeProviders) -> None:
    fake.script("openrouter", "video.submit", PollUrlElsewhere())

    with pytest.raises(Damaged) as caught:
        adapter(fake).start(FILM, Emit())

    assert caught.value.billed is None
    assert fake.captured_elsewhere == []


def test_an_unsigned_address_gets_the_key_and_yields_the_film(fake: FakeProviders) -> None:
    openrouter = adapter(fake)

    done = finish(openrouter, FILM)

    (job,) = fake.jobs.values()
    assert done == Done(
        link=Link(f"{fake.origin}/openrouter/api/v1/videos/{job.id}/content?index=0", with_key=True),
        media_type="video/mp4",
        model=FILM.model,
        cost_micros=600_000,
        request_id="gen-1",
    )
    assert done.link is not None
    with openrouter.open(done.link) as stream:
        assert b"".join(stream.chunks()) == media.film()


@pytest.mark.parametrize("fault", [RelativePollUrl(), PollUrlElsewhere()])
def test_an_unsigned_address_on_a_strange_host_is_not_asked(fake: FakeProviders, fault: Any) -> None:
    fake.polls_needed = 0
    fake.script("openrouter", "video.poll", fault)
    openrouter = adapter(fake)

    done = finish(openrouter, FILM)

    assert done.link is not None
    with openrouter.open(done.link) as stream:
        assert b"".join(stream.chunks()) == media.film()
    assert fake.captured_elsewhere == []


def test_a_signed_address_does_without_the_key() -> None:
    told = {
        "status": "completed",
        "urls": ["https://cdn.example/a.mp4?sig=1"],
        "unsigned_urls": ["https://cdn.example/b"],
    }

    with answering(OpenRouter, 200, told) as openrouter:
        done = openrouter.check(Handle("gen-vid-1", "", FILM))

    assert done == Done(
        link=Link("https://cdn.example/a.mp4?sig=1", with_key=False),
        media_type="video/mp4",
        model=FILM.model,
        request_id="gen-vid-1",
    )


@pytest.mark.parametrize(
    ("told", "expected", "billed"),
    [
        ({"status": "failed", "error": "Blocked by the content policy", "usage": {"cost": 0}}, Refused, False),
        ({"status": "failed", "error": "Out of memory", "usage": {"cost": 0.5}}, Damaged, True),
        ({"status": "failed"}, Damaged, None),
        ({"status": "cancelled", "usage": {"cost": 0.0}}, Damaged, False),
        ({"status": "expired"}, Lost, None),
        ({"error": {"code": 502, "message": "Bad gateway"}}, Transient, False),
        ({}, Transient, False),
    ],
)
def test_a_film_that_ends_badly_tells_whether_it_was_charged(
    told: dict[str, Any], expected: type[ProviderError], billed: bool | None
) -> None:
    with answering(OpenRouter, 200, told) as openrouter, pytest.raises(ProviderError) as caught:
        openrouter.check(Handle("gen-vid-1", "", FILM))

    assert (type(caught.value), caught.value.billed) == (expected, billed)


def test_a_film_that_is_not_known_any_more_is_lost(fake: FakeProviders) -> None:
    with pytest.raises(Lost) as caught:
        adapter(fake).check(Handle("gen-vid-1", "", FILM))

    assert caught.value.billed is None


def test_a_status_that_nobody_knows_means_that_it_goes_on(fake: FakeProviders) -> None:
    openrouter = adapter(fake)
    started = pending(openrouter.start(FILM, Emit()))
    fake.script("openrouter", "video.poll", UnknownStatus())

    assert openrouter.check(Handle(started.id, started.poll_url, FILM)) == started
    assert fake.unmet() == []


def test_reference_pictures_beside_a_frame_are_left_out_and_it_is_said(fake: FakeProviders) -> None:
    request = Request(
        Kind.VIDEO, FILM.model, "A key.", inputs=(given("first_frame"), given("reference"), given("reference"))
    )

    done = finish(adapter(fake), request)

    assert done.adjusted == {"inputs": ("first_frame, reference", "first_frame")}
