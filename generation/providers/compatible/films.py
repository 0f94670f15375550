"""Film by `/videos`, the form that OpenAI had and that servers keep: a form in, a job out, the film at `/content`."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import quote

from generation.providers.answers import Answer
from generation.providers.bodies import Files
from generation.providers.compatible import forms
from generation.providers.contract import Done, Handle, Link, Pending, Request
from generation.providers.errors import Damaged, Lost, ProviderError, Refused
from generation.providers.openai_shape import Complaint, complaint_of, decoded, judge, told_inside, word
from generation.providers.openai_shape.complaints import POLICY_CODES
from generation.providers.wire import Wire

USUAL_WAIT_SECONDS = 2.0
GONE = {"cancelled", "canceled", "expired", "deleted"}


def submit(wire: Wire, request: Request, *, seconds: float) -> Done | Pending:
    """Give the film in work. Always as a form: some servers take nothing else."""
    answer = wire.post("videos", fields=fields(request), files=files(request), multipart=True, seconds=seconds)
    if not answer.is_good:
        raise judge(answer)
    if answer.media_type.startswith("video/"):
        return Done(data=answer.body, media_type=answer.media_type, model=request.model)
    return _read(wire, answer, request, "")


def check(wire: Wire, handle: Handle, *, seconds: float) -> Done | Pending:
    """How the film stands. `Lost` where the server does not know it."""
    answer = wire.get(f"videos/{quote(handle.id, safe='')}", seconds=seconds)
    if answer.status in (404, 410):
        raise Lost(f"{answer.status}: {answer.told()}")
    if not answer.is_good:
        raise judge(answer)
    return _read(wire, answer, handle.request, handle.id)


def cancel(wire: Wire, handle: Handle, *, seconds: float) -> None:
    """Have the film deleted. Nothing is wrong where it is gone, or where the server cannot."""
    answer = wire.call("DELETE", f"videos/{quote(handle.id, safe='')}", seconds=seconds)
    if not answer.is_good and answer.status not in (404, 405, 410, 501):
        raise judge(answer)


def fields(request: Request) -> dict[str, str]:
    named = {
        "model": request.model,
        "prompt": request.prompt,
        "seconds": f"{request.seconds:g}" if request.seconds is not None else None,
        "size": forms.size(request),
        "negative_prompt": request.negative_prompt,
        "num_inference_steps": request.steps,
        "guidance_scale": request.guidance,
        "seed": request.seed,
    }
    return forms.form(forms.body(request, named))


def files(request: Request) -> Files:
    return [
        ("input_reference", (f"first-frame.{given.media_type.partition('/')[2]}", given.read(), given.media_type))
        for given in request.inputs
        if given.role == "first_frame"
    ]


def _read(wire: Wire, answer: Answer, request: Request, id: str) -> Done | Pending:
    document = answer.json()
    id = id or word(document.get("id"))
    status = word(document.get("status")).lower()
    if status == "failed":
        raise _failure(document, answer.scrub)
    if status in GONE:
        raise Lost(f"the film is {status}")
    if status == "completed":
        return _done(wire, document, request, id)
    if not id:
        complaint = complaint_of(document)
        if complaint is not None:
            raise told_inside(complaint, judge, answer.scrub)
        raise Damaged(f"a film without an id: {answer.told()}")
    progress = document.get("progress")
    return Pending(
        id,
        progress=min(max(progress / 100, 0.0), 1.0) if isinstance(progress, (int, float)) else None,
        check_after_seconds=_wait(answer.headers.get("openai-poll-after-ms", "")),
    )


def _done(wire: Wire, document: Mapping[str, Any], request: Request, id: str) -> Done:
    listed = document.get("data")
    first = listed[0] if isinstance(listed, list) and listed and isinstance(listed[0], Mapping) else document
    data: bytes | None = None
    link: Link | None = None
    if packed := word(first.get("b64_json")):
        data = decoded(packed)
    elif url := word(first.get("url")):
        link = forms.link_to(wire, url)
    elif id:
        link = forms.link_to(wire, wire.address(f"videos/{quote(id, safe='')}/content"))
    else:
        raise Damaged("a finished film without an id")
    size = re.fullmatch(r"(\d+)x(\d+)", word(document.get("size")))
    return Done(
        data=data,
        link=link,
        media_type="video/mp4",
        model=word(document.get("model")) or request.model,
        width=int(size[1]) if size else None,
        height=int(size[2]) if size else None,
        seconds=_seconds(document.get("seconds")),
        request_id=id,
    )


def _failure(document: Mapping[str, Any], scrub: Callable[[str], str]) -> ProviderError:
    told = complaint_of(document) or Complaint("the film failed, and nothing was said about it")
    if {told.code, told.type} & POLICY_CODES:
        return Refused(scrub(told.message), billed=False)
    return Damaged(scrub(f"{told.code}: {told.message}".removeprefix(": ")), billed=False)


def _wait(milliseconds: str) -> float:
    try:
        return min(max(float(milliseconds) / 1000, 0.05), 60.0)
    except ValueError:
        return USUAL_WAIT_SECONDS


def _seconds(value: Any) -> float | None:
    try:
        return float(value) if isinstance(value, (str, int, float)) else None
    except ValueError:
        return None
