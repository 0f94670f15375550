"""Where a job stands among those that wait, and about how long it still takes; or nothing, where nobody can tell.

Many look, and often: what is asked of the database is asked at most every two seconds by a process for each lane, and how
long a model takes at most every ten, whoever looks. What comes of it is coarse on purpose. A place counts what goes first in
the order in which workers take jobs, to 50 and no further; a time is one of a few steps that people say, never a countdown.
"""

from __future__ import annotations

import os
import statistics
import threading
import time
import uuid
from collections import Counter
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Any, TypeVar, cast

from django.conf import settings
from django.db.models import Count, Q
from django.utils import timezone

from accounts.tenancy import across_tenants
from generation import switches
from generation.jobs import claiming
from generation.models import AiModel, Breaker, Credential, Job, Lane, Status

T = TypeVar("T")
WHY = "a queue has jobs of all tenants; of others' no more is told than how many go first"
DEEPEST = 50
"""As many are counted before a job."""
SEEN = 400
"""As much of a lane's queue is looked at."""
QUEUE_SECONDS, SOON_SECONDS, SPELL_SECONDS = 2.0, 0.25, 10.0
"""How old an answer may be: of the queue, of a queue in which a job is not found, of a model's pace."""
SAMPLES, FEWEST = 20, 3
"""Of a model's latest jobs, how many say how long it takes, and how many have to."""
MODELS = 8
"""Paces that are looked up for one queue; the others count as the job's own."""
STEPS: tuple[tuple[int, str], ...] = (
    (5, "A few seconds"), (15, "About a quarter of a minute"), (30, "About half a minute"), (60, "About a minute"),
    (120, "About two minutes"), (240, "A few minutes"), (600, "About ten minutes"), (900, "About a quarter of an hour"),
    (1800, "About half an hour"), (3600, "About an hour"), (7200, "About two hours"),
)  # fmt: skip
LATER = "More than two hours"
COUNTS = ("", "One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine", "Ten")


@dataclass(frozen=True, slots=True)
class Outlook:
    """What can be told of a job that is under way. `place` counts from 1, the next; DEEPEST + 1 stands for all from there.
    `seconds` is one of the STEPS. It is late where it takes longer than such jobs do, and paused where its account at the
    provider is: then nobody knows when it goes on. Nor where what makes it fails so often that it is left alone for a while
    (`is_failing`), or was switched off by operators (`is_off`). It is made, and put away, where only storage is still to take
    it (`is_made`)."""

    place: int | None = None
    seconds: int | None = None
    is_late: bool = False
    is_paused: bool = False
    is_made: bool = False
    is_failing: bool = False
    is_off: bool = False

    @property
    def words(self) -> str:
        """The same in a sentence or two; empty where there is nothing to tell."""
        if self.is_made:
            return (
                "It is made, and is being put away. That takes longer than usual at the moment; it goes on by itself."
            )
        if self.is_off:
            return "What makes it is switched off at the moment; it waits. Nothing is charged for waiting."
        if self.is_failing:
            return "What makes it does not answer at the moment; it is tried again by itself."
        if self.is_paused:
            return "What makes it is paused at the moment; it goes on by itself."
        parts = []
        if self.place is not None:
            parts.append(_first(self.place - 1))
        if self.is_late:
            parts.append("It takes longer than usual.")
        elif self.seconds is not None:
            parts.append(f"{dict(STEPS).get(self.seconds, LATER)}.")
        return " ".join(parts)

    @property
    def version(self) -> str:
        """Changes whenever what is told does."""
        marks = {
            "late": self.is_late, "paused": self.is_paused, "made": self.is_made, "failing": self.is_failing,
            "off": self.is_off,
        }  # fmt: skip
        return f"{self.place or ''}-{self.seconds or ''}{''.join(name for name, holds in marks.items() if holds)}"

    def said(self) -> dict[str, Any]:
        """`{"place"?, "estimate_seconds"?, "outlook"?}`: what is known, and nothing else."""
        told = {"place": self.place, "estimate_seconds": self.seconds, "outlook": self.words or None}
        return {name: value for name, value in told.items() if value is not None}


UNTOLD = Outlook()


def outlook(job: Job) -> Outlook:
    """What can be told of the job as it was loaded."""
    return outlook_of(
        job_id=job.id, status=job.status, lane=job.lane, credential_id=job.credential_id, model_id=job.model_id,
        kind=job.kind, sent_at=job.sent_at, progress=job.progress, spool_id=job.spool_id,
    )  # fmt: skip


def outlook_of(
    *, job_id: uuid.UUID, status: str, lane: str, credential_id: int | None, model_id: int | None, kind: str, sent_at: Any,
    progress: float | None, spool_id: uuid.UUID | None,
) -> Outlook:  # fmt: skip
    """The same of a job whose row was not loaded as a whole."""
    if status == Status.QUEUED:
        return _waiting(job_id, Lane(lane), credential_id, model_id, _pace(model_id, kind))
    if spool_id is not None and status == Status.PARKED:
        return Outlook(is_made=True)
    if status in (Status.RUNNING, Status.PARKED) and sent_at is not None:
        return _running((timezone.now() - sent_at).total_seconds(), progress, _pace(model_id, kind))
    return UNTOLD  # it waits for another job, or it is being put away


def forget() -> None:
    """Look anew the next time."""
    with _lock:
        _remembered.clear()


@dataclass(frozen=True, slots=True)
class Pace:
    """How long jobs of a model take, in seconds, once they were sent: the usual, and what is long."""

    usual: float
    long: float


@dataclass(frozen=True, slots=True)
class _Queue:
    """A lane's queue as workers take from it. `line` is where a job stands: all that go first, and their models."""

    line: dict[uuid.UUID, tuple[int, tuple[tuple[int | None, str], ...]]]
    is_whole: bool
    busy: Counter[int | None]
    accounts: dict[int, int]
    paused: frozenset[int]
    failing: frozenset[tuple[int, int | None]]
    """Accounts, each with a model or with None for all of it, whose breaker is not closed."""
    off: frozenset[int]
    """Models that are switched off."""


def _waiting(
    job_id: uuid.UUID, lane: Lane, credential_id: int | None, model_id: int | None, pace: Pace | None
) -> Outlook:
    queue = _recent(("queue", lane), QUEUE_SECONDS, lambda: _look(lane))
    if job_id not in queue.line:
        queue = _recent(("queue", lane), SOON_SECONDS, lambda: _look(lane))
    if model_id in queue.off:
        return Outlook(is_off=True)
    if credential_id is not None and {(credential_id, None), (credential_id, model_id)} & queue.failing:
        return Outlook(is_failing=True)
    if credential_id in queue.paused:
        return Outlook(is_paused=True)
    if job_id not in queue.line:
        # It was taken this moment, or waits out a fault; or it stands further back than anybody looks.
        return UNTOLD if queue.is_whole else Outlook(place=DEEPEST + 1)
    before, models = queue.line[job_id]
    place = min(before, DEEPEST) + 1
    if pace is None or before >= DEEPEST:
        return Outlook(place=place)
    if lane is Lane.CORE:
        slots, busy = settings.GENERATION["LANES"] or os.cpu_count() or 1, queue.busy.total()
    else:
        slots, busy = queue.accounts.get(credential_id or 0, settings.GENERATION["HELD_MAX"]), queue.busy[credential_id]
    # So many have to end before this one begins; as many end in one pace as there are slots.
    have_to_end = max(0, before + busy - max(slots, 1) + 1)
    paces = [_pace(*model) for model in list(dict.fromkeys(models))[:MODELS]]
    known = [one.usual for one in paces if one is not None]
    wait = have_to_end / max(slots, 1) * (statistics.fmean(known) if known else pace.usual)
    return Outlook(place=place, seconds=_step(wait + pace.usual))


def _running(elapsed: float, progress: float | None, pace: Pace | None) -> Outlook:
    if pace is not None and elapsed > pace.long:
        return Outlook(is_late=True)
    if progress is not None and 0.1 <= progress < 1 and elapsed > 1:
        return Outlook(seconds=_step(elapsed * (1 - progress) / progress))
    if pace is None:
        return UNTOLD
    return Outlook(seconds=_step(max(pace.usual - elapsed, (pace.long - elapsed) / 4)))


def _look(lane: Lane) -> _Queue:
    with across_tenants(WHY):
        order = claiming.in_turn(lane, SEEN, with_full=True)
        known = Job.objects.filter(id__in=order, status=Status.QUEUED)
        found = {row[0]: row for row in known.values_list("id", "credential_id", "model_id", "kind")}
        rows = [found[job_id] for job_id in order if job_id in found]
        held = (
            Job.objects.filter(status__in=[Status.RUNNING, Status.PARKED], lane=lane)
            .order_by()
            .values_list("credential_id")
            .annotate(n=Count("id"))
        )
        busy: Counter[int | None] = Counter(dict(held))
    moment = timezone.now()
    shut = Q(is_enabled=False) | Q(paused_until__gt=moment)  # of these no worker takes a job, so they stand in no order
    accounts = {one.id: one for one in Credential.objects.filter(shut | Q(id__in={row[1] for row in rows} - {None}))}
    paused = frozenset(
        one.id
        for one in accounts.values()
        if not one.is_enabled or (one.paused_until is not None and one.paused_until > moment)
    )
    line: dict[uuid.UUID, tuple[int, tuple[tuple[int | None, str], ...]]] = {}
    ahead: dict[Hashable, list[tuple[int | None, str]]] = {}
    for job_id, credential_id, model_id, kind in rows:
        if credential_id in paused:
            continue
        # A core does one thing at a time, whosever it is; otherwise an account's own jobs wait for each other.
        first = ahead.setdefault("core" if lane is Lane.CORE else credential_id, [])
        line[job_id] = len(first), tuple(first[:DEEPEST])
        first.append((model_id, kind))
    at_once = {id_: row.max_concurrent for id_, row in accounts.items()}
    failing = frozenset(Breaker.objects.filter(open_until__isnull=False).values_list("credential_id", "model_id"))
    return _Queue(line, len(order) < SEEN, busy, at_once, paused, failing, _off())


def _off() -> frozenset[int]:
    known = switches.every()
    wide = {switch.provider for switch in known if switch.model_id is None}
    models = AiModel.objects.all() if "" in wide else AiModel.objects.filter(provider__in=wide)
    found = {switch.model_id for switch in known if switch.model_id is not None}
    return frozenset(found | set(models.values_list("id", flat=True) if wide else ()))


def _pace(model_id: int | None, kind: str) -> Pace | None:
    """How long the model takes for such a job: from its latest ones; None where there are too few."""
    if model_id is None:
        return None
    return _recent(("pace", model_id, kind), SPELL_SECONDS, lambda: _measured(model_id, kind))


def _measured(model_id: int, kind: str) -> Pace | None:
    with across_tenants("how long a model takes is nobody's secret"):
        done = Job.objects.filter(model_id=model_id, kind=kind, status=Status.DONE, sent_at__isnull=False)
        rows = list(done.order_by("-finished_at").values_list("sent_at", "finished_at")[:SAMPLES])
    took = sorted((ended - sent).total_seconds() for sent, ended in rows if ended is not None and ended >= sent)
    if len(took) < FEWEST:
        return None
    usual = statistics.median(took)
    return Pace(usual, max(usual * 1.5, took[-1], usual + 5))


def _step(seconds: float) -> int:
    """The step that people would say; beyond the last, that it is later than that."""
    return next((step for step, _ in STEPS if seconds <= step * 1.25), STEPS[-1][0] + 1)


def _first(before: int) -> str:
    if before >= DEEPEST:
        return f"At least {DEEPEST} go first."
    if before == 0:
        return "It is next."
    return f"{COUNTS[before] if before < len(COUNTS) else before} {'goes' if before == 1 else 'go'} first."


_lock = threading.Lock()
_remembered: dict[Hashable, tuple[float, Any]] = {}


def _recent(key: Hashable, seconds: float, look: Callable[[], T]) -> T:
    """What `look` answered within the last seconds, or answers now."""
    known = _remembered.get(key)
    if known is None or time.monotonic() - known[0] > seconds:
        known = (time.monotonic(), look())
        with _lock:
            _remembered[key] = known
    return cast(T, known[1])
