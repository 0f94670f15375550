"""A provider that charges, for worker processes of their own. Its books are a file, a line an event: every purchase it takes
is there before it answers, as a provider would have charged before our worker died.

FERRY_BOOKS     the file
FERRY_SECONDS   how long each purchase takes (default 0.4; a film takes twice that, and is asked after)
FERRY_FAULTS    1: some requests are turned away, some answers are lost, some polls are slow or fail, words come in drips
FERRY_GATE      a file: what was taken is not answered before it exists
"""

from __future__ import annotations

import hashlib
import json
import os
import random
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from generation.providers.capabilities import Capabilities
from generation.providers.contract import Done, Emit, Handle, Kind, Pending, Replay, Request
from generation.providers.errors import Transient, Unknown
from tests.providers.toll import SCENE, film, png

KINDS = {"words": Kind.TEXT, "paint": Kind.IMAGE, "reel": Kind.VIDEO}
DRIPS = 5
GATE_SECONDS = 30.0


@dataclass(frozen=True)
class Ferry:
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
        if _by_chance(0.06):
            raise Transient("too many at once", retry_after_seconds=0.3)
        _note("taken", request)
        _pass_gate()
        for drip in range(DRIPS):
            time.sleep(_seconds() / DRIPS)
            if request.kind is Kind.TEXT:
                emit.text("word ")
            elif request.kind is Kind.IMAGE:
                emit.progress((drip + 1) / DRIPS)
        if _by_chance(0.02):
            raise Unknown("cut off in the middle")
        if request.kind is Kind.TEXT:
            ends = json.loads(request.prompt)["must_end"]
            return Done(text=json.dumps({**SCENE, "choices": [] if ends else SCENE["choices"]}), model="words")
        if request.kind is Kind.IMAGE:
            return Done(data=png(_colour(request.reference)), media_type="image/png", model="paint")
        return Pending(f"{request.reference}@{time.monotonic()}", check_after_seconds=0.3)

    def check(self, handle: Handle) -> Done | Pending:
        _note("asked", handle.request)
        _pass_gate()
        if _by_chance(0.08):
            raise Transient("cannot tell", retry_after_seconds=0.3)
        if _by_chance(0.08):
            time.sleep(1.5)
        if time.monotonic() - float(handle.id.split("@")[1]) < 2 * _seconds():
            return Pending(handle.id, progress=0.5, check_after_seconds=0.3)
        return Done(data=film(), media_type="video/mp4", model="reel")


def _note(event: str, request: Request) -> None:
    line = json.dumps({"event": event, "reference": request.reference, "kind": request.kind, "pid": os.getpid()}) + "\n"
    handle = os.open(os.environ["FERRY_BOOKS"], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    os.write(handle, line.encode())
    os.close(handle)


def _by_chance(share: float) -> bool:
    return os.environ.get("FERRY_FAULTS") == "1" and random.random() < share


def _seconds() -> float:
    return float(os.environ.get("FERRY_SECONDS", "0.4"))


def _pass_gate() -> None:
    gate = os.environ.get("FERRY_GATE")
    ends = time.monotonic() + GATE_SECONDS
    while gate and not Path(gate).exists() and time.monotonic() < ends:
        time.sleep(0.02)


def _colour(reference: str) -> tuple[int, int, int]:
    """No two purchases bring the same bytes."""
    red, green, blue = hashlib.sha256(reference.encode()).digest()[:3]
    return red, green, blue
