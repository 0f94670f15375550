"""The story-wide socket: everything that is made for one story."""

from __future__ import annotations

import uuid

from accounts.access import Actor, Verb, allows
from generation.live import ProgressConsumer
from stories.models import Story


class StoryConsumer(ProgressConsumer):
    """`/ws/story/{story}`: the messages of `/ws/progress/...` for all its scenes."""

    def may_follow(self, actor: Actor, target: uuid.UUID) -> bool:
        story = Story.objects.filter(id=target).first()
        return story is not None and allows(actor, Verb.READ, story)
