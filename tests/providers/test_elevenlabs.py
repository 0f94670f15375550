"""ElevenLabs: what is sent, the times of words, and the errors that look alike and are not."""

from __future__ import annotations

from typing import Any

import pytest

from generation.providers.capabilities import refuse_unsupported
from generation.providers.contract import Done, Emit, Kind, Listed, Request, Timing
from generation.providers.elevenlabs import ElevenLabs, words
from generation.providers.errors import Damaged, Denied, Refused, Rejected, Transient
from generation.providers.fitting import fit
from tests.providers import specs
from tests.providers.fake import FakeProviders, media
from tests.providers.fake.faults import Moderated, Quota, RateLimited, Status

VOICE = "21m00Tcm4TlvDq8ikWAM"


@pytest.fixture
def voices(fake: FakeProviders) -> ElevenLabs:
    return ElevenLabs(key=fake.key("elevenlabs"), base_url=fake.base_url("elevenlabs"), trusted=True)


def asked(prompt: str = "A key, a fish.", **fields: Any) -> Request:
    return Request(Kind.SPEECH, "eleven_multilingual_v2", prompt, **{"voice": VOICE, **fields})


def test_a_text_is_spoken_with_the_time_of_each_word(fake: FakeProviders, voices: ElevenLabs) -> None:
    done = voices.start(asked(seed=2**32 + 7), Emit())
    sent = fake.captured[-1]
    request_id = done.request_id
    assert len(request_id) == 20
    assert done == Done(
        data=media.mp3(),
        media_type="audio/mpeg",
        model="eleven_multilingual_v2",
        seed=7,
        seconds=0.7,
        usage={"characters": 14},
        timings=(Timing("A", 0.0, 0.05), Timing("key,", 0.1, 0.3), Timing("a", 0.35, 0.4), Timing("fish.", 0.45, 0.7)),
        adjusted={"seed": ("4294967303", "7")},
        request_id=request_id,
    )
    assert (sent.method, sent.path, sent.query) == (
        "POST", f"/v1/text-to-speech/{VOICE}/with-timestamps", {"output_format": "mp3_44100_128"},
    )  # fmt: skip
    assert sent.headers["xi-api-key"] == fake.key("elevenlabs")
    assert sent.json == {"text": "A key, a fish.", "model_id": "eleven_multilingual_v2", "seed": 7}


def test_what_a_voice_can_be_told_goes_under_its_own_names(fake: FakeProviders, voices: ElevenLabs) -> None:
    settings = {"stability": 0.4, "similarity_boost": 0.8, "style": 0.2, "use_speaker_boost": False, "warmth": 1}
    request = asked(
        voice=None, language="en", speed=0.9, output_format="wav", options={"voice": VOICE, "voice_settings": settings}
    )
    done = voices.start(request, Emit())
    sent = fake.captured[-1]
    assert (done.data, done.media_type, sent.query) == (media.wav(), "audio/wav", {"output_format": "wav_24000"})
    assert sent.json == {
        "text": "A key, a fish.",
        "model_id": "eleven_multilingual_v2",
        "language_code": "en",
        "voice_settings": {
            "stability": 0.4, "similarity_boost": 0.8, "style": 0.2, "use_speaker_boost": False, "speed": 0.9,
        },
    }  # fmt: skip
    specs.validate("elevenlabs", sent.path, sent.json)


def test_a_residency_host_takes_the_key_and_the_own_host_is_the_usual_one() -> None:
    assert ElevenLabs(key="k").wire.base_url == "https://api.elevenlabs.io/"
    elsewhere = ElevenLabs(key="k", base_url="https://api.eu.residency.elevenlabs.io")
    assert elsewhere.wire.address("v1/models") == "https://api.eu.residency.elevenlabs.io/v1/models"
    assert not elsewhere.wire.may_have_key("https://api.elevenlabs.io/v1/models")


@pytest.mark.parametrize("voice", ["", "Rachel Adams", "../models", "x/y", "a?b"])
def test_a_voice_is_an_id_and_nothing_that_leads_elsewhere(voices: ElevenLabs, fake: FakeProviders, voice: str) -> None:
    with pytest.raises(Rejected) as refused:
        voices.start(asked(voice=voice), Emit())
    assert (refused.value.field, fake.captured) == ("voice", [])


@pytest.mark.parametrize(
    ("model", "options", "longest"),
    [
        ("eleven_multilingual_v2", {}, 10_000),
        ("eleven_v3", {}, 5_000),
        ("eleven_v4_turbo", {}, 5_000),
        ("eleven_flash_v2_5", {}, 40_000),
        ("eleven_turbo_v2", {}, 30_000),
        ("eleven_v3", {"max_characters": 3_000}, 3_000),
        ("eleven_multilingual_sts_v2", {}, None),
        ("scribe_v1", {}, None),
    ],
)
def test_how_much_a_model_speaks_at_once(model: str, options: dict[str, Any], longest: int | None) -> None:
    able = ElevenLabs().capabilities(model, Kind.SPEECH, options)
    assert (able.max_prompt if able else None) == longest
    assert ElevenLabs().capabilities(model, Kind.IMAGE, options) is None


def test_what_a_model_does_not_take_is_named_and_shapes_are_left_alone() -> None:
    able = ElevenLabs().capabilities("eleven_v3", Kind.SPEECH, {})
    assert able is not None
    request, adjusted = fit(asked("x" * 5_001, speed=2.0, output_format="pcm_16000", style="noir"), able)
    formats = ", ".join(able.choices["output_format"])
    assert adjusted == {}
    assert refuse_unsupported(request, able) == [
        ("prompt", "is longer than 5000 characters: shorten it"),
        ("style", "is not taken by this model: leave it out"),
        ("output_format", f"is not one this model takes ({formats})"),
        ("speed", "must lie between 0.7 and 1.2"),
    ]


def test_an_empty_account_is_said_so_and_not_called_a_bad_key(fake: FakeProviders, voices: ElevenLabs) -> None:
    fake.script("elevenlabs", "speech", Quota(), Status(401, error="denied"))
    with pytest.raises(Denied) as poor:
        voices.start(asked(), Emit())
    with pytest.raises(Denied) as strange:
        voices.start(asked(), Emit())
    assert str(poor.value) == ("the account is out of credit: 401 quota_exceeded: This request exceeds your quota.")
    assert str(strange.value) == "401: invalid_api_key Invalid API key"


def test_the_errors_by_their_words(fake: FakeProviders, voices: ElevenLabs) -> None:
    expected: list[tuple[Any, type[Exception], dict[str, Any]]] = [
        (Status(429, error="too_many_concurrent_requests"), Transient, {"retry_after_seconds": None}),
        (RateLimited("seconds", 3), Transient, {"retry_after_seconds": 3.0}),
        (Status(503, error="overloaded"), Transient, {"retry_after_seconds": None}),
        (Status(400, error="voice"), Rejected, {"field": "voice"}),
        (Status(400, error="too_long"), Rejected, {"field": "prompt"}),
        (Status(400, error="unknown_model"), Rejected, {"field": "model"}),
        (Status(403, error="forbidden"), Rejected, {"field": "output_format"}),
        (Status(400, error="bad_request"), Rejected, {"field": ""}),
        (Moderated(how="400"), Refused, {"billed": False}),
        (Moderated(how="403"), Refused, {"billed": False}),
    ]
    fake.script("elevenlabs", "speech", *(fault for fault, _, _ in expected))
    for fault, error, attributes in expected:
        with pytest.raises(error) as met:
            voices.start(asked(), Emit())
        assert {name: getattr(met.value, name) for name in attributes} == attributes, fault
    assert (fake.submits("elevenlabs"), fake.books) == (0, [])


def test_what_does_not_validate_is_named_as_we_call_it(fake: FakeProviders, voices: ElevenLabs) -> None:
    with pytest.raises(Rejected) as refused:
        voices.start(asked(language=7), Emit())  # type: ignore[arg-type]
    assert refused.value.field == "language"
    assert str(refused.value).startswith("422: language_code: ")


def test_the_account_s_models(fake: FakeProviders, voices: ElevenLabs) -> None:
    names = ["eleven_multilingual_v2", "eleven_v3", "eleven_v4", "eleven_v4_turbo", "eleven_flash_v2_5"]
    assert voices.models() == [Listed(name, Kind.SPEECH) for name in names]
    fake.script("elevenlabs", "models", Status(500, error="server"), Quota())
    with pytest.raises(Transient):
        voices.models()
    with pytest.raises(Denied):
        voices.models()


def times(text: str, **changes: Any) -> dict[str, Any]:
    return {
        "characters": list(text),
        "character_start_times_seconds": [float(place) for place in range(len(text))],
        "character_end_times_seconds": [place + 0.5 for place in range(len(text))],
        **changes,
    }


@pytest.mark.parametrize(
    ("alignment", "expected"),
    [
        (times("Oh no"), (Timing("Oh", 0.0, 1.5), Timing("no", 3.0, 4.5))),
        (times(" \n Oh,\t no!\n"), (Timing("Oh,", 3.0, 5.5), Timing("no!", 8.0, 10.5))),
        (times("Är"), (Timing("Är", 0.0, 1.5),)),
        (times("  "), ()),
        (times(""), ()),
        (None, ()),
        ([], ()),
        ({}, ()),
        (times("Oh", characters=["O"]), ()),
        (times("Oh", characters=["O", 5]), ()),
        (times("Oh", character_start_times_seconds=[0, "x"]), ()),
        (times("Oh", character_end_times_seconds=[0, float("nan")]), ()),
    ],
)
def test_words_are_made_of_characters(alignment: Any, expected: tuple[Timing, ...]) -> None:
    assert words(alignment) == expected


def test_an_answer_without_sound_is_damaged(fake: FakeProviders, voices: ElevenLabs, monkeypatch: Any) -> None:
    from tests.providers.fake.dialect import as_json

    said: list[dict[str, Any]] = [{}, {"audio_base64": 5}, {"audio_base64": ""}, {"audio_base64": "!?"}]
    answers = iter([as_json(body) for body in said])
    monkeypatch.setattr(fake.dialects["elevenlabs"], "speak_timed", lambda call: next(answers), raising=True)
    for _ in said:
        with pytest.raises(Damaged) as damaged:
            voices.start(asked(), Emit())
        assert damaged.value.billed is None


def test_sound_is_kept_without_the_times_that_the_provider_did_not_tell(
    fake: FakeProviders, voices: ElevenLabs, monkeypatch: Any
) -> None:
    import base64

    from tests.providers.fake.dialect import as_json

    packed = base64.b64encode(b"sound").decode()
    bodies = [
        {"audio_base64": packed, "alignment": None, "normalized_alignment": times("Oh")},
        {"audio_base64": packed},
    ]
    answers = iter([as_json(body) for body in bodies])
    monkeypatch.setattr(fake.dialects["elevenlabs"], "speak_timed", lambda call: next(answers), raising=True)
    model = "eleven_multilingual_v2"
    assert voices.start(asked(), Emit()) == Done(
        data=b"sound", media_type="audio/mpeg", model=model, seconds=1.5, timings=(Timing("Oh", 0.0, 1.5),)
    )
    assert voices.start(asked(), Emit()) == Done(data=b"sound", media_type="audio/mpeg", model=model)
