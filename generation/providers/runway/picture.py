"""Pictures of Runway: what its own image models take, and the body of a task."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from generation.providers.capabilities import Capabilities
from generation.providers.contract import Input, Kind, Request

SIZES = (
    (1024, 1024), (1280, 720), (720, 1280), (1920, 1080), (1080, 1920), (1080, 1080), (1168, 880), (1360, 768), (1440, 1080),
    (1080, 1440), (1808, 768), (2112, 912), (720, 720), (960, 720), (720, 960), (1680, 720),
)  # fmt: skip
GEN4_IMAGE = Capabilities(
    Kind.IMAGE,
    ranges={"seed": (0, 4_294_967_295)},
    fixed_sizes=SIZES,
    inputs={"reference": 3},
    max_prompt=1_000,
    counts_utf16=True,
    results_live_seconds=24 * 3600,
)
MODELS = {
    "gen4_image": GEN4_IMAGE,
    "gen4_image_turbo": replace(GEN4_IMAGE, needs_one_of=("reference",)),
}


def task(request: Request, uri: Callable[[Input], str]) -> tuple[str, dict[str, Any]]:
    """(operation, body) of a task. References are tagged image_1 to image_3, so that a prompt may name them (@image_1)."""
    sent: dict[str, Any] = {
        "model": request.model,
        "promptText": request.prompt,
        "ratio": f"{request.width}:{request.height}",
        "seed": request.seed,
        "referenceImages": [
            {"uri": uri(given), "tag": f"image_{number}"} for number, given in enumerate(request.inputs, 1)
        ]
        or None,
    }
    return "text_to_image", {name: value for name, value in sent.items() if value is not None}
