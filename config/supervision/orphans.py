"""Forked processes that die with the process that forked them.

django-q2 forks its sentinel, and the sentinel forks the rest; when one of them is killed, those below it would go on for
ever. A pipe cannot watch them, because they are deep inside a loop of django-q2. On Linux the kernel does it; elsewhere a
thread looks every second.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys
import threading
import time

PR_SET_PDEATHSIG = 1


def forks_die_with_their_parent() -> None:
    """From now on every fork of this process, and theirs in turn, dies when its parent does."""
    # The C function is looked up before the fork: loading a library in a fresh fork may deadlock.
    prctl = ctypes.CDLL(None, use_errno=True).prctl if sys.platform == "linux" else None
    parent = os.getpid()

    def remember_parent() -> None:
        nonlocal parent
        parent = os.getpid()

    def in_child() -> None:
        mine = parent
        if prctl is not None:
            prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
            if os.getppid() != mine:  # it died before the kernel was told
                os._exit(1)
        else:
            threading.Thread(target=_die_after, args=(mine,), daemon=True).start()

    os.register_at_fork(before=remember_parent, after_in_child=in_child)


def _die_after(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(1)
    os._exit(1)
