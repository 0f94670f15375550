"""What the offline models take, by model and by what is asked of it. Pure values: nothing is painted or spoken here."""

from __future__ import annotations

import importlib.util
from dataclasses import replace

from generation.providers.capabilities import Capabilities
from generation.providers.contract import Kind

STYLES = ("watercolour", "engraving", "paper-cut", "gouache")
PLATES = {"16:9": (1216, 684), "2:3": (480, 720)}
"""The plate and the cover of a story: the sizes where no resolution is asked for."""
SIZES_1K = {
    "16:9": (1344, 756), "2:3": (832, 1248), "1:1": (1024, 1024), "4:3": (1152, 864), "3:4": (864, 1152),
    "3:2": (1248, 832), "9:16": (756, 1344), "21:9": (1512, 648),
}  # fmt: skip
"""About a megapixel each; "2K" has both sides twice as long, "512" half as long."""
FILM_LINES = {"360p": 360, "540p": 540, "720p": 720}
FILM_RATIOS = {"16:9": (16, 9), "9:16": (9, 16), "1:1": (1, 1)}
VOICES = {
    "hazel": ("en-us", "f3"), "rowan": ("en-us", "m3"), "alder": ("en-gb-x-rp", "m1"), "linnet": ("en-gb-x-rp", "f2"),
    "bramble": ("en", "m7"), "linde": ("de", "f2"), "claire": ("fr", "f4"), "sora": ("ja", "f3"),
}  # fmt: skip
"""Our names for voices: the language that each has by itself, and eSpeak's variant."""
LANGUAGES = {
    "en": "en", "en-us": "en-us", "en-US": "en-us", "en-gb": "en-gb-x-rp", "en-GB": "en-gb-x-rp", "de": "de", "fr": "fr",
    "ja": "ja",
}  # fmt: skip
"""Languages by the names that people bring, and eSpeak's voice for each."""
SOUND_FORMATS = ("mp3", "wav", "flac", "aac", "opus")
FORMATS = ("png", "jpeg", "webp")
QUALITIES = ("low", "medium", "high")

_PAINTER = Capabilities(
    Kind.IMAGE,
    takes=frozenset({"seed", "negative_prompt"}),
    choices={"style": STYLES, "quality": QUALITIES, "output_format": FORMATS},
    aspect_ratios=tuple(SIZES_1K),
    resolutions=("512", "1K", "2K"),
    inputs={"reference": 3},
    max_prompt=8_000,
    burns_core=True,
    is_trained=False,
)
_EDITOR = replace(
    _PAINTER,
    takes=frozenset({"seed"}),
    choices={"output_format": FORMATS},
    ranges={"strength": (0.0, 1.0)},
    aspect_ratios=(),
    resolutions=(),
    inputs={"source": 1, "mask": 1, "reference": 3},
)
"""An edit keeps the size of its source, and its manner of painting unless the instruction names another."""
MODELS = {
    "storyteller": Capabilities(
        Kind.TEXT, takes=frozenset({"seed", "schema"}), max_prompt=400_000, streams=True, is_trained=False
    ),
    "painter": _PAINTER,
    "filmmaker": Capabilities(
        Kind.VIDEO,
        takes=frozenset({"seed", "audio"}),
        choices={"style": STYLES},
        aspect_ratios=tuple(FILM_RATIOS),
        resolutions=tuple(FILM_LINES),
        seconds=(2.0, 8.0),
        default_seconds=4.0,
        inputs={"first_frame": 1, "last_frame": 1},
        max_prompt=8_000,
        burns_core=True,
        is_trained=False,
    ),
    "narrator": Capabilities(
        Kind.SPEECH,
        choices={"voice": tuple(VOICES), "language": tuple(LANGUAGES), "output_format": SOUND_FORMATS},
        ranges={"speed": (0.5, 2.0)},
        max_prompt=20_000,
        burns_core=True,  # eSpeak is not safe between threads: each child process has its own
        is_trained=False,
    ),
    "warden": Capabilities(Kind.MODERATE, inputs={"source": 1}, max_prompt=100_000, is_trained=False),
}


def able(model: str, kind: Kind) -> Capabilities | None:
    """What `model` takes for a request of `kind`; None where it does not make that, or cannot on this machine."""
    if kind is Kind.EDIT:
        return _EDITOR if model == "painter" else None
    found = MODELS.get(model)
    if found is None or found.kind is not kind:
        return None
    if kind is Kind.SPEECH and importlib.util.find_spec("espeakng_loader") is None:
        return None  # The extra "voice" is not installed: the model is not offered.
    return found


def picture_size(aspect_ratio: str | None, resolution: str | None) -> tuple[int, int]:
    """Width and height in pixels. KeyError for a shape that is not listed above."""
    shape = aspect_ratio or "16:9"
    if resolution is None and shape in PLATES:
        return PLATES[shape]
    width, height = SIZES_1K[shape]
    if resolution == "512":
        return width // 2, height // 2
    return (2 * width, 2 * height) if resolution == "2K" else (width, height)


def film_size(aspect_ratio: str | None, resolution: str | None) -> tuple[int, int]:
    """Width and height in pixels, both even; the shorter side has the lines of the resolution."""
    wide, high = FILM_RATIOS[aspect_ratio or "16:9"]
    lines = FILM_LINES[resolution or "540p"]
    scale = lines / min(wide, high)
    return round(wide * scale / 2) * 2, round(high * scale / 2) * 2
