"""What the engine counts, for whoever watches the install (`GET /metrics`): calls of providers, what followed their errors,
what was spent. No label names a tenant, a person or anything that somebody wrote; each has few values, which the code or
the operator's catalogue sets."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import Any

from django.db import transaction
from prometheus_client import Counter, Gauge, Histogram

from accounts.models import Tenant
from accounts.numbers import quietly as quietly
from generation.models import Job, Status
from generation.providers.errors import ProviderError
from generation.signals import job_ended

CALL_SECONDS = (0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 20.0, 40.0, 80.0, 160.0, 320.0)

CALLS = Histogram(
    "fablewright_provider_call_seconds",
    "How long a call of a provider took, answered or not.",
    ["provider", "kind", "verb"],
    buckets=CALL_SECONDS,
)
ERRORS = Counter(
    "fablewright_provider_errors", "Calls that ended in an error, by its class.", ["provider", "kind", "error"]
)
VERDICTS = Counter(
    "fablewright_job_verdicts",
    "What followed an error or a crash: retry, buy_again, fail, refuse or unknown.",
    ["provider", "kind", "verdict"],
)
RECOVERIES = Counter(
    "fablewright_job_recoveries",
    "Jobs taken up after their worker was gone: send, poll, find, finish or unknown.",
    ["provider", "kind", "recovery"],
)
ENDED = Counter("fablewright_jobs_ended", "Jobs that ended, by how.", ["provider", "kind", "state"])
SPENT = Counter(
    "fablewright_spent_micros",
    "Millionths of the currency that were booked as spent, by what became of the purchase.",
    ["provider", "currency", "outcome"],
)
WAITING = Gauge(
    "fablewright_requests_waiting",
    "Requests that wait for what they asked for.",
    multiprocess_mode="livesum",
)
SOCKETS = Gauge("fablewright_sockets_open", "Websockets that are open.", multiprocess_mode="livesum")


def _once_committed(count: Callable[[], object]) -> None:
    transaction.on_commit(lambda: quietly(count))


@contextmanager
def call(job: Job, verb: str) -> Iterator[None]:
    """Measure a call of the job's provider: start, check or find."""
    began = time.perf_counter()
    failed = ""
    try:
        yield
    except ProviderError as error:
        failed = type(error).__name__.lower()
        raise
    except Exception:
        failed = "broken"  # the adapter's own fault
        raise
    finally:
        took = time.perf_counter() - began
        quietly(lambda: CALLS.labels(job.provider, job.kind, verb).observe(took))
        if failed:
            quietly(lambda: ERRORS.labels(job.provider, job.kind, failed).inc())


def decided(job: Job, verdict: str) -> None:
    """Count what followed an error, once it is committed."""
    _once_committed(lambda: VERDICTS.labels(job.provider, job.kind, str(verdict)).inc())


def recovered(job: Job, recovery: str) -> None:
    """Count a job that was taken up after its worker was gone."""
    if job.claimed_from in (Status.RUNNING, Status.STORED):  # type: ignore[attr-defined]
        quietly(lambda: RECOVERIES.labels(job.provider, job.kind, str(recovery)).inc())


def connect() -> None:
    """Count what ends."""
    job_ended.connect(_ended, dispatch_uid="numbers")


def _ended(sender: Any, job: Job, **_: Any) -> None:
    state = str(job.status)  # as it is now: the row may go on
    _once_committed(lambda: ENDED.labels(job.provider, job.kind, state).inc())


def spent(job: Job, outcome: str, micros: int) -> None:
    """Count what an attempt cost, once it is committed."""
    if micros > 0:
        _once_committed(lambda: SPENT.labels(job.provider, _currency(job.tenant_id), outcome).inc(micros))


@lru_cache(maxsize=4096)
def _currency(tenant_id: uuid.UUID) -> str:
    """Asked for once: a library's currency stays as it is."""
    return Tenant.objects.values_list("currency", flat=True).get(pk=tenant_id)
