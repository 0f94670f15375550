"""OpenAI: chat completions, speech, moderations, the list of models. Pictures are in `openai_pictures`."""

from __future__ import annotations

import re
from typing import Any

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
from tests.providers.fake.dialect import Call, Dialect, Reply, Route, as_json, bearer, names
from tests.providers.fake.faults import ErrorIn200, LengthCut, Moderated, WrongType
from tests.providers.fake.openai_pictures import Pictures, live

GOING = {
    "gpt-image-1-mini": "2026-12-01",
    "gpt-image-1.5": "2026-12-01",
    "chatgpt-image-latest": "2026-12-01",
    "gpt-5.2": "2026-12-11",
    "o3": "2026-12-11",
    "tts-1": "2027-01-06",
    "tts-1-hd": "2027-01-06",
    "gpt-4o-mini-tts": "2027-01-06",
    "gpt-4o": "2027-01-14",
    "gpt-4o-mini": "2027-01-14",
    "gpt-4.1": "2027-01-14",
    "gpt-4.1-mini": "2027-01-14",
}
STAYING = (
    *("gpt-6", "gpt-6-mini", "gpt-5.6", "gpt-5.6-mini", "omni-moderation-latest"),
    *("gpt-image-2", "gpt-image-2.5-sunburst", "gpt-image-2.5-flare", "gpt-image-2.6-sunburst", "gpt-image-2.6-flare"),
)
CHAT_MODEL = r"gpt-(6|5|4o|4\.1)([.-].*)?|o3"
REASONING_MODEL = r"gpt-[56]([.-].*)?|o3"
SPEECH_MODEL = r"tts-1(-hd)?|gpt-4o-mini-tts(-\d{4}-\d{2}-\d{2})?"
VOICES = names("alloy ash ballad coral echo fable onyx nova sage shimmer verse marin cedar")
CHAT_FIELDS = names(
    "metadata top_logprobs temperature top_p user safety_identifier prompt_cache_key prompt_cache_retention "
    "prompt_cache_options messages model service_tier modalities verbosity reasoning_effort max_completion_tokens "
    "frequency_penalty presence_penalty web_search_options response_format audio store moderation stream stop logit_bias "
    "logprobs max_tokens n prediction seed stream_options tools tool_choice parallel_tool_calls"
)
SPEECH_FIELDS = names("model input voice response_format speed instructions stream_format")
SOUND_TYPES = {"mp3": "audio/mpeg", "opus": "audio/opus", "aac": "audio/aac", "flac": "audio/flac", "wav": "audio/wav"}
CATEGORIES = names(
    "harassment harassment/threatening hate hate/threatening illicit illicit/violent self-harm self-harm/intent "
    "self-harm/instructions sexual sexual/minors violence violence/graphic"
)


class OpenAI(Pictures, Dialect):
    name = "openai"
    base = "/v1"
    routes = (
        Route("POST", "/v1/chat/completions", "text", "chat", purchase=True),
        Route("POST", "/v1/images/generations", "image.generate", "generate", purchase=True),
        Route("POST", "/v1/images/edits", "image.edit", "edit", purchase=True),
        Route("POST", "/v1/audio/speech", "speech", "speak", purchase=True),
        Route("POST", "/v1/moderations", "moderate", "moderate", purchase=True),
        Route("GET", "/v1/models", "models", "models"),
        Route("GET", "/v1/models/(?P<model>[^/]+)", "models", "model"),
    )
    expresses = {
        "text": (LengthCut, Moderated),
        "text.stream": (LengthCut, Moderated, ErrorIn200),
        "image.generate": (Moderated, WrongType, ErrorIn200),
        "image.edit": (Moderated, WrongType, ErrorIn200),
        "speech": (Moderated, WrongType),
        "moderate": (Moderated,),
    }
    moderations = {
        "text": ("refusal", "filter", "error"),
        "text.stream": ("refusal", "filter", "error"),
        "image.generate": ("blocked", "old"),
        "image.edit": ("blocked", "old"),
        "speech": ("old",),
        "moderate": ("flagged",),
    }
    errors = {
        "bad_request": (400, "", "Invalid value."),
        "denied": (401, "invalid_api_key", "Incorrect API key provided."),
        "forbidden": (403, "unsupported_country_region_territory", "Country, region, or territory not supported."),
        "no_funds": (429, "insufficient_quota", "You exceeded your current quota, please check your plan and billing."),
        "unknown_model": (404, "model_not_found", "The model does not exist or you do not have access to it."),
        "not_found": (404, "unknown_url", "Invalid URL."),
        "busy": (429, "rate_limit_exceeded", "Rate limit reached."),
        "overloaded": (503, "", "The engine is currently overloaded, please try again later."),
        "server": (500, "", "The server had an error while processing your request."),
        "moderated": (400, "content_policy_violation", "Your request was rejected by our safety system."),
    }

    def authorise(self, request: Captured, key: str) -> Reply | None:
        return None if bearer(request) == key else self.error("denied")

    def error(self, kind: str, message: str = "", *, status: int | None = None, param: str | None = None) -> Reply:
        usual, code, words = self.errors[kind]
        status = status or usual
        sort = {"no_funds": "insufficient_quota", "busy": "requests", "moderated": "image_generation_user_error"}.get(
            kind, "server_error" if status >= 500 else "invalid_request_error"
        )
        fault = {"message": message or words, "type": sort, "param": param, "code": code or None}
        return as_json({"error": fault}, status, x_request_id="req_4f2a")

    def chat(self, call: Call) -> Reply:
        body = call.body
        only_known(self, body, CHAT_FIELDS)
        model = live(self, body, CHAT_MODEL)
        prompt = read_messages(self, body, ("developer", "system", "user", "assistant", "tool"))
        if re.fullmatch(REASONING_MODEL, model):
            if "max_tokens" in body:
                message = (
                    "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens'."
                )
                raise self.refusal("bad_request", message, param="max_tokens")
            if body.get("temperature", 1) != 1:
                message = "Unsupported value: 'temperature' does not support this value with this model."
                raise self.refusal("bad_request", message, param="temperature")
        if "stream_options" in body and body.get("stream") is not True:
            raise self.refusal(
                "bad_request", "'stream_options' is only allowed when stream is true", param="stream_options"
            )
        schema = schema_asked(self, body)
        if schema == {} and "json" not in prompt.lower():
            raise self.refusal("bad_request", "'messages' must contain the word 'json'", param="messages")
        if isinstance(call.fault, Moderated) and call.fault.how == "error":
            raise self.refusal("moderated")
        said = say(call, prompt, schema)
        usage = count(prompt, said)
        call.take(usage=usage)
        details: dict[str, Any] = {**usage, "completion_tokens_details": {"reasoning_tokens": 0}}
        if body.get("stream") is not True:
            return as_json(completion(model, said, details, thought_key="reasoning"), x_request_id="req_4f2a")
        asked = body.get("stream_options", {}).get("include_usage") is True
        return stream(
            call,
            model,
            said,
            details if asked else None,
            thought_key="reasoning",
            more={"obfuscation": "x7Qd"},
            broken={
                "error": {"message": "The server had an error.", "type": "server_error", "param": None, "code": None}
            },
        )

    def speak(self, call: Call) -> Reply:
        body = call.body
        only_known(self, body, SPEECH_FIELDS)
        model = live(self, body, SPEECH_MODEL)
        words, form, voice = body.get("input"), body.get("response_format", "mp3"), body.get("voice")
        if not isinstance(words, str) or not 1 <= len(words) <= 4096:
            raise self.refusal("bad_request", "'input' must have 1 to 4096 characters", param="input")
        if not (isinstance(voice, dict) and set(voice) == {"id"}) and voice not in VOICES:
            raise self.refusal("bad_request", f"Invalid voice '{voice}'.", param="voice")
        if form not in (*SOUND_TYPES, "pcm"):
            raise self.refusal("bad_request", f"Invalid response_format '{form}'.", param="response_format")
        if not 0.25 <= body.get("speed", 1) <= 4:
            raise self.refusal("bad_request", "'speed' must lie between 0.25 and 4", param="speed")
        if "instructions" in body and model.startswith("tts-1"):
            raise self.refusal("bad_request", "'instructions' is not supported with this model", param="instructions")
        if isinstance(call.fault, Moderated):
            raise self.refusal("moderated")
        call.take(usage={"characters": len(words)})
        return Reply(200, call.sound(form), {"content-type": SOUND_TYPES.get(form, "audio/pcm")})

    def moderate(self, call: Call) -> Reply:
        body = call.body
        only_known(self, body, frozenset({"input", "model"}))
        given = body.get("input")
        several = isinstance(given, list) and all(isinstance(one, str) for one in given)
        if not given or not (isinstance(given, str) or several or self._all_parts(given)):
            raise self.refusal("bad_request", "'input' must be text, texts or parts", param="input")
        flagged = isinstance(call.fault, Moderated)
        hit = {name: flagged and name == "violence" for name in CATEGORIES}
        scores = {name: 0.93 if found else 0.0001 for name, found in hit.items()}
        one = {
            "flagged": flagged,
            "categories": hit,
            "category_scores": scores,
            "category_applied_input_types": {name: ["text"] for name in CATEGORIES},
        }
        call.take(charged=False)
        results = [one] * (len(given) if several else 1)
        return as_json({"id": "modr-77", "model": body.get("model", "omni-moderation-latest"), "results": results})

    def _all_parts(self, given: Any) -> bool:
        return isinstance(given, list) and all(
            isinstance(one, dict)
            and (
                (one.get("type") == "text" and isinstance(one.get("text"), str))
                or (one.get("type") == "image_url" and isinstance(one.get("image_url"), dict))
            )
            for one in given
        )

    def models(self, call: Call) -> Reply:
        names = {**dict.fromkeys(STAYING), **GOING}
        return as_json({"object": "list", "data": [_listed(name, ends) for name, ends in names.items()]})

    def model(self, call: Call) -> Reply:
        names = {**dict.fromkeys(STAYING), **GOING}
        name = call.params["model"]
        return as_json(_listed(name, names[name])) if name in names else self.error("unknown_model")


def _listed(name: str, ends: str | None) -> dict[str, Any]:
    return {"id": name, "object": "model", "created": MADE_AT, "owned_by": "system", "shutdown_date": ends}
