"""Jobs as programs see them: status with its ETag and its cost, lists, cancelling, trying again."""

from __future__ import annotations

import datetime
import uuid
from itertools import chain
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Cap, LedgerEntry
from accounts.scopes import Scope
from accounts.tenancy import scope
from generation.jobs import reading
from generation.models import Job, Run, Status
from generation.providers.contract import Kind
from stories.models import Scene, Story
from tests import factories
from tests.stories import worker
from tests.stories.api.conftest import refused

pytestmark = pytest.mark.django_db
NO_JOB = refused(404, "There is no such job.")


@pytest.fixture
def job(in_tenant: Any, step: Any, toll: Any) -> Job:
    return factories.job(in_tenant.user("author"), in_tenant.kids)


def change(job: Job, **fields: Any) -> None:
    """What the engine writes, without the engine."""
    with scope(job.tenant_id):
        Job.objects.filter(id=job.id).update(**fields)


def asked(program: Any, job: Job, etag: str | None = None) -> Any:
    headers = {} if etag is None else {"If-None-Match": etag}
    return program.client.get(f"/api/v1/jobs/{job.id}", headers=headers)


class TestStatus:
    def test_the_whole_answer(self, author: Any, job: Job) -> None:
        answer = asked(author, job)
        assert (answer.status_code, answer.json()) == (200, {
            "id": str(job.id), "run": str(job.run_id), "kind": "image", "model": "toll-paint", "asked_model": None,
            "status": "queued", "progress": None, "attempt": 1, "cost_micros": None, "message": None,
            "created_at": job.created_at.isoformat(), "finished_at": None, "place": 1, "outlook": "It is next.",
        })  # fmt: skip
        told = {name: answer.headers.get(name) for name in ("ETag", "Retry-After", "Cache-Control", "Content-Type")}
        assert told == {
            "ETag": '"1.1.queued.0.1-"', "Retry-After": "1", "Cache-Control": "private, no-cache",
            "Content-Type": "application/json",
        }  # fmt: skip

    def test_finished_there_is_nothing_to_wait_for(self, author: Any, job: Job) -> None:
        at = timezone.now()
        change(job, status=Status.FAILED, message="It broke.", finished_at=at, version=4)
        answer = asked(author, job)
        said = answer.json()
        assert (said["status"], said["message"], said["finished_at"]) == ("failed", "It broke.", at.isoformat())
        assert ("Retry-After" in answer.headers, answer["ETag"]) == (False, '"4.1.failed.0"')

    def test_what_did_not_change_is_not_sent_again(self, author: Any, job: Job) -> None:
        etag = asked(author, job)["ETag"]
        for known in (etag, f"W/{etag}", f'"another", {etag}', "*"):
            again = asked(author, job, known)
            assert (again.status_code, again.content, again["ETag"], again["Retry-After"]) == (304, b"", etag, "1")
        assert asked(author, job, '"another"').status_code == 200

    @pytest.mark.parametrize(
        "changes",
        [
            {"version": 2},
            {"status": Status.RUNNING},  # a purchase that went back to the queue grows no version
            {"attempt": 2},
            {"partial": "Once"},
        ],
        ids=lambda changes: next(iter(changes)),
    )
    def test_whatever_changes_the_answer_changes_the_etag(self, author: Any, job: Job, changes: Any) -> None:
        etag = asked(author, job)["ETag"]
        change(job, **changes)
        again = asked(author, job, etag)
        assert (again.status_code, again["ETag"] != etag) == (200, True)

    def test_a_change_between_look_and_answer_is_told_by_the_next(
        self, author: Any, job: Job, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The answer and its ETag are of one moment: what is written meanwhile never goes under an ETag that hides it."""
        look = reading.look

        def slow(job_id: uuid.UUID) -> Any:
            found = look(job_id)
            Job.objects.filter(id=job_id).update(status=Status.RUNNING, version=2, progress=0.5)
            return found

        monkeypatch.setattr(reading, "look", slow)
        first = asked(author, job)
        monkeypatch.undo()
        assert (first.json()["status"], first["ETag"]) == ("queued", '"1.1.queued.0"')
        second = asked(author, job, first["ETag"])
        assert (second.status_code, second.json()["status"], second.json()["progress"]) == (200, "processing", 50)

    def test_the_look_tells_what_the_rows_tell(self, in_tenant: Any, job: Job) -> None:
        plain = Job.objects.select_related("run__tier", "model", "asset").get(id=job.id)
        look = reading.look(job.id)
        assert look is not None
        found = look.job
        for name in reading.JOB:
            assert getattr(found, name) == getattr(plain, name), name
        assert (found.run, found.run.tier, found.model, found.asset) == (plain.run, in_tenant.kids, plain.model, None)
        assert (look.tenant_id, look.owner_id, look.is_active) == (plain.tenant_id, plain.run.user_id, True)
        assert reading.look(uuid.uuid4()) is None

    def test_head(self, author: Any, job: Job) -> None:
        answer = author.client.head(f"/api/v1/jobs/{job.id}")
        assert (answer.status_code, answer.content, answer["ETag"]) == (200, b"", '"1.1.queued.0.1-"')


class TestCost:
    @pytest.mark.parametrize("who", ["token", "key"])
    @pytest.mark.parametrize("etag", [None, '"1.1.queued.0.1-"', '"older"'], ids=["plain", "304", "changed"])
    def test_two_queries_and_no_session(self, author: Any, with_key: Any, job: Job, who: str, etag: str | None) -> None:
        program = author if who == "token" else with_key(Scope.READ)
        asked(program, job)  # the tenant of the host is known from now on, and the key's use is noted
        with CaptureQueriesContext(
            connection,
        ) as caught:
            answer = asked(program, job, etag)
        assert answer.status_code == (304 if etag == '"1.1.queued.0.1-"' else 200)
        said = [query["sql"] for query in caught]
        tables = ["accounts_membership" if who == "token" else "accounts_apikey", "generation_job"]
        assert [sql.split(" FROM ")[1].split('"')[1] for sql in said] == tables
        assert [sql for sql in said if "session" in sql] == []
        assert [sql for sql in said if job.tenant_id.hex not in sql.replace("-", "")] == []  # each in its tenant


class TestWhoSees:
    def test_the_asker_and_staff(self, program: Any, job: Job) -> None:
        address = f"/api/v1/jobs/{job.id}"
        assert [program(name).get(address)[0] for name in ("author", "staff", "owner", "operator")] == [200] * 4
        assert program("reader").get(address) == NO_JOB
        assert program("harbour-owner", host="harbour.localhost").get(address) == NO_JOB
        assert program("author").get(f"/api/v1/jobs/{uuid.uuid4()}") == NO_JOB

    def test_a_tag_of_somebody_elses_job_tells_nothing(self, program: Any, job: Job) -> None:
        assert asked(program("reader"), job, '"1.1.queued.0.1-"').status_code == 404
        assert asked(program("reader"), job, "*").status_code == 404

    def test_lists(self, program: Any, job: Job, in_tenant: Any) -> None:
        theirs = factories.job(in_tenant.user("reader"), in_tenant.kids, prompt="a mark of the reader's")
        with scope(in_tenant.harbour):
            Job.objects.create(run=Run.objects.create(purpose="mark"), kind="text", provider="demo", step="test-step")

        def ids(name: str, more: str = "", host: str = "localhost") -> list[str]:
            status, told = program(name, host=host).get(f"/api/v1/jobs{more}")
            assert status == 200
            return [one["id"] for one in told["items"]]

        assert ids("author") == [str(job.id)]
        assert ids("reader") == [str(theirs.id)]
        assert ids("staff") == []
        assert ids("staff", "?scope=tenant") == [str(theirs.id), str(job.id)]
        assert ids("harbour-owner", host="harbour.localhost") == []
        assert len(ids("harbour-owner", "?scope=tenant", host="harbour.localhost")) == 1
        assert program("author").get("/api/v1/jobs?scope=tenant") == refused(
            403, "Only staff see what all of this library asked for. Leave “scope” out."
        )


class TestList:
    def test_all_of_120_page_by_page_in_constant_queries(self, author: Any, job: Job, in_tenant: Any) -> None:
        mine = [Job(run=job.run, kind="image", model=job.model, provider="toll", step="test-step") for _ in range(119)]
        Job.objects.bulk_create(mine)
        at = timezone.now()
        for number, one in enumerate(Job.objects.order_by("id")):  # some of one moment, so that the id decides
            Job.objects.filter(id=one.id).update(created_at=at - datetime.timedelta(seconds=number // 7))
        expected = [str(one) for one in Job.objects.order_by("-created_at", "-id").values_list("id", flat=True)]
        address, found, counts = "/api/v1/jobs?limit=50", [], []
        while address:
            with CaptureQueriesContext(connection) as caught:
                status, told = author.get(address)
            assert status == 200
            found.append([one["id"] for one in told["items"]])
            counts.append(len(caught))
            address = told["next"]
        assert ([len(page) for page in found], list(chain(*found))) == ([50, 50, 20], expected)
        assert counts == [2, 2, 2]
        back = author.get(told["previous"])[1]
        assert [one["id"] for one in back["items"]] == found[1]

    def test_filters(self, author: Any, job: Job, in_tenant: Any) -> None:
        words = factories.job(in_tenant.user("author"), in_tenant.kids, kind=Kind.TEXT)
        change(words, status=Status.STORED)

        def ids(query: str) -> list[str]:
            return [one["id"] for one in author.get(f"/api/v1/jobs?{query}")[1]["items"]]

        assert ids("status=queued") == [str(job.id)]
        assert ids("status=processing") == [str(words.id)]
        assert ids("status=completed") == []
        assert ids("kind=text") == [str(words.id)]
        assert ids("kind=text&status=queued") == []

    @pytest.mark.parametrize(
        ("query", "sentence"),
        [
            ("status=done", "status: \"done\" is not a valid choice."),
            ("kind=song", "kind: \"song\" is not a valid choice."),
            ("scope=all", "scope: \"all\" is not a valid choice."),
            ("limit=0", "limit: Say a number from 1 to 100."),
            ("limit=", "limit: Say a number from 1 to 100."),
            ("cursor=x", "cursor: This is none of ours. Take it from “next” or “previous” of a page, or leave it out."),
            ("model=x", "model: is not known here; the fields are scope, limit, cursor, status and kind."),
        ],
    )  # fmt: skip
    def test_what_is_wrong_is_named(self, author: Any, query: str, sentence: str) -> None:
        assert author.get(f"/api/v1/jobs?{query}") == refused(400, sentence)


class TestCancel:
    def test_once_is_enough(self, author: Any, job: Job) -> None:
        status, told = author.post(f"/api/v1/jobs/{job.id}/cancel")
        again = author.post(f"/api/v1/jobs/{job.id}/cancel")
        assert (status, told["status"], told["message"]) == (200, "failed", "Cancelled. Nothing was charged.")
        assert again == (200, told)
        assert [(e.kind, e.amount_micros) for e in LedgerEntry.objects.all()] == [("reserve", 1000), ("release", 0)]

    def test_what_is_bought_already_appears(self, author: Any, job: Job) -> None:
        change(job, status=Status.STORED)
        assert author.post(f"/api/v1/jobs/{job.id}/cancel") == refused(
            409, "This is bought already and about to appear."
        )

    def test_only_its_owner(self, program: Any, job: Job) -> None:
        address = f"/api/v1/jobs/{job.id}/cancel"
        assert program("staff").post(address) == refused(403, "Only who asked for this job may do that.")
        assert program("reader").post(address) == NO_JOB
        assert program("harbour-owner", host="harbour.localhost").post(address) == NO_JOB
        assert Job.objects.get(id=job.id).status == Status.QUEUED

    def test_a_key_needs_the_scope(self, with_key: Any, job: Job) -> None:
        status, told = with_key(Scope.READ, Scope.PLAY).post(f"/api/v1/jobs/{job.id}/cancel")
        assert (status, told["error"]) == (
            403, "This API key lacks the scope “generate”, which this needs. Make a key that has it, or sign in for a token.",
        )  # fmt: skip
        assert with_key(Scope.GENERATE).post(f"/api/v1/jobs/{job.id}/cancel")[0] == 200

    @pytest.mark.parametrize("raw", [b"[]", b"1", b"null", b'{"why": 1}', b"{", b'{"\\u0000": 1}'])
    def test_a_body_that_is_none(self, author: Any, job: Job, raw: bytes) -> None:
        status, told = author.send(f"/api/v1/jobs/{job.id}/cancel", raw)
        assert (status, told["code"]) == (400, 400)
        assert Job.objects.get(id=job.id).status == Status.QUEUED


class TestRetry:
    def test_a_new_attempt_with_a_hold_of_its_own(self, author: Any, job: Job) -> None:
        author.post(f"/api/v1/jobs/{job.id}/cancel")
        status, told = author.post(f"/api/v1/jobs/{job.id}/retry")
        assert (status, told["status"], told["attempt"], told["message"]) == (200, "queued", 2, None)
        assert author.post(f"/api/v1/jobs/{job.id}/retry") == (200, told)  # under way: nothing more happens
        assert sorted((e.attempt, e.kind) for e in LedgerEntry.objects.all()) == [
            (1, "release"), (1, "reserve"), (2, "reserve"),
        ]  # fmt: skip

    def test_the_same_call_twice_is_one_attempt(self, author: Any, job: Job) -> None:
        author.post(f"/api/v1/jobs/{job.id}/cancel")
        first = author.post(f"/api/v1/jobs/{job.id}/retry", **{"Idempotency-Key": "again"})
        author.post(f"/api/v1/jobs/{job.id}/cancel")  # it ended once more, before the repeat came
        assert author.post(f"/api/v1/jobs/{job.id}/retry", **{"Idempotency-Key": "again"}) == first
        assert Job.objects.get(id=job.id).attempt == 2

    def test_what_is_done_is_done(self, author: Any, job: Job) -> None:
        change(job, status=Status.DONE)
        sentence = "This is done already; there is nothing to try again."
        assert author.post(f"/api/v1/jobs/{job.id}/retry") == refused(409, sentence)

    def test_without_money_nothing_changes(self, author: Any, job: Job) -> None:
        author.post(f"/api/v1/jobs/{job.id}/cancel")
        Cap.objects.filter(measure="micros").update(limit=1)
        sentence = "The budget for today is used up. Nothing was charged."
        assert author.post(f"/api/v1/jobs/{job.id}/retry") == refused(402, sentence)
        assert Job.objects.get(id=job.id).status == Status.CANCELLED

    def test_only_its_owner(self, program: Any, job: Job) -> None:
        change(job, status=Status.FAILED)
        address = f"/api/v1/jobs/{job.id}/retry"
        assert program("staff").post(address)[0] == 403
        assert program("reader").post(address) == NO_JOB

    def test_what_staff_hid_is_not_made_again(self, program: Any, in_tenant: Any, media: Any) -> None:
        worker.opened(in_tenant.user("author"), in_tenant.kids)
        scene = Scene.objects.select_related("job").get()
        assert scene.job is not None
        Story.objects.update(visibility="hidden")
        Job.objects.filter(id=scene.job.id).update(status=Status.FAILED)
        assert program("author").post(f"/api/v1/jobs/{scene.job.id}/retry") == NO_JOB
