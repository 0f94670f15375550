"""What was spent and counted, in total and in parts: by day, by model, by person. The parts of a range add up to its total, and
all of it to the ledger. Runs under the tenant's scope; read by pages, by the admin and by the API alike.
"""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import F, OuterRef, Q, QuerySet, Subquery
from django.utils import timezone

from accounts import spending
from accounts.models import LedgerEntry, Tenant, Tier, User
from accounts.models.ledger import COUNTS, EntryKind
from accounts.spending import Spent
from accounts.tenancy import scope
from generation.models import Job

LONGEST_DAYS = 366
"""So many days may be asked for at once."""
EARLIEST, LATEST = datetime.date(2000, 1, 1), datetime.date(2999, 12, 31)
CHUNK = 500
"""So many lines of a list of purchases are asked for at once."""
GONE = "Somebody who is gone"
NO_MODEL = "A model that is gone"
GUESTS = "Guests"


@dataclass(frozen=True, slots=True)
class Report:
    """One user's, or everybody's. `by_model` has the models' keys and names, both None where the model is gone."""

    first: datetime.date
    last: datetime.date
    total: Spent
    today: Spent
    month: Spent
    held: Spent
    by_day: list[tuple[datetime.date, Spent]]
    by_model: list[tuple[tuple[str | None, str | None], Spent]]


def report(user_id: uuid.UUID | None, first: datetime.date, last: datetime.date) -> Report:
    """The days from `first` to `last`, of one user or (None) of everybody."""
    today = timezone.now().date()
    rows = spending.entries(user_id, first, last)
    return Report(
        first, last,
        total=spending.total(rows),
        today=spending.total(spending.entries(user_id, today, today)),
        month=spending.total(spending.entries(user_id, today.replace(day=1), today)),
        held=spending.held(user_id),
        by_day=spending.by(rows, "booked_on"),
        by_model=spending.by(_with_model(rows), "model_key", "model_name"),
    )  # fmt: skip


def by_person(first: datetime.date, last: datetime.date) -> list[tuple[str, Spent]]:
    """What each person spent, who spent most first; all guests are one line, and so are all whose rows are gone."""
    found = spending.by(spending.entries(None, first, last), "is_guest", "user_id")
    names = _names([user_id for (_, user_id), _ in found if user_id is not None])
    people: dict[str, Spent] = {}
    for (is_guest, user_id), spent in found:
        name = GUESTS if is_guest else names.get(user_id, GONE)
        people[name] = _sum(people.get(name, Spent()), spent)
    return sorted(people.items(), key=lambda row: (-row[1].micros, -row[1].purchases, row[0]))


@dataclass(frozen=True, slots=True)
class Purchase:
    """One line of the list."""

    entry: Any
    person: str
    tier: str
    model: str

    @property
    def fate(self) -> str:
        return "settled" if self.entry.kind == EntryKind.SETTLE else "may have been charged"


def purchases(tenant: Tenant, first: datetime.date, last: datetime.date) -> Iterator[Purchase]:
    """Every purchase of the days that was paid for, in the order in which they were booked. Asked for in pieces, each under
    the tenant's scope, so that it can be sent while it is read, when the request's own scope is over."""
    after: tuple[Any, uuid.UUID] | None = None
    while True:
        with scope(tenant):
            rows = _with_model(spending.entries(None, first, last)).order_by("created_at", "id")
            if after is not None:
                rows = rows.filter(Q(created_at__gt=after[0]) | Q(created_at=after[0], id__gt=after[1]))
            chunk: list[Any] = list(rows[:CHUNK])
            names = _names([row.user_id for row in chunk if row.user_id is not None])
            tiers = dict(Tier.objects.filter(id__in={row.tier_id for row in chunk}).values_list("id", "name"))
        for row in chunk:
            person = GUESTS if row.is_guest else names.get(row.user_id, GONE)
            yield Purchase(row, person, tiers.get(row.tier_id, ""), row.model_name or NO_MODEL)
        if len(chunk) < CHUNK:
            return
        after = (chunk[-1].created_at, chunk[-1].id)


def _with_model(rows: QuerySet[LedgerEntry]) -> QuerySet[LedgerEntry]:
    job = Job.objects.filter(id=OuterRef("job_id"))
    return rows.annotate(
        model_key=Subquery(job.values("model__key")[:1]), model_name=Subquery(job.values("model__name")[:1])
    )


def _names(user_ids: list[uuid.UUID]) -> dict[uuid.UUID, str]:
    """Addresses, which tell people apart; a display name need not."""
    rows = User.objects.filter(id__in=set(user_ids)).values_list("id", "email", F("display_name"))
    return {user_id: email or name for user_id, email, name in rows}


def _sum(one: Spent, other: Spent) -> Spent:
    return Spent(
        one.micros + other.micros, one.purchases + other.purchases,
        *(one.of(measure) + other.of(measure) for measure in COUNTS),
    )  # fmt: skip
