"""`manage.py workers`: one supervised worker group. Run it under systemd, in a container, or let `play` run it."""

from __future__ import annotations

import signal
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandParser


class Command(BaseCommand):
    help = "Run a worker group and replace it when it dies or hangs. SIGTERM stops it within a few seconds."
    requires_system_checks: list[str] = []  # type: ignore[assignment]  # the web process runs them; a replacement must be quick

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--until-stdin-closes",
            action="store_true",
            help="Also end when standard input closes: whoever holds the other end has gone.",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        from config.supervision.child import Ending
        from config.supervision.supervisor import Supervisor

        ending = Ending(
            signals=[signal.SIGTERM, signal.SIGINT, signal.SIGHUP],
            lifeline=sys.stdin.fileno() if options["until_stdin_closes"] else None,
        )
        Supervisor(ending, self._say_ready).run()

    def _say_ready(self, group: str) -> None:
        from config.supervision.keeper import READY

        try:
            self.stdout.write(f"{READY} {group}")
            self.stdout.flush()
        except OSError:
            pass  # whoever listened has gone
