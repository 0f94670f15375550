"""Django's PostgreSQL backend, whose connections know the tenant that code works for.

Before a statement the server is told what `accounts.standing` says at that moment, where it was last told something else:
`app.tenant`, by which row-level security decides (`accounts.walls`), and, where code looks across tenants, `app.across` and
the schema of narrow views in front of the tables (`config.roles`). With no tenant active both are empty, and then no tenant's
rows are there. Telling is a round trip of its own and no query: it is in no log of queries and in no count of them.

What a connection was told is kept with the connection itself, so it is right across a pool. It is told with `SET`, which a
rollback takes back: after every rollback it counts as unknown. A pooler between us and the server that gives one session's
transactions to several clients breaks this; put none there.
"""

from __future__ import annotations

import uuid
from typing import Any

from django.db.backends.postgresql import base
from django.db.backends.utils import CursorWrapper
from psycopg import ServerCursor
from psycopg.pq import TransactionStatus

from accounts.standing import ACROSS, Standing, standing
from config.postgresql import AHEAD

UNKNOWN = object()


class InStep:
    """A cursor that tells before it asks. What a cursor of the server's brings later it brings under what it was asked by."""

    db: Any
    cursor: Any
    _asked_under: Standing = None

    def _execute(self, sql: Any, params: Any, *wrapped: Any) -> Any:
        self._tell()
        return super()._execute(sql, params, *wrapped)  # type: ignore[misc]

    def _executemany(self, sql: Any, param_list: Any, *wrapped: Any) -> Any:
        self._tell()
        return super()._executemany(sql, param_list, *wrapped)  # type: ignore[misc]

    def callproc(self, procname: Any, params: Any = None, kparams: Any = None) -> Any:
        self._tell()
        return super().callproc(procname, params, kparams)  # type: ignore[misc]

    def copy(self, statement: Any, *args: Any, **kwargs: Any) -> Any:
        self._tell()
        return self.cursor.copy(statement, *args, **kwargs)

    def fetchone(self) -> Any:
        return self._fetched("fetchone")

    def fetchmany(self, *size: int) -> Any:
        return self._fetched("fetchmany", *size)

    def fetchall(self) -> Any:
        return self._fetched("fetchall")

    def __iter__(self) -> Any:
        if not isinstance(self.cursor, ServerCursor):
            yield from super().__iter__()  # type: ignore[misc]
            return
        while rows := self.fetchmany(self.cursor.itersize):
            yield from rows

    def _tell(self) -> None:
        self.db.validate_no_broken_transaction()
        self._asked_under = standing()
        self.db.tell(self._asked_under)

    def _fetched(self, verb: str, *size: int) -> Any:
        if isinstance(self.cursor, ServerCursor):
            self.db.tell(self._asked_under)
        with self.db.wrap_database_errors:
            return getattr(self.cursor, verb)(*size)


class Cursor(InStep, CursorWrapper):
    pass


class DebugCursor(InStep, base.CursorDebugWrapper):
    def copy(self, statement: Any, *args: Any, **kwargs: Any) -> Any:
        with self.debug_sql(statement):
            return super().copy(statement, *args, **kwargs)


class DatabaseWrapper(base.DatabaseWrapper):
    def make_cursor(self, cursor: Any) -> Cursor:
        return Cursor(cursor, self)

    def make_debug_cursor(self, cursor: Any) -> DebugCursor:
        return DebugCursor(cursor, self)

    def tell(self, now: Standing) -> None:
        """Have the server know for whom the next statement works. Costs nothing where it knows already."""
        connection = self.connection
        if connection is None:
            return  # it was closed under a cursor, whose statement says so
        told = getattr(connection, "fablewright_told", UNKNOWN)
        if told is now or told == now:
            return
        if connection.pgconn.transaction_status == TransactionStatus.INERROR:
            return  # nothing is answered there but a rollback, after which nothing counts as told
        tenant = str(now) if isinstance(now, uuid.UUID) else ""
        said = f"SET app.tenant = '{tenant}'"
        if told is UNKNOWN or ACROSS in (told, now):
            front = f'{AHEAD}, "$user", public' if now is ACROSS else "DEFAULT"
            said += f"; SET app.across = '{'on' if now is ACROSS else ''}'; SET search_path TO {front}"
        with self.wrap_database_errors:
            connection.fablewright_told = UNKNOWN
            with connection.cursor() as cursor:
                cursor.execute(said)
            connection.fablewright_told = now

    def _forget(self) -> None:
        """Of what a rollback took back nobody knows what stands there now."""
        if self.connection is not None:
            self.connection.fablewright_told = UNKNOWN

    def _commit(self) -> Any:
        try:
            return super()._commit()  # type: ignore[misc]
        except Exception:
            self._forget()  # a deferred constraint did not hold, which is a rollback
            raise

    def _rollback(self) -> Any:
        try:
            return super()._rollback()  # type: ignore[misc]
        finally:
            self._forget()

    def _savepoint_rollback(self, sid: str) -> None:
        try:
            super()._savepoint_rollback(sid)  # type: ignore[misc]
        finally:
            self._forget()

    def _close(self) -> Any:
        if self.connection is not None and self.connection.pgconn.transaction_status != TransactionStatus.IDLE:
            self._forget()  # a pool rolls back what is given back in the middle
        return super()._close()  # type: ignore[misc]
