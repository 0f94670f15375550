"""What the engine room throws away when it is old enough."""

from __future__ import annotations

from typing import Any

from django_q.models import Task

from accounts.purging import Old, register
from generation.models import ACTIVE, Run, SafetyEvent


def connect() -> None:
    """Make the kinds known. Called once, when the app is ready."""
    for kind in (
        # With its run go the job and the row of the log. That nothing was paid for it stays in the ledger.
        Old("deliveries", "webhook deliveries that have ended, with what was sent", 90, _ended("webhook"), is_daily=True),
        Old("letters", "that a letter went out; what it said was put away when it had", 90, _ended("letter"), is_daily=True),
        Old("queue-failures", "messages of the queue that broke", 30,
            lambda at: Task.objects.filter(stopped__lt=at), is_daily=True),
        Old("refusals", "what was refused by rules, checks and providers, with its words", 365,
            lambda at: SafetyEvent.objects.filter(created_at__lt=at)),
    ):  # fmt: skip
        register(kind)


def _ended(purpose: str) -> Any:
    def rows(at: Any) -> Any:
        return Run.objects.filter(purpose=purpose, created_at__lt=at).exclude(jobs__status__in=ACTIVE)

    return rows
