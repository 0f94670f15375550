"""What the Grok models take."""

from __future__ import annotations

from dataclasses import replace

from generation.providers.capabilities import Capabilities
from generation.providers.contract import Kind

TEXT = Capabilities(
    Kind.TEXT, takes=frozenset({"seed", "schema"}), max_prompt=400_000, streams=True, thinking_tokens=4_000
)
PICTURE = Capabilities(
    Kind.IMAGE,
    choices={"quality": ("low", "medium")},
    aspect_ratios=(
        "1:1", "3:4", "4:3", "9:16", "16:9", "2:3", "3:2", "9:19.5", "19.5:9", "9:20", "20:9", "1:2", "2:1", "21:9", "5:2",
    ),
    resolutions=("1K", "2K"),
    inputs={"reference": 3, "source": 1},
    max_prompt=8_000,
)  # fmt: skip
FILM = Capabilities(
    Kind.VIDEO,
    takes=frozenset({"audio"}),
    aspect_ratios=("1:1", "16:9", "9:16", "4:3", "3:4", "3:2", "2:3"),
    resolutions=("480p", "720p"),
    seconds=(1, 15),
    seconds_choices=tuple(range(1, 16)),
    default_seconds=8,
    inputs={"first_frame": 1, "last_frame": 1, "reference": 3},
    max_prompt=8_000,
    results_live_seconds=24 * 3_600,
)
GONE = ("grok-2", "grok-3")
MAX_INPUT_BYTES = 10 * 1024 * 1024
INPUT_TYPES = ("image/png", "image/jpeg", "image/webp")


def find(model: str, kind: Kind) -> Capabilities | None:
    """What `model` takes when it makes `kind`; None where it cannot, or is gone."""
    if kind in (Kind.IMAGE, Kind.EDIT) and model.startswith("grok-imagine-image"):
        return PICTURE
    if kind is Kind.VIDEO and model.startswith("grok-imagine-video"):
        sharp = "-1.5" in model and not model.endswith("-lite")
        return replace(FILM, resolutions=("480p", "720p", "1080p")) if sharp else FILM
    if kind is Kind.TEXT and model.startswith("grok-") and not model.startswith((*GONE, "grok-imagine-")):
        return TEXT
    return None


def most_pictures(model: str) -> int:
    """How many pictures an edit takes in all."""
    return 5 if model.startswith("grok-imagine-image-2") else 3
