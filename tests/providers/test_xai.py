"""What is special about xAI: edits in JSON, costs in ticks, what its models take, its lists."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from typing import Any

import pytest

from generation.providers.capabilities import refuse_unsupported
from generation.providers.contract import Done, Emit, Handle, Input, Kind, Link, Listed, Request
from generation.providers.errors import Denied, Rejected
from generation.providers.fitting import fit
from generation.providers.xai import XAI
from tests.providers.answering import answering
from tests.providers.fake import FakeProviders, media
from tests.providers.fake.faults import Status, ThinkingFirst

PNG = media.picture()
URL = f"data:image/png;base64,{base64.b64encode(PNG).decode()}"
SCHEMA = {"type": "object", "properties": {"text": {"type": "string"}}, "required": ["text"]}
PICTURE = Request(Kind.IMAGE, "grok-imagine-image", "A key.")
FILM = Request(Kind.VIDEO, "grok-imagine-video", "A key turns.", seconds=6)
TEXT = Request(Kind.TEXT, "grok-4.3", "Tell.")


@pytest.fixture
def fake() -> Iterator[FakeProviders]:
    with FakeProviders() as running:
        yield running


def adapter(fake: FakeProviders) -> XAI:
    return XAI(key=fake.key("xai"), base_url=fake.base_url("xai"), trusted=True)


def given(role: str, data: bytes = PNG, media_type: str = "image/png") -> Input:
    return Input(role, media_type, data)


BODIES: list[tuple[Request, str, dict[str, Any]]] = [
    (
        Request(Kind.TEXT, "grok-4.3", "Tell.", system="Rules.", schema=SCHEMA, max_tokens=100, seed=7),
        "/v1/chat/completions",
        {
            "model": "grok-4.3",
            "messages": [{"role": "system", "content": "Rules."}, {"role": "user", "content": "Tell."}],
            "max_completion_tokens": 4_100,
            "seed": 7,
            "response_format": {
                "type": "json_schema",
                "json_schema": {"name": "answer", "schema": {**SCHEMA, "additionalProperties": False}, "strict": True},
            },
            "stream": True,
            "stream_options": {"include_usage": True},
        },
    ),
    (
        Request(Kind.IMAGE, "grok-imagine-image", "A key.", aspect_ratio="19.5:9", resolution="2K", quality="low"),
        "/v1/images/generations",
        {
            "model": "grok-imagine-image",
            "prompt": "A key.",
            "response_format": "b64_json",
            "aspect_ratio": "19.5:9",
            "resolution": "2k",
            "quality": "low",
        },
    ),
    (
        Request(Kind.IMAGE, "grok-imagine-image-quality", "A key.", inputs=(given("reference"),)),
        "/v1/images/edits",
        {
            "model": "grok-imagine-image-quality",
            "prompt": "A key.",
            "response_format": "b64_json",
            "image": {"type": "image_url", "url": URL},
        },
    ),
    (
        Request(
            Kind.EDIT,
            "grok-imagine-image",
            "Add snow.",
            inputs=(given("reference", b"hero"), given("source", b"scene", "image/jpeg")),
        ),
        "/v1/images/edits",
        {
            "model": "grok-imagine-image",
            "prompt": "Add snow.",
            "response_format": "b64_json",
            "images": [
                {"type": "image_url", "url": "data:image/jpeg;base64,c2NlbmU="},
                {"type": "image_url", "url": "data:image/png;base64,aGVybw=="},
            ],
        },
    ),
    (
        Request(
            Kind.VIDEO,
            "grok-imagine-video-1.5",
            "A key turns.",
            seconds=15.0,
            aspect_ratio="9:16",
            resolution="1080p",
            audio=True,
            inputs=(given("last_frame"), given("first_frame"), given("reference")),
        ),
        "/v1/videos/generations",
        {
            "model": "grok-imagine-video-1.5",
            "prompt": "A key turns.",
            "duration": 15,
            "aspect_ratio": "9:16",
            "resolution": "1080p",
            "generate_audio": True,
            "image": {"url": URL},
            "last_frame": {"url": URL},
        },
    ),
    (
        Request(Kind.VIDEO, "grok-imagine-video", "A key turns.", inputs=(given("reference"), given("reference"))),
        "/v1/videos/generations",
        {"model": "grok-imagine-video", "prompt": "A key turns.", "reference_images": [{"url": URL}, {"url": URL}]},
    ),
]


@pytest.mark.parametrize(("request_", "path", "body"), BODIES, ids=[f"{one[0].kind}-{one[0].model}" for one in BODIES])
def test_a_purchase_is_sent_in_xais_own_words(
    fake: FakeProviders, request_: Request, path: str, body: dict[str, Any]
) -> None:
    adapter(fake).start(request_, Emit())

    (sent,) = fake.captured
    assert (sent.method, sent.path, sent.json) == ("POST", path, body)
    assert sent.headers["authorization"] == f"Bearer {fake.key('xai')}"


def test_a_picture_says_what_was_really_asked_and_what_it_cost(fake: FakeProviders) -> None:
    done = adapter(fake).start(PICTURE, Emit())

    assert done == Done(
        data=media.picture("jpeg"),
        media_type="image/jpeg",
        model="grok-imagine-image",
        prompt="A key., at dusk",
        cost_micros=20_000,
    )


@pytest.mark.parametrize(
    ("first", "data", "link", "media_type"),
    [
        ({"b64_json": base64.b64encode(PNG).decode()}, PNG, None, "image/jpeg"),
        ({"b64_json": URL}, PNG, None, "image/png"),
        ({"url": URL}, PNG, None, "image/png"),
        ({"url": "https://imgen.example/a"}, None, Link("https://imgen.example/a"), "image/jpeg"),
        (
            {"url": "https://imgen.example/a", "mime_type": "image/webp"},
            None,
            Link("https://imgen.example/a"),
            "image/webp",
        ),
    ],
)
def test_a_picture_comes_in_any_of_its_forms(
    first: dict[str, Any], data: bytes | None, link: Link | None, media_type: str
) -> None:
    with answering(XAI, 200, {"data": [first]}) as xai:
        done = xai.start(PICTURE, Emit())

    assert done == Done(data=data, link=link, media_type=media_type, model="grok-imagine-image")


@pytest.mark.parametrize(
    ("ticks", "micros"), [(10_000, 1), (10_001, 2), (1, 1), (0, 0), ("25000000", 2_500), (None, None), (-1, None)]
)
def test_ticks_are_rounded_up_to_micro_dollars(ticks: Any, micros: int | None) -> None:
    document = {"data": [{"url": "https://imgen.example/a"}], "usage": {"cost_in_usd_ticks": ticks}}

    with answering(XAI, 200, document) as xai:
        done = xai.start(PICTURE, Emit())

    assert isinstance(done, Done)
    assert done.cost_micros == micros


def test_thoughts_are_skipped_and_the_text_comes_in_pieces(fake: FakeProviders) -> None:
    fake.says = "The tide left a brass key on the step."
    fake.script("xai", "text.stream", ThinkingFirst())
    pieces: list[str] = []

    done = adapter(fake).start(TEXT, Emit(text=pieces.append))

    assert isinstance(done, Done)
    assert (done.text, done.model, done.cost_micros) == (fake.says, "grok-4.3", 300)
    assert ("".join(pieces), len(pieces)) == (fake.says, 8)


@pytest.mark.parametrize(
    "inputs",
    [
        (given("source"), given("reference"), given("reference"), given("reference")),
        (given("reference", b"GIF89a", "image/gif"),),
        (given("reference", bytes(10 * 1024 * 1024 + 1)),),
    ],
    ids=["too many", "wrong type", "too large"],
)
def test_pictures_that_the_edit_does_not_take_are_not_sent(fake: FakeProviders, inputs: tuple[Input, ...]) -> None:
    with pytest.raises(Rejected) as caught:
        adapter(fake).start(Request(Kind.IMAGE, "grok-imagine-image", "A key.", inputs=inputs), Emit())

    assert (caught.value.field, fake.captured) == ("inputs", [])


def test_an_edit_on_the_newest_model_takes_a_source_and_three_references(fake: FakeProviders) -> None:
    inputs = (given("source"), given("reference"), given("reference"), given("reference"))

    done = adapter(fake).start(Request(Kind.EDIT, "grok-imagine-image-2.0", "A key.", inputs=inputs), Emit())

    assert isinstance(done, Done)
    assert done.cost_micros == 28_000


def test_reference_pictures_beside_a_frame_are_left_out_and_it_is_said() -> None:
    request = Request(Kind.VIDEO, FILM.model, "A key.", inputs=(given("reference"), given("first_frame")))

    with answering(XAI, 200, {"video": {"url": "https://vidgen.example/a"}}) as xai:
        done = xai.check(Handle("req-1", "", request))

    assert isinstance(done, Done)
    assert done.adjusted == {"inputs": ("reference, first_frame", "first_frame")}


@pytest.mark.parametrize(
    ("request_", "refused"),
    [
        (
            Request(Kind.IMAGE, "grok-imagine-image", "A key.", seed=7, style="ink", background="opaque", output_format="png"),
            ["seed", "style", "background", "output_format"],
        ),
        (Request(Kind.IMAGE, "grok-imagine-image", "A key.", quality="high"), ["quality"]),
        (Request(Kind.IMAGE, "grok-imagine-image", "A key.", inputs=(given("reference"),) * 4), ["inputs"]),
        (Request(Kind.EDIT, "grok-imagine-image", "A key.", inputs=(given("source"), given("mask"))), ["inputs"]),
        (Request(Kind.VIDEO, "grok-imagine-video", "A key.", seed=7, resolution="1080p", seconds=16),
         ["seed", "resolution", "seconds"]),
        (Request(Kind.VIDEO, "grok-imagine-video-1.5", "A key.", audio=True, resolution="1080p", seconds=15), []),
        (Request(Kind.VIDEO, "grok-imagine-video-1.5-lite", "A key.", resolution="1080p"), ["resolution"]),
        (Request(Kind.TEXT, "grok-4.3", "Tell.", seed=7, schema=SCHEMA), []),
    ],
)  # fmt: skip
def test_what_a_model_cannot_take_is_refused_by_name(request_: Request, refused: list[str]) -> None:
    able = XAI().capabilities(request_.model, request_.kind, {})
    assert able is not None

    assert [name for name, _ in refuse_unsupported(request_, able)] == refused


@pytest.mark.parametrize(
    ("model", "kind"),
    [
        ("grok-2-image", Kind.IMAGE),
        ("grok-3", Kind.TEXT),
        ("grok-imagine-image", Kind.VIDEO),
        ("grok-imagine-video", Kind.TEXT),
        ("grok-4.3", Kind.SPEECH),
        ("flux-dev", Kind.IMAGE),
    ],
)
def test_what_is_gone_or_not_spoken_here_is_not_claimed(model: str, kind: Kind) -> None:
    assert XAI().capabilities(model, kind, {}) is None


@pytest.mark.parametrize(
    ("model", "kind", "asked", "used", "adjusted"),
    [
        ("grok-imagine-image", Kind.IMAGE, {"quality": "standard", "resolution": "4K", "width": 1000, "height": 2000},
         {"quality": "medium", "resolution": "2K", "aspect_ratio": "1:2", "width": None, "height": None},
         {"quality": ("standard", "medium"), "resolution": ("4K", "2K"), "size": ("1000x2000", "1:2")}),
        ("grok-imagine-video", Kind.VIDEO, {"seconds": 20.0, "resolution": "1080p", "aspect_ratio": "21:9"},
         {"seconds": 15, "resolution": "720p", "aspect_ratio": "16:9"},
         {"seconds": ("20", "15"), "resolution": ("1080p", "720p"), "aspect_ratio": ("21:9", "16:9")}),
        ("grok-imagine-video", Kind.VIDEO, {}, {"seconds": 8}, {}),
    ],
)  # fmt: skip
def test_wishes_are_translated_into_what_the_model_takes(
    model: str, kind: Kind, asked: dict[str, Any], used: dict[str, Any], adjusted: dict[str, Any]
) -> None:
    able = XAI().capabilities(model, kind, {})
    assert able is not None

    fitted, changed = fit(Request(kind, model, "A key.", **asked), able)

    assert {name: getattr(fitted, name) for name in used} == used
    assert changed == adjusted


def test_the_lists_name_models_by_what_they_make(fake: FakeProviders) -> None:
    assert adapter(fake).models() == [
        Listed("grok-imagine-image", Kind.IMAGE),
        Listed("grok-imagine-image-quality", Kind.IMAGE),
        Listed("grok-imagine-image-2.0", Kind.IMAGE),
        Listed("grok-imagine-video", Kind.VIDEO),
        Listed("grok-imagine-video-1.5", Kind.VIDEO),
        Listed("grok-imagine-video-1.5-lite", Kind.VIDEO),
        Listed("grok-4.3", Kind.TEXT),
        Listed("grok-4.1-fast", Kind.TEXT),
    ]


def test_lists_that_cannot_be_read_are_an_error_and_not_an_empty_list(fake: FakeProviders) -> None:
    fake.script("xai", "models", Status(400, "denied"))

    with pytest.raises(Denied):
        adapter(fake).models()
