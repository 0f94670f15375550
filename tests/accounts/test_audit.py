"""The audit log: what is on record, what never is, and that nothing is taken out. On PostgreSQL too: the triggers differ."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client

from accounts import audit, second_factor
from accounts.models import AuditEvent, Membership, Tenant, TenantRemoval, Tier, User
from accounts.models.audit import AppendOnly
from accounts.models.second_factor import SecondFactor
from accounts.tenancy import across_tenants, scope
from config.seeding.planting import demo_password
from generation.models import ProviderKey
from generation.providers.contract import Kind
from stories import showing
from stories.models import Story
from tests.admin_rows import address
from tests.stories import worker

pytestmark = pytest.mark.django_db
Clients = Callable[..., Client]
MARK = "quillon-seventeen"


def recorded(*beginnings: str) -> list[tuple[str, Any, Any, Any]]:
    """(verb, actor, about, detail), the oldest first."""
    rows = AuditEvent.objects.order_by("at").values_list("verb", "actor_id", "about_id", "detail")
    return [row for row in rows if row[0].startswith(beginnings or ("",))]


class TestSigningIn:
    def test_who_came_in_who_did_not_and_who_went(self, in_tenant: Any) -> None:
        reader, browser = in_tenant.user("reader"), Client(HTTP_HOST="localhost")
        given = {"email": "Reader@example.com", "password": demo_password()}
        browser.post("/sign-in/", {**given, "password": MARK})
        browser.post("/sign-in/", {"email": f"{MARK}@example.com", "password": MARK})
        browser.post("/sign-in/", {"email": "harbour-owner@example.com", "password": demo_password()})
        browser.post("/sign-in/", given)
        browser.post("/sign-out/")
        Client(HTTP_HOST="localhost").post("/auth/login", json.dumps(given), content_type="application/json")

        def failed(email: str, because: str) -> dict[str, str]:
            return {"because": because, "email_hash": audit.keyed("email", email)[:32]}

        assert recorded("sign") == [
            ("sign-in.failed", None, reader.id, failed("reader@example.com", "password")),
            ("sign-in.failed", None, None, failed(f"{MARK}@example.com", "password")),
            ("sign-in.failed", None, None, failed("harbour-owner@example.com", "no member here")),
            ("sign-in.succeeded", reader.id, reader.id, {"to": "pages"}),
            ("sign-out", reader.id, reader.id, {}),
            ("sign-in.succeeded", reader.id, reader.id, {"to": "programs"}),
        ]
        events = AuditEvent.objects.filter(verb__startswith="sign")
        assert {event.address for event in events} == {audit.keyed("address", "127.0.0.1")[:32]}
        assert MARK not in str(list(events.values()))
        with scope(in_tenant.harbour):
            assert recorded() == []


def test_what_people_change_of_their_account_and_where(in_tenant: Any) -> None:
    reader = in_tenant.user("reader")
    SecondFactor.objects.create(user=reader, secret="JBSWY3DPEHPK3PXP", confirmed=True)
    second_factor.switch_off(reader)
    SecondFactor.objects.create(user=reader, secret="JBSWY3DPEHPK3PXP", confirmed=True)
    with across_tenants("a change outside of any tenant is on nobody's record"):
        second_factor.switch_off(reader)
    assert recorded() == [("second-factor.off", None, reader.id, {})]


class TestAppendOnly:
    @pytest.mark.parametrize(
        "statement",
        ["UPDATE accounts_auditevent SET verb = 'staff.acted'", "DELETE FROM accounts_auditevent"],
        ids=["update", "delete"],
    )
    def test_the_database_itself_refuses(self, in_tenant: Any, statement: str) -> None:
        audit.write("staff.added")
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            connection.cursor().execute(statement)
        assert recorded() == [("staff.added", None, None, {})]

    def test_so_do_the_row_and_its_queries(self, in_tenant: Any) -> None:
        event = audit.write("staff.added")
        with pytest.raises(AppendOnly):
            event.save()
        with pytest.raises(AppendOnly):
            event.delete()
        for change in (lambda: AuditEvent.objects.update(verb="x"), lambda: AuditEvent.objects.all().delete()):
            with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
                change()
        assert recorded() == [("staff.added", None, None, {})]

    def test_a_whole_tenant_goes_and_no_other(self, in_tenant: Any) -> None:
        audit.write("staff.added")
        with scope(in_tenant.harbour):
            audit.write("staff.deleted")
        assert audit.forget_tenant(in_tenant.harbour) == 1
        assert [len(recorded()), TenantRemoval.objects.count()] == [1, 0]
        with scope(in_tenant.harbour):
            assert recorded() == []
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            AuditEvent.objects.all().delete()


class TestChangesByStaff:
    def test_before_and_after(self, in_tenant: Any, client_for: Clients) -> None:
        tier, staff = in_tenant.kids, in_tenant.user("staff")
        page = address(Tier, "change", tier.pk)
        form = client_for("staff").get(page).context["adminform"].form
        given = {name: value for name, value in form.initial.items() if value is not None and value is not False}
        client_for("staff").post(page, {**given, "guidelines": "Kind words only.", "position": "7"})
        event = AuditEvent.objects.get(verb="staff.changed")
        assert (event.actor_id, event.actor_role, event.subject_kind, event.subject_id, event.subject_words) == (
            staff.id, "staff", "accounts.tier", str(tier.pk), tier.name,
        )  # fmt: skip
        assert event.detail == {
            "changes": {"guidelines": [tier.guidelines, "Kind words only."], "position": [tier.position, 7]}
        }

    def test_roles_are_shown_and_people_are_not_named(self, in_tenant: Any, client_for: Clients) -> None:
        row = Membership.objects.get(user=in_tenant.user("reader"))
        client_for("owner").post(address(Membership, "change", row.pk), {"role": "author"})
        client_for("owner").post(address(Membership, "delete", row.pk), {"post": "yes"})
        said = AuditEvent.objects.filter(subject_kind="accounts.membership").order_by("at")
        assert [(one.verb, one.about_id, one.detail) for one in said] == [
            ("staff.changed", row.user_id, {"changes": {"role": ["reader", "author"]}}),
            ("staff.deleted", row.user_id, {}),
        ]
        assert "reader@example" not in str(list(AuditEvent.objects.values()))

    def test_secrets_are_named_and_not_shown(self, in_tenant: Any, client_for: Clients) -> None:
        operator = client_for("operator")
        person = in_tenant.user("reader")
        operator.post(
            address(User, "change", person.pk),
            {"email": f"{MARK}@example.com", "is_active": "on", "new_password": f"{MARK} long enough"},
        )
        client_for("owner").post(
            address(ProviderKey, "add"), {"provider": "openai", "new_key": f"sk-{MARK}-key", "is_enabled": "on"}
        )
        hidden = ["(not shown)", "(not shown)"]
        changed = AuditEvent.objects.get(verb="staff.changed").detail["changes"]
        assert (changed["email"], changed["new_password"]) == (hidden, hidden)
        added = AuditEvent.objects.get(verb="staff.added", subject_kind="generation.providerkey")
        assert added.detail["changes"] == {"provider": [None, "openai"], "new_key": hidden}
        assert recorded("provider-key")[0][3] == {"provider": "openai", "of": "tenant"}
        assert MARK not in str(list(AuditEvent.objects.values()))

    def test_what_an_operator_changes_from_another_host_stands_with_whom_it_concerns(
        self, in_tenant: Any, client_for: Clients
    ) -> None:
        page = address(Tenant, "change", in_tenant.harbour.pk)
        form = client_for("operator").get(page).context["adminform"].form
        given = {name: value for name, value in form.initial.items() if value is not None and value is not False}
        inline = {f"domains-{name}": "0" for name in ("TOTAL_FORMS", "INITIAL_FORMS")}
        client_for("operator").post(page, {**given, **inline, "tagline": "Salt"})
        for tenant in (in_tenant.tenant, in_tenant.harbour):
            with scope(tenant):
                assert [one[0] for one in recorded("staff")] == ["staff.changed"]

    def test_a_button_and_its_verb_are_one_event(self, in_tenant: Any, client_for: Clients) -> None:
        scene = worker.finished(in_tenant.user("reader"), in_tenant.kids)
        page = address(Story, "changelist")
        client_for("staff").post(
            page, {"action": "hide_chosen", "_selected_action": [str(scene.story_id)], "reason": MARK}
        )
        staff = in_tenant.user("staff").id
        assert recorded("staff", "story") == [("story.hidden", staff, in_tenant.user("reader").id, {})]


def test_stories_shown_and_taken_back(in_tenant: Any) -> None:
    from accounts.actors import actor_for

    story = worker.finished(in_tenant.user("author"), in_tenant.kids).story
    owner = actor_for(in_tenant.user("owner"), in_tenant.tenant)
    showing.publish(actor=owner, story=story)
    showing.withdraw(actor=owner, story=story)
    showing.hide(actor=owner, thing=story, reason=MARK)
    showing.restore(actor=owner, thing=story)
    found = [one[0] for one in recorded("story")]
    assert found == ["story.published", "story.withdrawn", "story.hidden", "story.restored"]


class TestProviders:
    def test_each_attempt_with_its_cost_and_a_hash_of_its_prompt(self, in_tenant: Any, toll: Any) -> None:
        from generation.drain import drain_here
        from generation.models import Job
        from generation.providers.errors import Refused
        from tests import factories

        reader = in_tenant.user("reader")
        toll.script[Kind.IMAGE] = [Refused("no")]
        first = factories.story(reader, in_tenant.kids, prompt=f"{MARK} finds a key")
        drain_here()
        jobs = {job.kind: job for job in Job.objects.filter(run__topic_id=first.story_id)}
        events = AuditEvent.objects.filter(verb="provider.called").order_by("at")
        text = jobs["text"]
        told = {event.detail["kind"]: event for event in events}
        assert [event.detail["kind"] for event in events] == ["text", "image"]
        assert {event.actor_id for event in events} == {reader.id}
        assert told["text"].subject_id == str(text.id)
        assert told["text"].detail == {
            "provider": "toll", "model": "toll-words", "kind": "text", "attempt": 1, "outcome": "delivered",
            "hold_micros": 1000, "cost_micros": text.cost_micros,
            "prompt_hash": audit.keyed("prompt", text.request["prompt"]),
        }  # fmt: skip
        refused = told["image"].detail
        assert (refused["outcome"], refused["cost_micros"], refused["error"]) == ("not charged", 0, "refused")
        assert MARK in text.request["prompt"]
        assert MARK not in str(list(events.values()))


class TestTheAdmin:
    def test_owners_read_it_with_names_that_go_with_their_people(self, in_tenant: Any, client_for: Clients) -> None:
        reader = in_tenant.user("reader")
        audit.write("key.made", actor=reader.id, about=reader.id)
        with scope(in_tenant.harbour):
            audit.write("staff.added", subject=audit.Subject("a.kind", "1", MARK))
        owner, listed = client_for("owner"), address(AuditEvent, "changelist")
        shown = owner.get(f"{listed}?what=keys").content.decode()
        assert ("reader@example.com" in shown, MARK in shown) == (True, False)
        assert "key.made" in owner.get(f"{listed}?q=reader@example").content.decode()
        Membership.objects.get(user=reader).delete()
        shown = owner.get(f"{listed}?what=keys").content.decode()
        assert ("reader@example.com" in shown, "somebody who left" in shown) == (False, True)

    def test_as_csv_and_for_owners_alone(self, in_tenant: Any, client_for: Clients) -> None:
        audit.write("key.made", subject=audit.Subject("a.kind", "1", "=1+1"))
        audit.write("staff.added")
        with scope(in_tenant.harbour):
            audit.write("staff.added", subject=audit.Subject("a.kind", "1", MARK))
        page = address(AuditEvent, "csv")
        answer = client_for("owner").get(f"{page}?what=keys")
        rows = list(csv.DictReader(io.StringIO(b"".join(answer.streaming_content).decode())))
        assert [(row["verb"], row["subject_words"]) for row in rows] == [("key.made", "'=1+1")]
        assert client_for("staff").get(page).status_code == 404
