"""Ogg with Opus or Vorbis in it: a comment, in the second packet, which begins the second page."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import BinaryIO

from generation.marking import comments
from generation.marking.splicing import Splice, Unmarkable, read_at
from generation.marking.vocabulary import Mark

HEAD = struct.Struct("<4sBBqIIIB")
CONTINUED = 0x01
PACKETS = (b"OpusTags", b"\x03vorbis")
MOST_SEGMENTS = 255


@dataclass(frozen=True, slots=True)
class Page:
    at: int
    flags: int
    position: int
    serial: int
    number: int
    segments: bytes
    body: bytes

    @property
    def size(self) -> int:
        return HEAD.size + len(self.segments) + len(self.body)


def splices(file: BinaryIO, mark: Mark) -> list[Splice]:
    first = _page(file, 0)
    page = _page(file, first.size)
    kind = next((name for name in PACKETS if page.body.startswith(name)), None)
    if kind is None or page.serial != first.serial or page.flags & CONTINUED:
        raise Unmarkable("its second page is not one of comments")
    count = next((at for at, length in enumerate(page.segments) if length < 255), None)
    if count is None:
        raise Unmarkable("its comments go on over several pages")
    length = sum(page.segments[: count + 1])
    changed = comments.with_mark(page.body[len(kind) : length], mark)
    if changed is None:
        return []
    packet = kind + changed
    segments = b"\xff" * (len(packet) // 255) + bytes([len(packet) % 255]) + page.segments[count + 1 :]
    if len(segments) > MOST_SEGMENTS:
        raise Unmarkable("its page of comments is full")
    return [Splice(page.at, _written(page, segments, packet + page.body[length:]), cut=page.size)]


def _page(file: BinaryIO, at: int) -> Page:
    name, version, flags, position, serial, number, _, count = HEAD.unpack(read_at(file, at, HEAD.size))
    if name != b"OggS" or version:
        raise Unmarkable(f"no page at {at}")
    segments = read_at(file, at + HEAD.size, count)
    body = read_at(file, at + HEAD.size + count, sum(segments))
    return Page(at, flags, position, serial, number, segments, body)


def _written(page: Page, segments: bytes, body: bytes) -> bytes:
    def with_sum(checksum: int) -> bytes:
        fixed = (b"OggS", 0, page.flags, page.position, page.serial, page.number, checksum, len(segments))
        return HEAD.pack(*fixed) + segments + body

    return with_sum(_checksum(with_sum(0)))


def _table() -> list[int]:
    found = []
    for byte in range(256):
        value = byte << 24
        for _ in range(8):
            value = (value << 1) ^ (0x04C11DB7 if value & 0x80000000 else 0)
        found.append(value & 0xFFFFFFFF)
    return found


TABLE = _table()


def _checksum(page: bytes) -> int:
    """Ogg's own, which goes from the high bit to the low one, unlike that of zlib."""
    value = 0
    for byte in page:
        value = (value << 8 & 0xFFFFFFFF) ^ TABLE[value >> 24 ^ byte]
    return value
