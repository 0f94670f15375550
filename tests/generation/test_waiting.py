"""Waiting for a run: woken when it ends, bounded in time and in number, and of no consequence to the run."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection

from accounts.tenancy import scope
from generation import waiting
from generation.drain import Drain
from generation.hub import hub
from generation.models import Job, Status
from tests import factories

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def hub_rests() -> Iterator[None]:
    """The hub's thread has a connection of its own, which has to be gone before the database is."""
    yield
    ends = time.monotonic() + 5
    while hub._thread is not None and time.monotonic() < ends:
        time.sleep(0.02)
    assert (hub._thread, len(hub)) == (None, 0)


@pytest.fixture
def job(in_tenant: Any, step: Any, media: Any) -> Job:
    return factories.job(in_tenant.user("reader"), in_tenant.kids)


def test_what_is_over_is_not_waited_for(job: Job, monkeypatch: Any) -> None:
    Job.objects.update(status=Status.CANCELLED)
    monkeypatch.setattr(waiting, "_places", None)  # nobody takes a place
    assert waiting.wait_for(job.run, seconds=60)


def test_it_ends_when_the_run_does(job: Job) -> None:
    def work() -> None:
        try:
            Drain("somebody", linger_seconds=0).run()
        finally:
            connection.close()

    worker = threading.Thread(target=work)
    worker.start()
    try:
        assert waiting.wait_for(job.run_id, seconds=60)
    finally:
        worker.join(60)
    job.refresh_from_db()
    assert job.status == Status.DONE


def test_it_gives_up_and_the_run_goes_on(job: Job) -> None:
    assert not waiting.wait_for(job.run, seconds=0.3)
    assert not waiting.wait_for(job.run, seconds=0)
    job.refresh_from_db()
    assert job.status == Status.QUEUED


def test_one_too_many_does_not_wait(job: Job, monkeypatch: Any, in_tenant: Any) -> None:
    monkeypatch.setattr(waiting, "_places", threading.BoundedSemaphore(1))
    told: list[bool] = []

    def first() -> None:
        try:
            with scope(in_tenant.tenant):
                told.append(waiting.wait_for(job.run_id, seconds=3))
        finally:
            connection.close()

    waits = threading.Thread(target=first)
    waits.start()
    while len(hub) == 0:
        time.sleep(0.01)
    began = time.monotonic()
    assert not waiting.wait_for(job.run_id, seconds=60)
    at_once = time.monotonic() - began < 60  # it did not wait for its minute
    waits.join(30)
    assert (told, at_once) == ([False], True)
    # The place is free again.
    assert waiting._places.acquire(blocking=False)
