"""Stories and scenes as programs read them. Pure where the rows were loaded by `stories.api.finding`."""

from __future__ import annotations

from typing import Any

from rest_framework.request import Request
from rest_framework.reverse import reverse

from generation.jobs import public, queueing
from generation.models import Job
from stories import pages, showing
from stories.api import finding
from stories.models import Choice, Image, Scene, Story, Video

IS_COMING = frozenset({"pending", "generating"})


def story(row: Story) -> dict[str, Any]:
    """A story without its scenes. `row` comes from `finding.stories`."""
    return {
        "id": str(row.id),
        "title": row.title,
        "prompt": row.prompt,
        "tier": row.tier.slug,
        "template": row.beginning.slug if row.beginning else None,
        "length": row.length,
        "target_depth": row.target_depth,
        "art_style": row.art_style,
        "model": row.text_model.key if row.text_model else None,
        "image_model": row.image_model.key if row.image_model else None,
        "video_mode": row.video_mode,
        "video_model": row.video_model.key if row.video_model else None,
        "visibility": row.visibility,
        "state": "finished" if row.finished_at else "unfinished",
        "scene": str(row.here) if row.here else None,  # type: ignore[attr-defined]
        "created_at": row.created_at.isoformat(),
        "finished_at": row.finished_at.isoformat() if row.finished_at else None,
    }


def scene(row: Scene, request: Request) -> dict[str, Any]:
    """A scene with its ways on, in one query more. `row` comes from `finding.scene`."""
    text = pages.text_status(row)
    return {
        "id": str(row.id),
        "story": str(row.story_id),
        "tier": row.story.tier.slug,
        "parent": str(row.parent_id) if row.parent_id else None,
        "depth": row.depth,
        "target_depth": row.story.target_depth,
        "status": text["status"],
        "message": text.get("message"),
        "title": row.title,
        "text": row.text,
        "choices": [_choice(way) for way in finding.choices(row)] if row.text else [],
        "picture": {**_plate(row, "image", request), "alt": row.alt},
        "film": _plate(row, "video", request),
        "is_ending": row.is_ending,
        "ending_name": row.ending_name,
        "created_at": row.created_at.isoformat(),
    }


def status(row: Scene, request: Request) -> dict[str, Any]:
    """`{"text": {...}, "image": {...}, "video": {...}}` in the words of the pages' status routes. `row` comes from
    `finding.status_of_scene`."""
    return {
        "text": pages.text_status(row),
        "image": _status(row, "image", request),
        "video": _status(row, "video", request),
    }


def version(row: Scene) -> str:
    """What changes whenever `status` does: every job's id and version, and whether its file is still there."""
    told = [_version(job) for job in jobs(row)]
    return "-".join([*told, "written" if row.job is None and row.text else ""])


def jobs(row: Scene) -> list[Job | None]:
    """Of the text, the picture and the film."""
    plates = [finding.plate(row, part) for part in ("image", "video")]
    return [row.job, *(plate.job if plate else None for plate in plates)]


def is_waiting(row: Scene) -> bool:
    """Whether anything of the scene is still to come."""
    return any(public.IN_STORIES[job.status] in IS_COMING for job in jobs(row) if job)


def text_is_coming(row: Scene) -> bool:
    """Whether the words are still to come. A scene that could not be written is no more waited for."""
    return row.job is not None and public.IN_STORIES[row.job.status] in IS_COMING


def address(row: Scene, part: str, request: Request, job: Job) -> dict[str, str]:
    """`{"url": ...}` of a finished picture or film, where a bearer may fetch it."""
    if job.status != "done" or job.asset is None:
        return {}
    found = reverse(f"api-scene-{part}", kwargs={"scene_id": row.id}, request=request)
    return {"url": f"{found}?v={job.asset.sha256[:8]}"}


def _status(row: Scene, part: str, request: Request) -> dict[str, Any]:
    plate: Image | Video | None = finding.plate(row, part)
    if plate is None:
        return dict(pages.NONE)
    actor = finding.actor_of(request)
    if showing.is_waiting(actor, plate):
        return public.waiting(plate.job)
    if not showing.is_shown(actor, plate):
        return dict(pages.NONE)
    return {**public.in_story(plate.job), **address(row, part, request, plate.job)}


def _plate(row: Scene, part: str, request: Request) -> dict[str, Any]:
    """The same with every member, for a form that does not change."""
    known = {"status": "none", "progress": None, "message": None, "url": None}
    said = _status(row, part, request)
    more = {name: said[name] for name in ("waits_for",) if name in said}
    return {**{name: said.get(name, value) for name, value in known.items()}, **more}


def _choice(row: Choice) -> dict[str, Any]:
    led_to = row.led_to  # type: ignore[attr-defined]
    return {
        "id": str(row.id),
        "text": row.text,
        "origin": row.origin,
        "taken": led_to is not None,
        "leads_to": str(led_to) if led_to else None,
    }


def _version(job: Job | None) -> str:
    if job is None:
        return "0"
    outlook = queueing.outlook(job)
    told = f"_{outlook.version}" if outlook != queueing.UNTOLD else ""
    return f"{job.id.hex[:8]}.{job.version}{'f' if job.asset_id else ''}{told}"
