"""Offline films: they play anywhere, seek, begin as their picture, and truly move without a jump."""

from __future__ import annotations

import io
import itertools
from fractions import Fraction

import av
import numpy as np
import pytest
from PIL import Image

from generation.providers.demo.filming import FPS, film
from generation.providers.demo.painting import encode, paint

HARBOUR = "A harbour at dusk, boats. A girl in a red coat on the quay holding a lantern. Fog."
SIZE = {"width": 256, "height": 144}


def _frames(data: bytes) -> list[np.ndarray]:
    with av.open(io.BytesIO(data)) as container:
        return [frame.to_ndarray(format="rgb24").astype(np.float32) for frame in container.decode(video=0)]


@pytest.fixture(scope="module")
def harbour() -> bytes:
    return film(HARBOUR, seed=7, style="watercolour", seconds=2.0, **SIZE)


def test_it_is_an_mp4_that_plays_anywhere(harbour: bytes) -> None:
    with av.open(io.BytesIO(harbour)) as container:
        assert [s.type for s in container.streams] == ["video"]
        stream = container.streams.video[0]
        assert stream.codec_context.name == "h264"
        assert stream.codec_context.pix_fmt == "yuv420p"
        assert stream.average_rate == Fraction(FPS)
        assert (stream.width, stream.height) == (256, 144)
        assert float(container.duration or 0) / av.time_base == pytest.approx(2.0, abs=0.06)
        keys = [float(p.pts * p.time_base) for p in container.demux(stream) if p.is_keyframe and p.pts is not None]
    assert len(_frames(harbour)) == 48
    assert keys[0] == 0
    assert max(b - a for a, b in zip(keys, [*keys[1:], 2.0], strict=True)) <= 1.0 + 1e-6


def test_the_index_comes_first(harbour: bytes) -> None:
    assert 0 < harbour.find(b"moov") < harbour.find(b"mdat")


def test_seek_to_the_middle(harbour: bytes) -> None:
    with av.open(io.BytesIO(harbour)) as container:
        stream = container.streams.video[0]
        container.seek(int(1.5 / stream.time_base), stream=stream)
        frame = next(container.decode(stream))
        assert 0.9 <= float(frame.time or 0) <= 1.5


@pytest.mark.parametrize(
    ("words", "style"),
    [
        (HARBOUR, "watercolour"),
        ("A forest in the snow at night, a fox with a lantern", "gouache"),
        ("A kitchen, fire, a cat", "paper-cut"),
    ],
)
def test_it_moves_without_jumps_and_returns(words: str, style: str) -> None:
    frames = _frames(film(words, seed=7, style=style, seconds=1.0, **SIZE))
    steps = [float(np.abs(a - b).mean()) for a, b in itertools.pairwise(frames)]
    assert np.abs(frames[0] - frames[len(frames) // 2]).mean() > 1.5
    assert max(steps) < 8
    assert np.abs(frames[0] - frames[-1]).mean() < 8


@pytest.mark.parametrize("style", ["watercolour", "paper-cut", "gouache"])
def test_it_begins_as_the_picture(style: str) -> None:
    first = _frames(film(HARBOUR, seed=7, style=style, seconds=0.25, **SIZE))[0]
    picture = paint(HARBOUR, seed=7, style=style).resize((256, 144), Image.Resampling.LANCZOS)
    assert np.abs(first - np.asarray(picture, dtype=np.float32)).mean() < 9


def test_our_own_first_frame_keeps_the_layers() -> None:
    own = encode(paint(HARBOUR, seed=7))
    plain = _frames(film(HARBOUR, seed=7, style="watercolour", seconds=0.25, **SIZE))
    with_first = _frames(film(HARBOUR, seed=7, style="watercolour", seconds=0.25, first_frame=own, **SIZE))
    assert np.abs(plain[0] - with_first[0]).mean() < 0.5


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_a_foreign_first_frame_is_animated(kind: str) -> None:
    ys, xs = np.mgrid[0:300, 0:400]
    art = np.stack([xs * 255 / 400, ys * 255 / 300, np.full_like(xs, 90)], axis=2).astype(np.uint8)
    out = io.BytesIO()
    Image.fromarray(art).save(out, kind)
    frames = _frames(film(HARBOUR, seed=7, style="watercolour", seconds=1.0, first_frame=out.getvalue(), **SIZE))
    assert len(frames) == 24
    fitted = np.asarray(Image.fromarray(art).crop((0, 38, 400, 263)).resize((256, 144)), dtype=np.float32)
    assert np.abs(frames[0] - fitted).mean() < 30
    assert np.abs(frames[0] - frames[12]).mean() > 0.8


@pytest.mark.parametrize("data", [b"", b"not a picture", b"\x89PNG\r\n\x1a\n broken"])
def test_an_unreadable_first_frame_is_passed_over(data: bytes) -> None:
    assert (
        len(_frames(film("a river", seed=1, style="gouache", seconds=0.25, first_frame=data, width=128, height=72)))
        == 6
    )


def test_the_same_arguments_give_the_same_film() -> None:
    first, second = (film("a river", seed=1, style="gouache", seconds=0.5, width=128, height=72) for _ in range(2))
    assert first == second


def test_progress_rises_to_one_and_odd_sizes_are_taken() -> None:
    told: list[float] = []
    data = film("a river", seed=1, style="engraving", seconds=0.25, width=131, height=77, progress=told.append)
    assert told == sorted(told)
    assert told[-1] == 1.0
    assert _frames(data)[0].shape == (76, 130, 3)
