"""`python -m config.alive URL|workers`: does the process of this container live? Exit status 0 or 1. Needs the standard library
alone, because it is asked every few seconds.

A web process lives where its `/healthz` answers and has the database. That no worker is there, or that the queue is long, is
told by `/healthz` itself, and no reason to start a web process anew. A worker group lives where one of its processes holds its
mark.
"""

from __future__ import annotations

import fcntl
import json
import os
import sys
import urllib.error
import urllib.request
from pathlib import Path

PATIENCE_SECONDS = 4.0


def web(url: str) -> bool:
    """Whether the process behind `url`, its /healthz, answers and reaches the database."""
    try:
        with urllib.request.urlopen(url, timeout=PATIENCE_SECONDS) as answer:  # noqa: S310 -- our own process
            said = answer.read(10_000)
    except urllib.error.HTTPError as error:
        said = error.read(10_000)
    except OSError:
        return False
    try:
        return bool(json.loads(said)["database"] == "ok")
    except (ValueError, KeyError, TypeError):
        return False


def workers(home: Path) -> bool:
    """Whether a worker group of this install lives; its supervisor replaces one that lives and does nothing."""
    return any(_is_held(mark) for mark in (home / "run").glob("*.group"))


def _is_held(mark: Path) -> bool:
    try:
        handle = os.open(mark, os.O_RDONLY)
    except OSError:
        return False
    try:
        fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(handle)
    return False


if __name__ == "__main__":
    asked = sys.argv[1]
    sys.exit(0 if (workers(Path(os.environ["FABLEWRIGHT_HOME"])) if asked == "workers" else web(asked)) else 1)
