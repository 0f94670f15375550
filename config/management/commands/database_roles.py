"""`manage.py database_roles`: the roles of PostgreSQL that the processes sign in as, with their rights."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection, transaction

from accounts.walls import let_pass
from config import roles

PASSWORDS = {
    roles.OWNER: "FABLEWRIGHT_OWNER_PASSWORD",
    roles.WEB: "FABLEWRIGHT_WEB_PASSWORD",
    roles.WORKER: "FABLEWRIGHT_WORKER_PASSWORD",
}


class Command(BaseCommand):
    help = (
        "Create or mend the roles fablewright_owner, fablewright_web and fablewright_worker and what each may do. Run it as a "
        "role that may create roles; running it again changes nothing. Passwords come from FABLEWRIGHT_OWNER_PASSWORD, "
        "FABLEWRIGHT_WEB_PASSWORD and FABLEWRIGHT_WORKER_PASSWORD, or from files named by the same with _FILE behind them; "
        "where there is none, a role's password stays as it is."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--print",
            action="store_true",
            dest="only_print",
            help="Print the SQL, without passwords, and change nothing.",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if connection.vendor != "postgresql":
            raise CommandError("Roles are PostgreSQL's: set DATABASE_URL to a server of it.")
        if options["only_print"]:
            for statement in _statements():
                self.stdout.write(f"{statement};")
            return
        with transaction.atomic(), connection.cursor() as cursor:
            for statement in _statements():
                cursor.execute(statement)
            for role, password in _passwords():
                quoted = connection.ops.compose_sql("%s", [password])  # type: ignore[attr-defined]
                cursor.execute(f"ALTER ROLE {role} PASSWORD {quoted}", None)
        if options["verbosity"]:
            self.stdout.write(f"The roles {', '.join(PASSWORDS)} are there, each with its rights.")


def _passwords() -> Iterator[tuple[str, str]]:
    for role, name in PASSWORDS.items():
        file = os.environ.get(f"{name}_FILE", "")
        password = Path(file).read_text(encoding="utf-8").strip() if file else os.environ.get(name, "")
        if password:
            yield role, password


def _statements() -> Iterator[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT rolname, rolsuper OR rolbypassrls OR rolcreaterole OR rolcreatedb FROM pg_roles")
        there = dict(cursor.fetchall())
        cursor.execute("SELECT current_database(), rolsuper FROM pg_roles WHERE rolname = current_user")
        database, is_superuser = cursor.fetchone()
        cursor.execute(
            "SELECT relname, relrowsecurity FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'"
        )
        tables = dict(cursor.fetchall())
        cursor.execute(
            "SELECT oid::regprocedure::text FROM pg_proc WHERE pronamespace = 'public'::regnamespace"
            " AND NOT EXISTS (SELECT 1 FROM pg_depend WHERE objid = pg_proc.oid AND deptype = 'e')"
        )
        functions = [name for (name,) in cursor.fetchall()]
        cursor.execute("SELECT 1 FROM pg_namespace WHERE nspname = %s", [roles.AHEAD])
        has_schema = cursor.fetchone() is not None
        cursor.execute(
            "SELECT relname FROM pg_class WHERE relnamespace = to_regnamespace(%s) AND relkind = 'v'", [roles.AHEAD]
        )
        views = [name for (name,) in cursor.fetchall()]
    for role in PASSWORDS:
        if role not in there:
            yield f"CREATE ROLE {role} LOGIN"
        elif there[role]:
            yield f"ALTER ROLE {role} LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEROLE NOCREATEDB"
    if not is_superuser:
        yield f"GRANT {roles.OWNER} TO CURRENT_USER"
    yield f'GRANT CONNECT ON DATABASE "{database}" TO {", ".join(PASSWORDS)}'
    yield f'GRANT CREATE ON DATABASE "{database}" TO {roles.OWNER}'
    yield "REVOKE CREATE ON SCHEMA public FROM PUBLIC"
    yield f"GRANT CREATE, USAGE ON SCHEMA public TO {roles.OWNER}"
    yield f"GRANT USAGE ON SCHEMA public TO {roles.WEB}, {roles.WORKER}"
    ours = {*roles.PLATFORM, *roles.tenant_tables()} & set(tables)
    for table in sorted(ours):
        yield f"ALTER TABLE public.{table} OWNER TO {roles.OWNER}"
        if tables[table]:
            yield from let_pass(f"public.{table}", roles.OWNER)
    for function in functions:
        yield f"ALTER FUNCTION {function} OWNER TO {roles.OWNER}"
    if has_schema:
        yield f"ALTER SCHEMA {roles.AHEAD} OWNER TO {roles.OWNER}"
    for view in views:
        yield f"ALTER VIEW {roles.AHEAD}.{view} OWNER TO {roles.OWNER}"
    if ours:
        yield f"SET LOCAL ROLE {roles.OWNER}"
        yield from roles.statements(set(tables))
        yield "RESET ROLE"
