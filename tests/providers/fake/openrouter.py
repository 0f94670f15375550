"""OpenRouter: chat, pictures through chat and through /images, the lists of models. Films are in `openrouter_films`."""

from __future__ import annotations

import base64
import re
from decimal import Decimal
from typing import Any

from tests.providers.fake import media
from tests.providers.fake.books import Captured
from tests.providers.fake.chat import (
    MADE_AT,
    completion,
    count,
    only_known,
    read_messages,
    say,
    schema_asked,
    stream,
)
from tests.providers.fake.dialect import Call, Dialect, Reply, Route, as_json, bearer, names, tokens
from tests.providers.fake.faults import (
    Cancelled,
    ErrorIn200,
    Expired,
    Fault,
    JobFailed,
    JobLost,
    LengthCut,
    Moderated,
    PollUrlElsewhere,
    RelativePollUrl,
    ThinkingFirst,
    UnknownStatus,
    WrongType,
)
from tests.providers.fake.openrouter_films import Films
from tests.providers.fake.openrouter_lists import IMAGE_MODELS, TEXT_MODELS, VIDEO_MODELS, image_endpoints

CHAT_FIELDS = names(
    "cache_control debug frequency_penalty image_config logit_bias logprobs max_completion_tokens max_tokens messages "
    "metadata min_p modalities model models parallel_tool_calls plugins prediction presence_penalty prompt_cache_key "
    "prompt_cache_options provider reasoning reasoning_effort repetition_penalty response_format route seed service_tier "
    "session_id stop stream stream_options temperature tool_choice tools top_a top_k top_logprobs top_p trace user "
    "transforms usage"
)
IMAGE_FIELDS = names(
    "aspect_ratio background input_references model n output_compression output_format prompt provider quality resolution "
    "seed size stream user session_id"
)
RATIOS = names("1:1 1:2 2:1 1:4 4:1 1:8 8:1 2:3 3:2 3:4 4:3 4:5 5:4 9:16 16:9 9:19.5 19.5:9 9:20 20:9 9:21 21:9 auto")
PICTURES_ONLY = re.compile(r"black-forest-labs/|bytedance-seed/|recraft/|sourceful/")
TEXT_COST, IMAGE_COST = Decimal("0.000125"), Decimal("0.04")
COST_DETAILS = {
    "upstream_inference_cost": None,
    "upstream_inference_prompt_cost": 0,
    "upstream_inference_completions_cost": 0,
}
DRAWING = (Moderated, ErrorIn200, WrongType, JobFailed)


class OpenRouter(Films, Dialect):
    name = "openrouter"
    base = "/api/v1"
    roots = ("/api/v1/videos/",)
    results_elsewhere = True
    routes = (
        Route("POST", "/api/v1/chat/completions", "text", "chat", purchase=True),
        Route("POST", "/api/v1/images", "image.generate", "draw", purchase=True),
        Route("POST", "/api/v1/videos", "video.submit", "film", purchase=True),
        Route("GET", "/api/v1/videos/models", "models", "video_models"),
        Route("GET", "/api/v1/videos/(?P<job>[^/]+)", "video.poll", "poll"),
        Route("GET", "/api/v1/videos/(?P<job>[^/]+)/content", "video.content", "content"),
        Route("GET", "/api/v1/models", "models", "models"),
        Route("GET", "/api/v1/images/models", "models", "image_models"),
        Route("GET", "/api/v1/images/models/(?P<model>[^/]+/[^/]+)/endpoints", "models", "endpoints"),
        Route("GET", "/api/v1/key", "models", "money"),
        Route("GET", "/api/v1/credits", "models", "money"),
    )
    expresses = {
        "text": (LengthCut, Moderated, ThinkingFirst, ErrorIn200),
        "text.stream": (LengthCut, Moderated, ThinkingFirst, ErrorIn200),
        "image.generate": (*DRAWING, PollUrlElsewhere),
        "video.submit": (Moderated, RelativePollUrl, PollUrlElsewhere, JobFailed, JobLost, Expired, Cancelled),
        "video.poll": (
            *(Moderated, JobFailed, JobLost, Expired, Cancelled, UnknownStatus, ErrorIn200),
            *(RelativePollUrl, PollUrlElsewhere),
        ),
        "video.content": (WrongType, JobLost, Expired),
    }
    moderations = {
        "text": ("error", "policy", "refusal", "filter"),
        "text.stream": ("error", "policy", "refusal", "filter"),
        "image.generate": ("error", "policy", "no_media"),
        "video.submit": ("error", "policy", "job"),
        "video.poll": ("job",),
    }
    errors = {
        "bad_request": (400, "invalid_request", "Invalid input"),
        "denied": (401, "authentication", "User not found."),
        "forbidden": (403, "permission_denied", "Only management keys can perform this operation"),
        "no_funds": (402, "payment_required", "Insufficient credits. Add more to continue."),
        "unknown_model": (404, "not_found", "No endpoints found for this model."),
        "not_found": (404, "not_found", "Not found"),
        "busy": (429, "rate_limit_exceeded", "Rate limit exceeded"),
        "overloaded": (503, "provider_overloaded", "Provider is overloaded"),
        "unavailable": (502, "provider_unavailable", "Provider returned an error"),
        "server": (500, "server", "Internal Server Error"),
        "policy": (400, "content_policy_violation", "The request was refused by the provider's content policy"),
        "moderated": (403, "content_policy_violation", "Your input was flagged"),
        "too_large": (413, "payload_too_large", "Payload too large"),
        "timeout": (504, "timeout", "The provider took too long"),
    }

    def operation(self, route: Route, request: Captured) -> str:
        body = request.json if isinstance(request.json, dict) else {}
        if route.operation == "text" and "image" in (body.get("modalities") or []):
            return "image.generate"
        return super().operation(route, request)

    def authorise(self, request: Captured, key: str) -> Reply | None:
        return None if bearer(request) == key else self.error("denied")

    def error(self, kind: str, message: str = "", *, status: int | None = None, param: str | None = None) -> Reply:
        usual, sort, words = self.errors[kind]
        status = status or usual
        metadata: dict[str, Any] = {"error_type": sort}
        if kind == "moderated":
            metadata = {
                "reasons": ["violence"],
                "flagged_input": "the first words",
                "provider_name": "OpenAI",
                "model_slug": "openai/gpt-6",
            }
        fault: dict[str, Any] = {"code": status, "message": message or words, "metadata": metadata}
        return as_json({"error": fault, "user_id": "user_2b"}, status)

    def chat(self, call: Call) -> Reply:
        body = call.body
        only_known(self, body, CHAT_FIELDS)
        model = self._live(body)
        prompt = read_messages(self, body, ("developer", "system", "user", "assistant", "tool"))
        if call.request.operation == "image.generate":
            return self._draw_in_chat(call, body, model, prompt)
        schema = schema_asked(self, body)
        if not (body.get("provider") or {}).get("require_parameters"):
            schema = None  # dropped in silence, as a route to a model without schemas would
        if isinstance(call.fault, Moderated) and call.fault.how in ("", "error", "policy"):
            raise self._moderated(call.fault)
        if isinstance(call.fault, ErrorIn200) and call.request.operation == "text":
            return as_json(self._in_200("unavailable"))
        said = say(call, prompt, schema)
        usage = count(prompt, said)
        call.take(cost=TEXT_COST, usage=usage)
        told = {**usage, "cost": float(TEXT_COST), "is_byok": False, "cost_details": COST_DETAILS}
        if body.get("stream") is not True:
            return as_json(completion(model, said, told, thought_key="reasoning", reasoning=said.thought or None))
        choice = {"index": 0, "delta": {"content": ""}, "finish_reason": "error"}
        broken = {
            "id": "gen-1",
            "object": "chat.completion.chunk",
            "created": MADE_AT,
            "model": model,
            "choices": [choice],
        }
        return stream(
            call,
            model,
            said,
            told,
            thought_key="reasoning",
            comment="OPENROUTER PROCESSING",
            broken={**broken, **self._in_200("unavailable")},
        )

    def _draw_in_chat(self, call: Call, body: dict[str, Any], model: str, prompt: str) -> Reply:
        asked = body["modalities"]
        if not isinstance(asked, list) or not set(asked) <= {"text", "image"}:
            raise self.refusal("bad_request", "modalities: expected text, image or audio")
        if "text" in asked and PICTURES_ONLY.match(model):
            wanted = ", ".join(asked)
            message = f"No endpoints found that support the requested output modalities: {wanted}"
            raise self.refusal("unknown_model", message)
        config = body.get("image_config") or {}
        if config.get("aspect_ratio", "auto") not in RATIOS or config.get("image_size", "1K") not in (
            "0.5K",
            "1K",
            "2K",
            "4K",
        ):
            raise self.refusal("bad_request", "image_config: invalid aspect_ratio or image_size")
        self._stop_drawing(call.fault)
        if isinstance(call.fault, ErrorIn200):
            return as_json(self._in_200("unavailable"))
        usage = {"prompt_tokens": tokens(prompt), "completion_tokens": 1_290, "total_tokens": tokens(prompt) + 1_290}
        said = say(call, prompt, None)
        if isinstance(call.fault, Moderated):  # an ordinary completion, only without a picture
            call.take(cost=TEXT_COST, usage=usage)
            return as_json(completion(model, said, {**usage, "cost": float(TEXT_COST)}, thought_key="reasoning"))
        call.take(cost=IMAGE_COST, usage=usage)
        picture = call.picture("png")
        url = f"data:image/png;base64,{base64.b64encode(picture).decode()}"
        if isinstance(call.fault, PollUrlElsewhere):
            url = call.host(picture, "image/png")
        images = [{"type": "image_url", "image_url": {"url": url}}]
        told = {**usage, "cost": float(IMAGE_COST), "is_byok": False}
        said.text = "" if PICTURES_ONLY.match(model) else said.text
        return as_json(completion(model, said, told, thought_key="reasoning", images=images))

    def draw(self, call: Call) -> Reply:
        body = call.body
        only_known(self, body, IMAGE_FIELDS)
        self._live(body)
        prompt = body.get("prompt")
        if not isinstance(prompt, str) or not prompt:
            raise self.refusal("bad_request", "prompt: required")
        self._one_of(body, "aspect_ratio", RATIOS)
        self._one_of(body, "resolution", frozenset({"512", "1K", "2K", "4K"}))
        self._one_of(body, "quality", frozenset({"auto", "low", "medium", "high"}))
        self._one_of(body, "output_format", frozenset({"png", "jpeg", "webp", "svg"}))
        self._one_of(body, "background", frozenset({"auto", "transparent", "opaque"}))
        self._whole(body, "n", 1, 10)
        self._whole(body, "output_compression", 0, 100)
        self._whole(body, "seed", -(2**63), 2**63)
        self._check_size(body)
        self._check_parts(body, "input_references", 16)
        self._stop_drawing(call.fault)
        if isinstance(call.fault, ErrorIn200):
            return as_json(self._in_200("unavailable"))
        n = body.get("n", 1)
        form = body.get("output_format", "png")
        out = 4_175 * n
        usage = {"prompt_tokens": tokens(prompt), "completion_tokens": out, "total_tokens": tokens(prompt) + out}
        cost = IMAGE_COST * n
        call.take(cost=cost, usage=usage)
        if isinstance(call.fault, Moderated):
            return as_json({"created": MADE_AT, "data": [], "usage": {**usage, "cost": float(cost)}})
        one: dict[str, Any] = {"b64_json": base64.b64encode(call.picture(form)).decode()}
        if "output_format" in body:
            one["media_type"] = media.TYPES[form]
        told = {**usage, "cost": float(cost), "cost_details": COST_DETAILS, "is_byok": False}
        return as_json({"created": MADE_AT, "data": [one] * n, "usage": told})

    def _check_size(self, body: dict[str, Any]) -> None:
        size = body.get("size")
        if size is None or size in ("512", "1K", "2K", "4K"):
            return
        found = re.fullmatch(r"(\d+)x(\d+)", str(size))
        if not found:
            raise self.refusal("bad_request", "size: expected a tier or WIDTHxHEIGHT")
        ratio = body.get("aspect_ratio", "auto")
        if ratio != "auto":
            wide, high = (Decimal(side) for side in ratio.split(":"))
            if abs(Decimal(found[1]) / Decimal(found[2]) - wide / high) > Decimal("0.02"):
                raise self.refusal("bad_request", "size contradicts aspect_ratio")

    def models(self, call: Call) -> Reply:
        wanted = call.request.query.get("output_modalities")
        rows = [row for row in TEXT_MODELS if not wanted or wanted in row["architecture"]["output_modalities"]]
        return as_json({"data": rows, "links": {"next": None}, "total_count": len(rows)})

    def image_models(self, call: Call) -> Reply:
        return as_json({"data": IMAGE_MODELS})

    def endpoints(self, call: Call) -> Reply:
        found = image_endpoints(call.params["model"])
        return as_json(found) if found else self.error("not_found")

    def video_models(self, call: Call) -> Reply:
        return as_json({"data": VIDEO_MODELS})

    def money(self, call: Call) -> Reply:
        if call.request.path.endswith("/credits"):
            return as_json({"data": {"total_credits": 100.5, "total_usage": 25.75}})
        return as_json({"data": {"label": "sk-or-...", "limit": 100, "limit_remaining": 74.25, "usage": 25.75}})

    def _stop_drawing(self, fault: Fault | None) -> None:
        if isinstance(fault, JobFailed):
            raise self.refusal("unavailable")
        if isinstance(fault, Moderated) and fault.how != "no_media":
            raise self._moderated(fault)
