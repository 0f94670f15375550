"""Pictures of OpenRouter: at the images endpoint, or in a conversation for models that are only there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from generation.providers.answers import Answer
from generation.providers.contract import Done, Input, Link, Request
from generation.providers.errors import Damaged, Refused
from generation.providers.openai_shape import complaint_of, data_url, read_data_url, read_picture, usage_of
from generation.providers.openrouter.abilities import modalities, speaks_in_chat
from generation.providers.openrouter.complaints import cost, judge, judge_inside, paid
from generation.providers.wire import Wire

FIELDS = ("resolution", "aspect_ratio", "quality", "output_format", "background", "output_compression", "seed")
CHAT_SIZES = {"512": "0.5K"}
"""The conversation's own name of a tier."""


def draw(wire: Wire, request: Request, seconds: float) -> Done:
    """A picture, or a change of one."""
    if speaks_in_chat(request.options):
        return _read_chat(wire.post("chat/completions", json=chat_body(request), seconds=seconds), request)
    return _read(wire.post("images", json=body(request), seconds=seconds), request)


def body(request: Request) -> dict[str, Any]:
    """The purchase at the images endpoint. Steps and guidance are the maker's own, so they go below its name."""
    asked: dict[str, Any] = {"model": request.model, "prompt": request.prompt}
    asked |= {name: getattr(request, name) for name in FIELDS if getattr(request, name) is not None}
    if request.inputs:
        asked["input_references"] = [part(given) for given in _in_order(request)]
    own = {name: getattr(request, name) for name in ("steps", "guidance") if getattr(request, name) is not None}
    routing = dict(request.options.get("provider") or {})
    if own:
        maker = request.model.partition("/")[0]
        routing["options"] = {**(routing.get("options") or {}), maker: own}
    if routing:
        asked["provider"] = routing
    return asked


def chat_body(request: Request) -> dict[str, Any]:
    """The same purchase in a conversation."""
    said: Any = request.prompt
    if request.inputs:
        said = [{"type": "text", "text": request.prompt}, *(part(given) for given in _in_order(request))]
    asked: dict[str, Any] = {
        "model": request.model,
        "messages": [{"role": "user", "content": said}],
        "modalities": modalities(request.model, request.options),
    }
    shape = {"aspect_ratio": request.aspect_ratio, "image_size": request.resolution}
    shape = {name: CHAT_SIZES.get(value, value) for name, value in shape.items() if value is not None}
    if shape:
        asked["image_config"] = shape
    if request.seed is not None:
        asked["seed"] = request.seed
    if request.options.get("provider"):
        asked["provider"] = dict(request.options["provider"])
    return asked


def part(given: Input) -> dict[str, Any]:
    """A picture of the request as a part of a body."""
    return {"type": "image_url", "image_url": {"url": data_url(given)}}


def _in_order(request: Request) -> list[Input]:
    """What is to be changed first, then what it must resemble."""
    return sorted(request.inputs, key=lambda given: given.role != "source")


def _read(answer: Answer, request: Request) -> Done:
    document = _good(answer)
    usage = _mapping(document.get("usage"))
    if document.get("data") == []:
        raise Refused("no picture was made, and no reason was told", billed=paid(usage))
    done = read_picture(answer, request, document=document)
    return replace(done, cost_micros=cost(usage))


def _read_chat(answer: Answer, request: Request) -> Done:
    document = _good(answer)
    usage = _mapping(document.get("usage"))
    choices = document.get("choices")
    choice = _mapping(choices[0]) if isinstance(choices, list) and choices else {}
    message = _mapping(choice.get("message"))
    images = message.get("images")
    image = _mapping(images[0]) if isinstance(images, list) and images else {}
    url = _mapping(image.get("image_url")).get("url")
    if not isinstance(url, str) or not url:
        said = str(message.get("refusal") or message.get("content") or "nothing")[:300]
        if choice.get("finish_reason") in ("stop", "content_filter"):
            raise Refused(f"words in place of a picture: {said}", billed=paid(usage))
        raise Damaged(f"no picture in the answer: {said}", billed=paid(usage))
    media_type, data = read_data_url(url) if url.startswith("data:") else ("", None)
    return Done(
        data=data,
        link=None if data is not None else Link(url),
        media_type=media_type,
        model=str(document.get("model") or request.model),
        cost_micros=cost(usage),
        usage=usage_of(usage),
        request_id=str(document.get("id") or ""),
    )


def _good(answer: Answer) -> dict[str, Any]:
    if not answer.is_good:
        raise judge(answer)
    document = answer.json()
    complaint = complaint_of(document)
    if complaint is not None:
        if paid(document.get("usage")):
            raise Damaged(f"an error that was charged: {complaint.message}", billed=True)
        raise judge_inside(answer, complaint)
    return document


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
