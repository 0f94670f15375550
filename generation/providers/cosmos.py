"""NVIDIA Cosmos, served by a NIM of one's own: world models that film. There is no job: the answer comes when the film
is made, up to half an hour later, and a server makes one at a time, so its credential should allow one purchase at once.

A server has one model and the request does not name it; the row's name tells the family, which decides the form of the
request: `cosmos-predict1-7b-text2world`, `cosmos-predict1-7b-video2world`, `cosmos3-generator`, `cosmos3-super-t2i` ...
"""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from generation.providers.answers import Answer, by_status
from generation.providers.capabilities import Capabilities
from generation.providers.contract import Done, Emit, Kind, Replay, Request
from generation.providers.errors import Damaged, ProviderError, Refused, Rejected, Transient
from generation.providers.hosted import Hosted
from generation.providers.openai_shape.results import data_url, decoded

FRAMES_PER_SECOND = 24
LONGEST_SECONDS = 2400.0
MAX_FILM = 384 * 1024**2
"""Bytes of an answer: a film in base64."""
SEEDS = 2**32
MOST_WORDS = 250
"""Longest prompt of the first family, which counts words."""
BUSY_SECONDS = 60.0
"""When to ask again at a server that is at work: sooner is of no use, it will be for minutes."""

FIRST_SIZES = ((1280, 704), (704, 1280), (960, 960), (960, 704), (704, 960))
THIRD_SIZES = {
    "720p": {"16:9": (1280, 720), "9:16": (720, 1280), "1:1": (960, 960), "4:3": (1104, 832), "3:4": (832, 1104)},
    "480p": {"16:9": (832, 480), "9:16": (480, 832), "1:1": (640, 640), "4:3": (736, 544), "3:4": (544, 736)},
    "256p": {"16:9": (320, 192), "9:16": (192, 320), "1:1": (256, 256), "4:3": (320, 256), "3:4": (256, 320)},
}
"""Resolution and shape -> width and height, as the model's table has them."""
POLICY = re.compile(r"guardrail|safety|unsafe|blocked|policy", re.IGNORECASE)
FIELDS = {
    "guidance_scale": "guidance", "num_inference_steps": "steps", "image": "inputs", "video": "inputs",
    "input_reference": "inputs", "video_params": "width", "frames_count": "seconds", "num_frames": "seconds",
    "frames_per_sec": "seconds", "fps": "seconds", "model_mode": "model",
}  # fmt: skip
"""The server's names of fields, where they differ from ours."""


class Cosmos(Hosted):
    name = "cosmos"
    title = "NVIDIA Cosmos"
    needs_key = False
    replay = Replay.FREE
    submit_seconds = LONGEST_SECONDS - 60

    def capabilities(self, model: str, kind: Kind, options: Mapping[str, Any]) -> Capabilities | None:
        name = _plain(model)
        if name.startswith("cosmos-predict1"):
            return _first(name) if kind is Kind.VIDEO else None
        if name.startswith("cosmos3"):
            return _third(name, kind)
        return None

    def start(self, request: Request, emit: Emit) -> Done:
        request, adjusted = _fitted(request)
        answer = self.wire.post("v1/infer", json=_body(request), seconds=self.submit_seconds, cap=MAX_FILM)
        if not answer.is_good:
            raise _error(answer)
        return replace(_done(answer, request), adjusted=adjusted)


def _plain(model: str) -> str:
    """A model's name without its owner, in the one spelling of the third family."""
    return model.rpartition("/")[2].lower().replace("cosmos-3", "cosmos3")


def _first(name: str) -> Capabilities:
    follows = "video2world" in name
    return Capabilities(
        Kind.VIDEO,
        takes=frozenset({"seed", "negative_prompt", "prompt_upsampling"}),
        ranges={"steps": (1, 100), "guidance": (0, 20)},
        fixed_sizes=FIRST_SIZES,
        seconds=(2.0, 5.0),
        seconds_choices=(2.0, 3.0, 4.0, 5.0),
        default_seconds=5.0,
        inputs={"first_frame": 1} if follows else {},
        needs_one_of=("first_frame",) if follows else (),
        longest_seconds=LONGEST_SECONDS,
    )


def _third(name: str, kind: Kind) -> Capabilities | None:
    # The variants of four steps own their sampling, and those of one task refuse the others.
    ranges = {} if "4step" in name else {"steps": (1.0, 100.0), "guidance": (0.0, 20.0)}
    is_known = "i2v" not in name if kind is Kind.IMAGE else kind is Kind.VIDEO and "t2i" not in name
    if not is_known:
        return None
    is_film = kind is Kind.VIDEO
    return Capabilities(
        kind,
        takes=frozenset({"seed", "negative_prompt"}),
        ranges=ranges,
        aspect_ratios=tuple(THIRD_SIZES["720p"]),
        resolutions=tuple(THIRD_SIZES),
        seconds=(2.0, 8.0) if is_film else None,
        default_seconds=5.0 if is_film else None,
        inputs={"first_frame": 1} if is_film else {},
        needs_one_of=("first_frame",) if "i2v" in name else (),
        longest_seconds=LONGEST_SECONDS,
    )


def _fitted(request: Request) -> tuple[Request, dict[str, tuple[str, str]]]:
    """The request with what only this provider bounds, and what was changed."""
    adjusted: dict[str, tuple[str, str]] = {}
    if request.seed is not None and not 0 <= request.seed < SEEDS:
        adjusted["seed"] = (str(request.seed), str(request.seed % SEEDS))
        request = replace(request, seed=request.seed % SEEDS)
    found = list(re.finditer(r"\S+", request.prompt))
    if not _is_third(request) and len(found) > MOST_WORDS:
        adjusted["prompt"] = (f"{len(found)} words", f"{MOST_WORDS} words")
        request = replace(request, prompt=request.prompt[: found[MOST_WORDS - 1].end()])
    return request, adjusted


def _is_third(request: Request) -> bool:
    return _plain(request.model).startswith("cosmos3")


def _tier(request: Request) -> tuple[str, str]:
    """Resolution and shape of the third family."""
    shape = request.aspect_ratio or ("1:1" if request.kind is Kind.IMAGE else "16:9")
    return request.resolution or "720p", shape


def _key(resolution: str, shape: str) -> str:
    """What the server calls them: "720_16_9"."""
    return f"{resolution.removesuffix('p')}_{shape.replace(':', '_')}"


def _size(request: Request) -> tuple[int, int]:
    if _is_third(request):
        resolution, shape = _tier(request)
        return THIRD_SIZES[resolution][shape]
    return (request.width, request.height) if request.width and request.height else FIRST_SIZES[0]


def _frames(request: Request) -> int:
    """The number of frames: pictures have one, and films of the first family come in eights with one before them."""
    if request.kind is Kind.IMAGE:
        return 1
    count = (request.seconds or 5.0) * FRAMES_PER_SECOND
    return round(count) if _is_third(request) else 8 * round(count / 8) + 1


def _body(request: Request) -> dict[str, Any]:
    frame = next((given for given in request.inputs if given.role == "first_frame"), None)
    body: dict[str, Any] = {
        "prompt": request.prompt,
        "negative_prompt": request.negative_prompt,
        "seed": request.seed,
        "guidance_scale": request.guidance,
    }
    width, height = _size(request)
    if _is_third(request):
        films = "text2video" if frame is None else "image2video"
        body |= {
            "model_mode": "text2image" if request.kind is Kind.IMAGE else films,
            "num_inference_steps": request.steps,
            "input_reference": None if frame is None else data_url(frame),
            "resolution": _key(*_tier(request)),
            "num_frames": _frames(request),
            "fps": FRAMES_PER_SECOND,
        }
    else:
        body |= {
            "prompt_upsampling": request.prompt_upsampling,
            "steps": request.steps,
            "image": None if frame is None else base64.b64encode(frame.read()).decode(),
            "video_params": {
                "height": height,
                "width": width,
                "frames_count": _frames(request),
                "frames_per_sec": FRAMES_PER_SECOND,
            },
        }
    return {name: value for name, value in body.items() if value is not None}


def _done(answer: Answer, request: Request) -> Done:
    document = answer.json()
    is_film = request.kind is Kind.VIDEO
    packed = document.pop("b64_video" if is_film else "b64_image", None)
    if not isinstance(packed, str) or not packed:
        raise Damaged(
            f"no {'film' if is_film else 'picture'} in the answer: {', '.join(document) or 'nothing'}", billed=False
        )
    seed, rewritten = document.get("seed"), document.get("upsampled_prompt")
    width, height = _size(request)
    return Done(
        data=decoded(packed),
        media_type="video/mp4" if is_film else "image/jpeg",
        model=request.model,
        seed=seed if isinstance(seed, int) else request.seed,
        prompt=rewritten if isinstance(rewritten, str) and rewritten else None,
        width=width,
        height=height,
        seconds=_frames(request) / FRAMES_PER_SECOND if is_film else None,
    )


def _error(answer: Answer) -> ProviderError:
    detail = answer.rough_json().get("detail")
    if isinstance(detail, list) and detail and isinstance(detail[0], Mapping):
        place = detail[0].get("loc")
        path = [part for part in place if isinstance(part, str) and part != "body"] if isinstance(place, list) else []
        field = path[-1] if path else ""
        return Rejected(f"{answer.status} {'.'.join(path)}: {detail[0].get('msg')}", field=FIELDS.get(field, field))
    said = detail if isinstance(detail, str) else answer.told()
    if answer.status in (400, 403, 422) and POLICY.search(said):
        return Refused(answer.scrub(f"{answer.status}: {said}"), billed=False)
    error = by_status(answer, said)
    if answer.status in (429, 503) and isinstance(error, Transient) and error.retry_after_seconds is None:
        error.retry_after_seconds = BUSY_SECONDS
    return error
