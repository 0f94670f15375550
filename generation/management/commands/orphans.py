"""`manage.py orphans`: files that no row names, and rows whose file is missing."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from generation import orphans
from generation.errors import StorageAway


class Command(BaseCommand):
    help = (
        "List files in storage that no row names, and rows whose file is missing. With --delete the files go; rows never do. "
        "Exit status 1 where a row has lost its file."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--delete", action="store_true", help="delete the files that no row names")
        parser.add_argument(
            "--older-than", type=float, default=60.0, metavar="MINUTES", help="younger files are left alone"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        seconds = options["older_than"] * 60
        if seconds < orphans.LEAST_SECONDS:
            raise CommandError(
                f"--older-than is at least {orphans.LEAST_SECONDS / 60:g} minutes: rows come after their files."
            )
        try:
            found = orphans.look(older_seconds=seconds)
            gone = self._strays(found.strays, seconds, deletes=options["delete"])
        except StorageAway as away:
            raise CommandError("Storage does not answer. Run this again when it does.") from away
        for missing in found.missing:
            users = ", ".join(missing.used_by) or "nothing"
            self.stderr.write(f"missing   {missing.name}  asset {missing.asset_id}, used by {users}")
        for name in found.strange:
            self.stdout.write(f"strange   {name}  (none of ours; left alone)")
        size = sum(stray.size_bytes for stray in found.strays)
        told = f"{gone} deleted" if options["delete"] else "delete them with --delete"
        self.stdout.write(
            f"{found.files} files; {len(found.strays)} that no row names, of {size} bytes ({told}); "
            f"{len(found.missing)} rows without their file."
        )
        if found.missing:
            raise CommandError("Rows have lost their files: take these from a backup, or throw away what shows them.")

    def _strays(self, strays: list[orphans.Stray], seconds: float, *, deletes: bool) -> int:
        gone = 0
        for stray in strays:
            is_gone = deletes and orphans.delete(stray, older_seconds=seconds)
            gone += is_gone
            word = "deleted" if is_gone else "unfinished" if stray.is_unfinished else "orphan"
            self.stdout.write(f"{word:<9} {stray.name}  {stray.size_bytes} bytes, {stray.modified_at:%Y-%m-%d %H:%M}")
        return gone
