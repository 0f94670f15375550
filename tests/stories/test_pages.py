"""The small words of the pages."""

from __future__ import annotations

import pytest

from stories.pages import price_words, roman


@pytest.mark.parametrize(
    ("number", "numeral"), [(1, "I"), (4, "IV"), (9, "IX"), (14, "XIV"), (40, "XL"), (59, "LIX"), (60, "LX")]
)
def test_roman(number: int, numeral: str) -> None:
    assert roman(number) == numeral


@pytest.mark.parametrize(
    ("micros", "words"),
    [(0, "free"), (1, "0.000001 USD per picture"), (40_000, "0.04 USD per picture"), (3_000_000, "3 USD per picture")],
)
def test_prices(micros: int, words: str) -> None:
    assert price_words(micros, "USD", "a picture") == words
