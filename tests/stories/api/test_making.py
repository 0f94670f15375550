"""What a scene's parts say of themselves while they are made, trying again, and the files."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Cap
from generation.drain import drain_here
from generation.models import Job, Status
from stories.models import Image, Scene, Story
from tests import factories
from tests.stories import worker
from tests.stories.api.conftest import NOTHING, refused
from tests.stories.api.test_turning import HOST, at

NEXT = {"status": "pending", "place": 1, "outlook": "It is next."}
pytestmark = pytest.mark.django_db
OF_AUTHENTICATION = ("accounts_domain", "accounts_tenant", "accounts_user", "accounts_membership", "accounts_apikey")


def ours(program: Any, address: str) -> int:
    """Queries of an address, beside those that say where it is and who asks."""
    program.client.get(address)
    with CaptureQueriesContext(connection) as queries:
        assert program.client.get(address).status_code == 200
    return sum(not any(f'FROM "{table}"' in query["sql"] for table in OF_AUTHENTICATION) for query in queries)


@pytest.fixture
def page(in_tenant: Any) -> Scene:
    """A scene with a film, nothing of it made yet."""
    return factories.story(in_tenant.user("reader"), in_tenant.kids, film=True)


def put(kind: str, **changes: Any) -> None:
    from django.db.models import F

    Job.objects.filter(kind=kind).update(version=F("version") + 1, **changes)


class TestStatus:
    def test_every_state_has_its_word(self, reads: Any, page: Scene) -> None:
        generating = {"status": "generating", "progress": 41}
        failed = {"status": "failed", "message": "A sentence."}
        words: dict[Status, dict[str, Any]] = {
            Status.WAITING: {"status": "pending"}, Status.QUEUED: {"status": "pending"}, Status.RUNNING: generating,
            Status.PARKED: generating, Status.STORED: generating, Status.DONE: {"status": "complete"},
            Status.FAILED: failed, Status.REFUSED: failed, Status.CANCELLED: failed, Status.UNKNOWN: failed,
        }  # fmt: skip
        told, waits = {}, {}
        for status in Status:
            for kind in ("text", "image", "video"):
                put(kind, status=status, progress=0.412, message="A sentence.", error_detail="secret", sent_at=None)
            answer = reads.client.get(at(page, "status"))
            told[status], waits[status] = answer.json(), answer.headers.get("Retry-After")
        expected = {status: dict.fromkeys(("text", "image", "video"), word) for status, word in words.items()}
        expected[Status.QUEUED] |= {"text": NEXT}  # the others are not due
        assert told == expected
        assert {s for s, wait in waits.items() if wait == "1"} == {
            Status.WAITING, Status.QUEUED, Status.RUNNING, Status.PARKED, Status.STORED,
        }  # fmt: skip
        assert {waits[s] for s in (Status.DONE, Status.FAILED)} == {None}

    def test_words_as_they_come(self, reads: Any, page: Scene) -> None:
        put("text", status=Status.RUNNING, partial='{"title": "The Key", "text": "Once upon a')
        assert reads.get(at(page, "status"))[1]["text"] == {
            "status": "generating", "title": "The Key", "prose": "Once upon",
        }  # fmt: skip

    def test_what_is_made_has_its_address(self, reads: Any, page: Scene) -> None:
        worker.work()
        told = reads.get(at(page, "status"))[1]
        images = {part: job.asset.sha256[:8] for part, job in (("image", page_job(page, "image")),)}
        assert told["text"] == {"status": "complete"}
        assert told["image"] == {
            "status": "complete", "url": f"{HOST}/api/v1/scenes/{page.id}/image?v={images['image']}",
        }  # fmt: skip
        assert told["video"]["url"].startswith(f"{HOST}/api/v1/scenes/{page.id}/video?v=")

    def test_what_did_not_change_is_not_sent_again(self, reads: Any, page: Scene) -> None:
        first = reads.client.get(at(page, "status"))
        etag = first["ETag"]
        for known in (etag, f"W/{etag}", f'"other", {etag}', "*"):
            again = reads.client.get(at(page, "status"), headers={"If-None-Match": known})
            assert (again.status_code, again.content, again["ETag"], again["Retry-After"]) == (304, b"", etag, "1")
        assert reads.client.get(at(page, "status"), headers={"If-None-Match": '"other"'}).status_code == 200
        for kind in ("text", "image", "video"):
            put(kind)
            changed = reads.client.get(at(page, "status"), headers={"If-None-Match": etag})
            assert (changed.status_code, changed["ETag"] == etag) == (200, False)
            etag = changed["ETag"]

    def test_a_tag_that_is_known_opens_nothing(self, reads: Any, program: Any, page: Scene) -> None:
        etag = reads.client.get(at(page, "status"))["ETag"]
        assert program("author").get(at(page, "status"), **{"If-None-Match": etag}) == NOTHING

    def test_a_file_that_is_thrown_away_is_a_change(self, reads: Any, page: Scene) -> None:
        worker.work()
        etag = reads.client.get(at(page, "status"))["ETag"]
        Job.objects.filter(kind="image").update(asset=None)
        told = reads.client.get(at(page, "status"), headers={"If-None-Match": etag})
        assert (told.status_code, told.json()["image"]) == (200, {"status": "complete"})

    def test_the_head_alone(self, reads: Any, page: Scene) -> None:
        whole, head = reads.client.get(at(page, "status")), reads.client.head(at(page, "status"))
        assert (head.status_code, head.content, head["ETag"]) == (200, b"", whole["ETag"])

    def test_two_queries_with_the_one_that_says_who_asks(self, reads: Any, page: Scene) -> None:
        reads.client.get(at(page, "status"))
        with CaptureQueriesContext(connection) as queries:
            etag = reads.client.get(at(page, "status"))["ETag"]
        with CaptureQueriesContext(connection) as known:
            assert reads.client.get(at(page, "status"), headers={"If-None-Match": etag}).status_code == 304
        assert (len(queries), len(known)) == (2, 2)

    def test_one_query_whatever_the_story_holds(self, reads: Any, page: Scene, in_tenant: Any) -> None:
        told = [ours(reads, at(page, "status"))]
        worker.work()
        told.append(ours(reads, at(page, "status")))
        scene = worker.fresh(page)
        while not scene.is_ending:
            scene = worker.take(in_tenant.user("reader"), scene)
        told += [ours(reads, at(page, "status")), ours(reads, at(scene, "status"))]
        Scene.objects.filter(id=page.id).update(job=None)
        told.append(ours(reads, at(page, "status")))
        assert told == [1, 1, 1, 1, 2]
        assert [ours(reads, at(page)), ours(reads, at(scene))] == [2, 2]


def page_job(page: Scene, part: str) -> Job:
    return Image.objects.select_related("job__asset").get(scene=page).job


class TestRetry:
    def test_a_failed_picture(self, reads: Any, page: Scene) -> None:
        worker.work()
        put("image", status=Status.FAILED)
        answer = reads.client.post(at(page, "retry"), {"part": "image"}, "application/json")
        assert (answer.status_code, answer["Retry-After"], answer.json()["image"]) == (202, "1", NEXT)
        assert answer.json() == reads.get(at(page, "status"))[1]
        assert reads.post(at(page, "retry"), {"part": "image"})[0] == 202  # it is under way: nothing more is bought
        assert page_job(page, "image").attempt == 2

    def test_a_failed_text_takes_what_hung_on_it_along(self, reads: Any, page: Scene) -> None:
        put("text", status=Status.FAILED)
        put("image", status=Status.FAILED, error_class="need")
        put("video", status=Status.FAILED, error_class="need")
        status, told = reads.post(at(page, "retry"), {"part": "text"})
        waits = {"status": "pending"}
        assert (status, told) == (202, {"text": NEXT, "image": waits, "video": waits})

    @pytest.mark.parametrize("part", ["text", "image", "video"])
    def test_what_is_done(self, reads: Any, page: Scene, part: str) -> None:
        worker.work()
        assert reads.post(at(page, "retry"), {"part": part}) == refused(
            409, "This is done already; there is nothing to try again."
        )

    def test_what_is_not_there(self, reads: Any, opened: Scene) -> None:
        assert reads.post(at(opened, "retry"), {"part": "video"}) == refused(
            404, "part: This scene has none to try again."
        )

    @pytest.mark.parametrize(
        ("body", "sentence"),
        [
            ({}, "part: This field is required."),
            ({"part": "sound"}, "part: Say text, image or video."),
            ({"part": ["text"]}, "part: Say text, image or video."),
            ({"parts": "text"}, "parts: is not known here; the one field is part."),
        ],
    )
    def test_what_is_wrong_is_named(self, reads: Any, opened: Scene, body: Any, sentence: str) -> None:
        assert reads.post(at(opened, "retry"), body) == refused(400, sentence)

    def test_without_money(self, reads: Any, in_tenant: Any, toll: Any) -> None:
        page = factories.story(in_tenant.user("reader"), in_tenant.kids)
        worker.work()
        Cap.objects.filter(measure="micros").update(limit=0)
        put("image", status=Status.FAILED)
        assert reads.post(at(page, "retry"), {"part": "image"}) == refused(
            402, "The budget for today is used up. Nothing was charged."
        )

    def test_a_published_story_is_not_tried_again_by_others(self, program: Any, page: Scene) -> None:
        put("image", status=Status.FAILED)
        Story.objects.update(visibility="published")
        other = program("author")
        assert other.get(at(page, "status"))[0] == 200
        assert other.post(at(page, "retry"), {"part": "image"}) == NOTHING


class TestFiles:
    def test_whole_and_in_ranges_for_a_bearer(self, reads: Any, program: Any, in_tenant: Any, toll: Any) -> None:
        page = factories.story(in_tenant.user("reader"), in_tenant.kids, film=True)
        drain_here()
        told = reads.get(at(page, "status"))[1]
        for part, media_type, start in (("image", "image/png", b"\x89PNG"), ("video", "video/mp4", b"\x00\x00\x00")):
            address = told[part]["url"]
            whole = reads.client.get(address, headers={"Accept": media_type})
            assert (whole.status_code, whole["Content-Type"], whole.content[: len(start)]) == (200, media_type, start)
            some = reads.client.get(address, headers={"Range": "bytes=1-3"})
            assert (some.status_code, some.content) == (206, whole.content[1:4])
            assert some["Content-Range"] == f"bytes 1-3/{len(whole.content)}"
            outside = reads.client.get(address, headers={"Range": "bytes=999999999-"})
            assert outside.status_code == 416
            head = reads.client.head(address)
            assert (head.status_code, head["Content-Length"]) == (200, str(len(whole.content)))
            known = reads.client.get(address, headers={"If-None-Match": whole["ETag"]})
            assert known.status_code == 304
            assert program("author").get(address, Accept="image/*") == NOTHING
            assert program("staff").client.get(address).status_code == 200

    def test_what_is_not_made_yet(self, reads: Any, page: Scene) -> None:
        assert [reads.get(at(page, part)) for part in ("image", "video")] == [NOTHING, NOTHING]
