"""Changing a file at some places without holding it in memory."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

CHUNK = 1024 * 1024
MAX_METADATA = 4 * 1024 * 1024
"""The most of a file's metadata that is read."""


class Unmarkable(Exception):
    """There is no safe place for a mark in this file."""


@dataclass(frozen=True, slots=True)
class Splice:
    """At the offset `at` of the file as it is, `cut` bytes go and `put` comes in their place."""

    at: int
    put: bytes
    cut: int = 0


def size_of(file: BinaryIO) -> int:
    return file.seek(0, 2)


def read_at(file: BinaryIO, at: int, length: int) -> bytes:
    """Exactly so many bytes. Raises `Unmarkable` where the file ends before, or where it is more than metadata needs."""
    if length > MAX_METADATA:
        raise Unmarkable(f"{length} bytes of metadata at {at}")
    file.seek(at)
    found = file.read(length)
    if len(found) < length:
        raise Unmarkable(f"it ends within {length} bytes at {at}")
    return found


def apply(path: Path, splices: Sequence[Splice]) -> None:
    """Carry the splices out, none of which overlap. A file that keeps its length up to its end is changed where it lies;
    any other is written anew beside it, and takes its place when it is whole."""
    ordered = sorted(splices, key=lambda splice: splice.at)
    size = path.stat().st_size
    if all(len(splice.put) == splice.cut or splice.at == size for splice in ordered):
        with path.open("rb+") as file:
            for splice in ordered:
                file.seek(splice.at)
                file.write(splice.put)
        return
    again = path.with_name(path.name + "m")
    try:
        with path.open("rb") as file, again.open("wb") as out:
            for splice in ordered:
                _copy(file, out, splice.at - file.tell())
                out.write(splice.put)
                file.seek(splice.cut, 1)
            _copy(file, out, size - file.tell())
        again.replace(path)
    finally:
        again.unlink(missing_ok=True)


def _copy(file: BinaryIO, out: BinaryIO, length: int) -> None:
    while length > 0 and (chunk := file.read(min(CHUNK, length))):
        out.write(chunk)
        length -= len(chunk)
