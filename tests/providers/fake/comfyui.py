"""ComfyUI: a graph is queued, its history is empty until it is done, and an interrupt stops whoever runs.

No key and no charges: a purchase is only counted. Ids tell pictures from films, as the operations do. Nothing moves but
by polls: a job is pending until the first one, and running after it.
"""

from __future__ import annotations

from typing import Any, ClassVar

from tests.providers import specs
from tests.providers.fake.books import Captured, Job
from tests.providers.fake.dialect import Call, Dialect, Refusal, Reply, Route, as_json
from tests.providers.fake.faults import Cancelled, Expired, Fault, JobFailed, JobLost, WrongType

FILMS = ("SaveVideo", "SaveWEBM", "SaveAnimatedWEBP", "VHS_VideoCombine")
OUTPUTS = (*FILMS, "SaveImage", "PreviewImage")
CHECKPOINTS = ["sd_xl_base_1.0.safetensors"]
NODES = ("KSampler", "CheckpointLoaderSimple", "CLIPTextEncode", "EmptyLatentImage", "VAEDecode", "LoadImage", *OUTPUTS)
SUBMITTED = (JobFailed, JobLost, Cancelled)
POLLED = (*SUBMITTED, WrongType)


class ComfyUI(Dialect):
    name = "comfyui"
    routes = (
        Route("POST", r"(/api)?/prompt", "image.submit", "submit", purchase=True),
        Route("GET", r"(/api)?/history/(?P<id>video-[^/]+)", "video.poll", "history"),
        Route("GET", r"(/api)?/history/(?P<id>[^/]+)", "image.poll", "history"),
        Route("GET", r"(/api)?/view", "result", "view"),
        Route("POST", r"(/api)?/upload/image", "upload", "upload"),
        Route("GET", r"(/api)?/queue", "queue", "queue"),
        Route("POST", r"(/api)?/queue", "image.cancel", "delete"),
        Route("POST", r"(/api)?/interrupt", "interrupt", "interrupt"),
        Route("GET", r"(/api)?/system_stats", "health", "health"),
        Route("GET", r"(/api)?/object_info", "models", "nodes"),
    )
    expresses: ClassVar = {
        "image.submit": SUBMITTED,
        "video.submit": SUBMITTED,
        "image.poll": POLLED,
        "video.poll": POLLED,
        "video.cancel": (),
        "result": (WrongType, Expired),
    }
    errors: ClassVar = {
        "bad_request": (400, "invalid_prompt", "Cannot execute"),
        "denied": (401, "unauthorized", "A proxy in front wants a key"),
        "no_funds": (402, "payment_required", "The account of a paid node is empty"),
        "forbidden": (403, "forbidden", "Forbidden"),
        "unknown_model": (400, "prompt_outputs_failed_validation", "Prompt outputs failed validation"),
        "not_found": (404, "not_found", "Not Found"),
        "busy": (429, "too_many_requests", "A proxy in front limits the rate"),
        "server": (500, "internal", "Internal Server Error"),
        "overloaded": (503, "unavailable", "Service Unavailable"),
    }

    def operation(self, route: Route, request: Captured) -> str:
        body = request.json if isinstance(request.json, dict) else {}
        if route.operation == "image.submit" and _makes_film(body.get("prompt")):
            return "video.submit"
        if route.operation == "image.cancel" and str(body.get("delete")).startswith("['video-"):
            return "video.cancel"
        return route.operation

    def authorise(self, request: Captured, key: str) -> Reply | None:
        return None

    def error(self, kind: str, message: str = "", *, status: int | None = None, param: str | None = None) -> Reply:
        code, word, usual = self.errors[kind]
        told = {"type": word, "message": message or usual, "details": param or "", "extra_info": {}}
        return as_json({"error": told, "node_errors": {}}, status or code)

    def submit(self, call: Call) -> Reply:
        body = call.body
        graph = body.get("prompt")
        if not isinstance(graph, dict) or not graph:
            raise Refusal(as_json({"error": "no prompt", "node_errors": {}}, 400))
        for number, node in graph.items():
            if not isinstance(node, dict) or not node.get("class_type"):
                raise self.refusal(
                    "bad_request", f"node {number} has no class_type: is this the workflow of the editor?"
                )
        wrong = specs.complaints(self.name, "prompt", body)
        if wrong:
            raise self.refusal("bad_request", wrong[0].message[:200], param=str(wrong[0].json_path))
        if not any(node["class_type"] in OUTPUTS for node in graph.values()):
            raise self.refusal("bad_request", "Prompt has no outputs")
        faults = self._node_errors(call, graph)
        if faults:
            _, word, said = self.errors["unknown_model"]
            told = {"type": word, "message": said, "details": "", "extra_info": {}}
            raise Refusal(as_json({"error": told, "node_errors": faults}, 400))
        film = _makes_film(graph)
        job = call.start_job("video-" if film else "image-", charged=False, film=film)
        job.notes["node"] = next(number for number, node in graph.items() if node["class_type"] in OUTPUTS)
        return as_json({"prompt_id": job.id, "number": len(self._jobs(call)), "node_errors": {}})

    def history(self, call: Call) -> Reply:
        job = call.job(call.params["id"])
        if job is None or job.notes.get("deleted"):
            return as_json({})
        stand = call.stand(job)
        if stand == "working" or isinstance(stand, JobLost):
            return as_json({})
        if stand == "done":
            return as_json({job.id: self._done(call, job)})
        return as_json({job.id: self._ended(job, stand)})

    def view(self, call: Call) -> Reply:
        query = call.request.query
        stem, _, ending = query.get("filename", "").rpartition(".")
        job = call.job(stem.removesuffix("_00001_"))
        if job is None or query.get("type", "output") != "output" or isinstance(call.fault, Expired):
            return Reply(404)
        data = job.notes.get("data", b"")
        if isinstance(call.fault, WrongType):
            data = call.film() if job.notes["film"] else call.picture()
        kind = "video/mp4" if ending == "mp4" else "image/png"
        return Reply(200, data, {"content-type": kind, "content-disposition": f'filename="{query["filename"]}"'})

    def upload(self, call: Call) -> Reply:
        request = call.request
        pictures = [file for file in request.files if file.field == "image"]
        if not pictures:
            return Reply(400)
        name = pictures[0].filename
        known = call.job(f"upload:{name}")
        if known is not None and request.fields.get("overwrite", ["false"])[0] not in ("true", "1"):
            stem, _, ending = name.rpartition(".")
            name = f"{stem} (1).{ending}"
        call.fake.jobs[self.name, f"upload:{name}"] = Job(f"upload:{name}", self.name, "upload", {})
        place = {
            field: request.fields.get(field, [usual])[0] for field, usual in (("subfolder", ""), ("type", "input"))
        }
        return as_json({"name": name, **place})

    def queue(self, call: Call) -> Reply:
        waiting = [job for job in self._jobs(call) if not self._over(call, job)]
        line: list[list[Any]] = [
            [number, job.id, job.request.get("prompt"), {}, [job.notes["node"]]] for number, job in enumerate(waiting)
        ]
        running = self._running(call)
        return as_json(
            {
                "queue_running": [entry for entry in line if running and entry[1] == running.id],
                "queue_pending": [entry for entry in line if not running or entry[1] != running.id],
            }
        )

    def delete(self, call: Call) -> Reply:
        for name in call.body.get("delete", []):
            job = call.job(name)
            # What runs already is not in the queue any more: only an interrupt reaches it.
            if job is not None and job.polls == 0:
                job.notes["deleted"] = True
        return Reply(200)

    def interrupt(self, call: Call) -> Reply:
        wanted = call.request.json.get("prompt_id") if isinstance(call.request.json, dict) else None
        running = self._running(call)
        if running is not None and wanted in (None, running.id):
            running.cancelled = True
        return Reply(200)

    def health(self, call: Call) -> Reply:
        return as_json(
            {"system": {"comfyui_version": "0.9.0", "os": "posix"}, "devices": [{"name": "cpu", "type": "cpu"}]}
        )

    def nodes(self, call: Call) -> Reply:
        listed: dict[str, Any] = {name: {"input": {"required": {}}, "output_node": name in OUTPUTS} for name in NODES}
        listed["CheckpointLoaderSimple"]["input"]["required"] = {"ckpt_name": [CHECKPOINTS, {}]}
        return as_json(listed)

    def _node_errors(self, call: Call, graph: dict[str, Any]) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for number, node in graph.items():
            errors = [
                {"type": kind, "message": said, "details": field, "extra_info": {"input_name": field}}
                for field, value in node["inputs"].items()
                for kind, said in self._input_errors(call, graph, node["class_type"], field, value)
            ]
            if errors:
                found[number] = {"errors": errors, "dependent_outputs": [], "class_type": node["class_type"]}
        return found

    def _input_errors(
        self, call: Call, graph: dict[str, Any], kind: str, field: str, value: Any
    ) -> list[tuple[str, str]]:
        linked = isinstance(value, list) and len(value) == 2 and isinstance(value[0], str)
        if linked and value[0] not in graph:
            return [("bad_linked_input", "Bad linked input, no such node")]
        if kind == "LoadImage" and field == "image" and call.job(f"upload:{value}") is None:
            return [("custom_validation_failed", f"Invalid image file: {value}")]
        if field == "ckpt_name" and value not in CHECKPOINTS:
            return [("value_not_in_list", "Value not in list")]
        return []

    def _jobs(self, call: Call) -> list[Job]:
        ours = (job for (provider, _), job in call.fake.jobs.items() if provider == self.name)
        return [job for job in ours if job.operation != "upload"]

    def _over(self, call: Call, job: Job) -> bool:
        gone = job.cancelled or job.notes.get("deleted") or isinstance(job.outcome, JobLost)
        return bool(gone) or job.polls > call.fake.polls_needed

    def _running(self, call: Call) -> Job | None:
        return next((job for job in self._jobs(call) if job.polls and not self._over(call, job)), None)

    def _done(self, call: Call, job: Job) -> dict[str, Any]:
        if "data" not in job.notes:
            job.notes["data"] = call.film() if job.notes["film"] else call.picture()
        ending = "mp4" if job.notes["film"] else "png"
        file = {"filename": f"{job.id}_00001_.{ending}", "subfolder": "", "type": "output"}
        # Films of some nodes are listed under "gifs", whatever they are.
        outputs = {job.notes["node"]: {"gifs" if job.notes["film"] else "images": [file]}}
        return self._told(job, "success", [["execution_success", {"prompt_id": job.id}]], outputs)

    def _ended(self, job: Job, how: Fault | str) -> dict[str, Any]:
        about = {"prompt_id": job.id, "node_id": job.notes["node"], "node_type": "KSampler"}
        if how == "cancelled" or isinstance(how, Cancelled):
            return self._told(job, "error", [["execution_interrupted", {**about, "executed": []}]], {})
        said = (how.code if isinstance(how, JobFailed) else "") or "CUDA out of memory"
        broken = {**about, "exception_message": said, "exception_type": "RuntimeError", "traceback": []}
        return self._told(job, "error", [["execution_error", broken]], {})

    def _told(self, job: Job, status: str, messages: list[Any], outputs: dict[str, Any]) -> dict[str, Any]:
        told = [["execution_start", {"prompt_id": job.id}], *messages]
        return {
            "prompt": [0, job.id, job.request.get("prompt"), {}, [job.notes["node"]]],
            "outputs": outputs,
            "status": {"status_str": status, "completed": status == "success", "messages": told},
            "meta": {},
        }


def _makes_film(graph: Any) -> bool:
    nodes = graph.values() if isinstance(graph, dict) else ()
    return any(isinstance(node, dict) and node.get("class_type") in FILMS for node in nodes)
