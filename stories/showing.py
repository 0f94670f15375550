"""Who may see a story: the one place that changes its visibility. The gallery's buttons and the admin's both come here."""

from __future__ import annotations

from django.db import transaction

from accounts import audit
from accounts.access import Actor, Verb, Visibility, allows
from stories.errors import CannotPlay
from stories.models import Story


def publish(*, actor: Actor, story: Story) -> None:
    """Put a finished story on the tier's shelf for everybody who may enter. Authors publish their own, staff any."""
    _refuse_strangers(actor, story)
    if story.finished_at is None:
        raise CannotPlay("Only a finished story can stand in the gallery. Read it to an ending first.", status=409)
    if story.visibility == Visibility.HIDDEN:
        raise CannotPlay("Staff have hidden this story. It has to be restored before it is shown again.", status=409)
    _move(story, Visibility.PUBLISHED)


def withdraw(*, actor: Actor, story: Story) -> None:
    """Take a published story back to its reader's own shelf."""
    _refuse_strangers(actor, story)
    if story.visibility == Visibility.PUBLISHED:
        _move(story, Visibility.PRIVATE)


def hide(*, actor: Actor, story: Story) -> None:
    """Take a story away from everybody but staff, its reader included."""
    _refuse_all_but_staff(actor, story)
    _move(story, Visibility.HIDDEN)


def restore(*, actor: Actor, story: Story) -> None:
    """Give a hidden story back to its reader, for them alone."""
    _refuse_all_but_staff(actor, story)
    if story.visibility != Visibility.HIDDEN:
        raise CannotPlay("Only a hidden story is restored.", status=409)
    _move(story, Visibility.PRIVATE)


def _move(story: Story, to: Visibility) -> None:
    # Only from the state that was looked at: what another hand changed meanwhile stays as they left it.
    with transaction.atomic():
        if not Story.objects.filter(id=story.id, visibility=story.visibility).update(visibility=to):
            return
        audit.write(f"story.{_verb(Visibility(story.visibility), to)}", subject=audit.of(story), about=story.reader_id)
    story.visibility = to


def _verb(before: Visibility, to: Visibility) -> str:
    """How it stands in the audit log."""
    if to is Visibility.PRIVATE:
        return "restored" if before is Visibility.HIDDEN else "withdrawn"
    return str(to)


def _refuse_strangers(actor: Actor, story: Story) -> None:
    if not allows(actor, Verb.PUBLISH, story):
        raise CannotPlay("Publishing is for authors and staff.", status=403)


def _refuse_all_but_staff(actor: Actor, story: Story) -> None:
    if not actor.is_staff or not allows(actor, Verb.PUBLISH, story):
        raise CannotPlay("Hiding and restoring are for staff.", status=403)
