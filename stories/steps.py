"""What the engine's jobs mean to a story: write the scene, draw it, film it. Registered when the app is ready."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any

from django.urls import reverse

from accounts.access import Visibility
from accounts.models.ledger import Measure
from generation import steps
from generation.models import Job
from stories import drafts, partial, play, prompts
from stories.models import Choice, Scene, Story


class SceneStep(steps.Step):
    """A step whose subject is a scene."""

    part = ""

    def scene(self, job: Job, *fields: str) -> Scene:
        """The scene with no more than the fields that are needed: steps run in the one loop that serves everybody."""
        found: Scene = Scene.objects.only("tenant_id", *fields).get(id=job.subject_id)
        return found

    def describe(self, job: Job) -> dict[str, Any]:
        return {"scene": str(job.subject_id), "part": self.part, **plate_url(job)}

    def is_shown(self, job: Job) -> bool:
        return not self.hidden([job])

    def hidden(self, jobs: Sequence[Job]) -> set[uuid.UUID]:
        scenes = Scene.objects.filter(
            id__in=[job.subject_id for job in jobs], story__visibility=Visibility.HIDDEN
        ).values_list("id", flat=True)
        kept_back = set(scenes)
        return {job.id for job in jobs if job.subject_id in kept_back}


class WriteScene(SceneStep):
    name = "write-scene"
    part = "text"
    counts_as = Measure.SCENES

    def describe(self, job: Job) -> dict[str, Any]:
        return {**super().describe(job), **words_so_far(job)}

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


class DrawScene(SceneStep):
    name = "draw-scene"
    part = "image"
    most = steps.Most(prompt=prompts.LONGEST_PICTURE)

    def prepare(self, job: Job) -> dict[str, Any]:
        words = self.scene(job, "picture").picture
        story = Story.objects.select_related("tier").get(scenes=job.subject_id)
        return {"prompt": prompts.picture(words=words, tier_style=story.tier.picture_style, art_style=story.art_style)}


class FilmScene(SceneStep):
    name = "film-scene"
    part = "video"
    most = steps.Most(prompt=prompts.LONGEST_FILM, inputs=1)

    def prepare(self, job: Job) -> dict[str, Any]:
        words = self.scene(job, "film").film
        drawn = Job.objects.select_related("asset").get(needed_by=job)
        request: dict[str, Any] = {"prompt": prompts.film(picture_prompt=drawn.request["prompt"], words=words)}
        if drawn.asset is not None:
            request["inputs"] = [{"role": "first_frame", "asset": str(drawn.asset.id)}]
        return request


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
