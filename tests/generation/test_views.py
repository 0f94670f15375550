"""A person's page of their own keys."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Role, Tenant, User
from generation import keys
from generation.models import ProviderKey

pytestmark = pytest.mark.django_db


class TestOwnPage:
    def save(self, client: Client, **given: str) -> Any:
        return client.post(reverse("own-key-save"), {"provider": "openai", "new_key": "sk-0123456789wxyz", **given})

    @pytest.fixture
    def reader(self, in_tenant: Any, client_for: Any) -> Client:
        Tenant.objects.filter(id=in_tenant.tenant.id).update(allows_own_keys=True)
        return client_for("reader")

    def test_entered_replaced_and_deleted(self, reader: Client, in_tenant: Any) -> None:
        page = reader.get(reverse("own-keys")).content.decode()
        assert ("You have none here." in page, 'href="/account/keys/"' in page) == (True, True)
        answer = self.save(reader)
        assert (answer.status_code, answer["Location"]) == (302, "/account/keys/")
        page = reader.get(reverse("own-keys")).content.decode()
        assert ("…wxyz" in page, "Your key for OpenAI is kept." in page) == (True, True)
        self.save(reader, new_key="sk-0123456789stuv")
        kept = ProviderKey.objects.get()
        assert (kept.user, kept.provider, kept.secret.reveal()) == (
            in_tenant.user("reader"),
            "openai",
            "sk-0123456789stuv",
        )
        answer = reader.post(reverse("own-key-delete"), {"provider": "openai"})
        assert (answer.status_code, ProviderKey.objects.count()) == (302, 0)

    def test_what_is_wrong_is_a_sentence(self, reader: Client) -> None:
        found = {}
        for given in ({"new_key": ""}, {"new_key": "a b"}, {"provider": "nobody"}, {"provider": "compatible"}):
            answer = self.save(reader, **given)
            found[str(given)] = (answer.status_code, dict(answer.context["form"].errors))
        assert found == {
            "{'new_key': ''}": (422, {"new_key": ["Enter the key."]}),
            "{'new_key': 'a b'}": (
                422,
                {"new_key": ["This is no key: it has spaces, line ends, or letters that keys do not have. Copy it once more."]},
            ),
            "{'provider': 'nobody'}": (
                422, {"provider": ["Select a valid choice. nobody is not one of the available choices."]},
            ),
            "{'provider': 'compatible'}": (
                422, {"provider": ["Select a valid choice. compatible is not one of the available choices."]},
            ),
        }  # fmt: skip
        assert ProviderKey.objects.count() == 0

    def test_everybody_sees_and_deletes_their_own_only(self, reader: Client, client_for: Any, in_tenant: Any) -> None:
        self.save(reader)
        keys.save_key(tenant=in_tenant.tenant, provider="xai", secret="sk-of-the-tenant-efgh")
        author = client_for("author")
        page = author.get(reverse("own-keys")).content.decode()
        assert ("wxyz" in page, "efgh" in page) == (False, False)
        assert [author.post(reverse("own-key-delete"), {"provider": name}).status_code for name in ("openai", "xai")] == [
            404, 404,
        ]  # fmt: skip
        assert ProviderKey.objects.count() == 2

    @pytest.mark.parametrize("who", ["reader", "owner", "operator"])
    def test_where_the_tenant_allows_none_there_is_no_page(self, who: str, in_tenant: Any, client_for: Any) -> None:
        client = client_for(who)
        told = [client.get(reverse("own-keys")).status_code, self.save(client).status_code]
        told.append(client.post(reverse("own-key-delete"), {"provider": "openai"}).status_code)
        assert (told, ProviderKey.objects.count()) == ([404, 404, 404], 0)
        assert "/account/keys/" not in client.get("/").content.decode()

    def test_a_guest_is_sent_to_sign_in(self, reader: Client, in_tenant: Any) -> None:
        from accounts.models import Membership

        guest = User.objects.create_guest()
        Membership.objects.create(user=guest, role=Role.GUEST)
        client = Client(HTTP_HOST="localhost")
        client.force_login(guest)
        assert (self.save(client).status_code, ProviderKey.objects.count()) == (302, 0)
