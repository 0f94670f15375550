"""Pictures and films from servers of one's own: every parameter, results at addresses of their own, film as a form."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from generation.providers.compatible import Compatible
from generation.providers.contract import Done, Emit, Handle, Input, Kind, Link, Pending, Request
from generation.providers.errors import Damaged, Lost, ProviderError, Refused, Rejected, Transient
from tests.providers.answering import answering
from tests.providers.buying import buy, fitted, sent
from tests.providers.fake import FakeProviders, media
from tests.providers.fake.faults import (
    JobFailed,
    Moderated,
    PollUrlElsewhere,
    RelativePollUrl,
    Status,
    UnknownStatus,
)

PNG = media.picture()
HERO = Input("reference", "image/png", lambda: PNG)
SOURCE = Input("source", "image/png", PNG)
MASK = Input("mask", "image/png", PNG)
DRAW = Request(Kind.IMAGE, "our-picture-model", "A brass key.", width=640, height=384)
FILM = Request(Kind.VIDEO, "our-film-model", "The key turns.")


@pytest.fixture
def ours(fake: FakeProviders) -> Compatible:
    return Compatible(base_url=fake.base_url("compatible"), trusted=True)


@pytest.fixture
def keyed(fake: FakeProviders) -> Compatible:
    return Compatible(key=fake.key("compatible"), base_url=fake.base_url("compatible"), trusted=True)


def fetched(ours: Compatible, link: Link | None) -> bytes:
    assert link is not None
    with ours.open(link) as stream:
        return b"".join(stream.chunks())


def failing(ours: Compatible, request: Request) -> ProviderError:
    with pytest.raises(ProviderError) as met:
        buy(ours, request)
    return met.value


@pytest.mark.parametrize("flavour", ["vllm", "localai"])
def test_the_whole_body_of_a_picture(fake: FakeProviders, ours: Compatible, flavour: Any) -> None:
    fake.flavour = flavour
    done = buy(
        ours,
        replace(DRAW, seed=7, steps=30, guidance=4.5, negative_prompt="fog", quality="hd", options={"body": {"n": 1}}),
    )
    assert sent(fake, "image.generate") == {
        "model": "our-picture-model",
        "prompt": "A brass key.",
        "size": "640x384",
        "quality": "hd",
        "negative_prompt": "fog",
        "num_inference_steps": 30,
        "guidance_scale": 4.5,
        "seed": 7,
        "response_format": "b64_json",
        "n": 1,
    }
    assert done == Done(data=media.picture("png", 640, 384), model="our-picture-model")


def test_a_picture_at_a_relative_address(fake: FakeProviders, keyed: Compatible) -> None:
    fake.script("compatible", "image.generate", RelativePollUrl())
    done = buy(keyed, DRAW)
    (job,) = (job for _, job in fake.jobs)
    # A path from the root, as these servers give it, lies beside `/v1` and not below it.
    assert done.link == Link(f"{fake.origin}/generated-images/{job}.png", with_key=True)
    assert fetched(keyed, done.link) == media.picture("png", 640, 384)


@pytest.mark.parametrize("flavour", ["localai"])
def test_a_picture_at_the_servers_own_address(fake: FakeProviders, keyed: Compatible, flavour: Any) -> None:
    fake.flavour = flavour
    done = buy(keyed, replace(DRAW, options={"body": {"response_format": "url"}}))
    assert done.link is not None and done.link.with_key
    assert fetched(keyed, done.link) == media.picture("png", 640, 384)


def test_a_picture_on_a_strange_plain_address_is_not_fetched(fake: FakeProviders, keyed: Compatible) -> None:
    fake.script("compatible", "image.generate", PollUrlElsewhere())
    assert type(failing(keyed, DRAW)) is Damaged
    assert fake.captured_elsewhere == []


def test_an_edit_as_a_form(fake: FakeProviders, ours: Compatible) -> None:
    buy(ours, Request(Kind.EDIT, "our-picture-model", "Make it silver.", steps=30, inputs=(MASK, SOURCE)))
    assert sent(fake, "image.edit") == (
        {
            "model": "our-picture-model", "prompt": "Make it silver.", "num_inference_steps": "30",
            "response_format": "b64_json",
        },
        [("image", "source-1.png", "image/png", PNG), ("mask", "mask.png", "image/png", PNG)],
    )  # fmt: skip


def test_several_pictures_in_a_form(fake: FakeProviders, ours: Compatible) -> None:
    buy(ours, replace(DRAW, inputs=(HERO, SOURCE)))
    _, files = sent(fake, "image.edit")
    assert [(field, name) for field, name, _, _ in files] == [
        ("image[]", "source-1.png"),
        ("image[]", "reference-2.png"),
    ]


def test_a_server_without_pictures(fake: FakeProviders, ours: Compatible) -> None:
    fake.flavour = "ollama"
    found = failing(ours, DRAW)
    assert (type(found), str(found)) == (Rejected, "404: 404 page not found")


def test_film_from_words_is_a_form_without_files(fake: FakeProviders, ours: Compatible) -> None:
    done = buy(
        ours, replace(FILM, seconds=5.4, aspect_ratio="9:16", seed=7, steps=40, guidance=3.5, negative_prompt="fog")
    )
    assert sent(fake, "video.submit") == (
        {
            "model": "our-film-model",
            "prompt": "The key turns.",
            "seconds": "5",
            "size": "720x1280",
            "negative_prompt": "fog",
            "num_inference_steps": "40",
            "guidance_scale": "3.5",
            "seed": "7",
        },
        [],
    )
    (job,) = (job for _, job in fake.jobs)
    assert done == Done(
        link=Link(f"{fake.base_url('compatible')}/videos/{job}/content", with_key=True),
        media_type="video/mp4",
        model="our-film-model",
        width=720,
        height=1280,
        seconds=5.0,
        request_id=job,
    )
    assert fetched(ours, done.link) == media.film()


def test_film_from_a_first_frame(fake: FakeProviders, ours: Compatible) -> None:
    buy(ours, replace(FILM, inputs=(Input("first_frame", "image/png", PNG),)))
    assert sent(fake, "video.submit") == (
        {"model": "our-film-model", "prompt": "The key turns.", "seconds": "4", "size": "1280x720"},
        [("input_reference", "first-frame.png", "image/png", PNG)],
    )


def test_how_a_film_goes_on(fake: FakeProviders, ours: Compatible) -> None:
    request = fitted(ours, FILM)
    taken = ours.start(request, Emit())
    assert isinstance(taken, Pending)
    assert taken == Pending(taken.id, progress=0.0, check_after_seconds=0.05)
    fake.script("compatible", "video.poll", UnknownStatus())
    handle = Handle(taken.id, taken.poll_url, request)
    seen = [ours.check(handle) for _ in range(3)]
    assert [one.progress if isinstance(one, Pending) else None for one in seen] == [0.1, 0.33, 0.66]


@pytest.mark.parametrize(("fault", "kind", "billed"), [(JobFailed(), Damaged, False), (Moderated(), Refused, False)])
def test_films_that_fail(
    fake: FakeProviders, ours: Compatible, fault: Any, kind: type[ProviderError], billed: bool
) -> None:
    fake.script("compatible", "video.submit", fault)
    found = failing(ours, FILM)
    assert (type(found), found.billed) == (kind, billed)


def test_a_cancelled_film_is_lost(fake: FakeProviders, ours: Compatible) -> None:
    request = fitted(ours, FILM)
    taken = ours.start(request, Emit())
    assert isinstance(taken, Pending)
    handle = Handle(taken.id, taken.poll_url, request)
    ours.cancel(handle)
    with pytest.raises(Lost):
        ours.check(handle)
    ours.cancel(handle)  # Gone already: nothing is wrong.
    assert [one.method for one in fake.captured] == ["POST", "DELETE", "GET", "DELETE"]


def test_a_cancel_that_is_refused(fake: FakeProviders, ours: Compatible) -> None:
    fake.script("compatible", "video.cancel", Status(500, "server"))
    with pytest.raises(Transient):
        ours.cancel(Handle("video_1", "", FILM))


def test_a_strange_id_stays_in_its_path(fake: FakeProviders, ours: Compatible) -> None:
    with pytest.raises(Lost):
        ours.check(Handle("../models?x", "", FILM))
    assert fake.captured[-1].operation != "models"


@pytest.mark.parametrize(
    ("document", "told"),
    [
        (
            {"id": "v", "status": "completed", "data": [{"b64_json": "aGk="}], "seconds": "many", "size": "big"},
            Done(data=b"hi", media_type="video/mp4", model="our-film-model", request_id="v"),
        ),
        (
            {"id": "v", "status": "completed", "url": "/films/1.mp4", "model": None, "seconds": 5},
            Done(
                link=Link("here/films/1.mp4", with_key=True),
                media_type="video/mp4",
                model="our-film-model",
                seconds=5.0,
                request_id="v",
            ),
        ),
        ({"id": "v", "status": None, "progress": "half"}, Pending("v")),
        ({"id": "v", "status": "in_progress", "progress": 250}, Pending("v", progress=1.0)),
        ({"status": "queued"}, (Damaged, 'a film without an id: {"status": "queued"}')),
        ({"status": "completed"}, (Damaged, "a finished film without an id")),
        ({"id": "v", "status": "expired"}, (Lost, "the film is expired")),
        ({"status": "failed", "error": "out of memory"}, (Damaged, "out of memory")),
        ({"status": "failed"}, (Damaged, "the film failed, and nothing was said about it")),
        ({"error": "No."}, (Damaged, "No.")),
        ([], (Damaged, "no JSON object: []")),
    ],
)
def test_odd_answers_about_a_film(document: Any, told: Any) -> None:
    found: Any
    with answering(Compatible, 200, document) as ours:
        origin = ours.wire.base_url.removesuffix("/v1/")
        try:
            found = ours.start(FILM, Emit())
        except ProviderError as error:
            found = (type(error), str(error))
    if isinstance(found, Done) and found.link is not None:
        found = replace(found, link=replace(found.link, url=found.link.url.replace(origin, "here")))
    assert found == told


def test_a_film_that_comes_at_once() -> None:
    with answering(Compatible, 200, "film", content_type="video/mp4") as ours:
        done = ours.start(FILM, Emit())
    assert done == Done(data=b'"film"', media_type="video/mp4", model="our-film-model")
