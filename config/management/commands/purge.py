"""`manage.py purge`: throw away what is old."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts import purging
from accounts.purging import Old


class Command(BaseCommand):
    help = (
        "Say what is old enough to be thrown away, by kind and count; with --yes, throw it away. The ledger and the audit "
        "log are never thinned out."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--yes", action="store_true", help="throw it away")
        parser.add_argument("--dry-run", action="store_true", help="only say what would go; so it is without --yes")
        parser.add_argument(
            "--only", action="append", default=[], metavar="KIND", help="this kind alone; may be repeated"
        )
        parser.add_argument("--older-than", type=float, metavar="DAYS", help="in the place of each kind's own age")

    def handle(self, *args: Any, **options: Any) -> None:
        days = options["older_than"]
        if options["yes"] and options["dry_run"]:
            raise CommandError("--yes throws away and --dry-run does not. Leave one of them out.")
        if days is not None and days < 0:
            raise CommandError("--older-than is a number of days from 0 on.")
        chosen = self._chosen(options["only"])
        total = 0
        for kind in chosen:
            found = purging.purge(kind, days=days) if options["yes"] else purging.count(kind, days=days)
            total += found
            if options["verbosity"]:
                age = kind.days if days is None else days
                older = f"older than {age:g} day{'s' * (age != 1)}" if age else "over"
                self.stdout.write(f"{found:>9}  {kind.name:<15} {kind.told} ({older})")
        if options["verbosity"]:
            self.stdout.write(
                f"{total} rows {'are gone' if options['yes'] else 'would go. Throw them away with --yes'}."
            )

    def _chosen(self, names: list[str]) -> list[Old]:
        known = {kind.name: kind for kind in purging.kinds()}
        strange = sorted(set(names) - known.keys())
        if strange:
            raise CommandError(f"There is no kind “{strange[0]}”. There is: {', '.join(known)}.")
        return [kind for kind in known.values() if not names or kind.name in names]
