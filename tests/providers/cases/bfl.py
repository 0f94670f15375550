"""What the conformance suite buys from Black Forest Labs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from generation.providers.contract import Input, Kind
from generation.providers.errors import Damaged, Denied, Refused, Rejected
from tests.providers.cases import Case, Fails
from tests.providers.fake import media
from tests.providers.fake.faults import JobFailed, Moderated, PollUrlElsewhere, Quota, Status

HERO = Input("reference", "image/png", media.picture)
PLATE = Input("source", "image/png", media.picture)
FAILS = (
    Fails("image.submit", Moderated(), Refused, {"billed": None}),
    Fails("image.poll", Moderated(stage="output"), Refused, {"billed": None}),
    Fails("image.poll", JobFailed(), Damaged, {"billed": None}),
    Fails("image.submit", PollUrlElsewhere(), Damaged, {"billed": None}),
    Fails("image.submit", Quota(), Denied),
    Fails("image.submit", Status(403, "denied"), Denied),
    Fails("image.submit", Status(404, "unknown_model"), Rejected, {"field": "model"}),
    Fails("image.submit", Status(422, "unprocessable"), Rejected),
)


def picture(
    model: str,
    name: str,
    fields: Mapping[str, Any],
    expected: Mapping[str, Any],
    *fails: Fails,
    kind: Kind = Kind.IMAGE,
    media_type: str = "image/jpeg",
) -> Case:
    return Case(
        "bfl",
        kind,
        model,
        {"prompt": "A brass key", "seed": 7, **fields},
        submit="image.submit",
        poll="image.poll",
        result="result",
        schema=model,
        expected={"model": model, "seed": 7, **expected},
        media_type=media_type,
        fails=fails,
        name=name,
    )


CASES = [
    picture(
        "flux-2-pro",
        "image",
        {"width": 1024, "height": 576, "safety_tolerance": 2},
        {"width": 1024, "height": 576, "cost_micros": 30_000},
        *FAILS,
    ),
    picture(
        "flux-2-max",
        "image with references",
        {"width": 1024, "height": 576, "output_format": "webp", "inputs": (HERO, HERO, HERO)},
        {"width": 1024, "height": 576, "cost_micros": 160_000},
        media_type="image/webp",
    ),
    picture(
        "flux-2-flex",
        "image",
        {"width": 1024, "height": 1024, "steps": 30, "guidance": 4.5, "prompt_upsampling": False},
        {"cost_micros": 100_000},
    ),
    picture(
        "flux-2-klein-4b",
        "edit",
        {"inputs": (PLATE, HERO)},
        {"width": None, "height": None, "cost_micros": 14_000},
        kind=Kind.EDIT,
    ),
    picture(
        "flux-pro-1.1", "image", {"width": 1024, "height": 576, "prompt_upsampling": True}, {"cost_micros": 40_000}
    ),
    picture(
        "flux-dev",
        "image",
        {"width": 1440, "height": 256, "steps": 28, "guidance": 3.0, "output_format": "png"},
        {"width": 1440, "height": 256, "cost_micros": 25_000},
        media_type="image/png",
    ),
    picture("flux-pro-1.1-ultra", "image", {"aspect_ratio": "21:9", "style": "raw"}, {"cost_micros": 60_000}),
    picture("flux-kontext-pro", "image with a reference", {"aspect_ratio": "16:9", "inputs": (HERO,)}, {"seed": 7}),
    picture("flux-kontext-max", "edit", {"inputs": (PLATE,)}, {"cost_micros": 80_000}, kind=Kind.EDIT),
]
