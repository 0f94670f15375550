"""Runway: a version header on every call, ratios in pixels, tasks that are throttled before they run, costs in credits."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, ClassVar

from tests.providers import specs
from tests.providers.fake.books import Captured, Job
from tests.providers.fake.dialect import Call, Dialect, Refusal, Reply, Route, as_json, bearer
from tests.providers.fake.faults import (
    Cancelled,
    Fault,
    JobFailed,
    JobLost,
    Moderated,
    UnknownStatus,
    WrongType,
)

VERSION = "2024-11-06"
CREDIT = Decimal("0.01")
PER_SECOND = {"gen4_turbo": 5, "gen4.5": 12}
PER_PICTURE = {"gen4_image": 5, "gen4_image_turbo": 2}
DROP = "/drop"
SUBMITTED = (Moderated, JobFailed, JobLost, Cancelled)
POLLED = (Moderated, JobFailed, JobLost, Cancelled, UnknownStatus, WrongType)


class Runway(Dialect):
    name = "runway"
    routes = (
        Route("POST", r"/v1/(?P<kind>image_to_video|text_to_video)", "video.submit", "submit", purchase=True),
        Route("POST", r"/v1/(?P<kind>text_to_image)", "image.submit", "submit", purchase=True),
        Route("GET", r"/v1/tasks/(?P<id>video-[^/]+)", "video.poll", "poll"),
        Route("GET", r"/v1/tasks/(?P<id>image-[^/]+)", "image.poll", "poll"),
        Route("GET", r"/v1/tasks/(?P<id>[^/]+)", "video.poll", "poll"),
        Route("DELETE", r"/v1/tasks/(?P<id>image-[^/]+)", "image.cancel", "cancel"),
        Route("DELETE", r"/v1/tasks/(?P<id>[^/]+)", "video.cancel", "cancel"),
        Route("GET", r"/v1/organization", "organization", "organization"),
        Route("POST", r"/v1/uploads", "upload", "offer"),
        Route("POST", DROP + r"/(?P<id>[^/]+)", "upload", "drop"),
    )
    expresses: ClassVar = {
        "video.submit": SUBMITTED,
        "image.submit": SUBMITTED,
        "video.poll": POLLED,
        "image.poll": POLLED,
    }
    moderations: ClassVar = dict.fromkeys(("video.submit", "image.submit", "video.poll", "image.poll"), ("failure",))
    errors: ClassVar = {
        "bad_request": (400, "", "Validation of body failed"),
        "denied": (401, "", "The API key is not valid."),
        "no_funds": (429, "", "The daily limit of generations of this tier is used up."),
        "forbidden": (401, "", "This key may not do this."),
        "unknown_model": (400, "", "Validation of body failed"),
        "not_found": (404, "", "Not found"),
        "wrong_method": (405, "", "Method not allowed"),
        "busy": (429, "", "Too many requests"),
        "server": (500, "", "Internal error"),
        "overloaded": (503, "", "Overloaded"),
    }
    results_elsewhere = True

    def authorise(self, request: Captured, key: str) -> Reply | None:
        if request.path.startswith(DROP):
            return self.error("bad_request", "only one way of signing a request") if bearer(request) else None
        if bearer(request) != key:
            return self.error("denied")
        if request.headers.get("x-runway-version") != VERSION:
            return self.error("bad_request", "The X-Runway-Version header is missing or names no known version.")
        return None

    def error(self, kind: str, message: str = "", *, status: int | None = None, param: str | None = None) -> Reply:
        code, _, usual = self.errors[kind]
        document: dict[str, Any] = {"error": message or usual}
        if param:
            document["issues"] = [{"code": "custom", "path": [param], "message": message or usual}]
        return as_json(document, status or code)

    def submit(self, call: Call) -> Reply:
        body, kind = call.body, call.params["kind"]
        self._check(kind, body)
        picture = kind == "text_to_image"
        credits = (
            PER_PICTURE.get(body["model"], 5)
            if picture
            else PER_SECOND.get(body["model"], 10) * body.get("duration", 10)
        )
        refused = isinstance(call.fault, Moderated | JobFailed)
        prefix = "image-" if picture else "video-"
        job = call.start_job(prefix, cost=credits * CREDIT, charged=not refused, credits=credits, picture=picture)
        return as_json({"id": job.id, "estimatedCost": {"credits": credits}})

    def poll(self, call: Call) -> Reply:
        job = call.job(call.params["id"])
        if job is None:
            raise self.refusal("not_found")
        stand = call.stand(job)
        if stand == "cancelled" or isinstance(stand, JobLost):
            raise self.refusal("not_found")
        if stand == "working":
            # The first of several polls finds the task behind our own others.
            if job.polls == 1 and call.fake.polls_needed > 1:
                return self._told(job, "THROTTLED")
            return self._told(job, "RUNNING", progress=call.progress(job))
        if isinstance(stand, Fault):
            return self._ended(call, job, stand)
        if "output" not in job.notes:
            data = call.picture() if job.notes["picture"] else call.film()
            job.notes["output"] = call.host(data, "image/png" if job.notes["picture"] else "video/mp4")
        return self._told(job, "SUCCEEDED", output=[job.notes["output"]], cost={"credits": job.notes["credits"]})

    def cancel(self, call: Call) -> Reply:
        job = call.job(call.params["id"])
        if job is None or job.cancelled:
            raise self.refusal("not_found")
        job.cancelled = True
        return Reply(204)

    def organization(self, call: Call) -> Reply:
        limits = {"maxConcurrentGenerations": 2, "maxDailyGenerations": 200}
        models = dict.fromkeys((*PER_SECOND, *PER_PICTURE), limits)
        return as_json(
            {
                "creditBalance": 1_000,
                "tier": {"maxMonthlyCreditSpend": 10_000, "models": models},
                "usage": {"models": {name: {"dailyGenerations": 0} for name in models}},
            }
        )

    def offer(self, call: Call) -> Reply:
        body = call.body
        wrong = specs.complaints(self.name, "uploads", body)
        if wrong:
            raise self.refusal("bad_request", wrong[0].message[:200], param=str(wrong[0].json_path))
        made = Job(f"upload-{len(call.fake.jobs)}", self.name, "upload", body)
        call.fake.jobs[self.name, made.id] = made
        fields = {"key": made.id, "policy": "signed"}
        return as_json(
            {"uploadUrl": call.url(f"{DROP}/{made.id}"), "fields": fields, "runwayUri": f"runway://{made.id}"}
        )

    def drop(self, call: Call) -> Reply:
        made = call.job(call.params["id"])
        if made is None or call.request.fields.get("key") != [made.id] or not call.request.files:
            raise self.refusal("bad_request", "the form must hold all fields, then the file")
        made.notes["stored"] = call.request.files[0].size
        return Reply(204)

    def _ended(self, call: Call, job: Job, fault: Fault) -> Reply:
        if isinstance(fault, UnknownStatus):
            return self._told(job, fault.word)
        # A task that ends without a result costs nothing: what was charged for it is given back.
        call.fake.books[:] = [line for line in call.fake.books if line.job_id != job.id]
        free = {"cost": {"credits": 0}}
        if isinstance(fault, Cancelled):
            return self._told(job, "CANCELLED", **free)
        if isinstance(fault, Moderated):
            made = "IMAGE" if job.notes["picture"] else "VIDEO"
            code = "SAFETY.INPUT.TEXT" if fault.stage == "input" else f"SAFETY.OUTPUT.{made}"
        else:
            code = (fault.code if isinstance(fault, JobFailed) else "") or "INTERNAL.BAD_OUTPUT.CODE01"
        return self._told(job, "FAILED", failure="The task did not succeed.", failureCode=code, **free)

    def _told(self, job: Job, status: str, **more: Any) -> Reply:
        return as_json({"id": job.id, "status": status, "createdAt": "2026-11-20T12:00:00.000Z", **more})

    def _check(self, kind: str, body: dict[str, Any]) -> None:
        issues: list[dict[str, Any]] = [
            {"code": str(error.validator), "path": list(error.absolute_path), "message": error.message[:200]}
            for error in specs.complaints(self.name, kind, body)
        ]
        # The limit counts UTF-16 units, so most emoji count twice; a schema counts characters.
        limit = 1_000 if str(body.get("model", "")).startswith(("gen4", "veo")) else 0
        if limit and len(str(body.get("promptText", "")).encode("utf-16-le")) // 2 > limit and not issues:
            issues = [{"code": "too_big", "path": ["promptText"], "message": f"at most {limit} UTF-16 code units"}]
        if issues:
            raise Refusal(as_json({"error": "Validation of body failed", "issues": issues}, 400))
