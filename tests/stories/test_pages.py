"""The small words of the pages."""

from __future__ import annotations

import pytest

from stories.pages import roman


@pytest.mark.parametrize(
    ("number", "numeral"), [(1, "I"), (4, "IV"), (9, "IX"), (14, "XIV"), (40, "XL"), (59, "LIX"), (60, "LX")]
)
def test_roman(number: int, numeral: str) -> None:
    assert roman(number) == numeral
