"""What is not held against an operation, and why. Everything else that schemathesis finds fails the run.

A row excuses one check at some operations, for answers of one status whose sentence matches. All of them are about requests
that JSON schema calls good and that are refused all the same: rules between fields, what a model takes, what bytes are.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from generation.studio import fields
from generation.studio.api import pictures

MAKERS = (
    "POST /generate/text", "POST /generate/image", "POST /generate/video", "POST /image/generate", "POST /video/generate",
    "POST /v1/chat/completions", "POST /v1/images/generations", "POST /v1/images/edits", "POST /v1/audio/speech",
)  # fmt: skip
FILES = (
    "GET /api/v1/assets/{asset_id}/file",
    "GET /api/v1/scenes/{scene_id}/image",
    "GET /api/v1/scenes/{scene_id}/video",
)
LISTS_OF_A_TIER = ("GET /api/v1/models", "GET /api/v1/models/{key}", "GET /api/v1/stories")
STORIES = ("POST /api/v1/stories", "POST /api/v1/scenes/{scene_id}/choose")
FIELDS = {name for kind in fields.FIELDS for name in (*fields.FIELDS[kind], *pictures.FIELDS.get(kind, ()))}
NAMED = "|".join(sorted(re.escape(name) for name in FIELDS - {"prompt"}))


@dataclass(frozen=True)
class Excuse:
    operations: tuple[str, ...]
    check: str
    status: int
    told: str
    """A regular expression that the answer's sentence begins with; empty for answers without one."""
    reason: str


EXCUSES = (
    Excuse(
        ("GET /api/v1/usage",), "positive_data_acceptance", 400, "(from|to): ",
        "The two days have an order and at most 366 days between them, which JSON schema has no rule for.",
    ),
    Excuse(
        FILES, "positive_data_acceptance", 416, "",
        "Whether a Range lies within the file depends on the file.",
    ),
    Excuse(
        ("POST /auth/login",), "positive_data_acceptance", 400, "email: Enter a valid email address",
        "The format `email` of JSON schema knows addresses that no account can have, such as 0@0.a.",
    ),
    Excuse(
        ("POST /api/v1/uploads",), "positive_data_acceptance", 400, "(file|data_url|url) ",
        "Whether bytes are a picture that is taken, and an address one that may be fetched, is seen by looking.",
    ),
    Excuse(
        ("POST /api/v1/uploads",), "positive_data_acceptance", 413, "(file|data_url|url) ",
        "How large a picture is, is counted in bytes of the file.",
    ),
    Excuse(
        MAKERS, "positive_data_acceptance", 400, rf"(settings\.(image|video)\.)?({NAMED})(\[\d+\])?\b",
        "The document names what any model takes. What this one does, and which fields belong together, /api/v1/models says; "
        "the sentence begins with the field.",
    ),
    Excuse(
        MAKERS, "positive_data_acceptance", 501, "",
        "A model that cannot do a thing at all is a documented 501; which one that is, /api/v1/models says.",
    ),
    Excuse(
        ("POST /v1/images/edits",), "positive_data_acceptance", 400, "(image|mask) ",
        "Whether bytes are a picture that is taken is seen by looking at them.",
    ),
    Excuse(
        ("POST /video/generate",), "positive_data_acceptance", 400,
        r"(scenes|details|instructions|input_image_url|mode|prompt)\b",
        "What is sent along with a timeline, and what with two frames, depends on `mode`.",
    ),
    Excuse(
        ("POST /v1/chat/completions",), "positive_data_acceptance", 400, r"(messages|response_format|stream_options)\b",
        "That somebody has to have said something, and that a format of JSON needs its schema, are rules between fields.",
    ),
    Excuse(
        STORIES, "positive_data_acceptance", 400, "(text: Write what happens next|prompt: )",
        "Words that are nothing but control characters are none once those are taken out; JSON schema knows no such class.",
    ),
    Excuse(
        (*MAKERS, *STORIES, *LISTS_OF_A_TIER, "POST /api/v1/reports"), "positive_data_acceptance", 400,
        ".*(cannot be kept|Null characters|Half of a letter)",
        "To JSON schema a null character is a letter like others. No database keeps one.",
    ),
    Excuse(
        MAKERS, "positive_data_acceptance", 400, "This is nested deeper than",
        "JSON schema has no rule for how deep free-form values are nested.",
    ),
)  # fmt: skip


def excused(operation: str, check: str, status: int | None, sentence: str) -> Excuse | None:
    """The row that excuses this, if there is one."""
    for row in EXCUSES:
        if operation in row.operations and check == row.check and status == row.status and re.match(row.told, sentence):
            return row
    return None
