"""How many letters somebody may cause within an hour: to one address, about one account, from one place in the network.

Who is over it is not told: a page that said so would tell which addresses others asked for.
"""

from __future__ import annotations

import datetime
import hashlib
import hmac
from collections.abc import Iterable

from django.conf import settings
from django.db.models import F
from django.utils import timezone

from accounts.models import MailTally, User
from accounts.tenancy import across_tenants

PER_ADDRESS = 5
"""Letters to one address, or about one account, within an hour; whether the address has an account makes no difference."""
PER_PLACE = 60
"""Letters asked for from one place in the network, within an hour: a school may stand behind it, or (where no proxy is
trusted to say who asks) all readers of a library behind a proxy."""
Count = tuple[str, int]


def to(address: str) -> Count:
    return _keyed(f"to:{address.lower()}"), PER_ADDRESS


def about(user: User) -> Count:
    return _keyed(f"about:{user.pk}"), PER_ADDRESS


def asked_from(place: str) -> Count:
    """`place` is a network address."""
    return _keyed(f"from:{place}"), PER_PLACE


def take(*counts: Count) -> bool:
    """Count one letter for each of these, in the caller's transaction; False where one of them is used up. What was counted
    before that stays counted."""
    hour = timezone.now().replace(minute=0, second=0, microsecond=0)
    return all(_take(subject, most, hour) for subject, most in _in_order(counts))


def forget_old() -> int:
    """Delete the tallies of hours that are over, of all tenants; how many."""
    with across_tenants("tallies of all tenants are forgotten after their hour"):
        return MailTally.objects.filter(hour__lt=timezone.now() - datetime.timedelta(hours=2)).delete()[0]


def _take(subject: str, most: int, hour: datetime.datetime) -> bool:
    MailTally.objects.bulk_create([MailTally(subject=subject, hour=hour)], ignore_conflicts=True)
    # One conditional update: two requests at once cannot both take the last.
    return MailTally.objects.filter(subject=subject, hour=hour, used__lt=most).update(used=F("used") + 1) == 1


def _in_order(counts: Iterable[Count]) -> list[Count]:
    """One order for everybody, so that two requests do not wait for each other's rows."""
    return sorted(counts)


def _keyed(said: str) -> str:
    return hmac.new(settings.SECRET_KEY.encode(), f"mail:{said}".encode(), hashlib.sha256).hexdigest()[:40]
