"""Speech. The answer is the sound itself."""

from __future__ import annotations

from typing import Any

from generation.providers.compatible import forms
from generation.providers.contract import Done, Request
from generation.providers.openai_shape import judge, read_sound
from generation.providers.wire import Wire


def speak(wire: Wire, request: Request, *, seconds: float) -> Done:
    """`request.prompt` spoken by the server's own voice where none is asked for."""
    answer = wire.post("audio/speech", json=body(request), seconds=seconds)
    if not answer.is_good:
        raise judge(answer)
    return read_sound(answer, request)


def body(request: Request) -> dict[str, Any]:
    named = {
        "model": request.model,
        "input": request.prompt,
        "voice": request.voice,
        "response_format": request.output_format or "mp3",
        "speed": request.speed,
        "instructions": request.system or None,
    }
    return forms.body(request, named)
