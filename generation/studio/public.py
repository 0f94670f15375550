"""What the outside may know of a piece and its takes."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

from generation.jobs import queueing
from generation.jobs.public import IN_GENERATE, percent
from generation.models import Job, Status
from generation.studio.models import Piece, Take

URL_OF = {"image": "image_url", "edit": "image_url", "video": "video_url", "speech": "audio_url"}


def file_path(job: Job) -> str | None:
    """The stable path of what a finished job made; access is checked there each time. None where there is none (yet)."""
    if job.asset_id is None or job.status != Status.DONE:
        return None
    return reverse("api-asset-file", kwargs={"asset_id": job.asset_id})


def result_of(job: Job) -> dict[str, Any]:
    """`{"text"}`, `{"image_url"}`, `{"video_url"}` or `{"audio_url"}` of a finished job, and `{"text"}` so far of one that is
    being written."""
    if job.kind == "text":
        if job.status == Status.DONE:
            return {"text": job.result.get("text") or ""}
        return {"text": job.partial} if job.partial and job.status == Status.RUNNING else {}
    path = file_path(job)
    return {URL_OF[job.kind]: path} if path is not None and job.kind in URL_OF else {}


def marks_of(job: Job) -> dict[str, Any]:
    """`{"preview": true}` of a preview, `{"reused": true, "reused_from"}` of what was made earlier and is shown again."""
    reused = {"reused": True, "reused_from": str(job.reused_from)} if job.reused_from is not None else {}
    return {**({"preview": True} if job.is_preview else {}), **reused}


def take(found: Take) -> dict[str, Any]:
    """A take with its job (loaded with model and asset)."""
    job = found.job
    used = job.result.get("seed")
    said: dict[str, Any] = {
        "id": str(found.id),
        "job": str(job.id),
        "number": found.number,
        "verb": found.verb,
        "status": IN_GENERATE[job.status],
        "progress": percent(job),
        "model": job.model.key if job.model else None,
        "provider": job.provider,
        "seed": job.request.get("seed") if used is None else used,
        "cost_micros": job.cost_micros,
        **queueing.outlook(job).said(),
        **marks_of(job),
        **result_of(job),
    }
    if found.instruction:
        said["instruction"] = found.instruction
    if said["status"] == "failed":
        said["message"] = job.message
    if job.result.get("adjusted"):
        said["adjusted"] = {name: {"asked": was, "used": used} for name, (was, used) in job.result["adjusted"].items()}
    return said


def takes_of(piece: Piece) -> list[Take]:
    """The piece's takes in order, with what `take` asks for."""
    return list(
        Take.objects.filter(piece=piece).select_related("job__model", "job__asset", "job__run").order_by("number")
    )


def overall(takes: list[Take]) -> str:
    """One word for a piece: completed as soon as something is there, failed only where everything is."""
    states = {IN_GENERATE[one.job.status] for one in takes}
    for word in ("processing", "queued"):
        if word in states:
            return word
    return "completed" if "completed" in states else "failed"
