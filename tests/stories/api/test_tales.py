"""Beginning stories and finding them again, as programs do it."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import Cap, IdempotentCall, Tier
from stories.models import Beginning, Scene, Story
from tests import factories
from tests.stories import worker
from tests.stories.api.conftest import LONG, NOTHING, refused
from tests.stories.test_play import counts

pytestmark = pytest.mark.django_db
KEY = "A fishwife finds a brass key"


def started(reads: Any, **changes: Any) -> dict[str, Any]:
    status, told = reads.post("/api/v1/stories", {"tier": "kids", "prompt": KEY, **changes})
    assert status == 202, told
    found: dict[str, Any] = told
    return found


class TestStart:
    def test_the_story_and_its_first_scene(self, reads: Any, in_tenant: Any) -> None:
        answer = reads.client.post("/api/v1/stories", {"tier": "kids", "prompt": KEY}, "application/json")
        assert (answer.status_code, answer["Retry-After"]) == (202, "1")
        story = Story.objects.select_related("text_model", "image_model").get()
        scene = Scene.objects.get()
        assert answer.json() == {
            "story": {
                "id": str(story.id), "title": "", "prompt": KEY, "tier": "kids", "template": None, "length": "medium",
                "target_depth": 5, "art_style": "watercolour", "model": story.text_model.key,
                "image_model": story.image_model.key, "video_mode": False, "video_model": None,
                "visibility": "private", "state": "unfinished", "scene": str(scene.id),
                "created_at": story.created_at.isoformat(), "finished_at": None,
            },
            "scene": {
                "id": str(scene.id), "story": str(story.id), "tier": "kids", "parent": None, "depth": 1,
                "target_depth": 5, "status": "pending", "message": None, "title": "", "text": "", "choices": [],
                "picture": {"status": "pending", "progress": None, "message": None, "url": None, "alt": ""},
                "film": {"status": "none", "progress": None, "message": None, "url": None},
                "is_ending": False, "ending_name": "", "created_at": scene.created_at.isoformat(),
            },
            "notices": [],
        }  # fmt: skip
        assert story.reader == in_tenant.user("reader")

    def test_all_that_may_be_asked(self, reads: Any, in_tenant: Any, toll: Any) -> None:
        told = started(
            reads, length="long", art_style="engraving", model="toll-words", image_model="toll-paint", video_mode=True,
            video_model="toll-reel",
        )["story"]  # fmt: skip
        asked = {
            "length": "long", "target_depth": 7, "art_style": "engraving", "model": "toll-words",
            "image_model": "toll-paint", "video_mode": True, "video_model": "toll-reel",
        }  # fmt: skip
        assert {name: told[name] for name in asked} == asked

    def test_a_template(self, reads: Any, in_tenant: Any) -> None:
        row = Beginning.objects.filter(tier=in_tenant.kids).first()
        status, told = reads.post("/api/v1/stories", {"tier": "kids", "template": row.slug})
        story = told["story"]
        assert (status, story["template"], story["prompt"], story["art_style"]) == (
            202, row.slug, row.prompt, row.art_style,
        )  # fmt: skip

    def test_another_model_than_the_one_asked_for_is_said(self, reads: Any, toll: Any) -> None:
        told = started(reads, model="words")
        assert (told["story"]["model"], told["notices"]) == ("toll-words", [])

    def test_one_key_is_one_story(self, reads: Any, in_tenant: Any) -> None:
        first = reads.post("/api/v1/stories", {"tier": "kids", "prompt": KEY}, **{"Idempotency-Key": "one"})
        before = counts()
        assert reads.post("/api/v1/stories", {"tier": "kids", "prompt": KEY}, **{"Idempotency-Key": "one"}) == first
        assert counts() == before
        other = reads.post("/api/v1/stories", {"tier": "kids", "prompt": KEY}, **{"Idempotency-Key": "two"})
        assert other[1]["story"]["id"] != first[1]["story"]["id"]
        before = counts()
        assert reads.post("/api/v1/stories", {"tier": "kids", "prompt": "x"}, **{"Idempotency-Key": "one"})[0] == 409
        assert counts() == before

    def test_an_answer_that_was_lost_is_no_second_story(self, reads: Any, in_tenant: Any) -> None:
        """As after a crash between the purchase and its answer: the key's row stands, and holds none."""
        body = {"tier": "kids", "prompt": KEY}
        first = reads.post("/api/v1/stories", body, **{"Idempotency-Key": "one"})
        IdempotentCall.objects.update(finished_at=None, leased_until=None, status=None)
        before = counts()
        assert reads.post("/api/v1/stories", body, **{"Idempotency-Key": "one"}) == first
        assert counts() == before

    @pytest.mark.parametrize(
        ("body", "sentence"),
        [
            ({}, "tier: This field is required."),
            ({"tier": "kids"}, "prompt: Write a sentence to begin with, or choose one of the beginnings."),
            ({"tier": "kids", "prompts": "x"},
             "prompts: is not known here; the fields are tier, prompt, template, length, art_style, model, image_model, "
             "video_mode and video_model."),
            ({"tier": "kids", "prompt": "x", "template": "y"},
             "template: A story begins with a prompt or with a template. Send one."),
            ({"tier": "kids", "template": "no-such"},
             "template: There is no such beginning on this shelf. Choose another one."),
            ({"tier": "kids", "prompt": "x" * 2001},
             "prompt: That is 2,001 characters long; 2,000 are the most. Shorten it."),
            ({"tier": "kids", "prompt": "x", "length": "endless"}, "length: Choose short, medium or long."),
            ({"tier": "kids", "prompt": "x", "art_style": "oil"}, "art_style: Choose one of the art styles offered."),
            ({"tier": "kids", "prompt": "x", "video_mode": "yes"}, "video_mode: Must be a valid boolean."),
            ({"tier": "kids", "prompt": "x", "video_model": "demo-film"},
             "video_model: No film is asked for. Set video_mode to true, or leave this out."),
            ({"tier": "kids", "prompt": 7}, "prompt: Not a valid string."),
            ({"tier": "kids", "prompt": "a\0b"}, "prompt: Null characters are not allowed."),
            ({"tier": "\ud800", "prompt": "x"}, "tier: Half of a letter stands there. Send whole ones."),
            ([], "Send a JSON object, its fields by their names."),
        ],
    )  # fmt: skip
    def test_what_is_wrong_is_named(self, reads: Any, in_tenant: Any, body: Any, sentence: str) -> None:
        before = counts()
        assert reads.post("/api/v1/stories", body) == refused(400, sentence)
        assert counts() == before

    @pytest.mark.parametrize("field", ["model", "image_model", "video_model"])
    def test_a_model_that_is_not_there(self, reads: Any, in_tenant: Any, field: str) -> None:
        body = {"tier": "kids", "prompt": "x", field: "nothing-9", "video_mode": True}
        code, told = reads.post("/api/v1/stories", body)
        assert (code, told["error"].split("”")[0]) == (400, f"{field}: There is no model called “nothing-9")
        assert Story.objects.count() == 0

    def test_a_closed_tier_is_none(self, reads: Any, program: Any, in_tenant: Any) -> None:
        Tier.objects.filter(slug="kids").update(is_open=False)
        body = {"tier": "kids", "prompt": KEY}
        assert reads.post("/api/v1/stories", body) == reads.post("/api/v1/stories", {**body, "tier": "none"})
        assert reads.post("/api/v1/stories", body) == refused(
            404, "tier: There is no such tier for you. /api/v1/tiers lists those there are."
        )
        assert program("staff").post("/api/v1/stories", body)[0] == 202

    def test_the_allowance_is_the_pages(self, reads: Any, in_tenant: Any) -> None:
        factories.scenes_a_day(Tier.objects.get(slug="kids"), 1)
        started(reads)
        assert reads.post("/api/v1/stories", {"tier": "kids", "prompt": KEY}) == refused(
            429, "Today's 1 scenes are read. The book opens again tomorrow."
        )
        assert (factories.scenes_counted(Tier.objects.get(slug="kids")), Story.objects.count()) == (1, 1)

    def test_without_money(self, reads: Any, in_tenant: Any, toll: Any) -> None:
        Cap.objects.filter(measure="micros").update(limit=0)
        assert reads.post("/api/v1/stories", {"tier": "kids", "prompt": KEY}) == refused(
            402, "The budget for today is used up. Nothing was charged."
        )
        assert Story.objects.count() == 0


class TestList:
    def test_ones_own_the_latest_first(self, reads: Any, program: Any, in_tenant: Any) -> None:
        reader, author = in_tenant.user("reader"), in_tenant.user("author")
        made = [factories.story(reader, in_tenant.kids).story for _ in range(3)]
        theirs = factories.story(author, in_tenant.kids).story
        Story.objects.filter(id=theirs.id).update(visibility="published")
        status, told = reads.get("/api/v1/stories")
        assert (status, [row["id"] for row in told["items"]]) == (200, [str(story.id) for story in made[::-1]])
        assert (told["next"], told["previous"]) == (None, None)
        assert told["items"][0] == reads.get(f"/api/v1/stories/{made[-1].id}")[1]

    def test_by_tier_and_state(self, reads: Any, in_tenant: Any) -> None:
        reader = in_tenant.user("reader")
        told = {
            "kids": worker.finished(reader, in_tenant.kids).story,
            "classics": factories.story(reader, in_tenant.classics).story,
        }
        found = {
            query: [row["tier"] for row in reads.get(f"/api/v1/stories?{query}")[1]["items"]]
            for query in ("tier=kids", "tier=classics", "tier=tales", "state=finished", "state=unfinished")
        }
        assert found == {
            "tier=kids": ["kids"], "tier=classics": ["classics"], "tier=tales": [], "state=finished": ["kids"],
            "state=unfinished": ["classics"],
        }  # fmt: skip
        shown = reads.get(f"/api/v1/stories/{told['kids'].id}")[1]
        assert (shown["state"], shown["title"] != "") == ("finished", True)

    def test_fifty_of_one_moment_are_fifty(self, reads: Any, in_tenant: Any) -> None:
        first = factories.story(in_tenant.user("reader"), in_tenant.kids).story
        for _ in range(49):
            first.pk, first.nonce = uuid.uuid4(), uuid.uuid4()
            first._state.adding = True
            first.save()
        Story.objects.update(created_at=timezone.now())
        there, sizes, page = [], [], reads.get("/api/v1/stories")[1]
        while True:
            sizes.append(len(page["items"]))
            there += [row["id"] for row in page["items"]]
            if page["next"] is None:
                break
            page = reads.get(page["next"])[1]
        expected = [str(pk) for pk in Story.objects.order_by("-id").values_list("id", flat=True)]
        assert (sizes, there) == ([20, 20, 10], expected)
        back = []
        while page["previous"] is not None:
            page = reads.get(page["previous"])[1]
            back.append([row["id"] for row in page["items"]])
        assert back == [expected[20:40], expected[:20]]

    @pytest.mark.parametrize(
        ("query", "sentence"),
        [
            ("limit=0", "limit: Say a number from 1 to 100."),
            ("limit=101", "limit: Say a number from 1 to 100."),
            ("limit=9" + "9" * 5000, "limit: Say a number from 1 to 100."),
            ("limit=x", "limit: Say a number from 1 to 100."),
            ("cursor=x",
             "cursor: This is none of ours. Take it from “next” or “previous” of a page, or leave it out."),
            ("state=done", "state: Say unfinished or finished."),
            ("tier=%00", "tier: Null characters are not allowed."),
            ("teir=kids", "teir: is not known here; the fields are tier, state, cursor and limit."),
        ],
    )  # fmt: skip
    def test_a_wrong_parameter_is_named(self, reads: Any, query: str, sentence: str) -> None:
        assert reads.get(f"/api/v1/stories?{query}") == refused(400, sentence)

    def test_as_many_queries_for_one_as_for_many(self, reads: Any, in_tenant: Any) -> None:
        from tests.stories.api.test_making import ours

        factories.story(in_tenant.user("reader"), in_tenant.kids)
        few = ours(reads, "/api/v1/stories")
        for _ in range(12):
            factories.story(in_tenant.user("reader"), in_tenant.kids)
        assert (few, ours(reads, "/api/v1/stories")) == (1, 1)


class TestTree:
    def test_the_map(self, reads: Any, opened: Scene, in_tenant: Any) -> None:
        onward = worker.take(in_tenant.user("reader"), opened, title="The Door", text=LONG)
        assert reads.get(f"/api/v1/stories/{opened.story_id}/tree") == (
            200,
            {
                "story": str(opened.story_id),
                "title": Story.objects.get().title,
                "root": {
                    "scene": str(opened.id), "title": "The Key", "chosen": None, "ending": False, "written": True,
                    "here": False, "url": f"/kids/story/scene/{opened.id}",
                    "children": [
                        {
                            "scene": str(onward.id), "title": "The Door", "chosen": "Turn it", "ending": False,
                            "written": True, "here": True, "url": f"/kids/story/scene/{onward.id}", "children": [],
                        },
                    ],
                },
            },
        )  # fmt: skip

    def test_of_nothing(self, reads: Any) -> None:
        assert reads.get(f"/api/v1/stories/{uuid.uuid4()}/tree") == NOTHING
