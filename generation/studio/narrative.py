"""A film of several scenes in the words that are sent: put together from details, scenes and instructions, and shown before
anything is bought. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

MAX_SCENES = 12


@dataclass(frozen=True, slots=True)
class Scene:
    """One scene of a timeline. `seconds` is None where its share is left open; `image` is a picture it begins with."""

    description: str
    instructions: str = ""
    seconds: float | None = None
    image: str = ""


def narrative(
    *,
    prompt: str = "",
    details: str = "",
    scenes: Sequence[Scene],
    instructions: str = "",
    seconds: float | None = None,
) -> str:
    """The prompt of the film: what it is about, its details, each scene with its place in time, and what holds throughout.
    Where the whole length or the scenes' own are known, each scene says from when to when it runs."""
    parts = [part.strip() for part in (prompt, details) if part.strip()]
    for number, (scene, span) in enumerate(zip(scenes, spans(scenes, seconds), strict=True), start=1):
        when = f" ({_number(span[0])}–{_number(span[1])} s)" if span else ""
        lines = [f"Scene {number}{when}: {_sentence(scene.description)}"]
        if scene.instructions.strip():
            lines.append(_sentence(scene.instructions))
        parts.append(" ".join(lines))
    if instructions.strip():
        parts.append(f"Throughout: {_sentence(instructions)}")
    return "\n\n".join(parts)


def spans(scenes: Sequence[Scene], seconds: float | None) -> list[tuple[float, float] | None]:
    """From when to when each scene runs, or None for all where that cannot be told. What the scenes leave open of the whole
    is shared evenly among those that say nothing."""
    said = [scene.seconds for scene in scenes]
    known = sum(one for one in said if one is not None)
    silent = said.count(None)
    if silent and (seconds is None or seconds <= known):
        return [None] * len(scenes)
    share = (seconds - known) / silent if silent and seconds is not None else 0.0
    found: list[tuple[float, float] | None] = []
    at = 0.0
    for one in said:
        ends = at + (one if one is not None else share)
        found.append((round(at, 1), round(ends, 1)))
        at = ends
    return found


def total(scenes: Sequence[Scene]) -> float | None:
    """How long the scenes are together, where each says how long it is."""
    lengths = [scene.seconds for scene in scenes]
    return None if None in lengths or not lengths else round(sum(one for one in lengths if one is not None), 1)


def _sentence(text: str) -> str:
    text = " ".join(text.split())
    return text if text.endswith((".", "!", "?", "…", "”", '"')) else f"{text}."


def _number(seconds: float) -> str:
    return f"{seconds:g}"
