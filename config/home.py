"""The install's own folder: database, media, generated secrets, the lock. Knows no Django, so settings can use it."""

from __future__ import annotations

import contextlib
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
        if not kept.exists():
            self._make_secret(kept, length)
        return kept.read_text(encoding="utf-8").strip()

    def _make_secret(self, kept: Path, length: int) -> None:
        """Write a secret whole or not at all. Of two processes that start at once, the first one's stays."""
        unfinished = kept.with_name(f".{kept.name}.{os.getpid()}.{secrets.token_hex(4)}")
        handle = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as out:
                out.write(secrets.token_urlsafe(length))
            with contextlib.suppress(FileExistsError):
                os.link(unfinished, kept)
        finally:
            unfinished.unlink(missing_ok=True)
