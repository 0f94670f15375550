"""`python -m tests.chaos.orders COUNT`: grant the ferry to the kids tier at a price, and begin COUNT stories with film."""

from __future__ import annotations

import datetime
import sys

import django

django.setup()

from accounts.models import Cap, Tenant, Tier, User  # noqa: E402
from accounts.models.ledger import Period, Pool  # noqa: E402
from accounts.tenancy import scope  # noqa: E402
from generation.models import AiModel, Credential, ModelGrant, Price, Unit  # noqa: E402
from stories.models import Length  # noqa: E402
from tests.factories import story  # noqa: E402


def grant(tier: Tier) -> None:
    Credential.objects.create(provider="ferry", label="chaos", max_concurrent=60)
    ModelGrant.objects.filter(tier=tier).update(is_default=False)
    for name, kind in (("words", "text"), ("paint", "image"), ("reel", "video")):
        model = AiModel.objects.create(key=f"ferry-{name}", name=name, provider="ferry", remote_name=name, kind=kind)
        Price.objects.create(model=model, unit=Unit.CALL, amount_micros=1000, effective_from=datetime.date(2026, 1, 1))
        ModelGrant.objects.create(tier=tier, model=model, is_default=True)
    Cap.objects.create(pool=Pool.TENANT, subject_id=tier.tenant_id, period=Period.DAY, limit=10**9)


def main(count: int) -> None:
    with scope(Tenant.objects.get(slug="fablewright")):
        tier = Tier.objects.get(slug="kids")
        Cap.objects.filter(pool=Pool.READER).delete()
        tier.refresh_from_db()
        if not AiModel.objects.filter(provider="ferry").exists():
            grant(tier)
        reader = User.objects.get(email="reader@example.com")
        for _ in range(count):
            story(reader, tier, film=True, length=Length.SHORT)


if __name__ == "__main__":
    main(int(sys.argv[1]))
