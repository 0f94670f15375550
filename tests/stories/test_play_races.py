"""Two tabs, a double click, eight threads: on PostgreSQL, where writers do not queue up, one thing comes of them.

Each test has its control: the same threads with the protection taken away, which do make eight.
"""

from __future__ import annotations

import threading
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from accounts import auditing, ledger, limits
from accounts.models import Counter as CounterRow
from accounts.models import LedgerEntry, User
from accounts.models.ledger import Period, Pool
from accounts.tenancy import scope
from generation.models import Job, Run
from stories import play
from stories.errors import CannotPlay
from stories.models import Choice, Scene, Story
from tests import factories
from tests.conftest import need
from tests.stories import worker

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]
THREADS = 8
HERE = "192.0.2.1"


@pytest.fixture(autouse=True)
def on_postgres(db: None) -> None:
    need(connection.vendor == "postgresql", "this race shows on PostgreSQL alone: python -m tests.on_postgres")


@pytest.fixture
def page(world: Any) -> Scene:
    with scope(world.tenant):
        return worker.opened(world.user("reader"), world.kids)


def at_once(world: Any, act: Callable[[int], Any]) -> list[Any]:
    """What eight threads, let go together, answered or were refused with."""
    gate = threading.Barrier(THREADS)

    def one(number: int) -> Any:
        try:
            with scope(world.tenant):
                gate.wait(10)
                return act(number)
        except CannotPlay as refused:
            return refused.status
        finally:
            connection.close()

    with ThreadPoolExecutor(THREADS) as threads:
        return list(threads.map(one, range(THREADS)))


def all_look_before_any_writes(monkeypatch: pytest.MonkeyPatch) -> None:
    """The worst case made certain: no thread sees what another one makes."""
    gate = threading.Barrier(THREADS)
    seen = threading.local()
    real = play._led_to

    def led_to(choice: Choice) -> Scene | None:
        if getattr(seen, "once", False):
            return real(choice)
        seen.once = True
        found = real(choice)
        gate.wait(10)
        return found

    monkeypatch.setattr(play, "_led_to", led_to)


@pytest.fixture
def no_constraint() -> Iterator[Callable[[str, str], None]]:
    """Takes a unique constraint of a table away until the test is over."""
    taken: list[tuple[str, str, str]] = []

    def take(table: str, columns: str) -> None:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = %s::regclass "
                "AND contype = 'u' AND pg_get_constraintdef(oid) = %s",
                [table, f"UNIQUE ({columns})"],
            )
            ((name, definition),) = cursor.fetchall()
            cursor.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
        taken.append((table, name, definition))

    yield take
    with connection.cursor() as cursor:
        for table, name, definition in taken:
            cursor.execute(f"TRUNCATE {table} CASCADE")
            cursor.execute(f"ALTER TABLE {table} ADD CONSTRAINT {name} {definition}")


class TestOneChoice:
    def test_is_one_scene_one_run_one_hold(self, world: Any, page: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
        all_look_before_any_writes(monkeypatch)
        opened = at_once(world, lambda _: self.choose(world, page).id)
        with scope(world.tenant):
            assert set(opened) == set(Scene.objects.filter(parent=page).values_list("id", flat=True))
            runs = Run.objects.filter(topic_id=page.story_id).count()
            holds = LedgerEntry.objects.filter(kind="reserve").count()
            assert (len(set(opened)), runs, Job.objects.count(), holds) == (1, 2, 4, 4)  # the first page's among them
            assert (factories.scenes_counted(world.kids), auditing.audit()) == (2, [])

    def test_control_without_the_constraint(
        self, world: Any, page: Scene, monkeypatch: pytest.MonkeyPatch, no_constraint: Any
    ) -> None:
        no_constraint("stories_scene", "via_id")
        all_look_before_any_writes(monkeypatch)
        assert len(set(at_once(world, lambda _: self.choose(world, page).id))) == THREADS

    def choose(self, world: Any, page: Scene) -> Scene:
        choice = Choice.objects.get(scene=page, position=0)
        return play.choose(reader=world.user("reader"), scene=worker.fresh(page), choice=choice, address=HERE)


@pytest.mark.parametrize(("same", "stories"), [(True, 1), (False, THREADS)], ids=["same-form", "control-own-forms"])
def test_one_form_starts_one_story(world: Any, same: bool, stories: int) -> None:
    nonce = uuid.uuid4()

    def begin(_: int) -> uuid.UUID:
        nonces = {} if not same else {"nonce": nonce}
        return factories.story(world.user("reader"), world.kids, **nonces).id

    opened = at_once(world, begin)
    with scope(world.tenant):
        assert (len(set(opened)), Story.objects.count(), Job.objects.count()) == (stories, stories, 2 * stories)
        assert (factories.scenes_counted(world.kids), auditing.audit()) == (stories, [])


@pytest.mark.parametrize(("same", "guests"), [(True, 1), (False, THREADS)], ids=["same-browser", "control-strangers"])
def test_one_form_of_a_stranger_makes_one_guest_and_one_story(world: Any, same: bool, guests: int) -> None:
    """No session holds the two posts together, only the browser's CSRF secret."""
    page = Client(HTTP_HOST="localhost", enforce_csrf_checks=True)
    form = {"prompt": "A key in a fish", "nonce": str(page.get("/kids/").context["nonce"])}

    def post(_: int) -> tuple[int, str]:
        browser = Client(HTTP_HOST="localhost", enforce_csrf_checks=True)
        if same:
            browser.cookies["csrftoken"] = page.cookies["csrftoken"].value
        else:
            browser.get("/kids/")
        token = browser.cookies["csrftoken"].value
        answer = browser.post("/kids/story/start", {**form, "csrfmiddlewaretoken": token})
        return answer.status_code, browser.get(answer["Location"]).status_code

    answers = at_once(world, post)
    assert set(answers) == {(303, 200)}  # every one of them may read on
    with scope(world.tenant):
        assert (User.objects.filter(is_guest=True).count(), Story.objects.count()) == (guests, guests)


@pytest.mark.parametrize(("same", "scenes"), [(True, 1), (False, THREADS)], ids=["same-form", "control-own-forms"])
def test_one_typed_form_is_one_scene(world: Any, page: Scene, same: bool, scenes: int) -> None:
    nonce = uuid.uuid4()

    def say(_: int) -> uuid.UUID:
        mine = nonce if same else uuid.uuid4()
        given = {"reader": world.user("reader"), "scene": worker.fresh(page), "address": HERE}
        return play.choose_typed(text="Throw it back", nonce=mine, **given).id

    opened = at_once(world, say)
    with scope(world.tenant):
        assert len(set(opened)) == Scene.objects.filter(parent=page).count() == scenes
        assert Choice.objects.filter(scene=page, origin="typed").count() == scenes


@pytest.mark.parametrize("verb", ["keep_going", "wrap_up"])
def test_the_other_ways_on_are_one_scene(world: Any, verb: str) -> None:
    with scope(world.tenant):
        reader = world.user("reader")
        page = worker.finished(reader, world.kids) if verb == "keep_going" else worker.opened(reader, world.kids)
        before = Scene.objects.count()

    def go(_: int) -> uuid.UUID:
        return getattr(play, verb)(reader=reader, scene=worker.fresh(page), address=HERE).id

    opened = at_once(world, go)
    with scope(world.tenant):
        assert (len(set(opened)), Scene.objects.count() - before) == (1, 1)
        target = Story.objects.get(id=page.story_id).target_depth
        assert (target, auditing.audit()) == ({"keep_going": 6, "wrap_up": 3}[verb], [])


class TestTheLastOfTheAllowance:
    def test_is_taken_once(self, world: Any, page: Scene) -> None:
        assert self.race(world, page) == Counter({429: THREADS - 1, 303: 1})

    def test_control_by_looking_first(self, world: Any, page: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
        gate, here = threading.Barrier(THREADS), threading.local()

        def unlocked(pools: Any, day: Any) -> Any:
            found = {
                (Pool(c.pool), c.subject_id, Period(c.period)): c
                for c in CounterRow.objects.filter(limits.at(pools, day))
            }
            if not hasattr(here, "looked"):
                here.looked = True
                gate.wait(10)
            return found

        monkeypatch.setattr(ledger, "_locked", unlocked)
        assert self.race(world, page) == Counter({303: THREADS})

    def race(self, world: Any, page: Scene) -> Counter[int]:
        with scope(world.tenant):
            factories.scenes_a_day(world.kids, 2)  # the first page took one

        def say(number: int) -> int:
            given = {"reader": world.user("reader"), "scene": worker.fresh(page), "address": HERE}
            play.choose_typed(text=f"Way {number}", nonce=uuid.uuid4(), **given)
            return 303

        return Counter(at_once(world, say))
