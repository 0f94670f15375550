"""Production on loopback: PostgreSQL, Redis, an S3 server, nginx; two processes for pages, one for sockets, two worker groups.

Each process has a folder of its own, as it would have a machine of its own: what they share, they share over the servers. Only
the demo's books and the letters lie in folders that all of them see, because nothing real keeps those.
"""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg

from tests.deploy import proxy
from tests.production.servers import (
    ROOT,
    Process,
    a_postgresql_server,
    a_redis_server,
    an_s3_server,
    free_port,
    nginx_command,
    status_of,
    until,
)

BUCKET = "fablewright-media"
START_SECONDS = 90.0
PLAN = "FABLEWRIGHT_TOWN"
"""The variable that tells tests where a running town's plan lies."""
JSON_EXTRACT = """
CREATE FUNCTION json_extract(jsonb, text) RETURNS text LANGUAGE sql IMMUTABLE
AS $$ SELECT jsonb_path_query_first($1, $2::jsonpath) #>> '{}' $$
"""
"""What the suites ask SQLite for, by SQLite's name."""
NOT_OURS = ("DATABASE_URL", "SECRET_KEY", "FABLEWRIGHT_PARENT", "FABLEWRIGHT_HOME", "DJANGO_SETTINGS_MODULE")


@dataclass
class Town:
    """What was started, by name, and where."""

    folder: Path
    environment: dict[str, str]
    port: int
    processes: dict[str, Process] = field(default_factory=dict)
    ports: dict[str, int] = field(default_factory=dict)
    databases: dict[str, str] = field(default_factory=dict)
    """The database's address for each role."""
    restarts: dict[str, int] = field(default_factory=dict)
    _over: threading.Event = field(default_factory=threading.Event)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def home(self, machine: str) -> Path:
        return self.folder / machine

    def of(self, machine: str, role: str) -> dict[str, str]:
        """The environment of a machine's process."""
        home = self.home(machine)
        home.mkdir(exist_ok=True)
        letters = self.folder / "mail"
        letters.mkdir(exist_ok=True)
        if not (home / "mail").exists():
            (home / "mail").symlink_to(letters)
        return {**self.environment, "DATABASE_URL": self.databases[role], "FABLEWRIGHT_HOME": str(home)}

    def command(self, *arguments: str, role: str = "owner") -> str:
        done = subprocess.run(
            [sys.executable, "manage.py", *arguments], cwd=ROOT, env=self.of("shell", role), capture_output=True, text=True,
            timeout=180, stdin=subprocess.DEVNULL, check=False,
        )  # fmt: skip
        if done.returncode:
            raise RuntimeError(f"manage.py {' '.join(arguments)}: {done.stdout[-2000:]}{done.stderr[-4000:]}")
        return done.stdout

    def begin(self, name: str, *arguments: str, role: str, **environment: str) -> Process:
        """Start a process of the application, as a machine of its own."""
        started = Process(
            name,
            [sys.executable, "manage.py", *arguments],
            {**self.of(name, role), **environment},
            self.folder / f"{name}.log",
        )
        self.processes[name] = started
        return started

    def watch(self) -> None:
        """Start anew what died, as an init system does, until it is over."""
        while not self._over.wait(0.5):
            for name, process in self.processes.items():
                if not process.is_up() and not self._over.is_set():
                    self.restarts[name] = self.restarts.get(name, 0) + 1
                    process.start()

    def end(self) -> dict[str, int]:
        """Stop everything, all at once; the exit codes."""
        self._over.set()
        for process in self.processes.values():
            process.ask_to_end()
        return {name: process.stop() for name, process in self.processes.items()}

    def plan(self) -> Path:
        """A file that says where everything is, for tests in other processes."""
        path = self.folder / "town.json"
        path.write_text(
            json.dumps({
                "address": self.address, "folder": str(self.folder), "environment": self.of("shell", "owner"),
                "processes": {name: process.pid for name, process in self.processes.items()}, "ports": self.ports,
                "databases": self.databases,
            })
        )  # fmt: skip
        return path


@contextlib.contextmanager
def a_town(folder: Path, **environment: str) -> Iterator[Town]:
    """Everything started and answering; ended with the block, whatever happens."""
    with contextlib.ExitStack() as closing:
        postgresql = closing.enter_context(a_postgresql_server(folder))
        redis = closing.enter_context(a_redis_server(folder))
        s3 = closing.enter_context(an_s3_server(folder, BUCKET))
        kept = {name: value for name, value in os.environ.items() if name not in NOT_OURS}
        keys = {name: folder / name.lower() for name in ("SECRET_KEY", "TOKEN_KEY", "SEALING_KEYS")}
        for file in keys.values():
            file.write_text(secrets.token_urlsafe(48))
        town = Town(
            folder,
            {
                **kept, **{f"{name}_FILE": str(file) for name, file in keys.items()},
                "REDIS_URL": redis, "STORAGE": "s3", "S3_BUCKET": BUCKET, "S3_ENDPOINT": s3,
                "S3_REGION": "us-east-1", "AWS_ACCESS_KEY_ID": "k", "AWS_SECRET_ACCESS_KEY": "s",
                "TRUSTED_PROXIES": "127.0.0.0/8", "PYTHONUNBUFFERED": "1", "LOG_FORMAT": "json", "WEB_PROCESSES": "3",
                "DEMO_LOG_FILE": str(folder / "books.jsonl"), "DEMO_FAULTS_FILE": str(folder / "faults.json"),
                "DEMO_TEXT_SECONDS": "1.5", "DEMO_IMAGE_SECONDS": "0.1", "DEMO_VIDEO_SECONDS": "1",
                # One client asks for all the readers of these tests.
                "RATE_PLAY_ADDRESS": "off", "RATE_TOKENS_ADDRESS": "off", **environment,
            },
            free_port(),
        )  # fmt: skip
        named = {role: postgresql.replace("postgres:@", f"fablewright_{role}:@") for role in ("owner", "web", "worker")}
        town.databases = {"superuser": postgresql, **named}
        town.command("database_roles", "-v0", role="superuser")
        town.command("migrate", "-v0", role="owner")
        town.command("seed", "-v0", role="owner")
        with psycopg.connect(postgresql, autocommit=True) as database:
            database.execute(JSON_EXTRACT)
        try:
            town.ports = {name: free_port() for name in ("web-1", "web-2", "sockets")}
            for name, port in town.ports.items():
                what = "sockets" if name == "sockets" else "http"
                town.begin(name, "serve", what, "--bind", f"127.0.0.1:{port}", role="web")
            for n in (1, 2):
                town.begin(f"workers-{n}", "workers", role="worker")
            pages = [town.ports["web-1"], town.ports["web-2"]]
            conf = proxy.written(folder, port=town.port, http=pages, sockets=[town.ports["sockets"]])
            town.processes["proxy"] = Process("proxy", nginx_command(conf), dict(os.environ), folder / "proxy.log")
            for name, port in town.ports.items():
                until(
                    lambda port=port: status_of(f"http://127.0.0.1:{port}/sign-in/") == 200, START_SECONDS,
                    f"{name} answers: {town.processes[name].last_words()}",
                )  # fmt: skip
            until(
                lambda: status_of(f"{town.address}/healthz") == 200, START_SECONDS,
                f"all is well: {town.processes['workers-1'].last_words()} {town.processes['proxy'].last_words()}",
            )  # fmt: skip
            threading.Thread(target=town.watch, daemon=True).start()
            yield town
        finally:
            town.end()


def running() -> dict[str, Any] | None:
    """The plan of the town that these tests are meant for; None where they start an install of their own."""
    path = os.environ.get(PLAN)
    found: dict[str, Any] | None = json.loads(Path(path).read_text()) if path else None
    return found
