"""Has this database been put back from a backup? Then what stands in it as not sent may have been sent, and paid for, since.

Nobody has to say so: the database remembers where it lives, and a copy of it lives elsewhere. On PostgreSQL a place is the
server's system identifier, its timeline (another one after recovery to a point in time, and after a standby took over), the
database's number and this row's table's (another one after `pg_restore --clean`); on SQLite it is the file. Besides, each
machine with workers notes outside of the database how far its counter had come: a database that is behind that note has
gone back, however it did. What neither sees (a whole disk put back, notes and all) has to be said: `manage.py after_restore
--force`.

A database in which nothing is under way that could be bought twice takes its new place by itself.
"""

from __future__ import annotations

import logging
import time
from functools import cache
from pathlib import Path

from django.conf import settings
from django.db import DatabaseError, connection, transaction
from django.db.models import F, Q, QuerySet

from accounts.tenancy import across_tenants
from generation.adapters import all_adapters
from generation.models import ACTIVE, DatabasePlace, Job
from generation.providers.contract import Kind, Replay

log = logging.getLogger(__name__)

WHY = "a backup is of all tenants"
SAY_EVERY_SECONDS = 60.0
_said_at = -SAY_EVERY_SECONDS
NOT_ALLOWED = "42501"
"""PostgreSQL's word for it."""

HERE = """
SELECT CASE WHEN pg_is_in_recovery() THEN '' ELSE substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8) END,
       (SELECT oid FROM pg_database WHERE datname = current_database()), %s::regclass::oid, [server]
"""
SERVER = "(SELECT system_identifier FROM pg_control_system())"


class Restored(RuntimeError):
    """The database was put back from a backup and is not settled yet. The text says how it is known and what to do."""


def refuse() -> None:
    """Raise `Restored` where nothing may be bought from what stands in this database. One that never knew a place takes the one
    it is in."""
    row = DatabasePlace.objects.filter(pk=1).first()
    if row is None:
        begin()
        return
    reason = _difference(row)
    if not reason:
        return
    with transaction.atomic():
        DatabasePlace.objects.select_for_update().get(pk=1)
        with across_tenants(WHY):
            count = what_may_repeat().count()
        if not count:
            stay()
            return
    raise Restored(
        f"This database was put back from a backup ({reason}), and {count} jobs in it may have been sent since it was taken. "
        "Nothing is sent until that is settled: stop the workers and run `manage.py after_restore`."
    )


def is_unsettled() -> bool:
    """The same as a question, which changes nothing."""
    with across_tenants(WHY):
        return bool(differs()) and what_may_repeat().exists()


def say(reason: Restored) -> None:
    """Log it, and not at every look."""
    global _said_at
    if time.monotonic() - _said_at >= SAY_EVERY_SECONDS:
        _said_at = time.monotonic()
        log.error("%s", reason)


def what_may_repeat() -> QuerySet[Job]:
    """The jobs that must not simply go on: those under way that cost something, or tell somebody something. Of all tenants, or
    of one: as the caller's scope is."""
    free = [name for name, able in all_adapters().items() if able.replay is Replay.FREE]
    # By the model's provider, which is the job's: of a job across tenants no more is seen than what says when it goes.
    costs = Q(model=None) | ~Q(model__provider__in=free)
    return Job.objects.filter(Q(status__in=ACTIVE) & (Q(kind=Kind.DELIVER) | costs))


def begin() -> None:
    """Let a database that never knew a place take the one it is in."""
    if not DatabasePlace.objects.filter(pk=1).exists():
        place = DatabasePlace(pk=1, place=here(), epoch=time.time_ns() // 1_000)
        DatabasePlace.objects.bulk_create([place], ignore_conflicts=True)


def differs() -> str:
    """How this database is seen to be elsewhere, or earlier, than it knows; empty where it is at home, and where it never knew
    a place."""
    row = DatabasePlace.objects.filter(pk=1).first()
    return "" if row is None else _difference(row)


def _difference(row: DatabasePlace) -> str:
    if row.place != here():
        return "it knows another place as its own"
    if (row.epoch, row.ticks) < _noted(row):
        return "this machine has seen a later state of it"
    return ""


def stay() -> None:
    """Take this place as the database's own, from now on."""
    row = DatabasePlace.objects.select_for_update().filter(pk=1).first() or DatabasePlace(pk=1, epoch=0)
    row.place, row.ticks = here(), 0
    row.epoch = max(time.time_ns() // 1_000, row.epoch + 1, _noted(row)[0] + 1)
    row.save()


def tick() -> None:
    """Count on, and note on this machine how far it came. Called every few seconds by whoever watches over the workers."""
    with transaction.atomic():
        if not DatabasePlace.objects.filter(pk=1).update(ticks=F("ticks") + 1):
            return
        row = DatabasePlace.objects.get(pk=1)
    path = note()
    unfinished = path.with_suffix(".new")
    unfinished.write_text(f"{row.lineage} {row.epoch} {row.ticks}")
    unfinished.replace(path)


def note() -> Path:
    """The file that remembers, outside of the database, how far its counter had come."""
    folder: Path = settings.HOME.path / "run"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder / "database.seen"


def _noted(row: DatabasePlace) -> tuple[int, int]:
    """How far this machine saw this database come; a note about another one says nothing of it."""
    try:
        lineage, epoch, ticks = note().read_text().split()
        return (int(epoch), int(ticks)) if lineage == str(row.lineage) else (0, 0)
    except (OSError, ValueError):
        return 0, 0


def here() -> str:
    """The place that the database is in now."""
    if connection.vendor != "postgresql":
        file = Path(str(connection.settings_dict["NAME"]))
        return f"sqlite:{file.stat().st_ino}" if file.is_file() else "sqlite:memory"
    sql = HERE.replace("[server]", SERVER if _may_ask_for_the_server() else "''")
    with connection.cursor() as cursor:
        cursor.execute(sql, [DatabasePlace._meta.db_table])
        timeline, database, table, server = cursor.fetchone()
    return f"postgresql:{server}:{timeline}:{database}:{table}"


@cache
def _may_ask_for_the_server() -> bool:
    """Every role may, unless somebody took that away or the server cannot read its own file; then the rest has to do."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"SELECT {SERVER}")
    except DatabaseError as error:
        if getattr(error.__cause__, "sqlstate", "") != NOT_ALLOWED:
            raise
        return False
    return True
