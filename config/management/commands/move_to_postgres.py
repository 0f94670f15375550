"""`manage.py move_to_postgres`: a whole install from SQLite into an empty, migrated PostgreSQL, and its files into S3."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import environ
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection, connections
from django.db.utils import ConnectionHandler, Error
from django.utils.module_loading import import_string

from accounts.tenancy import across_tenants
from config.moving import media, standing
from config.moving.copying import CannotMove, Source, move
from config.moving.tables import to_move
from config.supervision.homelock import HomeLock, Taken
from generation.models import Asset


class Command(BaseCommand):
    help = (
        "Move this install from SQLite into an empty, migrated PostgreSQL: TARGET_DATABASE_URL (or the file that "
        "TARGET_DATABASE_URL_FILE names) is its owner's address. All or nothing; the SQLite file stays as it is."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("target", nargs="?", help="The same as an argument, which others on this machine can read.")
        parser.add_argument(
            "--media",
            action="store_true",
            help="Copy the files too, into the bucket that S3_BUCKET and S3_ENDPOINT name.",
        )
        parser.add_argument("--media-only", action="store_true", help="Copy the files and nothing else.")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            if options["media"] or options["media_only"]:
                self._send_media()
            if not options["media_only"]:
                self._move(options["target"])
        except CannotMove as no:
            for reason in no.reasons:
                self.stderr.write(reason)
            raise CommandError("Nothing was moved.") from no

    def _move(self, given: str | None) -> None:
        if connection.vendor != "sqlite":
            raise CommandError("This install is not on SQLite. Run this with the settings that it was run with so far.")
        path = Path(str(connection.settings_dict["NAME"]))
        tables = to_move()
        source = Source(path)
        handler = ConnectionHandler({"default": environ.Env.db_url_config(_address(given))})
        target = handler["default"]
        try:
            lock = HomeLock(settings.HOME.path)
        except Taken as taken:
            raise CommandError(str(taken)) from taken
        try:
            connections["default"].close()
            if running := standing.runs_here(path):
                raise CommandError(f"The install runs: {', '.join(running)}. Stop it, and run this again.")
            with source.opened() as rows:
                if wrong := standing.wrong_with_target(target, tables, rows):
                    raise CannotMove(wrong)
            move(source, target, tables, self.stdout.write)
        except Error as error:
            raise CannotMove([f"PostgreSQL says: {str(error).strip()}"]) from error
        finally:
            target.close()
            lock.release()
        self.stdout.write("Moved. Set DATABASE_URL to it from now on; the SQLite file was only read, put it aside.")

    def _send_media(self) -> None:
        stores: dict[str, Any] = settings.MEDIA_STORAGES
        store = stores["s3"]
        if not store["OPTIONS"]["bucket_name"]:
            raise CommandError("S3_BUCKET is not set. Name the bucket that the files shall go to.")
        folder = Path(stores["local"]["OPTIONS"]["location"])
        sent = media.send(folder, import_string(store["BACKEND"])(**store["OPTIONS"]).bucket)
        if sent.wrong:
            raise CannotMove(sent.wrong)
        self.stdout.write(
            f"{sent.files} files, {sent.size_bytes} bytes, read back and compared; {sent.were_there} were there already."
        )
        with across_tenants("files of all tenants are moved"):
            names = [asset.storage_name for asset in Asset.objects.only("id", "tenant_id", "sha256").iterator(2_000)]
        for name in media.missing(names, folder):
            self.stderr.write(f"{name}: a row speaks of it, and it is not in the folder.")


def _address(given: str | None) -> str:
    file = os.environ.get("TARGET_DATABASE_URL_FILE", "")
    address = given or os.environ.get("TARGET_DATABASE_URL", "") or (Path(file).read_text().strip() if file else "")
    if not address:
        raise CommandError(
            "Where to? Set TARGET_DATABASE_URL to postgres://fablewright_owner:password@host/fablewright."
        )
    return address
