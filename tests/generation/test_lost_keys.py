"""What follows where a purchase's key is gone, switched off, or cannot be opened."""

from __future__ import annotations

from typing import Any

import pytest

from accounts import auditing
from accounts.models import LedgerEntry, Tenant
from config import provider_accounts
from generation import keys
from generation.drain import drain_here
from generation.jobs import asking, retrying
from generation.models import Credential, Job, ProviderKey, Status
from tests.generation.buying import PRICE, Shop, fake, kept, shop

__all__ = ["fake", "shop"]  # fixtures
pytestmark = pytest.mark.django_db


def entries(job: Job) -> list[tuple[str, int]]:
    return sorted(LedgerEntry.objects.filter(job_id=job.id).values_list("kind", "amount_micros"))


class TestTakenAway:
    """Between asking and sending."""

    def lost(self, job: Job) -> tuple[str, str, str, list[tuple[str, int]]]:
        drain_here()
        found = Job.objects.get(id=job.id)
        return found.status, found.message, found.error_detail, entries(job)

    GONE = "The picture could not be made: the key that it was to be bought with was taken away. Nothing was charged."
    RELEASED = [("release", 0), ("reserve", PRICE)]

    def test_deleted(self, shop: Shop, step: Any) -> None:
        job = shop.ask("bfl")
        keys.delete_key(ProviderKey.objects.get(provider="bfl"))
        assert self.lost(job) == (
            "failed", self.GONE, "NoKey: the account that this was to be bought with was deleted", self.RELEASED,
        )  # fmt: skip
        assert [ended.id for ended in step.ended_badly] == [job.id]
        assert (shop.fake.captured, auditing.audit()) == ([], [])

    def test_switched_off(self, shop: Shop) -> None:
        job = shop.ask("bfl")
        ProviderKey.objects.filter(provider="bfl").update(is_enabled=False)
        hint = shop.key("bfl")[-4:]
        assert self.lost(job) == (
            "failed", self.GONE, f"NoKey: the key bfl …{hint} was switched off", self.RELEASED,
        )  # fmt: skip

    def test_no_longer_allowed(self, shop: Shop) -> None:
        job = shop.ask("bfl")
        Tenant.objects.update(allows_own_keys=False)
        assert self.lost(job)[:2] == ("failed", self.GONE)
        assert shop.fake.captured == []

    def test_of_the_environment(self, shop: Shop, settings: Any) -> None:
        job = shop.ask("openai")
        settings.PROVIDER_ACCOUNTS = provider_accounts.read({})[0]
        assert self.lost(job) == (
            "failed",
            self.GONE.replace("picture", "words"),
            "NoKey: the environment has no key for openai any more",
            self.RELEASED,
        )

    def test_it_can_be_tried_again_with_another(self, shop: Shop) -> None:
        job = shop.ask("openai")
        own = kept(shop.world, "openai", shop.key("openai"))
        Job.objects.filter(id=job.id).update(credential=own.credential)
        keys.delete_key(own)
        drain_here()
        assert Job.objects.get(id=job.id).status == Status.FAILED
        retrying.retry(Job.objects.get(id=job.id))
        drain_here()
        assert Job.objects.get(id=job.id).status == Status.DONE

    def test_what_is_on_its_way_is_still_asked_after_with_a_key_that_is_off(self, shop: Shop) -> None:
        """Nothing bought is lost: the key buys no more, but what it bought is fetched."""
        job = shop.ask("bfl")
        self.park(job, shop)
        ProviderKey.objects.filter(provider="bfl").update(is_enabled=False)
        drain_here()
        assert (Job.objects.get(id=job.id).status, shop.fake.submits("bfl")) == (Status.DONE, 1)

    def test_what_is_on_its_way_with_a_deleted_key_may_have_been_charged(self, shop: Shop) -> None:
        job = shop.ask("bfl")
        self.park(job, shop)
        keys.delete_key(ProviderKey.objects.get(provider="bfl"))
        status, message, _, booked = self.lost(job)
        assert (status, message, booked) == (
            "unknown",
            "The picture did not arrive: the key that it was to be bought with was taken away. It may have been charged.",
            [("reserve", PRICE), ("unknown", PRICE)],
        )
        assert auditing.audit() == []

    def park(self, job: Job, shop: Shop) -> None:
        """As a worker that was told to stop leaves it: sent, with an id, to be asked after."""
        from generation.adapters import account_of
        from generation.clock import now
        from generation.providers.contract import Emit, Pending

        sent = account_of(job).start(asking.request_of(job), Emit())
        assert isinstance(sent, Pending)
        Job.objects.filter(id=job.id).update(
            status=Status.PARKED, provider_job_id=sent.id, poll_url=sent.poll_url, sent_at=now(), due_at=now()
        )


class TestShut:
    """Sealed under a key that is no longer there."""

    UNUSABLE = "the key that it was to be bought with cannot be used. Staff have been told."

    def test_the_job_ends_and_the_others_go_on(self, shop: Shop, settings: Any) -> None:
        shut = shop.ask("bfl")
        settings.SEALING_KEYS = ["another", "and another"]
        own = kept(shop.world, "anthropic", shop.key("anthropic"))
        others = [shop.ask("openai"), shop.ask("anthropic")]
        drain_here()
        found = Job.objects.get(id=shut.id)
        assert (found.status, found.error_class, entries(shut)) == (
            "failed",
            "nokey",
            [("release", 0), ("reserve", PRICE)],
        )
        assert found.message == f"The picture could not be made: {self.UNUSABLE} Nothing was charged."
        assert found.error_detail == (
            f"NoKey: bfl …{shop.key('bfl')[-4:]}: A stored key cannot be opened: it was sealed under a key that is no longer "
            "among SEALING_KEYS. Put that key back behind the present one, or enter the provider's key anew."
        )
        assert [Job.objects.get(id=job.id).status for job in others] == [Status.DONE, Status.DONE]
        assert own.credential.paused_until is None
        assert Credential.objects.exclude(paused_until=None).count() == 0, "no account is paused for it"

    def test_a_server_of_ones_own_too(self, shop: Shop, settings: Any) -> None:
        job = shop.ask("compatible")
        settings.SEALING_KEYS = ["another"]
        drain_here()
        found = Job.objects.get(id=job.id)
        assert (found.status, found.message) == (
            "failed", f"The words could not be made: {self.UNUSABLE} Nothing was charged.",
        )  # fmt: skip

    def test_telling_a_provider_to_stop_does_not_break_the_loop(self, shop: Shop, settings: Any) -> None:
        job = shop.ask("bfl")
        Job.objects.filter(id=job.id).update(status=Status.CANCELLED, stops_provider=True, provider_job_id="x")
        other = shop.ask("openai")
        settings.SEALING_KEYS = ["another"]
        drain_here()
        assert Job.objects.get(id=other.id).status == Status.DONE
