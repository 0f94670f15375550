"""POST /v1/images/generations and /v1/images/edits: pictures, in base64 or as links of five minutes."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.access import Door, admits
from accounts.idempotency import keep_no_answer
from generation import media, storage
from generation.providers.contract import Kind
from generation.studio.dialects.openai import buying, documents, parameters
from generation.studio.dialects.openai.errors import Unsupported
from generation.studio.dialects.openai.views import OpenAiView, fields_of
from generation.studio.errors import WrongWish
from generation.studio.fields import FIELDS
from generation.studio.models import Piece, Take
from generation.studio.wishes import Brought

FORMS = ("b64_json", "url")
PASSED_ON = ("background", "quality")
"""Other values of these are the model's to take or to refuse."""
UNSAID = {"quality": "standard", "style": "vivid", "output_format": "png", "output_compression": 100}
"""What clients send along by habit, and read: left out where the model has no such field."""
TYPES = {name: field.parse.form["type"] for name, field in FIELDS[Kind.IMAGE].items()} | {
    "stream": "boolean",
    "partial_images": "integer",
}
"""What JSON type a field has, which a form sends as text."""
SOURCES = ("image", "image[]")


@admits(Door.AUTHOR)
class ImageGenerations(OpenAiView):
    """New pictures."""

    @extend_schema(operation_id="openai_images_generate", **documents.IMAGES)
    def post(self, request: Request) -> Response:
        return _made(request, fields_of(request), [])


@admits(Door.AUTHOR)
class ImageEdits(OpenAiView):
    """A picture that is changed as the prompt says. The first that is sent is the one to be changed; others are what it
    should be like."""

    parser_classes = [MultiPartParser]

    @extend_schema(operation_id="openai_images_edit", **documents.EDITS)
    def post(self, request: Request) -> Response:
        files = [file for name in SOURCES for file in request.FILES.getlist(name)]
        if not files:
            raise WrongWish("image is missing: send the picture to be changed as a file.", field="image")
        for name in request.FILES:
            if name not in (*SOURCES, "mask"):
                raise Unsupported(f"{name[:60]} is not taken here: leave it out.", field=name[:60])
        brought = [Brought("reference" if place else "source", file, "image") for place, file in enumerate(files)]
        brought += [Brought("mask", file, "mask") for file in request.FILES.getlist("mask")]
        return _made(request, _typed(request), brought)


def _made(request: Request, given: dict[str, Any], brought: Sequence[Brought]) -> Response:
    form = given.pop("response_format", FORMS[0])
    if form not in FORMS:
        raise Unsupported("response_format is none that is taken here (b64_json, url).", field="response_format")
    told = {
        name: given[name] for name in PASSED_ON if name in given and given[name] not in parameters.OF_PICTURES[name]
    }
    for name in told:
        del given[name]
    parameters.take_out(given, parameters.OF_PICTURES)
    if "file_extension" not in given:
        given.setdefault("output_format", UNSAID["output_format"])
    piece = buying.buy(request, Kind.IMAGE, {**given, **told}, brought=brought, unsaid=UNSAID)
    takes = buying.wait(request, piece)
    if form == "url":
        keep_no_answer(request)  # a link is good for minutes: whoever asks again gets a new one
    return Response(answer(request, piece, takes, form), headers={"x-request-id": str(takes[0].job_id)})


def answer(request: Request, piece: Piece, takes: Sequence[Take], form: str) -> dict[str, Any]:
    """The pictures in the client's form; fewer than were asked for where some could not be made."""
    first = takes[0].job.asset
    assert first is not None
    said: dict[str, Any] = {
        "created": int(piece.created_at.timestamp()),
        "data": [_picture(request, take, form) for take in takes],
        "output_format": first.media_type.removeprefix("image/"),
        "size": f"{first.width}x{first.height}",
    }
    counted = [take.job.result.get("usage") or {} for take in takes]
    if not takes[0].job.request.get("inputs") and all(
        "input_tokens" in one and "output_tokens" in one for one in counted
    ):
        went_in = sum(int(one["input_tokens"]) for one in counted)
        came_out = sum(int(one["output_tokens"]) for one in counted)
        said["usage"] = {
            "input_tokens": went_in,
            "input_tokens_details": {"text_tokens": went_in, "image_tokens": 0},
            "output_tokens": came_out,
            "total_tokens": went_in + came_out,
        }
    return said


def _picture(request: Request, take: Take, form: str) -> dict[str, Any]:
    asset = take.job.asset
    assert asset is not None
    if form == "url":
        said = {"url": request.build_absolute_uri(media.link(asset))}
    else:
        said = {"b64_json": base64.b64encode(storage.read(asset.storage_name)).decode()}
    revised = take.job.result.get("prompt")
    return {**said, "revised_prompt": revised} if revised else said


def _typed(request: Request) -> dict[str, Any]:
    """The fields of a form, with numbers and truths as JSON has them."""
    given: dict[str, Any] = {}
    for name in request.POST:
        value = str(request.POST[name])
        if name in SOURCES or name == "mask":
            raise WrongWish(f"{name} must be sent as a file.", field=name)
        if TYPES.get(name) in ("integer", "number"):
            given[name] = _number(name, value)
        elif TYPES.get(name) == "boolean":
            given[name] = {"true": True, "false": False}.get(value.lower(), value)
        else:
            given[name] = value
    return given


def _number(name: str, value: str) -> int | float:
    try:
        return int(value) if value.lstrip("-").isdecimal() else float(value)
    except ValueError:
        raise WrongWish(f"{name[:60]} must be a number.", field=name[:60]) from None
