"""Google's Interactions: films as background jobs, cancelled by name, downloaded from the same host with the key."""

from __future__ import annotations

import base64
import re
from typing import TYPE_CHECKING, Any

from tests.providers.fake.books import Job
from tests.providers.fake.dialect import Call, Dialect, Reply, as_json, names, tokens
from tests.providers.fake.faults import (
    Cancelled,
    Expired,
    Fault,
    JobFailed,
    JobLost,
    Moderated,
    PollUrlElsewhere,
    RelativePollUrl,
    UnknownStatus,
)

if TYPE_CHECKING:
    Base = Dialect
else:
    Base = object

MODELS = ("gemini-omni-1.1-flash", "gemini-omni-1.2-flash")
FIELDS = names(
    "model input background store previous_interaction_id response_format generation_config webhook_config stream "
    "system_instruction"
)
FORM_FIELDS = names("type aspect_ratio resolution duration delivery")
TASKS = ("text_to_video", "image_to_video", "reference_to_video", "edit", "extend", "upscale")
BLOCKS_SECONDS = 20.0
TOKENS_PER_SECOND = 5_800
ENDS = ("failed", "incomplete", "budget_exceeded", "requires_action")


class Films(Base):
    """The handlers of the Interactions routes."""

    def interact(self, call: Call) -> Reply:
        body = call.body
        for name in body:
            if name not in FIELDS:
                raise self.refusal("bad_request", f"Unknown parameter: '{name}'")
        if body.get("model") not in MODELS:
            raise self.refusal("unknown_model", f"models/{body.get('model')} is not found.")
        prompt, pictures = self._read_input(body.get("input"))
        seconds = self._check_form(body.get("response_format", {}))
        config = body.get("generation_config", {}).get("video_config", {})
        task = config.get("task", "image_to_video" if pictures else "text_to_video")
        if task not in TASKS or (task == "text_to_video") != (pictures == 0):
            raise self.refusal("bad_request", f"task {task} does not go with {pictures} pictures")
        background = body.get("background", False)
        if background and body.get("store") is False:
            raise self.refusal("bad_request", "background requires store")
        if isinstance(call.fault, Moderated) and call.fault.how == "error":
            raise self.refusal("moderated")
        usage = {"total_input_tokens": tokens(prompt), "total_output_tokens": int(seconds * TOKENS_PER_SECOND)}
        job = call.start_job("v1_", usage=usage, used=usage)
        if background:
            return as_json(self._told(job, "queued"))
        # Without `background` the call blocks: long enough here that nobody takes it for working.
        reply = as_json(self._done(call, job))
        reply.wait_seconds = BLOCKS_SECONDS
        return reply

    def poll(self, call: Call) -> Reply:
        job = self._job(call)
        stand = call.stand(job)
        if stand == "working":
            return as_json(self._told(job, "queued" if job.polls == 1 else "in_progress"))
        if stand == "done":
            return as_json(self._done(call, job))
        if isinstance(stand, UnknownStatus):
            return as_json(self._told(job, stand.word))
        return as_json(self._bad_end(job, stand))

    def _bad_end(self, job: Job, stand: Fault | str) -> dict[str, Any]:
        if isinstance(stand, JobLost):
            raise self.refusal("bad_request", "Invalid interaction name")
        if stand == "cancelled" or isinstance(stand, Cancelled):
            return self._told(job, "cancelled")
        if isinstance(stand, Moderated):
            words = [{"type": "text", "text": "I can't make that film. Would you like another?"}]
            return {**self._told(job, "completed"), "steps": _steps(words), "usage": _usage(job, film=False)}
        code = stand.code if isinstance(stand, JobFailed) else ""
        status = code if code in ENDS else "failed"
        return {
            **self._told(job, status),
            "error": {"code": code or "internal", "message": "The film could not be made."},
        }

    def cancel(self, call: Call) -> Reply:
        job = self._job(call)
        if job.polls > call.fake.polls_needed:
            raise self.refusal("bad_request", "The interaction is not running.")
        job.cancelled = True
        return as_json(self._told(job, "cancelled"))

    def download(self, call: Call) -> Reply:
        job = call.job(call.params["job"])
        if job is None or isinstance(call.fault, (Expired, JobLost)):
            raise self.refusal("not_found")
        if call.request.query.get("alt") != "media":
            return as_json({"name": f"files/{job.id}", "mimeType": "video/mp4", "state": "ACTIVE"})
        return Reply(200, call.film(), {"content-type": "video/mp4"})

    def _done(self, call: Call, job: Job) -> dict[str, Any]:
        film: dict[str, Any] = {"type": "video", "mime_type": "video/mp4"}
        path = f"/v1beta/files/{job.id}:download?alt=media"
        if isinstance(call.fault, PollUrlElsewhere):
            film["uri"] = call.host(call.film(), "video/mp4")
        elif isinstance(call.fault, RelativePollUrl):
            film["uri"] = path
        elif job.request.get("response_format", {}).get("delivery") == "uri":
            film["uri"] = call.url(path)
        else:
            film["data"] = base64.b64encode(call.film()).decode()
        content = [{"type": "text", "text": "Here is the film."}, film]
        return {**self._told(job, "completed"), "steps": _steps(content), "usage": _usage(job, film=True)}

    def _told(self, job: Job, status: str) -> dict[str, Any]:
        return {"id": job.id, "object": "interaction", "model": job.request["model"], "status": status, "role": "model"}

    def _job(self, call: Call) -> Job:
        job = call.job(call.params["job"])
        if job is None:
            raise self.refusal("bad_request", "Invalid interaction name")
        return job

    def _read_input(self, given: Any) -> tuple[str, int]:
        """The prompt, and how many pictures go with it."""
        if isinstance(given, str) and given:
            return given, 0
        words, pictures = "", 0
        for part in given if isinstance(given, list) else [None]:
            known = part if isinstance(part, dict) else {}
            if known.get("type") == "text" and isinstance(known.get("text"), str):
                words += known["text"]
            elif known.get("type") == "image" and self._is_picture(known):
                pictures += 1
            else:
                raise self.refusal("bad_request", "input: needs text, or parts of type text and image")
        return words, pictures

    def _is_picture(self, part: dict[str, Any]) -> bool:
        typed = re.fullmatch(r"image/(png|jpeg|webp)", str(part.get("mime_type"))) is not None
        return typed and ("uri" in part or re.fullmatch(r"[A-Za-z0-9+/]+=*", str(part.get("data"))) is not None)

    def _check_form(self, form: Any) -> float:
        """The seconds asked for."""
        if not isinstance(form, dict) or form.get("type") != "video" or not form.keys() <= FORM_FIELDS:
            raise self.refusal("bad_request", "response_format: needs type video, and no fields but its own")
        allowed = {
            "aspect_ratio": ("16:9", "9:16"),
            "resolution": ("360p", "720p", "1080p", "4k"),
            "delivery": ("inline", "uri"),
        }
        for name, values in allowed.items():
            if name in form and form[name] not in values:
                raise self.refusal("bad_request", f"response_format.{name}: invalid value")
        length = form.get("duration", "8s")
        if not isinstance(length, str) or not re.fullmatch(r"\d+(\.\d+)?s", length):
            message = (
                f"Invalid value at 'response_format.duration' (type.googleapis.com/google.protobuf.Duration), {length}"
            )
            raise self.refusal("bad_request", message)
        seconds = float(length[:-1])
        if not 3 <= seconds <= 10:
            raise self.refusal("bad_request", "response_format.duration: must lie between 3s and 10s")
        return seconds


def _steps(content: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{"type": "thought", "signature": "c2lnbmVk"}, {"type": "model_output", "content": content}]


def _usage(job: Job, *, film: bool) -> dict[str, Any]:
    used = job.notes["used"]
    made = used["total_output_tokens"] if film else 12
    by = [{"modality": "video" if film else "text", "tokens": made}]
    asked = used["total_input_tokens"]
    return {
        "total_input_tokens": asked,
        "total_output_tokens": made,
        "total_tokens": asked + made,
        "output_tokens_by_modality": by,
    }
