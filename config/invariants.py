"""What must agree over a whole install, tenant by tenant: the ledger with its counters, and jobs with the ledger."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from django.db import connection, transaction

from accounts import auditing as books
from accounts.models import Tenant
from accounts.tenancy import scope
from generation import auditing as work


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
