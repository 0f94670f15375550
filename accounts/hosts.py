"""Which tenant answers at a host, remembered for a few seconds in this process.

What is saved or deleted here counts at once; what another process changed counts within `LIFE_SECONDS`. Hosts that nobody
answers at are not remembered, so strangers cannot fill the memory with names.
"""

from __future__ import annotations

import time
from typing import Any

from django.db import transaction
from django.db.models.base import ModelState
from django.db.models.signals import post_delete, post_save

from accounts.models import Domain, Tenant

LOOPBACK = frozenset({"localhost", "127.0.0.1", "[::1]"})
LIFE_SECONDS = 5.0
_known: dict[tuple[str, bool], tuple[float, Tenant]] = {}


def tenant_at(host: str) -> Tenant | None:
    """The tenant that answers at `host` (with or without a port), or None. Only loopback names fall back to the default."""
    name = host.strip().lower()
    if not name.endswith("]"):
        name = name.rsplit(":", 1)[0] if ":" in name else name
    bare, is_loopback = name.rstrip("."), name in LOOPBACK
    memory, now = _known, time.monotonic()
    kept = memory.get((bare, is_loopback))
    if kept is None or kept[0] <= now:
        tenant = _look_up(bare, is_loopback)
        if tenant is None:
            return None
        # Into the memory that was there before the look: one that was forgotten meanwhile stays forgotten.
        memory[bare, is_loopback] = kept = (now + LIFE_SECONDS, tenant)
    return _own(kept[1])


def _own(tenant: Tenant) -> Tenant:
    """A row of its own for each asker, as from the database."""
    # What `copy.copy` makes of it, without the detour over what pickles need.
    row = Tenant.__new__(Tenant)
    row.__dict__.update(tenant.__dict__)
    row._state = ModelState()
    row._state.adding, row._state.db = False, tenant._state.db
    return row


def _look_up(bare: str, is_loopback: bool) -> Tenant | None:
    domain = Domain.objects.select_related("tenant").filter(host=bare).first()
    if domain is not None:
        return domain.tenant
    return Tenant.objects.filter(is_default=True).first() if is_loopback else None


def forget() -> None:
    """Look every host up anew."""
    global _known
    _known = {}


def _changed(**_: Any) -> None:
    forget()
    # Whoever asked between the write and its commit remembered the old row.
    transaction.on_commit(forget)


def connect() -> None:
    """Forget whenever a tenant or a domain is saved or deleted in this process."""
    for sender in (Tenant, Domain):
        for change in (post_save, post_delete):
            change.connect(_changed, sender=sender, dispatch_uid=f"hosts-{sender.__name__}")
