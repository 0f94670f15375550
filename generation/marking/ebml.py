"""WebM: an element of tags at the end of the segment, so that no index has to be written anew."""

from __future__ import annotations

from typing import BinaryIO

from generation.marking.comments import NAME, SYSTEM
from generation.marking.splicing import Splice, Unmarkable, read_at, size_of
from generation.marking.vocabulary import NOT_LEARNT, Mark, says_generated

HEADER, SEGMENT = bytes.fromhex("1A45DFA3"), bytes.fromhex("18538067")
TAGS, TAG, TARGETS, SIMPLE = (bytes.fromhex(name) for name in ("1254C367", "7373", "63C0", "67C8"))
NAMED, SAYS = bytes.fromhex("45A3"), bytes.fromhex("4487")
TAIL = 64 * 1024
"""How much of the end is looked through for a mark."""


def splices(file: BinaryIO, mark: Mark) -> list[Splice]:
    size = size_of(file)
    if read_at(file, 0, 4) != HEADER:
        raise Unmarkable("it does not begin as a WebM")
    length, width = _number(file, 4)
    at = 4 + width + length
    if read_at(file, at, 4) != SEGMENT:
        raise Unmarkable("no segment follows its head")
    length, width = _number(file, at + 4)
    is_open = length == (1 << 7 * width) - 1
    if not is_open and at + 4 + width + length != size:
        raise Unmarkable("its segment does not end with the file")
    if says_generated(read_at(file, max(0, size - TAIL), min(size, TAIL))):
        return []
    tags = _tags(mark)
    found = [Splice(size, tags)]
    if not is_open:
        grown = length + len(tags)
        if grown >= (1 << 7 * width) - 1:
            raise Unmarkable("its segment's length has no room")
        found.append(Splice(at + 4, (grown | 1 << 7 * width).to_bytes(width, "big"), cut=width))
    return found


def _number(file: BinaryIO, at: int) -> tuple[int, int]:
    """A length, and the bytes that it takes itself: as many as the first byte has zeros in front, and one."""
    (first,) = read_at(file, at, 1)
    if not first:
        raise Unmarkable(f"no length at {at}")
    width = 9 - first.bit_length()
    return int.from_bytes(read_at(file, at, width), "big") & ((1 << 7 * width) - 1), width


def _tags(mark: Mark) -> bytes:
    said = [(NAME, mark.source.uri)]
    if mark.system and mark.source not in NOT_LEARNT:
        said.append((SYSTEM, mark.system))
    simple = [_element(SIMPLE, _element(NAMED, name.encode()) + _element(SAYS, text.encode(errors="replace")))
              for name, text in said]  # fmt: skip
    return _element(TAGS, _element(TAG, _element(TARGETS, b"") + b"".join(simple)))


def _element(name: bytes, body: bytes) -> bytes:
    return name + (len(body) | 1 << 28).to_bytes(4, "big") + body
