"""Pictures as they are bought directly: every shape and size, how finely, what is left out, whose colours, which file."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
import pytest
from PIL import Image

from generation.providers.capabilities import refuse_unsupported
from generation.providers.contract import Done, Emit, Input, Kind, Request
from generation.providers.demo import painting
from generation.providers.demo.adapter import Demo
from generation.providers.demo.models import PLATES, SIZES_1K, picture_size
from generation.providers.demo.painting.leaving_out import left, named
from generation.providers.demo.painting.reading import read
from generation.providers.errors import Rejected
from generation.providers.fitting import fit

HARBOUR = "A harbour at night, a full moon, boats at anchor, seagulls. A girl in a red coat holds a lantern. Fog."
ABLE = Demo().capabilities("painter", Kind.IMAGE, {})
assert ABLE is not None


def bought(prompt: str = HARBOUR, **given: Any) -> Done:
    asked = Request(Kind.IMAGE, "painter", prompt, **{"seed": 7, **given})
    assert refuse_unsupported(asked, ABLE) == []
    done = Demo().start(asked, Emit())
    assert isinstance(done, Done)
    return done


def shown(done: Done) -> Image.Image:
    assert done.data is not None
    image = Image.open(io.BytesIO(done.data))
    assert image.size == (done.width, done.height)
    assert Image.MIME[image.format or ""] == done.media_type
    return image.convert("RGB")


def pixels(image: Image.Image) -> np.ndarray:
    return np.asarray(image, dtype=np.float32)


class TestSizes:
    @pytest.mark.parametrize("shape", SIZES_1K)
    def test_every_shape_has_about_a_megapixel_and_four(self, shape: str) -> None:
        wide, high = (int(part) for part in shape.split(":"))
        for resolution, most in (("1K", 1024**2), ("2K", 2048**2)):
            width, height = picture_size(shape, resolution)
            assert width / height == pytest.approx(wide / high, abs=0.005)
            assert 0.85 * most < width * height < 1.05 * most

    @pytest.mark.parametrize("shape", sorted(SIZES_1K))
    def test_every_shape_is_painted(self, shape: str) -> None:
        done = bought(aspect_ratio=shape, resolution="1K", quality="low", style="gouache")
        assert (done.width, done.height) == SIZES_1K[shape]
        assert pixels(shown(done)).std() > 15

    def test_two_thousand_lines(self) -> None:
        done = bought(aspect_ratio="1:1", resolution="2K", quality="low", style="gouache")
        assert shown(done).size == (2048, 2048)

    @pytest.mark.parametrize("shape", PLATES)
    def test_stories_get_what_they_always_got(self, shape: str) -> None:
        width, height = PLATES[shape]
        done = bought(aspect_ratio=shape)
        assert (done.width, done.height) == (width, height)
        assert done.data == painting.encode(
            painting.paint(HARBOUR, seed=7, style="watercolour", width=width, height=height)
        )

    def test_what_people_bring_is_fitted(self) -> None:
        asked, _ = fit(Request(Kind.IMAGE, "painter", "x", width=1920, height=1080, resolution="4K"), ABLE)
        assert (asked.aspect_ratio, asked.resolution, refuse_unsupported(asked, ABLE)) == ("16:9", "2K", [])


def test_a_higher_quality_is_finer() -> None:
    def fineness(quality: str) -> float:
        image = painting.paint(HARBOUR, seed=7, style="engraving", width=480, height=320, quality=quality)
        lines = pixels(image.convert("L"))
        return float(np.abs(np.diff(lines, axis=0)).mean())

    low, medium = fineness("low"), fineness("medium")
    assert low < 0.85 * medium
    high = painting.paint(HARBOUR, seed=7, width=480, height=320, quality="high")
    assert high.tobytes() != painting.paint(HARBOUR, seed=7, width=480, height=320).tobytes()


class TestLeavingOut:
    def test_what_is_named_is_not_read(self) -> None:
        whole = read(HARBOUR, 7)
        assert (whole.peopled, whole.carried, whole.hour, whole.weather) == (True, "lantern", "night", "fog")
        bare = read(HARBOUR, 7, "people, lanterns, fog, the moon, birds, boats")
        assert (bare.peopled, bare.carried, bare.hour, bare.weather) == (False, None, "night", "clear")
        assert bare.absent >= {"person", "lantern", "fog", "moon", "bird", "boat"}
        assert (bare.place, bare.chance) == (whole.place, whole.chance)

    @pytest.mark.parametrize("hour", ["night", "dusk", "dawn", "day", "storm"])
    def test_an_hour_that_is_not_wished_is_another(self, hour: str) -> None:
        words = "a quiet garden, " + hour
        assert read(words, 3).hour == hour
        assert read(words, 3, hour).hour != hour

    @pytest.mark.parametrize("negative", ["", "blurry, bad hands, watermark", "?", "x" * 500])
    def test_other_words_change_nothing(self, negative: str) -> None:
        plain = painting.paint(HARBOUR, seed=7, width=160, height=90)
        assert painting.paint(HARBOUR, seed=7, width=160, height=90, without=negative).tobytes() == plain.tobytes()

    def test_words_of_the_same_meaning_go(self) -> None:
        assert left("seagulls over a foggy quay", named("bird, mist")).split() == ["over", "a", "quay"]

    def test_nobody_stands_there(self) -> None:
        words = "A wide view of a snowfield by day. A girl in a red coat."

        def coats(without: str) -> float:
            image = pixels(painting.paint(words, seed=7, style="gouache", width=320, height=180, without=without))
            return float(((image[:, :, 0] - image[:, :, 1:].max(axis=2)) > 60).mean() * 1000)

        assert coats("") > 1
        assert coats("people") < 0.1

    @pytest.mark.parametrize(("words", "negative"), [("sea by night, full moon", "moon"), ("a sea at sunset", "sun")])
    def test_no_disc_in_the_sky(self, words: str, negative: str) -> None:
        kinds = [
            [layer.kind for layer in painting.sheets(words, 7, "gouache", (160, 90), without=without)[2]]
            for without in ("", negative)
        ]
        assert ["sun" in found for found in kinds] == [True, False]

    @pytest.mark.parametrize(("negative", "kind"), [("fog", "mist"), ("clouds", "cloud")])
    def test_no_veil_and_no_cloud(self, negative: str, kind: str) -> None:
        words = "a mountain by day"
        kinds = [
            [layer.kind for layer in painting.sheets(words, 7, "gouache", (160, 90), without=without)[2]]
            for without in ("", negative)
        ]
        assert [kind in found for found in kinds] == [True, False]

    def test_it_reaches_the_painter(self) -> None:
        with_, without = bought(), bought(negative_prompt="people, boats")
        assert np.abs(pixels(shown(with_)) - pixels(shown(without))).mean() > 0.5


def flat(colour: tuple[int, int, int]) -> Input:
    out = io.BytesIO()
    ys = np.linspace(0.3, 1.2, 64)[:, None, None]
    Image.fromarray(np.clip(ys * np.array(colour), 0, 255).repeat(64, axis=1).astype(np.uint8)).save(out, "PNG")
    return Input("reference", "image/png", out.getvalue())


def test_references_lend_their_colours() -> None:
    def balance(*references: Input) -> float:
        mean = pixels(shown(bought("a sea by day", inputs=references, resolution="1K", quality="low"))).mean(
            axis=(0, 1)
        )
        return float(mean[0] - mean[2])

    plain, red, blue = balance(), balance(flat((220, 90, 40))), balance(flat((40, 90, 220)))
    assert red > plain + 25
    assert blue < plain - 10
    assert blue < balance(flat((40, 90, 220)), flat((220, 90, 40))) < red


@pytest.mark.parametrize("form", ["png", "jpeg", "webp"])
def test_the_file_is_what_was_asked_for(form: str) -> None:
    done = bought("a sea by day", output_format=form, quality="low", resolution="1K", aspect_ratio="1:1")
    assert (done.media_type, shown(done).size) == (f"image/{form}", (1024, 1024))


def test_a_reference_that_is_no_picture_is_named() -> None:
    with pytest.raises(Rejected, match="the reference is no picture") as refused:
        bought(inputs=(Input("reference", "image/png", b"\x89PNG\r\n\x1a\n broken"),))
    assert refused.value.field == "inputs"
