"""What the conformance suite buys from OpenAI."""

from __future__ import annotations

from generation.providers.contract import Input, Kind
from generation.providers.errors import Damaged, Denied, Refused, Rejected, Transient
from stories.prompts import SCENE_SCHEMA
from tests.providers.cases import Case, Fails
from tests.providers.fake import media
from tests.providers.fake.faults import ErrorIn200, Moderated, Overloaded, Quota, RateLimited, Status

HERO = Input("reference", "image/png", media.picture)
SOURCE = Input("source", "image/png", media.picture)
MASK = Input("mask", "image/png", media.picture)


def _usual(operation: str) -> tuple[Fails, ...]:
    """Faults that every operation may meet, each in OpenAI's own form."""
    return (
        Fails(operation, Quota(), Denied),
        Fails(operation, Status(403, "forbidden"), Denied),
        Fails(operation, Status(404, "unknown_model"), Rejected, {"field": "model"}),
        Fails(operation, Overloaded(), Transient, {"retry_after_seconds": None}),
        Fails(operation, RateLimited("ms", 1.5, should_retry=True), Transient, {"retry_after_seconds": 1.5}),
        Fails(operation, RateLimited("float", 2.5), Transient, {"retry_after_seconds": 2.5}),
    )


def _picture_fails(operation: str) -> tuple[Fails, ...]:
    return (
        *_usual(operation),
        Fails(operation, Moderated(), Refused, {"billed": False}),
        Fails(operation, Moderated("output"), Refused, {"billed": None}),
        Fails(operation, Moderated(how="old"), Refused, {"billed": False}),
        Fails(operation, ErrorIn200(), Damaged, {"billed": None}),
    )


CASES = [
    Case(
        "openai",
        Kind.TEXT,
        "gpt-6",
        {"prompt": "Tell.", "system": "You tell stories.", "max_tokens": 500, "seed": 7},
        submit="text.stream",
        schema="chat/completions",
        expected={"model": "gpt-6", "is_cut": False, "cost_micros": None},
        fails=(
            *_usual("text.stream"),
            Fails("text.stream", Moderated(how="refusal"), Refused, {"billed": True}),
            Fails("text.stream", Moderated(how="filter"), Refused, {"billed": True}),
            Fails("text.stream", Moderated(how="error"), Refused, {"billed": False}),
            Fails("text.stream", ErrorIn200(), Damaged, {"billed": None}),
        ),
    ),
    Case(
        "openai",
        Kind.TEXT,
        "gpt-4.1",
        {"prompt": '{"must_end": false}', "system": "Answer in JSON.", "schema": SCENE_SCHEMA, "max_tokens": 2_000},
        submit="text.stream",
        schema="chat/completions",
        expected={"model": "gpt-4.1", "is_cut": False},
        name="scene",
    ),
    Case(
        "openai",
        Kind.IMAGE,
        "gpt-image-2",
        {"prompt": "A brass key on a step.", "width": 1280, "height": 720, "quality": "low"},
        submit="image.generate",
        schema="images/generations",
        expected={"model": "gpt-image-2", "width": 1280, "height": 720, "link": None},
        media_type="image/png",
        fails=_picture_fails("image.generate"),
    ),
    Case(
        "openai",
        Kind.IMAGE,
        "gpt-image-2.5-flare",
        {
            "prompt": "The same hero on a quay.",
            "width": 1024,
            "height": 1024,
            "quality": "xhigh",
            "output_format": "webp",
            "output_compression": 80,
            "background": "opaque",
            "inputs": (HERO, HERO, HERO),
        },
        submit="image.edit",
        schema="multipart images/edits",
        expected={"model": "gpt-image-2.5-flare", "width": 1024, "height": 1024},
        media_type="image/webp",
        fails=_picture_fails("image.edit"),
        name="references",
    ),
    Case(
        "openai",
        Kind.IMAGE,
        "gpt-image-1.5",
        {"prompt": "The hero.", "width": 1536, "height": 1024, "fidelity": "high", "inputs": (HERO,)},
        submit="image.edit",
        schema="multipart images/edits",
        expected={"model": "gpt-image-1.5", "width": 1536, "height": 1024},
        media_type="image/png",
        name="fidelity",
    ),
    Case(
        "openai",
        Kind.EDIT,
        "gpt-image-2.6-sunburst",
        {"prompt": "Make the key silver.", "inputs": (SOURCE, MASK)},
        submit="image.edit",
        schema="multipart images/edits",
        expected={"model": "gpt-image-2.6-sunburst"},
        media_type="image/png",
        name="mask",
    ),
    Case(
        "openai",
        Kind.SPEECH,
        "gpt-4o-mini-tts",
        {"prompt": "The key lay in the fish.", "system": "Slowly, like a fishwife.", "voice": "coral", "speed": 1.25},
        submit="speech",
        schema="audio/speech",
        expected={"model": "gpt-4o-mini-tts", "usage": {"characters": 24}},
        media_type="audio/mpeg",
        fails=(*_usual("speech"), Fails("speech", Moderated(), Refused, {"billed": False})),
    ),
    Case(
        "openai",
        Kind.MODERATE,
        "omni-moderation-latest",
        {"prompt": "A fish with a key in it."},
        submit="moderate",
        schema="moderations",
        expected={"model": "omni-moderation-latest", "text": None, "data": None},
        fails=_usual("moderate"),
    ),
    Case(
        "openai",
        Kind.MODERATE,
        "omni-moderation-latest",
        {"prompt": "A fish with a key in it.", "inputs": (SOURCE,)},
        submit="moderate",
        schema="moderations",
        name="picture",
    ),
]
