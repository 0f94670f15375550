"""Text and pictures from Google by generateContent, film by Interactions."""

from __future__ import annotations

from generation.providers.contract import Input, Kind
from generation.providers.errors import Damaged, Denied, Lost, Refused, Rejected, Transient
from stories.prompts import SCENE_SCHEMA
from tests.providers.cases import Case, Fails
from tests.providers.fake import media
from tests.providers.fake.faults import (
    Cancelled,
    ErrorIn200,
    JobFailed,
    JobLost,
    Moderated,
    Overloaded,
    Quota,
    RateLimited,
    Status,
)
from tests.providers.fake.scene import SENTENCE

IMAGE, FILM = "gemini-3.1-flash-image", "gemini-omni-1.2-flash"
GENERATE, STREAM = "models/{model}:generateContent", "models/{model}:streamGenerateContent"


def at_the_door(operation: str) -> tuple[Fails, ...]:
    return (
        Fails(operation, Status(400, "denied"), Denied),
        Fails(operation, Status(403, "forbidden"), Denied),
        Fails(operation, Status(400, "moderated"), Refused, {"billed": False}),
        Fails(operation, Status(404, "unknown_model"), Rejected, {"field": "model"}),
        Fails(operation, Quota(), Denied),
        Fails(operation, Overloaded(), Transient, {"retry_after_seconds": None}),
        Fails(operation, RateLimited("google_retry_info", 37.0), Transient, {"retry_after_seconds": 37.0}),
        Fails(operation, RateLimited("seconds", 2.0), Transient, {"retry_after_seconds": 2.0}),
    )


def pictures(*roles: str) -> tuple[Input, ...]:
    return tuple(Input(role, "image/png", media.picture()) for role in roles)


def film(name: str, **fields: object) -> Case:
    return Case(
        "google",
        Kind.VIDEO,
        FILM,
        {"prompt": "The tide comes in.", "aspect_ratio": "16:9", "resolution": "720p", "seconds": 4.0, **fields},
        submit="video.submit",
        poll="video.poll",
        result="video.content",
        cancel="video.cancel",
        schema="interactions",
        expected={"model": FILM, "seconds": 4.0, "media_type": "video/mp4"},
        media_type="video/mp4",
        name=name,
        fails=(
            *at_the_door("video.submit"),
            Fails("video.submit", Moderated(how="error"), Refused, {"billed": False}),
            Fails("video.poll", Moderated(how="no_media"), Refused, {"billed": None}),
            Fails("video.poll", JobLost(), Lost, {"billed": None}),
            Fails("video.poll", JobFailed(), Damaged, {"billed": None}),
            Fails("video.poll", JobFailed("incomplete"), Damaged, {"billed": None}),
            Fails("video.poll", JobFailed("budget_exceeded"), Damaged, {"billed": None}),
            Fails("video.poll", JobFailed("requires_action"), Damaged, {"billed": None}),
            Fails("video.poll", Cancelled(), Damaged, {"billed": None}),
        )
        if name == "video"
        else (),
    )


CASES = [
    Case(
        "google",
        Kind.TEXT,
        "gemini-3.1-pro",
        {"prompt": "Begin.", "system": "You tell stories.", "max_tokens": 500, "seed": 7},
        submit="text.stream",
        schema=STREAM,
        expected={"text": SENTENCE, "model": "gemini-3.1-pro", "seed": 7, "is_cut": False, "request_id": "r-1"},
        fails=(
            *at_the_door("text.stream"),
            Fails("text.stream", Moderated(how="prompt"), Refused, {"billed": None}),
            Fails("text.stream", Moderated(how="finish"), Refused, {"billed": None}),
            Fails("text.stream", ErrorIn200(), Damaged, {"billed": None}),
        ),
    ),
    Case(
        "google",
        Kind.TEXT,
        "gemini-3.1-flash",
        {"prompt": '{"must_end": false}', "system": "You tell stories.", "max_tokens": 2_000, "schema": SCENE_SCHEMA},
        submit="text.stream",
        schema=STREAM,
        expected={"model": "gemini-3.1-flash", "is_cut": False},
        name="text-by-schema",
    ),
    Case(
        "google",
        Kind.IMAGE,
        IMAGE,
        {"prompt": "A quay.", "aspect_ratio": "16:9", "resolution": "1K", "seed": 7},
        submit="image.generate",
        schema=GENERATE,
        expected={"model": IMAGE, "data": media.picture(), "request_id": "r-1"},
        media_type="image/png",
        fails=(
            *at_the_door("image.generate"),
            Fails("image.generate", Moderated(how="prompt"), Refused, {"billed": None}),
            Fails("image.generate", Moderated(how="finish"), Refused, {"billed": None}),
            Fails("image.generate", Moderated(how="no_image"), Refused, {"billed": None}),
        ),
    ),
    Case(
        "google",
        Kind.IMAGE,
        "gemini-3-pro-image",
        {"prompt": "She stands on a quay.", "inputs": pictures("reference", "reference", "reference")},
        submit="image.generate",
        schema=GENERATE,
        expected={"model": "gemini-3-pro-image", "data": media.picture()},
        media_type="image/png",
        name="image-with-references",
    ),
    Case(
        "google",
        Kind.EDIT,
        IMAGE,
        {"prompt": "Make it night.", "aspect_ratio": "2:3", "inputs": pictures("reference", "source")},
        submit="image.generate",
        schema=GENERATE,
        expected={"model": IMAGE, "data": media.picture()},
        media_type="image/png",
    ),
    film("video"),
    film("video-from-first-frame", inputs=pictures("first_frame")),
    film("video-with-references", inputs=pictures("reference", "reference")),
]
