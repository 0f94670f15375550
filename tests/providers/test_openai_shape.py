"""The OpenAI form of text by itself: bodies, schemas, streams that end badly."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from typing import Any

import pytest

from generation.providers.answers import Answer
from generation.providers.contract import Done, Emit, Input, Kind, Request
from generation.providers.errors import Damaged, ProviderError, Refused
from generation.providers.openai_shape import (
    chat_body,
    micros,
    read_chat,
    read_stream,
    schema_part,
    strict_schema,
)
from stories.prompts import SCENE_SCHEMA

KEY = "canary-key"


def answer_of(
    document: Any, status: int = 200, *, headers: Mapping[str, str] | None = None, safe: bool = False
) -> Answer:
    raw = document if isinstance(document, bytes) else json.dumps(document).encode()
    named = {"content-type": "application/json", **(headers or {})}
    return Answer(status, named, io.BytesIO(raw), len(raw), safe, lambda text: text.replace(KEY, "[key]"))


def lines(*documents: Any, ends: bool = True) -> list[str]:
    """A stream with one event for each document; text goes as it is."""
    told = [one if isinstance(one, str) else json.dumps(one) for one in documents]
    return [line for one in [*told, *(["[DONE]"] if ends else [])] for line in (f"data: {one}", "")]


def piece(content: Any = None, finish: str | None = None, **more: Any) -> dict[str, Any]:
    return {"model": "m-1", "id": "c-1", "choices": [{"delta": {"content": content, **more}, "finish_reason": finish}]}


def whole(content: Any, finish: str | None = "stop", **more: Any) -> dict[str, Any]:
    return {
        "model": "m-1",
        "id": "c-1",
        "choices": [{"message": {"content": content, **more}, "finish_reason": finish}],
    }


def failing(*arguments: Any, **more: Any) -> ProviderError:
    with pytest.raises(ProviderError) as met:
        read_stream(*arguments, **more)
    return met.value


def test_a_body_with_everything() -> None:
    request = Request(
        Kind.TEXT,
        "m",
        "Tell.",
        system="Rules.",
        schema={"type": "object", "properties": {"a": {"type": "string"}}},
        max_tokens=100,
        seed=7,
        inputs=(Input("reference", "image/png", b"\x89PNG"),),
    )
    assert chat_body(request, limit="max_completion_tokens", headroom=50, system_role="developer", extra={"n": 1}) == {
        "model": "m",
        "messages": [
            {"role": "developer", "content": "Rules."},
            {
                "role": "user",
                "content": [
                    {"type": "text", "text": "Tell."},
                    {"type": "image_url", "image_url": {"url": "data:image/png;base64,iVBORw=="}},
                ],
            },
        ],
        "max_completion_tokens": 150,
        "seed": 7,
        "response_format": {
            "type": "json_schema",
            "json_schema": {
                "name": "answer",
                "schema": {
                    "type": "object",
                    "properties": {"a": {"type": "string"}},
                    "additionalProperties": False,
                    "required": ["a"],
                },
                "strict": True,
            },
        },
        "stream": True,
        "stream_options": {"include_usage": True},
        "n": 1,
    }


def test_a_bare_body() -> None:
    assert chat_body(Request(Kind.TEXT, "m", "Tell."), stream=False) == {
        "model": "m",
        "messages": [{"role": "user", "content": "Tell."}],
    }


def test_a_strict_schema_is_closed_at_every_depth_and_a_copy() -> None:
    inner = {"type": ["object", "null"], "properties": {"b": {"type": "integer"}}}
    schema = {
        "type": "object",
        "properties": {"a": {"type": "array", "items": inner}, "c": {"anyOf": [{"$ref": "#/$defs/d"}]}},
        "required": ["a"],
        "$defs": {"d": {"type": "object", "properties": {"e": {"type": "string"}}}},
    }
    before = json.dumps(schema)
    closed_inner = {**inner, "additionalProperties": False, "required": ["b"]}
    assert strict_schema(schema) == {
        "type": "object",
        "properties": {"a": {"type": "array", "items": closed_inner}, "c": {"anyOf": [{"$ref": "#/$defs/d"}]}},
        "required": ["a", "c"],
        "additionalProperties": False,
        "$defs": {
            "d": {
                "type": "object",
                "properties": {"e": {"type": "string"}},
                "additionalProperties": False,
                "required": ["e"],
            }
        },
    }
    assert json.dumps(schema) == before
    assert strict_schema(SCENE_SCHEMA) == SCENE_SCHEMA


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "array", "items": {"type": "string"}},
        {"type": "object"},
        {"type": "object", "additionalProperties": {"type": "string"}, "properties": {"a": {}}},
        {"type": "object", "properties": {"a": {"oneOf": [{"type": "string"}]}}},
        {"type": "object", "properties": {"a": {"type": "object"}}},
    ],
)
def test_a_schema_that_cannot_be_strict_goes_as_it_is(schema: dict[str, Any]) -> None:
    assert strict_schema(schema) is None
    assert schema_part(schema) == {"name": "answer", "schema": schema, "strict": False}


def test_a_stream_is_joined_and_told_as_it_comes() -> None:
    seen: list[str] = []
    usage = {"prompt_tokens": 3, "completion_tokens": 4, "cost": "0.0000011"}
    told = lines(
        piece(""),
        piece(reasoning_content="hm"),
        piece("A "),
        piece([{"type": "text", "text": "key"}, {"type": "thinking", "text": "hm"}]),
        piece(finish="stop"),
        {"choices": [], "usage": usage, "obfuscation": "x"},
    )
    done = read_stream(
        [": keep-alive", "", *told],
        Emit(text=seen.append),
        cost=lambda spent: micros(spent.get("cost")),
    )
    assert done == Done(
        text="A key",
        model="m-1",
        cost_micros=2,
        usage={"input_tokens": 3, "output_tokens": 4},
        request_id="c-1",
    )
    assert seen == ["A ", "key"]


def test_a_stream_cut_by_length_says_so_even_where_thoughts_took_all() -> None:
    assert read_stream(lines(piece("A k"), piece(finish="length")), Emit()) == Done(
        text="A k", model="m-1", is_cut=True, request_id="c-1"
    )
    assert read_stream(lines(piece(reasoning="hm"), piece(finish="length")), Emit()) == Done(
        text="", model="m-1", is_cut=True, request_id="c-1"
    )


@pytest.mark.parametrize(
    ("told", "kind", "billed", "said"),
    [
        (lines(piece("A"), piece(refusal="I "), piece(refusal="won't.")), Refused, True, "I won't."),
        (lines(piece("A"), piece(finish="content_filter")), Refused, True, "the content filter stopped the answer"),
        (lines(piece("A"), {"error": {"message": f"Gone, {KEY}."}}), Damaged, None, "Gone, [key]."),
        (lines({"error": {"code": "content_filter", "message": "No."}}), Refused, None, "No."),
        (lines(piece("A"), ends=False), Damaged, None, "the answer ended before its end"),
        (lines(piece("A"), piece(finish="error")), Damaged, None, "the answer ended before its end"),
        (lines(piece(" "), piece(finish="stop")), Damaged, None, "an answer without text, finished by stop"),
        (lines(), Damaged, None, "an answer without text, finished by nothing"),
        (lines("{half"), Damaged, None, "an event that is no JSON: {half"),
        (["<h1>hello</h1>"], Damaged, None, "the answer ended before its end"),
        (lines([], 7, "null", {"choices": [7]}, {"choices": [{"delta": 7}]}), Damaged, None,
         "an answer without text, finished by nothing"),
    ],
)  # fmt: skip
def test_streams_that_end_badly(told: list[str], kind: type[ProviderError], billed: bool | None, said: str) -> None:
    found = failing(told, Emit(), scrub=lambda text: text.replace(KEY, "[key]"))
    assert (type(found), found.billed, str(found)) == (kind, billed, said)


def test_a_stream_without_the_last_word_is_whole_where_it_was_finished() -> None:
    done = read_stream(lines(piece("A key"), piece(finish="stop"), ends=False), Emit())
    assert (done.text, done.usage) == ("A key", {})


def test_a_whole_answer() -> None:
    seen: list[str] = []
    found = read_chat(answer_of(whole("A key"), headers={"x-request-id": "req-1"}), Emit(text=seen.append))
    assert found == Done(text="A key", model="m-1", request_id="req-1")
    assert seen == ["A key"]


def test_a_refused_whole_answer_shows_nothing() -> None:
    seen: list[str] = []
    with pytest.raises(Refused) as met:
        read_chat(answer_of(whole("Half of", "content_filter")), Emit(text=seen.append))
    assert (met.value.billed, seen) == (True, [])
