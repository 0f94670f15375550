"""Guests: strangers who began to play. Their row is made with their first story, not before."""

from __future__ import annotations

import hashlib
import hmac
import uuid
from typing import Any

from django.conf import settings
from django.contrib.auth import login
from django.db import IntegrityError, transaction
from django.http import HttpRequest

from accounts.access import Actor
from accounts.models import Membership, Role, User
from accounts.tenancy import current


def make_guest(*, browser: str = "", form: uuid.UUID | None = None) -> User:
    """A guest with a membership in the active tenant, in the caller's transaction.

    A form that a browser without a session sends twice at once is one guest: `browser` is its CSRF secret, which only
    that browser holds, and `form` the form's nonce. Where either is missing, the guest is a new one.
    """
    guest_id = _id_of(browser, form) if browser and form else uuid.uuid4()
    guest = User.objects.filter(id=guest_id, is_guest=True).first()
    if guest is None:
        try:
            with transaction.atomic():
                guest = User.objects.create_guest(id=guest_id)
        except IntegrityError:  # the same form, committed between our look and our write
            guest = User.objects.get(id=guest_id, is_guest=True)
    Membership.objects.get_or_create(user=guest, defaults={"role": Role.GUEST})
    return guest


def _id_of(browser: str, form: uuid.UUID) -> uuid.UUID:
    said = f"guest:{current()}:{browser}:{form}".encode()
    return uuid.UUID(bytes=hmac.new(settings.SECRET_KEY.encode(), said, hashlib.sha256).digest()[:16])


def remember(request: Any, guest: User) -> None:
    """Bind the browser's session to the guest. Called after the story's transaction is committed."""
    login(request, guest, backend="django.contrib.auth.backends.ModelBackend")
    request.actor = Actor(request.tenant.id, guest.id, Role.GUEST, is_guest=True)


def address_of(request: HttpRequest) -> str:
    """The network address that a guest's allowance is counted for."""
    return request.META.get("REMOTE_ADDR", "") or "unknown"
