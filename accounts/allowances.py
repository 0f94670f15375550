"""What each limit that applies to a person leaves, wherever they may go here, in words for a page. Runs under the tenant's
scope."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from accounts import limits
from accounts.limits import Left
from accounts.models import Tier
from accounts.models.ledger import Counter, Measure, Period, Pool
from accounts.quotas import Payer

LABELS = {
    Measure.MONEY: "Money",
    Measure.SCENES: "Scenes",
    Measure.PICTURES: "Pictures",
    Measure.FILM_SECONDS: "Seconds of film",
    Measure.CHARACTERS: "Characters spoken",
}


@dataclass(frozen=True, slots=True)
class Allowance:
    """One limit, what it leaves, and in which tier it counts (None: wherever something is made)."""

    left: Left
    tier: Tier | None

    @property
    def whose(self) -> str:
        """Whom it binds, as the person is told."""
        limit = self.left.limit
        if limit.is_own:
            return "You, set by yourself"
        if limit.pool is Pool.TENANT:
            return "The whole library"
        if limit.pool is Pool.PERSON:
            return "You"
        name = self.tier.name if self.tier is not None else ""
        return f"You, in {name}" if limit.pool is Pool.READER else f"Everybody in {name}"

    @property
    def period(self) -> str:
        return "this month" if self.left.limit.period is Period.MONTH else "today"


def of(*, tenant_id: uuid.UUID, user_id: uuid.UUID, tiers: Sequence[Tier]) -> list[Allowance]:
    """All limits that bind the user in the studio or in one of the tiers, the tightest first: the one of which least is left
    in proportion, and in absolute numbers where that is the same. One query for each tier, and two."""
    found: dict[limits.Limit, Tier | None] = {}
    for tier in (None, *tiers):
        for limit in limits.applying(Payer(tenant_id, tier.id if tier is not None else None, user_id, False)):
            found.setdefault(limit, tier if limit.pool in (Pool.TIER, Pool.READER) else None)
    if not found:
        return []
    used = {
        (counter.pool, counter.subject_id, counter.period): counter
        for counter in Counter.objects.filter(limits.at({(one.pool, one.subject_id) for one in found}, limits.today()))
    }
    rows = []
    for limit, tier in found.items():
        counter = used.get((limit.pool.value, limit.subject_id, limit.period.value))
        rows.append(Allowance(Left(limit, counter.used(limit.measure) if counter is not None else 0), tier))
    return sorted(rows, key=lambda one: (one.left.share, one.left.amount, one.whose))


def of_staff(allowances: Sequence[Allowance], measure: Measure, period: Period) -> int | None:
    """The lowest that staff let one person have of a measure, wherever they are; None where staff say nothing of that."""
    return min(
        (
            one.left.limit.limit
            for one in allowances
            if not one.left.limit.is_own
            and one.tier is None
            and (one.left.limit.measure, one.left.limit.period) == (measure, period)
        ),
        default=None,
    )
