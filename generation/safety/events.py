"""Writing down what was refused, hinted at, or asked of another model."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from django.utils.crypto import salted_hmac

from accounts.models import Audience, Tier
from generation.models import SafetyEvent
from generation.models.safety import MAX_EXCERPT, MAX_RULE
from generation.signals import refused

SALT = "generation.safety.events"


def note(
    *,
    tier: Tier | None,
    user_id: uuid.UUID | None,
    stage: SafetyEvent.Stage,
    what: str,
    by: SafetyEvent.By,
    name: str,
    verdict: SafetyEvent.Verdict,
    said: str = "",
    categories: Sequence[str] = (),
    job_id: uuid.UUID | None = None,
) -> SafetyEvent:
    """Write an event and announce it. Of children only the hash of what they said is kept."""
    is_childs = tier is not None and tier.audience == Audience.CHILDREN
    event = SafetyEvent.objects.create(
        tier_id=tier.id if tier else None,
        place=tier.name if tier else "Studio",
        user_id=user_id,
        stage=stage,
        what=what,
        by=by,
        name=name[:MAX_RULE],
        categories=list(categories),
        verdict=verdict,
        job_id=job_id,
        excerpt="" if is_childs else " ".join(said.split())[:MAX_EXCERPT],
        digest=salted_hmac(SALT, said, algorithm="sha256").hexdigest() if said else "",
    )
    refused.send(SafetyEvent, event=event)
    return event
