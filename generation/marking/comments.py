"""The list of comments that FLAC, Vorbis and Opus share: `NAME=value`, each with its length before it."""

from __future__ import annotations

import struct

from generation.marking.splicing import Unmarkable
from generation.marking.vocabulary import NOT_LEARNT, Mark, says_generated

NAME = "DIGITALSOURCETYPE"
SYSTEM = "AISYSTEMUSED"
"""There is no place for XMP among comments, so IPTC's names stand there themselves."""
VENDOR = b"Fablewright"


def fresh(mark: Mark) -> bytes:
    """A list that holds nothing but the mark."""
    added = _written(mark)
    return struct.pack("<I", len(VENDOR)) + VENDOR + struct.pack("<I", len(added)) + b"".join(added)


def with_mark(there: bytes, mark: Mark) -> bytes | None:
    """The list, and whatever follows it, with the mark as its last comment; None where it has one. Raises `Unmarkable`."""
    if says_generated(there):
        return None
    try:
        (vendor,) = struct.unpack_from("<I", there)
        counted_at = 4 + vendor
        (count,) = struct.unpack_from("<I", there, counted_at)
        at = counted_at + 4
        for _ in range(count):
            (length,) = struct.unpack_from("<I", there, at)
            at += 4 + length
            if at > len(there):
                break
    except struct.error as error:
        raise Unmarkable("its comments are cut") from error
    if at > len(there):
        raise Unmarkable("its comments are cut")
    added = _written(mark)
    counted = struct.pack("<I", count + len(added))
    return there[:counted_at] + counted + there[counted_at + 4 : at] + b"".join(added) + there[at:]


def _written(mark: Mark) -> list[bytes]:
    said = [f"{NAME}={mark.source.uri}"]
    if mark.system and mark.source not in NOT_LEARNT:
        said.append(f"{SYSTEM}={mark.system}")
    lines = [line.encode(errors="replace") for line in said]
    return [struct.pack("<I", len(line)) + line for line in lines]
