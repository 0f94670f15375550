"""A child process in its own session that ends when its parent does.

The child's standard input is a pipe whose other end only the parent holds. Closing it asks the child to end; a parent
that dies, by whatever signal, closes it too. The session keeps terminal signals away from the child, and makes it the
leader of a process group that can be killed as one.
"""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import FrameType
from typing import IO

from django.conf import settings


class Child:
    """A running child, seen from its parent."""

    def __init__(
        self,
        arguments: Sequence[str],
        *,
        environment: Mapping[str, str] | None = None,
        stdout: int | IO[bytes] | None = None,
        stderr: int | IO[bytes] | None = None,
    ) -> None:
        self._process = subprocess.Popen(  # noqa: S603 -- our own modules, no outside words
            [sys.executable, *arguments],
            stdin=subprocess.PIPE,
            stdout=stdout,
            stderr=stderr,
            # A relative FABLEWRIGHT_HOME would mean another folder from where the child starts.
            env={**os.environ, "FABLEWRIGHT_HOME": str(settings.HOME.path), **(environment or {})},
            cwd=settings.BASE_DIR,
            start_new_session=True,
        )
        self.pid = self._process.pid
        self.stdout = self._process.stdout
        self.started_at = time.monotonic()

    @property
    def age_seconds(self) -> float:
        return time.monotonic() - self.started_at

    @property
    def exit_code(self) -> int | None:
        """None while it runs."""
        return self._process.poll()

    def ask_to_end(self) -> None:
        """Close the pipe. Asking twice is harmless."""
        if self._process.stdin is not None and not self._process.stdin.closed:
            self._process.stdin.close()

    def wait(self, seconds: float) -> bool:
        """Whether it has ended, after waiting at most so long."""
        try:
            self._process.wait(timeout=seconds)
        except subprocess.TimeoutExpired:
            return False
        return True

    def kill(self) -> None:
        """Kill its whole process group, also what is left of one whose leader is already dead."""
        kill_group(self.pid)
        self.ask_to_end()
        self.wait(5)


def kill_group(group_id: int) -> None:
    """SIGKILL to a process group; nothing where there is none."""
    try:
        os.killpg(group_id, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        pass  # PermissionError: macOS says so where only zombies are left


class Ending:
    """Says when this process shall end: at a signal, or when the pipe from its parent closes.

    Built on a pipe of its own and not on `threading.Event`, whose `set()` in a signal handler can deadlock with a `wait()`
    in the main thread.
    """

    def __init__(self, *, signals: Sequence[signal.Signals], lifeline: int | None = None) -> None:
        self._wake_reader, self._wake_writer = os.pipe()
        os.set_blocking(self._wake_writer, False)
        os.set_blocking(self._wake_reader, False)
        self._lifeline = lifeline
        self._signals = 0
        self._is_orphan = False
        for number in signals:
            signal.signal(number, self._on_signal)

    def _on_signal(self, _number: int, _frame: FrameType | None) -> None:
        self._signals += 1
        try:
            os.write(self._wake_writer, b"!")
        except BlockingIOError:
            pass  # full: whoever waits wakes anyway

    def wait(self, seconds: float) -> bool:
        """Sleep so long, less where there is news. True once this process shall end."""
        watched = [self._wake_reader] + ([] if self._lifeline is None else [self._lifeline])
        readable, _, _ = select.select(watched, [], [], seconds)
        if self._wake_reader in readable:
            os.read(self._wake_reader, 512)
        if self._lifeline in readable and self._lifeline is not None and not os.read(self._lifeline, 512):
            self._lifeline = None
            self._is_orphan = True
        return self.is_asked

    @property
    def is_asked(self) -> bool:
        return self._signals > 0 or self._is_orphan

    @property
    def is_urgent(self) -> bool:
        """Somebody pressed Ctrl-C again."""
        return self._signals > 1


def open_log(name: str) -> IO[bytes]:
    """A log file in the install's folder, to append to; one that has grown large is moved aside first."""
    folder: Path = settings.HOME.path / "logs"
    folder.mkdir(mode=0o700, exist_ok=True)
    path = folder / name
    if path.exists() and path.stat().st_size > 5_000_000:
        path.replace(path.with_suffix(".old.log"))
    return path.open("ab")
