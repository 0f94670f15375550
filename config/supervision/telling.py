"""`GET /metrics` of `manage.py workers`: in a thread of the supervisor, which outlives its groups. Told only where METRICS_BIND
says; that it cannot be keeps nobody from working."""

from __future__ import annotations

import logging
import socket
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from socketserver import TCPServer
from typing import Any

from django.conf import settings
from django.db import connections
from prometheus_client import CONTENT_TYPE_LATEST

from config import metrics

log = logging.getLogger(__name__)


class Answer(BaseHTTPRequestHandler):
    server_version, sys_version = "fablewright", ""
    timeout = 5
    """Seconds that somebody may take to ask; meanwhile nobody else is answered."""

    def do_GET(self) -> None:
        if self.path.partition("?")[0] != "/metrics" or not metrics.may_read(
            self.client_address[0], dict(self.headers)
        ):
            self.send_error(404)
            return
        try:
            body = metrics.exposition(with_work=True)
        except Exception:
            log.exception("The numbers could not be told.")
            self.send_error(500)
            return
        finally:
            connections.close_all()
        self.send_response(200)
        self.send_header("Content-Type", CONTENT_TYPE_LATEST)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Whoever asks every few seconds is not worth a line."""


class Server(HTTPServer):
    request_queue_size = 16

    def __init__(self, bind: tuple[str, int]) -> None:
        self.address_family = socket.AF_INET6 if ":" in bind[0] else socket.AF_INET
        super().__init__(bind, Answer)

    def server_bind(self) -> None:
        """Without the name of the machine, which would be asked of a server of names."""
        TCPServer.server_bind(self)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Whoever asked has gone."""


def begin() -> Server | None:
    """Answer from now on; None where nobody asked for it or the address is taken."""
    bind = settings.METRICS.bind
    if bind is None:
        return None
    try:
        server = Server(bind)
    except OSError as error:
        log.warning("The numbers are not told: METRICS_BIND %s:%s cannot be had (%s).", *bind, error.strerror)
        return None
    threading.Thread(target=server.serve_forever, name="metrics", daemon=True).start()
    return server
