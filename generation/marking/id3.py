"""MP3 and bare AAC: a PRIV frame with the owner `XMP`, in the ID3v2 tag before the sound."""

from __future__ import annotations

import struct
from typing import BinaryIO

from generation.marking import xmp
from generation.marking.splicing import MAX_METADATA, Splice, Unmarkable, read_at
from generation.marking.vocabulary import Mark, says_generated

OWNER = b"XMP\0"
HEAD = 10
UNSYNCHRONISED, EXTENDED, FOOTED = 0x80, 0x40, 0x10


def splices(file: BinaryIO, mark: Mark) -> list[Splice]:
    head = read_at(file, 0, HEAD)
    if not head.startswith(b"ID3"):
        frame = _frame(xmp.packet(mark), version=3)
        return [Splice(0, b"ID3\x03\0\0" + _sevens(len(frame)) + frame)]
    version, flags = head[3], head[5]
    length = sum(seven << shift for seven, shift in zip(head[6:10], (21, 14, 7, 0), strict=True))
    if version not in (3, 4) or flags & (EXTENDED | FOOTED) or any(byte > 0x7F for byte in head[6:10]):
        raise Unmarkable(f"an ID3 tag of version {version} with flags {flags:#x}")
    tag = read_at(file, HEAD, length)
    if says_generated(tag):
        return []
    found = None if flags & UNSYNCHRONISED else _priv(tag, version)
    if found is None:
        frame, at, cut = _frame(xmp.packet(mark), version=version), HEAD, 0
    else:
        at, cut = HEAD + found[0], found[1]
        changed = xmp.merged(tag[found[0] + HEAD + len(OWNER) : found[0] + found[1]], mark)
        if changed is None:
            return []
        frame = _frame(changed, version=version)
    return [Splice(6, _sevens(length + len(frame) - cut), cut=4), Splice(at, frame, cut=cut)]


def _priv(tag: bytes, version: int) -> tuple[int, int] | None:
    """Where the tag's frame for XMP begins, and its length in all."""
    at = 0
    while at + HEAD <= len(tag) and tag[at] != 0:
        size = tag[at + 4 : at + 8]
        length = (
            struct.unpack(">I", size)[0]
            if version == 3
            else sum(byte << shift for byte, shift in zip(size, (21, 14, 7, 0), strict=True))
        )
        if at + HEAD + length > len(tag):
            raise Unmarkable("a frame of its ID3 tag goes on behind the tag")
        body = tag[at + HEAD : at + HEAD + len(OWNER)]
        if tag[at : at + 4] == b"PRIV" and body == OWNER:
            if tag[at + 9]:
                raise Unmarkable("its XMP frame is packed or encrypted")
            return at, HEAD + length
        at += HEAD + length
    return None


def _frame(packet: bytes, *, version: int) -> bytes:
    body = OWNER + packet
    size = struct.pack(">I", len(body)) if version == 3 else _sevens(len(body))
    return b"PRIV" + size + b"\0\0" + body


def _sevens(number: int) -> bytes:
    """A number in seven bits a byte, so that no byte of it looks like the beginning of sound."""
    if number > MAX_METADATA:
        raise Unmarkable("its ID3 tag is full")
    return bytes(number >> shift & 0x7F for shift in (21, 14, 7, 0))
