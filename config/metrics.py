"""`GET /metrics`: the numbers of this tree of processes, in the text format of Prometheus.

Who may read them: this machine or a network of `METRICS_NETWORKS`, unless a proxy passed the request on, and whoever brings
the bearer `METRICS_TOKEN`. To everybody else there is nothing here. What is told of jobs comes from the database and is
asked for at most every few seconds: by `manage.py workers` with METRICS_BIND, whose role may look at all tenants' work, and
by the web where the database is SQLite, which has no roles.
"""

from __future__ import annotations

import hmac
import logging
import os
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from accounts.access import Door, admits
from config import gathering
from config.environment import is_in
from generation.standing import Standing, standing

KEPT_SECONDS = 5.0
PASSED_ON = ("x-forwarded-for", "forwarded", "x-real-ip", "x-forwarded-host", "x-forwarded-proto", "via")
"""With one of them, the peer is a proxy, and who asked may be anybody."""

log = logging.getLogger(__name__)


@admits(Door.MACHINE)
@never_cache
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """The numbers; 404 for whoever may not read them."""
    if not may_read(request.META.get("REMOTE_ADDR", ""), request.headers):
        return HttpResponse("There is nothing here.\n", "text/plain", status=404)
    return HttpResponse(exposition(with_work=connection.vendor == "sqlite"), content_type=CONTENT_TYPE_LATEST)


def may_read(peer: str, headers: Mapping[str, str]) -> bool:
    """Whether whoever asks may read the numbers. Names of headers are looked for in lower case or any."""
    known = {name.lower(): value for name, value in headers.items()}
    kind, _, token = known.get("authorization", "").partition(" ")
    if kind.lower() == "bearer" and settings.METRICS.token:
        return hmac.compare_digest(token.strip().encode(), settings.METRICS.token.encode())
    if any(name in known for name in PASSED_ON):
        return False
    return is_in(peer, settings.METRICS.networks)


def exposition(*, with_work: bool) -> bytes:
    """All numbers of this tree; with those of the work, where this process may look at it."""
    work = _text(_work) if with_work else b""
    folder = os.environ.get(gathering.FOLDER_ENV, "")
    if not folder:
        return _text(REGISTRY) + work
    registry = CollectorRegistry()
    MultiProcessCollector(registry, path=folder)  # type: ignore[no-untyped-call]
    with gathering.gathered(Path(folder)):
        return _text(registry) + work


def _text(registry: Any) -> bytes:
    found: bytes = generate_latest(registry)
    return found


class Work(Collector):
    """What `generation.standing` says, remembered for some seconds however many ask."""

    def __init__(self, ask: Callable[[], Standing] = standing) -> None:
        self._ask = ask
        self._lock = threading.Lock()
        self._found: Standing | None = None
        self._asked_at = float("-inf")

    def collect(self) -> Iterator[GaugeMetricFamily]:
        found = self._now()
        yield GaugeMetricFamily(
            "fablewright_database_answers",
            "1 where the database could be asked how the work stands.",
            int(found is not None),
        )
        if found is None:
            return
        jobs = GaugeMetricFamily(
            "fablewright_jobs", "Jobs that have something to do.", labels=["state", "kind", "provider"]
        )
        for state_kind_provider, count in found.jobs.items():
            jobs.add_metric(state_kind_provider, count)
        yield jobs
        oldest = GaugeMetricFamily(
            "fablewright_oldest_due_seconds",
            "How long the job that waits longest could have been taken and was not.",
            labels=["kind", "provider"],
        )
        for kind_provider, seconds in found.oldest_due_seconds.items():
            oldest.add_metric(kind_provider, seconds)
        yield oldest
        held = GaugeMetricFamily(
            "fablewright_held_micros",
            "Millionths of the currency that jobs with something to do are held for.",
            labels=["provider", "currency"],
        )
        for provider_currency, micros in found.held_micros.items():
            held.add_metric(provider_currency, micros)
        yield held
        paused = GaugeMetricFamily(
            "fablewright_accounts_paused", "Accounts at providers that buy nothing for a while.", labels=["provider"]
        )
        for provider, count in found.accounts_paused.items():
            paused.add_metric([provider], count)
        yield paused
        for name, told, value in (
            ("jobs_stuck", "Jobs whose lease or deadline is over and that nobody took up or ended.", found.stuck),
            ("worker_groups", "Worker groups through whose queue a task went lately.", found.groups),
            ("drains", "Drains that are awake.", found.drains),
            ("purchases_in_hand", "Purchases in the hands of drains.", found.purchases),
        ):
            yield GaugeMetricFamily(f"fablewright_{name}", told, value)

    def _now(self) -> Standing | None:
        with self._lock:
            if time.monotonic() - self._asked_at >= KEPT_SECONDS:
                try:
                    self._found = self._ask()
                except Exception:  # whatever a driver or a pool raises: that it does not answer is told as a number
                    log.exception("It could not be asked how the work stands.")
                    self._found = None
                self._asked_at = time.monotonic()
            return self._found


_work = CollectorRegistry()
_work.register(Work())
