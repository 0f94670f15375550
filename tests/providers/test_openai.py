"""What is special about OpenAI: text, speech, verdicts and the list of models."""

from __future__ import annotations

import datetime
from dataclasses import replace
from typing import Any

import pytest

from generation.providers.contract import Done, Emit, Input, Kind, Listed, Request, Verdict
from generation.providers.errors import Damaged, ProviderError, Refused, Rejected, Transient
from generation.providers.openai import OpenAI
from generation.providers.openai.abilities import kind_of
from generation.providers.openai.moderation import verdict
from stories.prompts import SCENE_SCHEMA
from tests.providers.buying import buy, sent
from tests.providers.buying import refused as not_taken
from tests.providers.fake import FakeProviders, media
from tests.providers.fake.faults import LengthCut, Moderated, RateLimited, WrongType
from tests.providers.fake.scene import SENTENCE
from tests.providers.toll import scene

PNG = media.picture()
SOURCE = Input("source", "image/png", PNG)
TEXT = Request(Kind.TEXT, "gpt-6", "Tell.", max_tokens=500)
SPEAK = Request(Kind.SPEECH, "gpt-4o-mini-tts", "The key lay in the fish.")
JUDGE = Request(Kind.MODERATE, "omni-moderation-latest", "A fish.")


@pytest.fixture
def openai(fake: FakeProviders) -> OpenAI:
    return OpenAI(key=fake.key("openai"), base_url=fake.base_url("openai"), trusted=True)


def test_the_whole_body_of_a_scene(fake: FakeProviders, openai: OpenAI) -> None:
    request = replace(
        TEXT,
        prompt='{"must_end": false}',
        system="Rules.",
        schema=SCENE_SCHEMA,
        seed=7,
        options={"reasoning_effort": "low"},
    )
    seen: list[str] = []
    done = openai.start(request, Emit(text=seen.append))
    assert sent(fake, "text.stream") == {
        "model": "gpt-6",
        "messages": [{"role": "system", "content": "Rules."}, {"role": "user", "content": '{"must_end": false}'}],
        "max_completion_tokens": 8_500,
        "seed": 7,
        "response_format": {
            "type": "json_schema",
            "json_schema": {"name": "answer", "schema": SCENE_SCHEMA, "strict": True},
        },
        "stream": True,
        "stream_options": {"include_usage": True},
        "reasoning_effort": "low",
    }
    text = scene()
    assert done == Done(
        text=text, model="gpt-6", usage={"input_tokens": 6, "output_tokens": len(text) // 4}, request_id="chatcmpl-8a1f"
    )
    assert (len(seen), "".join(seen)) == (8, text)


@pytest.mark.parametrize(("model", "limit"), [("gpt-6-mini", 8_500), ("o3", 8_500), ("gpt-4.1", 500)])
def test_thinking_models_get_room_to_think(fake: FakeProviders, openai: OpenAI, model: str, limit: int) -> None:
    assert buy(openai, replace(TEXT, model=model)).text == SENTENCE
    assert sent(fake, "text.stream") == {
        "model": model,
        "messages": [{"role": "user", "content": "Tell."}],
        "max_completion_tokens": limit,
        "stream": True,
        "stream_options": {"include_usage": True},
    }


def test_a_text_without_a_limit_gets_the_one_that_is_quoted(fake: FakeProviders, openai: OpenAI) -> None:
    buy(openai, replace(TEXT, max_tokens=None))
    found = openai.capabilities(TEXT.model, Kind.TEXT, {})
    assert found is not None
    assert sent(fake, "text.stream")["max_completion_tokens"] == found.answer_tokens + found.thinking_tokens == 16_192


def test_a_cut_text_says_so(fake: FakeProviders, openai: OpenAI) -> None:
    fake.script("openai", "text.stream", LengthCut())
    done = buy(openai, TEXT)
    assert (done.text, done.is_cut) == (SENTENCE[: len(SENTENCE) // 2], True)


@pytest.mark.parametrize(("how", "billed"), [("refusal", True), ("filter", True), ("error", False)])
def test_refusals_of_text(fake: FakeProviders, openai: OpenAI, how: str, billed: bool) -> None:
    fake.script("openai", "text.stream", Moderated(how=how))
    with pytest.raises(Refused) as met:
        buy(openai, TEXT)
    assert met.value.billed is billed


@pytest.mark.parametrize(
    ("model", "kind", "fields", "refused"),
    [
        ("gpt-6", Kind.TEXT, {"seed": 7, "schema": {}}, []),
        ("gpt-6", Kind.TEXT, {"quality": "high"}, ["quality"]),
        ("tts-1", Kind.SPEECH, {"voice": "coral", "speed": 4.0}, []),
        ("tts-1", Kind.SPEECH, {"voice": "nobody", "speed": 4.5, "seed": 1}, ["seed", "voice", "speed"]),
        ("omni-moderation-latest", Kind.MODERATE, {"inputs": (SOURCE,)}, []),
        ("omni-moderation-latest", Kind.MODERATE, {"inputs": (SOURCE, SOURCE)}, ["inputs"]),
    ],
)
def test_what_the_other_models_do_not_take(
    openai: OpenAI, model: str, kind: Kind, fields: dict[str, Any], refused: list[str]
) -> None:
    assert not_taken(openai, model, kind, **fields) == refused


def test_the_whole_body_of_speech(fake: FakeProviders, openai: OpenAI) -> None:
    done = buy(openai, replace(SPEAK, system="Slowly.", voice="coral", speed=1.25, output_format="wav"))
    assert sent(fake, "speech") == {
        "model": "gpt-4o-mini-tts",
        "input": "The key lay in the fish.",
        "voice": "coral",
        "response_format": "wav",
        "speed": 1.25,
        "instructions": "Slowly.",
    }
    assert done == Done(data=media.wav(), media_type="audio/wav", model="gpt-4o-mini-tts", usage={"characters": 24})


def test_speech_that_cannot_be_told_how(fake: FakeProviders, openai: OpenAI) -> None:
    done = buy(openai, replace(SPEAK, model="tts-1", system="Slowly."))
    assert sent(fake, "speech") == {
        "model": "tts-1", "input": "The key lay in the fish.", "voice": "alloy", "response_format": "mp3",
    }  # fmt: skip
    assert done.adjusted == {"system": ("Slowly.", "")}


def test_a_voice_of_ones_own_goes_by_its_id(fake: FakeProviders, openai: OpenAI) -> None:
    # The row of the model has added the voice to those that may be asked for.
    openai.start(replace(SPEAK, voice="voice_4f2a"), Emit())
    assert sent(fake, "speech")["voice"] == {"id": "voice_4f2a"}


def test_speech_as_plain_words_is_left_to_the_sniffer(fake: FakeProviders, openai: OpenAI) -> None:
    fake.script("openai", "speech", WrongType())
    assert buy(openai, SPEAK).data == media.WORDS


def test_instructions_have_a_length(fake: FakeProviders, openai: OpenAI) -> None:
    with pytest.raises(Rejected) as met:
        buy(openai, replace(SPEAK, system="x" * 4_097))
    assert (met.value.field, fake.captured) == ("system", [])


def test_moderation_of_words(fake: FakeProviders, openai: OpenAI) -> None:
    done = buy(openai, JUDGE)
    assert sent(fake, "moderate") == {"model": "omni-moderation-latest", "input": "A fish."}
    assert done.verdict is not None
    assert (done.verdict.flagged, done.verdict.categories, len(done.verdict.scores)) == (False, (), 13)
    assert done.verdict.scores["self-harm/intent"] == 0.0001


def test_moderation_of_a_picture(fake: FakeProviders, openai: OpenAI) -> None:
    fake.script("openai", "moderate", Moderated())
    done = buy(openai, replace(JUDGE, inputs=(Input("source", "image/png", b"\x89PNG"),)))
    assert sent(fake, "moderate") == {
        "model": "omni-moderation-latest",
        "input": [
            {"type": "text", "text": "A fish."},
            {"type": "image_url", "image_url": {"url": "data:image/png;base64,iVBORw=="}},
        ],
    }
    assert done.verdict is not None
    assert (done.verdict.flagged, done.verdict.categories, done.verdict.scores["violence"]) == (
        True,
        ("violence",),
        0.93,
    )


def test_a_verdict_over_several_results() -> None:
    assert verdict(
        [
            {"flagged": False, "categories": {"hate": False}, "category_scores": {"hate": 0.2, "violence": "odd"}},
            {"flagged": True, "categories": {"hate": True, "odd": 1}, "category_scores": {"hate": 0.9}},
            {"flagged": False, "categories": None, "category_scores": [7]},
        ]
    ) == Verdict(True, ("hate",), {"hate": 0.9})


@pytest.mark.parametrize("results", [None, [], {}, [7], [{}], [{"flagged": "no"}]])
def test_no_verdict_is_not_innocence(results: Any) -> None:
    with pytest.raises(Damaged):
        verdict(results)


def test_the_list_of_models_has_the_days_they_end(openai: OpenAI) -> None:
    found = {listed.name: listed for listed in openai.models()}
    assert len(found) == 22
    assert [found[name] for name in ("gpt-6", "gpt-image-2", "gpt-image-1.5", "tts-1", "omni-moderation-latest")] == [
        Listed("gpt-6", Kind.TEXT),
        Listed("gpt-image-2", Kind.IMAGE),
        Listed("gpt-image-1.5", Kind.IMAGE, datetime.date(2026, 12, 1)),
        Listed("tts-1", Kind.SPEECH, datetime.date(2027, 1, 6)),
        Listed("omni-moderation-latest", Kind.MODERATE),
    ]


def test_a_list_that_cannot_be_had(fake: FakeProviders, openai: OpenAI) -> None:
    fake.script("openai", "models", RateLimited("float", 2.5))
    with pytest.raises(Transient) as met:
        openai.models()
    assert met.value.retry_after_seconds == 2.5


@pytest.mark.parametrize(
    ("model", "kind"),
    [
        ("gpt-6", Kind.TEXT),
        ("o3", Kind.TEXT),
        ("gpt-4o-mini", Kind.TEXT),
        ("gpt-4o-mini-tts", Kind.SPEECH),
        ("chatgpt-image-latest", Kind.IMAGE),
        ("gpt-4o-transcribe", None),
        ("gpt-realtime-2", None),
        ("text-embedding-3-large", None),
        ("sora-2", None),
        ("dall-e-3", None),
        ("whisper-1", None),
    ],
)
def test_what_a_name_says(model: str, kind: Kind | None) -> None:
    assert kind_of(model) is kind


def test_kinds_that_are_not_bought_here(openai: OpenAI) -> None:
    assert openai.capabilities("sora-2", Kind.VIDEO, {}) is None
    assert openai.capabilities("gpt-image-2", Kind.TEXT, {}) is None


def test_a_key_is_in_no_error(fake: FakeProviders) -> None:
    stranger = OpenAI(key="canary-wrong", base_url=fake.base_url("openai"), trusted=True)
    with pytest.raises(ProviderError) as met:
        stranger.start(TEXT, Emit())
    assert "canary" not in str(met.value) + repr(met.value) + repr(stranger.wire)
