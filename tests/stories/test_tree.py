"""The map: rows in, a tree and places out."""

from __future__ import annotations

import uuid

from hypothesis import given, settings
from hypothesis import strategies as st

from stories import tree
from stories.tree import Turn

IDS = [uuid.UUID(int=number) for number in range(60)]


def turn(number: int, parent: int | None) -> Turn:
    return Turn(
        IDS[number], None if parent is None else IDS[parent], f"Page {number}", "", is_ending=False, is_written=True
    )


def drawn(*parents: int | None, here: int | None = None) -> tree.Map:
    found = tree.draw(
        [turn(number, parent) for number, parent in enumerate(parents)], here=None if here is None else IDS[here]
    )
    assert found is not None
    return found


def places(found: tree.Map) -> dict[int, tuple[int, float]]:
    return {node.turn.id.int: (node.column, node.row) for node in found.nodes()}


def test_no_scene_no_map() -> None:
    assert tree.draw([], here=None) is None


def test_one_scene() -> None:
    found = drawn(None, here=0)
    assert (places(found), found.columns, found.rows, found.edges()) == ({0: (0, 0.0)}, 1, 1, [])
    assert (found.root.is_here, found.root.is_on_path) == (True, True)


def test_branches_stand_below_each_other_and_a_parent_in_their_middle() -> None:
    #   0 ─┬─ 1 ─── 3
    #      └─ 2 ─┬─ 4
    #            └─ 5
    found = drawn(None, 0, 0, 1, 2, 2, here=5)
    assert places(found) == {3: (2, 0.0), 4: (2, 1.0), 5: (2, 2.0), 1: (1, 0.0), 2: (1, 1.5), 0: (0, 0.75)}
    assert (found.columns, found.rows) == (3, 3)
    assert [(a.turn.id.int, b.turn.id.int) for a, b in found.edges()] == [(0, 1), (0, 2), (1, 3), (2, 4), (2, 5)]
    assert [node.turn.id.int for node in found.nodes()] == [0, 1, 3, 2, 4, 5]
    assert {node.turn.id.int for node in found.nodes() if node.is_on_path} == {0, 2, 5}
    assert [node.turn.id.int for node in found.nodes() if node.is_here] == [5]


def test_a_reader_of_another_story_is_nowhere() -> None:
    found = drawn(None, 0, here=9)
    assert [node for node in found.nodes() if node.is_here or node.is_on_path] == []


@settings(max_examples=80, deadline=None)
@given(st.lists(st.integers(0, 1000), max_size=58))
def test_every_scene_has_a_place_of_its_own(seeds: list[int]) -> None:
    parents = [None, *(seed % (number + 1) for number, seed in enumerate(seeds))]
    found = drawn(*parents)
    nodes = {node.turn.id.int: node for node in found.nodes()}
    assert set(nodes) == set(range(len(parents)))
    assert len(set(places(found).values())) == len(parents)
    for child, parent in enumerate(parents):
        if parent is not None:
            assert nodes[child].column == nodes[parent].column + 1
    leaves = [node.row for node in found.nodes() if not node.children]
    assert (sorted(leaves), found.rows) == ([float(n) for n in range(len(leaves))], len(leaves))


def test_a_long_story_is_no_deep_recursion() -> None:
    """The deepest story there is."""
    from stories.play import MAX_DEPTH

    found = drawn(None, *range(MAX_DEPTH - 1))
    assert (found.columns, found.rows) == (MAX_DEPTH, 1)
