"""What the conformance suite buys from xAI."""

from __future__ import annotations

from generation.providers.contract import Input, Kind
from generation.providers.errors import Damaged, Denied, Lost, Refused
from stories.prompts import SCENE_SCHEMA
from tests.providers.cases import Case, Fails
from tests.providers.fake import media
from tests.providers.fake.faults import ErrorIn200, Expired, JobFailed, JobLost, Moderated, Quota, Status

HERO = Input("reference", "image/png", media.picture)
KEY = Input("source", "image/png", media.picture)
BEGIN = Input("first_frame", "image/png", media.picture)
END = Input("last_frame", "image/png", media.picture)

TEXT_FAILS = (
    Fails("text.stream", Moderated(), Refused, {"billed": True}),
    Fails("text.stream", Moderated(how="filter"), Refused, {"billed": True}),
    Fails("text.stream", Moderated(how="error"), Refused, {"billed": None}),
    Fails("text.stream", ErrorIn200(), Damaged, {"billed": None}),
    Fails("text.stream", Status(400, "denied"), Denied),
    Fails("text.stream", Quota(), Denied),
    Fails("text.stream", Status(429, "no_funds"), Denied),
)
FILM_FAILS = (
    Fails("video.submit", Moderated(how="error"), Refused, {"billed": None}),
    Fails("video.submit", Moderated(), Refused, {"billed": True}),
    Fails("video.poll", Moderated(), Refused, {"billed": True}),
    Fails("video.poll", Moderated(how="job"), Refused, {"billed": None}),
    Fails("video.poll", JobFailed(), Damaged, {"billed": None}),
    Fails("video.poll", Expired(), Lost, {"billed": None}),
    Fails("video.poll", JobLost(), Lost, {"billed": None}),
)


def _picture(name: str, operation: str, inputs: tuple[Input, ...], cost_micros: int, kind: Kind = Kind.IMAGE) -> Case:
    return Case(
        "xai",
        kind,
        "grok-imagine-image-2.0",
        {"prompt": "A brass key", "aspect_ratio": "16:9", "resolution": "2K", "quality": "medium", "inputs": inputs},
        submit=operation,
        schema="images/edits" if inputs else "images/generations",
        expected={"cost_micros": cost_micros, "model": "grok-imagine-image-2.0", "prompt": "A brass key, at dusk"},
        media_type="image/jpeg",
        fails=(
            Fails(operation, Moderated(), Refused, {"billed": True}),
            Fails(operation, Moderated(how="error"), Refused, {"billed": None}),
        ),
        name=name,
    )


def _film(name: str, inputs: tuple[Input, ...], *fails: Fails) -> Case:
    return Case(
        "xai",
        Kind.VIDEO,
        "grok-imagine-video-1.5",
        {"prompt": "A brass key turns.", "seconds": 6, "aspect_ratio": "3:2", "resolution": "1080p", "inputs": inputs},
        submit="video.submit",
        poll="video.poll",
        result="result",
        schema="videos/generations",
        expected={"cost_micros": 300_000, "model": "grok-imagine-video-1.5", "seconds": 6.0},
        media_type="video/mp4",
        fails=fails,
        name=name,
    )


CASES = [
    Case(
        "xai",
        Kind.TEXT,
        "grok-4.3",
        {"prompt": "Tell.", "system": "You tell stories.", "max_tokens": 500, "seed": 7},
        submit="text.stream",
        schema="chat/completions",
        expected={"cost_micros": 300, "model": "grok-4.3", "is_cut": False},
        fails=TEXT_FAILS,
    ),
    Case(
        "xai",
        Kind.TEXT,
        "grok-4.1-fast",
        {"prompt": '{"must_end": true}', "system": "You tell stories.", "schema": SCENE_SCHEMA, "max_tokens": 2_000},
        submit="text.stream",
        schema="chat/completions",
        expected={"cost_micros": 300, "model": "grok-4.1-fast", "is_cut": False},
        name="scene",
    ),
    _picture("image", "image.generate", (), 20_000),
    _picture("image with a reference", "image.edit", (HERO,), 22_000),
    _picture("image with references", "image.edit", (HERO, HERO, HERO), 26_000),
    _picture("edit", "image.edit", (HERO, KEY), 24_000, Kind.EDIT),
    _film("film", (), *FILM_FAILS),
    _film("film from a first frame", (BEGIN,)),
    _film("film between frames", (BEGIN, END)),
    _film("film with references", (HERO, HERO)),
]
