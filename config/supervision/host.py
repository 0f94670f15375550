"""The first process of a worker group: runs django-q2's cluster, and ends the whole group in bounded time.

Started by the supervisor as `python -m config.supervision.host GROUP`, with its standard input as the pipe to it. django-q2
waits for running tasks without limit when it stops, so the stop file tells the drains, and after a grace the group is
killed as one, this process included.
"""

from __future__ import annotations

import logging
import multiprocessing
import os
import signal
import sys
import time
from pathlib import Path

STOP_FILE_ENV = "FABLEWRIGHT_STOP_FILE"
KILL_MARGIN_SECONDS = 2.0
"""On top of the drains' own grace: they write their last rows, django-q2 joins its processes."""
LOOK_SECONDS = 0.25

log = logging.getLogger(__name__)


def run(group: str) -> int:
    """Run the cluster until asked to end, or until its sentinel is dead. The exit code is 0 where it was asked."""
    from django.conf import settings
    from django_q.cluster import Cluster

    from config.supervision.child import Ending, kill_group
    from config.supervision.groups import Mark
    from config.supervision.orphans import forks_die_with_their_parent

    # The lock is inherited by forks alone, so anything but fork would leave the group's mark and its watch behind.
    multiprocessing.set_start_method("fork", force=True)
    lock = Mark.of_group(group).hold()
    forks_die_with_their_parent()
    cluster = Cluster()
    # After the cluster, which installs handlers that wait for running tasks inside the handler.
    ending = Ending(signals=[signal.SIGTERM, signal.SIGINT], lifeline=sys.stdin.fileno())
    while not ending.wait(0.05) and Mark.of_migration().is_held():
        pass
    if ending.is_asked:
        return 0
    cluster.start()
    while cluster.sentinel.is_alive() and not ending.wait(LOOK_SECONDS):
        pass
    if not ending.is_asked:
        log.error("Worker group %s: django-q2's sentinel died (exit code %s).", group, cluster.sentinel.exitcode)
        kill_group(os.getpgid(0))  # what it left behind, and this process
    Path(os.environ[STOP_FILE_ENV]).touch()
    cluster.stop_event.set()
    limit = time.monotonic() + settings.GENERATION["STOP_GRACE_SECONDS"] + KILL_MARGIN_SECONDS
    while cluster.sentinel.is_alive() and time.monotonic() < limit:
        time.sleep(0.05)
    if cluster.sentinel.is_alive():
        log.warning("Worker group %s did not stop in time and is killed.", group)
        kill_group(os.getpgid(0))
    os.close(lock)
    return 0


if __name__ == "__main__":
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    raise SystemExit(run(sys.argv[1]))
