"""Workers that can be killed, buying from the fake providers through the real engine, and what must become of a job.

The death of a worker is played: the drain is left at a crash point by an exception that nothing catches, its thread is let
run out with nobody to hear it, its lease is made to end, and another worker goes on from the rows.
"""

from __future__ import annotations

import datetime
import threading
import uuid
from collections import Counter
from dataclasses import dataclass
from typing import Any

import pytest
from django.db import transaction

from accounts.models import Cap, LedgerEntry
from accounts.models.ledger import Period, Pool
from config.invariants import disagreements
from generation import crash, drain, providers, purchases, spool, storage
from generation.clock import after
from generation.drain import Drain
from generation.jobs import asking
from generation.models import TERMINAL, AiModel, Asset, Credential, Job, ModelGrant, Price, Status, Unit
from generation.providers.contract import Kind, Replay
from tests import factories
from tests.providers.cases import Case, all_cases
from tests.providers.fake import FakeProviders


def replay_of(case: Case) -> Replay:
    return providers.kind_of(case.provider).replay  # type: ignore[attr-defined]


PRICE = 2_000_000
"""Micros a call: what is held, and what is settled where the provider reports no cost."""
CAP = 10**9
MOST_DRAINS = 12
BEFORE_IT_CAME = ("after_claim", "after_sent", "before_parked", "after_parked")
"""Points at which nothing of what was bought is on the machine yet."""
CASES = list({(case.provider, case.submit): case for case in reversed(all_cases())}.values())[::-1]
"""One purchase for each way of asking."""
POLLED = [case for case in CASES if case.poll]
FETCHED = [case for case in POLLED if case.result]
CLASSES = list({(replay_of(case), case.kind is Kind.VIDEO): case for case in CASES}.values())
"""One for each way of losing an answer, for what does not hang on the adapter."""


class Killed(BaseException):
    """The worker dies here."""


@dataclass(frozen=True)
class Fate:
    """What became of a job: the provider's count of purchases beside our rows. `entries` are (attempt, kind, amount)."""

    status: str
    attempt: int
    submits: int
    entries: tuple[tuple[int, str, int], ...]


def cost_of(case: Case) -> int:
    told = case.expected.get("cost_micros")
    return PRICE if told is None else told


def bought(case: Case, *, submits: int = 1) -> Fate:
    """Done in the first attempt, and paid for once."""
    return Fate(Status.DONE, 1, submits, ((1, "reserve", PRICE), (1, "settle", cost_of(case))))


def answer_lost(case: Case) -> Fate:
    """Sent, and nobody knows what became of it: what each replay class promises then."""
    if replay_of(case) is Replay.FREE:
        return bought(case, submits=2)
    lost = ((1, "reserve", PRICE), (1, "unknown", PRICE))
    if case.kind is Kind.VIDEO:
        return Fate(Status.UNKNOWN, 1, 1, lost)
    return Fate(Status.DONE, 2, 2, (*lost, (2, "reserve", PRICE), (2, "settle", cost_of(case))))


class Engine:
    """The seeded install with one tier that may buy from the fake providers, and workers that can be killed."""

    def __init__(self, world: Any, fake: FakeProviders, monkeypatch: pytest.MonkeyPatch) -> None:
        self.world, self.fake, self.monkeypatch = world, fake, monkeypatch
        # What is due later is made due by `hurry`; so a worker need not stay for it.
        monkeypatch.setattr(drain, "SOON_SECONDS", 0.0)
        monkeypatch.setattr(drain, "LOOK_SECONDS", 0.01)
        monkeypatch.setattr(drain, "BEAT_SECONDS", 0.0)
        monkeypatch.setattr(purchases, "FETCH_WAIT_SECONDS", 0.01)

    def ask(self, case: Case) -> Job:
        """Queue the case's purchase, with an account, a model, a price, a grant and a cap of its own."""
        tier = self.world.kids
        account = Credential.objects.create(
            provider=case.provider,
            label="fake",
            base_url=self.fake.base_url(case.provider),
            secret=self.fake.key(case.provider),
        )
        model = AiModel.objects.create(
            key=f"fake-{uuid.uuid4().hex[:8]}",
            name=case.model,
            provider=case.provider,
            remote_name=case.model,
            kind=Kind.IMAGE if case.kind is Kind.EDIT else case.kind,
            account=account,
            options=dict(case.options),
        )
        Price.objects.create(model=model, unit=Unit.CALL, amount_micros=PRICE, effective_from=datetime.date(2026, 1, 1))
        ModelGrant.objects.create(tier=tier, model=model)
        Cap.objects.create(pool=Pool.TENANT, subject_id=tier.tenant_id, period=Period.DAY, limit=CAP)
        with transaction.atomic():
            return asking.add(
                run=factories.run(self.world.user("reader"), tier),
                model=model,
                request=self._request(case),
                step="test-step",
                kind=case.kind,
            )

    def _request(self, case: Case) -> dict[str, Any]:
        fields = dict(case.fields)
        inputs = []
        for given in fields.pop("inputs", ()):
            tenant_id = self.world.tenant.id
            kept = storage.keep(tenant_id=tenant_id, kind=Kind.IMAGE, data=given.read(), media_type=given.media_type)
            asset = Asset.objects.create(sha256=kept.sha256, media_type=kept.media_type, size_bytes=kept.size_bytes)
            inputs.append({"role": given.role, "asset": str(asset.id)})
        return {**fields, "inputs": inputs}

    def drain(self) -> None:
        """One worker, until nothing is due now."""
        Drain(f"worker:{uuid.uuid4().hex[:6]}", linger_seconds=0.0).run()

    def finish(self, job: Job) -> None:
        """Workers one after another, until the job has ended."""
        for _ in range(MOST_DRAINS):
            self.drain()
            if fresh(job).status in TERMINAL:
                return
            hurry(job)
        raise AssertionError(f"not ended after {MOST_DRAINS} workers: {fresh(job).status}")

    def kill_at(self, job: Job, point: str, *, time: int = 1) -> None:
        """Run workers until one dies as it comes to `point` for the given time; let its threads run out, unheard, and its
        lease with them."""
        seen: Counter[str] = Counter()

        def die(name: str) -> None:
            seen[name] += 1
            if name == point and seen[name] == time:
                raise Killed(name)

        with self.monkeypatch.context() as patched:
            patched.setattr(crash, "point", die)
            for _ in range(MOST_DRAINS):
                try:
                    self.drain()
                except Killed:
                    break
                assert fresh(job).status not in TERMINAL, f"it ended and never came to {point}"
                hurry(job)
            else:
                raise AssertionError(f"no worker came to {point}")
        run_out(job)
        if point in BEFORE_IT_CAME:
            spool.forget(job.id)  # a thread of ours goes on where that of a dead process does not
        held = Job.objects.filter(id=job.id, status__in=[Status.RUNNING, Status.STORED])
        held.update(lease_until=after(-1))
        hurry(job)

    def fate(self, job: Job, case: Case) -> Fate:
        ended = fresh(job)
        assert disagreements() == []
        assert self.fake.broken == []
        return Fate(ended.status, ended.attempt, self.fake.submits(case.provider), entries(job))


def fresh(job: Job) -> Job:
    return Job.objects.select_related("asset").get(id=job.id)


def entries(job: Job) -> tuple[tuple[int, str, int], ...]:
    found = LedgerEntry.objects.filter(job_id=job.id).values_list("attempt", "kind", "amount_micros")
    return tuple(sorted(found, key=lambda entry: (entry[0], entry[1] != "reserve")))


def hurry(job: Job) -> None:
    """What is due later is due now."""
    Job.objects.filter(id=job.id, status__in=[Status.QUEUED, Status.PARKED]).update(due_at=after(-1))


def run_out(job: Job) -> None:
    """Wait for the threads that a worker left behind."""
    for thread in threading.enumerate():
        if thread.name in (f"purchase-{job.id}", f"stop-{job.id}"):
            thread.join(30)
            assert not thread.is_alive()
