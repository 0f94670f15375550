"""A database that has its tables, made once for the code as it stands and copied by whoever needs one: all migrations, one
after the other, take longer than most tests.

It is kept between runs in pytest's cache, under a name that is a digest of all our code and of what is locked, so it is never
an old one. SQLite only: on PostgreSQL each run migrates.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
ROOMS = ("config", "accounts", "generation", "stories", "gallery")
FOLDER = ROOT / ".pytest_cache" / "databases"


def digest() -> str:
    """Of everything that the tables may hang on."""
    found = hashlib.sha256((ROOT / "requirements.lock").read_bytes())
    for room in ROOMS:
        for file in sorted((ROOT / room).rglob("*.py")):
            found.update(str(file.relative_to(ROOT)).encode() + b"\0" + file.read_bytes())
    return found.hexdigest()[:20]


def migrated() -> Path:
    """The file of a database with all tables and no rows but those that migrations make."""
    path = FOLDER / f"{digest()}.sqlite3"
    if path.exists():
        return path
    FOLDER.mkdir(parents=True, exist_ok=True)
    with (FOLDER / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # of several workers one makes it, and the others wait for that
        if not path.exists():
            _make(path)
    return path


def _make(path: Path) -> None:
    for old in FOLDER.glob("*.sqlite3*"):
        old.unlink()
    with tempfile.TemporaryDirectory(prefix="fablewright-template-") as home:
        kept = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
        unfinished = path.with_suffix(".unfinished")
        unfinished.unlink(missing_ok=True)
        subprocess.run(
            [sys.executable, "manage.py", "migrate", "-v0"],
            cwd=ROOT,
            env={
                **kept, "FABLEWRIGHT_HOME": home, "DATABASE_URL": f"sqlite:///{unfinished}",
                "DJANGO_SETTINGS_MODULE": "config.settings",
            },
            check=True,
            timeout=300,
        )  # fmt: skip
        for beside in ("-wal", "-shm"):
            unfinished.with_name(unfinished.name + beside).unlink(missing_ok=True)
        unfinished.rename(path)
