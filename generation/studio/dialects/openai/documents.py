"""What the OpenAPI document says of the routes under /v1. Loose where the client's own documents are long, and true."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from drf_spectacular.utils import OpenApiParameter, OpenApiResponse

from accounts.idempotency import PARAMETER
from accounts.openapi import NOT_BLANK
from generation.providers.contract import Kind
from generation.studio.dialects.openai import parameters
from generation.studio.fields import FIELDS, MAX_TEXT

TAGS = ["OpenAI-shaped"]
AUTH: list[dict[str, list[str]]] = [{"bearer": []}]
JSON = "application/json"
TEXT = {"type": "string"}
WHOLE = {"type": "integer"}
TRUTH = {"type": "boolean"}
SAID = {"type": "string", "minLength": 1, "maxLength": MAX_TEXT, "pattern": NOT_BLANK}


def _object(required: list[str] | None = None, **properties: Any) -> dict[str, Any]:
    return {"type": "object", "properties": properties, **({"required": required} if required else {})}


def _null(schema: dict[str, Any]) -> dict[str, Any]:
    return {**schema, "nullable": True, **({"enum": [*schema["enum"], None]} if "enum" in schema else {})}


def _asked(required: list[str], usual: Mapping[str, tuple[Any, ...]], **properties: Any) -> dict[str, Any]:
    """A request: its fields, those that are taken at their default only, and those that change nothing. No others."""
    known: dict[str, Any] = {name: {"description": "Changes nothing."} for name in sorted(parameters.IGNORED)}
    known |= {name: {"enum": [*values, None]} for name, values in usual.items()}
    return {**_object(required, **known | properties), "additionalProperties": False}


PROBLEM = _object(
    ["error"],
    error=_object(["message", "type", "param", "code"], message=TEXT, type=TEXT, param=_null(TEXT), code=_null(TEXT)),
)


def _problems(**told: str) -> dict[Any, Any]:
    said = {
        "400": "Something is missing, malformed or not taken (`param` names it), or refused by the content policy.",
        "401": "No key, or one that is not good here.",
        "403": "The key lacks the scope, its owner is no author, or the studio is closed.",
        "429": "That was too often (`code` is rate_limit_exceeded). `Retry-After` says when to go on.",
        **{status.strip("_"): sentence for status, sentence in told.items()},
        "503": "No model of this kind is available at the moment.",
    }
    return {(status, JSON): OpenApiResponse(PROBLEM, sentence) for status, sentence in said.items()}


BUYING = _problems(
    _404="No such model is offered here (`code` is model_not_found).",
    _409="The Idempotency-Key was used for another call, or its call is under way.",
    _413="The body, or a file, is too large.",
    _415="The body is of another type.",
    _429="No budget is left (`code` is insufficient_quota), or it was too often.",
    _502="The provider could not make it.",
    _504="It is still being made, as the job that the message names (`code` is still_generating). The purchase goes on.",
)
LOOKING = _problems(_404="There is no such model here.")
IGNORED = (
    "`user`, `safety_identifier`, `metadata`, `store` and `prompt_cache_*` are heard and change nothing. What has a value that "
    "asks for nothing, such as `temperature: 1`, is taken; other values, and other parameters, are refused by name."
)
_WORDS = _object(["type", "text"], type={"type": "string", "enum": ["text"]}, text=TEXT)
_PICTURE = _object(
    ["type", "image_url"],
    type={"type": "string", "enum": ["image_url"]},
    image_url=_object(["url"], url={**TEXT, "minLength": 1}),
)


def _message(*roles: str, parts: list[dict[str, Any]]) -> dict[str, Any]:
    listed = {"type": "array", "items": {"oneOf": parts}}
    return {
        **_object(
            ["role"],
            role={"type": "string", "enum": list(roles)},
            content={"oneOf": [TEXT, listed], "nullable": True},
            name=_null({**TEXT, "pattern": "^[A-Za-z0-9_-]{0,64}$"}),
        ),
        "additionalProperties": False,
    }


_MESSAGE = {
    "oneOf": [
        _message("user", parts=[_WORDS, _PICTURE]),
        _message("system", "developer", "assistant", parts=[_WORDS]),
    ]
}
_USAGE = _null(_object(prompt_tokens=WHOLE, completion_tokens=WHOLE, total_tokens=WHOLE))
CHAT: dict[str, Any] = {
    "auth": AUTH,
    "tags": TAGS,
    "summary": "A text, whole or as it is written",
    "parameters": [PARAMETER],
    "description": "One answer to a conversation. Rules come from `system` and `developer` messages; a conversation of several "
    "messages is sent to the model as a transcript. With `stream` the answer comes as server-sent events, in the form of "
    "chat.completion.chunk, ended by `data: [DONE]`. " + IGNORED,
    "request": {
        JSON: _asked(
            ["messages"],
            parameters.OF_CHAT,
            model={**TEXT, "maxLength": 120, "description": "One of /v1/models; without it the studio's usual one."},
            messages={"type": "array", "minItems": 1, "maxItems": 1000, "items": _MESSAGE},
            max_tokens=_null({**WHOLE, "minimum": 1, "maximum": 1_000_000}),
            max_completion_tokens=_null({**WHOLE, "minimum": 1, "maximum": 1_000_000}),
            seed=_null({**WHOLE, "minimum": 0, "maximum": 2**32 - 1}),
            n=_null({**WHOLE, "enum": [1]}),
            response_format=_null(
                _object(
                    ["type"],
                    type={"type": "string", "enum": ["text", "json_object", "json_schema"]},
                    json_schema=_object(name=TEXT, schema=_object()),
                )
            ),
            stream=_null(TRUTH),
            stream_options=_null(_object(include_usage=TRUTH)),
        )
    },
    "responses": {
        (200, JSON): OpenApiResponse(
            _object(
                ["id", "object", "created", "model", "choices", "usage"],
                id=TEXT, object=TEXT, created=WHOLE, model=TEXT, choices={"type": "array", "items": _object()},
                usage=_USAGE,
            ),
            "The answer.",
        ),
        (200, "text/event-stream"): OpenApiResponse(TEXT, "The answer as it is written, where `stream` is true."),
        **BUYING,
    },
}  # fmt: skip
_OWN: dict[str, dict[str, Any]] = {
    name: dict(field.parse.form) for name, field in FIELDS[Kind.IMAGE].items() if name != "prompt"
}
_LOOK: dict[str, dict[str, Any]] = {
    "quality": {"type": "string", "enum": ["auto", "low", "medium", "high", "standard", "hd"]},
    "background": {"type": "string", "enum": ["auto", "transparent", "opaque"]},
    "output_format": {"type": "string", "enum": ["png", "jpeg", "webp"]},
    "response_format": {"type": "string", "enum": ["b64_json", "url"], "default": "b64_json"},
}
_PICTURES = _object(
    ["created", "data"],
    created=WHOLE,
    data={"type": "array", "items": _object(b64_json=TEXT, url=TEXT, revised_prompt=SAID)},
    output_format=TEXT,
    size=TEXT,
    usage=_object(),
)
_LINKS = "A `url` is good for five minutes and needs no key. `stream` and `partial_images` are refused by name. "
IMAGES: dict[str, Any] = {
    "auth": AUTH,
    "tags": TAGS,
    "summary": "Pictures from words",
    "parameters": [PARAMETER],
    "description": "Pictures, in base64 where nothing else is asked for. "
    + _LINKS
    + "The studio's own fields (`seed`, "
    "`aspect_ratio`, `resolution`, `negative_prompt`, `style` ...) are taken as well, where the model takes them. "
    + IGNORED,
    "request": {
        JSON: _asked(
            ["prompt"],
            parameters.OF_PICTURES,
            **{name: _null(schema) for name, schema in (_OWN | _LOOK).items()},
            prompt=SAID,
        )
    },
    "responses": {(200, JSON): OpenApiResponse(_PICTURES, "The pictures."), **BUYING},
}
_FILE = {"type": "string", "format": "binary"}
EDITS: dict[str, Any] = {
    "auth": AUTH,
    "tags": TAGS,
    "summary": "A picture changed as the prompt says",
    "parameters": [PARAMETER],
    "description": "A picture changed as the prompt says. The first `image` (or `image[]`) is changed, others are references; "
    "where a `mask` is transparent the picture may change. " + _LINKS + IGNORED,
    "request": {
        "multipart/form-data": {
            **_object(
                ["prompt", "image"],
                **_OWN | _LOOK,
                prompt=SAID,
                mask=_FILE,
                image={"type": "array", "items": _FILE, "minItems": 1},
            ),
            "additionalProperties": False,
        }
    },
    "responses": {(200, JSON): OpenApiResponse(_PICTURES, "The pictures."), **BUYING},
}
SPEECH: dict[str, Any] = {
    "auth": AUTH,
    "tags": TAGS,
    "summary": "Words spoken",
    "parameters": [PARAMETER],
    "description": "Words spoken. A voice is one of the model's, by its name; OpenAI's usual names (alloy, echo ...) each "
    "stand for one of them, always the same. `stream_format` is taken as `audio` only. " + IGNORED,
    "request": {
        JSON: _asked(
            ["input"],
            parameters.OF_SPEECH,
            input=SAID,
            model=_null({**TEXT, "maxLength": 120}),
            voice={"oneOf": [TEXT, _object(["id"], id=TEXT)], "nullable": True},
            response_format=_null({"type": "string", "enum": ["mp3", "opus", "aac", "flac", "wav", "pcm"]}),
            speed=_null({"type": "number", "minimum": 0.25, "maximum": 4}),
            instructions=_null(TEXT),
        )
    },
    "responses": {
        **{
            (200, kind): OpenApiResponse(_FILE, "The sound.")
            for kind in ("audio/mpeg", "audio/ogg", "audio/wav", "audio/flac", "audio/aac", "audio/mp4")
        },
        **BUYING,
    },
}
_MODEL = _object(
    ["id", "object", "created", "owned_by"], id=TEXT, object=TEXT, created=WHOLE, owned_by=TEXT, shutdown_date=TEXT
)
MODELS: dict[str, Any] = {
    "auth": AUTH,
    "tags": TAGS,
    "summary": "The models of the studio, in OpenAI's form",
    "description": "What the studio offers you, by the keys that `model` takes.",
    "responses": {
        (200, JSON): OpenApiResponse(
            _object(["object", "data"], object=TEXT, data={"type": "array", "items": _MODEL}), "All of them."
        ),
        **{key: told for key, told in LOOKING.items() if key[0] not in ("404", "503")},
    },
}
MODEL: dict[str, Any] = {
    "auth": AUTH,
    "tags": TAGS,
    "summary": "One model, by any of its names",
    "description": "The model that a name leads to: our key, the provider's name, or one that was retired.",
    "parameters": [OpenApiParameter("name", str, OpenApiParameter.PATH)],
    "responses": {(200, JSON): OpenApiResponse(_MODEL, "The model."), **LOOKING},
}
