"""Writes that are compiled once: what `update` and `save` would write, in the tenant of the moment."""

from __future__ import annotations

import datetime
import uuid
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import F
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import AuditEvent
from accounts.models.ledger import Cap, EntryKind, LedgerEntry, Measure, Pool
from accounts.prepared_writes import PreparedUpdate, insert
from accounts.tenancy import NoTenant, WrongTenant, across_tenants, scope
from generation.clock import after
from generation.models import Job, Run

pytestmark = pytest.mark.django_db


def by_limit() -> PreparedUpdate:
    return PreparedUpdate(
        lambda subject, limit: Cap.objects.filter(subject_id=subject, limit=limit), subject=uuid.UUID, limit=int
    )


def cap(subject: uuid.UUID, limit: int = 5) -> Cap:
    made: Cap = Cap.objects.create(subject_id=subject, pool=Pool.TIER, measure=Measure.SCENES, limit=limit)
    return made


def test_writes_what_an_update_writes(world: Any) -> None:
    """Values, nulls, JSON and expressions, in any order; of each form twice, so that the second is the compiled one."""
    asked = PreparedUpdate(lambda run: Run.objects.filter(id=run), run=uuid.UUID)
    jobs = PreparedUpdate(lambda run, tries: Job.objects.filter(run=run, tries=tries), run=uuid.UUID, tries=int)
    with scope(world.tenant):
        one, other = (Run.objects.create(tier=world.kids, user=world.user("reader"), purpose="scene") for _ in range(2))
        for run in (one, other):
            Job.objects.create(run=run, kind="text", provider="demo", step="none", request={})
        runs: list[dict[str, Any]] = [
            {"purpose": "it's 100 %s", "tier": None, "topic_id": uuid.uuid4()},
            {"tier": world.classics, "purpose": F("purpose"), "topic_id": None},
        ]
        rows: list[dict[str, Any]] = [
            {"request": {"a": [1, None, "ä"]}, "version": F("version") + 1, "progress": 0.5, "due_at": None},
            {"version": F("version") + 2, "due_at": None, "request": {}},
        ]
        for _ in range(2):
            for changes in runs:
                assert asked.write(changes, run=one.id) == Run.objects.filter(id=other.id).update(**changes) == 1
                ours, theirs = Run.objects.get(id=one.id), Run.objects.get(id=other.id)
                assert (ours.purpose, ours.tier, ours.topic_id) == (theirs.purpose, theirs.tier, theirs.topic_id)
            for changes in rows:
                assert jobs.write(changes, run=one.id, tries=0) == Job.objects.filter(run=other).update(**changes) == 1
                facts = ("request", "version", "progress", "due_at")
                ours, theirs = (Job.objects.values_list(*facts).get(run=run) for run in (one, other))
                assert ours == theirs
        jobs.write({"due_at": after(-5.0)}, run=one.id, tries=0)
        assert -7 < (Job.objects.get(run=one).due_at - timezone.now()).total_seconds() < -4  # type: ignore[operator]


def test_the_tenant_is_that_of_the_moment(world: Any) -> None:
    """Compiled in one tenant, written in the other: the other's rows and only those; across tenants, all."""
    asked, subject = by_limit(), uuid.uuid4()

    def limits() -> dict[uuid.UUID, int]:
        with across_tenants("a test looks"):
            return dict(Cap.objects.filter(subject_id=subject).values_list("tenant_id", "limit"))

    for tenant in (world.tenant, world.harbour):
        with scope(tenant):
            cap(subject)
    with scope(world.tenant):
        assert asked.write({"limit": 6}, subject=subject, limit=5) == 1
        assert asked.write({"limit": 6}, subject=subject, limit=5) == 0
    assert limits() == {world.tenant.id: 6, world.harbour.id: 5}
    with scope(world.harbour):
        assert asked.write({"limit": 7}, subject=subject, limit=5) == 1
    assert limits() == {world.tenant.id: 6, world.harbour.id: 7}
    with pytest.raises(NoTenant):
        asked.write({"limit": 8}, subject=subject, limit=6)
    assert limits() == {world.tenant.id: 6, world.harbour.id: 7}


def test_across_tenants_it_is_another_form(in_tenant: Any) -> None:
    asked = PreparedUpdate(lambda name: Cap.objects.filter(role=name), name=str)
    with across_tenants("a test writes"), CaptureQueriesContext(connection) as caught:
        asked.write({"limit": 1}, name="none")
    assert "tenant_id" not in caught[-1]["sql"].split("WHERE")[1]
    with CaptureQueriesContext(connection) as caught:
        asked.write({"limit": 1}, name="none")
    assert "tenant_id" in caught[-1]["sql"].split("WHERE")[1]


def test_what_it_cannot_write_is_refused(in_tenant: Any) -> None:
    with pytest.raises(ValueError, match="one table"):
        PreparedUpdate(lambda name: Job.objects.filter(run__purpose=name), name=str).write({"tries": 1}, name="x")
    with pytest.raises(ValueError, match="each of its values"):
        PreparedUpdate(lambda name: Job.objects.all(), name=str).write({"tries": 1}, name="x")


def test_a_failure_breaks_its_transaction_like_any_other(world: Any) -> None:
    with scope(world.tenant), pytest.raises(transaction.TransactionManagementError), transaction.atomic():
        made, subject = cap(world.kids.id), world.kids.id
        with pytest.raises(IntegrityError):
            by_limit().write({"limit": -1}, subject=subject, limit=made.limit)
        Cap.objects.exists()


class TestInsert:
    def entry(self, **more: Any) -> LedgerEntry:
        facts = {"job_id": uuid.uuid4(), "attempt": 1, "kind": EntryKind.RESERVE, "amount_micros": 7}
        return LedgerEntry(**{**facts, "booked_on": datetime.date(2026, 3, 31), "scenes": 2, **more})

    def test_is_what_saving_writes(self, world: Any) -> None:
        one, other, event = self.entry(), self.entry(), AuditEvent(verb="a.verb", detail={"a": [1, None]})
        with scope(world.tenant):
            insert(one)
            other.save()
            insert(event)
            facts = ("tenant_id", "attempt", "kind", "amount_micros", "scenes", "tier_id", "booked_on")
            saved = {row["id"]: row for row in LedgerEntry.objects.values("id", *facts)}
            assert {**saved[one.id], "id": None} == {**saved[other.id], "id": None}
            found = LedgerEntry.objects.get(id=one.id)
            assert (found.created_at, one._state.adding, found.tenant_id) == (one.created_at, False, world.tenant.id)
            assert AuditEvent.objects.get(id=event.id).detail == {"a": [1, None]}

    def test_another_tenants_row_and_none_are_refused(self, world: Any) -> None:
        with scope(world.tenant), pytest.raises(WrongTenant):
            insert(self.entry(tenant_id=world.harbour.id))
        with scope(world.tenant), pytest.raises(WrongTenant):
            insert(Run(tier=world.tales, user=world.user("reader"), purpose="scene"))
        with pytest.raises(NoTenant):
            insert(self.entry())
