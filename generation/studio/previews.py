"""The smallest thing that a model makes of a wish: a preview, looked at before the real one is bought. Pure.

Its words, pictures and seed stay, and so does its shape as nearly as the model can; only size, length and quality give way.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from generation.providers.capabilities import Capabilities, Sizes
from generation.providers.fitting import LINES, into

QUALITIES = ("low", "draft", "turbo", "standard", "medium", "auto", "hd", "high")
"""From the least to the most. A quality of another name is left as it is."""
SHORT_SIDE = 256
"""What is still a picture, where a model would make any size."""
LEFT_OUT = ("output_compression",)
"""What says how a file is packed, which the mark undoes."""


def smaller(request: Mapping[str, Any], able: Capabilities) -> dict[str, Any]:
    """The fields of a request that a preview has otherwise, with their values; None: left out."""
    found: dict[str, Any] = {name: None for name in LEFT_OUT if name in request}
    known = [one for one in QUALITIES if one in able.choices.get("quality", ())]
    if known:
        found["quality"] = known[0]
    if able.seconds is not None:
        found["seconds"] = min(able.seconds_choices) if able.seconds_choices else able.seconds[0]
    if able.sizes is not None:
        width, height = _smallest(able.sizes, _ratio(request) or 1.0)
        found |= {"width": width, "height": height, "aspect_ratio": None, "resolution": None}
    elif able.fixed_sizes:
        first = able.fixed_sizes[0]
        shape = _ratio(request) or first[0] / first[1]
        size = min(
            able.fixed_sizes, key=lambda one: (round(abs(math.log(one[0] / one[1] / shape)), 2), one[0] * one[1])
        )
        found |= {"width": size[0], "height": size[1], "aspect_ratio": None, "resolution": None}
    elif able.resolutions:
        found["resolution"] = min(able.resolutions, key=_lines)
    return {name: value for name, value in found.items() if request.get(name) != value}


def before(request: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """What the changed fields were; None: nothing was said. With this a preview finds back to its real one."""
    return {name: request.get(name) for name in changes}


def changed(request: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """The request with these fields; those that are None are left out."""
    made = {**request, **changes}
    return {name: value for name, value in made.items() if not (name in changes and value is None)}


def _smallest(sizes: Sizes, shape: float) -> tuple[int, int]:
    side = max(SHORT_SIDE, sizes.low)
    return into((round(side * max(shape, 1.0)), round(side * max(1 / shape, 1.0))), sizes)


def _ratio(request: Mapping[str, Any]) -> float | None:
    """Width to height as it was asked for."""
    if request.get("width") and request.get("height"):
        return float(request["width"]) / float(request["height"])
    wide, _, high = str(request.get("aspect_ratio") or "").partition(":")
    try:
        ratio = float(wide) / float(high)
    except (ValueError, ZeroDivisionError):
        return None
    return ratio if math.isfinite(ratio) and ratio > 0 else None


def _lines(name: str) -> float:
    """A tier's rank. A name that nobody knows counts as the largest."""
    return LINES.get(name.upper() if name[-1:] in "kK" else name.lower(), math.inf)
