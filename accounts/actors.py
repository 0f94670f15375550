"""Who somebody is at a host: a user's membership there becomes an actor."""

from __future__ import annotations

from typing import Any

from accounts.access import Actor
from accounts.models import Membership, Role, Tenant


def actor_for(user: Any, tenant: Tenant | None) -> Actor:
    """The actor that `user` is at this tenant: a stranger without an active membership."""
    if tenant is None or not user.is_authenticated or not user.is_active:
        return Actor(tenant_id=tenant.id if tenant else None)
    return seen_as(user, Membership.objects.filter(user_id=user.pk).first(), tenant)


def seen_as(user: Any, membership: Membership | None, tenant: Tenant) -> Actor:
    """The actor that an active user with this membership is; a stranger where they have none and are no operator."""
    if membership is None and not user.is_superuser:
        return Actor(tenant_id=tenant.id)
    role = Role(membership.role) if membership else None
    return Actor(tenant.id, user.pk, role, is_guest=user.is_guest, is_operator=user.is_superuser)
