"""Moderation of a text and a picture beside it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from generation.providers.contract import Done, Request, Verdict
from generation.providers.errors import Damaged
from generation.providers.openai_shape import data_url, judge, word
from generation.providers.wire import Wire


def moderate(wire: Wire, request: Request, *, seconds: float) -> Done:
    """The verdict over all that was sent."""
    answer = wire.post("moderations", json=body(request), seconds=seconds)
    if not answer.is_good:
        raise judge(answer)
    document = answer.json()
    return Done(
        verdict=verdict(document.get("results")),
        model=word(document.get("model")) or request.model,
        request_id=answer.headers.get("x-request-id", ""),
    )


def body(request: Request) -> dict[str, Any]:
    if not request.inputs:
        return {"model": request.model, "input": request.prompt}
    parts: list[dict[str, Any]] = [{"type": "text", "text": request.prompt}]
    parts += [{"type": "image_url", "image_url": {"url": data_url(given)}} for given in request.inputs]
    return {"model": request.model, "input": parts}


def verdict(results: Any) -> Verdict:
    """All results as one: flagged if one is, with each category's highest score. Raises `Damaged` where there is none."""
    found = [one for one in results if isinstance(one, Mapping)] if isinstance(results, list) else []
    if not found or not all(isinstance(one.get("flagged"), bool) for one in found):
        raise Damaged("a moderation without a verdict")
    categories: set[str] = set()
    scores: dict[str, float] = {}
    for one in found:
        categories |= {name for name, is_hit in _mapping(one.get("categories")).items() if is_hit is True}
        for name, score in _mapping(one.get("category_scores")).items():
            if isinstance(score, (int, float)) and not isinstance(score, bool):
                scores[name] = max(float(score), scores.get(name, 0.0))
    return Verdict(any(one["flagged"] for one in found), tuple(sorted(categories)), scores)


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
