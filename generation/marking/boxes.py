"""MP4: a `uuid` box at the end of the file. Nothing that tables of a film point at moves, and nothing has to be copied."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from generation.marking import xmp
from generation.marking.splicing import MAX_METADATA, Splice, Unmarkable, read_at, size_of
from generation.marking.vocabulary import Mark, says_generated

XMP = bytes.fromhex("BE7ACFCB97A942E89C71999491E3AFAC")
C2PA = bytes.fromhex("D8FEC3D61B0E483C92975828877EC481")
MOST_BOXES = 100_000


@dataclass(frozen=True, slots=True)
class Box:
    name: bytes
    at: int
    head: int
    """Bytes before its body."""
    size: int
    is_open: bool
    """It says that it goes on to the file's end."""


def splices(file: BinaryIO, mark: Mark) -> list[Splice]:
    size = size_of(file)
    found: list[Splice] = []
    packet: bytes | None = xmp.packet(mark)
    last: Box | None = None
    for last in walk(file, 0, size):
        if last.name == b"moov" and says_generated(_in_moov(file, last)):
            return []
        if last.name != b"uuid" or last.size < last.head + 16:
            continue
        kind = read_at(file, last.at + last.head, 16)
        if kind == C2PA:
            if says_generated(read_at(file, last.at, min(last.size, MAX_METADATA))):
                return []  # A signed manifest says it, and would not hold for a changed file.
        elif kind == XMP:
            packet = xmp.merged(read_at(file, last.at + last.head + 16, last.size - last.head - 16), mark)
            if packet is None:
                return []
            # The place of the old box stays, as free room: what comes behind it must not move.
            found.append(Splice(last.at + 4, b"free", cut=4))
    if last is None or packet is None:
        raise Unmarkable("no boxes were found in it")
    at = size
    if last.name == b"mfra":
        at = last.at  # its last bytes are looked for at the end of the file
    if last.is_open:
        if last.size >= 1 << 32:
            raise Unmarkable("its last box has no end")
        found.append(Splice(last.at, struct.pack(">I", last.size), cut=4))
    return [*found, Splice(at, struct.pack(">I", 24 + len(packet)) + b"uuid" + XMP + packet)]


def walk(file: BinaryIO, at: int, end: int) -> Iterator[Box]:
    """The boxes one after another. Raises `Unmarkable` where one does not end with the file or before."""
    for _ in range(MOST_BOXES):
        if at >= end:
            return
        size, name = struct.unpack(">I4s", read_at(file, at, 8))
        head, is_open = 8, size == 0
        if size == 1:
            head = 16
            (size,) = struct.unpack(">Q", read_at(file, at + 8, 8))
        elif is_open:
            size = end - at
        if size < head or at + size > end:
            raise Unmarkable(f"a box at {at} does not end within the file")
        yield Box(name, at, head, size, is_open)
        at += size
    raise Unmarkable("it has more boxes than a film needs")


def _in_moov(file: BinaryIO, moov: Box) -> bytes:
    """The user data of a film, where QuickTime's writers put their XMP."""
    for box in walk(file, moov.at + moov.head, moov.at + moov.size):
        if box.name == b"udta":
            return read_at(file, box.at, min(box.size, MAX_METADATA))
    return b""
