"""RIFF: an `XMP ` chunk at the end of a WebP, a `_PMX` chunk at the end of a WAV."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import BinaryIO

from generation.marking import xmp
from generation.marking.splicing import Splice, Unmarkable, read_at, size_of
from generation.marking.vocabulary import Mark, says_generated

HAS_XMP, HAS_ALPHA = 0x04, 0x10
UNTIL_THE_END = 0xFFFFFFFF


@dataclass(frozen=True, slots=True)
class Chunk:
    """`length` of the body alone; a body of an odd length is followed by a byte of padding."""

    name: bytes
    at: int
    length: int

    @property
    def end(self) -> int:
        return self.at + 8 + self.length + self.length % 2


def webp_splices(file: BinaryIO, mark: Mark) -> list[Splice]:
    end, chunks = _read(file, b"WEBP")
    by_name = {chunk.name: chunk for chunk in reversed(chunks)}
    if b"C2PA" in by_name and says_generated(_body(file, by_name[b"C2PA"])):
        return []  # A signed manifest says it, and would not hold for a changed file.
    head = chunks[0] if chunks else None
    if head is None or head.name not in (b"VP8X", b"VP8 ", b"VP8L"):
        raise Unmarkable("a WebP that begins with neither a picture nor a head")
    found = _placed(file, by_name.get(b"XMP "), b"XMP ", mark, end)
    if found is None:
        return []
    if head.name == b"VP8X":
        (flags,) = read_at(file, head.at + 8, 1)
        found.append(Splice(head.at + 8, bytes([flags | HAS_XMP]), cut=1))
    else:
        found.append(Splice(head.at, _wide_head(file, head)))
    return [*found, _size(end - 8, found)]


def wav_splices(file: BinaryIO, mark: Mark) -> list[Splice]:
    end, chunks = _read(file, b"WAVE")
    there = next((chunk for chunk in chunks if chunk.name == b"_PMX"), None)
    found = _placed(file, there, b"_PMX", mark, end)
    if found is None:
        return []
    # Sound that was sent while it was made says that it has no end; where more follows, it must.
    last = chunks[-1]
    (said,) = struct.unpack("<I", read_at(file, last.at + 4, 4))
    if said != last.length:
        found.append(Splice(last.at + 4, struct.pack("<I", last.length), cut=4))
    return [*found, _size(end - 8, found)]


def _read(file: BinaryIO, form: bytes) -> tuple[int, list[Chunk]]:
    """Where the RIFF ends, and its chunks."""
    size = size_of(file)
    name, length, found_form = struct.unpack("<4sI4s", read_at(file, 0, 12))
    if name != b"RIFF" or found_form != form:
        raise Unmarkable(f"it does not begin as a {form.decode()}")
    # A sound whose length was not known when its first byte was sent.
    is_open = form == b"WAVE" and (length in (0, UNTIL_THE_END) or length + 8 > size)
    end = size if is_open else 8 + length + length % 2
    if end > size:
        if end - size > 1 or length % 2 == 0:
            raise Unmarkable("it is cut")
        end = size
    chunks: list[Chunk] = []
    at = 12
    while at + 8 <= end:
        name, length = struct.unpack("<4sI", read_at(file, at, 8))
        if is_open and name == b"data" and not length:
            length = UNTIL_THE_END
        if at + 8 + length > end:
            if not (is_open and name == b"data"):
                raise Unmarkable(f"a chunk at {at} goes on behind the end")
            length = end - at - 8
        chunks.append(Chunk(name, at, length))
        at = chunks[-1].end
    if not chunks:
        raise Unmarkable("nothing is in it")
    return end, chunks


def _placed(file: BinaryIO, there: Chunk | None, name: bytes, mark: Mark, end: int) -> list[Splice] | None:
    """The chunk with the mark, at the end or in the place of the one that is there; None where that says it."""
    if there is None:
        padding = b"\0" * (end % 2)  # the last chunk's own, where its writer left it out
        return [Splice(end, padding + _chunk(name, xmp.packet(mark)))]
    changed = xmp.merged(_body(file, there), mark)
    if changed is None:
        return None
    return [Splice(there.at, _chunk(name, changed), cut=min(there.end, end) - there.at)]


def _body(file: BinaryIO, chunk: Chunk) -> bytes:
    return read_at(file, chunk.at + 8, chunk.length)


def _chunk(name: bytes, body: bytes) -> bytes:
    return name + struct.pack("<I", len(body)) + body + b"\0" * (len(body) % 2)


def _size(length: int, splices: list[Splice]) -> Splice:
    grown = length + sum(len(splice.put) - splice.cut for splice in splices)
    if grown >= UNTIL_THE_END:
        raise Unmarkable("it is too large for one more chunk")
    return Splice(4, struct.pack("<I", grown), cut=4)


def _wide_head(file: BinaryIO, picture: Chunk) -> bytes:
    """The VP8X chunk that a plain WebP needs before it may hold metadata."""
    start = read_at(file, picture.at + 8, 10 if picture.name == b"VP8 " else 5)
    flags = HAS_XMP
    if picture.name == b"VP8 ":
        if start[3:6] != b"\x9d\x01\x2a":
            raise Unmarkable("its picture does not begin with a whole frame")
        width, height = (side & 0x3FFF for side in struct.unpack("<HH", start[6:10]))
    else:
        if start[0] != 0x2F:
            raise Unmarkable("its picture does not begin as a lossless one")
        (bits,) = struct.unpack("<I", start[1:5])
        width, height = (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
        flags |= HAS_ALPHA if bits >> 28 & 1 else 0
    if not width or not height:
        raise Unmarkable("its picture has no size")
    sides = (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    return _chunk(b"VP8X", bytes([flags, 0, 0, 0]) + sides)
