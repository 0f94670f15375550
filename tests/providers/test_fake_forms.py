"""The fake providers: good answers in each provider's form, and the refusals that the real ones give."""

from __future__ import annotations

import base64
import io
import json
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import av
import pytest
from PIL import Image

from tests.providers.fake import FakeProviders
from tests.providers.fake.asking import (
    ASK,
    CHAT,
    DRAW,
    FILM,
    GROK,
    PNG,
    WIRE,
    events,
    film_url,
    headers,
    poll_path,
    said,
    send,
)
from tests.providers.fake.books import Charge, File
from tests.providers.fake.media import mp3, picture
from tests.providers.fake.scene import SENTENCE
from tests.providers.toll import SCENE


@pytest.fixture(scope="module")
def running() -> Iterator[FakeProviders]:
    with FakeProviders() as fake:
        yield fake


@pytest.fixture
def fake(running: FakeProviders) -> FakeProviders:
    running.reset()
    return running


@pytest.mark.parametrize("provider", CHAT)
def test_a_text_is_answered_charged_and_captured(provider: str, fake: FakeProviders) -> None:
    path, body = CHAT[provider]
    answer = send(fake, provider, path, body)
    assert (answer.status_code, said(provider, answer.json())) == (200, SENTENCE)
    assert [(line.provider, line.operation) for line in fake.books] == [(provider, "text")]
    assert fake.submits(provider) == 1
    [captured] = fake.captured
    assert (captured.provider, captured.operation, captured.method, captured.json) == (provider, "text", "POST", body)


@pytest.mark.parametrize("provider", CHAT)
def test_a_wrong_key_is_refused_in_the_providers_form(provider: str, fake: FakeProviders) -> None:
    path, body = CHAT[provider]
    wrong = {name: value.replace("canary", "stolen") for name, value in headers(fake, provider).items()}
    answer = WIRE.post(fake.base_url(provider) + path, json=body, headers=wrong)
    status = {"xai": 400, "google": 400}.get(provider, 401)
    assert (answer.status_code, fake.books, fake.submits(provider)) == (status, [], 0)


STREAMS: dict[str, dict[str, Any]] = {
    "openai": {"stream": True, "stream_options": {"include_usage": True}},
    "openrouter": {"stream": True},
    "xai": {"stream": True},
    "compatible": {"stream": True},
    "anthropic": {"stream": True},
    "google": {},
}


@pytest.mark.parametrize("provider", STREAMS)
def test_a_stream_says_the_same_in_pieces(provider: str, fake: FakeProviders) -> None:
    path, body = CHAT[provider]
    path = path.replace(":generateContent", ":streamGenerateContent?alt=sse")
    answer = send(fake, provider, path, {**body, **STREAMS[provider]})
    found = ""
    for event in events(answer.text):
        if provider == "anthropic":
            found += event.get("delta", {}).get("text", "")
        elif provider == "google":
            found += "".join(part["text"] for part in event["candidates"][0]["content"]["parts"])
        else:
            found += "".join(choice["delta"].get("content") or "" for choice in event["choices"])
    assert found == SENTENCE
    assert fake.captured[0].operation == "text.stream"


def test_a_schema_is_answered_with_a_scene(fake: FakeProviders) -> None:
    keys = {key: {"type": "string"} for key in ("title", "text")}
    schema = {"type": "object", "properties": keys, "required": ["title", "text"], "additionalProperties": False}
    form = {"type": "json_schema", "json_schema": {"name": "scene", "strict": True, "schema": schema}}
    expected = {key: SCENE[key] for key in keys}
    path, body = CHAT["openai"]
    assert json.loads(said("openai", send(fake, "openai", path, {**body, "response_format": form}).json())) == expected
    output = {"output_config": {"format": {"type": "json_schema", "schema": schema}}}
    path, body = CHAT["anthropic"]
    assert json.loads(said("anthropic", send(fake, "anthropic", path, {**body, **output}).json())) == expected
    config = {"generationConfig": {"responseMimeType": "application/json", "responseJsonSchema": schema}}
    path, body = CHAT["google"]
    assert json.loads(said("google", send(fake, "google", path, {**body, **config}).json())) == expected
    path, body = CHAT["openrouter"]
    loose = said("openrouter", send(fake, "openrouter", path, {**body, "response_format": form}).json())
    assert loose == SENTENCE
    firm = {**body, "response_format": form, "provider": {"require_parameters": True}}
    assert json.loads(said("openrouter", send(fake, "openrouter", path, firm).json())) == expected


OPEN = {"type": "object", "properties": {"title": {"type": "string"}}}
OPEN_FORM = {"type": "json_schema", "json_schema": {"name": "s", "strict": True, "schema": OPEN}}
OMNI = FILM["google"][1]
GEMINI_IMAGE = "/v1beta/models/gemini-3.1-flash-image:generateContent"
REFUSED: list[tuple[str, str, dict[str, Any], int]] = [
    ("openai", "/chat/completions", {**CHAT["openai"][1], "max_tokens": 9}, 400),
    ("openai", "/chat/completions", {**CHAT["openai"][1], "temperature": 0.5}, 400),
    ("openai", "/chat/completions", {**CHAT["openai"][1], "response_format": OPEN_FORM}, 400),
    ("openai", "/images/generations", {**DRAW, "response_format": "b64_json"}, 400),
    ("openai", "/images/generations", {**DRAW, "style": "vivid"}, 400),
    ("openai", "/images/generations", {**DRAW, "quality": "standard"}, 400),
    ("openai", "/images/generations", {**DRAW, "size": "1000x1000"}, 400),
    ("openai", "/images/generations", {**DRAW, "background": "transparent", "output_format": "jpeg"}, 400),
    ("openai", "/images/generations", {**DRAW, "model": "dall-e-3"}, 404),
    ("openai", "/images/generations", {**DRAW, "model": "gpt-image-1"}, 404),
    ("openai", "/images/edits", {**DRAW, "images": [{"image_url": PNG}], "input_fidelity": "high"}, 400),
    ("openai", "/videos", {"model": "sora-2", "prompt": "Rain."}, 404),
    ("openrouter", "/images/generations", {**DRAW, "model": "openai/gpt-image-2"}, 404),
    ("openrouter", "/images", {**DRAW, "model": "a/b", "size": "1024x1024", "aspect_ratio": "16:9"}, 400),
    ("openrouter", "/videos", {**FILM["openrouter"][1], "duration": "4"}, 400),
    (
        *("openrouter", "/chat/completions"),
        {"model": "black-forest-labs/flux.2-pro", "messages": ASK, "modalities": ["image", "text"]},
        404,
    ),
    ("xai", "/images/generations", {**GROK, "size": "1024x1024"}, 400),
    ("xai", "/images/generations", {**GROK, "seed": 7}, 400),
    ("xai", "/images/generations", {**GROK, "model": "grok-2-image"}, 404),
    ("xai", "/images/edits", {**GROK, "image": {"url": PNG}}, 422),
    ("anthropic", "/v1/messages", {**CHAT["anthropic"][1], "temperature": 1}, 400),
    ("anthropic", "/v1/messages", {"model": "claude-haiku-5-5", "messages": ASK}, 400),
    (
        "anthropic",
        "/v1/messages",
        {**CHAT["anthropic"][1], "messages": [*ASK, {"role": "assistant", "content": "{"}]},
        400,
    ),
    ("anthropic", "/v1/messages", {**CHAT["anthropic"][1], "messages": [{"role": "system", "content": "x"}]}, 400),
    ("anthropic", "/v1/messages", {**CHAT["anthropic"][1], "model": "claude-3-opus"}, 404),
    ("google", "/v1beta/interactions", {**OMNI, "response_format": {"type": "video", "duration": 8}}, 400),
    ("google", "/v1beta/models/imagen-4.0-generate-001:predict", {}, 404),
    (
        *("google", GEMINI_IMAGE),
        {
            "contents": [{"parts": [{"text": "x"}]}],
            "generationConfig": {"responseModalities": ["TEXT", "IMAGE"], "imageConfig": {"imageSize": "1k"}},
        },
        400,
    ),
    ("google", CHAT["google"][0], {**CHAT["google"][1], "generation_config": {}}, 400),
]


@pytest.mark.parametrize(("provider", "path", "body", "status"), REFUSED)
def test_what_the_provider_refuses_is_refused(
    provider: str, path: str, body: dict[str, Any], status: int, fake: FakeProviders
) -> None:
    answer = send(fake, provider, path, body)
    assert (answer.status_code, fake.submits(provider), fake.books) == (status, 0, [])


def test_a_picture_has_the_size_and_form_that_were_asked_for(fake: FakeProviders) -> None:
    body = {**DRAW, "size": "1536x1024", "output_format": "webp"}
    answer = send(fake, "openai", "/images/generations", body).json()
    made = Image.open(io.BytesIO(base64.b64decode(answer["data"][0]["b64_json"])))
    assert (made.size, made.format, answer["size"]) == ((1536, 1024), "WEBP", "1536x1024")


def test_an_edit_by_form_keeps_fields_and_files(fake: FakeProviders) -> None:
    files = [("image[]", (f"{n}.png", picture(), "image/png")) for n in range(2)]
    answer = send(fake, "openai", "/images/edits", data=DRAW, files=files)
    assert answer.status_code == 200
    [captured] = fake.captured
    assert captured.fields == {"model": ["gpt-image-2"], "prompt": ["A quay."]}
    size = len(picture())
    assert captured.files == [File("image[]", f"{n}.png", "image/png", size) for n in range(2)]
    assert [file.data for file in captured.files] == [picture()] * 2


def test_xai_tells_ticks_and_lays_the_picture_elsewhere(fake: FakeProviders) -> None:
    body = {**GROK, "image": {"type": "image_url", "url": PNG}}
    answer = send(fake, "xai", "/images/edits", body).json()
    assert answer["usage"] == {"cost_in_usd_ticks": 220_000_000}
    assert fake.books == [Charge("xai", "image.edit", "", Decimal("0.022"), {"images": 1})]
    url = answer["data"][0]["url"]
    assert url.startswith(fake.elsewhere_url)
    assert WIRE.get(url).content == picture("jpeg")
    assert WIRE.get(url, headers=headers(fake, "xai")).status_code == 400
    assert ["authorization" in one.headers for one in fake.captured_elsewhere] == [False, True]


@pytest.mark.parametrize("provider", FILM)
def test_a_film_is_waited_for_and_fetched(provider: str, fake: FakeProviders) -> None:
    path, body = FILM[provider]
    begun = send(fake, provider, path, body)
    where = poll_path(provider, begun.json())
    words = [send(fake, provider, where).json().get("status", "") for _ in range(fake.polls_needed + 1)]
    expected = {
        "openrouter": ["pending", "in_progress", "completed"],
        "xai": ["", "pending", "done"],
        "compatible": ["queued", "in_progress", "completed"],
        "google": ["queued", "in_progress", "completed"],
    }
    assert words == expected[provider]
    url = film_url(provider, send(fake, provider, where).json())
    film = WIRE.get(url) if provider == "xai" else send(fake, provider, url)
    with av.open(io.BytesIO(film.content)) as container:
        assert (container.streams.video[0].width, container.streams.video[0].height) == (64, 36)
    assert (fake.submits(provider), len(fake.books)) == (1, 1)


def test_a_film_is_cancelled_by_name(fake: FakeProviders) -> None:
    path, body = FILM["google"]
    where = poll_path("google", send(fake, "google", path, body).json())
    assert send(fake, "google", where + "/cancel", {}).json()["status"] == "cancelled"
    assert send(fake, "google", where).json()["status"] == "cancelled"
    path, body = FILM["compatible"]
    where = poll_path("compatible", send(fake, "compatible", path, body).json())
    assert send(fake, "compatible", where, method="DELETE").json()["deleted"] is True
    assert send(fake, "compatible", where).status_code == 404


def test_compatible_servers_differ(fake: FakeProviders) -> None:
    errors = {}
    for flavour in ("vllm", "localai", "ollama"):
        fake.flavour = flavour
        errors[flavour] = send(
            fake, "compatible", "/chat/completions", {**CHAT["compatible"][1], "model": "no-such-model"}
        ).json()
    assert errors == {
        "vllm": {"detail": "The model does not exist."},
        "localai": {"error": {"code": 404, "message": "The model does not exist.", "type": "NotFoundError"}},
        "ollama": {"error": "The model does not exist."},
    }
    fake.flavour = "localai"
    assert "usage" not in send(fake, "compatible", *CHAT["compatible"]).json()
    url = send(fake, "compatible", "/images/generations", {"prompt": "A quay."}).json()["data"][0]["url"]
    assert WIRE.get(url).content == picture("png", 64, 64)
    assert (
        WIRE.post(fake.base_url("compatible") + "/audio/speech", json={"model": "m", "input": "Hello."}).content
        == mp3()
    )


def test_lists_of_models_say_what_retires(fake: FakeProviders) -> None:
    ends = {row["id"]: row["shutdown_date"] for row in send(fake, "openai", "/models").json()["data"]}
    assert (ends["gpt-image-2"], ends["gpt-image-1.5"]) == (None, "2026-12-01")
    rows = {row["id"]: row["lifecycle"] for row in send(fake, "anthropic", "/v1/models").json()["data"]}
    assert rows["claude-sonnet-4-5-20250929"] == "deprecated"
    first = send(fake, "google", "/v1beta/models?pageSize=5").json()
    rest = send(fake, "google", f"/v1beta/models?pageSize=5&pageToken={first['nextPageToken']}").json()
    assert (len(first["models"]), len(rest["models"]), "nextPageToken" in rest) == (5, 3, False)
    lists = {
        name: send(fake, "xai", name).json()["models"][0]["id"]
        for name in ("/image-generation-models", "/video-generation-models")
    }
    assert lists == {
        "/image-generation-models": "grok-imagine-image",
        "/video-generation-models": "grok-imagine-video",
    }
    for path in ("/models", "/images/models", "/videos/models"):
        assert send(fake, "openrouter", path).json()["data"][0]["created"] == 1_795_000_000
