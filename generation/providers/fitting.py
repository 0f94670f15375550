"""Translating a wish into what a model takes: shape, resolution, duration and the common names of values. Pure.

What changed stands in the answer, so that nobody wonders why a film of twelve seconds has eight. Fitting twice changes
nothing more; the engine fits before it names a price, so what is quoted is what is sent.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from generation.providers.capabilities import SHAPE, Capabilities, Sizes
from generation.providers.contract import Kind, Request

SAME = {
    "quality": {"standard": "medium", "hd": "high"},
    "output_format": {"jpg": "jpeg"},
}
"""Names that people bring from elsewhere."""
LINES = {
    "360p": 360, "480p": 480, "512": 512, "720p": 720, "768p": 768, "1K": 1024, "1080p": 1080, "1.5K": 1536, "2K": 2048,
    "4K": 4096,
}  # fmt: skip
"""Resolution tiers by their rank: lines of a film, or the side of a square picture, in pixels."""

Adjusted = Mapping[str, tuple[str, str]]
"""Field -> what was asked, what is used."""


def fit(request: Request, able: Capabilities) -> tuple[Request, Adjusted]:
    """The request in the model's own terms, and what was changed on the way. What cannot be translated is left as it
    is, for `refuse_unsupported` to name."""
    changes: dict[str, Any] = {}
    adjusted: dict[str, tuple[str, str]] = {}
    for name, same in SAME.items():
        value = getattr(request, name)
        known = able.choices.get(name, ())
        if value is not None and value not in known and same.get(value) in known:
            changes[name] = same[value]
            adjusted[name] = (value, same[value])
    _fit_seconds(request, able, changes, adjusted)
    if able.kind in (Kind.IMAGE, Kind.VIDEO):
        _fit_shape(request, able, changes, adjusted)
    return (replace(request, **changes) if changes else request), adjusted


def _fit_seconds(request: Request, able: Capabilities, changes: dict[str, Any], adjusted: dict[str, Any]) -> None:
    if able.seconds is None:
        return
    asked = request.seconds if request.seconds is not None else able.default_seconds
    if asked is None or not math.isfinite(asked):
        return
    low, high = able.seconds
    used = min(max(asked, low), high)
    if able.seconds_choices:
        used = min(able.seconds_choices, key=lambda choice: (abs(choice - used), choice))
    if used != request.seconds:
        changes["seconds"] = used
        if request.seconds is not None:
            adjusted["seconds"] = (f"{request.seconds:g}", f"{used:g}")


def _fit_shape(request: Request, able: Capabilities, changes: dict[str, Any], adjusted: dict[str, Any]) -> None:
    if request.kind is Kind.EDIT and not any(getattr(request, name) for name in SHAPE):
        return  # It keeps the shape of its source.
    ratio = _ratio(request)
    if able.sizes is not None:
        _fit_free(request, able.sizes, ratio, changes, adjusted)
    elif able.fixed_sizes:
        _fit_fixed(request, able.fixed_sizes, ratio, changes, adjusted)
    elif able.aspect_ratios:
        _fit_named(request, able, ratio, changes, adjusted)
    if able.resolutions and able.sizes is None and not able.fixed_sizes:
        _fit_resolution(request, able, changes, adjusted)


def _fit_free(
    request: Request, sizes: Sizes, ratio: float | None, changes: dict[str, Any], adjusted: dict[str, Any]
) -> None:
    if request.width and request.height:
        asked = request.width, request.height
    elif request.width or request.height:
        side, shape = request.width or request.height or 0, ratio or 1.0
        asked = (side, round(side / shape)) if request.width else (round(side * shape), side)
    else:
        lines = LINES.get(request.resolution or "", 0)
        area = lines * lines if lines else sizes.standard_pixels
        shape = ratio or 1.0
        asked = round(math.sqrt(area * shape)), round(math.sqrt(area / shape))
    used = into(asked, sizes)
    changes.update(width=used[0], height=used[1], aspect_ratio=None, resolution=None)
    if request.width and request.height and used != asked:
        adjusted["size"] = (_by(asked), _by(used))
    elif request.aspect_ratio and (ratio is None or abs(used[0] / used[1] / ratio - 1) > 0.05):
        adjusted["aspect_ratio"] = (request.aspect_ratio, _by(used))


def into(asked: tuple[int, int], sizes: Sizes) -> tuple[int, int]:
    """The size nearest to `asked` that the rule allows, in much the same shape."""
    width, height = (float(max(side, 1)) for side in asked)
    if width / height > sizes.max_ratio:
        width = height * sizes.max_ratio
    elif height / width > sizes.max_ratio:
        height = width * sizes.max_ratio
    scale = math.sqrt(min(1.0, sizes.max_pixels / (width * height)))
    width, height = width * scale, height * scale
    # A side beyond its bounds takes the other along, so that the shape stays where it can.
    if max(width, height) > sizes.high or min(width, height) > sizes.max_short:
        shrink = min(sizes.high / max(width, height), sizes.max_short / min(width, height))
        width, height = width * shrink, height * shrink
    if min(width, height) < sizes.low:
        grow = sizes.low / min(width, height)
        width, height = width * grow, height * grow
    used = _step(width, sizes), _step(height, sizes)
    # Stepping down may have taken more from the shorter side, in proportion.
    longest = min(used) * sizes.max_ratio
    return _step(min(used[0], longest), sizes), _step(min(used[1], longest), sizes)


def _step(side: float, sizes: Sizes) -> int:
    stepped = math.floor(round(side, 6) / sizes.step) * sizes.step
    least = -(-sizes.low // sizes.step) * sizes.step
    return min(max(stepped, least), sizes.high // sizes.step * sizes.step)


def _fit_fixed(
    request: Request,
    known: tuple[tuple[int, int], ...],
    ratio: float | None,
    changes: dict[str, Any],
    adjusted: dict[str, Any],
) -> None:
    asked = (request.width, request.height) if request.width and request.height else None
    lines = LINES.get(request.resolution or "", 0)
    shape = ratio or known[0][0] / known[0][1]
    if asked is not None:
        area = float(asked[0] * asked[1])  # type: ignore[operator]
    elif lines:
        area = float(lines * lines) * max(shape, 1 / shape)
    else:
        area = float(known[0][0] * known[0][1])
    used = min(known, key=lambda size: (_apart(size[0] / size[1], shape), abs(size[0] * size[1] - area)))
    changes.update(width=used[0], height=used[1], aspect_ratio=None, resolution=None)
    if asked is not None and used != asked:
        adjusted["size"] = (_by(asked), _by(used))
    elif request.aspect_ratio and (ratio is None or _apart(used[0] / used[1], ratio) > 0.05):
        adjusted["aspect_ratio"] = (request.aspect_ratio, _by(used))
    elif lines and min(used) != lines and asked is None:
        adjusted["resolution"] = (request.resolution or "", _by(used))


def _fit_named(
    request: Request, able: Capabilities, ratio: float | None, changes: dict[str, Any], adjusted: dict[str, Any]
) -> None:
    if request.width or request.height:
        changes.update(width=None, height=None)
    if request.aspect_ratio in able.aspect_ratios or ratio is None:
        return
    named = {name: _quotient(name) for name in able.aspect_ratios if ":" in name}
    if not named:
        return
    used = min(named, key=lambda name: _apart(named[name], ratio))
    changes["aspect_ratio"] = used
    if request.aspect_ratio:
        adjusted["aspect_ratio"] = (request.aspect_ratio, used)
    elif request.width and request.height:
        adjusted["size"] = (_by((request.width, request.height)), used)


def _fit_resolution(request: Request, able: Capabilities, changes: dict[str, Any], adjusted: dict[str, Any]) -> None:
    asked = request.resolution
    if asked is None or asked in able.resolutions:
        return
    same = next((known for known in able.resolutions if known.lower() == asked.lower()), None)
    lines = LINES.get(asked.upper() if asked[-1:] in "kK" else asked)
    if same is None and lines is None:
        return
    if same is None and lines is not None:
        ranked = sorted(able.resolutions, key=lambda known: LINES.get(known.upper().replace("P", "p"), 0))
        below = [known for known in ranked if LINES.get(known.upper().replace("P", "p"), 0) <= lines]
        same = below[-1] if below else ranked[0]
    changes["resolution"] = same
    adjusted["resolution"] = (asked, str(same))


def _ratio(request: Request) -> float | None:
    """Width to height, as asked for; None where nothing was, or nothing that can be read."""
    if request.width and request.height and request.width / request.height > 0:
        return request.width / request.height
    if request.aspect_ratio and ":" in request.aspect_ratio:
        wide, _, high = request.aspect_ratio.partition(":")
        try:
            ratio = float(wide) / float(high)
        except (ValueError, ZeroDivisionError):
            return None
        return ratio if math.isfinite(ratio) and ratio > 0 else None
    return None


def _quotient(name: str) -> float:
    wide, _, high = name.partition(":")
    return float(wide) / float(high)


def _apart(one: float, other: float) -> float:
    return abs(math.log(one / other))


def _by(size: tuple[int | None, int | None]) -> str:
    return f"{size[0]}x{size[1]}"


def frames_alone(request: Request) -> Adjusted:
    """What is told where a provider ignores reference pictures beside a frame, so that its adapter leaves them behind."""
    roles = list(dict.fromkeys(given.role for given in request.inputs))
    frames = [role for role in roles if role in ("first_frame", "last_frame")]
    return {"inputs": (", ".join(roles), ", ".join(frames))} if frames and frames != roles else {}
