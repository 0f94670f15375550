"""Viewing as somebody else: who may, what is shown, what is refused, how it ends, and what is on record of it."""

from __future__ import annotations

import time
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts import viewing
from accounts.actors import actor_for
from accounts.models import AuditEvent, Membership, Role, User
from accounts.tenancy import scope
from generation import live
from stories.models import Reading
from tests.admin_rows import address, member_of
from tests.stories import worker

pytestmark = pytest.mark.django_db
Clients = Callable[..., Client]
REASON = "She cannot find her story"


def row_of(user: User) -> Membership:
    return Membership.objects.select_related("user").get(user=user)


def begin(client: Client, user: User, reason: str = REASON) -> Any:
    page = address(Membership, "change", row_of(user).pk).replace("/change/", "/view_as/")
    return client.post(page, {"_form_submitted": "on", "reason": reason})


def seen_by(client: Client) -> Any:
    return client.get("/").context["actor"].user_id


def events() -> list[tuple[str, Any, Any, Any]]:
    found = AuditEvent.objects.filter(verb__startswith="view-as").order_by("at")
    return [(event.verb, event.actor_id, event.acting_as_id, event.about_id) for event in found]


def test_from_the_members_page_to_the_end(in_tenant: Any, client_for: Clients) -> None:
    staff, reader = in_tenant.user("staff"), in_tenant.user("reader")
    scene = worker.opened(reader, in_tenant.kids)
    private = reverse("scene", kwargs={"tier": "kids", "scene_id": scene.id})
    client = client_for("staff")
    assert (begin(client, reader).status_code, seen_by(client)) == (302, reader.id)
    shown = client.get(private)
    banner = shown.content.decode()
    assert shown.status_code == 200
    assert [word in banner for word in ("You see this as", REASON, "UTC", "End it")] == [True] * 4
    ended = client.post("/account/view-as/end")
    assert ended["Location"] == address(Membership, "change", row_of(reader).pk)
    assert seen_by(client) == staff.id
    assert "You see this as" not in client.get("/").content.decode()
    assert events() == [
        ("view-as.began", staff.id, None, reader.id),
        ("view-as.saw", staff.id, reader.id, reader.id),
        ("view-as.saw", staff.id, reader.id, reader.id),
        ("view-as.ended", staff.id, None, reader.id),
    ]
    saw = AuditEvent.objects.filter(verb="view-as.saw").order_by("at")
    assert [event.detail for event in saw] == [{"path": "/"}, {"path": private}]
    assert AuditEvent.objects.get(verb="view-as.began").detail["reason"] == REASON


def test_it_only_looks(in_tenant: Any, client_for: Clients) -> None:
    reader = in_tenant.user("reader")
    scene = worker.opened(reader, in_tenant.kids)
    choice = scene.choices.first()
    choose = reverse("choose", kwargs={"tier": "kids", "scene_id": scene.id, "choice_id": choice.id})
    client = client_for("staff")
    begin(client, reader)
    before = (scene.story.scenes.count(), list(Reading.objects.values()))
    told = {path: client.post(path).status_code for path in (choose, "/kids/story/start/", "/sign-in/")}
    told |= {path: client.get(path).status_code for path in (
        "/admin/", "/account/data/", "/account/keys/", "/account/api-keys/", "/account/leave/", "/api/v1/jobs", "/v1/models",
        "/api/docs",
    )}  # fmt: skip
    assert set(told.values()) == {403}, told
    assert viewing.LOOKING in client.post(choose).content.decode().replace("&#x27;", "'")
    assert client.get("/api/v1/jobs").json()["error"] == viewing.LOOKING
    assert (scene.story.scenes.count(), list(Reading.objects.values())) == before
    client.post("/account/view-as/end")
    assert client.post("/sign-in/", {"email": "x"}).status_code == 422, (
        "the control: without it the same is let through"
    )


def test_a_program_with_a_token_knows_nothing_of_it(in_tenant: Any, client_for: Clients) -> None:
    from accounts import tokens

    staff = in_tenant.user("staff")
    bearer = f"Bearer {tokens.begin(staff, in_tenant.tenant)['access']}"
    begin(client_for("staff"), in_tenant.user("reader"))
    assert Client(HTTP_HOST="localhost").get("/api/v1/jobs", headers={"authorization": bearer}).status_code == 200


@pytest.mark.parametrize(
    ("who", "whom", "may"),
    [
        ("staff", Role.READER, True), ("staff", Role.GUEST, True), ("staff", Role.STAFF, True),
        ("staff", Role.OWNER, False), ("owner", Role.STAFF, True), ("owner", Role.OWNER, True),
        ("author", Role.READER, False), ("operator", Role.OWNER, True),
    ],
)  # fmt: skip
def test_nobody_sees_with_more_rights_than_their_own(in_tenant: Any, who: str, whom: Role, may: bool) -> None:
    actor = actor_for(in_tenant.user(who), in_tenant.tenant)
    assert viewing.may_view(actor, row_of(member_of(whom))) is may


def test_nor_as_an_operator_nor_as_oneself_nor_across_tenants(in_tenant: Any, client_for: Clients) -> None:
    owner = actor_for(in_tenant.user("owner"), in_tenant.tenant)
    operator = in_tenant.user("operator")
    Membership.objects.create(user=operator, role=Role.READER)
    with scope(in_tenant.harbour):
        theirs = row_of(in_tenant.user("harbour-owner"))
    mine = row_of(in_tenant.user("owner"))
    assert [viewing.may_view(owner, row) for row in (row_of(operator), mine, theirs)] == [False] * 3
    client = client_for("owner")
    page = address(Membership, "change", theirs.pk)
    assert client.get(page).status_code == 404
    assert begin(client, operator).status_code == 404
    assert seen_by(client) == in_tenant.user("owner").id


def test_without_a_reason_it_does_not_begin(in_tenant: Any, client_for: Clients) -> None:
    client = client_for("staff")
    assert (begin(client, in_tenant.user("reader"), reason=" ").status_code, events()) == (200, [])
    assert seen_by(client) == in_tenant.user("staff").id


class TestItsEnd:
    @pytest.fixture
    def looking(self, in_tenant: Any, client_for: Clients) -> Client:
        client = client_for("staff")
        begin(client, in_tenant.user("reader"))
        return client

    def test_after_half_an_hour(self, in_tenant: Any, looking: Client, monkeypatch: pytest.MonkeyPatch) -> None:
        now = time.time()
        monkeypatch.setattr(viewing, "time", SimpleNamespace(time=lambda: now + viewing.LONGEST_SECONDS - 60))
        assert seen_by(looking) == in_tenant.user("reader").id
        monkeypatch.setattr(viewing, "time", SimpleNamespace(time=lambda: now + viewing.LONGEST_SECONDS + 1))
        refused = looking.post("/kids/story/start/")
        assert (refused.status_code, viewing.OVER in refused.content.decode()) == (403, True)
        assert seen_by(looking) == in_tenant.user("staff").id
        assert AuditEvent.objects.get(verb="view-as.ended").detail == {"why": "expired"}

    def test_with_the_rights_of_whoever_looks(self, in_tenant: Any, looking: Client) -> None:
        Membership.objects.filter(user=in_tenant.user("staff")).update(role=Role.READER)
        assert seen_by(looking) == in_tenant.user("staff").id
        assert AuditEvent.objects.get(verb="view-as.ended").detail == {"why": "no longer allowed"}

    def test_with_the_membership_of_whom_they_look_as(self, in_tenant: Any, looking: Client) -> None:
        row_of(in_tenant.user("reader")).delete()
        assert seen_by(looking) == in_tenant.user("staff").id

    def test_by_signing_out(self, in_tenant: Any, looking: Client) -> None:
        looking.post("/sign-out/")
        assert seen_by(looking) is None
        assert AuditEvent.objects.get(verb="sign-out").actor_id == in_tenant.user("staff").id

    def test_sockets_have_the_same_eyes(self, in_tenant: Any, looking: Client, monkeypatch: pytest.MonkeyPatch) -> None:
        ears = {"session": looking.session}
        assert live._fresh_user(ears, in_tenant.tenant).pk == in_tenant.user("reader").id
        later = time.time() + viewing.LONGEST_SECONDS + 1
        monkeypatch.setattr(viewing, "time", SimpleNamespace(time=lambda: later))
        assert not live._fresh_user(ears, in_tenant.tenant).is_authenticated
