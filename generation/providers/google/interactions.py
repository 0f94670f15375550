"""Interactions: film, made in the background and asked after."""

from __future__ import annotations

import base64
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import parse_qs, urlsplit

from generation.providers.contract import Done, Link, Pending, Request
from generation.providers.errors import Damaged, Refused, Rejected
from generation.providers.google.content import unpacked
from generation.providers.google.reading import count, listed, mapping, word
from generation.providers.wire import Wire

ENDED = {"failed", "cancelled", "incomplete", "budget_exceeded", "requires_action", "requires_continuation"}
"""Ends without a film; the last two wait for a word of ours that there is none. Whatever is neither here nor "completed" may
still come to something."""
CHECK_AFTER_SECONDS = 5.0
TASKS = {"first_frame": "image_to_video", "reference": "reference_to_video"}


def body_of(request: Request) -> dict[str, Any]:
    """The body that asks for a film. Names are in snake case here, and the duration is a text."""
    roles = {given.role for given in request.inputs}
    if len(roles) > 1:
        raise Rejected("a film begins with a picture or keeps to references, not both", field="inputs")
    pictures = [
        {"type": "image", "data": base64.b64encode(given.read()).decode(), "mime_type": given.media_type}
        for given in request.inputs
    ]
    shape: dict[str, Any] = {"type": "video", "delivery": "uri"}
    if request.aspect_ratio is not None:
        shape["aspect_ratio"] = request.aspect_ratio
    if request.resolution is not None:
        shape["resolution"] = request.resolution.lower()
    if request.seconds is not None:
        shape["duration"] = f"{request.seconds:g}s"
    return {
        "model": request.model,
        "input": [*pictures, {"type": "text", "text": request.prompt}] if pictures else request.prompt,
        "background": True,
        "response_format": shape,
        "generation_config": {"video_config": {"task": TASKS[roles.pop()] if roles else "text_to_video"}},
    }


def read(document: Mapping[str, Any], request: Request, wire: Wire, *, known: str = "") -> Done | Pending:
    """How an interaction stands. Raises `Refused` where it is complete and has no film, `Damaged` where it ended otherwise.

    The answer to the submit, before an id is `known`, reads the same: one that is quick may be done at once.
    """
    name, status = word(document.get("id")) or known, word(document.get("status"))
    if not name:
        told = word(mapping(document.get("error")).get("message"))
        raise Damaged(wire.scrub(f"an interaction without an id: {told or 'no reason told'}"))
    if status == "completed":
        for video in _videos(document):
            return _done(video, document, request, wire)
        spent = _spent_on_film(document)
        if spent:
            raise Damaged(f"complete and counted as {spent} tokens of film, but there is none", billed=True)
        raise Refused(f"complete without a film: {_words(document)[:300]}", billed=None)
    if status in ENDED:
        why = word(mapping(document.get("error")).get("message"))
        raise Damaged(wire.scrub(f"the interaction is {status}: {why or 'no reason told'}"))
    return Pending(name, check_after_seconds=CHECK_AFTER_SECONDS)


def _done(video: Mapping[str, Any], document: Mapping[str, Any], request: Request, wire: Wire) -> Done:
    uri, data = word(video.get("uri")), word(video.get("data"))
    return Done(
        data=None if uri else unpacked(data),
        link=Link(_download(uri, wire), with_key=True) if uri else None,
        media_type=word(video.get("mime_type")),
        model=word(document.get("model")) or request.model,
        seconds=request.seconds,
        usage=_usage(document),
        request_id=word(document.get("id")),
    )


def _download(uri: str, wire: Wire) -> str:
    """Where the bytes are. Raises `Damaged` where that is a host that must not get the key."""
    try:
        url = wire.address(uri)
    except Rejected as error:
        # It is the provider's mistake, not one of our request, and what it made may have been charged.
        raise Damaged(f"the film lies where nothing is fetched: {error}") from error
    parts = urlsplit(url)
    if "alt" in parse_qs(parts.query):
        return url
    return parts._replace(query=f"{parts.query}&alt=media".removeprefix("&")).geturl()


def _outputs(document: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for step in listed(document.get("steps")):
        if mapping(step).get("type") == "model_output":
            yield from (mapping(part) for part in listed(mapping(step).get("content")))


def _videos(document: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for part in _outputs(document):
        if part.get("type") == "video" and (word(part.get("uri")) or word(part.get("data"))):
            yield part


def _words(document: Mapping[str, Any]) -> str:
    return " ".join(word(part.get("text")) for part in _outputs(document) if part.get("type") == "text")


def _spent_on_film(document: Mapping[str, Any]) -> int:
    told = mapping(document.get("usage")).get("output_tokens_by_modality")
    if isinstance(told, dict):
        return sum(count(value) for name, value in told.items() if name.lower() == "video")
    entries = [mapping(entry) for entry in listed(told)]
    return sum(count(entry.get("tokens")) for entry in entries if word(entry.get("modality")).lower() == "video")


def _usage(document: Mapping[str, Any]) -> dict[str, int]:
    told = mapping(document.get("usage"))
    return {
        "input_tokens": count(told.get("total_input_tokens")),
        "output_tokens": count(told.get("total_output_tokens")),
    }
