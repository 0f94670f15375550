"""Black Forest Labs: the model is in the path, work is asked after at one `polling_url`, statuses are literal words.

A hand-built `/v1/get_result` reaches another cluster than the one that has the job, and is told so. `UnknownStatus("Task
not found")` on a poll plays the cluster that has not heard of the job yet; `JobLost` the one that never will.
"""

from __future__ import annotations

import secrets
from decimal import Decimal
from math import ceil
from typing import Any, ClassVar

from tests.providers import specs
from tests.providers.fake.books import Captured, Job
from tests.providers.fake.dialect import Call, Dialect, Refusal, Reply, Route, as_json
from tests.providers.fake.faults import (
    Fault,
    JobFailed,
    JobLost,
    Moderated,
    PollUrlElsewhere,
    RelativePollUrl,
    UnknownStatus,
    WrongType,
)

MODELS = tuple(specs.operations("bfl"))
CREDIT = Decimal("0.01")
MEGAPIXEL = 1_000_000
MOST_PIXELS = 4 * 1024 * 1024
BASE = {
    "flux-2-klein-4b": Decimal("1.4"),
    "flux-2-klein-9b": Decimal("1.5"),
    "flux-2-klein-9b-preview": Decimal("1.5"),
    "flux-2-pro": Decimal(3),
    "flux-2-pro-preview": Decimal(3),
    "flux-2-max": Decimal(7),
    "flux-2-flex": Decimal(5),
    "flux-pro-1.1": Decimal(4),
    "flux-dev": Decimal("2.5"),
    "flux-kontext-max": Decimal(8),
    "flux-kontext-pro": Decimal(4),
}
"""Credits for the first megapixel."""
BEYOND = {
    "flux-2-pro": Decimal("1.5"),
    "flux-2-pro-preview": Decimal("1.5"),
    "flux-2-max": Decimal(3),
    "flux-2-flex": Decimal(5),
}
"""Credits for each megapixel after it."""
CLUSTER = "/cluster-eu4"
POLLED = (Moderated, JobFailed, JobLost, UnknownStatus, WrongType)


class BlackForestLabs(Dialect):
    name = "bfl"
    routes = (
        *(
            Route("POST", f"/v1/{model.replace('.', '[.]')}", "image.submit", "submit", purchase=True)
            for model in MODELS
        ),
        Route("GET", CLUSTER + r"/v1/get_result", "image.poll", "poll"),
        Route("GET", r"/v1/get_result", "image.poll", "elsewhere"),
        Route("GET", r"/v1/credits", "balance", "balance"),
    )
    expresses: ClassVar = {
        "image.submit": (Moderated, JobFailed, JobLost, RelativePollUrl, PollUrlElsewhere),
        "image.poll": POLLED,
    }
    moderations: ClassVar = {"image.submit": ("status",), "image.poll": ("status",)}
    errors: ClassVar = {
        "bad_request": (400, "", "Bad request"),
        "denied": (403, "", "Not authenticated - missing or invalid x-key"),
        "no_funds": (402, "", "Insufficient credits"),
        "forbidden": (403, "", "This account may not use this model"),
        "unknown_model": (404, "", "Not Found"),
        "not_found": (404, "", "Not Found"),
        "unprocessable": (422, "value_error", "Input should be valid"),
        "busy": (429, "", "Too many active tasks (24)"),
        "server": (500, "", "Internal Server Error"),
        "overloaded": (503, "", "Service Unavailable"),
    }
    results_elsewhere = True

    def authorise(self, request: Captured, key: str) -> Reply | None:
        return None if request.headers.get("x-key") == key else self.error("denied")

    def error(self, kind: str, message: str = "", *, status: int | None = None, param: str | None = None) -> Reply:
        code, word, usual = self.errors[kind]
        detail: Any = message or usual
        if code == 422:
            detail = [{"loc": ["body", param] if param else ["body"], "msg": detail, "type": word}]
        return as_json({"detail": detail}, status or code)

    def submit(self, call: Call) -> Reply:
        body, model = call.body, call.request.path.removeprefix("/v1/")
        self._check(model, body)
        pixels = (body.get("width") or 1024) * (body.get("height") or 1024)
        taken = sum(1 for name, value in body.items() if name.startswith(("input_image", "image")) and value)
        more = max(0, ceil(pixels / MEGAPIXEL) + taken - 1)
        credits = BASE.get(model, Decimal(6)) + BEYOND.get(model, Decimal(0)) * more
        refused = isinstance(call.fault, Moderated) and call.fault.stage == "input"
        job = call.start_job(cost=credits * CREDIT, charged=not refused, form=body.get("output_format") or "jpeg")
        if body.get("webhook_url"):
            return as_json({"id": job.id, "status": "Pending", "webhook_url": body["webhook_url"]})
        url = call.url(f"{CLUSTER}/v1/get_result?id={job.id}")
        if isinstance(call.fault, RelativePollUrl):
            url = url.removeprefix(call.fake.origin)
        elif isinstance(call.fault, PollUrlElsewhere):
            url = f"{call.fake.elsewhere_url}/bfl{CLUSTER}/v1/get_result?id={job.id}"
        answer = {"id": job.id, "polling_url": url, "cost": float(credits)}
        return as_json({**answer, "input_mp": float(taken), "output_mp": round(pixels / MEGAPIXEL, 2)})

    def poll(self, call: Call) -> Reply:
        name = call.request.query.get("id", "")
        if not name:
            raise self.refusal("unprocessable", "Field required", param="id")
        job = call.job(name)
        if job is None:
            return self._told(name, "Task not found")
        stand = call.stand(job)
        if stand == "working":
            return self._told(job.id, "Pending", progress=call.progress(job))
        if isinstance(stand, Fault):
            return self._ended(job, stand)
        if "sample" not in job.notes:
            form = job.notes["form"]
            job.notes["sample"] = call.host(call.picture(form), f"image/{form}")
        asked = job.request
        result = {
            "sample": job.notes["sample"],
            "prompt": asked.get("prompt", ""),
            "seed": asked.get("seed") or 42,
            "duration": 1.5,
        }
        return self._told(job.id, "Ready", result=result, progress=1.0)

    def elsewhere(self, call: Call) -> Reply:
        return self._told(call.request.query.get("id", ""), "Task not found")

    def balance(self, call: Call) -> Reply:
        return as_json({"credits": 1_000.0})

    def _ended(self, job: Job, fault: Fault) -> Reply:
        if isinstance(fault, UnknownStatus):
            return self._told(job.id, fault.word)
        if isinstance(fault, JobLost):
            return self._told(job.id, "Task not found")
        if isinstance(fault, Moderated):
            word = "Request Moderated" if fault.stage == "input" else "Content Moderated"
            return self._told(job.id, word, details={"Moderation Reasons": ["Safety Filter"]})
        code = fault.code if isinstance(fault, JobFailed) else ""
        return self._told(job.id, "Error", details={"error": code or "the task failed"})

    def _told(self, name: str, status: str, **more: Any) -> Reply:
        empty = {"result": None, "progress": None, "details": None, "preview": None}
        return as_json({"id": name, "status": status, **empty, **more})

    def _check(self, model: str, body: dict[str, Any]) -> None:
        detail = [
            {"loc": ["body", *error.absolute_path], "msg": error.message[:200], "type": f"{error.validator}_error"}
            for error in specs.complaints(self.name, model, body)
        ]
        if (
            not detail
            and model.startswith("flux-2")
            and (body.get("width") or 0) * (body.get("height") or 0) > MOST_PIXELS
        ):
            detail = [{"loc": ["body", "width"], "msg": "more than 4 megapixels", "type": "value_error"}]
        if detail:
            raise Refusal(as_json({"detail": detail}, 422, x_request_id=secrets.token_hex(8)))
