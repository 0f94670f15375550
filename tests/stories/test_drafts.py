"""A model's answer is data: checked, cleaned, cut to size, whatever it is."""

from __future__ import annotations

import json
import unicodedata
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from stories import drafts
from stories.drafts import SceneDraft, Unusable, clean, read
from tests.providers.toll import SCENE, scene

TEXT = SCENE["text"]
anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
any_text = st.text(alphabet=st.characters(), max_size=400)


def test_a_good_answer() -> None:
    assert read(scene(), must_end=False) == SceneDraft(
        story_title="The Brass Key",
        title="At the quay",
        text=TEXT,
        picture="A brass key in an open fish on a wet quay.",
        alt="A brass key shines in an open fish.",
        film="Water runs from the fish.",
        choices=("Take the key and run", "Ask the fishwife whose it is"),
        is_ending=False,
        ending_name="",
        memory="key found",
    )


def test_a_fence_around_it_is_taken_off() -> None:
    assert read(f"```json\n{scene()}\n```", must_end=False) == read(scene(), must_end=False)
    assert read(f"  ```\n{scene()}```  ", must_end=False) == read(scene(), must_end=False)


class TestEndings:
    def test_asked_for_it_is_one_whatever_the_model_said(self) -> None:
        draft = read(scene(ending=False, ending_name=""), must_end=True)
        assert (draft.is_ending, draft.ending_name, draft.choices) == (True, "The end", ())

    def test_not_asked_for_it_is_none(self) -> None:
        draft = read(scene(ending=True, ending_name="Too early"), must_end=False)
        assert (draft.is_ending, draft.ending_name, len(draft.choices)) == (False, "", 2)

    def test_its_name_is_kept(self) -> None:
        assert read(scene(ending_name="  Home\nagain "), must_end=True).ending_name == "Home again"


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        ("", "the answer is no JSON object"),
        ("Once upon a time", "the answer is no JSON object"),
        (scene()[:-2], "the answer is no JSON object"),
        ("[" * 100_000, "the answer is nested too deeply"),
        ("null", "the answer: None is not of type 'object'"),
        (json.dumps({k: v for k, v in SCENE.items() if k != "alt"}), "the answer: 'alt' is a required property"),
        (scene(script="x"), "the answer: Additional properties are not allowed ('script' was unexpected)"),
        (scene(text=7), "text: 7 is not of type 'string'"),
        (scene(choices=["a", 2]), "choices/1: 2 is not of type 'string'"),
        (scene(text="Too short."), "text: too short to be a scene"),
        (scene(text="\u200b\x00" * 100), "text: too short to be a scene"),
        (scene(text="word " * 2500), "text: longer than 12000 characters"),
        (scene(choices=[]), "choices: a scene that is no ending needs at least two different ones"),
        (scene(choices=["Go", " go ", "GO"]), "choices: a scene that is no ending needs at least two different ones"),
        (scene(choices=["Go", " \x00 "]), "choices: a scene that is no ending needs at least two different ones"),
    ],
    ids=lambda value: repr(value[:24]),
)
def test_what_is_unusable_says_why(answer: str, why: str) -> None:
    with pytest.raises(Unusable) as unusable:
        read(answer, must_end=False)
    assert str(unusable.value) == why


def test_what_is_too_much_is_cut() -> None:
    long = "x" * 9000
    draft = read(
        scene(
            story_title=long, title=long, picture=long, alt=long, film=long, memory=long, ending_name=long,
            choices=[f"{n} {long}" for n in range(9)],
        ),
        must_end=False,
    )  # fmt: skip
    lengths = {name: len(getattr(draft, name)) for name in ("story_title", "title", "picture", "alt", "film", "memory")}
    assert lengths == {"story_title": 120, "title": 120, "picture": 2000, "alt": 300, "film": 500, "memory": 4000}
    assert [len(choice) for choice in draft.choices] == [300] * 4


def test_what_is_missing_is_made_up_for() -> None:
    draft = read(scene(story_title=" ", picture="", alt="", ending_name=""), must_end=True)
    assert (draft.story_title, draft.picture, draft.alt, draft.ending_name) == (
        "A story without a name", TEXT.replace("\n\n", " "), "", "The end",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("  a \t b\n c ", "a b c"),
        ("a\x00b\x1b[31mc\x7f", "ab[31mc"),
        ("safe\u202etxt.exe", "safetxt.exe"),
        ("zero\u200bwidth\ufeff", "zerowidth"),
        ("\ud83d", ""),
        ("नि\u200dर्देश", "नि\u200dर्देश"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("e\u0301 e\u200e\u0301", "é é"),
        ("<b>&amp;</b>", "<b>&amp;</b>"),
    ],
)
def test_clean(text: str, cleaned: str) -> None:
    assert clean(text) == cleaned


def test_clean_keeps_paragraphs_where_it_is_told_to() -> None:
    assert clean("a\r\nb\r\n\r\n\r\n c \n \t \n\n d", keep_lines=True) == "a b\n\nc\n\nd"


@settings(max_examples=60, deadline=None)
@given(any_text, st.booleans())
@example("e\u200e\u0301", False)
@example("\r\x00\n\r", True)
def test_cleaning_twice_is_cleaning_once_and_nothing_hidden_is_left(text: str, keep_lines: bool) -> None:
    once = clean(text, keep_lines=keep_lines)
    assert clean(once, keep_lines=keep_lines) == once
    hidden = [c for c in once if unicodedata.category(c) in {"Cc", "Cf", "Cs"} and c not in "\n\u200c\u200d"]
    assert (hidden, once.strip()) == ([], once)
    assert keep_lines or "\n" not in once
    once.encode()


@settings(max_examples=60, deadline=None)
@given(anything, st.booleans())
def test_no_answer_breaks_it(answer: Any, must_end: bool) -> None:
    try:
        read(json.dumps(answer), must_end=must_end)
    except Unusable as unusable:
        assert str(unusable)


@settings(max_examples=60, deadline=None)
@given(
    st.fixed_dictionaries(
        {
            name: st.lists(any_text, max_size=6) if name == "choices"
            else st.booleans() if name == "ending"
            else any_text.map(lambda t: t + TEXT) if name == "text"
            else any_text
            for name in SCENE
        }
    ),
    st.booleans(),
)  # fmt: skip
def test_what_comes_out_always_fits_its_columns(answer: dict[str, Any], must_end: bool) -> None:
    from stories.models import Choice, Scene

    try:
        draft = read(json.dumps(answer), must_end=must_end)
    except Unusable:
        return
    assert draft.is_ending == must_end
    assert len(draft.choices) in ((0,) if must_end else (2, 3, 4))
    for name in ("title", "alt", "ending_name"):
        limit = Scene._meta.get_field(name).max_length
        assert limit is not None
        assert len(getattr(draft, name)) <= limit
    assert all(0 < len(choice) <= (Choice._meta.get_field("text").max_length or 0) for choice in draft.choices)
    assert len({choice.casefold() for choice in draft.choices}) == len(draft.choices)
    assert 40 <= len(draft.text) <= drafts.MAX_TEXT
