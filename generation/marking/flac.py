"""FLAC: a comment."""

from __future__ import annotations

from typing import BinaryIO

from generation.marking import comments
from generation.marking.splicing import Splice, Unmarkable, read_at
from generation.marking.vocabulary import Mark

SIGNATURE = b"fLaC"
COMMENTS, LAST = 4, 0x80
MOST_BLOCKS = 1_000


def splices(file: BinaryIO, mark: Mark) -> list[Splice]:
    if read_at(file, 0, 4) != SIGNATURE:
        raise Unmarkable("it does not begin as a FLAC")
    at, behind_info = 4, 0
    for _ in range(MOST_BLOCKS):
        head = read_at(file, at, 4)
        length, is_last = int.from_bytes(head[1:], "big"), bool(head[0] & LAST)
        if head[0] & ~LAST == COMMENTS:
            changed = comments.with_mark(read_at(file, at + 4, length), mark)
            return [] if changed is None else [Splice(at, _block(changed, is_last=is_last), cut=4 + length)]
        if not behind_info:
            behind_info = at + 4 + length  # the first block says what the sound is, and stays the first
            only = is_last
        if is_last:
            if not only:
                return [Splice(behind_info, _block(comments.fresh(mark), is_last=False))]
            first = read_at(file, 4, 1)[0]
            return [
                Splice(4, bytes([first & ~LAST]), cut=1),
                Splice(behind_info, _block(comments.fresh(mark), is_last=True)),
            ]
        at += 4 + length
    raise Unmarkable("it has more blocks of metadata than sound needs")


def _block(body: bytes, *, is_last: bool) -> bytes:
    if len(body) >= 1 << 24:
        raise Unmarkable("its comments are full")
    return bytes([COMMENTS | (LAST if is_last else 0)]) + len(body).to_bytes(3, "big") + body
