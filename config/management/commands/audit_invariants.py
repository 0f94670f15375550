"""`manage.py audit_invariants`: does what is kept twice agree, and is nothing lost between two chairs?"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import connection, transaction

from accounts import auditing as books
from accounts.models import Tenant
from accounts.tenancy import scope
from generation import auditing as work
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


def disagreements() -> list[str]:
    """Sentences about what does not agree, each with its tenant; empty if all is well. May be asked while others write."""
    wrong: list[str] = []
    for tenant in Tenant.objects.order_by("slug"):
        with _at_one_moment(), scope(tenant):
            wrong += [f"{tenant.slug}: {sentence}" for sentence in [*books.audit(), *work.audit()]]
    return wrong


@contextlib.contextmanager
def _at_one_moment() -> Iterator[None]:
    """All that is read inside is from one moment: counters and entries change together, and so they must be seen."""
    is_outermost = not connection.in_atomic_block
    with transaction.atomic():
        if is_outermost and connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        yield
