"""How a web process of production is started: plain HTTP on WSGI threads by granian, sockets and answers that wait by uvicorn.

Both stop at SIGTERM: they take nothing new, let what is under way end within a grace, and then end.
"""

from __future__ import annotations

import signal
import sys
from collections.abc import Mapping
from dataclasses import dataclass

STOP_SECONDS = 10
"""The grace of both: more than a page takes, less than what waits to kill a service that does not stop."""
BODY_LIMIT_WS = 64 * 1024
THREADS = 4
"""One interpreter lock serves them all: beside 4, with 8 each answer cost a third more of a core (`bench/README.md`)."""
WAITING_SHARE = 4
"""Of the threads of a process that serves pages, one in so many may wait for a purchase. The proxy leads what waits to the
other process; what comes all the same is told 202 sooner rather than keeping the pages from their threads."""


@dataclass(frozen=True, slots=True)
class Bind:
    host: str
    port: int


def bind_of(text: str) -> Bind:
    """`127.0.0.1:8001`, `[::]:8001` or `:8001` (every address of this machine). Raises `ValueError` with a sentence."""
    host, colon, port = text.rpartition(":")
    if not colon or not port.isascii() or not port.isdigit() or not 0 < int(port) < 65536:
        raise ValueError(
            f"--bind is {text!r}. Write it like 127.0.0.1:8001, or :8001 for every address of this machine."
        )
    return Bind(host.strip("[]") or "0.0.0.0", int(port))  # noqa: S104 -- asked for by leaving it out


def http_command(bind: Bind, *, threads: int, processes: int) -> list[str]:
    """The command line of granian for `config.wsgi`. Its parent process holds nothing of Django and starts a child anew that
    died."""
    return [
        sys.executable, "-m", "granian", "config.wsgi:application", "--interface", "wsgi",
        "--host", bind.host, "--port", str(bind.port), "--http", "1", "--no-ws",
        "--workers", str(processes), "--blocking-threads", str(threads),
        # Beyond this many at a time connections wait in line, as the kernel has them: the proxy sees that and asks another.
        "--backpressure", str(8 * threads),
        "--respawn-failed-workers", "--workers-kill-timeout", str(STOP_SECONDS), "--log-level", "warning",
    ]  # fmt: skip


def http_environment(environment: Mapping[str, str], *, threads: int) -> dict[str, str]:
    """The environment of that process. A pool with a connection for each thread never makes one of them wait."""
    return {
        "DATABASE_POOL": str(threads),
        "FABLEWRIGHT_PROCESS": "http",
        "WAITING_MAX": str(max(1, threads // WAITING_SHARE)),
        "DJANGO_SETTINGS_MODULE": "config.settings",
        **environment,
    }


def serve_sockets(bind: Bind) -> None:
    """Serve `config.asgi` in this process until a signal comes. Ends with 0, as whoever asked for the end expects."""
    import uvicorn

    from config.asgi import application
    from config.supervision.web import Server

    server = Server(
        uvicorn.Config(
            application,
            host=bind.host,
            port=bind.port,
            log_config=None,
            access_log=False,
            lifespan="off",
            server_header=False,
            proxy_headers=False,  # config.proxies decides whom to believe
            timeout_graceful_shutdown=STOP_SECONDS,
            timeout_keep_alive=75,  # longer than the proxy keeps a connection, so that it is the proxy who closes it
            ws_max_size=BODY_LIMIT_WS,
        )
    )
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, server.handle_exit)
    server.run()
