"""A guest who signs in keeps what they began."""

from __future__ import annotations

from typing import Any

from accounts.models import User
from accounts.signals import guest_signed_in
from generation.models import Run
from stories.models import Reading, Story


def connect() -> None:
    """Listen for guests who turn out to be somebody."""
    guest_signed_in.connect(hand_over, dispatch_uid="stories.handover")


def hand_over(*, guest: User, user: User, **_: Any) -> None:
    """Give the guest's stories of the active tenant to the user."""
    Story.objects.filter(reader=guest).update(reader=user)
    Reading.objects.filter(reader=guest).update(reader=user)
    Run.objects.filter(user=guest).update(user=user)
