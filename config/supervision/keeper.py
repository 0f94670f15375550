"""Keeps the supervisor alive from inside `play`: starts it, hears when its workers are ready, starts it again if it dies.

The supervisor is a process and not a thread of the web server, because it must outlive a web server that is busy and must
be able to kill what hangs.
"""

from __future__ import annotations

import logging
import subprocess
import threading
import time
from collections.abc import Callable
from pathlib import Path

from django.conf import settings

from config.supervision import groups
from config.supervision.child import Child, open_log
from config.supervision.host import KILL_MARGIN_SECONDS

READY = "ready"
"""First word of the line that `manage.py workers` writes when a first task has gone through its queue."""
LOG = "workers.log"
BACKOFF_SECONDS = (0.0, 0.5, 1.0, 2.0, 5.0)

log = logging.getLogger(__name__)


class Keeper:
    def __init__(self) -> None:
        self.ready = threading.Event()
        """Set once a worker group of this supervisor has shown a first heartbeat."""
        self._ending = threading.Event()
        self._child: Child | None = None
        self._lock = threading.Lock()
        self._thread = threading.Thread(target=self._keep, name="keeper", daemon=True)

    @property
    def log_path(self) -> Path:
        path: Path = settings.HOME.path / "logs" / LOG
        return path

    def start(self) -> None:
        self._thread.start()

    def ask_to_end(self) -> None:
        """Begin to stop the workers; `end` waits for it."""
        self._ending.set()
        with self._lock:
            if self._child is not None:
                self._child.ask_to_end()

    def end(self, *, is_urgent: Callable[[], bool]) -> None:
        """Stop the workers within their grace, at once where it is urgent; then nothing of them is left."""
        self.ask_to_end()
        if not self._thread.is_alive():
            return
        patience = settings.GENERATION["STOP_GRACE_SECONDS"] + KILL_MARGIN_SECONDS + 3
        limit = time.monotonic() + patience
        while self._thread.is_alive() and time.monotonic() < limit and not is_urgent():
            self._thread.join(0.05)
        if self._thread.is_alive() and self._child is not None:
            self._child.kill()
            self._thread.join(5)
        self._kill_what_is_left()

    def _kill_what_is_left(self) -> None:
        """Groups whose supervisor had to be killed: they would end by themselves, but later than `play`."""
        for mark in groups.abandoned_groups():
            mark.kill()
            groups.wait_until_gone(mark.name, 2)

    def _keep(self) -> None:
        deaths = 0
        while not self._ending.is_set():
            with self._lock:
                if self._ending.is_set():
                    return
                self._child = self._start()
            was_ready = self._follow(self._child)
            if self._ending.is_set():
                return
            deaths = 0 if was_ready else deaths + 1
            log.error("The supervisor of the workers died (exit code %s); starting another.", self._child.exit_code)
            self._child.kill()
            self._ending.wait(BACKOFF_SECONDS[min(deaths, len(BACKOFF_SECONDS) - 1)])

    def _start(self) -> Child:
        with open_log(LOG) as out:
            return Child(["manage.py", "workers", "--until-stdin-closes"], stdout=subprocess.PIPE, stderr=out)

    def _follow(self, child: Child) -> bool:
        """Read what it says until it is dead. Whether its workers became ready."""
        was_ready = False
        assert child.stdout is not None
        for line in child.stdout:
            if line.split()[:1] == [READY.encode()]:
                was_ready = True
                self.ready.set()
        child.wait(30)
        return was_ready
