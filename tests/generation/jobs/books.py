"""A second, plain way to reckon what may be spent and what was: what the ledger is compared with in `test_money`.

It keeps every attempt in a list and adds them up anew each time; nothing here is taken from `accounts.ledger`.
"""

from __future__ import annotations

import datetime
import uuid
from collections import Counter as Tally
from dataclasses import dataclass, field

Amounts = dict[str, int]
"""By measure: micros, scenes, pictures, film_seconds, characters; without zeros."""


@dataclass(frozen=True)
class Who:
    """Somebody who asks, and where: `name` for the reports. `role` is that of the membership."""

    name: str
    tenant: uuid.UUID
    tier: uuid.UUID | None
    user: uuid.UUID
    person: uuid.UUID
    reader: uuid.UUID | None
    role: str
    is_guest: bool = False

    @property
    def pools(self) -> dict[str, uuid.UUID]:
        """Pool -> whose counter."""
        found = {"tenant": self.tenant, "person": self.person}
        if self.tier is not None and self.reader is not None:
            found |= {"tier": self.tier, "reader": self.reader}
            if self.is_guest:
                found["guests"] = self.tier
        return found


@dataclass(frozen=True)
class Said:
    """A limit that somebody set."""

    tenant: uuid.UUID
    pool: str
    subject: uuid.UUID
    measure: str
    period: str
    role: str = ""
    is_own: bool = False


@dataclass
class Attempt:
    who: Who
    day: datetime.date
    held: Amounts
    spent: Amounts = field(default_factory=dict)
    is_open: bool = True


Place = tuple[str, uuid.UUID, str, datetime.date]


class Books:
    """What is held and spent, and what was said about limits."""

    def __init__(self, day: datetime.date) -> None:
        self.day = day
        self.limits: dict[Said, int] = {}
        self.attempts: list[Attempt] = []

    def may(self, who: Who, amounts: Amounts) -> bool:
        """Whether so much can be held now without passing any limit."""
        if not amounts:
            return True
        binding = [said for said in self.limits if self._binds(said, who)]
        if "micros" in amounts:
            limited = {said.pool for said in binding if said.measure == "micros"}
            if "tenant" not in limited or ("guests" in who.pools and "guests" not in limited):
                return False
        used = self.sums()
        for said in binding:
            place = (said.pool, who.pools[said.pool], said.period, self._start(said.period, self.day))
            there = used.get(place, Tally())
            already = there[f"held_{said.measure}"] + there[f"spent_{said.measure}"]
            if said.measure in amounts and already + amounts[said.measure] > self.limits[said]:
                return False
        return True

    def _binds(self, said: Said, who: Who) -> bool:
        if said.tenant != who.tenant or said.pool not in who.pools:
            return False
        if said.pool == "tenant":
            return True
        if said.pool in ("tier", "guests", "reader"):
            return said.subject == who.tier
        if said.role:
            by_staff = Said(said.tenant, "person", who.user, said.measure, said.period)
            return said.role == who.role and (who.is_guest or by_staff not in self.limits)
        return said.subject == who.user and not who.is_guest

    def hold(self, who: Who, amounts: Amounts) -> Attempt:
        self.attempts.append(Attempt(who, self.day, amounts))
        return self.attempts[-1]

    def sums(self) -> dict[Place, Tally[str]]:
        """Place -> what is held and spent there; places that nothing was ever held at are left out."""
        found: dict[Place, Tally[str]] = {}
        for attempt in self.attempts:
            if not attempt.held and not attempt.spent:
                continue
            for pool, subject in attempt.who.pools.items():
                for period in ("day", "month"):
                    tally = found.setdefault((pool, subject, period, self._start(period, attempt.day)), Tally())
                    kind, amounts = ("held", attempt.held) if attempt.is_open else ("spent", attempt.spent)
                    for measure, amount in amounts.items():
                        tally[f"{kind}_{measure}"] += amount
        return {place: Tally({name: n for name, n in tally.items() if n}) for place, tally in found.items()}

    def _start(self, period: str, day: datetime.date) -> datetime.date:
        return day if period == "day" else datetime.date(day.year, day.month, 1)
