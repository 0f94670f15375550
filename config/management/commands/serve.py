"""`manage.py serve http|sockets --bind HOST:PORT`: one web process of production, behind a proxy."""

from __future__ import annotations

import os
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from config import serving


class Command(BaseCommand):
    help = (
        "Run one web process: `http` serves pages and short answers on WSGI threads, `sockets` serves /ws, /mcp and answers "
        "that wait or stream. A proxy stands before both. SIGTERM stops it within some seconds."
    )
    requires_system_checks: list[str] = []  # type: ignore[assignment]  # `manage.py check --deploy` is a step of its own

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("what", choices=["http", "sockets"])
        parser.add_argument("--bind", default="127.0.0.1:8000", help="HOST:PORT (default 127.0.0.1:8000)")
        parser.add_argument("--threads", type=int, default=serving.THREADS, help="Of each http process (default 4)")
        parser.add_argument("--processes", type=int, default=1, help="http processes on this port (default 1)")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            bind = serving.bind_of(options["bind"])
        except ValueError as wrong:
            raise CommandError(str(wrong)) from wrong
        if options["threads"] < 1 or options["processes"] < 1:
            raise CommandError("--threads and --processes must be at least 1.")
        if options["what"] == "sockets":
            serving.serve_sockets(bind)
            return
        os.chdir(settings.BASE_DIR)
        command = serving.http_command(bind, threads=options["threads"], processes=options["processes"])
        environment = serving.http_environment(os.environ, threads=options["threads"])
        os.execve(command[0], command, environment)  # noqa: S606 -- our own words; in our place, so that signals reach it
