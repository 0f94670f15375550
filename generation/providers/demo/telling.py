"""Answers in words: a scene for a scene's document, a document for a schema, plain prose for everything else."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from generation.providers.contract import Done, Request

_TOKEN = re.compile(r"\w+|[^\w\s]")
_BEGINS = {"task", "premise"}
"""A document with one of these is a scene's."""


def answer(request: Request) -> Done:
    """The answer to a request for text. A scene is always told whole; other answers end where `max_tokens` are used up."""
    from generation.providers.demo.storylets import tell  # its prose is read in where a story is told only

    seed = request.seed or 0
    document = _document(request.prompt)
    if _is_scene(request.schema, document):
        text, is_cut = json.dumps(tell(document or {"premise": request.prompt}, seed), ensure_ascii=False), False
    elif request.schema:
        from generation.providers.demo import documents

        made = documents.document(request.schema, request.prompt, seed)
        text, is_cut = _cut(json.dumps(made, ensure_ascii=False), request.max_tokens)
    else:
        from generation.providers.demo.storylets import plain

        text, is_cut = _cut(plain.prose(request.prompt, seed), request.max_tokens)
    read = tokens(request.system) + tokens(request.prompt)
    return Done(
        text=text,
        model="storyteller",
        seed=request.seed,
        usage={"input_tokens": read, "output_tokens": tokens(text)},
        is_cut=is_cut,
    )


def tokens(text: str) -> int:
    """Words and signs: what the demo counts as tokens."""
    return sum(1 for _ in _TOKEN.finditer(text))


def _document(prompt: str) -> dict[str, Any] | None:
    try:
        found = json.loads(prompt)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) and found.keys() & _BEGINS else None


def _is_scene(schema: Mapping[str, Any] | None, document: Mapping[str, Any] | None) -> bool:
    if not schema:
        return document is not None
    known = schema.get("properties")
    return isinstance(known, Mapping) and {"story_title", "choices"} <= known.keys()


def _cut(text: str, most: int | None) -> tuple[str, bool]:
    if most is None:
        return text, False
    for count, found in enumerate(_TOKEN.finditer(text)):
        if count == most:
            return text[: found.start()].rstrip(), True
    return text, False
