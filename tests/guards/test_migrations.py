"""A migration is one that the code before it survives: while an upgrade goes on, old processes read and write under it.

Every migration added from 0.5.0 on is looked at. What old code does not live with is refused, unless the migration says in
`survives` (a sentence in the Migration class) why it does here.
"""

from __future__ import annotations

import pytest
from django.apps import apps
from django.db import migrations, models
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations.base import Operation

OURS = {"accounts", "generation", "studio", "stories", "gallery"}
BEFORE = {
    "accounts": 11, "generation": 9, "studio": 3, "stories": 3, "gallery": 1,
}  # fmt: skip
"""The last migration of each app that was there before this was looked at."""
TAKES_AWAY = (
    migrations.RemoveField, migrations.RenameField, migrations.DeleteModel, migrations.RenameModel,
    migrations.AlterModelTable, migrations.AlterField, migrations.AddConstraint, migrations.AlterUniqueTogether,
)  # fmt: skip


def number(name: str) -> int:
    return int(name.split("_")[0])


def looked_at() -> list[tuple[str, migrations.Migration]]:
    loader = MigrationLoader(None, ignore_no_migrations=True)
    return [
        (f"{app} {name}", migration)
        for (app, name), migration in sorted(loader.disk_migrations.items())
        if app in OURS and number(name) > BEFORE[app]
    ]


def breaks(operation: Operation, made_here: set[str]) -> str:
    """Why code from before does not live with it; empty where it does. `made_here` are the models that the same migration
    makes, which old code knows nothing of."""
    if getattr(operation, "model_name", "").lower() in made_here:
        return ""
    if isinstance(operation, migrations.AddField):
        field = operation.field
        if isinstance(field, models.ManyToManyField) or field.null or field.has_db_default():
            return ""
        return "old code inserts rows without the new column: let it be empty, or give it a db_default"
    if isinstance(operation, migrations.AlterField):
        return "old code may write what the changed column refuses: add a new column beside it"
    if isinstance(operation, TAKES_AWAY):
        return "old code still uses what is taken away, renamed or forbidden: do it a release later"
    if isinstance(operation, migrations.SeparateDatabaseAndState):
        return next((why for one in operation.database_operations if (why := breaks(one, made_here))), "")
    return ""


def wrong_with(migration: migrations.Migration) -> list[str]:
    made = {
        operation.name.lower() for operation in migration.operations if isinstance(operation, migrations.CreateModel)
    }
    found = [f"{type(one).__name__}: {why}" for one in migration.operations if (why := breaks(one, made))]
    return [] if len(str(getattr(migration, "survives", "")).split()) >= 4 else found


def test_old_code_survives_every_new_migration() -> None:
    assert {app: found for app, migration in looked_at() if (found := wrong_with(migration))} == {}
    assert {config.label for config in apps.get_app_configs() if config.label in OURS} == OURS


def made(*operations: Operation, **more: str) -> migrations.Migration:
    return type("Migration", (migrations.Migration,), {"operations": list(operations), **more})("0099_made", "accounts")


TEXT = models.TextField()


@pytest.mark.parametrize(
    ("operation", "is_refused"),
    [
        (migrations.RemoveField("user", "name"), True),
        (migrations.RenameField("user", "name", "title"), True),
        (migrations.DeleteModel("User"), True),
        (migrations.RenameModel("User", "Person"), True),
        (migrations.AlterField("user", "name", TEXT), True),
        (migrations.AddField("user", "name", TEXT), True),
        (
            migrations.AddField("user", "name", models.TextField(default="")),
            True,
        ),  # Django's default is not the database's
        (migrations.AddConstraint("user", models.UniqueConstraint(fields=["name"], name="one")), True),
        (migrations.SeparateDatabaseAndState([migrations.DeleteModel("User")]), True),
        (migrations.AddField("user", "name", models.TextField(null=True)), False),
        (migrations.AddField("user", "name", models.TextField(db_default="")), False),
        (migrations.AddIndex("user", models.Index(fields=["name"], name="by_name")), False),
        (migrations.CreateModel("User", [("id", models.AutoField(primary_key=True))]), False),
    ],
)
def test_what_is_refused(operation: Operation, is_refused: bool) -> None:
    assert bool(wrong_with(made(operation))) is is_refused
    assert wrong_with(made(operation, survives="Nothing has read the column since 0.4.0.")) == []
    assert bool(wrong_with(made(operation, survives="Fine."))) is is_refused  # a reason is a sentence


def test_a_model_that_comes_with_it_may_be_built_in_steps() -> None:
    new = migrations.CreateModel("Thing", [("id", models.AutoField(primary_key=True))])
    assert wrong_with(made(new, migrations.AddField("thing", "name", TEXT))) == []
