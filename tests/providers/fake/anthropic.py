"""Anthropic: messages whole and as events, the list of models with their lifecycle."""

from __future__ import annotations

import json
import re
from typing import Any

from tests.providers.fake.books import Captured
from tests.providers.fake.chat import REFUSAL, THOUGHT, objects_in, pieces
from tests.providers.fake.dialect import (
    Call,
    Dialect,
    Reply,
    Route,
    as_events,
    as_json,
    bearer,
    names,
    tokens,
    wait_headers,
)
from tests.providers.fake.faults import ErrorIn200, LengthCut, Moderated, RateLimited, ThinkingFirst
from tests.providers.fake.scene import compose

VERSIONS = ("2026-10-21", "2023-06-01")
FIELDS = names(
    "model max_tokens messages system stop_sequences stream metadata thinking output_config tools tool_choice service_tier "
    "container cache_control"
)
SAMPLING = {"temperature": 1, "top_p": 1, "top_k": None}
MODELS = {
    "claude-opus-5-5": ("active", None),
    "claude-sonnet-5-5": ("active", None),
    "claude-haiku-5-5": ("active", None),
    "claude-fable-5-1": ("active", None),
    "claude-sonnet-4-5-20250929": ("deprecated", "2026-11-30T00:00:00Z"),
}
ALWAYS_THINKS = ("claude-opus-5-5", "claude-fable-5-1")
NO_FORCED_TOOL = ("claude-opus-5-5", "claude-sonnet-5-5", "claude-fable-5-1")
PREFILL = ("claude-sonnet-4-5-20250929",)
EFFORTS = ("low", "medium", "high", "xhigh", "max")


class Anthropic(Dialect):
    name = "anthropic"
    routes = (
        Route("POST", "/v1/messages", "text", "message", purchase=True),
        Route("GET", "/v1/models", "models", "models"),
        Route("GET", "/v1/models/(?P<model>[^/]+)", "models", "model"),
    )
    expresses = {
        "text": (LengthCut, Moderated, ThinkingFirst),
        "text.stream": (LengthCut, Moderated, ThinkingFirst, ErrorIn200),
    }
    moderations = {"text": ("refusal",), "text.stream": ("refusal",)}
    errors = {
        "bad_request": (400, "invalid_request_error", "Invalid request."),
        "denied": (401, "authentication_error", "invalid x-api-key"),
        "no_funds": (402, "billing_error", "There is a problem with your billing information."),
        "forbidden": (403, "permission_error", "Your API key may not use this resource."),
        "unknown_model": (404, "not_found_error", "The model was not found."),
        "not_found": (404, "not_found_error", "Not found"),
        "conflict": (409, "conflict_error", "The request conflicts with the state of the resource."),
        "too_large": (413, "request_too_large", "Request exceeds the maximum size"),
        "busy": (429, "rate_limit_error", "This request would exceed your organization's rate limit."),
        "server": (500, "api_error", "Internal server error"),
        "timeout": (504, "timeout_error", "The request timed out."),
        "overloaded": (529, "overloaded_error", "Overloaded"),
    }

    def authorise(self, request: Captured, key: str) -> Reply | None:
        given = request.headers.get("x-api-key") or bearer(request)
        if given != key:
            return self.error("denied")
        version = request.headers.get("anthropic-version")
        if version is None:
            return self.error("bad_request", "anthropic-version: header is required")
        if version not in VERSIONS:
            return self.error("bad_request", f'anthropic-version: "{version}" is not a valid version')
        return None

    def error(self, kind: str, message: str = "", *, status: int | None = None, param: str | None = None) -> Reply:
        usual, sort, words = self.errors[kind]
        document = {"type": "error", "error": {"type": sort, "message": message or words}, "request_id": "req_011C"}
        return as_json(document, status or usual, request_id="req_011C")

    def quota(self) -> Reply:
        """The organisation's own spend limit, which is a 400 here; a failed card is `Status(402, "no_funds")`."""
        message = (
            "You have reached your specified API usage limits (spend limit). You will regain access on 2026-12-01."
        )
        return self.error("bad_request", message)

    def rate_limited(self, fault: RateLimited) -> Reply:
        reply = self.error("busy")
        reply.headers["anthropic-ratelimit-requests-remaining"] = "0"
        reply.headers["anthropic-ratelimit-requests-reset"] = "2026-11-21T00:00:30Z"
        reply.headers.update(wait_headers(fault))
        return reply

    def message(self, call: Call) -> Reply:
        body = call.body
        self._check_fields(body, call.request.headers["anthropic-version"])
        model = body["model"]
        prompt = self._check_messages(body, model)
        thinks = self._check_thinking(body, model)
        schema = self._check_output(body)
        choice = body.get("tool_choice", {}).get("type", "auto")
        if choice in ("any", "tool") and model in NO_FORCED_TOOL:
            raise self.refusal("bad_request", "tool_choice: forced tool use is not supported for this model")
        text = compose(call, schema, prompt)
        thought = THOUGHT if thinks or isinstance(call.fault, ThinkingFirst) else ""
        room = body["max_tokens"] - (tokens(thought) if thought else 0)
        stop, details = "end_turn", None
        if isinstance(call.fault, LengthCut):
            stop, text = "max_tokens", text[: len(text) // 2]
        elif tokens(text) > room:
            stop, text = "max_tokens", text[: max(0, room) * 4]
        if isinstance(call.fault, Moderated):
            # What came before the stop stays in the answer, and is to be thrown away.
            stop, text = "refusal", "" if call.fault.stage == "input" else text[: len(text) // 3]
            details = {"type": "refusal", "category": "general_harms", "explanation": REFUSAL}
        usage = {"input_tokens": tokens(prompt), "output_tokens": tokens(thought + text)}
        call.take(usage=usage)
        blocks: list[dict[str, Any]] = []
        if thought:
            blocks.append({"type": "thinking", "thinking": thought, "signature": "c2lnbmVk"})
        blocks += [{"type": "text", "text": piece} for piece in pieces(text, 2)]
        whole = {
            "id": "msg_01X",
            "type": "message",
            "role": "assistant",
            "model": model,
            "content": blocks,
            "stop_reason": stop,
            "stop_sequence": None,
            "stop_details": details,
            "usage": {**usage, "cache_creation_input_tokens": 0, "cache_read_input_tokens": 0},
        }
        if body.get("stream") is True:
            return self._as_events(call, whole)
        return as_json(whole, request_id="req_011C")

    def _as_events(self, call: Call, whole: dict[str, Any]) -> Reply:
        parts: list[str] = []

        def event(kind: str, **fields: Any) -> None:
            document = json.dumps({"type": kind, **fields}, ensure_ascii=False)
            parts.append(f"event: {kind}\ndata: {document}\n\n")

        begun = {**whole, "content": [], "stop_reason": None, "stop_details": None}
        event("message_start", message={**begun, "usage": {**whole["usage"], "output_tokens": 1}})
        event("ping")
        for index, block in enumerate(whole["content"]):
            if block["type"] == "thinking":
                event("content_block_start", index=index, content_block={**block, "thinking": "", "signature": ""})
                for piece in pieces(block["thinking"], 3):
                    event("content_block_delta", index=index, delta={"type": "thinking_delta", "thinking": piece})
                signature = {"type": "signature_delta", "signature": block["signature"]}
                event("content_block_delta", index=index, delta=signature)
            else:
                event("content_block_start", index=index, content_block={"type": "text", "text": ""})
                for piece in pieces(block["text"], 5):
                    event("content_block_delta", index=index, delta={"type": "text_delta", "text": piece})
                if isinstance(call.fault, ErrorIn200):
                    event("error", error={"type": "overloaded_error", "message": "Overloaded"}, request_id="req_011C")
                    return as_events(parts)
            event("content_block_stop", index=index)
        ended = {"stop_reason": whole["stop_reason"], "stop_sequence": None, "stop_details": whole["stop_details"]}
        event("message_delta", delta=ended, usage={"output_tokens": whole["usage"]["output_tokens"]})
        event("message_stop")
        return as_events(parts, request_id="req_011C")

    def _check_fields(self, body: dict[str, Any], version: str) -> None:
        for name, value in body.items():
            if name in SAMPLING and version == "2023-06-01":
                if value != SAMPLING[name]:
                    raise self.refusal("bad_request", f"{name}: only the default is supported for this model")
            elif name not in FIELDS:
                raise self.refusal("bad_request", f"{name}: Extra inputs are not permitted")
        for name in ("model", "max_tokens", "messages"):
            if name not in body:
                raise self.refusal("bad_request", f"{name}: Field required")
        if body["model"] not in MODELS:
            raise self.refusal("unknown_model", f"model: {body['model']}")
        most = body["max_tokens"]
        if type(most) is not int or not 1 <= most <= 128_000:
            raise self.refusal("bad_request", f"max_tokens: {most} is not in 1..128000")
        if type(body.get("stream", False)) is not bool:
            raise self.refusal("bad_request", "stream: Input should be a valid boolean")

    def _check_messages(self, body: dict[str, Any], model: str) -> str:
        found = self._text_of(body.get("system", ""), "system")
        messages = body["messages"]
        if not isinstance(messages, list) or not messages:
            raise self.refusal("bad_request", "messages: at least one message is required")
        for number, message in enumerate(messages):
            if not isinstance(message, dict) or message.get("role") not in ("user", "assistant"):
                raise self.refusal("bad_request", f"messages.{number}.role: Input should be 'user' or 'assistant'")
            words = self._text_of(
                message.get("content"), f"messages.{number}.content", images=message["role"] == "user"
            )
            if not words and isinstance(message.get("content"), str):
                raise self.refusal("bad_request", f"messages.{number}: text content must not be empty")
            found += "\n" + words
        if messages[0]["role"] != "user":
            raise self.refusal("bad_request", 'messages: first message must use the "user" role')
        if messages[-1]["role"] == "assistant" and model not in PREFILL:
            raise self.refusal("bad_request", "This model does not support assistant message prefill.")
        return found

    def _text_of(self, content: Any, where: str, *, images: bool = False) -> str:
        if isinstance(content, str):
            return content
        if not isinstance(content, list):
            raise self.refusal("bad_request", f"{where}: Input should be a string or a list of blocks")
        found = ""
        for number, block in enumerate(content):
            kind = block.get("type") if isinstance(block, dict) else None
            if kind == "text" and isinstance(block.get("text"), str) and block["text"]:
                found += block["text"]
            elif kind == "image" and images:
                self._check_image(block.get("source"), f"{where}.{number}.source")
            else:
                raise self.refusal("bad_request", f"{where}.{number}: block type or text not permitted here")
        return found

    def _check_image(self, source: Any, where: str) -> None:
        kind = source.get("type") if isinstance(source, dict) else None
        if kind == "base64":
            if not re.fullmatch(r"image/(jpeg|png|gif|webp)", str(source.get("media_type"))):
                raise self.refusal("bad_request", f"{where}.media_type: not a picture type")
            if not re.fullmatch(r"[A-Za-z0-9+/]+=*", str(source.get("data"))):
                raise self.refusal("bad_request", f"{where}.data: not base64")
        elif kind != "url" or not str(source.get("url")).startswith("https://"):
            raise self.refusal("bad_request", f"{where}: needs base64 data or an https url")

    def _check_thinking(self, body: dict[str, Any], model: str) -> bool:
        """Whether the answer begins with thoughts."""
        asked = body.get("thinking", {"type": "adaptive"})
        kind = asked.get("type") if isinstance(asked, dict) else None
        if kind not in ("adaptive", "enabled", "disabled", "between_tools"):
            raise self.refusal("bad_request", "thinking.type: not one of adaptive, enabled, disabled, between_tools")
        if kind == "enabled" and not 1_024 <= asked.get("budget_tokens", 0) < body["max_tokens"]:
            raise self.refusal("bad_request", "thinking.budget_tokens: at least 1024 and below max_tokens")
        off = kind in ("disabled", "between_tools")
        if (off and model in ALWAYS_THINKS) or (kind == "disabled" and model == "claude-sonnet-5-5"):
            raise self.refusal("bad_request", f'thinking.type: "{kind}" is not supported for this model')
        return not off and (model not in PREFILL or kind == "enabled")

    def _check_output(self, body: dict[str, Any]) -> dict[str, Any] | None:
        config = body.get("output_config", {})
        if not isinstance(config, dict) or not config.keys() <= {"effort", "format"}:
            raise self.refusal("bad_request", "output_config: Extra inputs are not permitted")
        if config.get("effort", "high") not in EFFORTS:
            raise self.refusal("bad_request", f"output_config.effort: not one of {', '.join(EFFORTS)}")
        form = config.get("format")
        if form is None:
            return None
        if not isinstance(form, dict) or form.keys() != {"type", "schema"} or form["type"] != "json_schema":
            raise self.refusal("bad_request", "output_config.format: needs type json_schema and schema, no more")
        for where, part in objects_in(form["schema"], "schema"):
            if part.get("additionalProperties") is not False:
                message = f"output_config.format.{where}: for 'object' type, 'additionalProperties' must be false"
                raise self.refusal("bad_request", message)
        return form["schema"]

    def models(self, call: Call) -> Reply:
        names = list(MODELS)
        limit = int(call.request.query.get("limit", "20"))
        after = call.request.query.get("after_id")
        start = names.index(after) + 1 if after in names else 0
        page = names[start : start + limit]
        ends = {"first_id": page[0] if page else None, "last_id": page[-1] if page else None}
        return as_json({"data": [_listed(name) for name in page], "has_more": start + limit < len(names), **ends})

    def model(self, call: Call) -> Reply:
        name = call.params["model"]
        return as_json(_listed(name)) if name in MODELS else self.error("unknown_model", f"model: {name}")


def _listed(name: str) -> dict[str, Any]:
    lifecycle, ends = MODELS[name]
    return {
        "type": "model",
        "id": name,
        "display_name": name.replace("-", " ").title(),
        "created_at": "2026-08-01T00:00:00Z",
        "lifecycle": lifecycle,
        "retires_at": ends,
        "max_input_tokens": 1_000_000,
        "max_tokens": 128_000,
        "capabilities": {"structured_outputs": {"supported": True}},
    }
