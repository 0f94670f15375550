"""Runs as programs see them."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.tenancy import scope
from generation.models import Job, Run, Status
from tests import factories
from tests.stories.api.conftest import refused

pytestmark = pytest.mark.django_db
NO_RUN = refused(404, "There is no such run.")


@pytest.fixture
def job(in_tenant: Any, step: Any, toll: Any) -> Job:
    return factories.job(in_tenant.user("author"), in_tenant.kids)


def test_one_with_its_jobs(author: Any, job: Job) -> None:
    more = Job.objects.create(run=job.run, kind="image", provider="toll", step="test-step", status=Status.RUNNING)
    run = Run.objects.get()
    common = {
        "run": str(run.id), "kind": "image", "asked_model": None, "progress": None, "attempt": 1, "cost_micros": None,
        "message": None, "finished_at": None,
    }  # fmt: skip
    assert author.get(f"/api/v1/runs/{run.id}") == (200, {
        "id": str(run.id), "purpose": "test", "tier": "kids", "topic": None, "status": "processing",
        "counts": {"processing": 1, "queued": 1, "completed": 0, "failed": 0},
        "created_at": run.created_at.isoformat(),
        "jobs": [
            {**common, "id": str(job.id), "model": "toll-paint", "status": "queued",
             "created_at": job.created_at.isoformat()},
            {**common, "id": str(more.id), "model": None, "status": "processing",
             "created_at": more.created_at.isoformat()},
        ],
    })  # fmt: skip


@pytest.mark.parametrize(
    ("states", "word"),
    [
        ([], "completed"),
        ([Status.DONE, Status.FAILED], "completed"),
        ([Status.FAILED, Status.UNKNOWN], "failed"),
        ([Status.DONE, Status.WAITING], "queued"),
        ([Status.DONE, Status.QUEUED, Status.STORED], "processing"),
    ],
)
def test_one_word_for_all_its_jobs(author: Any, in_tenant: Any, step: Any, states: list[Status], word: str) -> None:
    run = factories.run(in_tenant.user("author"), in_tenant.kids)
    for state in states:
        Job.objects.create(run=run, kind="image", provider="demo", step="test-step", status=state)
    told = author.get("/api/v1/runs")[1]["items"]
    assert [(one["id"], one["status"]) for one in told] == [(str(run.id), word)]


def test_who_sees_them(program: Any, job: Job, in_tenant: Any) -> None:
    address = f"/api/v1/runs/{job.run_id}"
    with scope(in_tenant.harbour):
        Run.objects.create(purpose="mark")
    assert [program(name).get(address)[0] for name in ("author", "staff")] == [200, 200]
    assert program("reader").get(address) == NO_RUN
    assert program("harbour-owner", host="harbour.localhost").get(address) == NO_RUN
    assert program("author").get(f"/api/v1/runs/{uuid.uuid4()}") == NO_RUN
    told = {
        name: [one["id"] for one in program(name).get(f"/api/v1/runs{query}")[1]["items"]]
        for name, query in (("author", ""), ("reader", ""), ("staff", ""), ("owner", "?scope=tenant"))
    }
    assert told == {"author": [str(job.run_id)], "reader": [], "staff": [], "owner": [str(job.run_id)]}
    assert program("reader").get("/api/v1/runs?scope=tenant")[0] == 403


def test_the_list_asks_no_more_for_more(author: Any, job: Job, in_tenant: Any) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as caught:
            assert author.get("/api/v1/runs")[0] == 200
        return len(caught)

    few = queries()
    for _ in range(5):
        factories.job(in_tenant.user("author"), in_tenant.kids)
    assert (few, queries()) == (3, 3)  # who asks, the runs, their jobs
