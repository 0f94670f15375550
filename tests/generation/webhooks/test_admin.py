"""Webhooks in the hands of staff: entered, tested, rotated, looked at and sent again; and seen by nobody else."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.test import Client

from accounts.tenancy import scope
from generation.jobs import asking
from generation.models import Job, Status, WebhookDelivery, WebhookEndpoint
from tests import admin_rows
from tests.admin_rows import address, problems, sentences

pytestmark = pytest.mark.django_db
Clients = Callable[..., Client]
GIVEN = {"url": "https://hooks.example.com/a?b=1", "events": ["job.finished", "budget.reached"]}


def enter(client: Client, **changes: Any) -> Any:
    return client.post(address(WebhookEndpoint, "add"), {**GIVEN, **changes}, follow=True)


def shown(response: Any) -> list[str]:
    """Secrets that the page shows."""
    return re.findall(r"whsec_[\w-]+", response.content.decode())


@pytest.mark.parametrize("who", ["staff", "owner"])
def test_an_endpoint_is_entered_and_its_secret_shown_once(who: str, in_tenant: Any, client_for: Clients) -> None:
    client = client_for(who)
    response = enter(client)
    kept = WebhookEndpoint.objects.get()
    assert (kept.url, kept.events, kept.is_enabled, kept.tenant_id) == (
        GIVEN["url"], GIVEN["events"], True, in_tenant.tenant.id,
    )  # fmt: skip
    secret = kept.secret.reveal()
    assert (response.request["PATH_INFO"], shown(response)) == (address(WebhookEndpoint, "change", kept.pk), [secret])
    assert secret not in str(client.cookies)
    assert secret not in json.dumps([session.get_decoded() for session in Session.objects.all()])
    for page in (address(WebhookEndpoint, "change", kept.pk), address(WebhookEndpoint, "changelist")):
        again = client.get(page)
        assert (shown(again), kept.url in again.content.decode()) == ([], True)
    assert shown(client_for("owner").get(address(WebhookEndpoint, "change", kept.pk))) == []


def test_a_new_secret(in_tenant: Any, client_for: Clients) -> None:
    client = client_for("staff")
    row = admin_rows.endpoint("pebble")
    page = address(WebhookEndpoint, "rotate", row.pk)
    assert "Make a new signing secret?" in client.get(page).content.decode()
    row.refresh_from_db()
    assert row.secret.reveal() == "whsec_pebble", "looking at the dialog changes nothing"
    response = client.post(page, {"_form_submitted": "on"}, follow=True)
    row.refresh_from_db()
    assert shown(response) == [row.secret.reveal()]
    assert row.secret.reveal() != "whsec_pebble"
    assert shown(client.get(address(WebhookEndpoint, "change", row.pk))) == []


REFUSED = {
    "http://hooks.example.com/": "Write an address that begins with https://, like https://example.com/hooks.",
    "ftp://hooks.example.com/": "Write an address that begins with https://, like https://example.com/hooks.",
    "hooks.example.com": "Write an address that begins with https://, like https://example.com/hooks.",
    "https://": "Write an address that begins with https://, like https://example.com/hooks.",
    "https://[::1": "This is no address. Write one like https://example.com/hooks.",
    "https://example.com:99999/": "This is no address. Write one like https://example.com/hooks.",
    "https://me:secret@example.com/": "Write the address without a name, a password, or anything after “#”.",
    "https://example.com/#x": "Write the address without a name, a password, or anything after “#”.",
}
PRIVATE = [
    "https://127.0.0.1/", "https://localhost/", "https://LOCALHOST./", "https://127.1/", "https://2130706433/",
    "https://0x7f.1/", "https://[::1]/", "https://[::ffff:127.0.0.1]/", "https://10.0.0.1/", "https://192.168.0.1/",
    "https://169.254.169.254/latest", "https://100.64.0.1/", "https://[fd00::1]/", "https://printer.local/",
    "https://db.internal/", "https://intranet/", "https://a.localhost/",
]  # fmt: skip
REFUSED |= dict.fromkeys(PRIVATE, "This address is not on the public internet. Only public addresses are called.")


@pytest.mark.parametrize("url", REFUSED)
def test_an_address_that_is_not_called(url: str, in_tenant: Any, client_for: Clients) -> None:
    client = client_for("owner")
    assert problems(enter(client, url=url)) == {"url": [REFUSED[url]]}
    row = admin_rows.endpoint("pebble")
    change = address(WebhookEndpoint, "change", row.pk)
    assert problems(client.post(change, {**GIVEN, "url": url, "is_enabled": "on"})) == {"url": [REFUSED[url]]}
    assert WebhookEndpoint.objects.get().url == row.url


@pytest.mark.parametrize(
    "url", ["https://8.8.8.8/hooks", "https://hooks.example.com:8443/", "https://[2606:4700::1111]/"]
)
def test_an_address_that_is(url: str, in_tenant: Any, client_for: Clients) -> None:
    enter(client_for("owner"), url=url)
    assert WebhookEndpoint.objects.get().url == url


def test_what_else_is_wrong_is_a_sentence(in_tenant: Any, client_for: Clients) -> None:
    client = client_for("owner")
    enter(client)
    assert problems(enter(client)) == {"url": ["This address is entered already. Change that one."]}
    assert problems(enter(client, url="https://other.example.com/", events=[])) == {
        "events": ["This field is required."]
    }
    assert problems(enter(client, url="https://other.example.com/", events=["job.imagined"])) == {
        "events": ["Select a valid choice. job.imagined is not one of the available choices."]
    }
    # The same address is another tenant's own business.
    with scope(in_tenant.harbour):
        WebhookEndpoint.objects.create(url="https://shared.example.com/", events=[], secret="whsec_h")
    enter(client, url="https://shared.example.com/")
    assert WebhookEndpoint.objects.filter(url="https://shared.example.com/").count() == 1


def test_switched_off_it_says_why_and_on_again_it_begins_anew(in_tenant: Any, client_for: Clients) -> None:
    client = client_for("staff")
    row = admin_rows.endpoint("pebble")
    fields = {"is_enabled": False, "disabled_because": "The receiver answered 410.", "failed_in_a_row": 20}
    WebhookEndpoint.objects.filter(pk=row.pk).update(**fields)
    assert "Off. The receiver answered 410." in client.get(address(WebhookEndpoint, "changelist")).content.decode()
    client.post(
        address(WebhookEndpoint, "change", row.pk), {"url": row.url, "events": ["job.failed"], "is_enabled": "on"}
    )
    row.refresh_from_db()
    assert (row.is_enabled, row.disabled_because, row.failed_in_a_row, row.events) == (True, "", 0, ["job.failed"])
    assert row.secret.reveal() == "whsec_pebble"


def test_a_test_is_sent(in_tenant: Any, client_for: Clients) -> None:
    client = client_for("staff")
    row = admin_rows.endpoint("pebble")
    page = address(WebhookEndpoint, "send_test", row.pk)
    response = client.post(page, {"_form_submitted": "on"}, follow=True)
    assert sentences(response) == ["A test is on its way. Look at the deliveries for what becomes of it."]
    delivery = WebhookDelivery.objects.select_related("job").get()
    assert (delivery.event, delivery.endpoint_id, delivery.job.status) == ("test", row.pk, Status.QUEUED)
    WebhookEndpoint.objects.filter(pk=row.pk).update(is_enabled=False)
    response = client.post(page, {"_form_submitted": "on"}, follow=True)
    assert sentences(response) == ["This webhook is off. Switch it on first."]
    assert WebhookDelivery.objects.count() == 1


class TestLog:
    @pytest.fixture
    def row(self, in_tenant: Any) -> WebhookDelivery:
        """One that was given up, with the entries that the engine would have written."""
        made = admin_rows.delivery("pebble", status=Status.QUEUED)
        asking.reserve(made.job, made.job.run)
        WebhookDelivery.objects.filter(pk=made.pk).update(status_code=503, milliseconds=41)
        asking.cancel(made.job)
        return WebhookDelivery.objects.select_related("job").get()

    def test_what_a_delivery_says(self, row: WebhookDelivery, client_for: Clients) -> None:
        page = client_for("staff").get(address(WebhookDelivery, "change", row.pk)).content.decode()
        said = ("Cancelled", "503", "41 ms", str(row.event_id), "job.finished", row.endpoint.url, "Send again")
        assert [word for word in said if word not in page] == []
        assert shown(client_for("staff").get(address(WebhookDelivery, "change", row.pk))) == []

    def test_nobody_writes_in_it(self, row: WebhookDelivery, client_for: Clients) -> None:
        client = client_for("operator")
        assert client.get(address(WebhookDelivery, "add")).status_code == 404
        assert client.post(address(WebhookDelivery, "change", row.pk), {"said": "x"}).status_code == 404
        assert client.post(address(WebhookDelivery, "delete", row.pk), {"post": "yes"}).status_code == 404
        assert WebhookDelivery.objects.filter(pk=row.pk, said="pebble").exists()

    def test_it_is_sent_again(self, row: WebhookDelivery, client_for: Clients) -> None:
        client = client_for("staff")
        page = address(WebhookDelivery, "redeliver", row.pk)
        assert "Send this once more?" in client.get(page).content.decode()
        assert Job.objects.get(id=row.pk).attempt == 1
        response = client.post(page, {"_form_submitted": "on"}, follow=True)
        assert sentences(response) == ["1 delivery is on the way again."]
        assert Job.objects.filter(id=row.pk).values_list("status", "attempt", "request")[0] == (
            Status.QUEUED, 2, row.job.request,
        )  # fmt: skip
        response = client.post(page, {"_form_submitted": "on"}, follow=True)
        assert sentences(response) == [f"{row}: It is on its way already."]

    def test_also_what_was_taken_and_several(self, row: WebhookDelivery, client_for: Clients) -> None:
        Job.objects.filter(id=row.pk).update(status=Status.DONE)
        off = admin_rows.delivery("gravel", to=admin_rows.endpoint("gravel"), status=Status.DONE)
        WebhookEndpoint.objects.filter(pk=off.endpoint_id).update(is_enabled=False)
        data = {"action": "redeliver_chosen", "_selected_action": [str(row.pk), str(off.pk)]}
        response = client_for("staff").post(address(WebhookDelivery, "changelist"), data, follow=True)
        assert sorted(sentences(response)) == sorted(
            [f"{off}: Its webhook is off. Switch it on first.", "1 delivery is on the way again."]
        )
        assert {job.id: job.status for job in Job.objects.all()} == {row.pk: Status.QUEUED, off.pk: Status.DONE}

    def test_the_pages_of_jobs_know_deliveries(self, row: WebhookDelivery, client_for: Clients) -> None:
        client = client_for("staff")
        pages = [address(Job, "changelist"), address(Job, "change", row.pk), "/admin/"]
        assert [client.get(page).status_code for page in pages] == [200] * 3
        Job.objects.filter(id=row.pk).update(status=Status.FAILED)
        client.post(address(Job, "retry", row.pk), {"_form_submitted": "on"})
        assert Job.objects.get(id=row.pk).status == Status.QUEUED


class TestWalls:
    @pytest.fixture
    def theirs(self, world: Any) -> WebhookDelivery:
        with scope(world.harbour):
            return admin_rows.delivery("brinewhisper", status=Status.DONE)

    def test_another_tenants_are_not_found(self, theirs: WebhookDelivery, in_tenant: Any, client_for: Clients) -> None:
        admin_rows.delivery("pebble")
        for who in ("owner", "operator"):
            client = client_for(who)
            for model in (WebhookEndpoint, WebhookDelivery):
                page = client.get(address(model, "changelist")).content.decode()
                assert ("pebble" in page, "brinewhisper" in page) == (True, False)
            pages = [
                address(WebhookEndpoint, "change", theirs.endpoint_id), address(WebhookDelivery, "change", theirs.pk),
                address(WebhookEndpoint, "rotate", theirs.endpoint_id),
                address(WebhookEndpoint, "send_test", theirs.endpoint_id),
                address(WebhookDelivery, "redeliver", theirs.pk),
            ]  # fmt: skip
            for page in pages:
                assert client.get(page).status_code == 404
                assert client.post(page, {"_form_submitted": "on", **GIVEN}).status_code == 404
            data = {"action": "redeliver_chosen", "_selected_action": [str(theirs.pk)]}
            assert sentences(client.post(address(WebhookDelivery, "changelist"), data, follow=True)) == []
        with scope(in_tenant.harbour):
            assert WebhookEndpoint.objects.get().secret.reveal() == "whsec_brinewhisper"
            assert Job.objects.filter(kind="deliver").values_list("status", "attempt")[0] == (Status.DONE, 1)
        # The control: their own owner finds them.
        client = client_for("harbour-owner", host="harbour.localhost")
        assert "brinewhisper" in client.get(address(WebhookDelivery, "changelist")).content.decode()

    @pytest.mark.parametrize(("who", "answer"), [(None, 302), ("reader", 404), ("author", 404), ("harbour-owner", 302)])
    def test_who_comes_in(self, who: str | None, answer: int, in_tenant: Any, client_for: Clients) -> None:
        row = admin_rows.delivery("pebble")
        client = client_for(who)
        pages = [
            address(WebhookEndpoint, "changelist"), address(WebhookEndpoint, "add"),
            address(WebhookEndpoint, "change", row.endpoint_id), address(WebhookEndpoint, "rotate", row.endpoint_id),
            address(WebhookDelivery, "changelist"), address(WebhookDelivery, "redeliver", row.pk),
        ]  # fmt: skip
        assert [client.get(page).status_code for page in pages] == [answer] * len(pages)
        assert client.post(
            address(WebhookEndpoint, "rotate", row.endpoint_id), {"_form_submitted": "on"}
        ).status_code == (answer)
        assert WebhookEndpoint.objects.get().secret.reveal() == "whsec_pebble"

    @pytest.mark.parametrize("lookup", ["secret__startswith=g", "secret=g", "endpoint__secret=g"])
    def test_a_list_is_no_oracle(self, lookup: str, in_tenant: Any, client_for: Clients) -> None:
        model = WebhookDelivery if lookup.startswith("endpoint") else WebhookEndpoint
        assert client_for("owner").get(address(model, "changelist") + f"?{lookup}").status_code == 400
