"""What the models behind OpenRouter take. There are hundreds and they change weekly, so here are the families whose
parameters are known and a cautious rule for all others; what a model can do beyond it, staff write down in its row."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from generation.providers.capabilities import Capabilities
from generation.providers.contract import Kind

THINKING_TOKENS = 4_000
"""Room for a text model's thoughts, which count against the length limit."""
PICTURES_ONLY = ("black-forest-labs/", "bytedance-seed/", "recraft/", "sourceful/")
"""Makers whose models write no text beside a picture, and refuse to be asked for it."""
SEEDED_TEXT = ("openai/", "google/", "x-ai/", "meta-llama/", "mistralai/", "qwen/", "deepseek/")
"""Makers whose text models take a seed. A route must support every parameter that is sent, so one too many finds none."""
COMMON = ("1:1", "2:3", "3:2", "3:4", "4:3", "9:16", "16:9")
WIDE = (*COMMON, "4:5", "5:4", "21:9")
TALL_TO_WIDE = (*COMMON, "1:2", "2:1", "9:19.5", "19.5:9", "9:20", "20:9", "21:9")
PICTURE = Capabilities(Kind.IMAGE, aspect_ratios=COMMON, inputs={"reference": 3, "source": 1})
FLUX = replace(
    PICTURE, takes=frozenset({"seed"}), choices={"output_format": ("png", "jpeg")}, aspect_ratios=WIDE,
    resolutions=("1K", "2K"),
)  # fmt: skip
PICTURES: tuple[tuple[str, Capabilities], ...] = (
    ("openai/gpt-", replace(
        PICTURE,
        choices={
            "quality": ("auto", "low", "medium", "high"),
            "background": ("auto", "transparent", "opaque"),
            "output_format": ("png", "jpeg", "webp"),
        },
        ranges={"output_compression": (0, 100)},
    )),
    ("google/gemini-3.1-flash-image", replace(
        PICTURE, aspect_ratios=(*WIDE, "1:4", "4:1", "1:8", "8:1"), resolutions=("512", "1K", "2K", "4K"),
    )),
    ("google/gemini-", replace(PICTURE, aspect_ratios=WIDE, resolutions=("1K", "2K", "4K"))),
    ("black-forest-labs/flux.2-flex", replace(FLUX, ranges={"steps": (1, 50), "guidance": (1.5, 10)})),
    ("black-forest-labs/flux.2", FLUX),
    ("bytedance-seed/seedream", replace(
        PICTURE, takes=frozenset({"seed"}), aspect_ratios=(*COMMON, "21:9"), resolutions=("1K", "2K", "4K"),
    )),
    ("x-ai/grok-imagine-image", replace(PICTURE, aspect_ratios=TALL_TO_WIDE, resolutions=("1K", "2K"))),
)  # fmt: skip
"""By the beginning of the name; the first that fits counts."""

FILM = Capabilities(
    Kind.VIDEO, aspect_ratios=("16:9", "9:16", "1:1"), resolutions=("720p",), seconds=(5, 10), seconds_choices=(5, 10),
    default_seconds=5, inputs={"first_frame": 1}, results_live_seconds=3_600,
)  # fmt: skip
BOTH_ENDS = {"first_frame": 1, "last_frame": 1, "reference": 3}
FILMS: tuple[tuple[str, Capabilities], ...] = (
    ("google/", replace(
        FILM, takes=frozenset({"seed", "audio"}), aspect_ratios=("16:9", "9:16"), resolutions=("720p", "1080p"),
        seconds=(4, 8), seconds_choices=(4, 6, 8), default_seconds=4, inputs=BOTH_ENDS,
    )),
    ("bytedance/seedance", replace(
        FILM, takes=frozenset({"seed", "audio"}), aspect_ratios=("16:9", "9:16", "1:1", "4:3", "3:4", "21:9"),
        resolutions=("480p", "720p", "1080p"), seconds=(4, 12), seconds_choices=tuple(range(4, 13)), inputs=BOTH_ENDS,
    )),
    ("x-ai/grok-imagine-video", replace(
        FILM, takes=frozenset({"audio"}), aspect_ratios=COMMON, resolutions=("480p", "720p"), seconds=(1, 15),
        seconds_choices=tuple(range(1, 16)), default_seconds=8, inputs=BOTH_ENDS,
    )),
    ("minimax/", replace(
        FILM, resolutions=("768p", "1080p"), seconds=(6, 10), seconds_choices=(6, 10), default_seconds=6,
        inputs={"first_frame": 1, "last_frame": 1},
    )),
)  # fmt: skip


def find(model: str, kind: Kind, options: Mapping[str, Any]) -> Capabilities | None:
    """What `model` ("maker/name") takes; None for a kind that is not spoken here."""
    if "/" not in model:
        return None
    if kind is Kind.TEXT:
        takes = {"schema", "seed"} if model.startswith(SEEDED_TEXT) else {"schema"}
        return Capabilities(
            Kind.TEXT, takes=frozenset(takes), max_prompt=400_000, streams=True, thinking_tokens=THINKING_TOKENS
        )
    if kind in (Kind.IMAGE, Kind.EDIT):
        able = _first(model, PICTURES, PICTURE)
        return _in_chat(able) if speaks_in_chat(options) else able
    return _first(model, FILMS, FILM) if kind is Kind.VIDEO else None


def speaks_in_chat(options: Mapping[str, Any]) -> bool:
    """Whether a model makes its pictures in a conversation only: staff say so with `{"endpoint": "chat"}`."""
    return options.get("endpoint") == "chat"


def modalities(model: str, options: Mapping[str, Any]) -> list[str]:
    """What a model is asked to answer with when it makes a picture in a conversation."""
    said = options.get("modalities")
    if isinstance(said, list) and said:
        return [str(one) for one in said]
    return ["image"] if model.startswith(PICTURES_ONLY) else ["image", "text"]


def _in_chat(able: Capabilities) -> Capabilities:
    """A conversation says shape and resolution, and nothing about the file."""
    return replace(able, takes=able.takes & {"seed"}, choices={}, ranges={})


def _first(model: str, table: tuple[tuple[str, Capabilities], ...], other: Capabilities) -> Capabilities:
    return next((able for start, able in table if model.startswith(start)), other)
