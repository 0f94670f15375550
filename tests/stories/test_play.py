"""The verbs of playing. Each does the whole of what it says once, or nothing."""

from __future__ import annotations

import uuid
from dataclasses import replace
from typing import Any

import pytest
from django_q.models import OrmQ

from accounts import auditing
from accounts.models import Cap, LedgerEntry, User
from generation.models import AiModel, Job, Run, Status
from generation.providers.contract import Kind
from stories import play
from stories.errors import CannotPlay
from stories.models import Choice, Image, Length, Reading, Scene, Story, Video
from tests import factories
from tests.factories import TOLL_PRICE
from tests.stories import worker

pytestmark = pytest.mark.django_db
HERE = "192.0.2.1"


def counts() -> dict[str, int]:
    """How many rows there are of all that playing makes."""
    models = (Story, Scene, Choice, Image, Video, Reading, Run, Job, LedgerEntry, OrmQ)
    return {model.__name__: model.objects.count() for model in models}


def changed(before: dict[str, int]) -> dict[str, int]:
    return {name: count - before[name] for name, count in counts().items() if count != before[name]}


def place(reader: User, story: Story) -> uuid.UUID:
    return Reading.objects.get(story=story, reader=reader).scene_id


def way(scene: Scene, number: int = 0) -> Choice:
    return Choice.objects.get(scene=scene, position=number, origin="written")


class TestStart:
    def test_one_row_of_each_and_one_doorbell(self, reader: User, in_tenant: Any) -> None:
        before = counts()
        scene = factories.story(reader, in_tenant.kids, prompt="A key in a fish", length=Length.LONG)
        assert changed(before) == {
            "Story": 1, "Scene": 1, "Image": 1, "Reading": 1, "Run": 1, "Job": 2, "LedgerEntry": 2, "OrmQ": 1,
        }  # fmt: skip
        story = scene.story
        assert (story.prompt, story.length, story.target_depth, story.visibility) == (
            "A key in a fish", "long", 7, "private",
        )  # fmt: skip
        assert (scene.depth, scene.parent, scene.must_end, scene.text) == (1, None, False, "")
        jobs = {job.kind: (job.status, job.step, job.subject_id) for job in Job.objects.all()}
        assert jobs == {
            "text": (Status.QUEUED, "write-scene", scene.id),
            "image": (Status.WAITING, "draw-scene", scene.id),
        }
        assert (Run.objects.get().topic_id, place(reader, story)) == (story.id, scene.id)

    def test_the_same_form_twice_is_one_story(self, reader: User, in_tenant: Any) -> None:
        wishes = factories.wishes(in_tenant.kids)
        first = play.start(reader=reader, tier=in_tenant.kids, wishes=wishes, address=HERE)
        before = counts()
        again = play.start(reader=reader, tier=in_tenant.kids, wishes=wishes, address=HERE)
        assert (again.id, changed(before)) == (first.id, {})
        # The control: another form is another story.
        assert factories.story(reader, in_tenant.kids).id != first.id

    def test_the_same_nonce_of_two_readers_is_two_stories(self, reader: User, in_tenant: Any) -> None:
        wishes = factories.wishes(in_tenant.kids)
        one = play.start(reader=reader, tier=in_tenant.kids, wishes=wishes, address=HERE)
        other = play.start(reader=in_tenant.user("author"), tier=in_tenant.kids, wishes=wishes, address=HERE)
        assert one.story_id != other.story_id

    def test_video_mode_adds_a_film_that_waits_for_the_picture(self, reader: User, in_tenant: Any) -> None:
        scene = factories.story(reader, in_tenant.kids, film=True)
        film = Video.objects.get(scene=scene).job
        assert (scene.story.video_mode, film.status, film.step) == (True, Status.WAITING, "film-scene")
        assert [need.kind for need in Job.objects.filter(needed_by=film)] == ["image"]


@pytest.mark.parametrize(("length", "depth"), [(Length.SHORT, 3), (Length.MEDIUM, 5), (Length.LONG, 7)])
def test_a_story_ends_at_the_depth_of_its_length(reader: User, in_tenant: Any, length: Length, depth: int) -> None:
    ending = worker.finished(reader, in_tenant.kids, length=length)
    scenes = Scene.objects.filter(story=ending.story).order_by("depth")
    assert [(s.depth, s.must_end, s.is_ending) for s in scenes] == [
        (at, at == depth, at == depth) for at in range(1, depth + 1)
    ]
    assert (ending.ending_name, ending.choices.count()) == ("Home again", 0)
    story = Story.objects.get(id=ending.story_id)
    assert (story.finished_at is not None, story.visibility) == (True, "private")


class TestChoose:
    def test_it_opens_the_next_page(self, reader: User, first: Scene) -> None:
        before = counts()
        scene = play.choose(reader=reader, scene=first, choice=way(first), address=HERE)
        assert changed(before) == {
            "Scene": 1, "Image": 1, "Run": 1, "Job": 2, "LedgerEntry": 2, "OrmQ": 1,
        }  # fmt: skip
        assert (scene.depth, scene.parent_id, scene.via_id) == (2, first.id, way(first).id)
        assert place(reader, first.story) == scene.id

    def test_twice_is_one_scene_one_run_one_hold(self, reader: User, first: Scene) -> None:
        one = play.choose(reader=reader, scene=first, choice=way(first), address=HERE)
        before = counts()
        other = play.choose(reader=reader, scene=first, choice=way(first), address=HERE)
        assert (other.id, changed(before)) == (one.id, {})

    def test_losing_the_race_finds_the_winners_scene(
        self, reader: User, first: Scene, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Both requests looked before either wrote: the second meets the unique constraint."""
        one = play.choose(reader=reader, scene=first, choice=way(first), address=HERE)
        before = counts()
        real = play._led_to
        looked = iter([True])
        monkeypatch.setattr(play, "_led_to", lambda choice: None if next(looked, False) else real(choice))
        other = play.choose(reader=reader, scene=first, choice=way(first), address=HERE)
        assert (other.id, changed(before)) == (one.id, {})

    def test_going_back_and_choosing_otherwise_keeps_both(self, reader: User, first: Scene) -> None:
        left = worker.take(reader, first, 0)
        assert play.back(reader=reader, scene=left).id == first.id
        assert place(reader, first.story) == first.id
        right = worker.take(reader, first, 1)
        assert set(Scene.objects.filter(parent=first).values_list("id", flat=True)) == {left.id, right.id}
        before = counts()
        assert play.choose(reader=reader, scene=first, choice=way(first, 0), address=HERE).id == left.id
        assert (changed(before), place(reader, first.story)) == ({}, left.id)

    def test_a_choice_of_another_page_is_not_found(self, reader: User, first: Scene) -> None:
        next_page = worker.take(reader, first)
        before = counts()
        with pytest.raises(CannotPlay, match="belongs to another page") as refused:
            play.choose(reader=reader, scene=next_page, choice=way(first), address=HERE)
        assert (refused.value.status, changed(before)) == (404, {})

    def test_a_page_that_is_not_written_has_no_way_on(self, reader: User, first: Scene) -> None:
        unwritten = play.choose(reader=reader, scene=first, choice=way(first), address=HERE)
        choice = Choice.objects.create(scene=unwritten, position=0, text="x")
        before = counts()
        with pytest.raises(CannotPlay, match="still being written") as refused:
            play.choose(reader=reader, scene=worker.fresh(unwritten), choice=choice, address=HERE)
        assert (refused.value.status, changed(before)) == (409, {})

    def test_a_page_that_failed_says_so(self, reader: User, first: Scene) -> None:
        failed = play.choose(reader=reader, scene=first, choice=way(first), address=HERE)
        Job.objects.filter(id=failed.job_id).update(status=Status.FAILED)
        with pytest.raises(CannotPlay, match="could not be written"):
            play.wrap_up(reader=reader, scene=worker.fresh(failed), address=HERE)

    def test_a_story_whose_model_is_gone_says_so(self, reader: User, first: Scene) -> None:
        Story.objects.filter(id=first.story_id).update(text_model=None)
        before = counts()
        with pytest.raises(CannotPlay, match="Ask staff to grant one") as refused:
            play.choose(reader=reader, scene=worker.fresh(first), choice=way(first), address=HERE)
        assert (refused.value.status, changed(before)) == (409, {})


class TestTyped:
    def say(self, reader: User, scene: Scene, text: str, nonce: uuid.UUID | None = None) -> Scene:
        return play.choose_typed(reader=reader, scene=scene, text=text, nonce=nonce or uuid.uuid4(), address=HERE)

    def test_it_opens_a_page_and_is_told_as_typed(self, reader: User, first: Scene) -> None:
        scene = self.say(reader, first, "  Throw\u200b the key\x07 back  ")
        assert scene.via is not None
        assert (scene.via.text, scene.via.origin, scene.depth) == ("Throw the key back", "typed", 2)

    def test_the_same_form_twice_is_one_choice(self, reader: User, first: Scene) -> None:
        nonce = uuid.uuid4()
        one = self.say(reader, first, "Throw it back", nonce)
        before = counts()
        assert self.say(reader, first, "Throw it back", nonce).id == one.id
        assert changed(before) == {}
        # The control: the same words by another form are another choice.
        assert self.say(reader, first, "Throw it back").id != one.id

    @pytest.mark.parametrize(
        ("text", "sentence"),
        [
            ("", "Write what happens next, in a few words."),
            (" \x00\u200b\n ", "Write what happens next, in a few words."),
            ("x" * 301, "That is longer than 300 characters. Say it shorter."),
        ],
        ids=["empty", "invisible", "too-long"],
    )
    def test_what_cannot_be_taken(self, reader: User, first: Scene, text: str, sentence: str) -> None:
        before = counts()
        with pytest.raises(CannotPlay) as refused:
            self.say(reader, first, text)
        assert (str(refused.value), refused.value.field, refused.value.status) == (sentence, "text", 400)
        assert changed(before) == {}

    def test_an_ending_takes_none(self, reader: User, in_tenant: Any) -> None:
        ending = worker.finished(reader, in_tenant.kids)
        before = counts()
        for go in (
            lambda: self.say(reader, ending, "And then?"),
            lambda: play.wrap_up(reader=reader, scene=ending, address=HERE),
        ):
            with pytest.raises(CannotPlay, match="This story has ended here") as refused:
                go()
            assert refused.value.status == 409
        assert changed(before) == {}


class TestBackAndJump:
    def test_the_first_page_has_none_before_it(self, reader: User, first: Scene) -> None:
        with pytest.raises(CannotPlay, match="first page") as refused:
            play.back(reader=reader, scene=first)
        assert refused.value.status == 409

    def test_jumping_moves_the_reading_and_makes_nothing(self, reader: User, first: Scene) -> None:
        second = worker.take(reader, first)
        third = worker.take(reader, second)
        before = counts()
        assert play.jump(reader=reader, scene=first).id == first.id
        assert (place(reader, first.story), changed(before)) == (first.id, {})
        play.jump(reader=reader, scene=third)
        assert place(reader, first.story) == third.id


class TestLength:
    def test_keep_going_before_the_end_moves_the_end(self, reader: User, first: Scene) -> None:
        before = counts()
        assert play.keep_going(reader=reader, scene=first, address=HERE).id == first.id
        assert (Story.objects.get(id=first.story_id).target_depth, changed(before)) == (6, {})
        scene = worker.fresh(first)
        depths = []
        while not scene.is_ending:
            scene = worker.take(reader, scene)
            depths.append(scene.depth)
        assert depths == [2, 3, 4, 5, 6]

    def test_keep_going_after_the_end_opens_three_pages_more(self, reader: User, in_tenant: Any) -> None:
        ending = worker.finished(reader, in_tenant.kids)
        fourth = play.keep_going(reader=reader, scene=ending, address=HERE)
        assert fourth.via is not None
        assert (fourth.depth, fourth.must_end, fourth.via.origin) == (4, False, "onward")
        before = counts()
        assert play.keep_going(reader=reader, scene=worker.fresh(ending), address=HERE).id == fourth.id
        assert changed(before) == {}
        worker.work()
        scene = worker.fresh(fourth)
        while not scene.is_ending:
            scene = worker.take(reader, scene)
        assert scene.depth == 6
        assert Scene.objects.filter(story=ending.story, is_ending=True).count() == 2

    def test_what_is_refused_leaves_the_length(self, reader: User, in_tenant: Any, toll: Any) -> None:
        ending = worker.finished(reader, in_tenant.kids)
        Cap.objects.filter(measure="micros").update(limit=0)
        before = counts()
        with pytest.raises(CannotPlay, match="used up"):
            play.keep_going(reader=reader, scene=ending, address=HERE)
        assert (Story.objects.get(id=ending.story_id).target_depth, changed(before)) == (3, {})

    def test_there_is_a_longest_story(self, reader: User, first: Scene) -> None:
        Story.objects.filter(id=first.story_id).update(target_depth=58)
        with pytest.raises(CannotPlay, match="longer than 60 scenes") as refused:
            play.keep_going(reader=reader, scene=worker.fresh(first), address=HERE)
        assert (refused.value.status, Story.objects.get(id=first.story_id).target_depth) == (409, 58)

    def test_wrap_up_makes_the_next_page_the_ending(self, reader: User, in_tenant: Any) -> None:
        first = worker.opened(reader, in_tenant.kids, length=Length.LONG)
        scene = play.wrap_up(reader=reader, scene=first, address=HERE)
        assert (scene.depth, scene.must_end) == (2, True)
        before = counts()
        assert play.wrap_up(reader=reader, scene=first, address=HERE).id == scene.id
        assert changed(before) == {}
        worker.work()
        assert worker.fresh(scene).is_ending
        # The control: the written choice beside it is no ending.
        assert not worker.take(reader, first).is_ending


class TestLimits:
    def test_the_allowance_ends_and_leaves_nothing(self, reader: User, first: Scene, in_tenant: Any) -> None:
        factories.scenes_a_day(in_tenant.kids, 2)
        worker.take(reader, worker.fresh(first))
        before = counts()
        with pytest.raises(CannotPlay, match="Today's 2 scenes are read") as refused:
            play.choose(reader=reader, scene=worker.fresh(first), choice=way(first, 1), address=HERE)
        assert (refused.value.status, changed(before), factories.scenes_counted(in_tenant.kids)) == (429, {}, 2)
        with pytest.raises(CannotPlay, match="Today's 2 scenes"):
            factories.story(reader, in_tenant.kids)
        assert changed(before) == {}
        # The control: what was opened before is still there to be read.
        assert play.choose(reader=reader, scene=worker.fresh(first), choice=way(first), address=HERE).depth == 2

    @pytest.mark.parametrize("affordable", [0, 1, 2])
    def test_over_budget_leaves_nothing(self, reader: User, in_tenant: Any, toll: Any, affordable: int) -> None:
        """Words, picture and film cost one unit each; the hold that does not fit takes the others with it."""
        Cap.objects.filter(measure="micros").update(limit=affordable * TOLL_PRICE)
        before = counts()
        with pytest.raises(CannotPlay, match="used up") as refused:
            factories.story(reader, in_tenant.kids, film=True)
        assert (refused.value.status, changed(before), auditing.audit()) == (402, {}, [])
        # The control: one unit more and it goes.
        Cap.objects.filter(measure="micros").update(limit=3 * TOLL_PRICE)
        factories.story(reader, in_tenant.kids, film=True)
        assert LedgerEntry.objects.filter(amount_micros=TOLL_PRICE).count() == 3

    def test_a_model_that_may_no_longer_be_bought_from_is_replaced(
        self, reader: User, in_tenant: Any, toll: Any
    ) -> None:
        """Unpriced, or its grant withdrawn: the tier's other model of that kind goes on; without one there is no picture."""
        from generation.models import ModelGrant

        wishes = factories.wishes(in_tenant.kids)
        AiModel.objects.get(key="toll-paint").prices.all().delete()
        scene = play.start(reader=reader, tier=in_tenant.kids, wishes=wishes, address=HERE)
        assert scene.image.job.model.key == "demo-painter"
        ModelGrant.objects.filter(model__kind="image").delete()
        bare = play.start(reader=reader, tier=in_tenant.kids, wishes=replace(wishes, nonce=uuid.uuid4()), address=HERE)
        assert not Image.objects.filter(scene=bare).exists()
        ModelGrant.objects.filter(model__kind="text").delete()
        before = counts()
        again = replace(wishes, nonce=uuid.uuid4())
        with pytest.raises(CannotPlay, match="Ask staff to grant one"):
            play.start(reader=reader, tier=in_tenant.kids, wishes=again, address=HERE)
        assert changed(before) == {}

    def test_a_model_that_retires_between_two_pages_is_followed_by_its_replacement(
        self, reader: User, in_tenant: Any, toll: Any
    ) -> None:
        """The story goes on with the replacement, which is quoted anew; the page before keeps the name it was made by."""
        from generation.models import ModelGrant, Price

        heir = AiModel.objects.create(
            key="toll-heir", name="Toll heir", provider="toll", remote_name="paint", kind="image"
        )
        Price.objects.create(model=heir, unit="call", amount_micros=2 * TOLL_PRICE, effective_from="2026-01-01")
        ModelGrant.objects.create(tier=in_tenant.kids, model=heir)
        first = worker.opened(reader, in_tenant.kids)
        AiModel.objects.filter(key="toll-paint").update(retires_on="2026-01-02", replacement=heir)
        second = worker.take(reader, worker.fresh(first))
        made = [
            Image.objects.select_related("job__model", "job__asset").get(scene=page).job for page in (first, second)
        ]
        assert [(job.model.key, job.asked_model, job.hold_micros, job.status) for job in made] == [
            ("toll-paint", "", TOLL_PRICE, "done"), ("toll-heir", "toll-paint", 2 * TOLL_PRICE, "done"),
        ]  # fmt: skip
        assert Story.objects.get(id=first.story_id).image_model.key == "toll-paint"
        # The control: where the replacement is not granted, the tier's own default goes on.
        ModelGrant.objects.filter(model=heir).delete()
        ModelGrant.objects.filter(model__key="demo-painter").update(is_default=False)
        third = play.choose(reader=reader, scene=second, choice=way(second), address=HERE)
        assert (third.image.job.model.key, third.image.job.asked_model) == ("demo-painter", "toll-paint")

    def test_three_pages_longer_pressed_twice_adds_three(self, reader: User, first: Scene) -> None:
        for _ in range(2):
            play.keep_going(reader=reader, scene=worker.fresh(first), address=HERE, seen_depth=3)
        assert Story.objects.get(id=first.story_id).target_depth == 6


class TestRetry:
    def test_words_that_failed_are_asked_for_again_with_what_waited(self, reader: User, in_tenant: Any) -> None:
        from generation import policy
        from generation.jobs import claiming, outcomes
        from generation.providers.contract import Replay
        from generation.providers.errors import Rejected

        scene = factories.story(reader, in_tenant.kids, film=True)
        job = claiming.claim(worker="w:1", room=worker.ROOM)[0]
        no = Rejected("no")
        outcomes.decided(job, policy.after_error(no, kind=Kind.TEXT, replay=Replay.FREE, tries=1, attempt=1), no)
        states = lambda: {job.kind: (job.status, job.attempt) for job in Job.objects.all()}  # noqa: E731
        assert states() == {"text": ("failed", 1), "image": ("failed", 1), "video": ("failed", 1)}
        assert play.retry(job_id=scene.job_id, with_dependents=True) == "queued"
        assert states() == {"text": ("queued", 2), "image": ("waiting", 2), "video": ("waiting", 2)}
        assert play.retry(job_id=scene.job_id, with_dependents=True) == "queued"
        assert states() == {"text": ("queued", 2), "image": ("waiting", 2), "video": ("waiting", 2)}
        worker.work()
        assert states() == {"text": ("done", 2), "image": ("done", 2), "video": ("done", 2)}
        assert auditing.audit() == []

    def test_what_is_done_says_so(self, reader: User, first: Scene) -> None:
        with pytest.raises(CannotPlay, match="done already") as refused:
            play.retry(job_id=first.job_id)
        assert refused.value.status == 409

    def test_without_money_it_stays_failed(self, reader: User, in_tenant: Any, toll: Any) -> None:
        scene = factories.story(reader, in_tenant.kids)
        worker.work()
        image = Image.objects.get(scene=scene).job
        Job.objects.filter(id=image.id).update(status=Status.FAILED)
        Cap.objects.filter(measure="micros").update(limit=0)
        before = counts()
        with pytest.raises(CannotPlay, match="used up") as refused:
            play.retry(job_id=image.id)
        image.refresh_from_db()
        assert (refused.value.status, image.status, image.attempt, changed(before)) == (402, "failed", 1, {})


def test_the_request_tells_the_way_so_far_and_nothing_of_the_other_branch(reader: User, in_tenant: Any) -> None:
    import json

    first = worker.opened(reader, in_tenant.kids, length=Length.MEDIUM, said={"title": "One"})
    worker.take(reader, first, 1, title="The other branch")
    second = worker.take(reader, first, 0, title="Two")
    third = play.choose(reader=reader, scene=second, choice=way(second, 1), address=HERE)
    asked = json.loads(Job.objects.get(id=third.job_id).request["prompt"])
    assert [(past["title"], past["chosen"]) for past in asked["path"]] == [
        ("One", way(first, 0).text),
        ("Two", way(second, 1).text),
    ]
    assert (asked["depth"], asked["of"], asked["must_end"], asked["memory"]) == (3, 5, False, "key found")
