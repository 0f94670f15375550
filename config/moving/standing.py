"""May the install be moved now? Nothing runs on the source, and the target is migrated, empty and nobody else's."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path
from typing import Any

from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.recorder import MigrationRecorder
from psycopg import sql

from config.moving.tables import MADE_BY_MIGRATING, Table
from config.supervision.groups import marks

PROCESSES = Path("/proc")


def runs_here(path: Path) -> list[str]:
    """What still works on the file `path`: worker groups of this install, and any process that has it open."""
    found = [f"worker group {mark.name}" for mark in [*marks("group"), *marks("supervisor")] if mark.is_held()]
    files = {str(path), f"{path}-wal"}
    for process in PROCESSES.glob("[0-9]*") if PROCESSES.is_dir() else []:
        if int(process.name) == os.getpid():
            continue
        try:
            if any(str(one.readlink()) in files for one in (process / "fd").iterdir()):
                found.append(f"process {process.name}")
        except OSError:
            continue  # it ended meanwhile, or is another user's
    return found


def wrong_with_target(target: Any, tables: list[Table], source: sqlite3.Connection) -> list[str]:
    """Why the target cannot be moved into, in sentences."""
    if target.vendor != "postgresql":
        return [
            "The target is no PostgreSQL. Give an address like postgres://fablewright_owner:password@host/fablewright."
        ]
    executor = MigrationExecutor(target)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        return ["The target has not all tables. Run `manage.py migrate` with DATABASE_URL set to it."]
    applied = set(MigrationRecorder(target).applied_migrations())
    ours = set(source.execute("SELECT app, name FROM django_migrations"))
    if missing := sorted(f"{app} {name}" for app, name in applied - ours):
        return [
            f"The source lacks migrations that the target has ({', '.join(missing[:5])}). Run `manage.py migrate` on it."
        ]
    with target.cursor() as cursor:
        full = [one.name for one in tables if one.name not in MADE_BY_MIGRATING and _has_rows(cursor, one.name)]
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() "
            "AND backend_type = 'client backend'"
        )
        others = cursor.fetchone()[0]
    wrong: list[str] = []
    if full:
        named = f"{', '.join(full[:3])}{' and others' if full[3:] else ''}"
        wrong.append(f"The target is not empty: there are rows in {named}. Make a new database, and migrate it.")
    if others:
        wrong.append(
            f"{others} other connections to the target are open. Stop what holds them: nobody may write meanwhile."
        )
    return wrong


def _has_rows(cursor: Any, name: str) -> bool:
    cursor.execute(sql.SQL("SELECT EXISTS (SELECT 1 FROM {})").format(sql.Identifier(name)))
    return bool(cursor.fetchone()[0])
