"""What the roles of PostgreSQL may do: the one that migrates, that of the web processes, that of the workers.

`fablewright_owner` owns the tables. `fablewright_web` and `fablewright_worker` own nothing, are under row-level security
(`accounts.walls`) and have the rights that stand here, table by table. Neither passes a tenant's wall anywhere. What code
that says `across_tenants(reason)` may look at is a schema of views, `across`, that stands in front of the tables while it
looks: each has the table's name, all tenants' rows, and for each role the columns below and no more. A column that is not
here is refused by name; a table that is not here shows no rows.

`statements` says it in SQL. `manage.py database_roles` runs that, and so does every `migrate` of a role that owns the
tables, so that what a migration adds has its rights with it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db import connections, models, transaction

from accounts.models import User
from accounts.tenancy import TenantRow
from config.postgresql import AHEAD

OWNER, WEB, WORKER = "fablewright_owner", "fablewright_web", "fablewright_worker"

ALL = "SELECT, INSERT, UPDATE, DELETE"
LOOK = "SELECT"
NONE = ""

PLATFORM: dict[str, tuple[str, str]] = {
    # table: what web processes may, what workers may
    "accounts_user": (ALL, "SELECT, UPDATE, DELETE"),  # workers end the accounts of those who leave
    "accounts_tenant": (ALL, LOOK),  # operators keep tenants, hosts, models and prices in the admin
    "accounts_domain": (ALL, LOOK),
    "accounts_secondfactor": (ALL, "SELECT, DELETE"),
    "accounts_recoverycode": (ALL, "SELECT, DELETE"),
    "accounts_tenantremoval": (NONE, NONE),  # a tenant is removed by the owner alone
    "generation_aimodel": (ALL, LOOK),
    "generation_price": (ALL, LOOK),
    "generation_credential": (ALL, "SELECT, UPDATE, DELETE"),  # workers pause accounts; a person's goes with its key
    "generation_beat": (LOOK, ALL),
    "generation_databaseplace": (LOOK, "SELECT, INSERT, UPDATE"),  # workers see whether the database was put back
    "generation_breaker": ("SELECT, UPDATE, DELETE", ALL),  # operators may close one by hand
    "generation_switch": (ALL, LOOK),
    "generation_tally": (LOOK, ALL),
    "generation_inspection": (LOOK, LOOK),  # whoever audits is the owner
    "django_q_ormq": ("SELECT, INSERT", ALL),  # the web rings, workers take
    "django_q_task": (NONE, ALL),
    "django_q_schedule": (NONE, ALL),
    "django_session": (ALL, "SELECT, DELETE"),  # workers throw away those that are over
    "token_blacklist_outstandingtoken": (ALL, "SELECT, UPDATE, DELETE"),
    "token_blacklist_blacklistedtoken": (ALL, "SELECT, DELETE"),
    "axes_accessattempt": (ALL, "SELECT, DELETE"),
    "axes_accessattemptexpiration": (ALL, NONE),
    "axes_accessfailurelog": (ALL, NONE),
    "axes_accesslog": (ALL, NONE),
    "django_admin_log": (ALL, "SELECT, DELETE"),
    "django_content_type": (LOOK, LOOK),
    "auth_permission": (LOOK, LOOK),
    "auth_group": (LOOK, LOOK),
    "auth_group_permissions": (LOOK, LOOK),
    "django_migrations": (LOOK, LOOK),
}
"""Tables of no tenant."""

APPEND_ONLY = frozenset({"accounts_auditevent", "accounts_ledgerentry"})
"""Of a tenant's tables, those that are only added to. In all others both roles write what is their tenant's."""


@dataclass(frozen=True, slots=True)
class Ahead:
    """What of a tenant's table is seen, and changed, by code that looks across tenants."""

    why: str
    web: tuple[str, ...] = ()
    worker: tuple[str, ...] = ()
    changes: tuple[str, ...] = ()
    """Columns that workers change."""
    adds: bool = False
    deletes: bool = False


IN_LINE = (
    "id", "tenant_id", "run_id", "kind", "lane", "priority", "model_id", "provider", "credential_id", "status", "version",
    "due_at", "lease_until", "deadline_at", "sent_at", "created_at", "finished_at", "worker", "spool_id", "spooled_until",
    "hold_micros",
)  # fmt: skip
"""Of a job, what says when it goes, and what is held for it. Not what is asked, said, made or paid."""
ASKERS = ("id", "tenant_id", "user_id", "person_id", "topic_id")

ACROSS: dict[str, Ahead] = {
    "generation_job": Ahead(
        "Workers claim, and keep leases and deadlines. The web follows versions for its sockets, tells places in the queue and "
        "how long models take, how long the oldest job waits (/healthz), and what does not go on (the operators' page).",
        web=IN_LINE,
        worker=(*IN_LINE, "attempt", "fence", "stops_provider"),
        changes=("status", "version", "fence", "worker", "lease_until", "due_at", "stops_provider"),
    ),
    "accounts_ledgerentry": Ahead(
        "Operators see what was spent today, by provider.",
        web=("id", "tenant_id", "job_id", "kind", "booked_on", "amount_micros"),
        worker=("id", "tenant_id", "job_id"),
    ),
    "generation_run": Ahead("Turns are counted per person; sockets follow topics.", web=ASKERS, worker=ASKERS),
    "generation_turn": Ahead(
        "Who was served when, over all tenants.",
        web=("id", "tenant_id", "person_id", "taken_at"),
        worker=("id", "tenant_id", "person_id", "taken_at"),
        changes=("taken_at",), adds=True, deletes=True,
    ),
    "accounts_membership": Ahead("Somebody who ends their account leaves every tenant.", web=("id", "tenant_id", "user_id")),
    "accounts_departure": Ahead(
        "Departures of all tenants are seen through.",
        worker=("id", "tenant_id", "user_id", "is_whole", "asked_at", "leased_until", "finished_at"),
    ),
    "accounts_idempotentcall": Ahead("Forgotten after a day.", worker=("id", "created_at", "leased_until"), deletes=True),
    "accounts_mailedlink": Ahead("They run out.", worker=("id", "expires_at"), deletes=True),
    "accounts_mailtally": Ahead("Forgotten after their hour.", worker=("id", "hour"), deletes=True),
    "generation_letter": Ahead("Forgotten after a while.", worker=("id", "created_at", "job_id"), deletes=True),
    "generation_discardedfile": Ahead("Files are tidied away.", worker=("id", "tenant_id", "sha256", "discarded_at")),
    "studio_piece": Ahead("Tidied away when thrown away.", worker=("id", "tenant_id", "created_at", "deleted_at", "is_kept")),
    "studio_upload": Ahead("Tidied away after a day.", worker=("id", "tenant_id", "created_at")),
}  # fmt: skip
"""By table. Beside these, workers see in every table that names people whose rows are there: who leaves, leaves none."""


def tenant_tables() -> dict[str, type[models.Model]]:
    """Tables of tenant rows, with their models."""
    return {model._meta.db_table: model for model in apps.get_models() if issubclass(model, TenantRow)}


def naming_people() -> dict[str, tuple[str, ...]]:
    """The columns of tenant rows that name a person, by table."""
    found: dict[str, tuple[str, ...]] = {}
    for table, model in tenant_tables().items():
        columns = [str(field.column) for field in model._meta.local_concrete_fields if field.related_model is User]
        if columns:
            found[table] = tuple(columns)
    return found


def looked_at() -> dict[str, Ahead]:
    """All that stands in the schema of views."""
    seen = dict(ACROSS)
    for table, columns in naming_people().items():
        known = seen.get(table, Ahead("Whose rows are there, for an account that ends."))
        worker = tuple(dict.fromkeys((*known.worker, "id", "tenant_id", *columns)))
        seen[table] = Ahead(known.why, known.web, worker, known.changes, known.adds, known.deletes)
    return seen


def rights(table: str) -> tuple[str, str]:
    """What web processes and workers may in a table itself. Raises KeyError for one that nobody decided about."""
    if table in PLATFORM:
        return PLATFORM[table]
    tenant_tables()[table]
    return ("SELECT, INSERT", "SELECT, INSERT") if table in APPEND_ONLY else (ALL, ALL)


def statements(tables: set[str]) -> Iterator[str]:
    """SQL that leaves both roles with these rights and no others, given the tables that there are. For the owner to run, in
    one transaction."""
    yield f"CREATE SCHEMA IF NOT EXISTS {AHEAD}"
    yield f"GRANT USAGE ON SCHEMA {AHEAD} TO {WEB}, {WORKER}"
    yield f"REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {WEB}, {WORKER}"
    yield f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {WEB}, {WORKER}"
    for table in sorted(tables & {*PLATFORM, *tenant_tables()}):
        for role, may in zip((WEB, WORKER), rights(table), strict=True):
            if may:
                yield f"GRANT {may} ON public.{table} TO {role}"
    models_of = tenant_tables()
    for table, ahead in sorted(looked_at().items()):
        if table not in tables:
            continue
        columns = ", ".join(f'"{field.column}"' for field in models_of[table]._meta.local_concrete_fields)
        view = f"{AHEAD}.{table}"
        yield f"DROP VIEW IF EXISTS {view}"
        seen_when = "current_setting('app.across', true) = 'on'"
        yield f"CREATE VIEW {view} AS SELECT {columns} FROM public.{table} WHERE {seen_when}"  # noqa: S608 -- names of ours
        for role, seen in ((WEB, ahead.web), (WORKER, ahead.worker)):
            if seen:
                yield f"GRANT SELECT ({', '.join(seen)}) ON {view} TO {role}"
        if ahead.changes:
            yield f"GRANT UPDATE ({', '.join(ahead.changes)}) ON {view} TO {WORKER}"
        if ahead.adds:
            yield f"GRANT INSERT ON {view} TO {WORKER}"
        if ahead.deletes:
            yield f"GRANT DELETE ON {view} TO {WORKER}"


def after_migrating(*, using: str, plan: Any = None, **_: Any) -> None:
    """Give the roles their rights in what was migrated, where there are such roles and it was the tables' owner who did it."""
    connection = connections[using]
    if plan is None or connection.vendor != "postgresql":
        return
    with transaction.atomic(using=using), connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_roles WHERE rolname IN (%s, %s)", [WEB, WORKER])
        if cursor.fetchone() != (2,):
            return
        cursor.execute(
            "SELECT pg_has_role(relowner, 'MEMBER') FROM pg_class WHERE oid = to_regclass('public.accounts_tenant')"
        )
        if cursor.fetchone() != (True,):
            return
        for statement in statements(set(connection.introspection.table_names(cursor))):
            cursor.execute(statement)
