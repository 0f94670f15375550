"""Minutes a day: what counts, that two tabs count once, and what is still read when they are over."""

from __future__ import annotations

import datetime
import threading
import uuid
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from accounts import minutes
from accounts.models import ReadingTime, Tier
from accounts.tenancy import scope
from stories.models import Choice
from tests.stories import worker

MORNING = datetime.datetime(2026, 5, 4, 9, 0, 0, tzinfo=datetime.UTC)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Any:
    class Clock:
        now = MORNING

        def on(self, **more: float) -> None:
            self.now += datetime.timedelta(**more)

    found = Clock()
    monkeypatch.setattr(minutes.timezone, "now", lambda: found.now)
    return found


@pytest.fixture
def kids(in_tenant: Any) -> Tier:
    in_tenant.kids.daily_minutes = 5
    in_tenant.kids.save()
    return in_tenant.kids


def seconds(tier: Tier) -> int:
    return sum(ReadingTime.objects.filter(tier=tier).values_list("seconds", flat=True))


@pytest.mark.django_db
class TestCounting:
    def test_the_time_between_moments_a_minute_at_most(self, kids: Tier, clock: Any) -> None:
        counted = []
        for gap in (0, 10, 0.4, 0.4, 0.4, 59, 61, 3600):
            clock.on(seconds=gap)
            minutes.seen(tier=kids, subject="user:x")
            counted.append(seconds(kids))
        # Parts of a second are not lost: three of 0.4 are one.
        assert counted == [0, 10, 10, 10, 11, 70, 130, 190]

    def test_each_person_each_tier_and_each_day_by_itself(self, kids: Tier, clock: Any, in_tenant: Any) -> None:
        in_tenant.classics.daily_minutes = 9
        for _ in range(2):
            minutes.seen(tier=kids, subject="user:x")
            clock.on(seconds=40)
        left = minutes.minutes_left
        assert (left(tier=kids, subject="user:x"), left(tier=kids, subject="user:y")) == (5, 5)
        clock.on(seconds=50)
        minutes.seen(tier=kids, subject="user:x")
        told = [left(tier=tier, subject="user:x") for tier in (kids, in_tenant.classics)]
        clock.on(days=1)
        assert (told, left(tier=kids, subject="user:x")) == ([4, 9], 5)

    def test_without_a_limit_nothing_is_kept(self, in_tenant: Any) -> None:
        minutes.seen(tier=in_tenant.kids, subject="user:x")
        assert (minutes.minutes_left(tier=in_tenant.kids, subject="user:x"), ReadingTime.objects.count()) == (None, 0)

    def test_when_it_is_over_the_open_page_stays(self, kids: Tier, clock: Any) -> None:
        here, there = uuid.uuid4(), uuid.uuid4()
        for _ in range(6):
            minutes.open_page(tier=kids, subject="user:x", place=here)
            clock.on(seconds=60)
        minutes.open_page(tier=kids, subject="user:x", place=here)
        for refused in (
            lambda: minutes.open_page(tier=kids, subject="user:x", place=there),
            lambda: minutes.turn_page(tier=kids, subject="user:x"),
        ):
            with pytest.raises(minutes.TimeUsedUp) as over:
                refused()
        assert (minutes.minutes_left(tier=kids, subject="user:x"), over.value.seconds) == (0, 15 * 3600 - 360)


@pytest.mark.django_db(transaction=True)
def test_two_tabs_at_once_count_once(world: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both look at the same row before either writes. The control is the write without its condition."""
    with scope(world.tenant):
        world.kids.daily_minutes = 5
        world.kids.save()
    both = threading.Barrier(2)
    now = MORNING + datetime.timedelta(seconds=30)
    monkeypatch.setattr(minutes.timezone, "now", lambda: now)
    real = ReadingTime.objects.get_or_create

    def looked(**key: Any) -> Any:
        found = real(**key)
        both.wait(timeout=20)
        return found

    def tab() -> None:
        try:
            with scope(world.tenant):
                minutes.seen(tier=world.kids, subject="user:x")
        finally:
            connection.close()

    def run() -> int:
        with scope(world.tenant):
            ReadingTime.objects.all().delete()
            ReadingTime.objects.create(tier=world.kids, subject="user:x", day=MORNING.date(), seen_at=MORNING)
        tabs = [threading.Thread(target=tab) for _ in range(2)]
        for one in tabs:
            one.start()
        for one in tabs:
            one.join()
        with scope(world.tenant):
            return seconds(world.kids)

    monkeypatch.setattr(ReadingTime.objects, "get_or_create", looked)
    assert run() == 30
    from django.db.models import F

    def careless(tier: Tier, subject: str) -> ReadingTime:
        row, _ = looked(tier=tier, subject=subject, day=now.date(), defaults={"seen_at": now})
        ReadingTime.objects.filter(id=row.id).update(seconds=F("seconds") + 30, seen_at=now)
        return row

    monkeypatch.setattr(minutes, "_seen", careless)
    assert run() == 60, "the control: without the condition both count"


@pytest.mark.django_db
class TestOnPages:
    def used_up(self, world: Any) -> None:
        ReadingTime.objects.update(seconds=5 * 60)

    def test_turns_and_other_pages_wait_for_tomorrow(self, client_for: Any, kids: Tier, in_tenant: Any) -> None:
        reader = in_tenant.user("reader")
        first = worker.opened(reader, kids)
        second = worker.take(reader, first)
        choice = Choice.objects.filter(scene=second, origin="written")[0]
        browser: Client = client_for("reader")
        at, other = f"/kids/story/scene/{second.id}", f"/kids/story/scene/{first.id}"
        assert [browser.get(address).status_code for address in (other, at)] == [200, 200]
        assert browser.get("/kids/").context["minutes_left"] == 5
        self.used_up(in_tenant)
        assert browser.get("/kids/").context["minutes_left"] == 0
        # What is being read stays readable, the fragment and its status too.
        assert browser.get(at).status_code == 200
        assert browser.get(f"/kids/story/status/{second.id}", HTTP_X_READING="visible").status_code == 200
        refused = {
            "other": browser.get(other),
            "choose": browser.post(f"/kids/story/choose/{second.id}/{choice.id}"),
            "back": browser.post("/kids/story/back", {"scene": str(second.id)}),
            "start": browser.post("/kids/story/start", {"prompt": "One more"}),
        }
        assert {name: answer.status_code for name, answer in refused.items()} == dict.fromkeys(refused, 429)
        for answer in refused.values():
            assert ("The book opens again tomorrow" in answer.content.decode(), int(answer["Retry-After"]) > 0) == (
                True,
                True,
            )
        told = browser.post(f"/api/v1/scenes/{second.id}/wrap-up", {}, "application/json")
        assert (told.status_code, told.json()["error"], 0 < int(told["Retry-After"]) <= 86400) == (
            429, "That is enough for today. The book opens again tomorrow.", True,
        )  # fmt: skip
        assert client_for("staff").get(other).status_code == 200, "staff look at stories without a clock"

    def test_a_page_tells_that_it_is_seen_only_while_it_is(
        self, client_for: Any, kids: Tier, in_tenant: Any, clock: Any
    ) -> None:
        page = worker.opened(in_tenant.user("reader"), kids)
        browser, status = client_for("reader"), f"/kids/story/status/{page.id}"
        browser.get(f"/kids/story/scene/{page.id}")
        counted = []
        for header in ({"HTTP_X_READING": "visible"}, {"HTTP_X_READING": "hidden"}, {}):
            clock.on(seconds=30)
            browser.get(status, **header)
            counted.append(seconds(kids))
        assert counted == [30, 30, 30]

    def test_guests_of_an_address_share_them(self, client_for: Any, kids: Tier, in_tenant: Any) -> None:
        browser = client_for()
        assert browser.post("/kids/story/start", {"prompt": "A fish"}).status_code == 303
        self.used_up(in_tenant)
        fresh = Client(HTTP_HOST="localhost")
        assert fresh.post("/kids/story/start", {"prompt": "A fish"}).status_code == 429
        assert Client(HTTP_HOST="localhost", REMOTE_ADDR="192.0.2.9").post(
            "/kids/story/start", {"prompt": "A fish"}
        ).status_code == 303  # fmt: skip
        assert not ReadingTime.objects.filter(subject__contains="127.0.0.1").exists()
