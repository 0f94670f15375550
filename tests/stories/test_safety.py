"""What readers write is held against the shelf's rules at every door of play: nothing is bought, and an event is written."""

from __future__ import annotations

from collections.abc import Callable
from html import unescape
from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from accounts.tenancy import scope
from generation.models import Job, Rule, SafetyEvent
from stories.models import Beginning, Choice, Scene, Story
from tests.stories import worker
from tests.stories.api.conftest import Program, refused

pytestmark = pytest.mark.django_db
SAID = "holds “murder”, which is kept out here. Say it in other words."
HINT = "“Pikachu” belongs to somebody. Describe a character of your own instead."


def counts() -> tuple[int, ...]:
    return (
        Story.objects.count(),
        Scene.objects.count(),
        Choice.objects.count(),
        Job.objects.count(),
        User.objects.count(),
    )


def events(world: Any) -> list[tuple[str, str, str, str]]:
    with scope(world.tenant):
        return [
            (row.place, row.what, row.name, row.verdict) for row in SafetyEvent.objects.order_by("created_at")
        ]  # fmt: skip


class TestABeginning:
    def test_of_a_stranger_is_refused_beside_the_field(self, client_for: Callable[..., Client], world: Any) -> None:
        with scope(world.tenant):
            before = counts()
        answer = client_for().post("/kids/story/start", {"prompt": "A m​urder in the meadow"})
        assert (answer.status_code, answer.context["form"].errors["prompt"]) == (422, [f"That {SAID}"])
        assert f"That {SAID}" in unescape(answer.content.decode())
        with scope(world.tenant):
            assert counts() == before
        # The event is there although nothing else is.
        assert events(world) == [("The Small Shelf", "prompt", "murder", "refused")]

    def test_of_a_program_is_a_422_that_names_it(self, world: Any) -> None:
        reads = Program("reader")
        asked = {"tier": "kids", "prompt": "A MURDER"}
        first = reads.post("/api/v1/stories", asked, **{"Idempotency-Key": "one"})
        assert first == refused(422, f"prompt: That {SAID}")
        assert reads.post("/api/v1/stories", asked, **{"Idempotency-Key": "one"}) == first
        with scope(world.tenant):
            assert SafetyEvent.objects.get().user_id == world.user("reader").id

    def test_with_a_name_that_belongs_to_somebody_is_begun_with_a_hint(
        self, client_for: Callable[..., Client], world: Any
    ) -> None:
        answer = client_for("reader").post("/kids/story/start", {"prompt": "Pikachu finds a key"}, follow=True)
        assert [str(one) for one in answer.context["messages"]] == [HINT]
        status, told = Program("reader").post("/api/v1/stories", {"tier": "kids", "prompt": "Pikachu finds a key"})
        assert (status, told["notices"]) == (202, [HINT])
        assert events(world) == [("The Small Shelf", "prompt", "Pikachu", "hinted")] * 2

    def test_that_staff_edited_is_held_against_the_rules_as_well(self, world: Any) -> None:
        with scope(world.tenant):
            Beginning.objects.filter(slug="a-map-for-the-moon").update(prompt="A murder on the moon")
        status, told = Program("reader").post("/api/v1/stories", {"tier": "kids", "template": "a-map-for-the-moon"})
        assert (status, told["error"]) == (422, f"prompt: That {SAID}")

    def test_on_another_shelf_has_other_rules(self, world: Any) -> None:
        status, told = Program("reader").post(
            "/api/v1/stories", {"tier": "classics", "prompt": "A murder at the vicarage"}
        )
        assert (status, told["notices"], events(world)) == (202, [], [])


class TestATypedChoice:
    @pytest.fixture
    def page(self, in_tenant: Any) -> Scene:
        return worker.opened(in_tenant.user("reader"), in_tenant.kids)

    def test_that_is_kept_out_leaves_nothing_but_the_event(
        self, client_for: Callable[..., Client], world: Any, page: Scene
    ) -> None:
        before = counts()
        answer = client_for("reader").post(f"/kids/story/custom-choice/{page.id}", {"text": "Plan a mu­rder"})
        assert (answer.status_code, f"That {SAID}" in unescape(answer.content.decode())) == (422, True)
        assert Program("reader").post(f"/api/v1/scenes/{page.id}/choose", {"text": "murder"}) == refused(
            422, f"text: That {SAID}"
        )
        assert (counts(), events(world)) == (before, [("The Small Shelf", "choice", "murder", "refused")] * 2)

    def test_gets_its_hint_once(self, client_for: Callable[..., Client], world: Any, page: Scene) -> None:
        form = {"text": "Ask Pikachu", "nonce": "0b2ad3a5-1c12-4a7a-9a51-0c1f34f2f0aa"}
        browser = client_for("reader")
        for _ in range(2):
            answer = browser.post(f"/kids/story/custom-choice/{page.id}", form, follow=True)
            assert answer.status_code == 200
        assert events(world) == [("The Small Shelf", "choice", "Pikachu", "hinted")]


def test_the_demo_tells_children_nothing_that_their_own_list_keeps_out(in_tenant: Any) -> None:
    ending = worker.finished(in_tenant.user("reader"), in_tenant.kids)
    assert ending.is_ending
    assert not Job.objects.filter(status="refused").exists()


def test_a_rule_that_is_switched_off_lets_through(world: Any) -> None:
    with scope(world.tenant):
        Rule.objects.filter(text="murder").update(is_on=False)
    assert Program("reader").post("/api/v1/stories", {"tier": "kids", "prompt": "A murder of crows"})[0] == 202
