"""The chat completions form that four of the dialects share: reading the request, writing the answer whole or as a stream."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

from tests.providers.fake.dialect import Call, Dialect, Reply, as_events, tokens
from tests.providers.fake.faults import ErrorIn200, LengthCut, Moderated, ThinkingFirst
from tests.providers.fake.scene import compose

THOUGHT = "The reader likes keys. A key it is, then."
REFUSAL = "I can't help with that."
MADE_AT = 1_795_000_000


@dataclass
class Said:
    """What a text model answers. `text` is None where it refused in `refusal`."""

    text: str | None
    finish: str = "stop"
    refusal: str | None = None
    thought: str = ""


def only_known(dialect: Dialect, body: dict[str, Any], known: frozenset[str]) -> None:
    """Refuse fields that the endpoint does not have."""
    for name in body:
        if name not in known:
            raise dialect.refusal("bad_request", f"Unknown parameter: '{name}'.", param=name)


def read_messages(dialect: Dialect, body: dict[str, Any], roles: tuple[str, ...]) -> str:
    """All text of the messages in one string; refuses messages that the form does not allow."""
    messages = body.get("messages")
    if not isinstance(messages, list) or not messages:
        raise dialect.refusal("bad_request", "'messages' must be a list that is not empty", param="messages")
    found: list[str] = []
    for number, message in enumerate(messages):
        where = f"messages[{number}]"
        if not isinstance(message, dict) or message.get("role") not in roles:
            raise dialect.refusal(
                "bad_request", f"{where}.role is not one of {', '.join(roles)}", param=f"{where}.role"
            )
        content = message.get("content")
        if isinstance(content, str):
            found.append(content)
            continue
        if not isinstance(content, list) or not content:
            raise dialect.refusal("bad_request", f"{where}.content must be text or parts", param=f"{where}.content")
        for part in content:
            found.append(_read_part(dialect, part, where))
    return "\n".join(found)


def _read_part(dialect: Dialect, part: Any, where: str) -> str:
    if isinstance(part, dict) and part.get("type") == "text" and isinstance(part.get("text"), str):
        return part["text"]
    if isinstance(part, dict) and part.get("type") == "image_url" and isinstance(part.get("image_url"), dict):
        check_picture_url(dialect, part["image_url"].get("url"), where)
        return ""
    raise dialect.refusal("bad_request", f"{where} has a part of no known type", param=where)


def check_picture_url(dialect: Dialect, url: Any, where: str) -> None:
    """Refuse anything but https and base64 data urls of pictures."""
    if isinstance(url, str) and (
        re.match(r"https?://", url) or re.fullmatch(r"data:image/(png|jpeg|webp|gif);base64,[A-Za-z0-9+/]+=*", url)
    ):
        return
    raise dialect.refusal("bad_request", f"{where} is neither a url nor a data url of a picture", param=where)


def schema_asked(dialect: Dialect, body: dict[str, Any]) -> dict[str, Any] | None:
    """The JSON schema of `response_format`, or None; `{}` for any JSON object. Refuses what strict mode refuses."""
    asked = body.get("response_format")
    if asked is None or asked == {"type": "text"}:
        return None
    if asked == {"type": "json_object"}:
        return {}
    named = asked.get("json_schema") if isinstance(asked, dict) and asked.get("type") == "json_schema" else None
    if not isinstance(named, dict) or not isinstance(named.get("schema"), dict):
        raise dialect.refusal("bad_request", "response_format has no json_schema.schema", param="response_format")
    if not re.fullmatch(r"[A-Za-z0-9_-]{1,64}", str(named.get("name", ""))):
        raise dialect.refusal(
            "bad_request", "json_schema.name must be 1 to 64 of [A-Za-z0-9_-]", param="response_format.json_schema.name"
        )
    if named.get("strict") is True:
        check_strict(dialect, named["schema"], str(named["name"]))
    return named["schema"]


def check_strict(dialect: Dialect, schema: dict[str, Any], name: str) -> None:
    """Every object closed and all of its properties required, at every depth."""
    if schema.get("type") != "object":
        raise dialect.refusal("bad_request", f"Invalid schema for '{name}': must be an object", param="response_format")
    for where, part in objects_in(schema, "()"):
        if part.get("additionalProperties") is not False:
            wrong = "'additionalProperties' is required to be supplied and to be false"
        elif sorted(part.get("required", [])) != sorted(part.get("properties", {})):
            wrong = "'required' must list every key in properties"
        else:
            continue
        message = f"Invalid schema for response_format '{name}': In context={where}, {wrong}."
        raise dialect.refusal("bad_request", message, param="response_format")


def objects_in(schema: Any, where: str) -> list[tuple[str, dict[str, Any]]]:
    """Every object schema within `schema`, with the way to it."""
    found: list[tuple[str, dict[str, Any]]] = []
    if isinstance(schema, list):
        for number, part in enumerate(schema):
            found += objects_in(part, f"{where}.{number}")
    elif isinstance(schema, dict):
        kinds = schema.get("type")
        if kinds == "object" or (isinstance(kinds, list) and "object" in kinds):
            found.append((where, schema))
        for key in ("properties", "$defs", "definitions"):
            for name, part in schema.get(key, {}).items():
                found += objects_in(part, f"{where}.{name}")
        for key in ("items", "anyOf", "prefixItems"):
            if key in schema:
                found += objects_in(schema[key], f"{where}.{key}")
    return found


def say(call: Call, prompt: str, schema: dict[str, Any] | None) -> Said:
    """A good answer, changed by the fault that this request meets. `Moderated` here is a refusal or a filter."""
    text = compose(call, schema, prompt)
    fault = call.fault
    if isinstance(fault, LengthCut):
        return Said(text[: len(text) // 2], "length")
    if isinstance(fault, ThinkingFirst):
        return Said(text, thought=THOUGHT)
    if isinstance(fault, Moderated):
        usual = call.dialect.moderations[call.request.operation][0]
        if (fault.how or usual) == "filter":
            return Said(text[: len(text) // 3], "content_filter")
        return Said(None, "stop", REFUSAL)
    limit = call.body.get("max_completion_tokens") or call.body.get("max_tokens")
    if limit is not None and tokens(text) > limit:
        return Said(text[: limit * 4], "length")
    return Said(text)


def count(prompt: str, said: Said) -> dict[str, int]:
    """Token counts in the words of this form."""
    spent, made = tokens(prompt), tokens((said.text or said.refusal or "") + said.thought)
    return {"prompt_tokens": spent, "completion_tokens": made, "total_tokens": spent + made}


def completion(
    model: str, said: Said, usage: dict[str, Any] | None, *, thought_key: str, **message: Any
) -> dict[str, Any]:
    """The whole answer. `message` adds fields to the assistant's message."""
    spoken: dict[str, Any] = {"role": "assistant", "content": said.text, "refusal": said.refusal, **message}
    if said.thought:
        spoken[thought_key] = said.thought
    whole: dict[str, Any] = {
        "id": "chatcmpl-8a1f",
        "object": "chat.completion",
        "created": MADE_AT,
        "model": model,
        "system_fingerprint": "fp_1",
        "choices": [{"index": 0, "message": spoken, "logprobs": None, "finish_reason": said.finish}],
    }
    if usage is not None:
        whole["usage"] = usage
    return whole


def stream(
    call: Call,
    model: str,
    said: Said,
    usage: dict[str, Any] | None,
    *,
    thought_key: str,
    comment: str = "",
    more: dict[str, Any] | None = None,
    broken: dict[str, Any] | None = None,
) -> Reply:
    """The answer as events. `usage` comes in a last chunk without choices; `broken` is the chunk of `ErrorIn200`."""
    parts = [f": {comment}\n\n"] if comment else []

    def chunk(choices: list[dict[str, Any]], **extra: Any) -> None:
        document = {"id": "chatcmpl-8a1f", "object": "chat.completion.chunk", "created": MADE_AT, "model": model}
        parts.append(
            f"data: {json.dumps({**document, 'choices': choices, **(more or {}), **extra}, ensure_ascii=False)}\n\n"
        )

    def delta(finish: str | None = None, **fields: Any) -> None:
        chunk([{"index": 0, "delta": fields, "logprobs": None, "finish_reason": finish}])

    delta(role="assistant", content="")
    if said.thought:
        for piece in pieces(said.thought, 2):
            delta(**{thought_key: piece})
    spoken = pieces(said.text or "", 8)
    for number, piece in enumerate(spoken):
        if number == min(3, len(spoken) - 1) and isinstance(call.fault, ErrorIn200):
            parts.append(f"data: {json.dumps(broken)}\n\n")
            return as_events(parts)
        if number == 2 and comment:
            parts.append(f": {comment}\n\n")
        delta(content=piece)
    for piece in pieces(said.refusal or "", 2):
        delta(refusal=piece)
    delta(said.finish)
    if usage is not None:
        chunk([], usage=usage)
    parts.append("data: [DONE]\n\n")
    return as_events(parts)


def pieces(text: str, count: int) -> list[str]:
    """`text` in about `count` pieces, none for an empty one."""
    step = max(1, -(-len(text) // count))
    return [text[start : start + step] for start in range(0, len(text), step)]
