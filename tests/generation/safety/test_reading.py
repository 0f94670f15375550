"""Rules are found however their words are written, and expressions of staff end in time. Pure."""

from __future__ import annotations

import re

import pytest

from generation.models import Rule
from generation.safety import folding, house, patterns, words

CROWN = Rule(text="crown   jewels")
DRAGON = Rule(text="Dragon")
SIGNED = Rule(text="C++")
GREEK = Rule(text="δράκος")

FOUND: list[tuple[Rule, str]] = [
    (DRAGON, "A DRAGON sleeps"),
    (DRAGON, "the dragon's den"),
    (DRAGON, "ｄｒａｇｏｎ"),
    (DRAGON, "dra\u200bgon"),
    (DRAGON, "dra\u00adgon"),
    (DRAGON, "\u202edra\u2066gon"),
    (DRAGON, "drágön"),
    (DRAGON, "drаgоn"),  # Cyrillic а and о
    (DRAGON, "a drαgοn"),  # Greek alpha and omicron
    (DRAGON, "dr4g0n"),
    (DRAGON, "a d r a g o n comes"),
    (DRAGON, "d.r.a.g.o.n"),
    (DRAGON, "d-r-4-g-0-n"),
    (DRAGON, "_dragon_"),
    (Rule(text="ali"), "a1i and 4l1"),
    (CROWN, "the Crown\n jewels"),
    (CROWN, "crown-jewels"),
    (SIGNED, "she writes c++."),
    (Rule(text="Straße"), "STRASSE"),
    (GREEK, "ο δρακος κοιμάται"),
    (Rule(text="Pokémon"), "my pokemon"),
    (Rule(text="drag[oa]ns?", form=Rule.Form.PATTERN), "two DRAGANS"),
]
MISSED: list[tuple[Rule, str]] = [
    (DRAGON, "a dragonfly"), (DRAGON, "snapdragon"), (DRAGON, ""), (DRAGON, "drag on"), (CROWN, "crowned heads, jewels"),
    (CROWN, "a crown, and then the jewels"), (SIGNED, "she writes c"), (Rule(text="cop"), "Старый сор лежит на полу"),
    (Rule(text="drag[oa]n$", form=Rule.Form.PATTERN), "dragons"), (Rule(text="1984"), "in 1985"),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "text"), FOUND, ids=lambda one: str(one)[:24])
def test_a_rule_is_found_however_it_is_written(rule: Rule, text: str) -> None:
    (found,) = words.find([rule], text)
    assert (found.rule, found.keeps_out) == (rule, True)


@pytest.mark.parametrize(("rule", "text"), MISSED, ids=lambda one: str(one)[:24])
def test_and_nothing_else_is(rule: Rule, text: str) -> None:
    assert words.find([rule], text) == []


def test_what_keeps_out_comes_before_what_is_hinted() -> None:
    hint = Rule(text="a fox", kind=Rule.Kind.HINT)
    found = words.find([hint, DRAGON], "a fox and a dragon")
    assert [(one.words, one.keeps_out, one.is_somebodys) for one in found] == [
        ("Dragon", True, False), ("a fox", False, True),
    ]  # fmt: skip
    (insisting,) = words.find([Rule(text="fox", kind=Rule.Kind.INSIST)], "the fox")
    assert (insisting.keeps_out, insisting.is_somebodys) == (True, True)


def test_a_text_is_read_in_few_ways_whatever_it_holds() -> None:
    assert folding.readings("plain words") == ("plain words",)
    assert len(folding.readings("a1b 3c d e f 4 g " * 400)) <= 6


@pytest.mark.parametrize(
    "text", ["a" + "1" * 200_000, "1" * 200_000, "a " * 100_000, "a.b-" * 50_000 + "bc", "\u0430" * 200_000]
)
def test_reading_takes_no_longer_than_the_text(text: str) -> None:
    """What grows faster than the text would not end within the time that a test has."""
    assert words.find([DRAGON, CROWN, SIGNED, Rule(text=r"x{1,20}y", form=Rule.Form.PATTERN)], text) == []


SLOW = [
    "(a+)+$", "(a|aa)+$", r"\w*\w*\w*x", "(a{1,40}){1,40}b", "a{0,40}a{0,40}a{0,40}b", "(a|a|a|a)" * 6 + "b",
    r"(\w)\1", "(?=a)b", "(?<!a)b", "a{2,}", "(?P<x>a)(?P=x)", "(x)?(?(1)a|b)",
]  # fmt: skip


@pytest.mark.parametrize("text", SLOW)
def test_what_may_take_long_is_not_let_in(text: str) -> None:
    re.compile(text)  # it is an expression
    with pytest.raises(patterns.NotAPattern):
        patterns.checked(text)


@pytest.mark.parametrize(
    ("text", "told"), [("(", "no regular expression"), ("a?", "found in every text"), ("x{0,5}", "found")]
)
def test_what_is_none_or_finds_everything_is_not_let_in(text: str, told: str) -> None:
    with pytest.raises(patterns.NotAPattern, match=told):
        patterns.checked(text)


@pytest.mark.parametrize(
    "text", [r"\bkill\w{0,10}", "(?:red|blue) fox(?:es)?", r"\d{3}-\d{4}", "[a-f]{1,20}x", "a(b(c)?)?d"]
)
def test_what_staff_write_is(text: str) -> None:
    assert patterns.checked(text).pattern == text


def test_the_houses_part_stands_last_and_is_never_cut() -> None:
    own = house.part(manner="ink", guidelines="No  brands.\nBe kind.", never_shown="blood, logos.")
    assert own == (
        "\n\nStyle: ink.\nRules of this library, above all that is said before: No brands. Be kind. Never shown: blood, logos."
    )
    assert house.part(manner="", guidelines="Be kind.") == f"\n{house.RULES}Be kind."
    assert house.part(manner=" ") == ""
    assert house.behind("x" * 3000, own, room=500) == "x" * (500 - len(own)) + own
    sentences = "Nobody is cruel here. " * 60
    kept = house.part(manner="", guidelines=sentences).removeprefix(f"\n{house.RULES}")
    assert len(kept) <= house.MAX_GUIDELINES
    assert kept.endswith("cruel here.")
    longest = house.part(
        manner="m" * 220, guidelines="g" * 5_000, never_shown="n" * 300, more="No text in the picture."
    )
    assert len(longest) <= house.LONGEST
