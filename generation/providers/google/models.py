"""What Google's models take. Imagen and Veo are gone; what they did, the Gemini families do."""

from __future__ import annotations

from dataclasses import replace

from generation.providers.capabilities import Capabilities
from generation.providers.contract import Kind
from generation.providers.google.content import ANSWER_TOKENS, THINKING_TOKENS

RATIOS = ("1:1", "2:3", "3:2", "3:4", "4:3", "4:5", "5:4", "9:16", "16:9", "21:9")
NARROW = ("1:4", "4:1", "1:8", "8:1")
SIZES = ("512", "1K", "2K", "4K")
DAY_SECONDS = 24 * 3600.0

TEXT = Capabilities(
    Kind.TEXT, takes=frozenset({"schema", "seed"}), inputs={"reference": 3}, max_prompt=800_000, streams=True,
    answer_tokens=ANSWER_TOKENS, thinking_tokens=THINKING_TOKENS,
)  # fmt: skip
IMAGE = Capabilities(
    Kind.IMAGE,
    takes=frozenset({"seed"}),  # the picture may be another one all the same
    aspect_ratios=RATIOS,
    resolutions=SIZES,
    inputs={"source": 1, "reference": 3},
)
WIDE_IMAGE = replace(IMAGE, aspect_ratios=RATIOS + NARROW)
VIDEO = Capabilities(
    Kind.VIDEO,
    aspect_ratios=("16:9", "9:16"),
    resolutions=("360p", "720p", "1080p", "4K"),
    seconds=(3.0, 10.0),
    seconds_choices=(3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0, 10.0),
    default_seconds=8.0,
    inputs={"first_frame": 1, "reference": 3},
    results_live_seconds=2 * DAY_SECONDS,
)

IMAGE_MODELS = {
    "gemini-3.1-flash-image": WIDE_IMAGE,
    "gemini-3.1-flash-lite-image": IMAGE,
    "gemini-3-pro-image": IMAGE,
    "gemini-nano-banana-2.1": IMAGE,
}
VIDEO_FAMILY = "gemini-omni-1."
TEXT_FAMILY = "gemini-"
NO_TEXT = ("image", "banana", "omni", "embedding", "tts", "audio", "live", "robotics", "computer-use")
"""Parts of the names of Gemini models that make something else than text."""


def find(model: str, kind: Kind) -> Capabilities | None:
    """What `model` takes when it makes `kind`; None where it makes no such thing. Pictures are edited by the models that
    make them."""
    if kind in (Kind.IMAGE, Kind.EDIT):
        return IMAGE_MODELS.get(model)
    if kind is Kind.VIDEO:
        return VIDEO if model.startswith(VIDEO_FAMILY) else None
    if kind is Kind.TEXT and model.startswith(TEXT_FAMILY) and not any(part in model for part in NO_TEXT):
        return TEXT
    return None


def made_by(model: str) -> Kind | None:
    """What a model of that name makes; None where it is none of those we speak to."""
    return next((kind for kind in (Kind.TEXT, Kind.IMAGE, Kind.VIDEO) if find(model, kind)), None)
