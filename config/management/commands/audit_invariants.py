"""`manage.py audit_invariants`: does what is kept twice agree, and is nothing lost between two chairs?"""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts import auditing
from accounts.models import LedgerEntry, Tenant
from accounts.tenancy import scope
from generation.models import TERMINAL, Job


class Command(BaseCommand):
    help = "Check ledger against counters, and jobs against the ledger, in every tenant. Exit status 1 where they disagree."

    def handle(self, *args: Any, **options: Any) -> None:
        wrong: list[str] = []
        for tenant in Tenant.objects.all():
            with scope(tenant):
                wrong += [f"{tenant.slug}: {sentence}" for sentence in [*auditing.audit(), *open_holds_of_ended_jobs()]]
        for sentence in wrong:
            self.stderr.write(sentence)
        if wrong:
            raise CommandError(f"{len(wrong)} invariants do not hold.")
        if options["verbosity"]:
            self.stdout.write("All invariants hold.")


def open_holds_of_ended_jobs() -> list[str]:
    """Sentences about jobs that ended and still hold money, and running jobs that hold none."""
    kinds: dict[tuple[Any, int], set[str]] = {}
    for job_id, attempt, kind in LedgerEntry.objects.values_list("job_id", "attempt", "kind"):
        kinds.setdefault((job_id, attempt), set()).add(kind)
    wrong = []
    for job in Job.objects.only("id", "tenant_id", "attempt", "status"):
        found = kinds.get((job.id, job.attempt), set())
        if job.status in TERMINAL and found == {"reserve"}:
            wrong.append(f"job {job.id} is {job.status} and still holds money for attempt {job.attempt}")
        if "reserve" not in found:
            wrong.append(f"job {job.id} is {job.status} and never held money for attempt {job.attempt}")
    return sorted(wrong)
