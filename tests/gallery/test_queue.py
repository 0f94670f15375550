"""The review queue: all that waits in one list, and what its buttons do."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client

from accounts.middleware import actor_for
from accounts.tenancy import scope
from gallery import queue
from gallery.models import Report
from stories import appeals, showing
from stories.models import Appeal, Decision, Image, Scene, Story
from tests import admin_rows
from tests.stories import worker

pytestmark = pytest.mark.django_db
QUEUE, DECIDE = "/admin/gallery/report/", "/admin/gallery/report/decide/"


@pytest.fixture
def page(world: Any) -> Scene:
    """One of each: a reported picture, a film for approval, a story for the shelf, an appeal."""
    with scope(world.tenant):
        author = world.user("author")
        staff = actor_for(world.user("staff"), world.tenant)
        scene = worker.opened(author, world.kids, film=True, said={"title": "pebble page"})
        for name in ("reader", "owner"):
            Report.objects.create(
                part="picture", subject_id=scene.id, story=scene.story, reason="unkind", words=f"pebble {name}",
                subject=f"user:{name}", reporter=world.user(name),
            )  # fmt: skip
        scene.video.standing = "waiting"
        scene.video.save()
        world.kids.approves_publishing = True
        world.kids.save()
        ending = worker.finished(author, world.kids, said={"story_title": "pebble book"})
        story = Story.objects.select_related("tier").get(id=ending.story_id)
        assert showing.publish(actor=actor_for(author, world.tenant), story=story) is False
        sad = worker.opened(author, world.kids, said={"story_title": "pebble sad"}).story
        showing.hide(actor=staff, thing=sad, reason="pebble reason")
        appeals.appeal(actor=actor_for(author, world.tenant), thing=sad, words="pebble please")
        return worker.fresh(scene)


def waits(world: Any) -> list[tuple[str, str]]:
    with scope(world.tenant):
        return [(item.wait.value, item.part) for item in queue.items()]


ALL = [("appeal", "story"), ("report", "picture"), ("approval", "film"), ("publication", "story")]


def press(client: Client, wait: str, part: str, subject: Any, verb: str, reason: str = "") -> list[str]:
    form = {"wait": wait, "part": part, "subject": str(subject), "verb": verb, "reason": reason}
    return admin_rows.sentences(client.post(DECIDE, form, follow=True))


def test_the_list_holds_all_with_what_staff_need(page: Scene, client_for: Any, world: Any) -> None:
    assert waits(world) == ALL
    html = client_for("staff").get(QUEUE).content.decode()
    for said in ("pebble reader", "pebble owner", "pebble reason", "pebble please", "pebble book", "pebble sad"):
        assert said in html
    assert f'src="/kids/story/image/{page.id}/file"' in html
    assert f'href="/kids/story/video/{page.id}/file"' in html
    front = client_for("staff").get("/admin/")
    assert (front.context["review_count"], f'href="{QUEUE}"' in front.content.decode()) == (4, True)


def test_nobody_else_sees_or_decides(page: Scene, client_for: Any, world: Any) -> None:
    form = {"wait": "report", "part": "picture", "subject": str(page.id), "verb": "hide", "reason": "Mine"}
    for name, host, status in (
        (None, "localhost", 302), ("author", "localhost", 404), ("harbour-owner", "localhost", 302),
    ):  # fmt: skip
        browser = client_for(name, host=host)
        assert [browser.get(QUEUE).status_code, browser.post(DECIDE, form).status_code] == [status, status]
    # Another tenant's staff see their own queue, which is empty, and find nothing of ours.
    theirs = client_for("harbour-owner", host="harbour.localhost")
    html = theirs.get(QUEUE).content.decode()
    assert ("Nothing waits." in html, re.findall("pebble [a-z]+", html)) == (True, [])
    assert theirs.post(DECIDE, form).status_code == 404
    assert client_for("staff").get(DECIDE).status_code == 405
    assert waits(world) == ALL


def test_each_button_takes_its_thing_off_the_list(page: Scene, client_for: Any, world: Any) -> None:
    staff = client_for("staff")
    with scope(world.tenant):
        book, sad = Story.objects.get(title="pebble book").id, Story.objects.get(title="pebble sad").id
    assert press(staff, "report", "picture", page.id, "hide") == ["Say why, in a sentence; the reader sees it."]
    assert waits(world) == ALL
    said = [
        press(staff, "report", "picture", page.id, "hide", "Unkind indeed"),
        press(staff, "approval", "film", page.id, "decline", "It flickers"),
        press(staff, "publication", "story", book, "approve"),
        press(staff, "appeal", "story", sad, "refuse", "Still too sad"),
    ]
    assert said == [["It is hidden."], ["It is declined."], ["It is approved."], ["It stays hidden."]]
    assert waits(world) == []
    again = [
        press(staff, "approval", "film", page.id, "approve"),
        press(staff, "publication", "story", book, "decline", "No"),
        press(staff, "appeal", "story", sad, "grant"),
        press(staff, "report", "picture", page.id, "keep"),
    ]
    assert [" ".join(one).split(". ")[-1] for one in again] == ["Look again."] * 4
    with scope(world.tenant):
        assert set(Report.objects.values_list("state", flat=True)) == {"acted"}
        assert (Image.objects.get(scene=page).standing, Story.objects.get(id=book).visibility) == (
            "hidden",
            "published",
        )
        assert (Appeal.objects.get().state, Story.objects.get(id=sad).visibility) == ("refused", "hidden")
        told = Decision.objects.order_by("created_at").values_list("part", "ruling", "reason", "by__email")
        assert list(told) == [
            ("story", "hide", "pebble reason", "staff@example.com"),
            ("picture", "hide", "Unkind indeed", "staff@example.com"),
            ("film", "decline", "It flickers", "staff@example.com"),
            ("story", "approve", "", "staff@example.com"),
            ("story", "uphold", "Still too sad", "staff@example.com"),
        ]


def test_a_report_that_is_left_as_it_was(page: Scene, client_for: Any, world: Any) -> None:
    assert press(client_for("staff"), "report", "picture", page.id, "keep") == ["It stays as it is."]
    with scope(world.tenant):
        assert set(Report.objects.values_list("state", flat=True)) == {"kept"}
        assert Decision.objects.latest("created_at").ruling == "keep"
        assert Image.objects.get(scene=page).standing == "shown"


def test_what_is_no_button_is_not_there(page: Scene, client_for: Any) -> None:
    staff = client_for("staff")
    for change in (
        {"verb": "burn"}, {"wait": "report", "verb": "approve"}, {"part": "hero"}, {"subject": "x"},
        {"wait": "approval", "part": "scene", "verb": "approve"},
    ):  # fmt: skip
        form = {"wait": "report", "part": "picture", "subject": str(page.id), "verb": "hide", "reason": "Why", **change}
        assert staff.post(DECIDE, form).status_code == 404


@pytest.mark.parametrize("part", ["scene", "image", "video"])
def test_the_buttons_on_the_things_own_pages(page: Scene, client_for: Any, world: Any, part: str) -> None:
    staff = client_for("staff")
    with scope(world.tenant):
        thing = page if part == "scene" else getattr(Scene.objects.get(id=page.id), part)
    at = f"/admin/stories/{part}/{thing.pk}"
    staff.post(f"{at}/hide/", {"_form_submitted": "on", "reason": ""})
    with scope(world.tenant):
        assert Decision.objects.exclude(part="story").count() == 0, "not without a reason"
    for verb, form in (("hide", {"reason": "Why not"}), ("restore", {})):
        staff.post(f"{at}/{verb}/", {"_form_submitted": "on", **form})
    with scope(world.tenant):
        told = Decision.objects.exclude(part="story").order_by("created_at").values_list("ruling", "reason")
        assert list(told) == [("hide", "Why not"), ("restore", "")]
    assert client_for("author").post(f"{at}/hide/", {"reason": "Mine"}).status_code == 404
