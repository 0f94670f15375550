"""Text from Anthropic: always streamed, with a schema or without."""

from __future__ import annotations

from generation.providers.contract import Input, Kind
from generation.providers.errors import Damaged, Denied, Refused, Rejected, Transient
from stories.prompts import SCENE_SCHEMA
from tests.providers.cases import Case, Fails
from tests.providers.fake import media
from tests.providers.fake.faults import ErrorIn200, Moderated, Overloaded, Quota, RateLimited, Status
from tests.providers.fake.scene import SENTENCE

OWN = (
    Fails("text.stream", Moderated(), Refused, {"billed": True}),
    Fails("text.stream", Moderated(stage="output"), Refused, {"billed": True}),
    Fails("text.stream", ErrorIn200(), Damaged, {"billed": None}),
    Fails("text.stream", Quota(), Denied),
    Fails("text.stream", Status(401, "denied"), Denied),
    Fails("text.stream", Status(402, "no_funds"), Denied),
    Fails("text.stream", Status(403, "forbidden"), Denied),
    Fails("text.stream", Status(404, "unknown_model"), Rejected, {"field": "model"}),
    Fails("text.stream", Status(409, "conflict"), Transient),
    Fails("text.stream", Status(413, "too_large"), Rejected, {"field": "prompt"}),
    Fails("text.stream", Status(504, "timeout"), Transient),
    Fails("text.stream", Overloaded(), Transient, {"retry_after_seconds": None}),
    Fails("text.stream", RateLimited("seconds", 2.0), Transient, {"retry_after_seconds": 2.0}),
    Fails("text.stream", RateLimited("float", 1.5, should_retry=True), Transient, {"retry_after_seconds": 1.5}),
    Fails("text.stream", RateLimited("none", should_retry=False), Denied),
)

CASES = [
    Case(
        "anthropic",
        Kind.TEXT,
        "claude-opus-5-5",
        {"prompt": "Begin.", "system": "You tell stories.", "max_tokens": 500},
        submit="text.stream",
        schema="v1/messages",
        expected={"text": SENTENCE, "model": "claude-opus-5-5", "is_cut": False, "request_id": "msg_01X"},
        fails=OWN,
    ),
    Case(
        "anthropic",
        Kind.TEXT,
        "claude-sonnet-5-5",
        {"prompt": '{"must_end": false}', "system": "You tell stories.", "max_tokens": 2_000, "schema": SCENE_SCHEMA},
        submit="text.stream",
        schema="v1/messages",
        expected={"model": "claude-sonnet-5-5", "is_cut": False},
        name="text-by-schema",
    ),
    Case(
        "anthropic",
        Kind.TEXT,
        "claude-haiku-5-5",
        {"prompt": "Who is this?", "inputs": (Input("reference", "image/png", media.picture()),)},
        submit="text.stream",
        schema="v1/messages",
        expected={"text": SENTENCE, "model": "claude-haiku-5-5"},
        name="text-with-picture",
    ),
]
