"""Files that no row names, and rows whose file is missing.

What names a file is read off the models: every column called `sha256`, and every file field. A new one is known without a word
here, and a test looks at every other column that sounds like one. Who uses an asset is read off them too: every foreign key
to it, whatever the room calls it, a cover, a take or a plate.

A file is younger than its row: a purchase puts the file first and writes the row then. So what is young is no orphan, and
before one is deleted its rows and its age are looked at once more. What a purchase wants anew is touched when it is put.
"""

from __future__ import annotations

import datetime
import logging
import re
import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby

from django.apps import apps
from django.db.models import Field, FileField, ForeignKey, Model
from django.utils import timezone

from accounts.tenancy import across_tenants
from generation import spool, storage
from generation.models import Asset

log = logging.getLogger(__name__)

WHY = "files of all tenants are compared with all rows"
LEAST_SECONDS = 900.0
"""Nothing younger is ever deleted, whoever asks for it: longer than the way from a file to its row."""
FINISHED = re.compile(r"^t/([0-9a-f-]{36})/([0-9a-f]{64})$")
UNFINISHED = re.compile(r"^t/([0-9a-f-]{36})/\.[0-9a-f]{16}$")


@dataclass(frozen=True, slots=True)
class Stray:
    """A file that no row names. `is_unfinished` where a process that died left it behind."""

    name: str
    size_bytes: int
    modified_at: datetime.datetime
    is_unfinished: bool = False


@dataclass(frozen=True, slots=True)
class Missing:
    """A row whose file is not there. `used_by` are the columns that lead to it, as “generation.Job.asset”."""

    asset_id: uuid.UUID
    name: str
    used_by: tuple[str, ...]


@dataclass(slots=True)
class Found:
    """What a look through storage brought."""

    strays: list[Stray]
    missing: list[Missing]
    strange: list[str]
    """Names that are none of ours; they are left alone."""
    files: int = 0


def named_by() -> list[tuple[type[Model], Field]]:
    """Every column that names a file: by its digest, beside the tenant's, or by its storage name."""
    return [
        (model, field)
        for model in apps.get_models()
        for field in model._meta.concrete_fields
        if field.name == "sha256" or isinstance(field, FileField)
    ]


def used_by() -> list[tuple[type[Model], Field]]:
    """Every column that leads to an asset."""
    return [
        (model, field)
        for model in apps.get_models()
        for field in model._meta.concrete_fields
        if isinstance(field, ForeignKey) and field.related_model is Asset
    ]


def look(*, older_seconds: float) -> Found:
    """Go through all of storage, a tenant's files at a time, and through all rows. Raises `StorageAway`."""
    found = Found([], [], [])
    since = timezone.now() - datetime.timedelta(seconds=older_seconds)
    seen: set[uuid.UUID] = set()
    for folder, files in groupby(storage.listed(), key=lambda one: one[0].rsplit("/", 1)[0]):
        _look_at(folder, list(files), since, found, seen)
    with across_tenants(WHY):
        others = set(Asset.objects.order_by().values_list("tenant_id", flat=True).distinct()) - seen
    for tenant_id in sorted(others):
        found.missing += _missing(tenant_id, set())
    return found


def delete(stray: Stray, *, older_seconds: float) -> bool:
    """Delete it, if it still is one; whether it was."""
    since = timezone.now() - datetime.timedelta(seconds=max(older_seconds, LEAST_SECONDS))
    if not stray.is_unfinished and _named([stray.name]):
        return False
    try:
        if storage.modified_at(stray.name) > since:
            return False  # somebody has kept the same bytes meanwhile; their row is on its way
    except FileNotFoundError:
        return False
    storage.delete(stray.name)
    return True


def _look_at(
    folder: str, files: list[tuple[str, datetime.datetime, int]], since: datetime.datetime, found: Found, seen: set[uuid.UUID]
) -> None:  # fmt: skip
    found.files += len(files)
    ours: dict[str, Stray] = {}
    for name, modified_at, size in files:
        if FINISHED.match(name):
            ours[name] = Stray(name, size, modified_at)
        elif UNFINISHED.match(name):
            if modified_at <= since:
                found.strays.append(Stray(name, size, modified_at, is_unfinished=True))
        else:
            found.strange.append(name)
    # The rows are read after the files: one that came between the two is seen.
    named = _named(ours)
    found.strays += [stray for name, stray in ours.items() if name not in named and stray.modified_at <= since]
    match = re.fullmatch(r"t/([0-9a-f-]{36})", folder)
    if match is not None:
        seen.add(uuid.UUID(match[1]))
        found.missing += _missing(uuid.UUID(match[1]), set(ours))


def _named(names: Iterable[str]) -> set[str]:
    """Of these names, those that a row, or this machine's spool, speaks for."""
    wanted = set(names)
    found = {entry.name for entry in spool.entries()} & wanted
    parts = {name: FINISHED.match(name) for name in wanted}
    tenants = {match[1] for match in parts.values() if match}
    digests = [match[2] for match in parts.values() if match]
    with across_tenants(WHY):
        for model, field in named_by():
            rows = model._default_manager.order_by()
            if isinstance(field, FileField):
                for some in _some(sorted(wanted)):
                    found |= set(rows.filter(**{f"{field.name}__in": some}).values_list(field.name, flat=True))
                continue
            for some in _some(digests):
                known = rows.filter(tenant_id__in=tenants, **{f"{field.name}__in": some})
                found |= {storage.name_of(*row) for row in known.values_list("tenant_id", field.name)}
    return found & wanted


def _missing(tenant_id: uuid.UUID, there: set[str]) -> Iterator[Missing]:
    with across_tenants(WHY):
        rows = Asset.objects.filter(tenant_id=tenant_id).order_by().values_list("id", "sha256")
        gone = [(one, storage.name_of(tenant_id, sha256)) for one, sha256 in rows.iterator(chunk_size=2_000)]
        gone = [(asset_id, name) for asset_id, name in gone if name not in there]
        for asset_id, name in gone:
            if storage.exists(name) or not Asset.objects.filter(id=asset_id).exists():
                continue  # it came, or went, while we looked
            users = [
                f"{model._meta.label}.{field.name}"
                for model, field in used_by()
                if model._default_manager.filter(**{field.attname: asset_id}).exists()
            ]
            yield Missing(asset_id, name, tuple(users))


def _some(values: list[str]) -> Iterator[list[str]]:
    for start in range(0, len(values), 500):
        yield values[start : start + 500]
