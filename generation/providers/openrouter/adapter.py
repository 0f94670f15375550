"""The adapter for OpenRouter.

Staff may give a model `options`: `{"endpoint": "chat"}` where it makes pictures in a conversation only (with `modalities`
where the usual ones are refused), and `{"provider": {...}}` to say which makers' servers it is routed to.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from generation.providers.capabilities import Capabilities
from generation.providers.contract import Done, Emit, Handle, Kind, Listed, Pending, Request
from generation.providers.hosted import Hosted
from generation.providers.openai_shape import chat, chat_body
from generation.providers.openrouter import abilities, films, listing, pictures
from generation.providers.openrouter.complaints import cost, judge


class OpenRouter(Hosted):
    """See the module."""

    name = "openrouter"
    title = "OpenRouter"
    home = "https://openrouter.ai/api/v1"
    headers = {"x-title": "Fablewright"}
    submit_seconds = 240.0

    def capabilities(self, model: str, kind: Kind, options: Mapping[str, Any]) -> Capabilities | None:
        return abilities.find(model, kind, options)

    def start(self, request: Request, emit: Emit) -> Done | Pending:
        if request.kind is Kind.TEXT:
            return chat(self.wire, text_body(request), emit, seconds=self.submit_seconds, judge=judge, cost=cost)
        if request.kind is Kind.VIDEO:
            return films.submit(self.wire, request, self.submit_seconds)
        return pictures.draw(self.wire, request, self.submit_seconds)

    def check(self, handle: Handle) -> Done | Pending:
        return films.poll(self.wire, handle, self.poll_seconds)

    def models(self) -> list[Listed]:
        return listing.models(self.wire, self.poll_seconds)


def text_body(request: Request) -> dict[str, Any]:
    """A chat completion. With a schema, only routes that know schemas are taken: another would drop it in silence."""
    routing = dict(request.options.get("provider") or {})
    if request.schema is not None:
        routing["require_parameters"] = True
    return chat_body(request, headroom=abilities.THINKING_TOKENS, extra={"provider": routing} if routing else None)
