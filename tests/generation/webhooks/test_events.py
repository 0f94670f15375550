"""What is told, in which words."""

from __future__ import annotations

import datetime
import json
import uuid
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from generation.models import TERMINAL, Event
from generation.webhooks import events

AT = datetime.datetime(2026, 11, 21, 13, 23, 5, 120_000, datetime.UTC)
JOB = uuid.UUID(int=7)


def ended(**changes: Any) -> events.Happened:
    return events.job_ended(**{"job_id": JOB, "attempt": 1, "ended": "done", "at": AT, "said": {"id": "7"}, **changes})


def test_every_end_of_a_job_is_told() -> None:
    assert {status.value: str(events.TOLD_AS[status]) for status in TERMINAL} == {
        "done": "job.finished", "failed": "job.failed", "cancelled": "job.failed", "unknown": "job.failed",
        "refused": "job.refused",
    }  # fmt: skip


def test_the_body_of_a_jobs_end() -> None:
    told = json.loads(events.body(ended(), tenant="harbour"))
    assert told == {
        "id": str(ended().id), "type": "job.finished", "created": "2026-11-21T13:23:05.120000+00:00",
        "tenant": "harbour", "data": {"id": "7", "ended": "done"},
    }  # fmt: skip


def test_an_id_is_one_for_each_thing_that_happened() -> None:
    """The same end is the same event, whenever it is told; another attempt, job or end is another."""
    again = ended(at=AT + datetime.timedelta(hours=1), said={})
    others = [ended(attempt=2), ended(job_id=uuid.UUID(int=8)), ended(ended="failed"), ended(ended="refused")]
    assert again.id == ended().id
    assert len({ended().id, *(other.id for other in others)}) == 5


def test_a_budget_is_told_once_for_each_period_share_and_amount() -> None:
    base: dict[str, Any] = {
        "tenant_id": uuid.UUID(int=1), "share": 80, "pool": "tenant", "subject_id": uuid.UUID(int=1), "period": "day",
        "currency": "USD", "at": AT,
        "starts_on": datetime.date(2026, 11, 21), "limit_micros": 100, "used_micros": 85,
    }  # fmt: skip
    found = events.budget_reached(**base)
    assert (found.type, found.data) == (
        Event.BUDGET,
        {"share": 80, "pool": "tenant", "tier": None, "period": "day", "starts_on": "2026-11-21", "currency": "USD",
         "limit_micros": 100, "used_micros": 85},
    )  # fmt: skip
    same = [{"used_micros": 99}, {"at": AT + datetime.timedelta(1)}]
    assert {events.budget_reached(**{**base, **change}).id for change in same} == {found.id}
    others = [{"share": 100}, {"period": "month"}, {"starts_on": datetime.date(2026, 11, 22)}, {"limit_micros": 101},
              {"tenant_id": uuid.UUID(int=2)}, {"pool": "tier", "subject_id": uuid.UUID(int=3)}]  # fmt: skip
    assert len({found.id, *(events.budget_reached(**{**base, **change}).id for change in others)}) == 7


@given(st.text())
def test_the_body_is_plain_ascii_whatever_it_tells(text: str) -> None:
    body = events.body(ended(said={"message": text}), tenant="t")
    assert body.isascii()
    assert json.loads(body.encode())["data"]["message"] == text
