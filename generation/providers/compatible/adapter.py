"""The adapter of a server of one's own: which call a purchase is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

from generation.providers.capabilities import Capabilities
from generation.providers.compatible import films, forms, images, speech
from generation.providers.compatible.abilities import ABLE
from generation.providers.compatible.thoughts import without_thoughts
from generation.providers.contract import Done, Emit, Handle, Kind, Listed, Pending, Replay, Request
from generation.providers.hosted import Hosted
from generation.providers.openai_shape import chat, chat_body, judge, word


class Compatible(Hosted):
    """`base_url` is the operator's; without a path it means `/v1`. A key is sent only where there is one.

    What staff may write down about a model: `body`, fields laid over every request (what a server takes at the top level
    beside the usual ones; null takes a field away), and `thinking_tokens`, by which the length limit of a text grows where
    thoughts count against it.
    """

    name = "compatible"
    title = "OpenAI-compatible server"
    needs_key = False
    # It runs on the operator's own machine: sending again costs nothing.
    replay = Replay.FREE
    # No queue in front: a picture is made while the call waits.
    submit_seconds = 600.0

    def __init__(self, *, base_url: str = "", **account: Any) -> None:
        if base_url and urlsplit(base_url).path in ("", "/"):
            base_url = base_url.rstrip("/") + "/v1"
        super().__init__(base_url=base_url, **account)

    def capabilities(self, model: str, kind: Kind, options: Mapping[str, Any]) -> Capabilities | None:
        able = ABLE.get(kind)
        return able and replace(able, thinking_tokens=_thinking(options))

    def start(self, request: Request, emit: Emit) -> Done | Pending:
        if request.kind is Kind.TEXT:
            return chat(self.wire, _text(request), emit, seconds=self.submit_seconds, strain=without_thoughts)
        if request.kind is Kind.VIDEO:
            return films.submit(self.wire, request, seconds=self.submit_seconds)
        if request.kind is Kind.SPEECH:
            return speech.speak(self.wire, request, seconds=self.submit_seconds)
        return images.draw(self.wire, request, seconds=self.submit_seconds)

    def check(self, handle: Handle) -> Done | Pending:
        return films.check(self.wire, handle, seconds=self.poll_seconds)

    def cancel(self, handle: Handle) -> None:
        films.cancel(self.wire, handle, seconds=self.poll_seconds)

    def models(self) -> list[Listed]:
        answer = self.wire.get("models", seconds=self.poll_seconds)
        if not answer.is_good:
            raise judge(answer)
        listed = answer.json().get("data")
        found = [one for one in listed if isinstance(one, Mapping)] if isinstance(listed, list) else []
        return [Listed(name) for one in found if (name := word(one.get("id")))]


def _text(request: Request) -> dict[str, Any]:
    return forms.body(request, chat_body(request, headroom=_thinking(request.options)))


def _thinking(options: Mapping[str, Any]) -> int:
    found = options.get("thinking_tokens")
    return found if isinstance(found, int) else 0
