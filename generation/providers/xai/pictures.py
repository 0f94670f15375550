"""Pictures of xAI: made anew, or from up to five others."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from generation.providers.answers import Answer
from generation.providers.contract import Done, Input, Request
from generation.providers.errors import Refused, Rejected
from generation.providers.openai_shape import complaint_of, data_url, read_picture
from generation.providers.wire import Wire
from generation.providers.xai.abilities import INPUT_TYPES, MAX_INPUT_BYTES, most_pictures
from generation.providers.xai.complaints import cost, judge, paid


def draw(wire: Wire, request: Request, seconds: float) -> Done:
    """A picture. With pictures to go by it is an edit: the other address would ignore them."""
    path = "images/edits" if request.inputs else "images/generations"
    return _read(wire.post(path, json=body(request), seconds=seconds), request)


def body(request: Request) -> dict[str, Any]:
    """The purchase. The picture itself is asked for, as its address would be gone after a while."""
    asked: dict[str, Any] = {"model": request.model, "prompt": request.prompt, "response_format": "b64_json"}
    if request.aspect_ratio is not None:
        asked["aspect_ratio"] = request.aspect_ratio
    if request.resolution is not None:
        asked["resolution"] = request.resolution.lower()
    if request.quality is not None:
        asked["quality"] = request.quality
    most = most_pictures(request.model)
    if len(request.inputs) > most:
        raise Rejected(f"{len(request.inputs)} pictures, and this model takes {most} in all", field="inputs")
    images = [
        {"type": "image_url", "url": picture_url(given)}
        for given in sorted(request.inputs, key=lambda given: given.role != "source")
    ]
    if len(images) == 1:
        asked["image"] = images[0]
    elif images:
        asked["images"] = images
    return asked


def picture_url(given: Input) -> str:
    """A picture of the request as a data url: an address would have to be reachable for the provider within seconds."""
    if given.media_type not in INPUT_TYPES:
        raise Rejected(f"a picture of type {given.media_type}: PNG, JPEG and WebP are taken", field="inputs")
    data = given.read()
    if len(data) > MAX_INPUT_BYTES:
        raise Rejected(f"a picture of {len(data)} bytes: at most 10 MiB are taken", field="inputs")
    return data_url(replace(given, data=data))


def _read(answer: Answer, request: Request) -> Done:
    if not answer.is_good:
        raise judge(answer)
    document = answer.json()
    complaint = complaint_of(document)
    if complaint is not None:
        raise judge(None, complaint)
    usage = document.get("usage")
    listed = document.get("data")
    first = listed[0] if isinstance(listed, list) and listed and isinstance(listed[0], Mapping) else {}
    if first.get("respect_moderation") is False:
        raise Refused("the picture was withheld by moderation", billed=paid(usage) is not False)
    packed = first.get("b64_json")
    if isinstance(packed, str) and packed.startswith("data:"):
        document = {**document, "data": [{**first, "b64_json": None, "url": packed}]}
    done = read_picture(answer, request, document=document)
    return replace(
        done,
        media_type=done.media_type or "image/jpeg",
        cost_micros=cost(usage) if isinstance(usage, Mapping) else None,
    )
