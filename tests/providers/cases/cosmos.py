"""Purchases from a Cosmos NIM."""

from __future__ import annotations

from generation.providers.contract import Input, Kind
from generation.providers.errors import Refused, Transient
from tests.providers.cases import Case, Fails
from tests.providers.fake import media
from tests.providers.fake.faults import Moderated, Status

FRAME = Input("first_frame", "image/png", media.picture("png"))
FAILS = (
    Fails("video.submit", Status(429, error="busy"), Transient, {"retry_after_seconds": 60.0}),
    Fails("video.submit", Status(503, error="overloaded"), Transient, {"retry_after_seconds": 60.0}),
    Fails("video.submit", Moderated(), Refused, {"billed": False}),
)

CASES = [
    Case(
        "cosmos",
        Kind.VIDEO,
        "cosmos-predict1-7b-text2world",
        {
            "prompt": "A quay in the rain.",
            "negative_prompt": "blur",
            "prompt_upsampling": False,
            "seed": 4,
            "guidance": 7.5,
            "steps": 35,
            "width": 1280,
            "height": 704,
            "seconds": 5.0,
        },
        "video.submit",
        schema="v1/infer",
        expected={
            "seed": 4,
            "width": 1280,
            "height": 704,
            "seconds": 121 / 24,
            "prompt": "A quay in the rain.",
            "media_type": "video/mp4",
        },
        media_type="video/mp4",
        fails=FAILS,
    ),
    Case(
        "cosmos",
        Kind.VIDEO,
        "cosmos-predict1-7b-video2world",
        {"prompt": "Rain sets in.", "aspect_ratio": "9:16", "inputs": (FRAME,)},
        "video.submit",
        schema="v1/infer",
        expected={"seed": 1_234_567, "media_type": "video/mp4"},
        media_type="video/mp4",
        name="video-first-frame",
    ),
    Case(
        "cosmos",
        Kind.VIDEO,
        "cosmos3-generator",
        {"prompt": "A quay in the rain.", "aspect_ratio": "16:9", "resolution": "480p", "seconds": 4.0, "seed": 4},
        "video.submit",
        schema="v1/infer",
        expected={"seed": 4, "media_type": "video/mp4"},
        media_type="video/mp4",
    ),
    Case(
        "cosmos",
        Kind.VIDEO,
        "nvidia/cosmos3-super",
        {"prompt": "Rain sets in.", "inputs": (FRAME,)},
        "video.submit",
        schema="v1/infer",
        media_type="video/mp4",
        name="video-first-frame",
    ),
    Case(
        "cosmos",
        Kind.IMAGE,
        "cosmos3-generator",
        {"prompt": "A brass key in an open fish.", "aspect_ratio": "4:3", "seed": 4, "steps": 50, "guidance": 4.0},
        "image.submit",
        schema="v1/infer",
        expected={"seed": 4, "media_type": "image/jpeg"},
        media_type="image/jpeg",
    ),
]
