"""`generateContent`: text, streamed, and pictures. What is wanted may lie in any part of the answer: words stand before
and between pictures, and thoughts before both."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from generation.providers.contract import Done, Emit, Request
from generation.providers.errors import Damaged, Refused
from generation.providers.google.complaints import REFUSING, inside
from generation.providers.google.reading import count, listed, mapping, word
from generation.providers.sse import events

ANSWER_TOKENS = 8_192
"""Room for an answer whose length nobody said."""
THINKING_TOKENS = 8_192
"""Room for thoughts beside it, which count against the same limit."""
MAX_TOKENS = 65_536


def text_body(request: Request) -> dict[str, Any]:
    """The body that asks for text."""
    config: dict[str, Any] = {
        "maxOutputTokens": min((request.max_tokens or ANSWER_TOKENS) + THINKING_TOKENS, MAX_TOKENS)
    }
    if request.seed is not None:
        config["seed"] = request.seed
    if request.schema is not None:
        config |= {"responseMimeType": "application/json", "responseJsonSchema": dict(request.schema)}
    return _body(request, config)


def picture_body(request: Request) -> dict[str, Any]:
    """The body that asks for a picture: the one to be changed first, then those to keep the likeness of, then the words."""
    shape = {"aspectRatio": request.aspect_ratio, "imageSize": request.resolution}
    shape = {name: value for name, value in shape.items() if value is not None}
    config: dict[str, Any] = {"responseModalities": ["TEXT", "IMAGE"]}
    if shape:
        config["imageConfig"] = shape
    if request.seed is not None:
        config["seed"] = request.seed
    return _body(request, config)


def _body(request: Request, config: dict[str, Any]) -> dict[str, Any]:
    pictures = sorted(request.inputs, key=lambda given: given.role != "source")
    parts: list[dict[str, Any]] = [
        {"inlineData": {"mimeType": given.media_type, "data": base64.b64encode(given.read()).decode()}}
        for given in pictures
    ]
    body: dict[str, Any] = {
        "contents": [{"role": "user", "parts": [*parts, {"text": request.prompt}]}],
        "generationConfig": config,
    }
    if request.system:
        body["systemInstruction"] = {"parts": [{"text": request.system}]}
    if "safety_settings" in request.options:
        body["safetySettings"] = list(request.options["safety_settings"])
    return body


def chunks(lines: Iterable[str]) -> Iterator[Any]:
    """The documents of a stream."""
    for _, data in events(lines):
        try:
            yield json.loads(data)
        except (ValueError, RecursionError) as error:
            raise Damaged("a piece of the stream is no JSON") from error


def written(documents: Iterable[Any], request: Request, emit: Emit, scrub: Callable[[str], str]) -> Done:
    """The text that the pieces of an answer make, each told on as it comes. Raises `Refused`, and `Damaged` where the answer
    has no end or no text."""
    pieces: list[str] = []
    last: dict[str, Any] = {}
    reason, begun = "", False
    for document in documents:
        chunk = mapping(document[0] if isinstance(document, list) and document else document)
        if chunk.get("error"):
            error = mapping(chunk["error"])
            raise inside({**error, "message": scrub(word(error.get("message")))}, begun=begun)
        begun = True
        # Each piece counts all tokens up to it.
        last |= {name: value for name, value in chunk.items() if value is not None}
        refuse_blocked(chunk)
        for part in parts_of(chunk):
            if text := word(part.get("text")):
                pieces.append(text)
                emit.text(text)
        reason = _reason(chunk) or reason
    text = "".join(pieces)
    if reason in REFUSING:
        raise Refused(f"the answer was ended by {reason}", billed=_is_billed(last))
    if not reason:
        raise Damaged("the answer ended before its end")
    is_cut = reason == "MAX_TOKENS"
    if not text and not is_cut:
        raise Damaged(f"an answer without text, ended by {reason}")
    return Done(
        text=text,
        model=word(last.get("modelVersion")) or request.model,
        seed=request.seed,
        usage=usage_of(last),
        is_cut=is_cut,
        request_id=word(last.get("responseId")),
    )


def picture_of(document: Mapping[str, Any], request: Request) -> Done:
    """The picture in an answer. Raises `Refused`, also where the model answered with words alone, and `Damaged`."""
    if document.get("error"):
        raise inside(mapping(document["error"]), begun=False)
    refuse_blocked(document)
    words: list[str] = []
    for part in parts_of(document):
        picture = mapping(part.get("inlineData"))
        if word(picture.get("data")):
            return Done(
                data=unpacked(picture["data"]),
                media_type=word(picture.get("mimeType")),
                model=word(document.get("modelVersion")) or request.model,
                usage=usage_of(document),
                request_id=word(document.get("responseId")),
            )
        words.append(word(part.get("text")))
    reason, said = _reason(document), "".join(words)
    if reason in REFUSING or (reason == "STOP" and said):
        raise Refused(f"no picture, ended by {reason}: {said[:300]}", billed=_is_billed(document))
    raise Damaged(f"an answer without a picture, ended by {reason or 'nothing'}")


def refuse_blocked(document: Mapping[str, Any]) -> None:
    """Raises `Refused` where the prompt was not let in; what new reasons there are does not matter."""
    feedback = mapping(document.get("promptFeedback"))
    if reason := word(feedback.get("blockReason")):
        raise Refused(f"the prompt was blocked: {reason} {word(feedback.get('blockReasonMessage'))}", billed=None)


def parts_of(document: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """All parts of all candidates but thoughts."""
    for candidate in listed(document.get("candidates")):
        for part in listed(mapping(mapping(candidate).get("content")).get("parts")):
            if mapping(part).get("thought") is not True:
                yield mapping(part)


def usage_of(document: Mapping[str, Any]) -> dict[str, int]:
    """Thoughts are charged as output."""
    told = mapping(document.get("usageMetadata"))
    return {
        "input_tokens": count(told.get("promptTokenCount")),
        "output_tokens": count(told.get("candidatesTokenCount")) + count(told.get("thoughtsTokenCount")),
    }


def _is_billed(document: Mapping[str, Any]) -> bool | None:
    """What was made before a refusal is charged by the token. Whether the prompt alone is, is not documented."""
    return True if usage_of(document)["output_tokens"] else None


def unpacked(data: str) -> bytes:
    """The bytes in base64. Raises `Damaged`."""
    try:
        return base64.b64decode(data, validate=True)
    except (binascii.Error, ValueError) as error:
        raise Damaged("what should be base64 is not") from error


def _reason(document: Mapping[str, Any]) -> str:
    reasons = [word(mapping(candidate).get("finishReason")) for candidate in listed(document.get("candidates"))]
    return next((reason for reason in reasons if reason), "")
