"""What the conformance suite buys from Stability AI."""

from __future__ import annotations

from generation.providers.contract import Input, Kind
from generation.providers.errors import Denied, Refused, Rejected, Transient
from tests.providers.cases import Case, Fails
from tests.providers.fake import media
from tests.providers.fake.faults import Moderated, Quota, RateLimited, Status

HERO = Input("reference", "image/png", media.picture)
PLATE = Input("source", "image/png", media.picture)


def fails(operation: str) -> tuple[Fails, ...]:
    return (
        Fails(operation, Moderated(), Refused, {"billed": False}),
        Fails(operation, Moderated(how="filtered"), Refused, {"billed": None}),
        Fails(operation, RateLimited("none"), Transient, {"retry_after_seconds": 60.0}),
        Fails(operation, RateLimited("seconds", 90.0), Transient, {"retry_after_seconds": 90.0}),
        Fails(operation, Quota(), Denied),
        Fails(operation, Status(401, "denied"), Denied),
        Fails(operation, Status(403, "forbidden"), Denied),
        Fails(operation, Status(404, "unknown_model"), Rejected, {"field": "model"}),
        Fails(operation, Status(413, "too_large"), Rejected),
    )


CASES = [
    Case(
        "stability",
        Kind.IMAGE,
        "core",
        {"prompt": "A brass key", "aspect_ratio": "16:9", "style": "fantasy-art", "seed": 7},
        submit="image.generate",
        schema="multipart stable-image/generate/core",
        expected={"model": "core", "seed": 7, "cost_micros": None, "adjusted": {}},
        media_type="image/png",
        fails=fails("image.generate"),
    ),
    Case(
        "stability",
        Kind.IMAGE,
        "ultra",
        {"prompt": "A brass key", "aspect_ratio": "3:2", "strength": 0.75, "inputs": (HERO,)},
        submit="image.edit",
        schema="multipart stable-image/generate/ultra",
        expected={"model": "ultra", "seed": 1_234_567, "adjusted": {}},
        media_type="image/png",
        name="image with a reference",
    ),
    Case(
        "stability",
        Kind.IMAGE,
        "sd3.5-large-turbo",
        {"prompt": "A brass key", "aspect_ratio": "9:21", "output_format": "jpeg", "cfg_scale": 4.5},
        submit="image.generate",
        schema="multipart stable-image/generate/sd3",
        expected={"model": "sd3.5-large-turbo", "seed": 1_234_567},
        media_type="image/jpeg",
    ),
    Case(
        "stability",
        Kind.EDIT,
        "sd3.5-large",
        {"prompt": "The same at night", "negative_prompt": "people", "seed": 7, "inputs": (PLATE,)},
        submit="image.edit",
        schema="multipart stable-image/generate/sd3",
        expected={"model": "sd3.5-large", "seed": 7, "adjusted": {"strength": ("", "0.6")}},
        media_type="image/png",
        fails=fails("image.edit"),
    ),
]
