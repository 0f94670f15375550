"""The way out of a tier that has a PIN: a browser that came in stays there until somebody enters it.

A fence for a device, not a lock: it stands in the browser's session. Whoever deletes the cookie is a stranger again, and not
signed in. Inside the fence are the tier's own routes, its media, sockets and static files; every other address leads to the
page that asks for the PIN, signing in and out too. Programs with a bearer have no session and know no fence.

Wrong PINs are counted in the database, for the browser and for the account: after five each further five cost minutes of
waiting. Nobody is signed out by that.
"""

from __future__ import annotations

import datetime
import hashlib
import hmac
import math
import re
import uuid
from typing import Any

from django.conf import settings
from django.contrib.auth.hashers import check_password, make_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from accounts.models import PinTry, Tier

SESSION_KEY = "tier_fence"
TRIES = 5
WAIT_MINUTES = (5, 10, 20, 40, 60)
"""After each five wrong PINs in a row; the last goes on."""
PIN = re.compile(r"[0-9]{4,12}")
BAD_PIN = "A PIN is four to twelve digits."


class Waiting(Exception):
    """Too many wrong PINs; `seconds` until the next may be tried."""

    def __init__(self, seconds: int) -> None:
        minutes = math.ceil(seconds / 60)
        super().__init__(f"That was wrong too often. Try again in {minutes} minute{'s' if minutes > 1 else ''}.")
        self.seconds = seconds


def hashed(pin: str) -> str:
    """What is kept of a PIN. Raises `ValidationError`."""
    if not PIN.fullmatch(pin):
        raise ValidationError(BAD_PIN)
    return make_password(pin)


def entered(session: Any, tier: Tier) -> None:
    """Note that a page of a tier with a PIN was opened in this browser."""
    if session.get(SESSION_KEY) != str(tier.id):
        session[SESSION_KEY] = str(tier.id)


def standing_in(session: Any) -> Tier | None:
    """The tier that this browser may leave with its PIN alone; None where there is no such (any more)."""
    kept = session.get(SESSION_KEY)
    if kept is None:
        return None
    return Tier.objects.filter(id=uuid.UUID(kept)).exclude(exit_pin="").first()


def leave(*, session: Any, user_id: uuid.UUID | None, tier: Tier, pin: str) -> bool:
    """Whether the PIN is right; the browser is free then. Raises `Waiting`."""
    subjects = [f"session:{_digest(session.session_key)}", *([f"user:{user_id}"] if user_id else [])]
    _count(tier, subjects)
    if not check_password(pin.strip(), tier.exit_pin):
        return False
    PinTry.objects.filter(tier=tier, subject__in=subjects).delete()
    session.pop(SESSION_KEY, None)
    return True


def _count(tier: Tier, subjects: list[str]) -> None:
    """Count a try before it is looked at, so that many at once are no more than five."""
    now = timezone.now()
    with transaction.atomic():
        PinTry.objects.bulk_create([PinTry(tier=tier, subject=one) for one in subjects], ignore_conflicts=True)
        rows = list(PinTry.objects.select_for_update().filter(tier=tier, subject__in=subjects).order_by("subject"))
        until = max((row.waits_until for row in rows if row.waits_until), default=now)
        if until > now:
            raise Waiting(math.ceil((until - now).total_seconds()))
        for row in rows:
            row.tries += 1
            if row.tries % TRIES == 0:
                row.waits_until = now + datetime.timedelta(minutes=_minutes(row.tries // TRIES))
            row.save()


def _minutes(rounds: int) -> int:
    return WAIT_MINUTES[min(rounds, len(WAIT_MINUTES)) - 1]


def _digest(text: str | None) -> str:
    return hmac.new(settings.SECRET_KEY.encode(), f"session:{text}".encode(), hashlib.sha256).hexdigest()[:32]
