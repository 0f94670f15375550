"""What telling of a request costs: the status of a job, asked for in one thread of one process, with and without.

`python bench/telemetry.py`. The same handler as in production (WSGI), called in a loop without a network, on SQLite, in turns:

1. without `config.access_log` (the ceiling);
2. with it, counting into the folder of a tree of processes, no line written (`LOG_FORMAT=line`, the default);
3. with it, and a line of JSON for each request, written to nowhere (`LOG_FORMAT=json`).

Prints microseconds of a core for each request, and the ratio to the first, both as medians of the turns.
"""

from __future__ import annotations

import io
import logging
import os
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
ROUNDS = int(os.environ.get("ROUNDS", "60"))
EACH = 40


def main() -> None:
    with tempfile.TemporaryDirectory() as home:
        os.environ |= {"FABLEWRIGHT_HOME": home, "DJANGO_SETTINGS_MODULE": "config.settings"}
        os.environ |= {f"RATE_READ_{whose}": "1000000000/min" for whose in ("KEY", "PERSON", "TENANT")}
        os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(Path(home, "numbers"))
        Path(home, "numbers").mkdir()
        measure()


def measure() -> None:
    import django

    django.setup()
    from django.conf import settings
    from django.core.handlers.wsgi import WSGIHandler
    from django.db import connections

    from config import logs

    path, bearer = prepare()
    connections["default"].settings_dict["CONN_MAX_AGE"] = 60  # as web processes have it
    everything = list(settings.MIDDLEWARE)
    handlers: dict[str, Any] = {}
    for name, middleware in (("without", everything[1:]), ("counted", everything), ("written as JSON", everything)):
        settings.MIDDLEWARE = middleware
        handlers[name] = WSGIHandler()
    nowhere = logging.StreamHandler(io.StringIO())
    nowhere.setFormatter(logs.formatter("json"))
    logging.getLogger().handlers = [nowhere]
    logger = logging.getLogger("config.access_log")
    took: dict[str, list[float]] = {name: [] for name in handlers}
    for _ in range(ROUNDS):
        for name, handler in handlers.items():
            logger.setLevel(logging.INFO if name == "written as JSON" else logging.WARNING)
            nowhere.setStream(io.StringIO())
            ask(handler, path, bearer)
            began = time.thread_time()
            for _ in range(EACH):
                ask(handler, path, bearer)
            took[name].append((time.thread_time() - began) / EACH)
    for name, seconds in took.items():
        ratio = statistics.median(bare / one for bare, one in zip(took["without"], seconds, strict=True))
        print(f"{name:<16} {statistics.median(seconds) * 1e6:7.0f} us   {ratio:.3f} of the requests without")


def ask(handler: Any, path: str, bearer: str) -> None:
    environ = {
        "REQUEST_METHOD": "GET", "PATH_INFO": path, "SERVER_NAME": "localhost", "SERVER_PORT": "80", "HTTP_HOST": "localhost",
        "REMOTE_ADDR": "127.0.0.1", "wsgi.input": io.BytesIO(), "wsgi.url_scheme": "http",
        "HTTP_AUTHORIZATION": f"Bearer {bearer}",
    }  # fmt: skip
    said: list[str] = []
    answer = handler(environ, lambda status, headers: said.append(status))
    b"".join(answer)
    assert said == ["200 OK"], said


def prepare() -> tuple[str, str]:
    """A job of an author's, and a token of theirs."""
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    call_command("seed", verbosity=0)
    from accounts import tokens
    from accounts.models import Tenant, User
    from accounts.tenancy import scope
    from generation import catalogue
    from generation.jobs import asking
    from generation.models import Job, Status
    from generation.providers.contract import Kind

    tenant = Tenant.objects.get(is_default=True)
    with scope(tenant):
        author = User.objects.get(email="author@example.com")
        model = catalogue.choose(None, Kind.IMAGE)
        run = asking.open_run(tier=None, user=author, purpose="studio")
        job = Job.objects.create(
            run=run, kind=Kind.IMAGE, model=model, provider=model.provider, step="post", request={"prompt": "A key."},
            status=Status.RUNNING,
        )  # fmt: skip
    return f"/api/v1/jobs/{job.id}", tokens.begin(author, tenant)["access"]


if __name__ == "__main__":
    main()
