"""Cosmos: one call that holds until the film is made, in the forms of two families."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from generation.providers import cosmos
from generation.providers.capabilities import Capabilities, refuse_unsupported
from generation.providers.contract import Done, Emit, Handle, Input, Kind, Replay, Request
from generation.providers.cosmos import FIRST_SIZES, THIRD_SIZES, Cosmos
from generation.providers.errors import Damaged, Lost, Refused, Rejected, Transient, Unknown
from generation.providers.fitting import fit
from tests.providers import specs
from tests.providers.fake import FakeProviders, media
from tests.providers.fake.dialect import as_json
from tests.providers.fake.faults import Moderated, RateLimited, Slow, Status, Truncated

FRAME = Input("first_frame", "image/png", media.picture("png"))
TEXT, FOLLOWS, THIRD = "cosmos-predict1-7b-text2world", "cosmos-predict1-7b-video2world", "cosmos3-generator"


@pytest.fixture
def worlds(fake: FakeProviders) -> Cosmos:
    fake.dialects["cosmos"].seconds = 0  # type: ignore[attr-defined]
    return Cosmos(base_url=fake.base_url("cosmos"), trusted=True)


def able(model: str, kind: Kind = Kind.VIDEO) -> Capabilities:
    found = Cosmos().capabilities(model, kind, {})
    assert found is not None
    return found


def fitted(kind: Kind, model: str, prompt: str = "A quay in the rain.", **fields: Any) -> Request:
    request, _ = fit(Request(kind, model, prompt, **fields), able(model, kind))
    assert refuse_unsupported(request, able(model, kind)) == []
    return request


def test_a_film_of_the_first_family(fake: FakeProviders, worlds: Cosmos) -> None:
    request = fitted(
        Kind.VIDEO, TEXT, negative_prompt="blur", prompt_upsampling=False, seed=4, guidance=7.5, steps=35,
        aspect_ratio="9:16", seconds=9,
    )  # fmt: skip
    assert worlds.start(request, Emit()) == Done(
        data=media.film(),
        media_type="video/mp4",
        model=TEXT,
        seed=4,
        prompt="A quay in the rain.",
        width=704,
        height=1280,
        seconds=121 / 24,
    )
    sent = fake.captured[-1]
    assert (sent.path, "authorization" in sent.headers) == ("/v1/infer", False)
    assert sent.json == {
        "prompt": "A quay in the rain.", "negative_prompt": "blur", "seed": 4, "guidance_scale": 7.5,
        "prompt_upsampling": False, "steps": 35,
        "video_params": {"height": 1280, "width": 704, "frames_count": 121, "frames_per_sec": 24},
    }  # fmt: skip
    specs.validate("cosmos", sent.path, sent.json)


def test_a_film_from_its_first_frame(fake: FakeProviders, worlds: Cosmos) -> None:
    done = worlds.start(fitted(Kind.VIDEO, FOLLOWS, inputs=(FRAME,), seconds=3.0), Emit())
    picture = base64.b64encode(FRAME.read()).decode()
    assert (done.seed, done.seconds) == (1_234_567, 73 / 24)
    assert fake.captured[-1].json == {
        "prompt": "A quay in the rain.",
        "image": picture,
        "video_params": {"height": 704, "width": 1280, "frames_count": 73, "frames_per_sec": 24},
    }
    worlds.start(fitted(Kind.VIDEO, THIRD, inputs=(FRAME,), aspect_ratio="1:1", resolution="480p", seconds=4.0), Emit())
    assert fake.captured[-1].json == {
        "model_mode": "image2video",
        "prompt": "A quay in the rain.",
        "input_reference": f"data:image/png;base64,{picture}",
        "resolution": "480_1_1",
        "num_frames": 96,
        "fps": 24,
    }
    specs.validate("cosmos", "v1/infer", fake.captured[-1].json)


def test_film_and_picture_of_the_third_family(fake: FakeProviders, worlds: Cosmos) -> None:
    film = worlds.start(fitted(Kind.VIDEO, THIRD, seed=4, steps=35, guidance=4.0, negative_prompt="fog"), Emit())
    sent = {
        "model_mode": "text2video", "prompt": "A quay in the rain.", "negative_prompt": "fog", "seed": 4,
        "guidance_scale": 4.0, "num_inference_steps": 35, "resolution": "720_16_9", "num_frames": 120, "fps": 24,
    }  # fmt: skip
    assert fake.captured[-1].json == sent
    assert (film.data, film.width, film.height, film.seconds) == (media.film(), 1280, 720, 5.0)
    picture = worlds.start(fitted(Kind.IMAGE, THIRD, seed=4), Emit())
    assert fake.captured[-1].json == {
        "model_mode": "text2image", "prompt": "A quay in the rain.", "seed": 4, "resolution": "720_1_1",
        "num_frames": 1, "fps": 24,
    }  # fmt: skip
    assert picture == Done(
        data=media.picture("jpeg"), media_type="image/jpeg", model=THIRD, seed=4, prompt="A quay in the rain.",
        width=960, height=960,
    )  # fmt: skip


@pytest.mark.parametrize("kind", [Kind.IMAGE, Kind.VIDEO])
def test_every_resolution_has_its_name(kind: Kind) -> None:
    names = []
    for resolution, shapes in THIRD_SIZES.items():
        for shape, size in shapes.items():
            request = fitted(kind, THIRD, resolution=resolution, aspect_ratio=shape)
            body = cosmos._body(request)
            names.append(body["resolution"])
            assert cosmos._size(request) == size
            specs.validate("cosmos", "v1/infer", body)
    shapes_named = ("16_9", "9_16", "1_1", "4_3", "3_4")
    assert names == [f"{lines}_{shape}" for lines in (720, 480, 256) for shape in shapes_named]


@pytest.mark.parametrize(
    ("asked", "size"),
    [
        ({}, (1280, 720)),
        ({"width": 1000, "height": 1000}, (960, 960)),
        ({"aspect_ratio": "2:3", "resolution": "1080p"}, (832, 1104)),
        ({"aspect_ratio": "16:9", "resolution": "480p"}, (832, 480)),
        ({"resolution": "360p"}, (320, 192)),
    ],
)
def test_what_the_third_family_makes_of_a_wish(asked: dict[str, Any], size: tuple[int, int]) -> None:
    assert cosmos._size(fitted(Kind.VIDEO, THIRD, **asked)) == size


@pytest.mark.parametrize(
    ("model", "kinds", "needs_frame", "takes_frame", "has_steps"),
    [
        (TEXT, {Kind.VIDEO}, False, False, True),
        (FOLLOWS, {Kind.VIDEO}, True, True, True),
        (f"nvidia/{TEXT}", {Kind.VIDEO}, False, False, True),
        (THIRD, {Kind.VIDEO, Kind.IMAGE}, False, True, True),
        ("nvidia/cosmos-3-nano", {Kind.VIDEO, Kind.IMAGE}, False, True, True),
        ("cosmos3-super-t2i", {Kind.IMAGE}, False, False, True),
        ("cosmos3-super-i2v", {Kind.VIDEO}, True, True, True),
        ("cosmos3-super-i2v-4step", {Kind.VIDEO}, True, True, False),
        ("cosmos-transfer2.5-2b", set(), False, False, False),
        ("sora-2", set(), False, False, False),
    ],
)
def test_what_the_models_make(
    model: str, kinds: set[Kind], needs_frame: bool, takes_frame: bool, has_steps: bool
) -> None:
    found = {kind: Cosmos().capabilities(model, kind, {}) for kind in Kind}
    assert {kind for kind in Kind if found[kind]} == kinds
    film = found[Kind.VIDEO] or Capabilities(Kind.VIDEO)
    assert (film.needs_one_of == ("first_frame",), "first_frame" in film.inputs) == (needs_frame, takes_frame)
    assert any("steps" in one.ranges for one in found.values() if one) is has_steps
    assert all((one.longest_seconds or 0) > 1800 for one in found.values() if one)


def test_what_cannot_be_done_is_refused_by_name() -> None:
    request = Request(Kind.VIDEO, FOLLOWS, "A quay.", steps=200, style="noir", prompt_upsampling=True)
    assert refuse_unsupported(request, able(FOLLOWS)) == [
        ("style", "is not taken by this model: leave it out"),
        ("steps", "must lie between 1 and 100"),
        ("inputs", "are missing: this model needs a first frame"),
    ]


def test_words_and_seeds_beyond_the_bounds_are_brought_within_and_said(fake: FakeProviders, worlds: Cosmos) -> None:
    long = "  ".join(f"word{number}" for number in range(251))
    done = worlds.start(fitted(Kind.VIDEO, TEXT, long, seed=-1), Emit())
    assert fake.captured[-1].json["prompt"] == long.removesuffix("  word250")
    assert done.seed == 2**32 - 1
    assert done.adjusted == {"seed": ("-1", "4294967295"), "prompt": ("251 words", "250 words")}
    assert worlds.start(fitted(Kind.VIDEO, THIRD, long), Emit()).adjusted == {}
    assert fake.captured[-1].json["prompt"] == long


def test_the_errors(fake: FakeProviders, worlds: Cosmos) -> None:
    expected: list[tuple[Any, type[Exception], dict[str, Any]]] = [
        (Status(429, error="busy"), Transient, {"retry_after_seconds": 60.0}),
        (RateLimited("seconds", 5), Transient, {"retry_after_seconds": 5.0}),
        (Status(503, error="overloaded"), Transient, {"retry_after_seconds": 60.0}),
        (Status(500, error="server"), Transient, {"retry_after_seconds": None}),
        (Status(404, error="not_found"), Rejected, {"field": "model"}),
        (Moderated(), Refused, {"billed": False}),
        (Truncated(), Unknown, {"billed": None}),
    ]
    fake.script("cosmos", "video.submit", *(fault for fault, _, _ in expected))
    for fault, error, attributes in expected:
        with pytest.raises(error) as met:
            worlds.start(fitted(Kind.VIDEO, TEXT), Emit())
        assert {name: getattr(met.value, name) for name in attributes} == attributes, fault


@pytest.mark.parametrize(
    ("field", "change"),
    [
        ("guidance", {"guidance": "much"}),
        ("steps", {"steps": 0}),
        ("seed", {"seed": 1.5}),
        ("width", {"width": -1280, "height": 704}),
    ],
)
def test_what_does_not_validate_is_named_as_we_call_it(worlds: Cosmos, field: str, change: dict[str, Any]) -> None:
    with pytest.raises(Rejected) as refused:
        worlds.start(Request(Kind.VIDEO, TEXT, "A quay.", **change), Emit())
    assert refused.value.field == field


def test_the_deadline_is_the_adapter_s_and_what_was_under_way_is_unknown(fake: FakeProviders, worlds: Cosmos) -> None:
    worlds.submit_seconds = 0.2
    fake.script("cosmos", "video.submit", Slow(30))
    with pytest.raises(Unknown):
        worlds.start(fitted(Kind.VIDEO, TEXT), Emit())
    assert (worlds.replay, Cosmos.submit_seconds) == (Replay.FREE, 2340.0)


def test_there_are_no_jobs_to_ask_after(worlds: Cosmos) -> None:
    with pytest.raises(Lost):
        worlds.check(Handle("1", "", fitted(Kind.VIDEO, TEXT)))


@pytest.mark.parametrize(
    "answer", [{}, {"b64_video": ""}, {"b64_video": 5}, {"b64_image": "AAAA"}, {"b64_video": "!?"}]
)
def test_an_answer_without_a_film_is_damaged(
    fake: FakeProviders, worlds: Cosmos, monkeypatch: Any, answer: dict[str, Any]
) -> None:
    monkeypatch.setattr(fake.dialects["cosmos"], "infer", lambda call: as_json(answer))
    with pytest.raises(Damaged):
        worlds.start(fitted(Kind.VIDEO, TEXT), Emit())


def test_an_answer_may_be_larger_than_an_ordinary_one(fake: FakeProviders, worlds: Cosmos, monkeypatch: Any) -> None:
    assert cosmos.MAX_FILM == 384 * 1024**2
    monkeypatch.setattr(cosmos, "MAX_FILM", 1000)
    with pytest.raises(Damaged, match="longer than 1000 bytes"):
        worlds.start(fitted(Kind.VIDEO, TEXT), Emit())


def test_the_sizes_of_the_first_family_come_from_its_shapes() -> None:
    shapes = {"16:9": (1280, 704), "9:16": (704, 1280), "1:1": (960, 960), "4:3": (960, 704), "3:4": (704, 960)}
    found = {}
    for shape in shapes:
        request = fitted(Kind.VIDEO, TEXT, aspect_ratio=shape)
        found[shape] = (request.width, request.height)
    assert found == shapes
    assert set(found.values()) == set(FIRST_SIZES)
