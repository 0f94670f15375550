"""Workflows: graphs of nodes as staff exported them, and the places in them that a request fills.

    options = {
        "workflow": {"3": {"class_type": "KSampler", "inputs": {"seed": 0, ...}}, ...},
        "inputs": {"prompt": "6.text", "seed": "3.seed", "width": "5.width", "height": "5.height",
                   "reference": ["12.image", "13.image"]},
        "output": "9",
    }

`workflow` is the export in API format. `inputs` names the places: a field of `Request` or the role of an input -> node and
input, or a list of these. Every place of a field gets its value; the places of a role get a picture each, in turn again
where there are fewer, and keep the workflow's own where there is none. `frames` is a length counted in frames, at
`frames_per_second` (16). `output` is the node whose file is the result; without it any node's is. Pure.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from generation.providers.contract import Request
from generation.providers.errors import Rejected

ROLES = ("source", "mask", "reference", "first_frame", "last_frame")
VALUES = (
    "negative_prompt", "seed", "steps", "guidance", "cfg_scale", "strength", "style", "quality", "background", "fidelity",
    "prompt_upsampling", "audio", "output_format",
)  # fmt: skip
"""Fields that are written into the graph as they are."""
KNOWN = ("prompt", "width", "height", "seconds", "frames", *VALUES, *ROLES)
FRAMES_PER_SECOND = 16.0
SEEDS = 2**32


@dataclass(frozen=True, slots=True)
class Place:
    """An input of a node."""

    node: str
    input: str

    def __str__(self) -> str:
        return f"{self.node}.{self.input}"


@dataclass(frozen=True, slots=True)
class Workflow:
    graph: Mapping[str, Mapping[str, Any]]
    places: Mapping[str, tuple[Place, ...]]
    output: str = ""
    frames_per_second: float = FRAMES_PER_SECOND

    def frames(self, seconds: float) -> int:
        """Film models take a multiple of four frames, or of eight, and one more: this suits both."""
        return 8 * max(round(seconds * self.frames_per_second / 8), 1) + 1

    def field_at(self, node: str, name: str) -> str:
        """The field of `Request` that is written there; "options" for a place that staff filled."""
        place = Place(node, name)
        found = next((field for field, places in self.places.items() if place in places), "options")
        if found in ROLES:
            return "inputs"
        return "seconds" if found == "frames" else found

    def filled(self, request: Request, pictures: Mapping[str, Sequence[str]]) -> dict[str, Any]:
        """The graph for `request`; `pictures` are the server's names of uploaded files, by their role."""
        graph: dict[str, Any] = {name: {**node, "inputs": dict(node["inputs"])} for name, node in self.graph.items()}
        for name, value in self._values(request).items():
            for place in self.places.get(name, ()):
                graph[place.node]["inputs"][place.input] = value
        for role, names in pictures.items():
            for number, place in enumerate(self.places.get(role, ())):
                graph[place.node]["inputs"][place.input] = names[number % len(names)]
        return graph

    def _values(self, request: Request) -> dict[str, Any]:
        values = {name: getattr(request, name) for name in ("prompt", "width", "height", "seconds", *VALUES)}
        if request.seconds is not None:
            values["frames"] = self.frames(request.seconds)
        if request.seed is None:
            # With the seed of the workflow the same prompt would be answered with the old file.
            values["seed"] = secrets.randbelow(SEEDS)
        return {name: value for name, value in values.items() if value is not None}


def named(options: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    """The names under `inputs` and where they point to, as far as that can be read."""
    inputs = options.get("inputs")
    if not isinstance(inputs, Mapping):
        return {}
    return {
        str(name): tuple(str(one) for one in (target if isinstance(target, (list, tuple)) else (target,)))
        for name, target in inputs.items()
    }


def own(options: Mapping[str, Any], name: str) -> float | None:
    """The number that the workflow itself has in the first place of `name`."""
    graph, (target, *_) = options.get("workflow"), named(options).get(name) or ("",)
    node, _, where = target.partition(".")
    try:
        value = graph[node]["inputs"][where]  # type: ignore[index]
    except (KeyError, TypeError):
        return None
    return float(value) if isinstance(value, (int, float)) and not isinstance(value, bool) and value > 0 else None


def read(options: Mapping[str, Any]) -> Workflow:
    """The workflow that `options` hold. Raises `Rejected` with what is wrong and the remedy."""
    graph = options.get("workflow")
    if not isinstance(graph, Mapping) or not graph:
        raise _wrong("option workflow holds no graph: put the workflow's export in API format there")
    if isinstance(graph.get("nodes"), list) or "last_node_id" in graph:
        raise _wrong(
            "option workflow is how the editor saves it (nodes and links): export it in API format instead, "
            "with File, Export (API)"
        )
    for number, node in graph.items():
        if not isinstance(node, Mapping) or not node.get("class_type") or not isinstance(node.get("inputs"), Mapping):
            raise _wrong(
                f"option workflow: node {number} has no class_type and inputs, so this is no export in API format"
            )
    places = {
        name: tuple(_place(graph, name, target) for target in targets) for name, targets in named(options).items()
    }
    for name in places:
        if name not in KNOWN:
            raise _wrong(f"option inputs: {name} is none of {', '.join(KNOWN)}")
    if not places.get("prompt"):
        raise _wrong('option inputs names no place of the prompt: add one, such as "prompt": "6.text"')
    output = str(options.get("output") or "")
    if output and output not in graph:
        raise _wrong(f"option output: the workflow has no node {output}")
    rate = options.get("frames_per_second")
    return Workflow(
        graph, places, output, float(rate) if isinstance(rate, (int, float)) and rate > 0 else FRAMES_PER_SECOND
    )


def _place(graph: Mapping[str, Any], name: str, target: str) -> Place:
    node, dot, where = target.partition(".")
    if not dot or node not in graph:
        raise _wrong(f'option inputs: {name} points to "{target}", and the workflow has no such node')
    known = graph[node]["inputs"]
    # The server passes over inputs that a node does not have: the prompt would be left out and nobody would know.
    if where not in known:
        has = ", ".join(known) or "none"
        raise _wrong(
            f'option inputs: {name} points to "{target}", and {graph[node]["class_type"]} has the inputs {has}'
        )
    return Place(node, where)


def _wrong(detail: str) -> Rejected:
    return Rejected(detail, field="options")
