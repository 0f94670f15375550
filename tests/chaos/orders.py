"""`python -m tests.chaos.orders COUNT`: grant the ferry to the kids tier at a price, and begin COUNT stories with film. With
`--every SECONDS` they come one after the other."""

from __future__ import annotations

import argparse
import datetime
import time

import django

if __name__ == "__main__":
    django.setup()

from accounts.models import Cap, Tenant, Tier, User
from accounts.models.ledger import Period, Pool
from accounts.tenancy import scope
from generation import away
from generation.models import AiModel, Credential, ModelGrant, Price, Unit
from stories.models import Length
from tests.factories import story


def grant(tier: Tier) -> None:
    Credential.objects.create(provider="ferry", label="chaos", max_concurrent=400)
    ModelGrant.objects.filter(tier=tier).update(is_default=False)
    for name, kind in (("words", "text"), ("paint", "image"), ("reel", "video")):
        model = AiModel.objects.create(key=f"ferry-{name}", name=name, provider="ferry", remote_name=name, kind=kind)
        Price.objects.create(model=model, unit=Unit.CALL, amount_micros=1000, effective_from=datetime.date(2026, 1, 1))
        ModelGrant.objects.create(tier=tier, model=model, is_default=True)
    Cap.objects.create(pool=Pool.TENANT, subject_id=tier.tenant_id, period=Period.DAY, limit=10**9)
    Cap.objects.filter(pool=Pool.READER).delete()


def order(count: int, *, every_seconds: float = 0.0) -> None:
    """Begin so many stories with film: three purchases each. Where the database is away, a reader tries again."""
    begun = 0
    while True:
        try:
            with scope(Tenant.objects.get(slug="fablewright")):
                tier = Tier.objects.get(slug="kids")
                if not AiModel.objects.filter(provider="ferry").exists():
                    grant(tier)
                    tier.refresh_from_db()
                reader = User.objects.get(email="reader@example.com")
                while begun < count:
                    story(reader, tier, film=True, length=Length.SHORT)
                    begun += 1
                    time.sleep(every_seconds)
            return
        except away.AWAY:
            away.close()
            time.sleep(0.5)


if __name__ == "__main__":
    arguments = argparse.ArgumentParser()
    arguments.add_argument("count", type=int)
    arguments.add_argument("--every", type=float, default=0.0)
    given = arguments.parse_args()
    order(given.count, every_seconds=given.every)
