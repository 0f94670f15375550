"""Stories of somebody who leaves: off the shelves at once, and then away, with all their scenes and plates."""

from __future__ import annotations

import uuid

from django.db import transaction

from accounts.access import Visibility
from accounts.leaving import Left, Room, Stage, register
from generation.models import ACTIVE, Job
from stories.models import Reading, Story

AT_ONCE = 20


def connect() -> None:
    """Take part from now on. Called once, when the app is ready."""
    register(Room("stories", Stage.THINGS, remove=remove, withdraw=withdraw))


def withdraw(user_id: uuid.UUID) -> None:
    """Published stories are their author's to take along."""
    Story.objects.filter(reader_id=user_id, visibility=Visibility.PUBLISHED).update(visibility=Visibility.PRIVATE)


def remove(user_id: uuid.UUID) -> Left:
    """A few of their stories, whole, and where they were in the stories of others. What was bought for them stays with the
    engine, which forgets it next."""
    stories = list(Story.objects.filter(reader_id=user_id).order_by("created_at")[:AT_ONCE])
    for story in stories:
        with transaction.atomic():
            if Job.objects.filter(run__topic_id=story.id, status__in=ACTIVE).exists():
                return Left.WAITS
            story.delete()
    if len(stories) == AT_ONCE:
        return Left.MORE
    Reading.objects.filter(reader_id=user_id).delete()
    return Left.NOTHING
