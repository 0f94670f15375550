"""Which limits bind a payer, what they leave, and the limits that people set for themselves.

Staff limit the whole library, a tier, the guests of a tier, each reader of a tier, each person of a role, and one person;
what they say of one person stands in the place of the role's default. A person may set lower limits for themselves. All that
remain bind together, so the tightest wins. A change holds from the next purchase. Runs under the tenant's scope.
"""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Q, Subquery
from django.utils import timezone

from accounts.models.ledger import Cap, Counter, Measure, Period, Pool
from accounts.models.membership import Membership, Role
from accounts.quotas import Payer

NOUNS = {
    Measure.SCENES: "scenes", Measure.PICTURES: "pictures", Measure.FILM_SECONDS: "seconds of film",
    Measure.CHARACTERS: "spoken characters",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Limit:
    """A limit that binds, at the counter that it is checked against. `limit` is in micro-units for money."""

    pool: Pool
    subject_id: uuid.UUID
    measure: Measure
    period: Period
    limit: int
    is_own: bool = False

    @property
    def used_up(self) -> str:
        """What somebody is told who comes to it."""
        if self.measure is not Measure.MONEY:
            return self._count_used_up
        when = "this month" if self.period is Period.MONTH else "today"
        whose = "The budget that you set yourself" if self.is_own else "Your budget"
        return f"{whose if self.pool is Pool.PERSON else 'The budget'} for {when} is used up. Nothing was charged."

    @property
    def _count_used_up(self) -> str:
        when, again = ("This month's", "next month") if self.period is Period.MONTH else ("Today's", "tomorrow")
        if self.measure is Measure.SCENES:
            return f"{when} {self.limit} scenes are read. The book opens again {again}."
        return (
            f"{when} {self.limit} {NOUNS[self.measure]} are used up. There are new ones {again}. Nothing was charged."
        )


@dataclass(frozen=True, slots=True)
class Left:
    """What a limit leaves now, after what is spent and held."""

    limit: Limit
    used: int

    @property
    def amount(self) -> int:
        return max(0, self.limit.limit - self.used)

    @property
    def share(self) -> int:
        """What is left, in percent of the limit."""
        return round(100 * self.amount / self.limit.limit) if self.limit.limit else 0


def applying(payer: Payer) -> list[Limit]:
    """The limits that bind the payer now, in one query."""
    subjects = dict(payer.pools())
    condition = Q(pool=Pool.TENANT)
    if payer.tier_id is not None:
        of_tier = [Pool.TIER, Pool.READER, *([Pool.GUESTS] if payer.is_guest else [])]
        condition |= Q(pool__in=of_tier, subject_id=payer.tier_id)
    if payer.is_guest:
        condition |= Q(pool=Pool.PERSON, role=Role.GUEST)
    elif payer.user_id is not None:
        role = Membership.objects.filter(user_id=payer.user_id).values("role")[:1]
        condition |= Q(pool=Pool.PERSON, role="", subject_id=payer.user_id) | Q(
            pool=Pool.PERSON, role__gt="", role=Subquery(role)
        )
    rows = list(Cap.objects.filter(condition))
    for_one = {(cap.measure, cap.period) for cap in rows if cap.pool == Pool.PERSON and not cap.role and not cap.is_own}
    return [
        Limit(Pool(cap.pool), subjects[Pool(cap.pool)], Measure(cap.measure), Period(cap.period), cap.limit, cap.is_own)
        for cap in rows
        if Pool(cap.pool) in subjects and not (cap.role and (cap.measure, cap.period) in for_one)
    ]


def left(payer: Payer, measure: Measure | None = None) -> list[Left]:
    """What the payer's limits leave (of one measure, or of all), the tightest share of each measure first. Two queries, and
    nothing is locked: a purchase may find less."""
    found = [limit for limit in applying(payer) if measure is None or limit.measure is measure]
    if not found:
        return []
    used = {
        (counter.pool, counter.subject_id, counter.period): counter
        for counter in Counter.objects.filter(at({(limit.pool, limit.subject_id) for limit in found}, today()))
    }
    rows = [
        Left(limit, counter.used(limit.measure) if (counter := used.get(_key(limit))) is not None else 0)
        for limit in found
    ]
    return sorted(rows, key=lambda row: (list(Measure).index(row.limit.measure), row.amount, row.limit.limit))


def tightest(payer: Payer, measure: Measure) -> Left | None:
    """Of the limits on a measure the one that leaves least; None where there is none."""
    return next(iter(left(payer, measure)), None)


def set_own(
    *, tenant_id: uuid.UUID, user_id: uuid.UUID, measure: Measure, period: Period, limit: int | None
) -> None:  # fmt: skip
    """A person's own limit; None takes it away. It binds beside what staff say, so it can only lower that."""
    mine = {
        "pool": Pool.PERSON,
        "subject_id": user_id,
        "role": "",
        "is_own": True,
        "measure": measure,
        "period": period,
    }
    if limit is None:
        Cap.objects.filter(**mine).delete()
    else:
        Cap.objects.update_or_create(tenant_id=tenant_id, **mine, defaults={"limit": limit})


def at(pools: Iterable[tuple[Pool, uuid.UUID]], day: datetime.date) -> Q:
    """The counters of the pools, of the day and of its month."""
    whose = Q()
    for pool, subject in pools:
        whose |= Q(pool=pool, subject_id=subject)
    return whose & (
        Q(period=Period.DAY, starts_on=day) | Q(period=Period.MONTH, starts_on=starts_on(Period.MONTH, day))
    )


def starts_on(period: Period | str, day: datetime.date) -> datetime.date:
    """The first day of the period that `day` is in."""
    return day.replace(day=1) if period == Period.MONTH else day


def today() -> datetime.date:
    """The day that is counted now, in UTC."""
    return timezone.now().date()


def _key(limit: Limit) -> tuple[str, uuid.UUID, str]:
    return (limit.pool.value, limit.subject_id, limit.period.value)
