"""Speech made on this machine by eSpeak NG: a voice by name, a language, a speed, a file, and when each word is said.

The library comes with the extra `voice`; where it is missing, the model is not offered.
"""

from __future__ import annotations

from collections.abc import Callable

from generation.providers.contract import Done, Request
from generation.providers.demo.models import LANGUAGES, VOICES

from . import espeak
from .filing import MEDIA_TYPES, packed


def speak(request: Request, progress: Callable[[float], None]) -> Done:
    """What `request` wants said."""
    own, variant = VOICES[request.voice or next(iter(VOICES))]
    language = LANGUAGES[request.language] if request.language else own
    progress(0.1)
    spoken = espeak.say(request.prompt, f"{language}+{variant}", request.speed or 1.0)
    progress(0.7)
    form = request.output_format or "mp3"
    data = packed(spoken.samples, spoken.rate, form)
    return Done(
        data=data,
        media_type=MEDIA_TYPES[form],
        model="narrator",
        seconds=round(len(spoken.samples) / spoken.rate, 3),
        usage={"characters": len(request.prompt)},
        timings=spoken.timings,
    )
