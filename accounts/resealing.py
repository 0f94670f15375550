"""Rotation: every sealed column of every row, under the first of the sealing keys. Shows nothing of what is inside."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django.apps import apps
from django.db import models

from accounts.sealed import CannotOpen, Sealed, SealedField
from accounts.tenancy import across_tenants

BATCH = 200


@dataclass(slots=True)
class Tally:
    """What became of one column. `shut` are the primary keys of the rows that no sealing key opens."""

    column: str
    resealed: int = 0
    current: int = 0
    shut: list[str] = field(default_factory=list)


def sealed_columns() -> list[tuple[type[models.Model], SealedField]]:
    """Every sealed column of the install."""
    return [
        (model, column)
        for model in apps.get_models()
        for column in model._meta.concrete_fields
        if isinstance(column, SealedField)
    ]


def reseal(model: type[models.Model], column: SealedField, *, batch: int = BATCH) -> Tally:
    """Put a column's values under the first sealing key. What is there already stays as it is, so running it again, or
    going on after it was stopped, changes nothing twice. A key that somebody replaces meanwhile stays replaced."""
    found = Tally(f"{model._meta.label}.{column.name}")
    with across_tenants("keys are rotated for all tenants"):
        for primary_key, sealed in _rows(model, column, batch):
            if sealed.is_current:
                found.current += 1
                continue
            try:
                again = sealed.resealed()
            except CannotOpen:
                found.shut.append(str(primary_key))
                continue
            same = model._base_manager.filter(pk=primary_key, **{column.name: sealed})
            found.resealed += same.update(**{column.name: again})
    return found


def _rows(model: type[models.Model], column: SealedField, batch: int) -> Iterator[tuple[Any, Sealed]]:
    filled = model._base_manager.exclude(**{column.name: Sealed("")}).order_by("pk").values_list("pk", column.name)
    rows = list(filled[:batch])
    while rows:
        yield from rows
        rows = list(filled.filter(pk__gt=rows[-1][0])[:batch])
