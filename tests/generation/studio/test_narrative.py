"""A film of several scenes, in words."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from generation.studio.narrative import Scene, narrative, spans, total


def test_it_is_put_together_in_order() -> None:
    told = narrative(
        prompt="A ferry crosses a river",
        details="Dusk, one lamp.",
        scenes=[
            Scene("The ferryman unties the rope", seconds=2),
            Scene("  Fog  comes\nin ", instructions="slow pan to the left"),
            Scene("A bell is heard!", seconds=1),
        ],
        instructions="no words on screen",
        seconds=6,
    )
    assert told == (
        "A ferry crosses a river\n\n"
        "Dusk, one lamp.\n\n"
        "Scene 1 (0–2 s): The ferryman unties the rope.\n\n"
        "Scene 2 (2–5 s): Fog comes in. slow pan to the left.\n\n"
        "Scene 3 (5–6 s): A bell is heard!\n\n"
        "Throughout: no words on screen."
    )


def test_without_lengths_no_times_are_told() -> None:
    scenes = [Scene("One"), Scene("Two", seconds=3)]
    assert narrative(scenes=scenes) == "Scene 1: One.\n\nScene 2: Two."
    assert (total(scenes), total([Scene("One", seconds=1.5), Scene("Two", seconds=3)])) == (None, 4.5)
    # What is left of the whole is nothing, so nobody can say when the first begins.
    assert spans(scenes, 3) == [None, None]


@given(st.lists(st.none() | st.floats(0.5, 4).map(lambda n: round(n, 1)), min_size=1, max_size=12), st.floats(50, 60))
def test_scenes_follow_each_other_without_a_gap(lengths: list[float | None], whole: float) -> None:
    found = spans([Scene("x", seconds=one) for one in lengths], round(whole, 1))
    at = 0.0
    for span in found:
        assert span is not None
        assert span[0] == at
        assert span[1] > span[0]
        at = span[1]
    if None in lengths:
        assert abs(at - whole) < 0.2
