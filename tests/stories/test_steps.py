"""What the worker's answers become on a page, through the real drain and a provider with books."""

from __future__ import annotations

import json
from typing import Any

import pytest

from accounts import auditing
from accounts.access import Actor
from accounts.models import LedgerEntry, User
from config.seeding.rules import NEVER_SHOWN
from generation import steps as registry
from generation.drain import drain_here
from generation.jobs import public
from generation.models import Asset, Job
from generation.providers.contract import Done, Kind, Pending
from generation.providers.errors import Refused, Rejected, Transient
from stories import play, prompts
from stories.models import Choice, Image, Scene, Story, Video
from stories.steps import WriteScene
from tests import factories
from tests.factories import TOLL_PRICE
from tests.providers.toll import SCENE
from tests.providers.toll import scene as words
from tests.stories import worker

pytestmark = pytest.mark.django_db


@pytest.fixture
def begin(reader: User, in_tenant: Any, toll: Any) -> Any:
    return lambda **wishes: factories.story(reader, in_tenant.kids, **wishes)


def states(scene: Scene) -> dict[str, str]:
    return {job.kind: job.status for job in Job.objects.filter(subject_id=scene.id)}


def entries() -> list[tuple[str, int, str]]:
    """(kind of job, attempt, kind of entry), in the order of booking."""
    kinds = {job.id: job.kind for job in Job.objects.all()}
    rows = LedgerEntry.objects.order_by("created_at").values_list("job_id", "attempt", "kind")
    return [(kinds[job_id], attempt, kind) for job_id, attempt, kind in rows]


def test_words_picture_and_film_become_a_page(begin: Any, toll: Any, in_tenant: Any) -> None:
    scene = begin(film=True)
    drain_here()
    page = Scene.objects.get(id=scene.id)
    assert {name: getattr(page, name) for name in ("title", "text", "picture", "alt", "film", "memory")} == {
        name: SCENE[name] for name in ("title", "text", "picture", "alt", "film", "memory")
    }
    assert (page.is_ending, page.ending_name) == (False, "")
    assert list(Choice.objects.filter(scene=page).values_list("position", "text", "origin")) == [
        (0, "Take the key and run", "written"),
        (1, "Ask the fishwife whose it is", "written"),
    ]
    assert Story.objects.get(id=page.story_id).title == "The Brass Key"
    assert states(scene) == {"text": "done", "image": "done", "video": "done"}

    text, image, video = toll.books
    assert [request.kind for request in toll.books] == [Kind.TEXT, Kind.IMAGE, Kind.VIDEO]
    own = (
        f"\n\nStyle: watercolour, {in_tenant.kids.picture_style}. No text in the picture."
        f"\nRules of this library, above all that is said before: {in_tenant.kids.guidelines} Never shown: {NEVER_SHOWN}."
    )
    assert image.prompt == f"{SCENE['picture']}{own}"
    assert video.prompt == f"{SCENE['picture']}\n\nMotion: {SCENE['film']}{own}"
    painted = Image.objects.select_related("job__asset").get(scene=page).job.asset
    assert painted is not None
    assert [(given.role, given.media_type, len(given.read())) for given in video.inputs] == [
        ("first_frame", "image/png", painted.size_bytes)
    ]
    assert {request.seed for request in toll.books} == {page.story.seed}
    assert (image.aspect_ratio, video.aspect_ratio, video.seconds) == ("16:9", "16:9", prompts.FILM_SECONDS)
    assert (text.schema, text.system) == (
        prompts.SCENE_SCHEMA,
        prompts.system(audience="children", guidelines=in_tenant.kids.guidelines),
    )
    assert (Asset.objects.count(), auditing.audit()) == (2, [])


class TestABrokenAnswer:
    BROKEN = words(choices=["Only one way"])

    def test_is_asked_for_again_once(self, begin: Any, toll: Any) -> None:
        toll.script[Kind.TEXT] = [Done(text=self.BROKEN)]
        scene = begin()
        drain_here()
        assert states(scene) == {"text": "done", "image": "done"}
        one, two = (request for request in toll.books if request.kind is Kind.TEXT)
        why = "choices: a scene that is no ending needs at least two different ones"
        assert json.loads(two.prompt) == {**json.loads(one.prompt), "last_answer_was_unusable_because": why}
        assert (one.system, one.schema) == (two.system, two.schema)
        assert [entry for entry in entries() if entry[0] == "text"] == [
            ("text", 1, "reserve"), ("text", 1, "settle"), ("text", 2, "reserve"), ("text", 2, "settle"),
        ]  # fmt: skip

    def test_twice_fails_cleanly_and_can_be_tried_again(self, begin: Any, toll: Any) -> None:
        toll.script[Kind.TEXT] = [Done(text=self.BROKEN), Done(text="<html>Sorry, I cannot</html>")]
        scene = begin(film=True)
        drain_here()
        assert states(scene) == {"text": "failed", "image": "failed", "video": "failed"}
        page = worker.fresh(scene)
        assert page.job is not None
        assert (page.text, page.choices.count(), public.in_story(page.job)) == (
            "", 0,
            {"status": "failed", "message": "The words came back in a form that cannot be used, twice. Try again."},
        )  # fmt: skip
        assert sorted(entry for entry in entries() if entry[0] != "text") == [
            ("image", 1, "release"), ("image", 1, "reserve"), ("video", 1, "release"), ("video", 1, "reserve"),
        ]  # fmt: skip
        play.retry(job_id=page.job.id, with_dependents=True)
        drain_here()
        assert states(scene) == {"text": "done", "image": "done", "video": "done"}
        assert (worker.fresh(scene).text, auditing.audit()) == (SCENE["text"], [])

    @pytest.mark.parametrize(
        "text", [None, "", "[" * 5000, "{}", "null"], ids=["none", "empty", "deep", "bare", "null"]
    )
    def test_in_other_ways_fails_as_cleanly(self, begin: Any, toll: Any, text: str | None) -> None:
        toll.script[Kind.TEXT] = [Done(text=text), Done(text=text)]
        scene = begin()
        drain_here()
        assert states(scene) == {"text": "failed", "image": "failed"}
        assert (Job.objects.get(id=scene.job_id).error_class, len(toll.books)) == ("unusable", 2)


def test_half_an_emoji_and_a_nul_do_not_stop_the_worker(begin: Any, toll: Any) -> None:
    """A cut answer may hold characters that PostgreSQL keeps in no column."""
    toll.script[Kind.TEXT] = [Done(text='{"title": "cut \ud83d'), Done(text=words(title="At \x00 the \ud83d quay"))]
    scene = begin()
    drain_here()
    assert (states(scene)["text"], worker.fresh(scene).title) == ("done", "At the quay")
    assert "\x00" not in json.dumps(Job.objects.get(id=scene.job_id).result)


def test_a_film_on_its_way_outlives_a_provider_that_cannot_be_asked(begin: Any, toll: Any) -> None:
    """Nine polls fail, more than a purchase that was never taken may; it is one film and one price all the same."""
    toll.script[Kind.VIDEO] = [Pending("film-1", check_after_seconds=0.05)]
    toll.checks = [Transient("busy", retry_after_seconds=0.1)] * 9
    scene = begin(film=True)
    drain_here()
    assert (states(scene)["video"], toll.asked_after) == ("done", ["film-1"] * 10)
    assert [entry for entry in entries() if entry[0] == "video"] == [("video", 1, "reserve"), ("video", 1, "settle")]


class TestAFailedPicture:
    def test_leaves_the_film_failed_and_the_reader_free(self, begin: Any, toll: Any, reader: User) -> None:
        toll.script[Kind.IMAGE] = [Refused("no")]
        scene = begin(film=True)
        drain_here()
        assert states(scene) == {"text": "done", "image": "refused", "video": "failed"}
        film = Video.objects.get(scene=scene).job
        assert film.message == "The film could not be begun, because it needs the picture. Nothing was charged."
        assert worker.take(reader, worker.fresh(scene)).text == SCENE["text"]

    def test_is_tried_again_with_the_film(self, begin: Any, toll: Any) -> None:
        toll.script[Kind.IMAGE] = [Rejected("no")]
        scene = begin(film=True)
        drain_here()
        play.retry(job_id=Video.objects.get(scene=scene).job_id)
        drain_here()
        assert states(scene) == {"text": "done", "image": "done", "video": "done"}
        bought = [request.kind.value for request in toll.books]
        assert (bought, auditing.audit()) == (["text", "image", "image", "video"], [])

    def test_tried_again_alone_leaves_the_film_to_its_own_retry(self, begin: Any, toll: Any) -> None:
        toll.script[Kind.IMAGE] = [Rejected("no")]
        scene = begin(film=True)
        drain_here()
        play.retry(job_id=Image.objects.get(scene=scene).job_id)
        drain_here()
        assert states(scene) == {"text": "done", "image": "done", "video": "failed"}
        play.retry(job_id=Video.objects.get(scene=scene).job_id)
        drain_here()
        assert states(scene)["video"] == "done"


def test_an_ending_names_itself_and_finishes_the_story_once(reader: User, in_tenant: Any) -> None:
    ending = worker.finished(reader, in_tenant.kids)
    finished_at = Story.objects.get(id=ending.story_id).finished_at
    assert (ending.is_ending, ending.ending_name, finished_at is not None) == (True, "Home again", True)
    assert ending.parent is not None
    worker.take(reader, worker.fresh(ending.parent), 1)
    assert Scene.objects.filter(story=ending.story, is_ending=True).count() == 2
    assert Story.objects.get(id=ending.story_id).finished_at == finished_at


def test_finishing_twice_is_harmless(first: Scene) -> None:
    """A crash between the step and its commit runs it again."""
    job = Job.objects.get(id=first.job_id)
    before = list(Choice.objects.filter(scene=first).values_list("id", "text"))
    assert registry.find("write-scene").finish(job) is None
    assert list(Choice.objects.filter(scene=first).values_list("id", "text")) == before
    assert isinstance(registry.find("write-scene"), WriteScene)


def test_the_title_is_the_first_scenes(reader: User, in_tenant: Any) -> None:
    first = worker.opened(reader, in_tenant.kids, said={"story_title": "The Brass Key"})
    worker.take(reader, first, story_title="Quite Another")
    assert Story.objects.get(id=first.story_id).title == "The Brass Key"


def test_what_a_socket_says_is_what_the_status_route_says(begin: Any, toll: Any) -> None:
    from stories import pages

    scene = begin(film=True)
    drain_here()
    for kind, part in ((Image, "image"), (Video, "video")):
        made = pages.plate(kind, scene.id)
        digest = made.job.asset.sha256[:8]
        url = f"/kids/story/{part}/{scene.id}/file?v={digest}"
        assert pages.status_of(made, Actor(None)) == {"status": "complete", "url": url}
        said = public.live(made.job)
        assert said == {
            "job": str(made.job_id), "run": str(made.job.run_id), "kind": part, "version": made.job.version,
            "status": "complete", "scene": str(scene.id), "part": part, "url": url,
        }  # fmt: skip
    assert LedgerEntry.objects.filter(kind="settle", amount_micros=TOLL_PRICE).count() == 3
