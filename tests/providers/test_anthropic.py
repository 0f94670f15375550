"""What is special about Anthropic: room for thoughts, no sampling, schemas closed, errors inside a good answer."""

from __future__ import annotations

import base64
import datetime
import json
from collections.abc import Iterator
from typing import Any

import pytest

from generation.providers.anthropic import Anthropic, adapted, assembled, body_of, done
from generation.providers.capabilities import Capabilities, refuse_unsupported
from generation.providers.contract import Done, Emit, Input, Kind, Listed, Request
from generation.providers.errors import Damaged, Denied, ProviderError, Refused, Rejected, Transient
from stories.prompts import SCENE_SCHEMA
from tests.providers import specs
from tests.providers.fake import FakeProviders, media
from tests.providers.fake.faults import LengthCut, Moderated, Status, ThinkingFirst
from tests.providers.fake.scene import SENTENCE
from tests.providers.toll import SCENE

ASKED = Request(Kind.TEXT, "claude-opus-5-5", "Begin.", system="You tell stories.", max_tokens=500)


@pytest.fixture(scope="module")
def server() -> Iterator[FakeProviders]:
    with FakeProviders() as running:
        yield running


@pytest.fixture
def fake(server: FakeProviders) -> FakeProviders:
    server.reset()
    return server


@pytest.fixture
def speaker(fake: FakeProviders) -> Anthropic:
    return Anthropic(key=fake.key("anthropic"), base_url=fake.base_url("anthropic"), trusted=True)


def lines(*documents: Any) -> list[str]:
    """A stream with one event for each document."""
    return [line for document in documents for line in (f"data: {json.dumps(document)}", "")]


def meets(speaker: Anthropic, request: Request = ASKED) -> ProviderError:
    with pytest.raises(ProviderError) as met:
        speaker.start(request, Emit())
    return met.value


def test_the_whole_request(fake: FakeProviders, speaker: Anthropic) -> None:
    picture = media.picture()
    request = Request(
        Kind.TEXT,
        "claude-sonnet-5-5",
        '{"must_end": false}',
        system="You tell stories.",
        schema=SCENE_SCHEMA,
        max_tokens=2_000,
        inputs=(Input("reference", "image/png", lambda: picture),),
    )
    answer = speaker.start(request, Emit())
    sent = fake.captured[0]
    source = {"type": "base64", "media_type": "image/png", "data": base64.b64encode(picture).decode()}
    assert sent.json == {
        "model": "claude-sonnet-5-5",
        "max_tokens": 10_192,
        "system": "You tell stories.",
        "messages": [
            {
                "role": "user",
                "content": [{"type": "image", "source": source}, {"type": "text", "text": '{"must_end": false}'}],
            }
        ],
        "stream": True,
        "thinking": {"type": "between_tools"},
        "output_config": {"effort": "low", "format": {"type": "json_schema", "schema": SCENE_SCHEMA}},
    }
    specs.validate("anthropic", "v1/messages", sent.json)
    told = {name: sent.headers.get(name) for name in ("anthropic-version", "x-api-key", "authorization")}
    assert told == {"anthropic-version": "2026-10-21", "x-api-key": fake.key("anthropic"), "authorization": None}
    assert json.loads(answer.text or "") == SCENE


@pytest.mark.parametrize(
    ("model", "options", "manner"),
    [
        ("claude-opus-5-5", {}, {"output_config": {"effort": "low"}}),
        ("claude-fable-5-1", {}, {"output_config": {"effort": "low"}}),
        ("claude-haiku-5-5", {}, {"output_config": {"effort": "low"}}),
        ("claude-sonnet-5-5", {}, {"output_config": {"effort": "low"}, "thinking": {"type": "between_tools"}}),
        ("claude-haiku-5-5", {"thinking": "disabled", "effort": ""}, {"thinking": {"type": "disabled"}}),
        ("claude-opus-5-5", {"effort": "high"}, {"output_config": {"effort": "high"}}),
        ("claude-sonnet-4-5-20250929", {}, {}),
    ],
)
def test_how_models_are_asked_to_think(model: str, options: dict[str, str], manner: dict[str, Any]) -> None:
    body = body_of(Request(Kind.TEXT, model, "Begin.", max_tokens=100, options=options))
    assert body == {
        "model": model,
        "max_tokens": 8_292,
        "messages": [{"role": "user", "content": "Begin."}],
        "stream": True,
        **manner,
    }


@pytest.mark.parametrize(("asked", "sent"), [(None, 16_384), (1, 8_193), (120_000, 128_000)])
def test_room_for_thoughts_beside_the_answer(asked: int | None, sent: int) -> None:
    assert body_of(Request(Kind.TEXT, "claude-opus-5-5", "Begin.", max_tokens=asked))["max_tokens"] == sent


def test_a_schema_is_closed_and_loses_its_limits() -> None:
    schema = {
        "type": "object",
        "properties": {
            "minimum": {"type": "integer", "minimum": 1},
            "names": {"type": "array", "minItems": 2, "items": {"type": ["object", "null"], "properties": {}}},
            "mood": {"enum": [{"maxLength": 1}, "calm"]},
        },
        "required": ["minimum"],
        "$defs": {"maxLength": {"type": "string", "maxLength": 9}},
    }
    before = json.dumps(schema)
    assert adapted(schema) == {
        "type": "object",
        "additionalProperties": False,
        "properties": {
            "minimum": {"type": "integer"},
            "names": {
                "type": "array",
                "items": {"type": ["object", "null"], "properties": {}, "additionalProperties": False},
            },
            "mood": {"enum": [{"maxLength": 1}, "calm"]},
        },
        "required": ["minimum"],
        "$defs": {"maxLength": {"type": "string"}},
    }
    assert json.dumps(schema) == before
    assert adapted(SCENE_SCHEMA) == SCENE_SCHEMA


def test_thoughts_are_neither_text_nor_told(fake: FakeProviders, speaker: Anthropic) -> None:
    fake.script("anthropic", "text.stream", ThinkingFirst())
    seen: list[str] = []
    answer = speaker.start(ASKED, Emit(text=seen.append))
    charged = fake.books[0].usage
    assert answer == Done(text=SENTENCE, model="claude-opus-5-5", usage=charged, request_id="msg_01X")
    assert "".join(seen) == SENTENCE
    assert len(seen) == 10


def test_a_cut_is_told(fake: FakeProviders, speaker: Anthropic) -> None:
    fake.script("anthropic", "text.stream", LengthCut())
    answer = speaker.start(ASKED, Emit())
    assert (answer.text, answer.is_cut) == (SENTENCE[: len(SENTENCE) // 2], True)


@pytest.mark.parametrize("reason", ["max_tokens", "model_context_window_exceeded"])
def test_a_cut_before_the_first_word_is_a_cut(reason: str) -> None:
    message = {
        "content": [{"type": "thinking", "thinking": "Hm."}],
        "stop_reason": reason,
        "usage": {"output_tokens": 9},
    }
    used = {"input_tokens": 0, "output_tokens": 9}
    assert done(message, ASKED) == Done(text="", model="claude-opus-5-5", usage=used, is_cut=True)


def test_what_was_written_before_a_refusal_is_no_answer(fake: FakeProviders, speaker: Anthropic) -> None:
    fake.script("anthropic", "text.stream", Moderated(stage="output"))
    error = meets(speaker)
    assert (type(error), str(error), error.billed) == (
        Refused,
        "refused (general_harms): I can't help with that.",
        True,
    )


def test_a_refusal_without_tokens_may_be_free() -> None:
    with pytest.raises(Refused) as met:
        done({"stop_reason": "refusal", "stop_details": None}, ASKED)
    assert (str(met.value), met.value.billed) == ("refused (no category): no explanation", None)


@pytest.mark.parametrize(
    "message",
    [
        {},
        {"content": None, "stop_reason": 5},
        {"content": [{"type": "tool_use"}, "x"], "stop_reason": "end_turn", "usage": 3},
    ],
)
def test_an_answer_without_text_is_damaged(message: dict[str, Any]) -> None:
    with pytest.raises(Damaged) as met:
        done(message, ASKED)
    assert met.value.billed is None


def test_a_message_that_comes_whole_reads_the_same() -> None:
    message = {
        "id": "msg_7",
        "model": "claude-opus-5-5-x",
        "content": [
            {"type": "thinking", "thinking": "Hm."},
            {"type": "text", "text": "The "},
            {"type": "text", "text": "quay."},
        ],
        "stop_reason": "end_turn",
        "usage": {
            "input_tokens": 3,
            "cache_creation_input_tokens": 4,
            "cache_read_input_tokens": 5,
            "output_tokens": 6,
        },
    }
    assert done(message, ASKED) == Done(
        text="The quay.",
        model="claude-opus-5-5-x",
        usage={"input_tokens": 12, "output_tokens": 6},
        request_id="msg_7",
    )


@pytest.mark.parametrize(
    ("kind", "error"),
    [
        ("overloaded_error", Transient),
        ("rate_limit_error", Transient),
        ("api_error", Transient),
        ("authentication_error", Denied),
        ("billing_error", Denied),
        ("invalid_request_error", Rejected),
    ],
)
def test_an_error_event_before_the_message_is_like_a_status_and_after_it_may_be_charged(
    kind: str, error: type[ProviderError]
) -> None:
    speaker = Anthropic()
    event = {"type": "error", "error": {"type": kind, "message": "No."}}
    found = []
    for before in ([], [{"type": "message_start", "message": {}}]):
        with pytest.raises(ProviderError) as met:
            assembled(lines(*before, event), Emit(), speaker)
        found.append((type(met.value), str(met.value), met.value.billed))
    told = f"{kind} inside the answer: No."
    assert found == [(error, told, False), (Damaged, told, None)]


@pytest.mark.parametrize(
    "stream",
    [
        [],
        ["data: {", ""],
        lines(
            {"type": "message_start", "message": {"id": "m"}},
            {"type": "message_delta", "delta": {"stop_reason": "end_turn"}},
        ),
    ],
)
def test_a_stream_that_breaks_off_is_damaged(stream: list[str]) -> None:
    with pytest.raises(Damaged) as met:
        assembled(stream, Emit(), Anthropic())
    assert met.value.billed is None


def test_events_of_no_known_kind_are_passed_over() -> None:
    seen: list[str] = []
    stream = lines(
        {"type": "message_start", "message": {"id": "m", "usage": {"input_tokens": 2, "output_tokens": 1}}},
        {"type": "ping"},
        {"type": "content_block_start", "content_block": {"type": "text", "text": "A "}},
        {"type": "content_block_delta", "delta": {"type": "text_delta", "text": "quay."}},
        {"type": "content_block_delta", "delta": {"type": "input_json_delta", "partial_json": "{"}},
        {"type": "reticulated"},
        {"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {"output_tokens": 7}},
        {"type": "message_stop"},
    )
    assert assembled(stream, Emit(text=seen.append), Anthropic()) == {
        "id": "m",
        "usage": {"input_tokens": 2, "output_tokens": 7},
        "stop_reason": "end_turn",
        "content": [{"type": "text", "text": "A quay."}],
    }
    assert seen == ["A ", "quay."]


@pytest.mark.parametrize(
    ("request_", "told"),
    [
        ({"seed": 7}, [("seed", "is not taken by this model: leave it out")]),
        ({"aspect_ratio": "16:9"}, [("aspect_ratio", "is not one this model takes (none)")]),
        (
            {"inputs": (Input("first_frame", "image/png", b""),)},
            [("inputs", "contain a first frame, which this model does not take")],
        ),
        ({"schema": {}}, []),
    ],
)
def test_what_no_model_takes_is_refused_by_name(request_: dict[str, Any], told: list[tuple[str, str]]) -> None:
    able = Anthropic().capabilities("claude-opus-5-5", Kind.TEXT, {})
    assert able is not None
    assert refuse_unsupported(Request(Kind.TEXT, "claude-opus-5-5", "Begin.", **request_), able) == told


def test_it_speaks_to_its_own_models_about_text_only() -> None:
    able = Capabilities(
        Kind.TEXT, takes=frozenset({"schema"}), inputs={"reference": 3}, max_prompt=800_000, streams=True,
        answer_tokens=8_192, thinking_tokens=8_192,
    )  # fmt: skip
    asked = [("claude-opus-5-5", Kind.TEXT), ("gpt-5.6-terra", Kind.TEXT), ("claude-opus-5-5", Kind.IMAGE)]
    assert [Anthropic().capabilities(model, kind, {}) for model, kind in asked] == [able, None, None]


def test_a_picture_of_a_type_that_is_not_read_is_refused_before_anything_is_sent(
    fake: FakeProviders, speaker: Anthropic
) -> None:
    error = meets(
        speaker, Request(Kind.TEXT, "claude-opus-5-5", "Who?", inputs=(Input("reference", "image/tiff", b"x"),))
    )
    assert isinstance(error, Rejected)
    assert (error.field, fake.captured) == ("inputs", [])


@pytest.mark.parametrize(
    ("model", "options", "field"),
    [
        ("claude-3-opus", {}, "model"),
        ("claude-opus-5-5", {"effort": "utmost"}, "options"),
        ("claude-opus-5-5", {"thinking": "disabled"}, "options"),
    ],
)
def test_a_complaint_names_the_field(
    fake: FakeProviders, speaker: Anthropic, model: str, options: dict[str, str], field: str
) -> None:
    error = meets(speaker, Request(Kind.TEXT, model, "Begin.", options=options))
    assert isinstance(error, Rejected)
    assert (error.field, fake.submits("anthropic")) == (field, 0)


def test_a_wrong_key_pauses_the_account_and_is_not_repeated(fake: FakeProviders) -> None:
    speaker = Anthropic(key="canary-wrong", base_url=fake.base_url("anthropic"), trusted=True)
    error = meets(speaker)
    assert (type(error), str(error)) == (Denied, "401 authentication_error: invalid x-api-key")


def test_the_list_of_models(speaker: Anthropic) -> None:
    names = ("claude-opus-5-5", "claude-sonnet-5-5", "claude-haiku-5-5", "claude-fable-5-1")
    assert speaker.models() == [
        *(Listed(name, Kind.TEXT) for name in names),
        Listed("claude-sonnet-4-5-20250929", Kind.TEXT, datetime.date(2026, 11, 30)),
    ]


def test_a_list_that_cannot_be_had(fake: FakeProviders, speaker: Anthropic) -> None:
    fake.script("anthropic", "models", Status(500, "server"))
    with pytest.raises(Transient):
        speaker.models()
