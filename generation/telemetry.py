"""Telling what this process works on, to whoever reads its logs and its traces.

A worker names the job that each line is about (`at_work`, `about`), and the pieces of its way (`span`). Whoever asks for
work says so once (`asked`), which is where a request's id and its run's meet: a job carries its run's id, and no other, so
nothing about the request is kept in a row. Without a tracer (`trace_with`) a span is nothing at all.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, MutableMapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any, Protocol

from structlog.contextvars import bound_contextvars

from accounts.tenancy import scope
from generation.models import Job, Run

log = logging.getLogger(__name__)
SEEN = "fablewright.seen"
"""Where an ASGI scope has what its access line tells: a mapping that `seen` fills."""


class Tracer(Protocol):
    def span(self, name: str, job: Job | None) -> AbstractContextManager[None]: ...

    def asked(self, run: Run) -> None: ...


_tracer: Tracer | None = None


def trace_with(tracer: Tracer | None) -> None:
    """Have spans made by `tracer`; None: by nobody."""
    global _tracer
    _tracer = tracer


def span(name: str, job: Job | None = None) -> AbstractContextManager[None]:
    """A piece of work that a trace shows. An error that leaves it is told by its class alone."""
    return nullcontext() if _tracer is None else _tracer.span(name, job)


@contextmanager
def about(job: Job) -> Iterator[None]:
    """Lines that are written inside tell of the job. For threads, which know no tenant either."""
    with bound_contextvars(
        tenant_id=str(job.tenant_id), run_id=str(job.run_id), job_id=str(job.id), kind=str(job.kind),
        provider=job.provider, attempt=job.attempt,
    ):  # fmt: skip
        yield


@contextmanager
def at_work(job: Job) -> Iterator[None]:
    """Work for the job's tenant, and say so."""
    with scope(job.tenant_id), about(job):
        yield


def asked(run: Run) -> None:
    """Say which run came of the request whose line this is."""
    with bound_contextvars(run_id=str(run.id)):
        log.info("asked for: %s", run.purpose)
    if _tracer is not None:
        _tracer.asked(run)


def seen(scope: MutableMapping[str, Any], *, tenant_id: object, actor_id: object) -> None:
    """Tell the access line of an ASGI scope who came."""
    found = scope.get(SEEN)
    if found is not None:
        found.update(tenant_id=str(tenant_id), actor_id=str(actor_id))
