"""Breakers in the database, so that all workers see one state. The rules are `generation.breakers`; here they are held against
rows, under their locks and by the database's clock.

A call that goes well asks nothing of the database: what was answered is counted in the worker and told with the next failure.
A failure locks the breakers of its account and its model (one query) and writes those that changed. Claiming looks at
breakers inside queries that it makes anyway; only where one is not closed, its probe costs two more.
"""

from __future__ import annotations

from collections import Counter

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from generation import breakers
from generation.breakers import Circuit, State, Word
from generation.clock import now
from generation.models import Breaker, Job, Lane
from generation.providers.contract import Kind


def shut() -> Exists:
    """Of a query on jobs: the job's account, or its model there, may be sent nothing now."""
    is_open = Q(open_until__gt=now()) | Q(open_until__isnull=False, probe_until__gt=now())
    return Exists(_before_a_job().filter(is_open))


def not_closed() -> Exists:
    """Of a query on jobs: a breaker before the job is not closed, so what becomes of the job has to be told."""
    return Exists(_before_a_job().filter(open_until__isnull=False))


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
        self._answered: Counter[tuple[int, int | None]] = Counter()

    def hear(self, job: Job, word: Word, *, because: str = "", is_first: bool = True) -> bool:
        """Note what a call said. It is written where it changes something: a failure, or any word where the job was claimed
        past a breaker that was not closed. In a transaction of its own. True where a breaker before the job is found open."""
        if not is_counted(job):
            return False
        is_guarded = getattr(job, "is_guarded", False)
        place = (job.credential_id or 0, job.model_id)
        if word is Word.ANSWERED:
            self._answered[place] += 1
        if is_guarded or (word is Word.FAILED and is_first):
            return self._tell(job, word, because, is_first)
        return False

    def _tell(self, job: Job, word: Word, because: str, is_first: bool) -> bool:
        is_open = False
        account = job.credential_id or 0
        with transaction.atomic():
            rows = _locked(job)
            wanted = {None, job.model_id}
            if word is Word.FAILED and {row.model_id for row in rows} != wanted:
                Breaker.objects.bulk_create(
                    [Breaker(credential_id=account, model_id=model_id) for model_id in wanted], ignore_conflicts=True
                )
                rows = _locked(job)
            for row in rows:
                of_model = self._answered[account, job.model_id]
                before = of_model if row.model_id else sum(n for (of, _), n in self._answered.items() if of == account)
                circuit = breakers.heard(
                    row.circuit, word, at=row.moment, job=job.id, model=job.model_id, is_first=is_first,  # type: ignore[attr-defined]
                    answered_before=before,
                )  # fmt: skip
                if circuit != row.circuit:
                    row.take_over(circuit, because=because if word is Word.FAILED else row.because)
                is_open |= circuit.state(row.moment) is State.OPEN  # type: ignore[attr-defined]
        if word is Word.FAILED:
            for place in [place for place in self._answered if place[0] == account]:
                del self._answered[place]
        return is_open


def _before_a_job() -> QuerySet[Breaker]:
    mine = Q(model=None) | Q(model_id=OuterRef("model_id"))
    return Breaker.objects.filter(mine, credential_id=OuterRef("credential_id"))


def _locked(job: Job) -> list[Breaker]:
    """The account's breaker and the model's, locked, in one order for all workers, each with the database's moment."""
    rows = Breaker.objects.filter(Q(model=None) | Q(model=job.model_id), credential=job.credential_id)
    return list(rows.select_for_update().annotate(moment=now()).order_by("id"))
