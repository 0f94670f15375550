"""`GET /metrics`: who may read it, what it tells, and how the processes of a tree come together."""

from __future__ import annotations

import datetime
import os
import re
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.db import DatabaseError, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.parser import text_string_to_metric_families as families

from accounts import rates
from accounts.tenancy import scope
from config import gathering, metrics
from config.supervision import telling
from generation import standing
from generation.models import Beat, BeatKind, Job, Run, Status

pytestmark = pytest.mark.django_db
TOKEN = "a-long-enough-token"
ROOT = Path(__file__).resolve().parents[2]


def set_to(settings: Any, **said: str) -> list[str]:
    settings.METRICS, wrong = gathering.read(said)
    return wrong


# Who may read


@pytest.mark.parametrize(
    ("peer", "headers", "said", "may"),
    [
        ("127.0.0.1", {}, {}, True),
        ("::1", {}, {}, True),
        ("::ffff:127.0.0.1", {}, {}, True),
        ("10.1.2.3", {}, {}, False),
        ("", {}, {}, False),
        ("127.0.0.1", {"X-Forwarded-For": "10.1.2.3"}, {}, False),  # a proxy on this machine asks for somebody
        ("127.0.0.1", {"via": "1.1 proxy"}, {}, False),
        ("10.1.2.3", {}, {"METRICS_NETWORKS": "10.1.0.0/16"}, True),
        ("127.0.0.1", {}, {"METRICS_NETWORKS": "10.1.0.0/16"}, False),
        ("127.0.0.1", {}, {"METRICS_NETWORKS": "none"}, False),
        ("6.6.6.6", {"Authorization": f"Bearer {TOKEN}"}, {"METRICS_TOKEN": TOKEN}, True),
        ("6.6.6.6", {"authorization": f"bearer {TOKEN}", "x-forwarded-for": "1.1.1.1"}, {"METRICS_TOKEN": TOKEN}, True),
        ("6.6.6.6", {"Authorization": f"Bearer {TOKEN}x"}, {"METRICS_TOKEN": TOKEN}, False),
        ("127.0.0.1", {"Authorization": "Bearer wrong"}, {"METRICS_TOKEN": TOKEN}, False),
        ("6.6.6.6", {"Authorization": "Bearer "}, {}, False),
        ("6.6.6.6", {"Authorization": "Bearer ünicode"}, {"METRICS_TOKEN": TOKEN}, False),
    ],
)
def test_who_may_read(settings: Any, peer: str, headers: dict[str, str], said: dict[str, str], may: bool) -> None:
    assert set_to(settings, **said) == []
    assert metrics.may_read(peer, headers) is may


def test_to_others_there_is_nothing_at_any_host(world: Any) -> None:
    answers = [
        Client(HTTP_HOST=host, REMOTE_ADDR=peer).get("/metrics")
        for host in ("localhost", "harbour.localhost", "evil.example.com")
        for peer in ("127.0.0.1", "6.6.6.6")
    ]
    assert [answer.status_code for answer in answers] == [200, 404] * 3
    assert answers[1].content == b"There is nothing here.\n"
    # A server's roles see one tenant's work: there the workers tell of it.
    assert (b"fablewright_worker_groups" in answers[0].content) is (connection.vendor == "sqlite")
    assert "no-store" in answers[0]["Cache-Control"]
    assert Client(HTTP_HOST="localhost").post("/metrics").status_code == 405


def test_what_the_environment_says(tmp_path: Path) -> None:
    (tmp_path / "token").write_text(f"{TOKEN}\n")
    read = gathering.read
    assert read({"METRICS_TOKEN_FILE": str(tmp_path / "token"), "METRICS_BIND": "[::1]:9464"})[0].bind == ("::1", 9464)
    assert read({"METRICS_TOKEN_FILE": str(tmp_path / "token")})[0].token == TOKEN
    assert TOKEN not in repr(read({"METRICS_TOKEN": TOKEN})[0])
    wrong = {
        "METRICS_TOKEN is shorter than 16 characters, so it could be guessed. Make a longer one.": {"METRICS_TOKEN": "short"},
        "Both METRICS_TOKEN and METRICS_TOKEN_FILE are set. Unset one of them.": {
            "METRICS_TOKEN": TOKEN, "METRICS_TOKEN_FILE": "x",
        },
        "METRICS_TOKEN_FILE names a file that cannot be read: /nowhere.": {"METRICS_TOKEN_FILE": "/nowhere"},
        "METRICS_NETWORKS names “inside”, which is no network. Write one like 10.1.2.0/24 or 10.1.2.3.": {
            "METRICS_NETWORKS": "inside",
        },
        "METRICS_BIND is “9464”. Write it like 127.0.0.1:9464.": {"METRICS_BIND": "9464"},
    }  # fmt: skip
    assert [read(said)[1] for said in wrong.values()] == [[sentence] for sentence in wrong]
    assert read({"METRICS_TOKEN": "short", "METRICS_NETWORKS": "inside"})[0] == gathering.Metrics(())


# What is told


def samples(text: bytes) -> dict[str, dict[tuple[str, ...], float]]:
    """name -> values of the labels, in the order of their names -> value."""
    found: dict[str, dict[tuple[str, ...], float]] = {}
    for family in families(text.decode()):
        for sample in family.samples:
            found.setdefault(sample.name, {})[tuple(sample.labels.values())] = sample.value
    return found


def work(ask: Any = standing.standing) -> dict[str, dict[tuple[str, ...], float]]:
    registry = CollectorRegistry()
    registry.register(metrics.Work(ask))
    return samples(generate_latest(registry))


def job(world: Any, **fields: Any) -> None:
    moment = timezone.now()
    ago = {name: moment - datetime.timedelta(seconds=seconds) for name, seconds in fields.pop("ago", {}).items()}
    run = Run.objects.create(tier=None, purpose="test")
    Job.objects.create(run=run, step="test", **{"kind": "image", "provider": "toll", "hold_micros": 5, **fields, **ago})


def test_how_the_work_stands_is_told_over_all_tenants(world: Any) -> None:
    with scope(world.tenant):
        job(world, status=Status.QUEUED, ago={"due_at": 40})
        job(world, status=Status.QUEUED, ago={"due_at": -40})
        job(world, status=Status.RUNNING, ago={"lease_until": 30})  # nobody took it up
        job(world, status=Status.DONE)
        job(world, status=Status.WAITING)
    with scope(world.harbour):
        job(world, status=Status.QUEUED, provider="demo", kind="text", hold_micros=0, ago={"due_at": 20})
        job(world, status=Status.PARKED, ago={"due_at": -5, "deadline_at": 60})  # its time is over
    moment = timezone.now()
    beats = {"holder": "h", "pid": 1, "started_at": moment}
    Beat.objects.create(group="a", kind=BeatKind.GROUP, beat_at=moment, **beats)
    Beat.objects.create(group="b", kind=BeatKind.GROUP, beat_at=moment - datetime.timedelta(seconds=20), **beats)
    Beat.objects.create(group="a", kind=BeatKind.DRAIN, beat_at=moment, held=7, **beats)
    with CaptureQueriesContext(connection) as asked:
        found = work()
    oldest = found.pop("fablewright_oldest_due_seconds")
    assert {key: round(seconds / 10) for key, seconds in oldest.items()} == {("image", "toll"): 4, ("text", "demo"): 2}
    assert found == {
        "fablewright_database_answers": {(): 1},
        # The labels in the order of their names: kind, provider, state; and currency, provider.
        "fablewright_jobs": {
            ("image", "toll", "queued"): 2, ("image", "toll", "running"): 1, ("image", "toll", "parked"): 1,
            ("text", "demo", "queued"): 1,
        },
        "fablewright_held_micros": {("USD", "toll"): 20},
        "fablewright_jobs_stuck": {(): 2},
        "fablewright_worker_groups": {(): 1},
        "fablewright_drains": {(): 1},
        "fablewright_purchases_in_hand": {(): 7},
    }  # fmt: skip
    assert len(asked) == 7


def test_it_is_remembered_for_some_seconds(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []
    collector = metrics.Work(lambda: asked.append(1) or standing.standing())  # type: ignore[func-returns-value]
    list(collector.collect())
    list(collector.collect())
    assert len(asked) == 1
    monkeypatch.setattr(metrics, "KEPT_SECONDS", 0.0)
    list(collector.collect())
    assert len(asked) == 2


def test_a_database_that_is_away_is_a_number() -> None:
    def away() -> Any:
        raise DatabaseError("gone")

    assert work(away) == {"fablewright_database_answers": {(): 0}}


def test_no_label_names_anybody(world: Any, client_for: Any) -> None:
    """After people have been here, and a rate was refused."""
    client_for("reader").get("/account/")
    Client(HTTP_HOST="localhost", HTTP_AUTHORIZATION="Bearer x").get("/api/v1/jobs")
    meter = rates.Meter(rates.Asker(world.tenant.id))
    with pytest.raises(rates.TooOften):
        for _ in range(10):
            meter.take("once")
    text = Client(HTTP_HOST="localhost").get("/metrics").content.decode()
    names = {name for family in families(text) for sample in family.samples for name in sample.labels}
    assert names <= {
        "method", "route", "status", "le", "provider", "kind", "verb", "error", "verdict", "recovery", "state",
        "currency", "outcome", "policy", "partition", "implementation", "major", "minor", "patchlevel", "version",
        "generation",
    }  # fmt: skip
    assert 'fablewright_rate_refusals_total{partition="tenant",policy="once"} 1.0' in text
    assert not re.search(r"[0-9a-f]{8}-[0-9a-f]{4}|example\.com|/account", text)


@pytest.fixture(autouse=True)
def seldom(settings: Any) -> None:
    settings.RATES = {**settings.RATES, "once": {"tenant": (1, 60)}}


# The workers' own address


@pytest.fixture
def told(settings: Any, free_port: int, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    set_to(settings, METRICS_BIND=f"127.0.0.1:{free_port}")
    monkeypatch.setattr(metrics, "exposition", lambda *, with_work: f"with work {with_work}".encode())
    server = telling.begin()
    assert server is not None
    yield f"http://127.0.0.1:{free_port}"
    server.shutdown()
    server.server_close()


def test_the_workers_answer_where_they_are_told_to(told: str, settings: Any) -> None:
    def ask(path: str, **headers: str) -> tuple[int, bytes]:
        try:
            with urllib.request.urlopen(urllib.request.Request(told + path, headers=headers)) as answer:
                return answer.status, answer.read()
        except urllib.error.HTTPError as refused:
            return refused.code, b""

    assert [ask("/metrics"), ask("/"), ask("/metrics", Via="1.1 x")] == [
        (200, b"with work True"),
        (404, b""),
        (404, b""),
    ]
    # Somebody else has the address: they work all the same.
    assert telling.begin() is None


# Many processes, one tree

COUNT = """
import sys
from prometheus_client import Counter, Gauge, Histogram
c = Counter("c", "c", ["x"]); h = Histogram("h", "h", buckets=(1, 2)); g = Gauge("g", "g", multiprocess_mode="livesum")
c.labels("a").inc(2); h.observe(1.5); g.inc(3)
print("there", flush=True)
sys.stdin.read()
"""


def test_what_ended_processes_counted_is_kept_and_what_they_held_is_not(tmp_path: Path) -> None:
    environment = {**os.environ, gathering.FOLDER_ENV: str(tmp_path)}
    children = [
        subprocess.Popen([sys.executable, "-c", COUNT], env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        for _ in range(3)
    ]

    def sums() -> tuple[float, float, float, list[str]]:
        with gathering.gathered(tmp_path):
            registry = CollectorRegistry()
            from prometheus_client.multiprocess import MultiProcessCollector

            MultiProcessCollector(registry, path=str(tmp_path))  # type: ignore[no-untyped-call]
            found = samples(generate_latest(registry))
        files = sorted(path.name.replace(str(children[2].pid), "P") for path in tmp_path.glob("*.db"))
        return found["c_total"]["a",], found["h_count"][()], found["g"][()], files

    try:
        for child in children:
            assert child.stdout is not None and child.stdout.readline() == b"there\n"
        assert sums()[:3] == (6, 3, 9)
        for child in children[:2]:
            child.kill()
            child.wait()
        living = ["counter_0.db", "counter_P.db", "gauge_livesum_P.db", "histogram_0.db", "histogram_P.db"]
        assert [sums(), sums()] == [(6, 3, 3, living)] * 2
    finally:
        for child in children:
            child.kill()
            child.wait()


def test_each_tree_has_a_folder_and_those_of_the_dead_go(tmp_path: Path) -> None:
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    machine = socket.gethostname()
    for name in (f"{machine}.{ended.pid}", f"{machine}.{os.getppid()}", "elsewhere.1"):
        (tmp_path / "metrics" / name).mkdir(parents=True)
    environment: dict[str, str] = {}
    gathering.open_folder(tmp_path, ["manage.py", "migrate"], environment)
    assert environment == {}
    gathering.open_folder(tmp_path, ["manage.py", "workers"], environment)
    mine = f"{machine}.{os.getpid()}"
    assert environment == {gathering.FOLDER_ENV: str(tmp_path / "metrics" / mine)}
    assert {path.name for path in (tmp_path / "metrics").iterdir()} == {
        mine,
        f"{machine}.{os.getppid()}",
        "elsewhere.1",
    }
    inherited = {gathering.FOLDER_ENV: "/its/parents"}
    gathering.open_folder(tmp_path, ["manage.py", "workers"], inherited)
    assert inherited == {gathering.FOLDER_ENV: "/its/parents"}


# The rules that are offered


def test_the_alerts_ask_for_numbers_that_there_are(world: Any) -> None:
    rules = yaml.safe_load((ROOT / "docs" / "alerts.yml").read_text())
    names = {family.name for family in families(metrics.exposition(with_work=True).decode())}
    alerts = [rule for group in rules["groups"] for rule in group["rules"]]
    asked = {name for rule in alerts for name in re.findall(r"\bfablewright_\w+", rule["expr"])}
    endings = re.compile(r"_(total|bucket|count|sum)$")
    assert {name for name in asked if name not in names and endings.sub("", name) not in names} == set()
    assert {"fablewright_oldest_due_seconds", "fablewright_jobs_stuck", "fablewright_worker_groups"} <= asked
    for rule in alerts:
        assert set(rule) == {"alert", "expr", "for", "labels", "annotations"}, rule["alert"]
        assert rule["labels"]["severity"] in {"page", "ticket"}
        assert set(rule["annotations"]) == {"summary", "description"}
        assert rule["expr"].count("(") == rule["expr"].count(")")
