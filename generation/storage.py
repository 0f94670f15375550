"""Keeping bytes: stream in, cap, sniff, mark as generated, hash, write to a temporary name, put under the final one. No
database; called from the purchase's thread. All that is read from storage, or asked of it, goes through here.

Names are `t/<tenant>/<sha256>`, so the same bytes are kept once per tenant and a repeated write is harmless. A film goes
from the network to the disk without being in memory as a whole. Where storage does not answer, every verb here raises
`StorageAway`; where it answers that there is no such file, `FileNotFoundError`.
"""

from __future__ import annotations

import contextlib
import datetime
import hashlib
import logging
import os
import secrets
import shutil
import sys
import tempfile
import uuid
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.core.files.base import File
from django.core.files.storage import default_storage

from generation import marking, sniffing
from generation.errors import StorageAway
from generation.marking import Mark
from generation.providers.contract import Kind
from generation.providers.errors import Damaged

log = logging.getLogger(__name__)

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


def keep(*, tenant_id: uuid.UUID, kind: Kind, data: bytes | Iterable[bytes], media_type: str = "") -> Kept:
    """Make the file (see `make`) and put it into storage at once. For what somebody brings along and can bring again; what
    was bought goes through the spool. Raises `Damaged` where it cannot be used, and `StorageAway`; then nothing is left."""
    with reaching(), _unfinished(tenant_id) as path:
        kept = make(path, kind=kind, data=data, media_type=media_type)
        put(path, name_of(tenant_id, kept.sha256), may_move=True)
    return kept


def make(
    path: Path,
    *,
    kind: Kind,
    data: bytes | Iterable[bytes],
    media_type: str = "",
    mark: Mark | None = None,
    watermarked: Callable[[Path], None] | None = None,
) -> Kept:
    """Write `data` (whole, or as it arrives) to `path`, check that it is what was bought, and finish it: a picture that is not
    of the `media_type` it was said to be is encoded anew as that type. `watermarked` changes what is seen of it, and what
    was generated gets its `mark`; so what came is kept nowhere, and the digest is that of what is kept. It is on the disk for
    good when this returns. Raises `Damaged` where it cannot be used."""
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
    sync(path)
    source = mark.source if mark is not None else ""
    return Kept(digest, found.media_type, size, found.width, found.height, found.seconds, source)


def name_of(tenant_id: uuid.UUID, sha256: str) -> str:
    """Where a file lies."""
    return f"t/{tenant_id}/{sha256}"


def put(path: Path, name: str, *, may_move: bool = False) -> None:
    """Have the finished file at `path` in storage under `name`, whole or not at all. It stays where it is, unless it
    `may_move`. Repeating it is harmless, and says to whoever tidies up that the file is wanted anew."""
    with reaching():
        try:
            final = Path(default_storage.path(name))
        except NotImplementedError:
            with path.open("rb") as file:
                default_storage.save(name, File(file))  # an object store shows an object whole or not at all
            return
        with contextlib.suppress(FileNotFoundError):
            os.utime(final)
            return
        final.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if may_move:
            path.replace(final)
            return
        _link(path, final)


def read(name: str) -> bytes:
    """All bytes of a kept file."""
    with opened(name) as kept:
        return bytes(kept.read())


@contextlib.contextmanager
def opened(name: str) -> Iterator[Any]:
    """A kept file, open for reading; it is on this machine before the block begins."""
    with reaching():
        kept = default_storage.open(name, "rb")
        kept.seek(0)  # an object store fetches it now
    with kept:
        yield kept


def size(name: str) -> int:
    """How many bytes a kept file has."""
    with reaching():
        return int(default_storage.size(name))


def exists(name: str) -> bool:
    """Whether there is such a file."""
    with reaching():
        return bool(default_storage.exists(name))


def modified_at(name: str) -> datetime.datetime:
    """When a file was put there, or wanted anew."""
    with reaching():
        return default_storage.get_modified_time(name)


def delete(name: str) -> None:
    """Take a file away, if it is there."""
    with reaching():
        default_storage.delete(name)


def listed(prefix: str = "t/") -> Iterator[tuple[str, datetime.datetime, int]]:
    """Name, time and size of all that lies under `prefix`, unfinished files too, little by little."""
    with reaching():
        find = getattr(default_storage, "listed", None)
        if find is not None:
            yield from find(prefix)
            return
        root = Path(default_storage.path(""))
        for folder, _, names in os.walk(root / prefix):
            for name in sorted(names):
                with contextlib.suppress(FileNotFoundError):
                    found = (Path(folder) / name).stat()
                    moment = datetime.datetime.fromtimestamp(found.st_mtime, datetime.UTC)
                    yield (Path(folder) / name).relative_to(root).as_posix(), moment, found.st_size


@contextlib.contextmanager
def reaching() -> Iterator[None]:
    """Turn whatever storage raises while it cannot be reached, or says no, into `StorageAway`."""
    try:
        yield
    except FileNotFoundError:
        raise
    except Exception as error:
        if not is_away(error):
            raise
        if _is_missing(error):
            raise FileNotFoundError(str(error)) from error
        log.warning("storage does not take or give: %s: %s", type(error).__name__, error)
        raise StorageAway from error


def _is_missing(error: Exception) -> bool:
    """Whether an object store said that there is no such object, which is an answer."""
    said = getattr(error, "response", None)
    return isinstance(said, dict) and said.get("Error", {}).get("Code") in ("404", "NoSuchKey")


def is_away(error: Exception) -> bool:
    """Whether an error is storage's own: of the disk, of the network, or what the object store answered."""
    botocore = sys.modules.get("botocore.exceptions")  # who did not load it cannot raise its errors
    if botocore is not None and isinstance(error, (botocore.BotoCoreError, botocore.ClientError)):
        return True
    return isinstance(error, OSError)


def sync(path: Path) -> None:
    """Have what was written on the disk for good."""
    with path.open("rb+") as file:
        os.fsync(file.fileno())


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


def _link(path: Path, final: Path) -> None:
    """A second name for the same file; on another disk, a copy, which has its name when it is whole."""
    unfinished = final.with_name(f".{secrets.token_hex(8)}")
    try:
        try:
            os.link(path, unfinished)
        except FileNotFoundError:
            raise
        except OSError:
            shutil.copyfile(path, unfinished)
            sync(unfinished)
        os.utime(unfinished)
        unfinished.replace(final)
    finally:
        unfinished.unlink(missing_ok=True)
