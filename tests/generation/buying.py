"""Purchases from the fake providers with keys of every kind: the environment's, a file's, the tenant's, a person's, and a
server of an operator's own. Each kind of key belongs to one provider, so that a key that turns up tells where it is from.
"""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction

from accounts.models import Cap, Tenant, User
from accounts.models.ledger import Period, Pool
from config import provider_accounts
from generation import adapters, keys, providers
from generation.jobs import asking
from generation.models import AiModel, Credential, Job, ModelGrant, Price, ProviderKey, Unit
from tests import factories
from tests.providers.fake import FakeProviders

TEXT = {"prompt": "Tell.", "system": "You tell stories.", "max_tokens": 500}
MODELS: dict[str, tuple[str, str, dict[str, Any]]] = {
    # provider: its model, the kind, and what is asked of it
    "openai": ("gpt-6", "text", TEXT),
    "xai": ("grok-4.3", "text", TEXT),
    "anthropic": ("claude-opus-5-5", "text", TEXT),
    "bfl": ("flux-2-pro", "image", {"prompt": "A brass key", "width": 1024, "height": 576}),
    "compatible": ("our-model", "text", TEXT),
}
ALL = frozenset({"demo", "google", *MODELS})
FROM = {"openai": "environment", "xai": "file", "anthropic": "tenant", "bfl": "person", "compatible": "server"}
"""Whose key buys from a provider."""
PRICE = 1000


def kept(world: Any, provider: str, secret: str, who: str | None = None) -> ProviderKey:
    """A key of the default tenant's own, or of one of its people."""
    user = world.user(who) if who else None
    return keys.save_key(tenant=world.tenant, provider=provider, secret=secret, user=user)


def at_home(name: str, fake: FakeProviders) -> Any:
    """The provider's adapter, for which the fake is the provider's own host: what is brought along has no address."""
    made: Any = providers.kind_of(name)
    home = {"base_url": fake.base_url(name), "trusted": True}

    class Here(made):  # type: ignore[misc]
        def __init__(self, **options: Any) -> None:
            super().__init__(**{**home, "result_origins": (fake.elsewhere_url,), **options})

    return Here


@dataclasses.dataclass
class Shop:
    world: Any
    fake: FakeProviders
    models: dict[str, AiModel]

    @property
    def reader(self) -> User:
        return self.world.user("reader")

    def ask(self, provider: str, user: User | None = None) -> Job:
        """Queue one purchase."""
        with transaction.atomic():
            run = factories.run(user or self.reader, self.world.kids)
            request = MODELS[provider][2]
            job = asking.add(run=run, model=self.models[provider], request=request, step="test-step")
            asking.ring()
            return job

    def key(self, provider: str) -> str:
        return self.fake.key(provider)


@pytest.fixture
def fake() -> Iterator[FakeProviders]:
    with FakeProviders() as running:
        running.polls_needed = 1
        yield running


@pytest.fixture
def shop(
    in_tenant: Any, media: Path, step: Any, fake: FakeProviders, settings: Any, monkeypatch: Any, tmp_path: Path
) -> Shop:
    """The five providers with their keys in place, a model of each granted and priced."""
    monkeypatch.setattr(adapters, "_keyless", {})
    monkeypatch.setattr(adapters, "_accounts", {})
    for name in ("anthropic", "bfl"):
        monkeypatch.setitem(providers.PROVIDERS, name, at_home(name, fake))
    file = tmp_path / "xai-key"
    file.write_text(fake.key("xai") + "\n")
    settings.PROVIDER_ACCOUNTS, wrong = provider_accounts.read(
        {
            "OPENAI_API_KEY": fake.key("openai"),
            "OPENAI_API_BASE_URL": fake.base_url("openai"),
            "XAI_API_KEY_FILE": str(file),
            "XAI_API_BASE_URL": fake.base_url("xai"),
        }
    )
    assert wrong == []
    Tenant.objects.filter(id=in_tenant.tenant.id).update(allows_own_keys=True)
    keys.save_key(tenant=in_tenant.tenant, provider="anthropic", secret=fake.key("anthropic"))
    keys.save_key(tenant=in_tenant.tenant, provider="bfl", secret=fake.key("bfl"), user=in_tenant.user("reader"))
    server = Credential.objects.create(
        provider="compatible", label="next door", base_url=fake.base_url("compatible"), secret=fake.key("compatible")
    )
    Cap.objects.create(pool=Pool.TENANT, subject_id=in_tenant.tenant.id, period=Period.DAY, limit=10**9)
    models = {}
    for provider, (remote_name, kind, _) in MODELS.items():
        model = models[provider] = AiModel.objects.create(
            key=f"canary-{provider}", name=f"Canary {provider}", provider=provider, remote_name=remote_name, kind=kind,
            account=server if provider == "compatible" else None,
        )  # fmt: skip
        Price.objects.create(model=model, unit=Unit.CALL, amount_micros=PRICE, effective_from=datetime.date(2026, 1, 1))
        ModelGrant.objects.create(tier=in_tenant.kids, model=model)
    return Shop(in_tenant, fake, models)
