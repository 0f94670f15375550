"""`manage.py audit_invariants`: does what is kept twice agree, and is nothing lost between two chairs?"""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from config.invariants import disagreements
from generation.clock import now
from generation.models import Inspection


class Command(BaseCommand):
    help = "Check ledger against counters, and jobs against the ledger, in every tenant. Exit status 1 where they disagree."

    def handle(self, *args: Any, **options: Any) -> None:
        wrong = disagreements()
        Inspection.objects.update_or_create(name="audit_invariants", defaults={"at": now(), "wrong": len(wrong)})
        for sentence in wrong:
            self.stderr.write(sentence)
        if wrong:
            raise CommandError(f"{len(wrong)} invariants do not hold.")
        if options["verbosity"]:
            self.stdout.write("All invariants hold.")
