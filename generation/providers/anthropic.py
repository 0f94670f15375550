"""Anthropic: text by the Messages API, streamed.

The models think before they write. Their thoughts are not part of the text, but count against `max_tokens`, so every
request has room for them beside the room for its answer. The schema goes along as `output_config.format`; tools cannot be
forced on these models. Sampling parameters do not exist: naming one is an error, whatever its value.
"""

from __future__ import annotations

import base64
import datetime
import json
import re
from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

from generation.providers.answers import Answer, by_status
from generation.providers.capabilities import Capabilities
from generation.providers.contract import Done, Emit, Kind, Listed, Request
from generation.providers.errors import Damaged, Denied, ProviderError, Refused, Rejected, Transient
from generation.providers.hosted import Hosted
from generation.providers.sse import events
from generation.providers.wire import Key

VERSION = "2026-10-21"
ANSWER_TOKENS = 8_192
"""Room for an answer whose length nobody said."""
THINKING_TOKENS = 8_192
"""Room for thoughts beside it; with low effort they are far shorter."""
MAX_TOKENS = 128_000
PICTURES = ("image/jpeg", "image/png", "image/gif", "image/webp")
PASSING = ("overloaded_error", "rate_limit_error", "api_error", "timeout_error")
ACCOUNT = ("authentication_error", "permission_error", "billing_error")
OURS = {
    "messages": "prompt",
    "output_config.format": "schema",
    "output_config.effort": "options",
    "thinking": "options",
}
"""Parts of the wire's request whose names differ from those of `Request`."""
NO_MONEY = re.compile(r"spend|credit balance|usage limits?|billing", re.IGNORECASE)
LIMITS = {
    "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf", "minLength", "maxLength", "minItems",
    "maxItems", "uniqueItems",
}  # fmt: skip
"""Words of a schema that the models are not held to. Who asked checks the answer against the whole schema."""
ABLE = Capabilities(
    Kind.TEXT, takes=frozenset({"schema"}), inputs={"reference": 3}, max_prompt=800_000, streams=True,
    answer_tokens=ANSWER_TOKENS, thinking_tokens=THINKING_TOKENS,
)  # fmt: skip
MANNERS: dict[str, dict[str, Any]] = {
    # Thinking cannot be switched off on most of them; without tools there is nothing "between tools" to think about.
    "claude-sonnet-5-5": {"effort": "low", "thinking": "between_tools"},
    "claude-opus-5": {"effort": "low"},
    "claude-sonnet-5": {"effort": "low"},
    "claude-haiku-5": {"effort": "low"},
    "claude-fable-5": {"effort": "low"},
    "claude-": {},
}
"""How models are asked to think, by the beginning of their names, the longest first. `options` of a model's row may say
otherwise: {"effort": "high", "thinking": "adaptive"}."""


class Anthropic(Hosted):
    name: ClassVar[str] = "anthropic"
    title: ClassVar[str] = "Anthropic"
    home: ClassVar[str] = "https://api.anthropic.com"
    result_hosts: ClassVar[tuple[str, ...] | None] = ()
    headers: ClassVar[dict[str, str]] = {"anthropic-version": VERSION}
    submit_seconds: float = 150.0

    def auth(self, key: Key) -> dict[str, str]:
        return {"x-api-key": key.reveal()}

    def capabilities(self, model: str, kind: Kind, options: Mapping[str, Any]) -> Capabilities | None:
        return ABLE if kind is Kind.TEXT and model.startswith("claude-") else None

    def start(self, request: Request, emit: Emit) -> Done:
        with self.wire.streamed("POST", "v1/messages", json=body_of(request), seconds=self.submit_seconds) as (
            answer,
            lines,
        ):
            if answer is None:
                message = assembled(lines, emit, self)
            elif answer.is_good:
                message = answer.json()
                if message.get("type") == "error":
                    raise self.told(message, begun=False)
            else:
                raise self.failed(answer)
        return done(message, request)

    def models(self) -> list[Listed]:
        """Those still answering, with the day of their retirement where it is known."""
        answer = self.wire.get("v1/models", params={"limit": "1000"}, seconds=self.poll_seconds)
        if not answer.is_good:
            raise self.failed(answer)
        found = []
        for entry in _list(answer.json().get("data")):
            name, ends_on = _string(_dict(entry).get("id")), _day(_dict(entry).get("retires_at"))
            if name and (ends_on or _dict(entry).get("lifecycle") != "retired"):
                found.append(Listed(name, Kind.TEXT, ends_on))
        return found

    def failed(self, answer: Answer) -> ProviderError:
        """What an answer with a status of error means."""
        error = _dict(answer.rough_json().get("error"))
        kind, said = _string(error.get("type")), _string(error.get("message"))
        detail = answer.scrub(f"{answer.status} {kind}: {said}")
        if kind in ACCOUNT or (answer.status == 400 and _lacks_money(error)):
            return Denied(detail)
        if answer.status == 413 or "prompt is too long" in said:
            return Rejected(detail, field="prompt")
        return by_status(answer, f"{kind}: {said}" if said else "", field=_field(said))

    def told(self, event: Mapping[str, Any], *, begun: bool) -> ProviderError:
        """What an error means that came after a good status. Once the message has `begun`, tokens were spent on it."""
        error = _dict(event.get("error"))
        kind = _string(error.get("type"))
        detail = self.wire.scrub(f"{kind} inside the answer: {_string(error.get('message'))}")
        if begun:
            return Damaged(detail)
        if kind in PASSING:
            return Transient(detail)
        return Denied(detail) if kind in ACCOUNT or _lacks_money(error) else Rejected(detail)


def body_of(request: Request) -> dict[str, Any]:
    """The request in the provider's words."""
    beginning = max((known for known in MANNERS if request.model.startswith(known)), key=len, default="claude-")
    manner = {
        **MANNERS[beginning],
        **{key: request.options[key] for key in ("effort", "thinking") if key in request.options},
    }
    body: dict[str, Any] = {
        "model": request.model,
        "max_tokens": min((request.max_tokens or ANSWER_TOKENS) + THINKING_TOKENS, MAX_TOKENS),
        "messages": [{"role": "user", "content": _content(request)}],
        "stream": True,
    }
    if request.system:
        body["system"] = request.system
    if manner.get("thinking"):
        body["thinking"] = {"type": manner["thinking"]}
    config: dict[str, Any] = {"effort": manner["effort"]} if manner.get("effort") else {}
    if request.schema is not None:
        config["format"] = {"type": "json_schema", "schema": adapted(request.schema)}
    if config:
        body["output_config"] = config
    return body


def _content(request: Request) -> str | list[dict[str, Any]]:
    if not request.inputs:
        return request.prompt
    blocks: list[dict[str, Any]] = []
    for given in request.inputs:
        if given.media_type not in PICTURES:
            raise Rejected(f"{given.media_type} is no picture this provider reads", field="inputs")
        data = base64.b64encode(given.read()).decode()
        blocks.append({"type": "image", "source": {"type": "base64", "media_type": given.media_type, "data": data}})
    return [*blocks, {"type": "text", "text": request.prompt}]


def adapted(schema: Any) -> Any:
    """A copy of a JSON schema with every object closed and without the limits that the models are not held to."""
    if isinstance(schema, list):
        return [adapted(part) for part in schema]
    if not isinstance(schema, Mapping):
        return schema
    copy: dict[str, Any] = {}
    for word, value in schema.items():
        if word in ("properties", "$defs", "definitions") and isinstance(value, Mapping):
            copy[word] = {name: adapted(part) for name, part in value.items()}
        elif word in ("enum", "const", "default", "examples"):
            copy[word] = value
        elif word not in LIMITS:
            copy[word] = adapted(value)
    kinds = copy.get("type")
    if kinds == "object" or (isinstance(kinds, list) and "object" in kinds):
        copy["additionalProperties"] = False
    return copy


def assembled(lines: Iterable[str], emit: Emit, speaker: Anthropic) -> dict[str, Any]:
    """The message that a stream of events tells piece by piece, in the form it has when it comes whole. Thoughts are left
    out; text is told on as it comes."""
    message: dict[str, Any] = {}
    usage: dict[str, Any] = {}
    pieces: list[str] = []
    for name, data in events(lines):
        event = _event(data)
        kind = event.get("type") or name
        if kind == "error":
            raise speaker.told(event, begun=bool(message))
        if kind == "message_start":
            message = {"id": "", **_dict(event.get("message"))}
            usage |= _dict(message.get("usage"))
        elif kind == "content_block_start":
            _add(pieces, _dict(event.get("content_block")), "text", emit)
        elif kind == "content_block_delta":
            _add(pieces, _dict(event.get("delta")), "text_delta", emit)
        elif kind == "message_delta":
            message |= _dict(event.get("delta"))
            usage |= {key: value for key, value in _dict(event.get("usage")).items() if value is not None}
        elif kind == "message_stop":
            return {**message, "usage": usage, "content": [{"type": "text", "text": "".join(pieces)}]}
    raise Damaged("the stream ended before the message did")


def _event(data: str) -> dict[str, Any]:
    try:
        return _dict(json.loads(data))
    except (ValueError, RecursionError) as error:
        raise Damaged("an event of the stream is no JSON") from error


def _add(pieces: list[str], part: Mapping[str, Any], kind: str, emit: Emit) -> None:
    text = _string(part.get("text")) if part.get("type") == kind else ""
    if text:
        pieces.append(text)
        emit.text(text)


def done(message: Mapping[str, Any], request: Request) -> Done:
    """The result that a whole message tells. Raises `Refused`, and `Damaged` where there is no text in it."""
    counts = _dict(message.get("usage"))
    read = ("input_tokens", "cache_creation_input_tokens", "cache_read_input_tokens")
    usage = {
        "input_tokens": sum(_count(counts.get(name)) for name in read),
        "output_tokens": _count(counts.get("output_tokens")),
    }
    reason = message.get("stop_reason")
    if reason == "refusal":
        details = _dict(message.get("stop_details"))
        detail = (
            f"refused ({details.get('category') or 'no category'}): {details.get('explanation') or 'no explanation'}"
        )
        raise Refused(detail, billed=True if any(usage.values()) else None)
    blocks = [_dict(block) for block in _list(message.get("content"))]
    text = "".join(_string(block.get("text")) for block in blocks if block.get("type") == "text")
    is_cut = reason in ("max_tokens", "model_context_window_exceeded")
    if not text and not is_cut:
        raise Damaged(f"an answer without text, ended by {reason}")
    return Done(
        text=text,
        model=_string(message.get("model")) or request.model,
        usage=usage,
        is_cut=is_cut,
        request_id=_string(message.get("id")),
    )


def _lacks_money(error: Mapping[str, Any]) -> bool:
    """A spent limit comes as a wrong request, told apart by its code or its words only."""
    code = _string(_dict(error.get("details")).get("error_code"))
    return bool(NO_MONEY.search(code or _string(error.get("message"))))


def _field(said: str) -> str:
    """Complaints about a field begin with its path: "messages.0.content: ..."."""
    found = re.match(r"([a-z_]+)[\w.\[\]]*: ", said)
    return next((ours for part, ours in OURS.items() if found and said.startswith(part)), found[1] if found else "")


def _day(value: Any) -> datetime.date | None:
    try:
        return datetime.date.fromisoformat(_string(value)[:10])
    except ValueError:
        return None


def _dict(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _string(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _count(value: Any) -> int:
    return value if isinstance(value, int) and value > 0 else 0
