"""Workers let go together, on PostgreSQL: one is the probe. The control takes the lock away."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.models import QuerySet

from accounts.tenancy import scope
from generation.clock import after
from generation.jobs import breaking
from generation.models import Breaker, Job
from generation.providers.contract import Kind
from tests import factories
from tests.conftest import need

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("toll", "step")]
THREADS = 6


@pytest.fixture(autouse=True)
def on_postgres(db: None) -> None:
    need(connection.vendor == "postgresql", "this race shows on PostgreSQL alone: python -m tests.on_postgres")


def probes(world: Any) -> int:
    with scope(world.tenant):
        jobs = [factories.job(world.user("reader"), world.kids, kind=Kind.IMAGE) for _ in range(THREADS)]
        for model_id in (None, jobs[0].model_id):
            Breaker.objects.create(credential_id=jobs[0].credential_id, model_id=model_id, open_until=after(-1))
    gate = threading.Barrier(THREADS)

    def one(job: Job) -> bool:
        try:
            with scope(world.tenant), transaction.atomic():
                Breaker.objects.count()  # the connection is there before the gate
                gate.wait(10)
                taken = breaking.take_probe(job)
                time.sleep(0.2)
                return taken
        finally:
            connection.close()

    with ThreadPoolExecutor(THREADS) as threads:
        return sum(threads.map(one, jobs))


def test_one_of_many_is_the_probe(world: Any) -> None:
    assert probes(world) == 1


def test_control_without_the_lock_several_are(world: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(QuerySet, "select_for_update", lambda rows, *_, **__: rows)
    assert probes(world) > 1
