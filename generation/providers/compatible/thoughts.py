"""Thoughts that a server leaves in the text, between <think> and </think> at its beginning."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

OPENS, CLOSES = "<think>", "</think>"


def without_thoughts(pieces: Iterable[str]) -> Iterator[str]:
    """The pieces without the thoughts that they begin with. Nothing is held back longer than it takes to see that the text
    has begun. Thoughts that never end leave nothing."""
    held = ""
    is_inside = has_begun = False
    for piece in pieces:
        if has_begun:
            yield piece
            continue
        held += piece
        if not is_inside and held.lstrip().startswith(OPENS):
            is_inside, held = True, held.lstrip()[len(OPENS) :]
        if is_inside:
            _, tag, rest = held.partition(CLOSES)
            if not tag:
                held = held[-len(CLOSES) :]
                continue
            is_inside, held = False, rest
        # White space before the text is dropped with the thoughts, and kept where there may be none.
        if held.strip() and not OPENS.startswith(held.lstrip()):
            has_begun = True
            yield held.lstrip()
    if not has_begun and not is_inside:
        yield held
