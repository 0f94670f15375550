"""Prose out of half a document: whatever is shown is the beginning of what the finished page shows."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stories import drafts, partial
from stories.partial import SoFar
from tests.providers.toll import SCENE

HARD = [
    "\\", '"', "\n", "\n\n", "\r", " ", "\t", "e", "\u0301", "\u200b", "\u00ad", "\x1f", "\u2028", "か", "\u3099", "\u1112",
    "\u1161", "\u11ab", "한", "漢", "。", "😀", "👩\u200d🚀", "\ud83d", "\ude00", "u00", "{", "}", ":", ",", "word",
]  # fmt: skip
"""Pieces that join, vanish, or look like the end of something."""
prose = st.lists(st.sampled_from(HARD) | st.text(max_size=4), max_size=25).map("".join)
other = st.recursive(
    st.none() | st.booleans() | st.floats(allow_nan=False) | prose,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["text", "title", "memory"]), inner, max_size=3)
    ),
    max_leaves=6,
)


@st.composite
def answers(draw: st.DrawFn) -> str:
    """A model's whole answer: its fields in any order, among them what nobody may see, in any JSON spelling."""
    fields = {"title": draw(prose), "text": draw(prose), "memory": draw(other), "choices": draw(other)}
    names = draw(st.permutations(list(fields)))
    written = json.dumps(
        {name: fields[name] for name in names},
        ensure_ascii=draw(st.booleans()),
        indent=draw(st.sampled_from([None, 2])),
    )
    return f"```json\n{written}\n```" if draw(st.booleans()) else written


@given(answers())
def test_what_is_shown_is_always_the_beginning_of_what_will_be(answer: str) -> None:
    fenced = drafts.FENCE.match(answer)
    found = json.loads(fenced.group(1) if fenced else answer)
    title, text = drafts.clean(found["title"])[:120], drafts.clean(found["text"], keep_lines=True)
    before = SoFar("", "")
    for end in range(len(answer) + 1):
        so_far = partial.read(answer[:end])
        assert text.startswith(so_far.prose)
        assert so_far.prose.startswith(before.prose)
        assert so_far.title in ({title} if before.title else {"", title})
        before = so_far
    assert before == SoFar(title, text)


@given(prose, prose)
def test_nothing_else_comes_out(secret: str, more: str) -> None:
    document = {"memory": {"text": secret, "title": secret}, "choices": [secret, {"text": more}], "picture": more}
    answer = json.dumps(document)
    assert {partial.read(answer[:end]) for end in range(len(answer) + 1)} == {SoFar("", "")}


@given(st.text())
def test_no_answer_breaks_it(answer: str) -> None:
    assert isinstance(partial.read(answer), SoFar)
    assert isinstance(partial.read('{"text": "' + answer), SoFar)


def until(mark: str, **changes: Any) -> SoFar:
    """What is read of the usual answer that ends with `mark`."""
    answer = json.dumps({**SCENE, **changes}, ensure_ascii=False)
    return partial.read(answer[: answer.index(mark) + len(mark)])


@pytest.mark.parametrize(
    ("mark", "expected"),
    [
        ("The Brass", SoFar("", "")),
        ('"At the quay', SoFar("", "")),
        ('"At the quay"', SoFar("At the quay", "")),
        ("The key lay in th", SoFar("At the quay", "The key lay in")),
        ("on the quay.", SoFar("At the quay", "The key lay in the fish, and the fish lay on the")),
        ("\\n\\nNobody had", SoFar("At the quay", "The key lay in the fish, and the fish lay on the quay.\n\nNobody")),
        ('"memory": "key found"', SoFar("At the quay", SCENE["text"])),
    ],
)
def test_words_are_shown_when_they_are_whole(mark: str, expected: SoFar) -> None:
    assert until(mark) == expected


def test_a_script_without_spaces_is_shown_letter_by_letter() -> None:
    text = "川べりの古い時計が十三回鳴った。誰も数えていなかった。"
    assert until("十三回", text=text).prose == "川べりの古い時計が十三"


@pytest.mark.parametrize(
    "answer",
    [
        "",
        "Sorry, I cannot.",
        "[" * 5000,
        '{"a": ' * 5000,
        '{"text": 7, "x',
        '{"text" "a b c',
        '{"text": "a\nb c ',
        "{,",
    ],
    ids=["none", "prose", "deep", "deeper", "number", "no-colon", "raw-newline", "comma"],
)
def test_what_is_no_scene_shows_nothing(answer: str) -> None:
    assert partial.read(answer) == SoFar("", "")


def test_many_backslashes_are_counted() -> None:
    for number in range(30):
        written = json.dumps({"text": "a b " + "\\" * number})[:-2]
        assert partial.read(written).prose == "a b"
        assert partial.read(written + "\\").prose == "a b"
        assert partial.read(written + "\\u00e").prose == "a b"
