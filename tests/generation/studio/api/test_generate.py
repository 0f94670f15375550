"""POST /generate/text, /generate/image, /generate/video, and their status."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Cap
from accounts.tenancy import scope
from generation import media
from generation.jobs import asking
from generation.models import Asset, Job
from generation.providers.contract import Done, Kind
from generation.providers.errors import Refused, Rejected
from generation.studio.models import Piece, StudioPolicy, Take
from tests.generation.studio.api.conftest import drained, error, rows, said

pytestmark = pytest.mark.django_db(transaction=True)
HOST = "http://localhost"
WORDS = Done(text="A key is a small promise.", model="words-2", usage={"input_tokens": 7, "output_tokens": 6})


def the_take(world: Any) -> Take:
    with scope(world.tenant):
        return Take.objects.select_related("job__model", "piece").get()


NEXT = {"place": 1, "outlook": "It is next."}


def take_said(take: Take, **changes: Any) -> dict[str, Any]:
    job = take.job
    return {
        "id": str(take.id), "job": str(job.id), "number": take.number, "verb": "made", "status": "queued",
        "progress": None, "model": job.model.key if job.model else None, "provider": "toll",
        "seed": job.request.get("seed"), "cost_micros": None, **(NEXT if job.status == "queued" else {}), **changes,
    }  # fmt: skip


class TestText:
    def test_it_answers_with_the_text(self, caller: Any, worker: None, paid: Any, world: Any) -> None:
        paid.script[Kind.TEXT] = [WORDS]
        answer = caller.post("/generate/text", {"prompt": "What is a key?", "model": "Words", "max_tokens": 50})
        assert said(answer) == (
            200,
            {
                "id": str(the_take(world).piece_id), "status": "completed", "text": "A key is a small promise.",
                "model": "toll-words", "asked_model": "Words", "cost_micros": 1000,
                "usage": {"input_tokens": 7, "output_tokens": 6},
            },
        )  # fmt: skip
        assert (paid.books[0].max_tokens, paid.books[0].prompt) == (50, "What is a key?")

    @pytest.mark.parametrize(
        ("prefer", "applied"),
        [("respond-async", "respond-async"), ("Respond-Async, wait=0", "respond-async, wait=0"), ("wait=0", "wait=0"),
         ("foo, wait=0; x=y, wait=30", "wait=0")],
    )  # fmt: skip
    def test_who_does_not_wait_gets_an_address(
        self, caller: Any, paid: Any, world: Any, prefer: str, applied: str
    ) -> None:
        paid.script[Kind.TEXT] = [WORDS]
        answer = caller.post("/generate/text", {"prompt": "What is a key?"}, Prefer=prefer)
        take = the_take(world)
        status = f"/generate/text/{take.piece_id}/status"
        assert said(answer) == (
            202,
            {
                "id": str(take.piece_id), "status": "queued", "progress": None, "model": "toll-words", "cost_micros": None,
                "takes": [take_said(take)], "job": str(take.job_id), **NEXT,
            },
        )  # fmt: skip
        headers = [answer.headers.get(name) for name in ("Location", "Retry-After", "Preference-Applied")]
        assert headers == [HOST + status, "1", applied]
        drained(world)
        found = caller.get(status).json()
        assert (found["status"], found["text"], found["cost_micros"]) == (
            "completed",
            "A key is a small promise.",
            1000,
        )

    @pytest.mark.parametrize(("prefer", "applied"), [("wait=100", "wait=100"), ("wait=200", None), ("wait=-1", None)])
    def test_a_wait_that_is_honoured_is_said(
        self, caller: Any, worker: None, paid: Any, prefer: str, applied: str | None
    ) -> None:
        paid.script[Kind.TEXT] = [WORDS]
        answer = caller.post("/generate/text", {"prompt": "What is a key?"}, Prefer=prefer)
        assert (answer.status_code, answer.headers.get("Preference-Applied")) == (200, applied)

    def test_what_is_not_over_in_time_goes_on(self, caller: Any, paid: Any, world: Any, settings: Any) -> None:
        settings.GENERATION = {**settings.GENERATION, "WAIT_SECONDS": 0.1}
        paid.script[Kind.TEXT] = [WORDS]
        answer = caller.post("/generate/text", {"prompt": "What is a key?"})
        assert (answer.status_code, answer.json()["status"], the_take(world).job.status) == (202, "queued", "queued")
        drained(world)
        assert the_take(world).job.status == "done"

    @pytest.mark.parametrize(
        ("fault", "expected"),
        [
            (
                Refused("no", billed=False),
                error("The words could not be made as asked. Try other words. Nothing was charged.", 422),
            ),
            (
                Rejected("no"),
                error("The words could not be asked for. Staff have been told. Nothing was charged.", 502),
            ),
        ],
    )
    def test_a_failure_is_an_error_fit_for_people(
        self, caller: Any, worker: None, paid: Any, fault: Exception, expected: Any
    ) -> None:
        paid.script[Kind.TEXT] = [fault]
        assert said(caller.post("/generate/text", {"prompt": "What is a key?"})) == expected

    def test_cancelled_meanwhile(self, caller: Any, paid: Any, world: Any, monkeypatch: Any) -> None:
        from generation import waiting

        monkeypatch.setattr(waiting, "wait_for", lambda run, *, seconds: asking.cancel(run.jobs.get()).id is not None)
        assert said(caller.post("/generate/text", {"prompt": "What is a key?"})) == error(
            "Cancelled. Nothing was charged.", 409
        )


class TestPicturesAndFilms:
    @pytest.mark.parametrize(("kind", "again"), [("image", "1"), ("video", "3")])
    def test_asked_for_and_asked_after(self, caller: Any, paid: Any, world: Any, kind: str, again: str) -> None:
        answer = caller.post(f"/generate/{kind}", {"prompt": "A brass key", "aspect_ratio": "16:9"})
        take = the_take(world)
        status = f"/generate/{kind}/{take.piece_id}/status"
        model = {"image": "toll-paint", "video": "toll-reel"}[kind]
        queued = {
            "id": str(take.piece_id), "status": "queued", "progress": None, "model": model, "cost_micros": None,
            "takes": [take_said(take)],
        }  # fmt: skip
        waits = {**queued, **NEXT}
        assert said(answer) == (202, {**waits, "job": str(take.job_id)})
        assert (answer["Location"], answer["Retry-After"]) == (HOST + status, again)
        before = caller.get(status)
        assert said(before) == (200, waits)
        assert (before["Retry-After"], before["Cache-Control"]) == (again, "private, no-cache")
        drained(world)
        after, take = caller.get(status), the_take(world)
        url = f"{HOST}/api/v1/assets/{take.job.asset_id}/file"
        made = {f"{kind}_url": url, "cost_micros": 1000, "progress": 100, "status": "completed"}
        assert said(after) == (200, {**queued, **made, "takes": [take_said(take, **made)]})
        assert "Retry-After" not in after
        with scope(world.tenant):
            asset = Asset.objects.get()
        assert (caller.get(url).status_code, media.link(asset)[:7]) == (200, "/media/")

    def test_an_etag_saves_the_answer(self, caller: Any, paid: Any, world: Any) -> None:
        status = caller.post("/generate/image", {"prompt": "A brass key"})["Location"]
        etag = caller.get(status)["ETag"]
        known = caller.get(status, **{"If-None-Match": f'"other", W/{etag}'})
        assert (known.status_code, known.content, known["ETag"], known["Retry-After"]) == (304, b"", etag, "1")
        drained(world)
        news = caller.get(status, **{"If-None-Match": etag})
        assert (news.status_code, news.json()["status"], news["ETag"] == etag) == (200, "completed", False)
        last = caller.get(status, **{"If-None-Match": news["ETag"]})
        assert (last.status_code, "Retry-After" in last) == (304, False)

    def test_several(self, caller: Any, paid: Any, world: Any) -> None:
        paid.script[Kind.IMAGE] = [None, Refused("no", billed=False)]
        status = caller.post("/generate/image", {"prompt": "A brass key", "n": 3})["Location"]
        drained(world)
        found = caller.get(status).json()
        urls = [take["image_url"] for take in found["takes"] if "image_url" in take]
        assert (found["status"], found["image_url"], found["image_urls"], found["cost_micros"], len(set(urls))) == (
            "completed", urls[0], urls, 2000, 2,
        )  # fmt: skip
        refused = "The picture could not be made as asked. Try other words. Nothing was charged."
        assert [take.get("message") for take in found["takes"] if take["status"] == "failed"] == [refused]
        assert "message" not in found

    def test_one_that_failed_says_why(self, caller: Any, paid: Any, world: Any) -> None:
        paid.script[Kind.IMAGE] = [Rejected("no")]
        status = caller.post("/generate/image", {"prompt": "A brass key"})["Location"]
        drained(world)
        found = caller.get(status).json()
        assert (found["status"], found["message"], found["cost_micros"]) == (
            "failed", "The picture could not be asked for. Staff have been told. Nothing was charged.", None,
        )  # fmt: skip

    def test_what_was_adjusted_is_said(self, caller: Any, paid: Any, world: Any) -> None:
        status = caller.post("/generate/video", {"prompt": "A brass key", "duration": 12, "n": 1})["Location"]
        drained(world)
        found = caller.get(status).json()
        assert found["adjusted"] == {"seconds": {"asked": "12", "used": "10"}}


class TestWhoMayAsk:
    def test_what_is_not_ones_own_is_not_there(self, caller: Any, program: Any, paid: Any, world: Any) -> None:
        status = caller.post("/generate/image", {"prompt": "quillon-seventeen"})["Location"]
        told = {}
        for name in ("second-author", "reader", "harbour-owner", "staff"):
            answer = program(name).get(status)
            told[name] = answer.status_code
            assert b"quillon" not in answer.content
        assert told == {"second-author": 404, "reader": 404, "harbour-owner": 404, "staff": 200}

    @pytest.mark.parametrize("known", [{}, {"If-None-Match": '"x"'}])
    def test_ids_of_nothing(self, caller: Any, paid: Any, world: Any, known: dict[str, str]) -> None:
        status = caller.post("/generate/image", {"prompt": "A brass key"})["Location"]
        nothing = error("There is nothing here.", 404)
        assert said(caller.get(f"/generate/image/{uuid.uuid4()}/status", **known)) == nothing
        for kind in ("video", "text", "speech", "edit"):
            assert said(caller.get(status.replace("/image/", f"/{kind}/"), **known)) == nothing
        with scope(world.tenant):
            Piece.objects.update(deleted_at="2026-11-21T00:00:00Z")
        assert said(caller.get(status, **known)) == nothing

    def test_a_reader_and_a_stranger(self, program: Any, client_for: Any, paid: Any) -> None:
        before = rows()
        asked = program("reader").post("/generate/text", {"prompt": "What is a key?"})
        assert said(asked) == error("This is for authors. Ask the staff of this library for the role.", 403)
        stranger = client_for().post("/generate/text", {"prompt": "x"}, content_type="application/json")
        assert said(stranger) == error("Sign in first.", 401)
        assert rows() == before

    def test_a_closed_studio(self, caller: Any, paid: Any, world: Any) -> None:
        with scope(world.tenant):
            StudioPolicy.objects.update(is_open=False)
        before = rows()
        closed = error("The studio of this library is closed. Ask its staff to open it.", 403)
        for path in ("/generate/text", "/generate/image", "/generate/video", "/image/generate", "/video/generate"):
            assert said(caller.post(path, {"prompt": "A brass key"})) == closed
        assert said(caller.post("/api/v1/uploads", {"data_url": "data:"})) == closed
        assert rows() == before

    def test_over_budget(self, caller: Any, paid: Any, world: Any) -> None:
        with scope(world.tenant):
            Cap.objects.filter(measure="micros").update(limit=1500)
        before = rows()
        over = error("The budget for today is used up. Nothing was charged.", 402)
        assert said(caller.post("/generate/image", {"prompt": "A brass key", "n": 2})) == over
        assert rows() == before
        assert caller.post("/generate/image", {"prompt": "A brass key"}).status_code == 202

    def test_too_often(self, caller: Any, program: Any, paid: Any, settings: Any, still: Any) -> None:
        settings.RATES = {**settings.RATES, "generate": {"person": (2, 60)}}
        other = program("staff")
        told = [caller.post("/generate/image", {"prompt": "A brass key"}) for _ in range(3)]
        assert [answer.status_code for answer in told] == [202, 202, 429]
        wait = told[2]["Retry-After"]
        assert 0 < int(wait) <= 60
        assert (
            told[2].json()["error"].startswith("That was too often: 2 a minute is the most for one person. Go on in ")
        )
        assert other.post("/generate/image", {"prompt": "A brass key"}).status_code == 202
        assert caller.get(told[0]["Location"]).status_code == 200


def test_queries_of_a_status(caller: Any, paid: Any, world: Any) -> None:
    """One for who asks; one for the piece; one more where an ETag is out of date. However many takes there are."""
    for count in (1, 6):
        status = caller.post("/generate/image", {"prompt": "A brass key", "n": count})["Location"]
        etag = caller.get(status)["ETag"]
        told = []
        for known in ({}, {"If-None-Match": etag}, {"If-None-Match": '"old"'}):
            with CaptureQueriesContext(connection) as queries:
                caller.get(status, **known)
            told.append(len(queries))
        assert told == [2, 2, 3]


def test_words_show_while_they_are_written(caller: Any, paid: Any, world: Any) -> None:
    status = caller.post("/generate/text", {"prompt": "What is a key?"}, Prefer="respond-async")["Location"]
    with scope(world.tenant):
        Job.objects.update(status="running", partial="A key is", progress=0.4)
    found = caller.get(status).json()
    assert (found["status"], found["text"], found["progress"]) == ("processing", "A key is", 40)
