"""The spans themselves. Imported by `config.tracing` alone, and only where traces are asked for."""

from __future__ import annotations

import hashlib
import os
import re
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from django.conf import settings
from django.db import connections
from django.db.backends.signals import connection_created
from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.sdk.trace.id_generator import RandomIdGenerator
from opentelemetry.trace import Link, NonRecordingSpan, SpanContext, SpanKind, Status, StatusCode, TraceFlags
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from config.logs import process_kind
from config.request_headers import ID, TRACE_HEADERS
from generation.models import Job, Run

FLUSH_MILLISECONDS = 2_000
SEND_SECONDS = 5
_WORDS = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_ids: ContextVar[tuple[int, int] | None] = ContextVar("fablewright_span_ids", default=None)
"""The ids of the span that is made next, where they are not left to chance."""


class Ids(RandomIdGenerator):
    def generate_trace_id(self) -> int:
        said = _ids.get()
        return super().generate_trace_id() if said is None else said[0]

    def generate_span_id(self) -> int:
        said = _ids.get()
        return super().generate_span_id() if said is None else said[1]


def ids_of(run_id: uuid.UUID) -> tuple[int, int]:
    """The ids of a run's trace and of its first span: whoever knows the run knows them."""
    span_id = int.from_bytes(hashlib.blake2s(run_id.bytes, digest_size=8).digest(), "big")
    return run_id.int or 1, span_id or 1


_watching: list[Spans] = []
"""Whose spans statements get: one, or none once it has ended."""


class Spans:
    """The tracer of `generation.telemetry`, and the spans of requests and statements."""

    def __init__(self) -> None:
        os.environ.setdefault(
            "OTEL_BSP_SCHEDULE_DELAY", "1000"
        )  # a process that is killed takes along no more than this
        name = os.environ.get("OTEL_SERVICE_NAME") or "fablewright"
        self._provider = TracerProvider(
            resource=Resource.create(
                {"service.name": name, "service.version": settings.VERSION, "fablewright.process": process_kind()}
            ),
            id_generator=Ids(),
            shutdown_on_exit=False,
        )
        self._provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(timeout=SEND_SECONDS)))
        self._tracer = self._provider.get_tracer("fablewright")
        self._carried = TraceContextTextMapPropagator()
        _watching.append(self)
        connection_created.connect(_watch, dispatch_uid="spans")
        for connection in connections.all(initialized_only=True):
            _watch(connection)

    def end(self) -> None:
        _watching.remove(self)
        connection_created.disconnect(dispatch_uid="spans")
        self._provider.force_flush(FLUSH_MILLISECONDS)
        self._provider.shutdown()

    @contextmanager
    def request(self, asked: Any) -> Iterator[Callable[[str, int], None]]:
        """The span of a request, under that of a proxy of ours where one sent its own."""
        trusted = asked.META.get(ID) or getattr(asked, "scope", {}).get(ID)
        carried = {name: asked.headers[name] for name in TRACE_HEADERS if trusted and name in asked.headers}
        facts = {"http.request.method": asked.method or "", ID: asked.id}
        with self._tracer.start_as_current_span(
            asked.method or "request", context=self._carried.extract(carried, context=Context()), kind=SpanKind.SERVER,
            attributes=facts, record_exception=False,
        ) as span:  # fmt: skip

            def told(route: str, status: int) -> None:
                span.update_name(f"{asked.method} {route}")
                span.set_attributes({"http.route": route, "http.response.status_code": status})
                tenant = getattr(asked, "tenant", None)
                if tenant is not None:
                    span.set_attribute("fablewright.tenant_id", str(tenant.pk))
                if status >= 500:
                    span.set_status(StatusCode.ERROR)

            yield told

    @contextmanager
    def span(self, name: str, job: Job | None) -> Iterator[None]:
        """A piece of a job's way, in the trace of its run."""
        facts: dict[str, Any] = {}
        parent: Context | None = None
        if job is not None:
            facts = {
                "fablewright.tenant_id": str(job.tenant_id), "fablewright.run_id": str(job.run_id),
                "fablewright.job_id": str(job.id), "fablewright.kind": str(job.kind),
                "fablewright.provider": job.provider, "fablewright.attempt": job.attempt,
            }  # fmt: skip
            if trace.get_current_span().get_span_context().trace_id != ids_of(job.run_id)[0]:
                parent = self._of_run(job.run_id)
        with self._tracer.start_as_current_span(
            name, context=parent, attributes=facts, record_exception=False, set_status_on_exception=False
        ) as span:
            try:
                yield
            except Exception as error:
                # Its words may be a provider's, and hold what somebody wrote.
                span.set_attribute("error.type", type(error).__name__)
                span.set_status(Status(StatusCode.ERROR))
                raise

    def asked(self, run: Run) -> None:
        """Begin the run's trace, with a link to what is going on now: the request that asked for it."""
        now = trace.get_current_span().get_span_context()
        token = _ids.set(ids_of(run.id))
        try:
            self._tracer.start_span(
                "run.asked", context=Context(), kind=SpanKind.PRODUCER, links=[Link(now)] if now.is_valid else [],
                attributes={
                    "fablewright.tenant_id": str(run.tenant_id), "fablewright.run_id": str(run.id),
                    "fablewright.purpose": run.purpose,
                },
            ).end()  # fmt: skip
        finally:
            _ids.reset(token)
        trace.get_current_span().add_event("run.asked", {"fablewright.run_id": str(run.id)})

    def _of_run(self, run_id: uuid.UUID) -> Context:
        """The run's first span as a parent, kept or dropped as the sampler decides by the trace's id wherever it is asked."""
        trace_id, span_id = ids_of(run_id)
        decision = self._provider.sampler.should_sample(None, trace_id, "run.asked").decision
        flags = TraceFlags(TraceFlags.SAMPLED if decision.is_sampled() else TraceFlags.DEFAULT)
        return trace.set_span_in_context(
            NonRecordingSpan(SpanContext(trace_id, span_id, is_remote=True, trace_flags=flags)), Context()
        )

    def statement(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        """A statement's span: what it does to which table. Only inside of another: nobody asks for those of idle loops."""
        if not trace.get_current_span().is_recording():
            return execute(sql, params, many, context)
        verb, table = _said(sql)
        facts = {"db.system.name": context["connection"].vendor, "db.operation.name": verb}
        if table:
            facts["db.collection.name"] = table
        with self._tracer.start_as_current_span(
            f"{verb} {table or ''}".strip(), kind=SpanKind.CLIENT, attributes=facts, record_exception=False,
            set_status_on_exception=False,
        ) as span:  # fmt: skip
            try:
                return execute(sql, params, many, context)
            except Exception as error:
                span.set_attribute("error.type", type(error).__name__)
                span.set_status(Status(StatusCode.ERROR))
                raise


def _said(sql: str) -> tuple[str, str]:
    """What a statement does, and to which table first; "" where that is not to be seen."""
    words = _WORDS.findall(sql[:4000])
    verb = words[0].upper() if words else ""
    if verb == "UPDATE":
        return verb, words[1] if len(words) > 1 else ""
    place = next((at for at, word in enumerate(words) if word.upper() in ("FROM", "INTO")), len(words))
    return verb, words[place + 1] if place + 1 < len(words) else ""


def _watch(connection: Any, **_: Any) -> None:
    """Every connection of this process, from its first moment. An ended tracer traces nothing."""
    if _statement not in connection.execute_wrappers:
        connection.execute_wrappers.append(_statement)


def _statement(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
    if not _watching:
        return execute(sql, params, many, context)
    return _watching[-1].statement(execute, sql, params, many, context)
