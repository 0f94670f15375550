"""The web server of `play`: uvicorn inside this process, on a socket that is already bound."""

from __future__ import annotations

import contextlib
import http.client
import logging
import socket
import threading
from collections.abc import Iterator

import uvicorn

from config.supervision.child import open_log
from config.supervision.listening import HOST

STOP_SECONDS = 3
LOG = "web.log"


class Server(uvicorn.Server):
    """uvicorn with the signals left to `play`, which has more to stop than a server."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def build() -> Server:
    """The server of `config.asgi`, not yet running."""
    from config.asgi import application

    _log_to_file()  # after the import, which configures logging anew
    return Server(
        uvicorn.Config(
            application,
            log_config=None,
            access_log=False,
            lifespan="off",
            server_header=False,
            # Nobody stands before it, so nobody may say who the client is.
            proxy_headers=False,
            timeout_graceful_shutdown=STOP_SECONDS,
            ws_max_size=64 * 1024,
        )
    )


def answers(port: int, *, given_up: threading.Event) -> bool:
    """Whether the web answers, after waiting for it until `given_up`."""
    while not given_up.is_set():
        connection = http.client.HTTPConnection(HOST, port, timeout=10)
        try:
            connection.request("GET", "/healthz")
            connection.getresponse().read()
        except OSError:
            given_up.wait(0.05)
        else:
            return True
        finally:
            connection.close()
    return False


def _log_to_file() -> None:
    """Warnings of the web go to a file, and the terminal keeps to what its reader can use."""
    with open_log(LOG) as log:
        handler = logging.FileHandler(log.name, encoding="utf-8")
    root = logging.getLogger()
    for old in list(root.handlers):
        handler.setFormatter(old.formatter)
        root.removeHandler(old)
    root.addHandler(handler)


def port_of(sock: socket.socket) -> int:
    port: int = sock.getsockname()[1]
    return port
