"""A worker without threads: does what is due in the test's own thread, so that a story of many pages takes milliseconds."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from django.db.models import F

from accounts.models import Tier, User
from generation.clock import now
from generation.jobs import finishing, outcomes, transitions
from generation.models import Job, Lane, Status
from generation.providers.contract import Done, Kind
from generation.storage import Kept
from stories import play
from stories.models import Choice, Scene
from tests import factories
from tests.providers import toll

ROOM = {Lane.WAIT: 50, Lane.CORE: 50}


def work(**changes: Any) -> None:
    """Make all that is queued, words first. `changes` goes into the words; pictures and films come without a file. Claiming
    has tests of its own; here a job is taken by its fence alone."""
    rows = Job.objects.filter(status=Status.QUEUED).select_related("model", "run").order_by("priority")
    while queued := list(rows.all()):
        for job in queued:
            transitions.move(job, Status.RUNNING, fence=F("fence") + 1, sent_at=now())
            job.fence += 1
            outcomes.stored(job, *_made(job, changes))
            finishing.finished(job)


def _made(job: Job, changes: dict[str, Any]) -> tuple[Done, Kept | None]:
    if job.kind == Kind.TEXT:
        must_end = json.loads(job.request["prompt"])["must_end"]
        said = {"ending": must_end, **({"choices": [], "ending_name": "Home again"} if must_end else {}), **changes}
        return Done(text=toll.scene(**said)), None
    digest = hashlib.sha256(str(job.id).encode()).hexdigest()
    if job.kind == Kind.IMAGE:
        return Done(media_type="image/png"), Kept(digest, "image/png", 100, 64, 36)
    return Done(media_type="video/mp4"), Kept(digest, "video/mp4", 100, 64, 36, 1.0)


def fresh(scene: Scene) -> Scene:
    """The scene as it stands in the database now, with what the views load."""
    return Scene.objects.select_related("story__tier", "job", "parent").get(id=scene.id)


def opened(reader: User, tier: Tier, *, said: dict[str, Any] | None = None, **wishes: Any) -> Scene:
    """The first scene of a story, written."""
    scene = factories.story(reader, tier, **wishes)
    work(**(said or {}))
    return fresh(scene)


def take(reader: User, scene: Scene, number: int = 0, **said: Any) -> Scene:
    """The scene that a choice leads to, written."""
    choice = Choice.objects.filter(scene=scene, origin="written").order_by("position")[number]
    onward = play.choose(reader=reader, scene=scene, choice=choice, address="192.0.2.1")
    work(**said)
    return fresh(onward)


def finished(reader: User, tier: Tier, *, said: dict[str, Any] | None = None, **wishes: Any) -> Scene:
    """The ending of a story that was read by its first choices."""
    scene = opened(reader, tier, said=said, **wishes)
    while not scene.is_ending:
        scene = take(reader, scene, **(said or {}))
    return scene
