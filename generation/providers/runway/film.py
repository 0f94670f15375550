"""Films of Runway: what each model takes, and the body of a task. A task with frames goes another way than one without."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from generation.providers.capabilities import Capabilities
from generation.providers.contract import Input, Kind, Request
from generation.providers.errors import Rejected

WIDE = ((1280, 720), (720, 1280))
GEN4_SIZES = (*WIDE, (1104, 832), (832, 1104), (960, 960), (1584, 672))
VEO_SIZES = (*WIDE, (1920, 1080), (1080, 1920))
SEEDANCE_SIZES = (
    *WIDE, (992, 432), (864, 496), (752, 560), (640, 640), (560, 752), (496, 864), (1470, 630), (1112, 834), (960, 960),
    (834, 1112),
)  # fmt: skip
SEEDANCE_LARGE = (
    (2206, 946), (1920, 1080), (1664, 1248), (1440, 1440), (1248, 1664), (1080, 1920), (3840, 1646), (3840, 2160),
    (3840, 2880), (3840, 3840), (2880, 3840), (2160, 3840),
)  # fmt: skip
POSITIONS = {"first_frame": "first", "last_frame": "last"}


def _whole(low: int, high: int) -> dict[str, Any]:
    """A film lasts whole seconds."""
    return {"seconds": (low, high), "seconds_choices": tuple(float(second) for second in range(low, high + 1))}


GEN4_TURBO = Capabilities(
    Kind.VIDEO,
    ranges={"seed": (0, 4_294_967_295)},
    fixed_sizes=GEN4_SIZES,
    **_whole(2, 10),
    default_seconds=5,
    inputs={"first_frame": 1},
    needs_one_of=("first_frame",),
    max_prompt=1_000,
    counts_utf16=True,
    results_live_seconds=24 * 3600,
)
VEO = replace(
    GEN4_TURBO,
    takes=frozenset({"audio", "negative_prompt"}),
    ranges={},
    fixed_sizes=VEO_SIZES,
    seconds=(4, 8),
    seconds_choices=(4.0, 6.0, 8.0),
    default_seconds=8,
    inputs={"first_frame": 1, "last_frame": 1},
    needs_one_of=(),
)
SEEDANCE = replace(
    VEO,
    takes=frozenset({"audio"}),
    fixed_sizes=SEEDANCE_SIZES,
    **_whole(4, 15),
    default_seconds=5,
    inputs={"first_frame": 1, "last_frame": 1, "reference": 3},
    max_prompt=3_500,
)
MODELS = {
    "gen4_turbo": GEN4_TURBO,
    "gen4.5": replace(GEN4_TURBO, needs_one_of=()),
    "veo3.1": VEO,
    "veo3.1_fast": VEO,
    "seedance2": replace(SEEDANCE, fixed_sizes=SEEDANCE_SIZES + SEEDANCE_LARGE),
    "seedance2_fast": SEEDANCE,
    "seedance2_mini": SEEDANCE,
    "gemini_omni_flash": replace(
        GEN4_TURBO, ranges={}, fixed_sizes=WIDE, **_whole(3, 10), needs_one_of=(), max_prompt=4_000
    ),
}


def narrowed(able: Capabilities, request: Request) -> Capabilities:
    """What is left for this request: without a frame, gen4.5 knows two shapes only."""
    return replace(able, fixed_sizes=WIDE) if request.model == "gen4.5" and not _frames(request) else able


def task(request: Request, uri: Callable[[Input], str]) -> tuple[str, dict[str, Any]]:
    """(operation, body) of a task. Raises `Rejected` where frames and references come together."""
    frames = _frames(request)
    references = [given for given in request.inputs if given.role == "reference"]
    if frames and references:
        raise Rejected("a film begins with a frame or follows references, not both", field="inputs")
    sent: dict[str, Any] = {
        "model": request.model,
        "promptText": request.prompt,
        "ratio": f"{request.width}:{request.height}",
        "duration": None if request.seconds is None else round(request.seconds),
        "seed": request.seed,
        "audio": request.audio,
        "negativePrompt": request.negative_prompt or None,
        "promptImage": _prompt_image(frames, uri) if frames else None,
        "references": [{"uri": uri(given)} for given in references] or None,
    }
    operation = "image_to_video" if frames else "text_to_video"
    return operation, {name: value for name, value in sent.items() if value is not None}


def _frames(request: Request) -> list[Input]:
    return [given for given in request.inputs if given.role in POSITIONS]


def _prompt_image(frames: list[Input], uri: Callable[[Input], str]) -> Any:
    """A lone first frame needs no position; not every model knows the list."""
    if [frame.role for frame in frames] == ["first_frame"]:
        return uri(frames[0])
    return [{"uri": uri(frame), "position": POSITIONS[frame.role]} for frame in frames]
