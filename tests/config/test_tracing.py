"""Traces: what a receiver is sent, and that nothing of it is there where nobody asked."""

from __future__ import annotations

import gzip
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from django.test import Client
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from config import checks, tracing
from generation import steps
from generation.drain import drain_here
from generation.models import Job, Run
from generation.providers.contract import Kind
from generation.providers.errors import Transient
from tests import factories
from tests.generation.conftest import NotingStep

pytestmark = pytest.mark.django_db
CANARY = "cAnArYq7Zx9Kw3Lm"
ENDPOINT = "OTEL_EXPORTER_OTLP_ENDPOINT"


@pytest.fixture(autouse=True)
def no_requests_calls() -> None:
    """In the place of the suite's tripwire: the exporter of OpenTelemetry speaks by `requests`, to a receiver of ours."""


class Receiver:
    """An OTLP receiver: a real server that keeps what it is sent."""

    def __init__(self) -> None:
        self.spans: list[Span] = []
        self.raw = b""
        receiver = self

        class Answer(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                body = gzip.decompress(body) if self.headers.get("Content-Encoding") == "gzip" else body
                receiver.raw += body
                for resource in ExportTraceServiceRequest.FromString(body).resource_spans:
                    for part in resource.scope_spans:
                        receiver.spans += part.spans
                self.send_response(200)
                self.end_headers()

            def log_message(self, *_: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Answer)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.address = f"http://127.0.0.1:{self.server.server_address[1]}"

    def named(self, *names: str) -> list[Span]:
        return [span for span in self.spans if span.name in names]


def facts(span: Span) -> dict[str, Any]:
    return {one.key: getattr(one.value, one.value.WhichOneof("value")) for one in span.attributes}


@pytest.fixture
def receiver(monkeypatch: pytest.MonkeyPatch) -> Iterator[Receiver]:
    made = Receiver()
    monkeypatch.setenv(ENDPOINT, made.address)
    tracing.begin()
    yield made
    tracing.end()
    made.server.shutdown()
    made.server.server_close()


@pytest.fixture
def step() -> Iterator[None]:
    steps.register(NotingStep())
    yield
    del steps._steps["test-step"]


def test_a_request_and_the_way_of_a_job_are_traces_that_hang_together(
    receiver: Receiver, in_tenant: Any, toll: Any, step: None, client_for: Any
) -> None:
    reader, sent = in_tenant.user("reader"), Client(HTTP_HOST="localhost")
    answer = sent.get(f"/sign-in/?token={CANARY}", HTTP_TRACEPARENT="00-" + "a" * 32 + "-" + "b" * 16 + "-01")
    toll.script[Kind.IMAGE] = [Transient(f"busy {CANARY}", retry_after_seconds=0.1)]
    job = factories.job(reader, in_tenant.kids, kind=Kind.IMAGE)
    drain_here()
    tracing.end()

    [request] = receiver.named("GET sign-in")
    told = facts(request)
    assert told == {
        "http.request.method": "GET", "http.route": "sign-in", "http.response.status_code": 200,
        "fablewright.request_id": answer["X-Request-Id"], "fablewright.tenant_id": str(in_tenant.tenant.id),
    }  # fmt: skip
    # Nobody whom we trust sent the parent.
    assert (request.trace_id != bytes.fromhex("a" * 32), request.parent_span_id) == (True, b"")
    inside = {span.name for span in receiver.spans if span.parent_span_id == request.span_id}
    assert "SELECT accounts_domain" in inside

    way = receiver.named("job.claim", "provider.call", "keep", "store", "step")
    assert [span.name for span in sorted(way, key=lambda span: span.start_time_unix_nano)] == [
        "job.claim", "provider.call", "job.claim", "provider.call", "keep", "store", "step",
    ]  # fmt: skip
    run = Run.objects.get(id=Job.objects.get(id=job.id).run_id)
    assert {span.trace_id for span in way} == {run.id.bytes}
    failed, good = receiver.named("provider.call")
    assert facts(failed) == facts(good) | {"error.type": "Transient"}
    assert facts(good) == {
        "fablewright.tenant_id": str(job.tenant_id), "fablewright.run_id": str(run.id), "fablewright.job_id": str(job.id),
        "fablewright.kind": "image", "fablewright.provider": "toll", "fablewright.attempt": 1,
    }  # fmt: skip
    writes = [span for span in receiver.spans if span.name == "INSERT generation_asset"]
    assert {span.trace_id for span in writes} == {run.id.bytes}
    for secret in (CANARY, "A picture of", str(job.request["prompt"]), "example.com"):
        assert secret.encode() not in receiver.raw


def test_a_run_begins_its_trace_and_names_the_request(receiver: Receiver, in_tenant: Any) -> None:
    from config.tracing import request as traced
    from generation.jobs import asking

    asked: Any = type(
        "Asked", (), {"META": {}, "headers": {}, "method": "POST", "id": "r-1", "tenant": in_tenant.tenant}
    )()
    with traced(asked) as told:
        run = asking.open_run(tier=in_tenant.kids, user=in_tenant.user("reader"), purpose="story")
        told("story-start", 303)
    tracing.end()
    [first], [request] = receiver.named("run.asked"), receiver.named("POST story-start")
    assert (first.trace_id, first.parent_span_id) == (run.id.bytes, b"")
    assert [(link.trace_id, link.span_id) for link in first.links] == [(request.trace_id, request.span_id)]
    assert facts(first)["fablewright.purpose"] == "story"


def test_a_receiver_that_is_away_disturbs_nobody(
    monkeypatch: pytest.MonkeyPatch, world: Any, free_port: int, caplog: Any
) -> None:
    monkeypatch.setenv(ENDPOINT, f"http://127.0.0.1:{free_port}")
    tracing.begin()
    try:
        assert Client(HTTP_HOST="localhost").get("/sign-in/").status_code == 200
    finally:
        tracing.end()
    # The control: it was tried.
    assert "opentelemetry" in {record.name.partition(".")[0] for record in caplog.records}


LOADED = "import django, sys; django.setup(); print([n for n in sys.modules if n.partition('.')[0] == 'opentelemetry'] != [])"


@pytest.mark.parametrize(("endpoint", "is_loaded"), [("", "False"), ("http://127.0.0.1:9", "True")])
def test_nothing_of_it_is_loaded_unless_it_is_asked_for(
    endpoint: str, is_loaded: str, tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    environment = {"FABLEWRIGHT_HOME": str(tmp_path), "DJANGO_SETTINGS_MODULE": "config.settings"}
    environment |= {ENDPOINT: endpoint} if endpoint else {}
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    found = subprocess.run([sys.executable, "-c", LOADED], capture_output=True, text=True, timeout=60, check=True)
    assert found.stdout.strip() == is_loaded


def test_asked_for_and_not_installed_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(ENDPOINT, "http://127.0.0.1:9")
    assert checks.telemetry_that_cannot_be(None) == []
    monkeypatch.setattr(tracing, "NEEDED", ("opentelemetry.sdk", "opentelemetry.nowhere", "nowhere.at.all"))
    tracing.begin()
    assert tracing._spans is None
    [said] = checks.telemetry_that_cannot_be(None)
    assert (said.id, said.msg) == (
        "fablewright.E020",
        "OTEL_EXPORTER_OTLP_ENDPOINT is set, and what sends traces is not installed: opentelemetry.nowhere, nowhere.at.all.",
    )
    assert said.hint is not None and "fablewright[otel]" in said.hint
    monkeypatch.setenv("OTEL_SDK_DISABLED", "true")
    assert checks.telemetry_that_cannot_be(None) == []
