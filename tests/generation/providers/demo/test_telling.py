"""Words for whoever asks directly: plain prose near the length that was asked for, documents that satisfy their schema."""

from __future__ import annotations

import json
from typing import Any

import jsonschema
import pytest

from generation.providers.contract import Done, Emit, Kind, Request
from generation.providers.demo import telling
from generation.providers.demo.adapter import Demo
from generation.providers.demo.storylets import tell

PROMPT = "A lighthouse keeper's daughter finds a brass key in a fish"


def told(prompt: str, **given: Any) -> Done:
    done = Demo().start(Request(Kind.TEXT, "storyteller", prompt, **{"seed": 7, **given}), Emit())
    assert isinstance(done, Done)
    return done


def words(prompt: str, **given: Any) -> int:
    return len((told(prompt, **given).text or "").split())


class TestProse:
    def test_it_is_paragraphs_of_plain_words_about_the_prompt(self) -> None:
        text = told(PROMPT).text or ""
        assert 3 <= len(text.split("\n\n")) <= 9
        assert "daughter" in text
        assert "key" in text
        assert not set("{}[]<>#*_") & set(text)

    @pytest.mark.parametrize("prompt", ["海と月", "?", "{}", '{"a": 1}', "[1, 2]", "x" * 5_000, "<b>hello</b>", "null"])
    def test_whatever_is_asked_it_is_no_document(self, prompt: str) -> None:
        text = told(prompt).text or ""
        assert len(text.split()) > 60
        with pytest.raises(ValueError, match="Expecting value"):
            json.loads(text)

    def test_a_seed_is_a_text_and_another_seed_another(self) -> None:
        assert told(PROMPT) == told(PROMPT)
        assert told(PROMPT).text != told(PROMPT, seed=8).text

    @pytest.mark.parametrize(
        ("wish", "low", "high"),
        [
            ("in 60 words", 40, 75),
            ("in 300 words", 240, 340),
            ("Write a 1,000-word tale: ", 800, 1_150),
            ("", 200, 320),
        ],
    )
    def test_a_length_in_words_is_kept_roughly(self, wish: str, low: int, high: int) -> None:
        assert low <= words(f"{wish} {PROMPT}" if "tale" in wish else f"{PROMPT} {wish}") <= high

    def test_paragraphs_and_sentences_are_counted(self) -> None:
        assert len((told(f"Write two paragraphs about this: {PROMPT}").text or "").split("\n\n")) == 2
        assert len((told(f"Write 9 paragraphs about this: {PROMPT}").text or "").split("\n\n")) == 9
        one = told("One sentence about the sea.").text or ""
        assert (one.count("\n"), one[-1] in ".!?”") == (0, True)

    def test_a_question_is_told_that_there_is_no_answer(self) -> None:
        first = (told("How high is the highest mountain?").text or "").split("\n\n")[0]
        assert "demo" in first
        assert "demo" not in (told(PROMPT).text or "")  # the control: a tale needs no excuse

    def test_verses_have_lines(self) -> None:
        lines = (told("Write a poem about rain").text or "").split("\n")
        assert len(lines) > 8
        assert max(map(len, lines)) <= 56

    def test_it_comes_in_pieces_and_is_counted(self) -> None:
        pieces: list[str] = []
        request = Request(Kind.TEXT, "storyteller", "Two foxes.", system="Be kind.", seed=1)
        done = Demo(text_seconds=0.2).start(request, Emit(text=pieces.append))
        assert isinstance(done, Done)
        assert (len(pieces), "".join(pieces)) == (4, done.text)
        assert done.usage == {"input_tokens": 6, "output_tokens": telling.tokens(done.text or "")}

    def test_a_limit_cuts_it_and_says_so(self) -> None:
        whole, cut = told(PROMPT), told(PROMPT, max_tokens=40)
        assert (whole.is_cut, cut.is_cut, cut.usage["output_tokens"]) == (False, True, 40)
        assert (whole.text or "").startswith(cut.text or "x")
        assert told(PROMPT, max_tokens=10_000) == whole


def test_a_scene_is_told_as_ever_and_never_cut() -> None:
    document = {"task": "open", "premise": PROMPT, "depth": 1, "of": 3}
    for schema in (None, {"properties": {"story_title": {}, "choices": {}}}):
        done = told(json.dumps(document), schema=schema, max_tokens=20)
        assert (json.loads(done.text or ""), done.is_cut) == (tell(document, 7), False)


SCHEMAS: dict[str, dict[str, Any]] = {
    "film": {
        "type": "object",
        "required": ["title", "shots"],
        "additionalProperties": False,
        "properties": {
            "title": {"type": "string", "maxLength": 40},
            "shots": {
                "type": "array",
                "minItems": 4,
                "maxItems": 4,
                "items": {
                    "type": "object",
                    "required": ["seconds", "words", "camera"],
                    "properties": {
                        "seconds": {"type": "integer", "minimum": 2, "maximum": 8},
                        "words": {"type": "string", "minLength": 200},
                        "camera": {"enum": ["still", "pan", "push"]},
                        "score": {"type": "number", "exclusiveMinimum": 0, "maximum": 1},
                    },
                },
            },
        },
    },
    "parts": {
        "$defs": {"node": {"type": "object", "required": ["name"], "properties": {
            "name": {"type": "string"}, "next": {"anyOf": [{"$ref": "#/$defs/node"}, {"type": "null"}]},
            "more": {"type": "array", "items": {"$ref": "#/$defs/node"}, "maxItems": 2},
        }}},
        "allOf": [{"$ref": "#/$defs/node"}, {"required": ["day"], "properties": {"day": {"type": "string", "format": "date"}}}],
    },
    "kinds": {
        "type": "object",
        "required": ["id", "tags", "ok", "none", "step", "pair", "code", "same", "either"],
        "properties": {
            "id": {"type": "string", "format": "uuid"},
            "tags": {"type": "array", "uniqueItems": True, "minItems": 3, "items": {"type": "string"}},
            "ok": {"type": "boolean"},
            "none": {"type": "null"},
            "step": {"type": "integer", "multipleOf": 5, "minimum": 11, "maximum": 19},
            "pair": {"type": "array", "prefixItems": [{"type": "integer"}, {"type": "string"}], "items": False},
            "code": {"type": "string", "pattern": "^[0-9]{4}$"},
            "same": {"const": {"a": [1]}},
            "either": {"type": ["string", "null"]},
        },
    },
    "list": {"type": "array", "items": {"type": "string"}, "minItems": 20},
    "words": {"type": "string", "maxLength": 30},
    "anything": {"description": "whatever you like"},
}  # fmt: skip


@pytest.mark.parametrize("name", SCHEMAS)
@pytest.mark.parametrize("seed", [0, 7, 40])
def test_a_document_satisfies_its_schema(name: str, seed: int) -> None:
    done = told(PROMPT, schema=SCHEMAS[name], seed=seed)
    jsonschema.Draft202012Validator(
        SCHEMAS[name], format_checker=jsonschema.Draft202012Validator.FORMAT_CHECKER
    ).validate(json.loads(done.text or ""))
    assert done == told(PROMPT, schema=SCHEMAS[name], seed=seed)
