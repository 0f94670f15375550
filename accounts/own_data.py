"""What this room has of a person: for the archive they ask for, and to be taken away when they leave."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from typing import Any

from django.db import transaction
from django.db.models import Q

from accounts.exporting import Document, Listing, Part, pages
from accounts.leaving import Left
from accounts.models import (
    ApiKey,
    AuditEvent,
    Cap,
    IdempotentCall,
    LedgerEntry,
    MailedLink,
    Membership,
    PinTry,
    ReadingTime,
    User,
)
from accounts.models.ledger import COUNTS

AT_ONCE = 500
ABOUT_ONESELF = (
    "sign-",
    "second-factor.",
    "key.",
    "provider-key.",
    "export.",
    "account.",
    "view-as.began",
    "view-as.ended",
)
"""Of what staff did with the library's own rows nothing goes into anybody's archive."""


def parts(user: User) -> Iterator[Part]:
    membership = Membership.objects.filter(user=user).select_related("tenant").first()
    yield Document("account.json", {
        "id": user.pk, "email": user.email, "name": user.display_name, "since": user.created_at,
        "library": membership.tenant.name if membership else None,
        "role": membership.role if membership else None,
        "member_since": membership.created_at if membership else None,
        "runs_the_platform": user.is_superuser,
    })  # fmt: skip
    yield Listing("sign-ins.json", map(_event, _events(user.pk)))
    keys = ApiKey.objects.filter(membership=membership) if membership else ApiKey.objects.none()
    yield Listing("api-keys.json", map(_key, pages(keys)))
    yield Listing("usage.json", map(_entry, pages(LedgerEntry.objects.filter(user_id=user.pk))))


TOLD = """api-keys.json      the names of your API keys
usage.json         what was held and spent for what you asked for"""


def withdraw(user_id: uuid.UUID) -> None:
    """Links that were mailed, while it is still known to which address."""
    address = User.objects.values_list("email", flat=True).get(pk=user_id)
    MailedLink.objects.filter(Q(user_id=user_id) | Q(address=address)).delete()


def remove(user_id: uuid.UUID) -> Left:
    """Kept answers, limits of their own, and how long they read. Keys went with the membership. Limits that staff set, and the
    counters beside them, stay by the id alone: whoever comes back finds them as they were."""
    named = [str(user_id), f"user:{user_id}"]
    with transaction.atomic():
        calls = list(IdempotentCall.objects.filter(user_id=user_id).values_list("pk", flat=True)[:AT_ONCE])
        IdempotentCall.objects.filter(pk__in=calls).delete()
        Cap.objects.filter(subject_id=user_id, is_own=True).delete()
        for rows in (PinTry, ReadingTime):
            rows.objects.filter(subject__in=named).delete()
    return Left.MORE if len(calls) == AT_ONCE else Left.NOTHING


def _events(user_id: uuid.UUID) -> Iterator[AuditEvent]:
    whose, verbs = Q(actor_id=user_id) | Q(about_id=user_id), Q()
    for beginning in ABOUT_ONESELF:
        verbs |= Q(verb__startswith=beginning)
    ordered, after = AuditEvent.objects.filter(whose, verbs).order_by("at", "id"), Q()
    while True:
        page = list(ordered.filter(after)[:AT_ONCE])
        yield from page
        if len(page) < AT_ONCE:
            return
        after = Q(at__gt=page[-1].at) | Q(at=page[-1].at, id__gt=page[-1].id)


def _event(event: AuditEvent) -> dict[str, Any]:
    return {"at": event.at, "what": event.verb, "detail": event.detail}


def _key(key: ApiKey) -> dict[str, Any]:
    return {
        "name": key.name, "begins": f"fw_{key.prefix}_", "scopes": key.scopes, "made_at": key.created_at,
        "last_used_at": key.last_used_at, "revoked_at": key.revoked_at,
    }  # fmt: skip


def _entry(entry: LedgerEntry) -> dict[str, Any]:
    return {
        "at": entry.created_at, "job": entry.job_id, "attempt": entry.attempt, "what": entry.kind,
        "amount_micros": entry.amount_micros, "day": entry.booked_on,
        "counts": {measure.value: count for measure in COUNTS if (count := getattr(entry, measure.value))},
    }  # fmt: skip
