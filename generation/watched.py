"""What operators look at, as `generation.overview` reads it: scheduling alone, of all tenants."""

from __future__ import annotations

import datetime
import uuid
from dataclasses import dataclass, field

from generation import stuck
from generation.models import BeatKind, Inspection, Switch


@dataclass(frozen=True, slots=True)
class StuckJob:
    id: uuid.UUID
    tenant: str
    kind: str
    provider: str
    model: str
    status: str
    why: str
    since: datetime.datetime
    deadline_at: datetime.datetime | None
    worker: str
    hold_micros: int
    currency: str

    @property
    def words(self) -> str:
        return stuck.WORDS[self.why]


@dataclass(frozen=True, slots=True)
class QueueLine:
    """Jobs under way of one kind at one provider, by state; `oldest_at` is when the first of those that wait came due."""

    provider: str
    kind: str
    counts: dict[str, int]
    oldest_at: datetime.datetime | None

    @property
    def total(self) -> int:
        return sum(self.counts.values())


@dataclass(frozen=True, slots=True)
class Worker:
    """A process that beats, or one that does not and still has jobs."""

    name: str
    group: str
    kind: str
    beat_at: datetime.datetime | None
    is_fresh: bool
    jobs: int


@dataclass(frozen=True, slots=True)
class AccountState:
    id: int
    name: str
    busy: int
    limit: int
    is_enabled: bool
    paused_until: datetime.datetime | None
    paused_because: str
    breakers: tuple[str, ...]
    """What is not closed, in words."""


@dataclass(slots=True)
class Health:
    """A provider in the last hour."""

    provider: str
    title: str
    calls: int = 0
    errors: dict[str, int] = field(default_factory=dict)
    p50: float | None = None
    p95: float | None = None
    accounts: list[AccountState] = field(default_factory=list)
    money: dict[str, int] = field(default_factory=dict)
    """Spent today, by currency, in micro-units."""


@dataclass(frozen=True, slots=True)
class Off:
    switch: Switch
    title: str
    waiting: int


@dataclass(frozen=True, slots=True)
class Overview:
    at: datetime.datetime
    stuck: list[StuckJob]
    stuck_counts: dict[str, int]
    queue: list[QueueLine]
    workers: list[Worker]
    providers: list[Health]
    off: list[Off]
    inspections: list[Inspection]

    @property
    def stuck_total(self) -> int:
        return sum(self.stuck_counts.values())

    @property
    def groups_alive(self) -> int:
        return sum(worker.is_fresh for worker in self.workers if worker.kind == BeatKind.GROUP)
