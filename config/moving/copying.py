"""The move itself: one transaction on the target, so that it is there whole or not at all.

Every row keeps its id, its moments and its sealed values. What is written is read back and compared, by count and by digest
per table, and the audit of the target has to hold, before anything is committed.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.apps import apps
from django.core.management.color import no_style
from django.db import connections, transaction
from psycopg import sql

from config.invariants import disagreements
from config.moving.tables import MADE_BY_MIGRATING, Digest, Table, Unfit, converted
from generation import restored

AT_ONCE = 2_000
MOST_TOLD = 50
Say = Callable[[str], None]


class CannotMove(Exception):
    """The move was undone, or never begun. `reasons` are sentences, each with what to do."""

    def __init__(self, reasons: Sequence[str]) -> None:
        super().__init__("\n".join(reasons))
        self.reasons = list(reasons)


@dataclass
class Source:
    """The SQLite file, read as it stands at one moment."""

    path: Path

    @contextmanager
    def opened(self) -> Iterator[sqlite3.Connection]:
        with closing(sqlite3.connect(f"{self.path.absolute().as_uri()}?mode=ro", uri=True, timeout=20)) as found:
            # What is no UTF-8 is named by its row, and does not end the reading.
            found.text_factory = lambda raw: raw.decode(errors="surrogateescape")
            found.execute("BEGIN")
            yield found


@contextmanager
def as_default(target: Any) -> Iterator[None]:
    """Ask `target` inside the block whatever is asked of the default database."""
    usual = connections["default"]
    connections["default"] = target
    try:
        yield
    finally:
        connections["default"] = usual


def move(source: Source, target: Any, tables: list[Table], say: Say) -> int:
    """Move all rows of `tables`; how many. Raises `CannotMove`, and then the target is as it was."""
    with as_default(target), source.opened() as rows, transaction.atomic():
        _refuse_broken_references(rows)
        with target.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL DEFERRED")
            fenced = _without_row_security(cursor, tables)
            for table in reversed(tables):
                if table.name in MADE_BY_MIGRATING:
                    cursor.execute(sql.SQL("DELETE FROM {}").format(sql.Identifier(table.name)))
        sent = _send(rows, target, tables)
        total = 0
        lost: list[str] = []
        with target.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            for table in tables:
                there = _read_back(target, table)
                total += there.rows
                if there != sent[table.name]:
                    lost.append(
                        f"{table.name}: {sent[table.name].rows} rows were sent, and {there.rows} came to stand there; their "
                        "contents differ. Look for triggers or rules on the table."
                    )
            if lost:
                raise CannotMove(lost)
            for statement in target.ops.sequence_reset_sql(no_style(), _models(tables)):
                cursor.execute(statement)
            wrong = disagreements()
            if wrong:
                raise CannotMove(wrong)
            restored.stay()
            for name in fenced:
                cursor.execute(sql.SQL("ALTER TABLE {} FORCE ROW LEVEL SECURITY").format(sql.Identifier(name)))
        say(f"{total} rows in {len(tables)} tables: counted, compared and audited.")
    return total


def _refuse_broken_references(rows: sqlite3.Connection) -> None:
    broken = rows.execute("PRAGMA foreign_key_check").fetchmany(MOST_TOLD)
    if broken:
        raise CannotMove(
            [
                f"{table}, row {number}: it points at a row of {parent} that is not there. Delete it, or mend it."
                for table, number, parent, _ in broken
            ]
        )


def _without_row_security(cursor: Any, tables: list[Table]) -> list[str]:
    """Let the owner past the tables' row-level security for this transaction, which COPY cannot go through; their names."""
    names = [table.name for table in tables]
    active = "SELECT relname FROM pg_class WHERE relname = ANY(%s) AND relkind = 'r' AND row_security_active(oid)"
    cursor.execute(active, [names])
    fenced = [name for (name,) in cursor.fetchall()]
    if not fenced:
        return []
    owned = "SELECT relname FROM pg_class WHERE relname = ANY(%s) AND NOT pg_has_role(relowner, 'USAGE')"
    cursor.execute(owned, [fenced])
    if cursor.fetchall():
        raise CannotMove(["The target's role does not own the tables. Give the owner's address, fablewright_owner's."])
    for name in fenced:
        cursor.execute(sql.SQL("ALTER TABLE {} NO FORCE ROW LEVEL SECURITY").format(sql.Identifier(name)))
    return fenced


def _send(rows: sqlite3.Connection, target: Any, tables: list[Table]) -> dict[str, Digest]:
    """Send every table's rows by COPY. Values that PostgreSQL would not take are told all at once, by row."""
    sent: dict[str, Digest] = {}
    unfit: list[str] = []
    for table in tables:
        digest = sent[table.name] = Digest(one for _, one in table.fields)
        statement = sql.SQL("COPY {} ({}) FROM STDIN").format(
            sql.Identifier(table.name), sql.SQL(", ").join(map(sql.Identifier, table.columns))
        )
        with target.connection.cursor() as cursor, cursor.copy(statement) as copy:
            for row in _rows(rows, table):
                made = _converted(table, row, unfit)
                if made is not None:
                    copy.write_row(made)
                    digest.add(made)
        if len(unfit) >= MOST_TOLD:
            break
    if unfit:
        raise CannotMove(unfit)
    return sent


def _rows(rows: sqlite3.Connection, table: Table) -> Iterator[Sequence[Any]]:
    columns = ", ".join(f'"{column}"' for column in table.columns)
    cursor = rows.execute(f'SELECT {columns} FROM "{table.name}"')  # noqa: S608 -- names of our own models
    while batch := cursor.fetchmany(AT_ONCE):
        yield from batch


def _converted(table: Table, row: Sequence[Any], unfit: list[str]) -> list[Any] | None:
    made: list[Any] = []
    for value, (column, one) in zip(row, table.fields, strict=True):
        try:
            made.append(converted(value, one))
        except Unfit as reason:
            if len(unfit) < MOST_TOLD:
                key = row[table.columns.index(table.key)]
                unfit.append(f"{table.name}, row {key}, column {column}: {reason}")
            return None
    return made


def _read_back(target: Any, table: Table) -> Digest:
    digest = Digest(one for _, one in table.fields)
    columns = sql.SQL(", ").join(
        sql.SQL("{}::text" if one.get_internal_type() == "JSONField" else "{}").format(sql.Identifier(column))
        for column, one in table.fields
    )
    with target.connection.cursor(name="read_back") as cursor:
        cursor.itersize = AT_ONCE
        cursor.execute(sql.SQL("SELECT {} FROM {}").format(columns, sql.Identifier(table.name)))
        for row in cursor:
            digest.add(row)
    return digest


def _models(tables: list[Table]) -> list[Any]:
    names = {table.name for table in tables}
    return [model for model in apps.get_models(include_auto_created=True) if model._meta.db_table in names]
