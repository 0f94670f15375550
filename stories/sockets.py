"""The story-wide socket: everything that is made for one story."""

from __future__ import annotations

import uuid

from accounts.access import Actor, Verb, allows
from generation.live import ProgressConsumer, register_socket
from stories.models import Story


class StoryConsumer(ProgressConsumer):
    """`/ws/story/{story}`: the messages of `/ws/progress/...` for all its scenes."""

    def may_follow(self, actor: Actor, target: uuid.UUID) -> bool:
        return may_follow_story(actor, target)


def may_follow_story(actor: Actor, target: uuid.UUID) -> bool:
    """Whether `target` is a story that this actor may see."""
    story = Story.objects.filter(id=target).first()
    return story is not None and allows(actor, Verb.READ, story)


def register() -> None:
    """Tickets may be had for stories too."""
    register_socket("/ws/story/", may_follow_story)
