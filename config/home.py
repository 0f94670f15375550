"""The install's own folder: database, media, generated secrets, the lock. Knows no Django, so settings can use it."""

from __future__ import annotations

import os
import secrets
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Home:
    path: Path

    def prepare(self) -> None:
        """Make the folder, closed to other users of the machine."""
        for folder in (self.path, self.path / "secrets", self.path / "media"):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)

    def secret(self, name: str, *, value: str = "", file: str = "", length: int = 48) -> str:
        """A secret: the given value, else a file's content, else one made here once and kept for the next start."""
        if value:
            return value
        if file:
            return Path(file).read_text(encoding="utf-8").strip()
        kept = self.path / "secrets" / name
        try:
            # O_EXCL: of two processes that start at once, one writes and the other reads what was written.
            handle = os.open(kept, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            return _read_when_written(kept)
        with os.fdopen(handle, "w", encoding="utf-8") as out:
            made = secrets.token_urlsafe(length)
            out.write(made)
        return made


def _read_when_written(kept: Path) -> str:
    """The other process may have made the file and not filled it yet."""
    import time

    for _ in range(100):
        found = kept.read_text(encoding="utf-8").strip()
        if found:
            return found
        time.sleep(0.01)
    raise RuntimeError(f"{kept} is empty. Delete it; a new secret is made at the next start.")
