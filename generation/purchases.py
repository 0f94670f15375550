"""One purchase while a worker holds it: the thread that talks to the provider and keeps the bytes. No database here."""

from __future__ import annotations

import logging
import queue
import re
import threading
import time
from dataclasses import dataclass, field, replace
from typing import Any

from generation import storage
from generation.adapters import adapter
from generation.jobs.asking import request_of
from generation.lane import Lanes
from generation.models import Job, Lane
from generation.providers.contract import Done, Finds, Handle, Input, Kind, Pending, Request
from generation.providers.errors import ProviderError, Unknown

log = logging.getLogger(__name__)
UNKEEPABLE = re.compile("[\x00\ud800-\udfff]")
"""Characters that PostgreSQL keeps in no column. A model whose answer was cut inside an emoji sends half of one."""


@dataclass(slots=True)
class Held:
    """A job in this worker's hands. `verb` is start, check or find."""

    job: Job
    verb: str
    gives_up_at: float
    noted_share: float = -1.0
    noted_at: float = 0.0
    inputs: list[tuple[str, str, str]] = field(default_factory=list)
    """(role, media type, storage name) of the files that go along."""


@dataclass(frozen=True, slots=True)
class Progress:
    held: Held
    share: float


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came back: a value or an error, never both. `kept` is set where bytes were stored."""

    held: Held
    value: Done | Pending | None = None
    kept: storage.Kept | None = None
    error: ProviderError | None = None
    at: float = field(default_factory=time.monotonic)


def begin(held: Held, lanes: Lanes, outbox: queue.SimpleQueue[Progress | Outcome]) -> None:
    """Hand the purchase to a thread of its own; what comes back goes to `outbox`. A daemon thread, so that a provider
    that never answers keeps no worker from ending."""
    threading.Thread(target=_run, args=(held, lanes, outbox), daemon=True, name=f"purchase-{held.job.id}").start()


def _run(held: Held, lanes: Lanes, outbox: queue.SimpleQueue[Progress | Outcome]) -> None:
    try:
        value = _call(held, lanes, outbox)
        kept = None
        if isinstance(value, Done) and value.text is not None:
            value = replace(value, text=UNKEEPABLE.sub("\ufffd", value.text))
        if isinstance(value, Done) and value.data is not None:
            kept = storage.keep(tenant_id=held.job.tenant_id, kind=Kind(held.job.kind), data=value.data)
        outbox.put(Outcome(held, value, kept))
    except ProviderError as error:
        outbox.put(Outcome(held, error=error))
    except Exception as error:
        log.exception("the adapter %s broke on job %s", held.job.provider, held.job.id)
        outbox.put(Outcome(held, error=Unknown(f"{type(error).__name__}: {error}")))


def _call(held: Held, lanes: Lanes, outbox: queue.SimpleQueue[Progress | Outcome]) -> Any:
    job = held.job
    request = request_of(
        job,
        inputs=tuple(Input(role, media_type, storage.read(name)) for role, media_type, name in held.inputs),
    )
    argument: Request | Handle = request
    if held.verb == "check":
        argument = Handle(job.provider_job_id, job.poll_url, request)

    def emit(share: float) -> None:
        outbox.put(Progress(held, share))

    if job.lane == Lane.CORE:
        return lanes.call(job.id, held.verb, job.provider, argument, emit)
    able = adapter(job.provider)
    if held.verb == "start":
        return able.start(request, emit)
    if held.verb == "find":
        assert isinstance(able, Finds)
        return able.find(request)
    assert isinstance(argument, Handle)
    return able.check(argument)
