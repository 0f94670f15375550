"""Any sequence of what can happen to purchases, by several people of two libraries: after each step the counters are what a
second reckoning says, the ledger agrees with itself, and a hold is granted exactly where no limit would be passed.
"""

from __future__ import annotations

import datetime
import itertools
from collections import Counter as Tally
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import transaction
from django.db.models import F
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from accounts import auditing, limits, quotas
from accounts.ledger import OverBudget
from accounts.models import Cap, Counter, Membership, Tenant, Tier, User
from accounts.models.ledger import Measure
from accounts.tenancy import across_tenants, scope
from config.invariants import disagreements
from generation import policy, steps
from generation.clock import after, now
from generation.errors import NotRetryable
from generation.jobs import asking, ending, finishing, outcomes, retrying, transitions
from generation.models import TERMINAL, AiModel, Job, Price, Status
from generation.providers.contract import Done, Kind, Replay
from generation.providers.errors import ProviderError, Refused, Rejected, Unknown
from tests.conftest import World
from tests.generation.jobs.books import Amounts, Attempt, Books, Said, Who

pytestmark = pytest.mark.django_db
FIRST_DAY = datetime.date(2026, 3, 30)
PRICES = {Kind.TEXT: 30, Kind.IMAGE: 50, Kind.VIDEO: 0}
COUNTS: dict[Kind, Amounts] = {Kind.TEXT: {"scenes": 1}, Kind.IMAGE: {"pictures": 1}, Kind.VIDEO: {"film_seconds": 4}}
MEASURES = ("micros", "scenes", "pictures", "film_seconds")
OFTEN = {
    "held", "refused", "settled as held", "settled above", "settled below", "cancelled, sent: False",
    "expired, sent: False", "tried again", "a day later, in March",
}  # fmt: skip
"""What two hundred sequences come to, whichever they are; without it they would prove nothing."""
GOING = (Status.QUEUED, Status.RUNNING)


class SceneStep(steps.Step):
    """Counts as a scene; `answer` scripts its next end."""

    name = "test-scene"
    counts_as = Measure.SCENES
    answer: steps.AskAgain | None = None

    def finish(self, job: Job) -> steps.AskAgain | None:
        answer, self.answer = self.answer, None
        return answer


class PlainStep(SceneStep):
    name = "test-plain"
    counts_as = None


STEPS = (SceneStep(), PlainStep())


class Stage:
    """What all sequences have in common: people, prices, and a clock. Its rows are made once."""

    def __init__(self, world: World) -> None:
        Cap.objects.all().delete()
        Price.objects.filter(model__provider="toll").delete()
        self.models = {}
        for model in AiModel.objects.filter(provider="toll"):
            kind = Kind(model.kind)
            Price.objects.create(
                model=model, unit="call", amount_micros=PRICES[kind], effective_from=datetime.date(2026, 1, 1)
            )
            self.models[kind] = model
        self.users: dict[str, User] = {}
        self.tiers: dict[str, Tier | None] = {}
        self.address: dict[str, str] = {}
        self.people = [
            self._who("reader in kids", world.tenant, world.kids, world.user("reader")),
            self._who("reader in classics", world.tenant, world.classics, world.user("reader")),
            self._who("author in kids", world.tenant, world.kids, world.user("author")),
            self._who("author in the studio", world.tenant, None, world.user("author")),
            self._who("guest", world.tenant, world.kids, User.objects.create(is_guest=True, email=None), "192.0.2.1"),
            self._who("guest of the same address", world.tenant, world.kids,
                      User.objects.create(is_guest=True, email=None), "192.0.2.1"),
            self._who("guest of another address", world.tenant, world.kids,
                      User.objects.create(is_guest=True, email=None), "192.0.2.2"),
            self._who("owner next door", world.harbour, world.tales, world.user("harbour-owner")),
        ]  # fmt: skip
        self.tenants = [world.tenant, world.harbour]
        self.limits = list(self._sayings(world))

    def _who(self, name: str, tenant: Tenant, tier: Tier | None, user: User, address: str = "") -> Who:
        self.users[name], self.tiers[name], self.address[name] = user, tier, address
        person = quotas.person_of(user_id=user.id, is_guest=user.is_guest, address=address)
        with scope(tenant):
            role = Membership.objects.filter(user=user).values_list("role", flat=True).first() or "guest"
        reader = quotas.reader_of(tier.id, person) if tier else None
        return Who(name, tenant.id, tier.id if tier else None, user.id, person, reader, role, user.is_guest)

    def _sayings(self, world: World) -> Iterator[Said]:
        """Every limit that may be set, of each pool that anybody pays from."""
        here, reader = world.tenant.id, world.user("reader").id
        for measure, period in itertools.product(MEASURES, ("day", "month")):
            for pool in ("tier", "guests", "reader"):
                yield Said(here, pool, world.kids.id, measure, period)
            yield Said(here, "tenant", here, measure, period)
            yield Said(world.harbour.id, "tenant", world.harbour.id, measure, period)
            yield Said(here, "person", reader, measure, period)
            yield Said(here, "person", reader, measure, period, is_own=True)
            for role in ("reader", "author", "guest"):
                yield Said(here, "person", here, measure, period, role=role)


class Deal:
    """A job and, beside it, what it should hold and have cost."""

    def __init__(self, job: Job, who: Who, kind: Kind, attempt: Attempt) -> None:
        self.id, self.who, self.kind, self.attempt = job.id, who, kind, attempt
        self.has_counted = False

    def row(self) -> Job:
        return Job.objects.select_related("model", "run").get(id=self.id)

    @property
    def wanted(self) -> Amounts:
        """What its next attempt holds. It counts once, whatever it takes."""
        counts = {} if self.has_counted else COUNTS[self.kind]
        return {**({"micros": PRICES[self.kind]} if PRICES[self.kind] else {}), **counts}


class Purchases(RuleBasedStateMachine):
    stage: Stage
    seen: Tally[str] = Tally()
    """What happened in all sequences together."""

    def __init__(self) -> None:
        super().__init__()
        self.undo = transaction.atomic()
        self.undo.__enter__()
        self.books = Books(FIRST_DAY)
        self.deals: list[Deal] = []
        limits.today = lambda: self.books.day  # put back by the test
        for tenant, most in zip(self.stage.tenants, (400, 100), strict=True):
            self.say(Said(tenant.id, "tenant", tenant.id, "micros", "day"), most)
        tier = next(who.tier for who in self.stage.people if who.is_guest)
        assert tier is not None
        self.say(Said(self.stage.tenants[0].id, "guests", tier, "micros", "day"), 120)

    def teardown(self) -> None:
        try:
            assert disagreements() == []
        finally:
            transaction.set_rollback(True)
            self.undo.__exit__(None, None, None)

    def find_sent(self, data: Any) -> Deal | None:
        """A job that is at its provider, which one that is queued comes to now."""
        if deal := self.find(data, *GOING):
            with scope(deal.who.tenant):
                if (job := deal.row()).status == Status.QUEUED:
                    transitions.move(job, Status.RUNNING, fence=F("fence") + 1, sent_at=now())
        return deal

    def find(self, data: Any, *statuses: Status) -> Deal | None:
        with across_tenants("the people of two libraries take turns"):
            there = set(Job.objects.filter(status__in=statuses).values_list("id", flat=True))
        found = [deal for deal in self.deals if deal.id in there]
        return data.draw(st.sampled_from(found)) if found else None

    # What people do.

    @initialize(
        data=st.data(), kinds=st.lists(st.sampled_from([Kind.TEXT, Kind.IMAGE, Kind.VIDEO]), min_size=2, max_size=4)
    )
    def begin(self, data: Any, kinds: list[Kind]) -> None:
        for kind in kinds:
            self.asked(data, kind)

    @rule(data=st.data(), kind=st.sampled_from([Kind.TEXT, Kind.IMAGE, Kind.VIDEO]))
    def ask(self, data: Any, kind: Kind) -> None:
        self.asked(data, kind)

    def asked(self, data: Any, kind: Kind) -> None:
        who = data.draw(st.sampled_from(self.stage.people))
        wanted = {**({"micros": PRICES[kind]} if PRICES[kind] else {}), **COUNTS[kind]}
        may = self.books.may(who, wanted)
        with scope(who.tenant):
            try:
                with transaction.atomic():
                    run = asking.open_run(
                        tier=self.stage.tiers[who.name], user=self.stage.users[who.name], purpose="test",
                        address=self.stage.address[who.name],
                    )  # fmt: skip
                    more = {"seconds": 4} if kind is Kind.VIDEO else {}
                    job = asking.add(
                        run=run, model=self.stage.models[kind], request={"prompt": "a brass key", **more},
                        step="test-scene" if kind is Kind.TEXT else "test-plain",
                    )  # fmt: skip
            except OverBudget:
                assert not may, (who.name, kind, wanted)
                self.seen["refused"] += 1
                return
        assert may, (who.name, kind, wanted)
        self.seen["held"] += 1
        self.deals.append(Deal(job, who, kind, self.books.hold(who, wanted)))

    @rule(data=st.data())
    @precondition(lambda self: self.deals)
    def cancel(self, data: Any) -> None:
        if deal := self.find(data, *GOING):
            with scope(deal.who.tenant):
                was_sent = deal.row().sent_at is not None
                asking.cancel(deal.row())
            self.seen[f"cancelled, sent: {was_sent}"] += 1
            self.close(deal, book=was_sent)

    @rule(data=st.data())
    @precondition(lambda self: self.deals)
    def retry(self, data: Any) -> None:
        if deal := self.find(data, *set(TERMINAL) - {Status.DONE}):
            may = self.books.may(deal.who, deal.wanted)
            with scope(deal.who.tenant):
                try:
                    retrying.retry(deal.row())
                except NotRetryable:
                    assert deal.row().status == Status.REFUSED  # asking for the same again would not help
                    self.seen["refused, and final"] += 1
                    return
                except OverBudget:
                    assert not may
                    self.seen["not tried again"] += 1
                    return
            assert may
            self.seen["tried again"] += 1
            deal.attempt = self.books.hold(deal.who, deal.wanted)

    # What workers and providers do.

    @rule(data=st.data())
    @precondition(lambda self: self.deals)
    def send(self, data: Any) -> None:
        if deal := self.find(data, Status.QUEUED):
            with scope(deal.who.tenant):
                transitions.move(deal.row(), Status.RUNNING, fence=F("fence") + 1, sent_at=now())

    @rule(data=st.data(), cost=st.sampled_from([None, 0, 10, 50, 200]), asks_again=st.booleans())
    @precondition(lambda self: self.deals)
    def deliver(self, data: Any, cost: int | None, asks_again: bool) -> None:
        deal = self.find_sent(data)
        if deal is None:
            return
        held = PRICES[deal.kind]
        spent = held if cost is None else cost
        self.seen["settled as held" if spent == held else "settled above" if spent > held else "settled below"] += 1
        with scope(deal.who.tenant):
            job = deal.row()
            outcomes.stored(job, Done(text="words" if deal.kind is Kind.TEXT else None, cost_micros=cost), None)
            self.closed(deal, {"micros": spent} if spent else {}, is_delivered=True)
            again = asks_again and job.asks < policy.MAX_ASKS
            may = again and self.books.may(deal.who, deal.wanted)
            for step in STEPS:
                step.answer = steps.AskAgain("no use", {}) if asks_again and step.name == job.step else None
            finishing.finished(job)
            status = deal.row().status
        if not asks_again:
            assert status == Status.DONE
        else:
            assert status == (Status.QUEUED if may else Status.FAILED)
            self.seen[f"asked again: {may}"] += 1
            if may:
                deal.attempt = self.books.hold(deal.who, deal.wanted)

    @rule(data=st.data(), error=st.sampled_from([Rejected("odd"), Refused("no", billed=None), Refused("no", billed=False),
                                                 Unknown("gone"), Unknown("gone", billed=False)]))  # fmt: skip
    @precondition(lambda self: self.deals)
    def fail(self, data: Any, error: ProviderError) -> None:
        if deal := self.find_sent(data):
            with scope(deal.who.tenant):
                job = deal.row()
                decision = policy.after_error(error, kind=deal.kind, replay=Replay.NEVER, tries=1, attempt=job.attempt)
                self.close(deal, book=decision.money is policy.Money.BOOK)
                buys_again = decision.verdict is policy.Verdict.BUY_AGAIN
                may = buys_again and self.books.may(deal.who, deal.wanted)
                outcomes.decided(job, decision, error)
                assert (deal.row().status == Status.QUEUED) == may
                self.seen[f"{decision.verdict}, {decision.money}"] += 1
            if may:
                deal.attempt = self.books.hold(deal.who, deal.wanted)

    @rule(data=st.data())
    @precondition(lambda self: self.deals)
    def expire(self, data: Any) -> None:
        if deal := self.find(data, *GOING):
            with scope(deal.who.tenant):
                was_sent = deal.row().sent_at is not None
                Job.objects.filter(id=deal.id).update(deadline_at=after(-1))
            assert ending.expire() == 1
            self.seen[f"expired, sent: {was_sent}"] += 1
            self.close(deal, book=was_sent)

    def close(self, deal: Deal, *, book: bool) -> None:
        """Without a result: what may have been charged is spent, and nothing is counted."""
        spent = {"micros": deal.attempt.held["micros"]} if book and "micros" in deal.attempt.held else {}
        self.closed(deal, spent, is_delivered=False)

    def closed(self, deal: Deal, money: Amounts, *, is_delivered: bool) -> None:
        assert deal.attempt.is_open
        counts = {name: count for name, count in deal.attempt.held.items() if name != "micros"} if is_delivered else {}
        deal.attempt.spent, deal.attempt.is_open = {**money, **counts}, False
        deal.has_counted = deal.has_counted or bool(counts)

    # What staff, and time, do.

    @rule(data=st.data(), share=st.integers(0, 12))
    def set_a_limit(self, data: Any, share: int) -> None:
        said = data.draw(st.sampled_from(self.stage.limits))
        self.say(said, share * (20 if said.measure == "micros" else 1))

    @rule(data=st.data())
    @precondition(lambda self: self.books.limits)
    def lift_a_limit(self, data: Any) -> None:
        said = data.draw(st.sampled_from(sorted(self.books.limits, key=repr)))
        del self.books.limits[said]
        with scope(said.tenant):
            assert self.caps(said).delete()[0] == 1

    def say(self, said: Said, limit: int) -> None:
        self.books.limits[said] = limit
        with scope(said.tenant):
            if not self.caps(said).update(limit=limit):
                Cap.objects.create(
                    tenant_id=said.tenant, pool=said.pool, subject_id=said.subject, measure=said.measure,
                    period=said.period, role=said.role, is_own=said.is_own, limit=limit,
                )  # fmt: skip

    def caps(self, said: Said) -> Any:
        return Cap.objects.filter(
            pool=said.pool, subject_id=said.subject, measure=said.measure, period=said.period, role=said.role,
            is_own=said.is_own,
        )  # fmt: skip

    @rule()
    def sleep(self) -> None:
        self.books.day += datetime.timedelta(days=1)
        self.seen[f"a day later, in {self.books.day:%B}"] += 1

    @invariant()
    def the_counters_are_what_the_books_say(self) -> None:
        found = {}
        with across_tenants("all counters are compared at once"):
            rows = list(Counter.objects.all())
        for row in rows:
            sums = {
                f"{kind}_{measure}": getattr(row, f"{kind}_{measure}")
                for kind, measure in itertools.product(("held", "spent"), Measure.values)
            }
            place = (row.pool, row.subject_id, row.period, row.starts_on)
            if any(sums.values()):  # a row of nothings, left by what was refused, is as none
                found[place] = {name: amount for name, amount in sums.items() if amount}
        for tenant in {deal.who.tenant for deal in self.deals}:
            with scope(tenant):
                assert auditing.audit() == []
        assert found == {place: dict(tally) for place, tally in self.books.sums().items() if any(tally.values())}


@pytest.fixture
def stage(in_tenant: World, toll: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stage]:
    monkeypatch.setattr(limits, "today", limits.today)
    for step in STEPS:
        steps.register(step)
    yield Stage(in_tenant)
    for step in STEPS:
        del steps._steps[step.name]


def played(stage: Stage, sequences: int, length: int, *, shrinks: bool = True) -> set[str]:
    """Play so many sequences; what happened in them."""
    made = type("Played", (Purchases,), {"stage": stage, "seen": (seen := Tally[str]())})
    phases = [Phase.generate, Phase.shrink] if shrinks else [Phase.generate]
    run_state_machine_as_test(  # type: ignore[no-untyped-call]
        made,
        settings=settings(
            max_examples=sequences, stateful_step_count=length, deadline=None, database=None, phases=phases,
            suppress_health_check=list(HealthCheck),
        ),
    )  # fmt: skip
    return set(seen)


def test_two_hundred_sequences(stage: Stage) -> None:
    assert played(stage, 200, 12) >= OFTEN


@pytest.mark.long
def test_two_thousand_sequences(stage: Stage) -> None:
    assert played(stage, 2_000, 12) >= OFTEN


def test_control_a_ledger_that_forgets_to_free_a_hold(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """The machine can fail: one that releases without a change of the counters is found."""
    from accounts import ledger

    real = ledger._add

    def forgetful(counters: Any, changes: Any) -> None:
        if changes.get("held_micros", 0) >= 0:
            real(counters, changes)

    monkeypatch.setattr(ledger, "_add", forgetful)
    with pytest.raises(AssertionError):
        played(stage, 100, 12, shrinks=False)
