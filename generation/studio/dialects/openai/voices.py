"""Voices by the names that OpenAI's clients know, for models that have others. Pure.

A model's own names, in any case, are always taken. Of OpenAI's usual names each stands for one of the model's voices: the
first for its first, the second for its second, and from the beginning again where the model has fewer. The same name is the
same voice every time. Where voices are ids (ElevenLabs), a usual name means the voice that staff set for the model.
"""

from __future__ import annotations

from generation.providers.capabilities import Capabilities

USUAL = (
    "alloy", "echo", "fable", "onyx", "nova", "shimmer", "ash", "ballad", "coral", "sage", "verse", "marin", "cedar",
)  # fmt: skip


def voice_of(name: str, able: Capabilities) -> str | None:
    """The model's voice for a name; None where the model's usual one is meant. A name that is neither the model's nor one of
    the usual ones comes back as it is, for the model to refuse."""
    known = able.choices.get("voice", ())
    same = next((voice for voice in known if voice.lower() == name.lower()), None)
    if same is not None:
        return same
    if name.lower() not in USUAL:
        return name
    return known[USUAL.index(name.lower()) % len(known)] if known else None
