"""OpenRouter's films: jobs with a polling url, and results that need the key. Also what its endpoints check alike."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from tests.providers.fake.books import Job
from tests.providers.fake.chat import check_picture_url, only_known
from tests.providers.fake.dialect import Call, Dialect, Reply, as_json, names
from tests.providers.fake.faults import (
    Cancelled,
    ErrorIn200,
    Expired,
    Fault,
    JobFailed,
    JobLost,
    Moderated,
    PollUrlElsewhere,
    RelativePollUrl,
    UnknownStatus,
)
from tests.providers.fake.openrouter_lists import RETIRED

if TYPE_CHECKING:
    Base = Dialect
else:
    Base = object

VIDEO_FIELDS = names(
    "aspect_ratio callback_url creativity duration frame_images generate_audio input_references model previous_job_id "
    "prompt provider resolution seed size upscale_factor user"
)
VIDEO_RATIOS = names("16:9 9:16 1:1 4:3 3:4 3:2 2:3 21:9 9:21")
VIDEO_RESOLUTIONS = names("480p 720p 768p 1080p 1K 2K 4K")
MODEL = r"~?[a-z0-9][a-z0-9._-]*/[a-z0-9][a-z0-9._-]*(:[a-z]+)?"
FILM_COST_PER_SECOND = Decimal("0.1")


class Films(Base):
    """The handlers of the routes below /videos."""

    def film(self, call: Call) -> Reply:
        body = call.body
        only_known(self, body, VIDEO_FIELDS)
        self._live(body)
        if "prompt" in body and not isinstance(body["prompt"], str):
            raise self.refusal("bad_request", "prompt: expected string")
        self._whole(body, "duration", 1, 60)
        self._whole(body, "seed", -(2**63), 2**63)
        self._one_of(body, "resolution", VIDEO_RESOLUTIONS)
        self._one_of(body, "aspect_ratio", VIDEO_RATIOS)
        self._check_parts(body, "input_references", 16)
        for frame in self._check_parts(body, "frame_images", 2):
            if frame.get("frame_type") not in ("first_frame", "last_frame"):
                raise self.refusal("bad_request", "frame_images: frame_type is first_frame or last_frame")
        if not body.get("callback_url", "https://").startswith("https://"):
            raise self.refusal("bad_request", "callback_url: must be https")
        if isinstance(call.fault, Moderated) and call.fault.how != "job":
            raise self._moderated(call.fault)
        cost = FILM_COST_PER_SECOND * body.get("duration", 5)
        # Failed work is not billed here.
        job = call.start_job("gen-vid-", cost=cost, charged=not isinstance(call.fault, (Moderated, JobFailed)))
        path = f"/api/v1/videos/{job.id}"
        url = call.url(path)
        if isinstance(call.fault, RelativePollUrl):
            url = path
        elif isinstance(call.fault, PollUrlElsewhere):
            url = f"{call.fake.elsewhere_url}{path}"
        return as_json({"id": job.id, "generation_id": "gen-1", "polling_url": url, "status": "pending"}, 202)

    def poll(self, call: Call) -> Reply:
        job = self._job(call)
        if isinstance(call.fault, ErrorIn200):
            return as_json(self._in_200("unavailable"))
        stand = call.stand(job)
        path = f"/api/v1/videos/{job.id}"
        told: dict[str, Any] = {"id": job.id, "generation_id": "gen-1", "polling_url": call.url(path)}
        if stand == "working":
            return as_json({**told, "status": "pending" if job.polls == 1 else "in_progress"})
        if stand == "done":
            url = call.url(f"{path}/content?index=0")
            if isinstance(call.fault, RelativePollUrl):
                url = f"{path}/content?index=0"
            elif isinstance(call.fault, PollUrlElsewhere):
                url = call.host(call.film(), "video/mp4")
            usage = {"cost": float(job.cost_usd or 0), "is_byok": False}
            return as_json({**told, "status": "completed", "unsigned_urls": [url], "usage": usage})
        if isinstance(stand, UnknownStatus):
            return as_json({**told, "status": stand.word})
        return as_json({**told, **self._bad_end(stand)})

    def _bad_end(self, stand: Fault | str) -> dict[str, Any]:
        if isinstance(stand, JobLost):
            raise self.refusal("not_found", "Video job not found")
        if isinstance(stand, Expired):
            return {"status": "expired", "error": "The job has expired"}
        if isinstance(stand, Cancelled):
            return {"status": "cancelled"}
        if isinstance(stand, Moderated):
            return {"status": "failed", "error": "Blocked by the provider's content policy (content_policy_violation)"}
        code = stand.code if isinstance(stand, JobFailed) else ""
        return {"status": "failed", "error": code or "The provider failed to make the video"}

    def content(self, call: Call) -> Reply:
        job = self._job(call)
        if isinstance(call.fault, (JobLost, Expired)) or job.polls <= call.fake.polls_needed or job.outcome:
            raise self.refusal("not_found", "Video content not available")
        if call.request.query.get("index", "0") != "0":
            raise self.refusal("bad_request", "index out of range")
        return Reply(200, call.film(), {"content-type": "video/mp4"})

    def _live(self, body: dict[str, Any]) -> str:
        model = body.get("model")
        if not isinstance(model, str) or not re.fullmatch(MODEL, model):
            raise self.refusal("bad_request", f"{model} is not a valid model ID")
        if model in RETIRED:
            raise self.refusal("unknown_model", f"No endpoints found for {model}.")
        return model

    def _job(self, call: Call) -> Job:
        job = call.job(call.params["job"])
        if job is None:
            raise self.refusal("not_found", "Video job not found")
        return job

    def _one_of(self, body: dict[str, Any], name: str, values: frozenset[str]) -> None:
        if name in body and body[name] not in values:
            raise self.refusal("bad_request", f"{name}: invalid enum value")

    def _whole(self, body: dict[str, Any], name: str, low: int, high: int) -> None:
        if name in body and (type(body[name]) is not int or not low <= body[name] <= high):
            raise self.refusal("bad_request", f"{name}: expected an integer from {low} to {high}")

    def _check_parts(self, body: dict[str, Any], name: str, most: int) -> list[dict[str, Any]]:
        parts = body.get(name, [])
        if not isinstance(parts, list) or len(parts) > most:
            raise self.refusal("bad_request", f"{name}: at most {most}")
        for part in parts:
            inner = part.get("image_url") if isinstance(part, dict) and part.get("type") == "image_url" else None
            if not isinstance(inner, dict):
                raise self.refusal("bad_request", f"{name}: expected parts of type image_url")
            check_picture_url(self, inner.get("url"), name)
        return parts

    def _moderated(self, fault: Moderated) -> Exception:
        return self.refusal("policy" if fault.how == "policy" else "moderated")

    def _in_200(self, kind: str) -> dict[str, Any]:
        status, sort, words = self.errors[kind]
        return {"error": {"code": status, "message": words, "metadata": {"error_type": sort}}}
