"""What the conformance suite buys from Runway."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from generation.providers.contract import Input, Kind
from generation.providers.errors import Damaged, Denied, Lost, Refused, Rejected
from tests.providers.cases import Case, Fails
from tests.providers.fake import media
from tests.providers.fake.faults import Cancelled, JobFailed, JobLost, Moderated, Quota, Status

HERO = Input("reference", "image/png", media.picture)
BEGIN = Input("first_frame", "image/png", media.picture)
END = Input("last_frame", "image/png", media.picture)


def fails(what: str) -> tuple[Fails, ...]:
    submit, poll = f"{what}.submit", f"{what}.poll"
    return (
        Fails(submit, Moderated(), Refused, {"billed": False}),
        Fails(poll, Moderated(stage="output"), Refused, {"billed": False}),
        Fails(poll, JobFailed(), Damaged, {"billed": False}),
        Fails(poll, JobFailed("ASSET.INVALID"), Rejected, {"field": "inputs"}),
        Fails(poll, JobFailed("INPUT_PREPROCESSING.SAFETY.TEXT"), Refused, {"billed": False}),
        Fails(poll, Cancelled(), Lost, {"billed": False}),
        Fails(poll, JobLost(), Lost, {"billed": None}),
        Fails(submit, Quota(), Denied),
        Fails(submit, Status(401, "denied"), Denied),
    )


def film(
    model: str, name: str, operation: str, fields: Mapping[str, Any], cost_micros: int, *fails: Fails, **expected: Any
) -> Case:
    return Case(
        "runway",
        Kind.VIDEO,
        model,
        {"prompt": "The key turns.", "width": 1280, "height": 720, **fields},
        submit="video.submit",
        poll="video.poll",
        result="result",
        cancel="video.cancel",
        schema=operation,
        expected={"model": model, "cost_micros": cost_micros, "width": 1280, "height": 720, "adjusted": {}, **expected},
        media_type="video/mp4",
        fails=fails,
        name=name,
    )


def picture(model: str, name: str, fields: Mapping[str, Any], cost_micros: int, *fails: Fails) -> Case:
    return Case(
        "runway",
        Kind.IMAGE,
        model,
        {"prompt": "A brass key", "width": 1280, "height": 720, "seed": 7, **fields},
        submit="image.submit",
        poll="image.poll",
        result="result",
        cancel="image.cancel",
        schema="text_to_image",
        expected={"model": model, "cost_micros": cost_micros, "width": 1280, "height": 720, "seed": 7},
        media_type="image/png",
        fails=fails,
        name=name,
    )


CASES = [
    film(
        "gen4_turbo",
        "film from a first frame",
        "image_to_video",
        {"seconds": 5.0, "seed": 7, "inputs": (BEGIN,)},
        250_000,
        *fails("video"),
        seconds=5.0,
        seed=7,
    ),
    film("gen4.5", "film from words", "text_to_video", {"seconds": 8.0}, 960_000, seconds=8.0),
    film(
        "gen4.5",
        "film from words in a shape it lacks",
        "text_to_video",
        {"width": 960, "height": 960, "seconds": 2.0},
        240_000,
        adjusted={"size": ("960x960", "1280x720")},
    ),
    film(
        "veo3.1",
        "film between frames",
        "image_to_video",
        {"seconds": 6.0, "audio": False, "negative_prompt": "people", "inputs": (BEGIN, END)},
        600_000,
    ),
    film("seedance2", "film with references", "text_to_video", {"seconds": 4.0, "inputs": (HERO, HERO)}, 400_000),
    picture("gen4_image", "image", {}, 50_000, *fails("image")),
    picture("gen4_image_turbo", "image with references", {"inputs": (HERO, HERO, HERO)}, 20_000),
]
