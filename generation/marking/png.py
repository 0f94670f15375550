"""PNG: an uncompressed iTXt chunk named `XML:com.adobe.xmp`, before the first pixels."""

from __future__ import annotations

import struct
import zlib
from typing import BinaryIO

from generation.marking import xmp
from generation.marking.splicing import MAX_METADATA, Splice, Unmarkable, read_at, size_of
from generation.marking.vocabulary import Mark, says_generated

SIGNATURE = b"\x89PNG\r\n\x1a\n"
KEYWORD = b"XML:com.adobe.xmp"


def splices(file: BinaryIO, mark: Mark) -> list[Splice]:
    size, at, pixels_at = size_of(file), len(SIGNATURE), 0
    if read_at(file, 0, at) != SIGNATURE:
        raise Unmarkable("it does not begin as a PNG")
    while at + 12 <= size:
        length, name = struct.unpack(">I4s", read_at(file, at, 8))
        whole = length + 12
        if name == b"IDAT" and not pixels_at:
            pixels_at = at
        elif name == b"caBX" and says_generated(read_at(file, at + 8, length)):
            return []  # A signed manifest says it, and would not hold for a changed file.
        elif name == b"iTXt" and read_at(file, at + 8, min(length, len(KEYWORD) + 1)) == KEYWORD + b"\0":
            there = _text(read_at(file, at + 8, length))
            changed = xmp.merged(there, mark)
            return [] if changed is None else [Splice(at, _chunk(changed), cut=whole)]
        elif name == b"IEND":
            break
        at += whole
    if not pixels_at:
        raise Unmarkable("no pixels were found in it")
    return [Splice(pixels_at, _chunk(xmp.packet(mark)))]


def _text(body: bytes) -> bytes:
    """What an iTXt chunk says."""
    compressed = body[len(KEYWORD) + 1 : len(KEYWORD) + 2] == b"\x01"
    parts = body[len(KEYWORD) + 3 :].split(b"\0", 2)
    if len(parts) < 3:
        raise Unmarkable("its XMP chunk is cut")
    if not compressed:
        return parts[2]
    unpacked = zlib.decompressobj()
    try:
        text = unpacked.decompress(parts[2], MAX_METADATA)
    except zlib.error as error:
        raise Unmarkable(f"its XMP chunk cannot be unpacked: {error}") from error
    if unpacked.unconsumed_tail:
        raise Unmarkable("its XMP chunk is too large")
    return text


def _chunk(packet: bytes) -> bytes:
    named = b"iTXt" + KEYWORD + b"\0\0\0\0\0" + packet
    return struct.pack(">I", len(named) - 4) + named + struct.pack(">I", zlib.crc32(named))
