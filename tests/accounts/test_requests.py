"""Bodies and queries, checked strictly."""

from __future__ import annotations

import io
import uuid
from typing import Any

import pytest
from rest_framework.exceptions import ParseError, ValidationError

from accounts.requests import Flag, Id, Strict, StrictJson, Text, TooLarge, Whole

THERE = uuid.UUID("8a1f6c1e-0000-4000-8000-000000000001")


class Wish(Strict):
    words = Text(required=False)
    loud = Flag(required=False)
    times = Whole(required=False, min_value=1, max_value=9)
    of = Id(required=False)


class Nothing(Strict):
    pass


def problem(body: Any, wish: type[Strict] = Wish) -> Any:
    with pytest.raises(ValidationError) as refused:
        wish.read(body)
    return refused.value.detail


def test_what_is_right_is_taken_as_it_is() -> None:
    sent = {"words": "A key", "loud": False, "times": 9, "of": str(THERE)}
    assert Wish.read(sent) == {**sent, "of": THERE}
    assert (Wish.read({}), Nothing.read({})) == ({}, {})


def test_unknown_names_come_first() -> None:
    assert problem({"times": "x", "wrods": 1}) == {
        "wrods": ["is not known here; the fields are words, loud, times and of."]
    }
    assert problem({"x": 1}, Nothing) == {"x": ["is not known here; nothing is."]}


@pytest.mark.parametrize(
    ("name", "shown"), [("a\0\u202eb", "ab"), ("\ud800", "A field without a name"), ("x" * 99, "x" * 60)]
)
def test_a_name_from_elsewhere_is_fit_to_be_shown(name: str, shown: str) -> None:
    assert list(problem({name: 1})) == [shown]


@pytest.mark.parametrize("body", [[], [1], "words", 7, True, None])
def test_what_is_no_object(body: Any) -> None:
    assert "Send a JSON object, its fields by their names." in str(problem(body))


@pytest.mark.parametrize(
    "field",
    [
        *({"words": value} for value in (1, 1.5, True, None, [], {}, "", "a\0b", "\ud800")),
        *({"loud": value} for value in ("true", 1, 0, None, [], {})),
        *({"times": value} for value in ("1", 1.0, True, None, [], 0, 10, 10**500, -(10**500))),
        *({"of": value} for value in (5, -5, "five", None, [], str(THERE) + "0", {"id": str(THERE)})),
    ],
    ids=lambda field: repr(field)[:40],
)
def test_no_value_becomes_another(field: dict[str, Any]) -> None:
    assert list(problem(field)) == list(field)


class TestJson:
    def read(self, raw: bytes) -> Any:
        return StrictJson().parse(io.BytesIO(raw))

    def test_what_is_json(self) -> None:
        assert self.read('{"a": ["ü", 1, null]}'.encode()) == {"a": ["ü", 1, None]}

    @pytest.mark.parametrize(
        "raw", [b"", b"{", b"NaN", b"[Infinity]", b"\xff", b"9" * 5000, b"[" * 100_000, b'{"a":' * 100_000]
    )
    def test_what_is_none(self, raw: bytes) -> None:
        with pytest.raises(ParseError):
            self.read(raw)

    def test_what_is_too_large(self, settings: Any) -> None:
        settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 2048
        assert self.read(b"[" + b" " * 2046 + b"]") == []
        with pytest.raises(TooLarge, match=r"^That is larger than 2 KiB\. Send less\.$"):
            self.read(b"[" + b" " * 2047 + b"]")
