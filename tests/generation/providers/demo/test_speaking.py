"""Speech without a network: it can be decoded, says when each word comes, and several threads may ask at once."""

from __future__ import annotations

import importlib.util
import io
import threading
import uuid
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from generation import storage
from generation.providers.capabilities import refuse_unsupported
from generation.providers.contract import Done, Emit, Kind, Request
from generation.providers.demo.adapter import Demo
from generation.providers.demo.models import LANGUAGES, SOUND_FORMATS, VOICES

TEXT = "The lantern keeper walked down to the quiet harbour. Nobody had lit the lamp."


@pytest.fixture(autouse=True)
def _voice() -> None:
    pytest.importorskip("espeakng_loader")


def spoken(text: str = TEXT, **given: Any) -> Done:
    able = Demo().capabilities("narrator", Kind.SPEECH, {})
    assert able is not None
    request = Request(Kind.SPEECH, "narrator", text, **given)
    assert refuse_unsupported(request, able) == []
    done = Demo().start(request, Emit())
    assert isinstance(done, Done)
    return done


def heard(done: Done) -> tuple[np.ndarray, int]:
    with av.open(io.BytesIO(done.data or b"")) as container:
        frames = list(container.decode(audio=0))
    sound = np.concatenate([frame.to_ndarray().astype(np.float32) for frame in frames], axis=1)[0]
    return sound / (32768 if np.abs(sound).max() > 1.5 else 1), frames[0].sample_rate


@pytest.mark.parametrize("form", SOUND_FORMATS)
def test_every_form_is_decoded_and_kept(form: str, media: Path) -> None:
    done = spoken(output_format=form)
    sound, rate = heard(done)
    assert len(sound) / rate == pytest.approx(done.seconds, abs=0.12)
    assert 0.02 < float(np.sqrt(np.mean(sound**2))) < 0.5
    kept = storage.keep(tenant_id=uuid.UUID(int=1), kind=Kind.SPEECH, data=done.data or b"", media_type=done.media_type)
    assert kept.media_type == done.media_type


def test_words_are_timed_in_their_order() -> None:
    done = spoken()
    assert [timing.word for timing in done.timings] == TEXT.replace(".", "").split()
    starts = [timing.start for timing in done.timings]
    assert starts == sorted(starts)
    assert all(0 <= timing.start <= timing.end <= (done.seconds or 0) + 0.001 for timing in done.timings)
    assert (done.usage, done.model) == ({"characters": len(TEXT)}, "narrator")


def test_words_that_are_no_ascii_are_timed_too() -> None:
    done = spoken("Das Mädchen hört die schöne Glocke.", voice="linde")
    assert [timing.word for timing in done.timings] == ["Das", "Mädchen", "hört", "die", "schöne", "Glocke"]


@pytest.mark.parametrize("voice", VOICES)
def test_every_voice_speaks(voice: str) -> None:
    assert np.abs(heard(spoken("Hello", voice=voice, output_format="wav"))[0]).max() > 0.05


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_is_spoken(language: str) -> None:
    assert np.abs(heard(spoken("Hello", language=language, output_format="wav"))[0]).max() > 0.05


def test_voices_and_languages_differ() -> None:
    said = [spoken(voice=voice, output_format="wav").data for voice in VOICES]
    assert len(set(said)) == len(VOICES)
    assert spoken(voice="hazel", language="de", output_format="wav").data != said[0]


def test_speed_is_heard() -> None:
    slow, usual, fast = (spoken(speed=speed).seconds or 0.0 for speed in (0.5, 1.0, 2.0))
    assert slow > 1.5 * usual
    assert usual > 1.5 * fast


@pytest.mark.parametrize("text", ["…", "?!", "\x00", "海と月", "<speak>hi</speak>", "a" * 400, "🦊"])
def test_odd_words_give_some_sound(text: str) -> None:
    done = spoken(text)
    assert (done.seconds or 0) >= 0.1
    assert len(heard(done)[0]) > 0


def test_threads_do_not_speak_into_one_another() -> None:
    texts = [
        "One fox.",
        "A very long sentence about the sea and the boats on it.",
        "Rain.",
        "Snow fell on the old tower.",
    ]
    alone = [spoken(text, output_format="wav") for text in texts]
    together: dict[int, Done] = {}
    threads = [
        threading.Thread(target=lambda k=k: together.update({k: spoken(texts[k % 4], output_format="wav")}))
        for k in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    # eSpeak's voice trembles by chance, so the samples differ from one time to the next; the words and their times do not.
    assert [said_by(together[k]) for k in range(8)] == [said_by(done) for done in alone + alone]


def said_by(done: Done) -> tuple[float | None, list[tuple[str, float]]]:
    return done.seconds, [(timing.word, round(timing.start, 1)) for timing in done.timings]


def test_without_the_library_it_is_not_offered(monkeypatch: pytest.MonkeyPatch) -> None:
    found = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name, *a: None if name == "espeakng_loader" else found(name, *a)
    )
    assert Demo().capabilities("narrator", Kind.SPEECH, {}) is None
    assert Demo().capabilities("painter", Kind.IMAGE, {}) is not None
