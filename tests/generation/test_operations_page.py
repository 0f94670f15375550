"""The operators' page: what it shows, what its buttons do, and that nobody else finds it."""

from __future__ import annotations

import io
import json
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import AuditEvent, LedgerEntry
from accounts.tenancy import scope
from generation import overview, switches
from generation.clock import after, now
from generation.jobs import claiming
from generation.models import Beat, Credential, Inspection, Job, Status, Switch, Tally
from generation.providers.contract import Kind
from tests import admin_rows, factories

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("toll", "step")]
Clients = Callable[..., Client]
PAGE = "/admin/operations/"
BUTTONS = ("off", "on", "cancel-waiting", "cancel", "give-back", "sweep")
MARK = "quillon-operations"


def late(job: Job, **changes: Any) -> Job:
    """As it would be had it waited for a minute."""
    Job.objects.filter(id=job.id).update(**{"due_at": after(-60), **changes})
    return job


def ask(world: Any, kind: Kind = Kind.IMAGE) -> Job:
    return late(factories.job(world.user("reader"), world.kids, kind=kind, prompt=MARK))


def why() -> dict[uuid.UUID, str]:
    return {job.id: job.why for job in overview.look().stuck}


class TestReasons:
    def test_each_job_has_the_one_that_tells_most(self, in_tenant: Any) -> None:
        nobody, switched, words, lease, slow, overdue = (
            ask(in_tenant), ask(in_tenant, Kind.VIDEO), ask(in_tenant, Kind.TEXT), ask(in_tenant), ask(in_tenant),
            ask(in_tenant),
        )  # fmt: skip
        switches.switch_off(reason="It paints hands.", model=switched.model, by=None)
        late(lease, status=Status.RUNNING, lease_until=after(-60), worker="w:gone")
        late(slow, status=Status.PARKED, due_at=after(5), sent_at=after(-400))
        late(overdue, deadline_at=after(-60))
        Job.objects.filter(id=words.id).update(due_at=now())  # it has just been asked for
        assert why() == {
            nobody.id: "worker", switched.id: "off", lease.id: "lease", slow.id: "slow", overdue.id: "overdue",
        }  # fmt: skip
        Credential.objects.filter(provider="toll").update(max_concurrent=1)
        assert why()[nobody.id] == "full"
        Credential.objects.filter(provider="toll").update(paused_until=after(60))
        assert why()[nobody.id] == "paused"

    def test_a_tenants_staff_see_their_own_in_their_list(self, in_tenant: Any, client_for: Clients) -> None:
        mine, fine = ask(in_tenant), factories.job(in_tenant.user("reader"), in_tenant.kids)
        with scope(in_tenant.harbour):
            theirs = admin_rows.job("harbour", status=Status.QUEUED, due_at=after(-60))
        shown = client_for("staff").get("/admin/generation/job/?stage=stuck").content.decode()
        assert [str(job.id)[:8] in shown for job in (mine, fine, theirs)] == [True, False, False]
        page = client_for("staff").get(f"/admin/generation/job/{mine.id}/change/").content.decode()
        assert "No worker took it yet" in page


class TestThePage:
    def test_it_is_the_operators_alone(self, in_tenant: Any, client_for: Clients) -> None:
        job = ask(in_tenant)
        switch = Switch.objects.create(reason="kept")
        for name in ("owner", "staff", "author", "reader"):
            client = client_for(name)
            assert client.get(PAGE).status_code == 404
            form = {"what": "all", "reason": "x", "switch": str(switch.pk), "job": str(job.id), "worker": "w:gone"}
            assert [client.post(f"{PAGE}{button}/", form).status_code for button in BUTTONS] == [404] * len(BUTTONS)
        assert b"Operations" not in client_for("owner").get("/admin/").content
        assert b"Operations" in client_for("operator").get("/admin/").content
        job.refresh_from_db()
        assert (Switch.objects.count(), job.status) == (1, Status.QUEUED)
        # The control: the same forms, from an operator.
        assert client_for("operator").post(f"{PAGE}on/", {"switch": str(switch.pk)}).status_code == 302
        assert not Switch.objects.exists()

    def test_it_shows_scheduling_of_all_tenants_and_no_words(self, in_tenant: Any, client_for: Clients) -> None:
        ask(in_tenant)
        with scope(in_tenant.harbour):
            theirs = admin_rows.job(MARK, status=Status.QUEUED, due_at=after(-60))
        Tally.objects.create(provider="toll", at=now(), calls=4, errors={"transient": 1}, took=[1.0, 2.0, 9.5])
        Inspection.objects.create(name="audit_invariants", at=now(), wrong=2)
        shown = client_for("operator").get(PAGE).content.decode()
        assert str(theirs.id) in shown
        for said in ("transient 1", "2.0 s", "9.5 s", "2 wrong", "No worker took it yet: 2"):
            assert said in shown
        assert MARK not in shown.replace(str(in_tenant.harbour.slug), "")

    def test_it_asks_as_often_for_many_as_for_one(self, in_tenant: Any, client_for: Clients) -> None:
        def some() -> None:
            job = ask(in_tenant)
            late(ask(in_tenant), status=Status.RUNNING, lease_until=after(-60), worker=f"w:{job.id}")
            Beat.objects.create(
                group=f"g{job.id}"[:60], kind="drain", holder=f"w:{job.id}", pid=1, started_at=now(), beat_at=now()
            )
            Tally.objects.create(provider="toll", at=now(), calls=1)
            Switch.objects.create(provider=f"p{job.id}"[:40], reason="kept")
            admin_rows.credential("")

        def asked() -> int:
            with CaptureQueriesContext(connection) as seen:
                overview.look()
            return len(seen)

        some()
        counts = [asked()]
        for _ in range(6):
            some()
        assert [*counts, asked()] == [overview.QUERIES] * 2


class TestButtons:
    def test_off_and_on_are_on_record(self, in_tenant: Any, client_for: Clients) -> None:
        operator = client_for("operator")
        assert operator.post(f"{PAGE}off/", {"what": "provider:toll", "reason": " "}).status_code == 422
        assert operator.post(f"{PAGE}off/", {"what": "provider:toll", "reason": "Bills twice."}).status_code == 302
        row = Switch.objects.get()
        assert (row.provider, row.model_id, row.reason, row.by) == (
            "toll", None, "Bills twice.", in_tenant.user("operator").pk,
        )  # fmt: skip
        operator.post(f"{PAGE}on/", {"switch": str(row.pk)})
        events = AuditEvent.objects.filter(verb__startswith="switch.").order_by("at")
        assert [(event.verb, event.subject_id, event.detail) for event in events] == [
            ("switch.off", "toll", {"reason": "Bills twice."}), ("switch.on", "toll", {"reason": "Bills twice."}),
        ]  # fmt: skip

    def test_what_waits_is_cancelled_and_its_hold_given_back(self, in_tenant: Any, client_for: Clients) -> None:
        job, sent = ask(in_tenant), ask(in_tenant)
        Job.objects.filter(id=sent.id).update(status=Status.PARKED, sent_at=now(), provider_job_id="there")
        row = switches.switch_off(reason="Later.", provider="toll", by=None)
        client_for("operator").post(f"{PAGE}cancel-waiting/", {"switch": str(row.pk)})
        job.refresh_from_db()
        sent.refresh_from_db()
        assert (job.status, sent.status) == (Status.CANCELLED, Status.PARKED)
        kinds = list(LedgerEntry.objects.filter(job_id=job.id).order_by("created_at").values_list("kind", flat=True))
        assert kinds == ["reserve", "release"]

    def test_only_a_dead_workers_jobs_are_given_back(self, in_tenant: Any, client_for: Clients) -> None:
        held = late(ask(in_tenant), status=Status.RUNNING, lease_until=after(60), worker="w:1")
        beat = Beat.objects.create(group="g", kind="drain", holder="w:1", pid=1, started_at=now(), beat_at=now())
        operator = client_for("operator")
        found = []
        for _ in range(2):
            operator.post(f"{PAGE}give-back/", {"worker": "w:1"})
            found.append(Job.objects.filter(id=held.id, lease_until__lte=now()).exists())
            Beat.objects.filter(id=beat.id).delete()
        assert found == [False, True]

    def test_one_job_of_another_tenant_is_cancelled_on_its_own_record(
        self, in_tenant: Any, client_for: Clients
    ) -> None:
        with scope(in_tenant.harbour):
            theirs = admin_rows.job("harbour", status=Status.QUEUED, due_at=after(-60))
        client_for("operator").post(f"{PAGE}cancel/", {"job": str(theirs.id)})
        with scope(in_tenant.harbour):
            theirs.refresh_from_db()
            event = AuditEvent.objects.get(verb="job.cancelled")
        assert (theirs.status, event.subject_id) == (Status.CANCELLED, str(theirs.id))


def test_the_command_says_the_same(in_tenant: Any) -> None:
    job = ask(in_tenant)
    switches.switch_off(reason="Later.", by=None)
    told = io.StringIO()
    call_command("operations", stdout=told)
    assert "1 jobs do not go on" in told.getvalue() and "off: all buying: Later. (1 wait)" in told.getvalue()
    told = io.StringIO()
    call_command("operations", "--json", stdout=told)
    said = json.loads(told.getvalue())
    assert [(one["id"], one["why"]) for one in said["stuck"]] == [(str(job.id), "off")]
    assert MARK not in told.getvalue()


def test_the_last_run_of_the_audit_is_known(in_tenant: Any) -> None:
    call_command("audit_invariants", verbosity=0)
    assert list(Inspection.objects.values_list("name", "wrong")) == [("audit_invariants", 0)]


def test_nobody_stays_for_what_may_not_be_sent(in_tenant: Any) -> None:
    ask(in_tenant)
    found = [claiming.anything_due_within(60)]
    row = switches.switch_off(reason="Later.", by=None)
    found.append(claiming.anything_due_within(60))
    switches.switch_on(row)
    assert [*found, claiming.anything_due()] == [True, False, True]
