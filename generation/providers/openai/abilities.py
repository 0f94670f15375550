"""What OpenAI's models take, by the beginnings of their names. Nothing here says which of them still exist."""

from __future__ import annotations

import re
from dataclasses import replace

from generation.providers.capabilities import Capabilities, Sizes
from generation.providers.contract import Kind

TEXT = Capabilities(Kind.TEXT, takes=frozenset({"seed", "schema"}), max_prompt=400_000, streams=True)
THINKING = replace(TEXT, thinking_tokens=8_000)
NO_TEXT = re.compile(r"image|tts|audio|realtime|transcribe|search|embedding|instruct")
"""Parts of names that begin like a text model's and are none that chat completions answer for in plain text."""
THINKS = re.compile(r"gpt-[5-9]|o\d")
"""Models whose thoughts count against the length limit."""

IMAGE = Capabilities(
    Kind.IMAGE,
    choices={
        "quality": ("low", "medium", "high", "auto"),
        "background": ("transparent", "opaque", "auto"),
        "output_format": ("png", "jpeg", "webp"),
    },
    ranges={"output_compression": (0, 100)},
    sizes=Sizes(low=256, high=3840, step=16, max_pixels=3840 * 2160, max_ratio=3.0, max_short=2160),
    inputs={"source": 1, "mask": 1, "reference": 3},
    max_prompt=32_000,
)
MORE_QUALITY = {**IMAGE.choices, "quality": ("low", "medium", "high", "xhigh", "max", "auto")}
OLDER_SIZES = ((1024, 1024), (1536, 1024), (1024, 1536))
OLDER_IMAGE = replace(IMAGE, sizes=None, fixed_sizes=OLDER_SIZES)

VOICES = (
    "alloy", "ash", "ballad", "coral", "echo", "fable", "onyx", "nova", "sage", "shimmer", "verse", "marin", "cedar",
)  # fmt: skip
SPEECH = Capabilities(
    Kind.SPEECH,
    choices={
        "voice": VOICES,
        # Without pcm: it has no header, so nobody could tell what it is.
        "output_format": ("mp3", "opus", "aac", "flac", "wav"),
    },
    ranges={"speed": (0.25, 4.0)},
    max_prompt=4096,
)

MODERATE = Capabilities(Kind.MODERATE, inputs={"source": 1}, max_prompt=32_000)


def able(model: str, kind: Kind) -> Capabilities | None:
    """What `model` takes when it makes `kind`, None where it does not."""
    if kind is Kind.TEXT and re.match(r"gpt-\d|o\d|chatgpt-\d", model) and not NO_TEXT.search(model):
        return THINKING if THINKS.match(model) else TEXT
    if kind in (Kind.IMAGE, Kind.EDIT) and re.match(r"gpt-image-|chatgpt-image-", model):
        return _image(model)
    if kind is Kind.SPEECH and re.match(r"tts-|gpt-.*-tts", model):
        return SPEECH
    if kind is Kind.MODERATE and model.startswith("omni-moderation"):
        return MODERATE
    return None


def kind_of(model: str) -> Kind | None:
    """What a listed model makes, as far as its name tells."""
    return next((kind for kind in (Kind.IMAGE, Kind.SPEECH, Kind.MODERATE, Kind.TEXT) if able(model, kind)), None)


def _image(model: str) -> Capabilities:
    if model.startswith("gpt-image-1.5"):
        return replace(OLDER_IMAGE, choices={**IMAGE.choices, "fidelity": ("high", "low")})
    if model.startswith("gpt-image-1-mini"):
        return replace(OLDER_IMAGE, choices={**IMAGE.choices, "fidelity": ("low",)})
    if re.match(r"gpt-image-1|chatgpt-", model):
        return OLDER_IMAGE
    return replace(IMAGE, choices=MORE_QUALITY) if model.startswith("gpt-image-2.5") else IMAGE
