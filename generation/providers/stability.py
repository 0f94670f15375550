"""Stability AI: Stable Image Core and Ultra, and Stable Diffusion 3.5. The picture comes with the answer.

Asked for as `image/*`, not as JSON: the bytes need no decoding and are a quarter fewer than in base64, which counts
where many purchases share one process. Whether the picture was filtered, and its seed, stand in headers then.

A picture that goes along (a source to change, or a reference) is what the model starts from; `strength` says how far it
may leave it. The provider wants a strength with every picture, so one is chosen where none was asked for, and told.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from generation.providers.answers import Answer, by_status, retry_after
from generation.providers.bodies import Files
from generation.providers.capabilities import Capabilities
from generation.providers.contract import Done, Emit, Input, Kind, Request
from generation.providers.errors import Damaged, ProviderError, Refused, Rejected, Transient
from generation.providers.hosted import Hosted

MAX_REQUEST = 10 * 1024**2
MAX_FORM = 128 * 1024
"""Room for the fields beside the picture: two texts of 10,000 characters, and the frame of the form."""
PENALTY_SECONDS = 60.0
"""Whoever sends more than 150 requests in ten seconds is shut out for a minute."""
STRENGTHS = {"source": 0.6, "reference": 0.8}
"""Used where none was asked for: an edit stays close to its source, a new picture goes further from its reference."""
RATIOS = ("1:1", "16:9", "21:9", "2:3", "3:2", "4:5", "5:4", "9:16", "9:21")
STYLES = (
    "3d-model", "analog-film", "anime", "cinematic", "comic-book", "digital-art", "enhance", "fantasy-art", "isometric",
    "line-art", "low-poly", "modeling-compound", "neon-punk", "origami", "photographic", "pixel-art", "tile-texture",
)  # fmt: skip
SEEDS = (0, 4_294_967_294)

CORE = Capabilities(
    Kind.IMAGE,
    takes=frozenset({"negative_prompt"}),
    choices={"output_format": ("png", "jpeg", "webp"), "style": STYLES},
    ranges={"seed": SEEDS},
    aspect_ratios=RATIOS,
    max_prompt=10_000,
)
ULTRA = replace(
    CORE,
    choices={"output_format": ("png", "jpeg", "webp")},
    ranges={"seed": SEEDS, "strength": (0, 1)},
    inputs={"reference": 1},
)
SD35 = replace(
    CORE,
    choices={"output_format": ("png", "jpeg")},
    ranges={"seed": SEEDS, "strength": (0, 1), "cfg_scale": (1, 10)},
    inputs={"reference": 1},
)
MODELS = {
    "core": CORE,
    "ultra": ULTRA,
    "sd3.5-large": SD35,
    "sd3.5-large-turbo": replace(SD35, takes=frozenset()),
    "sd3.5-medium": SD35,
}
FIELDS = {
    "prompt": "prompt", "negative_prompt": "negative_prompt", "aspect_ratio": "aspect_ratio", "seed": "seed",
    "output_format": "output_format", "style_preset": "style", "cfg_scale": "cfg_scale", "strength": "strength",
    "image": "inputs", "model": "model",
}  # fmt: skip
"""Stability's names of fields -> ours."""


class Stability(Hosted):
    """Stability AI with one account's key."""

    name = "stability"
    title = "Stability AI"
    home = "https://api.stability.ai"
    submit_seconds = 90.0

    def capabilities(self, model: str, kind: Kind, options: Mapping[str, Any]) -> Capabilities | None:
        able = MODELS.get(model)
        if able is None or kind is Kind.IMAGE:
            return able
        if kind is not Kind.EDIT or not able.inputs:
            return None
        # SD 3.5 refuses a ratio along with a picture: the picture's own is kept.
        return replace(able, inputs={"source": 1}, aspect_ratios=() if is_sd35(model) else able.aspect_ratios)

    def start(self, request: Request, emit: Emit) -> Done:
        fields, adjusted = form(request)
        answer = self.wire.post(
            f"v2beta/stable-image/generate/{'sd3' if is_sd35(request.model) else request.model}",
            fields=fields,
            files=files(request),
            multipart=True,
            headers={"accept": "image/*"},
            seconds=self.submit_seconds,
        )
        if not answer.is_good:
            raise complaint(answer)
        finish = answer.headers.get("finish-reason", "SUCCESS")
        if finish == "CONTENT_FILTERED":
            # What came is the picture, blurred. The price list does not say whether it is charged.
            raise Refused("the picture was filtered", billed=None)
        if finish != "SUCCESS" or not answer.media_type.startswith("image/") or not answer.size:
            raise Damaged(f"{finish}: no picture but {answer.size} bytes of {answer.media_type or 'nothing known'}")
        seed = answer.headers.get("seed", "")
        return Done(
            data=answer.body,
            media_type=answer.media_type,
            model=request.model,
            seed=int(seed) if seed.isdecimal() else request.seed or None,
            adjusted=adjusted,
            request_id=answer.headers.get("x-request-id", ""),
        )


def is_sd35(model: str) -> bool:
    return model.startswith("sd3")


def form(request: Request) -> tuple[dict[str, str], dict[str, tuple[str, str]]]:
    """The fields of the form beside the picture, and what was changed: field -> (asked, used). Raises `Rejected` where
    a strength is asked for and there is no picture."""
    adjusted: dict[str, tuple[str, str]] = {}
    asked: dict[str, Any] = {
        "prompt": request.prompt,
        "negative_prompt": request.negative_prompt or None,
        "aspect_ratio": request.aspect_ratio,
        "seed": request.seed,
        "style_preset": request.style,
        "cfg_scale": request.cfg_scale,
        "output_format": request.output_format,
    }
    given = picture_of(request)
    if is_sd35(request.model):
        asked |= {"model": request.model, "mode": "image-to-image" if given else "text-to-image"}
    if given is not None:
        asked["strength"] = STRENGTHS[given.role] if request.strength is None else request.strength
        if request.strength is None:
            adjusted["strength"] = ("", f"{asked['strength']:g}")
        if is_sd35(request.model) and request.aspect_ratio is not None:
            asked["aspect_ratio"] = None
            adjusted["aspect_ratio"] = (request.aspect_ratio, f"that of the {given.role}")
    elif request.strength is not None:
        raise Rejected("a strength says how far a picture may be left, and none came along", field="strength")
    return {
        name: f"{value:g}" if isinstance(value, float) else str(value)
        for name, value in asked.items()
        if value is not None
    }, adjusted


def picture_of(request: Request) -> Input | None:
    return next((given for given in request.inputs if given.role in STRENGTHS), None)


def files(request: Request) -> Files:
    """The picture that goes along, if one does. Raises `Rejected` where the request would be too large to be taken."""
    given = picture_of(request)
    if given is None:
        return ()
    data = given.read()
    if len(data) > MAX_REQUEST - MAX_FORM:
        raise Rejected(f"a picture of {len(data)} bytes, and a request may have {MAX_REQUEST}", field="inputs")
    return [("image", (f"image.{given.media_type.rpartition('/')[2]}", data, given.media_type))]


def complaint(answer: Answer) -> ProviderError:
    """What a bad answer means. Complaints about a field begin with its name and a colon."""
    said = answer.rough_json()
    errors = said.get("errors")
    told = [error for error in errors if isinstance(error, str)] if isinstance(errors, list) else []
    detail = f"{said.get('name', '')}: {'; '.join(told)}" if said else ""
    if answer.status == 403 and said.get("name") == "content_moderation":
        return Refused(answer.scrub(detail), billed=False)
    field = next((FIELDS[name] for name in (error.partition(":")[0].strip() for error in told) if name in FIELDS), "")
    error = by_status(answer, detail, field=field)
    if answer.status == 429 and isinstance(error, Transient):
        wait = max(PENALTY_SECONDS, retry_after(answer.headers) or 0.0)
        return Transient(str(error), retry_after_seconds=wait)
    return error
