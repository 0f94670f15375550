"""`GET /healthz`: each failing part by name, and never a traceback."""

from __future__ import annotations

import datetime
from typing import Any

import pytest
from django.conf import settings
from django.db import DatabaseError
from django.test import Client
from django.utils import timezone

from accounts.models import Tenant, Tier
from accounts.tenancy import scope
from config import health
from generation.models import Beat, BeatKind, Job, Run, Status

pytestmark = pytest.mark.django_db


def beat(seconds_ago: float = 1.0, kind: str = BeatKind.GROUP, group: str = "here-1") -> None:
    moment = timezone.now() - datetime.timedelta(seconds=seconds_ago)
    Beat.objects.create(group=group, kind=kind, holder="here:1", pid=1, started_at=moment, beat_at=moment)


@pytest.fixture
def tenant() -> Tenant:
    return Tenant.objects.create(slug="elsewhere", name="Elsewhere")


def job(tenant: Tenant, *, status: str = Status.QUEUED, due: float | None = 0.0, lease: float | None = None) -> Job:
    """A job that came due, or whose lease ran out, so many seconds ago."""

    def ago(seconds: float | None) -> datetime.datetime | None:
        return None if seconds is None else timezone.now() - datetime.timedelta(seconds=seconds)

    with scope(tenant):
        run = Run.objects.create(
            tier=Tier.objects.get_or_create(slug="shelf", defaults={"name": "Shelf"})[0], purpose="test"
        )
        return Job.objects.create(
            run=run, kind="text", provider="demo", step="test", status=status, due_at=ago(due), lease_until=ago(lease)
        )


def healthz(client: Client, **headers: Any) -> tuple[int, dict[str, Any]]:
    answer = client.get("/healthz", **headers)
    assert answer["Content-Type"] == "application/json"
    assert "no-store" in answer["Cache-Control"]
    return answer.status_code, answer.json()


def test_all_is_well(client: Client) -> None:
    beat()
    assert healthz(client) == (
        200,
        {
            "status": "ok",
            "version": settings.VERSION,
            "database": "ok",
            "oldest_due_job_seconds": None,
            "workers": 1,
        },
    )


def test_needs_no_tenant(client: Client) -> None:
    """It is asked by address, by whatever watches the install."""
    beat()
    assert healthz(client, HTTP_HOST="10.1.2.3:8000")[0] == 200


def test_no_workers(client: Client) -> None:
    beat(seconds_ago=health.BEAT_FRESH_SECONDS + 1)
    beat(kind=BeatKind.DRAIN)  # a drain proves no queue
    status, said = healthz(client)
    assert (status, said["status"], said["failing"], said["workers"]) == (503, "failing", ["workers"], 0)


def test_each_group_counts(client: Client) -> None:
    beat(group="here-1")
    beat(group="there-1")
    assert healthz(client)[1]["workers"] == 2


def test_a_job_that_waits_a_moment_is_shown(client: Client, tenant: Tenant) -> None:
    beat()
    job(tenant, due=3)
    status, said = healthz(client)
    assert status == 200
    assert said["oldest_due_job_seconds"] == pytest.approx(3, abs=2)


def test_a_job_that_nobody_takes(client: Client, tenant: Tenant) -> None:
    beat()
    job(tenant, due=2)
    job(tenant, due=45)
    status, said = healthz(client)
    assert (status, said["failing"]) == (503, ["queue"])
    assert said["oldest_due_job_seconds"] == pytest.approx(45, abs=2)


def test_a_job_whose_worker_is_gone_waits_since_its_lease_ran_out(client: Client, tenant: Tenant) -> None:
    beat()
    job(tenant, status=Status.RUNNING, due=500, lease=5)
    status, said = healthz(client)
    assert status == 200
    assert said["oldest_due_job_seconds"] == pytest.approx(5, abs=2)


@pytest.mark.parametrize(
    "given",
    [
        {"status": Status.RUNNING, "due": 500, "lease": -30},  # in somebody's hands
        {"status": Status.PARKED, "due": -30},  # at the provider, to be asked about later
        {"status": Status.DONE, "due": 500},
        {"status": Status.WAITING, "due": None},
    ],
)
def test_jobs_that_nobody_should_take_do_not_count(client: Client, tenant: Tenant, given: dict[str, Any]) -> None:
    beat()
    job(tenant, **given)
    assert healthz(client)[1]["oldest_due_job_seconds"] is None


def test_a_database_that_does_not_answer(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def away() -> bool:
        raise DatabaseError("no route to host, password was hunter2")

    monkeypatch.setattr(health, "database_answers", away)
    status, said = healthz(client)
    assert (status, said["failing"], said["database"]) == (503, ["database"], "failing")
    assert said["oldest_due_job_seconds"] is None
    assert "hunter2" not in str(said)


def test_a_database_without_our_tables(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def missing() -> int:
        raise DatabaseError("no such table: generation_beat")

    monkeypatch.setattr(health, "workers_alive", missing)
    monkeypatch.setattr(health, "oldest_due_job_seconds", missing)
    status, said = healthz(client)
    assert (status, said["failing"]) == (503, ["database"])


def test_only_asks(client: Client) -> None:
    assert client.post("/healthz").status_code == 405
    beat()
    assert client.head("/healthz").status_code == 200
