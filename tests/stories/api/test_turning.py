"""Scenes, and the verbs that lead from one to the next, as programs use them."""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from accounts.models import Tier
from stories import play
from stories.models import Choice, Reading, Scene, Story
from tests import factories
from tests.stories import worker
from tests.stories.api.conftest import LONG, NOTHING, refused
from tests.stories.test_play import counts

pytestmark = pytest.mark.django_db
HOST = "http://localhost"


def at(scene: Any, verb: str = "") -> str:
    return f"/api/v1/scenes/{scene.id}{'/' if verb else ''}{verb}"


def ways(scene: Scene) -> list[Choice]:
    return list(Choice.objects.filter(scene=scene).order_by("position"))


class TestScene:
    def test_all_of_it(self, reads: Any, opened: Scene, in_tenant: Any) -> None:
        onward = worker.take(in_tenant.user("reader"), opened)
        turn, hide = ways(opened)
        asset = opened.image.job.asset
        assert asset is not None
        assert reads.get(at(opened)) == (
            200,
            {
                "id": str(opened.id), "story": str(opened.story_id), "tier": "kids", "parent": None, "depth": 1,
                "target_depth": 3, "status": "complete", "message": None, "title": "The Key", "text": LONG,
                "choices": [
                    {"id": str(turn.id), "text": "Turn it", "origin": "written", "taken": True,
                     "leads_to": str(onward.id)},
                    {"id": str(hide.id), "text": "Hide it", "origin": "written", "taken": False, "leads_to": None},
                ],
                "picture": {
                    "status": "complete", "progress": None, "message": None, "alt": "A brass key",
                    "url": f"{HOST}/api/v1/scenes/{opened.id}/image?v={asset.sha256[:8]}",
                },
                "film": {"status": "none", "progress": None, "message": None, "url": None},
                "is_ending": False, "ending_name": "", "created_at": opened.created_at.isoformat(),
            },
        )  # fmt: skip

    def test_an_ending(self, reads: Any, in_tenant: Any) -> None:
        ending = worker.finished(in_tenant.user("reader"), in_tenant.kids, film=True)
        told = reads.get(at(ending))[1]
        assert (told["is_ending"], told["ending_name"], told["choices"], told["depth"]) == (True, "Home again", [], 3)
        assert told["parent"] == str(ending.parent_id)
        assert told["film"]["url"].startswith(f"{HOST}/api/v1/scenes/{ending.id}/video?v=")


class TestChoose:
    def test_a_new_way_is_written_and_one_taken_before_is_there(self, reads: Any, opened: Scene) -> None:
        turn = ways(opened)[0]
        answer = reads.client.post(at(opened, "choose"), {"choice": str(turn.id)}, "application/json")
        assert (answer.status_code, answer["Retry-After"]) == (202, "1")
        onward = Scene.objects.get(via=turn)
        assert answer.json() == reads.get(at(onward))[1]
        assert (answer.json()["parent"], answer.json()["status"]) == (str(opened.id), "pending")
        assert reads.post(at(opened, "choose"), {"choice": str(turn.id)})[0] == 202
        worker.work()
        before = counts()
        assert reads.post(at(opened, "choose"), {"choice": str(turn.id)}) == (200, reads.get(at(onward))[1])
        assert counts() == before

    def test_a_way_of_ones_own(self, reads: Any, opened: Scene) -> None:
        sent = {"text": "  Throw it\u202e back "}
        status, told = reads.post(at(opened, "choose"), sent, **{"Idempotency-Key": "typed"})
        typed = Choice.objects.get(origin="typed")
        assert (status, told["id"], typed.text) == (202, str(typed.leads_to.id), "Throw it back")
        before = counts()
        assert reads.post(at(opened, "choose"), sent, **{"Idempotency-Key": "typed"}) == (202, told)
        assert counts() == before
        assert reads.get(at(opened))[1]["choices"][-1] == {
            "id": str(typed.id), "text": "Throw it back", "origin": "typed", "taken": True, "leads_to": told["id"],
        }  # fmt: skip
        assert reads.post(at(opened, "choose"), sent)[1]["id"] != told["id"]  # without a key, another way

    @pytest.mark.parametrize(
        ("body", "code", "sentence"),
        [
            ({}, 400, "choice: Send a choice's id, or a text of your own: one of the two."),
            ({"choice": str(uuid.uuid4()), "text": "x"}, 400,
             "choice: Send a choice's id, or a text of your own: one of the two."),
            ({"choice": str(uuid.uuid4())}, 404, "choice: There is no such choice in this scene."),
            ({"choice": "turn"}, 400, "choice: This is no id. Take one from an answer."),
            ({"choice": 5}, 400, "choice: This is no id. Take one from an answer."),
            ({"choice": None}, 400, "choice: This field may not be null."),
            ({"text": "\u202e"}, 400, "text: Write what happens next, in a few words."),
            ({"text": "x" * 301}, 400, "text: That is longer than 300 characters. Say it shorter."),
            ({"way": "x"}, 400, "way: is not known here; the fields are choice and text."),
        ],
    )  # fmt: skip
    def test_what_is_wrong_is_named(self, reads: Any, opened: Scene, body: Any, code: int, sentence: str) -> None:
        before = counts()
        assert reads.post(at(opened, "choose"), body) == refused(code, sentence)
        assert counts() == before

    def test_bodies_that_are_none(self, reads: Any, opened: Scene) -> None:
        address, before = at(opened, "choose"), counts()
        assert reads.send(address, b"{") == refused(400, "This is no JSON: look at line 1, column 2.")
        for raw in (b'"choice"', b"[]", b"null", b"7"):
            assert reads.send(address, raw) == refused(400, "Send a JSON object, its fields by their names.")
        unreadable = refused(400, "This is no JSON that can be read here.")
        for raw in (b'{"text": NaN}', b"\xff", b"[" * 200_000, b'{"choice": ' + b"9" * 5000 + b"}"):
            assert reads.send(address, raw) == unreadable
        large = reads.send(address, b'{"text": "' + b"x" * 1024 * 1024 + b'"}')
        assert large == refused(413, "That is larger than 1,024 KiB. Send less.")
        form = reads.client.post(address, {"text": "x"})
        assert (form.status_code, form.json()["code"]) == (415, 415)
        assert counts() == before

    def test_a_choice_of_another_scene_is_none_here(self, reads: Any, opened: Scene, in_tenant: Any) -> None:
        onward = worker.take(in_tenant.user("reader"), opened)
        strange = ways(onward)[0]
        assert reads.post(at(opened, "choose"), {"choice": str(strange.id)}) == refused(
            404, "choice: There is no such choice in this scene."
        )

    def test_a_scene_that_is_not_written_has_no_way_on(self, reads: Any, opened: Scene, in_tenant: Any) -> None:
        onward = play.choose(reader=in_tenant.user("reader"), scene=opened, choice=ways(opened)[0], address="192.0.2.1")
        assert reads.post(at(onward, "choose"), {"text": "Run"}) == refused(409, "This page is still being written.")

    def test_the_allowance(self, reads: Any, opened: Scene) -> None:
        factories.scenes_a_day(Tier.objects.get(slug="kids"), 1)
        told = reads.post(at(opened, "choose"), {"choice": str(ways(opened)[0].id)})
        assert told == refused(429, "Today's 1 scenes are read. The book opens again tomorrow.")


class TestOtherVerbs:
    def test_back_and_on_again(self, reads: Any, opened: Scene, in_tenant: Any) -> None:
        onward = worker.take(in_tenant.user("reader"), opened)
        assert reads.post(at(onward, "back")) == (200, reads.get(at(opened))[1])
        assert Reading.objects.get().scene_id == opened.id
        assert reads.post(at(onward, "jump")) == (200, reads.get(at(onward))[1])
        assert Reading.objects.get().scene_id == onward.id
        assert reads.post(at(opened, "back")) == refused(409, "This is the first page.")

    def test_keep_going_before_the_ending(self, reads: Any, opened: Scene) -> None:
        status, told = reads.post(at(opened, "keep-going"), {"seen_target_depth": 3})
        assert (status, told["id"], told["target_depth"]) == (200, str(opened.id), 6)
        assert reads.post(at(opened, "keep-going"), {"seen_target_depth": 3})[1]["target_depth"] == 6
        assert reads.post(at(opened, "keep-going"))[1]["target_depth"] == 9

    @pytest.mark.parametrize("seen", ["3", 3.0, True, 0, 61, 10**400, None])
    def test_a_length_that_is_none(self, reads: Any, opened: Scene, seen: Any) -> None:
        code, told = reads.post(at(opened, "keep-going"), {"seen_target_depth": seen})
        assert (code, told["error"].split(":")[0], Story.objects.get().target_depth) == (400, "seen_target_depth", 3)

    def test_keep_going_after_it(self, reads: Any, in_tenant: Any) -> None:
        ending = worker.finished(in_tenant.user("reader"), in_tenant.kids)
        status, told = reads.post(at(ending, "keep-going"))
        assert (status, told["depth"], told["parent"]) == (202, 4, str(ending.id))
        assert reads.post(at(ending, "keep-going"))[1]["id"] == told["id"]
        assert reads.post(at(ending, "wrap-up")) == refused(
            409, "This story has ended here. Go back and choose otherwise, or keep going."
        )

    def test_wrap_up(self, reads: Any, opened: Scene) -> None:
        status, told = reads.post(at(opened, "wrap-up"))
        assert (status, Scene.objects.get(id=told["id"]).must_end) == (202, True)
        worker.work()
        assert reads.get(f"/api/v1/scenes/{told['id']}")[1]["is_ending"] is True

    @pytest.mark.parametrize("verb", ["back", "jump", "wrap-up"])
    def test_they_take_nothing(self, reads: Any, opened: Scene, verb: str) -> None:
        told = reads.post(at(opened, verb), {"scene": str(opened.id)})
        assert told == refused(400, "scene: is not known here; nothing is.")
        assert reads.client.post(at(opened, verb)).status_code in (200, 202, 409, 415)

    def test_a_scene_that_is_not_there(self, reads: Any) -> None:
        told = {verb: reads.post(f"/api/v1/scenes/{uuid.uuid4()}/{verb}") for verb in ("back", "jump", "choose")}
        assert told == dict.fromkeys(told, NOTHING)
