"""Films that lead somewhere: several scenes in order, a last frame, shapes and sizes, and the sound of a place."""

from __future__ import annotations

import io
import itertools
from typing import Any

import av
import numpy as np
import pytest

from generation.providers.capabilities import refuse_unsupported
from generation.providers.contract import Done, Emit, Handle, Input, Kind, Pending, Request
from generation.providers.demo import ambience, timelines
from generation.providers.demo.adapter import Demo
from generation.providers.demo.filming import film
from generation.providers.demo.models import FILM_LINES, FILM_RATIOS, film_size
from generation.providers.demo.painting import encode, paint

SIZE = {"width": 192, "height": 108}
DAY, NIGHT = "A desert by day, nobody.", "A forest at night, no moon."
TIMELINE = f"Scene 1 (0-1 s): {DAY}\nScene 2 (1-2 s): {NIGHT}"


def frames(data: bytes) -> list[np.ndarray]:
    with av.open(io.BytesIO(data)) as container:
        return [frame.to_ndarray(format="rgb24").astype(np.float32) for frame in container.decode(video=0)]


def heard(data: bytes) -> np.ndarray:
    with av.open(io.BytesIO(data)) as container:
        return np.concatenate([frame.to_ndarray() for frame in container.decode(audio=0)], axis=1)


def apart(one: np.ndarray, other: np.ndarray) -> float:
    return float(np.abs(one - other).mean())


def bought(prompt: str, *inputs: Input, **given: Any) -> Done:
    able = Demo().capabilities("filmmaker", Kind.VIDEO, {})
    assert able is not None
    request = Request(Kind.VIDEO, "filmmaker", prompt, inputs=inputs, **{"seed": 7, "seconds": 2.0, **given})
    assert refuse_unsupported(request, able) == []
    pending = Demo().start(request, Emit())
    assert isinstance(pending, Pending)
    done = Demo().check(Handle(pending.id, "", request))
    assert isinstance(done, Done)
    return done


class TestParts:
    @pytest.mark.parametrize(
        ("prompt", "told"),
        [
            ("Scene 1 (0-2 s): a sea\nScene 2 (2-6 s): a wood", [("a sea", 22), ("a wood", 38)]),
            ("Scene 1: a sea. Scene 2: a wood.", [("a sea.", 30), ("a wood.", 30)]),
            ("A fox walks.\n\n0-1s: a sea\n1-2s: a wood", [("a sea A fox walks.", 30), ("a wood A fox walks.", 30)]),
            ("[0 - 1.5 s] - a sea\n[1.5 - 2 s] - a wood", [("a sea", 41), ("a wood", 19)]),
            ("Shot 1: a sea\nShot 2: a wood\nShot 3: a hill", [("a sea", 20), ("a wood", 20), ("a hill", 20)]),
        ],
    )
    def test_scenes_share_the_frames_as_their_times_say(self, prompt: str, told: list[tuple[str, int]]) -> None:
        found = timelines.parts(prompt, 60)
        assert sum(part.frames for part in found) == 60
        assert [part.words for part in found] == [words for words, _ in told]
        assert [part.frames for part in found] == pytest.approx([count for _, count in told], abs=2)

    @pytest.mark.parametrize(
        "prompt", ["a scene 1 by the sea", "It is 2-3 s long", "Scene 1: alone", "", "10-12: a key"]
    )
    def test_anything_else_is_one_scene(self, prompt: str) -> None:
        assert timelines.parts(prompt, 60) == [timelines.Part(prompt, 60)]

    def test_there_is_an_end_to_it(self) -> None:
        prompt = "\n".join(f"Scene {k}: a sea" for k in range(1, 40))
        assert [part.frames for part in timelines.parts(prompt, 48)] == [8] * 6
        assert len(timelines.parts(prompt, 480)) == timelines.MOST_SCENES
        assert timelines.parts(prompt, 9) == [timelines.Part(prompt, 9)]


def test_scenes_are_shown_in_order_and_dissolve() -> None:
    shown = frames(film(TIMELINE, seed=7, style="gouache", seconds=2.0, **SIZE))
    day, night = (frames(film(w, seed=7, style="gouache", seconds=1.0, **SIZE))[0] for w in (DAY, NIGHT))
    assert len(shown) == 48
    assert apart(shown[0], day) < 4 < apart(shown[0], night)
    assert apart(shown[47], night) < 6 < apart(shown[47], day)
    steps = [apart(a, b) for a, b in itertools.pairwise(shown)]
    assert max(steps) < apart(day, night) / 3  # a dissolve, no cut


@pytest.mark.parametrize("foreign", [True, False])
def test_a_film_goes_from_its_first_frame_to_its_last(foreign: bool) -> None:
    last = paint("A snowfield at dawn, a fox", seed=7, style="gouache", **SIZE)
    first = paint("A library" if foreign else DAY, seed=7, style="gouache", **SIZE)
    shown = frames(
        film(DAY, seed=7, style="gouache", seconds=2.0, first_frame=encode(first), last_frame=encode(last), **SIZE)
    )
    one, other = (np.asarray(image, dtype=np.float32) for image in (first, last))
    assert len(shown) == 48
    assert apart(shown[0], one) < 12 < apart(shown[0], other)
    assert apart(shown[47], other) < 12 < apart(shown[47], one)
    assert apart(shown[6], shown[0]) > 0.2  # it moves before it goes over


@pytest.mark.parametrize("ratio", FILM_RATIOS)
@pytest.mark.parametrize("lines", FILM_LINES)
def test_sizes_are_even_and_have_their_lines(ratio: str, lines: str) -> None:
    width, height = film_size(ratio, lines)
    wide, high = FILM_RATIOS[ratio]
    assert (width % 2, height % 2, min(width, height)) == (0, 0, FILM_LINES[lines])
    assert width / height == pytest.approx(wide / high, abs=0.01)


@pytest.mark.parametrize(("ratio", "size"), [("9:16", (360, 640)), ("1:1", (360, 360))])
def test_a_shape_is_filmed(ratio: str, size: tuple[int, int]) -> None:
    done = bought("a sea at dusk", aspect_ratio=ratio, resolution="360p")
    assert (done.width, done.height, done.seconds) == (*size, 2.0)
    shown = frames(done.data or b"")
    assert (len(shown), shown[0].shape) == (48, (size[1], size[0], 3))


def test_a_film_of_a_picture_has_its_shape() -> None:
    tall = Input("first_frame", "image/webp", encode(paint("a tower", seed=7, width=120, height=200)))
    assert (bought("a tower", tall, resolution="360p").height, film_size(None, None)) == (640, (960, 540))
    broken = Input("first_frame", "image/webp", b"no picture")
    assert bought("a tower", broken, resolution="360p").width == 640


class TestSound:
    def test_it_is_there_where_it_was_asked_for(self) -> None:
        with_, without = (film("a sea", seed=7, style="gouache", seconds=2.0, audio=a, **SIZE) for a in (True, False))
        with av.open(io.BytesIO(with_)) as container:
            assert [stream.type for stream in container.streams] == ["video", "audio"]
            track = container.streams.audio[0]
            assert (track.codec_context.name, track.rate, track.codec_context.layout.name) == ("aac", 48_000, "stereo")
            assert float((track.duration or 0) * (track.time_base or 0)) == pytest.approx(2.0, abs=0.06)
        with av.open(io.BytesIO(without)) as container:
            assert [stream.type for stream in container.streams] == ["video"]
        level = float(np.sqrt(np.mean(heard(with_) ** 2)))
        assert 0.02 < level < 0.12
        assert 0 < with_.find(b"moov") < with_.find(b"mdat")

    @pytest.mark.parametrize(
        "words", ["a sea", "a kitchen", "a forest at night", "rain in a street", "x", "a river by day"]
    )
    def test_every_place_sounds_softly_and_the_same_again(self, words: str) -> None:
        track = ambience.sound([(words, 1.5)], 7)
        assert (track.shape, track.dtype) == ((72_000, 2), np.float32)
        assert float(np.sqrt(np.mean(track**2))) == pytest.approx(ambience.LOUDNESS, rel=0.15)
        assert float(np.abs(track).max()) <= 0.95
        assert np.array_equal(track, ambience.sound([(words, 1.5)], 7))

    def test_rain_is_higher_than_the_wind(self) -> None:
        def brightness(words: str) -> float:
            spectrum = np.abs(np.fft.rfft(ambience.sound([(words, 2.0)], 7)[:, 0]))
            hertz = np.fft.rfftfreq(96_000, 1 / 48_000)
            return float((spectrum * hertz).sum() / spectrum.sum())

        assert brightness("rain in a desert") > 1.5 * brightness("a desert at dusk")

    def test_each_scene_has_its_own(self) -> None:
        both = ambience.sound([("a sea", 1.0), ("rain in a street", 1.0)], 7)
        assert both.shape == (96_000, 2)
        alone = ambience.sound([("a sea", 2.0)], 7)
        assert not np.allclose(both[60_000:], alone[60_000:], atol=0.01)
