"""What is thrown away when it is old enough. A room registers each kind of row with how old it has to be; `manage.py purge`
says how much there is and takes it away, and a chore does the harmless part each day.

What is no log is not here: the ledger and the audit log are never thinned out (decision 0020), and what people made goes with
them alone.
"""

from __future__ import annotations

import datetime
import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from accounts.models import Tenant
from accounts.tenancy import TenantRow, scope

log = logging.getLogger(__name__)

AT_ONCE = 500
"""Rows of one transaction: nobody waits long for a lock."""
MOST_A_DAY = 100_000
"""Of one kind, by the chore: it takes little at a time, and comes round."""


@dataclass(frozen=True, slots=True)
class Old:
    """A kind of row that is thrown away. `rows` finds those that were over before a moment; `told` says what they are. What
    `is_daily` goes by itself; a kind without it goes by the command, or by a chore of its own room."""

    name: str
    told: str
    days: float
    rows: Callable[[datetime.datetime], QuerySet[Any]]
    is_daily: bool = False

    def before(self, days: float | None = None) -> datetime.datetime:
        return timezone.now() - datetime.timedelta(days=self.days if days is None else days)


_kinds: dict[str, Old] = {}


def register(kind: Old) -> None:
    """Make a kind known under its name."""
    _kinds[kind.name] = kind


def kinds() -> list[Old]:
    """All that are known, by name."""
    return [_kinds[name] for name in sorted(_kinds)]


def count(kind: Old, *, days: float | None = None) -> int:
    """How many rows of it would go."""
    before = kind.before(days)
    return sum(kind.rows(before).count() for _ in _each_tenant(kind))


def purge(kind: Old, *, days: float | None = None, most: int | None = None) -> int:
    """Throw them away, little by little; how many, without those that go along with them."""
    gone, before = 0, kind.before(days)
    for _ in _each_tenant(kind):
        while most is None or gone < most:
            found = kind.rows(before)
            ids = list(found.order_by("pk").values_list("pk", flat=True)[:AT_ONCE])
            if not ids:
                break
            with transaction.atomic():
                found.model._default_manager.filter(pk__in=ids).delete()
            gone += len(ids)
    return gone


def _each_tenant(kind: Old) -> Iterator[None]:
    """Once for each tenant, under its scope: what hangs on its rows goes along. Once where the rows are no tenant's."""
    if not issubclass(kind.rows(timezone.now()).model, TenantRow):
        yield
        return
    for tenant_id in Tenant.objects.order_by("id").values_list("id", flat=True):
        with scope(tenant_id):
            yield


def daily() -> None:
    """The chore: what is harmless."""
    for kind in kinds():
        if kind.is_daily and (gone := purge(kind, most=MOST_A_DAY)):
            log.info("%s %s were thrown away", gone, kind.name)


def register_own() -> None:
    """The kinds of this room. Called once, when the app is ready."""
    from axes.models import AccessAttempt

    from accounts.models import MailedLink, PinTry, ReadingTime
    from accounts.tokens import OutstandingToken

    for kind in (
        Old("sessions", "sessions that are over", 0, lambda at: Session.objects.filter(expire_date__lt=at), is_daily=True),
        Old("tokens", "refresh tokens that are over, and that they were taken back", 0,
            lambda at: OutstandingToken.objects.filter(expires_at__lt=at)),
        Old("links", "mailed links that are over", 0, lambda at: MailedLink.objects.filter(expires_at__lt=at)),
        Old("guesses", "failures at signing in", 1, lambda at: AccessAttempt.objects.filter(attempt_time__lt=at),
            is_daily=True),
        Old("pin-tries", "wrong PINs at the fence of a tier", 1, lambda at: PinTry.objects.filter(waits_until__lt=at),
            is_daily=True),
        Old("reading-times", "minutes that children read on a day", 30,
            lambda at: ReadingTime.objects.filter(day__lt=at.date()), is_daily=True),
    ):  # fmt: skip
        register(kind)
