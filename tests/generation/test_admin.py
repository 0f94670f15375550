"""Jobs in the hands of staff, and what a tier may use."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import AuditEvent, Cap, LedgerEntry, User
from accounts.tenancy import scope
from generation.jobs import asking, retrying
from generation.models import AiModel, Job, ModelGrant, Price, Status
from generation.providers.contract import Kind
from tests import admin_rows, factories

Clients = Callable[..., Client]
JOBS = "admin:generation_job_changelist"


def page(job: Job, part: str = "change") -> str:
    return f"/admin/generation/job/{job.pk}/{part}/"


def sentences(response: Any) -> list[str]:
    return [str(message) for message in response.context["messages"]]


def act(client: Client, action: str, *jobs: Job) -> list[str]:
    """What the list says after an action on the chosen rows."""
    data = {"action": action, "_selected_action": [str(job.pk) for job in jobs]}
    return sentences(client.post(reverse(JOBS), data, follow=True))


@pytest.fixture
def ended(in_tenant: Any, step: Any, toll: Any) -> Job:
    """A paid picture that was cancelled before it was sent."""
    return asking.cancel(factories.job(in_tenant.user("reader"), in_tenant.kids))


def entries(job: Job) -> list[tuple[int, str, int]]:
    return list(LedgerEntry.objects.filter(job_id=job.pk).values_list("attempt", "kind", "amount_micros"))


def test_a_job_is_tried_again_from_its_page(ended: Job, client_for: Clients) -> None:
    client = client_for("staff")
    asked = client.get(page(ended, "retry"))
    ended.refresh_from_db()
    assert (asked.status_code, "Try this job again?" in asked.content.decode()) == (200, True)
    assert ended.status == Status.CANCELLED, "looking at the dialog changes nothing"

    response = client.post(page(ended, "retry"), {"_form_submitted": "on"}, follow=True)

    ended.refresh_from_db()
    assert sentences(response) == ["The job was queued again."]
    assert (ended.status, ended.attempt) == (Status.QUEUED, 2)
    assert entries(ended) == [(1, "reserve", 1000), (1, "release", 0), (2, "reserve", 1000)]
    staff = User.objects.get(email="staff@example.com")
    acted = AuditEvent.objects.filter(verb="staff.acted").values_list("actor_id", "subject_id", "detail")
    assert list(acted) == [(staff.id, str(ended.id), {"said": "The job was queued again."})]


def test_the_dialog_is_told_where_to_go(ended: Job, client_for: Clients) -> None:
    """It posts by itself: a plain redirect would be drawn inside it."""
    response = client_for("staff").post(page(ended, "retry"), {"_form_submitted": "on"}, headers={"HX-Request": "true"})
    assert (response.status_code, response["HX-Redirect"]) == (200, page(ended))


def test_a_job_is_cancelled_from_its_page(ended: Job, client_for: Clients) -> None:
    retrying.retry(ended)
    response = client_for("staff").post(page(ended, "cancel"), {"_form_submitted": "on"}, follow=True)
    ended.refresh_from_db()
    assert sentences(response) == ["The job was cancelled."]
    assert (ended.status, ended.message) == (Status.CANCELLED, "Cancelled. Nothing was charged.")


@pytest.mark.parametrize("part", ["retry", "cancel"])
def test_a_button_needs_the_page_it_stands_on(part: str, ended: Job, client_for: Clients) -> None:
    client = client_for("staff", csrf=True)
    assert client.post(page(ended, part), {"_form_submitted": "on"}).status_code == 403
    ended.refresh_from_db()
    assert (ended.status, ended.attempt) == (Status.CANCELLED, 1)


@pytest.mark.parametrize(("who", "answer"), [(None, 302), ("reader", 404), ("harbour-owner", 302)])
def test_who_may_not_touch_a_job(who: str | None, answer: int, ended: Job, client_for: Clients) -> None:
    client = client_for(who)
    assert client.post(page(ended, "retry"), {"_form_submitted": "on"}).status_code == answer
    data = {"action": "retry_chosen", "_selected_action": [str(ended.pk)]}
    assert client.post(reverse(JOBS), data).status_code == answer
    ended.refresh_from_db()
    assert (ended.status, ended.attempt) == (Status.CANCELLED, 1)


def test_another_tenants_job_is_not_touched(ended: Job, client_for: Clients, world: Any) -> None:
    with scope(world.harbour):
        theirs = admin_rows.job("brinewhisper", status=Status.QUEUED)
        before = Job.objects.filter(pk=theirs.pk).values().get()
    client = client_for("owner")
    for part in ("retry", "cancel"):
        assert client.get(page(theirs, part)).status_code == 404
        assert client.post(page(theirs, part), {"_form_submitted": "on"}).status_code == 404
        assert act(client, f"{part}_chosen", theirs) == []
    with scope(world.harbour):
        assert Job.objects.filter(pk=theirs.pk).values().get() == before


@pytest.mark.parametrize(
    ("status", "buttons"),
    [
        (Status.QUEUED, {"cancel"}), (Status.PARKED, {"cancel"}), (Status.STORED, set()), (Status.DONE, set()),
        (Status.FAILED, {"retry"}), (Status.REFUSED, {"retry"}), (Status.UNKNOWN, {"retry"}),
    ],
)  # fmt: skip
def test_a_page_has_the_buttons_that_help(
    status: Status, buttons: set[str], in_tenant: Any, client_for: Clients
) -> None:
    job = admin_rows.job("pebble", status=status)
    html = client_for("staff").get(page(job)).content.decode()
    assert {part for part in ("retry", "cancel") if f'href="{page(job, part)}"' in html} == buttons


def test_refusals_are_sentences(ended: Job, client_for: Clients) -> None:
    client = client_for("staff")
    done = admin_rows.job("pebble", status=Status.DONE)
    queued = admin_rows.job("pebble", status=Status.QUEUED)
    assert act(client, "retry_chosen", done, queued) == [
        "1 job was not queued again: This is done already; there is nothing to try again.",
        "1 job was not queued again: It is under way already.",
    ]
    assert act(client, "cancel_chosen", done, ended) == ["2 jobs were not cancelled: It has ended already."]
    Cap.objects.filter(measure="micros").update(limit=0)
    assert act(client, "retry_chosen", ended) == [
        "1 job was not queued again: The budget for today is used up. Nothing was charged."
    ]
    response = client.post(page(ended, "retry"), {"_form_submitted": "on"}, follow=True)
    assert sentences(response) == ["The budget for today is used up. Nothing was charged."]
    AiModel.objects.filter(key="toll-paint").delete()
    assert act(client, "retry_chosen", ended) == [
        "1 job was not queued again: The model that made this is gone. Start the scene anew."
    ]


def test_what_waited_for_a_job_is_tried_again_with_it(
    in_tenant: Any, step: Any, toll: Any, client_for: Clients
) -> None:
    reader = in_tenant.user("reader")
    text = factories.job(reader, in_tenant.kids, kind=Kind.TEXT)
    picture = factories.job(reader, in_tenant.kids, needs=(text,))
    asking.cancel(text)
    assert act(client_for("staff"), "retry_chosen", text) == ["1 job was queued again."]
    assert [Job.objects.get(pk=job.pk).status for job in (text, picture)] == [Status.QUEUED, Status.WAITING]


def test_nobody_writes_a_job_by_hand(ended: Job, client_for: Clients) -> None:
    client = client_for("operator")
    before = Job.objects.filter(pk=ended.pk).values().get()
    assert client.get(reverse("admin:generation_job_add")).status_code == 404
    assert client.post(page(ended), {"status": "done", "cost_micros": "0"}).status_code == 404
    assert client.post(page(ended, "delete"), {"post": "yes"}).status_code == 404
    assert Job.objects.filter(pk=ended.pk).values().get() == before


def test_a_jobs_page_shows_what_staff_need(ended: Job, client_for: Clients) -> None:
    Job.objects.filter(pk=ended.pk).update(error_detail="Transient: <b>503</b>", error_class="transient")
    html = client_for("staff").get(page(ended)).content.decode()
    for shown in ("a brass key", "Transient: &lt;b&gt;503&lt;/b&gt;", "reader@example.com", "Toll paint", "0.001 USD"):
        assert shown in html, shown
    assert "<b>503</b>" not in html
    assert "(&#x27;" not in html, "no Python is shown to people"


def test_the_list_finds_what_failed(in_tenant: Any, client_for: Clients) -> None:
    rows = {status: admin_rows.job("pebble", status=status) for status in Status}
    client = client_for("staff")
    found = {
        stage: {job.status for job in client.get(reverse(JOBS), {"stage": stage}).context["cl"].result_list}
        for stage in ("active", "failed")
    }
    assert len(rows) == 10
    assert found == {
        "active": {"waiting", "queued", "running", "parked", "stored"},
        "failed": {"failed", "refused", "unknown"},
    }


def test_the_first_page_counts_this_tenant_only(in_tenant: Any, client_for: Clients) -> None:
    from django.utils import timezone

    now = timezone.now()
    mine = admin_rows.job("pebble", status=Status.FAILED, finished_at=now)
    admin_rows.job("pebble", status=Status.FAILED, finished_at=now - timezone.timedelta(hours=25))
    running = admin_rows.job("pebble", status=Status.PARKED)
    with scope(in_tenant.harbour):
        for status in (Status.FAILED, Status.FAILED, Status.PARKED, Status.PARKED):
            admin_rows.job("brinewhisper", status=status, finished_at=now)
    with scope(in_tenant.tenant):
        Cap.objects.create(pool="tenant", subject_id=in_tenant.tenant.id, period="day", limit=5_000_000)
    context = client_for("staff").get("/admin/").context
    said = {name: context[name] for name in ("running_count", "failed_count", "spent", "budget", "workers")}
    assert said == {"running_count": 1, "failed_count": 1, "spent": "0.00 USD", "budget": "5.00 USD", "workers": 0}
    with scope(in_tenant.tenant):
        assert (list(context["running"]), list(context["failed"])) == ([running], [mine])


# What a tier may use

ADD_GRANT = "admin:generation_modelgrant_add"


def problems(response: Any) -> dict[str, list[str]]:
    return {name: [str(e) for e in found] for name, found in response.context["adminform"].form.errors.items()}


def test_one_default_of_a_kind(in_tenant: Any, client_for: Clients) -> None:
    client = client_for("staff")
    old = ModelGrant.objects.get(tier=in_tenant.kids, kind="text")
    other = admin_rows.ai_model("pebble")
    given = {"tier": str(in_tenant.kids.pk), "model": str(other.pk)}
    assert problems(client.post(reverse(ADD_GRANT), {**given, "is_default": "on"})) == {
        "is_default": [
            "This tier has a default of this kind already. Save this one without the mark, then choose “Make default” in "
            "the list, which moves it."
        ]
    }
    assert client.post(reverse(ADD_GRANT), given).status_code == 302
    new = ModelGrant.objects.get(model=other)
    assert (new.kind, new.is_default, new.tenant_id) == ("text", False, in_tenant.tenant.id)
    assert problems(client.post(reverse(ADD_GRANT), given)) == {"model": ["This tier may use this model already."]}

    data = {"action": "make_default", "_selected_action": [str(new.pk)]}
    response = client.post(reverse("admin:generation_modelgrant_changelist"), data, follow=True)
    assert sentences(response) == [f"{other} is the default for text in The Small Shelf."]
    assert [ModelGrant.objects.get(pk=grant.pk).is_default for grant in (old, new)] == [False, True]
    data["_selected_action"] = [str(new.pk), str(old.pk)]
    response = client.post(reverse("admin:generation_modelgrant_changelist"), data, follow=True)
    assert sentences(response) == ["A tier has one default of each kind. Choose one of them."]


def test_a_price_is_written_in_the_currency(in_tenant: Any, client_for: Clients) -> None:
    model = admin_rows.ai_model("pebble")
    price = model.prices.get()
    response = client_for("operator").post(
        reverse("admin:generation_aimodel_change", args=[model.pk]),
        {
            "key": model.key, "name": model.name, "provider": "demo", "remote_name": "storyteller", "kind": "text",
            "is_enabled": "on", "prices-TOTAL_FORMS": "1", "prices-INITIAL_FORMS": "1", "prices-0-id": str(price.pk),
            "prices-0-model": str(model.pk), "prices-0-unit": "call", "prices-0-amount_micros": "0.04",
            "prices-0-per": "1000", "prices-0-currency": "USD", "prices-0-effective_from": "2026-01-01",
        },
    )  # fmt: skip
    assert response.status_code == 302
    assert list(Price.objects.filter(model=model).values_list("amount_micros", "per")) == [(40_000, 1000)]


def test_the_list_of_models_tells_what_becomes_of_them(in_tenant: Any, client_for: Clients) -> None:
    model = admin_rows.ai_model("pebble")
    Price.objects.create(model=model, unit="token", amount_micros=2_000_000, per=1_000_000, effective_from="2026-02-01")
    Price.objects.create(model=model, unit="call", amount_micros=9, effective_from="2099-01-01")
    AiModel.objects.filter(pk=model.pk).update(retires_on="2027-03-04", missing_since="2026-05-06")
    response = client_for("operator").get(reverse("admin:generation_aimodel_changelist"), {"q": model.key})
    html = response.content.decode()
    for shown in ("2 USD per million tokens", "March 4, 2027", "May 6, 2026", "Old"):
        assert shown in html, shown
    assert client_for("staff").get(reverse("admin:generation_aimodel_changelist")).status_code == 404


def test_a_grant_is_given_to_what_can_be_bought(in_tenant: Any, client_for: Clients) -> None:
    model, retired, disabled, strange = (admin_rows.ai_model("pebble") for _ in range(4))
    AiModel.objects.filter(pk=retired.pk).update(retires_on="2026-01-01")
    AiModel.objects.filter(pk=disabled.pk).update(is_enabled=False)
    AiModel.objects.filter(pk=strange.pk).update(provider="unheard-of")
    page = client_for("staff").get(reverse(ADD_GRANT))
    offered = dict(page.context["adminform"].form.fields["model"].choices)
    known = {getattr(value, "value", value): label for value, label in offered.items()}
    assert known[model.pk] == f"Text: {model.name} (Demo)"
    assert {retired.pk, disabled.pk, strange.pk} & set(known) == set()
    # One that was granted before it retired may be kept.
    grant = ModelGrant.objects.create(tier=in_tenant.kids, model=retired)
    page = client_for("staff").get(reverse("admin:generation_modelgrant_change", args=[grant.pk]))
    kept = {getattr(value, "value", value) for value, _ in page.context["adminform"].form.fields["model"].choices}
    assert {model.pk, retired.pk} <= kept
    assert disabled.pk not in kept


@pytest.mark.parametrize(("listed", "who"), [("aimodel", "operator"), ("modelgrant", "staff")])
def test_a_model_is_granted_to_every_tier(in_tenant: Any, client_for: Clients, listed: str, who: str) -> None:
    model = admin_rows.ai_model("pebble")
    first = ModelGrant.objects.create(tier=in_tenant.kids, model=model, is_default=False)
    row = model if listed == "aimodel" else first
    address = reverse(f"admin:generation_{listed}_changelist")
    data = {"action": "grant_to_every_tier", "_selected_action": [str(row.pk)]}
    assert sentences(client_for(who).post(address, data, follow=True)) == [
        f"{model} is granted to {in_tenant.classics.name}."
    ]
    with scope(in_tenant.tenant):
        grants = ModelGrant.objects.filter(model=model).values_list("tier__slug", "kind", "is_default")
        assert set(grants) == {("kids", "text", False), ("classics", "text", False)}
    assert sentences(client_for(who).post(address, data, follow=True)) == [f"Every tier has {model} already."]
    with scope(in_tenant.harbour):
        assert not ModelGrant.objects.filter(model=model).exists()
