"""A reader's time in a tier, as the pages and the routes for programs count it. Staff look at stories without a clock."""

from __future__ import annotations

import uuid
from typing import Any

from django.http import HttpRequest

from accounts import minutes, quotas
from accounts.guests import address_of
from accounts.models import Tier

LOOKING = "X-Reading"
"""The header of a page that asks how it stands and can be seen at the moment: `visible`."""


def opens(request: Any, *, tier: Tier, place: uuid.UUID) -> None:
    """A page is opened. Raises `accounts.minutes.TimeUsedUp` where it is another than the one that is being read."""
    if _is_timed(request, tier):
        minutes.open_page(tier=tier, subject=_subject(request), place=place)


def turns(request: Any, *, tier: Tier) -> None:
    """A turn is asked for. Raises `accounts.minutes.TimeUsedUp`."""
    if _is_timed(request, tier):
        minutes.turn_page(tier=tier, subject=_subject(request))


def turned(request: Any, *, tier: Tier, place: uuid.UUID) -> None:
    """A turn led to this page."""
    if _is_timed(request, tier):
        minutes.turned_to(tier=tier, subject=_subject(request), place=place)


def looks(request: Any, *, tier: Tier) -> None:
    """A page that can be seen asks how it stands."""
    if request.headers.get(LOOKING) == "visible" and _is_timed(request, tier):
        minutes.seen(tier=tier, subject=_subject(request))


def left(request: Any, *, tier: Tier) -> int | None:
    """Minutes left today; None where nobody counts."""
    return minutes.minutes_left(tier=tier, subject=_subject(request)) if _is_timed(request, tier) else None


def _is_timed(request: Any, tier: Tier) -> bool:
    return tier.daily_minutes is not None and not request.actor.is_staff


def _subject(request: HttpRequest) -> str:
    actor: Any = request.actor  # type: ignore[attr-defined]
    return str(quotas.person_of(user_id=actor.user_id, is_guest=actor.is_guest, address=address_of(request)))
