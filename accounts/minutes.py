"""How long somebody may read in a tier on a day, which begins at midnight UTC. Guests share the time of their address.

Each seen moment (a page opened, a turn taken, a visible page that asks how it stands) adds the time since the last one, a
minute at most. The write names the moment that it goes on from, so two tabs at once count once.
"""

from __future__ import annotations

import datetime
import math
import uuid

from django.utils import timezone

from accounts.models import ReadingTime, Tier

LONGEST_SECONDS = 60
"""What one moment adds at most: whoever puts the book down for an hour has not read for an hour."""


class TimeUsedUp(Exception):
    """Today's minutes are read; the text is fit for a reader. `seconds` until the book opens again."""

    def __init__(self) -> None:
        super().__init__("That is enough for today. The book opens again tomorrow.")
        self.seconds = seconds_until_tomorrow()


def seconds_until_tomorrow() -> int:
    """Seconds until midnight, UTC."""
    now = timezone.now()
    tomorrow = (now + datetime.timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
    return math.ceil((tomorrow - now).total_seconds())


def open_page(*, tier: Tier, subject: str, place: uuid.UUID) -> None:
    """Count the moment, and remember the page that is opened. Raises `TimeUsedUp` where the time is over and this is another
    page than the one that is being read."""
    if tier.daily_minutes is None:
        return
    row = _seen(tier, subject)
    if row.place != place:
        if row.seconds >= tier.daily_minutes * 60:
            raise TimeUsedUp
        ReadingTime.objects.filter(id=row.id).update(place=place)


def turn_page(*, tier: Tier, subject: str) -> None:
    """Count the moment of a turn, before it is taken. Raises `TimeUsedUp`."""
    if tier.daily_minutes is None:
        return
    if _seen(tier, subject).seconds >= tier.daily_minutes * 60:
        raise TimeUsedUp


def turned_to(*, tier: Tier, subject: str, place: uuid.UUID) -> None:
    """A turn was taken: the page that it led to may be read, even where the time ended meanwhile."""
    if tier.daily_minutes is not None:
        ReadingTime.objects.filter(tier=tier, subject=subject, day=timezone.now().date()).update(place=place)


def seen(*, tier: Tier, subject: str) -> None:
    """Count a moment in which a page was looked at."""
    if tier.daily_minutes is not None:
        _seen(tier, subject)


def minutes_left(*, tier: Tier, subject: str) -> int | None:
    """Minutes left today, begun ones too; None where there is no limit."""
    if tier.daily_minutes is None:
        return None
    row = ReadingTime.objects.filter(tier=tier, subject=subject, day=timezone.now().date()).first()
    return max(0, math.ceil(tier.daily_minutes - (row.seconds if row else 0) / 60))


def _seen(tier: Tier, subject: str) -> ReadingTime:
    now = timezone.now()
    row, _ = ReadingTime.objects.get_or_create(tier=tier, subject=subject, day=now.date(), defaults={"seen_at": now})
    gone = int((now - row.seen_at).total_seconds())
    if gone < 1:
        return row
    # What was shorter than a second is counted with the next moment; what was longer than a minute is not counted.
    up_to = now if gone > LONGEST_SECONDS else row.seen_at + datetime.timedelta(seconds=gone)
    changes = {"seconds": row.seconds + min(gone, LONGEST_SECONDS), "seen_at": up_to}
    if ReadingTime.objects.filter(id=row.id, seen_at=row.seen_at).update(**changes):
        row.seconds, row.seen_at = changes["seconds"], changes["seen_at"]  # type: ignore[assignment]
        return row
    row.refresh_from_db()
    return row
