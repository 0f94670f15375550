"""The map of a story: which scene led where. Pure: rows in, a nested tree and a drawing's coordinates out."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Turn:
    """A scene, as the map needs it."""

    id: uuid.UUID
    parent_id: uuid.UUID | None
    title: str
    chosen: str
    is_ending: bool
    is_written: bool
    is_hidden: bool = False


@dataclass(slots=True)
class Node:
    """A scene on the map. `column` counts turns from the beginning, `row` is its height among the branches."""

    turn: Turn
    column: int
    row: float = 0.0
    is_here: bool = False
    is_on_path: bool = False
    children: list[Node] = field(default_factory=list)

    def walk(self) -> Iterator[Node]:
        """This node and all below it, parents first."""
        yield self
        for child in self.children:
            yield from child.walk()


@dataclass(frozen=True, slots=True)
class Map:
    root: Node
    columns: int
    rows: int

    def nodes(self) -> list[Node]:
        return list(self.root.walk())

    def edges(self) -> list[tuple[Node, Node]]:
        return [(node, child) for node in self.root.walk() for child in node.children]


def draw(turns: Iterable[Turn], *, here: uuid.UUID | None) -> Map | None:
    """The map of a story whose reader is at `here`; None where there is no scene. Turns come in the order of their making,
    which is the order of branches."""
    nodes: dict[uuid.UUID, Node] = {}
    root: Node | None = None
    for turn in turns:
        parent = nodes.get(turn.parent_id) if turn.parent_id else None
        node = nodes[turn.id] = Node(turn, column=parent.column + 1 if parent else 0, is_here=turn.id == here)
        if parent is not None:
            parent.children.append(node)
        elif root is None:
            root = node
    if root is None:
        return None
    rows = _settle(root, 0)
    at = nodes.get(here) if here else None
    while at is not None:
        at.is_on_path = True
        at = nodes.get(at.turn.parent_id) if at.turn.parent_id else None
    return Map(root, columns=max(node.column for node in nodes.values()) + 1, rows=rows)


def _settle(node: Node, row: int) -> int:
    """Give rows to a branch from `row` on; answers the first row below it. A parent stands in the middle of its branches."""
    if not node.children:
        node.row = float(row)
        return row + 1
    below = row
    for child in node.children:
        below = _settle(child, below)
    node.row = (node.children[0].row + node.children[-1].row) / 2
    return below
