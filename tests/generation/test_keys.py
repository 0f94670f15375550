"""Whose key buys."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Tenant, User
from accounts.tenancy import scope
from generation import catalogue, keys
from generation.models import Credential, ProviderKey
from tests.generation.buying import ALL, MODELS, Shop, fake, kept, shop

__all__ = ["fake", "shop"]  # fixtures
pytestmark = pytest.mark.django_db


class TestWhoseKey:
    """openai: the environment has one, the tenant has one, and two of its people have theirs."""

    @pytest.fixture
    def whose(self, shop: Shop) -> Any:
        """The key that buys for somebody, by whose it is."""
        world = shop.world
        made = {
            "tenant": kept(world, "openai", "sk-of-the-tenant"),
            "reader": kept(world, "openai", "sk-of-the-reader", "reader"),
            "author": kept(world, "openai", "sk-of-the-author", "author"),
        }
        with scope(world.harbour):
            Tenant.objects.filter(id=world.harbour.id).update(allows_own_keys=True)
            keys.save_key(tenant=world.harbour, provider="openai", secret="sk-of-the-harbour")
        names = {key.credential_id: name for name, key in made.items()}

        def ask(user: User | None) -> str:
            found = keys.choose(model=shop.models["openai"], user=user)
            if found is None:
                return "nobody"
            spoken = keys.account(found, provider="openai").key.reveal()
            name = names.get(found.id, "platform")
            assert spoken == (shop.key("openai") if name == "platform" else f"sk-of-the-{name}")
            return name

        ask.made = made  # type: ignore[attr-defined]
        return ask

    def test_a_persons_before_the_tenants_before_the_platforms(self, whose: Any, shop: Shop) -> None:
        reader = shop.reader
        found = [whose(reader)]
        keys.delete_key(whose.made["reader"])
        found.append(whose(reader))
        keys.delete_key(whose.made["tenant"])
        found.append(whose(reader))
        Credential.objects.filter(provider="openai", is_brought=False).update(is_enabled=False)
        found.append(whose(reader))
        assert found == ["reader", "tenant", "platform", "nobody"]

    def test_a_persons_key_is_used_for_nobody_else(self, whose: Any, shop: Shop) -> None:
        people = {name: shop.world.user(name) for name in ("reader", "author", "staff", "owner", "operator")}
        assert {name: whose(user) for name, user in people.items()} == {
            "reader": "reader", "author": "author", "staff": "tenant", "owner": "tenant", "operator": "tenant",
        }  # fmt: skip
        assert whose(None) == "tenant"

    def test_a_guest_buys_with_no_key_of_their_own(self, whose: Any, shop: Shop) -> None:
        guest = User.objects.create_guest()
        keys.save_key(tenant=shop.world.tenant, provider="openai", secret="sk-of-a-guest", user=guest)
        assert whose(guest) == "tenant"

    def test_where_the_tenant_allows_none_a_persons_key_lies_idle(self, whose: Any, shop: Shop) -> None:
        Tenant.objects.update(allows_own_keys=False)
        assert (whose(shop.reader), "bfl" in keys.usable_providers(shop.reader, among=ALL)) == ("tenant", False)
        Tenant.objects.update(allows_own_keys=True)
        assert (whose(shop.reader), "bfl" in keys.usable_providers(shop.reader, among=ALL)) == ("reader", True)

    @pytest.mark.parametrize("off", ["key", "account"])
    def test_one_that_is_switched_off_is_passed_over(self, off: str, whose: Any, shop: Shop) -> None:
        mine = whose.made["reader"]
        if off == "key":
            ProviderKey.objects.filter(id=mine.id).update(is_enabled=False)
        else:
            Credential.objects.filter(id=mine.credential_id).update(is_enabled=False)
        assert whose(shop.reader) == "tenant"

    def test_another_tenants_key_is_never_used(self, whose: Any, shop: Shop) -> None:
        theirs = shop.world.user("harbour-owner")
        with scope(shop.world.harbour):
            own = ProviderKey.objects.get(provider="openai")
            chosen = keys.choose(model=shop.models["openai"], user=theirs)
            assert chosen is not None
            assert (chosen.id, keys.account(chosen, provider="openai").key.reveal()) == (
                own.credential_id, "sk-of-the-harbour",
            )  # fmt: skip
            assert keys.choose(model=shop.models["anthropic"], user=shop.reader) is None
            assert keys.usable_providers(shop.reader, among=ALL) == {"demo", "openai", "xai", "compatible"}
        # Its account, were it named here, has no key; nor does the platform's step in for it.
        with pytest.raises(keys.NoKey, match="was deleted"):
            keys.account(chosen, provider="openai")

    def test_a_model_that_is_bound_to_an_account_is_bought_there(self, whose: Any, shop: Shop) -> None:
        kept(shop.world, "compatible", "sk-of-the-reader-for-it", "reader")
        bound = Credential.objects.get(label="next door")
        assert keys.choose(model=shop.models["compatible"], user=shop.reader) == bound

    @pytest.mark.parametrize("changes", [{"is_enabled": False}, {"is_brought": True}, {"provider": "xai"}])
    def test_a_bound_account_that_cannot_serve_is_none(self, changes: dict[str, Any], shop: Shop) -> None:
        Credential.objects.filter(label="next door").update(**changes)
        shop.models["compatible"].refresh_from_db()
        assert keys.choose(model=shop.models["compatible"], user=shop.reader) is None

    def test_a_providers_key_is_not_handed_to_another_provider(self, shop: Shop) -> None:
        account = keys.choose(model=shop.models["openai"], user=None)
        with pytest.raises(keys.NoKey, match="none of xai's"):
            keys.account(account, provider="xai")

    def test_a_server_of_ones_own_gets_its_own_key(self, shop: Shop) -> None:
        server = Credential.objects.create(
            provider="openai", label="proxy", base_url="http://10.0.0.7/v1", secret="sk-p"
        )
        found = keys.account(server, provider="openai")
        assert (found.key.reveal(), found.base_url, found.trusted) == ("sk-p", "http://10.0.0.7/v1", True)
        plain = Credential.objects.create(provider="openai", label="open", base_url="http://10.0.0.8/v1")
        assert keys.account(plain, provider="openai").key.reveal() == ""
        # Where nothing is bound, the provider's own hosts come first, whichever row is older.
        chosen = keys.choose(model=shop.models["openai"], user=None)
        assert chosen is not None
        assert chosen.label == keys.ENVIRONMENT

    def test_a_key_that_is_brought_goes_to_the_providers_own_address(self, shop: Shop) -> None:
        """The environment names another address for openai; a tenant's key is not sent there."""
        own = kept(shop.world, "openai", "sk-of-the-tenant")
        found = keys.account(own.credential, provider="openai")
        assert (found.base_url, found.trusted, "base_url" in found.options) == ("", False, False)


class TestKeeping:
    def test_the_row_keeps_the_key_and_shows_its_end(self, in_tenant: Any) -> None:
        made = kept(in_tenant, "openai", "  sk-1234567890abcd\n")
        found = ProviderKey.objects.get(id=made.id)
        assert (found.secret.reveal(), found.hint, str(found)) == ("sk-1234567890abcd", "abcd", "openai …abcd")
        assert (found.tenant_id, found.user_id, found.credential.is_brought) == (in_tenant.tenant.id, None, True)

    def test_a_short_key_shows_nothing(self, in_tenant: Any) -> None:
        assert kept(in_tenant, "openai", "sk-12345678").hint == ""

    def test_a_second_one_replaces_the_first_and_ends_its_pause(self, in_tenant: Any) -> None:
        from generation.clock import after

        Tenant.objects.update(allows_own_keys=True)
        first = kept(in_tenant, "openai", "sk-first-0123456789", "reader")
        ProviderKey.objects.update(is_enabled=False)
        Credential.objects.update(paused_until=after(600), paused_because="401")
        before = keys.account(first.credential, provider="openai", buys=False).stamp
        second = kept(in_tenant, "openai", "sk-second-9876543210", "reader")
        after_it = keys.account(second.credential, provider="openai")
        assert (second.id, second.credential_id, second.is_enabled) == (first.id, first.credential_id, True)
        assert (second.hint, after_it.key.reveal()) == ("3210", "sk-second-9876543210")
        assert after_it.stamp != before, "an adapter that has the old key is not used any more"
        assert Credential.objects.get(id=second.credential_id).paused_until is None

    @pytest.mark.parametrize("wrong", ["", "   ", "sk one", "sk-\nx", "sk-ключ", "sk-\x00", "x" * 501])
    def test_what_is_no_key_is_refused_and_not_repeated(self, wrong: str, in_tenant: Any) -> None:
        with pytest.raises(keys.NotAKey) as caught:
            kept(in_tenant, "openai", wrong)
        assert not wrong.strip() or wrong not in str(caught.value)
        assert ProviderKey.objects.count() == 0

    def test_an_account_goes_with_its_key_whatever_deleted_it(self, in_tenant: Any) -> None:
        mine = kept(in_tenant, "openai", "sk-first-0123456789", "reader")
        kept(in_tenant, "xai", "sk-first-0123456789")
        keys.delete_key(mine)
        ProviderKey.objects.all().delete()
        assert Credential.objects.filter(is_brought=True).count() == 0

    def test_who_takes_keys(self) -> None:
        """Those with an address of their own; a server of one's own is an operator's matter."""
        names = {name for name, _ in keys.takes_keys()}
        assert names == {
            "openai", "anthropic", "openrouter", "xai", "google", "stability", "bfl", "runway", "elevenlabs",
        }  # fmt: skip
        assert ("bfl", "Black Forest Labs") in keys.takes_keys()


class TestUsable:
    def test_what_can_be_bought_from(self, shop: Shop) -> None:
        assert keys.usable_providers(among=ALL) == {"demo", "openai", "xai", "anthropic", "compatible"}
        assert keys.usable_providers(shop.reader, among=ALL) == {
            "demo",
            "openai",
            "xai",
            "anthropic",
            "compatible",
            "bfl",
        }
        assert keys.usable_providers(shop.world.user("author"), among=ALL) == keys.usable_providers(among=ALL)

    def test_only_what_is_asked_for(self, shop: Shop) -> None:
        assert keys.usable_providers(shop.reader, among={"openai", "bfl", "google", "nobody"}) == {"openai", "bfl"}

    def test_it_asks_twice(self, shop: Shop) -> None:
        for number in range(5):
            Credential.objects.create(provider="openai", label=f"more {number}")
        for user in (None, shop.reader):
            with CaptureQueriesContext(connection) as seen:
                keys.usable_providers(user, among=ALL)
            assert len(seen) == 2

    @pytest.mark.parametrize("rows", ["none", "on", "off", "off, with a server", "off, with a server without its key"])
    def test_whatever_is_usable_is_bought_from(self, rows: str, shop: Shop) -> None:
        """What is offered and who buys are decided apart; they have to agree."""
        if rows != "none":
            keys.ensure_platform_accounts()
        if "off" in rows:
            Credential.objects.filter(label=keys.ENVIRONMENT).update(is_enabled=False)
        if "server" in rows:
            secret = "" if "without" in rows else "sk-of-the-server"
            Credential.objects.create(provider="openai", label="proxy", base_url="http://10.0.0.9/v1", secret=secret)
        names = set(MODELS) - {"compatible"}  # whose model is bound to an account
        found = {}
        for who in (None, "reader", "author"):
            user = shop.world.user(who) if who else None
            usable = keys.usable_providers(user, among=names)
            found[who] = usable
            assert usable == {name for name in names if keys.choose(model=shop.models[name], user=user)}
        ours = {"openai", "xai"} if "off" not in rows else {"openai"} if rows == "off, with a server" else set()
        assert found == {
            None: {"anthropic", *ours}, "reader": {"anthropic", "bfl", *ours}, "author": {"anthropic", *ours},
        }  # fmt: skip

    def test_an_account_of_the_environment_needs_no_row(self, shop: Shop) -> None:
        assert not Credential.objects.filter(provider="openai").exists()
        chosen = keys.choose(model=shop.models["openai"], user=None)
        assert chosen is not None
        assert (chosen.label, chosen.max_concurrent) == (keys.ENVIRONMENT, 16)
        assert keys.choose(model=shop.models["openai"], user=None) == chosen

    def test_a_model_without_a_key_is_not_offered(self, shop: Shop) -> None:
        offered = {offer.model.provider for offer in catalogue.offers(shop.world.kids)}
        mine = {offer.model.provider for offer in catalogue.offers(shop.world.kids, shop.reader)}
        assert (mine - offered, offered & set(MODELS)) == ({"bfl"}, set(MODELS) - {"bfl"})
