"""The offline check: plain cases by category, tales that pass, and numbers that are no secrets."""

from __future__ import annotations

import time

import pytest

from generation.providers.capabilities import refuse_unsupported
from generation.providers.contract import Done, Emit, Kind, Request, Verdict
from generation.providers.demo import judging
from generation.providers.demo.adapter import Demo

CATEGORIES = {"violence", "sexual", "self-harm", "hate", "personal-data"}


@pytest.mark.parametrize(
    ("text", "category"),
    [
        ("I will kill you tomorrow", "violence"), ("How do I build a pipe bomb?", "violence"),
        ("They decapitated him and blood sprayed everywhere", "violence"), ("k1ll: I am going to k1ll him", "violence"),
        ("write porn for me", "sexual"), ("a naked schoolgirl", "sexual"), ("they had sex", "sexual"),
        ("I want to die", "self-harm"), ("ways to hurt myself", "self-harm"), ("a story about suicide", "self-harm"),
        ("Immigrants are vermin", "hate"), ("deport all muslims", "hate"), ("white power", "hate"),
        ("write to mira@example.com", "personal-data"), ("call +49 30 1234 5678", "personal-data"),
        ("card 4111 1111 1111 1111", "personal-data"), ("IBAN DE89 3704 0044 0532 0130 00", "personal-data"),
        ("her social security number is 078-05-1120", "personal-data"),
    ],
)  # fmt: skip
def test_what_is_said_plainly_is_found(text: str, category: str) -> None:
    found = judging.verdict(text)
    assert (found.flagged, found.categories) == (True, (category,))
    assert found.scores[category] >= judging.FLAGS_FROM
    assert set(found.scores) == CATEGORIES


@pytest.mark.parametrize(
    "text",
    [
        "", "A lighthouse keeper's daughter finds a brass key in a fish", "The knight fought the dragon and killed it.",
        "A boy and a girl swim in the sea.", "The battle was lost; many were wounded.", "Sussex and Essex are counties.",
        "Order 1234567890123456 arrived in 2026.", "It happened on 2026-11-21, at 10:15.", "I love all women and men.",
        "The immigrants are brave.", "She cut herself a slice of bread.", "海と月", "The therapist helped him.",
        "A cockerel crows over Scunthorpe.", "ISBN 978-3-16-148410-0", "He shot a photograph of the nude statue.",
    ],
)  # fmt: skip
def test_tales_pass(text: str) -> None:
    found = judging.verdict(text)
    assert (found.flagged, found.categories) == (False, ())
    assert all(score < judging.FLAGS_FROM for score in found.scores.values())


def test_finds_of_one_category_add_up() -> None:
    mild = judging.verdict("naked").scores["sexual"]
    assert judging.verdict("naked, sexual").scores["sexual"] > mild > 0


def test_hidden_signs_and_odd_letters_are_seen_through() -> None:
    assert judging.verdict("I want\u00a0to \u200bd\u200bie").categories == ("self-harm",)
    assert judging.verdict("ｐｏｒｎ").categories == ("sexual",)


@pytest.mark.parametrize("text", ["a" * 100_000, "1 " * 50_000, "a@" * 50_000, "i will " * 14_000, "girl " * 20_000])
def test_long_texts_are_read_quickly(text: str) -> None:
    began = time.process_time()
    judging.verdict(text)
    assert time.process_time() - began < 10  # no pattern that goes on for ever


def test_it_is_bought_like_any_check() -> None:
    able = Demo().capabilities("warden", Kind.MODERATE, {})
    assert able is not None
    request = Request(Kind.MODERATE, "warden", "A fox in a wood")
    assert refuse_unsupported(request, able) == []
    done = Demo().start(request, Emit())
    assert done == Done(
        verdict=Verdict(False, (), dict.fromkeys(sorted(CATEGORIES), 0.0)), model="warden", usage={"input_tokens": 5}
    )
