"""What staff hide is gone at once: on pages, in status, for programs, as a file, on sockets and behind links given before."""

from __future__ import annotations

import datetime
import uuid
from dataclasses import dataclass
from typing import Any

import pytest
from django.core import signing
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.test import Client

from accounts.middleware import actor_for
from accounts.tenancy import scope
from generation import assets, media
from generation.live import may_follow_work
from generation.models import Asset, Job
from stories import appeals, showing
from stories.errors import CannotPlay
from stories.models import Appeal, Decision, Image, Scene, Story, Video
from stories.sockets import may_follow_story
from tests.stories import worker

pytestmark = pytest.mark.django_db
MARK = "quillon-seventeen"


@dataclass
class Shown:
    """A published story of the author's, read to its end, with a picture and a film for each page."""

    world: Any
    story: Story
    scene: Scene
    image: Image
    video: Video

    def thing(self, part: str) -> Any:
        return {"story": self.story, "scene": self.scene, "picture": self.image, "film": self.video}[part]

    def hide(self, part: str, reason: str = "Too sad") -> None:
        with scope(self.world.tenant):
            staff = actor_for(self.world.user("staff"), self.world.tenant)
            showing.hide(actor=staff, thing=showing.find(part, showing.subject_of(self.thing(part))), reason=reason)

    def restore(self, part: str) -> None:
        with scope(self.world.tenant):
            staff = actor_for(self.world.user("staff"), self.world.tenant)
            showing.restore(actor=staff, thing=showing.find(part, showing.subject_of(self.thing(part))))

    @property
    def addresses(self) -> dict[str, str]:
        scene, image, film = self.scene.id, self.image.job, self.video.job
        return {
            "page": f"/kids/story/scene/{scene}",
            "book": f"/kids/gallery/{self.story.id}/{scene}/",
            "map": f"/kids/story/tree?story={self.story.id}",
            "status": f"/kids/story/status/{scene}",
            "image status": f"/kids/story/image/{scene}",
            "video status": f"/kids/story/video/{scene}",
            "image file": f"/kids/story/image/{scene}/file",
            "video file": f"/kids/story/video/{scene}/file",
            "api story": f"/api/v1/stories/{self.story.id}",
            "api scene": f"/api/v1/scenes/{scene}",
            "api status": f"/api/v1/scenes/{scene}/status",
            "api image": f"/api/v1/scenes/{scene}/image",
            "api video": f"/api/v1/scenes/{scene}/video",
            "text job": f"/api/v1/jobs/{self.scene.job_id}",
            "image job": f"/api/v1/jobs/{image.id}",
            "video job": f"/api/v1/jobs/{film.id}",
            "image asset": f"/api/v1/assets/{image.asset_id}",
            "image asset file": f"/api/v1/assets/{image.asset_id}/file",
            "video asset file": f"/api/v1/assets/{film.asset_id}/file",
        }


@pytest.fixture
def shown(world: Any, media: Any) -> Shown:
    with scope(world.tenant):
        said = {name: f"{MARK} {name} and a few words more" for name in ("title", "text", "alt", "picture")}
        ending = worker.finished(world.user("author"), world.kids, film=True, said=said)
        Story.objects.update(visibility="published")
        for asset in Asset.objects.all():
            default_storage.save(asset.storage_name, ContentFile(asset.sha256[:8].ljust(asset.size_bytes).encode()))
        scene = Scene.objects.select_related("job", "story").get(story=ending.story, depth=1)
        plates = {
            kind: kind.objects.select_related("job__asset", "scene__story").get(scene=scene) for kind in (Image, Video)
        }
        return Shown(world, scene.story, scene, plates[Image], plates[Video])


def refused(browser: Client, shown: Shown) -> set[str]:
    """The addresses that answer 404."""
    return {name for name, address in shown.addresses.items() if browser.get(address).status_code == 404}


OF_THE_STORY = {"api story", "map"}
OF_PICTURE = {"image status", "image file", "api image", "image job", "image asset", "image asset file"}
OF_FILM = {"video status", "video file", "api video", "video job", "video asset file"}
OF_THE_PAGE = {"page", "book", "status", "api scene", "api status", "text job"} | OF_PICTURE | OF_FILM
HIDDEN = {"story": OF_THE_STORY | OF_THE_PAGE, "scene": OF_THE_PAGE, "picture": OF_PICTURE, "film": OF_FILM}
OTHERS_JOBS = {"text job", "image job", "video job", "image asset", "image asset file", "video asset file"}
"""Jobs and files are their asker's; another reader never finds them."""


@pytest.mark.parametrize("part", HIDDEN)
def test_it_is_gone_for_everybody_but_staff_and_comes_back(shown: Shown, client_for: Any, part: str) -> None:
    owner, other, staff = client_for("author"), client_for("reader"), client_for("staff")
    assert (refused(owner, shown), refused(other, shown), refused(staff, shown)) == (set(), OTHERS_JOBS, set())
    shown.hide(part)
    assert refused(owner, shown) == HIDDEN[part]
    assert refused(other, shown) == HIDDEN[part] | OTHERS_JOBS
    assert refused(staff, shown) == set()
    shown.restore(part)
    # A story comes back to its reader alone.
    assert refused(owner, shown) == set()
    assert refused(other, shown) == ((HIDDEN["story"] if part == "story" else set()) | OTHERS_JOBS)


@pytest.mark.parametrize("part", HIDDEN)
def test_nothing_of_it_is_told_anywhere_else(shown: Shown, client_for: Any, part: str) -> None:
    """Everything of the hidden part holds the mark alone in this test; no list and no page near it shows it."""
    with scope(shown.world.tenant):
        Scene.objects.exclude(id=shown.scene.id).update(title="Another", text="Other words", alt="", picture="")
        if part in ("picture", "film"):
            Scene.objects.filter(id=shown.scene.id).update(title="Shown", text="Shown words", picture="", alt="")
    lists = [
        "/", "/kids/", "/kids/gallery/", f"/kids/gallery/{shown.story.id}/", "/api/v1/stories", "/api/v1/jobs?limit=100",
        "/api/v1/assets?limit=100", f"/api/v1/runs/{shown.scene.job.run_id}", *shown.addresses.values(),
    ]  # fmt: skip
    plate = shown.video if part == "film" else shown.image
    marks = [
        MARK,
        str(plate.job.asset_id),
        plate.job.asset.sha256[:8],
        f"/{'video' if part == 'film' else 'image'}/{shown.scene.id}/file",
    ]

    def leaks(name: str) -> set[str]:
        browser, found = client_for(name), set()
        for address in lists:
            answer = browser.get(address)
            body = b"".join(answer.streaming_content) if answer.streaming else answer.content
            if any(mark in body.decode("utf-8", "replace") for mark in marks):
                found.add(address)
        return found

    assert len(leaks("author")) > 3, "the control: it is there to be seen"
    shown.hide(part)
    assert {name: leaks(name) for name in ("author", "reader")} == {"author": set(), "reader": set()}
    assert len(leaks("staff")) > 3


@pytest.mark.parametrize("part", HIDDEN)
def test_its_reader_sees_why_and_nothing_of_it(shown: Shown, client_for: Any, part: str) -> None:
    shown.hide(part, "It made a child cry")
    address = f"/kids/story/hidden/{part}/{showing.subject_of(shown.thing(part))}"
    told = {name: client_for(name).get(address).status_code for name in ("author", "reader", "staff", None)}
    assert told == {"author": 200, "reader": 404, "staff": 404, None: 404}
    pages = [client_for("author").get(address).content.decode()]
    if part in ("story", "scene"):
        instead = client_for("author").get(shown.addresses["page"])
        assert (instead.status_code, client_for("reader").get(shown.addresses["page"]).content) != (
            200,
            instead.content,
        )
        pages += [instead.content.decode(), client_for("author").get(shown.addresses["book"]).content.decode()]
    for html in pages:
        assert ("It made a child cry" in html, "Ask staff to look again" in html, MARK in html) == (True, True, False)
    shown.restore(part)
    assert client_for("author").get(address).status_code == 404


class TestLinks:
    def opened(self, link: str) -> int:
        return Client(HTTP_HOST="localhost").get(link).status_code

    def link(self, shown: Shown, plate: Image | Video) -> str:
        with scope(shown.world.tenant):
            assert plate.job.asset is not None
            return media.link(plate.job.asset)

    @pytest.mark.parametrize("part", ["story", "scene", "picture"])
    def test_one_given_before_dies_with_the_hiding(self, shown: Shown, part: str) -> None:
        link, film = self.link(shown, shown.image), self.link(shown, shown.video)
        assert (self.opened(link), self.opened(film)) == (200, 200)
        shown.hide(part)
        assert (self.opened(link), self.opened(film)) == (404, 200 if part == "picture" else 404)
        shown.restore(part)
        assert (self.opened(link), self.opened(film)) == (200, 200)

    def test_no_link_lives_longer_than_five_minutes(
        self, shown: Shown, settings: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        link = self.link(shown, shown.image)
        now = signing.time.time()
        told = {}
        for seconds in (0, 299, 301, 3600):
            monkeypatch.setattr(signing.time, "time", lambda then=now + seconds: then)
            told[seconds] = self.opened(link)
        assert told == {0: 200, 299: 200, 301: 404, 3600: 404}
        # An object store's link cannot be called back, so it lives no longer either.
        assert (media.LINK_SECONDS, settings.MEDIA_STORAGES["s3"]["OPTIONS"]["querystring_expire"]) == (300, 300)

    def test_a_copy_of_the_file_dies_with_the_last_shown_one(self, shown: Shown) -> None:
        with scope(shown.world.tenant):
            assert shown.image.job.asset is not None
            copy = media.link(assets.reuse(shown.image.job.asset))
            # The same bytes of another page: each use is hidden by itself.
            twin = Job.objects.exclude(id=shown.image.job_id).filter(kind="image").select_related("asset").first()
            assert twin is not None
            assert twin.asset is not None
            Asset.objects.filter(id=twin.asset_id).update(sha256=shown.image.job.asset.sha256)
            other = media.link(twin.asset)
        assert [self.opened(link) for link in (copy, other)] == [200, 200]
        shown.hide("picture")
        assert [self.opened(link) for link in (copy, other)] == [200, 200]
        with scope(shown.world.tenant):
            staff = actor_for(shown.world.user("staff"), shown.world.tenant)
            showing.hide(actor=staff, thing=Image.objects.select_related("scene").get(job=twin), reason="This one too")
        assert [self.opened(link) for link in (copy, other)] == [404, 404]


@pytest.mark.parametrize("part", HIDDEN)
def test_sockets(shown: Shown, part: str) -> None:
    """A job's socket is not taken where its result is hidden, a run's where nothing of it is left, a story's with the story."""
    world, run = shown.world, shown.scene.job.run_id

    def followed(name: str) -> set[str]:
        with scope(world.tenant):
            actor = actor_for(world.user(name), world.tenant)
            targets = {"text": shown.scene.job_id, "image": shown.image.job_id, "video": shown.video.job_id, "run": run}
            found = {what for what, target in targets.items() if may_follow_work(actor, target)}
            return found | ({"story"} if may_follow_story(actor, shown.story.id) else set())

    everything = {"text", "image", "video", "run", "story"}
    assert followed("author") == everything
    shown.hide(part)
    left = {"story": set(), "scene": {"story"}, "picture": everything - {"image"}, "film": everything - {"video"}}
    assert (followed("author"), followed("staff")) == (left[part], everything)


def test_the_hub_tells_nothing_of_what_is_hidden(shown: Shown, monkeypatch: pytest.MonkeyPatch) -> None:
    from generation import hub

    def heard() -> list[tuple[str, str | None]]:
        said: list[Any] = []
        follower = hub.Follower(shown.world.tenant.id, shown.scene.job.run_id, said.append)
        hub._look([follower])
        assert hub._look([follower]) is None, "what was left out is not looked for again"
        return sorted((one["data"]["part"], one["data"].get("url")) for one in said)

    assert [part for part, _ in heard()] == ["image", "text", "video"]
    shown.hide("picture")
    assert [part for part, _ in heard()] == ["text", "video"]
    shown.hide("scene")
    assert heard() == []


class TestDeciding:
    def actor(self, shown: Shown, name: str) -> Any:
        return actor_for(shown.world.user(name), shown.world.tenant)

    def test_who_may_and_only_with_a_reason(self, shown: Shown) -> None:
        with scope(shown.world.tenant):
            for name in ("author", "reader", "harbour-owner"):
                with pytest.raises(CannotPlay, match="for staff"):
                    showing.hide(actor=self.actor(shown, name), thing=shown.image, reason="Mine")
            with pytest.raises(CannotPlay, match="Say why"):
                showing.hide(actor=self.actor(shown, "staff"), thing=shown.image, reason="  \n ")
            assert (Decision.objects.count(), Image.objects.filter(standing="hidden").count()) == (0, 0)

    def test_each_is_a_row_that_stays(self, shown: Shown) -> None:
        shown.hide("picture", "Too  loud\na red")
        with pytest.raises(CannotPlay, match="hidden already"):
            shown.hide("picture")
        shown.restore("picture")
        with pytest.raises(CannotPlay, match="Only a hidden picture is restored"):
            shown.restore("picture")
        with scope(shown.world.tenant):
            rows = Decision.objects.order_by("created_at").values_list(
                "part", "subject_id", "ruling", "reason", "by__email"
            )
            assert list(rows) == [
                ("picture", shown.scene.id, "hide", "Too loud a red", "staff@example.com"),
                ("picture", shown.scene.id, "restore", "", "staff@example.com"),
            ]
            row = Decision.objects.latest("created_at")
            for change in (row.save, row.delete):
                with pytest.raises(TypeError):
                    change()


class TestAppeals:
    def test_once_for_each_hiding_and_answered(self, shown: Shown, client_for: Any) -> None:
        author, world = client_for("author"), shown.world
        address = f"/kids/story/hidden/scene/{shown.scene.id}"
        shown.hide("scene")
        assert author.post(address, {"words": "  "}).status_code == 400
        assert [author.post(address, {"words": "It is a happy end"}).status_code for _ in range(2)] == [302, 302]
        assert author.post(address, {"words": "Something else"}).status_code == 409
        assert client_for("reader").post(address, {"words": "Me too"}).status_code == 404
        with scope(world.tenant):
            appeal = Appeal.objects.get()
            assert (appeal.words, appeal.state, appeal.owner) == ("It is a happy end", "open", world.user("author"))
            staff = actor_for(world.user("staff"), world.tenant)
            with pytest.raises(CannotPlay, match="Say why"):
                appeals.answer(actor=staff, appeal=appeal, grants=False, reason="")
            appeals.answer(actor=staff, appeal=appeal, grants=False, reason="Not for this shelf")
            with pytest.raises(CannotPlay, match="answered this appeal"):
                appeals.answer(actor=staff, appeal=appeal, grants=True, reason="")
        html = author.get(address).content.decode()
        assert ("Not for this shelf" in html, "Ask staff to look again" in html, MARK in html) == (True, False, False)
        # Hidden once more, it may be said once more; and a granted appeal gives it back.
        shown.restore("scene")
        shown.hide("scene", "Once more")
        assert author.post(address, {"words": "Please"}).status_code == 302
        with scope(world.tenant):
            appeals.answer(actor=staff, appeal=Appeal.objects.get(words="Please"), grants=True, reason="You are right")
            assert Scene.objects.get(id=shown.scene.id).is_hidden is False
        assert author.get(shown.addresses["page"]).status_code == 200


def test_play_goes_round_it(shown: Shown, client_for: Any) -> None:
    """No verb of play leads from a hidden page or brings its words along to the pages of lists."""
    shown.hide("scene")
    author = client_for("author")
    for verb in ("navigate", "wrap-up", "continue", "custom-choice"):
        assert author.post(f"/kids/story/{verb}/{shown.scene.id}", {"text": "x"}).status_code == 404
    assert author.post(f"/api/v1/scenes/{shown.scene.id}/jump", {}, "application/json").status_code == 404
    told = author.get(f"/api/v1/stories/{shown.story.id}/tree").json()
    assert (told["root"]["title"], told["root"]["scene"], MARK in str(told["root"]["title"])) == (
        "", str(shown.scene.id), False,
    )  # fmt: skip


def test_an_unknown_thing_is_not_there(client_for: Any, world: Any) -> None:
    for part in ("story", "scene", "picture", "film", "job"):
        assert client_for("author").get(f"/kids/story/hidden/{part}/{uuid.uuid4()}").status_code == 404


def test_what_was_hidden_before_reasons_has_one(shown: Shown) -> None:
    """The migration's own words: whoever had a story hidden then may appeal as well."""
    import importlib

    from django.apps import apps

    with scope(shown.world.tenant):
        Story.objects.update(visibility="hidden")
        importlib.import_module("stories.migrations.0003_review").say_why(apps, None)
        decision = showing.why_hidden(Story.objects.get())
        assert decision is not None
        assert decision.reason == "It was hidden before reasons were written down."
        assert decision.created_at.date() == datetime.datetime.now(datetime.UTC).date()
