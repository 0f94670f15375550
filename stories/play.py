"""The verbs of playing: start, choose, back, jump, keep going, wrap up, try again.

Each is one transaction: the scene, the holds in the ledger, the run with its jobs and the doorbell are all there, or none
of them is. Doing the same thing twice finds what the first one made.
"""

from __future__ import annotations

import secrets
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone

from accounts.ledger import OverBudget
from accounts.models import Tier, User
from generation import catalogue
from generation.errors import AgainstRules, CannotBuy, NotRetryable
from generation.jobs import asking, checking, retrying
from generation.models import ACTIVE, TERMINAL, AiModel, Job, Run, SafetyEvent, Status
from generation.safety import entering, policies
from stories import baskets, showing
from stories.baskets import MAX_TYPED
from stories.drafts import clean
from stories.errors import CannotPlay
from stories.models import Beginning, Choice, Image, Reading, Scene, Story, Video
from stories.models.story import Length

MORE_SCENES = 3
MAX_DEPTH = 60


@dataclass(frozen=True, slots=True)
class Wishes:
    """What a reader fills in to begin, already checked against what the tier offers. `asked` holds the names of models that
    the reader wrote, by kind."""

    prompt: str
    length: Length
    art_style: str
    text_model: AiModel
    image_model: AiModel | None
    video_model: AiModel | None
    beginning: Beginning | None
    nonce: uuid.UUID
    asked: Mapping[str, str] = field(default_factory=dict)


def start(*, reader: User, tier: Tier, wishes: Wishes, address: str) -> Scene:
    """A new story and its first scene. The same form sent twice is one story."""
    found = Story.objects.filter(reader=reader, nonce=wishes.nonce).first()
    if found is not None:
        return found.scenes.get(parent=None)
    try:
        with transaction.atomic():
            story = Story.objects.create(
                tier=tier,
                reader=reader,
                beginning=wishes.beginning,
                nonce=wishes.nonce,
                prompt=wishes.prompt,
                length=wishes.length,
                target_depth=wishes.length.depth,
                art_style=wishes.art_style,
                video_mode=wishes.video_model is not None,
                text_model=wishes.text_model,
                image_model=wishes.image_model,
                video_model=wishes.video_model,
                seed=secrets.randbelow(2**31),
            )
            return _turn(story, parent=None, choice=None, reader=reader, address=address, asked=wishes.asked)
    except IntegrityError:
        return Story.objects.get(reader=reader, nonce=wishes.nonce).scenes.get(parent=None)


def choose(*, reader: User, scene: Scene, choice: Choice, address: str) -> Scene:
    """Take a choice. A choice taken before leads to the scene it led to then."""
    if choice.scene_id != scene.id:
        raise CannotPlay("This choice belongs to another page.", status=404)
    led_to = _led_to(choice)
    if led_to is not None:
        return jump(reader=reader, scene=led_to)
    _refuse_unwritten(scene)
    return _go(reader=reader, scene=scene, choice=choice, address=address)


def choose_typed(
    *, reader: User, scene: Scene, text: str, nonce: uuid.UUID, address: str, notices: list[str] | None = None
) -> Scene:
    """Take a way that the reader typed. The same form sent twice is one choice. What is to be told of it besides is added to
    `notices`."""
    text = clean(text)
    if not text:
        raise CannotPlay("Write what happens next, in a few words.", field="text")
    if len(text) > MAX_TYPED:
        raise CannotPlay(f"That is longer than {MAX_TYPED} characters. Say it shorter.", field="text")
    _refuse_unwritten(scene)
    _refuse_ended(scene)
    if not Choice.objects.filter(scene=scene, nonce=nonce).exists():
        hints = refuse_words(
            tier=scene.story.tier, user_id=reader.id, field="text", text=text, what=SafetyEvent.What.CHOICE
        )
        if notices is not None:
            notices += hints
    return _go_by(
        reader=reader, scene=scene, address=address, key={"nonce": nonce},
        choice={"text": text, "origin": Choice.Origin.TYPED},
    )  # fmt: skip


def keep_going(*, reader: User, scene: Scene, address: str, seen_depth: int | None = None) -> Scene:
    """Three scenes more than `seen_depth`, the length that the reader saw: asking twice adds three once. Before the ending
    only the story's length changes; after it the story goes on from there."""
    _refuse_unwritten(scene)
    story = scene.story
    with transaction.atomic():
        story = Story.objects.select_for_update().get(id=story.id)
        if seen_depth is not None and seen_depth != story.target_depth and not scene.is_ending:
            return scene
        goal = (scene.depth if scene.is_ending else story.target_depth) + MORE_SCENES
        if goal > MAX_DEPTH:
            raise CannotPlay(f"No story here is longer than {MAX_DEPTH} scenes. Begin a new one.", status=409)
        onward = Choice.objects.filter(scene=scene, origin=Choice.Origin.ONWARD).first()
        if onward is not None and (led_to := _led_to(onward)) is not None:
            return jump(reader=reader, scene=led_to)
        Story.objects.filter(id=story.id).update(target_depth=max(goal, story.target_depth if scene.is_ending else 0))
        if not scene.is_ending:
            return scene
        scene.story.refresh_from_db(fields=["target_depth"])
        return _go_by(
            reader=reader, scene=scene, address=address, key={"origin": Choice.Origin.ONWARD},
            choice={"text": "Keep going", "origin": Choice.Origin.ONWARD},
        )  # fmt: skip


def wrap_up(*, reader: User, scene: Scene, address: str) -> Scene:
    """Let the next scene be the ending."""
    _refuse_unwritten(scene)
    _refuse_ended(scene)
    return _go_by(
        reader=reader, scene=scene, address=address, key={"origin": Choice.Origin.WRAP_UP},
        choice={"text": baskets.WRAP_UP, "origin": Choice.Origin.WRAP_UP},
    )  # fmt: skip


def back(*, reader: User, scene: Scene) -> Scene:
    """To the scene before; both branches stay."""
    if scene.parent is None:
        raise CannotPlay("This is the first page.", status=409)
    return jump(reader=reader, scene=scene.parent)


def jump(*, reader: User, scene: Scene) -> Scene:
    """To any scene of the story that was opened before."""
    Reading.objects.update_or_create(story_id=scene.story_id, reader=reader, defaults={"scene": scene})
    return scene


def refuse_words(
    *, tier: Tier, user_id: uuid.UUID | None, field: str, text: str, what: SafetyEvent.What = SafetyEvent.What.PROMPT
) -> list[str]:
    """Hold what a reader wrote against the tier's rules, before anything is bought; answers what is to be told of it. Outside
    of any transaction, so that the event stays. Raises `CannotPlay` (422) naming the field."""
    try:
        return entering.refuse_words(tier=tier, user_id=user_id, said={field: text}, what=what)
    except AgainstRules as refused:
        sentence = str(refused).replace(f"{field} holds ", "That holds ", 1)
        raise CannotPlay(sentence, field=field, status=refused.status) from refused


def retry(*, job_id: uuid.UUID, with_dependents: bool = False) -> str:
    """Try the making of a text, a picture or a film again; answers the job's status. Harmless where it is under way."""
    try:
        return retrying.retry(Job.objects.get(id=job_id), with_dependents=with_dependents).status
    except OverBudget as over:
        raise CannotPlay(str(over), status=over.status) from over
    except CannotBuy as refused:
        raise CannotPlay(str(refused), field=refused.field, status=refused.status) from refused


def stop(*, scene: Scene, part: str = "") -> Scene:
    """End what is being made for a scene: all of it, or the `part` alone (text, image or video) with what waits for that. What
    was not sent costs nothing; what is there stays. Harmless where nothing is under way."""
    asked = {"text": Q(id=scene.job_id), "image": Q(step="draw-scene"), "video": Q(step="film-scene")}
    mine = Job.objects.filter(Q(id=scene.job_id) | Q(subject_id=scene.id, run__topic_id=scene.story_id))
    refused: NotRetryable | None = None
    stopped = 0
    for job in mine.filter(asked.get(part, Q()), status__in=ACTIVE).order_by("created_at"):
        try:
            stopped += asking.cancel(job).status == Status.CANCELLED
        except NotRetryable as bought:
            refused = bought
    if refused is not None and not stopped:
        raise CannotPlay(str(refused), status=409)
    return scene


def _go(*, reader: User, scene: Scene, choice: Choice, address: str) -> Scene:
    try:
        with transaction.atomic():
            return _turn(scene.story, parent=scene, choice=choice, reader=reader, address=address)
    except IntegrityError:
        # Another request took this choice between our look and our write: its scene is the scene.
        led_to = _led_to(choice)
        if led_to is None:
            raise
        return jump(reader=reader, scene=led_to)


def _go_by(*, reader: User, scene: Scene, address: str, key: dict[str, Any], choice: dict[str, Any]) -> Scene:
    """Go by a choice that is made now; `key` finds the one a first request made."""
    found = Choice.objects.filter(scene=scene, **key).first()
    if found is not None and (led_to := _led_to(found)) is not None:
        return jump(reader=reader, scene=led_to)
    try:
        with transaction.atomic():
            made = Choice.objects.create(scene=scene, position=scene.choices.count(), **{**key, **choice})
            return _turn(scene.story, parent=scene, choice=made, reader=reader, address=address)
    except IntegrityError:
        found = Choice.objects.get(scene=scene, **key)
        return _go(reader=reader, scene=scene, choice=found, address=address)


def _turn(
    story: Story,
    *,
    parent: Scene | None,
    choice: Choice | None,
    reader: User,
    address: str,
    asked: Mapping[str, str] | None = None,
) -> Scene:
    """The next scene with all that is bought for it. Runs inside the caller's transaction. `asked` are the names that led
    to the story's models, where they were given just now."""
    tier = story.tier
    try:
        basket = baskets.fill(
            story, parent=parent, choice=choice, reader=reader, offered=catalogue.offers(tier, reader),
            path=baskets.path_to(parent, choice), policy=policies.of(tier), asked=asked,
        )  # fmt: skip
        scene = Scene(story=story, parent=parent, via=choice, depth=basket.depth, must_end=basket.must_end)
        scene.save()
        run = asking.open_run(tier=tier, user=reader, purpose="scene", topic_id=story.id, address=address)
        what = SafetyEvent.What.CHOICE if parent else SafetyEvent.What.PROMPT
        checks = checking.before(run=run, policy=basket.policy, text=basket.checked, what=what)
        text = _add(run, scene, basket.text, needs=checks)
        Scene.objects.filter(id=scene.id).update(job=text)
        scene.job = text
        if basket.picture is not None:
            drawn = _add(run, scene, basket.picture, needs=[text])
            Image.objects.create(scene=scene, job=drawn, standing=showing.first_standing(tier))
            if basket.film is not None:
                filmed = _add(run, scene, basket.film, needs=[drawn])
                Video.objects.create(scene=scene, job=filmed, standing=showing.first_standing(tier))
    except OverBudget as over:
        raise CannotPlay(str(over), status=over.status) from over
    except CannotBuy as refused:
        raise CannotPlay(str(refused), field=refused.field, status=refused.status) from refused
    Reading.objects.update_or_create(story=story, reader=reader, defaults={"scene": scene})
    asking.ring()
    return scene


def _add(run: Run, scene: Scene, item: baskets.Item, *, needs: list[Job]) -> Job:
    return asking.add(
        run=run, model=item.model, request=item.request, step=item.step, subject_id=scene.id, needs=needs, asked=item.asked
    )  # fmt: skip


def note_ending(story_id: uuid.UUID) -> None:
    """An ending was reached; the first one finishes the story."""
    Story.objects.filter(id=story_id, finished_at=None).update(finished_at=timezone.now())


def _led_to(choice: Choice) -> Scene | None:
    return Scene.objects.select_related("story__tier").filter(via=choice).first()


def _refuse_unwritten(scene: Scene) -> None:
    if not scene.text:
        waits = scene.job is None or scene.job.status not in TERMINAL or scene.job.status == Status.DONE
        raise CannotPlay(
            "This page is still being written." if waits else "This page could not be written. Try it again first.",
            status=409,
        )


def _refuse_ended(scene: Scene) -> None:
    if scene.is_ending:
        raise CannotPlay("This story has ended here. Go back and choose otherwise, or keep going.", status=409)
