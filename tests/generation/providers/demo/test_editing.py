"""Edits that can be seen and measured: light, weather, things; inside the mask and nowhere else."""

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
from generation.providers.demo.editing import wishes
from generation.providers.demo.editing.changes import CHANGES
from generation.providers.errors import Rejected

SIZE = (320, 200)
ABLE = Demo().capabilities("painter", Kind.EDIT, {})
assert ABLE is not None


def png(image: Image.Image, form: str = "PNG") -> bytes:
    out = io.BytesIO()
    image.save(out, form)
    return out.getvalue()


@pytest.fixture(scope="module")
def picture() -> Image.Image:
    return painting.paint(
        "A wide view of a garden by day, trees", seed=5, style="gouache", width=SIZE[0], height=SIZE[1]
    )


def edited(picture: Image.Image, words: str, *more: Input, form: str = "PNG", **given: Any) -> Done:
    source = Input("source", f"image/{form.lower()}", png(picture, form))
    asked = Request(Kind.EDIT, "painter", words, inputs=(source, *more), **{"seed": 3, **given})
    assert refuse_unsupported(asked, ABLE) == []
    done = Demo().start(asked, Emit())
    assert isinstance(done, Done)
    return done


def shown(done: Done) -> np.ndarray:
    assert done.data is not None
    image = Image.open(io.BytesIO(done.data))
    assert (image.size, Image.MIME[image.format or ""]) == ((done.width, done.height), done.media_type)
    return np.asarray(image.convert("RGB"), dtype=np.float32)


def warmth(pixels: np.ndarray) -> float:
    return float((pixels[:, :, 0] - pixels[:, :, 2]).mean())


def light(pixels: np.ndarray) -> float:
    return float(pixels.mean())


def colour(pixels: np.ndarray) -> float:
    return float((pixels.max(axis=2) - pixels.min(axis=2)).mean())


def left_half(size: tuple[int, int] = SIZE) -> Input:
    """A mask whose left half is transparent."""
    mask = Image.new("RGBA", size, (0, 0, 0, 255))
    mask.paste((0, 0, 0, 0), (0, 0, size[0] // 2, size[1]))
    return Input("mask", "image/png", png(mask))


@pytest.mark.parametrize(
    ("words", "measure", "way"),
    [
        ("add a sunset", warmth, 1), ("warmer please", warmth, 1), ("make it autumn", warmth, 1), ("colder", warmth, -1),
        ("make it night", light, -1), ("darker", light, -1), ("a thunderstorm", light, -1), ("brighter", light, 1),
        ("let it snow", light, 1), ("black and white", colour, -1), ("more vivid colours", colour, 1),
        ("sepia", warmth, 1), ("wrapped in fog", colour, -1), ("heavy rain", colour, -1), ("muted", colour, -1),
    ],
)  # fmt: skip
def test_a_wish_moves_the_picture_its_way(picture: Image.Image, words: str, measure: Any, way: int) -> None:
    before = np.asarray(picture, dtype=np.float32)
    after = shown(edited(picture, words))
    assert after.shape == before.shape
    assert way * (measure(after) - measure(before)) > 4


def test_without_colour_there_is_none(picture: Image.Image) -> None:
    for words in ("remove all colour", "greyscale", "as a black-and-white photograph"):
        assert colour(shown(edited(picture, words))) < 1.5, words


@pytest.mark.parametrize("name", sorted(CHANGES))
def test_every_change_is_seen_and_keeps_the_size(picture: Image.Image, name: str) -> None:
    made = CHANGES[name](picture, 11)
    assert (made.size, made.mode) == (picture.size, "RGB")
    assert np.abs(np.asarray(made, dtype=np.float32) - np.asarray(picture, dtype=np.float32)).mean() > 1.5


@pytest.mark.parametrize("words", ["xyzzy", "make it better", "海と月", "remove the fox", "?"])
def test_what_is_not_understood_is_still_an_edit(picture: Image.Image, words: str) -> None:
    assert np.abs(shown(edited(picture, words)) - np.asarray(picture, dtype=np.float32)).mean() > 2


@pytest.mark.parametrize(
    "thing",
    ["moon", "stars", "birds", "lantern", "boat", "balloon", "fox", "girl in a red coat", "tree", "sun", "clouds"],
)
def test_what_is_added_is_there_and_the_rest_stays(picture: Image.Image, thing: str) -> None:
    away = np.abs(shown(edited(picture, f"add a {thing}")) - np.asarray(picture, dtype=np.float32)).max(axis=2)
    assert (away > 12).mean() > 0.0004
    assert (away < 3).mean() > 0.4


class TestMask:
    @pytest.mark.parametrize("words", ["make it night", "add a lantern", "remove the tree", "as an engraving", "xyzzy"])
    @pytest.mark.parametrize("form", [None, "png", "webp"])
    def test_it_limits_what_changes_to_the_byte(self, picture: Image.Image, words: str, form: str | None) -> None:
        after = shown(edited(picture, words, left_half(), output_format=form))
        before = np.asarray(picture, dtype=np.float32)
        assert np.array_equal(after[:, SIZE[0] // 2 :], before[:, SIZE[0] // 2 :])
        assert np.abs(after[:, : SIZE[0] // 2] - before[:, : SIZE[0] // 2]).mean() > 0.3

    def test_a_thing_goes_where_the_mask_leaves_room(self, picture: Image.Image) -> None:
        mask = Image.new("RGBA", SIZE, (0, 0, 0, 255))
        mask.paste((0, 0, 0, 0), (220, 100, 290, 180))
        after = shown(edited(picture, "put a lantern here", Input("mask", "image/png", png(mask))))
        away = np.abs(after - np.asarray(picture, dtype=np.float32)).max(axis=2)
        assert (away[100:180, 220:290] > 12).mean() > 0.1
        assert away[:100].max() == away[:, :220].max() == 0

    def test_what_is_removed_is_filled_with_what_is_around_it(self) -> None:
        plain = Image.new("RGB", SIZE, (120, 150, 90))
        spotted = plain.copy()
        spotted.paste((250, 20, 20), (140, 80, 180, 120))
        mask = Image.new("RGBA", SIZE, (0, 0, 0, 255))
        mask.paste((0, 0, 0, 0), (130, 70, 190, 130))
        after = shown(edited(spotted, "remove the red box", Input("mask", "image/png", png(mask))))
        assert np.abs(after - np.asarray(plain, dtype=np.float32)).max() < 16

    def test_a_mask_of_another_size_is_stretched(self, picture: Image.Image) -> None:
        after = shown(edited(picture, "night", left_half((64, 40))))
        assert np.array_equal(after[:, 164:], np.asarray(picture, dtype=np.float32)[:, 164:])

    def test_a_mask_that_leaves_nothing_free_is_named(self, picture: Image.Image) -> None:
        whole = Input("mask", "image/png", png(Image.new("RGB", SIZE)))
        with pytest.raises(Rejected, match="no transparent pixels"):
            edited(picture, "night", whole)


def test_strength_is_how_far(picture: Image.Image) -> None:
    before = np.asarray(picture, dtype=np.float32)
    away = [np.abs(shown(edited(picture, "night", strength=s)) - before).mean() for s in (0.0, 0.3, 0.7, 1.0)]
    assert away[0] == 0
    assert away == sorted(away)
    assert away[1] == pytest.approx(0.3 * away[3], rel=0.1)


def test_references_lend_their_colours(picture: Image.Image) -> None:
    ys = np.linspace(0.2, 1.1, 40)[:, None, None] * np.array([230, 80, 60])
    red = Image.fromarray(np.clip(ys, 0, 255).repeat(40, axis=1).astype(np.uint8))
    after = shown(edited(picture, "in these colours", Input("reference", "image/png", png(red))))
    assert warmth(after) > warmth(np.asarray(picture, dtype=np.float32)) + 25


def test_the_file_is_of_the_source_or_as_asked(picture: Image.Image) -> None:
    assert edited(picture, "night").media_type == "image/png"
    assert edited(picture, "night", form="WEBP").media_type == "image/webp"
    assert edited(picture, "night", form="JPEG", output_format="jpeg").media_type == "image/jpeg"
    clear = picture.copy()
    clear.putalpha(Image.linear_gradient("L").resize(SIZE))
    done = edited(clear, "night")
    kept = Image.open(io.BytesIO(done.data or b""))
    assert np.array_equal(np.asarray(kept.getchannel("A")), np.asarray(clear.getchannel("A")))


def test_the_same_edit_twice_is_the_same(picture: Image.Image) -> None:
    assert edited(picture, "let it snow") == edited(picture, "let it snow")
    assert edited(picture, "let it snow").data != edited(picture, "let it snow", seed=4).data


@pytest.mark.parametrize("data", [b"", b"no picture", b"\x89PNG\r\n\x1a\n broken"])
def test_a_source_that_is_no_picture_is_named(data: bytes) -> None:
    with pytest.raises(Rejected, match="the source is no picture that can be read") as refused:
        Demo().start(Request(Kind.EDIT, "painter", "night", inputs=(Input("source", "image/png", data),)), Emit())
    assert refused.value.field == "inputs"


@pytest.mark.parametrize(
    ("words", "changes", "things"),
    [
        ("add a sunset", ("sunset",), ()), ("make it a snowy night", ("snow", "night"), ()),
        ("add a moon and birds", (), ("moon", "bird")), ("snow, and a fox", ("snow",), ()),
        ("add snow and a fox", ("snow",), ("fox",)), ("a lantern", (), ("lantern",)),
        ("paint it as a paper-cut at dusk", ("paper-cut", "sunset"), ()), ("", (), ()),
    ],
)  # fmt: skip
def test_instructions_are_read(words: str, changes: tuple[str, ...], things: tuple[str, ...]) -> None:
    wish = wishes.read(words)
    assert (wish.changes, wish.things) == (changes, things)


def test_weathers_can_be_taken_back(picture: Image.Image) -> None:
    foggy = CHANGES["fog"](picture, 3)
    clearer = shown(edited(foggy, "remove the fog"))
    assert clearer.std() > np.asarray(foggy, dtype=np.float32).std() * 1.1
