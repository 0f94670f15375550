"""Guests: strangers who began to play. Their row is made with their first story, not before."""

from __future__ import annotations

from typing import Any

from django.contrib.auth import login
from django.http import HttpRequest

from accounts.access import Actor
from accounts.models import Membership, Role, User


def make_guest() -> User:
    """A guest with a membership in the active tenant, in the caller's transaction."""
    guest = User.objects.create_guest()
    Membership.objects.create(user=guest, role=Role.GUEST)
    return guest


def remember(request: Any, guest: User) -> None:
    """Bind the browser's session to the guest. Called after the story's transaction is committed."""
    login(request, guest, backend="django.contrib.auth.backends.ModelBackend")
    request.actor = Actor(request.tenant.id, guest.id, Role.GUEST, is_guest=True)


def address_of(request: HttpRequest) -> str:
    """The network address that a guest's allowance is counted for."""
    return request.META.get("REMOTE_ADDR", "") or "unknown"
