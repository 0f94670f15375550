"""What a server of one's own is taken to be able to. Its models are not known here, so this is generous; the row of a model
states what it really takes."""

from __future__ import annotations

from generation.providers.capabilities import Capabilities, Sizes
from generation.providers.contract import Kind

TEXT = Capabilities(Kind.TEXT, takes=frozenset({"seed", "schema"}), max_prompt=400_000, streams=True)
IMAGE = Capabilities(
    Kind.IMAGE,
    takes=frozenset({"seed", "negative_prompt"}),
    choices={"quality": ("low", "medium", "high", "standard", "hd")},
    ranges={"steps": (1, 200), "guidance": (0.0, 50.0)},
    sizes=Sizes(low=64, high=4096, step=16, max_pixels=2048 * 2048, max_ratio=4.0),
    inputs={"source": 1, "mask": 1, "reference": 3},
)
FILM_SIZES = (
    (1280, 720), (720, 1280), (1024, 1024), (1792, 1024), (1024, 1792), (1920, 1080), (1080, 1920), (832, 480), (480, 832),
)  # fmt: skip
VIDEO = Capabilities(
    Kind.VIDEO,
    takes=frozenset({"seed", "negative_prompt"}),
    ranges={"steps": (1, 200), "guidance": (0.0, 50.0)},
    fixed_sizes=FILM_SIZES,
    seconds=(1, 60),
    seconds_choices=tuple(float(seconds) for seconds in range(1, 61)),
    default_seconds=4,
    inputs={"first_frame": 1},
)
SPEECH = Capabilities(
    Kind.SPEECH,
    takes=frozenset({"voice"}),
    # Without pcm: it has no header, so nobody could tell what it is.
    choices={"output_format": ("mp3", "opus", "aac", "flac", "wav")},
    ranges={"speed": (0.25, 4.0)},
)
ABLE = {Kind.TEXT: TEXT, Kind.IMAGE: IMAGE, Kind.EDIT: IMAGE, Kind.VIDEO: VIDEO, Kind.SPEECH: SPEECH}
