"""Pictures: made from words alone as JSON, or with pictures beside the words as a form."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from generation.providers.bodies import Files
from generation.providers.compatible import forms
from generation.providers.contract import Done, Link, Request
from generation.providers.openai_shape import judge, read_picture, word
from generation.providers.wire import Wire


def draw(wire: Wire, request: Request, *, seconds: float) -> Done:
    """One picture: as bytes, or at the address that the server names."""
    if request.inputs:
        answer = wire.call(
            "POST", "images/edits", fields=forms.form(body(request)), files=files(request), seconds=seconds
        )
    else:
        answer = wire.post("images/generations", json=body(request), seconds=seconds)
    if not answer.is_good:
        raise judge(answer)
    document = answer.json()
    return read_picture(answer, request, document=document, link=_link(wire, document))


def body(request: Request) -> dict[str, Any]:
    """The fields of either operation. Base64 is asked for: some servers have nothing else, and none less."""
    named = {
        "model": request.model,
        "prompt": request.prompt,
        "size": forms.size(request),
        "quality": request.quality,
        "negative_prompt": request.negative_prompt,
        "num_inference_steps": request.steps,
        "guidance_scale": request.guidance,
        "seed": request.seed,
        "response_format": "b64_json",
    }
    return forms.body(request, named)


def files(request: Request) -> Files:
    """The pictures, the one that is changed first, then the mask. Servers differ over the name of several: a single one is
    `image`, which all of them read."""
    order = {"source": 0, "reference": 1}
    given = sorted((one for one in request.inputs if one.role in order), key=lambda one: order[one.role])
    field = "image" if len(given) == 1 else "image[]"
    found = [
        (field, (f"{one.role}-{number}.{one.media_type.partition('/')[2]}", one.read(), one.media_type))
        for number, one in enumerate(given, 1)
    ]
    return found + [("mask", ("mask.png", one.read(), one.media_type)) for one in request.inputs if one.role == "mask"]


def _link(wire: Wire, document: Mapping[str, Any]) -> Link | None:
    listed = document.get("data")
    first = listed[0] if isinstance(listed, list) and listed and isinstance(listed[0], Mapping) else {}
    url = word(first.get("url"))
    return forms.link_to(wire, url) if url and not url.startswith("data:") and not first.get("b64_json") else None
