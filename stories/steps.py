"""What the engine's jobs mean to a story: write the scene, draw it, film it. Registered when the app is ready."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any

from django.db.models import Q
from django.urls import reverse

from accounts.access import Visibility
from accounts.models.ledger import Measure
from accounts.prepared import Prepared
from accounts.tenancy import current
from generation import catalogue, steps
from generation.models import Job, Status
from generation.safety import policies
from stories import drafts, partial, play, prompts
from stories.models import Choice, Image, Scene, Standing, Story, Video

KEPT_BACK = Q(is_hidden=True) | Q(story__visibility=Visibility.HIDDEN)
_kept_back = Prepared(
    lambda scene_id: Scene.objects.filter(KEPT_BACK, id=scene_id).order_by().values_list("id"), scene_id=uuid.UUID
)
"""For one, whose status is asked for again and again."""


class SceneStep(steps.Step):
    """A step whose subject is a scene."""

    part = ""

    def scene(self, job: Job, *fields: str) -> Scene:
        """The scene with no more than the fields that are needed: steps run in the one loop that serves everybody."""
        found: Scene = Scene.objects.only("tenant_id", *fields).get(id=job.subject_id)
        return found

    def belongs_to(self, job: Job) -> dict[str, Any]:
        return {"scene": str(job.subject_id), "part": self.part}

    def describe(self, job: Job) -> dict[str, Any]:
        return {**self.belongs_to(job), **plate_url(job)}

    def is_shown(self, job: Job) -> bool:
        return not self.hidden([job])

    def hidden(self, jobs: Sequence[Job]) -> set[uuid.UUID]:
        # Not for the hub, which looks at the jobs of all tenants.
        if len(jobs) == 1 and current() is not None and (subject := jobs[0].subject_id) is not None:
            return {jobs[0].id} if _kept_back.first(scene_id=subject) is not None else set()
        scenes = Scene.objects.filter(KEPT_BACK, id__in=[job.subject_id for job in jobs]).values_list("id", flat=True)
        kept_back = set(scenes)
        return {job.id for job in jobs if job.subject_id in kept_back}


class PlateStep(SceneStep):
    """A step that makes the picture or the film of a scene."""

    plate: type[Image] | type[Video]

    def hidden(self, jobs: Sequence[Job]) -> set[uuid.UUID]:
        """One query: by its page and by itself. What waits for approval is hidden as soon as it is there."""
        kept_back = self._kept_back(jobs)
        is_done = {job.id for job in jobs if job.status == Status.DONE}
        return {job_id for job_id, waits in kept_back.items() if not waits or job_id in is_done}

    def waiting(self, jobs: Sequence[Job]) -> set[uuid.UUID]:
        return {job_id for job_id, waits in self._kept_back(jobs).items() if waits}

    def _kept_back(self, jobs: Sequence[Job]) -> dict[uuid.UUID, bool]:
        """By the ids of those jobs whose plates are not shown: whether that is because they wait for approval."""
        gone = Q(scene__is_hidden=True) | Q(scene__story__visibility=Visibility.HIDDEN)
        rows = self.plate.objects.filter(gone | ~Q(standing=Standing.SHOWN), job__in=[job.id for job in jobs])
        told = rows.values_list("job_id", "standing", "scene__is_hidden", "scene__story__visibility")
        return {
            job_id: standing == Standing.WAITING and not is_hidden and visibility != Visibility.HIDDEN
            for job_id, standing, is_hidden, visibility in told
        }


class WriteScene(SceneStep):
    name = "write-scene"
    part = "text"
    counts_as = Measure.SCENES

    def describe(self, job: Job) -> dict[str, Any]:
        return {**super().describe(job), **words_so_far(job)}

    def said(self, job: Job) -> str:
        """All that a reader may see of the page, and all that goes on to another model: read out of the document, so that no
        way of spelling it there hides a word."""
        try:
            draft = drafts.read(job.result.get("text") or "", must_end=self.scene(job, "must_end").must_end)
        except drafts.Unusable:
            return ""  # nothing of it shows: it is asked for again
        told = (draft.story_title, draft.title, draft.text, *draft.choices, draft.ending_name)
        return "\n".join((*told, draft.picture, draft.alt, draft.film, draft.memory))

    def finish(self, job: Job) -> steps.AskAgain | None:
        scene = self.scene(job, "story_id", "must_end")
        try:
            draft = drafts.read(job.result.get("text") or "", must_end=scene.must_end)
        except drafts.Unusable as unusable:
            if job.result.get("is_cut"):
                return steps.AskAgain(f"cut by the length limit: {unusable}", prompts.longer(job.request))
            return steps.AskAgain(str(unusable), prompts.again(job.request["prompt"], str(unusable)))
        written = ("title", "text", "picture", "alt", "film", "memory", "is_ending", "ending_name")
        Scene.objects.filter(id=scene.id).update(**{name: getattr(draft, name) for name in written})
        Choice.objects.bulk_create(
            [Choice(scene=scene, position=position, text=text) for position, text in enumerate(draft.choices)],
            ignore_conflicts=True,
        )
        Story.objects.filter(id=scene.story_id, title="").update(title=draft.story_title)
        if draft.is_ending:
            play.note_ending(scene.story_id)
        return None


class DrawScene(PlateStep):
    name = "draw-scene"
    part = "image"
    plate = Image
    most = steps.Most(prompt=prompts.LONGEST_PICTURE)

    def prepare(self, job: Job) -> dict[str, Any]:
        words = self.scene(job, "picture").picture
        return {"prompt": prompts.picture(words=words, look=look_of(job), room=room_of(job))}


class FilmScene(PlateStep):
    name = "film-scene"
    part = "video"
    plate = Video
    most = steps.Most(prompt=prompts.LONGEST_FILM, inputs=1)

    def prepare(self, job: Job) -> dict[str, Any]:
        scene = self.scene(job, "picture", "film")
        drawn = Job.objects.select_related("asset").get(needed_by=job, step=DrawScene.name)
        told = prompts.film(picture=scene.picture, words=scene.film, look=look_of(job), room=room_of(job))
        request: dict[str, Any] = {"prompt": told}
        if drawn.asset is not None:
            request["inputs"] = [{"role": "first_frame", "asset": str(drawn.asset.id)}]
        return request


def look_of(job: Job) -> str:
    """The house's part of the prompt for a scene's picture or film."""
    story = Story.objects.select_related("tier").get(scenes=job.subject_id)
    return prompts.look(
        tier_style=story.tier.picture_style,
        art_style=story.art_style,
        guidelines=story.tier.guidelines,
        never_shown=policies.of(story.tier).never_shown,
    )


def room_of(job: Job) -> int | None:
    """Characters that the job's model takes as a prompt."""
    able = catalogue.capabilities(job.model) if job.model is not None else None
    return able.max_prompt if able is not None else None


def words_so_far(job: Job) -> dict[str, str]:
    """`{"title"?, "prose"?}` of a scene that is being written, where its tier shows the words as they come."""
    if not job.partial or job.status != "running":
        return {}
    so_far = partial.read(job.partial)
    said = {"title": so_far.title, "prose": so_far.prose}
    return {name: text for name, text in said.items() if text}


def plate_url(job: Job) -> dict[str, str]:
    """`{"url": ...}` of a finished picture or film: a stable address that checks access each time."""
    if job.asset is None or job.status != "done":
        return {}
    assert job.run.tier is not None, "a scene is asked for from a tier"
    name = "scene-image-file" if job.kind == "image" else "scene-video-file"
    address = reverse(name, kwargs={"tier": job.run.tier.slug, "scene_id": job.subject_id})
    return {"url": f"{address}?v={job.asset.sha256[:8]}"}


def register() -> None:
    """Make the steps known to the engine."""
    for step in (WriteScene(), DrawScene(), FilmScene()):
        steps.register(step)
