"""What a story remembers between scenes, as notes that a person can read and `recall` can parse.

The notes pass through other hands: whatever comes back that is not understood is dropped, never believed and never an
error. Anything that would be shown to a reader is cleaned and cut on the way in.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from .premise import clean

LIMIT = 1500
STANCES = ("kind", "bold", "sly", "wary")


@dataclass(slots=True)
class State:
    """Everything that later scenes depend on and that cannot be drawn from the seed again."""

    place: str = ""
    arc: str = ""
    arcs: list[str] = field(default_factory=list)
    """Every question asked so far, so that a story that goes on asks another."""
    since: int = 1
    """The depth at which the present question was asked."""
    scene: str = ""
    """The key of the scene told last."""
    view: str = ""
    fate: str = ""
    ended: bool = False
    tally: dict[str, int] = field(default_factory=lambda: dict.fromkeys(STANCES, 0))
    carries: list[str] = field(default_factory=list)
    promises: list[str] = field(default_factory=list)
    debts: list[str] = field(default_factory=list)
    marks: list[str] = field(default_factory=list)
    used: list[str] = field(default_factory=list)


def note(state: State, *, hero: str, thing: str, question: str) -> str:
    """The notes for `state`, within the limit; the oldest details go first."""
    used, marks = list(state.used), list(state.marks)
    while True:
        lines = [
            f"hero: {hero}",
            f"thing: {thing}",
            f"question: {question}",
            f"place: {state.place}",
            f"arc: {state.arc} since {state.since}",
            f"arcs: {' '.join(state.arcs)}",
            f"scene: {state.scene}",
            f"view: {state.view}",
            f"fate: {state.fate}",
            f"ended: {'yes' if state.ended else 'no'}",
            "ways: " + " ".join(f"{name}={state.tally.get(name, 0)}" for name in STANCES),
            f"carries: {'; '.join(state.carries[-4:])}",
            f"promises: {'; '.join(state.promises[-3:])}",
            f"owes: {'; '.join(state.debts[-3:])}",
            f"remembers: {'; '.join(marks)}",
            f"told: {' '.join(used)}",
        ]
        text = "\n".join(lines)
        if len(text) <= LIMIT:
            return text
        if len(marks) > 3:
            marks.pop(0)
        elif used:
            used.pop(0)
        else:
            return text[:LIMIT]


def recall(notes: object) -> State | None:
    """The state in `notes`, or None if they are not notes of ours."""
    if not isinstance(notes, str) or len(notes) > 4 * LIMIT:
        return None
    lines: dict[str, str] = {}
    for line in notes.splitlines():
        name, colon, value = line.partition(":")
        if colon and re.fullmatch(r"[a-z]{2,10}", name.strip()):
            lines[name.strip()] = value.strip()
    if not lines.get("scene") or not lines.get("place") or not lines.get("arc"):
        return None
    state = State(place=_key(lines["place"]), scene=_key(lines["scene"]), view=_key(lines.get("view", "")),
                  fate=_key(lines.get("fate", "")), ended=lines.get("ended") == "yes")  # fmt: skip
    arc, _, since = lines["arc"].partition(" since ")
    state.arc = _key(arc)
    state.since = int(since) if since.isdecimal() and len(since) < 4 else 1
    state.arcs = [_key(part) for part in lines.get("arcs", "").split()][:12]
    for part in lines.get("ways", "").split():
        name, _, count = part.partition("=")
        if name in state.tally and count.isdecimal():
            state.tally[name] = min(int(count[:3]), 99)
    state.carries = _list(lines.get("carries", ""), 40)
    state.promises = _list(lines.get("promises", ""), 90)
    state.debts = _list(lines.get("owes", ""), 90)
    state.marks = _list(lines.get("remembers", ""), 110)
    state.used = [_key(part) for part in lines.get("told", "").split()][:60]
    return state


def _key(text: str) -> str:
    return re.sub(r"[^a-z_.]", "", text.lower())[:40]


def _list(text: str, longest: int) -> list[str]:
    parts = (clean(part) for part in text.split(";"))
    return [part for part in parts if 2 < len(part) <= longest][:6]
