"""POST /image/generate and /video/generate: the envelope, the modes, and answers that are not kept."""

from __future__ import annotations

import base64
import datetime
import io
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from PIL import Image

from accounts.models import IdempotentCall
from accounts.tenancy import across_tenants, scope
from config.seeding.planting import STUDIO_GUIDELINES
from generation import assets, chores
from generation.models import AiModel, Asset, DiscardedFile, Job, ModelGrant, Run
from generation.providers.contract import Done, Kind
from generation.providers.errors import Refused, Rejected
from generation.safety import house
from generation.studio import tidying
from generation.studio.api import compatible
from generation.studio.models import Piece, Take, Upload
from tests.generation.studio.api.conftest import drained, error, rows, said
from tests.providers.toll import png

pytestmark = pytest.mark.django_db(transaction=True)
MARK = "quillon-seventeen"
PICTURE = "data:image/png;base64," + base64.b64encode(png()).decode()


def the_take(world: Any) -> Take:
    with scope(world.tenant):
        return Take.objects.select_related("job__asset", "piece").get()


def url_of(take: Take) -> str:
    return f"http://localhost/api/v1/assets/{take.job.asset_id}/file"


def enveloped(data: dict[str, Any], code: int = 200) -> tuple[int, dict[str, Any]]:
    return code, {"success": True, "data": data, "error": None, "code": code}


class TestImages:
    def test_made_and_kept(self, caller: Any, worker: None, paid: Any, world: Any) -> None:
        answer = caller.post(
            "/image/generate",
            {
                "prompt": "A brass key", "settings": {"image": {"model": "toll-paint", "aspect_ratio": "16:9", "seed": 5}},
                "save_to_db": True, "session_id": "s-1", "message_id": "m-2", "customer_id": "somebody-else",
            },
        )  # fmt: skip
        take = the_take(world)
        settings = {
            "prompt": "A brass key", "model": "toll-paint", "aspect_ratio": "16:9", "seed": 5, "session_id": "s-1",
            "message_id": "m-2",
        }  # fmt: skip
        assert said(answer) == enveloped(
            {
                "id": str(take.piece_id), "status": "completed", "image_url": url_of(take), "provider": "toll",
                "model": "toll-paint", "asked_model": "toll-paint", "settings": settings, "cost_micros": 1000,
                "session_id": "s-1", "message_id": "m-2",
            }
        )  # fmt: skip
        assert (take.piece.settings, take.piece.tenant_id, paid.books[0].seed) == (settings, world.tenant.id, 5)

    def test_a_picture_is_edited(self, caller: Any, worker: None, world: Any, media: Path) -> None:
        body = {"prompt": "Add a sunset", "image_url": PICTURE, "settings": {"image": {"reference_images": [PICTURE]}}}
        answer = caller.post("/image/generate", body)
        take = the_take(world)
        assert (answer.status_code, answer.json()["data"]["image_url"], take.job.kind) == (200, url_of(take), "edit")
        with scope(world.tenant):
            roles = [
                (one["role"], Asset.objects.filter(id=one["asset"]).exists()) for one in take.job.request["inputs"]
            ]
        assert roles == [("source", True), ("reference", True)]

    def test_a_model_that_edits_nothing(self, caller: Any, paid: Any) -> None:
        before = rows()
        told = caller.post("/image/generate", {"prompt": "Add a sunset", "image_url": PICTURE})
        assert said(told) == error(
            "settings.image.model: “Toll paint” makes pictures and changes none. Choose another model.", 501
        )
        assert rows() == before

    @pytest.mark.parametrize(
        ("fault", "expected"),
        [
            (Refused("no", billed=False),
             error("The picture could not be made as asked. Try other words. Nothing was charged.", 400)),
            (Rejected("no"), error("The picture could not be asked for. Staff have been told. Nothing was charged.", 502)),
        ],
    )  # fmt: skip
    def test_a_failure(self, caller: Any, worker: None, paid: Any, fault: Exception, expected: Any) -> None:
        paid.script[Kind.IMAGE] = [fault]
        assert said(caller.post("/image/generate", {"prompt": "A brass key"})) == expected

    def test_what_is_not_over_in_time(self, caller: Any, paid: Any, world: Any) -> None:
        body = {
            "prompt": "A brass key",
            "settings": {"image": {"poll_timeout_seconds": 1, "poll_interval_seconds": 6.5}},
        }
        answer = caller.post("/image/generate", body, Prefer="respond-async")
        take = the_take(world)
        status = f"http://localhost/generate/image/{take.piece_id}/status"
        assert said(answer) == enveloped(
            {
                "id": str(take.piece_id), "status": "queued", "provider": "toll", "model": "toll-paint",
                "settings": {"prompt": "A brass key"}, "cost_micros": None, "progress": None, "job": str(take.job_id),
                "status_url": status,
            },
            202,
        )  # fmt: skip
        headers = [answer.headers.get(name) for name in ("Location", "Retry-After", "Preference-Applied")]
        assert headers == [status, "7", "respond-async"]
        drained(world)
        assert caller.get(status).json()["image_url"] == url_of(the_take(world))

    @pytest.mark.parametrize(("said_seconds", "waited"), [(None, 120.0), (5, 5.0), (3600, 120.0)])
    def test_how_long_is_waited(
        self, caller: Any, paid: Any, monkeypatch: Any, said_seconds: float | None, waited: float
    ) -> None:
        from generation import waiting

        waits: list[float] = []
        monkeypatch.setattr(waiting, "wait_for", lambda run, *, seconds: waits.append(seconds) or False)
        polls = {} if said_seconds is None else {"poll_timeout_seconds": said_seconds}
        caller.post("/video/generate", {"prompt": "A brass key", "settings": {"video": polls}})
        assert waits == [waited]


class TestFilms:
    def test_from_a_text(self, caller: Any, worker: None, paid: Any, world: Any) -> None:
        body = {"prompt": "A brass key", "settings": {"video": {"duration_seconds": 4, "number_of_videos": 1}}}
        answer = caller.post("/video/generate", body)
        take = the_take(world)
        assert said(answer) == enveloped(
            {
                "id": str(take.piece_id), "status": "completed", "video_url": url_of(take), "provider": "toll",
                "model": "toll-reel", "duration": 1.0,
                "settings": {"prompt": "A brass key", "duration": 4, "n": 1, "mode": "single"},
                "cost_micros": 1000,
            }
        )  # fmt: skip
        assert paid.books[0].seconds == 4

    def test_from_a_picture(self, caller: Any, worker: None, paid: Any, world: Any) -> None:
        caller.post("/video/generate", {"prompt": "It turns", "input_image_url": PICTURE})
        assert [one.role for one in paid.books[0].inputs] == ["first_frame"]

    def test_from_one_frame_to_another(self, caller: Any, world: Any, media: Path) -> None:
        body = {
            "prompt": "It turns", "mode": "start_end", "input_image_url": PICTURE,
            "settings": {"video": {"last_frame": PICTURE}},
        }  # fmt: skip
        answer = caller.post("/video/generate", body, Prefer="respond-async")
        assert (answer.status_code, answer.json()["data"]["settings"]) == (
            202,
            {"prompt": "It turns", "mode": "start_end"},
        )
        assert [one["role"] for one in the_take(world).job.request["inputs"]] == ["first_frame", "last_frame"]

    def test_a_model_without_a_last_frame(self, caller: Any, paid: Any) -> None:
        before = rows()
        body = {
            "prompt": "It turns", "mode": "start_end", "input_image_url": PICTURE,
            "settings": {"video": {"last_frame": PICTURE}},
        }  # fmt: skip
        assert said(caller.post("/video/generate", body)) == error(
            "settings.video.last_frame: “Toll reel” takes no last frame. Choose another model or mode.", 501
        )
        assert rows() == before

    def test_a_timeline(self, caller: Any, worker: None, paid: Any, world: Any) -> None:
        body = {
            "mode": "timeline", "prompt": "A key is lost.", "details": "Grey light", "instructions": "No people",
            "scenes": [
                {"description": "The quay", "seconds": 2, "image_url": PICTURE},
                {"description": "The fish", "seconds": 3, "instructions": "Close up"},
            ],
        }  # fmt: skip
        answer = caller.post("/video/generate", body)
        told = (
            "A key is lost.\n\nGrey light\n\nScene 1 (0–2 s): The quay.\n\nScene 2 (2–5 s): The fish. Close up.\n\n"
            "Throughout: No people."
        )
        assert answer.json()["data"]["settings"] == {
            "prompt": "A key is lost.", "duration": 5.0, "mode": "timeline", "narrative": told, "details": "Grey light",
            "instructions": "No people",
            "scenes": [
                {"description": "The quay", "seconds": 2.0},
                {"description": "The fish", "instructions": "Close up", "seconds": 3.0},
            ],
        }  # fmt: skip
        sent = paid.books[0]
        assert (sent.prompt, sent.seconds, [one.role for one in sent.inputs]) == (
            f"{told}\n{house.RULES}{STUDIO_GUIDELINES}", 5.0, ["first_frame"],
        )  # fmt: skip


REFUSALS: dict[str, tuple[str, Any, str, int]] = {
    "unknown above": ("/image/generate", {"promt": "x"}, "promt is not known here. There is: prompt, settings, save_to_db, "
                      "session_id, message_id, customer_id, image_url.", 400),
    "no prompt": ("/image/generate", {}, "prompt is missing: say what to make.", 400),
    "of the other kind": ("/image/generate", {"prompt": "x", "settings": {"video": {}}},
                          "settings.video is not known here. There is: image.", 400),
    "no object": ("/video/generate", {"prompt": "x", "settings": []}, "settings must be an object.", 400),
    "no object within": ("/video/generate", {"prompt": "x", "settings": {"video": 3}},
                         "settings.video must be an object.", 400),
    "a word for a number": ("/video/generate", {"prompt": "x", "settings": {"video": {"duration_seconds": "4"}}},
                            "settings.video.duration_seconds must be a number, and no boundless one.", 400),
    "two names": ("/video/generate", {"prompt": "x", "settings": {"video": {"duration_seconds": 4, "seconds": 5}}},
                  "settings.video.seconds and duration_seconds are two names of one thing. Give one of them.", 400),
    "not taken": ("/video/generate", {"prompt": "x", "settings": {"video": {"fps": 24}}},
                  "settings.video.fps is not taken by this model: leave it out.", 400),
    "nor this": ("/video/generate", {"prompt": "x", "settings": {"video": {"person_generation": "allow_adult"}}},
                 "settings.video.person_generation is not taken by this model: leave it out.", 400),
    "nor these": ("/video/generate", {"prompt": "x", "settings": {"video": {"reference_images": [PICTURE]}}},
                  "settings.video.reference_images[0] is not taken by this model: leave it out.", 400),
    "nor a mask": ("/video/generate", {"prompt": "x", "settings": {"video": {"mask": PICTURE}}},
                   "settings.video.mask is not taken by this model: leave it out.", 400),
    "no list": ("/video/generate", {"prompt": "x", "settings": {"video": {"reference_images": PICTURE}}},
                "settings.video.reference_images must be a list, and each of it a data address, an https address, or the id "
                "of an upload or of a picture of yours.", 400),
    "no text in it": ("/video/generate", {"prompt": "x", "settings": {"video": {"reference_images": [7]}}},
                      "settings.video.reference_images[0] must be a data address, an https address, or the id of an upload "
                      "or of a picture of yours.", 400),
    "no model": ("/image/generate", {"prompt": "x", "settings": {"image": {"model": "nobody"}}},
                 "settings.image.model: There is no model called “nobody”. Choose one of the models offered.", 400),
    "not granted": ("/image/generate", {"prompt": "x", "settings": {"image": {"model": "demo-painter"}}},
                    "settings.image.model: “demo-painter” is not available here. Choose one of the models offered.", 400),
    "the switch": ("/image/generate", {"prompt": "x", "disable_safe_prompt_adjust": False},
                   "disable_safe_prompt_adjust is not taken: nobody turns the checks off from outside. Leave it out.", 400),
    "the switch within": ("/video/generate", {"prompt": "x", "settings": {"video": {"disable_safe_prompt_adjust": True}}},
                          "settings.video.disable_safe_prompt_adjust is not taken: nobody turns the checks off from outside. "
                          "Leave it out.", 400),
    "poll": ("/image/generate", {"prompt": "x", "settings": {"image": {"poll_timeout_seconds": 0}}},
             "settings.image.poll_timeout_seconds must lie between 1 and 3600.", 400),
    "poll in words": ("/image/generate", {"prompt": "x", "settings": {"image": {"poll_interval_seconds": "often"}}},
                      "settings.image.poll_interval_seconds must be a number, and no boundless one.", 400),
    "save_to_db": ("/image/generate", {"prompt": "x", "save_to_db": "no"}, "save_to_db must be true or false.", 400),
    "session_id": ("/image/generate", {"prompt": "x", "session_id": "s" * 201},
                   "session_id is longer than 200 characters. Shorten it.", 400),
    "mode": ("/video/generate", {"prompt": "x", "mode": "loop"}, "mode must be one of single, start_end, timeline.", 400),
    "no mode at all": ("/video/generate", {"prompt": "x", "mode": ["single"]},
                       "mode must be one of single, start_end, timeline.", 400),
    "scenes in single": ("/video/generate", {"prompt": "x", "scenes": []},
                         "scenes belongs to mode timeline: leave it out, or choose that mode.", 400),
    "no first frame": ("/video/generate", {"prompt": "x", "mode": "start_end"},
                       "input_image_url is missing: mode start_end needs the picture that the film begins with.", 400),
    "no last frame": ("/video/generate", {"prompt": "x", "mode": "start_end", "input_image_url": PICTURE},
                      "settings.video.last_frame is missing: mode start_end needs the picture that the film ends with.", 400),
    "no scenes": ("/video/generate", {"mode": "timeline"}, "scenes are missing: mode timeline needs 1 at least.", 400),
    "empty scenes": ("/video/generate", {"mode": "timeline", "scenes": []}, "scenes must be a list of 1 to 12 scenes.", 400),
    "13 scenes": ("/video/generate", {"mode": "timeline", "scenes": [{"description": "x"}] * 13},
                  "scenes must be a list of 1 to 12 scenes.", 400),
    "misspelt": ("/video/generate", {"mode": "timeline", "scenes": [{"descripton": "x"}]},
                 "scenes[0].descripton is not known here. There is: description, seconds, instructions, image_url.", 400),
    "no description": ("/video/generate", {"mode": "timeline", "scenes": [{"description": "x"}, {"seconds": 2}]},
                       "scenes[1].description is missing: say what is seen.", 400),
    "seconds of a scene": ("/video/generate", {"mode": "timeline", "scenes": [{"description": "x", "seconds": -1}]},
                           "scenes[0].seconds must lie between 0.1 and 3600.", 400),
    "two pictures": ("/video/generate", {"mode": "timeline", "scenes": [{"description": "x", "image_url": PICTURE}] * 2},
                     "scenes[1].image_url is not taken by this model: leave it out.", 400),
    "somebody's picture": ("/video/generate", {"prompt": "x", "input_image_url": "5f0c7b0e-7f0b-4d43-9a58-7a3c5e0f2d11"},
                           "input_image_url names no picture of yours. Upload it, or give its address.", 404),
    "no picture": ("/video/generate", {"prompt": "x", "input_image_url": "data:image/svg+xml;base64,PHN2Zy8+"},
                   "input_image_url is no picture that is taken here. Send a PNG, JPEG or WebP.", 400),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSALS)
def test_what_is_refused_before_anything_is_charged(caller: Any, paid: Any, name: str) -> None:
    path, body, sentence, code = REFUSALS[name]
    before = rows()
    assert said(caller.post(path, body)) == error(sentence, code)
    assert (rows(), paid.books) == (before, [])


def files(media: Path) -> list[str]:
    return sorted(path.name for path in media.rglob("*") if path.is_file())


class TestNotKept:
    BODY = {"prompt": f"A brass key of {MARK}", "image_url": "", "save_to_db": False, "session_id": "s"}

    def test_the_answer_holds_the_picture_and_nothing_is_left(
        self, caller: Any, worker: None, paid: Any, world: Any, media: Path
    ) -> None:
        kept = Image.new("RGB", (8, 6), (9, 8, 7))
        out = io.BytesIO()
        kept.save(out, "WEBP", lossless=True)
        for data, media_type in ((png((1, 2, 3)), "image/png"), (out.getvalue(), "image/webp")):
            paid.script[Kind.IMAGE] = [Done(data=data, media_type=media_type)]
            answer = caller.post("/image/generate", self.BODY, **{"Idempotency-Key": media_type})
            head, packed = answer.json()["data"]["image_url"].split(",")
            assert (answer.status_code, head) == (200, f"data:{media_type};base64")
            with Image.open(io.BytesIO(base64.b64decode(packed))) as told, Image.open(io.BytesIO(data)) as made:
                assert (told.tobytes(), told.size) == (made.tobytes(), made.size)  # marked, and the same picture
        with across_tenants("a test counts all"):
            left = [model._default_manager.count() for model in (Piece, Take, Upload, Asset)]
            jobs = list(Job.objects.values_list("request", "result", "partial", "cost_micros"))
            runs, calls = Run.objects.count(), list(IdempotentCall.objects.values_list("status", "body"))
        assert (left, runs, jobs) == ([0, 0, 0, 0], 2, [({}, {}, "", 1000)] * 2)
        assert [(status, MARK in str(bytes(body)), b"base64" in bytes(body)) for status, body in calls] == [
            (410, False, False)
        ] * 2
        assert len(files(media)) == 2  # until the chore comes by, a minute later
        with across_tenants("time goes by"):
            DiscardedFile.objects.update(discarded_at=timezone.now() - datetime.timedelta(seconds=61))
        assets.remove_discarded(linger_seconds=0)
        with scope(world.tenant):
            assert (files(media), DiscardedFile.objects.count()) == ([], 0)

    def test_what_came_along_goes_too(self, caller: Any, worker: None, paid: Any, media: Path, world: Any) -> None:
        body = {"prompt": "It turns", "input_image_url": PICTURE, "save_to_db": False}
        answer = caller.post("/video/generate", body)
        assert answer.json()["data"]["video_url"].startswith("data:video/mp4;base64,")
        assets.remove_discarded(linger_seconds=0)
        with scope(world.tenant):
            assert (Asset.objects.count(), files(media)) == (0, [])

    def test_it_is_given_once(self, caller: Any, worker: None, paid: Any, world: Any) -> None:
        first = caller.post("/image/generate", self.BODY, **{"Idempotency-Key": "k"})
        second = caller.post("/image/generate", self.BODY, **{"Idempotency-Key": "k"})
        assert (first.status_code, len(paid.books)) == (200, 1)
        assert said(second) == error(compatible.GIVEN_ONCE, 410)

    def test_nobody_fetches_it(self, caller: Any, paid: Any, world: Any, media: Path) -> None:
        """Ten minutes are the limit: five for whoever asked, a minute for the file, and two rounds of the chores."""
        answer = caller.post("/image/generate", self.BODY, Prefer="respond-async")
        drained(world)
        url = caller.get(answer["Location"]).json()["image_url"]
        tidying.purge()
        assert (caller.get(url).status_code, len(files(media))) == (200, 1)
        ended = timezone.now() - datetime.timedelta(seconds=tidying.UNFETCHED_SECONDS + 1)
        with scope(world.tenant):
            Job.objects.update(finished_at=ended)
        tidying.purge()
        assert (caller.get(url).status_code, caller.get(answer["Location"]).status_code) == (404, 404)
        assets.remove_discarded(linger_seconds=0)
        assert files(media) == []
        rounds = {"purge the studio": 0.0, "remove discarded files": 0.0}
        for name in rounds:
            rounds[name] = chores._chores[name].every_seconds
        assert tidying.UNFETCHED_SECONDS + assets.LINGER_SECONDS + 2 * sum(rounds.values()) < 600

    def test_too_large_for_an_answer(self, caller: Any, worker: None, paid: Any, world: Any, monkeypatch: Any) -> None:
        monkeypatch.setattr(compatible, "MAX_INLINE", 100)
        answer = caller.post("/image/generate", self.BODY)
        status = f"http://localhost/generate/image/{the_take(world).piece_id}/status"
        assert said(answer) == error(
            "image_url: with save_to_db false an answer holds 0 MB at most, and this has 0 MB. It can be fetched for five "
            f"minutes: {status} says where. Leave save_to_db out the next time.", 502,
        )  # fmt: skip
        assert caller.get(caller.get(status).json()["image_url"]).status_code == 200

    def test_a_storage_that_lost_it(self, caller: Any, paid: Any, world: Any, media: Path, monkeypatch: Any) -> None:
        from generation import waiting

        def lose(run: Run, *, seconds: float) -> bool:
            drained(world)
            for path in media.rglob("*"):
                if path.is_file():
                    path.unlink()
            return True

        monkeypatch.setattr(waiting, "wait_for", lose)
        assert said(caller.post("/image/generate", self.BODY)) == error(
            "It was made, and cannot be read from where it is kept. Try again.", 502
        )


def test_a_model_that_takes_references_gets_the_scenes_pictures(caller: Any, world: Any, media: Path) -> None:
    with scope(world.tenant):
        ModelGrant.objects.filter(kind="video", tier=None).delete()
        model = AiModel.objects.get(key="demo-filmmaker")
        model.capabilities = {"inputs": {"first_frame": 1, "reference": 2}}
        model.save()
        ModelGrant.objects.create(model=model, is_default=True)
    scene = {"description": "The quay", "seconds": 2, "image_url": PICTURE}
    body = {"mode": "timeline", "scenes": [scene] * 3}
    answer = caller.post("/video/generate", body, Prefer="respond-async")
    assert answer.status_code == 202
    assert [one["role"] for one in the_take(world).job.request["inputs"]] == ["first_frame", "reference", "reference"]
