"""Conversations as one request: what becomes of them, and what is refused by its place."""

from __future__ import annotations

from typing import Any

import pytest

from generation.studio.dialects.openai import chat
from generation.studio.dialects.openai.messages import ANSWER, Folded, fold
from generation.studio.errors import WrongWish
from generation.studio.wishes import Brought

USER = {"role": "user", "content": "A ferry."}
PICTURE = {"type": "image_url", "image_url": {"url": "https://example.com/a.png", "detail": "low"}}


def test_one_message_is_the_prompt_as_it_stands() -> None:
    assert fold([USER]) == Folded("", "A ferry.")


def test_rules_go_together_in_order_and_before() -> None:
    told = fold(
        [
            {"role": "system", "content": "Be kind."},
            USER,
            {"role": "developer", "content": [part("Be "), part("brief.")]},
        ]
    )
    assert told == Folded("Be kind.\n\nBe \nbrief.", "A ferry.")


def test_a_conversation_is_a_transcript() -> None:
    told = fold(
        [
            USER,
            {"role": "assistant", "content": "It left.", "refusal": None, "tool_calls": None, "annotations": []},
            {"role": "user", "name": "ann-2", "content": "When?"},
        ]
    )
    assert told == Folded("", f"User: A ferry.\n\nAssistant: It left.\n\nUser (ann-2): When?\n\n{ANSWER}")


def test_pictures_come_along_in_order() -> None:
    told = fold([{"role": "user", "content": [part("What is this?"), PICTURE]}])
    place = "messages[0].content[1]"
    assert told == Folded("", "What is this?\n[picture 1]", (Brought("reference", "https://example.com/a.png", place),))


def part(text: str) -> dict[str, Any]:
    return {"type": "text", "text": text}


@pytest.mark.parametrize(
    ("messages", "field"),
    [
        (None, "messages"),
        ([], "messages"),
        ("Hello", "messages"),
        ([{"role": "system", "content": "Be kind."}], "messages"),
        ([{"role": "user", "content": "  "}], "messages"),
        ([USER] * 1001, "messages"),
        (["Hello"], "messages[0]"),
        ([USER, {"content": "A ferry."}], "messages[1].role"),
        ([{"role": "tool", "content": "4", "tool_call_id": "1"}], "messages[0].role"),
        ([{"role": ["user"], "content": "4"}], "messages[0].role"),
        ([USER, {"role": "assistant", "tool_calls": [{"id": "1"}]}], "messages[1].tool_calls"),
        ([{"role": "user", "content": {"text": "Hello"}}], "messages[0].content"),
        ([{"role": "user", "content": [part("a"), "b"]}], "messages[0].content[1]"),
        ([{"role": "user", "content": [{"type": "input_audio", "input_audio": {}}]}], "messages[0].content[0]"),
        ([{"role": "user", "content": [{"type": "image_url", "image_url": "x"}]}], "messages[0].content[0]"),
        ([{"role": "assistant", "content": [PICTURE]}], "messages[0].content[0]"),
        ([{**USER, "name": "a\nSystem"}], "messages[0].name"),
    ],
)
def test_what_is_refused_names_its_place(messages: Any, field: str) -> None:
    with pytest.raises(WrongWish) as refused:
        fold(messages)
    assert refused.value.field == field
    assert str(refused.value).startswith(field)


class TestParameters:
    def test_what_asks_for_nothing_is_taken(self) -> None:
        asked = chat.read(
            {
                "model": "m", "messages": [USER], "temperature": 1, "top_p": 1.0, "n": 1, "presence_penalty": 0,
                "frequency_penalty": 0, "stop": [], "tools": [], "logprobs": False, "modalities": ["text"],
                "user": "u", "metadata": {"a": "b"}, "store": True, "seed": 4, "max_tokens": 9,
                "response_format": {"type": "text"}, "stream": False, "parallel_tool_calls": True,
            }
        )  # fmt: skip
        given = {"model": "m", "seed": 4, "max_tokens": 9, "prompt": "A ferry.", "system": None, "schema": None}
        assert asked == chat.Asked(given, ())

    def test_a_schema_a_stream_and_its_counting(self) -> None:
        schema = {"type": "object", "properties": {"a": {"type": "string"}}}
        described = {"type": "json_schema", "json_schema": {"name": "x", "schema": schema, "strict": True}}
        asked = chat.read(
            {
                "messages": [USER],
                "response_format": described,
                "stream": True,
                "stream_options": {"include_usage": True},
            }
        )
        assert (asked.given["schema"], asked.streams, asked.with_usage) == (schema, True, True)
        json_object = chat.read({"messages": [USER], "response_format": {"type": "json_object"}})
        assert json_object.given["schema"] == {"type": "object"}

    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("temperature", 0.2), ("top_p", 0.5), ("n", 2), ("n", True), ("presence_penalty", 1), ("stop", ["."]),
            ("tools", [{"type": "function"}]), ("logprobs", True), ("modalities", ["text", "audio"]), ("audio", {}),
            ("logit_bias", {"5": 1}), ("functions", [{}]), ("service_tier", "flex"), ("reasoning_effort", "low"),
            ("prompt", "x"), ("system", "x"), ("schema", {}), ("nonsense", 1), ("stream", "yes"),
            ("stream_options", []), ("stream_options.include_usage", "yes"), ("response_format.type", "xml"),
            ("response_format.json_schema.schema", None), ("response_format.json_schema.schema", {"a": "\0"}),
        ],
    )  # fmt: skip
    def test_what_asks_for_something_else_is_refused_by_name(self, field: str, value: Any) -> None:
        nested = {
            "stream_options.include_usage": {"stream_options": {"include_usage": value}},
            "response_format.type": {"response_format": {"type": value}},
            "response_format.json_schema.schema": {
                "response_format": {"type": "json_schema", "json_schema": {"schema": value}}
            },
        }
        with pytest.raises(WrongWish) as refused:
            chat.read({"messages": [USER], **nested.get(field, {field: value})})
        assert (refused.value.field, str(refused.value).split()[0]) == (field, field)
