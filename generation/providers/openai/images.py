"""Pictures: made from words alone as JSON, or with pictures beside the words as a form."""

from __future__ import annotations

from typing import Any

from generation.providers.bodies import Files
from generation.providers.contract import Done, Request
from generation.providers.errors import Rejected
from generation.providers.openai_shape import judge, read_picture
from generation.providers.wire import Wire

ORDER = ("source", "reference")
"""The first picture is the one that is changed and that the mask belongs to."""


def draw(wire: Wire, request: Request, *, seconds: float) -> Done:
    """One picture, as bytes."""
    refuse_contradictions(request)
    if request.inputs:
        answer = wire.post("images/edits", fields=form(request), files=files(request), seconds=seconds)
    else:
        answer = wire.post("images/generations", json=body(request), seconds=seconds)
    if not answer.is_good:
        raise judge(answer)
    return read_picture(answer, request)


def refuse_contradictions(request: Request) -> None:
    """Raise `Rejected` for values that are good each for itself and not together."""
    form = request.output_format or "png"
    if request.background == "transparent" and form == "jpeg":
        raise Rejected("a transparent background needs png or webp", field="background")
    if request.output_compression is not None and form == "png":
        raise Rejected("png is not compressed with a loss: choose jpeg or webp", field="output_compression")
    masks = [given for given in request.inputs if given.role == "mask"]
    if masks and not any(given.role == "source" for given in request.inputs):
        raise Rejected("a mask needs the picture that it belongs to", field="inputs")
    if any(mask.media_type != "image/png" for mask in masks):
        raise Rejected("a mask must be a PNG", field="inputs")


def body(request: Request) -> dict[str, Any]:
    """The fields that both operations take. Always one picture, and the model's own size where none is asked for."""
    named = {
        "model": request.model,
        "prompt": request.prompt,
        "size": f"{request.width}x{request.height}" if request.width and request.height else None,
        "quality": request.quality,
        "background": request.background,
        "output_format": request.output_format,
        "output_compression": request.output_compression,
        "moderation": request.options.get("moderation"),
    }
    return {name: value for name, value in named.items() if value is not None}


def form(request: Request) -> dict[str, str]:
    """The fields of an edit, as text."""
    named = body(request) | ({"input_fidelity": request.fidelity} if request.fidelity else {})
    return {name: str(value) for name, value in named.items()}


def files(request: Request) -> Files:
    """The pictures in order, then the mask."""
    found: list[tuple[str, tuple[str, bytes, str]]] = []
    for role in ORDER:
        for given in request.inputs:
            if given.role == role:
                name = f"{role}-{len(found) + 1}.{given.media_type.partition('/')[2]}"
                found.append(("image[]", (name, given.read(), given.media_type)))
    found += [
        ("mask", ("mask.png", given.read(), given.media_type)) for given in request.inputs if given.role == "mask"
    ]
    return found
