"""Films of xAI: taken in as a request and asked after."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from generation.providers.contract import Done, Handle, Link, Pending, Request
from generation.providers.errors import Damaged, Lost, Refused
from generation.providers.fitting import frames_alone
from generation.providers.openai_shape import complaint_of
from generation.providers.wire import Wire
from generation.providers.xai.complaints import cost, is_policy, judge, paid
from generation.providers.xai.pictures import picture_url

FRAMES = {"first_frame": "image", "last_frame": "last_frame"}
POLL_EVERY_SECONDS = 5.0
FIELDS = {"aspect_ratio": "aspect_ratio", "resolution": "resolution", "audio": "generate_audio"}


def body(request: Request) -> dict[str, Any]:
    """The purchase. Reference pictures beside a frame would be ignored, so they stay here (see `frames_alone`)."""
    asked: dict[str, Any] = {"model": request.model, "prompt": request.prompt}
    if request.seconds is not None:
        asked["duration"] = round(request.seconds)
    asked |= {theirs: getattr(request, ours) for ours, theirs in FIELDS.items() if getattr(request, ours) is not None}
    frames = {FRAMES[given.role]: {"url": picture_url(given)} for given in request.inputs if given.role in FRAMES}
    references = [given for given in request.inputs if given.role == "reference"]
    if frames:
        return asked | frames
    if references:
        asked["reference_images"] = [{"url": picture_url(given)} for given in references]
    return asked


def submit(wire: Wire, request: Request, seconds: float) -> Pending:
    """Send the purchase; answered with an id."""
    answer = wire.post("videos/generations", json=body(request), seconds=seconds)
    if not answer.is_good:
        raise judge(answer)
    document = answer.json()
    complaint = complaint_of(document)
    if complaint is not None:
        raise judge(None, complaint)
    name = document.get("request_id")
    if not isinstance(name, str) or not name:
        raise Damaged(f"a film without an id: {answer.told()}")
    return Pending(name, check_after_seconds=POLL_EVERY_SECONDS)


def poll(wire: Wire, handle: Handle, seconds: float) -> Done | Pending:
    """Ask after a film. What is no end by its own words goes on: 202, no status, a status that nobody knows."""
    answer = wire.get(f"videos/{quote(handle.id, safe='')}", seconds=seconds)
    if answer.status in (404, 410):
        raise Lost(f"the film {handle.id} is not known: {answer.told()}")
    if not answer.is_good:
        raise judge(answer)
    document = answer.rough_json() if answer.status == 202 else answer.json()
    status, usage = document.get("status"), document.get("usage")
    video = document.get("video")
    video = video if isinstance(video, Mapping) else {}
    url = video.get("url")
    if video.get("respect_moderation") is False:
        raise Refused(f"the film {handle.id} was withheld by moderation", billed=paid(usage) is not False)
    if isinstance(url, str) and url:
        return _done(url, video, document, handle)
    if status == "done":
        raise Damaged(f"the film {handle.id} is done and has no address", billed=paid(usage))
    if status == "failed":
        raise _failed(document, handle)
    if status == "expired":
        raise Lost(f"the film {handle.id} has expired", billed=paid(usage))
    return Pending(handle.id, progress=_share(document.get("progress")), check_after_seconds=POLL_EVERY_SECONDS)


def _done(url: str, video: Mapping[str, Any], document: Mapping[str, Any], handle: Handle) -> Done:
    usage, seconds = document.get("usage"), video.get("duration")
    return Done(
        link=Link(url),
        media_type="video/mp4",
        model=str(document.get("model") or handle.request.model),
        seconds=float(seconds) if isinstance(seconds, (int, float)) and not isinstance(seconds, bool) else None,
        cost_micros=cost(usage) if isinstance(usage, Mapping) else None,
        adjusted=frames_alone(handle.request),
        request_id=handle.id,
    )


def _failed(document: Mapping[str, Any], handle: Handle) -> Damaged | Refused:
    told = complaint_of(document)
    said = f"{told.code}: {told.message}" if told is not None else "no reason was told"
    error = Refused if told is not None and is_policy(said) else Damaged
    return error(f"the film {handle.id} failed: {said}", billed=paid(document.get("usage")))


def _share(progress: Any) -> float | None:
    if isinstance(progress, bool) or not isinstance(progress, (int, float)):
        return None
    return min(max(progress / 100, 0.0), 1.0)
