"""Speech. The answer is the sound itself."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from generation.providers.contract import Done, Request
from generation.providers.errors import Rejected
from generation.providers.openai.abilities import VOICES
from generation.providers.openai_shape import judge, read_sound
from generation.providers.wire import Wire

LONGEST_INSTRUCTIONS = 4096
USUAL_VOICE = "alloy"


def speak(wire: Wire, request: Request, *, seconds: float) -> Done:
    """`request.prompt` spoken. `request.system` says how; the models that cannot be told (tts-1) leave it out, and the
    answer says so."""
    if len(request.system) > LONGEST_INSTRUCTIONS:
        raise Rejected(f"instructions are longer than {LONGEST_INSTRUCTIONS} characters", field="system")
    answer = wire.post("audio/speech", json=body(request), seconds=seconds)
    if not answer.is_good:
        raise judge(answer)
    done = read_sound(answer, request)
    is_left_out = bool(request.system) and not is_told_how(request.model)
    return replace(done, adjusted={"system": (request.system, "")}) if is_left_out else done


def is_told_how(model: str) -> bool:
    return not model.startswith("tts-1")


def body(request: Request) -> dict[str, Any]:
    voice = request.voice or USUAL_VOICE
    named = {
        "model": request.model,
        "input": request.prompt,
        # A voice of one's own goes by its id.
        "voice": voice if voice in VOICES else {"id": voice},
        "response_format": request.output_format or "mp3",
        "speed": request.speed,
        "instructions": request.system if request.system and is_told_how(request.model) else None,
    }
    return {name: value for name, value in named.items() if value is not None}
