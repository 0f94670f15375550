"""Films of OpenRouter: taken in as a job and asked after."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from generation.providers.contract import Done, Handle, Link, Pending, Request
from generation.providers.errors import Damaged, Lost, Refused, Transient
from generation.providers.fitting import frames_alone
from generation.providers.openai_shape import complaint_of
from generation.providers.openrouter.complaints import cost, is_policy, judge, judge_inside, paid
from generation.providers.openrouter.pictures import part
from generation.providers.wire import Wire

FRAMES = ("first_frame", "last_frame")
POLL_EVERY_SECONDS = 15.0
FIELDS = {"resolution": "resolution", "aspect_ratio": "aspect_ratio", "audio": "generate_audio", "seed": "seed"}


def body(request: Request) -> dict[str, Any]:
    """The purchase. Reference pictures beside a frame would be ignored, so they stay here (see `frames_alone`)."""
    asked: dict[str, Any] = {"model": request.model, "prompt": request.prompt}
    if request.seconds is not None:
        asked["duration"] = round(request.seconds)
    asked |= {theirs: getattr(request, ours) for ours, theirs in FIELDS.items() if getattr(request, ours) is not None}
    frames = [{**part(given), "frame_type": given.role} for given in request.inputs if given.role in FRAMES]
    if frames:
        asked["frame_images"] = frames
    else:
        references = [part(given) for given in request.inputs if given.role == "reference"]
        if references:
            asked["input_references"] = references
    own = (request.options.get("provider") or {}).get("options")
    if own:
        asked["provider"] = {"options": own}
    return asked


def submit(wire: Wire, request: Request, seconds: float) -> Done | Pending:
    """Send the purchase; answered 202 with an id."""
    answer = wire.post("videos", json=body(request), seconds=seconds)
    if not answer.is_good:
        raise judge(answer)
    document = answer.json()
    name, poll_url = document.get("id"), document.get("polling_url")
    if not isinstance(name, str) or not name:
        complaint = complaint_of(document)
        if complaint is not None:
            raise judge_inside(answer, complaint)
        raise Damaged(f"a film without an id: {answer.told()}")
    poll_url = poll_url if isinstance(poll_url, str) else ""
    if poll_url and not _own(wire, poll_url):
        raise Damaged(f"the film {name} is to be asked after at {poll_url}, which must not get the key")
    return _read(wire, document, Handle(name, poll_url, request))


def poll(wire: Wire, handle: Handle, seconds: float) -> Done | Pending:
    """Ask after a film."""
    answer = wire.get(handle.poll_url or _path(handle), seconds=seconds)
    if answer.status in (404, 410):
        raise Lost(f"the film {handle.id} is not known: {answer.told()}")
    if not answer.is_good:
        raise judge(answer)
    document = answer.json()
    if not isinstance(document.get("status"), str):
        raise Transient(f"no status was told: {answer.told()}")
    return _read(wire, document, handle)


def _read(wire: Wire, document: Mapping[str, Any], handle: Handle) -> Done | Pending:
    """What a status means. The list of them is open: a word that is not known means that it goes on."""
    status, usage = document.get("status"), document.get("usage")
    reason = str(document.get("error") or "no reason was told")
    if status == "completed":
        return Done(
            link=_link(wire, document, handle),
            media_type="video/mp4",
            model=str(document.get("model") or handle.request.model),
            cost_micros=cost(usage) if isinstance(usage, Mapping) else None,
            adjusted=frames_alone(handle.request),
            request_id=str(document.get("generation_id") or handle.id),
        )
    if status == "failed" and is_policy(reason):
        raise Refused(f"the film {handle.id} was refused: {reason}", billed=paid(usage))
    if status in ("failed", "cancelled"):
        raise Damaged(f"the film {handle.id} ended as {status}: {reason}", billed=paid(usage))
    if status == "expired":
        raise Lost(f"the film {handle.id} has expired: {reason}", billed=paid(usage))
    return Pending(handle.id, handle.poll_url, check_after_seconds=POLL_EVERY_SECONDS)


def _link(wire: Wire, document: Mapping[str, Any], handle: Handle) -> Link:
    """Where the film lies. A signed address carries its own permission; an unsigned one needs the key and so must lie on a
    host that may have it, else the film is fetched where the provider always has it."""
    signed, unsigned = _first(document.get("urls")), _own(wire, _first(document.get("unsigned_urls")))
    if signed:
        return Link(signed)
    return Link(unsigned or wire.address(f"{_path(handle)}/content?index=0"), with_key=True)


def _own(wire: Wire, url: str) -> str:
    """`url`, whole, if its host may have the key; else nothing."""
    if url and "://" not in url and not url.startswith("//"):
        return wire.address(url)
    return url if url and wire.may_have_key(url) else ""


def _path(handle: Handle) -> str:
    return f"videos/{quote(handle.id, safe='')}"


def _first(urls: Any) -> str:
    return next((url for url in urls if isinstance(url, str) and url), "") if isinstance(urls, list) else ""
