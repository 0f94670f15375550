"""Stories in the hands of staff: who may see them, and their scenes with pictures and films."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.tenancy import scope
from generation.models import Status
from stories.models import Scene, Story
from tests import admin_rows

Clients = Callable[..., Client]


def page(story: Story, part: str = "change") -> str:
    return f"/admin/stories/story/{story.pk}/{part}/"


def sentences(response: Any) -> list[str]:
    return [str(message) for message in response.context["messages"]]


def act(client: Client, action: str, *stories: Story) -> list[str]:
    chosen = [str(story.pk) for story in stories]
    data = {"action": f"{action}_chosen", "_selected_action": chosen, "reason": "Because"}
    return sentences(client.post(reverse("admin:stories_story_changelist"), data, follow=True))


@pytest.fixture
def finished(in_tenant: Any) -> Story:
    story = admin_rows.story("pebble")
    Story.objects.filter(pk=story.pk).update(finished_at=timezone.now())
    story.refresh_from_db()
    return story


def test_a_story_is_published_hidden_and_restored(finished: Story, client_for: Clients) -> None:
    client = client_for("staff")
    said, seen = [], []
    for action in ("publish", "hide", "publish", "restore", "restore"):
        said += act(client, action, finished)
        finished.refresh_from_db()
        seen.append(finished.visibility)
    assert seen == ["published", "hidden", "hidden", "private", "private"]
    assert said == [
        "“pebble story” was put on the shelf.",
        "“pebble story” was hidden.",
        "1 story was not put on the shelf: Staff have hidden this story. It has to be restored before it is shown again.",
        "“pebble story” was given back to its reader.",
        "1 story was not given back to its reader: Only a hidden story is restored.",
    ]


def test_an_unfinished_story_is_not_published(in_tenant: Any, client_for: Clients) -> None:
    story = admin_rows.story("pebble")
    assert act(client_for("staff"), "publish", story) == [
        "1 story was not put on the shelf: Only a finished story can stand in the gallery. Read it to an ending first."
    ]
    story.refresh_from_db()
    assert story.visibility == "private"


def test_the_buttons_on_a_storys_page(finished: Story, client_for: Clients) -> None:
    client = client_for("staff")

    def buttons() -> set[str]:
        html = client.get(page(finished)).content.decode()
        return {part for part in ("publish", "hide", "restore") if f'href="{page(finished, part)}"' in html}

    assert buttons() == {"publish", "hide"}
    assert client.get(page(finished, "hide")).status_code == 200
    finished.refresh_from_db()
    assert finished.visibility == "private", "looking at the dialog changes nothing"
    assert client.post(page(finished, "hide"), {"_form_submitted": "on"}).status_code == 200
    finished.refresh_from_db()
    assert finished.visibility == "private", "not without a reason"
    response = client.post(page(finished, "hide"), {"_form_submitted": "on", "reason": "Because"}, follow=True)
    finished.refresh_from_db()
    assert (sentences(response), finished.visibility) == (["“pebble story” was hidden."], "hidden")
    assert buttons() == {"restore"}


def test_a_hidden_story_is_gone_for_its_reader_and_there_for_staff(
    finished: Story, client_for: Clients, in_tenant: Any
) -> None:
    Story.objects.filter(pk=finished.pk).update(tier=in_tenant.kids, reader=in_tenant.user("reader"))
    scene = admin_rows.scene("pebble", of=finished)
    act(client_for("staff"), "hide", finished)
    address = reverse("scene", kwargs={"tier": "kids", "scene_id": scene.pk})
    assert [client_for(who).get(address).status_code for who in ("reader", "staff")] == [404, 200]


def test_another_tenants_story_keeps_its_state(finished: Story, client_for: Clients, in_tenant: Any) -> None:
    with scope(in_tenant.harbour):
        theirs = admin_rows.story("brinewhisper")
    client = client_for("owner")
    assert act(client, "hide", theirs) == []
    assert client.post(page(theirs, "hide"), {"_form_submitted": "on"}).status_code == 404
    with scope(in_tenant.harbour):
        theirs.refresh_from_db()
        assert theirs.visibility == "private"


def test_scenes_show_their_plates_at_the_readers_addresses(finished: Story, client_for: Clients) -> None:
    scene = admin_rows.scene("pebble", of=finished)
    image = admin_rows.image("pebble", of=scene)
    video = admin_rows.video("pebble", of=scene)
    file = {part: f"/{finished.tier.slug}/story/{part}/{scene.pk}/file" for part in ("image", "video")}
    client = client_for("staff")
    pages = [
        page(finished),
        reverse("admin:stories_scene_change", args=[scene.pk]),
        reverse("admin:stories_image_change", args=[image.pk]),
        reverse("admin:stories_image_changelist"),
    ]
    assert [f'src="{file["image"]}"' in client.get(path).content.decode() for path in pages] == [True] * 4
    film = client.get(reverse("admin:stories_video_change", args=[video.pk])).content.decode()
    assert f'href="{file["video"]}"' in film
    # What is not done yet has no file: the job stands in its place.
    image.job.status = Status.FAILED
    image.job.save()
    html = client.get(page(finished)).content.decode()
    assert "(&#x27;" not in html, "no Python is shown to people"
    assert (file["image"] in html, reverse("admin:generation_job_change", args=[image.job_id]) in html) == (False, True)


@pytest.mark.parametrize("part", ["story", "scene", "image", "video"])
def test_nobody_rewrites_what_was_written(part: str, finished: Story, client_for: Clients) -> None:
    scene = admin_rows.scene("pebble", of=finished)
    rows = {"story": finished, "scene": scene, "image": admin_rows.image("pebble", of=scene)}
    rows["video"] = admin_rows.video("pebble", of=scene)
    client = client_for("operator")
    row = rows[part]
    found = [
        client.get(reverse(f"admin:stories_{part}_add")).status_code,
        client.post(reverse(f"admin:stories_{part}_change", args=[row.pk]), {"title": "mine"}).status_code,
        client.post(reverse(f"admin:stories_{part}_delete", args=[row.pk]), {"post": "yes"}).status_code,
    ]
    assert found == [404, 404, 404]


def test_a_storys_page_asks_as_often_for_many_scenes_as_for_one(finished: Story, client_for: Clients) -> None:
    client = client_for("staff")

    def one_more(parent: Scene | None) -> Scene:
        scene = admin_rows.scene("pebble", of=finished, parent=parent)
        admin_rows.image("pebble", of=scene)
        admin_rows.video("pebble", of=scene)
        return scene

    def count() -> int:
        with CaptureQueriesContext(connection) as seen:
            assert client.get(page(finished)).status_code == 200
        return len(seen)

    first = one_more(None)
    count()
    once = count()
    for _ in range(11):
        one_more(first)
    assert count() == once
