"""Keys and accounts in the hands of staff."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse

from generation import keys
from generation.models import Credential, ProviderKey
from tests import admin_rows
from tests.generation.buying import Shop, fake, kept, shop

__all__ = ["fake", "shop"]  # fixtures
pytestmark = pytest.mark.django_db


class TestAdmin:
    ADD = "admin:generation_providerkey_add"

    def change(self, row: Any) -> str:
        return reverse(f"admin:generation_{row._meta.model_name}_change", args=[row.pk])

    def test_the_owner_sets_replaces_disables_and_deletes(self, in_tenant: Any, client_for: Any) -> None:
        owner = client_for("owner")
        assert owner.post(reverse(self.ADD), {"provider": "openai", "new_key": "sk-0123456789wxyz"}).status_code == 302
        row = ProviderKey.objects.get()
        assert (row.user, row.secret.reveal(), row.hint, row.is_enabled) == (None, "sk-0123456789wxyz", "wxyz", True)
        owner.post(self.change(row), {"new_key": "", "is_enabled": ""})
        row.refresh_from_db()
        assert (row.secret.reveal(), row.is_enabled) == ("sk-0123456789wxyz", False)
        owner.post(self.change(row), {"new_key": "sk-0123456789stuv", "is_enabled": "on"})
        row.refresh_from_db()
        assert (row.secret.reveal(), row.hint, row.is_enabled) == ("sk-0123456789stuv", "stuv", True)
        owner.post(reverse("admin:generation_providerkey_delete", args=[row.pk]), {"post": "yes"})
        assert (ProviderKey.objects.count(), Credential.objects.filter(is_brought=True).count()) == (0, 0)

    def test_a_second_key_for_a_provider_is_a_sentence(self, in_tenant: Any, client_for: Any) -> None:
        kept(in_tenant, "openai", "sk-0123456789wxyz")
        answer = client_for("owner").post(reverse(self.ADD), {"provider": "openai", "new_key": "sk-other"})
        assert admin_rows.problems(answer) == {
            "provider": ["There is a key for this provider already. Replace that one."]
        }
        assert ProviderKey.objects.get().hint == "wxyz"

    def test_other_staff_look_and_change_nothing(self, in_tenant: Any, client_for: Any) -> None:
        row = kept(in_tenant, "openai", "sk-0123456789wxyz")
        staff = client_for("staff")
        page = staff.get(self.change(row))
        assert (page.status_code, "…wxyz" in page.content.decode(), 'name="new_key"' in page.content.decode()) == (
            200, True, False,
        )  # fmt: skip
        told = [
            staff.post(self.change(row), {"new_key": "sk-evil"}).status_code,
            staff.post(reverse(self.ADD), {"provider": "xai", "new_key": "sk-evil"}).status_code,
            staff.post(reverse("admin:generation_providerkey_delete", args=[row.pk]), {"post": "yes"}).status_code,
        ]
        assert (told, ProviderKey.objects.get().hint) == ([404, 404, 404], "wxyz")

    def test_a_persons_key_is_not_found_there(self, in_tenant: Any, client_for: Any) -> None:
        row = kept(in_tenant, "openai", "sk-0123456789wxyz", "reader")
        for who in ("owner", "operator"):
            client = client_for(who)
            assert client.get(self.change(row)).status_code == 404
            assert "wxyz" not in client.get(reverse("admin:generation_providerkey_changelist")).content.decode()

    @pytest.mark.parametrize("lookup", ["secret__startswith=g", "secret=g", "secret__contains=a"])
    def test_a_list_is_no_oracle(self, lookup: str, in_tenant: Any, client_for: Any) -> None:
        for who, page in (("owner", "providerkey"), ("operator", "credential")):
            answer = client_for(who).get(reverse(f"admin:generation_{page}_changelist") + f"?{lookup}")
            assert answer.status_code == 400

    SERVER = {"label": "next door", "base_url": "http://10.0.0.5/v1", "max_concurrent": "3", "is_enabled": "on"}

    def test_an_operator_enters_a_server_of_their_own(self, in_tenant: Any, client_for: Any) -> None:
        operator = client_for("operator")
        given = {**self.SERVER, "provider": "compatible", "new_key": "sk-of-the-server"}
        assert operator.post(reverse("admin:generation_credential_add"), given).status_code == 302
        row = Credential.objects.get(label="next door")
        assert (row.base_url, row.secret.reveal(), row.max_concurrent) == ("http://10.0.0.5/v1", "sk-of-the-server", 3)
        page = operator.get(self.change(row)).content.decode()
        assert ("••••" in page, "sk-of-the-server" in page) == (True, False)
        operator.post(self.change(row), {**self.SERVER, "new_key": "", "max_concurrent": "5"})
        row.refresh_from_db()
        assert (row.secret.reveal(), row.max_concurrent) == ("sk-of-the-server", 5)

    def test_a_key_is_not_sent_on_to_another_address(self, in_tenant: Any, client_for: Any) -> None:
        operator = client_for("operator")
        row = Credential.objects.create(
            provider="compatible", label="next door", base_url="http://10.0.0.5/v1", secret="sk-x"
        )
        moved = {**self.SERVER, "base_url": "http://10.0.0.6/v1"}
        assert admin_rows.problems(operator.post(self.change(row), moved)) == {
            "new_key": ["The address has changed. Enter the key for it: the one that is kept is not sent there."]
        }
        operator.post(self.change(row), {**moved, "no_key": "on"})
        row.refresh_from_db()
        assert (row.base_url, row.secret.reveal()) == ("http://10.0.0.6/v1", "")
        assert admin_rows.problems(operator.post(self.change(row), {**moved, "base_url": "", "new_key": "sk-y"})) == {
            "new_key": [
                "A key that is entered here is for a server of your own. Write its address too, or put the key into the "
                "environment."
            ]
        }

    def test_the_environments_account_has_no_other_address(self, in_tenant: Any, client_for: Any, shop: Shop) -> None:
        keys.ensure_platform_accounts()
        row = Credential.objects.get(provider="openai", label=keys.ENVIRONMENT)
        given = {**self.SERVER, "label": keys.ENVIRONMENT}
        assert admin_rows.problems(client_for("operator").post(self.change(row), given)) == {
            "base_url": ["The address of this account stands in the environment. Make another account for a server."]
        }

    @pytest.mark.parametrize(
        "address", ["10.0.0.5", "ftp://x/", "http://me:secret@x/v1", "http://x/v1?key=1", "http://x:99999/"]
    )
    def test_an_address_that_is_none(self, address: str, in_tenant: Any, client_for: Any) -> None:
        answer = client_for("operator").post(
            reverse("admin:generation_credential_add"), {**self.SERVER, "provider": "compatible", "base_url": address}
        )
        assert list(admin_rows.problems(answer)) == ["base_url"]

    def test_a_pause_is_shown_and_ended(self, in_tenant: Any, client_for: Any) -> None:
        from generation.clock import after

        operator = client_for("operator")
        row = Credential.objects.create(
            provider="xai", label="x", paused_until=after(600), paused_because="Denied: 401"
        )
        page = reverse("admin:generation_credential_resume", args=[row.pk])
        assert f'href="{page}"' in operator.get(self.change(row)).content.decode()
        answer = operator.post(page, {"_form_submitted": "on"}, follow=True)
        row.refresh_from_db()
        assert (row.paused_until, row.paused_because) == (None, "")
        assert admin_rows.sentences(answer) == ["xai (x) buys again."]
        assert f'href="{page}"' not in operator.get(self.change(row)).content.decode()
        assert client_for("owner").post(page, {"_form_submitted": "on"}).status_code == 404

    def test_an_operator_lets_a_tenants_people_bring_keys(self, world: Any, client_for: Any) -> None:
        page = client_for("operator").get(reverse("admin:accounts_tenant_change", args=[world.tenant.pk]))
        assert 'name="allows_own_keys"' in page.content.decode()
