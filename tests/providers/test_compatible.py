"""What is special about servers of one's own: three that differ in their errors and in what they leave out, thoughts in the
text, speech, and no key."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from generation.providers.compatible import Compatible
from generation.providers.compatible.thoughts import without_thoughts
from generation.providers.contract import Done, Emit, Input, Kind, Listed, Replay, Request
from generation.providers.errors import Denied, ProviderError, Rejected, Transient
from tests.providers.buying import buy, sent
from tests.providers.buying import refused as not_taken
from tests.providers.fake import FakeProviders, media
from tests.providers.fake.faults import (
    LengthCut,
    Status,
    ThinkingFirst,
)
from tests.providers.fake.scene import SENTENCE

PNG = media.picture()
TEXT = Request(Kind.TEXT, "our-model", "Tell.", system="Rules.", max_tokens=500)
FLAVOURS = ("vllm", "localai", "ollama")


@pytest.fixture
def ours(fake: FakeProviders) -> Compatible:
    return Compatible(base_url=fake.base_url("compatible"), trusted=True)


@pytest.fixture
def keyed(fake: FakeProviders) -> Compatible:
    return Compatible(key=fake.key("compatible"), base_url=fake.base_url("compatible"), trusted=True)


def failing(ours: Compatible, request: Request) -> ProviderError:
    with pytest.raises(ProviderError) as met:
        buy(ours, request)
    return met.value


@pytest.mark.parametrize("flavour", FLAVOURS)
def test_text_from_every_server(fake: FakeProviders, ours: Compatible, flavour: Any) -> None:
    fake.flavour = flavour
    request = replace(TEXT, seed=7, options={"body": {"top_k": 20, "stream_options": None}, "thinking_tokens": 1_000})
    seen: list[str] = []
    done = ours.start(request, Emit(text=seen.append))
    assert sent(fake, "text.stream") == {
        "model": "our-model",
        "messages": [{"role": "system", "content": "Rules."}, {"role": "user", "content": "Tell."}],
        "max_tokens": 1_500,
        "seed": 7,
        "stream": True,
        "top_k": 20,
    }
    assert done == Done(text=SENTENCE, model="our-model", request_id="chatcmpl-8a1f")
    assert "".join(seen) == SENTENCE


@pytest.mark.parametrize("flavour", FLAVOURS)
def test_thoughts_beside_the_text_are_skipped_and_usage_may_be_missing(
    fake: FakeProviders, ours: Compatible, flavour: Any
) -> None:
    fake.flavour = flavour
    fake.script("compatible", "text.stream", ThinkingFirst())
    done = buy(ours, TEXT)
    assert done.text == SENTENCE
    assert set(done.usage) == (set() if flavour == "localai" else {"input_tokens", "output_tokens"})


def test_text_that_came_whole(fake: FakeProviders, ours: Compatible) -> None:
    fake.says = "<think>A key, then.</think>\n\nA key."
    seen: list[str] = []
    done = ours.start(
        replace(TEXT, options={"body": {"stream": False, "stream_options": None}}), Emit(text=seen.append)
    )
    assert isinstance(done, Done)
    assert (done.text, seen, fake.captured[-1].operation) == ("A key.", ["A key."], "text")


def test_thoughts_in_the_text_are_not_shown(fake: FakeProviders, ours: Compatible) -> None:
    fake.says = "<think>The reader likes keys.</think>\n\nA key."
    seen: list[str] = []
    done = ours.start(TEXT, Emit(text=seen.append))
    assert isinstance(done, Done)
    assert (done.text, "".join(seen)) == ("A key.", "A key.")


def test_a_text_cut_within_its_thoughts_is_empty_and_cut(fake: FakeProviders, ours: Compatible) -> None:
    fake.says = "<think>The reader likes keys.</think>\n\nA key."
    fake.script("compatible", "text.stream", LengthCut())
    done = buy(ours, TEXT)
    assert (done.text, done.is_cut) == ("", True)


@pytest.mark.parametrize(
    ("pieces", "seen"),
    [
        (["A ", "key"], ["A ", "key"]),
        (["\n", "A"], ["A"]),
        (["<", "b>"], ["<b>"]),
        (["<think>hm</think>A"], ["A"]),
        ([" <thi", "nk>hm</th", "ink>\n", "\nA ", "<think>b"], ["A ", "<think>b"]),
        (["<think>hm", " and hm"], []),
        (["<think></think>"], [""]),
        (["<th"], ["<th"]),
        ([], [""]),
    ],
)
def test_what_is_seen_of_pieces(pieces: list[str], seen: list[str]) -> None:
    assert list(without_thoughts(pieces)) == seen


ERRORS = [
    (Status(400), Rejected, ""),
    (Status(401, "denied"), Denied, None),
    (Status(404, "unknown_model"), Rejected, "model"),
    (Status(429, "busy"), Transient, None),
    (Status(500, "server"), Transient, None),
    (Status(503, "overloaded"), Transient, None),
]


@pytest.mark.parametrize("flavour", FLAVOURS)
@pytest.mark.parametrize(("fault", "kind", "field"), ERRORS)
def test_errors_of_every_server(
    fake: FakeProviders, ours: Compatible, flavour: Any, fault: Status, kind: type[ProviderError], field: str | None
) -> None:
    fake.flavour = flavour
    fake.script("compatible", "text.stream", fault)
    found = failing(ours, TEXT)
    words = ours_words(fake, fault.error)
    assert (type(found), getattr(found, "field", None), str(found)) == (kind, field, f"{fault.code}: {words}")


def ours_words(fake: FakeProviders, error: str) -> str:
    return fake.dialects["compatible"].errors[error][2]


def test_a_missing_field_is_named(fake: FakeProviders, ours: Compatible) -> None:
    fake.script("compatible", "text.stream", Status(422, "invalid"))
    found = failing(ours, TEXT)
    assert (type(found), getattr(found, "field", None)) == (Rejected, "prompt")


def test_speech(fake: FakeProviders, ours: Compatible) -> None:
    done = buy(ours, Request(Kind.SPEECH, "our-voice", "Hello.", system="Slowly.", voice="anna", speed=1.5))
    assert sent(fake, "speech") == {
        "model": "our-voice", "input": "Hello.", "voice": "anna", "response_format": "mp3", "speed": 1.5,
        "instructions": "Slowly.",
    }  # fmt: skip
    assert done == Done(data=media.mp3(), media_type="audio/mpeg", model="our-voice", usage={"characters": 6})


def test_the_list_of_models(ours: Compatible) -> None:
    assert ours.models() == [Listed("our-model"), Listed("our-picture-model"), Listed("our-film-model")]


def test_no_key_is_needed_and_one_is_sent(fake: FakeProviders, ours: Compatible, keyed: Compatible) -> None:
    buy(ours, TEXT)
    buy(keyed, TEXT)
    assert [one.headers.get("authorization") for one in fake.captured] == [None, f"Bearer {fake.key('compatible')}"]
    assert (Compatible.needs_key, ours.replay) == (False, Replay.FREE)


def test_a_base_url_without_a_path_means_v1() -> None:
    found = [
        Compatible(base_url=url, trusted=True).wire.base_url for url in ("http://h:11434", "http://h/", "http://h/x/v1")
    ]
    assert found == ["http://h:11434/v1/", "http://h/v1/", "http://h/x/v1/"]


@pytest.mark.parametrize(
    ("kind", "fields", "refused"),
    [
        (Kind.VIDEO, {"audio": True}, ["audio"]),
        (Kind.VIDEO, {"inputs": (Input("last_frame", "image/png", PNG),)}, ["inputs"]),
        (Kind.IMAGE, {"style": "anime", "strength": 0.5}, ["style", "strength"]),
        (Kind.IMAGE, {"steps": 201}, ["steps"]),
        (Kind.SPEECH, {"speed": 5.0}, ["speed"]),
    ],
)
def test_what_is_not_taken_unless_the_row_says_so(
    ours: Compatible, kind: Kind, fields: dict[str, Any], refused: list[str]
) -> None:
    assert not_taken(ours, "m", kind, **fields) == refused


def test_what_thoughts_may_add_is_quoted(ours: Compatible) -> None:
    found = [ours.capabilities("m", Kind.TEXT, options) for options in ({}, {"thinking_tokens": 1_000})]
    assert [able.thinking_tokens for able in found if able is not None] == [0, 1_000]


def test_moderation_is_not_bought_here(ours: Compatible) -> None:
    assert ours.capabilities("m", Kind.MODERATE, {}) is None
