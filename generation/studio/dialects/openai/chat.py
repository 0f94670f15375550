"""POST /v1/chat/completions: one text, whole or as it is written."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from django.http.response import HttpResponseBase
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.access import Door, admits
from generation.models import Job
from generation.providers.contract import Kind
from generation.studio import public
from generation.studio.dialects.openai import buying, documents, messages, parameters, streaming
from generation.studio.dialects.openai.errors import Unsupported
from generation.studio.dialects.openai.views import OpenAiView, fields_of
from generation.studio.errors import WrongWish
from generation.studio.fields import MAX_TEXT, UNKEEPABLE
from generation.studio.models import Piece
from generation.studio.wishes import Brought

TAKEN = frozenset({"model", "max_tokens", "max_completion_tokens", "seed"})
NULL = "\\u0000"
"""How JSON writes a character that no column keeps."""
CALLED = {"prompt": "messages", "system": "messages", "schema": "response_format"}


@dataclass(frozen=True, slots=True)
class Asked:
    """A request for an answer, in the studio's names."""

    given: dict[str, Any]
    pictures: tuple[Brought, ...]
    streams: bool = False
    with_usage: bool = False


@admits(Door.AUTHOR)
class ChatCompletions(OpenAiView):
    """An answer to a conversation."""

    @extend_schema(operation_id="openai_chat", **documents.CHAT)
    def post(self, request: Request) -> HttpResponseBase:
        asked = read(fields_of(request))
        if asked.streams:
            streaming.refuse_too_many()
        piece = buying.buy(request, Kind.TEXT, asked.given, brought=asked.pictures, called=CALLED)
        if asked.streams:
            job = public.takes_of(piece)[0].job
            return streaming.answer(request, piece, job, with_usage=asked.with_usage)
        job = buying.wait(request, piece)[0].job
        return Response(completion(piece, job), headers={"x-request-id": str(job.id)})


def read(given: dict[str, Any]) -> Asked:
    """Read the body of a request. Raises `WrongWish` naming the parameter."""
    said = dict(given)
    parameters.take_out(said, parameters.OF_CHAT)
    folded = messages.fold(said.pop("messages", None))
    streams = _truth(said.pop("stream", False), "stream")
    options = said.pop("stream_options", {})
    if not isinstance(options, dict):
        raise WrongWish("stream_options must be an object.", field="stream_options")
    with_usage = _truth(options.get("include_usage") or False, "stream_options.include_usage")
    schema = _schema(said.pop("response_format", None))
    parameters.refuse_others(said, TAKEN)
    wish = {**said, "prompt": folded.prompt, "system": folded.system or None, "schema": schema}
    return Asked(wish, folded.pictures, streams, with_usage)


def completion(piece: Piece, job: Job) -> dict[str, Any]:
    """The answer in the client's form."""
    message = {"role": "assistant", "content": job.result.get("text") or "", "refusal": None}
    choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": streaming.finish_reason(job)}
    return {
        **streaming.head(piece, job, "chat.completion"),
        "choices": [choice],
        "usage": streaming.usage(job),
    }


def _schema(given: Any) -> dict[str, Any] | None:
    """The JSON schema that a response format asks for; None where plain text is asked for."""
    if given is None:
        return None
    kind = given.get("type") if isinstance(given, dict) else None
    if kind == "text":
        return None
    if kind == "json_object":
        return {"type": "object"}
    if kind == "json_schema":
        described = given.get("json_schema")
        schema = described.get("schema") if isinstance(described, dict) else None
        place = "response_format.json_schema.schema"
        if not isinstance(schema, dict):
            raise WrongWish(f"{place} is missing: give a JSON schema, an object.", field=place)
        written = json.dumps(schema, ensure_ascii=False)
        if len(written) > MAX_TEXT or UNKEEPABLE.search(written) or NULL in written:
            raise WrongWish(f"{place} is too long, or holds a character that cannot be kept.", field=place)
        return schema
    raise Unsupported(
        "response_format.type is none that is taken here (text, json_object, json_schema).",
        field="response_format.type",
    )


def _truth(value: Any, name: str) -> bool:
    if not isinstance(value, bool):
        raise WrongWish(f"{name} must be true or false.", field=name)
    return value
