"""OpenRouter's lists of models: one for text, one for pictures, one for films."""

from __future__ import annotations

import datetime
from typing import Any

from generation.providers.contract import Kind, Listed
from generation.providers.openrouter.complaints import judge
from generation.providers.wire import Wire

PAGE = 1_000
MAX_PAGES = 20


def models(wire: Wire, seconds: float) -> list[Listed]:
    """Every model by kind. Those that make pictures in a conversation only stand in the first list."""
    found: dict[tuple[str, Kind], Listed] = {}
    for kind, rows in (
        (Kind.TEXT, _paged(wire, "text", seconds)),
        (Kind.IMAGE, _rows(wire, "images/models", seconds)),
        (Kind.IMAGE, _paged(wire, "image", seconds)),
        (Kind.VIDEO, _rows(wire, "videos/models", seconds)),
    ):
        for row in rows:
            name = row.get("id")
            if isinstance(name, str) and name:
                found.setdefault((name, kind), Listed(name, kind, _day(row.get("expiration_date"))))
    return list(found.values())


def _paged(wire: Wire, modality: str, seconds: float) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for page in range(MAX_PAGES):
        params = {"output_modalities": modality, "limit": str(PAGE), "offset": str(page * PAGE)}
        rows = _rows(wire, "models", seconds, params)
        found += rows
        if len(rows) < PAGE:
            break
    return found


def _rows(wire: Wire, path: str, seconds: float, params: dict[str, str] | None = None) -> list[dict[str, Any]]:
    answer = wire.get(path, params=params, seconds=seconds)
    if not answer.is_good:
        raise judge(answer)
    rows = answer.json().get("data")
    return [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []


def _day(value: Any) -> datetime.date | None:
    try:
        return datetime.date.fromisoformat(str(value)[:10])
    except ValueError:
        return None
