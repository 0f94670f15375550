"""Traces by OpenTelemetry, where `OTEL_EXPORTER_OTLP_ENDPOINT` names a receiver: of requests, of the database and of a
job's way.

Nothing of OpenTelemetry is imported otherwise. Each run is a trace of its own whose id is the run's, so that whatever
process works on it, however often it was taken up again, its spans hang together without a column that keeps a context; the
run's first span links to the request that asked for it. Spans tell of ids, routes, tables and classes of errors: no
prompts, no texts, no values of statements, no words of providers.

The standard's own variables count (`OTEL_SERVICE_NAME`, `OTEL_TRACES_SAMPLER`, `OTEL_EXPORTER_OTLP_HEADERS`, ...). Spans
leave in a thread; where the receiver is away they are dropped, and an ending process waits for nothing.
"""

from __future__ import annotations

import importlib.util
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from django.http import HttpRequest

if TYPE_CHECKING:
    from config.spans import Spans

ENDPOINTS = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")
NEEDED = ("opentelemetry.sdk", "opentelemetry.exporter.otlp.proto.http")
Told = Callable[[str, int], None]

_spans: Spans | None = None


def is_asked_for() -> bool:
    """Whether the environment names a receiver."""
    disabled = os.environ.get("OTEL_SDK_DISABLED", "").lower() == "true"
    return not disabled and any(os.environ.get(name, "").strip() for name in ENDPOINTS)


def missing() -> list[str]:
    """The packages that are needed for it and not installed."""
    return [name for name in NEEDED if not _is_there(name)]


def _is_there(name: str) -> bool:
    try:
        return importlib.util.find_spec(name) is not None
    except ModuleNotFoundError:
        return False


def begin() -> None:
    """Trace from now on, where that is asked for and can be done. Called once, when the apps are ready."""
    global _spans
    if _spans is not None or not is_asked_for() or missing():
        return
    from config.spans import Spans
    from generation import telemetry

    _spans = Spans()
    telemetry.trace_with(_spans)


def end() -> None:
    """Send what is left and trace no more; for tests and commands."""
    global _spans
    if _spans is not None:
        from generation import telemetry

        telemetry.trace_with(None)
        _spans.end()
        _spans = None


def is_on() -> bool:
    """Whether this process traces."""
    return _spans is not None


@contextmanager
def request(asked: HttpRequest) -> Iterator[Told]:
    """A request's span; what it is told at its end are the route and the status."""
    if _spans is None:
        yield _nothing
        return
    with _spans.request(asked) as told:
        yield told


def _nothing(*_: Any) -> None:
    pass
