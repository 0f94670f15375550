"""The gallery and the reader: one's own and what was published, with all that was made for it."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from django.test import Client

from accounts.tenancy import scope
from generation.models import Job, Status
from stories import play
from stories.models import Image, Scene, Story
from tests.stories import worker

pytestmark = pytest.mark.django_db


def book(story: Any, *rest: Any) -> str:
    return "/".join(["/kids/gallery", str(story), *map(str, rest), ""])


def shelf(browser: Client, query: str = "") -> list[str]:
    return [str(story) for story in browser.get(f"/kids/gallery/{query}").context["page"].object_list]


class TestTheShelf:
    def test_it_holds_ones_own_and_what_was_published(self, client_for: Any, world: Any) -> None:
        with scope(world.tenant):
            for name, title in (("reader", "Mine"), ("author", "Shown"), ("author", "Kept"), ("author", "Hidden")):
                ending = worker.finished(world.user(name), world.kids, said={"story_title": title})
                state = {"Shown": "published", "Hidden": "hidden"}.get(title, "private")
                Story.objects.filter(id=ending.story_id).update(visibility=state)
            worker.opened(world.user("reader"), world.kids, said={"story_title": "Unfinished"})
            worker.finished(world.user("reader"), world.classics, said={"story_title": "On another shelf"})
        with scope(world.harbour):
            there = worker.finished(world.user("harbour-owner"), world.tales, said={"story_title": "Elsewhere"})
            Story.objects.filter(id=there.story_id).update(visibility="published")
        found = {name: shelf(client_for(name)) for name in (None, "reader", "author", "staff", "harbour-owner")}
        assert found == {
            None: ["Shown"], "reader": ["Shown", "Mine"], "author": ["Kept", "Shown"], "staff": ["Shown"],
            "harbour-owner": ["Shown"],
        }  # fmt: skip

    def test_a_cover_and_a_badge(self, client_for: Any, world: Any) -> None:
        with scope(world.tenant):
            plain = worker.finished(world.user("reader"), world.kids)
            filmed = worker.finished(world.user("reader"), world.kids, film=True)
            bare = worker.finished(world.user("reader"), world.kids, image_model=None)
            first = Scene.objects.get(story=plain.story, depth=1)
            Job.objects.filter(subject_id=first.id, kind="image").update(status=Status.FAILED)
            second = Scene.objects.get(story=plain.story, depth=2)
            opening = Scene.objects.get(story=filmed.story, depth=1)
        rows = client_for("reader").get("/kids/gallery/").context["page"].object_list
        assert {row.id: (row.cover_scene, row.cover_alt, row.has_film) for row in rows} == {
            plain.story_id: (second.id, second.alt, False),
            filmed.story_id: (opening.id, opening.alt, True),
            bare.story_id: (None, None, False),
        }

    def test_it_is_paged(self, client_for: Any, world: Any) -> None:
        with scope(world.tenant):
            ending = worker.finished(world.user("reader"), world.kids)
            for number in range(25):
                copy = Story.objects.get(id=ending.story_id)
                copy.pk, copy.nonce, copy.title, copy._state.adding = None, uuid.uuid4(), f"Copy {number}", True
                copy.save()
        reader = client_for("reader")
        one, two = shelf(reader), shelf(reader, "?page=2")
        assert (len(one), len(two), len({*one, *two})) == (24, 2, 26)
        assert shelf(reader, "?page=99") == two
        assert shelf(reader, "?page=x") == one


class TestTheReader:
    @pytest.fixture
    def told(self, world: Any) -> dict[str, Scene]:
        """A story with two endings below its first page's first choice."""
        with scope(world.tenant):
            reader = world.user("reader")
            first = worker.opened(reader, world.kids, film=True, said={"title": "One"})
            second = worker.take(reader, first, 0, title="Two")
            early = worker.take(reader, second, 0, title="First ending", ending_name="Early")
            late = worker.take(reader, second, 1, title="Second ending", ending_name="Late")
            loose = worker.take(reader, first, 1, title="Loose")
        return {"first": first, "second": second, "early": early, "late": late, "loose": loose}

    def way(self, browser: Client, *address: Any) -> list[str]:
        return [page.title for page in browser.get(book(*address)).context["way"]]

    def test_it_tells_the_way_to_the_last_ending(self, client_for: Any, told: dict[str, Scene]) -> None:
        reader = client_for("reader")
        page = reader.get(book(told["first"].story_id)).context
        assert [scene.title for scene in page["way"]] == ["One", "Two", "Second ending"]
        assert (page["position"], page["previous"], page["following"], page["taken"].text) == (
            1, None, told["second"], "Take the key and run",
        )  # fmt: skip
        assert [scene.title for scene in page["endings"]] == ["First ending", "Second ending"]
        last = reader.get(book(told["first"].story_id, told["late"].id)).context
        assert (last["position"], last["previous"], last["following"], last["taken"]) == (3, told["second"], None, None)

    def test_a_page_on_another_way_tells_that_way(self, client_for: Any, told: dict[str, Scene]) -> None:
        reader, story = client_for("reader"), told["first"].story_id
        assert self.way(reader, story, told["early"].id) == ["One", "Two", "First ending"]
        assert self.way(reader, story, told["second"].id) == ["One", "Two", "Second ending"]
        assert self.way(reader, story, told["loose"].id) == ["One", "Loose"]

    def test_of_several_endings_below_a_page_the_newest_is_told(
        self, client_for: Any, world: Any, told: dict[str, Scene]
    ) -> None:
        """Newer, not deeper: an ending that was gone on from lies deeper and is older than one found afterwards."""
        with scope(world.tenant):
            reader = world.user("reader")
            deeper = play.keep_going(reader=reader, scene=told["early"], address="192.0.2.1")
            worker.work(title="Deeper")
            worker.fresh(deeper)
            ending = play.wrap_up(reader=reader, scene=worker.fresh(deeper), address="192.0.2.1")
            worker.work(title="Deepest", ending_name="Deepest")
            newest = play.choose_typed(
                reader=reader, scene=told["second"], text="Swim", nonce=uuid.uuid4(), address="192.0.2.1"
            )
            worker.work(title="Newest", ending=True)
            Scene.objects.filter(id=newest.id).update(is_ending=True, must_end=True)
            elsewhere = play.wrap_up(reader=reader, scene=told["loose"], address="192.0.2.1")
            worker.work(title="Elsewhere")
        browser, story = client_for("reader"), told["first"].story_id
        assert self.way(browser, story) == ["One", "Loose", "Elsewhere"]
        assert self.way(browser, story, told["second"].id) == ["One", "Two", "Newest"]
        assert self.way(browser, story, ending.id)[-1] == "Deepest"
        assert elsewhere.depth == 3

    def test_all_that_was_made_for_the_ending_is_there(self, client_for: Any, told: dict[str, Scene]) -> None:
        late = told["late"]
        page = client_for("reader").get(book(late.story_id, late.id)).context
        assert (page["image"].status, page["video"].status) == ("complete", "complete")
        assert page["image"].url.startswith(f"/kids/story/image/{late.id}/file?v=")
        assert page["video"].url.startswith(f"/kids/story/video/{late.id}/file?v=")
        assert (page["text_model"], page["image"].model, page["video"].model) == (
            "Demo Storyteller", "Demo Painter", "Demo Filmmaker",
        )  # fmt: skip

    def test_what_is_not_there_is_a_404(self, client_for: Any, world: Any, told: dict[str, Scene]) -> None:
        reader = client_for("reader")
        with scope(world.tenant):
            other = worker.finished(world.user("reader"), world.kids)
            unfinished = worker.opened(world.user("reader"), world.kids)
            unwritten = play.choose_typed(
                reader=world.user("reader"), scene=told["first"], text="x", nonce=uuid.uuid4(), address="192.0.2.1"
            )
        story = told["first"].story_id
        for address in (
            book(uuid.uuid4()), book(story, uuid.uuid4()), book(story, other.id), book(story, unwritten.id),
            book(unfinished.story_id), book(story).replace("kids", "classics"),
        ):  # fmt: skip
            assert (address, reader.get(address).status_code) == (address, 404)

    def test_published_it_is_read_by_all_who_may_enter_with_its_pictures(
        self, client_for: Any, world: Any, toll: Any
    ) -> None:
        from generation.drain import drain_here

        with scope(world.tenant):
            ending = worker.finished(world.user("reader"), world.kids)
            image = Image.objects.get(scene=ending).job
            Job.objects.filter(id=image.id).update(status=Status.FAILED, message="No.")
            play.retry(job_id=image.id)
            drain_here()
        stranger, picture = client_for(), f"/kids/story/image/{ending.id}/file"
        assert [stranger.get(address).status_code for address in (book(ending.story_id), picture)] == [404, 404]
        with scope(world.tenant):
            Story.objects.update(visibility="published")
        assert [stranger.get(address).status_code for address in (book(ending.story_id), picture)] == [200, 200]
        page = stranger.get(book(ending.story_id)).context
        assert (page["owns"], page["may_publish"]) == (False, False)
        with scope(world.tenant):
            Story.objects.update(visibility="hidden")
        for browser in (stranger, client_for("reader")):
            assert [browser.get(address).status_code for address in (book(ending.story_id), picture)] == [404, 404]
