"""Breakers in the database, so that all workers see one state. The rules are `generation.breakers`; here they are held against
rows, under their locks and by the database's clock.

A call that goes well asks nothing of the database: what was answered is counted in the worker and told with the next failure.
Only where something failed a moment ago each answer is told at once: a worker that dies would take along what went well, and
what failed would be all that is known. A failure locks the breakers of its account and its model (one query) and writes those
that changed. Claiming looks at
breakers inside queries that it makes anyway; only where one is not closed, its probe costs two more.
"""

from __future__ import annotations

import datetime
import time
from collections import defaultdict, deque

from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from generation import breakers
from generation.breakers import Circuit, State, Word
from generation.clock import after, now
from generation.models import Breaker, Credential, Job, Lane
from generation.providers.contract import Kind


def shut() -> Exists:
    """Of a query on jobs: the job's account, or its model there, may be sent nothing now."""
    is_open = Q(open_until__gt=now()) | Q(open_until__isnull=False, probe_until__gt=now())
    return Exists(_before_a_job().filter(is_open))


def not_closed() -> Exists:
    """Of a query on jobs: a breaker before the job is not closed, so what becomes of the job has to be told."""
    return Exists(_before_a_job().filter(open_until__isnull=False))


def failed_lately() -> Exists:
    """Of a query on jobs: something failed within the window of a breaker before the job, so its answer has to be told too."""
    since = after(-breakers.WINDOW_SECONDS)
    return Exists(_before_a_job().filter(failures__gt=0, began_at__gt=since))


def is_counted(job: Job) -> bool:
    """Whether the job has breakers: not what is made in our own processes, nor deliveries, whose receivers differ."""
    return job.credential_id is not None and job.lane != Lane.CORE and job.kind != Kind.DELIVER


def take_probe(job: Job) -> bool:
    """Whether the job may go out past its breakers: they are closed by now, or it is the probe of each that is half-open.
    In the claim's transaction, whose end lets the rows go; of two workers one is the probe."""
    found: list[tuple[Breaker, Circuit]] = []
    for row in _locked(job):
        if row.open_until is None:
            continue
        circuit = breakers.probing(row.circuit, at=row.moment, job=job.id)  # type: ignore[attr-defined]
        if circuit is None:
            return False
        found.append((row, circuit))
    for row, circuit in found:
        row.take_over(circuit, because=row.because)
    return True


def give_back_probe(job: Job) -> None:
    """The job was not taken after all; another may be the probe."""
    Breaker.objects.filter(credential=job.credential_id, probe=job.id).update(probe=None, probe_until=None)


class Ears:
    """What one worker heard of its calls since it last told anybody."""

    def __init__(self) -> None:
        self._answered: defaultdict[tuple[int, int | None], deque[float]] = defaultdict(deque)

    def hear(self, job: Job, word: Word, *, because: str = "", is_first: bool = True) -> bool:
        """Note what a call said. It is written where it changes something: a failure, an answer where something failed lately,
        or any word where the job was claimed past a breaker that was not closed. In a transaction of its own. True where a
        breaker before the job is found open."""
        if not is_counted(job) or job.credential_id is None:
            return False
        if word is Word.ANSWERED:
            times = self._answered[job.credential_id, job.model_id]
            times.append(time.monotonic())
            while times[0] < times[-1] - breakers.WINDOW_SECONDS:
                times.popleft()
        tells = (word is Word.FAILED and is_first) or (word is Word.ANSWERED and getattr(job, "is_watched", False))
        if not tells and not getattr(job, "is_guarded", False):
            return False
        is_open = self._tell(job, word, because, is_first)
        if is_open is None and _make_rows(job):
            is_open = self._tell(job, word, because, is_first)
        if word is not Word.NEITHER:  # told by now
            for place in [place for place in self._answered if place[0] == job.credential_id]:
                del self._answered[place]
        return bool(is_open)

    def _tell(self, job: Job, word: Word, because: str, is_first: bool) -> bool | None:
        """Hold the rules against the rows; whether one is open. None where a row is missing that a failure needs."""
        is_open = False
        with transaction.atomic():
            rows = _locked(job)
            if word is Word.FAILED and len(rows) < len({None, job.model_id}):
                return None
            for row in rows:
                moment: datetime.datetime = row.moment  # type: ignore[attr-defined]
                circuit = breakers.heard(
                    row.circuit, word, at=moment, job=job.id, model=job.model_id, is_first=is_first,
                    answered_before=self._answered_in_window(row, moment),
                )  # fmt: skip
                if circuit != row.circuit:
                    row.take_over(circuit, because=because if word is Word.FAILED else row.because)
                is_open |= circuit.state(moment) is State.OPEN
        return is_open

    def _answered_in_window(self, row: Breaker, moment: datetime.datetime) -> int:
        """How many calls were answered that nobody was told of, since the row's window began."""
        age = (moment - row.began_at).total_seconds() if row.began_at is not None else 0.0
        since = time.monotonic() - age
        return sum(
            answered > since
            for (account, model_id), times in self._answered.items()
            if account == row.credential_id and row.model_id in (None, model_id)
            for answered in times
        )


def _make_rows(job: Job) -> bool:
    """The rows that a first failure needs, made with nothing locked: whoever claims holds the account. False where the account,
    or the model, is gone by now."""
    assert job.credential_id is not None
    wanted = [Breaker(credential_id=job.credential_id, model_id=model_id) for model_id in {None, job.model_id}]
    try:
        with transaction.atomic():
            if not Credential.objects.filter(id=job.credential_id).exists():
                return False
            Breaker.objects.bulk_create(wanted, ignore_conflicts=True)
    except IntegrityError:
        return False
    return True


def _before_a_job() -> QuerySet[Breaker]:
    mine = Q(model=None) | Q(model_id=OuterRef("model_id"))
    return Breaker.objects.filter(mine, credential_id=OuterRef("credential_id"))


def _locked(job: Job) -> list[Breaker]:
    """The account's breaker and the model's, locked, in one order for all workers, each with the database's moment."""
    rows = Breaker.objects.filter(Q(model=None) | Q(model=job.model_id), credential=job.credential_id)
    return list(rows.select_for_update().annotate(moment=now()).order_by("id"))
