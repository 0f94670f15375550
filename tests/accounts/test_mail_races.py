"""Links and letters that many come for at once, on PostgreSQL: one gets it. Each with its control."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection, transaction
from django.utils import timezone

from accounts import joining, mail_allowance, mailed_links, recovery
from accounts.letters import Letter as Written
from accounts.mailed_links import NoLink
from accounts.models import Errand, MailTally, User
from accounts.tenancy import scope
from generation.letters import posting
from generation.models import Job, Letter
from tests.conftest import need

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]
THREADS = 12


@pytest.fixture(autouse=True)
def on_postgres(db: None) -> None:
    need(connection.vendor == "postgresql", "this race shows on PostgreSQL alone: python -m tests.on_postgres")


def at_once(world: Any, act: Callable[[int], Any]) -> list[Any]:
    """What the threads answered; None where there was no link for them."""
    gate = threading.Barrier(THREADS)

    def one(number: int) -> Any:
        try:
            with scope(world.tenant):
                gate.wait(10)
                return act(number)
        except NoLink:
            return None
        finally:
            connection.close()

    with ThreadPoolExecutor(THREADS) as threads:
        return list(threads.map(one, range(THREADS)))


@pytest.fixture(params=[False, True], ids=["", "control-unused"])
def links_stay(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> bool:
    """The control: links that are looked at and not used up."""
    if request.param:
        monkeypatch.setattr(mailed_links, "take", mailed_links.look)
    return bool(request.param)


def issue(world: Any, errand: Errand, **more: Any) -> str:
    with scope(world.tenant), transaction.atomic():
        return mailed_links.issue(errand, **more)


def test_one_sign_up_is_confirmed_once(world: Any, links_stay: bool) -> None:
    token = issue(world, Errand.SIGN_UP, address="ada@example.org", name="Ada", password="md5$x$y")
    won = [link for link in at_once(world, lambda _: joining.confirm(token)) if link]
    assert User.objects.filter(email="ada@example.org").count() == 1
    assert (len(won) > 1) is links_stay
    assert len(won) >= 1


def test_one_link_sets_one_password(world: Any, links_stay: bool) -> None:
    reader = world.user("reader")
    token = issue(world, Errand.RESET, address=reader.email, user=reader)
    request = SimpleNamespace(tenant=world.tenant, get_host=lambda: "localhost")
    won = at_once(world, lambda n: recovery.reset(request, token=token, password=f"lantern number {n}"))
    winners = [number for number, user in enumerate(won) if user]
    assert (len(winners) > 1) is links_stay
    if not links_stay:
        assert world.user("reader").check_password(f"lantern number {winners[0]}")


def test_five_letters_are_five(world: Any) -> None:
    def take(_: int) -> bool:
        with transaction.atomic():
            return mail_allowance.take(mail_allowance.to("ada@example.org"))

    assert sum(at_once(world, take)) == mail_allowance.PER_ADDRESS


def test_control_without_the_conditional_update(world: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    gate = threading.Barrier(THREADS)

    def careless(subject: str, most: int, hour: Any) -> bool:
        tally = MailTally.objects.get(subject=subject, hour=hour)
        gate.wait(10)
        if tally.used >= most:
            return False
        tally.used += 1
        tally.save()
        return True

    subject, _ = mail_allowance.to("ada@example.org")
    with scope(world.tenant):
        MailTally.objects.create(subject=subject, hour=timezone.now().replace(minute=0, second=0, microsecond=0))
    monkeypatch.setattr(mail_allowance, "_take", careless)
    taken = at_once(world, lambda _: mail_allowance.take(mail_allowance.to("ada@example.org")))
    assert sum(taken) == THREADS > mail_allowance.PER_ADDRESS


@pytest.fixture
def no_constraint() -> Iterator[None]:
    """Letters without the constraint that has each event told once, until the test is over."""
    table, name = "generation_letter", "one_letter_per_event"
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
    yield
    with connection.cursor() as cursor:
        cursor.execute(f"TRUNCATE {table}")
        cursor.execute(f"ALTER TABLE {table} ADD CONSTRAINT {name} UNIQUE (tenant_id, event_id)")


class TestOneEvent:
    @pytest.fixture(autouse=True)
    def all_look_first(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """All of them have seen that it was not told yet before one of them tells it."""
        gate, real = threading.Barrier(THREADS), posting.asking.post

        def post(**more: Any) -> Job:
            gate.wait(10)
            return real(**more)

        monkeypatch.setattr(posting.asking, "post", post)

    def told(self, world: Any) -> tuple[int, int]:
        letter = Written(to="a@b.example", subject="s", text="t", about="budget", event_id=uuid.uuid4())

        def post(_: int) -> Any:
            with transaction.atomic():
                return posting.post(letter)

        at_once(world, post)
        with scope(world.tenant):
            return Letter.objects.count(), Job.objects.count()

    def test_is_one_letter(self, world: Any) -> None:
        assert self.told(world) == (1, 1)

    def test_control_without_the_constraint(self, world: Any, no_constraint: None) -> None:
        assert self.told(world) == (THREADS, THREADS)
