"""The offline provider: stories told, pictures painted, films drawn, words spoken and checked on this machine, under the
contract of a paid one.

It costs nothing and needs no key. Text and pictures are answered at once, film is taken in and asked after, as the film
providers of the field do it. Delays are settable. So are faults: `faults_file` names a JSON file, read at every call, that
maps a kind to one of

    "refuse"    the content policy says no
    "fail:N"    the first N calls of every purchase meet a passing fault
    "hang"      no answer ever comes
    "damage"    the bytes (or the JSON) are broken
    "reject", "deny", "lose"   a wrong request, a bad key, a film that the provider has forgotten

`log_file` gets a line of JSON for every purchase that was submitted and one for every answer given: the provider's own
books, which tests compare with ours and benchmarks take times from.
"""

from __future__ import annotations

import hashlib
import json
import os
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, ClassVar

from generation.providers.capabilities import Capabilities
from generation.providers.contract import Done, Emit, Handle, Kind, Pending, Replay, Request
from generation.providers.demo.models import FILM_RATIOS, STYLES, able, film_size
from generation.providers.demo.seeing import seen, still
from generation.providers.errors import Damaged, Denied, Lost, Refused, Rejected, Transient


@dataclass(frozen=True)
class Demo:
    """See the module. Delays in seconds."""

    text_seconds: float = 0.0
    image_seconds: float = 0.0
    video_seconds: float = 0.0
    faults_file: str = ""
    log_file: str = ""
    name: str = "demo"
    title: ClassVar[str] = "Demo"
    replay: Replay = Replay.FREE  # tests set "never" to see how a dearer provider is treated

    def __post_init__(self) -> None:
        object.__setattr__(self, "replay", Replay(self.replay))

    def capabilities(self, model: str, kind: Kind, options: Mapping[str, Any]) -> Capabilities | None:
        return able(model, kind)

    def start(self, request: Request, emit: Emit) -> Done | Pending:
        fault = self._fault(request)
        if request.kind is Kind.VIDEO:
            began = int(time.time() * 1000)
            film_id = f"film-{began}-{hashlib.sha256(request.reference.encode()).hexdigest()[:12]}"
            self._log("start", request, film_id)
            return Pending(film_id, progress=0.0, check_after_seconds=0.5)
        self._log("start", request)
        if request.kind is Kind.TEXT:
            done = self._text(request, fault)
            _say(done.text or "", self.text_seconds, emit)
        elif request.kind is Kind.MODERATE:
            done = self._verdict(request, fault)
        elif request.kind is Kind.SPEECH:
            done = self._speech(request, fault, emit)
        else:
            _wait(self.image_seconds, emit, until=0.2)
            done = self._picture(request, fault, emit)
        self._log("answer", request)
        return done

    def check(self, handle: Handle) -> Done | Pending:
        fault = self._fault(handle.request)
        if fault == "lose" or not handle.id.startswith("film-"):
            raise Lost("this film is not known", billed=False)
        spent = time.time() - int(handle.id.split("-")[1]) / 1000
        if spent < self.video_seconds:
            return Pending(handle.id, progress=0.6 * spent / self.video_seconds, check_after_seconds=0.5)
        done = self._film(handle.request, fault)
        self._log("answer", handle.request, handle.id)
        return done

    def _text(self, request: Request, fault: str) -> Done:
        if fault == "damage":
            return Done(text='{"title": "A broken', model="storyteller")
        from generation.providers.demo import telling

        return telling.answer(request)

    def _picture(self, request: Request, fault: str, emit: Emit) -> Done:
        # numpy and Pillow are loaded where a picture is painted only
        from generation.providers.demo import editing, picturing

        make = editing.edit if request.kind is Kind.EDIT else picturing.picture
        request = replace(request, prompt=seen(request.prompt))
        done = make(request, lambda share: emit.progress(0.2 + 0.8 * share))
        return _torn(done) if fault == "damage" else done

    def _speech(self, request: Request, fault: str, emit: Emit) -> Done:
        from generation.providers.demo import speaking

        done = speaking.speak(request, emit.progress)
        return _torn(done) if fault == "damage" else done

    def _verdict(self, request: Request, fault: str) -> Done:
        if fault == "damage":
            raise Damaged("the demo was told to damage its verdict", billed=False)
        from generation.providers.demo import judging

        return judging.judge(request)

    def _film(self, request: Request, fault: str) -> Done:
        from generation.providers.demo import filming

        frames = {given.role: given.read() for given in request.inputs}
        shape = request.aspect_ratio or filming.shape_of(frames.get("first_frame"), FILM_RATIOS)
        width, height = film_size(shape, request.resolution)
        seconds = request.seconds or 4.0
        more: dict[str, Any] = {"last_frame": frames.get("last_frame"), "audio": request.audio or None}
        data = filming.film(
            still(request.prompt),  # the picture's own words: the same layers come alive
            seed=request.seed or 0,
            style=request.style or STYLES[0],
            width=width,
            height=height,
            seconds=seconds,
            first_frame=frames.get("first_frame"),
            **{name: value for name, value in more.items() if value is not None},
        )
        if fault == "damage":
            data = data[:200]
        return Done(
            data=data,
            media_type="video/mp4",
            model="filmmaker",
            seed=request.seed,
            width=width,
            height=height,
            seconds=seconds,
        )

    def _fault(self, request: Request) -> str:
        """The fault that is set for this kind; those that end the call are raised here."""
        fault = self._faults().get(request.kind.value, "")
        if fault == "refuse":
            raise Refused("the demo was told to refuse")
        if fault == "reject":
            raise Rejected("the demo was told to reject", field="prompt")
        if fault == "deny":
            raise Denied("the demo was told to deny")
        if fault.startswith("fail:") and self._counted(request.reference) <= int(fault[5:]):
            raise Transient("the demo was told to fail", retry_after_seconds=0.2)
        while fault == "hang":
            time.sleep(0.1)
            fault = self._faults().get(request.kind.value, "")
        return fault

    def _faults(self) -> dict[str, Any]:
        if not self.faults_file:
            return {}
        try:
            return dict(json.loads(Path(self.faults_file).read_text(encoding="utf-8")))
        except (OSError, ValueError):
            return {}

    def _counted(self, reference: str) -> int:
        """How many calls of this purchase there were, this one included. Kept in a file: calls come from many processes."""
        count = Path(self.faults_file + ".calls")
        _append(count, reference)
        return count.read_text(encoding="utf-8").splitlines().count(reference)

    def _log(self, verb: str, request: Request, film_id: str = "") -> None:
        if self.log_file:
            line = {
                "at": time.time(),
                "verb": verb,
                "kind": request.kind,
                "reference": request.reference,
                "id": film_id,
            }
            _append(Path(self.log_file), json.dumps(line))


def _torn(done: Done) -> Done:
    """The answer with two thirds of its bytes missing."""
    assert done.data is not None
    return replace(done, data=done.data[: len(done.data) // 3])


def _append(path: Path, line: str) -> None:
    # One write of a short line with O_APPEND is whole, whoever else writes.
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        os.write(handle, (line + "\n").encode())
    finally:
        os.close(handle)


def _say(text: str, seconds: float, emit: Emit) -> None:
    """Tell the text piece by piece, in the set time."""
    parts = max(1, round(seconds / 0.05))
    for part in range(parts):
        time.sleep(seconds / parts)
        emit.text(text[len(text) * part // parts : len(text) * (part + 1) // parts])
        emit.progress((part + 1) / parts)


def _wait(seconds: float, emit: Emit, until: float = 1.0) -> None:
    """Take the set time, telling how far it is."""
    parts = max(1, int(seconds / 0.3))
    for part in range(parts):
        time.sleep(seconds / parts)
        emit.progress(until * (part + 1) / parts)
