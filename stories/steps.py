"""What the engine's jobs mean to a story: write the scene, draw it, film it. Registered when the app is ready."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any

from django.urls import reverse

from accounts.access import Visibility
from generation import catalogue, steps
from generation.models import Job
from generation.safety import policies
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


class DrawScene(SceneStep):
    name = "draw-scene"
    part = "image"
    most = steps.Most(prompt=prompts.LONGEST_PICTURE)

    def prepare(self, job: Job) -> dict[str, Any]:
        words = self.scene(job, "picture").picture
        return {"prompt": prompts.picture(words=words, look=look_of(job), room=room_of(job))}


class FilmScene(SceneStep):
    name = "film-scene"
    part = "video"
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
