"""API keys: issued, shown once, revoked; the page of them and the staff's list."""

from __future__ import annotations

import hashlib
import logging
import re
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import reverse

from accounts import api_keys
from accounts.bearers import BadBearer, known
from accounts.models import ApiKey, AuditEvent, Membership, Role
from accounts.scopes import SENTENCES, Scope
from accounts.tenancy import scope
from tests.admin_rows import address, sentences

pytestmark = pytest.mark.django_db
Clients = Callable[..., Client]
SHAPE = re.compile(r"fw_[a-z0-9]{10}_[A-Za-z0-9]{40}")


def membership(world: Any, name: str = "author") -> Membership:
    return Membership.objects.get(user=world.user(name))


class TestIssuing:
    def test_a_key_is_kept_as_a_digest(self, in_tenant: Any) -> None:
        key, text = api_keys.issue(membership=membership(in_tenant), name="Covers", scopes=[Scope.READ, Scope.GENERATE])
        assert SHAPE.fullmatch(text)
        _, prefix, secret = text.split("_")
        kept = ApiKey.objects.values().get()
        assert {**kept, "created_at": None} == {
            "id": key.id, "tenant_id": in_tenant.tenant.id, "membership_id": membership(in_tenant).id, "name": "Covers",
            "prefix": prefix, "digest": hashlib.sha256(secret.encode()).hexdigest(), "scopes": ["generate", "read"],
            "nonce": key.nonce, "created_at": None, "last_used_at": None, "revoked_at": None,
        }  # fmt: skip
        assert secret not in str(kept)
        assert api_keys.find(text) == key

    def test_no_two_are_alike(self, in_tenant: Any) -> None:
        texts = {api_keys.issue(membership=membership(in_tenant), name="x", scopes=["read"])[1] for _ in range(20)}
        assert (len(texts), ApiKey.objects.count()) == (20, 20)

    @pytest.mark.parametrize(("role", "may"), [("owner", 1), ("staff", 1), ("author", 1), ("reader", 0), ("guest", 0)])
    def test_is_for_authors_and_more(self, role: str, may: int, in_tenant: Any) -> None:
        Membership.objects.filter(user=in_tenant.user("reader")).update(role=role)
        try:
            api_keys.issue(membership=membership(in_tenant, "reader"), name="x", scopes=["read"])
        except api_keys.CannotIssue as refused:
            assert str(refused) == "Keys are for authors. Ask the staff of this library for the role."
        assert ApiKey.objects.count() == may

    def test_one_form_makes_one_key(self, in_tenant: Any) -> None:
        nonce, mine, theirs = uuid.uuid4(), membership(in_tenant), membership(in_tenant, "staff")
        api_keys.issue(membership=mine, name="x", scopes=["read"], nonce=nonce)
        with pytest.raises(api_keys.IssuedAlready):
            api_keys.issue(membership=mine, name="y", scopes=["play"], nonce=nonce)
        api_keys.issue(membership=theirs, name="x", scopes=["read"], nonce=nonce)  # another's form
        assert ApiKey.objects.count() == 2

    def test_has_an_end(self, in_tenant: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(api_keys, "LIVE_MAX", 2)
        mine = membership(in_tenant)
        keys = [api_keys.issue(membership=mine, name="x", scopes=["read"])[0] for _ in range(2)]
        with pytest.raises(api_keys.CannotIssue, match="You have 2 keys that are in use"):
            api_keys.issue(membership=mine, name="x", scopes=["read"])
        api_keys.revoke(keys[0])
        api_keys.issue(membership=mine, name="x", scopes=["read"])

    def test_needs_a_scope_that_there_is(self, in_tenant: Any) -> None:
        with pytest.raises(api_keys.CannotIssue, match="at least one"):
            api_keys.issue(membership=membership(in_tenant), name="x", scopes=[])
        with pytest.raises(ValueError, match="fly"):
            api_keys.issue(membership=membership(in_tenant), name="x", scopes=["fly"])  # type: ignore[list-item]
        assert ApiKey.objects.count() == 0


def test_every_scope_has_its_sentence() -> None:
    assert set(SENTENCES) == set(Scope)


class TestThePage:
    HOSTILE = '"><script>alert(1)</script>'

    def new(self, client: Client, **given: Any) -> Any:
        form = {"name": "Covers", "scopes": ["read", "generate"], "nonce": str(uuid.uuid4()), **given}
        return client.post(reverse("api-key-new"), form)

    def test_made_shown_once_and_revoked(self, in_tenant: Any, client_for: Clients) -> None:
        author = client_for("author")
        page = author.get(reverse("api-keys"))
        assert ("You have none here." in page.content.decode(), "no-store" in page["Cache-Control"]) == (True, True)
        answer = self.new(author)
        assert (answer.status_code, "no-store" in answer["Cache-Control"]) == (200, True)
        (text,) = set(SHAPE.findall(answer.content.decode()))
        assert known(text, in_tenant.tenant).user == in_tenant.user("author")
        later = author.get(reverse("api-keys")).content.decode()
        assert (SHAPE.findall(later), f"fw_{text.split('_')[1]}_…" in later) == ([], True)
        key = ApiKey.objects.get()
        answer = author.post(reverse("api-key-revoke"), {"key": str(key.id)})
        assert (answer.status_code, answer["Location"]) == (302, "/account/api-keys/")
        assert "The key “Covers” is revoked." in author.get("/account/api-keys/").content.decode()
        with pytest.raises(BadBearer, match="revoked"):
            known(text, in_tenant.tenant)

    def test_sent_twice_it_is_one_key_that_cannot_be_shown_again(self, in_tenant: Any, client_for: Clients) -> None:
        author, nonce = client_for("author"), str(uuid.uuid4())
        answers = [self.new(author, nonce=nonce) for _ in range(2)]
        assert [answer.status_code for answer in answers] == [200, 409]
        again = answers[1].content.decode()
        assert (SHAPE.findall(again), "exists already and cannot be shown again" in again) == ([], True)
        assert ApiKey.objects.count() == 1

    def test_the_form_on_the_page_is_what_makes_it(self, in_tenant: Any, client_for: Clients) -> None:
        """Without scripts, and with the browser's own token."""
        author = client_for("author", csrf=True)
        page = author.get(reverse("api-keys")).content.decode()
        fields = {name: re.search(rf'name="{name}" value="([^"]+)"', page) for name in ("nonce", "csrfmiddlewaretoken")}
        given = {name: found.group(1) for name, found in fields.items() if found}
        assert self.new(author, **given).status_code == 200
        assert author.post(reverse("api-key-new"), {"name": "x"}).status_code == 403

    def test_the_secret_is_nowhere_else(
        self, in_tenant: Any, client_for: Clients, caplog: pytest.LogCaptureFixture
    ) -> None:
        caplog.set_level(logging.DEBUG)
        author = client_for("author")
        answer = self.new(author)
        (text,) = set(SHAPE.findall(answer.content.decode()))
        secret = text.rsplit("_", 1)[1]
        author.get(reverse("api-keys"), HTTP_AUTHORIZATION=f"Bearer {text}")
        assert secret not in str(dict(author.session)) + str(answer.headers) + str(answer.cookies) + caplog.text
        assert not [one for one in Session.objects.all() if secret in str(one.get_decoded())]
        assert secret not in str(list(ApiKey.objects.values()))

    def test_names_are_escaped(self, in_tenant: Any, client_for: Clients) -> None:
        author = client_for("author")
        shown = [self.new(author, name=self.HOSTILE), author.get(reverse("api-keys"))]
        shown.append(self.new(author, name=self.HOSTILE, scopes=[]))
        assert [self.HOSTILE in answer.content.decode() for answer in shown] == [False] * 3
        assert all("&lt;script&gt;" in answer.content.decode() for answer in shown)
        client_for("author").post(reverse("api-key-revoke"), {"key": str(ApiKey.objects.get().id)})
        assert self.HOSTILE not in author.get(reverse("api-keys")).content.decode()

    def test_what_is_wrong_is_a_sentence(self, in_tenant: Any, client_for: Clients) -> None:
        author, old = client_for("author"), ["This form is too old. Fill it in once more."]
        cases: list[tuple[dict[str, Any], dict[str, list[str]]]] = [
            ({"name": " "}, {"name": ["Give the key a name, so that you can tell later what uses it."]}),
            ({"name": "x" * 81}, {"name": ["Choose a name of at most 80 characters."]}),
            ({"name": "a\x00"}, {"name": ["Null characters are not allowed."]}),
            ({"scopes": []}, {"scopes": ["Choose at least one thing that the key may do."]}),
            ({"scopes": ["fly"]}, {"scopes": ["Select a valid choice. fly is not one of the available choices."]}),
            ({"nonce": "x"}, {"nonce": old}),
            ({"nonce": ""}, {"nonce": old}),
        ]
        for given, expected in cases:
            answer = self.new(author, **given)
            assert (answer.status_code, dict(answer.context["form"].errors)) == (422, expected)
            assert all(sentence in answer.content.decode() for (sentence,) in expected.values())
        assert ApiKey.objects.count() == 0

    def test_what_was_typed_stays(self, in_tenant: Any, client_for: Clients) -> None:
        page = self.new(client_for("author"), name="Covers", scopes=["play", "fly"])
        boxes = {box["name"]: box["is_chosen"] for box in page.context["form"].offered()}
        assert (boxes, 'value="Covers"' in page.content.decode()) == (
            {"read": False, "generate": False, "play": True}, True,
        )  # fmt: skip

    def test_everybody_sees_and_revokes_their_own_only(self, in_tenant: Any, client_for: Clients) -> None:
        key, _ = api_keys.issue(membership=membership(in_tenant), name="Mine alone", scopes=["read"])
        for who in ("staff", "owner"):
            other = client_for(who)
            assert "Mine alone" not in other.get(reverse("api-keys")).content.decode()
            assert other.post(reverse("api-key-revoke"), {"key": str(key.id)}).status_code == 404
        with scope(in_tenant.harbour):
            Membership.objects.create(user=in_tenant.user("author"), role=Role.AUTHOR)
        there = client_for("author", host="harbour.localhost")
        assert "Mine alone" not in there.get(reverse("api-keys")).content.decode()
        assert there.post(reverse("api-key-revoke"), {"key": str(key.id)}).status_code == 404
        author = client_for("author")
        assert [author.post(reverse("api-key-revoke"), {"key": key}).status_code for key in ("", "x")] == [404, 404]
        assert "Mine alone" in author.get(reverse("api-keys")).content.decode()
        assert ApiKey.objects.get().revoked_at is None

    @pytest.mark.parametrize(
        ("who", "answer", "is_linked"),
        [
            (None, 302, False),
            ("reader", 403, False),
            ("author", 200, True),
            ("staff", 200, True),
            ("operator", 404, False),
        ],
    )
    def test_who_has_one(self, who: str | None, answer: int, is_linked: bool, world: Any, client_for: Clients) -> None:
        """An operator who is no member has nothing that a key could belong to."""
        client = client_for(who)
        assert client.get(reverse("api-keys")).status_code == answer
        assert ('href="/account/api-keys/"' in client.get("/").content.decode()) == is_linked


class TestStaff:
    def test_list_and_revoke(self, in_tenant: Any, client_for: Clients) -> None:
        staff = client_for("staff")
        key, text = api_keys.issue(membership=membership(in_tenant), name="Covers", scopes=["read", "play"])
        kept, _ = api_keys.issue(membership=membership(in_tenant), name="Kept", scopes=["read"])
        pages = [staff.get(address(ApiKey, "changelist")), staff.get(address(ApiKey, "change", key.pk))]
        for page in pages:
            shown = page.content.decode()
            for word in ("Covers", f"fw_{key.prefix}_", "author@example.com", "play, read"):
                assert word in shown
            assert (key.digest in shown, text in shown, text.rsplit("_", 1)[1] in shown) == (False, False, False)
        given = {"action": "revoke_chosen", "_selected_action": [str(key.pk)]}
        answer = staff.post(address(ApiKey, "changelist"), given, follow=True)
        assert sentences(answer) == ["Revoked: 1 of 1. What uses them gets in no more."]
        assert [ApiKey.objects.get(pk=row.pk).revoked_at is None for row in (key, kept)] == [False, True]
        recorded = AuditEvent.objects.filter(subject_id=str(key.pk), verb="key.revoked").values_list(
            "actor_id", flat=True
        )
        assert list(recorded) == [in_tenant.user("staff").id]
        again = staff.post(address(ApiKey, "changelist"), given, follow=True)
        assert sentences(again) == ["Revoked: 0 of 1. What uses them gets in no more."]
        found = {state: staff.get(address(ApiKey, "changelist") + f"?state={state}") for state in ("live", "revoked")}
        told = {state: [row.name for row in page.context["cl"].result_list] for state, page in found.items()}
        assert told == {"live": ["Kept"], "revoked": ["Covers"]}

    def test_nobody_writes_one_there(self, in_tenant: Any, client_for: Clients) -> None:
        key, _ = api_keys.issue(membership=membership(in_tenant), name="Covers", scopes=["read"])
        before = ApiKey.objects.values().get()
        for who in ("staff", "owner", "operator"):
            client = client_for(who)
            assert client.get(address(ApiKey, "add")).status_code == 404
            for view in ("change", "delete"):
                assert client.post(address(ApiKey, view, key.pk), {"post": "yes", "name": "x"}).status_code == 404
            assert client.get(address(ApiKey, "changelist") + "?digest__startswith=a").status_code == 400
        assert ApiKey.objects.values().get() == before
