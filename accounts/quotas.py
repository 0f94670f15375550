"""How many scenes somebody may ask for in a day, per tier. Guests share the count of their address, so that a dropped
cookie is no new allowance."""

from __future__ import annotations

import hashlib
import hmac
import uuid

from django.conf import settings
from django.db.models import F
from django.utils import timezone

from accounts.models import Allowance, Tier


class AllowanceUsedUp(Exception):
    """Today's scenes are used up; the text is fit for a reader."""


def subject_of(*, user_id: uuid.UUID | None, is_guest: bool, address: str) -> str:
    """Whose count it is. An address is kept only as a keyed hash."""
    if user_id is not None and not is_guest:
        return f"user:{user_id}"
    digest = hmac.new(settings.SECRET_KEY.encode(), f"address:{address}".encode(), hashlib.sha256).hexdigest()
    return f"address:{digest[:32]}"


def take_scene(*, tier: Tier, subject: str) -> None:
    """Count one scene, in the caller's transaction. Raises `AllowanceUsedUp` and counts nothing at the limit."""
    if tier.daily_scenes is None:
        return
    today = timezone.now().date()
    mine = {"tier_id": tier.id, "subject": subject, "day": today}
    Allowance.objects.bulk_create([Allowance(tenant_id=tier.tenant_id, **mine)], ignore_conflicts=True)
    # One conditional update: two requests at once cannot both take the last scene.
    taken = Allowance.objects.filter(**mine, used__lt=tier.daily_scenes).update(used=F("used") + 1)
    if not taken:
        raise AllowanceUsedUp(f"Today's {tier.daily_scenes} scenes are read. The book opens again tomorrow.")


def scenes_left(*, tier: Tier, subject: str) -> int | None:
    """Scenes left today, or None where there is no limit."""
    if tier.daily_scenes is None:
        return None
    row = Allowance.objects.filter(tier_id=tier.id, subject=subject, day=timezone.now().date()).first()
    return max(0, tier.daily_scenes - (row.used if row else 0))
