"""Shares of a budget become deliveries, once each."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone

from accounts import auditing, ledger
from accounts.models import Cap
from accounts.signals import budget_reached
from accounts.tenancy import across_tenants, scope
from generation.models import WebhookDelivery
from generation.signals import job_ended
from generation.webhooks import deliveries
from tests.factories import TOLL_CAP
from tests.generation.webhooks.listening import listen, told

pytestmark = pytest.mark.django_db


class TestBudget:
    """The tenant's cap of a day is a thousand purchases."""

    def spend(self, world: Any, share: float) -> tuple[uuid.UUID, int]:
        job_id, amount = uuid.uuid4(), int(TOLL_CAP * share)
        payer = ledger.Payer(world.tenant.id, world.kids.id, world.user("reader").id, False)
        with transaction.atomic():
            ledger.reserve(payer=payer, job_id=job_id, attempt=1, amount_micros=amount)
        return job_id, amount

    def test_shares_are_told_as_they_are_reached(self, in_tenant: Any, toll: Any) -> None:
        listen()
        for share in (0.49, 0.01, 0.1, 0.4):
            self.spend(in_tenant, share)
        today = timezone.now().date().isoformat()
        same = {
            "pool": "tenant", "tier": None, "period": "day", "starts_on": today, "limit_micros": TOLL_CAP, "currency": "USD",
        }  # fmt: skip
        assert told() == [
            ("budget.reached", {"share": 50, "used_micros": 500_000, **same}),
            ("budget.reached", {"share": 80, "used_micros": 1_000_000, **same}),
            ("budget.reached", {"share": 100, "used_micros": 1_000_000, **same}),
        ]
        assert auditing.audit() == []

    def test_what_is_released_and_held_again_is_told_once(self, in_tenant: Any, toll: Any) -> None:
        listen()
        for _ in range(3):
            job_id, _ = self.spend(in_tenant, 0.6)
            with transaction.atomic():
                ledger.release(job_id=job_id, attempt=1)
        assert [(kind, data["share"]) for kind, data in told()] == [("budget.reached", 50)]

    def test_another_amount_is_another_budget(self, in_tenant: Any, toll: Any) -> None:
        listen()
        self.spend(in_tenant, 0.6)
        Cap.objects.filter(pool="tenant").update(limit=TOLL_CAP * 2)
        self.spend(in_tenant, 0.5)
        assert [(data["share"], data["limit_micros"]) for _, data in told()] == [(50, TOLL_CAP), (50, TOLL_CAP * 2)]

    def test_nothing_is_told_to_another_tenant(self, in_tenant: Any, toll: Any) -> None:
        with scope(in_tenant.harbour):
            listen(url="https://brinewhisper.example.com/")
        self.spend(in_tenant, 1.0)
        with across_tenants("a test looks at everything"):
            assert WebhookDelivery.objects.count() == 0

    def test_what_goes_wrong_with_the_news_keeps_no_purchase(
        self, in_tenant: Any, toll: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        listen()
        monkeypatch.setattr(deliveries, "_write", lambda *_: 1 / 0)
        job_id, _ = self.spend(in_tenant, 0.6)
        assert (ledger.is_open(job_id=job_id, attempt=1), told()) == (True, [])

    def test_the_webhooks_listen(self) -> None:
        assert budget_reached.has_listeners()
        assert job_ended.has_listeners()
