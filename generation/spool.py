"""What was bought lies here until storage has it: a folder of this machine, so that storage that is gone costs nobody what they
paid for.

A file comes here finished: checked, marked, hashed, on the disk for good. Beside it lies a slip that says whose it is and
what the provider told, and is written last: what has no slip is not here. Both are named after the job, the attempt and the
fence under which the file was bought, so that the next worker finds it, and so that one who lost the job destroys nothing.

The folder has an id of its own. It is what a job's row names as the place where its file lies: host names change, and two
groups of one machine share the folder. No database here.
"""

from __future__ import annotations

import contextlib
import dataclasses
import json
import logging
import os
import secrets
import shutil
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.conf import settings

from generation.providers.contract import Done, Timing
from generation.storage import Kept, name_of, sync

log = logging.getLogger(__name__)

ID = "id"
LOOK_SECONDS = 5.0
"""How long what lies here is taken to be as much as it was."""
TOLD = ("media_type", "model", "seed", "prompt", "width", "height", "seconds", "cost_micros", "is_cut", "request_id")


@dataclass(frozen=True, slots=True)
class Entry:
    """A file that waits for storage. `path` is where it lies, `done` what the provider said of it, without the bytes."""

    job_id: uuid.UUID
    tenant_id: uuid.UUID
    attempt: int
    fence: int
    path: Path
    kept: Kept
    done: Done

    @property
    def name(self) -> str:
        """Where it belongs in storage."""
        return name_of(self.tenant_id, self.kept.sha256)

    @property
    def age_seconds(self) -> float:
        """How long it has been here."""
        return max(0.0, time.time() - _slip(self.path).stat().st_mtime)


def own_id() -> uuid.UUID:
    """The id of this machine's spool; made once."""
    return _id_of(settings.SPOOL)


@contextlib.contextmanager
def unfinished() -> Iterator[Path]:
    """A name for a file that is being made. What lies there after the block goes."""
    path = _folder() / f".{secrets.token_hex(8)}"
    try:
        yield path
    finally:
        path.unlink(missing_ok=True)


def add(
    path: Path, *, job_id: uuid.UUID, tenant_id: uuid.UUID, attempt: int, fence: int, kept: Kept, done: Done
) -> Entry:
    """Take over the finished file at `path`. When this returns, no crash of this machine loses it."""
    folder = _folder() / str(job_id)
    folder.mkdir(mode=0o700, exist_ok=True)
    entry = Entry(job_id, tenant_id, attempt, fence, folder / f"{attempt}.{fence}", kept, _bare(done))
    path.replace(entry.path)
    slip = folder / f".{secrets.token_hex(8)}"
    slip.write_text(json.dumps(_written(entry)), encoding="utf-8")
    sync(slip)
    slip.replace(_slip(entry.path))
    for one in (folder, folder.parent):
        _sync_folder(one)
    return entry


def find(job_id: uuid.UUID, attempt: int) -> Entry | None:
    """What this machine has of that attempt; the latest, where two workers bought."""
    found = [entry for entry in _of(job_id) if entry.attempt == attempt]
    return max(found, key=lambda entry: entry.fence, default=None)


def forget(job_id: uuid.UUID) -> None:
    """Storage has it, or nobody wants it any more."""
    shutil.rmtree(_folder() / str(job_id), ignore_errors=True)


def jobs() -> list[uuid.UUID]:
    """The jobs of which something lies here, finished or not."""
    found = []
    for folder in _folder().iterdir():
        with contextlib.suppress(ValueError):
            found.append(uuid.UUID(folder.name))
    return found


def entries() -> list[Entry]:
    """All that waits here."""
    return [entry for job_id in jobs() for entry in _of(job_id)]


def tidy(*, wanted: frozenset[tuple[uuid.UUID, int]], older_seconds: float) -> tuple[int, int]:
    """Take away what is older and belongs to none of the `wanted` (job, attempt), and half files of the same age; how many
    files and bytes that were."""
    files = size = 0
    since = time.time() - older_seconds
    for path in [path for path in _folder().rglob("*") if path.is_file() and path.name != ID]:
        with contextlib.suppress(FileNotFoundError):
            stat = path.stat()
            if stat.st_mtime <= since and _whose(path) not in wanted:
                path.unlink()
                files, size = files + 1, size + stat.st_size
    for job_id in jobs():
        with contextlib.suppress(OSError):  # it is not empty
            (_folder() / str(job_id)).rmdir()
    return files, size


def has_room(most_bytes: int) -> bool:
    """Whether one more may be bought that brings at most so many bytes: what would find the disk full would be paid for and
    lost. What lies here is added up every few seconds."""
    if shutil.disk_usage(_folder()).free < most_bytes:
        return False
    return _size(settings.SPOOL, int(time.monotonic() / LOOK_SECONDS)) < settings.GENERATION["SPOOL_MAX_BYTES"]


def _whose(path: Path) -> tuple[uuid.UUID, int] | None:
    """The job and attempt by a file's name; None for what is not finished."""
    try:
        return uuid.UUID(path.parent.name), int(path.name.partition(".")[0])
    except ValueError:
        return None


def _folder() -> Path:
    folder = Path(settings.SPOOL)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


@lru_cache(maxsize=8)
def _id_of(folder: str) -> uuid.UUID:
    """Of two processes that make it at once, the first one's stays."""
    kept = _folder() / ID
    if not kept.exists():
        unfinished = kept.with_name(f".{secrets.token_hex(8)}")
        unfinished.write_text(str(uuid.uuid4()), encoding="utf-8")
        with contextlib.suppress(FileExistsError):
            os.link(unfinished, kept)
        unfinished.unlink()
    return uuid.UUID(kept.read_text(encoding="utf-8"))


@lru_cache(maxsize=1)
def _size(folder: str, moment: int) -> int:
    found = 0
    for path in Path(folder).rglob("*"):
        with contextlib.suppress(FileNotFoundError):
            found += path.stat().st_size
    return found


def _of(job_id: uuid.UUID) -> Iterator[Entry]:
    folder = _folder() / str(job_id)
    try:
        slips = [path for path in folder.iterdir() if path.suffix == ".json"]
    except FileNotFoundError:
        return
    for slip in slips:
        path = slip.with_name(slip.stem)
        try:
            entry = _read(path)
            if path.stat().st_size == entry.kept.size_bytes:
                yield entry
        except (OSError, ValueError, KeyError, TypeError):
            log.exception("the slip %s in the spool cannot be read", slip)


def _slip(path: Path) -> Path:
    return path.with_name(f"{path.name}.json")


def _bare(done: Done) -> Done:
    return dataclasses.replace(done, data=None, link=None)


def _written(entry: Entry) -> dict[str, Any]:
    done = entry.done
    return {
        "tenant": str(entry.tenant_id),
        "kept": dataclasses.asdict(entry.kept),
        "done": {name: getattr(done, name) for name in TOLD},
        "usage": dict(done.usage),
        "timings": [[timing.word, timing.start, timing.end] for timing in done.timings],
        "adjusted": {name: list(change) for name, change in done.adjusted.items()},
    }


def _read(path: Path) -> Entry:
    said = json.loads(_slip(path).read_text(encoding="utf-8"))
    attempt, fence = path.name.split(".")
    done = Done(
        **said["done"],
        usage=said["usage"],
        timings=tuple(Timing(*timing) for timing in said["timings"]),
        adjusted={name: (asked, used) for name, (asked, used) in said["adjusted"].items()},
    )
    return Entry(
        uuid.UUID(path.parent.name), uuid.UUID(said["tenant"]), int(attempt), int(fence), path, Kept(**said["kept"]), done
    )  # fmt: skip


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
