"""The files of an install, from its folder into a bucket. Each is read back and compared; what is there already is not sent
again, so a run that was cut short is simply repeated. Nothing is deleted."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError  # type: ignore[import-untyped]

CHUNK = 1024 * 1024


@dataclass
class Sent:
    """What a run came to: files, bytes, and sentences about what is not right."""

    files: int = 0
    size_bytes: int = 0
    were_there: int = 0
    wrong: list[str] = field(default_factory=list)


def send(folder: Path, bucket: Any, *, tell: Callable[[int], None] = lambda count: None) -> Sent:
    """Copy every file below `folder` under its relative name into `bucket` (boto3's)."""
    sent = Sent()
    for path in sorted(one for one in folder.rglob("*") if one.is_file()):
        name = path.relative_to(folder).as_posix()
        ours = _sha256(_chunks(path))
        thing = bucket.Object(name)
        if _is_there(thing, path.stat().st_size, ours):
            sent.were_there += 1
        else:
            thing.upload_file(str(path))
            if not _is_there(thing, path.stat().st_size, ours):
                sent.wrong.append(f"{name}: what the bucket has differs from the file. Run this again.")
                continue
        sent.files += 1
        sent.size_bytes += path.stat().st_size
        tell(sent.files)
    return sent


def missing(names: Iterable[str], folder: Path) -> list[str]:
    """Which of the files that rows speak of are not in the folder."""
    return sorted({name for name in names if not (folder / name).is_file()})


def _is_there(thing: Any, size: int, sha256: str) -> bool:
    try:
        found = thing.get()
    except ClientError as error:
        if error.response["ResponseMetadata"]["HTTPStatusCode"] == 404:
            return False
        raise
    with closing(found["Body"]) as body:
        return found["ContentLength"] == size and _sha256(body.iter_chunks(CHUNK)) == sha256


def _chunks(path: Path) -> Iterable[bytes]:
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            yield chunk


def _sha256(chunks: Iterable[bytes]) -> str:
    found = hashlib.sha256()
    for chunk in chunks:
        found.update(chunk)
    return found.hexdigest()
