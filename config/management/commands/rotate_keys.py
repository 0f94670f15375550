"""`manage.py rotate_keys`: put every stored key under the first of SEALING_KEYS, so that the others can be taken away."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.resealing import reseal, sealed_columns


class Command(BaseCommand):
    help = (
        "Reseal stored provider keys under the first of SEALING_KEYS. Safe to run again. Exit status 1 where a row cannot be "
        "opened by any of them; such rows are named and left as they are."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        shut = 0
        for model, column in sealed_columns():
            tally = reseal(model, column)
            shut += len(tally.shut)
            for primary_key in tally.shut:
                self.stderr.write(f"{tally.column} of row {primary_key} cannot be opened.")
            if options["verbosity"]:
                self.stdout.write(
                    f"{tally.column}: {tally.resealed} resealed, {tally.current} under the first key already, "
                    f"{len(tally.shut)} cannot be opened."
                )
        if shut:
            raise CommandError(
                f"{shut} stored keys cannot be opened. Put the sealing key that they were stored under back behind the first "
                "one and run this again, or enter the providers' keys anew."
            )
