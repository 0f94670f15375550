"""What a form shows for a model. Pure."""

from __future__ import annotations

from typing import Any

import pytest

from generation.providers.capabilities import Capabilities, Sizes
from generation.providers.contract import Kind
from generation.studio.pages import controls
from generation.studio.pages.controls import Choice, Mode


def names(kind: Kind, able: Capabilities, **more: Any) -> list[str]:
    return [one.name for one in controls.controls(kind, able, **more)]


def test_a_model_that_takes_nothing_is_told_nothing() -> None:
    assert names(Kind.IMAGE, Capabilities(Kind.IMAGE)) == ["count"]
    assert names(Kind.VIDEO, Capabilities(Kind.VIDEO)) == []
    assert names(Kind.TEXT, Capabilities(Kind.TEXT)) == ["system", "max_tokens"]


def test_everything_that_a_picture_can_have() -> None:
    able = Capabilities(
        Kind.IMAGE,
        takes=frozenset({"seed", "negative_prompt", "prompt_upsampling"}),
        choices={"style": ("paper-cut",), "quality": ("low",), "background": ("opaque",), "fidelity": ("high",),
                 "output_format": ("png",)},
        ranges={"steps": (1, 50), "guidance": (0.5, 10), "strength": (0, 1)},
        aspect_ratios=("1:1", "16:9"),
        resolutions=("1K", "2K"),
        inputs={"reference": 3, "source": 1},
    )  # fmt: skip
    found = {one.name: one for one in controls.controls(Kind.IMAGE, able)}
    assert list(found) == [
        "reference_images", "aspect_ratio", "resolution", "style", "quality", "count", "negative_prompt", "seed",
        "reuse", "enhance_prompt", "background", "fidelity", "output_format", "steps", "guidance",
    ]  # fmt: skip
    assert [name for name, one in found.items() if one.is_finer] == list(found)[6:]
    assert found["aspect_ratio"].choices == (Choice("1:1", "1:1", (18, 18)), Choice("16:9", "16:9", (18, 10)))
    assert found["style"].choices == (Choice("paper-cut", "Paper cut"),)
    assert (found["reference_images"].role, found["reference_images"].most) == ("reference", 3)
    assert (found["steps"].low, found["steps"].high, found["steps"].step) == (1, 50, "1")
    assert found["guidance"].step == "any"


def test_free_sizes_are_shapes_and_resolutions_up_to_what_is_taken() -> None:
    sizes = Sizes(low=256, high=2048, step=16, max_pixels=2048 * 1536, max_ratio=1.6)
    found = {one.name: one for one in controls.controls(Kind.IMAGE, Capabilities(Kind.IMAGE, sizes=sizes))}
    assert [choice.value for choice in found["aspect_ratio"].choices] == ["1:1", "4:3", "3:2", "3:4", "2:3"]
    assert [choice.value for choice in found["resolution"].choices] == ["512", "1K", "1.5K"]
    assert found["size"].hint == "Width x height, such as 1024x1024."


def test_fixed_sizes_are_chosen_from() -> None:
    able = Capabilities(Kind.IMAGE, fixed_sizes=((1024, 1024), (1536, 1024)))
    found = {one.name: one for one in controls.controls(Kind.IMAGE, able)}
    assert list(found) == ["size", "count"]
    assert [(one.value, one.label) for one in found["size"].choices] == [
        ("1024x1024", "1024 × 1024"), ("1536x1024", "1536 × 1024"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("inputs", "modes"),
    [
        ({}, ("single", "timeline")),
        ({"first_frame": 1}, ("single", "timeline")),
        ({"last_frame": 1}, ("single", "timeline")),
        ({"first_frame": 1, "last_frame": 1}, ("single", "start_end", "timeline")),
    ],
)
def test_a_film_is_asked_for_as_its_model_can(inputs: dict[str, int], modes: tuple[str, ...]) -> None:
    assert controls.modes_of(Capabilities(Kind.VIDEO, inputs=inputs)) == modes


@pytest.mark.parametrize(
    ("mode", "pictures"),
    [
        (Mode.SINGLE, [("first_frame", False), ("reference_images", False)]),
        (Mode.START_END, [("first_frame", True), ("last_frame", True)]),
        (Mode.TIMELINE, [("first_frame", False), ("reference_images", False)]),
    ],
)
def test_each_mode_has_its_pictures(mode: str, pictures: list[tuple[str, bool]]) -> None:
    able = Capabilities(Kind.VIDEO, inputs={"first_frame": 1, "last_frame": 1, "reference": 2})
    found = [one for one in controls.controls(Kind.VIDEO, able, mode=mode) if one.form == "pictures"]
    assert [(one.name, one.is_needed) for one in found] == pictures


def test_the_length_of_a_film_is_chosen_or_written() -> None:
    chosen = Capabilities(Kind.VIDEO, seconds=(4, 8), seconds_choices=(4, 6, 8), default_seconds=6)
    written = Capabilities(Kind.VIDEO, seconds=(2, 10))
    [one] = controls.controls(Kind.VIDEO, chosen)
    assert ([choice.value for choice in one.choices], one.usual) == (["4", "6", "8"], "6 s")
    [one] = controls.controls(Kind.VIDEO, written)
    assert (one.form, one.low, one.high) == ("number", 2, 10)
