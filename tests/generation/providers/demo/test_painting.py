"""The offline painter: the same words give the same picture, all words give some picture, and one story looks like one book."""

from __future__ import annotations

import io
import random

import numpy as np
import pytest
from PIL import Image

from generation.providers.demo.painting import MEDIA_TYPE, STYLES, encode, paint
from generation.providers.demo.painting.covers import COVERS
from generation.providers.demo.painting.palette import CLOTHES, hue_of
from generation.providers.demo.painting.places import BUILDERS
from generation.providers.demo.painting.reading import INDOORS, read
from generation.providers.demo.painting.stage import Stage
from generation.providers.demo.painting.things import THINGS
from generation.providers.demo.painting.words import KINDS, OBJECTS, PLACES

HARBOUR = (
    "A wide view of the drowned harbour at dusk, boats at anchor and one lit window. A girl in a red coat stands on the "
    "quay holding a brass lantern. Mood: hushed. Fog."
)
SMALL = {"width": 240, "height": 135}


def _array(image: Image.Image) -> np.ndarray:
    return np.asarray(image, dtype=np.float32)


@pytest.mark.parametrize("style", STYLES)
def test_the_same_arguments_give_the_same_bytes(style: str) -> None:
    first, second = (paint(HARBOUR, seed=7, style=style, **SMALL) for _ in range(2))
    assert first.tobytes() == second.tobytes()
    assert encode(first) == encode(second)


@pytest.mark.parametrize("size", [(304, 171), (120, 180), (97, 61)])
def test_size_and_mode(size: tuple[int, int]) -> None:
    image = paint("a garden", seed=1, width=size[0], height=size[1])
    assert image.size == size
    assert image.mode == "RGB"


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize(
    "words",
    [
        HARBOUR,
        "a key on a table, still life, candle",
        "snowy mountains by day",
        "inside a library at night, a fox reads",
    ],
)
def test_every_style_gives_a_picture_with_tonal_range(style: str, words: str) -> None:
    pixels = _array(paint(words, seed=3, style=style, **SMALL))
    assert pixels.mean(axis=2).std() > 12
    low, high = np.percentile(pixels.mean(axis=2), [2, 98])
    assert high - low > 55
    assert len(np.unique(pixels.astype(np.uint8).reshape(-1, 3) // 8, axis=0)) > 60


@pytest.mark.parametrize("place", sorted(BUILDERS))
def test_every_place_is_built(place: str) -> None:
    word = "deep space" if place == "space" else place
    words = f"A wide view: the {'outer space' if place == 'space' else word} at dusk. A girl in a red coat."
    assert read(words, 1).place == place
    assert _array(paint(words, seed=1, **SMALL)).std() > 15


def test_different_words_and_seeds_and_styles_differ() -> None:
    base = _array(paint(HARBOUR, seed=7, **SMALL))
    for other in (
        paint("A forest at dawn.", seed=7, **SMALL),
        paint(HARBOUR, seed=8, **SMALL),
        paint(HARBOUR, seed=7, style="engraving", **SMALL),
    ):
        assert np.abs(base - _array(other)).mean() > 8


def _coat_share(words: str, seed: int) -> float:
    """How much of a picture has the hue and colourfulness of the hero's coat, in thousandths."""
    cloth = read(words, seed).hero.cloth
    pixels = _array(paint(words, seed=seed, style="gouache", width=456, height=256)) / 255
    flat = pixels.reshape(-1, 3)
    spread = flat.max(axis=1) - flat.min(axis=1)
    hues = np.degrees(np.arctan2(np.sqrt(3) * (flat[:, 1] - flat[:, 2]), 2 * flat[:, 0] - flat[:, 1] - flat[:, 2]))
    own = np.degrees(np.arctan2(np.sqrt(3) * (cloth[1] - cloth[2]), 2 * cloth[0] - cloth[1] - cloth[2]))
    near = np.abs((hues - own + 180) % 360 - 180) < 14
    return float((near & (spread > 0.30)).mean() * 1000)


@pytest.mark.parametrize("seed", [7, 23])
def test_the_hero_keeps_the_coat_across_scenes(seed: int) -> None:
    scenes = (
        "A girl in a mountain pass, wide view, day.",
        "A girl on a snowfield by day.",
        "A girl by the sea at dawn, no boat.",
    )
    assert len({read(s, seed).hero.cloth for s in scenes}) == 1
    assert len({read(s, seed).hero.hat for s in scenes}) == 1
    for words in scenes:
        assert _coat_share(words, seed) > 1.0, words


def test_words_dress_the_hero() -> None:
    hero = read(HARBOUR, 7).hero
    assert hero.kind == "person"
    assert hero.age == "child"
    assert hero.cloth == CLOTHES["red"]
    fox = read("A fox in a blue waistcoat with a map", 7)
    assert (fox.hero.kind, fox.hero.cloth, fox.carried) == ("fox", CLOTHES["blue"], "map")
    assert abs(hue_of(fox.hero.cloth) - hue_of(CLOTHES["blue"])) < 1


def test_words_decide_place_hour_weather_and_view() -> None:
    scene = read(HARBOUR, 7)
    assert (scene.place, scene.hour, scene.weather, scene.view, scene.carried) == (
        "harbour",
        "dusk",
        "fog",
        "wide",
        "lantern",
    )
    assert read("The libraries of the old town at midnight", 7).place == "library"
    assert "library" in INDOORS
    assert read("From above: rooftops in the snow", 7).view == "above"
    assert read("Silhouette of a rabbit against the moon", 7).view == "silhouette"
    assert read("Close-up of an egg on a table", 7).view == "study"
    assert read("A forest without a lantern, no fox", 7).objects == ()
    assert read("A woman who watches the stars", 7).carried is None


def test_vocabulary_is_all_drawable() -> None:
    assert set(PLACES.words) <= set(BUILDERS)
    assert set(OBJECTS.words) - {"bee"} <= set(THINGS)
    for line in (*PLACES.words.values(), *OBJECTS.words.values(), *KINDS.words.values()):
        assert line == line.lower()


@pytest.mark.parametrize("name", sorted(THINGS))
def test_every_thing_leaves_a_mark(name: str) -> None:
    stage = Stage(read("a room", 1), (160, 90), "gouache")
    sheet = stage.sheet((0.5, 0.5, 0.5))
    THINGS[name](stage, stage.pen(sheet, 0.9, 0.9, 0.8), (0.6, 0.3, 0.2), (0.2, 0.4, 0.6))
    done = sheet.done()
    assert done is not None
    assert np.asarray(done[0].getchannel("A")).mean() > 10


@pytest.mark.parametrize(
    "words",
    [
        "",
        "   ",
        "?",
        "🦊🌙✨",
        "qwertyuiop zxcv",
        "x" * 9000,
        "\x00\ud83d",
        "ein Märchen im Wald",
        "海と月",
        "A of the.",
    ],
)
def test_odd_words_still_give_a_picture(words: str) -> None:
    image = paint(words, seed=2, width=128, height=72)
    assert _array(image).std() > 10


def test_fuzz() -> None:
    chance = random.Random(11)
    words = [w for lexicon in (PLACES, OBJECTS, KINDS) for line in lexicon.words.values() for w in line.split(", ")]
    words += [
        *CLOTHES,
        "night",
        "rain",
        "snow",
        "fog",
        "close",
        "above",
        "silhouette",
        "holding",
        "coat",
        "no",
        "with",
        "dawn",
    ]
    for k in range(16):
        prompt = " ".join(chance.choices(words, k=chance.randint(1, 12)))
        size = chance.choice([(64, 36), (48, 72), (40, 40), (90, 32)])
        image = paint(
            prompt,
            seed=chance.randrange(2**40),
            style=chance.choice([*STYLES, "no such style"]),
            width=size[0],
            height=size[1],
        )
        assert image.size == size, (k, prompt)
        assert _array(image).std() > 3, (k, prompt)


def test_encoded_is_webp_and_light() -> None:
    data = encode(paint(HARBOUR, seed=7))
    assert len(data) < 180_000
    with Image.open(io.BytesIO(data)) as image:
        assert image.size == (1216, 684)
        assert Image.MIME[image.format or ""] == MEDIA_TYPE


def test_progress_rises_to_one() -> None:
    told: list[float] = []
    paint("a river", seed=1, progress=told.append, **SMALL)
    assert told == sorted(told)
    assert told[-1] == 1.0


def test_the_story_keeps_what_is_carried() -> None:
    from generation.providers.demo.painting.things import own_colours

    stages = [
        Stage(read(words, 5), (160, 90), "gouache")
        for words in ("A fox with a key by day.", "A cave by day, a fox with a key.")
    ]
    assert own_colours(stages[0], "key") == own_colours(stages[1], "key")


def test_covers_are_twelve() -> None:
    assert len(COVERS) == 12
    assert {style for _, style, _ in COVERS.values()} <= set(STYLES)
