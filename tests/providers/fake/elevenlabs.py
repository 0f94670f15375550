"""ElevenLabs: speech at once; the output format is a query parameter, and one in the body is passed over.

`RateLimited` is a busy system; `Status(429, error="too_many_concurrent_requests")` is the account's own limit.
"""

from __future__ import annotations

import base64
import re
import secrets
from math import ceil
from typing import Any, ClassVar

from tests.providers import specs
from tests.providers.fake import media
from tests.providers.fake.books import Captured
from tests.providers.fake.dialect import Call, Dialect, Refusal, Reply, Route, as_json
from tests.providers.fake.faults import Moderated, WrongType

MODELS = {
    "eleven_multilingual_v2": (10_000, 1.0),
    "eleven_v3": (5_000, 1.0),
    "eleven_v4": (5_000, 1.0),
    "eleven_v4_turbo": (10_000, 0.5),
    "eleven_flash_v2_5": (40_000, 0.5),
}
"""Name -> (most characters a request, credits a character)."""
VOICES = {"21m00Tcm4TlvDq8ikWAM": "Rachel", "AZnzlk1XvdvUeBnXmlld": "Domi", "EXAVITQu4vr4xnSDxMaL": "Sarah"}
FORMATS = re.compile(
    r"mp3_(22050_32|24000_48|44100_(32|64|96|128|192))|opus_48000_(32|64|96|128|192)|(ulaw|alaw)_8000"
    r"|(pcm|wav)_(8000|16000|22050|24000|32000|44100|48000)"
)
NOT_IN_PLAN = re.compile(r"mp3_44100_192|(pcm|wav)_44100|opus_.*|[ua]law_.*")
"""Formats that the fake's plan does not have: the two that real plans withhold, and those it makes no sound in."""
WAV_HEADER = 44


class ElevenLabs(Dialect):
    name = "elevenlabs"
    routes = (
        Route("POST", r"/v1/text-to-speech/(?P<voice>[^/]+)", "speech", "speak", purchase=True),
        Route("POST", r"/v1/text-to-speech/(?P<voice>[^/]+)/with-timestamps", "speech", "speak_timed", purchase=True),
        Route("GET", r"/v1/models", "models", "models"),
        Route("GET", r"/v2/voices", "voices", "voices"),
        Route("GET", r"/v1/voices", "voices", "all_voices"),
    )
    expresses: ClassVar = {"speech": (Moderated, WrongType)}
    moderations: ClassVar = {"speech": ("400", "403")}
    errors: ClassVar = {
        "bad_request": (400, "bad_request", "The request is not understood."),
        "voice": (400, "voice_not_found", "A voice with that id was not found."),
        "too_long": (400, "max_character_limit_exceeded", "The text is longer than the model takes."),
        "unknown_model": (400, "model_not_found", "A model with that id was not found."),
        "moderated": (400, "content_against_policy", "The text is against the terms."),
        "denied": (401, "invalid_api_key", "Invalid API key"),
        "no_funds": (401, "quota_exceeded", "This request exceeds your quota."),
        "forbidden": (403, "output_format_not_allowed", "Your plan does not have this."),
        "not_found": (404, "not_found", "Not Found"),
        "busy": (429, "system_busy", "The system is busy, try again later."),
        "too_many_concurrent_requests": (429, "too_many_concurrent_requests", "Too many requests at once."),
        "server": (500, "internal_server_error", "Something went wrong."),
        "overloaded": (503, "system_busy", "The system is busy, try again later."),
    }

    def authorise(self, request: Captured, key: str) -> Reply | None:
        return None if request.headers.get("xi-api-key") == key else self.error("denied")

    def error(self, kind: str, message: str = "", *, status: int | None = None, param: str | None = None) -> Reply:
        code, word, usual = self.errors[kind]
        detail = {"status": word, "message": message or usual, **({"param": param} if param else {})}
        return as_json({"detail": detail}, status or code, request_id=secrets.token_hex(10))

    def speak(self, call: Call) -> Reply:
        data, form, headers = self._speak(call)
        kind = {"mp3": "audio/mpeg", "wav": "audio/wav"}.get(form, "audio/pcm")
        return Reply(200, data, {"content-type": kind, **headers})

    def speak_timed(self, call: Call) -> Reply:
        data, _, headers = self._speak(call)
        text = call.body["text"]
        aligned = {
            "characters": list(text),
            "character_start_times_seconds": [round(place * 0.05, 3) for place in range(len(text))],
            "character_end_times_seconds": [round((place + 1) * 0.05, 3) for place in range(len(text))],
        }
        answer = as_json(
            {"audio_base64": base64.b64encode(data).decode(), "alignment": aligned, "normalized_alignment": aligned}
        )
        answer.headers.update(headers)
        return answer

    def models(self, call: Call) -> Reply:
        return as_json(
            [
                {
                    "model_id": name,
                    "name": name.replace("_", " ").title(),
                    "can_do_text_to_speech": True,
                    "maximum_text_length_per_request": most,
                    "languages": [{"language_id": "en", "name": "English"}],
                    "model_rates": {"character_cost_multiplier": rate},
                }
                for name, (most, rate) in MODELS.items()
            ]
        )

    def voices(self, call: Call) -> Reply:
        query = call.request.query
        size, token = query.get("page_size", "10"), query.get("next_page_token", "0")
        if not size.isdecimal() or not 1 <= int(size) <= 100:
            raise self._unprocessable([{"loc": ["query", "page_size"], "msg": "from 1 to 100", "type": "value_error"}])
        start = int(token) if token.isdecimal() else 0
        end = start + int(size)
        more = end < len(VOICES)
        return as_json(
            {
                "voices": self._listed()[start:end],
                "has_more": more,
                "total_count": len(VOICES),
                "next_page_token": str(end) if more else None,
            }
        )

    def all_voices(self, call: Call) -> Reply:
        return as_json({"voices": self._listed()})

    def _listed(self) -> list[dict[str, Any]]:
        return [{"voice_id": name, "name": called, "category": "premade"} for name, called in VOICES.items()]

    def _speak(self, call: Call) -> tuple[bytes, str, dict[str, str]]:
        body, asked = call.body, call.request.query.get("output_format", "mp3_44100_128")
        wrong = [
            error
            # As a query parameter in the body: an unknown field is passed over.
            for error in specs.complaints(self.name, call.request.path, body)
            if error.validator != "additionalProperties"
        ]
        if wrong:
            raise self._unprocessable(
                [
                    {"loc": ["body", *error.absolute_path], "msg": error.message[:200], "type": str(error.validator)}
                    for error in wrong
                ]
            )
        if not FORMATS.fullmatch(asked):
            raise self._unprocessable([{"loc": ["query", "output_format"], "msg": "unknown", "type": "enum"}])
        if NOT_IN_PLAN.fullmatch(asked):
            raise self.refusal("forbidden", f"Your plan does not have {asked}.")
        if call.params["voice"] not in VOICES:
            raise self.refusal("voice", f"A voice with the id {call.params['voice']} was not found.")
        model = body.get("model_id", "eleven_multilingual_v2")
        if model not in MODELS:
            raise self.refusal("unknown_model", f"A model with the id {model} was not found.")
        most, rate = MODELS[model]
        if len(body["text"]) > most:
            raise self.refusal("too_long", f"The text has {len(body['text'])} characters, the model takes {most}.")
        if isinstance(call.fault, Moderated):
            raise self.refusal("moderated", status=int(call.fault.how or "400"))
        characters = ceil(len(body["text"]) * rate)
        call.take(usage={"characters": characters})
        form = asked.partition("_")[0]
        data = call.sound("mp3" if form == "mp3" else "wav")
        if form == "pcm" and data == media.wav():
            data = data[WAV_HEADER:]
        headers = {
            "request-id": secrets.token_hex(10),
            "character-cost": str(characters),
            "current-concurrent-requests": "1",
            "maximum-concurrent-requests": "5",
        }
        return data, form, headers

    def _unprocessable(self, detail: list[dict[str, Any]]) -> Refusal:
        return Refusal(as_json({"detail": detail}, 422))
