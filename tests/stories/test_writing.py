"""A page while it is being written: what its reader is shown of it, and what follows when it did not fit."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client

from accounts.models import LedgerEntry, Tier, User
from accounts.tenancy import scope
from config.seeding.planting import plant
from generation.drain import drain_here
from generation.jobs import public
from generation.models import Job, Price, Status, Unit
from generation.providers.contract import Done, Kind
from stories import pages, prompts
from stories.models import Scene
from tests import factories
from tests.providers.toll import SCENE
from tests.stories import worker

pytestmark = pytest.mark.django_db
HALF = json.dumps(SCENE)[: json.dumps(SCENE).index("had asked")]
"""As far as the second paragraph's first word; the story's title came first, and is none of the page's own."""
PROSE = "The key lay in the fish, and the fish lay on the quay.\n\nNobody"


@pytest.fixture
def page(world: Any, toll: Any) -> Scene:
    """The reader's first page, half written."""
    with scope(world.tenant):
        scene = factories.story(world.user("reader"), world.kids)
        Job.objects.filter(id=scene.job_id).update(status=Status.RUNNING, progress=0.4, partial=HALF)
        return worker.fresh(scene)


def again(world: Any, scene: Scene, **changes: Any) -> Scene:
    with scope(world.tenant):
        Job.objects.filter(id=scene.job_id).update(**changes)
        return worker.fresh(scene)


def status(browser: Client, scene: Scene) -> dict[str, Any]:
    return browser.get(f"/kids/story/status/{scene.id}").json()["text"]


def html(browser: Client, scene: Scene) -> str:
    return browser.get(f"/kids/story/scene/{scene.id}").content.decode()


def test_socket_route_and_page_say_the_same_words(world: Any, client_for: Any, page: Scene) -> None:
    expected = {"status": "generating", "progress": 40, "title": "At the quay", "prose": PROSE}
    browser = client_for("reader")
    assert status(browser, page) == expected
    with scope(world.tenant):
        assert pages.text_status(page) == expected
        assert page.job is not None
        assert public.live(page.job) == {
            "job": str(page.job_id), "run": str(page.job.run_id), "kind": "text", "version": page.job.version,
            "scene": str(page.id), "part": "text", **expected,
        }  # fmt: skip
    shown = html(browser, page)
    first, second = PROSE.split("\n\n")
    assert f'data-words><p dir="auto">{first}</p><p dir="auto">{second}</p></div>' in shown
    assert ">At the quay</h1>" in shown
    assert 'class="you-chose" data-before-words hidden' in shown
    assert not any(SCENE[name][:12] in shown for name in ("picture", "alt", "film", "memory"))


@pytest.mark.parametrize("changes", [{"partial": ""}, {"partial": '{"story_title": "The Bra'}], ids=["none", "early"])
def test_before_the_first_words_the_page_says_that_it_is_written(
    world: Any, client_for: Any, page: Scene, changes: dict[str, str]
) -> None:
    page = again(world, page, **changes)
    browser = client_for("reader")
    assert status(browser, page) == {"status": "generating", "progress": 40}
    shown = html(browser, page)
    assert "data-words hidden></div>" in shown
    assert ">The page is being written</h1>" in shown


@pytest.mark.parametrize("state", [state for state in Status if state is not Status.RUNNING])
def test_in_no_other_state_are_there_words(world: Any, client_for: Any, page: Scene, state: Status) -> None:
    page = again(world, page, status=state)
    assert set(status(client_for("reader"), page)) <= {"status", "progress", "message", "place", "outlook"}


@pytest.mark.parametrize(("sign", "hangs"), [("“", True), ("*", True), ("'", True), ("T", False)])
def test_a_page_that_begins_with_a_sign_has_no_large_letter(
    world: Any, client_for: Any, page: Scene, sign: str, hangs: bool
) -> None:
    page = again(world, page, partial=json.dumps({"text": f"{sign}he key lay"}))
    assert ("prose--speech" in html(client_for("reader"), page)) is hangs


def test_what_children_read_appears_when_it_is_whole(world: Any) -> None:
    with scope(world.tenant):
        assert dict(Tier.objects.values_list("slug", "streams_text")) == {"kids": False, "classics": True}
        Tier.objects.filter(slug="kids").update(streams_text=True)
    with scope(world.harbour):
        assert dict(Tier.objects.values_list("slug", "streams_text")) == {"tales": True}
    plant()
    with scope(world.tenant):  # what staff changed stays so
        assert dict(Tier.objects.values_list("slug", "streams_text")) == {"kids": True, "classics": True}


class TestAnAnswerThatDidNotFit:
    @pytest.fixture
    def begun(self, world: Any, toll: Any) -> Any:
        """A page whose first answer is cut; by the token, so that a longer answer costs more."""
        reader: User = world.user("reader")
        with scope(world.tenant):
            Price.objects.filter(model__key="toll-words").update(unit=Unit.TOKEN, amount_micros=1, per=1)
            yield lambda: factories.story(reader, world.kids)

    def test_is_asked_for_with_twice_the_room(self, begun: Any, toll: Any) -> None:
        toll.script[Kind.TEXT] = [Done(text=HALF, is_cut=True, usage={"input_tokens": 1, "output_tokens": 2000})]
        scene = begun()
        drain_here()
        one, two = (request for request in toll.books if request.kind is Kind.TEXT)
        why = "it was longer than there was room for"
        assert (one.max_tokens, two.max_tokens) == (prompts.MAX_TOKENS, 2 * prompts.MAX_TOKENS)
        assert json.loads(two.prompt) == {**json.loads(one.prompt), "last_answer_was_unusable_because": why}
        assert worker.fresh(scene).text == SCENE["text"]

    def test_is_held_for_what_the_longer_one_may_cost(self, begun: Any, toll: Any) -> None:
        toll.script[Kind.TEXT] = [Done(text=HALF, is_cut=True)]
        scene = begun()
        drain_here()
        holds = LedgerEntry.objects.filter(job_id=scene.job_id, kind="reserve").order_by("attempt")
        one, two = holds.values_list("amount_micros", flat=True)
        one_more = len(b', "last_answer_was_unusable_because": "it was longer than there was room for"')
        assert two - one == prompts.MAX_TOKENS + one_more

    def test_is_used_where_it_is_whole_all_the_same(self, begun: Any, toll: Any) -> None:
        toll.script[Kind.TEXT] = [Done(text=json.dumps(SCENE), is_cut=True)]
        scene = begun()
        drain_here()
        assert (worker.fresh(scene).text, Job.objects.get(id=scene.job_id).attempt) == (SCENE["text"], 1)


@pytest.mark.parametrize(
    ("asked", "room"), [({"max_tokens": 500}, 1000), ({"max_tokens": 7_000}, prompts.MOST_TOKENS), ({}, 4_000)]
)
def test_the_room_is_doubled_within_bounds(asked: dict[str, int], room: int) -> None:
    assert prompts.longer({"prompt": "{}", **asked}) == {
        "prompt": '{"last_answer_was_unusable_because": "it was longer than there was room for"}', "max_tokens": room,
    }  # fmt: skip
