"""Text by chat completions, always streamed."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from generation.providers.contract import Done, Emit, Kind, Request
from generation.providers.openai import abilities
from generation.providers.openai_shape import chat, chat_body
from generation.providers.wire import Wire

OPTIONS = ("reasoning_effort", "verbosity", "service_tier")
"""What staff may write down about a model."""


def write(wire: Wire, request: Request, emit: Emit, *, seconds: float) -> Done:
    """One completion. Raises `Refused(billed=True)` where the model refuses in words or the filter stops it."""
    return chat(wire, body(request), emit, seconds=seconds)


def body(request: Request) -> dict[str, Any]:
    """Never without a length limit: what is quoted has to hold."""
    able = abilities.able(request.model, Kind.TEXT) or abilities.THINKING
    if request.max_tokens is None:
        request = replace(request, max_tokens=able.answer_tokens)
    extra = {name: request.options[name] for name in OPTIONS if name in request.options}
    return chat_body(request, limit="max_completion_tokens", headroom=able.thinking_tokens, extra=extra)
