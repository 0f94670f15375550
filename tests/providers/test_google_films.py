"""Films from Google: made in the background, asked after, and fetched with the key from its own host only."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from typing import Any

import pytest

from generation.providers.capabilities import refuse_unsupported
from generation.providers.contract import Done, Emit, Handle, Input, Kind, Link, Pending, Request
from generation.providers.errors import Damaged, Lost, Refused, Rejected, Transient
from generation.providers.fitting import fit
from generation.providers.google import Google
from generation.providers.google.interactions import body_of, read
from tests.providers import specs
from tests.providers.fake import FakeProviders, media
from tests.providers.fake.faults import (
    Moderated,
    PollUrlElsewhere,
    RateLimited,
    RelativePollUrl,
    ServerError,
    UnknownStatus,
)

PICTURE = media.picture()
PACKED = base64.b64encode(PICTURE).decode()
FILM = "gemini-omni-1.2-flash"
ASKED = Request(Kind.VIDEO, FILM, "The tide comes in.", seconds=8.0)


@pytest.fixture(scope="module")
def server() -> Iterator[FakeProviders]:
    with FakeProviders() as running:
        yield running


@pytest.fixture
def fake(server: FakeProviders) -> FakeProviders:
    server.reset()
    return server


@pytest.fixture
def google(fake: FakeProviders) -> Google:
    return Google(key=fake.key("google"), base_url=fake.base_url("google"), trusted=True)


def given(*roles: str) -> tuple[Input, ...]:
    return tuple(Input(role, "image/png", lambda: PICTURE) for role in roles)


def submitted(google: Google) -> Handle:
    pending = google.start(ASKED, Emit())
    assert isinstance(pending, Pending)
    return Handle(pending.id, pending.poll_url, ASKED)


def finished(*content: Any, **fields: Any) -> dict[str, Any]:
    steps = [{"type": "thought"}, 3, {"type": "model_output", "content": list(content)}]
    return {"id": "v1_a", "status": "completed", "steps": steps, **fields}


def test_the_whole_request_for_a_film(fake: FakeProviders, google: Google) -> None:
    request = Request(
        Kind.VIDEO,
        FILM,
        "The tide comes in.",
        aspect_ratio="9:16",
        resolution="4K",
        seconds=8.0,
        inputs=given("first_frame"),
    )
    pending = google.start(request, Emit())
    sent = fake.captured[0]
    assert sent.json == {
        "model": FILM,
        "input": [
            {"type": "image", "data": PACKED, "mime_type": "image/png"},
            {"type": "text", "text": "The tide comes in."},
        ],
        "background": True,
        "response_format": {
            "type": "video",
            "delivery": "uri",
            "aspect_ratio": "9:16",
            "resolution": "4k",
            "duration": "8s",
        },
        "generation_config": {"video_config": {"task": "image_to_video"}},
    }
    specs.validate("google", sent.path, sent.json)
    assert sent.path == "/v1beta/interactions"
    assert pending == Pending(fake.books[0].job_id, check_after_seconds=5.0)


@pytest.mark.parametrize(("roles", "task"), [((), "text_to_video"), (("reference", "reference"), "reference_to_video")])
def test_the_task_follows_the_pictures(roles: tuple[str, ...], task: str) -> None:
    body = body_of(Request(Kind.VIDEO, FILM, "The tide comes in.", inputs=given(*roles)))
    pictures = [{"type": "image", "data": PACKED, "mime_type": "image/png"} for _ in roles]
    assert body == {
        "model": FILM,
        "input": [*pictures, {"type": "text", "text": "The tide comes in."}] if roles else "The tide comes in.",
        "background": True,
        "response_format": {"type": "video", "delivery": "uri"},
        "generation_config": {"video_config": {"task": task}},
    }


def test_a_first_frame_and_references_do_not_go_together(fake: FakeProviders, google: Google) -> None:
    with pytest.raises(Rejected) as met:
        google.start(Request(Kind.VIDEO, FILM, "The tide.", inputs=given("first_frame", "reference")), Emit())
    assert (met.value.field, fake.captured) == ("inputs", [])


@pytest.mark.parametrize(
    ("wish", "used", "adjusted"),
    [
        ({}, (8.0, None), {}),
        ({"seconds": 12.0}, (10.0, None), {"seconds": ("12", "10")}),
        ({"seconds": 4.4}, (4.0, None), {"seconds": ("4.4", "4")}),
        ({"resolution": "480p"}, (8.0, "360p"), {"resolution": ("480p", "360p")}),
        ({"resolution": "4k"}, (8.0, "4K"), {"resolution": ("4k", "4K")}),
    ],
)
def test_lengths_and_lines_are_translated_visibly(
    wish: dict[str, Any], used: tuple[float, str | None], adjusted: dict[str, Any]
) -> None:
    able = Google().capabilities(FILM, Kind.VIDEO, {})
    assert able is not None
    fitted, changed = fit(Request(Kind.VIDEO, FILM, "The tide.", **wish), able)
    assert (fitted.seconds, fitted.resolution, changed) == (*used, adjusted)
    assert refuse_unsupported(fitted, able) == []


def test_a_film_is_asked_after_until_it_lies_behind_the_key(fake: FakeProviders, google: Google) -> None:
    fake.script("google", "video.poll", UnknownStatus())
    handle = submitted(google)
    waiting = Pending(handle.id, check_after_seconds=5.0)
    assert [google.check(handle) for _ in range(3)] == [waiting, waiting, waiting]
    done = google.check(handle)
    link = Link(f"{fake.base_url('google')}/v1beta/files/{handle.id}:download?alt=media", with_key=True)
    usage = {"input_tokens": 4, "output_tokens": 46_400}
    assert done == Done(link=link, media_type="video/mp4", model=FILM, seconds=8.0, usage=usage, request_id=handle.id)
    with google.open(link) as stream:
        assert (stream.media_type, b"".join(stream.chunks())) == ("video/mp4", media.film())
    assert fake.captured[-1].headers["x-goog-api-key"] == fake.key("google")
    assert fake.submits("google") == 1


def test_a_film_named_by_a_path_lies_on_the_same_host(fake: FakeProviders, google: Google) -> None:
    fake.polls_needed = 0
    fake.script("google", "video.poll", RelativePollUrl())
    handle = submitted(google)
    done = google.check(handle)
    assert isinstance(done, Done)
    assert done.link == Link(f"{fake.origin}/v1beta/files/{handle.id}:download?alt=media", with_key=True)
    with google.open(done.link) as stream:
        assert b"".join(stream.chunks()) == media.film()


def test_no_key_goes_to_a_film_on_another_host(fake: FakeProviders, google: Google) -> None:
    fake.polls_needed = 0
    fake.script("google", "video.poll", PollUrlElsewhere())
    with pytest.raises(Damaged) as met:
        google.check(submitted(google))
    assert (met.value.billed, fake.captured_elsewhere) == (None, [])


@pytest.mark.parametrize(
    ("uri", "used"),
    [
        ("https://generativelanguage.googleapis.com/v1beta/files/a:download", "?alt=media"),
        ("https://generativelanguage.googleapis.com/v1beta/files/a:download?x=1", "&alt=media"),
        ("https://generativelanguage.googleapis.com/v1beta/files/a:download?alt=media", ""),
    ],
)
def test_the_bytes_are_asked_for_and_not_what_is_known_of_them(uri: str, used: str) -> None:
    done = read(finished({"type": "video", "uri": uri}), ASKED, Google(key="canary").wire)
    assert isinstance(done, Done)
    assert done.link == Link(uri + used, with_key=True)


def test_a_film_that_comes_along_is_unpacked() -> None:
    film = {"type": "video", "data": base64.b64encode(b"film").decode(), "mime_type": "video/mp4"}
    done = read(finished({"type": "text", "text": "Here."}, film), ASKED, Google().wire)
    usage = {"input_tokens": 0, "output_tokens": 0}
    assert done == Done(data=b"film", media_type="video/mp4", model=FILM, seconds=8.0, usage=usage, request_id="v1_a")


@pytest.mark.parametrize("by", [[{"modality": "VIDEO", "tokens": 900}], {"video": 900}])
def test_a_film_that_was_counted_but_is_not_there_is_damaged_and_charged(by: Any) -> None:
    with pytest.raises(Damaged) as met:
        read(finished(usage={"output_tokens_by_modality": by}), ASKED, Google().wire)
    assert met.value.billed is True


def test_a_complete_interaction_without_a_film_is_a_refusal() -> None:
    words = {"type": "text", "text": "I can't make that."}
    usage = {"output_tokens_by_modality": [{"modality": "text", "tokens": 12}]}
    with pytest.raises(Refused) as met:
        read(finished(words, {"type": "video"}, usage=usage), ASKED, Google().wire)
    assert (str(met.value), met.value.billed) == ("complete without a film: I can't make that.", None)


@pytest.mark.parametrize("status", ["failed", "cancelled", "incomplete", "budget_exceeded", "requires_action"])
def test_ends_without_a_film(status: str) -> None:
    with pytest.raises(Damaged) as met:
        read({"id": "v1_a", "status": status, "error": {"message": "No."}}, ASKED, Google().wire)
    assert (str(met.value), met.value.billed) == (f"the interaction is {status}: No.", None)


@pytest.mark.parametrize("status", ["queued", "in_progress", "reticulating", "", None, 7])
def test_whatever_is_no_end_is_waited_for(status: Any) -> None:
    found = read({"status": status}, ASKED, Google().wire, known="v1_a")
    assert found == Pending("v1_a", check_after_seconds=5.0)


def test_a_submit_without_an_id_is_damaged() -> None:
    with pytest.raises(Damaged) as met:
        read({"status": "queued"}, ASKED, Google().wire)
    assert met.value.billed is None


def test_cancelling(fake: FakeProviders, google: Google) -> None:
    handle = submitted(google)
    google.cancel(handle)
    assert fake.captured[-1].path == f"/v1beta/interactions/{handle.id}/cancel"
    assert fake.jobs["google", handle.id].cancelled is True


def test_cancelling_what_is_over_is_no_error_and_what_is_unknown_is_lost(fake: FakeProviders, google: Google) -> None:
    fake.polls_needed = 0
    handle = submitted(google)
    google.check(handle)
    google.cancel(handle)
    assert fake.jobs["google", handle.id].cancelled is False
    with pytest.raises(Lost):
        google.cancel(Handle("v1_none", "", ASKED))


def test_an_unknown_id_is_lost_and_stays_inside_its_path(fake: FakeProviders, google: Google) -> None:
    with pytest.raises(Lost) as met:
        google.check(Handle("v1_none?x=y", "", ASKED))
    assert (str(met.value), met.value.billed) == ("400: Invalid interaction name", None)
    assert (fake.captured[0].path, fake.captured[0].query) == ("/v1beta/interactions/v1_none?x=y", {})


def test_a_poll_that_fails_is_repeated(fake: FakeProviders, google: Google) -> None:
    handle = submitted(google)
    fake.script("google", "video.poll", ServerError(), RateLimited("google_retry_info", 3.0))
    waits = []
    for _ in range(2):
        with pytest.raises(Transient) as met:
            google.check(handle)
        waits.append(met.value.retry_after_seconds)
    assert waits == [None, 3.0]


def test_a_refused_prompt_is_told_apart_from_a_wrong_request(fake: FakeProviders, google: Google) -> None:
    fake.script("google", "video.submit", Moderated(how="error"))
    with pytest.raises(Refused) as refused:
        google.start(ASKED, Emit())
    with pytest.raises(Rejected) as wrong:
        google.start(Request(Kind.VIDEO, FILM, "The tide.", seconds=12.0), Emit())
    assert (refused.value.billed, wrong.value.billed, fake.submits("google")) == (False, False, 0)
