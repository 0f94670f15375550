"""A guest who signs in keeps what they began."""

from __future__ import annotations

import uuid
from typing import Any

from django.db import transaction

from accounts.models import User
from accounts.signals import guest_signed_in
from generation.models import Run
from stories.models import Reading, Story


def connect() -> None:
    """Listen for guests who turn out to be somebody."""
    guest_signed_in.connect(hand_over, dispatch_uid="stories.handover")


def hand_over(*, guest: User, user: User, **_: Any) -> None:
    """Give the guest's stories of the active tenant to the user."""
    with transaction.atomic():
        # A form that the same browser sent as both began a story for each; both are kept.
        sent = Story.objects.filter(reader=user).values_list("nonce", flat=True)
        for story in Story.objects.filter(reader=guest, nonce__in=list(sent)):
            Story.objects.filter(id=story.id).update(nonce=uuid.uuid4())
        Story.objects.filter(reader=guest).update(reader=user)
        Reading.objects.filter(reader=guest).update(reader=user)
        Run.objects.filter(user=guest).update(user=user)
