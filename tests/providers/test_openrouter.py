"""What is special about OpenRouter: its bodies, its streams, what its models take, its lists."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest

from generation.providers.capabilities import refuse_unsupported
from generation.providers.contract import Done, Emit, Input, Kind, Link, Listed, Request
from generation.providers.errors import Damaged, Denied, Rejected
from generation.providers.fitting import fit
from generation.providers.openrouter import OpenRouter
from tests.providers.fake import FakeProviders, media
from tests.providers.fake.faults import (
    ErrorIn200,
    LengthCut,
    PollUrlElsewhere,
    Status,
    ThinkingFirst,
)

PNG = media.picture()
URL = f"data:image/png;base64,{base64.b64encode(PNG).decode()}"
PART = {"type": "image_url", "image_url": {"url": URL}}
SCHEMA = {
    "type": "object",
    "properties": {"text": {"type": "string"}, "ending": {"type": "boolean"}},
    "required": ["text"],
}
STRICT = {**SCHEMA, "required": ["text", "ending"], "additionalProperties": False}


@pytest.fixture
def fake() -> Iterator[FakeProviders]:
    with FakeProviders() as running:
        yield running


def adapter(fake: FakeProviders) -> OpenRouter:
    return OpenRouter(key=fake.key("openrouter"), base_url=fake.base_url("openrouter"), trusted=True)


def given(role: str) -> Input:
    return Input(role, "image/png", PNG)


def message(text: Any) -> list[dict[str, Any]]:
    return [{"role": "user", "content": text}]


BODIES: list[tuple[Request, str, dict[str, Any]]] = [
    (
        Request(Kind.TEXT, "openai/gpt-6", "Tell.", system="Rules.", schema=SCHEMA, max_tokens=100, seed=7),
        "/api/v1/chat/completions",
        {
            "model": "openai/gpt-6",
            "messages": [{"role": "system", "content": "Rules."}, *message("Tell.")],
            "max_tokens": 4_100,
            "seed": 7,
            "response_format": {
                "type": "json_schema",
                "json_schema": {"name": "answer", "schema": STRICT, "strict": True},
            },
            "stream": True,
            "stream_options": {"include_usage": True},
            "provider": {"require_parameters": True},
        },
    ),
    (
        Request(Kind.TEXT, "openai/gpt-6", "Tell.", options={"provider": {"only": ["azure"]}}),
        "/api/v1/chat/completions",
        {
            "model": "openai/gpt-6",
            "messages": message("Tell."),
            "stream": True,
            "stream_options": {"include_usage": True},
            "provider": {"only": ["azure"]},
        },
    ),
    (
        Request(
            Kind.IMAGE,
            "openai/gpt-image-2",
            "A key.",
            aspect_ratio="3:2",
            quality="high",
            background="opaque",
            output_format="webp",
            output_compression=80,
        ),
        "/api/v1/images",
        {
            "model": "openai/gpt-image-2",
            "prompt": "A key.",
            "aspect_ratio": "3:2",
            "quality": "high",
            "background": "opaque",
            "output_format": "webp",
            "output_compression": 80,
        },
    ),
    (
        Request(
            Kind.IMAGE,
            "black-forest-labs/flux.2-flex",
            "A key.",
            resolution="2K",
            seed=0,
            steps=20,
            guidance=4.5,
            inputs=(given("reference"), given("reference")),
            options={"provider": {"only": ["black-forest-labs"]}},
        ),
        "/api/v1/images",
        {
            "model": "black-forest-labs/flux.2-flex",
            "prompt": "A key.",
            "resolution": "2K",
            "seed": 0,
            "input_references": [PART, PART],
            "provider": {
                "only": ["black-forest-labs"],
                "options": {"black-forest-labs": {"steps": 20, "guidance": 4.5}},
            },
        },
    ),
    (
        Request(
            Kind.EDIT,
            "google/gemini-3.1-flash-image",
            "Add snow.",
            inputs=(Input("reference", "image/png", b"hero"), Input("source", "image/jpeg", lambda: b"scene")),
        ),
        "/api/v1/images",
        {
            "model": "google/gemini-3.1-flash-image",
            "prompt": "Add snow.",
            "input_references": [
                {"type": "image_url", "image_url": {"url": "data:image/jpeg;base64,c2NlbmU="}},
                {"type": "image_url", "image_url": {"url": "data:image/png;base64,aGVybw=="}},
            ],
        },
    ),
    (
        Request(
            Kind.IMAGE,
            "google/gemini-3.1-flash-image",
            "A key.",
            aspect_ratio="21:9",
            resolution="512",
            inputs=(given("reference"),),
            options={"endpoint": "chat"},
        ),
        "/api/v1/chat/completions",
        {
            "model": "google/gemini-3.1-flash-image",
            "messages": message([{"type": "text", "text": "A key."}, PART]),
            "modalities": ["image", "text"],
            "image_config": {"aspect_ratio": "21:9", "image_size": "0.5K"},
        },
    ),
    (
        Request(Kind.IMAGE, "black-forest-labs/flux.2-pro", "A key.", seed=7, options={"endpoint": "chat"}),
        "/api/v1/chat/completions",
        {
            "model": "black-forest-labs/flux.2-pro",
            "messages": message("A key."),
            "modalities": ["image"],
            "seed": 7,
        },
    ),
    (
        Request(
            Kind.VIDEO,
            "google/gemini-omni-1.1-flash",
            "A key turns.",
            seconds=8.0,
            aspect_ratio="9:16",
            resolution="1080p",
            audio=False,
            seed=7,
            inputs=(given("first_frame"), given("last_frame"), given("reference")),
        ),
        "/api/v1/videos",
        {
            "model": "google/gemini-omni-1.1-flash",
            "prompt": "A key turns.",
            "duration": 8,
            "resolution": "1080p",
            "aspect_ratio": "9:16",
            "generate_audio": False,
            "seed": 7,
            "frame_images": [{**PART, "frame_type": "first_frame"}, {**PART, "frame_type": "last_frame"}],
        },
    ),
    (
        Request(
            Kind.VIDEO,
            "bytedance/seedance-2",
            "A key turns.",
            inputs=(given("reference"), given("reference")),
            options={"provider": {"only": ["bytedance"], "options": {"bytedance": {"draft": True}}}},
        ),
        "/api/v1/videos",
        {
            "model": "bytedance/seedance-2",
            "prompt": "A key turns.",
            "input_references": [PART, PART],
            "provider": {"options": {"bytedance": {"draft": True}}},
        },
    ),
]


@pytest.mark.parametrize(("request_", "path", "body"), BODIES, ids=[f"{one[0].kind}-{one[0].model}" for one in BODIES])
def test_a_purchase_is_sent_in_openrouters_own_words(
    fake: FakeProviders, request_: Request, path: str, body: dict[str, Any]
) -> None:
    adapter(fake).start(request_, Emit())

    (sent,) = fake.captured
    assert (sent.method, sent.path, sent.json) == ("POST", path, body)
    assert sent.headers["authorization"] == f"Bearer {fake.key('openrouter')}"
    assert sent.headers["x-title"] == "Fablewright"
    assert fake.captured_elsewhere == []


def test_thoughts_are_skipped_and_the_text_comes_in_pieces(fake: FakeProviders) -> None:
    fake.says = "The tide left a brass key on the step."
    fake.script("openrouter", "text.stream", ThinkingFirst())
    pieces: list[str] = []

    done = adapter(fake).start(Request(Kind.TEXT, "openai/gpt-6", "Tell."), Emit(text=pieces.append))

    (charge,) = fake.books
    assert done == Done(
        text=fake.says, model="openai/gpt-6", cost_micros=125, request_id="chatcmpl-8a1f",
        usage={"input_tokens": charge.usage["prompt_tokens"], "output_tokens": charge.usage["completion_tokens"]},
    )  # fmt: skip
    assert ("".join(pieces), len(pieces)) == (fake.says, 8)


def test_text_that_was_cut_says_so(fake: FakeProviders) -> None:
    fake.says = "0123456789"
    fake.script("openrouter", "text.stream", LengthCut())

    done = adapter(fake).start(Request(Kind.TEXT, "openai/gpt-6", "Tell."), Emit())

    assert isinstance(done, Done)
    assert (done.text, done.is_cut) == ("01234", True)


def test_an_error_in_the_middle_of_the_text_may_have_been_charged(fake: FakeProviders) -> None:
    fake.says = "0123456789ABCDEF"
    fake.script("openrouter", "text.stream", ErrorIn200())
    pieces: list[str] = []

    with pytest.raises(Damaged) as caught:
        adapter(fake).start(Request(Kind.TEXT, "openai/gpt-6", "Tell."), Emit(text=pieces.append))

    assert (str(caught.value), caught.value.billed) == ("Provider returned an error", None)
    assert pieces == ["01", "23", "45"]


def test_a_picture_in_a_conversation_may_lie_at_an_address(fake: FakeProviders) -> None:
    fake.script("openrouter", "image.generate", PollUrlElsewhere())

    done = adapter(fake).start(Request(Kind.IMAGE, "a/b", "A key.", options={"endpoint": "chat"}), Emit())

    (path,) = fake.hosted
    assert isinstance(done, Done)
    assert done.link == Link(f"{fake.elsewhere_url}{path}", with_key=False)


@pytest.mark.parametrize(
    ("request_", "refused"),
    [
        (Request(Kind.TEXT, "anthropic/claude-sonnet-5.5", "Tell.", seed=7), ["seed"]),
        (Request(Kind.TEXT, "openai/gpt-6", "Tell.", seed=7, schema=SCHEMA), []),
        (
            Request(Kind.IMAGE, "google/gemini-3-pro-image", "A key.", seed=7, quality="high", steps=9),
            ["seed", "steps", "quality"],
        ),
        (Request(Kind.IMAGE, "black-forest-labs/flux.2-pro", "A key.", seed=7, steps=9), ["steps"]),
        (Request(Kind.IMAGE, "black-forest-labs/flux.2-flex", "A key.", steps=51, guidance=4.0), ["steps"]),
        (Request(Kind.IMAGE, "somebody/new", "A key.", output_format="png", style="ink"), ["style", "output_format"]),
        (Request(Kind.IMAGE, "somebody/new", "A key.", inputs=(given("reference"),) * 4), ["inputs"]),
        (Request(Kind.EDIT, "somebody/new", "A key.", inputs=(given("source"), given("mask"))), ["inputs"]),
        (Request(Kind.VIDEO, "somebody/new", "A key.", audio=True, inputs=(given("last_frame"),)), ["audio", "inputs"]),
        (
            Request(Kind.VIDEO, "google/gemini-omni-1.1-flash", "A key.", audio=True, negative_prompt="x"),
            ["negative_prompt"],
        ),
    ],
)
def test_what_a_model_cannot_take_is_refused_by_name(request_: Request, refused: list[str]) -> None:
    able = OpenRouter().capabilities(request_.model, request_.kind, request_.options)
    assert able is not None

    assert [name for name, _ in refuse_unsupported(request_, able)] == refused


def test_a_conversation_takes_no_wishes_about_the_file() -> None:
    request = Request(Kind.IMAGE, "openai/gpt-image-2", "A key.", output_format="png", options={"endpoint": "chat"})
    able = OpenRouter().capabilities(request.model, request.kind, request.options)
    assert able is not None

    assert [name for name, _ in refuse_unsupported(request, able)] == ["output_format"]


@pytest.mark.parametrize(
    ("model", "kind"),
    [("gpt-6", Kind.TEXT), ("openai/tts", Kind.SPEECH), ("openai/omni-moderation-latest", Kind.MODERATE)],
)
def test_what_is_not_spoken_here_is_not_claimed(model: str, kind: Kind) -> None:
    assert OpenRouter().capabilities(model, kind, {}) is None


@pytest.mark.parametrize(
    ("model", "kind", "asked", "used", "adjusted"),
    [
        ("google/gemini-omni-1.1-flash", Kind.VIDEO, {"seconds": 12.0, "resolution": "4K", "aspect_ratio": "21:9"},
         {"seconds": 8, "resolution": "1080p", "aspect_ratio": "16:9"},
         {"seconds": ("12", "8"), "resolution": ("4K", "1080p"), "aspect_ratio": ("21:9", "16:9")}),
        ("somebody/new", Kind.VIDEO, {}, {"seconds": 5, "resolution": None, "aspect_ratio": None}, {}),
        ("openai/gpt-image-2", Kind.IMAGE, {"quality": "standard", "width": 1920, "height": 1080},
         {"quality": "medium", "aspect_ratio": "16:9", "width": None}, {"quality": ("standard", "medium"),
          "size": ("1920x1080", "16:9")}),
    ],
)  # fmt: skip
def test_wishes_are_translated_into_what_the_model_takes(
    model: str, kind: Kind, asked: dict[str, Any], used: dict[str, Any], adjusted: dict[str, Any]
) -> None:
    able = OpenRouter().capabilities(model, kind, {})
    assert able is not None

    fitted, changed = fit(Request(kind, model, "A key.", **asked), able)

    assert {name: getattr(fitted, name) for name in used} == used
    assert changed == adjusted


def test_the_lists_name_models_by_what_they_make_and_when_they_end(fake: FakeProviders) -> None:
    assert adapter(fake).models() == [
        Listed("openai/gpt-6", Kind.TEXT),
        Listed("anthropic/claude-sonnet-5.5", Kind.TEXT),
        Listed("openai/gpt-4o", Kind.TEXT, date(2027, 1, 14)),
        Listed("google/gemini-3.1-flash-image", Kind.TEXT),
        Listed("google/gemini-3.1-flash-image", Kind.IMAGE),
        Listed("black-forest-labs/flux.2-pro", Kind.IMAGE),
        Listed("bytedance-seed/seedream-4.5", Kind.IMAGE),
        Listed("google/gemini-omni-1.1-flash", Kind.VIDEO),
        Listed("bytedance/seedance-2", Kind.VIDEO),
    ]


def test_lists_that_cannot_be_read_are_an_error_and_not_an_empty_list(fake: FakeProviders) -> None:
    fake.script("openrouter", "models", Status(401, "denied"))

    with pytest.raises(Denied):
        adapter(fake).models()


def test_a_retired_model_is_rejected_by_its_field(fake: FakeProviders) -> None:
    with pytest.raises(Rejected) as caught:
        adapter(fake).start(Request(Kind.IMAGE, "openai/dall-e-3", "A key."), Emit())

    assert (caught.value.field, str(caught.value)) == ("model", "404: No endpoints found for openai/dall-e-3.")
