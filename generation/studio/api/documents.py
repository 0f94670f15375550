"""What the OpenAPI document says of the direct routes: keyword arguments of `extend_schema`, one set a route."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiResponse
from rest_framework import serializers

from accounts import idempotency
from accounts.openapi import MEANINGS, NOT_BLANK, Problem, problems
from generation.providers.contract import Kind
from generation.studio import fields
from generation.studio.api import wanted
from generation.studio.narrative import MAX_SCENES

STATES = ("queued", "processing", "completed", "failed")
GENERATE, COMPATIBLE, UPLOADS = ["Generate"], ["Compatible routes"], ["Uploads"]
BUYS = (400, 402, 404, 409, 413, 415, 422, 503)
HERE = {
    410: "It was answered once and not kept.",
    422: "Its content was refused. Say it in other words.",
    500: "Something broke on our side.",
    501: "The model, or its provider, does not do that.",
    502: "The provider, or the storage, failed. The sentence says whether anything was charged.",
}
PREFER = OpenApiParameter(
    "Prefer", str, OpenApiParameter.HEADER,
    description="`respond-async`: answer with 202 at once. `wait=10`: wait that many seconds at most (RFC 7240).",
)  # fmt: skip
TEXT_FIELD = {"type": "string", "maxLength": fields.MAX_TEXT}
SAID = {**TEXT_FIELD, "pattern": NOT_BLANK}
PICTURE = {
    "type": "string",
    "description": "A data address, an https address, or the id or address of a picture of yours.",
}


def more(*codes: int) -> dict[int, OpenApiResponse]:
    """Errors of an operation, with those that only these routes have."""
    known = problems(*(code for code in codes if code in MEANINGS))
    return known | {code: OpenApiResponse(Problem, description=HERE[code]) for code in codes if code in HERE}


def _schema_of(name: str, field: fields.Field) -> dict[str, Any]:
    """A field in JSON schema."""
    told = {} if name == field.name else {"description": f"The same as {field.name}."}
    return {**field.parse.form, **told}


def fields_of(kind: Kind) -> dict[str, Any]:
    return {name: _schema_of(name, field) for name, field in fields.FIELDS[kind].items()}


def body(properties: dict[str, Any], **rules: Any) -> dict[str, Any]:
    return {"application/json": _object(properties, **rules)}


def _object(properties: dict[str, Any], **rules: Any) -> dict[str, Any]:
    """An object of these fields alone. Where one is null it was not said, if it need not be."""
    told = {
        name: schema if name in rules.get("required", ()) or "type" not in schema else _or_null(schema)
        for name, schema in properties.items()
    }
    return {"type": "object", "properties": told, **rules, "additionalProperties": False}


def _or_null(schema: dict[str, Any]) -> dict[str, Any]:
    return {**schema, "nullable": True, **({"enum": [*schema["enum"], None]} if "enum" in schema else {})}


def _generated(kind: Kind, *pictures: str) -> dict[str, Any]:
    many = {"reference_images": {"type": "array", "items": PICTURE}} if "reference_images" in pictures else {}
    return body(
        {
            **fields_of(kind),
            **{name: PICTURE for name in pictures if name != "reference_images"},
            **many,
            "prompt": SAID,
        },
        required=["prompt"],
    )


def _compatible(kind: Kind, extra: dict[str, Any], *pictures: str, **rules: Any) -> dict[str, Any]:
    inner = {name: schema for name, schema in fields_of(kind).items() if name != "prompt"}
    inner |= dict.fromkeys(pictures, PICTURE) | {"reference_images": {"type": "array", "items": PICTURE}}
    inner |= {name: {"type": "number", "minimum": low, "maximum": high} for name, (low, high) in wanted.POLLS.items()}
    settings = _object({str(kind): _object(inner)})
    reference = {"type": "string", "maxLength": wanted.REFERENCE_LENGTH, "description": "Your own; given back."}
    return body(
        {
            "prompt": SAID, "settings": settings,
            "save_to_db": {
                "type": "boolean", "default": True,
                "description": "false: the answer holds the thing as a data address, and nothing is kept.",
            },
            "session_id": reference, "message_id": reference,
            "customer_id": {"description": "Ignored: the tenant is the token's."}, **extra,
        },
        **rules,
    )  # fmt: skip


SCENE = _object(
    {
        "description": SAID, "seconds": {"type": "number", "minimum": 0.1, "maximum": 3600},
        "instructions": TEXT_FIELD, "image_url": PICTURE,
    },
    required=["description"],
)  # fmt: skip


class Marks(serializers.Serializer[Any]):
    place = serializers.IntegerField(
        required=False, min_value=1, help_text="In the queue: 1 is next, 51 stands for all from there."
    )
    estimate_seconds = serializers.IntegerField(required=False, min_value=0, help_text="About how long it still takes.")
    outlook = serializers.CharField(required=False, help_text="Both in words.")
    preview = serializers.BooleanField(required=False, help_text="Made small, and marked as a preview.")
    reused = serializers.BooleanField(required=False, help_text="Made earlier and shown again: nothing was charged.")
    reused_from = serializers.UUIDField(required=False, help_text="The job that made it.")


class TakeShape(Marks):
    """One purchase of a piece."""

    id = serializers.UUIDField()
    job = serializers.UUIDField()
    number = serializers.IntegerField(help_text="Counts from 1.")
    verb = serializers.ChoiceField(["made", "again", "edited", "final"])
    status = serializers.ChoiceField(STATES)
    progress = serializers.IntegerField(allow_null=True, help_text="Whole percents; null where nobody tells.")
    model = serializers.CharField(allow_null=True)
    provider = serializers.CharField()
    seed = serializers.IntegerField(allow_null=True)
    cost_micros = serializers.IntegerField(allow_null=True)
    image_url = serializers.URLField(required=False)
    video_url = serializers.URLField(required=False)
    text = serializers.CharField(required=False)
    instruction = serializers.CharField(required=False)
    message = serializers.CharField(required=False)
    adjusted = serializers.DictField(required=False, help_text="What the model could not take as asked: {asked, used}.")


class PieceShape(Marks):
    """A text, a picture or a film, and how far it is."""

    id = serializers.UUIDField()
    status = serializers.ChoiceField(STATES)
    progress = serializers.IntegerField(allow_null=True)
    image_url = serializers.URLField(required=False)
    image_urls = serializers.ListField(
        child=serializers.URLField(), required=False, help_text="Where there are several."
    )
    video_url = serializers.URLField(required=False)
    video_urls = serializers.ListField(child=serializers.URLField(), required=False)
    text = serializers.CharField(required=False, help_text="So far, while it is written.")
    model = serializers.CharField(allow_null=True)
    asked_model = serializers.CharField(required=False, help_text="The name that was asked for.")
    adjusted = serializers.DictField(required=False)
    message = serializers.CharField(required=False, help_text="Why it failed.")
    cost_micros = serializers.IntegerField(allow_null=True)
    takes = TakeShape(many=True)
    job = serializers.UUIDField(required=False, help_text="Of what was just asked for.")


class TextAnswer(Marks):
    id = serializers.UUIDField()
    status = serializers.ChoiceField(["completed"])
    text = serializers.CharField(allow_blank=True)
    model = serializers.CharField(allow_null=True)
    asked_model = serializers.CharField(required=False)
    adjusted = serializers.DictField(required=False)
    usage = serializers.DictField(child=serializers.IntegerField(), required=False)
    is_cut = serializers.BooleanField(required=False, help_text="A limit of length ended it.")
    cost_micros = serializers.IntegerField(allow_null=True)


class MadeShape(Marks):
    id = serializers.UUIDField()
    status = serializers.ChoiceField(STATES)
    image_url = serializers.CharField(required=False, help_text="An address, or the picture itself as a data address.")
    image_urls = serializers.ListField(child=serializers.CharField(), required=False)
    video_url = serializers.CharField(required=False)
    video_urls = serializers.ListField(child=serializers.CharField(), required=False)
    provider = serializers.CharField()
    model = serializers.CharField(allow_null=True)
    asked_model = serializers.CharField(required=False)
    adjusted = serializers.DictField(required=False)
    duration = serializers.FloatField(required=False, help_text="In seconds.")
    settings = serializers.DictField(help_text="What was asked for; of a timeline, the narrative that was sent.")
    cost_micros = serializers.IntegerField(allow_null=True)
    session_id = serializers.CharField(required=False)
    message_id = serializers.CharField(required=False)
    progress = serializers.IntegerField(required=False, allow_null=True)
    job = serializers.UUIDField(required=False)
    status_url = serializers.URLField(required=False)


class Envelope(serializers.Serializer[Any]):
    success = serializers.BooleanField(help_text="Always true.")
    data = MadeShape()  # type: ignore[assignment]  # a field's name, which DRF takes out of the class
    error = serializers.CharField(allow_null=True, help_text="Always null.")
    code = serializers.IntegerField(help_text="The HTTP status.")


class UploadShape(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    media_type = serializers.CharField()
    width = serializers.IntegerField()
    height = serializers.IntegerField()
    size_bytes = serializers.IntegerField()
    url = serializers.URLField(help_text="Opens for five minutes, without signing in.")
    created_at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField()


class UploadPage(serializers.Serializer[Any]):
    items = UploadShape(many=True)
    next = serializers.URLField(allow_null=True, help_text="Always null: all of them stand here.")
    previous = serializers.URLField(allow_null=True)


def _for_example(**fields: Any) -> list[OpenApiExample]:
    return [OpenApiExample("A first try", fields, request_only=True)]


ACCEPTED = OpenApiResponse(PieceShape, description="It is under way: Location says where to look, Retry-After when.")
TEXT: dict[str, Any] = {
    "examples": _for_example(prompt="One sentence about a brass key."),
    "operation_id": "generate_text", "tags": GENERATE, "summary": "Make a text and wait for it",
    "parameters": [idempotency.PARAMETER, PREFER], "request": _generated(Kind.TEXT),
    "responses": {200: TextAnswer, 202: ACCEPTED, **more(*BUYS, 422, 500, 501, 502)},
}  # fmt: skip
IMAGE: dict[str, Any] = {
    "examples": _for_example(prompt="A lighthouse at dawn", n=2),
    "operation_id": "generate_image", "tags": GENERATE, "summary": "Make pictures, or change one",
    "parameters": [idempotency.PARAMETER],
    "request": _generated(Kind.IMAGE, "image_url", "mask", "reference_images"),
    "responses": {202: ACCEPTED, **more(*BUYS, 501)},
}  # fmt: skip
VIDEO: dict[str, Any] = {
    "examples": _for_example(prompt="A ferry leaves the quay", duration=4),
    "operation_id": "generate_video", "tags": GENERATE, "summary": "Make films",
    "parameters": [idempotency.PARAMETER],
    "request": _generated(Kind.VIDEO, "input_image_url", "last_frame", "mask", "reference_images"),
    "responses": {202: ACCEPTED, **more(*BUYS, 501)},
}  # fmt: skip
STATUS: dict[str, Any] = {
    "operation_id": "generate_status", "tags": GENERATE, "summary": "How far a text, picture or film is",
    "description": "Made for being asked often: send the ETag back as If-None-Match, and wait as Retry-After says.",
    "parameters": [
        OpenApiParameter("kind", str, OpenApiParameter.PATH, enum=["text", "image", "video"]),
        OpenApiParameter("If-None-Match", str, OpenApiParameter.HEADER, description="The last ETag."),
    ],
    "responses": {200: PieceShape, 304: OpenApiResponse(description="Nothing has changed since."), **problems(404)},
}  # fmt: skip
_WAITS = {
    200: Envelope, 202: OpenApiResponse(Envelope, description="Not over in time; status_url says how far it is."),
    **more(*BUYS, 410, 500, 501, 502),
}  # fmt: skip
COMPATIBLE_IMAGE: dict[str, Any] = {
    "examples": _for_example(prompt="A lighthouse at dawn", settings={"image": {"aspect_ratio": "16:9"}}),
    "operation_id": "image_generate", "tags": COMPATIBLE, "summary": "Make or change a picture and wait for it",
    "parameters": [idempotency.PARAMETER, PREFER],
    "request": _compatible(Kind.IMAGE, {"image_url": PICTURE}, "mask", required=["prompt"]), "responses": _WAITS,
}  # fmt: skip
COMPATIBLE_VIDEO: dict[str, Any] = {
    "examples": _for_example(prompt="A ferry leaves the quay", settings={"video": {"duration_seconds": 4}}),
    "operation_id": "video_generate", "tags": COMPATIBLE, "summary": "Make a film and wait for it",
    "parameters": [idempotency.PARAMETER, PREFER],
    "request": _compatible(
        Kind.VIDEO,
        {
            "input_image_url": PICTURE, "mode": {"type": "string", "enum": list(wanted.MODES), "default": "single"},
            "scenes": {"type": "array", "minItems": 1, "maxItems": MAX_SCENES, "items": SCENE},
            "details": TEXT_FIELD, "instructions": TEXT_FIELD,
        },
        "last_frame", "mask",
    ),
    "responses": _WAITS,
}  # fmt: skip
UPLOADED: dict[str, dict[str, Any]] = {
    "data_url": {"type": "string", "description": "The picture as a data address."},
    "url": {"type": "string", "format": "uri", "description": "Its https address, where the library fetches those."},
}
LIST_UPLOADS: dict[str, Any] = {
    "operation_id": "uploads_list", "tags": UPLOADS, "summary": "Your uploads of the last day",
    "responses": {200: UploadPage, **problems()},
}  # fmt: skip
UPLOAD: dict[str, Any] = {
    "operation_id": "uploads_create", "tags": UPLOADS, "summary": "Upload a picture to be named in a wish",
    "description": "PNG, JPEG or WebP up to 20 MB, written out anew without anything but its pixels, and kept for a day.",
    "parameters": [idempotency.PARAMETER],
    "request": {
        "multipart/form-data": {
            "type": "object", "required": ["file"], "properties": {"file": {"type": "string", "format": "binary"}},
            "additionalProperties": False,
        },
        "application/json": {
            "oneOf": [_object({name: schema}, required=[name]) for name, schema in UPLOADED.items()]
        },
    },
    "responses": {201: UploadShape, **problems(400, 409, 413, 415)},
}  # fmt: skip
DELETE_UPLOAD: dict[str, Any] = {
    "operation_id": "uploads_delete", "tags": UPLOADS, "summary": "Delete an upload",
    "parameters": [idempotency.PARAMETER], "request": None,
    "responses": {204: OpenApiResponse(description="It is gone."), **problems(400, 404, 409)},
}  # fmt: skip
