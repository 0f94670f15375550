"""Wishes in a model's own terms: what becomes of them, that it is said, and that it is then accepted."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from generation.providers.capabilities import Capabilities, Sizes, refuse_unsupported
from generation.providers.contract import Input, Kind, Request
from generation.providers.fitting import fit, into

FREE = Capabilities(
    Kind.IMAGE, sizes=Sizes(16, 3840, 16, 8_294_400, 3.0), choices={"quality": ("low", "medium", "high")}
)
FLUX = Capabilities(Kind.IMAGE, sizes=Sizes(256, 1440, 32))
FLUX_2 = Capabilities(Kind.IMAGE, sizes=Sizes(64, 8192, 16, 4_194_304))
THREE = Capabilities(Kind.IMAGE, fixed_sizes=((1024, 1024), (1536, 1024), (1024, 1536)))
SHAPES = ("1:1", "16:9", "9:16", "4:3", "3:4", "3:2", "2:3", "21:9", "9:21")
STABLE = Capabilities(Kind.IMAGE, aspect_ratios=SHAPES, choices={"output_format": ("png", "jpeg", "webp")})
GEMINI = Capabilities(Kind.IMAGE, aspect_ratios=SHAPES, resolutions=("1K", "2K", "4K"))
GROK = Capabilities(Kind.IMAGE, aspect_ratios=("auto", *SHAPES), resolutions=("1k", "2k"))
RUNWAY = Capabilities(
    Kind.VIDEO, fixed_sizes=((1280, 720), (720, 1280), (1104, 832), (960, 960), (832, 1104), (1584, 672)),
    seconds=(2, 10), seconds_choices=(5, 10), default_seconds=5,
)  # fmt: skip
FILM = Capabilities(
    Kind.VIDEO,
    aspect_ratios=("16:9", "9:16"),
    resolutions=("480p", "720p", "1080p"),
    seconds=(1, 15),
    default_seconds=6,
)
EIGHT = Capabilities(Kind.VIDEO, aspect_ratios=("16:9",), seconds=(4, 8), seconds_choices=(4, 6, 8), default_seconds=8)
WORDS = Capabilities(Kind.TEXT)
VOICE = Capabilities(Kind.SPEECH, choices={"output_format": ("mp3", "wav")})
MODELS = {
    "free": FREE, "flux": FLUX, "flux 2": FLUX_2, "three": THREE, "stable": STABLE, "gemini": GEMINI, "grok": GROK,
    "runway": RUNWAY, "film": FILM, "eight": EIGHT,
}  # fmt: skip
SHAPE = ("aspect_ratio", "width", "height", "resolution", "seconds", "quality", "output_format")


def fitted(able: Capabilities, **asked: Any) -> tuple[dict[str, Any], dict[str, tuple[str, str]]]:
    request, adjusted = fit(Request(able.kind, "m", "a key", **asked), able)
    return {name: getattr(request, name) for name in SHAPE if getattr(request, name) is not None}, dict(adjusted)


@pytest.mark.parametrize(
    ("able", "asked", "used", "adjusted"),
    [
        (FREE, {"width": 1000, "height": 1000}, {"width": 992, "height": 992}, {"size": ("1000x1000", "992x992")}),
        (FREE, {"width": 1024, "height": 1536}, {"width": 1024, "height": 1536}, {}),
        (FREE, {"aspect_ratio": "1:1"}, {"width": 1024, "height": 1024}, {}),
        (FREE, {"aspect_ratio": "16:9"}, {"width": 1360, "height": 768}, {}),
        (FREE, {"aspect_ratio": "1:1", "resolution": "2K"}, {"width": 2048, "height": 2048}, {}),
        (FREE, {"aspect_ratio": "1:1", "resolution": "4K"}, {"width": 2880, "height": 2880}, {}),
        (FREE, {"aspect_ratio": "10:1"}, {"width": 960, "height": 320}, {"aspect_ratio": ("10:1", "960x320")}),
        (FREE, {"aspect_ratio": "wide"}, {"width": 1024, "height": 1024}, {"aspect_ratio": ("wide", "1024x1024")}),
        (FREE, {"width": 800}, {"width": 800, "height": 800}, {}),
        (FREE, {"height": 900, "aspect_ratio": "16:9"}, {"width": 1600, "height": 896}, {}),
        (FREE, {"quality": "standard"}, {"width": 1024, "height": 1024, "quality": "medium"},
         {"quality": ("standard", "medium")}),
        (FREE, {"quality": "hd"}, {"width": 1024, "height": 1024, "quality": "high"}, {"quality": ("hd", "high")}),
        (FREE, {"quality": "low"}, {"width": 1024, "height": 1024, "quality": "low"}, {}),
        (FREE, {"quality": "best"}, {"width": 1024, "height": 1024, "quality": "best"}, {}),
        (FLUX, {"width": 2048, "height": 1024}, {"width": 1440, "height": 704}, {"size": ("2048x1024", "1440x704")}),
        (FLUX, {"width": 100, "height": 100}, {"width": 256, "height": 256}, {"size": ("100x100", "256x256")}),
        (FLUX_2, {"width": 4096, "height": 4096}, {"width": 2048, "height": 2048}, {"size": ("4096x4096", "2048x2048")}),
        (THREE, {}, {"width": 1024, "height": 1024}, {}),
        (THREE, {"aspect_ratio": "16:9"}, {"width": 1536, "height": 1024}, {"aspect_ratio": ("16:9", "1536x1024")}),
        (THREE, {"aspect_ratio": "2:3"}, {"width": 1024, "height": 1536}, {}),
        (THREE, {"width": 640, "height": 640}, {"width": 1024, "height": 1024}, {"size": ("640x640", "1024x1024")}),
        (STABLE, {"aspect_ratio": "16:9"}, {"aspect_ratio": "16:9"}, {}),
        (STABLE, {"aspect_ratio": "7:4"}, {"aspect_ratio": "16:9"}, {"aspect_ratio": ("7:4", "16:9")}),
        (STABLE, {"width": 1024, "height": 1792}, {"aspect_ratio": "9:16"}, {"size": ("1024x1792", "9:16")}),
        (STABLE, {"width": 1024}, {}, {}),
        (STABLE, {"aspect_ratio": "wide"}, {"aspect_ratio": "wide"}, {}),
        (STABLE, {"output_format": "jpg"}, {"output_format": "jpeg"}, {"output_format": ("jpg", "jpeg")}),
        (STABLE, {"resolution": "2K"}, {"resolution": "2K"}, {}),
        (GEMINI, {"resolution": "2k"}, {"resolution": "2K"}, {"resolution": ("2k", "2K")}),
        (GEMINI, {"resolution": "512"}, {"resolution": "1K"}, {"resolution": ("512", "1K")}),
        (GEMINI, {"resolution": "1.5K"}, {"resolution": "1K"}, {"resolution": ("1.5K", "1K")}),
        (GEMINI, {"resolution": "huge"}, {"resolution": "huge"}, {}),
        (GROK, {"resolution": "4K", "aspect_ratio": "auto"}, {"resolution": "2k", "aspect_ratio": "auto"},
         {"resolution": ("4K", "2k")}),
        (RUNWAY, {}, {"width": 1280, "height": 720, "seconds": 5}, {}),
        (RUNWAY, {"aspect_ratio": "9:16", "seconds": 7}, {"width": 720, "height": 1280, "seconds": 5}, {"seconds": ("7", "5")}),
        (RUNWAY, {"aspect_ratio": "16:9", "seconds": 60.0}, {"width": 1280, "height": 720, "seconds": 10},
         {"seconds": ("60", "10")}),
        (RUNWAY, {"resolution": "720p"}, {"width": 1280, "height": 720, "seconds": 5}, {}),
        (RUNWAY, {"resolution": "1080p"}, {"width": 1280, "height": 720, "seconds": 5}, {"resolution": ("1080p", "1280x720")}),
        (FILM, {}, {"seconds": 6}, {}),
        (FILM, {"seconds": 0.5}, {"seconds": 1}, {"seconds": ("0.5", "1")}),
        (FILM, {"seconds": 12.5}, {"seconds": 12.5}, {}),
        (FILM, {"resolution": "4K", "aspect_ratio": "1:1"}, {"seconds": 6, "resolution": "1080p", "aspect_ratio": "16:9"},
         {"resolution": ("4K", "1080p"), "aspect_ratio": ("1:1", "16:9")}),
        (FILM, {"resolution": "360p"}, {"seconds": 6, "resolution": "480p"}, {"resolution": ("360p", "480p")}),
        (EIGHT, {"seconds": 5}, {"seconds": 4}, {"seconds": ("5", "4")}),
        (EIGHT, {"seconds": 5.1}, {"seconds": 6}, {"seconds": ("5.1", "6")}),
        (EIGHT, {"seconds": math.nan, "aspect_ratio": "16:9"}, {"seconds": math.nan, "aspect_ratio": "16:9"}, {}),
        (WORDS, {"aspect_ratio": "16:9", "seconds": 3}, {"aspect_ratio": "16:9", "seconds": 3}, {}),
        (VOICE, {"output_format": "mp3", "width": 64}, {"output_format": "mp3", "width": 64}, {}),
    ],
)  # fmt: skip
def test_what_becomes_of_a_wish(
    able: Capabilities, asked: dict[str, Any], used: dict[str, Any], adjusted: dict[str, tuple[str, str]]
) -> None:
    found, said = fitted(able, **asked)
    assert (repr(found), said) == (repr({name: used[name] for name in SHAPE if name in used}), adjusted)


def test_what_is_not_changed_is_the_very_same_request() -> None:
    request = Request(Kind.IMAGE, "m", "a key", aspect_ratio="16:9", seed=7)
    assert fit(request, STABLE)[0] is request


def test_a_picture_that_is_changed_keeps_its_shape_where_none_is_asked_for() -> None:
    source = (Input("source", "image/png", b"x"),)
    request = Request(Kind.EDIT, "m", "a key", inputs=source)
    for able in (FREE, THREE, GEMINI):
        assert fit(request, able) == (request, {})
    shaped, _ = fit(Request(Kind.EDIT, "m", "a key", inputs=source, aspect_ratio="2:3"), THREE)
    assert (shaped.width, shaped.height, shaped.aspect_ratio) == (1024, 1536, None)


RATIOS = st.sampled_from([*SHAPES, "auto", "7:4", "1:50", "0:1", "1:0", "x:y", "nan:1", "1e400:1", "", ":", "16x9"])
TIERS = st.sampled_from(["512", "1K", "1.5K", "2K", "4K", "2k", "360p", "480p", "720p", "1080p", "768p", "", "x", "8K"])
SIDES = st.none() | st.integers(-10, 20_000)
WISHES = st.fixed_dictionaries(
    {
        "aspect_ratio": st.none() | RATIOS,
        "resolution": st.none() | TIERS,
        "width": SIDES,
        "height": SIDES,
        "seconds": st.none() | st.floats(-5, 100),
        "quality": st.none() | st.sampled_from(["standard", "hd", "low", "best"]),
        "output_format": st.none() | st.sampled_from(["jpg", "jpeg", "png", "gif"]),
        "kind": st.sampled_from([Kind.IMAGE, Kind.VIDEO, Kind.EDIT]),
    }
)


def wish(able: Capabilities, asked: dict[str, Any]) -> Request:
    kind = asked["kind"] if asked["kind"] is Kind.EDIT and able.kind is Kind.IMAGE else able.kind
    return Request(**{**asked, "kind": kind, "model": "m", "prompt": "a key"})


@pytest.mark.parametrize("model", MODELS)
@given(asked=WISHES)
@settings(max_examples=150, deadline=None)
@example(asked={"kind": Kind.IMAGE, "aspect_ratio": "16:9", "resolution": "4K"})
def test_fitting_twice_changes_nothing_more(model: str, asked: dict[str, Any]) -> None:
    able = MODELS[model]
    once, _ = fit(wish(able, asked), able)
    assert fit(once, able) == (once, {})


READABLE = st.fixed_dictionaries(
    {
        "aspect_ratio": st.none() | st.sampled_from([*SHAPES, "7:4", "1:50", "5:1"]),
        "resolution": st.none() | st.sampled_from(["512", "1K", "1.5K", "2K", "4K", "360p", "480p", "720p", "1080p"]),
        "width": st.none() | st.integers(1, 20_000),
        "height": st.none() | st.integers(1, 20_000),
        "seconds": st.none() | st.floats(-5, 100),
        "kind": st.just(Kind.IMAGE),
    }
)


@pytest.mark.parametrize("model", MODELS)
@given(asked=READABLE)
@settings(max_examples=150, deadline=None)
def test_what_was_fitted_is_accepted(model: str, asked: dict[str, Any]) -> None:
    able = MODELS[model]
    if able.seconds is None:
        asked = {**asked, "seconds": None}
    if not (able.resolutions or able.sizes or able.fixed_sizes):
        asked = {**asked, "resolution": None}
    request, adjusted = fit(wish(able, asked), able)
    assert refuse_unsupported(request, able) == []
    assert all(before != after for before, after in adjusted.values())


@given(
    width=st.integers(1, 30_000),
    height=st.integers(1, 30_000),
    sizes=st.sampled_from([able.sizes for able in MODELS.values() if able.sizes is not None]),
)
@settings(max_examples=500, deadline=None)
def test_a_free_size_keeps_the_rule_of_its_model(width: int, height: int, sizes: Sizes) -> None:
    used = into((width, height), sizes)
    assert all(sizes.low <= side <= sizes.high and side % sizes.step == 0 for side in used)
    assert used[0] * used[1] <= sizes.max_pixels
    assert max(used) <= sizes.max_ratio * min(used)
    assert into(used, sizes) == used
