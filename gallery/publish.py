"""Showing a finished story to others, and taking it back."""

from __future__ import annotations

from accounts.access import Actor, Verb, Visibility, allows
from stories.errors import CannotPlay
from stories.models import Story


def publish(*, actor: Actor, story: Story) -> None:
    """Put a finished story on the tier's shelf for everybody who may enter. Authors publish their own, staff any."""
    _refuse_strangers(actor, story)
    if story.finished_at is None:
        raise CannotPlay("Only a finished story can stand in the gallery. Read it to an ending first.", status=409)
    if story.visibility == Visibility.HIDDEN:
        raise CannotPlay("Staff have hidden this story. Ask them before it is shown again.", status=409)
    Story.objects.filter(id=story.id).update(visibility=Visibility.PUBLISHED)


def withdraw(*, actor: Actor, story: Story) -> None:
    """Take a published story back to its reader's own shelf."""
    _refuse_strangers(actor, story)
    Story.objects.filter(id=story.id, visibility=Visibility.PUBLISHED).update(visibility=Visibility.PRIVATE)


def _refuse_strangers(actor: Actor, story: Story) -> None:
    if not allows(actor, Verb.PUBLISH, story):
        raise CannotPlay("Publishing is for authors and staff.", status=403)
