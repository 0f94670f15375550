"""The fourth wall: plain SQL, written by whoever, sees and writes its tenant's rows and no others.

Each proof has its control, in which the wall is taken out and the same look finds what it must not.
"""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.db.utils import ProgrammingError

from accounts.models import Cap, Tier
from accounts.tenancy import across_tenants, scope
from accounts.walls import OWN_ROWS
from config import roles
from config.roles import OWNER, WEB, WORKER
from tests.walled import acting, counted, fill, undone
from tests.walled import roles_made as roles_made

pytestmark = [pytest.mark.postgres, pytest.mark.django_db]
BOTH = pytest.mark.parametrize("role", [WEB, WORKER])
RUN = (
    "INSERT INTO generation_run (id, tenant_id, is_guest, purpose, streams_text, created_at)"
    " VALUES (%s, %s, false, '', false, now())"
)


def run(statement: str, *params: Any) -> int:
    with connection.cursor() as cursor:
        cursor.execute(statement, params)
        return cursor.rowcount


@pytest.fixture
def filled(roles_made: None, world: Any) -> Any:
    """Rows in every table of both tenants."""
    fill(world.tenant, world.harbour)
    assert min(counted().values()) >= 2
    return world


@BOTH
class TestEveryTable:
    def test_without_a_tenant_there_is_nothing(self, filled: Any, role: str) -> None:
        with acting(role):
            assert set(counted().values()) == {0}
            with across_tenants("a test: looking across opens no table"):
                assert set(counted().values()) == {0}

    def test_with_a_tenant_there_is_what_is_its_own(self, filled: Any, role: str) -> None:
        own: dict[str, int] = {}
        for table in roles.tenant_tables():
            with connection.cursor() as cursor:
                cursor.execute(f"SELECT count(*) FROM {table} WHERE tenant_id = %s", [filled.harbour.pk])
                own[table] = cursor.fetchone()[0]
        assert min(own.values()) >= 1
        with acting(role), scope(filled.harbour):
            assert counted() == own

    def test_control_without_the_policies_all_is_there(self, filled: Any, role: str) -> None:
        everything = counted()
        with undone():
            for table in roles.tenant_tables():
                run(f"DROP POLICY {OWN_ROWS} ON {table}")
                run(f"CREATE POLICY {OWN_ROWS} ON {table} USING (true)")
            with acting(role):
                assert counted() == everything


@BOTH
class TestWriting:
    def test_nothing_of_another_tenant_is_written(self, filled: Any, role: str) -> None:
        here, there = filled.tenant.pk, filled.harbour.pk
        with acting(role), scope(here):
            for statement, params in (
                (RUN, (uuid.uuid4(), there)),
                ("UPDATE generation_run SET tenant_id = %s WHERE tenant_id = %s", (there, here)),
            ):
                with pytest.raises(ProgrammingError, match="row-level security"), transaction.atomic():
                    run(statement, *params)
            assert run("UPDATE generation_run SET purpose = 'x' WHERE tenant_id = %s", there) == 0
            assert run("DELETE FROM generation_run WHERE tenant_id = %s", there) == 0
            assert run(RUN, uuid.uuid4(), here) == 1
        with acting(role), pytest.raises(ProgrammingError, match="row-level security"), transaction.atomic():
            run(RUN, uuid.uuid4(), here)

    def test_what_is_on_record_is_only_added_to(self, filled: Any, role: str) -> None:
        with acting(role), scope(filled.tenant):
            for statement in (
                "DELETE FROM accounts_auditevent", "UPDATE accounts_ledgerentry SET amount_micros = 0",
                "INSERT INTO accounts_tenantremoval (tenant_id, begun_at) VALUES (gen_random_uuid(), now())",
                "TRUNCATE generation_run", "CREATE TABLE mine (id int)", "DROP TABLE generation_turn",
                "ALTER TABLE generation_run DISABLE ROW LEVEL SECURITY",
            ):  # fmt: skip
                with undone(), pytest.raises(DatabaseError), transaction.atomic():
                    run(statement)


class TestParents:
    """What PostgreSQL's own foreign keys let through, because they look past row-level security."""

    TRY = "INSERT INTO accounts_pintry (id, tenant_id, tier_id, subject, tries) VALUES (%s, %s, %s, 'somebody', 1)"

    @pytest.mark.parametrize("role", [OWNER, WORKER])
    def test_another_tenants_is_refused_to_whoever_owns_the_tables_too(
        self, roles_made: None, world: Any, role: str
    ) -> None:
        with acting(role), scope(world.tenant), transaction.atomic():
            run(self.TRY, uuid.uuid4(), world.tenant.pk, world.kids.pk)
            run("SET CONSTRAINTS ALL IMMEDIATE")
            with pytest.raises(IntegrityError, match="accounts_pintry_tier_id_same_tenant"), transaction.atomic():
                run(self.TRY, uuid.uuid4(), world.tenant.pk, world.tales.pk)

    def test_control_without_the_key_it_is_taken(self, roles_made: None, world: Any) -> None:
        with undone():
            run("SET CONSTRAINTS ALL IMMEDIATE")  # a table with checks to come is not altered
            run("ALTER TABLE accounts_pintry DROP CONSTRAINT accounts_pintry_tier_id_same_tenant")
            with acting(WORKER), scope(world.tenant), transaction.atomic():
                run("SET CONSTRAINTS ALL IMMEDIATE")
                run(self.TRY, uuid.uuid4(), world.tenant.pk, world.tales.pk)


class TestAcross:
    """Across tenants there are narrow views, each in front of its table."""

    def test_they_show_nothing_until_code_says_that_it_looks(self, filled: Any) -> None:
        tables = roles.looked_at()
        with acting(WORKER):
            with scope(filled.tenant):
                assert set(counted(roles.AHEAD, tables).values()) == {0}
            with across_tenants("a test"):
                seen = counted(roles.AHEAD, tables)
        assert seen == {table: rows for table, rows in counted().items() if table in tables}

    @BOTH
    def test_each_role_sees_its_columns_and_no_more(self, filled: Any, role: str) -> None:
        with acting(role), across_tenants("a test"):
            for table, ahead in roles.looked_at().items():
                granted = set(ahead.web if role == WEB else ahead.worker)
                for field in roles.tenant_tables()[table]._meta.local_concrete_fields:
                    look = f'SELECT "{field.column}" FROM {table} LIMIT 1'
                    if field.column in granted:
                        assert run(look) == 1
                    else:
                        with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
                            run(look)

    @BOTH
    def test_of_jobs_nobody_sees_what_they_are_about(self, role: str) -> None:
        ahead = roles.looked_at()["generation_job"]
        told = {"request", "result", "partial", "message", "error_detail", "provider_job_id", "asset_id", "preview_of"}
        assert told & set(ahead.web if role == WEB else ahead.worker) == set()

    def test_the_web_changes_nothing_there_and_workers_what_they_claim_by(self, filled: Any) -> None:
        with across_tenants("a test"):
            with acting(WEB), pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
                run("UPDATE generation_job SET fence = 1")
            with acting(WORKER):
                with undone():
                    assert run("UPDATE generation_job SET fence = 1") >= 2
                for statement in ("UPDATE generation_job SET tenant_id = tenant_id", "DELETE FROM generation_job"):
                    with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
                        run(statement)

    def test_a_worker_in_a_tenant_sees_that_tenant(self, filled: Any) -> None:
        with acting(WORKER), across_tenants("a test"), scope(filled.harbour):
            assert run("SELECT 1 FROM generation_job WHERE tenant_id <> %s", filled.harbour.pk) == 0
            assert run("SELECT request FROM generation_job") >= 1


class TestTheConnectionKnows:
    """The same by Django's queries: `tests.config.test_postgresql` has the ways in which it could forget."""

    def test_queries_find_their_own(self, roles_made: None, world: Any) -> None:
        with acting(WEB), scope(world.harbour):
            assert [tier.slug for tier in Tier.objects.all()] == ["tales"]
            Cap.objects.create(subject_id=world.harbour.pk, limit=1, measure="scenes")

    def test_control_a_connection_that_is_not_told_finds_nothing(
        self, roles_made: None, world: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with acting(WEB):
            run("SELECT 1")
            monkeypatch.setattr(type(connection._connections["default"]), "tell", lambda self, now: None)
            with scope(world.harbour):
                assert list(Tier.objects.all()) == []
                with pytest.raises(ProgrammingError, match="row-level security"), transaction.atomic():
                    Cap.objects.create(subject_id=world.harbour.pk, limit=1, measure="scenes")
