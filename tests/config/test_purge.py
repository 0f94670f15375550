"""`manage.py purge`: what is old goes, by kind; what is young, under way, or on record for good stays."""

from __future__ import annotations

import datetime
import io
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.core.management import CommandError, call_command
from django.db import transaction
from django.utils import timezone

from accounts import audit, purging
from accounts.models import AuditEvent, LedgerEntry
from config.invariants import disagreements
from generation import chores
from generation.jobs import asking
from generation.models import Job, Run, Status, WebhookDelivery, WebhookEndpoint
from generation.webhooks import deliveries

pytestmark = pytest.mark.django_db


def run(*arguments: str) -> list[str]:
    out = io.StringIO()
    call_command("purge", *arguments, stdout=out)
    return out.getvalue().splitlines()


@pytest.fixture
def log(in_tenant: Any) -> list[WebhookDelivery]:
    """Three deliveries: one of long ago, one of long ago that is still under way, one of today."""
    endpoint = WebhookEndpoint.objects.create(url="https://example.com/hook", events=["job.finished"], secret="s")
    found = [deliveries.send_test(endpoint) for _ in range(3)]
    jobs = Job.objects.filter(id__in=[delivery.job_id for delivery in found])
    for job in jobs.exclude(id=found[1].job_id):
        asking.cancel(job)
    old = timezone.now() - datetime.timedelta(days=91)
    Run.objects.filter(jobs__delivery__in=found[:2]).update(created_at=old)
    return found


def test_it_says_what_would_go_and_takes_nothing(log: list[WebhookDelivery]) -> None:
    (line,) = [line for line in run() if " deliveries " in line]
    assert line.split(maxsplit=2)[:2] == ["1", "deliveries"]
    assert run()[-1].endswith("rows would go. Throw them away with --yes.")
    assert WebhookDelivery.objects.count() == 3


def test_what_is_old_goes_with_its_job_and_the_books_still_agree(log: list[WebhookDelivery]) -> None:
    entries = LedgerEntry.objects.count()
    assert run("--yes", "--only", "deliveries")[-1] == "1 rows are gone."
    assert set(WebhookDelivery.objects.values_list("id", flat=True)) == {log[1].id, log[2].id}
    assert not Job.objects.filter(id=log[0].job_id).exists()
    assert (LedgerEntry.objects.count(), disagreements()) == (entries, [])


def test_what_is_under_way_stays_however_old(log: list[WebhookDelivery]) -> None:
    run("--yes", "--only", "deliveries", "--older-than", "0")
    assert [Job.objects.get(id=row.job_id).status for row in WebhookDelivery.objects.all()] == [Status.QUEUED]


def test_sessions_go_when_they_are_over(db: None) -> None:
    now = timezone.now()
    for name, hours in (("over", -1), ("good", 1)):
        Session.objects.create(session_key=name, session_data="", expire_date=now + datetime.timedelta(hours=hours))
    run("--yes", "--only", "sessions")
    assert list(Session.objects.values_list("session_key", flat=True)) == ["good"]


def test_what_is_on_record_stays(in_tenant: Any, log: list[WebhookDelivery]) -> None:
    with transaction.atomic():
        audit.write("export.asked", actor=in_tenant.user("reader").pk)
    before = AuditEvent.objects.count(), LedgerEntry.objects.count()
    run("--yes", "--older-than", "0")
    assert (AuditEvent.objects.count(), LedgerEntry.objects.count()) == before


def test_the_harmless_part_comes_round_by_itself(log: list[WebhookDelivery]) -> None:
    purging.daily()
    assert WebhookDelivery.objects.count() == 2
    assert "throw away what is old" in chores.names()
    assert {kind.name: kind.is_daily for kind in purging.kinds()} == {
        "deliveries": True, "guesses": True, "letters": True, "links": False, "pin-tries": True, "queue-failures": True,
        "reading-times": True, "refusals": False, "sessions": True, "tokens": False,
    }  # fmt: skip


def test_every_kind_can_be_counted_and_thrown_away(in_tenant: Any) -> None:
    assert [purging.purge(kind, days=0) for kind in purging.kinds() if purging.count(kind, days=0) == 0]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--yes", "--dry-run"), "Leave one of them out"),
        (("--older-than", "-1"), "a number of days from 0 on"),
        (("--only", "stories"), "There is no kind “stories”"),
    ],
)
def test_what_makes_no_sense_is_refused(db: None, arguments: tuple[str, ...], said: str) -> None:
    with pytest.raises(CommandError, match=said):
        run(*arguments)
