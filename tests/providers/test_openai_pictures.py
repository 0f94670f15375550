"""OpenAI's pictures: which fields each operation gets, what each model takes, forms for edits."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from generation.providers.contract import Done, Input, Kind, Request
from generation.providers.errors import Refused, Rejected
from generation.providers.fitting import fit
from generation.providers.openai import OpenAI
from tests.providers.buying import buy, sent
from tests.providers.buying import refused as not_taken
from tests.providers.fake import FakeProviders, media
from tests.providers.fake.faults import Moderated

PNG = media.picture()
HERO = Input("reference", "image/png", lambda: PNG)
SOURCE = Input("source", "image/jpeg", media.picture("jpeg"))
MASK = Input("mask", "image/png", PNG)
DRAW = Request(Kind.IMAGE, "gpt-image-2", "A brass key.")


@pytest.fixture
def openai(fake: FakeProviders) -> OpenAI:
    return OpenAI(key=fake.key("openai"), base_url=fake.base_url("openai"), trusted=True)


def test_the_whole_body_of_a_picture(fake: FakeProviders, openai: OpenAI) -> None:
    done = buy(
        openai,
        replace(
            DRAW, model="gpt-image-2.5-sunburst", width=1920, height=1088, quality="max", background="opaque",
            output_format="webp", output_compression=70, options={"moderation": "low"},
        ),
    )  # fmt: skip
    assert sent(fake, "image.generate") == {
        "model": "gpt-image-2.5-sunburst",
        "prompt": "A brass key.",
        "size": "1920x1088",
        "quality": "max",
        "background": "opaque",
        "output_format": "webp",
        "output_compression": 70,
        "moderation": "low",
    }
    assert done == Done(
        data=media.picture("webp", 1920, 1088),
        media_type="image/webp",
        model="gpt-image-2.5-sunburst",
        width=1920,
        height=1088,
        usage={"input_tokens": 3, "output_tokens": 1_056},
    )


@pytest.mark.parametrize(
    ("wishes", "size"),
    [
        ({}, "1024x1024"),
        ({"aspect_ratio": "16:9"}, "1360x768"),
        ({"width": 3840, "height": 2160}, "3840x2160"),
        ({"width": 2160, "height": 3840}, "2160x3840"),
        ({"width": 3000, "height": 3000}, "2160x2160"),
        ({"width": 3000, "height": 500}, "1488x496"),
        ({"width": 1000, "height": 750}, "992x736"),
    ],
)
def test_sizes_of_the_newer_models(fake: FakeProviders, openai: OpenAI, wishes: dict[str, Any], size: str) -> None:
    buy(openai, replace(DRAW, **wishes))
    assert sent(fake, "image.generate") == {"model": "gpt-image-2", "prompt": "A brass key.", "size": size}


@pytest.mark.parametrize(
    ("wishes", "size"),
    [({}, "1024x1024"), ({"aspect_ratio": "16:9"}, "1536x1024"), ({"width": 720, "height": 1280}, "1024x1536")],
)
def test_sizes_of_the_older_models(fake: FakeProviders, openai: OpenAI, wishes: dict[str, Any], size: str) -> None:
    buy(openai, replace(DRAW, model="gpt-image-1-mini", **wishes))
    assert sent(fake, "image.generate") == {"model": "gpt-image-1-mini", "prompt": "A brass key.", "size": size}


def test_old_words_are_read_in_the_new_way(fake: FakeProviders, openai: OpenAI) -> None:
    found = openai.capabilities(DRAW.model, DRAW.kind, {})
    assert found is not None
    request, adjusted = fit(replace(DRAW, quality="standard", output_format="jpg"), found)
    buy(openai, request)
    assert sent(fake, "image.generate") == {
        "model": "gpt-image-2", "prompt": "A brass key.", "size": "1024x1024", "quality": "medium", "output_format": "jpeg",
    }  # fmt: skip
    assert adjusted == {"quality": ("standard", "medium"), "output_format": ("jpg", "jpeg")}


def test_an_edit_keeps_its_order_and_its_source_its_shape(fake: FakeProviders, openai: OpenAI) -> None:
    buy(openai, Request(Kind.EDIT, "gpt-image-2", "Make it silver.", quality="high", inputs=(MASK, HERO, SOURCE)))
    assert sent(fake, "image.edit") == (
        {"model": "gpt-image-2", "prompt": "Make it silver.", "quality": "high"},
        [
            ("image[]", "source-1.jpeg", "image/jpeg", media.picture("jpeg")),
            ("image[]", "reference-2.png", "image/png", PNG),
            ("mask", "mask.png", "image/png", PNG),
        ],
    )


def test_reference_photos_go_through_the_edit(fake: FakeProviders, openai: OpenAI) -> None:
    buy(openai, replace(DRAW, output_format="jpeg", output_compression=60, inputs=(HERO, HERO, HERO)))
    fields, files = sent(fake, "image.edit")
    assert fields == {
        "model": "gpt-image-2", "prompt": "A brass key.", "size": "1024x1024", "output_format": "jpeg",
        "output_compression": "60",
    }  # fmt: skip
    assert [(field, name) for field, name, _, _ in files] == [
        ("image[]", "reference-1.png"), ("image[]", "reference-2.png"), ("image[]", "reference-3.png"),
    ]  # fmt: skip


def test_fidelity_is_said_where_the_model_has_it(fake: FakeProviders, openai: OpenAI) -> None:
    buy(openai, replace(DRAW, model="gpt-image-1.5", fidelity="high", inputs=(HERO,)))
    assert sent(fake, "image.edit")[0] == {
        "model": "gpt-image-1.5", "prompt": "A brass key.", "size": "1024x1024", "input_fidelity": "high",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("model", "fields", "refused"),
    [
        ("gpt-image-2", {"fidelity": "high"}, ["fidelity"]),
        ("gpt-image-2.6-flare", {"fidelity": "low"}, ["fidelity"]),
        ("gpt-image-1-mini", {"fidelity": "high"}, ["fidelity"]),
        ("gpt-image-1-mini", {"fidelity": "low"}, []),
        ("gpt-image-1.5", {"fidelity": "low"}, []),
        ("gpt-image-2", {"quality": "xhigh"}, ["quality"]),
        ("gpt-image-2.5-flare", {"quality": "xhigh"}, []),
        ("gpt-image-2", {"style": "vivid", "seed": 7}, ["seed", "style"]),
        ("gpt-image-2", {"output_compression": 101}, ["output_compression"]),
        (
            "gpt-image-2",
            {"negative_prompt": "fog", "steps": 3, "guidance": 2.0},
            ["negative_prompt", "steps", "guidance"],
        ),
        ("gpt-image-2", {"inputs": (HERO, HERO, HERO, HERO)}, ["inputs"]),
        ("gpt-image-2", {"inputs": (HERO, HERO, HERO)}, []),
    ],
)
def test_what_a_picture_model_does_not_take(
    openai: OpenAI, model: str, fields: dict[str, Any], refused: list[str]
) -> None:
    assert not_taken(openai, model, Kind.IMAGE, **fields) == refused


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"background": "transparent", "output_format": "jpeg"}, "background"),
        ({"output_compression": 50}, "output_compression"),
        ({"output_compression": 50, "output_format": "png"}, "output_compression"),
        ({"inputs": (HERO, MASK)}, "inputs"),
        ({"inputs": (SOURCE, replace(MASK, media_type="image/jpeg"))}, "inputs"),
    ],
)
def test_contradictions_are_refused_before_anything_is_sent(
    fake: FakeProviders, openai: OpenAI, fields: dict[str, Any], field: str
) -> None:
    with pytest.raises(Rejected) as met:
        buy(openai, replace(DRAW, **fields))
    assert (met.value.field, fake.captured) == (field, [])


def test_a_transparent_picture(fake: FakeProviders, openai: OpenAI) -> None:
    buy(openai, replace(DRAW, background="transparent"))
    assert sent(fake, "image.generate") == {
        "model": "gpt-image-2", "prompt": "A brass key.", "size": "1024x1024", "background": "transparent",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("fault", "billed"),
    [(Moderated("input"), False), (Moderated("output"), None), (Moderated(how="old"), False)],
)
def test_refusals_of_pictures(fake: FakeProviders, openai: OpenAI, fault: Moderated, billed: bool | None) -> None:
    fake.script("openai", "image.generate", fault)
    with pytest.raises(Refused) as met:
        buy(openai, DRAW)
    assert met.value.billed is billed
