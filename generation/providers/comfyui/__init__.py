"""ComfyUI on a server of one's own: a graph is queued, and its history tells what became of it.

What a model takes follows from its row's workflow and the places that are named in it: `workflow.py`. The base url is the
operator's; a key is sent as a bearer token where a proxy in front wants one.
"""

from __future__ import annotations

import hashlib
import mimetypes
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlencode

from generation.providers.answers import Answer, by_status
from generation.providers.capabilities import Capabilities, Sizes
from generation.providers.comfyui.workflow import ROLES, VALUES, Workflow, named, own, read
from generation.providers.contract import Done, Emit, Handle, Input, Kind, Link, Pending, Replay, Request
from generation.providers.errors import Damaged, Lost, ProviderError, Rejected
from generation.providers.hosted import Hosted

CLIENT = "fablewright"
"""Named with every run: a server leaves what it still had out of the history of a run that names no client."""
SIDES = 64, 4096
STEP = 16
FILMS = (".mp4", ".webm", ".mov", ".mkv", ".gif")
PICTURES = (".png", ".jpg", ".jpeg", ".webp")
LISTS = {Kind.VIDEO: ("video", "videos", "gifs", "images"), Kind.IMAGE: ("images",), Kind.EDIT: ("images",)}
"""Where the outputs of a node lie: what film nodes make is listed under many names, pictures among them."""
CHECK_SECONDS = {Kind.VIDEO: 5.0}
LONGEST_SECONDS = {Kind.VIDEO: 3600.0}


class ComfyUI(Hosted):
    name = "comfyui"
    title = "ComfyUI"
    needs_key = False
    replay = Replay.FREE

    def capabilities(self, model: str, kind: Kind, options: Mapping[str, Any]) -> Capabilities | None:
        places = named(options)
        if "workflow" not in options or kind not in LISTS or (kind is Kind.EDIT and "source" not in places):
            return None
        makes = Kind.VIDEO if kind is Kind.VIDEO else Kind.IMAGE
        has_length = "seconds" in places or "frames" in places
        return Capabilities(
            makes,
            takes=frozenset(VALUES) & frozenset(places),
            sizes=_sizes(options) if {"width", "height"} <= places.keys() else None,
            seconds=(1.0, 20.0) if makes is Kind.VIDEO and has_length else None,
            default_seconds=5.0 if makes is Kind.VIDEO and has_length else None,
            inputs={role: len(places[role]) for role in ROLES if role in places},
            needs_one_of=tuple(role for role in ("source", "first_frame") if role in places),
            longest_seconds=LONGEST_SECONDS.get(makes, 1200.0),
        )

    def start(self, request: Request, emit: Emit) -> Pending:
        workflow = read(request.options)
        pictures: dict[str, list[str]] = {}
        for given in request.inputs:
            pictures.setdefault(given.role, []).append(self._upload(given))
        answer = self.wire.post(
            "prompt",
            json={"prompt": workflow.filled(request, pictures), "client_id": CLIENT},
            seconds=self.submit_seconds,
        )
        if not answer.is_good:
            raise _error(answer, workflow)
        job = answer.json().get("prompt_id")
        if not isinstance(job, str) or not job:
            raise Damaged(f"a run without an id: {answer.told()}", billed=False)
        return _pending(job, request)

    def check(self, handle: Handle) -> Done | Pending:
        entry = self._history(handle.id)
        if entry is None:
            if self._queued(handle.id) is not None:
                return _pending(handle.id, handle.request)
            # It may have ended between the two questions; what is in neither place is forgotten, as after a restart.
            entry = self._history(handle.id)
            if entry is None:
                raise Lost("the server knows this run neither in its queue nor in its history", billed=False)
        return self._outcome(entry, handle)

    def cancel(self, handle: Handle) -> None:
        stands = self._queued(handle.id)
        if stands == "queue_pending":
            self._tell("queue", {"delete": [handle.id]})
        elif stands == "queue_running":
            # An interrupt stops whatever runs. Newer servers stop only the run that is named.
            self._tell("interrupt", {"prompt_id": handle.id})

    def _upload(self, given: Input) -> str:
        """The server's name of an input picture. It is named by its content: what is sent again lies there once."""
        data = given.read()
        ending = mimetypes.guess_extension(given.media_type) or ".png"
        file = (f"fablewright-{hashlib.sha256(data).hexdigest()[:24]}{ending}", data, given.media_type)
        answer = self.wire.post(
            "upload/image",
            fields={"type": "input", "overwrite": "true"},
            files=[("image", file)],
            seconds=self.submit_seconds,
            safe=True,
        )
        if not answer.is_good:
            error = by_status(answer, field="inputs")
            raise Rejected(str(error), field="inputs") if answer.status == 404 else error
        document = answer.json()
        name, folder = document.get("name"), document.get("subfolder")
        if not isinstance(name, str) or not name:
            raise answer.damaged(f"an upload without a name: {answer.told()}")
        return f"{folder}/{name}" if isinstance(folder, str) and folder else name

    def _history(self, job: str) -> Mapping[str, Any] | None:
        """What the server keeps of a run that ended, None before."""
        answer = self.wire.get(f"history/{quote(job, safe='')}", seconds=self.poll_seconds)
        if not answer.is_good:
            raise by_status(answer)
        entry = answer.json().get(job)
        return entry if isinstance(entry, Mapping) else None

    def _queued(self, job: str) -> str | None:
        """The list of the queue that the run stands in, None if in neither. "" where the queue cannot be read, which
        tells nothing: the run may well be there."""
        answer = self.wire.get("queue", seconds=self.poll_seconds)
        if not answer.is_good:
            raise by_status(answer)
        document = answer.json()
        for name in ("queue_running", "queue_pending"):
            listed = document.get(name)
            if not isinstance(listed, list):
                return ""
            if any(job in _list(run)[1:2] for run in listed):
                return name
        return None

    def _tell(self, path: str, body: dict[str, Any]) -> None:
        answer = self.wire.post(path, json=body, seconds=self.poll_seconds, safe=True)
        if not answer.is_good:
            raise by_status(answer)

    def _outcome(self, entry: Mapping[str, Any], handle: Handle) -> Done | Pending:
        status, request = _mapping(entry.get("status")), handle.request
        said = status.get("status_str")
        if said == "error":
            raise Damaged(_why(status), billed=False)
        workflow = read(request.options)
        file = _pick(entry.get("outputs"), request.kind, workflow.output)
        if file is None:
            # An old server writes no status; a new word means that it is not over.
            if said not in (None, "success") and not status.get("completed"):
                return _pending(handle.id, request)
            where = f" of node {workflow.output}" if workflow.output else ""
            raise Damaged(f"the run ended well and there is no {request.kind} among the outputs{where}", billed=False)
        query = {
            part: str(file.get(part) or usual)
            for part, usual in (("filename", ""), ("subfolder", ""), ("type", "output"))
        }
        frames = _written(entry, workflow, "frames")
        return Done(
            link=Link(self.wire.address("view") + "?" + urlencode(query), with_key=True),
            media_type=mimetypes.guess_type(query["filename"])[0] or "",
            model=request.model,
            seed=_written(entry, workflow, "seed"),
            width=_written(entry, workflow, "width"),
            height=_written(entry, workflow, "height"),
            seconds=frames / workflow.frames_per_second if frames is not None else request.seconds,
        )


def _pending(job: str, request: Request) -> Pending:
    return Pending(job, check_after_seconds=CHECK_SECONDS.get(request.kind, 2.0))


def _sizes(options: Mapping[str, Any]) -> Sizes:
    """Any size in steps that all model families take; the area that the workflow has is the usual one."""
    width, height = own(options, "width"), own(options, "height")
    area = int(width * height) if width and height else 1024 * 1024
    return Sizes(*SIDES, step=STEP, standard_pixels=area)


def _written(entry: Mapping[str, Any], workflow: Workflow, name: str) -> int | None:
    """The whole number that stood in the first place of `name` in the graph that was run; the history repeats the graph."""
    run, places = entry.get("prompt"), workflow.places.get(name)
    if not places:
        return None
    try:
        value = run[2][places[0].node]["inputs"][places[0].input]  # type: ignore[index]
    except (IndexError, KeyError, TypeError):
        return None
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _pick(outputs: Any, kind: Kind, node: str) -> Mapping[str, Any] | None:
    """The file that is the result: kept ones before those of previews."""
    endings = FILMS if kind is Kind.VIDEO else PICTURES
    made = _mapping(outputs)
    chosen = [_mapping(output) for output in ([made.get(node)] if node else made.values())]
    listed = [_list(output.get(name)) for output in chosen for name in LISTS[kind]]
    files = [file for several in listed for file in several if isinstance(file, Mapping)]
    files = [file for file in files if str(file.get("filename", "")).lower().endswith(endings)]
    return min(files, key=lambda file: file.get("type") == "temp", default=None)


def _why(status: Mapping[str, Any]) -> str:
    """What the server says about a run that failed or was stopped."""
    for message in _list(status.get("messages")):
        event, told = (*_list(message), None, None)[:2]
        if event == "execution_interrupted":
            return "the run was interrupted at the server"
        if event == "execution_error":
            about = _mapping(told)
            where = f"node {about.get('node_id')} ({about.get('node_type')})"
            return f"{where}: {about.get('exception_type')}: {about.get('exception_message')}"
    return "the run failed and the server does not say why"


def _error(answer: Answer, workflow: Workflow) -> ProviderError:
    """What is wrong with a graph that was not taken: the first complaint about a node, or the general one."""
    document = answer.rough_json()
    error = document.get("error")
    told = _mapping(error)
    said = ": ".join(str(part) for part in (told.get("message"), told.get("details")) if part) or str(error or "")
    complaints = [
        (str(number), _mapping(node).get("class_type"), _mapping(one))
        for number, node in _mapping(document.get("node_errors")).items()
        for one in _list(_mapping(node).get("errors"))
    ]
    field = "options"
    if complaints:
        number, made_by, one = complaints[0]
        name = str(_mapping(one.get("extra_info")).get("input_name", ""))
        field = workflow.field_at(number, name)
        said = f"{said}; node {number} ({made_by}), input {name}: {one.get('message')}"
    return by_status(answer, said, field=field)


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
