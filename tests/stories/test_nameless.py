"""What goes to providers holds nothing of an account: not by itself, and in a children's tier not by what the child wrote."""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from accounts.models import Membership, User
from generation.jobs import asking
from generation.models import Job
from stories import nameless, play
from stories.models import Choice, Scene, Story
from tests import factories
from tests.stories import worker

NAME, EMAIL = "Zerelda Quillfeather", "zerelda@quillfeather.example"


@pytest.mark.parametrize(
    ("text", "names", "left"),
    [
        ("Zerelda Quillfeather finds a key", [NAME], "the reader finds a key"),
        ("ZERELDA\n  quillfeather's key", [NAME], "the reader's key"),
        ("Zerelda finds a key", [NAME], "Zerelda finds a key"),
        ("Quillfeathers of old", ["Quillfeather"], "Quillfeathers of old"),
        (f"Write to {EMAIL.upper()}.", [EMAIL], "Write to the reader."),
        (f"Write to {EMAIL}", ["zerelda", EMAIL], "Write to the reader"),
        ("Al and Bo", ["Al", "Bo"], "Al and Bo"),
        ("Dr. (Zoe) knows", ["(Zoe)"], "Dr. the reader knows"),
        ("Nothing", [], "Nothing"),
    ],
)
def test_names_are_taken_out_whole(text: str, names: list[str], left: str) -> None:
    assert nameless.without(text, names) == left


def told(job: Job) -> str:
    """All that an adapter is handed for a job."""
    return repr(asking.request_of(job))


@pytest.fixture
def child(in_tenant: Any) -> User:
    made = User.objects.create_user(EMAIL, "a-password-of-nobody", display_name=NAME)
    Membership.objects.create(user=made)
    return made


@pytest.mark.django_db
def test_what_a_child_writes_goes_out_without_its_name(in_tenant: Any, child: User) -> None:
    premise = f"{NAME} ({EMAIL}) finds a brass key"
    first = worker.opened(child, in_tenant.kids, film=True, prompt=premise)
    play.choose_typed(
        reader=child, scene=first, text=f"{NAME} runs home", nonce=uuid.uuid4(), address="192.0.2.7"
    )  # fmt: skip
    worker.work()
    requests = [told(job) for job in Job.objects.order_by("created_at").select_related("model")]
    secret = [NAME, EMAIL, str(child.id), child.id.hex, str(in_tenant.tenant.id), "192.0.2.7"]
    assert (len(requests), [mark for mark in secret for said in requests if mark in said]) == (6, [])
    assert "the reader (the reader) finds a brass key" in requests[0]
    assert any("the reader runs home" in said for said in requests)
    # The control, and what stands on the page: it is as the child wrote it.
    assert (Story.objects.get().prompt, Choice.objects.get(origin="typed").text) == (premise, f"{NAME} runs home")


@pytest.mark.django_db
def test_elsewhere_words_stay_and_the_account_is_not_added(in_tenant: Any, child: User) -> None:
    scene: Scene = factories.story(child, in_tenant.classics, prompt=f"{NAME} finds a brass key")
    assert scene.job is not None
    said = told(Job.objects.select_related("model").get(id=scene.job.id))
    assert (NAME in said, EMAIL in said, str(child.id) in said) == (True, False, False)


@pytest.mark.django_db
def test_a_guest_in_a_story_is_a_guest(in_tenant: Any) -> None:
    guest = User.objects.create_guest()
    scene = factories.story(guest, in_tenant.kids, prompt="A guest finds a brass key")
    assert scene.job is not None
    assert "A guest finds a brass key" in told(Job.objects.select_related("model").get(id=scene.job.id))
