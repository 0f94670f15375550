"""Google's developer API: text and pictures by generateContent, the list of models. Films are in `google_films`."""

from __future__ import annotations

import base64
import json
import re
from typing import Any

from tests.providers.fake.books import Captured
from tests.providers.fake.chat import THOUGHT, pieces
from tests.providers.fake.dialect import Call, Dialect, Reply, Route, as_events, as_json, names, tokens
from tests.providers.fake.faults import (
    Cancelled,
    ErrorIn200,
    Expired,
    JobFailed,
    JobLost,
    LengthCut,
    Moderated,
    PollUrlElsewhere,
    RateLimited,
    RelativePollUrl,
    ThinkingFirst,
    UnknownStatus,
    WrongType,
)
from tests.providers.fake.google_films import Films
from tests.providers.fake.scene import compose

IMAGE_MODELS = ("gemini-3.1-flash-image", "gemini-3.1-flash-lite-image", "gemini-3-pro-image", "gemini-nano-banana-2.1")
VIDEO_MODELS = ("gemini-omni-1.1-flash", "gemini-omni-1.2-flash")
TEXT_MODEL = r"gemini-3(\.\d+)?-(flash|pro|flash-lite)"
RATIOS = names("1:1 2:3 3:2 3:4 4:3 4:5 5:4 9:16 16:9 21:9")
LONG_RATIOS = names("1:4 4:1 1:8 8:1")
FIELDS = names("contents systemInstruction generationConfig safetySettings tools toolConfig cachedContent")
CONFIG_FIELDS = names(
    "temperature topP topK candidateCount maxOutputTokens stopSequences responseMimeType responseSchema responseJsonSchema "
    "seed responseModalities imageConfig thinkingConfig presencePenalty frequencyPenalty mediaResolution"
)
V = "/v1(?:beta)?"


class Google(Films, Dialect):
    name = "google"
    roots = ("/v1beta/files/",)
    waits = Dialect.waits | {"google_retry_info"}
    results_elsewhere = True
    routes = (
        Route("POST", V + "/models/(?P<model>[^/:]+):generateContent", "text", "generate", purchase=True),
        Route("POST", V + "/models/(?P<model>[^/:]+):streamGenerateContent", "text.stream", "generate", purchase=True),
        Route("POST", V + "/interactions", "video.submit", "interact", purchase=True),
        Route("GET", V + "/interactions/(?P<job>[^/]+)", "video.poll", "poll"),
        Route("POST", V + "/interactions/(?P<job>[^/]+)/cancel", "video.cancel", "cancel"),
        Route("GET", V + "/files/(?P<job>[^/:]+):download", "video.content", "download"),
        Route("GET", V + "/models", "models", "models"),
        Route("GET", V + "/models/(?P<model>[^/:]+)", "models", "model"),
    )
    expresses = {
        "text": (LengthCut, Moderated, ThinkingFirst),
        "text.stream": (LengthCut, Moderated, ThinkingFirst, ErrorIn200),
        "image.generate": (Moderated, WrongType, ThinkingFirst),
        "video.submit": (Moderated, JobFailed, JobLost, Cancelled),
        "video.poll": (
            *(Moderated, JobFailed, JobLost, Cancelled, UnknownStatus),
            *(RelativePollUrl, PollUrlElsewhere, WrongType),
        ),
        "video.content": (WrongType, Expired, JobLost),
    }
    moderations = {
        "text": ("prompt", "finish"),
        "text.stream": ("prompt", "finish"),
        "image.generate": ("prompt", "finish", "no_image"),
        "video.submit": ("no_media", "error"),
        "video.poll": ("no_media",),
    }
    errors = {
        "bad_request": (400, "INVALID_ARGUMENT", "Request contains an invalid argument."),
        "denied": (400, "INVALID_ARGUMENT", "API key not valid. Please pass a valid API key."),
        "forbidden": (403, "PERMISSION_DENIED", "The caller does not have permission"),
        "no_funds": (
            429,
            "RESOURCE_EXHAUSTED",
            "You exceeded your current quota, please check your plan and billing details.",
        ),
        "unknown_model": (404, "NOT_FOUND", "The model is not found for API version v1beta."),
        "not_found": (404, "NOT_FOUND", "Requested entity was not found."),
        "busy": (429, "RESOURCE_EXHAUSTED", "Resource has been exhausted."),
        "moderated": (400, "INVALID_ARGUMENT", "The request was blocked: it may violate the usage policy."),
        "overloaded": (503, "UNAVAILABLE", "The model is overloaded. Please try again later."),
        "server": (500, "INTERNAL", "An internal error has occurred."),
        "timeout": (504, "DEADLINE_EXCEEDED", "Deadline expired before operation could complete."),
    }

    def operation(self, route: Route, request: Captured) -> str:
        body = request.json if isinstance(request.json, dict) else {}
        config = body.get("generationConfig")
        if (
            route.operation == "text"
            and isinstance(config, dict)
            and "IMAGE" in (config.get("responseModalities") or [])
        ):
            return "image.generate"
        return route.operation

    def authorise(self, request: Captured, key: str) -> Reply | None:
        given = request.headers.get("x-goog-api-key")
        if given is None:
            return self.error("forbidden", "Method doesn't allow unregistered callers.")
        return None if given == key else self.error("denied")

    def error(self, kind: str, message: str = "", *, status: int | None = None, param: str | None = None) -> Reply:
        usual, word, words = self.errors[kind]
        details: list[dict[str, Any]] = []
        if kind == "denied":
            details.append(_detail("ErrorInfo", reason="API_KEY_INVALID", domain="googleapis.com"))
        if kind == "no_funds":
            violation = {"quotaMetric": "generate_requests", "quotaId": "GenerateRequestsPerDayPerProjectPerModel"}
            details.append(_detail("QuotaFailure", violations=[violation]))
        fault: dict[str, Any] = {"code": status or usual, "message": message or words, "status": word}
        if details:
            fault["details"] = details
        return as_json({"error": fault}, status or usual)

    def rate_limited(self, fault: RateLimited) -> Reply:
        reply = super().rate_limited(fault)
        if fault.form == "google_retry_info":
            document = json.loads(reply.body)
            document["error"]["details"] = [_detail("RetryInfo", retryDelay=f"{fault.seconds:g}s")]
            reply.body = json.dumps(document).encode()
        return reply

    def told_at_the_door(self, call: Call, reply: Reply) -> Reply:
        """Errors of a stream come as a list of one."""
        if call.request.operation == "text.stream" and reply.headers.get("content-type") == "application/json":
            reply.body = b"[" + reply.body + b"]"
        return reply

    def generate(self, call: Call) -> Reply:
        body = call.body
        config = body.get("generationConfig", {})
        self._known_only(body, FIELDS, "")
        self._known_only(config, CONFIG_FIELDS, "generation_config.")
        model = call.params["model"]
        if not re.fullmatch(TEXT_MODEL, model) and model not in IMAGE_MODELS:
            raise self.refusal("unknown_model", f"models/{model} is not found for API version v1beta.")
        prompt = self._read(body)
        if call.request.operation == "image.generate":
            return self._draw(call, model, config, prompt)
        schema = config.get("responseJsonSchema", config.get("responseSchema"))
        as_data = config.get("responseMimeType") == "application/json"
        if schema is not None and not as_data:
            raise self.refusal("bad_request", "A response schema needs the response mime type application/json.")
        text = compose(call, (schema or {}) if as_data else None, prompt)
        finish = "STOP"
        limit = config.get("maxOutputTokens")
        if isinstance(call.fault, LengthCut):
            finish, text = "MAX_TOKENS", text[: len(text) // 2]
        elif limit is not None and tokens(text) > limit:
            finish, text = "MAX_TOKENS", text[: limit * 4]
        thought = THOUGHT if isinstance(call.fault, ThinkingFirst) else ""
        if isinstance(call.fault, Moderated):
            return self._moderated(call, model, prompt, "SAFETY")
        usage = _usage(prompt, text, thought)
        call.take(usage=usage)
        parts = [{"text": thought, "thought": True}] if thought else []
        if call.request.operation == "text":
            return as_json(_answer(model, [*parts, *_text_parts(text, 2)], finish, usage))
        return self._stream(call, model, [*parts, *_text_parts(text, 8)], finish, usage)

    def _stream(self, call: Call, model: str, parts: list[Any], finish: str, usage: dict[str, int]) -> Reply:
        chunks = [_answer(model, [part], None, None) for part in parts]
        chunks.append(_answer(model, [{"text": ""}], finish, usage))
        if isinstance(call.fault, ErrorIn200):
            chunks[3:] = [json.loads(self.error("overloaded").body)]
        if call.request.query.get("alt") != "sse":
            return as_json(chunks)
        return as_events([f"data: {json.dumps(chunk, ensure_ascii=False)}\r\n\r\n" for chunk in chunks])

    def _draw(self, call: Call, model: str, config: dict[str, Any], prompt: str) -> Reply:
        if model not in IMAGE_MODELS or not set(config["responseModalities"]) <= {"TEXT", "IMAGE"}:
            raise self.refusal("bad_request", "The model does not support the requested response modalities.")
        look = config.get("imageConfig", {})
        self._known_only(look, frozenset({"aspectRatio", "imageSize"}), "generation_config.image_config.")
        ratios = RATIOS | (LONG_RATIOS if model.startswith("gemini-3.1-flash") else frozenset())
        if look.get("aspectRatio", "1:1") not in ratios:
            raise self.refusal("bad_request", "image_config.aspect_ratio is not supported")
        if look.get("imageSize", "1K") not in ("512", "1K", "2K", "4K"):
            raise self.refusal("bad_request", "image_config.image_size must be one of 512, 1K, 2K, 4K")
        if isinstance(call.fault, Moderated):
            return self._moderated(call, model, prompt, "IMAGE_SAFETY")
        usage = {**_usage(prompt, "", THOUGHT), "candidatesTokenCount": 1_120}
        usage["totalTokenCount"] += 1_120
        call.take(usage=usage)
        data = base64.b64encode(call.picture("png")).decode()
        parts = [
            {"text": THOUGHT, "thought": True},
            {"text": "Here is the picture."},
            {"inlineData": {"mimeType": "image/png", "data": data}, "thoughtSignature": "c2lnbmVk"},
        ]
        if isinstance(call.fault, ThinkingFirst):  # a draft among the thoughts, which is not the picture
            draft = base64.b64encode(call.picture("jpeg")).decode()
            parts.insert(1, {"inlineData": {"mimeType": "image/jpeg", "data": draft}, "thought": True})
        return as_json(_answer(model, parts, "STOP", usage))

    def _moderated(self, call: Call, model: str, prompt: str, finish: str) -> Reply:
        assert isinstance(call.fault, Moderated)
        how = call.fault.how or ("prompt" if call.fault.stage == "input" else "finish")
        usage = _usage(prompt, "", "")
        call.take(usage=usage)
        if how == "prompt":
            feedback = {"blockReason": "PROHIBITED_CONTENT"}
            document: dict[str, Any] = {"promptFeedback": feedback, "usageMetadata": usage, "modelVersion": model}
        else:
            word = "NO_IMAGE" if how == "no_image" else finish
            document = _answer(model, None, word, usage)
        if call.request.operation == "text.stream" and call.request.query.get("alt") == "sse":
            return as_events([f"data: {json.dumps(document)}\r\n\r\n"])
        return as_json([document] if call.request.operation == "text.stream" else document)

    def _read(self, body: dict[str, Any]) -> str:
        found = ""
        system = body.get("systemInstruction", {"parts": []})
        contents = body.get("contents")
        if not isinstance(contents, list) or not contents:
            raise self.refusal("bad_request", "contents are required")
        for content in (system, *contents):
            if content is not system and content.get("role", "user") not in ("user", "model"):
                raise self.refusal("bad_request", "Please use a valid role: user, model.")
            if not isinstance(content.get("parts"), list) or (content is not system and not content["parts"]):
                raise self.refusal("bad_request", "contents.parts must not be empty.")
            for part in content["parts"]:
                found += self._read_part(part) + "\n"
        return found

    def _read_part(self, part: Any) -> str:
        if isinstance(part, dict) and isinstance(part.get("text"), str):
            return part["text"]
        data = part.get("inlineData") if isinstance(part, dict) else None
        if isinstance(data, dict) and data.keys() == {"mimeType", "data"}:
            if not re.fullmatch(r"image/(png|jpeg|webp)", data["mimeType"]):
                raise self.refusal("bad_request", "Unsupported MIME type.")
            if not re.fullmatch(r"[A-Za-z0-9+/]+=*", data["data"]):
                raise self.refusal("bad_request", "Base64 decoding failed.")
            return ""
        raise self.refusal("bad_request", "contents.parts: required oneof field 'data' must have one initialized field")

    def _known_only(self, given: dict[str, Any], known: frozenset[str], where: str) -> None:
        for name in given:
            if name not in known:
                message = f'Invalid JSON payload received. Unknown name "{where}{name}": Cannot find field.'
                raise self.refusal("bad_request", message)

    def models(self, call: Call) -> Reply:
        names = ["gemini-3.1-pro", "gemini-3.1-flash", *IMAGE_MODELS, *VIDEO_MODELS]
        size, start = int(call.request.query.get("pageSize", "50")), int(call.request.query.get("pageToken", "0"))
        page: dict[str, Any] = {"models": [_listed(name) for name in names[start : start + size]]}
        if start + size < len(names):
            page["nextPageToken"] = str(start + size)
        return as_json(page)

    def model(self, call: Call) -> Reply:
        name = call.params["model"]
        known = name in (*IMAGE_MODELS, *VIDEO_MODELS) or re.fullmatch(TEXT_MODEL, name)
        return as_json(_listed(name)) if known else self.error("unknown_model")


def _detail(kind: str, **fields: Any) -> dict[str, Any]:
    return {"@type": f"type.googleapis.com/google.rpc.{kind}", **fields}


def _usage(prompt: str, text: str, thought: str) -> dict[str, int]:
    asked, made = tokens(prompt), tokens(text) if text else 0
    thinking = tokens(thought) if thought else 0
    return {
        "promptTokenCount": asked,
        "candidatesTokenCount": made,
        "thoughtsTokenCount": thinking,
        "totalTokenCount": asked + made + thinking,
    }


def _text_parts(text: str, count: int) -> list[dict[str, Any]]:
    return [{"text": piece} for piece in pieces(text, count)]


def _answer(model: str, parts: list[Any] | None, finish: str | None, usage: dict[str, int] | None) -> dict[str, Any]:
    candidate: dict[str, Any] = {"index": 0}
    if parts is not None:
        candidate["content"] = {"role": "model", "parts": parts}
    if finish is not None:
        candidate["finishReason"] = finish
    whole: dict[str, Any] = {"candidates": [candidate], "modelVersion": model, "responseId": "r-1"}
    if usage is not None:
        whole["usageMetadata"] = usage
    return whole


def _listed(name: str) -> dict[str, Any]:
    methods = ["createInteraction"] if name in VIDEO_MODELS else ["generateContent", "countTokens"]
    return {
        "name": f"models/{name}",
        "version": "001",
        "displayName": name.replace("-", " ").title(),
        "inputTokenLimit": 1_048_576,
        "outputTokenLimit": 65_536,
        "supportedGenerationMethods": methods,
    }
