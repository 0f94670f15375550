"""A connection to PostgreSQL knows for whom code works, whatever happened to it meanwhile."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import DEFAULT_DB_ALIAS, connection, connections, transaction
from django.db.utils import DataError, OperationalError
from django.test.utils import CaptureQueriesContext

from accounts.models import Tier
from accounts.tenancy import across_tenants, scope
from config.postgresql.base import DatabaseWrapper
from tests.conftest import need

pytestmark = [pytest.mark.postgres, pytest.mark.django_db]
A, B = uuid.UUID(int=1), uuid.UUID(int=2)
LOOK = "SELECT current_setting('app.tenant', true), current_setting('app.across', true), current_schemas(false)::text[]"


@pytest.fixture(autouse=True)
def on_postgres(db: None) -> None:
    need(connection.vendor == "postgresql", "the backend is PostgreSQL's: python -m tests.on_postgres")


def told(on: Any = connection) -> Any:
    """What the server was told: a tenant, that code looks across all, or nothing."""
    with on.cursor() as cursor:
        cursor.execute(LOOK)
        tenant, across, _ = cursor.fetchone()
    assert not (tenant and across)
    return uuid.UUID(tenant) if tenant else across or None


@pytest.fixture
def another(db: None) -> Iterator[DatabaseWrapper]:
    """A connection of its own to the same database, in autocommit."""
    made = DatabaseWrapper(
        {**connection.settings_dict, "OPTIONS": dict(connection.settings_dict["OPTIONS"])}, "another"
    )
    yield made
    made.close()
    made.close_pool()


class TestEachStatement:
    def test_it_is_told_whom_it_works_for(self) -> None:
        assert told() is None
        with scope(A):
            assert told() == A
            with across_tenants("a test"):
                assert told() == "on"
                with scope(B):
                    assert told() == B
                assert told() == "on"
            assert told() == A
        assert told() is None

    def test_a_cursor_that_was_there_before_is_told_too(self) -> None:
        with connection.cursor() as cursor:
            for tenant in (A, B):
                with scope(tenant):
                    cursor.execute("SELECT current_setting('app.tenant')")
                    assert cursor.fetchone() == (str(tenant),)
                    cursor.executemany(
                        "SELECT set_config('test.seen', current_setting('app.tenant') || %s, false)", [["!"]]
                    )
            cursor.execute("SELECT current_setting('test.seen')")
            assert cursor.fetchone() == (f"{B}!",)

    def test_telling_is_no_query_and_happens_once(self, monkeypatch: pytest.MonkeyPatch) -> None:
        said: list[str] = []
        with scope(A), CaptureQueriesContext(connection) as caught:
            told()
            real = connection.connection.cursor

            def noted(*args: Any, **kwargs: Any) -> Any:
                said.append("a cursor")
                return real(*args, **kwargs)

            monkeypatch.setattr(connection.connection, "cursor", noted)
            told()
        assert ([query["sql"] for query in caught], said) == ([LOOK, LOOK], ["a cursor"])


class TestWhatIsTakenBack:
    def test_a_transaction(self, another: DatabaseWrapper) -> None:
        with scope(A):
            another.set_autocommit(False)
            assert told(another) == A
            another.rollback()
            assert told(another) == A
            another.commit()
            another.set_autocommit(True)
        assert told(another) is None

    def break_a_savepoint(self) -> None:
        """In which the server was told of B, and which failed."""
        with pytest.raises(DataError), transaction.atomic(), scope(B), connection.cursor() as cursor:
            assert told() == B
            cursor.execute("SELECT 1/0")

    def test_a_savepoint(self) -> None:
        for before in (A, B):
            with scope(before):
                told()
            self.break_a_savepoint()
            with scope(B):
                assert told() == B

    def test_control_a_connection_that_does_not_forget_works_for_nobody(
        self, another: DatabaseWrapper, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(DatabaseWrapper, "_forget", lambda self: None)
        with scope(A):
            another.set_autocommit(False)
            assert told(another) == A
            another.rollback()
            assert told(another) is None


class TestOtherConnections:
    def test_from_a_pool_it_is_told_anew(self, another: DatabaseWrapper) -> None:
        another.settings_dict["OPTIONS"]["pool"] = {"min_size": 1, "max_size": 1}
        another.settings_dict["CONN_MAX_AGE"] = 0
        with scope(A):
            assert told(another) == A
        another.close()
        assert told(another) is None
        with scope(B):
            another.set_autocommit(False)
            assert told(another) == B
            another.close()  # in the middle: the pool rolls back
            another.set_autocommit(True)
            assert told(another) == B
        another.close()

    def test_after_the_server_has_gone(self, another: DatabaseWrapper) -> None:
        with scope(A):
            assert told(another) == A
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_terminate_backend(%s)", [another.connection.info.backend_pid])
            with pytest.raises(OperationalError):
                told(another)
            another.close_if_unusable_or_obsolete()
            assert told(another) == A

    def test_each_thread_has_its_own(self) -> None:
        seen: dict[uuid.UUID, Any] = {}
        both = threading.Barrier(2)

        def work(tenant: uuid.UUID) -> None:
            with scope(tenant):
                told()
                both.wait(10)
                seen[tenant] = told()
            connections[DEFAULT_DB_ALIAS].close()

        threads = [threading.Thread(target=work, args=(tenant,)) for tenant in (A, B)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert seen == {A: A, B: B}


class TestCursorsOfTheServer:
    ROWS = "SELECT current_setting('app.tenant') FROM generate_series(1, 5)"

    def rows(self, under: uuid.UUID) -> list[str]:
        """What a cursor of the server's brings, asked under one tenant and fetched while code works for another."""
        found: list[str] = []
        with transaction.atomic(), connection.chunked_cursor() as cursor:
            with scope(under):
                cursor.execute(self.ROWS)
            with scope(B):
                told()
                found += [row for (row,) in cursor.fetchmany(2)]
                told()
                found += [row for (row,) in cursor]
        return found

    def test_they_bring_what_was_asked(self) -> None:
        assert self.rows(A) == [str(A)] * 5

    def test_control_without_that_they_bring_what_others_see(self, monkeypatch: pytest.MonkeyPatch) -> None:
        from config.postgresql.base import InStep

        monkeypatch.setattr(InStep, "_fetched", lambda self, verb, *size: getattr(self.cursor, verb)(*size))
        assert set(self.rows(A)) == {str(B)}

    def test_an_iterator_over_rows(self, world: Any) -> None:
        with scope(world.tenant):
            slugs = []
            for tier in Tier.objects.iterator(chunk_size=1):
                slugs.append(tier.slug)
                with scope(world.harbour):
                    assert Tier.objects.count() == 1
        assert slugs == ["kids", "classics"]
