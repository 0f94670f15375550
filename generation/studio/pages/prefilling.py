"""Forms that begin filled in: with all that a piece was made with, or with a picture that is to become a film."""

from __future__ import annotations

from typing import Any

from django.http import QueryDict

from generation.studio.models import Piece, Take
from generation.studio.pages.controls import Mode
from generation.studio.pages.desk import ROLES, said
from generation.studio.pages.forms import NOT_HERE

NAMES = {role: name for name, role in ROLES.items()}
CALLED = {"n": "count"}
OTHERWISE = frozenset({"prompt", "mode", "scenes", "about", "details", "instructions", "width", "height", "preview"})
"""Settings that are put into the form in a way of their own."""


def settings_of(piece: Piece) -> tuple[QueryDict, dict[str, list[str]]]:
    """What a form would have sent for the piece, and the tokens of its pictures by field."""
    kept: dict[str, Any] = dict(piece.settings)
    values: dict[str, Any] = {
        CALLED.get(name, name): _text(value)
        for name, value in kept.items()
        if name not in OTHERWISE | NOT_HERE and isinstance(value, str | int | float | bool)
    }
    if kept.get("width") and kept.get("height"):
        values["size"] = f"{kept['width']}x{kept['height']}"
    values["prompt"] = _text(kept.get("prompt", ""))
    take = Take.objects.filter(piece=piece).select_related("job__model").order_by("number").first()
    if take is not None and take.job.model is not None:
        values.setdefault("model", take.job.model.key)
    if kept.get("mode"):
        values["mode"] = _text(kept["mode"])
    scenes = [scene for scene in _list(kept.get("scenes")) if isinstance(scene, dict)]
    if kept.get("mode") == Mode.TIMELINE and scenes:
        values |= {name: _text(kept.get(name, "")) for name in ("details", "instructions")}
        values["prompt"] = _text(kept.get("about", ""))
        values["scene"] = [_text(scene.get("description", "")) for scene in scenes]
        values["scene_seconds"] = [_text(scene.get("seconds")) for scene in scenes]
        values["scene_instructions"] = [_text(scene.get("instructions", "")) for scene in scenes]
    pictures: dict[str, list[str]] = {}
    for place, one in enumerate(take.job.request.get("inputs", []) if take is not None else []):
        if one["role"] in NAMES:
            assert take is not None
            pictures.setdefault(NAMES[one["role"]], []).append(f"{take.id}.{place}")
    return said(values), pictures


def _text(value: Any) -> str:
    """A value as a form holds it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return f"{value:g}"
    return str(value)


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
