"""`manage.py after_restore`: settle a database that was put back from a backup, so that it buys and tells nothing twice."""

from __future__ import annotations

import datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.utils import timezone

from config.invariants import disagreements
from generation import restored
from generation.jobs import restoring
from generation.models import Beat, BeatKind, DatabasePlace

AWAKE_SECONDS = 15.0
FATES = {
    "asked after": "are at their providers and go on being asked after",
    "finished": "were bought and kept, and are finished",
    "begun anew": "cost nothing and simply go on",
    "booked": "may have been sent since the backup: booked as spent, and whoever asked for them is told",
    "not told": "letters and webhooks that may have gone out: not sent again",
}


class Command(BaseCommand):
    help = (
        "Settle a database that was put back from a backup: what could have been sent since the backup was taken is booked "
        "and not sent. Workers refuse to work on such a database until this was run. Safe to run again."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="Say what would be done and change nothing.")
        parser.add_argument(
            "--force",
            action="store_true",
            help="Settle though the database is not seen to be put back: a whole disk was, with the workers' own notes.",
        )
        parser.add_argument(
            "--nothing-lost",
            action="store_true",
            help="Settle nothing: the database moved and nothing that it had committed is missing (a server's upgrade, a "
            "standby that was up to date). Only whoever knows that may say so.",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        reason = restored.differs()
        begun = DatabasePlace.objects.filter(pk=1, settling_since__isnull=False).exists()
        if not reason and not begun and not options["force"]:
            self.stdout.write(
                "Nothing to settle: this database is where it knows itself to be, and no earlier than it was seen. Where a "
                "whole disk was put back, notes and all, say so with --force."
            )
            return
        if options["dry_run"]:
            self._tell("Would be settled", restoring.outlook())
            return
        if options["nothing_lost"]:
            with transaction.atomic():
                restored.stay()
                DatabasePlace.objects.filter(pk=1).update(settling_since=None)
            self.stdout.write("The database stays where it is now. Nothing was settled.")
            return
        if not reason and self._someone_works():
            raise CommandError("Workers are at work on this database. Stop them on all machines, then run this again.")
        self._tell("Settled", restoring.settle())
        wrong = disagreements()
        for sentence in wrong:
            self.stderr.write(sentence)
        if wrong:
            raise CommandError(f"{len(wrong)} invariants do not hold.")
        self.stdout.write("All invariants hold. Workers may start.")

    def _someone_works(self) -> bool:
        fresh = timezone.now() - datetime.timedelta(seconds=AWAKE_SECONDS)
        return Beat.objects.filter(kind=BeatKind.GROUP, beat_at__gte=fresh).exists()

    def _tell(self, what: str, fates: dict[str, int]) -> None:
        self.stdout.write(f"{what}: {sum(fates.values())} jobs.")
        for fate, told in FATES.items():
            if fates.get(fate):
                self.stdout.write(f"  {fates[fate]:>6}  {told}")
