"""The run can fail: a server that does each thing wrong is found out at each."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from tests.openapi.asking import ask
from tests.openapi.sides import Side

MARK, OTHERS_ID = "quillon-seventeen", "2c1d0b1e-6a39-4c55-9d6a-6f3f3fb5a111"


class Liar(BaseHTTPRequestHandler):
    """`/{what}/{thing_id}`: does what its document does not say."""

    protocol_version = "HTTP/1.1"
    known: tuple[str, ...] = ("broken", "strange", "untold", "open", "told", "found", "text", "lax")

    def answer(self) -> None:
        what = self.path.split("?")[0].split("/")[1]
        bearer = "Authorization" in self.headers and "SCHEMATHESIS" not in self.headers["Authorization"]
        if self.command != "GET" and what != "anyhow":
            return self.say(405, {}, Allow="GET")
        if not bearer and what != "open":
            return self.say(401, {})
        answers: dict[str, tuple[int, Any]] = {
            "broken": (500, {}), "strange": (200, {"name": 7}), "untold": (418, {}), "told": (200, {"name": MARK}),
        }  # fmt: skip
        if what == "lax" or "thing_id=not" not in self.path:
            return self.say(
                *answers.get(what, (200, {"name": "x"})), kind="text/html" if what == "text" else "application/json"
            )
        return self.say(400, {})

    def say(self, status: int, told: Any, *, kind: str = "application/json", **headers: str) -> None:
        body = json.dumps(told).encode()
        self.send_response(status)
        for name, value in {"Content-Type": kind, "Content-Length": str(len(body)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_POST = do_PUT = do_DELETE = do_PATCH = do_OPTIONS = do_TRACE = do_QUERY = answer

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Liar)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def document(what: str) -> dict[str, Any]:
    answer = {
        "type": "object", "required": ["name"], "additionalProperties": False, "properties": {"name": {"type": "string"}},
    }  # fmt: skip
    problem = {"description": "No.", "content": {"application/json": {"schema": {"type": "object"}}}}
    operation = {
        "operationId": "show", "security": [{"bearer": []}],
        "parameters": [
            {"name": "thing_id", "in": "path", "required": True, "schema": {"type": "string", "format": "uuid"}},
            {"name": "size", "in": "query", "schema": {"type": "integer", "minimum": 1}},
        ],
        "responses": {
            "200": {"description": "It.", "content": {"application/json": {"schema": answer}}},
            **dict.fromkeys(("400", "401", "404"), problem),
        },
    }  # fmt: skip
    return {
        "openapi": "3.0.3", "info": {"title": "A liar", "version": "1"},
        "paths": {f"/{what}/{{thing_id}}": {"get": operation}},
        "components": {"securitySchemes": {"bearer": {"type": "http", "scheme": "bearer"}}},
    }  # fmt: skip


def side(address: str, mark: str, **ids: list[str]) -> Side:
    made = Side(address, "localhost", "", "", "", mark, ids)
    made._token = "good", time.monotonic()
    return made


@pytest.mark.parametrize(
    ("what", "check"),
    [
        ("broken", "not_a_server_error"),
        ("strange", "response_schema_conformance"),
        ("untold", "status_code_conformance"),
        ("text", "content_type_conformance"),
        ("open", "ignored_auth"),
        ("lax", "negative_data_rejection"),
        ("told", "tenancy"),
        ("found", "tenancy"),
    ],
)
def test_a_liar_is_found_out(address: str, what: str, check: str) -> None:
    others = side(address, MARK, thing_id=[OTHERS_ID])
    report = ask(document(what), address, side=side(address, "ours"), others=others)
    assert check in {found.check for found in report.findings}
    assert report.errors == []


def test_a_door_that_is_open_to_nobody_is_found_out(address: str) -> None:
    report = ask(document("open"), address, side=None, phases=("fuzzing",), examples=5)
    assert "closed doors" in {found.check for found in report.findings}
