"""`manage.py play`: everything in one terminal. The database is made and seeded, the web answers, the workers work; and
when the terminal goes, by Ctrl-C or by SIGKILL, nothing is left running."""

from __future__ import annotations

import os
import signal
import sys
import threading
import webbrowser
from collections.abc import Callable
from types import FrameType
from typing import Any

from django.conf import settings
from django.core.management import CommandError, call_command
from django.core.management.base import BaseCommand
from django.db import connection, connections

from config.supervision import web
from config.supervision.groups import Mark
from config.supervision.homelock import HomeLock, Taken
from config.supervision.keeper import Keeper
from config.supervision.listening import NoPort, listen, wanted_port

WORKERS_PATIENCE_SECONDS = 15.0
PARENT_ENV = "FABLEWRIGHT_PARENT"
"""The process id of `make`, which may be killed instead of us."""
DEMO_SIGN_INS = (
    ("reader@example.com", "reads and plays"),
    ("author@example.com", "plays, and publishes finished stories"),
    ("owner@example.com", "owns this library: /admin/"),
    ("operator@example.com", "runs the platform: /admin/"),
)
SECOND_TENANT = ("harbour-owner@example.com", "harbour.localhost")


class Stopped(BaseException):
    """A signal came before there was a server to stop."""


class Command(BaseCommand):
    help = "Start everything in one terminal: database, demo stories, web and workers. Ctrl-C stops it all."

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            Play(self._say).run()
        except (Taken, NoPort) as refused:
            raise CommandError(str(refused)) from refused

    def _say(self, text: str) -> None:
        try:
            self.stdout.write(text)
            self.stdout.flush()
        except OSError:
            pass  # the terminal has gone; there is nobody to tell


class Play:
    def __init__(self, say: Callable[[str], None]) -> None:
        self._say = say
        self._keeper = Keeper()
        self._server: web.Server | None = None
        # What the signal handler reads and decides by are plain flags: an Event's lock may be held by the very code that
        # the handler interrupts.
        self._asked = False
        self._urgent = False
        self._stopping = threading.Event()
        self._address = ""

    def run(self) -> None:
        """From nothing to a running install, until a signal comes."""
        lock = HomeLock(settings.HOME.path)
        port = wanted_port(os.environ.get("PORT", ""))
        sock = listen(port)
        taken = web.port_of(sock)
        if port not in (0, taken):
            self._say(f"Port {port} is taken; using {taken}.")
        self._address = f"http://127.0.0.1:{taken}/"
        lock.tell(self._address)
        self._take_signals()
        failed = True
        try:
            self._prepare_database()
            call_command("seed", verbosity=0)
            connections.close_all()
            self._server = web.build()
            if not self._asked:
                threading.Thread(target=self._announce, args=(taken,), daemon=True).start()
                threading.Thread(target=self._watch_parent, daemon=True).start()
                self._server.run(sockets=[sock])
            failed = not self._asked
        except Stopped:
            failed = False
        finally:
            self._asked = True
            self._stopping.set()
            self._keeper.end(is_urgent=lambda: self._urgent)
        self._leave(1 if failed else 0)

    def _prepare_database(self) -> None:
        """Give it the tables it lacks, while the workers already start."""
        migration = Mark.of_migration()
        # Left by one that was interrupted, perhaps after its tables were made and before the rows that come with them.
        was_interrupted = migration.path.exists()
        with migration.held():
            self._keeper.start()
            if was_interrupted or has_unapplied_migrations():
                self._say("Preparing the database ...")
                call_command("migrate", verbosity=0, interactive=False)

    def _take_signals(self) -> None:
        signal.signal(signal.SIGINT, self._on_signal)
        signal.signal(signal.SIGTERM, self._on_signal)
        if signal.getsignal(signal.SIGHUP) != signal.SIG_IGN:  # ignored by nohup, which means: go on without a terminal
            signal.signal(signal.SIGHUP, self._on_signal)

    def _on_signal(self, number: int, _frame: FrameType | None) -> None:
        if self._asked:
            self._urgent = self._urgent or number == signal.SIGINT
            if self._server is not None:
                self._server.force_exit = self._urgent
            return
        self._asked = True
        self._stopping.set()
        if self._server is None:
            raise Stopped
        self._say("\nStopping ... (Ctrl-C again: at once)")
        self._server.should_exit = True
        # The workers finish what they hold while the web finishes its answers.
        threading.Thread(target=self._keeper.ask_to_end, daemon=True).start()

    def _watch_parent(self) -> None:
        """`make` that is killed cannot tell; then this process has another parent."""
        parent = os.environ.get(PARENT_ENV, "")
        while parent and not self._stopping.wait(0.5):
            if str(os.getppid()) != parent:
                os.kill(os.getpid(), signal.SIGTERM)
                return

    def _announce(self, port: int) -> None:
        """Say that it is ready once it is: the web answers, and a task went through the workers' queue."""
        come = self._keeper.ready.wait(WORKERS_PATIENCE_SECONDS)
        if not web.answers(port, given_up=self._stopping):
            return
        if not come:
            self._say(
                f"The web answers at {self._address} but its workers gave no sign of life in "
                f"{WORKERS_PATIENCE_SECONDS:.0f} seconds, so nothing can be written or painted yet.\n"
                f"They are started again and again; {self._keeper.log_path} says why they fail."
            )
            self._keeper.ready.wait()
        if self._stopping.is_set():
            return
        self._say(self._welcome(port))
        if os.environ.get("OPEN", "1") != "0" and has_desktop():
            webbrowser.open(self._address)

    def _welcome(self, port: int) -> str:
        password = settings.HOME.secret("demo-password", length=9)
        width = max(len(email) for email, _ in (*DEMO_SIGN_INS, SECOND_TENANT))
        sign_ins = [f"  {email:<{width}}  {what}" for email, what in DEMO_SIGN_INS]
        email, host = SECOND_TENANT
        return "\n".join(
            [
                f"Ready: {self._address}",
                "",
                f"Sign in with the password {password} as",
                *sign_ins,
                f"  {email:<{width}}  owns the second library: http://{host}:{port}/",
                "",
                f"Data and logs: {settings.HOME.path}",
                *([f"Letters: {settings.MAIL.folder}, since no mail server is set"] if settings.MAIL.is_local else []),
                "Ctrl-C stops everything.",
            ]
        )

    def _leave(self, code: int) -> None:
        """End without waiting for threads: a view that hangs must not keep the process."""
        connections.close_all()
        for stream in (sys.stdout, sys.stderr):
            try:
                stream.flush()
            except OSError:
                pass  # the terminal has gone
        os._exit(code)


def has_unapplied_migrations() -> bool:
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    return bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def has_desktop() -> bool:
    """Whether a browser would open a window; on a server it would take over the terminal."""
    return sys.platform != "linux" or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
