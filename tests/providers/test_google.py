"""What is special about Google: two wire forms, refusals without an error, films that lie behind the key."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from typing import Any

import pytest

from generation.providers.capabilities import refuse_unsupported
from generation.providers.contract import Done, Emit, Handle, Input, Kind, Listed, Pending, Request
from generation.providers.errors import Damaged, Denied, ProviderError, Refused, Rejected, Transient
from generation.providers.fitting import fit
from generation.providers.google import Google
from generation.providers.google.complaints import BLOCKED, REFUSING, inside, retry_delay
from generation.providers.google.content import chunks, picture_of, written
from stories.prompts import SCENE_SCHEMA
from tests.providers import specs
from tests.providers.fake import FakeProviders, media
from tests.providers.fake.faults import (
    ErrorIn200,
    LengthCut,
    ThinkingFirst,
)
from tests.providers.fake.scene import SENTENCE
from tests.providers.toll import SCENE

PICTURE = media.picture()
PACKED = base64.b64encode(PICTURE).decode()
IMAGE, FILM = "gemini-3.1-flash-image", "gemini-omni-1.2-flash"
TEXT_ASKED = Request(Kind.TEXT, "gemini-3.1-pro", "Begin.", max_tokens=500)
IMAGE_ASKED = Request(Kind.IMAGE, IMAGE, "A quay.")
FILM_ASKED = Request(Kind.VIDEO, FILM, "The tide comes in.", seconds=8.0)


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


def meets(google: Google, request: Request) -> ProviderError:
    with pytest.raises(ProviderError) as met:
        google.start(request, Emit())
    return met.value


def plain(text: str) -> str:
    return text


# Text


def test_the_whole_request_for_text(fake: FakeProviders, google: Google) -> None:
    request = Request(
        Kind.TEXT,
        "gemini-3.1-pro",
        '{"must_end": false}',
        system="You tell stories.",
        schema=SCENE_SCHEMA,
        max_tokens=2_000,
        seed=7,
        inputs=given("reference"),
        options={"safety_settings": [{"category": "HARM_CATEGORY_HARASSMENT", "threshold": "BLOCK_ONLY_HIGH"}]},
    )
    answer = google.start(request, Emit())
    sent = fake.captured[0]
    assert sent.json == {
        "systemInstruction": {"parts": [{"text": "You tell stories."}]},
        "contents": [
            {
                "role": "user",
                "parts": [{"inlineData": {"mimeType": "image/png", "data": PACKED}}, {"text": '{"must_end": false}'}],
            }
        ],
        "generationConfig": {
            "maxOutputTokens": 10_192,
            "seed": 7,
            "responseMimeType": "application/json",
            "responseJsonSchema": SCENE_SCHEMA,
        },
        "safetySettings": [{"category": "HARM_CATEGORY_HARASSMENT", "threshold": "BLOCK_ONLY_HIGH"}],
    }
    specs.validate("google", sent.path, sent.json)
    assert (sent.path, sent.query) == ("/v1beta/models/gemini-3.1-pro:streamGenerateContent", {"alt": "sse"})
    assert (sent.headers["x-goog-api-key"], "authorization" in sent.headers) == (fake.key("google"), False)
    assert isinstance(answer, Done)
    assert json.loads(answer.text or "") == SCENE


@pytest.mark.parametrize(("asked", "sent"), [(None, 16_384), (1, 8_193), (64_000, 65_536)])
def test_room_for_thoughts_beside_the_answer(fake: FakeProviders, google: Google, asked: int | None, sent: int) -> None:
    google.start(Request(Kind.TEXT, "gemini-3.1-pro", "Begin.", max_tokens=asked), Emit())
    assert fake.captured[0].json == {
        "contents": [{"role": "user", "parts": [{"text": "Begin."}]}],
        "generationConfig": {"maxOutputTokens": sent},
    }


def test_thoughts_are_charged_but_neither_text_nor_told(fake: FakeProviders, google: Google) -> None:
    fake.script("google", "text.stream", ThinkingFirst())
    seen: list[str] = []
    answer = google.start(TEXT_ASKED, Emit(text=seen.append))
    counted = fake.books[0].usage
    usage = {
        "input_tokens": counted["promptTokenCount"],
        "output_tokens": counted["candidatesTokenCount"] + counted["thoughtsTokenCount"],
    }
    assert answer == Done(text=SENTENCE, model="gemini-3.1-pro", usage=usage, request_id="r-1")
    assert ("".join(seen), len(seen)) == (SENTENCE, 8)


def test_a_cut_is_told(fake: FakeProviders, google: Google) -> None:
    fake.script("google", "text.stream", LengthCut())
    answer = google.start(TEXT_ASKED, Emit())
    assert isinstance(answer, Done)
    assert (answer.text, answer.is_cut) == (SENTENCE[: len(SENTENCE) // 2], True)


def test_an_error_in_the_stream_may_be_charged(fake: FakeProviders, google: Google) -> None:
    fake.script("google", "text.stream", ErrorIn200())
    error = meets(google, TEXT_ASKED)
    told = "UNAVAILABLE inside the answer: The model is overloaded. Please try again later."
    assert (type(error), str(error), error.billed) == (Damaged, told, None)


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        ({"code": 503, "details": [{"retryDelay": "2.5s"}]}, (Transient, 2.5)),
        ({"code": 429}, (Transient, None)),
        ({"code": 403}, (Denied, None)),
        ({"code": 400}, (Rejected, None)),
        ({"code": "x"}, (Damaged, None)),
    ],
)
def test_an_error_before_the_answer_is_like_a_status(
    error: dict[str, Any], expected: tuple[type[ProviderError], float | None]
) -> None:
    for document in ({"error": error}, [{"error": error}]):
        with pytest.raises(ProviderError) as met:
            written([document], TEXT_ASKED, Emit(), plain)
        assert (type(met.value), getattr(met.value, "retry_after_seconds", None)) == expected
    assert type(inside(error, begun=True)) is Damaged


def test_the_key_is_never_repeated() -> None:
    with pytest.raises(Damaged) as met:
        written([{"error": {"message": "bad KEY"}}], TEXT_ASKED, Emit(), lambda text: text.replace("KEY", "[key]"))
    assert str(met.value) == " inside the answer: bad [key]"


@pytest.mark.parametrize("reason", sorted(REFUSING))
def test_reasons_that_refuse(reason: str) -> None:
    """Charged is what was made before; whether the prompt is, nobody says."""
    found = []
    for made in (0, 5):
        document = {"candidates": [{"finishReason": reason}], "usageMetadata": {"candidatesTokenCount": made}}
        for ask in (
            lambda document: written([document], TEXT_ASKED, Emit(), plain),
            lambda document: picture_of(document, IMAGE_ASKED),
        ):
            with pytest.raises(Refused) as met:
                ask(document)
            found.append(met.value.billed)
    assert found == [None, None, True, True]


@pytest.mark.parametrize("reason", [*sorted(BLOCKED), "RETICULATED"])
def test_a_blocked_prompt_is_refused_whatever_the_reason(reason: str) -> None:
    document = {"promptFeedback": {"blockReason": reason}, "usageMetadata": {"promptTokenCount": 3}}
    with pytest.raises(Refused) as text:
        written([document], TEXT_ASKED, Emit(), plain)
    with pytest.raises(Refused) as picture:
        picture_of(document, IMAGE_ASKED)
    told = (f"the prompt was blocked: {reason} ", None)
    assert [(str(met.value), met.value.billed) for met in (text, picture)] == [told, told]


@pytest.mark.parametrize(
    "documents",
    [
        [],
        [{}],
        [3],
        [{"candidates": "x"}],
        [{"candidates": [{"content": {"parts": [{"text": "A quay"}]}}]}],
        [{"candidates": [{"content": {"parts": [{"text": "Hm.", "thought": True}, 5]}, "finishReason": "STOP"}]}],
        [{"candidates": [{"content": None, "finishReason": "MALFORMED_RESPONSE"}]}],
    ],
)
def test_an_answer_without_an_end_or_without_text_is_damaged(documents: list[Any]) -> None:
    with pytest.raises(Damaged) as met:
        written(documents, TEXT_ASKED, Emit(), plain)
    assert met.value.billed is None


def test_a_piece_that_is_no_json_is_damaged() -> None:
    with pytest.raises(Damaged):
        list(chunks(["data: {", ""]))


# Pictures


def test_the_whole_request_for_a_picture(fake: FakeProviders, google: Google) -> None:
    request = Request(
        Kind.EDIT,
        IMAGE,
        "Make it night.",
        aspect_ratio="21:9",
        resolution="2K",
        seed=7,
        inputs=(*given("reference"), Input("source", "image/webp", b"source")),
    )
    answer = google.start(request, Emit())
    sent = fake.captured[0]
    assert sent.json == {
        "contents": [
            {
                "role": "user",
                "parts": [
                    {"inlineData": {"mimeType": "image/webp", "data": "c291cmNl"}},
                    {"inlineData": {"mimeType": "image/png", "data": PACKED}},
                    {"text": "Make it night."},
                ],
            }
        ],
        "generationConfig": {
            "responseModalities": ["TEXT", "IMAGE"],
            "imageConfig": {"aspectRatio": "21:9", "imageSize": "2K"},
            "seed": 7,
        },
    }
    specs.validate("google", sent.path, sent.json)
    assert sent.path == "/v1beta/models/gemini-3.1-flash-image:generateContent"
    counted = fake.books[0].usage
    usage = {
        "input_tokens": counted["promptTokenCount"],
        "output_tokens": counted["candidatesTokenCount"] + counted["thoughtsTokenCount"],
    }
    assert answer == Done(data=PICTURE, media_type="image/png", model=IMAGE, usage=usage, request_id="r-1")


def test_no_shape_is_sent_where_none_is_asked_for(fake: FakeProviders, google: Google) -> None:
    google.start(IMAGE_ASKED, Emit())
    assert fake.captured[0].json == {
        "contents": [{"role": "user", "parts": [{"text": "A quay."}]}],
        "generationConfig": {"responseModalities": ["TEXT", "IMAGE"]},
    }


def test_a_draft_among_the_thoughts_is_not_the_picture(fake: FakeProviders, google: Google) -> None:
    fake.script("google", "image.generate", ThinkingFirst())
    answer = google.start(IMAGE_ASKED, Emit())
    assert isinstance(answer, Done)
    assert (answer.data, answer.media_type) == (PICTURE, "image/png")


def test_words_in_place_of_a_picture_are_a_refusal() -> None:
    document = {"candidates": [{"content": {"parts": [{"text": "I'd rather not."}]}, "finishReason": "STOP"}]}
    with pytest.raises(Refused) as met:
        picture_of(document, IMAGE_ASKED)
    assert (str(met.value), met.value.billed) == ("no picture, ended by STOP: I'd rather not.", None)


@pytest.mark.parametrize(
    "document",
    [
        {},
        {"candidates": [{"content": {"parts": []}, "finishReason": "STOP"}]},
        {"candidates": [{"content": {"parts": [{"text": "I will draw"}]}, "finishReason": "MAX_TOKENS"}]},
        {"candidates": [{"content": {"parts": [{"inlineData": {"mimeType": "image/png", "data": "§"}}]}}]},
        {"candidates": [{"content": {"parts": [{"inlineData": "x"}]}}]},
    ],
)
def test_an_answer_without_a_picture_is_damaged(document: dict[str, Any]) -> None:
    with pytest.raises(Damaged) as met:
        picture_of(document, IMAGE_ASKED)
    assert met.value.billed is None


@pytest.mark.parametrize(
    ("model", "wish", "used", "adjusted"),
    [
        (IMAGE, {"aspect_ratio": "8:1"}, ("8:1", None), {}),
        ("gemini-3-pro-image", {"aspect_ratio": "8:1"}, ("21:9", None), {"aspect_ratio": ("8:1", "21:9")}),
        (IMAGE, {"width": 1280, "height": 720}, ("16:9", None), {"size": ("1280x720", "16:9")}),
        (IMAGE, {"resolution": "1k"}, (None, "1K"), {"resolution": ("1k", "1K")}),
        (IMAGE, {"resolution": "1.5K"}, (None, "1K"), {"resolution": ("1.5K", "1K")}),
    ],
)
def test_shapes_are_translated_visibly(
    model: str, wish: dict[str, Any], used: tuple[str | None, str | None], adjusted: dict[str, Any]
) -> None:
    able = Google().capabilities(model, Kind.IMAGE, {})
    assert able is not None
    fitted, changed = fit(Request(Kind.IMAGE, model, "A quay.", **wish), able)
    assert (fitted.aspect_ratio, fitted.resolution, changed) == (*used, adjusted)
    assert refuse_unsupported(fitted, able) == []


# What all have in common


def test_the_version_is_a_setting(fake: FakeProviders) -> None:
    google = Google(key=fake.key("google"), base_url=fake.base_url("google"), trusted=True, version="v1")
    google.start(IMAGE_ASKED, Emit())
    pending = google.start(FILM_ASKED, Emit())
    assert isinstance(pending, Pending)
    google.check(Handle(pending.id, "", FILM_ASKED))
    google.models()
    assert [sent.path.split("/")[1] for sent in fake.captured] == ["v1"] * 4
    with pytest.raises(ValueError, match="no API version"):
        Google(version="../v1")


def test_a_wrong_key_is_told_apart_from_a_wrong_request(fake: FakeProviders) -> None:
    google = Google(key="canary-wrong", base_url=fake.base_url("google"), trusted=True)
    told = "400 INVALID_ARGUMENT: API key not valid. Please pass a valid API key."
    for request in (TEXT_ASKED, IMAGE_ASKED, FILM_ASKED):
        error = meets(google, request)
        assert (type(error), str(error)) == (Denied, told)


@pytest.mark.parametrize(
    ("details", "seconds"),
    [
        ([{"retryDelay": "37s"}], 37.0),
        ([{"reason": "x"}, {"retryDelay": "0.5s"}], 0.5),
        ([{"retryDelay": "soon"}], None),
        ([{"retryDelay": 37}, "37s"], None),
        ("37s", None),
        (None, None),
    ],
)
def test_the_wait_that_a_detail_tells(details: Any, seconds: float | None) -> None:
    assert retry_delay({"details": details}) == seconds


@pytest.mark.parametrize(
    ("model", "kind", "known"),
    [
        ("gemini-3.1-pro", Kind.TEXT, True),
        ("gemini-3.1-pro", Kind.IMAGE, False),
        (IMAGE, Kind.IMAGE, True),
        (IMAGE, Kind.EDIT, True),
        (IMAGE, Kind.TEXT, False),
        ("gemini-2.5-flash-image", Kind.IMAGE, False),
        ("imagen-4.0-generate-001", Kind.IMAGE, False),
        (FILM, Kind.VIDEO, True),
        (FILM, Kind.TEXT, False),
        ("veo-3.1-fast", Kind.VIDEO, False),
        ("gemini-3.1-flash-tts", Kind.SPEECH, False),
    ],
)
def test_which_models_make_what(model: str, kind: Kind, known: bool) -> None:
    assert (Google().capabilities(model, kind, {}) is not None) is known


@pytest.mark.parametrize(
    ("model", "kind", "wish", "told"),
    [
        (IMAGE, Kind.IMAGE, {"output_format": "png"}, "output_format"),
        (IMAGE, Kind.IMAGE, {"negative_prompt": "people"}, "negative_prompt"),
        (IMAGE, Kind.IMAGE, {"aspect_ratio": "7:5"}, "aspect_ratio"),
        (IMAGE, Kind.EDIT, {"inputs": given("source", "mask")}, "inputs"),
        (IMAGE, Kind.IMAGE, {"inputs": given(*["reference"] * 4)}, "inputs"),
        (FILM, Kind.VIDEO, {"audio": True, "seconds": 4.0}, "audio"),
        (FILM, Kind.VIDEO, {"seed": 7, "seconds": 4.0}, "seed"),
        (FILM, Kind.VIDEO, {"seconds": 2.0}, "seconds"),
        (FILM, Kind.VIDEO, {"seconds": 4.0, "inputs": given("last_frame")}, "inputs"),
        ("gemini-3.1-pro", Kind.TEXT, {"guidance": 3.0}, "guidance"),
    ],
)
def test_what_a_model_does_not_take_is_refused_by_name(model: str, kind: Kind, wish: dict[str, Any], told: str) -> None:
    able = Google().capabilities(model, kind, {})
    assert able is not None
    assert [name for name, _ in refuse_unsupported(Request(kind, model, "A quay.", **wish), able)] == [told]


def test_the_list_of_models(google: Google) -> None:
    assert google.models() == [
        Listed("gemini-3.1-pro", Kind.TEXT),
        Listed("gemini-3.1-flash", Kind.TEXT),
        Listed("gemini-3.1-flash-image", Kind.IMAGE),
        Listed("gemini-3.1-flash-lite-image", Kind.IMAGE),
        Listed("gemini-3-pro-image", Kind.IMAGE),
        Listed("gemini-nano-banana-2.1", Kind.IMAGE),
        Listed("gemini-omni-1.1-flash", Kind.VIDEO),
        Listed("gemini-omni-1.2-flash", Kind.VIDEO),
    ]
