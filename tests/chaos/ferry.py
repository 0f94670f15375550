"""A provider that charges, for worker processes of their own: every purchase it takes is a line in its books, written before it
answers, as a provider would have charged before our worker died."""

from __future__ import annotations

import json
import os
import time
from dataclasses import dataclass
from typing import Any

from generation.providers.capabilities import Capabilities
from generation.providers.contract import Done, Emit, Handle, Kind, Pending, Replay, Request
from tests.providers.toll import SCENE, film, png

KINDS = {"words": Kind.TEXT, "paint": Kind.IMAGE, "reel": Kind.VIDEO}


@dataclass(frozen=True)
class Ferry:
    books: str = ""
    seconds: float = 0.4
    name: str = "ferry"
    replay: Replay = Replay.NEVER

    def capabilities(self, model: str, kind: Kind, options: Any) -> Capabilities | None:
        if KINDS.get(model) is not kind:
            return None
        return Capabilities(
            kind, takes=frozenset({"seed", "schema"}), aspect_ratios=("16:9",), seconds=(1.0, 10.0),
            inputs={"first_frame": 1},
        )  # fmt: skip

    def start(self, request: Request, emit: Emit) -> Done | Pending:
        line = json.dumps({"reference": request.reference, "kind": request.kind, "at": time.time()}) + "\n"
        handle = os.open(self.books, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        os.write(handle, line.encode())
        os.close(handle)
        time.sleep(self.seconds)
        if request.kind is Kind.TEXT:
            ends = json.loads(request.prompt)["must_end"]
            return Done(text=json.dumps({**SCENE, "choices": [] if ends else SCENE["choices"]}), model="words")
        if request.kind is Kind.IMAGE:
            return Done(data=png(), media_type="image/png", model="paint")
        return Pending(f"{request.reference}@{time.time()}", check_after_seconds=0.3)

    def check(self, handle: Handle) -> Done | Pending:
        if time.time() - float(handle.id.split("@")[1]) < 2 * self.seconds:
            return Pending(handle.id, progress=0.5, check_after_seconds=0.3)
        return Done(data=film(), media_type="video/mp4", model="reel")
