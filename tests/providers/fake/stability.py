"""Stability AI (v2beta): forms only, pictures at once, refused content as a 403 or as a 200 with a blurred picture."""

from __future__ import annotations

import base64
import secrets
from decimal import Decimal
from typing import Any, ClassVar

from tests.providers import specs
from tests.providers.fake.books import Captured
from tests.providers.fake.dialect import Call, Dialect, Refusal, Reply, Route, as_json, bearer
from tests.providers.fake.faults import Moderated, RateLimited, WrongType

CREDIT = Decimal("0.01")
CREDITS = {
    "core": Decimal(3),
    "ultra": Decimal(8),
    "sd3.5-large": Decimal("6.5"),
    "sd3.5-large-turbo": Decimal(4),
    "sd3.5-medium": Decimal("3.5"),
}
MAX_REQUEST = 10 * 1024 * 1024
CHOSEN_SEED = 1_234_567
"""What the fake takes where it is asked for seed 0, which is "any"."""
PAINTING = (Moderated, WrongType)


class Stability(Dialect):
    name = "stability"
    routes = (
        Route(
            "POST", r"/v2beta/stable-image/generate/(?P<model>core|ultra|sd3)", "image.generate", "paint", purchase=True
        ),
        Route("GET", r"/v1/user/balance", "balance", "balance"),
    )
    expresses: ClassVar = {"image.generate": PAINTING, "image.edit": PAINTING}
    moderations: ClassVar = {"image.generate": ("error", "filtered"), "image.edit": ("error", "filtered")}
    errors: ClassVar = {
        "bad_request": (400, "bad_request", "the request is not understood"),
        "denied": (401, "unauthorized", "missing or invalid api key"),
        "no_funds": (402, "payment_required", "not enough credits left"),
        "forbidden": (403, "forbidden", "this account may not do this"),
        "moderated": (403, "content_moderation", "the request was flagged by the content moderation"),
        "unknown_model": (404, "not_found", "no such model"),
        "not_found": (404, "not_found", "no such resource"),
        "too_large": (413, "payload_too_large", "the body is larger than 10 MiB"),
        "unprocessable": (422, "unprocessable_entity", "the request is well-formed but cannot be done"),
        "busy": (429, "rate_limit_exceeded", "more than 150 requests in 10 seconds"),
        "server": (500, "internal_error", "something went wrong"),
        "overloaded": (503, "service_unavailable", "try again later"),
    }

    def operation(self, route: Route, request: Captured) -> str:
        if route.operation == "image.generate" and any(file.field == "image" for file in request.files):
            return "image.edit"
        return route.operation

    def authorise(self, request: Captured, key: str) -> Reply | None:
        return None if bearer(request) == key else self.error("denied")

    def error(self, kind: str, message: str = "", *, status: int | None = None, param: str | None = None) -> Reply:
        code, name, usual = self.errors[kind]
        said = f"{param}: {message or usual}" if param else message or usual
        return as_json({"id": secrets.token_hex(16), "name": name, "errors": [said]}, status or code)

    def rate_limited(self, fault: RateLimited) -> Reply:
        reply = super().rate_limited(fault)
        reply.headers.setdefault("x-request-id", secrets.token_hex(8))
        return reply

    def paint(self, call: Call) -> Reply:
        request = call.request
        accept = request.headers.get("accept", "*/*")
        if accept not in ("image/*", "application/json", "*/*"):
            raise self.refusal("bad_request", "must be one of image/*, application/json", param="accept")
        if not request.headers.get("content-type", "").startswith("multipart/form-data"):
            raise self.refusal("bad_request", "must be multipart/form-data", param="content-type")
        if len(request.raw) > MAX_REQUEST:
            raise self.refusal("too_large")
        asked = self._read(call)
        model = asked.get("model", "sd3.5-large") if call.params["model"] == "sd3" else call.params["model"]
        cost = CREDITS[model] * CREDIT
        seed = int(asked.get("seed", "0")) or CHOSEN_SEED
        form = asked.get("output_format", "png")
        finish = "SUCCESS"
        if isinstance(call.fault, Moderated):
            if call.fault.how != "filtered":
                raise self.refusal("moderated")
            finish = "CONTENT_FILTERED"
        call.take(cost=cost)
        data = call.picture(form)
        if accept == "application/json":
            return as_json({"image": base64.b64encode(data).decode(), "finish_reason": finish, "seed": seed})
        headers = {"content-type": f"image/{form}", "finish-reason": finish, "seed": str(seed)}
        return Reply(200, data, headers)

    def balance(self, call: Call) -> Reply:
        return as_json({"credits": 1_000.0})

    def _read(self, call: Call) -> dict[str, str]:
        form: dict[str, list[Any]] = dict(call.request.fields)
        for file in call.request.files:
            if not file.content_type.startswith("image/"):
                raise self.refusal("bad_request", f"unsupported type {file.content_type}", param=file.field)
            form[file.field] = [*form.get(file.field, []), file.filename]
        wrong = specs.complaints(self.name, specs.MULTIPART + call.request.path, form)
        if wrong:
            said = [f"{error.json_path.removeprefix('$.')}: {error.message[:200]}" for error in wrong]
            code, name, _ = self.errors["bad_request"]
            raise Refusal(as_json({"id": secrets.token_hex(16), "name": name, "errors": said}, code))
        return {name: values[0] for name, values in call.request.fields.items()}
