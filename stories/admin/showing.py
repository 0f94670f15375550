"""How pictures, films and their jobs are shown on the pages of this room."""

from __future__ import annotations

from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from generation.models import Job, Status
from stories.models import Scene

DASH = "—"


def file_address(part: str, scene: Scene) -> str:
    """The reader's own address of a picture ("image") or a film ("video"): it asks who looks, each time."""
    return reverse(f"scene-{part}-file", kwargs={"tier": scene.story.tier.slug, "scene_id": scene.pk})


def picture(scene: Scene, job: Job | None) -> SafeString | str:
    if job is None or job.status != Status.DONE:
        return job_link(job)
    return format_html(
        '<a href="{0}"><img class="plate" src="{0}" alt="{1}" loading="lazy"></a>',
        file_address("image", scene),
        scene.alt,
    )


def film(scene: Scene, job: Job | None) -> SafeString | str:
    if job is None or job.status != Status.DONE:
        return job_link(job)
    return format_html('<a class="onward" href="{}">Watch</a>', file_address("video", scene))


def job_link(job: Job | None) -> SafeString | str:
    """Where the making of something stands, linked to the job that makes it."""
    if job is None:
        return DASH
    address = reverse("admin:generation_job_change", args=[job.pk])
    return format_html('<a class="onward" href="{}">{}</a>', address, job.get_status_display())


def plate_job(scene: Scene, part: str) -> Job | None:
    """The job of the scene's picture or film, both loaded with the scene."""
    plate = getattr(scene, part, None)
    return plate.job if plate is not None else None
