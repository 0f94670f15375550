"""Chat completions: the body, and reading the answer whole or as a stream."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from generation.providers.answers import Answer
from generation.providers.contract import Done, Emit, Request
from generation.providers.errors import Damaged, Refused
from generation.providers.openai_shape.complaints import Judge, complaint_of, judge, told_inside, word
from generation.providers.openai_shape.results import data_url, usage_of
from generation.providers.openai_shape.schemas import schema_part
from generation.providers.sse import events
from generation.providers.wire import Wire

Cost = Callable[[Mapping[str, Any]], int | None]
"""What was paid, in micro-units, read from the `usage` object."""
Strain = Callable[[Iterable[str]], Iterator[str]]
"""Takes the pieces of text as they come and gives those that are to be seen."""


def chat_body(
    request: Request,
    *,
    limit: str = "max_tokens",
    headroom: int = 0,
    stream: bool = True,
    strict: bool = True,
    system_role: str = "system",
    extra: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """The body of a chat completion: rules as `system_role`, prompt as the user's message, pictures of the request as
    data urls beside it, seed and schema where asked for. `limit` is the provider's name of the length limit, `headroom`
    what thinking may add to it. `extra` is laid over the whole."""
    content: Any = request.prompt
    if request.inputs:
        content = [{"type": "text", "text": request.prompt}]
        content += [{"type": "image_url", "image_url": {"url": data_url(given)}} for given in request.inputs]
    messages = [{"role": system_role, "content": request.system}] if request.system else []
    body: dict[str, Any] = {"model": request.model, "messages": [*messages, {"role": "user", "content": content}]}
    if request.max_tokens is not None:
        body[limit] = request.max_tokens + headroom
    if request.seed is not None:
        body["seed"] = request.seed
    if request.schema is not None:
        body["response_format"] = {"type": "json_schema", "json_schema": schema_part(request.schema, strict=strict)}
    if stream:
        body |= {"stream": True, "stream_options": {"include_usage": True}}
    return body | dict(extra or {})


def chat(
    wire: Wire,
    body: Mapping[str, Any],
    emit: Emit,
    *,
    path: str = "chat/completions",
    seconds: float,
    judge: Judge = judge,
    cost: Cost | None = None,
    strain: Strain | None = None,
) -> Done:
    """Send `body` and read the answer, streamed where the body asks for it. Visible text goes to `emit` as it comes.
    `strain` takes the pieces of text and gives those that are to be seen."""
    if body.get("stream") is not True:
        answer = wire.post(path, json=body, seconds=seconds)
        if not answer.is_good:
            raise judge(answer, None)
        return read_chat(answer, emit, judge=judge, cost=cost, strain=strain)
    with wire.streamed("POST", path, json=body, seconds=seconds) as (whole, lines):
        if whole is None:
            return read_stream(lines, emit, judge=judge, cost=cost, strain=strain, scrub=wire.scrub)
        if not whole.is_good:
            raise judge(whole, None)
        # A server that does not stream answers at once.
        return read_chat(whole, emit, judge=judge, cost=cost, strain=strain)


def read_chat(
    answer: Answer,
    emit: Emit,
    *,
    judge: Judge = judge,
    cost: Cost | None = None,
    strain: Strain | None = None,
) -> Done:
    """A completion that came whole. A refusal raises `Refused(billed=True)`: its tokens are charged."""
    document = answer.json()
    reading = _Reading(judge, cost, answer.scrub)
    text = "".join((strain or iter)(reading.pieces([document])))
    done = reading.done(text, answer.headers.get("x-request-id", ""))
    emit.text(text)
    return done


def read_stream(
    lines: Iterable[str],
    emit: Emit,
    *,
    judge: Judge = judge,
    cost: Cost | None = None,
    strain: Strain | None = None,
    scrub: Callable[[str], str] = str,
) -> Done:
    """A completion that comes as events. Raises what `judge` says of an error between them, and `Damaged` where it ends
    without having come to an end."""
    reading = _Reading(judge, cost, scrub)
    seen: list[str] = []
    for piece in (strain or iter)(reading.pieces(_chunks(lines, reading))):
        if piece:
            seen.append(piece)
            emit.text(piece)
    return reading.done("".join(seen), "")


class _Reading:
    """What is gathered of one completion while its chunks (or its one document) go by."""

    def __init__(self, judge: Judge, cost: Cost | None, scrub: Callable[[str], str]) -> None:
        self._judge = judge
        self._cost = cost
        self.scrub = scrub
        self._refusal: list[str] = []
        self._usage: Mapping[str, Any] = {}
        self._model = self._id = self._finish = ""
        self.is_over = False

    def pieces(self, documents: Iterable[Mapping[str, Any]]) -> Iterator[str]:
        """The text of each document; thoughts are passed over."""
        for document in documents:
            complaint = complaint_of(document)
            if complaint is not None:
                raise told_inside(complaint, self._judge, self.scrub)
            self._model = word(document.get("model")) or self._model
            self._id = word(document.get("id")) or self._id
            usage = document.get("usage")
            self._usage = usage if isinstance(usage, Mapping) else self._usage
            choices = document.get("choices")
            if not isinstance(choices, list) or not choices or not isinstance(choices[0], Mapping):
                continue
            self._finish = word(choices[0].get("finish_reason")) or self._finish
            said = choices[0].get("delta") or choices[0].get("message")
            if isinstance(said, Mapping):
                self._refusal.append(word(said.get("refusal")))
                yield _text(said.get("content"))

    def done(self, text: str, request_id: str) -> Done:
        refusal = "".join(self._refusal)
        if refusal or self._finish == "content_filter":
            raise Refused(self.scrub(refusal) or "the content filter stopped the answer", billed=True)
        is_cut = self._finish == "length"
        if self._finish == "error" or not (self._finish or self.is_over):
            raise Damaged("the answer ended before its end")
        if not text.strip() and not is_cut:
            raise Damaged(f"an answer without text, finished by {self._finish or 'nothing'}")
        return Done(
            text=text,
            model=self._model,
            cost_micros=self._cost(self._usage) if self._cost is not None else None,
            usage=usage_of(self._usage),
            is_cut=is_cut,
            request_id=request_id or self._id,
        )


def _chunks(lines: Iterable[str], reading: _Reading) -> Iterator[Mapping[str, Any]]:
    for _, data in events(lines):
        if data.strip() == "[DONE]":
            reading.is_over = True
            return
        try:
            chunk = json.loads(data)
        except (ValueError, RecursionError) as error:
            raise Damaged(f"an event that is no JSON: {reading.scrub(data)[:200]}") from error
        if isinstance(chunk, Mapping):
            yield chunk


def _text(content: Any) -> str:
    if isinstance(content, list):
        return "".join(
            word(part.get("text")) for part in content if isinstance(part, Mapping) and part.get("type") == "text"
        )
    return word(content)
