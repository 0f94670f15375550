"""A provider that charges and keeps books, played in the test's own process. What it does next is scripted by kind."""

from __future__ import annotations

import io
import json
import threading
import time
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

from PIL import Image

from generation.providers.capabilities import Capabilities
from generation.providers.contract import Done, Emit, Handle, Kind, Pending, Replay, Request

SCENE = {
    "story_title": "The Brass Key",
    "title": "At the quay",
    "text": "The key lay in the fish, and the fish lay on the quay.\n\nNobody had asked either of them to be there.",
    "picture": "A brass key in an open fish on a wet quay.",
    "alt": "A brass key shines in an open fish.",
    "film": "Water runs from the fish.",
    "choices": ["Take the key and run", "Ask the fishwife whose it is"],
    "ending": False,
    "ending_name": "",
    "memory": "key found",
}


def scene(**changes: Any) -> str:
    """A usable answer for a scene's text."""
    return json.dumps({**SCENE, **changes})


def png(colour: tuple[int, int, int] = (200, 120, 60)) -> bytes:
    """A small real picture."""
    out = io.BytesIO()
    Image.new("RGB", (64, 36), colour).save(out, "PNG")
    return out.getvalue()


@dataclass
class Toll:
    """`script[kind]` is a list of what `start` does, one entry a call: an exception to raise, a value to answer, or a
    function of the request; when it is used up, an ordinary good answer. `checks` is the same for `check`."""

    replay: Replay = Replay.NEVER
    name: str = "toll"
    script: dict[Kind, list[Any]] = field(default_factory=lambda: defaultdict(list))
    checks: list[Any] = field(default_factory=list)
    finds: list[Any] = field(default_factory=list)
    books: list[Request] = field(default_factory=list)
    asked_after: list[str] = field(default_factory=list)
    looked_up: list[str] = field(default_factory=list)
    delay_seconds: float = 0.0
    at_once: int = 0
    most_at_once: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _go: threading.Event = field(default_factory=threading.Event)

    def capabilities(self, model: str, kind: Kind, options: Any) -> Capabilities | None:
        kinds = {"words": Kind.TEXT, "paint": Kind.IMAGE, "reel": Kind.VIDEO}
        if kinds.get(model) is not kind:
            return None
        return Capabilities(
            kinds[model], takes=frozenset({"seed", "schema"}), aspect_ratios=("16:9",), seconds=(1, 10),
            inputs={"first_frame": 1},
        )  # fmt: skip

    def start(self, request: Request, emit: Emit) -> Done | Pending:
        with self._lock:
            self.books.append(request)
            self.at_once += 1
            self.most_at_once = max(self.most_at_once, self.at_once)
            todo = self.script[request.kind].pop(0) if self.script[request.kind] else None
        try:
            if self.delay_seconds:
                time.sleep(self.delay_seconds)
            return self._do(todo, request)
        finally:
            with self._lock:
                self.at_once -= 1

    def check(self, handle: Handle) -> Done | Pending:
        with self._lock:
            self.asked_after.append(handle.id)
            todo = self.checks.pop(0) if self.checks else None
        return self._do(todo, handle.request)

    def find(self, request: Request) -> Done | Pending | None:
        with self._lock:
            self.looked_up.append(request.reference)
            todo = self.finds.pop(0) if self.finds else None
        return self._do(todo, request) if todo is not None else None

    def hang(self, request: Request) -> Done:
        """To be put into a script: never answers, until the test is over."""
        self._go.wait(60)
        return self._good(request)

    def let_go(self) -> None:
        self._go.set()

    def _do(self, todo: Any, request: Request) -> Any:
        if isinstance(todo, Exception):
            raise todo
        if callable(todo):
            return todo(request)
        return todo if todo is not None else self._good(request)

    def _good(self, request: Request) -> Done:
        if request.kind is Kind.TEXT:
            must_end = json.loads(request.prompt).get("must_end", False)
            return Done(text=scene(ending=must_end, choices=[] if must_end else SCENE["choices"]), model=request.model)
        if request.kind is Kind.IMAGE:
            return Done(data=png(), media_type="image/png", model=request.model)
        return Done(data=film(), media_type="video/mp4", model=request.model)


def film() -> bytes:
    """A small real film: one second, 64x36."""
    import av
    import numpy as np

    out = io.BytesIO()
    with av.open(out, "w", format="mp4") as container:
        stream = container.add_stream("libx264", rate=12)
        stream.width, stream.height, stream.pix_fmt = 64, 36, "yuv420p"
        for number in range(12):
            picture = np.full((36, 64, 3), number * 20, dtype=np.uint8)
            for packet in stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")):
                container.mux(packet)
        for packet in stream.encode():
            container.mux(packet)
    return out.getvalue()
