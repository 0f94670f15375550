"""What is refused by name: of each field that a request has, and for whole models of the field."""

from __future__ import annotations

from typing import Any

import pytest

from generation.providers.capabilities import EVERY_MODEL, SHAPE, Capabilities, Sizes, refuse_unsupported
from generation.providers.contract import Input, Kind, Request

BARE = Capabilities(Kind.IMAGE)
LEFT_OUT = "is not taken by this model: leave it out"
SOME = {
    "schema": {}, "seed": 0, "aspect_ratio": "16:9", "width": 64, "height": 64, "resolution": "2K", "seconds": 4.0,
    "style": "noir", "negative_prompt": "", "prompt_upsampling": False, "steps": 20, "guidance": 3.5, "cfg_scale": 7.0,
    "strength": 0.0, "quality": "high", "background": "opaque", "output_format": "png", "output_compression": 0,
    "safety_tolerance": 0, "fidelity": "high", "audio": False, "voice": "v", "language": "en", "speed": 1.0,
}  # fmt: skip
"""A value of every field that is checked; also those that a careless test of truth would take for "not asked for"."""


def wrong(able: Capabilities, **asked: Any) -> list[tuple[str, str]]:
    return refuse_unsupported(Request(**{"kind": able.kind, "model": "m", "prompt": "a key", **asked}), able)


def test_every_field_of_a_request_is_looked_at() -> None:
    assert set(SOME) == set(Request.__dataclass_fields__) - EVERY_MODEL


@pytest.mark.parametrize("name", SOME)
def test_a_field_that_is_not_listed_is_refused_by_its_name(name: str) -> None:
    said = {
        "schema": "is not taken by this model: choose one that answers by schema",
        "aspect_ratio": "is not one this model takes (none)",
        "resolution": "is not one this model takes (none)",
        "width": "is not taken by this model: use aspect_ratio",
        "height": "is not taken by this model: use aspect_ratio",
    }
    assert wrong(BARE, **{name: SOME[name]}) == [(name, said.get(name, LEFT_OUT))]


@pytest.mark.parametrize("name", sorted(set(SOME) - {"seconds", *SHAPE}))
def test_a_field_that_is_listed_is_taken(name: str) -> None:
    assert wrong(Capabilities(Kind.IMAGE, takes=frozenset({name})), **{name: SOME[name]}) == []


@pytest.mark.parametrize(
    ("able", "asked", "said"),
    [
        (Capabilities(Kind.IMAGE, ranges={"steps": (1, 50)}), {"steps": 1}, []),
        (Capabilities(Kind.IMAGE, ranges={"steps": (1, 50)}), {"steps": 50}, []),
        (Capabilities(Kind.IMAGE, ranges={"steps": (1, 50)}), {"steps": 0}, [("steps", "must lie between 1 and 50")]),
        (Capabilities(Kind.IMAGE, ranges={"steps": (1, 50)}), {"steps": 51}, [("steps", "must lie between 1 and 50")]),
        (Capabilities(Kind.IMAGE, ranges={"guidance": (1.5, 5)}), {"guidance": float("nan")},
         [("guidance", "must lie between 1.5 and 5")]),
        (Capabilities(Kind.IMAGE, ranges={"steps": (1, 50)}), {"steps": "many"}, [("steps", "must lie between 1 and 50")]),
        (Capabilities(Kind.IMAGE, choices={"quality": ("low", "high")}), {"quality": "low"}, []),
        (Capabilities(Kind.IMAGE, choices={"quality": ("low", "high")}), {"quality": "hd"},
         [("quality", "is not one this model takes (low, high)")]),
        (Capabilities(Kind.IMAGE, sizes=Sizes(64, 2048)), {"width": 512, "height": 512}, []),
        (Capabilities(Kind.IMAGE, fixed_sizes=((1, 1),)), {"width": 512, "height": 512}, []),
        (BARE, {"width": 512, "height": 512}, [("width", "is not taken by this model: use aspect_ratio")]),
        (Capabilities(Kind.IMAGE, resolutions=("1K", "2K")), {"resolution": "4K"},
         [("resolution", "is not one this model takes (1K, 2K)")]),
        (Capabilities(Kind.VIDEO, seconds=(4, 8), seconds_choices=(4, 6, 8)), {"seconds": 6}, []),
        (Capabilities(Kind.VIDEO, seconds=(4, 8), seconds_choices=(4, 6, 8)), {"seconds": 5},
         [("seconds", "must be one of 4, 6, 8")]),
        (Capabilities(Kind.VIDEO, seconds=(4, 8)), {"seconds": 8.5}, [("seconds", "must lie between 4 and 8")]),
        (Capabilities(Kind.VIDEO, seconds=(4, 8)), {"seconds": float("nan")}, [("seconds", "must lie between 4 and 8")]),
        (Capabilities(Kind.IMAGE, max_prompt=3), {"prompt": "🗝🗝🗝"}, []),
        (Capabilities(Kind.IMAGE, max_prompt=3, counts_utf16=True), {"prompt": "🗝🗝"},
         [("prompt", "is longer than 3 characters: shorten it")]),
        (Capabilities(Kind.IMAGE, max_prompt=4, counts_utf16=True), {"prompt": "🗝🗝"}, []),
        (BARE, {"prompt": "\t\n"}, [("prompt", "is empty: say what to make")]),
        (BARE, {"kind": Kind.VIDEO}, [("kind", "is video, and this model makes image: choose another model")]),
        (Capabilities(Kind.SPEECH), {"kind": Kind.TEXT},
         [("kind", "is text, and this model makes speech: choose another model")]),
    ],
)  # fmt: skip
def test_what_is_said_of_a_value(able: Capabilities, asked: dict[str, Any], said: list[tuple[str, str]]) -> None:
    assert wrong(able, **asked) == said


def pictures(*roles: str) -> tuple[Input, ...]:
    return tuple(Input(role, "image/png", b"x") for role in roles)


EDITS = Capabilities(Kind.IMAGE, inputs={"source": 1, "mask": 1, "reference": 3})
FOLLOWS = Capabilities(
    Kind.VIDEO, inputs={"first_frame": 1, "last_frame": 1}, needs_one_of=("first_frame", "last_frame")
)


@pytest.mark.parametrize(
    ("able", "kind", "roles", "said"),
    [
        (EDITS, Kind.IMAGE, (), []),
        (EDITS, Kind.IMAGE, ("reference",) * 3, []),
        (EDITS, Kind.IMAGE, ("reference",) * 4, [("inputs", "contain 4 of reference, and this model takes 3")]),
        (EDITS, Kind.EDIT, ("source", "mask", "reference"), []),
        (EDITS, Kind.EDIT, ("mask",), [("inputs", "contain no source: add the picture to be changed")]),
        (EDITS, Kind.IMAGE, ("first_frame",), [("inputs", "contain a first frame, which this model does not take")]),
        (
            BARE,
            Kind.EDIT,
            ("source",),
            [
                ("kind", "is edit, and this model makes image: choose another model"),
                ("inputs", "contain a source, which this model does not take"),
            ],
        ),
        (FOLLOWS, Kind.VIDEO, ("last_frame",), []),
        (FOLLOWS, Kind.VIDEO, ("first_frame", "last_frame"), []),
        (FOLLOWS, Kind.VIDEO, (), [("inputs", "are missing: this model needs a first frame or last frame")]),
        (
            FOLLOWS,
            Kind.VIDEO,
            ("reference",),
            [
                ("inputs", "contain a reference, which this model does not take"),
                ("inputs", "are missing: this model needs a first frame or last frame"),
            ],
        ),
    ],
)
def test_which_pictures_may_come_along(
    able: Capabilities, kind: Kind, roles: tuple[str, ...], said: list[tuple[str, str]]
) -> None:
    assert wrong(able, kind=kind, inputs=pictures(*roles)) == said


def test_all_that_is_wrong_is_said_at_once_and_in_the_order_of_the_fields() -> None:
    assert [name for name, _ in wrong(BARE, prompt="", **SOME)] == [
        "prompt",
        *(name for name in SOME if name != "height"),
    ]
