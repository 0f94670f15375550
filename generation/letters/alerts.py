"""Mail about budgets: to the owners, to the staff who want it, and about a person's own limit to that person alone.

The signal comes inside the transaction of a purchase. What goes wrong here is undone and logged, and undoes nothing else:
what was bought is worth more than the news of it.
"""

from __future__ import annotations

import datetime
import logging
import uuid
from typing import Any

from django.db import transaction

from accounts import letters, places
from accounts.models import Membership, Tenant, User
from accounts.models.ledger import Period, Pool
from accounts.models.membership import TOLD_OF_BUDGETS
from accounts.signals import budget_reached
from generation.letters import posting

log = logging.getLogger(__name__)
PERSON = "person"
"""The pool of what one person spends."""
MONEY = "money"


def connect() -> None:
    """Listen from now on. Called once, when the app is ready."""
    budget_reached.connect(_budget_reached, dispatch_uid="letters")


def _budget_reached(sender: Any, tenant_id: uuid.UUID, share: int, **facts: Any) -> None:
    if facts.get("measure", MONEY) != MONEY:
        return
    try:
        with transaction.atomic():
            _tell(tenant_id, share, **facts)
    except Exception:
        log.exception("%s %% of a budget could not be told by mail", share)


def _tell(
    tenant_id: uuid.UUID, share: int, *, pool: str, period: str, starts_on: datetime.date, limit_micros: int,
    used_micros: int, subject_id: uuid.UUID | None = None, **_: Any,
) -> None:  # fmt: skip
    people = _who(pool, subject_id)
    if not people:
        return
    tenant = Tenant.objects.get(id=tenant_id)
    said = letters.Reached(
        share=share, is_own=pool == PERSON, is_monthly=period == Period.MONTH, starts_on=starts_on,
        used=_money(used_micros, tenant), limit=_money(limit_micros, tenant), where=places.outside(tenant),
    )  # fmt: skip
    for user in people:
        once = posting.id_of(
            "budget", tenant_id, pool, subject_id or "", period, starts_on, limit_micros, share, user.id
        )
        posting.post(letters.budget_reached(tenant, user, said, event_id=once))


def _who(pool: str, subject_id: uuid.UUID | None) -> list[User]:
    members = Membership.objects.select_related("user").filter(user__is_active=True).exclude(user__email=None)
    if pool == Pool.TENANT:
        return [member.user for member in members.filter(TOLD_OF_BUDGETS)]
    if pool == PERSON and subject_id is not None:
        return [member.user for member in members.filter(user_id=subject_id)]
    return []


def _money(micros: int, tenant: Tenant) -> str:
    return f"{micros / 1_000_000:,.2f} {tenant.currency}"
