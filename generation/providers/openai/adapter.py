"""OpenAI's adapter: which call a purchase is."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any

from generation.providers.capabilities import Capabilities
from generation.providers.contract import Done, Emit, Kind, Listed, Request
from generation.providers.hosted import Hosted
from generation.providers.openai import abilities, images, moderation, speech, text
from generation.providers.openai_shape import judge, word


class OpenAI(Hosted):
    """Answers everything at once: there are no jobs to ask after."""

    name = "openai"
    title = "OpenAI"
    home = "https://api.openai.com/v1"
    # Nothing is known of a purchase afterwards. A picture may take two minutes, a thinking model longer.
    submit_seconds = 300.0

    def capabilities(self, model: str, kind: Kind, options: Mapping[str, Any]) -> Capabilities | None:
        return abilities.able(model, kind)

    def start(self, request: Request, emit: Emit) -> Done:
        if request.kind is Kind.TEXT:
            return text.write(self.wire, request, emit, seconds=self.submit_seconds)
        if request.kind is Kind.SPEECH:
            return speech.speak(self.wire, request, seconds=self.submit_seconds)
        if request.kind is Kind.MODERATE:
            return moderation.moderate(self.wire, request, seconds=self.submit_seconds)
        return images.draw(self.wire, request, seconds=self.submit_seconds)

    def models(self) -> list[Listed]:
        answer = self.wire.get("models", seconds=self.poll_seconds)
        if not answer.is_good:
            raise judge(answer)
        listed = answer.json().get("data")
        found = [one for one in listed if isinstance(one, Mapping)] if isinstance(listed, list) else []
        return [
            Listed(name, abilities.kind_of(name), _day(one.get("shutdown_date")))
            for one in found
            if (name := word(one.get("id")))
        ]


def _day(said: Any) -> datetime.date | None:
    try:
        return datetime.date.fromisoformat(said[:10]) if isinstance(said, str) else None
    except ValueError:
        return None
