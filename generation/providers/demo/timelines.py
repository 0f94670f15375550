"""Scenes in order: read from a prompt that tells them one by one, and joined by dissolves."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import chain, repeat

from PIL import Image

MOST_SCENES = 8
SHORTEST = 8
"""Frames of the shortest scene."""
DISSOLVE = 10
"""Frames of a dissolve, where the scenes are long enough."""
_TIMES = r"(?P<{0}>\d+(?:\.\d+)?)[ \t]*s?[ \t]*(?:-|–|—|to)[ \t]*(?P<{1}>\d+(?:\.\d+)?)[ \t]*"
_SCENE = re.compile(
    r"(?im)(?:^|(?<=[.!?;]\s)|(?<=[.!?;]))[ \t]*[-*•]?[ \t]*"
    r"(?:(?:scene|shot|part)[ \t]*\d+[ \t]*(?:[\[(][ \t]*"
    + _TIMES.format("a", "b")
    + r"(?:s|sec|seconds?)?[ \t]*[\])])?"
    r"|[\[(]?[ \t]*" + _TIMES.format("c", "d") + r"(?:s|sec|seconds?)[ \t]*[\])]?)"
    r"[ \t]*[:.–—-][ \t]*"
)


@dataclass(frozen=True, slots=True)
class Part:
    """One scene as it is told: its words and how many frames it has."""

    words: str
    frames: int


@dataclass(frozen=True, slots=True)
class Scene:
    """One scene as it is shown: its frames in the film, and what makes as many as are asked for."""

    frames: int
    moving: Callable[[int], Iterator[Image.Image]]


def parts(prompt: str, count: int) -> list[Part]:
    """The scenes of a prompt ("Scene 1 (0-2 s): ..."), sharing `count` frames as their times say. What stands before the
    first belongs to all. One part where the prompt is no timeline, or there is no room for several."""
    marks = list(_SCENE.finditer(prompt))[: min(MOST_SCENES, count // SHORTEST)]
    if len(marks) < 2:
        return [Part(prompt, count)]
    ends = [mark.start() for mark in marks[1:]]
    following = _SCENE.search(prompt, marks[-1].end())
    ends.append(following.start() if following else len(prompt))
    shared = prompt[: marks[0].start()].strip()
    told = [
        f"{prompt[mark.end() : end].strip()} {shared}".strip() or prompt for mark, end in zip(marks, ends, strict=True)
    ]
    lengths = _lengths([_seconds(mark) for mark in marks], count)
    return [Part(words, frames) for words, frames in zip(told, lengths, strict=True)]


def joined(scenes: list[Scene]) -> Iterator[Image.Image]:
    """All scenes as one row of frames. Each goes over into the next in its last frames."""
    arriving: Iterator[Image.Image] = iter(())
    length = 0
    for k, scene in enumerate(scenes):
        is_last = k == len(scenes) - 1
        more = 0 if is_last else min(DISSOLVE, scene.frames // 2, scenes[k + 1].frames // 2)
        frames = scene.moving(scene.frames + more)
        for n in range(scene.frames):
            frame = next(frames)
            leaving = next(arriving, None)
            if leaving is not None:
                frame = Image.blend(leaving, frame, _eased((n + 1) / (length + 1)))
            yield frame
        arriving, length = frames, more


def gone_over(frames: Iterator[Image.Image], last: Iterator[Image.Image], count: int) -> Iterator[Image.Image]:
    """`frames` that dissolve slowly into `last`, so that the end is all of it."""
    for k, (one, other) in enumerate(zip(frames, last, strict=False)):
        share = _eased(min(1.0, max(0.0, (k / max(1, count - 1) - 0.25) / 0.65)))
        yield one if share <= 0 else other if share >= 1 else Image.blend(one, other, share)


def _eased(share: float) -> float:
    return share * share * (3 - 2 * share)


def _seconds(mark: re.Match[str]) -> float | None:
    begin, end = mark["a"] or mark["c"], mark["b"] or mark["d"]
    if begin is None or end is None:
        return None
    return max(0.0, float(end) - float(begin)) or None


def _lengths(told: list[float | None], count: int) -> list[int]:
    """Frames of each scene: at least the shortest, all together `count`."""
    known = [seconds for seconds in told if seconds]
    usual = sum(known) / len(known) if known else 1.0
    weights = [min(seconds or usual, 600.0) for seconds in told]
    free = count - SHORTEST * len(weights)
    lengths = [SHORTEST + int(free * weight / sum(weights)) for weight in weights]
    for k in chain.from_iterable(repeat(range(len(lengths)))):
        if sum(lengths) >= count:
            break
        lengths[k] += 1
    return lengths
