"""What the conformance suite buys from a server of one's own."""

from __future__ import annotations

from generation.providers.contract import Input, Kind
from generation.providers.errors import Damaged, Lost, Refused, Rejected, Transient
from stories.prompts import SCENE_SCHEMA
from tests.providers.cases import Case, Fails
from tests.providers.fake import media
from tests.providers.fake.faults import (
    ErrorIn200,
    JobFailed,
    JobLost,
    Moderated,
    Overloaded,
    ServerError,
    Status,
)

HERO = Input("reference", "image/png", media.picture)
SOURCE = Input("source", "image/png", media.picture)
MASK = Input("mask", "image/png", media.picture)
BEGIN = Input("first_frame", "image/png", media.picture)


def _usual(operation: str) -> tuple[Fails, ...]:
    return (
        Fails(operation, Status(404, "unknown_model"), Rejected, {"field": "model"}),
        Fails(operation, Status(422, "invalid"), Rejected, {"field": "prompt"}),
        Fails(operation, Overloaded(), Transient),
        Fails(operation, ServerError(), Transient),
    )


def _picture_fails(operation: str) -> tuple[Fails, ...]:
    return (
        *_usual(operation),
        Fails(operation, ErrorIn200(), Damaged),
    )


CASES = [
    Case(
        "compatible",
        Kind.TEXT,
        "our-model",
        {"prompt": "Tell.", "system": "You tell stories.", "max_tokens": 500, "seed": 7},
        submit="text.stream",
        schema="chat/completions",
        expected={"model": "our-model", "is_cut": False, "cost_micros": None},
        fails=(
            *_usual("text.stream"),
            Fails("text.stream", Moderated(how="refusal"), Refused),
            Fails("text.stream", Moderated(how="filter"), Refused),
            Fails("text.stream", ErrorIn200(), Damaged),
        ),
    ),
    Case(
        "compatible",
        Kind.TEXT,
        "our-model",
        {"prompt": '{"must_end": false}', "system": "Answer in JSON.", "schema": SCENE_SCHEMA, "max_tokens": 2_000},
        submit="text.stream",
        schema="chat/completions",
        name="scene",
    ),
    Case(
        "compatible",
        Kind.IMAGE,
        "our-picture-model",
        {
            "prompt": "A brass key on a step.",
            "width": 1280,
            "height": 720,
            "seed": 7,
            "steps": 30,
            "guidance": 4.5,
            "negative_prompt": "fog",
        },
        submit="image.generate",
        schema="images/generations",
        expected={"model": "our-picture-model"},
        media_type="image/png",
        fails=_picture_fails("image.generate"),
    ),
    Case(
        "compatible",
        Kind.IMAGE,
        "our-picture-model",
        {"prompt": "The same hero on a quay.", "width": 640, "height": 640, "seed": 7, "inputs": (HERO, HERO)},
        submit="image.edit",
        schema="multipart images/edits",
        media_type="image/png",
        fails=_picture_fails("image.edit"),
        name="references",
    ),
    Case(
        "compatible",
        Kind.EDIT,
        "our-picture-model",
        {"prompt": "Make the key silver.", "inputs": (SOURCE, MASK)},
        submit="image.edit",
        schema="multipart images/edits",
        media_type="image/png",
        name="mask",
    ),
    Case(
        "compatible",
        Kind.VIDEO,
        "our-film-model",
        {"prompt": "The key turns.", "width": 1280, "height": 720, "seconds": 4, "seed": 7, "steps": 40},
        submit="video.submit",
        poll="video.poll",
        result="video.content",
        cancel="video.cancel",
        schema="multipart videos",
        expected={"model": "our-film-model", "seconds": 4.0, "width": 1280, "height": 720},
        media_type="video/mp4",
        fails=(
            *_usual("video.submit"),
            Fails("video.poll", JobFailed(), Damaged, {"billed": False}),
            Fails("video.poll", JobLost(), Lost),
            Fails("video.poll", Moderated(), Refused, {"billed": False}),
        ),
    ),
    Case(
        "compatible",
        Kind.VIDEO,
        "our-film-model",
        {"prompt": "The key turns.", "width": 720, "height": 1280, "seconds": 8, "inputs": (BEGIN,)},
        submit="video.submit",
        poll="video.poll",
        result="video.content",
        cancel="video.cancel",
        schema="multipart videos",
        expected={"seconds": 8.0, "width": 720, "height": 1280},
        media_type="video/mp4",
        name="first-frame",
    ),
    Case(
        "compatible",
        Kind.SPEECH,
        "our-voice",
        {"prompt": "The key lay in the fish.", "voice": "anna", "output_format": "mp3", "speed": 1.25},
        submit="speech",
        schema="audio/speech",
        expected={"model": "our-voice", "usage": {"characters": 24}},
        media_type="audio/mpeg",
        fails=_usual("speech"),
    ),
]
