"""The roles of PostgreSQL in the suite's own database: act as one of them, and see what it may.

The suite signs in as a superuser, who is under no wall. `SET ROLE` makes the connection somebody else until it is taken back,
with the rights of that role and under the policies that bind it.
"""

from __future__ import annotations

import contextlib
import itertools
import time
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection, models
from django.utils import timezone

from accounts.tenancy import TenantRow, scope
from config import roles
from tests.conftest import need


@pytest.fixture(scope="session")
def roles_made(django_db_setup: None, django_db_blocker: Any) -> None:
    """The roles, and what they may in this database. They are the whole server's, and another process may be making them."""
    need(connection.vendor == "postgresql", "these walls are PostgreSQL's: python -m tests.on_postgres")
    with django_db_blocker.unblock():
        for attempt in range(5):
            try:
                call_command("database_roles", verbosity=0)
                return
            except DatabaseError:
                if attempt == 4:
                    raise
                time.sleep(0.5)


@contextlib.contextmanager
def acting(role: str) -> Iterator[None]:
    """Be this role on Django's connection."""
    with connection.cursor() as cursor:
        cursor.execute(f"SET ROLE {role}")
    try:
        yield
    finally:
        if not connection.needs_rollback:
            with connection.cursor() as cursor:
                cursor.execute("RESET ROLE")


@contextlib.contextmanager
def undone() -> Iterator[None]:
    """Take back whatever is done inside."""
    from django.db import transaction

    with transaction.atomic():
        yield
        transaction.set_rollback(True)


_numbers = itertools.count(1000)
SAID = {"stories_decision": {"reason": "spam"}}
"""What a constraint asks for beyond what a column's kind tells."""


def counted(schema: str = "public", tables: Any = None) -> dict[str, int]:
    """Rows of each tenant's table as plain SQL sees them now."""
    names = sorted(roles.tenant_tables() if tables is None else tables)
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(f"SELECT '{name}', count(*) FROM {schema}.{name}" for name in names))
        return dict(cursor.fetchall())


def fill(*tenants: Any) -> None:
    """Have a row in every tenant's table, in each of these tenants. The parents of those that are added are nobody's: foreign
    keys are not looked at here."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
    for tenant in tenants:
        with scope(tenant):
            for model in roles.tenant_tables().values():
                if model._default_manager.exists():
                    continue
                values = {field.attname: _some(field) for field in model._meta.local_concrete_fields}
                row = model(**{**values, **SAID.get(model._meta.db_table, {})})
                assert isinstance(row, TenantRow)
                row.tenant_id = tenant.pk
                row.save_base(raw=True, force_insert=True)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = DEFAULT")


def _some(field: Any) -> Any:
    if field.has_default():
        return field.get_default()
    if field.null:
        return None
    kind = field.target_field if isinstance(field, models.ForeignKey) else field
    if isinstance(kind, models.UUIDField):
        return uuid.uuid4()
    if field.blank and field.empty_strings_allowed:
        return ""
    if field.choices:
        return field.choices[0][0]
    if isinstance(kind, (models.CharField, models.TextField)):
        return uuid.uuid4().hex[: kind.max_length or 32]
    if isinstance(kind, models.DateTimeField):
        return timezone.now()
    if isinstance(kind, models.DateField):
        return timezone.now().date()
    return next(_numbers)
