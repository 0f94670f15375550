"""Keeping bytes: stream in, cap, sniff, mark as generated, hash, write to a temporary name, rename. No database; called from
the purchase's thread.

Names are `t/<tenant>/<sha256>`, so the same bytes are kept once per tenant and a repeated write is harmless. A film goes
from the network to the disk without being in memory as a whole.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import secrets
import tempfile
import uuid
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from django.core.files.base import File
from django.core.files.storage import default_storage

from generation import marking, sniffing
from generation.marking import Mark
from generation.providers.contract import Kind
from generation.providers.errors import Damaged

MAX_BYTES = {Kind.IMAGE: 32 * 1024**2, Kind.EDIT: 32 * 1024**2, Kind.VIDEO: 512 * 1024**2, Kind.SPEECH: 64 * 1024**2}


@dataclass(frozen=True, slots=True)
class Kept:
    """What lies in storage now. Sizes in pixels, duration in seconds."""

    sha256: str
    media_type: str
    size_bytes: int
    width: int | None = None
    height: int | None = None
    seconds: float | None = None
    digital_source: str = ""
    """What IPTC's vocabulary calls it, where it was generated."""


def keep(
    *,
    tenant_id: uuid.UUID,
    kind: Kind,
    data: bytes | Iterable[bytes],
    media_type: str = "",
    mark: Mark | None = None,
    watermarked: Callable[[Path], None] | None = None,
) -> Kept:
    """Check that `data` (whole, or as it arrives) is what was bought and keep it. A picture that is not of the
    `media_type` it was said to be is encoded anew as that type. `watermarked` changes what is seen of it, and what was
    generated gets its `mark`, before the file has its name: so what came is kept nowhere, and the digest is that of what is
    kept. Raises `Damaged` where it cannot be used."""
    with _unfinished(tenant_id) as path:
        digest, size = _write(path, kind, [data] if isinstance(data, bytes) else data)
        found = sniffing.sniff(path, kind)
        is_changed = sniffing.lies(found, media_type)
        if is_changed:
            sniffing.encode_anew(path, media_type)
            found = sniffing.sniff(path, kind)
        if watermarked is not None:
            watermarked(path)
            found, is_changed = sniffing.sniff(path, kind), True
        if mark is not None and marking.mark(path, media_type=found.media_type, mark=mark):
            is_changed = True
        if is_changed:
            digest, size = _hashed(path)
        _sync(path)
        _move(path, f"t/{tenant_id}/{digest}")
    source = mark.source if mark is not None else ""
    return Kept(digest, found.media_type, size, found.width, found.height, found.seconds, source)


def read(name: str) -> bytes:
    """All bytes of a kept file."""
    with default_storage.open(name, "rb") as kept:
        return bytes(kept.read())


@contextlib.contextmanager
def _unfinished(tenant_id: uuid.UUID) -> Iterator[Path]:
    """A temporary name, beside where the file will lie if storage is a folder."""
    try:
        folder = Path(default_storage.path(f"t/{tenant_id}"))
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except NotImplementedError:
        folder = Path(tempfile.gettempdir())
    path = folder / f".{secrets.token_hex(8)}"
    try:
        yield path
    finally:
        path.unlink(missing_ok=True)


def _write(path: Path, kind: Kind, chunks: Iterable[bytes]) -> tuple[str, int]:
    digest, size = hashlib.sha256(), 0
    with path.open("wb") as out:
        for chunk in chunks:
            size += len(chunk)
            if size > MAX_BYTES[kind]:
                raise Damaged(f"a file of more than {MAX_BYTES[kind]} bytes")
            digest.update(chunk)
            out.write(chunk)
        if not size:
            raise Damaged("an empty file")
    return digest.hexdigest(), size


def _hashed(path: Path) -> tuple[str, int]:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest(), path.stat().st_size


def _sync(path: Path) -> None:
    with path.open("rb+") as file:
        os.fsync(file.fileno())


def _move(path: Path, name: str) -> None:
    if default_storage.exists(name):
        with contextlib.suppress(NotImplementedError, FileNotFoundError):
            os.utime(default_storage.path(name))  # it is wanted anew: whoever tidies up leaves it alone
            return
        if default_storage.exists(name):
            return
    try:
        path.replace(default_storage.path(name))
    except NotImplementedError:
        with path.open("rb") as file:
            default_storage.save(name, File(file))  # an object store shows an object whole or not at all
