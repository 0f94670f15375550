"""Public names: what each means to the engine, and how a wrong value is refused."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generation.providers.contract import Kind, Request
from generation.studio import fields
from generation.studio.errors import WrongWish


def test_names_lead_to_the_engines_fields() -> None:
    found = fields.read(
        Kind.VIDEO,
        {"prompt": " a key ", "duration_seconds": 4, "image_size": "720p", "number_of_videos": 2, "model": None,
         "generate_audio": True, "style": ""},
    )  # fmt: skip
    assert found.request == {"prompt": "a key", "seconds": 4, "resolution": "720p", "count": 2, "audio": True}
    assert found.settings == {
        "prompt": " a key ", "duration": 4, "resolution": "720p", "n": 2, "generate_audio": True,
    }  # fmt: skip
    assert found.names == {
        "prompt": "prompt", "seconds": "duration_seconds", "resolution": "image_size", "count": "number_of_videos",
        "audio": "generate_audio",
    }  # fmt: skip


def test_a_size_is_a_width_and_a_height() -> None:
    assert fields.read(Kind.IMAGE, {"size": "1024x768"}).request == {"width": 1024, "height": 768}
    assert fields.read(Kind.IMAGE, {"size": "auto", "aspect_ratio": "auto"}).request == {}


def test_every_field_is_one_of_the_engines() -> None:
    """What is read and then lost would be charged for and not be done."""
    known = {*Request.__dataclass_fields__, "count", "reuse", "preview", *fields.NOWHERE}
    values: dict[str, Any] = {"size": "64x64", "aspect_ratio": "1:1", "schema": {}}
    for kind, table in fields.FIELDS.items():
        for name, field in table.items():
            for value in (values.get(name), "word", True, 50, 1):
                try:
                    parsed = field.parse(value)
                except fields.Wrong:
                    continue
                assert set(parsed) <= known, (kind, name)
                break
            else:
                pytest.fail(f"{kind} {name} takes nothing")


WRONG: list[tuple[Kind, dict[str, Any], str, str]] = [
    (
        Kind.IMAGE,
        {"prmpt": "x"},
        "prmpt",
        "prmpt is not known here. There is: prompt, model, reuse, preview, aspect_ratio, resolution,",
    ),
    (Kind.IMAGE, {"prompt": 7}, "prompt", "prompt must be text."),
    (Kind.IMAGE, {"prompt": "a\x00b"}, "prompt", "prompt holds a character that cannot be kept. Take it out."),
    (Kind.IMAGE, {"prompt": "\ud800"}, "prompt", "prompt holds a character that cannot be kept. Take it out."),
    (Kind.IMAGE, {"size": "big"}, "size", "size must be a width and a height like “1024x768”, or “auto”."),
    (Kind.IMAGE, {"size": [1, 2]}, "size", "size must be a width and a height like “1024x768”, or “auto”."),
    (Kind.IMAGE, {"width": 100}, "height", "height is missing: a size has both, or neither."),
    (
        Kind.IMAGE,
        {"size": "64x64", "width": 64, "height": 64},
        "size",
        "size says it already: leave width and height out.",
    ),
    (Kind.IMAGE, {"aspect_ratio": "wide"}, "aspect_ratio", "aspect_ratio must be a width to a height like “16:9”."),
    (Kind.IMAGE, {"n": 0}, "n", "n must lie between 1 and 8."),
    (Kind.IMAGE, {"n": True}, "n", "n must be a whole number."),
    (Kind.IMAGE, {"n": "2"}, "n", "n must be a whole number."),
    (Kind.IMAGE, {"n": 1.5}, "n", "n must be a whole number."),
    (Kind.IMAGE, {"n": 10**400}, "n", "n must lie between 1 and 8."),
    (Kind.IMAGE, {"seed": float("nan")}, "seed", "seed must be a whole number."),
    (Kind.IMAGE, {"seed": float("inf")}, "seed", "seed must be a whole number."),
    (Kind.IMAGE, {"n": 1, "count": 2}, "count", "count and n are two names of one thing. Give one of them."),
    (Kind.VIDEO, {"duration": "4"}, "duration", "duration must be a number, and no boundless one."),
    (Kind.VIDEO, {"duration": float("inf")}, "duration", "duration must be a number, and no boundless one."),
    (Kind.VIDEO, {"generate_audio": "yes"}, "generate_audio", "generate_audio must be true or false."),
    (Kind.TEXT, {"schema": "x"}, "schema", "schema must be a JSON schema: an object."),
]


@pytest.mark.parametrize(("kind", "given", "field", "told"), WRONG, ids=lambda value: str(value)[:40])
def test_a_wrong_value_is_refused_by_name(kind: Kind, given: dict[str, Any], field: str, told: str) -> None:
    with pytest.raises(WrongWish) as refused:
        fields.read(kind, given)
    assert (refused.value.field, refused.value.status) == (field, 400)
    assert str(refused.value).startswith(told)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)


@given(
    kind=st.sampled_from(list(fields.FIELDS)),
    wish=st.dictionaries(
        st.sampled_from(sorted({n for t in fields.FIELDS.values() for n in t})) | st.text(), json_values
    ),
)
def test_whatever_is_sent_is_read_or_refused(kind: Kind, wish: dict[str, Any]) -> None:
    try:
        found = fields.read(kind, wish)
    except WrongWish as refused:
        assert refused.field
    else:
        assert set(found.names) == set(found.request)
