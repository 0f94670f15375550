"""“Stop” on a page that is being made: nothing is charged for what was not sent, and it can be tried again."""

from __future__ import annotations

from typing import Any

import pytest

from accounts import auditing
from accounts.models import LedgerEntry
from accounts.tenancy import scope
from generation.clock import now
from generation.models import Job, Status
from stories.models import Scene
from tests import factories
from tests.stories import worker

pytestmark = pytest.mark.django_db


@pytest.fixture
def waiting(world: Any, toll: Any) -> Scene:
    """A first page with a picture and a film, of which nothing is made yet."""
    with scope(world.tenant):
        return factories.story(world.user("reader"), world.kids, film=True)


def stands(world: Any) -> dict[str, tuple[str, str]]:
    with scope(world.tenant):
        return {job.kind: (job.status, job.message) for job in Job.objects.all()}


def closings(world: Any) -> list[tuple[str, int]]:
    with scope(world.tenant):
        assert auditing.audit() == []
        rows = LedgerEntry.objects.exclude(kind="reserve").order_by("created_at")
        return list(rows.values_list("kind", "amount_micros"))


def test_the_page_stops_and_can_be_tried_again(world: Any, waiting: Scene, client_for: Any) -> None:
    client, address = client_for("reader"), f"/kids/story/scene/{waiting.id}"
    page = client.get(address).content.decode()
    assert f'action="{address}/stop"' in page
    assert "It is next." in page
    status = client.get(f"/kids/story/status/{waiting.id}").json()
    assert status["text"] == {"status": "pending", "place": 1, "outlook": "It is next."}
    assert status["image"] == {"status": "pending"}, "it waits for the words, and has no place yet"

    answer = client.post(f"{address}/stop")
    assert (answer.status_code, answer["Location"]) == (303, address)
    told = "could not be begun, because it needs"
    assert stands(world) == {
        "text": ("cancelled", "Cancelled. Nothing was charged."),
        "image": ("failed", f"The picture {told} the words. Nothing was charged."),
        "video": ("failed", f"The film {told} the picture. Nothing was charged."),
    }
    assert closings(world) == [("release", 0)] * 3
    page = client.get(address).content.decode()
    assert "Cancelled. Nothing was charged." in page
    assert f'action="{address}/retry"' in page
    assert client.post(f"{address}/stop").status_code == 303, "harmless where nothing is under way"

    client.post(f"{address}/retry")
    with scope(world.tenant):
        worker.work()
    assert {kind: status for kind, (status, _) in stands(world).items()} == dict.fromkeys(
        ("text", "image", "video"), "done"
    )


def test_a_picture_alone_stops_with_its_film(world: Any, waiting: Scene, client_for: Any) -> None:
    with scope(world.tenant):
        Job.objects.filter(kind="text").update(status=Status.DONE)
        Job.objects.filter(kind="image").update(status=Status.QUEUED, due_at=now())
        Scene.objects.filter(id=waiting.id).update(text="Words.", picture="A key")
    client = client_for("reader")
    assert "Stop</button>" in client.get(f"/kids/story/scene/{waiting.id}").content.decode()
    assert client.post(f"/kids/story/scene/{waiting.id}/stop", {"part": "image"}).status_code == 303
    assert {kind: status for kind, (status, _) in stands(world).items()} == {
        "text": "done", "image": "cancelled", "video": "failed",
    }  # fmt: skip


def test_what_is_bought_already_is_not_stopped(world: Any, waiting: Scene, client_for: Any) -> None:
    with scope(world.tenant):
        Job.objects.filter(kind="text").update(status=Status.STORED)
        Job.objects.exclude(kind="text").update(status=Status.DONE)
    answer = client_for("reader").post(f"/kids/story/scene/{waiting.id}/stop")
    assert (answer.status_code, "about to appear" in answer.content.decode()) == (409, True)
    assert client_for("reader").post(f"/kids/story/scene/{waiting.id}/stop", {"part": "x"}).status_code == 400


def test_nobody_elses(world: Any, waiting: Scene, client_for: Any) -> None:
    for who in ("author", "owner", None):
        assert client_for(who).post(f"/kids/story/scene/{waiting.id}/stop").status_code == 404
    assert stands(world)["text"][0] == "queued"
