"""Which worker groups of this install have a living process, even after everybody who could be asked was killed.

Each group locks a file in the install's folder; its processes are forks and share that lock, so the kernel gives it back
when the last of them is dead, not earlier. A process id alone would not do: it may belong to somebody else by now.
"""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

from config.supervision.child import kill_group


def run_folder() -> Path:
    folder: Path = settings.HOME.path / "run"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def stop_file(group: str) -> Path:
    """Its existence tells the group's drains to stop."""
    return run_folder() / f"{group}.stop"


@dataclass(frozen=True)
class Mark:
    """A locked file that says: this group, or this supervisor, or a migration, is alive."""

    path: Path

    @classmethod
    def of_group(cls, group: str) -> Mark:
        return cls(run_folder() / f"{group}.group")

    @classmethod
    def of_supervisor(cls, name: str) -> Mark:
        return cls(run_folder() / f"{name}.supervisor")

    @classmethod
    def of_migration(cls) -> Mark:
        """Held while the database gets its tables: workers start meanwhile, and wait for it."""
        return cls(run_folder() / "database.migrating")

    @property
    def name(self) -> str:
        return self.path.stem

    def hold(self) -> int:
        """Lock it for this process and its forks, until the last of them ends."""
        # Locked before it has its name, so that nobody can find it and think it belongs to the dead.
        unnamed = self.path.with_suffix(f".{os.getpid()}.new")
        handle = os.open(unnamed, os.O_CREAT | os.O_RDWR | os.O_TRUNC, 0o600)
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        os.write(handle, str(os.getpid()).encode())
        unnamed.rename(self.path)
        return handle

    def is_held(self) -> bool:
        try:
            handle = os.open(self.path, os.O_RDONLY)
        except FileNotFoundError:
            return False
        try:
            # Shared, so that two who look at the same time do not see each other.
            fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        finally:
            os.close(handle)
        return False

    def kill(self) -> None:
        """Kill the process group of a group that lives: its leader wrote the mark, and the lock proves that the id is
        still theirs."""
        if self.is_held():
            kill_group(int(self.path.read_text()))

    def forget(self) -> None:
        self.path.unlink(missing_ok=True)

    @contextmanager
    def held(self) -> Iterator[None]:
        """Hold it inside the block. Where the block does not end well, the mark stays and nobody holds it."""
        handle = self.hold()
        try:
            yield
            self.forget()
        finally:
            os.close(handle)


def supervisor_of(group: str) -> str:
    """Groups are named after their supervisor, and numbered."""
    return group.rpartition("-")[0]


def marks(kind: str) -> list[Mark]:
    """The marks of one kind: `group` or `supervisor`."""
    return [Mark(path) for path in sorted(run_folder().glob(f"*.{kind}"))]


def dead_groups() -> list[Mark]:
    """Marks of groups that have no living process any more."""
    return [mark for mark in marks("group") if not mark.is_held()]


def abandoned_groups() -> list[Mark]:
    """Marks of groups that live while their supervisor does not. They end by themselves soon, or hang."""
    living = {mark.name for mark in marks("supervisor") if mark.is_held()}
    return [mark for mark in marks("group") if mark.is_held() and supervisor_of(mark.name) not in living]


def wait_until_gone(group: str, seconds: float) -> bool:
    """Whether the group has no living process, after waiting at most so long."""
    limit = time.monotonic() + seconds
    while Mark.of_group(group).is_held():
        if time.monotonic() > limit:
            return False
        time.sleep(0.02)
    return True
