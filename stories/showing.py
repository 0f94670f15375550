"""Who may see a story, a page, a picture or a film: the one place that changes it, and that answers for pictures and films.

The gallery's buttons, the admin's and the review queue all come here. Each decision of staff leaves a row that says who
decided what and why. What is hidden, or waits for approval, is there for staff alone.
"""

from __future__ import annotations

import uuid
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from accounts import audit
from accounts.access import Actor, Verb, Visibility, allows
from accounts.models import Tier
from generation.jobs import transitions
from stories.errors import CannotPlay
from stories.models import Decision, Image, Part, Ruling, Scene, Standing, Story, Video
from stories.models.review import NEED_A_REASON

Plate = Image | Video
Thing = Story | Scene | Image | Video
PARTS: dict[type[Any], Part] = {Story: Part.STORY, Scene: Part.SCENE, Image: Part.PICTURE, Video: Part.FILM}
PAST = {
    Ruling.HIDE: "hidden", Ruling.RESTORE: "restored", Ruling.APPROVE: "approved", Ruling.DECLINE: "declined",
    Ruling.KEEP: "kept", Ruling.UPHOLD: "upheld",
}  # fmt: skip
"""How a ruling stands in the audit log, after what it is about."""
MAX_REASON = 500


def is_shown(actor: Actor, plate: Plate) -> bool:
    """Whether `actor`, who may read the page, may see its picture or film."""
    return actor.is_staff or plate.standing == Standing.SHOWN


def is_waiting(actor: Actor, plate: Plate) -> bool:
    """Whether it is there, and `actor` is told that staff look at it first."""
    return plate.standing == Standing.WAITING and not actor.is_staff


def seen(path: str = "") -> Q:
    """The condition of `is_shown` for rows of a list of pictures or films, given the path to them: shown to everybody who may
    read their story. Scenes on the way are asked too."""
    return Q(**{f"{path}standing": Standing.SHOWN, f"{path}scene__is_hidden": False})


def first_standing(tier: Tier) -> Standing:
    """How a picture or film of this tier stands when it is asked for."""
    return Standing.WAITING if tier.approves_pictures else Standing.SHOWN


def publish(*, actor: Actor, story: Story) -> bool:
    """Put a finished story on the tier's shelf for everybody who may enter. Authors publish their own, staff any. Where the
    tier has staff look first, an author's story is put before them; False then."""
    _refuse_strangers(actor, story)
    if story.finished_at is None:
        raise CannotPlay("Only a finished story can stand in the gallery. Read it to an ending first.", status=409)
    if story.visibility == Visibility.HIDDEN:
        raise CannotPlay("Staff have hidden this story. It has to be restored before it is shown again.", status=409)
    if not actor.is_staff and story.tier.approves_publishing and story.visibility != Visibility.PUBLISHED:
        if story.publication_asked_at is None:
            Story.objects.filter(id=story.id, visibility=Visibility.PRIVATE, publication_asked_at=None).update(
                publication_asked_at=timezone.now()
            )
        return False
    with transaction.atomic():
        if _move(story, Visibility.PUBLISHED) and actor.is_staff and actor.user_id != story.reader_id:
            record(actor=actor, thing=story, ruling=Ruling.APPROVE)
    return True


def withdraw(*, actor: Actor, story: Story) -> None:
    """Take a published story back to its reader's own shelf, or take back that it should be published."""
    _refuse_strangers(actor, story)
    if story.visibility == Visibility.PUBLISHED or story.publication_asked_at is not None:
        _move(story, Visibility.PRIVATE)


def hide(*, actor: Actor, thing: Thing, reason: str) -> None:
    """Take a story, a page, a picture or a film away from everybody but staff, its reader included."""
    _refuse_all_but_staff(actor, thing)
    with transaction.atomic():
        if not _change(thing, hidden=True):
            raise CannotPlay("This is hidden already.", status=409)
        record(actor=actor, thing=thing, ruling=Ruling.HIDE, reason=reason)


def restore(*, actor: Actor, thing: Thing, reason: str = "") -> None:
    """Give back what was hidden: a story to its reader, for them alone; the rest to those who may read the story."""
    _refuse_all_but_staff(actor, thing)
    with transaction.atomic():
        if not _change(thing, hidden=False):
            raise CannotPlay(f"Only a hidden {_noun(thing)} is restored.", status=409)
        record(actor=actor, thing=thing, ruling=Ruling.RESTORE, reason=reason)


def approve(*, actor: Actor, thing: Story | Plate, reason: str = "") -> None:
    """Let a picture or film be seen, or a story onto the shelf, that waited for that."""
    _refuse_all_but_staff(actor, thing)
    if isinstance(thing, Story):
        _refuse_not_asked(thing)
        publish(actor=actor, story=thing)
        return
    _settle(actor, thing, Standing.SHOWN, Ruling.APPROVE, reason)


def decline(*, actor: Actor, thing: Story | Plate, reason: str) -> None:
    """Keep back a picture or film, or leave a story with its reader, that waited for approval."""
    _refuse_all_but_staff(actor, thing)
    if not isinstance(thing, Story):
        _settle(actor, thing, Standing.HIDDEN, Ruling.DECLINE, reason)
        return
    _refuse_not_asked(thing)
    with transaction.atomic():
        record(actor=actor, thing=thing, ruling=Ruling.DECLINE, reason=reason)
        _move(thing, Visibility(thing.visibility))


def record(*, actor: Actor, thing: Thing, ruling: Ruling, reason: str = "") -> Decision:
    """Write down a decision, in the transaction of what it changed."""
    reason = " ".join(reason.split())[:MAX_REASON]
    if ruling in NEED_A_REASON and not reason:
        raise CannotPlay("Say why, in a sentence; the reader sees it.", field="reason")
    if not (ruling == Ruling.APPROVE and isinstance(thing, Story)):  # `publish` has said so
        verb = f"{PARTS[type(thing)]}.{PAST[ruling]}"
        audit.write(verb, subject=audit.of(thing), about=story_of(thing).reader_id)
    return Decision.objects.create(
        part=PARTS[type(thing)], subject_id=subject_of(thing), story_id=story_id_of(thing), ruling=ruling,
        reason=reason, by_id=actor.user_id,
    )  # fmt: skip


def subject_of(thing: Thing) -> uuid.UUID:
    """The id that a decision about `thing` names."""
    return thing.scene_id if isinstance(thing, Plate) else thing.id


def story_id_of(thing: Thing) -> uuid.UUID:
    if isinstance(thing, Story):
        return thing.id
    return thing.story_id if isinstance(thing, Scene) else thing.scene.story_id


def find(part: str, subject_id: uuid.UUID) -> Thing | None:
    """What a part and its subject's id name, with its story and tier."""
    if part == Part.STORY:
        return Story.objects.select_related("tier", "reader").filter(id=subject_id).first()
    if part == Part.SCENE:
        return Scene.objects.select_related("story__tier", "story__reader").filter(id=subject_id).first()
    kind: Any = {Part.PICTURE: Image, Part.FILM: Video}.get(part)  # type: ignore[call-overload]
    if kind is None:
        return None
    found: Plate | None = kind.objects.select_related("scene__story__tier", "scene__story__reader", "job").filter(
        scene_id=subject_id
    ).first()  # fmt: skip
    return found


def story_of(thing: Thing) -> Story:
    """The story of something that `find` found."""
    if isinstance(thing, Story):
        return thing
    return thing.story if isinstance(thing, Scene) else thing.scene.story


def is_hidden(thing: Thing) -> bool:
    """Whether staff hid this very thing, and not only what it stands in."""
    if isinstance(thing, Story):
        return thing.visibility == Visibility.HIDDEN
    return thing.is_hidden if isinstance(thing, Scene) else thing.standing == Standing.HIDDEN


def why_hidden(thing: Thing) -> Decision | None:
    """The decision that hid it."""
    return (
        Decision.objects.filter(
            part=PARTS[type(thing)], subject_id=subject_of(thing), ruling__in=[Ruling.HIDE, Ruling.DECLINE]
        )
        .order_by("-created_at")
        .first()
    )


def _change(thing: Thing, *, hidden: bool) -> bool:
    """Hide or restore, once: False where another hand did it before."""
    changed = 0
    if isinstance(thing, Story):
        rows = Story.objects.filter(id=thing.id)
        state = Visibility.HIDDEN if hidden else Visibility.PRIVATE
        rows = rows.exclude(visibility=state) if hidden else rows.filter(visibility=Visibility.HIDDEN)
        changed = rows.update(visibility=state, publication_asked_at=None)
        thing.visibility = state if changed else thing.visibility
        transitions.stir(run__topic_id=thing.id)
    elif isinstance(thing, Scene):
        changed = Scene.objects.filter(id=thing.id, is_hidden=not hidden).update(is_hidden=hidden)
        thing.is_hidden = hidden if changed else thing.is_hidden
        transitions.stir(subject_id=thing.id)
    else:
        kept = Standing.HIDDEN if hidden else Standing.SHOWN
        rows = type(thing).objects.filter(id=thing.id)
        rows = rows.exclude(standing=kept) if hidden else rows.filter(standing=Standing.HIDDEN)
        changed = rows.update(standing=kept)
        thing.standing = kept if changed else thing.standing
        transitions.stir(id=thing.job_id)
    return bool(changed)


def _settle(actor: Actor, plate: Plate, to: Standing, ruling: Ruling, reason: str) -> None:
    with transaction.atomic():
        if not type(plate).objects.filter(id=plate.id, standing=Standing.WAITING).update(standing=to):
            raise CannotPlay("This does not wait for approval any more. Look again.", status=409)
        plate.standing = to
        transitions.stir(id=plate.job_id)
        record(actor=actor, thing=plate, ruling=ruling, reason=reason)


def _move(story: Story, to: Visibility) -> bool:
    # Only from the state that was looked at: what another hand changed meanwhile stays as they left it.
    has_moved = story.visibility != to
    with transaction.atomic():
        if not Story.objects.filter(id=story.id, visibility=story.visibility).update(
            visibility=to, publication_asked_at=None
        ):
            return False
        if has_moved:
            verb = "published" if to == Visibility.PUBLISHED else "withdrawn"
            audit.write(f"story.{verb}", subject=audit.of(story), about=story.reader_id)
    story.visibility, story.publication_asked_at = to, None
    return has_moved


def _noun(thing: Thing) -> str:
    return {Part.STORY: "story", Part.SCENE: "page", Part.PICTURE: "picture", Part.FILM: "film"}[PARTS[type(thing)]]


def _refuse_not_asked(story: Story) -> None:
    if story.publication_asked_at is None:
        raise CannotPlay("This story does not wait for approval any more. Look again.", status=409)


def _refuse_strangers(actor: Actor, story: Story) -> None:
    if not allows(actor, Verb.PUBLISH, story):
        raise CannotPlay("Publishing is for authors and staff.", status=403)


def _refuse_all_but_staff(actor: Actor, thing: Thing) -> None:
    if not actor.is_staff or thing.tenant_id != actor.tenant_id:
        raise CannotPlay("Hiding and restoring are for staff.", status=403)
