"""Guard: every tenant row stands behind the fourth wall, and somebody decided what each role may do with each table.

What is compared is PostgreSQL's own catalogue with the models. The remedy for a new tenant row is `Walls` at the end of its
migration (accounts/walls.py), for a new table of no tenant a line in `config.roles.PLATFORM`.
"""

from __future__ import annotations

from typing import Any

import pytest
from django.apps import apps
from django.db import connection

from accounts.walls import OWN_ROWS, OWNER_PASSES, is_walled, parents
from config import roles
from tests.conftest import need
from tests.walled import acting, undone
from tests.walled import roles_made as roles_made

on_postgres = pytest.mark.postgres


def asked(sql: str) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchall()


def wanting() -> list[str]:
    """Sentences about what stands outside."""
    secured = {name for (name,) in asked("SELECT relname FROM pg_class WHERE relrowsecurity AND relforcerowsecurity")}
    policies: dict[str, set[str]] = {}
    for table, name, qual, check in asked("SELECT tablename, policyname, qual, with_check FROM pg_policies"):
        policies.setdefault(table, set()).add(name)
        if name == OWN_ROWS:
            assert ("tenant_id = " in qual, qual) == (True, check)
    keys = {
        name: (table, parent)
        for name, table, parent in asked(
            "SELECT conname, conrelid::regclass::text, confrelid::regclass::text FROM pg_constraint"
            " WHERE contype = 'f' AND convalidated AND condeferrable AND condeferred"
        )
    }
    wrong: list[str] = []
    for table, model in roles.tenant_tables().items():
        if table not in secured:
            wrong.append(f"{table}: row-level security is not forced")
        if policies.get(table) != {OWN_ROWS, OWNER_PASSES}:
            wrong.append(f"{table}: its policies are {sorted(policies.get(table, ()))}")
        for parent in parents(model):
            if keys.get(parent.name) != (table, parent.parent):
                wrong.append(f"{table}.{parent.column} may point at another tenant's row")
    return wrong


@on_postgres
@pytest.mark.django_db
class TestTheCatalogue:
    @pytest.fixture(autouse=True)
    def there(self, roles_made: None) -> None:
        """With the roles."""

    def test_every_tenant_row_stands_behind_the_wall(self) -> None:
        assert wanting() == [], "End the migration with accounts.walls.Walls of the model."

    def test_control_a_gap_is_found(self) -> None:
        with undone(), connection.cursor() as cursor:
            cursor.execute("ALTER TABLE stories_scene NO FORCE ROW LEVEL SECURITY")
            cursor.execute(f"DROP POLICY {OWN_ROWS} ON stories_choice")
            cursor.execute("ALTER TABLE stories_choice DROP CONSTRAINT stories_choice_scene_id_same_tenant")
            assert sorted(wanting()) == [
                "stories_choice.scene_id may point at another tenant's row",
                "stories_choice: its policies are ['owner_passes']",
                "stories_scene: row-level security is not forced",
            ]

    def test_no_role_but_the_owner_passes(self) -> None:
        passing = asked("SELECT DISTINCT policyname, roles::text[] FROM pg_policies ORDER BY 1")
        assert passing == [(OWN_ROWS, ["public"]), (OWNER_PASSES, [roles.OWNER])]
        mighty = "SELECT count(*) FROM pg_roles WHERE rolname LIKE 'fablewright%' AND (rolsuper OR rolbypassrls)"
        assert asked(mighty) == [(0,)]
        owned = f"SELECT count(*) FROM pg_class WHERE relowner IN ('{roles.WEB}'::regrole, '{roles.WORKER}'::regrole)"
        assert asked(owned) == [(0,)]

    def test_the_check_names_a_role_that_no_wall_binds(self) -> None:
        from config.checks import role_without_walls

        assert [found.id for found in role_without_walls(None)] == ["fablewright.E015"]
        with acting(roles.OWNER):
            assert [found.id for found in role_without_walls(None)] == ["fablewright.E015"]
        for role in (roles.WEB, roles.WORKER):
            with acting(role):
                assert role_without_walls(None) == []


@on_postgres
@pytest.mark.django_db
def test_somebody_decided_about_every_table(roles_made: None) -> None:
    need(connection.vendor == "postgresql", "the catalogue is PostgreSQL's")
    undecided = set(connection.introspection.table_names()) - {*roles.PLATFORM, *roles.tenant_tables()}
    assert undecided == set(), "Give config.roles.PLATFORM a line for it."


def test_rights_are_of_tables_and_columns_that_there_are() -> None:
    tables = {model._meta.db_table for model in apps.get_models(include_auto_created=True)} | {"django_migrations"}
    assert roles.PLATFORM.keys() - tables == set()
    assert roles.tenant_tables().keys() >= roles.APPEND_ONLY
    for table, ahead in roles.looked_at().items():
        columns = {field.column for field in roles.tenant_tables()[table]._meta.local_concrete_fields}
        assert {*ahead.web, *ahead.worker, *ahead.changes} <= columns, table
        assert (bool(ahead.why), set(ahead.changes) <= set(ahead.worker)) == (True, True), table


def test_migrations_know_a_tenant_row_when_they_see_one() -> None:
    known = {model._meta.db_table for model in apps.get_models(include_auto_created=True) if is_walled(model)}
    assert known == roles.tenant_tables().keys()
