"""What the conformance suite buys from OpenRouter."""

from __future__ import annotations

from generation.providers.contract import Input, Kind
from generation.providers.errors import Damaged, Denied, Lost, Refused, Transient
from stories.prompts import SCENE_SCHEMA
from tests.providers.cases import Case, Fails
from tests.providers.fake import media
from tests.providers.fake.faults import (
    Cancelled,
    ErrorIn200,
    Expired,
    JobFailed,
    JobLost,
    Moderated,
    PollUrlElsewhere,
    Status,
)

HERO = Input("reference", "image/png", media.picture)
KEY = Input("source", "image/png", media.picture)
BEGIN = Input("first_frame", "image/png", media.picture)
END = Input("last_frame", "image/png", media.picture)

TEXT_FAILS = (
    Fails("text.stream", Moderated(), Refused, {"billed": False}),
    Fails("text.stream", Moderated(how="policy"), Refused, {"billed": False}),
    Fails("text.stream", Moderated(how="refusal"), Refused, {"billed": True}),
    Fails("text.stream", Moderated(how="filter"), Refused, {"billed": True}),
    Fails("text.stream", ErrorIn200(), Damaged, {"billed": None}),
    Fails("text.stream", Status(402, "no_funds"), Denied),
    Fails("text.stream", Status(504, "timeout"), Transient),
)
PICTURE_FAILS = (
    Fails("image.generate", Moderated(), Refused, {"billed": False}),
    Fails("image.generate", Moderated(how="policy"), Refused, {"billed": False}),
    Fails("image.generate", Moderated(how="no_media"), Refused, {"billed": True}),
    Fails("image.generate", ErrorIn200(), Transient),
    Fails("image.generate", JobFailed(), Transient),
)
FILM_FAILS = (
    Fails("video.submit", Moderated(), Refused, {"billed": False}),
    Fails("video.submit", Moderated(how="policy"), Refused, {"billed": False}),
    Fails("video.submit", Moderated(how="job"), Refused, {"billed": None}),
    Fails("video.submit", PollUrlElsewhere(), Damaged, {"billed": None}),
    Fails("video.poll", Moderated(), Refused, {"billed": None}),
    Fails("video.poll", JobFailed(), Damaged, {"billed": None}),
    Fails("video.poll", Cancelled(), Damaged, {"billed": None}),
    Fails("video.poll", Expired(), Lost, {"billed": None}),
    Fails("video.poll", JobLost(), Lost, {"billed": None}),
    Fails("video.poll", ErrorIn200(), Transient),
)


def _film(name: str, inputs: tuple[Input, ...], *fails: Fails) -> Case:
    return Case(
        "openrouter",
        Kind.VIDEO,
        "google/gemini-omni-1.1-flash",
        {"prompt": "A brass key turns.", "seconds": 6, "aspect_ratio": "16:9", "resolution": "720p", "inputs": inputs},
        submit="video.submit",
        poll="video.poll",
        result="video.content",
        schema="videos",
        expected={"cost_micros": 600_000, "model": "google/gemini-omni-1.1-flash"},
        media_type="video/mp4",
        fails=fails,
        name=name,
    )


def _picture(name: str, model: str, fields: dict[str, object], *fails: Fails, kind: Kind = Kind.IMAGE) -> Case:
    return Case(
        "openrouter",
        kind,
        model,
        {"prompt": "A brass key on a step.", "aspect_ratio": "16:9", "resolution": "2K", **fields},
        submit="image.generate",
        schema="images",
        expected={"cost_micros": 40_000, "model": model},
        media_type="image/png",
        fails=fails,
        name=name,
    )


def _chat_picture(name: str, model: str, inputs: tuple[Input, ...], *fails: Fails) -> Case:
    return Case(
        "openrouter",
        Kind.IMAGE,
        model,
        {"prompt": "A brass key on a step.", "aspect_ratio": "2:3", "inputs": inputs},
        submit="image.generate",
        schema="chat/completions",
        options={"endpoint": "chat"},
        expected={"cost_micros": 40_000, "model": model},
        media_type="image/png",
        fails=fails,
        name=name,
    )


CASES = [
    Case(
        "openrouter",
        Kind.TEXT,
        "openai/gpt-6",
        {"prompt": "Tell.", "system": "You tell stories.", "max_tokens": 500, "seed": 7},
        submit="text.stream",
        schema="chat/completions",
        expected={"cost_micros": 125, "model": "openai/gpt-6", "is_cut": False},
        fails=TEXT_FAILS,
    ),
    Case(
        "openrouter",
        Kind.TEXT,
        "anthropic/claude-sonnet-5.5",
        {"prompt": '{"must_end": false}', "system": "You tell stories.", "schema": SCENE_SCHEMA, "max_tokens": 2_000},
        submit="text.stream",
        schema="chat/completions",
        expected={"cost_micros": 125, "model": "anthropic/claude-sonnet-5.5", "is_cut": False},
        name="scene",
    ),
    _picture("image", "black-forest-labs/flux.2-flex", {"seed": 7, "steps": 20, "guidance": 4.5}, *PICTURE_FAILS),
    _picture("image with references", "google/gemini-3.1-flash-image", {"inputs": (HERO, HERO)}),
    _picture("edit", "bytedance-seed/seedream-4.5", {"inputs": (KEY, HERO)}, kind=Kind.EDIT),
    _chat_picture("image in chat", "google/gemini-3.1-flash-image", (), *PICTURE_FAILS),
    _chat_picture("image in chat with a reference", "black-forest-labs/flux.2-pro", (HERO,)),
    _film("film", (), *FILM_FAILS),
    _film("film from a first frame", (BEGIN,)),
    _film("film between frames", (BEGIN, END)),
    _film("film with references", (HERO, HERO, HERO)),
]
