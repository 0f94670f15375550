"""Named points at which a process can be told to die, so that tests can prove what a crash costs. `CRASH_AT=after_sent`
kills the first process that comes by; `CRASH_MARK` names a file that remembers it, so that it happens once."""

from __future__ import annotations

import os
import signal
from pathlib import Path


def crash_point(name: str) -> None:
    """Die here, as by `kill -9`, if the environment says so. Costs one look-up otherwise."""
    if os.environ.get("CRASH_AT") != name:
        return
    mark = Path(os.environ["CRASH_MARK"])
    try:
        mark.touch(exist_ok=False)
    except FileExistsError:
        return
    os.kill(os.getpid(), signal.SIGKILL)
