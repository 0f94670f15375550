"""A receiver of webhooks as somebody else would write it: an HTTP server on loopback that checks signatures with the lines
that docs/webhooks.md prints, and keeps what arrived."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable
from dataclasses import dataclass
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

DOCUMENT = Path(__file__).parents[3] / "docs" / "webhooks.md"


def documented() -> Callable[..., bool]:
    """`is_ours`, as it stands in the document."""
    found = re.search(r"```python\n(.*?)```", DOCUMENT.read_text(), re.S)
    assert found is not None
    names: dict[str, Any] = {}
    exec(found.group(1), names)
    return names["is_ours"]  # type: ignore[no-any-return]


@dataclass(frozen=True)
class Arrived:
    path: str
    headers: Message
    body: bytes

    @property
    def told(self) -> dict[str, Any]:
        return json.loads(self.body)  # type: ignore[no-any-return]

    @property
    def delivery(self) -> str:
        return self.headers["X-Fablewright-Delivery"]

    def is_signed_with(self, secret: str, **more: Any) -> bool:
        return documented()(secret, self.headers, self.body, **more)


class Receiver:
    """Answers with the next of `answers`, (status, headers), and with 204 when there is none left."""

    def __init__(self) -> None:
        self.arrived: list[Arrived] = []
        self.answers: list[tuple[int, dict[str, str]]] = []
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                receiver.arrived.append(Arrived(self.path, self.headers, body))
                status, headers = receiver.answers.pop(0) if receiver.answers else (204, {})
                self.send_response(status)
                for name, value in {"Content-Length": "0", **headers}.items():
                    self.send_header(name, value)
                self.end_headers()

            def log_message(self, *_: Any) -> None: ...

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.origin = f"http://127.0.0.1:{self._server.server_port}"
        self.url = f"{self.origin}/hooks?for=us&x=1"

    def __enter__(self) -> Receiver:
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(10)
