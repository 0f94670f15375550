"""Servers that say they are OpenAI-compatible: vLLM, LocalAI and Ollama, each compatible in its own way.

`FakeProviders.flavour` says which one answers: they differ in how errors look, in whether usage is told, in what thoughts are
called, and in what they have at all. No key is needed; one that is sent must be right. Films keep the form of OpenAI's
former /videos.
"""

from __future__ import annotations

import base64
import re
from typing import Any

from tests.providers.fake.books import Captured, Job
from tests.providers.fake.chat import MADE_AT, completion, count, read_messages, say, schema_asked, stream
from tests.providers.fake.dialect import Call, Dialect, Reply, Route, as_json
from tests.providers.fake.faults import (
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

SOUND_TYPES = {"mp3": "audio/mpeg", "wav": "audio/wav", "flac": "audio/flac", "opus": "audio/opus", "aac": "audio/aac"}
LOST = (JobFailed, JobLost, Moderated)


class Compatible(Dialect):
    name = "compatible"
    base = "/v1"
    roots = ("/generated-images/",)
    results_elsewhere = True
    routes = (
        Route("POST", "/v1/chat/completions", "text", "chat", purchase=True),
        Route("POST", "/v1/images/generations", "image.generate", "generate", purchase=True),
        Route("POST", "/v1/images/edits", "image.edit", "edit", purchase=True),
        Route("GET", "/generated-images/(?P<job>[^/]+)", "result", "picture"),
        Route("POST", "/v1/videos", "video.submit", "film", purchase=True),
        Route("GET", "/v1/videos/(?P<job>[^/]+)", "video.poll", "poll"),
        Route("DELETE", "/v1/videos/(?P<job>[^/]+)", "video.cancel", "cancel"),
        Route("GET", "/v1/videos/(?P<job>[^/]+)/content", "video.content", "content"),
        Route("POST", "/v1/audio/speech", "speech", "speak", purchase=True),
        Route("GET", "/v1/models", "models", "models"),
    )
    expresses = {
        "text": (LengthCut, Moderated, ThinkingFirst, ErrorIn200),
        "text.stream": (LengthCut, Moderated, ThinkingFirst, ErrorIn200),
        "image.generate": (WrongType, RelativePollUrl, PollUrlElsewhere, ErrorIn200),
        "image.edit": (WrongType, RelativePollUrl, PollUrlElsewhere, ErrorIn200),
        "video.submit": LOST,
        "video.poll": (*LOST, UnknownStatus),
        "video.content": (WrongType,),
        "speech": (WrongType,),
    }
    moderations = {
        "text": ("refusal", "filter"),
        "text.stream": ("refusal", "filter"),
        "video.submit": ("job",),
        "video.poll": ("job",),
    }
    errors = {
        "bad_request": (400, "BadRequestError", "Bad request."),
        "denied": (401, "Unauthorized", "Unauthorized"),
        "forbidden": (403, "Forbidden", "Forbidden"),
        "no_funds": (402, "PaymentRequired", "No credit left."),
        "unknown_model": (404, "NotFoundError", "The model does not exist."),
        "not_found": (404, "NotFoundError", "Not Found"),
        "invalid": (422, "UnprocessableEntity", "Field required"),
        "busy": (429, "TooManyRequests", "Too many requests."),
        "overloaded": (503, "ServiceUnavailable", "The queue is full."),
        "server": (500, "InternalServerError", "Internal Server Error"),
    }

    def authorise(self, request: Captured, key: str) -> Reply | None:
        given = request.headers.get("authorization")
        return None if given in (None, f"Bearer {key}") else self.error("denied")

    def error(self, kind: str, message: str = "", *, status: int | None = None, param: str | None = None) -> Reply:
        usual, word, words = self.errors[kind]
        status, words = status or usual, message or words
        if self.fake.flavour == "ollama":
            return as_json({"error": words}, status)
        if self.fake.flavour == "localai":
            return as_json({"error": {"code": status, "message": words, "type": word}}, status)
        detail: Any = (
            [{"loc": ["body", param or "prompt"], "msg": words, "type": "missing"}] if status == 422 else words
        )
        return as_json({"detail": detail}, status)

    def chat(self, call: Call) -> Reply:
        body = call.body
        model = self._model(body)
        prompt = read_messages(self, body, ("developer", "system", "user", "assistant", "tool"))
        for message in body["messages"]:
            parts = message["content"] if isinstance(message["content"], list) else []
            urls = [part["image_url"]["url"] for part in parts if "image_url" in part]
            if self.fake.flavour == "ollama" and any(url.startswith("http") for url in urls):
                raise self.refusal("bad_request", "invalid image input: only base64 is taken")
        schema = schema_asked(self, body)
        if isinstance(call.fault, ErrorIn200) and body.get("stream") is not True:
            return Reply(200, self.error("server").body, {"content-type": "application/json"})
        said = say(call, prompt, schema)
        usage = count(prompt, said)
        call.take(usage=usage)
        thought_key = "reasoning" if self.fake.flavour == "ollama" else "reasoning_content"
        told = None if self.fake.flavour == "localai" else usage
        if body.get("stream") is not True:
            return as_json(completion(model, said, told, thought_key=thought_key))
        asked = (body.get("stream_options") or {}).get("include_usage") is True
        broken = {"error": {"message": "The engine stopped.", "type": "InternalServerError", "code": 500}}
        return stream(call, model, said, told if asked else None, thought_key=thought_key, broken=broken)

    def generate(self, call: Call) -> Reply:
        self._has_pictures()
        return self._draw(call, call.body)

    def edit(self, call: Call) -> Reply:
        self._has_pictures()
        if not any(file.field in ("image", "image[]") for file in call.request.files):
            raise self.refusal("invalid", param="image")
        return self._draw(call, {name: values[0] for name, values in call.request.fields.items()})

    def _has_pictures(self) -> None:
        if self.fake.flavour == "ollama":
            raise self.refusal("not_found", "404 page not found")

    def _draw(self, call: Call, body: dict[str, Any]) -> Reply:
        prompt, size = body.get("prompt"), str(body.get("size", "64x64"))
        if not isinstance(prompt, str) or not prompt:
            raise self.refusal("invalid", param="prompt")
        found = re.fullmatch(r"(\d{2,4})x(\d{2,4})", size)
        if not found:
            raise self.refusal("bad_request", f"size: {size} is not WIDTHxHEIGHT")
        form = body.get("response_format", "b64_json" if self.fake.flavour == "vllm" else "url")
        if form not in ("url", "b64_json") or (form == "url" and self.fake.flavour == "vllm"):
            raise self.refusal("bad_request", f"response_format: {form} is not supported")
        if isinstance(call.fault, ErrorIn200):
            return Reply(200, self.error("server").body, {"content-type": "application/json"})
        picture = call.picture("png", int(found[1]), int(found[2]))
        job = call.start_job("img-", usage={"images": int(body.get("n", 1))}, picture=picture)
        one: dict[str, Any] = {}
        if isinstance(call.fault, PollUrlElsewhere):
            one["url"] = call.host(picture, "image/png")
        elif isinstance(call.fault, RelativePollUrl):
            one["url"] = f"/generated-images/{job.id}.png"
        elif form == "url":
            one["url"] = call.url(f"/generated-images/{job.id}.png")
        else:
            one["b64_json"] = base64.b64encode(picture).decode()
        return as_json({"created": MADE_AT, "data": [one] * int(body.get("n", 1))})

    def picture(self, call: Call) -> Reply:
        job = call.job(call.params["job"].removesuffix(".png"))
        if job is None or isinstance(call.fault, Expired):
            raise self.refusal("not_found")
        data = call.picture() if isinstance(call.fault, WrongType) else job.notes["picture"]
        return Reply(200, data, {"content-type": "image/png"})

    def film(self, call: Call) -> Reply:
        body = call.body if call.request.json is not None else {k: v[0] for k, v in call.request.fields.items()}
        if not isinstance(body.get("prompt"), str) or not body["prompt"]:
            raise self.refusal("invalid", param="prompt")
        seconds, size = body.get("seconds", "4"), body.get("size", "1280x720")
        if not isinstance(seconds, str) or not re.fullmatch(r"\d{1,2}", seconds):
            raise self.refusal("bad_request", "seconds: must be a string of digits", param="seconds")
        if not isinstance(size, str) or not re.fullmatch(r"\d{2,4}x\d{2,4}", size):
            raise self.refusal("bad_request", f"size: {size} is not WIDTHxHEIGHT", param="size")
        for file in call.request.files:
            if file.field != "input_reference" or not file.content_type.startswith("image/"):
                raise self.refusal("bad_request", "only a picture as input_reference is taken", param=file.field)
        job = call.start_job("video_", usage={"seconds": int(seconds)}, asked=body)
        return as_json(self._told(job, "queued", 0), openai_poll_after_ms="50")

    def poll(self, call: Call) -> Reply:
        job = self._job(call)
        stand = call.stand(job)
        if stand == "working":
            progress = int(100 * call.progress(job))
            return as_json(
                self._told(job, "queued" if job.polls == 1 else "in_progress", progress), openai_poll_after_ms="50"
            )
        if stand == "done":
            return as_json(self._told(job, "completed", 100))
        if isinstance(stand, UnknownStatus):
            return as_json(self._told(job, stand.word, 10))
        return as_json(self._told(job, "failed", 40, self._reason(stand)))

    def _reason(self, stand: Fault | str) -> dict[str, str]:
        if isinstance(stand, (JobLost, str)):
            raise self.refusal("not_found", "Video not found")
        if isinstance(stand, Moderated):
            return {"code": "moderation_blocked", "message": "Blocked by the content policy."}
        code = stand.code if isinstance(stand, JobFailed) else ""
        return {"code": code or "video_generation_failed", "message": "The film could not be made."}

    def cancel(self, call: Call) -> Reply:
        job = self._job(call)
        job.cancelled = True
        return as_json({"id": job.id, "object": "video.deleted", "deleted": True})

    def content(self, call: Call) -> Reply:
        job = self._job(call)
        if job.polls <= call.fake.polls_needed or job.outcome or call.request.query.get("variant", "video") != "video":
            raise self.refusal("not_found", "Video is not ready")
        return Reply(200, call.film(), {"content-type": "video/mp4"})

    def speak(self, call: Call) -> Reply:
        body = call.body
        self._model(body)
        form = body.get("response_format", "mp3")
        if not isinstance(body.get("input"), str) or not body["input"]:
            raise self.refusal("invalid", param="input")
        if form not in SOUND_TYPES:
            raise self.refusal("bad_request", f"response_format: {form} is not supported", param="response_format")
        call.take(usage={"characters": len(body["input"])})
        return Reply(200, call.sound(form), {"content-type": SOUND_TYPES[form]})

    def models(self, call: Call) -> Reply:
        names = ("our-model", "our-picture-model", "our-film-model")
        rows = [{"id": name, "object": "model", "created": MADE_AT, "owned_by": self.fake.flavour} for name in names]
        return as_json({"object": "list", "data": rows})

    def _model(self, body: dict[str, Any]) -> str:
        model = body.get("model")
        if not isinstance(model, str) or not model:
            raise self.refusal("invalid", param="model")
        if model == "no-such-model":
            raise self.refusal("unknown_model")
        return model

    def _job(self, call: Call) -> Job:
        job = call.job(call.params["job"])
        if job is None or job.cancelled:
            raise self.refusal("not_found", "Video not found")
        return job

    def _told(self, job: Job, status: str, progress: int, error: dict[str, str] | None = None) -> dict[str, Any]:
        asked = job.notes["asked"]
        return {
            "id": job.id,
            "object": "video",
            "model": asked.get("model", "our-film-model"),
            "status": status,
            "progress": progress,
            "created_at": MADE_AT,
            "completed_at": MADE_AT + 60 if status == "completed" else None,
            "expires_at": None,
            "prompt": asked["prompt"],
            "size": asked.get("size", "1280x720"),
            "seconds": asked.get("seconds", "4"),
            "remixed_from_video_id": None,
            "error": error,
        }
