"""What the outside may know of a job, in the words it uses. The one place where engine states get public names."""

from __future__ import annotations

from typing import Any

from generation import steps
from generation.jobs import queueing
from generation.jobs.queueing import UNTOLD, Outlook
from generation.models import Job, Status

IN_STORIES: dict[str, str] = {
    Status.WAITING: "pending",
    Status.QUEUED: "pending",
    Status.RUNNING: "generating",
    Status.PARKED: "generating",
    Status.STORED: "generating",
    Status.DONE: "complete",
    Status.FAILED: "failed",
    Status.REFUSED: "failed",
    Status.CANCELLED: "failed",
    Status.UNKNOWN: "failed",
}
COMING = ("pending", "generating")
IN_GENERATE: dict[str, str] = {
    Status.WAITING: "queued",
    Status.QUEUED: "queued",
    Status.RUNNING: "processing",
    Status.PARKED: "processing",
    Status.STORED: "processing",
    Status.DONE: "completed",
    Status.FAILED: "failed",
    Status.REFUSED: "failed",
    Status.CANCELLED: "failed",
    Status.UNKNOWN: "failed",
}


APPROVAL = "approval"
"""The value of `waits_for` where staff look at a result before it is shown."""
LOOKED_AT_FIRST = {
    "image": "A grown-up looks at the picture first. It will be here when they have.",
    "video": "A grown-up looks at the film first. It will be here when they have.",
}


def percent(job: Job) -> int | None:
    """Progress as whole percents, or None where it is not told."""
    return None if job.progress is None else round(job.progress * 100)


def in_story(job: Job) -> dict[str, Any]:
    """`{"status", "progress"?, "message"?}` as the status routes of stories say it, and `{"place"?, "estimate_seconds"?,
    "outlook"?}` while it is under way."""
    said: dict[str, Any] = {"status": IN_STORIES[job.status]}
    if said["status"] == "generating" and job.progress is not None:
        said["progress"] = percent(job)
    if said["status"] == "failed":
        said["message"] = job.message
        return said
    return {**said, **(queueing.outlook(job).said() if said["status"] in COMING else {})}


def waiting(job: Job) -> dict[str, Any]:
    """The same for a finished picture or film that staff look at first: `{"status", "waits_for", "message"}`."""
    if job.status != Status.DONE:
        return in_story(job)
    return {"status": "pending", "waits_for": APPROVAL, "message": LOOKED_AT_FIRST.get(job.kind, "")}


def live(job: Job, *, waits: bool = False) -> dict[str, Any]:
    """What a socket says of a job: the story's words, and what the room's status endpoint adds. `waits` where staff look at
    its result first."""
    step = steps.find(job.step)
    return {
        "job": str(job.id),
        "run": str(job.run_id),
        "kind": job.kind,
        "version": job.version,
        **(waiting(job) if waits else in_story(job)),
        **(step.belongs_to(job) if waits else step.describe(job)),
    }


def for_programs(job: Job, outlook: Outlook = UNTOLD, *, waits: bool = False) -> dict[str, Any]:
    """What `/api/v1/jobs/{id}` says; lists leave the outlook out. `waits` where staff look at its result before it is shown."""
    step = steps.find(job.step)
    return {
        "id": str(job.id),
        "run": str(job.run_id),
        "kind": job.kind,
        "model": job.model.key if job.model else None,
        "asked_model": job.asked_model or None,
        "status": IN_GENERATE[job.status],
        "progress": percent(job),
        "attempt": job.attempt,
        "cost_micros": job.cost_micros,
        "message": job.message or None,
        "created_at": job.created_at.isoformat(),
        "finished_at": job.finished_at.isoformat() if job.finished_at else None,
        **outlook.said(),
        **({**step.belongs_to(job), "waits_for": APPROVAL} if waits else step.describe(job)),
    }
