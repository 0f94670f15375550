"""NVIDIA Cosmos NIM: one film at a time, made while the caller waits. No key, no job id, no charges."""

from __future__ import annotations

import base64
import time
from typing import TYPE_CHECKING, ClassVar

from tests.providers import specs
from tests.providers.fake.books import Captured
from tests.providers.fake.dialect import Call, Dialect, Refusal, Reply, Route, as_json
from tests.providers.fake.faults import Moderated, WrongType

if TYPE_CHECKING:
    from tests.providers.fake.server import FakeProviders

MOST_WORDS = 250
CHOSEN_SEED = 1_234_567


class Cosmos(Dialect):
    """`seconds` is how long a film takes: set it on `fake.dialects["cosmos"]`."""

    name = "cosmos"
    routes = (
        Route("POST", r"/v1/infer", "video.submit", "infer", purchase=True),
        Route("GET", r"/v1/health/(?P<what>ready|live)", "health", "health"),
        Route("GET", r"/v1/metadata", "models", "metadata"),
    )
    waits = Dialect.waits - {"none"}
    """Where it does not say when, the adapter waits a minute: a film is under way, and asking sooner is of no use."""
    expresses: ClassVar = {"video.submit": (WrongType, Moderated), "image.submit": (WrongType, Moderated)}
    moderations: ClassVar = {"video.submit": ("guardrail",), "image.submit": ("guardrail",)}
    errors: ClassVar = {
        "bad_request": (400, "", "Bad request"),
        "denied": (401, "", "A proxy in front wants a key"),
        "no_funds": (402, "", "Payment required"),
        "forbidden": (403, "", "Forbidden"),
        "moderated": (422, "", "Blocked by the text guardrail"),
        "unknown_model": (404, "", "Not Found"),
        "not_found": (404, "", "Not Found"),
        "busy": (429, "", "A request is being worked on"),
        "server": (500, "", "Inference failed"),
        "overloaded": (503, "", "Service is not ready"),
    }

    def __init__(self, fake: FakeProviders) -> None:
        super().__init__(fake)
        self.reset()

    def reset(self) -> None:
        self.seconds = 0.1
        self._busy_until = 0.0

    def operation(self, route: Route, request: Captured) -> str:
        """Pictures are made by the third family, which is told what to make."""
        if isinstance(request.json, dict) and request.json.get("model_mode") == "text2image":
            return "image.submit"
        return route.operation

    def authorise(self, request: Captured, key: str) -> Reply | None:
        return None

    def error(self, kind: str, message: str = "", *, status: int | None = None, param: str | None = None) -> Reply:
        code, _, usual = self.errors[kind]
        return as_json({"detail": message or usual}, status or code)

    def infer(self, call: Call) -> Reply:
        body = call.body
        detail = [
            {"loc": ["body", *error.absolute_path], "msg": error.message[:200], "type": str(error.validator)}
            for error in specs.complaints(self.name, "v1/infer", body)
        ]
        if not detail and "model_mode" not in body and len(body["prompt"].split()) > MOST_WORDS:
            detail = [{"loc": ["body", "prompt"], "msg": f"more than {MOST_WORDS} words", "type": "too_long"}]
        if detail:
            raise Refusal(as_json({"detail": detail}, 422))
        if time.monotonic() < self._busy_until:
            raise self.refusal("busy")
        self._busy_until = time.monotonic() + self.seconds
        if isinstance(call.fault, Moderated):
            raise self.refusal("moderated")
        call.take(charged=False)
        answer = {"upsampled_prompt": body["prompt"], "seed": body.get("seed", CHOSEN_SEED)}
        if call.request.operation == "image.submit":
            reply = as_json({"b64_image": base64.b64encode(call.picture("jpeg")).decode(), **answer})
        else:
            reply = as_json({"b64_video": base64.b64encode(call.film()).decode(), **answer})
        reply.wait_seconds = self.seconds
        return reply

    def health(self, call: Call) -> Reply:
        return as_json({"status": call.params["what"]})

    def metadata(self, call: Call) -> Reply:
        return as_json({"modelInfo": [{"shortName": "cosmos-predict1-7b-text2world"}], "version": "1.0.0"})
