"""The adapter for xAI."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from generation.providers.capabilities import Capabilities
from generation.providers.contract import Done, Emit, Handle, Kind, Listed, Pending, Request
from generation.providers.hosted import Hosted
from generation.providers.openai_shape import chat, chat_body
from generation.providers.xai import abilities, films, pictures
from generation.providers.xai.complaints import cost, judge

LISTS = (("image-generation-models", Kind.IMAGE), ("video-generation-models", Kind.VIDEO), ("models", Kind.TEXT))
"""The last one lists all, also those of the two before it."""


class XAI(Hosted):
    """See the module."""

    name = "xai"
    title = "xAI"
    home = "https://api.x.ai/v1"
    submit_seconds = 240.0

    def capabilities(self, model: str, kind: Kind, options: Mapping[str, Any]) -> Capabilities | None:
        return abilities.find(model, kind)

    def start(self, request: Request, emit: Emit) -> Done | Pending:
        if request.kind is Kind.TEXT:
            body = chat_body(request, limit="max_completion_tokens", headroom=abilities.TEXT.thinking_tokens)
            return chat(self.wire, body, emit, seconds=self.submit_seconds, judge=judge, cost=cost)
        if request.kind is Kind.VIDEO:
            return films.submit(self.wire, request, self.submit_seconds)
        return pictures.draw(self.wire, request, self.submit_seconds)

    def check(self, handle: Handle) -> Done | Pending:
        return films.poll(self.wire, handle, self.poll_seconds)

    def models(self) -> list[Listed]:
        found: dict[str, Listed] = {}
        for path, kind in LISTS:
            answer = self.wire.get(path, seconds=self.poll_seconds)
            if not answer.is_good:
                raise judge(answer)
            document = answer.json()
            rows = document.get("models") or document.get("data")
            for row in rows if isinstance(rows, list) else []:
                name = row.get("id") if isinstance(row, Mapping) else None
                if isinstance(name, str) and name:
                    found.setdefault(name, Listed(name, kind))
        return list(found.values())
