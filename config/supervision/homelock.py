"""One `play` per data folder. The kernel gives the lock back when its process dies, so there is no stale lock."""

from __future__ import annotations

import fcntl
import json
import os
from pathlib import Path


class Taken(Exception):
    """Another process plays in this folder. The text says which, and where."""


class HomeLock:
    def __init__(self, folder: Path) -> None:
        self._path = folder / "play.lock"
        self._handle = os.open(self._path, os.O_CREAT | os.O_RDWR, 0o600)
        try:
            fcntl.flock(self._handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Taken(self._who(folder)) from None
        self.tell("")

    def release(self) -> None:
        """Let another have it, before this process ends."""
        os.close(self._handle)

    def tell(self, address: str) -> None:
        """Leave word for whoever is refused."""
        text = json.dumps({"pid": os.getpid(), "address": address}).encode()
        os.ftruncate(self._handle, 0)
        os.pwrite(self._handle, text, 0)

    def _who(self, folder: Path) -> str:
        try:
            holder = json.loads(self._path.read_text())
        except (OSError, ValueError):
            holder = {}
        pid, address = holder.get("pid", "unknown"), holder.get("address") or "an address it is about to choose"
        return (
            f"Fablewright already plays in {folder}: process {pid}, at {address}\n"
            "Stop it there with Ctrl-C, or name another folder: FABLEWRIGHT_HOME=/path/to/folder make play"
        )
