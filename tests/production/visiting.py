"""A running town in the place of an install of a test's own: what the suites ask of an install, answered by production."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg

from tests.installs import ROOT, Seen, until
from tests.production.town import running


class TownInstall:
    """The town, as `tests.installs.Install` is asked. Its folder is that of the machine where the commands were run."""

    def __init__(self, plan: dict[str, Any]) -> None:
        self._plan = plan
        self.home = Path(plan["folder"]) / "shell"

    @property
    def environment(self) -> dict[str, str]:
        found: dict[str, str] = self._plan["environment"]
        return found

    def command(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "manage.py", *arguments], cwd=ROOT, env={**self.environment, **environment},
            capture_output=True, text=True, timeout=90, stdin=subprocess.DEVNULL, check=False,
        )  # fmt: skip

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """Rows in the form in which SQLite keeps them, which is how the suites read them."""
        with psycopg.connect(self.environment["DATABASE_URL"]) as database:
            return [tuple(_as_kept(value) for value in row) for row in database.execute(query.encode()).fetchall()]

    def processes(self) -> list[Seen]:
        return [Seen(pid, 0, name) for name, pid in self._plan["processes"].items()]

    def wait_for(self, condition: Callable[[], Any], seconds: float, what: str) -> float:
        return until(condition, seconds, what)

    def nothing_is_left(self, seconds: float = 15) -> float:
        """The town goes on: who started it ends it."""
        return 0.0


def _as_kept(value: Any) -> Any:
    if isinstance(value, dict | list):
        return json.dumps(value)
    if isinstance(value, uuid.UUID):
        return value.hex
    return int(value) if isinstance(value, bool) else value


class TownPlay:
    """The town, as a `play` that is there already and does not end."""

    def __init__(self, plan: dict[str, Any], home: Path) -> None:
        self.port = int(plan["address"].rsplit(":", 1)[1])
        password = (home / "secrets" / "demo-password").read_text().strip()
        letters = f"Letters: {home / 'mail'}, since no mail server is set"
        self.text = f"Sign in with the password {password} as\n{letters}\n"

    def ready(self) -> float:
        return 0.0

    def signal(self, number: signal.Signals) -> None:
        """Not for tests to end."""

    def end(self, seconds: float = 20) -> int:
        return 0


def visited(environment: dict[str, str]) -> tuple[TownInstall, TownPlay] | None:
    """The running town, where these tests are meant for one and ask for nothing that it is not started with."""
    plan = running()
    if plan is None or any(not name.startswith(("DEMO_", "DJANGO_")) for name in environment):
        return None
    install = TownInstall(plan)
    return install, TownPlay(plan, install.home)
