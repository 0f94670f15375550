"""Staff look first: at pictures before they are seen, at stories before they stand on the shelf."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.test import Client

from accounts.access import Actor
from accounts.middleware import actor_for
from accounts.tenancy import scope
from generation import media as giving
from generation.jobs import public
from generation.models import Asset, Job
from stories import showing
from stories.errors import CannotPlay
from stories.models import Decision, Image, Scene, Story, Video
from tests.stories import worker

pytestmark = pytest.mark.django_db
WORDS = "A grown-up looks at the picture first. It will be here when they have."
PENDING = {"status": "pending", "waits_for": "approval", "message": WORDS}


@pytest.fixture
def staff(world: Any) -> Actor:
    with scope(world.tenant):
        return actor_for(world.user("staff"), world.tenant)


class TestPictures:
    @pytest.fixture
    def page(self, world: Any, media: Any) -> Scene:
        with scope(world.tenant):
            world.kids.approves_pictures = True
            world.kids.save()
            ending = worker.finished(world.user("author"), world.kids, film=True)
            Story.objects.update(visibility="published")
            for asset in Asset.objects.all():
                default_storage.save(asset.storage_name, ContentFile(b"x" * asset.size_bytes))
            return Scene.objects.select_related("job").get(story=ending.story, depth=1)

    def plates(self, world: Any, page: Scene) -> tuple[Image, Video]:
        with scope(world.tenant):
            found = showing.find("picture", page.id), showing.find("film", page.id)
            assert isinstance(found[0], Image)
            assert isinstance(found[1], Video)
            assert [plate.job.asset is not None for plate in found] == [True, True]
        return found

    def files(self, browser: Client, page: Scene, image: Image) -> list[int]:
        return [
            browser.get(address).status_code
            for address in (
                f"/kids/story/image/{page.id}/file",
                f"/kids/story/video/{page.id}/file",
                f"/api/v1/scenes/{page.id}/image",
                f"/api/v1/assets/{image.job.asset_id}/file",
                f"/api/v1/assets/{image.job.asset_id}",
            )
        ]

    def test_the_words_are_there_and_the_picture_for_staff_alone(
        self, page: Scene, client_for: Any, world: Any
    ) -> None:
        image, video = self.plates(world, page)
        browsers = {name: client_for(name) for name in ("author", "reader", "staff")}
        told = {name: self.files(browser, page, image) for name, browser in browsers.items()}
        assert told == {"author": [404] * 5, "reader": [404] * 5, "staff": [200] * 5}
        marks = [image.job.asset.sha256[:8], video.job.asset.sha256[:8], str(image.job.asset_id)]  # type: ignore[union-attr]
        for name in ("author", "reader"):
            shown = browsers[name].get(f"/kids/story/scene/{page.id}")
            html = shown.content.decode()
            assert (page.text[:20] in html, WORDS in html) == (True, True)
            assert (shown.context["image"].url, 'http-equiv="refresh"' in html) == ("", False)
            for address in (
                f"/kids/story/scene/{page.id}", f"/kids/gallery/{page.story_id}/{page.id}/", "/kids/gallery/",
                "/api/v1/jobs?limit=100", "/api/v1/assets?limit=100", f"/api/v1/scenes/{page.id}",
                f"/api/v1/jobs/{image.job_id}", f"/api/v1/runs/{page.job.run_id}",  # type: ignore[union-attr]
            ):  # fmt: skip
                said = browsers[name].get(address).content.decode()
                assert [mark for mark in marks if mark in said] == [], (name, address)
        assert marks[0] in browsers["staff"].get(f"/kids/story/scene/{page.id}").content.decode(), "the control"
        covers = {
            name: browser.get("/kids/gallery/").content.decode().count("/kids/story/image/")
            for name, browser in browsers.items()
        }
        assert covers == {"author": 0, "reader": 0, "staff": 0}, "on no cover before it was looked at"

    def test_status_says_what_it_waits_for(self, page: Scene, client_for: Any, world: Any) -> None:
        author, (image, _) = client_for("author"), self.plates(world, page)
        status = author.get(f"/kids/story/status/{page.id}").json()
        assert (status["text"], status["image"]) == ({"status": "complete"}, PENDING)
        assert author.get(f"/kids/story/image/{page.id}").json() == PENDING
        assert author.get(f"/api/v1/scenes/{page.id}/status").json()["image"] == PENDING
        job = author.get(f"/api/v1/jobs/{image.job_id}").json()
        assert (job["status"], job["waits_for"], job["scene"], "url" in job) == (
            "completed",
            "approval",
            str(page.id),
            False,
        )
        with scope(world.tenant):
            told = public.live(Job.objects.select_related("run__tier", "asset").get(id=image.job_id), waits=True)
        assert (told["part"], told["waits_for"], told["status"], "url" in told) == (
            "image",
            "approval",
            "pending",
            False,
        )

    def test_approved_it_is_seen_at_once_and_declined_never(
        self, page: Scene, client_for: Any, world: Any, staff: Actor
    ) -> None:
        author, (image, video) = client_for("author"), self.plates(world, page)
        etag = author.get(f"/api/v1/scenes/{page.id}/status")["ETag"]
        with scope(world.tenant):
            link = giving.link(image.job.asset)  # type: ignore[arg-type]
        assert Client(HTTP_HOST="localhost").get(link).status_code == 404
        with scope(world.tenant):
            for name in ("author", "reader"):
                with pytest.raises(CannotPlay, match="for staff"):
                    showing.approve(actor=actor_for(world.user(name), world.tenant), thing=image)
            showing.approve(actor=staff, thing=image)
            with pytest.raises(CannotPlay, match="Say why"):
                showing.decline(actor=staff, thing=video, reason=" ")
            showing.decline(actor=staff, thing=video, reason="It flickers")
            with pytest.raises(CannotPlay, match="does not wait"):
                showing.approve(actor=staff, thing=video)
        assert self.files(author, page, image) == [200, 404, 200, 200, 200]
        assert Client(HTTP_HOST="localhost").get(link).status_code == 200
        told = author.get(f"/api/v1/scenes/{page.id}/status", HTTP_IF_NONE_MATCH=etag)
        assert (told.status_code, told.json()["image"]["status"], told.json()["video"]) == (
            200, "complete", {"status": "none"},
        )  # fmt: skip
        assert "It flickers" in author.get(f"/kids/story/hidden/film/{page.id}").content.decode()
        with scope(world.tenant):
            assert list(Decision.objects.order_by("created_at").values_list("part", "ruling", "reason")) == [
                ("picture", "approve", ""), ("film", "decline", "It flickers"),
            ]  # fmt: skip


class TestPublishing:
    @pytest.fixture
    def story(self, world: Any) -> Story:
        with scope(world.tenant):
            world.kids.approves_publishing = True
            world.kids.save()
            return worker.finished(world.user("author"), world.kids).story

    def act(self, browser: Client, story: Story, action: str = "publish") -> str:
        answer = browser.post(f"/kids/gallery/{story.id}/publication", {"action": action}, follow=True)
        return " ".join(str(message) for message in answer.context["messages"])

    def state(self, world: Any, story: Story) -> tuple[str, bool]:
        with scope(world.tenant):
            row = Story.objects.get(id=story.id)
            return row.visibility, row.publication_asked_at is not None

    def test_an_authors_story_waits_for_staff(self, story: Story, client_for: Any, world: Any, staff: Actor) -> None:
        author, book = client_for("author"), f"/kids/gallery/{story.id}/"
        assert "Staff look at the story first." in self.act(author, story)
        assert (self.state(world, story), client_for("reader").get(book).status_code) == (("private", True), 404)
        assert "This story waits for staff to look at it." in author.get(book).content.decode()
        with scope(world.tenant):
            showing.approve(actor=staff, thing=Story.objects.select_related("tier").get(id=story.id))
        assert (self.state(world, story), client_for("reader").get(book).status_code) == (("published", False), 200)

    def test_declined_its_author_sees_why_and_may_ask_again(
        self, story: Story, client_for: Any, world: Any, staff: Actor
    ) -> None:
        author, book = client_for("author"), f"/kids/gallery/{story.id}/"
        self.act(author, story)
        with scope(world.tenant):
            row = Story.objects.select_related("tier").get(id=story.id)
            showing.decline(actor=staff, thing=row, reason="Page two names a brand")
            with pytest.raises(CannotPlay, match="does not wait"):
                showing.approve(actor=staff, thing=row)
        assert self.state(world, story) == ("private", False)
        assert "Page two names a brand" in author.get(book).content.decode()
        self.act(author, story)
        assert self.state(world, story) == ("private", True)
        assert "yours alone" in self.act(author, story, "withdraw")
        assert self.state(world, story) == ("private", False)

    def test_staff_publish_at_once(self, story: Story, client_for: Any, world: Any) -> None:
        self.act(client_for("staff"), story)
        assert self.state(world, story) == ("published", False)
