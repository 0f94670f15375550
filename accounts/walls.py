"""The fourth wall, on PostgreSQL: row-level security and composite foreign keys, as an operation for migrations.

`Walls("Membership", "ApiKey")` gives each table of these tenant rows
- row-level security, forced, so that it binds whoever owns the table too: a row is seen and written where its `tenant_id` is
  the one that the connection was told (`app.tenant`); with none, there is no row and no error;
- a policy that lets the role that migrates pass, for migrations, dumps and restores;
- beside each foreign key to another tenant row one of (`tenant_id`, column) to (`tenant_id`, `id`), checked at the end of the
  transaction. PostgreSQL's own checks of foreign keys ignore row-level security; this one no other tenant's row meets.

A migration that adds a tenant row ends with `Walls` of it, one that adds a foreign key between tenant rows with `Walls` of its
model again: what stands already is left as it is. The migration says `atomic = False`: indexes are then built, and rows
looked through, while others read and write. Each step can be run again after it was interrupted. On SQLite nothing happens.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.db import models, transaction
from django.db.migrations.operations.base import Operation, OperationCategory
from django.db.models.fields.related import ForeignKey

OWN_ROWS = "own_rows"
"""The policy that everybody is under."""
OWNER_PASSES = "owner_passes"
"""The policy of the role that migrates."""
OF_THE_TENANT = "tenant_id = NULLIF(current_setting('app.tenant', true), '')::uuid"


@dataclass(frozen=True, slots=True)
class Parent:
    """A foreign key from one tenant row to another, and the composite one that stands beside it."""

    table: str
    column: str
    parent: str

    @property
    def name(self) -> str:
        return f"{self.table}_{self.column}_same_tenant"

    @property
    def unique(self) -> str:
        """The constraint on the parent's table that it needs."""
        return unique_of(self.parent)


def unique_of(table: str) -> str:
    """The name of the constraint that composite keys refer to."""
    return f"{table}_of_tenant"


def is_walled(model: type[models.Model]) -> bool:
    """Whether it is a tenant row, as migrations know it: by `TenantRow`'s own columns."""
    columns = {field.name: field for field in model._meta.local_concrete_fields}
    tenant, key = columns.get("tenant"), columns.get("id")
    return (
        isinstance(tenant, ForeignKey)
        and tenant.related_model._meta.label_lower == "accounts.tenant"
        and isinstance(key, models.UUIDField)
        and key.primary_key
    )


def parents(model: type[models.Model]) -> list[Parent]:
    """The foreign keys of a tenant row that have to stay within its tenant."""
    return [
        Parent(model._meta.db_table, field.column, field.related_model._meta.db_table)  # type: ignore[union-attr]
        for field in model._meta.local_concrete_fields
        if isinstance(field, ForeignKey) and is_walled(field.related_model)  # type: ignore[arg-type]
    ]


class Walls(Operation):
    reduces_to_sql = True
    reversible = True
    atomic = False
    category = OperationCategory.SQL

    def __init__(self, *names: str) -> None:
        self.names = names

    def deconstruct(self) -> Any:
        return self.__class__.__qualname__, list(self.names), {}

    def describe(self) -> str:
        return f"Row-level security, and foreign keys within a tenant, for {', '.join(self.names)}"

    def state_forwards(self, app_label: str, state: Any) -> None:
        """Models do not know of it."""

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        if schema_editor.connection.vendor != "postgresql":
            return
        for model in self._models(app_label, to_state):
            with transaction.atomic(
                using=schema_editor.connection.alias
            ):  # at no moment are rows hidden from everybody
                for statement in secure(model._meta.db_table):
                    schema_editor.execute(statement)
            for parent in parents(model):
                _tie(schema_editor, parent)

    def database_backwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        if schema_editor.connection.vendor != "postgresql":
            return
        found = list(self._models(app_label, from_state))
        for model in found:
            table = model._meta.db_table
            for parent in parents(model):
                schema_editor.execute(f"ALTER TABLE {table} DROP CONSTRAINT IF EXISTS {parent.name}")
            for statement in unsecure(table):
                schema_editor.execute(statement)
        for model in found:
            table = model._meta.db_table
            schema_editor.execute(f"ALTER TABLE {table} DROP CONSTRAINT IF EXISTS {unique_of(table)}")

    def _models(self, app_label: str, state: Any) -> Iterator[type[models.Model]]:
        for name in self.names:
            model = state.apps.get_model(app_label, name)
            if not is_walled(model):
                raise ValueError(f"{name} is no tenant row: derive it from TenantRow, or leave it out of Walls.")
            yield model


def secure(table: str) -> Iterable[str]:
    """Row-level security for a tenant's table. The role that runs this may pass."""
    yield f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY"
    yield f"DROP POLICY IF EXISTS {OWN_ROWS} ON {table}"
    yield f"CREATE POLICY {OWN_ROWS} ON {table} USING ({OF_THE_TENANT}) WITH CHECK ({OF_THE_TENANT})"
    yield from let_pass(table, "CURRENT_USER")


def let_pass(table: str, role: str) -> Iterable[str]:
    """Let one role see and write all of a tenant's table, and no other."""
    yield f"DROP POLICY IF EXISTS {OWNER_PASSES} ON {table}"
    yield f"CREATE POLICY {OWNER_PASSES} ON {table} TO {role} USING (true) WITH CHECK (true)"


def unsecure(table: str) -> Iterable[str]:
    yield f"DROP POLICY IF EXISTS {OWN_ROWS} ON {table}"
    yield f"DROP POLICY IF EXISTS {OWNER_PASSES} ON {table}"
    yield f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY, DISABLE ROW LEVEL SECURITY"


def _tie(schema_editor: Any, parent: Parent) -> None:
    """The composite key, without a moment in which others cannot write: its index is built beside them, and rows that stand
    are looked through after the constraint holds for new ones."""
    if not _stands(schema_editor, parent.parent, parent.unique):
        # An index that was interrupted is left behind invalid.
        schema_editor.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {parent.unique}")
        schema_editor.execute(f"CREATE UNIQUE INDEX CONCURRENTLY {parent.unique} ON {parent.parent} (tenant_id, id)")
        schema_editor.execute(
            f"ALTER TABLE {parent.parent} ADD CONSTRAINT {parent.unique} UNIQUE USING INDEX {parent.unique}"
        )
    if not _stands(schema_editor, parent.table, parent.name):
        schema_editor.execute(
            f"ALTER TABLE {parent.table} ADD CONSTRAINT {parent.name} FOREIGN KEY (tenant_id, {parent.column})"
            f" REFERENCES {parent.parent} (tenant_id, id) DEFERRABLE INITIALLY DEFERRED NOT VALID"
        )
    schema_editor.execute(f"ALTER TABLE {parent.table} VALIDATE CONSTRAINT {parent.name}")


def _stands(schema_editor: Any, table: str, name: str) -> bool:
    if schema_editor.collect_sql:
        return False
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_constraint WHERE conrelid = %s::regclass AND conname = %s", [table, name])
        return cursor.fetchone() is not None
