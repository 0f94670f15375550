"""xAI: chat, pictures, edits and films of the Grok Imagine models, the lists of models."""

from __future__ import annotations

import base64
import re
from decimal import Decimal
from typing import Any

from tests.providers.fake.books import Captured, Job
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
from tests.providers.fake.faults import (
    ErrorIn200,
    Expired,
    JobFailed,
    JobLost,
    LengthCut,
    Moderated,
    ThinkingFirst,
    UnknownStatus,
    WrongType,
)

IMAGE_MODELS = ("grok-imagine-image", "grok-imagine-image-quality", "grok-imagine-image-2.0")
VIDEO_MODELS = ("grok-imagine-video", "grok-imagine-video-1.5", "grok-imagine-video-1.5-lite")
CHAT_MODEL = r"grok-4(\.\d+)?([.-].*)?"
CHAT_FIELDS = names(
    "messages model deferred frequency_penalty logit_bias logprobs max_completion_tokens max_tokens n parallel_tool_calls "
    "presence_penalty reasoning_effort response_format search_parameters seed stop stream stream_options temperature "
    "tool_choice tools top_logprobs top_p user"
)
IMAGE_FIELDS = names("model prompt n aspect_ratio resolution quality response_format deferred user")
EDIT_FIELDS = IMAGE_FIELDS | {"image", "images"}
VIDEO_FIELDS = names(
    "model prompt duration aspect_ratio resolution image last_frame keyframes reference_images generate_audio user"
)
RATIOS = names("1:1 3:4 4:3 9:16 16:9 2:3 3:2 9:19.5 19.5:9 9:20 20:9 1:2 2:1 21:9 5:2 auto")
VIDEO_RATIOS = names("1:1 16:9 9:16 4:3 3:4 3:2 2:3")
TICKS = Decimal(10) ** 10
TEXT_COST = Decimal("0.0003")


class XAI(Dialect):
    name = "xai"
    base = "/v1"
    results_elsewhere = True
    routes = (
        Route("POST", "/v1/chat/completions", "text", "chat", purchase=True),
        Route("POST", "/v1/images/generations", "image.generate", "generate", purchase=True),
        Route("POST", "/v1/images/edits", "image.edit", "edit", purchase=True),
        Route("POST", "/v1/videos/generations", "video.submit", "film", purchase=True),
        Route("GET", "/v1/videos/(?P<job>[^/]+)", "video.poll", "poll"),
        Route("GET", "/v1/models", "models", "models"),
        Route("GET", "/v1/image-generation-models", "models", "image_models"),
        Route("GET", "/v1/video-generation-models", "models", "video_models"),
    )
    expresses = {
        "text": (LengthCut, Moderated, ThinkingFirst),
        "text.stream": (LengthCut, Moderated, ThinkingFirst, ErrorIn200),
        "image.generate": (Moderated, WrongType),
        "image.edit": (Moderated, WrongType),
        "video.submit": (Moderated, JobFailed, JobLost, Expired),
        "video.poll": (Moderated, JobFailed, JobLost, Expired, UnknownStatus, WrongType),
    }
    moderations = {
        "text": ("refusal", "filter", "error"),
        "text.stream": ("refusal", "filter", "error"),
        "image.generate": ("flag", "error"),
        "image.edit": ("flag", "error"),
        "video.submit": ("flag", "error"),
        "video.poll": ("flag", "job"),
    }
    errors = {
        "bad_request": (400, "Client specified an invalid argument", "Invalid argument."),
        "denied": (400, "Client specified an invalid argument", "Incorrect API key provided: ca***ry."),
        "forbidden": (403, "The caller does not have permission", "The team or key may not do this."),
        "no_funds": (403, "The caller does not have permission", "The team has used all available credits."),
        "unknown_model": (404, "Some requested entity was not found", "The model does not exist."),
        "not_found": (404, "Some requested entity was not found", "Not found."),
        "invalid": (422, "unprocessable", "Failed to deserialize the JSON body."),
        "busy": (429, "Some resource has been exhausted", "Too many requests."),
        "overloaded": (503, "The service is currently unavailable", "The service is at capacity."),
        "server": (500, "internal", "Internal error."),
        "moderated": (400, "Client specified an invalid argument", "Generated content rejected by content moderation."),
    }

    def authorise(self, request: Captured, key: str) -> Reply | None:
        token = bearer(request)
        if token is None:
            # The same provider's other form: an object, and the status everybody else uses.
            return as_json({"error": {"message": "No API key provided.", "type": "authentication_error"}}, 401)
        return None if token == key else self.error("denied")

    def error(self, kind: str, message: str = "", *, status: int | None = None, param: str | None = None) -> Reply:
        usual, code, words = self.errors[kind]
        return as_json({"code": code, "error": message or words}, status or usual)

    def chat(self, call: Call) -> Reply:
        body = call.body
        only_known(self, body, CHAT_FIELDS)
        model = body.get("model")
        if not isinstance(model, str) or not re.fullmatch(CHAT_MODEL, model):
            raise self.refusal("unknown_model", f"The model {model} does not exist.")
        prompt = read_messages(self, body, ("system", "user", "assistant", "tool", "developer"))
        schema = schema_asked(self, body)
        if isinstance(call.fault, Moderated) and call.fault.how == "error":
            raise self.refusal("moderated", status=403)
        said = say(call, prompt, schema)
        usage = count(prompt, said)
        call.take(cost=TEXT_COST, usage=usage)
        told = {**usage, "num_sources_used": 0, "cost_in_usd_ticks": int(TEXT_COST * TICKS)}
        if body.get("stream") is not True:
            return as_json(completion(model, said, told, thought_key="reasoning_content"))
        broken = {"code": self.errors["server"][1], "error": self.errors["server"][2]}
        return stream(call, model, said, told, thought_key="reasoning_content", broken=broken)

    def generate(self, call: Call) -> Reply:
        body = call.body
        if "image" in body or "images" in body or "image_url" in body:
            # Ignored, as the real one does: an unrelated picture comes back.
            body = {name: value for name, value in body.items() if name not in ("image", "images", "image_url")}
        self._fields(body, IMAGE_FIELDS)
        return self._draw(call, body, 0)

    def edit(self, call: Call) -> Reply:
        body = call.body
        self._fields(body, EDIT_FIELDS)
        if ("image" in body) == ("images" in body):
            raise self.refusal("bad_request", "give exactly one of image and images")
        images = body["images"] if "images" in body else [body["image"]]
        most = 5 if body.get("model") == "grok-imagine-image-2.0" else 3
        if not isinstance(images, list) or not 1 <= len(images) <= most:
            raise self.refusal("bad_request", f"images: 1 to {most}")
        for one in images:
            self._check_image(one, typed=True)
        return self._draw(call, body, len(images))

    def _draw(self, call: Call, body: dict[str, Any], references: int) -> Reply:
        model = self._known(body, IMAGE_MODELS)
        prompt = self._prompt(body)
        n = body.get("n", 1)
        form = body.get("response_format", "url")
        wrong = {
            "n": type(n) is not int or not 1 <= n <= 10,
            "aspect_ratio": body.get("aspect_ratio", "auto") not in RATIOS,
            "resolution": body.get("resolution", "1k") not in ("1k", "1.5k", "2k"),
            "quality": body.get("quality", "medium") not in ("low", "medium", "high"),
            "response_format": form not in ("url", "b64_json"),
        }
        self._stop_if(wrong)
        if isinstance(call.fault, Moderated) and call.fault.how == "error":
            raise self.refusal("moderated")
        cost = (Decimal("0.05") if model.endswith("quality") else Decimal("0.02")) * n + Decimal("0.002") * references
        call.take(cost=cost, usage={"images": n})
        kept = not isinstance(call.fault, Moderated)
        picture = call.picture("jpeg")
        one: dict[str, Any] = {
            "mime_type": "image/jpeg",
            "revised_prompt": f"{prompt}, at dusk",
            "respect_moderation": kept,
        }
        if form == "b64_json":
            one["b64_json"] = base64.b64encode(picture).decode() if kept else ""
        else:
            one["url"] = call.host(picture, "image/jpeg") if kept else ""
        return as_json({"data": [one] * n, "usage": {"cost_in_usd_ticks": int(cost * TICKS)}, "model": model})

    def film(self, call: Call) -> Reply:
        body = call.body
        self._fields(body, VIDEO_FIELDS)
        model = self._known(body, VIDEO_MODELS)
        self._prompt(body)
        seconds = body.get("duration", 8)
        sharp = ("480p", "720p", "1080p") if "1.5" in model else ("480p", "720p")
        wrong = {
            "duration": type(seconds) is not int or not 1 <= seconds <= 15,
            "aspect_ratio": body.get("aspect_ratio", "16:9") not in VIDEO_RATIOS,
            "resolution": body.get("resolution", "480p") not in sharp,
            "generate_audio": type(body.get("generate_audio", True)) is not bool,
            "reference_images": not isinstance(body.get("reference_images", []), list),
        }
        self._stop_if(wrong)
        for one in [body.get("image"), body.get("last_frame"), *body.get("reference_images", [])]:
            if one is not None:
                self._check_image(one, typed=False)
        if isinstance(call.fault, Moderated) and call.fault.how == "error":
            raise self.refusal("moderated")
        # A moderated film is billed like a good one.
        job = call.start_job(cost=Decimal("0.05") * seconds, usage={"seconds": seconds}, model=model, seconds=seconds)
        return as_json({"request_id": job.id})

    def poll(self, call: Call) -> Reply:
        job = call.job(call.params["job"])
        if job is None:
            raise self.refusal("not_found", "No such request.")
        stand = call.stand(job)
        if stand == "working":
            # The first polls say nothing but 202, as the real one may.
            if job.polls == 1:
                return as_json({"request_id": job.id}, 202)
            return as_json(
                {"status": "pending", "progress": int(100 * call.progress(job)), "model": job.notes["model"]}
            )
        if isinstance(stand, UnknownStatus):
            return as_json({"status": stand.word, "model": job.notes["model"]})
        if isinstance(stand, JobLost):
            raise self.refusal("not_found", "No such request.")
        if isinstance(stand, Expired):
            return as_json({"status": "expired"})
        if isinstance(stand, JobFailed) or (isinstance(stand, Moderated) and stand.how == "job"):
            refused = isinstance(stand, Moderated)
            code = "content_moderated" if refused else (isinstance(stand, JobFailed) and stand.code) or "internal_error"
            return as_json({"status": "failed", "error": {"code": code, "message": "The video could not be made."}})
        return self._done(call, job, kept=not isinstance(stand, Moderated))

    def _done(self, call: Call, job: Job, *, kept: bool) -> Reply:
        url = call.host(call.film(), "video/mp4") if kept else ""
        assert job.cost_usd is not None
        return as_json(
            {
                "status": "done",
                "video": {"url": url, "duration": job.notes["seconds"], "respect_moderation": kept},
                "model": job.notes["model"],
                "progress": 100,
                "usage": {"cost_in_usd_ticks": int(job.cost_usd * TICKS)},
            }
        )

    def models(self, call: Call) -> Reply:
        names = ("grok-4.3", "grok-4.1-fast", *IMAGE_MODELS, *VIDEO_MODELS)
        return as_json({"object": "list", "data": [_listed(name) for name in names]})

    def image_models(self, call: Call) -> Reply:
        rows = [
            {**_listed(name), "input_modalities": ["text", "image"], "max_prompt_length": 8_000}
            for name in IMAGE_MODELS
        ]
        return as_json({"models": rows})

    def video_models(self, call: Call) -> Reply:
        return as_json({"models": [{**_listed(name), "input_modalities": ["text", "image"]} for name in VIDEO_MODELS]})

    def _fields(self, body: dict[str, Any], known: frozenset[str]) -> None:
        for name in body:
            if name not in known:
                raise self.refusal("bad_request", f"Argument not supported: {name}")

    def _known(self, body: dict[str, Any], models: tuple[str, ...]) -> str:
        model = body.get("model")
        if model not in models:
            raise self.refusal("unknown_model", f"The model {model} does not exist or your team may not use it.")
        return str(model)

    def _prompt(self, body: dict[str, Any]) -> str:
        prompt = body.get("prompt")
        if not isinstance(prompt, str) or not prompt:
            raise self.refusal("invalid", "missing field `prompt`")
        return prompt

    def _stop_if(self, wrong: dict[str, bool]) -> None:
        for name, is_wrong in wrong.items():
            if is_wrong:
                raise self.refusal("bad_request", f"Invalid value for {name}")

    def _check_image(self, one: Any, *, typed: bool) -> None:
        url = one.get("url") if isinstance(one, dict) else None
        if typed and isinstance(one, dict) and one.get("type") != "image_url":
            raise self.refusal("invalid", "image: type must be image_url")
        if not isinstance(url, str) or not re.match(r"https://|data:image/(png|jpeg|webp);base64,", url):
            raise self.refusal("bad_request", "image: needs an https url or a data url of a picture")
        if len(url) > 14_000_000:
            raise self.refusal("bad_request", "image: above 10 MiB")


def _listed(name: str) -> dict[str, Any]:
    return {"id": name, "object": "model", "created": MADE_AT, "owned_by": "xai"}
