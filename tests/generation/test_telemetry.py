"""What a worker says of its work, and what it counts."""

from __future__ import annotations

from typing import Any

import pytest
from structlog.contextvars import bound_contextvars, get_contextvars

from generation import numbers
from generation.drain import drain_here
from generation.jobs import asking
from generation.models import Job, Status
from generation.providers.contract import Kind
from generation.providers.errors import Transient, Unknown
from tests import factories
from tests.factories import TOLL_PRICE
from tests.logbook import book

pytestmark = pytest.mark.django_db
CANARY = "cAnArYq7Zx9Kw3Lm"


@pytest.fixture
def ask(in_tenant: Any, toll: Any, step: Any) -> Any:
    reader = in_tenant.user("reader")
    return lambda kind=Kind.IMAGE, **more: factories.job(reader, in_tenant.kids, kind=kind, **more)


def about(job: Job) -> dict[str, Any]:
    return {
        "tenant_id": str(job.tenant_id), "run_id": str(job.run_id), "job_id": str(job.id), "kind": "image",
        "provider": "toll", "attempt": 1,
    }  # fmt: skip


def test_lines_of_a_worker_tell_which_job_they_are_about(ask: Any, toll: Any) -> None:
    def broken(request: Any) -> None:
        raise RuntimeError(f"no adapter should say: api_key={CANARY}")

    toll.script[Kind.IMAGE] = [Transient(f"busy, said Bearer {CANARY}", retry_after_seconds=0.1), broken]
    job = ask()
    with book() as kept:
        drain_here()
    told = [
        {name: line.get(name) for name in about(job)} for line in kept.lines("generation") if "job" in line["event"]
    ]
    loggers = {line["logger"] for line in kept.lines("generation")}
    # Of the loop, which writes, and of the thread, which asks the provider and knows no tenant of its own.
    assert loggers >= {"generation.arrivals", "generation.purchases"}
    assert told == [about(job)] * len(told)
    assert len(told) >= 3
    assert (CANARY in "\n".join(kept.text), "[removed]" in "\n".join(kept.text)) == (False, True)
    assert get_contextvars() == {}


def test_a_request_and_its_run_meet_in_one_line(in_tenant: Any) -> None:
    with book() as kept, bound_contextvars(request_id="r-1"):
        run = asking.open_run(tier=in_tenant.kids, user=in_tenant.user("reader"), purpose="story")
    [line] = kept.told("generation.telemetry")
    assert (line["event"], line["run_id"], line["tenant_id"]) == (
        "asked for: story",
        str(run.id),
        str(in_tenant.tenant.id),
    )
    assert [one["request_id"] for one in kept.lines("generation.telemetry")] == ["r-1"]


def value(counter: Any, *labels: str) -> float:
    return float(counter.labels("toll", *labels)._value.get())


def test_what_is_bought_is_counted(ask: Any, toll: Any, django_capture_on_commit_callbacks: Any) -> None:
    counted = {
        "calls": lambda: numbers.CALLS.labels("toll", "image", "start")._sum.get() > 0,
        "passing": lambda: value(numbers.ERRORS, "image", "transient"),
        "unknown": lambda: value(numbers.ERRORS, "image", "unknown"),
        "retries": lambda: value(numbers.VERDICTS, "image", "retry"),
        "again": lambda: value(numbers.VERDICTS, "image", "buy_again"),
        "done": lambda: value(numbers.ENDED, "image", "done"),
        "delivered": lambda: value(numbers.SPENT, "USD", "delivered"),
        "lost": lambda: value(numbers.SPENT, "USD", "unknown"),
    }
    before = {name: float(count()) for name, count in counted.items()}
    # One that passes, one whose fate nobody knows (its hold is booked), and one that delivers.
    toll.script[Kind.IMAGE] = [Transient("busy", retry_after_seconds=0.1), Unknown("gone")]
    with django_capture_on_commit_callbacks(execute=True):
        job = ask()
        drain_here()
    assert (Job.objects.get(id=job.id).status, Job.objects.get(id=job.id).attempt) == (Status.DONE, 2)
    after = {name: float(count()) - before[name] for name, count in counted.items()}
    after["calls"] = after["calls"] + before["calls"]
    assert after == {
        "calls": 1, "passing": 1, "unknown": 1, "retries": 1, "again": 1, "done": 1, "delivered": TOLL_PRICE,
        "lost": TOLL_PRICE,
    }  # fmt: skip


def test_what_is_rolled_back_is_not_counted(ask: Any, django_capture_on_commit_callbacks: Any) -> None:
    from django.db import transaction

    before = value(numbers.ENDED, "image", "cancelled")
    with django_capture_on_commit_callbacks(execute=True):
        job = ask()
        try:
            with transaction.atomic():
                asking.cancel(job)
                raise InterruptedError
        except InterruptedError:
            pass
        assert value(numbers.ENDED, "image", "cancelled") == before
    with django_capture_on_commit_callbacks(execute=True):
        asking.cancel(job)
    assert value(numbers.ENDED, "image", "cancelled") == before + 1


def test_a_job_of_a_worker_that_died_counts_as_recovered(ask: Any, toll: Any) -> None:
    from django.db.models import F

    from generation.clock import after, now

    before = value(numbers.RECOVERIES, "image", "find"), value(numbers.RECOVERIES, "image", "unknown")
    job = ask()
    Job.objects.filter(id=job.id).update(
        status=Status.RUNNING, worker="dead:1", fence=F("fence") + 1, lease_until=after(-1), sent_at=now()
    )
    drain_here()
    assert (value(numbers.RECOVERIES, "image", "find"), value(numbers.RECOVERIES, "image", "unknown")) == (
        before[0], before[1] + 1,
    )  # fmt: skip


def test_counting_that_fails_disturbs_nobody(ask: Any, toll: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: Any) -> Any:
        raise OSError(28, "No space left on device")

    for name in ("CALLS", "ERRORS", "VERDICTS", "ENDED", "SPENT", "RECOVERIES"):
        monkeypatch.setattr(getattr(numbers, name), "labels", full)
    toll.script[Kind.IMAGE] = [Transient("busy", retry_after_seconds=0.1)]
    job = ask()
    drain_here()
    assert (Job.objects.get(id=job.id).status, len(toll.books)) == (Status.DONE, 2)
