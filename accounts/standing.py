"""For whom code works at this moment: what `accounts.tenancy` filters by, and what a connection to PostgreSQL is told.

Knows no model, so that a database backend may ask it. Code says `scope` and `across_tenants` by way of `accounts.tenancy`.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

if TYPE_CHECKING:
    from django.db.models import Model

ACROSS: Final = "across"
Standing = uuid.UUID | Literal["across"] | None


@dataclass(frozen=True, slots=True)
class _Across:
    reason: str


_active: ContextVar[uuid.UUID | _Across | None] = ContextVar("fablewright_tenant", default=None)


@contextmanager
def scope(tenant: Model | uuid.UUID) -> Iterator[uuid.UUID]:
    """Work for one tenant inside the block."""
    tenant_id = tenant if isinstance(tenant, uuid.UUID) else tenant.pk
    token = _active.set(tenant_id)
    try:
        yield tenant_id
    finally:
        _active.reset(token)


@contextmanager
def across_tenants(reason: str) -> Iterator[None]:
    """Look at all tenants inside the block; `reason` says why, for whoever reads the code."""
    if not reason:
        raise ValueError("Say why this code looks across tenants.")
    token = _active.set(_Across(reason))
    try:
        yield
    finally:
        _active.reset(token)


def standing() -> Standing:
    """For whom code works at this moment: one tenant, all of them by name, or none. The database is told so."""
    active = _active.get()
    return ACROSS if isinstance(active, _Across) else active


def current() -> uuid.UUID | None:
    """The active tenant's id, or None where none is active or code looks across tenants."""
    active = _active.get()
    return active if isinstance(active, uuid.UUID) else None
