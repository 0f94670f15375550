"""Tickets for sockets: a signed string in the place of a token, because addresses end up in logs.

A ticket is good for a minute, at one tenant, for one thing that is followed. What it was asked for with still has to be
good when it is shown: a revoked key, a changed password and a closed membership open nothing.
"""

from __future__ import annotations

import hmac
import uuid
from typing import Any

from django.core import signing
from django.views.decorators.debug import sensitive_variables

from accounts.models import ApiKey, Membership, Tenant, User
from accounts.tenancy import scope

LIFE_SECONDS = 60
_SALT = "accounts.tickets"


@sensitive_variables()
def make(*, user: User, tenant: Tenant, target: uuid.UUID, key: ApiKey | None = None) -> str:
    """A ticket of `user` for `target`, bound to the API key that asked, where one did."""
    said: dict[str, Any] = {"tenant": str(tenant.pk), "target": str(target)}
    if key is not None:
        said["key"] = str(key.pk)
    else:
        said |= {"user": str(user.pk), "password": _mark(user)}
    return signing.dumps(said, salt=_SALT)


@sensitive_variables()
def open_(ticket: str, *, tenant: Tenant, target: uuid.UUID, at_the_door: bool = True) -> User | None:
    """Whose ticket it is; None where it opens nothing. Its age counts `at_the_door` alone: who is in may stay for as long
    as the rest holds."""
    try:
        said = signing.loads(ticket, salt=_SALT, max_age=LIFE_SECONDS if at_the_door else None)
    except signing.BadSignature:
        return None
    if (said["tenant"], said["target"]) != (str(tenant.pk), str(target)):
        return None
    with scope(tenant):
        if "key" in said:
            key = ApiKey.objects.select_related("membership__user").filter(pk=said["key"], revoked_at=None).first()
            user = key.membership.user if key is not None else None
        else:
            user = _holder(said["user"], said["password"])
    return user if user is not None and user.is_active else None


def _holder(user_id: str, mark: str) -> User | None:
    user = User.objects.filter(pk=user_id).first()
    if user is None or not hmac.compare_digest(mark, _mark(user)):
        return None
    return user if user.is_superuser or Membership.objects.filter(user=user).exists() else None


def _mark(user: User) -> str:
    """Changes with the password, and tells nothing about it."""
    return str(user.get_session_auth_hash())[:32]
