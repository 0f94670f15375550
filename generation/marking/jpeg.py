"""JPEG: an APP1 segment, behind JFIF's and Exif's own."""

from __future__ import annotations

import struct
from typing import BinaryIO

from generation.marking import xmp
from generation.marking.splicing import Splice, Unmarkable, read_at
from generation.marking.vocabulary import Mark, says_generated

NAMED = b"http://ns.adobe.com/xap/1.0/\0"
APP0, APP1, APP11, SCAN, END = 0xE0, 0xE1, 0xEB, 0xDA, 0xD9
ALONE = (0x01, *range(0xD0, 0xD8))
"""Markers without a body."""
MOST = 0xFFFF - 2


def splices(file: BinaryIO, mark: Mark) -> list[Splice]:
    if read_at(file, 0, 2) != b"\xff\xd8":
        raise Unmarkable("it does not begin as a JPEG")
    at, behind_heads, only_heads = 2, 2, True
    xmp_at: tuple[int, int] | None = None
    while True:
        lead, marker = read_at(file, at, 2)
        if lead != 0xFF:
            raise Unmarkable(f"no marker at {at}")
        if marker == 0xFF:
            at += 1  # any number of these may stand before a marker
            continue
        if marker in (SCAN, END):
            break
        if marker in ALONE:
            at += 2
            continue
        (length,) = struct.unpack(">H", read_at(file, at + 2, 2))
        if length < 2:
            raise Unmarkable(f"a segment without a length at {at}")
        body = read_at(file, at + 4, length - 2)
        if marker == APP11 and says_generated(body):
            return []  # A signed manifest says it, and would not hold for a changed file.
        if marker == APP1 and body.startswith(NAMED) and xmp_at is None:
            xmp_at = at, length + 2
        only_heads = only_heads and (marker == APP0 or (marker == APP1 and body.startswith(b"Exif\0")))
        at += length + 2
        if only_heads:
            behind_heads = at
    if xmp_at is None:
        return [Splice(behind_heads, _segment(xmp.packet(mark)))]
    start, whole = xmp_at
    there = read_at(file, start + 4 + len(NAMED), whole - 4 - len(NAMED))
    changed = xmp.merged(there, mark)
    return [] if changed is None else [Splice(start, _segment(changed), cut=whole)]


def _segment(packet: bytes) -> bytes:
    body = NAMED + packet
    if len(body) > MOST:
        raise Unmarkable("its XMP segment is full")
    return b"\xff\xe1" + struct.pack(">H", len(body) + 2) + body
